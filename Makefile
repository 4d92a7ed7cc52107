# Værn. On a fresh Debian with Rust:
#
#   make demo        build, fill data/demo with the demonstration municipality, serve it on http://$(LISTEN)
#   make test        install what is missing and run everything: units, both SQL engines, pages, API, real browser
#
#   make fmt lint    format; format check, clippy with warnings as errors, cargo deny
#   make openapi     write docs/openapi.json again from the code
#   make configuration  write docs/configuration.md again from the table of settings
#   make bench       release build; print the table of measurements
#   make faults      do to it what machines and operators do, and print what was lost (long; ONLY=failover for some)
#   make e2e-two     the journeys, each on two nodes with one PostgreSQL and one S3 store
#   make extension  pack the browser extension for Chromium and Firefox (extension/README.md)
#   make fuzz        fuzz the readers of what strangers send, a minute each (scripts/fuzz)
#   make deb         a Debian package, target/debian/vaern_*.deb (packaging/, docs/install.md)
#   make shots       run the journeys and leave their pictures in e2e/shots
#   make advisories  known vulnerabilities in the dependencies (needs a network)

VAERN_PORT ?= 8080
LISTEN     ?= 127.0.0.1:$(VAERN_PORT)
DATA       ?= data/demo

# For this file, no setting of the program (docs/configuration.md).
unexport VAERN_PORT

# rustup's own place, for a shell that hasn't read its profile.
export PATH := $(PATH):$(HOME)/.cargo/bin

.PHONY: help demo test unit e2e e2e-two fmt lint deny openapi configuration deb bench faults extension fuzz shots advisories

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

demo:
	scripts/setup demo
	cargo build --release --locked -p server
	target/release/vaern --data $(DATA) demo --listen $(LISTEN)

test: unit e2e

unit:
	scripts/setup test
	cargo nextest run --workspace --locked

# The same targets as in unit, so that nothing is built twice.
e2e:
	scripts/setup test
	cargo build --locked --workspace --tests
	cd e2e && npm test --silent

# The journeys once more, each on two nodes that share a PostgreSQL and an S3 store.
e2e-two: export VAERN_E2E_NODES = 2
e2e-two: e2e

fmt:
	cargo fmt --all

lint: deny
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

deny:
	cargo deny --locked check --hide-inclusion-graph licenses bans sources

openapi:
	cargo build --locked -p server
	mkdir -p docs
	target/debug/vaern openapi > docs/openapi.json.new
	mv docs/openapi.json.new docs/openapi.json

configuration:
	cargo build --locked -p server
	mkdir -p docs
	target/debug/vaern config reference > docs/configuration.md.new
	mv docs/configuration.md.new docs/configuration.md

bench:
	scripts/setup bench
	cargo build --release --locked -p server --bins
	target/release/vaern-bench

# PROFILE=dev packs a debug build, to try the package without waiting for an optimised one.
PROFILE ?= release

deb:
	scripts/setup deb
	cargo build --profile $(PROFILE) --locked -p server --bin vaern
	cargo deb -p server --no-build --profile $(PROFILE) --output target/debian/

faults:
	scripts/setup faults
	scripts/faults $(ONLY)

extension:
	scripts/extension

fuzz:
	scripts/fuzz

shots:
	rm -rf e2e/shots
	$(MAKE) e2e

advisories:
	cargo deny --locked check advisories
