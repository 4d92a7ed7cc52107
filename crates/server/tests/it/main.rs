//! The program as an operator meets it: its commands, their exit codes and words, and what is left after a crash and on a
//! full disk. Each test runs the built binary on a data folder of its own.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod backup;
mod check;
mod commands;
mod crash;
mod demo;
mod disk;
mod faults;
mod identity;
mod mail;
mod packaging;
mod post;
mod private;
mod settings;
mod silent;
mod stop;
mod systemd;
mod tools;
mod upgrade;
mod watch;
