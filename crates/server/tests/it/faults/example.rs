//! `examples/two-nodes` comes up from an empty folder, takes a report by its balancer, and stops.

use super::load::noise;
use crate::tools::{Answer, Line, example, form, text};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use tempfile::tempdir;
use testbed::process::run;

/// Ports in a row that the example takes, from the first.
const PORTS: u16 = 6;

/// The first of so many ports in a row on which nobody listens.
fn free_ports() -> SocketAddr {
    let is_free = |first: &SocketAddr| {
        (0..PORTS).all(|next| std::net::TcpListener::bind(("127.0.0.1", first.port() + next)).is_ok())
    };
    let mut found = std::iter::repeat_with(testbed::free_address);
    found.find(is_free).expect("ports in a row")
}

fn two_nodes(port: u16, arguments: &[&str]) -> String {
    let mut script = Command::new(example("two-nodes/two-nodes"));
    script.args(arguments).env("PORT", port.to_string());
    script.env("VAERN", env!("CARGO_BIN_EXE_vaern"));
    run(&mut script)
}

fn report(address: SocketAddr, token: &str) -> Answer {
    let body = form("Opdigtet.", &[("a.png", &noise(1))]);
    let mut line = Line::open(address, "POST", "/api/v1/reports", token, Some(body.len())).expect("a line");
    line.send(&body).expect("sent");
    line.answer().expect("an answer")
}

/// Stops it however the test ends.
struct Started<'a>(u16, &'a Path);

impl Drop for Started<'_> {
    fn drop(&mut self) {
        two_nodes(self.0, &["stop", text(self.1)]);
    }
}

#[test]
#[ignore = "long: make faults"]
fn long_example_of_two_nodes() {
    let folder = tempdir().expect("a folder");
    let address = free_ports();
    let started = two_nodes(address.port(), &["start", text(folder.path())]);
    let running = Started(address.port(), folder.path());
    assert!(started.contains(&address.to_string()), "{started}");
    let person = [
        "vaern",
        text(folder.path()),
        "token",
        "create",
        "--as",
        "maja.poulsen@fjordby.example",
    ];
    let token = two_nodes(address.port(), &person);
    let case = report(address, token.trim()).case();
    for turn in 0..4 {
        let path = format!("/api/v1/cases/{case}/exhibits/1/original");
        let mut line = Line::open(address, "GET", &path, token.trim(), None).expect("a line");
        let original = line.answer().expect("an answer");
        assert!(original.body == noise(1), "turn {turn}: {}", original.status);
    }
    let whole = two_nodes(address.port(), &["vaern", text(folder.path()), "verify-store"]);
    assert!(whole.contains("1 cases"), "{whole}");
    drop(running);
}
