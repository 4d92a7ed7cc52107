use domain::case::{Entry, Event};
use domain::drill::Passed;
use domain::organisation::{Person, Unit};
use store::case_drills::{self, CaseDrill};
use store::passed;
use store::people;

use crate::*;

async fn employees(store: &Store) {
    let unit = Unit {
        id: UnitId::new("a"),
        parent: None,
        name: "A".into(),
        kind: String::new(),
    };
    let employee = |id: &str| Person {
        id: person(id),
        name: id.into(),
        email: format!("{id}@by.example"),
        title: String::new(),
        unit: unit.id.clone(),
        roles: [].into(),
        active: true,
        deputy: None,
        away: None,
        since: None,
    };
    let mut tx = store.db.begin().await.unwrap();
    people::import(
        &mut tx,
        std::slice::from_ref(&unit),
        &[employee("p1"), employee("p2")],
        at(0),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

fn entry(seq: u64, text: &str) -> Entry {
    Entry {
        seq,
        at: at(seq.cast_signed()),
        actor: Actor::Person(person("p1")),
        event: Event::Supplemented { text: text.into() },
    }
}

fn drill(id: &str, started: i64) -> CaseDrill {
    CaseDrill {
        id: id.into(),
        person: person("p1"),
        started: at(started),
        entries: vec![entry(1, "Ingen må læse det her")],
        passed_at: None,
    }
}

async fn write(store: &Store, drill: &CaseDrill) {
    let mut tx = store.db.begin().await.unwrap();
    case_drills::add(&mut tx, &store.keys, drill, &mut testing::rng(3))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn latest(store: &Store) -> Option<CaseDrill> {
    let mut read = store.db.read().await.unwrap();
    case_drills::latest(&mut read, &store.keys, &person("p1"))
        .await
        .unwrap()
}

#[tokio::test]
async fn the_newest_comes_back_with_its_entries_and_what_is_passed_stays_as_it_is() {
    on_both(|store, _scratch| async move {
        employees(&store).await;
        assert_eq!(latest(&store).await, None);
        write(&store, &drill("d1", 1)).await;
        write(&store, &drill("d2", 2)).await;
        assert_eq!(latest(&store).await, Some(drill("d2", 2)));
        let mut done = drill("d2", 2);
        done.entries.push(entry(2, "Mere"));
        done.passed_at = Some(at(9));
        for later in [at(9), at(10)] {
            let mut tx = store.db.begin().await.unwrap();
            let mut held = case_drills::lock(&mut tx, &store.keys, &person("p1"))
                .await
                .unwrap()
                .unwrap();
            held.entries.push(entry(2, "Mere"));
            held.passed_at = Some(later);
            case_drills::keep(&mut tx, &store.keys, &held, &mut testing::rng(4))
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(
            latest(&store).await,
            Some(done),
            "kept once, not again after it was passed"
        );
        let mut read = store.db.read().await.unwrap();
        let me = person("p1");
        let done = Passed {
            picture: None,
            case: Some(at(9)),
        };
        assert_eq!(passed::one(&mut read, &me).await.unwrap(), done);
        let other = passed::one(&mut read, &person("p2")).await.unwrap();
        assert_eq!(other, Passed::default());
        assert_eq!(passed::count(&mut read).await.unwrap(), 1);
        assert_eq!(passed::all(&mut read).await.unwrap(), [(me, done)].into());
    })
    .await;
}

#[tokio::test]
async fn what_was_written_goes_and_the_result_stays() {
    on_both(|store, _scratch| async move {
        employees(&store).await;
        let mut passed = drill("d1", 1);
        passed.passed_at = Some(at(5));
        write(&store, &drill("d0", 0)).await;
        write(&store, &drill("d1", 1)).await;
        let mut tx = store.db.begin().await.unwrap();
        case_drills::keep(&mut tx, &store.keys, &passed, &mut testing::rng(5))
            .await
            .unwrap();
        for id in ["d0", "d1"] {
            case_drills::forget(&mut tx, id).await.unwrap();
        }
        tx.commit().await.unwrap();
        let left = latest(&store).await.unwrap();
        assert_eq!((left.entries, left.passed_at), (Vec::new(), Some(at(5))));
        let mut tx = store.db.begin().await.unwrap();
        case_drills::forget(&mut tx, "d1").await.unwrap();
        tx.commit().await.unwrap();
        assert!(
            latest(&store).await.is_some(),
            "forgotten twice, the result still stays"
        );
    })
    .await;
}

#[tokio::test]
async fn nothing_of_it_can_be_read_on_the_disk() {
    on_both(|store, _scratch| async move {
        employees(&store).await;
        write(&store, &drill("d1", 1)).await;
        let found = testing::tamper(
            &store.db,
            "UPDATE case_drills SET entries = entries WHERE CAST(entries AS TEXT) LIKE '%må læse%'",
        )
        .await
        .unwrap();
        assert_eq!(found, 0);
    })
    .await;
}
