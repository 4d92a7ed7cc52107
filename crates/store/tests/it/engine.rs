use store::{Kind, OpenMode, StoreConfig, settings};

use crate::*;

#[tokio::test]
async fn every_statement_can_be_prepared_on_both_engines() {
    on_both(|store, _scratch| async move {
        let statements = testing::statements();
        assert!(statements.len() > 80, "{} statements", statements.len());
        for text in statements {
            if let Err(error) = testing::prepare(&store.db, text).await {
                panic!("{error}\n{text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    on_both(|store, _scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        begin_case(&store, &mut tx, &case_id(1)).await;
        settings::set(&mut tx, "name", "value").await.unwrap();
        assert_eq!(
            settings::get(&mut tx, "name").await.unwrap().as_deref(),
            Some("value")
        );
        drop(tx);
        let mut read = store.db.read().await.unwrap();
        assert_eq!(settings::get(&mut read, "name").await.unwrap(), None);
        assert_eq!(journal::head(&mut read, &case_id(1)).await.unwrap(), None);
        let mut tx = store.db.begin().await.unwrap();
        let (number, _) = begin_case(&store, &mut tx, &case_id(1)).await;
        assert_eq!(number.as_str(), "2026-0001", "the number was given back");
    })
    .await;
}

#[tokio::test]
async fn readers_see_what_was_committed_while_somebody_writes() {
    on_both(|store, _scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        settings::set(&mut tx, "name", "value").await.unwrap();
        let mut read = store.db.read().await.unwrap();
        assert_eq!(settings::get(&mut read, "name").await.unwrap(), None);
        tx.commit().await.unwrap();
        assert_eq!(
            settings::get(&mut read, "name").await.unwrap().as_deref(),
            Some("value")
        );
    })
    .await;
}

#[tokio::test]
async fn a_row_that_is_there_already_is_named_by_its_table() {
    on_both(|store, _scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        begin_case(&store, &mut tx, &case_id(1)).await;
        let (_, wrapped) = store.keys.generate(&case_id(1), &mut testing::rng(8));
        let error = journal::create_case(&mut tx, &new_case(&case_id(1)), &wrapped)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, StoreError::Unique { what } if what == "cases"),
            "{error:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn another_master_key_is_refused() {
    on_both(|_store, scratch| async move {
        let master = proof::MasterKey::from_hex(&"11".repeat(32)).unwrap();
        let config = StoreConfig {
            master,
            ..scratch.config()
        };
        let error = Store::open(config, &mut testing::rng(1))
            .await
            .err()
            .expect("refused");
        assert!(matches!(error, StoreError::Key(_)), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn an_address_of_another_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let error = store::Db::connect(Some("mysql://localhost"), dir.path())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("postgres://"), "{error}");
}

#[tokio::test]
async fn two_processes_write_to_one_sqlite_file() {
    let (store, scratch) = sqlite().await;
    let other = scratch.reopen().await;
    let write = |db: store::Db, name: &'static str| async move {
        for value in 0..20 {
            let mut tx = db.begin().await.unwrap();
            settings::set(&mut tx, name, &value.to_string()).await.unwrap();
            tx.commit().await.unwrap();
        }
    };
    tokio::join!(write(store.db.clone(), "a"), write(other.db.clone(), "b"));
    let mut read = store.db.read().await.unwrap();
    for name in ["a", "b"] {
        assert_eq!(
            settings::get(&mut read, name).await.unwrap().as_deref(),
            Some("19")
        );
    }
}

#[tokio::test]
async fn a_full_disk_is_called_so() {
    let (store, _scratch) = sqlite().await;
    // The engine's own way to run out of room: no page more than there are.
    testing::tamper(&store.db, "PRAGMA max_page_count = 1")
        .await
        .unwrap();
    let mut tx = store.db.begin().await.unwrap();
    let error = settings::set(&mut tx, "big", &"x".repeat(100_000))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::DiskFull(_)), "{error:?}");
    drop(tx);
    assert_eq!(
        settings::get(&mut store.db.read().await.unwrap(), "big")
            .await
            .unwrap(),
        None
    );
}

/// A statement that walks a whole table would be quick in every other test, and slow with 10,000 cases.
#[tokio::test]
async fn sqlite_answers_every_list_from_an_index() {
    // The whole of the table is what is asked for, or what is sorted is little (one case's, one person's).
    let whole = [
        "FROM units",
        "FROM people",
        "FROM person_roles",
        "FROM cases GROUP BY",
        "FROM cases ORDER BY id",
        "FROM cases WHERE state = $1 ORDER BY id",
        "FROM cases WHERE seq > 0",
        "FROM guide_editions ORDER BY number",
        "FROM rollouts",
        "SELECT person, at FROM reminders",
        "FROM seals",
        "FROM stamps",
        "FROM jobs WHERE state IN",
        // The few that are running; the few nodes and what they have taken.
        "lease_until > $5",
        "FROM nodes",
        "DELETE FROM leases",
        "FROM guide_editions ORDER BY number",
        "FROM seal_leaves l",
        "SELECT id FROM blobs",
        "FROM blobs WHERE case_id",
        "FROM tokens WHERE person",
        "FROM drill_attempts a JOIN drills",
        // All of what lies sealed is opened once by verify-store.
        "FROM upload_pieces UNION ALL",
        "SELECT id, person, started, entries, passed_at FROM case_drills",
        "SELECT id FROM drills",
        "drills WHERE passed_at IS NOT NULL",
        "SELECT id FROM mails WHERE card IS NOT NULL",
        // verify-store looks for numbers that were given out and that no case has.
        "SELECT number FROM cases",
        "FROM counters ORDER BY year",
        // What is on its way, and what was collected in the last month, is little; how many files there are is asked once a day.
        "SELECT id FROM blob_intents",
        "SELECT (SELECT COUNT(*) FROM blobs)",
        "FROM blob_bin ORDER BY",
    ];
    let (store, _scratch) = sqlite().await;
    let mut slow = String::new();
    for text in testing::statements() {
        let plan = testing::plan(&store.db, text).await.unwrap();
        let walks = |step: &str| {
            let table =
                step.starts_with("SCAN") && !step.contains("VALUES CLAUSE") && !step.contains("CONSTANT ROW");
            table || step.contains("TEMP B-TREE")
        };
        // A walk along the index that gives the order ends at the limit.
        let ordered = text.contains("LIMIT")
            && plan
                .lines()
                .all(|step| !walks(step) || step.contains("USING INDEX"));
        if plan.lines().any(walks) && !ordered && !whole.iter().any(|part| text.contains(part)) {
            slow += &format!("{text}\n{plan}\n\n");
        }
        println!("{text}\n{plan}\n");
    }
    assert!(slow.is_empty(), "{slow}");
}

#[tokio::test]
async fn a_store_opened_for_reading_says_what_is_there_and_changes_nothing() {
    on_both(|store, scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        settings::set(&mut tx, "here", "yes").await.unwrap();
        tx.commit().await.unwrap();
        store.db.close().await;
        let before = listing(scratch.dir());

        let reader = Store::open(
            StoreConfig {
                mode: OpenMode::ReadOnly,
                ..scratch.config()
            },
            &mut testing::rng(3),
        )
        .await
        .unwrap();
        let mut read = reader.db.read().await.unwrap();
        assert_eq!(
            settings::get(&mut read, "here").await.unwrap().as_deref(),
            Some("yes")
        );
        drop(read);
        let written = async {
            let mut tx = reader.db.begin().await?;
            settings::set(&mut tx, "here", "no").await?;
            tx.commit().await
        };
        assert!(written.await.is_err(), "a reader wrote");
        reader.db.close().await;
        assert_eq!(listing(scratch.dir()), before);
    })
    .await;
}

#[tokio::test]
async fn reading_where_nothing_is_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("not/here");
    let config = StoreConfig {
        database_url: None,
        database: store::DatabaseOptions::default(),
        dir: place.clone(),
        bucket: None,
        master: testing::master(),
        mode: OpenMode::ReadOnly,
        birth: Kind::Real,
    };
    let refused = Store::open(config, &mut testing::rng(3))
        .await
        .err()
        .expect("refused");
    assert!(refused.to_string().contains("not/here"), "{refused}");
    assert!(!place.exists());
}

/// Every file below a folder, with its length.
fn listing(dir: &std::path::Path) -> Vec<(std::path::PathBuf, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let about = entry.metadata().unwrap();
            if about.is_dir() {
                folders.push(entry.path());
            }
            found.push((entry.path(), if about.is_dir() { 0 } else { about.len() }));
        }
    }
    found.sort();
    found
}
