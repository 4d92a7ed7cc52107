use domain::organisation::{Away, Organisation, Person, Unit};
use domain::vocabulary::Role;
use store::people::{self, Counts, ImportCounts, import};
use store::{StoreError, sessions};

use crate::*;

fn unit(id: &str, parent: Option<&str>) -> Unit {
    Unit {
        id: UnitId::new(id),
        parent: parent.map(UnitId::new),
        name: format!("Enhed {id}"),
        kind: "team".into(),
    }
}

fn employee(id: &str, unit: &str, roles: &[Role]) -> Person {
    Person {
        id: person(id),
        name: format!("Navn {id}"),
        email: format!("{id}@eksempel.dk"),
        title: String::new(),
        unit: UnitId::new(unit),
        roles: roles.iter().copied().collect(),
        active: true,
        deputy: None,
        away: None,
        since: None,
    }
}

fn file() -> (Vec<Unit>, Vec<Person>) {
    let units = vec![
        unit("zoo", None),
        unit("skole", Some("zoo")),
        unit("team", Some("skole")),
    ];
    let people = vec![
        employee("p01", "zoo", &[Role::Manager]),
        employee("p02", "skole", &[Role::Manager, Role::Deputy]),
        employee("p03", "team", &[]),
    ];
    (units, people)
}

async fn take(store: &Store, units: &[Unit], people: &[Person]) -> ImportCounts {
    let mut tx = store.db.begin().await.unwrap();
    let counts = import(&mut tx, units, people, at(0)).await.unwrap();
    tx.commit().await.unwrap();
    counts
}

async fn organisation(store: &Store) -> Organisation {
    people::organisation(&mut store.db.read().await.unwrap())
        .await
        .unwrap()
}

async fn version(store: &Store) -> u64 {
    people::version(&mut store.db.read().await.unwrap())
        .await
        .unwrap()
}

fn counts(added: u64, changed: u64, unchanged: u64, left: u64) -> Counts {
    Counts {
        added,
        changed,
        unchanged,
        left,
    }
}

#[tokio::test]
async fn importing_the_same_again_changes_nothing() {
    on_both(|store, _scratch| async move {
        let (units, people) = file();
        let first = take(&store, &units, &people).await;
        assert_eq!(
            first,
            ImportCounts {
                units: counts(3, 0, 0, 0),
                people: counts(3, 0, 0, 0)
            }
        );
        let there = organisation(&store).await;
        assert_eq!((there.units(), there.people()), (&units[..], &people[..]));
        let before = version(&store).await;
        let second = take(&store, &units, &people).await;
        assert_eq!(
            second,
            ImportCounts {
                units: counts(0, 0, 3, 0),
                people: counts(0, 0, 3, 0)
            }
        );
        assert_eq!(version(&store).await, before);
    })
    .await;
}

