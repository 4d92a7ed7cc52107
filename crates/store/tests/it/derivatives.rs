use domain::ids::BlobId;
use domain::vocabulary::Compartment;
use store::blobs::{self, BlobRow};
use store::derivatives::{self, Derivative, Kind, Outcome};
use store::files::{Collected, Collection};
use store::jobs::{self, Lane};
use store::{StoreError, Tx};

use crate::*;

fn made(exhibit: u32, kind: Kind, page: u32, outcome: Outcome) -> Derivative {
    Derivative {
        exhibit,
        kind,
        page,
        outcome,
        media_type: "image/jpeg".into(),
        bytes: 3,
        at: at(5),
        made_by: "test".into(),
    }
}

async fn keep(tx: &mut Tx, keys: &Keys, made: &Derivative) -> Result<(), StoreError> {
    derivatives::add(tx, &case_id(1), keys, made, &mut testing::rng(3)).await
}

#[tokio::test]
async fn working_copies_come_back_and_are_not_collected() {
    on_both(|store, _scratch| async move {
        let (keys, _) = case_with(&store, &case_id(1), &[said("x")]).await;
        let blob = BlobId::new("aa-1");
        let key = keys.of(Compartment::Matter);
        let mut rng = testing::rng(4);
        let writer = store.announce_as(&blob, at(0)).await.unwrap();
        let mut writer = store.blobs.sealed_writer(writer, key, &mut rng).await.unwrap();
        writer.write(b"abc").await.unwrap();
        drop(writer.finish().await.unwrap());
        let rows = [
            made(1, Kind::Facts, 0, Outcome::Note(b"{}".to_vec())),
            made(1, Kind::Thumbnail, 0, Outcome::File(blob.clone())),
            made(2, Kind::Thumbnail, 0, Outcome::Failed("broken".into())),
        ];
        let mut tx = store.db.begin().await.unwrap();
        let compartment = Compartment::Matter;
        let row = BlobRow {
            id: blob.clone(),
            case: case_id(1),
            compartment,
            bytes: 3,
            at: at(5),
        };
        blobs::record(&mut tx, &row).await.unwrap();
        for row in &rows {
            keep(&mut tx, &keys, row).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut read = store.db.read().await.unwrap();
        assert_eq!(
            derivatives::of_case(&mut read, &case_id(1), &keys).await.unwrap(),
            rows
        );
        assert!(derivatives::any(&mut read, &case_id(1), 2).await.unwrap());
        assert!(!derivatives::any(&mut read, &case_id(1), 3).await.unwrap());
        drop(read);
        let later = at(0) + jiff::SignedDuration::from_hours(48);
        let collected = store.collect(later, true).await.unwrap();
        assert_eq!(collected, Collected::Done(Collection::default()));
        let mut tx = store.db.begin().await.unwrap();
        let twice = keep(&mut tx, &keys, &rows[2]).await;
        assert!(matches!(twice, Err(StoreError::Unique { .. })), "{twice:?}");
    })
    .await;
}

#[tokio::test]
async fn a_note_opens_only_with_its_case_s_key() {
    on_both(|store, _scratch| async move {
        let (keys, _) = case_with(&store, &case_id(1), &[said("x")]).await;
        let (others, _) = store.keys.generate(&case_id(2), &mut testing::rng(8));
        let mut tx = store.db.begin().await.unwrap();
        let row = made(1, Kind::Facts, 0, Outcome::Note(b"{}".to_vec()));
        keep(&mut tx, &keys, &row).await.unwrap();
        let opened = derivatives::of_case(&mut tx, &case_id(1), &others).await;
        assert!(matches!(opened, Err(StoreError::Damaged { .. })), "{opened:?}");
    })
    .await;
}

#[tokio::test]
async fn a_slow_job_is_not_taken_for_a_prompt_one() {
    on_both(|store, _scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        let node = "0000000000000001";
        jobs::enqueue_in(&mut tx, Lane::Slow, "s", "derive", "{}", at(1))
            .await
            .unwrap();
        assert_eq!(jobs::next_run(&mut tx).await.unwrap(), None);
        assert_eq!(jobs::claim(&mut tx, at(2), node).await.unwrap(), None);
        let job = jobs::claim_in(&mut tx, Lane::Slow, at(2), node).await.unwrap();
        assert_eq!(job.unwrap().id, "s");
        tx.commit().await.unwrap();
        // Its worker died.
        let silent = "UPDATE jobs SET lease_until = 1";
        testing::tamper(&store.db, silent).await.unwrap();
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(jobs::claim(&mut tx, at(200), node).await.unwrap(), None);
        let again = jobs::claim_in(&mut tx, Lane::Slow, at(200), node).await.unwrap();
        assert_eq!(again.unwrap().attempts, 2);
    })
    .await;
}
