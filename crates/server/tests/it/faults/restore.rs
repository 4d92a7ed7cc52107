//! A backup while reports come in, and what is restored from it.

use super::audit::{Audit, missing};
use super::load::Load;
use super::site::{DATABASE, Engine, Site};
use crate::tools::{Server, run_with, text};
use tempfile::tempdir;

/// Where a PostgreSQL site is restored to.
const RESTORED: &str = "restored";

/// Backs up twice under load, the second time what is new; restores into an empty place; and there is everything that was
/// acknowledged before the second backup began.
fn backed_up(engine: Engine, clients: u32) -> Audit {
    let site = Site::new(engine);
    let mut server = site.server();
    server.resume();
    let load = Load::start(&[server.address], &site.tokens, clients);
    let scratch = tempdir().expect("a folder");
    let (target, keys) = (scratch.path().join("backup"), scratch.path().join("keys"));
    let backup = ["backup", text(&target), "--keys", text(&keys)];
    load.goes_on(3 * clients as usize);
    site.ok(&backup);
    load.goes_on(3 * clients as usize);
    let before = load.reports();
    site.ok(&backup);
    load.goes_on(3 * clients as usize);
    let mut audit = Audit::of(&load.finish(), &site, server, 0);

    let data = scratch.path().join("restored");
    let mut settings = site.settings();
    let address = site.cluster.as_ref().map(|cluster| {
        let make = format!("CREATE DATABASE {RESTORED} TEMPLATE template0");
        cluster.sql("postgres", &make);
        cluster.url(RESTORED)
    });
    if let Some(address) = &address {
        assert_ne!(DATABASE, RESTORED);
        settings.retain(|(name, _)| *name != "VAERN_DATABASE_URL");
        settings.push(("VAERN_DATABASE_URL", address));
    }
    let restore = ["restore", text(&target), "--keys", text(&keys)];
    let said = run_with(&data, &settings, &restore);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let again = run_with(&data, &settings, &restore);
    assert_ne!(again.code, Some(0), "a filled place is refused");
    let mut restored = Server::new(&data, &settings);
    restored.resume();
    audit.lost.extend(missing(&before, &restored, &site.tokens));
    audit.acknowledged = before.len();
    restored.stop();
    let whole = run_with(&data, &settings, &["verify-store"]);
    assert_eq!(whole.code, Some(0), "{}{}", whole.out, whole.err);
    audit
}

#[test]
#[ignore = "long: make faults"]
fn a_backup_under_load_has_everything_acknowledged_before_it_on_sqlite() {
    backed_up(Engine::Sqlite, 4).assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn a_backup_under_load_has_everything_acknowledged_before_it_on_postgresql() {
    backed_up(Engine::Postgres, 4).assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_backup_and_restore_on_sqlite() {
    let audit = backed_up(Engine::Sqlite, 16);
    audit.record("backup under load, restored, SQLite");
    audit.assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_backup_and_restore_on_postgresql() {
    let audit = backed_up(Engine::Postgres, 16);
    audit.record("backup under load, restored, PostgreSQL");
    audit.assert_whole();
}
