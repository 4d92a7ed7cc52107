use domain::ids::BlobId;
use jiff::SignedDuration;
use store::StoreError;
use store::blobs;
use store::files::{self, Collected, Collection, CollectionAlarm};
use store::testing::{Engine, Files, s3};
use store::uploads::{self, Piece};

use crate::blobs::{begin, blob, files as lying, read, record, row, write};
use crate::*;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Just more than a day after everything here is announced.
fn tomorrow() -> Timestamp {
    at(1) + DAY
}

fn done(collected: Collected) -> Collection {
    match collected {
        Collected::Done(collection) => collection,
        Collected::Stopped(alarm) => panic!("stopped: {alarm:?}"),
    }
}

/// A store with so many owned files that one more is not one of a hundred. Their files are not there: nobody asks.
async fn with_owned(store: &Store, count: u64) -> Keys {
    let (keys, _) = case_with(store, &case_id(1), &[]).await;
    for number in 1..=count {
        drop(store.announce_as(&blob(number), at(0)).await.unwrap());
        record(store, &row(number)).await.unwrap();
    }
    keys
}

#[tokio::test]
async fn after_a_crash_what_nothing_owns_goes_into_the_bin_after_a_day_and_ends_after_a_month() {
    for files in [Files::Folder, Files::Bucket] {
        for engine in testing::engines() {
            let (store, scratch) = testing::store_on(engine, files).await;
            let keys = with_owned(&store, 200).await;
            drop(write(&store, &blob(300), &keys, b"noget").await);
            // Killed while writing: in a folder the draft, in a bucket the parts.
            let mut half = begin(&store, &blob(301), &keys).await;
            half.write(&vec![7; 6_000_000]).await.unwrap();
            std::mem::forget(half);
            drop(store.announce_as(&blob(302), at(0)).await.unwrap());
            // Opened again: nothing is looked for, and nothing goes.
            let store = scratch.reopen().await;
            assert_eq!(
                done(store.collect(at(0) + DAY, false).await.unwrap()),
                Collection::default()
            );
            assert!(store.blobs.exists(&blob(300)).await.unwrap());
            let collected = done(store.collect(tomorrow(), false).await.unwrap());
            let folder = files == Files::Folder;
            let binned = if folder {
                vec![blob(300), blob(301)]
            } else {
                vec![blob(300)]
            };
            assert_eq!(collected.binned, binned);
            assert_eq!(collected.withdrawn, if folder { 1 } else { 2 });
            assert!(!store.blobs.exists(&blob(300)).await.unwrap());
            assert_eq!(store.blobs.list().await.unwrap(), []);
            if folder {
                let lies = lying(&scratch.dir().join("blobs"));
                assert_eq!(lies.len(), 2, "{lies:?}");
                assert!(lies.iter().all(|name| name.starts_with("bin/2026-")), "{lies:?}");
            } else {
                let bucket = scratch.bucket().unwrap();
                assert!(!s3::ask_of(bucket, "GET", "/?uploads").contains("<UploadId>"));
                assert!(s3::ask_of(bucket, "GET", "/").contains("filer/bin/2026-"));
            }
            let late = record(&store, &row(300)).await;
            assert!(
                matches!(late, Err(StoreError::Missing { .. })),
                "too late to be owned: {late:?}"
            );
            let month = tomorrow() + DAY * 30;
            let before = month - SignedDuration::from_secs(1);
            assert_eq!(
                done(store.collect(before, false).await.unwrap()),
                Collection::default()
            );
            let ended = done(store.collect(month, false).await.unwrap()).ended;
            assert_eq!(ended, binned);
            assert_eq!(store.bin().await.unwrap(), []);
            match scratch.bucket() {
                None => assert_eq!(lying(&scratch.dir().join("blobs")), [""; 0]),
                Some(bucket) => assert!(!s3::ask_of(bucket, "GET", "/").contains("filer/bin/")),
            }
        }
    }
}

