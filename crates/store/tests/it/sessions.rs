use domain::organisation::{Person, Unit};
use store::idempotency::{self, Answer, Recalled};
use store::notices::{self, Notice};
use store::sessions::{self, Token};
use store::{StoreError, people};

use crate::*;

async fn with_people(store: &Store) {
    let unit = Unit {
        id: UnitId::new("u"),
        parent: None,
        name: "U".into(),
        kind: String::new(),
    };
    let employee = |id: &str| Person {
        id: person(id),
        name: id.into(),
        email: format!("{id}@x.dk"),
        title: String::new(),
        unit: UnitId::new("u"),
        roles: [].into(),
        active: true,
        deputy: None,
        away: None,
        since: None,
    };
    let mut tx = store.db.begin().await.unwrap();
    people::import(&mut tx, &[unit], &[employee("p01"), employee("p02")], at(0))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_session_holds_until_it_expires_or_is_ended() {
    on_both(|store, _scratch| async move {
        with_people(&store).await;
        let mut tx = store.db.begin().await.unwrap();
        for (secret, who) in [("a", "p01"), ("b", "p01"), ("c", "p02")] {
            sessions::start(&mut tx, secret, &person(who), at(0), at(100))
                .await
                .unwrap();
        }
        let found = sessions::find(&mut tx, "a", at(99)).await.unwrap().unwrap();
        assert_eq!(
            (found.person, found.created, found.seen, found.expires),
            (person("p01"), at(0), at(0), at(100))
        );
        assert_eq!(sessions::find(&mut tx, "a", at(100)).await.unwrap(), None);
        assert_eq!(sessions::find(&mut tx, "d", at(1)).await.unwrap(), None);
        sessions::seen(&mut tx, "a", at(50), at(150)).await.unwrap();
        assert_eq!(
            sessions::find(&mut tx, "a", at(149)).await.unwrap().unwrap().seen,
            at(50)
        );
        sessions::end(&mut tx, "c").await.unwrap();
        assert_eq!(sessions::find(&mut tx, "c", at(1)).await.unwrap(), None);
        assert_eq!(sessions::purge(&mut tx, at(100)).await.unwrap(), 1);
        sessions::end_all(&mut tx, &person("p01")).await.unwrap();
        assert_eq!(sessions::find(&mut tx, "a", at(1)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_token_holds_until_it_expires_or_is_revoked() {
    on_both(|store, _scratch| async move {
        with_people(&store).await;
        let token = |label: &str, expires| Token {
            person: person("p01"),
            label: label.into(),
            created: at(0),
            expires,
        };
        let (endless, short) = (token("ESDH", None), token("test", Some(at(10))));
        let mut tx = store.db.begin().await.unwrap();
        sessions::create_token(&mut tx, "x", &endless).await.unwrap();
        sessions::create_token(&mut tx, "y", &short).await.unwrap();
        assert_eq!(
            sessions::find_token(&mut tx, "x", at(1_000_000)).await.unwrap(),
            Some(endless)
        );
        assert_eq!(
            sessions::find_token(&mut tx, "y", at(9)).await.unwrap(),
            Some(short)
        );
        assert_eq!(sessions::find_token(&mut tx, "y", at(10)).await.unwrap(), None);
        assert_eq!(
            sessions::find(&mut tx, "x", at(1)).await.unwrap(),
            None,
            "a token is no session"
        );
        assert_eq!(
            sessions::tokens_of(&mut tx, &person("p01")).await.unwrap().len(),
            2
        );
        assert_eq!(sessions::revoke_tokens(&mut tx, &person("p01")).await.unwrap(), 2);
        assert_eq!(sessions::find_token(&mut tx, "x", at(1)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_another_request_none() {
    on_both(|store, _scratch| async move {
        let (who, one, other) = (person("p01"), [1; 32], [2; 32]);
        let mut tx = store.db.begin().await.unwrap();
        let recall = idempotency::recall(&mut tx, &store.keys, &who, "k", &one)
            .await
            .unwrap();
        assert_eq!(recall, Recalled::New);
        let answer = Answer {
            person: &who,
            key: "k",
            fingerprint: &one,
            status: 201,
            body: b"{\"case\":\"2026-0001\"}",
        };
        idempotency::remember(&mut tx, &store.keys, answer, at(0), &mut testing::rng(1))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut read = store.db.read().await.unwrap();
        let again = idempotency::recall(&mut read, &store.keys, &who, "k", &one)
            .await
            .unwrap();
        assert_eq!(
            again,
            Recalled::Answered {
                status: 201,
                body: answer.body.to_vec()
            }
        );
        let mismatch = idempotency::recall(&mut read, &store.keys, &who, "k", &other)
            .await
            .unwrap();
        assert_eq!(mismatch, Recalled::Mismatch);
        let somebody = idempotency::recall(&mut read, &store.keys, &person("p02"), "k", &one)
            .await
            .unwrap();
        assert_eq!(somebody, Recalled::New);
        let mut tx = store.db.begin().await.unwrap();
        let twice = idempotency::remember(&mut tx, &store.keys, answer, at(0), &mut testing::rng(1)).await;
        assert!(matches!(twice, Err(StoreError::Unique { what }) if what == "idempotency"));
        drop(tx);
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(idempotency::purge(&mut tx, at(0), 10).await.unwrap(), 0);
        assert_eq!(idempotency::purge(&mut tx, at(1), 10).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn notices_are_told_once_newest_first_until_they_are_read() {
    on_both(|store, _scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        let notice = |number: i64| Notice {
            id: format!("n{number}"),
            person: person("p01"),
            case: (number > 0).then(|| case_id(1)),
            kind: "passed-over".into(),
            at: at(number / 2),
            read_at: None,
        };
        for number in 0..5 {
            assert!(notices::add(&mut tx, &notice(number)).await.unwrap());
        }
        assert!(!notices::add(&mut tx, &notice(3)).await.unwrap());
        assert_eq!(notices::unread(&mut tx, &person("p01")).await.unwrap(), 5);
        let first = notices::of(&mut tx, &person("p01"), None, 3).await.unwrap();
        assert_eq!(first.rows, [notice(4), notice(3), notice(2)]);
        let second = notices::of(&mut tx, &person("p01"), first.next.as_ref(), 3)
            .await
            .unwrap();
        assert_eq!((second.rows, second.next), (vec![notice(1), notice(0)], None));
        notices::mark_read(&mut tx, &person("p02"), "n4", at(9))
            .await
            .unwrap();
        assert_eq!(
            notices::unread(&mut tx, &person("p01")).await.unwrap(),
            5,
            "only one's own"
        );
        notices::mark_read(&mut tx, &person("p01"), "n0", at(9))
            .await
            .unwrap();
        assert_eq!(notices::unread(&mut tx, &person("p01")).await.unwrap(), 4);
        notices::mark_case_read(&mut tx, &person("p01"), &case_id(1), at(9))
            .await
            .unwrap();
        assert_eq!(notices::unread(&mut tx, &person("p01")).await.unwrap(), 0);
    })
    .await;
}
