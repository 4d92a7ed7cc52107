//! The disk of a server becomes full under load, or can't be written any more.

use super::audit::Audit;
use super::load::Load;
use super::site::Site;
use crate::tools::SmallDisk;
use testbed::process::until;

fn site_on(disk: &SmallDisk) -> Site {
    let folder = tempfile::tempdir_in(disk.path()).expect("a folder");
    Site::in_folder(folder, None, &[])
}

/// Full under load, free again: what was refused meanwhile is taken when it is sent again.
fn full(megabytes: u32, clients: u32) -> Option<Audit> {
    let disk = SmallDisk::mount(megabytes)?;
    let site = site_on(&disk);
    let mut server = site.server();
    server.resume();
    let load = Load::start(&[server.address], &site.tokens, clients);
    load.goes_on(2 * clients as usize);
    disk.fill(0);
    until("a report is refused", || load.errors() > 0);
    let list = server
        .get("/api/v1/cases", &site.tokens.manager)
        .expect("an answer");
    assert_eq!(list.status, 200, "reading goes on: {list:?}");
    disk.free();
    load.goes_on(2 * clients as usize);
    let audit = Audit::of(&load.finish(), &site, server, 0);
    Some(audit)
}

#[test]
fn a_disk_that_was_full_costs_no_report() {
    if let Some(audit) = full(64, 4) {
        audit.assert_whole();
    }
}

#[test]
#[ignore = "long: make faults"]
fn long_disk_full() {
    if let Some(audit) = full(256, 16) {
        audit.record("disk full under load");
        audit.assert_whole();
    }
}

#[test]
#[ignore = "long: make faults"]
fn a_disk_that_cannot_be_written_is_refused_in_words_and_can_be_verified() {
    let Some(disk) = SmallDisk::mount(64) else { return };
    let site = site_on(&disk);
    let mut server = site.server();
    server.resume();
    let load = Load::start(&[server.address], &site.tokens, 2);
    load.goes_on(2);
    let audit = Audit::of(&load.finish(), &site, server, 0);
    audit.assert_whole();
    disk.remount("ro");
    let listen = testbed::free_address().to_string();
    let refused = site.run(&["serve", "--listen", &listen]);
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    let folder = site.data().to_str().expect("a plain name");
    assert!(
        refused.err.contains(folder),
        "it names the place: {}",
        refused.err
    );
    site.ok(&["verify-store"]);
    disk.remount("rw");
}
