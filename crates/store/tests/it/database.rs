//! A database that is frozen, locked, gone, elsewhere, or behind a pooler.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use store::{DatabaseOptions, Db, Signal, settings};
use testbed::postgres::{Cluster, Stop, is_root};

use crate::*;

/// Long before whoever waits gives up by themselves, and more than a busy machine needs.
const SOON: Duration = Duration::from_secs(60);

async fn db(url: &str) -> Db {
    Db::connect(Some(url), Path::new("/")).await.unwrap()
}

async fn set(db: &Db, value: &str) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    settings::set(&mut tx, "name", value).await?;
    tx.commit().await
}

async fn get(db: &Db) -> Result<Option<String>, StoreError> {
    settings::get(&mut db.read().await?, "name").await
}

/// Asks until it is answered.
async fn until_set(db: &Db, value: &str) {
    let began = Instant::now();
    while set(db, value).await.is_err() {
        assert!(began.elapsed() < SOON, "it never answers again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn is_unreachable<T: std::fmt::Debug>(asked: &Result<T, StoreError>) -> bool {
    matches!(asked, Err(StoreError::Unreachable(_)))
}

#[tokio::test]
async fn a_frozen_database_is_noticed_and_answers_again_when_it_thaws() {
    let server = Cluster::start(&[]);
    let db = db(&server.url("postgres")).await;
    set(&db, "before").await.unwrap();
    server.freeze();
    let (read, written) = tokio::join!(get(&db), set(&db, "frozen"));
    assert!(is_unreachable(&read), "{read:?}");
    assert!(is_unreachable(&written), "{written:?}");
    // And whoever comes next is told so too, also once no connection is left.
    for asked in futures_util::future::join_all((0..40).map(|_| get(&db))).await {
        assert!(is_unreachable(&asked), "{asked:?}");
    }
    server.thaw();
    until_set(&db, "after").await;
    assert_eq!(get(&db).await.unwrap().as_deref(), Some("after"));
}

#[tokio::test]
async fn a_row_that_is_locked_for_long_makes_writers_wait_and_no_reader() {
    let server = Cluster::start(&[]);
    let db = db(&server.url("postgres")).await;
    set(&db, "before").await.unwrap();
    let other = self::db(&server.url("postgres")).await;
    let mut stuck = other.begin().await.unwrap();
    settings::set(&mut stuck, "name", "stuck").await.unwrap();
    // More than there are connections.
    let writers: Vec<_> = (0..40)
        .map(|number| {
            let db = db.clone();
            tokio::spawn(async move { set(&db, &number.to_string()).await })
        })
        .collect();
    let ended = || writers.iter().filter(|writer| writer.is_finished()).count();
    let mut reads = 0;
    while ended() < writers.len() {
        assert_eq!(get(&db).await.unwrap().as_deref(), Some("before"));
        reads += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(reads > 10, "{reads}");
    for writer in writers {
        let written = writer.await.unwrap();
        assert!(matches!(written, Err(StoreError::Busy)), "{written:?}");
    }
    drop(stuck);
    until_set(&db, "after").await;
}

#[tokio::test]
async fn a_database_that_restarts_is_said_to_be_away_and_taken_up_again() {
    let server = Cluster::start(&[]);
    let db = db(&server.url("postgres")).await;
    set(&db, "before").await.unwrap();
    let open = db.begin().await.unwrap();
    server.stop(Stop::Immediate);
    drop(open);
    let (read, written) = tokio::join!(get(&db), set(&db, "killed"));
    assert!(is_unreachable(&read), "{read:?}");
    assert!(is_unreachable(&written), "{written:?}");
    server.resume();
    until_set(&db, "after").await;
    // No connection of before is left that would fail the next who asks.
    for asked in futures_util::future::join_all((0..16).map(|_| get(&db))).await {
        assert_eq!(asked.unwrap().as_deref(), Some("after"));
    }
}

#[tokio::test]
async fn an_address_where_nobody_answers_is_named() {
    for url in [
        "postgres://vaern@127.0.0.1:9/vaern",
        "postgres://vaern@127.0.0.1:9,127.0.0.1:10/vaern",
    ] {
        let error = Db::connect(Some(url), Path::new("/")).await.unwrap_err();
        assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
        assert!(error.to_string().contains("127.0.0.1:9: "), "{error}");
    }
}

#[tokio::test]
async fn of_several_hosts_the_one_that_takes_writes_is_found_also_after_a_failover() {
    let first = Cluster::start(&[]);
    db(&first.url("postgres")).await.close().await;
    let second = first.standby(&[]);
    let url = format!("postgres://postgres@{},{}/postgres", second.host(), first.host());
    let db = db(&url).await;
    set(&db, "on the first").await.unwrap();
    let refused = format!("{}?target_session_attrs=read-write", second.url("postgres"));
    let error = Db::connect(Some(&refused), Path::new("/")).await.unwrap_err();
    assert!(error.to_string().contains("standby"), "{error}");
    first.stop(Stop::Immediate);
    second.promote();
    until_set(&db, "on the second").await;
    assert_eq!(get(&db).await.unwrap().as_deref(), Some("on the second"));
}

struct Bouncer(Child);

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Debian's pgbouncer, as it comes, with four connections to share.
fn bounce(server: &Cluster, dir: &Path) -> (Bouncer, String) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o777)).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let ini = format!(
        "[databases]\npostgres = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 4\n",
        server.host().rsplit(':').next().unwrap()
    );
    let file = dir.join("pgbouncer.ini");
    std::fs::write(&file, ini).unwrap();
    let mut command = std::process::Command::new(if is_root() {
        "setpriv"
    } else {
        "/usr/sbin/pgbouncer"
    });
    if is_root() {
        // It refuses root.
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "/usr/sbin/pgbouncer",
        ]);
    }
    command.arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().expect("pgbouncer: run scripts/setup test");
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < SOON, "pgbouncer does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    (
        Bouncer(child),
        format!("postgres://postgres@127.0.0.1:{port}/postgres"),
    )
}

