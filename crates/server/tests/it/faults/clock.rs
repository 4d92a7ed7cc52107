//! A clock that jumps three days ahead and comes back (libfaketime).

use super::audit::Audit;
use super::load::{Load, words};
use super::site::{Engine, Site};
use crate::tools::Server;
use testbed::process::until;

/// Debian's library that tells a program another time.
fn library() -> String {
    let places = ["x86_64-linux-gnu", "aarch64-linux-gnu"];
    let mut found = places
        .iter()
        .map(|place| format!("/usr/lib/{place}/faketime/libfaketime.so.1"));
    found
        .find(|path| std::path::Path::new(path).exists())
        .expect("libfaketime: run scripts/setup faults")
}

/// Restarts it with a clock that is off by this much (`+3d`); empty for the right one.
fn restart(server: &mut Server, library: &str, off: &str) {
    server.kill();
    server.set("LD_PRELOAD", if off.is_empty() { "" } else { library });
    server.set("FAKETIME", off);
    server.set("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    server.resume();
}

/// Ahead and back under load: the search index goes on, and everything is there.
fn jumped(engine: Engine, clients: u32) -> Audit {
    let site = Site::new(engine);
    let library = library();
    let mut server = site.server();
    server.resume();
    let load = Load::start(&[server.address], &site.tokens, clients);
    for off in ["+3d", ""] {
        load.goes_on(2 * clients as usize);
        restart(&mut server, &library, off);
    }
    load.goes_on(2 * clients as usize);
    let ledger = load.finish();
    let latest = ledger.reports().pop().expect("a report");
    let path = format!(
        "/api/v1/search?q={}",
        words(latest.which)
            .split(' ')
            .nth(2)
            .expect("a number")
            .trim_matches('.')
    );
    until("what was reported last is found", || {
        let found = server.get(&path, &site.tokens.manager).expect("an answer");
        String::from_utf8_lossy(&found.body).contains(&latest.case)
    });
    Audit::of(&ledger, &site, server, 2)
}

#[test]
#[ignore = "long: make faults"]
fn long_clock_ahead_and_back_on_sqlite() {
    let audit = jumped(Engine::Sqlite, 8);
    audit.record("clock three days ahead and back, SQLite");
    audit.assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_clock_ahead_and_back_on_postgresql() {
    let audit = jumped(Engine::Postgres, 8);
    audit.record("clock three days ahead and back, PostgreSQL");
    audit.assert_whole();
}