#[tokio::test]
async fn what_people_set_here_survives_an_import_that_changes_them() {
    on_both(|store, _scratch| async move {
        let (units, mut people) = file();
        take(&store, &units, &people).await;
        let away = Away {
            from: at(1),
            until: at(2),
        };
        let mut tx = store.db.begin().await.unwrap();
        people::set_deputy(&mut tx, &person("p01"), Some(&person("p02")))
            .await
            .unwrap();
        people::set_away(&mut tx, &person("p01"), Some(away))
            .await
            .unwrap();
        people::set_language(&mut tx, &person("p01"), "en").await.unwrap();
        people::set_password_hash(&mut tx, &person("p01"), Some("$argon2id$x"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let before = version(&store).await;
        people[0].name = "Nyt Navn".into();
        people[0].email = "NY@Eksempel.dk".into();
        people[0].roles = [Role::Dpo].into();
        let changed = take(&store, &units, &people).await;
        assert_eq!(changed.people, counts(0, 1, 2, 0));
        assert!(version(&store).await > before);
        let there = organisation(&store).await;
        let p01 = there.person(&person("p01")).unwrap();
        assert_eq!(
            (p01.name.as_str(), p01.email.as_str()),
            ("Nyt Navn", "ny@eksempel.dk")
        );
        assert_eq!((&p01.deputy, p01.away), (&Some(person("p02")), Some(away)));
        assert_eq!(p01.roles, [Role::Dpo].into());
        let mut read = store.db.read().await.unwrap();
        assert_eq!(
            people::language(&mut read, &p01.id).await.unwrap().as_deref(),
            Some("en")
        );
        let hash = people::password_hash(&mut read, &p01.id).await.unwrap();
        assert_eq!(hash.as_deref(), Some("$argon2id$x"));
        assert_eq!(
            people::password_hash(&mut read, &person("p02")).await.unwrap(),
            None
        );
        assert_eq!(
            people::password_hash(&mut read, &person("p99")).await.unwrap(),
            None
        );
    })
    .await;
}

#[tokio::test]
async fn who_is_not_in_the_file_any_more_is_inactive_and_signed_out_and_may_come_back() {
    on_both(|store, _scratch| async move {
        let (units, people) = file();
        take(&store, &units, &people).await;
        let mut tx = store.db.begin().await.unwrap();
        sessions::start(&mut tx, "secret", &person("p03"), at(0), at(100))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let left = take(&store, &units, &people[..2]).await;
        assert_eq!(left.people, counts(0, 0, 2, 1));
        assert!(!organisation(&store).await.person(&person("p03")).unwrap().active);
        let session = sessions::find(&mut store.db.read().await.unwrap(), "secret", at(1))
            .await
            .unwrap();
        assert_eq!(session, None);
        assert_eq!(
            take(&store, &units, &people[..2]).await.people,
            counts(0, 0, 2, 0),
            "left once"
        );
        // Somebody new gets the address of who left.
        let mut successor = employee("p04", "team", &[]);
        successor.email = "p03@eksempel.dk".into();
        let again = [people[0].clone(), people[1].clone(), successor];
        assert_eq!(take(&store, &units, &again).await.people, counts(1, 0, 2, 0));
        assert_eq!(
            organisation(&store).await.by_email("p03@eksempel.dk").unwrap().id,
            person("p04")
        );
        assert_eq!(
            take(&store, &units, &people).await.people,
            counts(0, 1, 2, 1),
            "back, and the successor gone"
        );
    })
    .await;
}

#[tokio::test]
async fn two_may_swap_addresses_but_not_share_one() {
    on_both(|store, _scratch| async move {
        let (units, mut people) = file();
        take(&store, &units, &people).await;
        people[0].email = "p02@eksempel.dk".into();
        people[1].email = "p01@eksempel.dk".into();
        assert_eq!(take(&store, &units, &people).await.people, counts(0, 2, 1, 0));
        assert_eq!(
            organisation(&store).await.by_email("p01@eksempel.dk").unwrap().id,
            person("p02")
        );
        people[2].email = "P02@eksempel.dk".into();
        let mut tx = store.db.begin().await.unwrap();
        let shared = import(&mut tx, &units, &people, at(0)).await.unwrap_err();
        assert!(
            matches!(&shared, StoreError::Unique { what } if what == "people"),
            "{shared:?}"
        );
        drop(tx);
        assert_eq!(
            organisation(&store).await.by_email("p03@eksempel.dk").unwrap().id,
            person("p03")
        );
    })
    .await;
}

#[tokio::test]
async fn a_unit_goes_with_its_last_name_in_people_and_cases() {
    on_both(|store, _scratch| async move {
        let (mut units, mut people) = file();
        units.push(unit("park", Some("zoo")));
        take(&store, &units, &people).await;
        // `team` still has p03, who left; its parent stays for its sake; nothing names `park`.
        let counts_after = take(&store, &units[..1], &people[..1]).await;
        assert_eq!(counts_after.units, counts(0, 0, 1, 1));
        let ids = |all: &Organisation| {
            all.units()
                .iter()
                .map(|unit| unit.id.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&organisation(&store).await), ["zoo", "skole", "team"]);
        // p02 and p03 come back elsewhere, but a case names `skole`.
        case_with(&store, &case_id(1), &[]).await;
        (people[1].unit, people[2].unit) = (UnitId::new("zoo"), UnitId::new("zoo"));
        assert_eq!(take(&store, &units[..1], &people).await.units, counts(0, 0, 1, 1));
        assert_eq!(ids(&organisation(&store).await), ["zoo", "skole"]);
    })
    .await;
}

#[tokio::test]
async fn units_keep_the_order_of_the_file() {
    on_both(|store, _scratch| async move {
        let (mut units, people) = file();
        take(&store, &units, &people).await;
        units.swap(1, 2);
        take(&store, &units, &people).await;
        assert_eq!(organisation(&store).await.units(), &units[..]);
    })
    .await;
}

#[tokio::test]
async fn nobody_unknown_can_be_set_away_or_represented() {
    on_both(|store, _scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        let nobody = person("p99");
        let missing = |result: store::Result<()>| matches!(result, Err(StoreError::Missing { .. }));
        assert!(missing(people::set_deputy(&mut tx, &nobody, None).await));
        assert!(missing(people::set_away(&mut tx, &nobody, None).await));
        assert!(missing(people::set_language(&mut tx, &nobody, "da").await));
        assert!(missing(people::set_password_hash(&mut tx, &nobody, None).await));
    })
    .await;
}
