use proof::seal::Seal;
use store::stamps::{self, Given, StampState};
use store::{Cursor, seals};

use crate::*;

/// A seal over all heads as they are; it is to be stamped.
async fn sealed(store: &Store, scratch: &Scratch) -> u64 {
    let key =
        proof::SigningKey::open_or_create(&scratch.dir().join("signing.key"), &mut testing::rng(9)).unwrap();
    let mut tx = store.db.begin().await.unwrap();
    let heads = seals::heads(&mut tx).await.unwrap();
    let seal = Seal::make(&key, at(1).as_microsecond(), &heads);
    let id = seals::save(&mut tx, &seal, &heads).await.unwrap();
    stamps::want(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn stamp(store: &Store, seal: u64, second: i64) {
    let given = Given {
        at: at(second),
        before: at(second + 1),
        authority: "CN=Tid",
        token: &[1, 2, 3],
    };
    let mut tx = store.db.begin().await.unwrap();
    stamps::stamped(&mut tx, seal, at(second), &given).await.unwrap();
    tx.commit().await.unwrap();
}

async fn said_more(store: &Store, number: u64) {
    let mut tx = store.db.begin().await.unwrap();
    let mut head = journal::lock(&mut tx, &case_id(number)).await.unwrap().unwrap();
    let keys = store.keys.of(&mut tx, &case_id(number)).await.unwrap();
    append(&mut tx, &case_id(number), &mut head, &keys, &[said("y")]).await;
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_seal_waits_is_tried_and_stamped_once() {
    on_both(|store, scratch| async move {
        case_with(&store, &case_id(1), &[said("x")]).await;
        let seal = sealed(&store, &scratch).await;
        let mut tx = store.db.begin().await.unwrap();
        stamps::failed(&mut tx, seal, at(5), "late", at(65))
            .await
            .unwrap();
        stamps::failed(&mut tx, seal, at(65), "refused", at(185))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut read = store.db.read().await.unwrap();
        let waiting = stamps::get(&mut read, seal).await.unwrap().unwrap();
        assert_eq!((waiting.state, waiting.failures), (StampState::Waiting, 2));
        assert_eq!((waiting.tried_at, waiting.next_at), (Some(at(65)), Some(at(185))));
        assert_eq!((waiting.fault.as_deref(), waiting.at), (Some("refused"), None));
        assert_eq!(stamps::token(&mut read, seal).await.unwrap(), None);
        stamp(&store, seal, 190).await;
        stamp(&store, seal, 999).await;
        let stamped = stamps::get(&mut read, seal).await.unwrap().unwrap();
        assert_eq!(
            (stamped.state, stamped.failures, stamped.fault),
            (StampState::Stamped, 2, None)
        );
        assert_eq!((stamped.at, stamped.before), (Some(at(190)), Some(at(191))));
        assert_eq!(stamps::token(&mut read, seal).await.unwrap(), Some(vec![1, 2, 3]));
        assert_eq!(stamps::totals(&mut read).await.unwrap(), (1, 2));
        assert_eq!(stamps::all(&mut read).await.unwrap(), [seal]);
        assert_eq!(stamps::get(&mut read, 9).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_newer_seal_takes_over_from_one_that_waits() {
    on_both(|store, scratch| async move {
        case_with(&store, &case_id(1), &[said("x")]).await;
        let (first, second, third) = (
            sealed(&store, &scratch).await,
            sealed(&store, &scratch).await,
            sealed(&store, &scratch).await,
        );
        stamp(&store, first, 10).await;
        stamp(&store, third, 20).await;
        let mut read = store.db.read().await.unwrap();
        let mut states = Vec::new();
        let mut cursor = None;
        loop {
            let page = stamps::list(&mut read, cursor.as_ref(), 2).await.unwrap();
            states.extend(page.rows.iter().map(|(stamp, at)| (stamp.seal, stamp.state, *at)));
            match page.next {
                Some(next) => cursor = Cursor::parse(&next.to_string()),
                None => break,
            }
        }
        let overtaken = StampState::Overtaken;
        assert_eq!(
            states,
            [
                (third, StampState::Stamped, at(1)),
                (second, overtaken, at(1)),
                (first, overtaken, at(1))
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_case_knows_the_first_stamp_over_each_step_of_its_journal() {
    on_both(|store, scratch| async move {
        case_with(&store, &case_id(1), &[said("x")]).await;
        case_with(&store, &case_id(2), &[said("x")]).await;
        for round in 0..4 {
            let seal = sealed(&store, &scratch).await;
            // The third seal got none.
            if round != 2 {
                stamp(&store, seal, 10).await;
            }
            said_more(&store, 1).await;
        }
        let mut read = store.db.read().await.unwrap();
        assert_eq!(
            stamps::of_case(&mut read, &case_id(1)).await.unwrap(),
            [(1, 1), (2, 2), (4, 4)]
        );
        assert_eq!(stamps::of_case(&mut read, &case_id(2)).await.unwrap(), [(1, 1)]);
        assert_eq!(stamps::of_case(&mut read, &case_id(3)).await.unwrap(), []);
    })
    .await;
}
