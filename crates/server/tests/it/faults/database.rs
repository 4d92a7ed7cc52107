//! PostgreSQL restarted, frozen, locked, and failing over, beside the load.

use super::audit::Audit;
use super::load::Load;
use super::site::{DATABASE, Engine, Site};
use crate::tools::{Server, stored_files};
use std::process::{Child, Stdio};
use testbed::postgres::{Cluster, Stop};
use testbed::process::until;

/// Small pictures and lists are below this; the pictures that clients send are above it. In bytes.
const A_PICTURE: usize = 20_000;

impl Site {
    fn postgres(&self) -> &Cluster {
        self.cluster.as_ref().expect("a site on PostgreSQL")
    }
}

fn begin(site: &Site, clients: u32) -> (Server, Load) {
    let mut server = site.server();
    server.resume();
    let load = Load::start(&[server.address], &site.tokens, clients);
    load.goes_on(clients as usize);
    (server, load)
}

/// Stops the cluster in each of these ways and starts it again; the server goes on by itself.
fn restarted(ways: &[Stop], clients: u32) -> Audit {
    let site = Site::new(Engine::Postgres);
    let (server, load) = begin(&site, clients);
    for way in ways {
        site.postgres().stop(*way);
        site.postgres().resume();
        load.goes_on(2 * clients as usize);
    }
    Audit::of(&load.finish(), &site, server, ways.len())
}

#[test]
fn a_database_that_is_killed_costs_no_report() {
    restarted(&[Stop::Kill], 8).assert_whole();
}

#[test]
#[ignore = "long: make faults"]
fn long_database_restarted() {
    let ways = [Stop::Fast, Stop::Immediate, Stop::Kill];
    let audit = restarted(&ways.repeat(3), 16);
    audit.record("PostgreSQL restarted fast, immediate, kill -9");
    audit.assert_whole();
}

/// A frozen database: nothing hangs for ever, and health answers.
fn frozen(clients: u32) -> Audit {
    let site = Site::new(Engine::Postgres);
    let (server, load) = begin(&site, clients);
    site.postgres().freeze();
    let list = server.get("/api/v1/cases", &site.tokens.manager);
    let health = server.get("/healthz", "");
    site.postgres().thaw();
    for (what, answer) in [("the list", list), ("health", health)] {
        let answer = answer.unwrap_or_else(|error| panic!("{what} hung: {error}"));
        assert_eq!(answer.status, 503, "{what}: {answer:?}");
    }
    load.goes_on(clients as usize);
    Audit::of(&load.finish(), &site, server, 0)
}

#[test]
#[ignore = "long: make faults"]
fn long_database_frozen() {
    let audit = frozen(16);
    audit.record("PostgreSQL frozen");
    audit.assert_whole();
}

/// Holds the row that every report has to change for this many seconds.
fn lock_counter(cluster: &Cluster, seconds: u32) -> Child {
    let hold = format!("BEGIN; UPDATE counters SET last = last; SELECT pg_sleep({seconds}); COMMIT");
    let mut psql = cluster.psql(DATABASE);
    psql.args(["-c", &hold])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let child = psql.spawn().expect("psql starts");
    until("the row is locked", || {
        let asked =
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND wait_event = 'PgSleep'";
        cluster.sql(DATABASE, asked).trim() == "1"
    });
    child
}

/// A transaction that holds the counter row: reports wait or are answered 503, reading and health go on.
fn locked(seconds: u32, clients: u32) -> Audit {
    let site = Site::new(Engine::Postgres);
    let (server, load) = begin(&site, clients);
    let mut lock = lock_counter(site.postgres(), seconds);
    let mut rounds = 0;
    while lock.try_wait().expect("its state").is_none() {
        for (path, token) in [("/healthz", ""), ("/api/v1/cases", &*site.tokens.manager)] {
            let answer = server.get(path, token).expect("an answer");
            assert_eq!(answer.status, 200, "{path} beside the lock: {answer:?}");
        }
        rounds += 1;
    }
    assert!(rounds > 0, "asked beside the lock");
    load.goes_on(clients as usize);
    Audit::of(&load.finish(), &site, server, 0)
}

#[test]
#[ignore = "long: make faults"]
fn long_database_locked() {
    let audit = locked(75, 32);
    audit.record("PostgreSQL, counter row locked for 75 s");
    audit.assert_whole();
}

/// How the replica follows that is promoted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Replica {
    /// A commit waits for it.
    Synchronous,
    /// It was away for the last part of the load.
    Lagging,
}

/// Kills the primary under load and promotes the replica. The address names both.
fn failed_over(how: Replica, clients: u32) -> (Audit, usize) {
    let primary = Cluster::start(&[]);
    let standby = primary.standby(&[]);
    if how == Replica::Synchronous {
        primary.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        primary.sql("postgres", "SELECT pg_reload_conf()");
        until("the replica is synchronous", || {
            let state = primary.sql("postgres", "SELECT sync_state FROM pg_stat_replication");
            state.trim() == "sync"
        });
    }
    let hosts = format!("{},{}", primary.host(), standby.host());
    let mut site = Site::on(Some(primary), &[]);
    let url = format!("postgres://postgres@{hosts}/{DATABASE}?target_session_attrs=read-write");
    site.set("VAERN_DATABASE_URL", &url);
    let (mut server, load) = begin(&site, clients);
    load.goes_on(10 * clients as usize);
    if how == Replica::Lagging {
        until("the replica has the first reports", || {
            let rows = "SELECT count(*) FROM counters";
            standby.sql(DATABASE, rows).trim() == "1"
        });
        standby.stop(Stop::Fast);
        load.goes_on(10 * clients as usize);
        standby.resume();
    }
    site.postgres().stop(Stop::Kill);
    standby.promote();
    load.goes_on(2 * clients as usize);
    // A start on the database that lags: what it does not know stays.
    server.kill();
    server.resume();
    let ledger = load.finish();
    let pictures = ledger
        .reports()
        .iter()
        .filter(|report| report.sha256.is_some())
        .count();
    let gone = pictures.saturating_sub(stored_files(site.data(), A_PICTURE));
    let mut audit = Audit::of(&ledger, &site, server, 1);
    audit.deleted = gone;
    (audit, pictures)
}

#[test]
#[ignore = "long: make faults"]
fn long_failover_to_a_synchronous_replica() {
    let (audit, _) = failed_over(Replica::Synchronous, 16);
    audit.record("PostgreSQL failover, synchronous");
    audit.assert_whole();
}

/// What the replica never got is lost to the database, by PostgreSQL's own limit; but no file is deleted, so that it can be
/// found again.
#[test]
#[ignore = "long: make faults"]
fn long_failover_to_a_lagging_replica() {
    let (audit, pictures) = failed_over(Replica::Lagging, 16);
    audit.record("PostgreSQL failover, replica lagging (its limit)");
    assert!(pictures > 0, "nothing was reported with a picture");
    assert_eq!(audit.deleted, 0, "pictures deleted");
    assert!(audit.uncured.is_empty(), "not cured: {:#?}", audit.uncured);
}
