use proof::merkle::verify_inclusion;
use proof::seal::{HeadLeaf, Seal, inclusion};
use store::StoreError;
use store::seals;

use crate::*;

async fn seal(store: &Store, seconds: i64, scratch: &Scratch) -> (u64, Vec<HeadLeaf>) {
    let key =
        proof::SigningKey::open_or_create(&scratch.dir().join("signing.key"), &mut testing::rng(9)).unwrap();
    let mut tx = store.db.begin().await.unwrap();
    let heads = seals::heads(&mut tx).await.unwrap();
    let seal = Seal::make(&key, at(seconds).as_microsecond(), &heads);
    let id = seals::save(&mut tx, &seal, &heads).await.unwrap();
    tx.commit().await.unwrap();
    (id, heads)
}

#[tokio::test]
async fn a_seal_proves_every_case_that_was_under_it_and_later_seals_change_none() {
    on_both(|store, scratch| async move {
        for number in 1..=40 {
            case_with(&store, &case_id(number), &[said("x")]).await;
        }
        case_with(&store, &case_id(90), &[]).await;
        let (first, old) = seal(&store, 1, &scratch).await;
        assert_eq!((first, old.len()), (1, 40), "a case without entries has no head");
        // One case moves, one begins.
        let mut read = store.db.read().await.unwrap();
        let keys = store.keys.of(&mut read, &case_id(3)).await.unwrap();
        let mut tx = store.db.begin().await.unwrap();
        let mut head = journal::lock(&mut tx, &case_id(3)).await.unwrap().unwrap();
        append(&mut tx, &case_id(3), &mut head, &keys, &[said("y")]).await;
        tx.commit().await.unwrap();
        case_with(&store, &case_id(41), &[said("x")]).await;
        let (second, new) = seal(&store, 2, &scratch).await;
        assert_eq!((second, new.len()), (2, 41));
        assert_eq!(seals::leaves(&mut read, 1).await.unwrap(), old);
        assert_eq!(seals::leaves(&mut read, 2).await.unwrap(), new);
        for number in [1, 3, 41] {
            let found = seals::latest_containing(&mut read, &case_id(number))
                .await
                .unwrap()
                .unwrap();
            assert!(found.id == 2 && found.seal.verify());
            let (index, path) = inclusion(&found.leaves, case_id(number).as_str()).unwrap();
            let leaf = &found.leaves[usize::try_from(index).unwrap()];
            assert_eq!(leaf.seq, if number == 3 { 2 } else { 1 });
            assert!(verify_inclusion(
                &leaf.bytes(),
                index,
                found.seal.size,
                &path,
                &found.seal.root
            ));
        }
        assert_eq!(
            seals::latest_containing(&mut read, &case_id(90)).await.unwrap(),
            None
        );
        assert_eq!(seals::all(&mut read).await.unwrap().len(), 2);
        assert_eq!(
            seals::latest(&mut read).await.unwrap().unwrap().seal.at_us,
            at(2).as_microsecond()
        );
    })
    .await;
}

#[tokio::test]
async fn a_seal_that_would_forget_a_case_is_refused() {
    on_both(|store, scratch| async move {
        for number in 1..=3 {
            case_with(&store, &case_id(number), &[said("x")]).await;
        }
        let (_, heads) = seal(&store, 1, &scratch).await;
        let mut tx = store.db.begin().await.unwrap();
        let last = seals::latest(&mut tx).await.unwrap().unwrap().seal;
        let error = seals::save(&mut tx, &last, &heads[1..]).await.unwrap_err();
        assert!(matches!(error, StoreError::Other(_)), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn without_a_seal_nothing_is_proved() {
    on_both(|store, _scratch| async move {
        case_with(&store, &case_id(1), &[said("x")]).await;
        let mut read = store.db.read().await.unwrap();
        assert_eq!(seals::latest(&mut read).await.unwrap(), None);
        assert_eq!(
            seals::latest_containing(&mut read, &case_id(1)).await.unwrap(),
            None
        );
    })
    .await;
}
