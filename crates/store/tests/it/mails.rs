use domain::mail::Door;
use store::StoreError;
use store::mails::{self, Mail, MailState};

use crate::*;

fn mail(id: &str, second: i64, state: MailState) -> Mail {
    Mail {
        id: id.to_owned(),
        at: at(second),
        door: Door::Lmtp,
        state,
        reason: Some("unknown-sender".into()),
        person: None,
        case: None,
        card: b"{\"from\":\"x\"}".to_vec(),
        decided: None,
        decision: None,
    }
}

async fn kept(store: &Store, mail: &Mail) {
    let mut tx = store.db.begin().await.unwrap();
    mails::add(&mut tx, &store.keys, mail, Some(b"Hej"), &mut testing::rng(1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_mail_is_kept_once_and_comes_back_as_it_was() {
    on_both(|store, _scratch| async move {
        let waiting = mail("a1", 1, MailState::Waiting);
        kept(&store, &waiting).await;
        let mut tx = store.db.begin().await.unwrap();
        let again = mails::add(&mut tx, &store.keys, &waiting, None, &mut testing::rng(2)).await;
        assert!(matches!(again, Err(StoreError::Unique { .. })), "{again:?}");
        drop(tx);
        let mut read = store.db.read().await.unwrap();
        assert_eq!(
            mails::get(&mut read, &store.keys, "a1").await.unwrap(),
            Some(waiting)
        );
        let message = mails::message(&mut read, &store.keys, "a1").await.unwrap();
        assert_eq!(message.as_deref(), Some(b"Hej".as_slice()));
        assert_eq!(mails::get(&mut read, &store.keys, "a2").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn what_is_let_in_leaves_nothing_of_what_it_says_and_is_let_in_once() {
    on_both(|store, _scratch| async move {
        kept(&store, &mail("a1", 1, MailState::Waiting)).await;
        let (mette, hr) = (person("p1"), person("p2"));
        for wanted in [true, false] {
            let mut tx = store.db.begin().await.unwrap();
            let done = mails::let_in(&mut tx, "a1", &mette, &case_id(1), (&hr, at(5))).await;
            assert_eq!(done.unwrap(), wanted);
            tx.commit().await.unwrap();
        }
        let mut read = store.db.read().await.unwrap();
        let taken = mails::get(&mut read, &store.keys, "a1").await.unwrap().unwrap();
        assert_eq!(
            (taken.state, taken.card.as_slice()),
            (MailState::Taken, b"".as_slice())
        );
        assert_eq!(
            (taken.person.as_ref(), taken.decided),
            (Some(&mette), Some((hr, at(5))))
        );
        assert_eq!(mails::message(&mut read, &store.keys, "a1").await.unwrap(), None);
        assert_eq!(mails::since(&mut read, &mette, at(0)).await.unwrap(), 1);
        assert_eq!(mails::since(&mut read, &mette, at(1)).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_discarded_keeps_its_reason_until_it_is_forgotten() {
    on_both(|store, _scratch| async move {
        for (id, second, state) in [
            ("a1", 1, MailState::Waiting),
            ("a2", 2, MailState::NoCase),
            ("a3", 3, MailState::Waiting),
        ] {
            kept(&store, &mail(id, second, state)).await;
        }
        let mut tx = store.db.begin().await.unwrap();
        let hr = person("p2");
        for (id, wanted) in [("a1", true), ("a1", false), ("a2", false)] {
            let by = (&hr, at(9));
            let done = mails::discard(&mut tx, &store.keys, id, by, "Reklame", &mut testing::rng(3)).await;
            assert_eq!(done.unwrap(), wanted, "{id}");
        }
        tx.commit().await.unwrap();
        let mut read = store.db.read().await.unwrap();
        let discarded = mails::get(&mut read, &store.keys, "a1").await.unwrap().unwrap();
        assert_eq!(discarded.decision.as_deref(), Some("Reklame"));
        assert_eq!(mails::message(&mut read, &store.keys, "a1").await.unwrap(), None);
        drop(read);
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(
            mails::purge(&mut tx, at(3)).await.unwrap(),
            2,
            "the one that waits stays"
        );
        tx.commit().await.unwrap();
        let mut read = store.db.read().await.unwrap();
        assert_eq!(mails::count(&mut read, MailState::Waiting).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_list_is_newest_first_and_goes_on_to_its_end() {
    on_both(|store, _scratch| async move {
        for n in 0..5 {
            kept(
                &store,
                &mail(&format!("a{n}"), 1 + i64::from(n) / 2, MailState::Waiting),
            )
            .await;
        }
        let mut read = store.db.read().await.unwrap();
        let (mut seen, mut next) = (Vec::new(), None);
        loop {
            let state = MailState::Waiting;
            let page = mails::list(&mut read, &store.keys, state, next.as_ref(), 2)
                .await
                .unwrap();
            seen.extend(page.rows.into_iter().map(|mail| mail.id));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a4", "a3", "a2", "a1", "a0"]);
    })
    .await;
}
