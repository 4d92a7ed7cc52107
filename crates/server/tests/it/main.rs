//! The program as an operator meets it: its commands, their exit codes and words, and what is left after a crash and on a
//! full disk. Each test runs the built binary on a data folder of its own.

mod backup;
mod check;
mod commands;
mod crash;
mod demo;
mod disk;
mod faults;
mod mail;
mod packaging;
mod post;
mod settings;
mod silent;
mod stop;
mod systemd;
mod tools;
mod upgrade;
mod watch;