#[tokio::test]
async fn a_collection_that_would_take_too_many_takes_none_and_leaves_an_alarm_until_somebody_lets_it_go_on() {
    on_both(|store, _scratch| async move {
        let keys = with_owned(&store, 150).await;
        for number in [300, 301] {
            drop(write(&store, &blob(number), &keys, b"noget").await);
        }
        let alarm = CollectionAlarm {
            at: tomorrow(),
            files: 2,
            owned: 150,
        };
        let stopped = store.collect(tomorrow(), false).await.unwrap();
        assert_eq!(stopped, Collected::Stopped(alarm), "more than one of a hundred");
        assert!(store.blobs.exists(&blob(300)).await.unwrap());
        let mut reader = store.db.read().await.unwrap();
        assert_eq!(files::collection_alarm(&mut reader).await.unwrap(), Some(alarm));
        assert_eq!(store.bin().await.unwrap(), []);
        let let_go_on = done(store.collect(tomorrow(), true).await.unwrap());
        assert_eq!(let_go_on.binned, [blob(300), blob(301)]);
        assert_eq!(files::collection_alarm(&mut reader).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_file_comes_back_out_of_the_bin_when_it_is_asked_for_or_turns_out_to_be_owned() {
    for files in [Files::Folder, Files::Bucket] {
        let (store, _scratch) = testing::store_on(Engine::Sqlite, files).await;
        let keys = with_owned(&store, 300).await;
        for number in [400, 401] {
            drop(write(&store, &blob(number), &keys, b"noget").await);
        }
        assert_eq!(
            done(store.collect(tomorrow(), false).await.unwrap()).binned.len(),
            2
        );
        store.restore(&blob(400), tomorrow()).await.unwrap();
        assert_eq!(read(&store.blobs, &blob(400), &keys).await.unwrap(), b"noget");
        let again = store.restore(&blob(400), tomorrow()).await;
        assert!(matches!(again, Err(StoreError::Missing { .. })), "{again:?}");
        // It counts as announced now: it can be recorded, or is collected in another day.
        record(&store, &row(400)).await.unwrap();
        // Somebody put a row back by hand.
        let sql = "INSERT INTO blobs (id, case_id, compartment, bytes, at) \
            SELECT 'ab0401-blob', case_id, compartment, bytes, at FROM blobs WHERE id = 'ab0001-blob'";
        assert_eq!(testing::tamper(&store.db, sql).await.unwrap(), 1);
        let collected = done(store.collect(tomorrow(), false).await.unwrap());
        assert_eq!(collected.restored, [blob(401)]);
        assert_eq!(read(&store.blobs, &blob(401), &keys).await.unwrap(), b"noget");
        assert_eq!(store.bin().await.unwrap(), []);
    }
}

#[tokio::test]
async fn what_is_recorded_while_a_collection_looks_stays() {
    on_both(|store, _scratch| async move {
        let keys = with_owned(&store, 200).await;
        drop(write(&store, &blob(300), &keys, b"noget").await);
        // Recorded after the collection has asked what is due, committed before it takes it.
        let mut tx = store.db.begin().await.unwrap();
        blobs::record(&mut tx, &row(300)).await.unwrap();
        let collecting = store.clone();
        let collecting = tokio::spawn(async move { collecting.collect(tomorrow(), false).await });
        tx.commit().await.unwrap();
        assert_eq!(done(collecting.await.unwrap().unwrap()), Collection::default());
        assert_eq!(read(&store.blobs, &blob(300), &keys).await.unwrap(), b"noget");
    })
    .await;
}

#[tokio::test]
async fn names_are_announced_together_before_they_are_used_and_old_ones_are_not_used() {
    on_both(|store, _scratch| async move {
        let mut rng = testing::rng(9);
        let first = store.announce(at(0), &mut rng).await.unwrap();
        let mut reader = store.db.read().await.unwrap();
        let announced = files::announced(&mut reader).await.unwrap();
        assert_eq!(announced.len(), 16, "one transaction for sixteen files");
        assert!(announced.contains(first.id()));
        let mut used: Vec<BlobId> = vec![first.id().clone()];
        for _ in 1..16 {
            used.push(store.announce(at(60), &mut rng).await.unwrap().id().clone());
        }
        assert!(used.iter().all(|id| announced.contains(id)));
        store.announce(at(60), &mut rng).await.unwrap();
        let late = store
            .announce(at(60) + SignedDuration::from_hours(1), &mut rng)
            .await
            .unwrap();
        let announced = files::announced(&mut reader).await.unwrap();
        assert!(announced.contains(late.id()));
        assert_eq!(
            announced.len(),
            33,
            "sixteen used, one used, and the fifteen too old ones are settled"
        );
    })
    .await;
}

#[tokio::test]
async fn the_files_of_a_forgotten_upload_are_announced_again_until_they_are_removed() {
    on_both(|store, _scratch| async move {
        let keys = with_owned(&store, 1).await;
        let upload = uploads::Upload {
            id: "u1".into(),
            person: person("p01"),
            name: "film.mp4".into(),
            bytes: 5,
            at: at(0),
        };
        let mut tx = store.db.begin().await.unwrap();
        uploads::add(&mut tx, &store.keys, &upload, &mut testing::rng(3))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        drop(write(&store, &blob(300), &keys, b"noget").await);
        let piece = Piece {
            place: 0,
            bytes: 5,
            blob: blob(300),
        };
        let mut tx = store.db.begin().await.unwrap();
        uploads::add_piece(&mut tx, "u1", &piece).await.unwrap();
        tx.commit().await.unwrap();
        let mut reader = store.db.read().await.unwrap();
        assert!(!files::announced(&mut reader).await.unwrap().contains(&blob(300)));
        let mut tx = store.db.begin().await.unwrap();
        let left = store.forget_upload(&mut tx, "u1", at(9)).await.unwrap();
        tx.commit().await.unwrap();
        // Killed here, it would be collected.
        assert!(files::announced(&mut reader).await.unwrap().contains(&blob(300)));
        assert!(store.blobs.exists(&blob(300)).await.unwrap());
        store.remove(left).await.unwrap();
        assert!(!store.blobs.exists(&blob(300)).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn in_a_database_that_was_put_back_nothing_that_was_announced_before_is_collected() {
    on_both(|store, _scratch| async move {
        let keys = with_owned(&store, 200).await;
        drop(write(&store, &blob(300), &keys, b"noget").await);
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(files::withdraw_all(&mut tx).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(
            done(store.collect(tomorrow(), true).await.unwrap()),
            Collection::default()
        );
        assert!(store.blobs.exists(&blob(300)).await.unwrap());
    })
    .await;
}