#[tokio::test]
async fn behind_a_pooler_nothing_is_left_in_a_session() {
    let server = Cluster::start(&[]);
    let dir = tempfile::tempdir().unwrap();
    let (_bouncer, url) = bounce(&server, dir.path());
    // Found out by itself, and told; from an empty database on.
    for options in [
        DatabaseOptions::default(),
        DatabaseOptions {
            pooler: true,
            ..DatabaseOptions::default()
        },
    ] {
        let db = Db::connect_with(Some(&url), Path::new("/"), options)
            .await
            .unwrap();
        let writers = (0..8).map(|_| {
            let db = db.clone();
            async move {
                for value in 0..10 {
                    set(&db, &value.to_string()).await.unwrap();
                    assert!(get(&db).await.unwrap().is_some());
                }
            }
        });
        futures_util::future::join_all(writers).await;
        let mut tx = db.begin().await.unwrap();
        settings::set(&mut tx, "name", "stuck").await.unwrap();
        let written = set(&db, "waits").await;
        assert!(
            matches!(written, Err(StoreError::Busy)),
            "the limits hold: {written:?}"
        );
    }
}

#[tokio::test]
async fn several_processes_may_begin_at_once_on_an_empty_database() {
    for engine in testing::engines() {
        for _ in 0..3 {
            let server = (engine == Engine::Postgres).then(|| Cluster::start(&[]));
            let dir = tempfile::tempdir().unwrap();
            let starts: Vec<_> = (0..4)
                .map(|_| {
                    let (url, dir) = (
                        server.as_ref().map(|server| server.url("postgres")),
                        dir.path().to_owned(),
                    );
                    tokio::spawn(async move { Db::connect(url.as_deref(), &dir).await.map(drop) })
                })
                .collect();
            for start in starts {
                start.await.unwrap().unwrap();
            }
        }
    }
}

#[tokio::test]
async fn what_changed_is_heard_by_everybody_once_it_is_committed() {
    on_both(|store, scratch| async move {
        let mut here = store.db.listen().await.unwrap();
        let elsewhere = scratch.reopen().await;
        let mut there = elsewhere.db.listen().await.unwrap();
        let mut tx = store.db.begin().await.unwrap();
        tx.signal(Signal::Procedure).await.unwrap();
        drop(tx);
        let mut tx = store.db.begin().await.unwrap();
        tx.signal(Signal::Keys(case_id(1))).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(here.hear().await, Signal::Keys(case_id(1)));
        if store.db.engine() == "postgres" {
            assert_eq!(there.hear().await, Signal::Keys(case_id(1)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_number_is_never_seen_before_a_smaller_one() {
    use store::changes;
    on_both(|store, _scratch| async move {
        let writers: Vec<_> = (0..6)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    for change in 0..20 {
                        let mut tx = store.db.begin().await.unwrap();
                        let case = case_id(writer * 100 + change);
                        changes::note(&mut tx, &format!("{writer}-{change}"), &case, None)
                            .await
                            .unwrap();
                        tx.commit().await.unwrap();
                    }
                })
            })
            .collect();
        let give = |store: Store| {
            tokio::spawn(async move {
                for _ in 0..60 {
                    let mut tx = store.db.begin().await.unwrap();
                    changes::number(&mut tx, at(0)).await.unwrap();
                    tx.commit().await.unwrap();
                }
            })
        };
        let givers = [give(store.clone()), give(store.clone())];
        let (mut cursor, mut seen) = (0, std::collections::BTreeSet::new());
        while seen.len() < 120 {
            for change in changes::since(&mut store.db.read().await.unwrap(), cursor, 7)
                .await
                .unwrap()
            {
                assert!(change.number > cursor);
                cursor = change.number;
                seen.insert(change.case);
            }
            if givers.iter().all(tokio::task::JoinHandle::is_finished) {
                let mut tx = store.db.begin().await.unwrap();
                changes::number(&mut tx, at(0)).await.unwrap();
                tx.commit().await.unwrap();
            }
            tokio::task::yield_now().await;
        }
        for writer in writers {
            writer.await.unwrap();
        }
        // The same case again comes once, at its new place; what is for later does not come yet.
        let mut tx = store.db.begin().await.unwrap();
        changes::note(&mut tx, "again", &case_id(3), None).await.unwrap();
        changes::note(&mut tx, "later", &case_id(4), Some(at(50)))
            .await
            .unwrap();
        assert_eq!(changes::number(&mut tx, at(0)).await.unwrap(), 1);
        let since = changes::since(&mut tx, cursor, 7).await.unwrap();
        assert_eq!(
            since.iter().map(|change| change.case.clone()).collect::<Vec<_>>(),
            [case_id(3)]
        );
        assert_eq!(changes::number(&mut tx, at(50)).await.unwrap(), 1);
    })
    .await;
}
