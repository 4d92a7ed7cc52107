//! `kill -9` of the server under load, again and again.

use super::audit::Audit;
use super::load::Load;
use super::site::{Engine, Site};

/// Kills the server so often beside this many clients, each time after some more reports.
fn killed(engine: Engine, times: usize, clients: u32) -> Audit {
    let site = Site::new(engine);
    let mut server = site.server();
    server.resume();
    let load = Load::start(&[server.address], &site.tokens, clients);
    for _ in 0..times {
        load.goes_on(3 * clients as usize);
        server.kill();
        server.resume();
    }
    load.goes_on(1);
    Audit::of(&load.finish(), &site, server, times)
}

#[test]
fn killed_three_times_it_keeps_every_report_on_sqlite() {
    killed(Engine::Sqlite, 3, 8).assert_whole();
}

#[test]
fn killed_three_times_it_keeps_every_report_on_postgresql() {
    killed(Engine::Postgres, 3, 8).assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_killed_on_sqlite() {
    let audit = killed(Engine::Sqlite, 20, 16);
    audit.record("kill -9, SQLite");
    audit.assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_killed_on_postgresql() {
    let audit = killed(Engine::Postgres, 20, 16);
    audit.record("kill -9, PostgreSQL");
    audit.assert_whole();
}
