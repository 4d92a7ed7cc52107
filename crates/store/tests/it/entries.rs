use std::collections::BTreeSet;

use domain::vocabulary::Compartment;
use proof::entry::{commitment, link};
use store::StoreError;
use store::journal::{headers, load, load_without_readings, lock, readings, sealed, verify_chain};

use crate::*;

#[tokio::test]
async fn numbers_have_neither_gaps_nor_doubles_when_many_take_one() {
    on_both(|store, _scratch| async move {
        let one = |number: u64| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut tx = store.db.begin().await.unwrap();
                let (taken, _) = begin_case(&store, &mut tx, &case_id(number)).await;
                // Every fourth gives up.
                if number.is_multiple_of(4) {
                    return None;
                }
                tx.commit().await.unwrap();
                Some(taken.as_str().to_owned())
            })
        };
        let tasks: Vec<_> = (1..=24).map(one).collect();
        let mut taken = BTreeSet::new();
        for task in tasks {
            if let Some(number) = task.await.unwrap() {
                assert!(taken.insert(number.clone()), "{number} twice");
            }
        }
        let wanted: BTreeSet<String> = (1..=18).map(|running| format!("2026-{running:04}")).collect();
        assert_eq!(taken, wanted);
    })
    .await;
}

#[tokio::test]
async fn each_year_counts_for_itself() {
    on_both(|store, _scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        let mut numbers = Vec::new();
        for (id, year) in [(1, 2026), (2, 2027), (3, 2026)] {
            let case = NewCase {
                year,
                ..new_case(&case_id(id))
            };
            let (_, wrapped) = store.keys.generate(&case.id, &mut testing::rng(id));
            numbers.push(
                journal::create_case(&mut tx, &case, &wrapped)
                    .await
                    .unwrap()
                    .to_string(),
            );
        }
        assert_eq!(numbers, ["2026-0001", "2027-0001", "2026-0002"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_appended_is_loaded_again_after_a_restart() {
    on_both(|store, scratch| async move {
        let id = case_id(1);
        let events: Vec<Event> = (0..15)
            .map(|n| {
                if n % 3 == 2 {
                    looked()
                } else {
                    said(&format!("nr. {n} æøå"))
                }
            })
            .collect();
        let (_, head) = case_with(&store, &id, &events).await;
        assert_eq!(head.seq, 15);
        store.db.close().await;
        let store = scratch.reopen().await;
        let mut read = store.db.read().await.unwrap();
        let keys = store.keys.of(&mut read, &id).await.unwrap();
        let loaded = load(&mut read, &id, &keys).await.unwrap();
        assert_eq!(
            loaded.iter().map(|entry| entry.event.clone()).collect::<Vec<_>>(),
            events
        );
        assert_eq!(
            loaded.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
            (1..=15).collect::<Vec<_>>()
        );
        assert!(
            loaded
                .iter()
                .all(|entry| entry.actor == Actor::Person(person("p01")) && entry.at == at(0))
        );
        let acts = load_without_readings(&mut read, &id, &keys).await.unwrap();
        assert_eq!(
            acts,
            loaded
                .iter()
                .filter(|e| !e.event.is_reading())
                .cloned()
                .collect::<Vec<_>>()
        );
        assert_eq!(journal::head(&mut read, &id).await.unwrap(), Some(head.clone()));
        verify_chain(&id, &headers(&mut read, &id).await.unwrap(), &head).unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_export_gets_what_proves_each_entry() {
    on_both(|store, _scratch| async move {
        let id = case_id(1);
        let (keys, head) = case_with(&store, &id, &[said("et"), looked(), said("to")]).await;
        let mut read = store.db.read().await.unwrap();
        let entries = sealed(&mut read, &id, &keys).await.unwrap();
        let mut hash = proof::entry::GENESIS;
        for entry in &entries {
            assert_eq!(commitment(&entry.salt, &entry.json), entry.header.commitment);
            hash = link(&hash, &entry.header.leaf());
            assert_eq!(hash, entry.hash);
        }
        assert_eq!(hash, head.hash);
        assert_eq!(entries[2].event().unwrap(), said("to"));
        let salts: BTreeSet<_> = entries.iter().map(|entry| entry.salt).collect();
        assert_eq!(salts.len(), 3, "each entry has a salt of its own");
    })
    .await;
}

#[tokio::test]
async fn two_who_append_at_once_come_one_after_the_other() {
    on_both(|store, _scratch| async move {
        let id = case_id(1);
        let (keys, _) = case_with(&store, &id, &[said("først")]).await;
        let write = |name: &'static str| {
            let (store, id, keys) = (store.clone(), id.clone(), keys.clone());
            tokio::spawn(async move {
                for _ in 0..10 {
                    let mut tx = store.db.begin().await.unwrap();
                    let mut head = lock(&mut tx, &id).await.unwrap().unwrap();
                    let seen = load(&mut tx, &id, &keys).await.unwrap();
                    assert_eq!(seen.len() as u64, head.seq, "the lock shows the latest");
                    append(&mut tx, &id, &mut head, &keys, &[said(name), said(name)]).await;
                    tx.commit().await.unwrap();
                }
            })
        };
        let (a, b) = tokio::join!(write("a"), write("b"));
        a.and(b).unwrap();
        let mut read = store.db.read().await.unwrap();
        let head = journal::head(&mut read, &id).await.unwrap().unwrap();
        assert_eq!(head.seq, 41);
        verify_chain(&id, &headers(&mut read, &id).await.unwrap(), &head).unwrap();
        let entries = load(&mut read, &id, &keys).await.unwrap();
        assert!(
            entries[1..].chunks(2).all(|pair| pair[0].event == pair[1].event),
            "pairs stay together"
        );
    })
    .await;
}

#[tokio::test]
async fn appending_to_an_old_head_or_an_unknown_case_is_refused() {
    on_both(|store, _scratch| async move {
        let id = case_id(1);
        let (keys, _) = case_with(&store, &id, &[said("et")]).await;
        let actor = Actor::System;
        let events = [said("to")];
        let (mut head, mut rng) = (Head::EMPTY, testing::rng(3));
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(lock(&mut tx, &case_id(2)).await.unwrap(), None);
        let old = journal::append(&mut tx, &id, &mut head, &keys, at(1), &actor, &events, &mut rng).await;
        assert!(matches!(old.unwrap_err(), StoreError::Unique { what } if what == "entries"));
        assert_eq!(head, Head::EMPTY, "not moved on");
        drop(tx);
        let mut tx = store.db.begin().await.unwrap();
        let none = case_id(2);
        let unknown =
            journal::append(&mut tx, &none, &mut head, &keys, at(1), &actor, &events, &mut rng).await;
        assert!(unknown.is_err());
    })
    .await;
}

#[tokio::test]
async fn every_tampered_column_is_found() {
    let tamperings: &[(&str, bool, bool)] = &[
        // statement, found by load, found by the chain
        (
            "UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE seq = 3) WHERE seq = 2",
            true,
            false,
        ),
        (
            "UPDATE entries SET commitment = (SELECT commitment FROM entries WHERE seq = 3) WHERE seq = 2",
            true,
            true,
        ),
        (
            "UPDATE entries SET hash = (SELECT hash FROM entries WHERE seq = 3) WHERE seq = 2",
            false,
            true,
        ),
        ("UPDATE entries SET at = at + 1 WHERE seq = 2", true, true),
        ("UPDATE entries SET actor = 'p02' WHERE seq = 2", true, true),
        (
            "UPDATE entries SET compartment = 'police' WHERE seq = 2",
            true,
            true,
        ),
        ("UPDATE entries SET seq = 9 WHERE seq = 4", true, true),
        ("DELETE FROM entries WHERE seq = 4", false, true),
        ("DELETE FROM entries WHERE seq = 2", false, true),
        ("UPDATE cases SET seq = 3", false, true),
    ];
    for (text, by_load, by_chain) in tamperings {
        on_both(|store, _scratch| async move {
            let id = case_id(1);
            let (keys, _) = case_with(&store, &id, &[said("1"), said("2"), said("3"), said("4")]).await;
            assert_eq!(testing::tamper(&store.db, text).await.unwrap(), 1, "{text}");
            let mut read = store.db.read().await.unwrap();
            let loaded = load(&mut read, &id, &keys).await;
            assert_eq!(
                matches!(loaded, Err(StoreError::Damaged { .. })),
                *by_load,
                "load after {text}"
            );
            let head = journal::head(&mut read, &id).await.unwrap().unwrap();
            let chain = verify_chain(&id, &headers(&mut read, &id).await.unwrap(), &head);
            assert_eq!(
                matches!(chain, Err(StoreError::Damaged { .. })),
                *by_chain,
                "chain after {text}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn a_damaged_entry_is_named() {
    let (store, _scratch) = sqlite().await;
    let (keys, _) = case_with(&store, &case_id(1), &[said("1"), said("2")]).await;
    testing::tamper(&store.db, "UPDATE entries SET sealed = X'00' WHERE seq = 2")
        .await
        .unwrap();
    let error = load(&mut store.db.read().await.unwrap(), &case_id(1), &keys)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, StoreError::Damaged { seq: 2, case, .. } if *case == case_id(1).as_str()),
        "{error:?}"
    );
}

#[tokio::test]
async fn readings_come_newest_first_across_cases_and_page_by_page() {
    on_both(|store, _scratch| async move {
        for number in 1..=3 {
            let id = case_id(number);
            let (keys, mut head) = case_with(&store, &id, &[said("noget")]).await;
            for _ in 0..7 {
                let mut tx = store.db.begin().await.unwrap();
                append(&mut tx, &id, &mut head, &keys, &[looked(), said("mere")]).await;
                tx.commit().await.unwrap();
            }
        }
        let mut read = store.db.read().await.unwrap();
        for (case, wanted) in [(None, 21), (Some(case_id(2)), 7)] {
            let (mut seen, mut next) = (Vec::new(), None);
            loop {
                let page = readings(&mut read, &store.keys, case.as_ref(), next.as_ref(), 4)
                    .await
                    .unwrap();
                assert!(page.rows.len() <= 4);
                seen.extend(page.rows);
                // As it travels in an address.
                next = page
                    .next
                    .map(|cursor| store::Cursor::parse(&cursor.to_string()).unwrap());
                if next.is_none() {
                    break;
                }
            }
            assert_eq!(seen.len(), wanted);
            assert!(seen.iter().all(|reading| reading.entry.event == looked()));
            let places: Vec<_> = seen
                .iter()
                .map(|r| (r.entry.at, r.case.clone(), r.entry.seq))
                .collect();
            assert!(places.is_sorted_by(|a, b| a > b), "{places:?}");
            assert!(case.is_none_or(|case| seen.iter().all(|reading| reading.case == case)));
        }
        let first = readings(&mut read, &store.keys, None, None, 1).await.unwrap();
        assert_eq!(first.rows[0].number.as_str(), "2026-0003");
    })
    .await;
}

#[tokio::test]
async fn a_case_has_a_key_for_each_drawer_and_none_is_another_cases() {
    on_both(|store, _scratch| async move {
        case_with(&store, &case_id(1), &[said("a"), looked()]).await;
        case_with(&store, &case_id(2), &[said("b")]).await;
        let mut read = store.db.read().await.unwrap();
        let keys = store.keys.of(&mut read, &case_id(1)).await.unwrap();
        for compartment in Compartment::ALL {
            let sealed = proof::keys::MasterKey::wrap(
                &testing::master(),
                keys.of(*compartment),
                "x",
                "y",
                &mut testing::rng(1),
            );
            assert_eq!(sealed.len(), 72);
        }
        let missing = store
            .keys
            .of(&mut read, &case_id(3))
            .await
            .err()
            .expect("no keys");
        assert!(matches!(missing, StoreError::Missing { .. }));
        drop(read);
        let swapped = "UPDATE case_keys SET wrapped = (SELECT k.wrapped FROM case_keys k WHERE k.case_id = \
             '00000000-0000-4000-8000-000000000002' AND k.compartment = 'care') \
             WHERE case_id = '00000000-0000-4000-8000-000000000001' AND compartment = 'care'";
        assert_eq!(testing::tamper(&store.db, swapped).await.unwrap(), 1);
        store.keys.forget(&case_id(1));
        let swapped = store
            .keys
            .of(&mut store.db.read().await.unwrap(), &case_id(1))
            .await;
        assert!(matches!(swapped.err().expect("refused"), StoreError::Key(_)));
    })
    .await;
}
