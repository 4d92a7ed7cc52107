//! A second server on a folder that has one.

use super::audit::Audit;
use super::load::Load;
use super::site::{Engine, Site};

/// Starts a second server so often beside the load; each is refused in words, and the first does not notice.
fn refused(times: usize, clients: u32) -> Audit {
    let site = Site::new(Engine::Sqlite);
    let mut server = site.server();
    server.resume();
    let load = Load::start(&[server.address], &site.tokens, clients);
    for _ in 0..times {
        load.goes_on(clients as usize);
        assert!(site.server().refuses(), "the second server started");
    }
    Audit::of(&load.finish(), &site, server, times)
}

#[test]
#[ignore = "long: make faults"]
fn a_second_server_on_the_folder_is_refused_and_the_first_loses_nothing() {
    refused(2, 4).assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_second_server_refused() {
    let audit = refused(12, 16);
    audit.record("second server on one folder, SQLite, refused 12 times");
    audit.assert_whole();
}
