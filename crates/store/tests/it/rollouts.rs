use std::collections::HashSet;

use domain::case::Actor;
use domain::ids::UnitId;
use domain::organisation::{Person, Unit};
use domain::rollout::{How, Receipt, Rollout, Scope};
use domain::vocabulary::Role;
use store::{people, rollouts};

use crate::*;

fn employee(id: &str, unit: &str) -> Person {
    Person {
        id: person(id),
        name: id.into(),
        email: format!("{id}@by.example"),
        title: String::new(),
        unit: UnitId::new(unit),
        roles: [].into(),
        active: true,
        deputy: None,
        away: None,
        since: None,
    }
}

async fn import(store: &Store, members: &[(&str, &str)], seconds: i64) {
    let unit = |id: &str| Unit {
        id: UnitId::new(id),
        parent: None,
        name: id.into(),
        kind: String::new(),
    };
    let people: Vec<Person> = members.iter().map(|(id, unit)| employee(id, unit)).collect();
    let mut tx = store.db.begin().await.unwrap();
    people::import(&mut tx, &[unit("a"), unit("b")], &people, at(seconds))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn newcomers_movers_and_those_who_come_back_are_there_since_then() {
    on_both(|store, _scratch| async move {
        import(&store, &[("p1", "a"), ("p2", "a"), ("p3", "a")], 1).await;
        import(&store, &[("p1", "a"), ("p2", "b"), ("p4", "a")], 2).await;
        import(&store, &[("p1", "a"), ("p2", "b"), ("p3", "a"), ("p4", "a")], 3).await;
        let org = people::organisation(&mut store.db.read().await.unwrap())
            .await
            .unwrap();
        let since = |id: &str| org.person(&person(id)).unwrap().since;
        assert_eq!(since("p1"), None, "was there from the first");
        assert_eq!(since("p2"), Some(at(2)), "moved, and stayed since");
        assert_eq!(since("p3"), Some(at(3)), "left, and came back");
        assert_eq!(since("p4"), Some(at(2)));
    })
    .await;
}

#[tokio::test]
async fn rollouts_and_receipts_come_back_and_the_first_receipt_stands() {
    on_both(|store, _scratch| async move {
        import(&store, &[("p1", "a"), ("p2", "a")], 1).await;
        let mut tx = store.db.begin().await.unwrap();
        store::guide::begin(&mut tx, 1, &Actor::Operator, at(0))
            .await
            .unwrap();
        let rollout = Rollout {
            id: "r1".into(),
            edition: 1,
            scope: Scope {
                branches: [UnitId::new("a")].into(),
                roles: [Role::Manager, Role::Hr].into(),
            },
            started: at(1),
            due: "2026-12-01".parse().unwrap(),
            by: person("p1"),
            ended: None,
        };
        rollouts::add(&mut tx, &rollout).await.unwrap();
        let receipt = |id: &str, seconds: i64, how: How| Receipt {
            person: person(id),
            edition: 1,
            at: at(seconds),
            how,
            noted: (how == How::Meeting).then(|| (person("p1"), "2026-11-30".parse().unwrap())),
        };
        let (read, met) = (receipt("p1", 2, How::Read), receipt("p2", 3, How::Meeting));
        assert!(rollouts::give(&mut tx, &read).await.unwrap());
        assert!(rollouts::give(&mut tx, &met).await.unwrap());
        assert!(
            !rollouts::give(&mut tx, &receipt("p2", 4, How::Read))
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let mut read_door = store.db.read().await.unwrap();
        assert_eq!(rollouts::all(&mut read_door).await.unwrap(), [rollout]);
        assert_eq!(
            rollouts::of_person(&mut read_door, &person("p1")).await.unwrap(),
            [read]
        );
        assert_eq!(
            rollouts::of_person(&mut read_door, &person("p2")).await.unwrap(),
            [met]
        );
        let all = rollouts::of_edition(&mut read_door, 1).await.unwrap();
        assert_eq!(all, HashSet::from([person("p1"), person("p2")]));
        assert_eq!(rollouts::count(&mut read_door, 1).await.unwrap(), 2);
        drop(read_door);
        let mut tx = store.db.begin().await.unwrap();
        assert!(rollouts::end(&mut tx, "r1", &person("p1"), at(9)).await.unwrap());
        assert!(!rollouts::end(&mut tx, "r1", &person("p1"), at(10)).await.unwrap());
        assert_eq!(rollouts::all(&mut tx).await.unwrap()[0].ended, Some(at(9)));
    })
    .await;
}
