use std::collections::BTreeMap;

use domain::access::Relation;
use domain::case::Phase;
use domain::vocabulary::DutyKind;
use proptest::prelude::*;
use store::cases::{self, CaseProjection, DutyRow, Filter, Order};
use store::{Cursor, StoreError};

use crate::*;

fn projection(id: &CaseId) -> CaseProjection {
    CaseProjection {
        id: id.clone(),
        phase: Phase::Open,
        unit: UnitId::new("skole"),
        owner: person("p01"),
        acute: true,
        changed_at: at(10),
        closed_at: None,
        card: br#"{"title":"Opslag"}"#.to_vec(),
        people: vec![
            (person("p01"), Relation::Owner),
            (person("p02"), Relation::Target),
        ],
        duties: vec![
            duty(DutyKind::Triage, "p01", Some(50)),
            duty(DutyKind::Review, "p03", None),
        ],
    }
}

fn duty(kind: DutyKind, owner: &str, due: Option<i64>) -> DutyRow {
    DutyRow {
        kind,
        owner: person(owner),
        due: due.map(at),
        escalate_at: due.map(|due| at(due + 100)),
    }
}

async fn project(store: &Store, case: &CaseProjection) {
    let keys = store
        .keys
        .of(&mut store.db.read().await.unwrap(), &case.id)
        .await
        .unwrap();
    let mut tx = store.db.begin().await.unwrap();
    cases::project(&mut tx, case, &keys, &mut testing::rng(5))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn all_of(store: &Store, who: &str, filter: &Filter, order: Order, limit: u32) -> Vec<cases::CaseRow> {
    let mut read = store.db.read().await.unwrap();
    let (mut all, mut next): (Vec<_>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let who = person(who);
        let page = cases::list(&mut read, &store.keys, &who, filter, order, next.as_ref(), limit).await;
        let page = page.unwrap();
        assert!(page.rows.len() <= limit as usize);
        all.extend(page.rows);
        next = page.next;
        if next.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn a_projected_case_is_found_by_id_number_person_and_duty() {
    on_both(|store, scratch| async move {
        let id = case_id(1);
        case_with(&store, &id, &[said("x")]).await;
        let bare = cases::by_id(&mut store.db.read().await.unwrap(), &store.keys, &id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((bare.card, bare.next_due, bare.seq), (None, None, 1));
        project(&store, &projection(&id)).await;
        // With and without the keys in memory.
        for store in [store, scratch.reopen().await] {
            let mut read = store.db.read().await.unwrap();
            let row = cases::by_id(&mut read, &store.keys, &id).await.unwrap().unwrap();
            assert_eq!(row.card.as_deref(), Some(&br#"{"title":"Opslag"}"#[..]));
            assert_eq!(
                (row.next_due, row.changed_at, row.acute),
                (Some(at(50)), at(10), true)
            );
            let number = CaseNumber::parse("2026-0001").unwrap();
            assert_eq!(
                cases::by_number(&mut read, &store.keys, &number).await.unwrap(),
                Some(row.clone())
            );
            let other = CaseNumber::parse("2026-0002").unwrap();
            assert_eq!(
                cases::by_number(&mut read, &store.keys, &other).await.unwrap(),
                None
            );
            for who in ["p01", "p02"] {
                let listed = all_of(&store, who, &Filter::default(), Order::Changed, 5).await;
                assert_eq!(listed, std::slice::from_ref(&row));
            }
            assert_eq!(all_of(&store, "p03", &Filter::default(), Order::Due, 5).await, []);
            let owed = cases::duties_of(&mut read, &store.keys, &person("p03"), None, 5)
                .await
                .unwrap();
            assert_eq!((owed.rows[0].kind, owed.rows[0].due), (DutyKind::Review, None));
            assert_eq!(owed.rows[0].case, row);
            let people = cases::people(&mut read, &id).await.unwrap();
            assert_eq!(
                people,
                [
                    (person("p01"), Relation::Owner),
                    (person("p02"), Relation::Target)
                ]
            );
        }
    })
    .await;
}

#[tokio::test]
async fn projecting_again_replaces_people_duties_and_times() {
    on_both(|store, _scratch| async move {
        let id = case_id(1);
        case_with(&store, &id, &[]).await;
        let first = projection(&id);
        project(&store, &first).await;
        // The same people later, then others.
        project(
            &store,
            &CaseProjection {
                changed_at: at(20),
                ..first.clone()
            },
        )
        .await;
        let row = &all_of(&store, "p02", &Filter::default(), Order::Changed, 5).await[0];
        assert_eq!(row.changed_at, at(20));
        let closed = CaseProjection {
            phase: Phase::Closed,
            closed_at: Some(at(30)),
            people: (0..40)
                .map(|n| (person(&format!("q{n:02}")), Relation::HelperCare))
                .collect(),
            duties: vec![],
            ..first
        };
        project(&store, &closed).await;
        assert_eq!(
            all_of(&store, "p02", &Filter::default(), Order::Changed, 5).await,
            []
        );
        let open = Filter {
            phase: Some(Phase::Open),
            relation: None,
        };
        assert_eq!(all_of(&store, "q39", &open, Order::Changed, 5).await, []);
        let closed = Filter {
            phase: Some(Phase::Closed),
            relation: Some(Relation::HelperCare),
        };
        assert_eq!(
            all_of(&store, "q39", &closed, Order::Due, 5).await[0].closed_at,
            Some(at(30))
        );
        let mut read = store.db.read().await.unwrap();
        let owed = cases::duties_of(&mut read, &store.keys, &person("p01"), None, 5)
            .await
            .unwrap();
        assert_eq!((owed.rows, owed.next), (vec![], None));
        let counts = cases::counts(&mut read).await.unwrap();
        assert_eq!(
            counts,
            cases::Counts {
                open: 0,
                closed: 1,
                joined: 0
            }
        );
        assert_eq!(cases::ids(&mut read, Some(Phase::Closed)).await.unwrap(), [id]);
        assert_eq!(cases::ids(&mut read, Some(Phase::Open)).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn the_escalation_job_finds_what_is_due_until_it_is_moved_on() {
    on_both(|store, _scratch| async move {
        for (number, due) in [(1, 300), (2, 100), (3, 200)] {
            case_with(&store, &case_id(number), &[]).await;
            let duties = vec![
                duty(DutyKind::Receive, "p01", Some(due)),
                duty(DutyKind::Review, "p03", None),
            ];
            project(
                &store,
                &CaseProjection {
                    duties,
                    ..projection(&case_id(number))
                },
            )
            .await;
        }
        let mut read = store.db.read().await.unwrap();
        let found = |rows: Vec<(CaseId, DutyRow)>| rows.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(found(cases::due_before(&mut read, at(199), 9).await.unwrap()), []);
        let due = cases::due_before(&mut read, at(300), 9).await.unwrap();
        assert_eq!(due[0].1, duty(DutyKind::Receive, "p01", Some(100)));
        assert_eq!(found(due), [case_id(2), case_id(3)]);
        assert_eq!(
            found(cases::due_before(&mut read, at(999), 1).await.unwrap()),
            [case_id(2)]
        );
        project(
            &store,
            &CaseProjection {
                duties: vec![],
                ..projection(&case_id(2))
            },
        )
        .await;
        assert_eq!(
            found(cases::due_before(&mut read, at(300), 9).await.unwrap()),
            [case_id(3)]
        );
    })
    .await;
}

#[tokio::test]
async fn a_card_of_another_case_is_refused() {
    let (store, _scratch) = sqlite().await;
    for number in [1, 2] {
        case_with(&store, &case_id(number), &[]).await;
        project(&store, &projection(&case_id(number))).await;
    }
    let swap = "UPDATE cases SET card = (SELECT card FROM cases WHERE number = '2026-0002') WHERE number = '2026-0001'";
    testing::tamper(&store.db, swap).await.unwrap();
    let row = cases::by_id(&mut store.db.read().await.unwrap(), &store.keys, &case_id(1)).await;
    assert!(matches!(row, Err(StoreError::Damaged { .. })));
}

#[derive(Clone, Debug)]
struct Some1 {
    phase: Phase,
    changed: i64,
    due: Option<i64>,
    mine: bool,
    target: bool,
}

fn some_case() -> impl Strategy<Value = Some1> {
    let phase = prop_oneof![3 => Just(Phase::Open), 1 => Just(Phase::Closed), 1 => Just(Phase::Joined)];
    // Few different times, so that many are equal.
    let fields = (
        phase,
        0..4_i64,
        proptest::option::of(0..3_i64),
        proptest::bool::weighted(0.8),
        any::<bool>(),
    );
    fields.prop_map(|(phase, changed, due, mine, target)| Some1 {
        phase,
        changed,
        due,
        mine,
        target,
    })
}

async fn check_lists(store: &Store, made: &[Some1]) {
    let mut tx = store.db.begin().await.unwrap();
    let mut ids = BTreeMap::new();
    for (number, case) in (1..).zip(made) {
        let id = case_id(number);
        let (_, keys) = begin_case(store, &mut tx, &id).await;
        let mut people = vec![(person("p09"), Relation::Superior)];
        people.extend(case.mine.then(|| (person("p01"), Relation::Owner)));
        people.extend((case.mine && case.target).then(|| (person("p01"), Relation::Reporter)));
        let projection = CaseProjection {
            phase: case.phase,
            changed_at: at(case.changed),
            duties: vec![duty(DutyKind::Receive, "p01", case.due)],
            people,
            ..projection(&id)
        };
        cases::project(&mut tx, &projection, &keys, &mut testing::rng(number))
            .await
            .unwrap();
        ids.insert(id, case);
    }
    tx.commit().await.unwrap();
    for order in [Order::Changed, Order::Due] {
        for phase in [None, Some(Phase::Open), Some(Phase::Closed)] {
            for relation in [None, Some(Relation::Reporter)] {
                let mut wanted: Vec<_> = ids
                    .iter()
                    .filter(|(_, case)| case.mine && (relation.is_none() || case.target))
                    .filter(|(_, case)| phase.is_none_or(|phase| phase == case.phase))
                    .map(|(id, case)| match order {
                        Order::Changed => (-case.changed, id.clone()),
                        Order::Due => (case.due.unwrap_or(99), id.clone()),
                    })
                    .collect();
                wanted.sort();
                if order == Order::Changed {
                    wanted.sort_by(|a, b| (a.0, &b.1).cmp(&(b.0, &a.1)));
                }
                let filter = Filter { phase, relation };
                let listed = all_of(store, "p01", &filter, order, 3).await;
                let listed: Vec<_> = listed.into_iter().map(|row| row.id).collect();
                assert_eq!(
                    listed,
                    wanted.into_iter().map(|(_, id)| id).collect::<Vec<_>>(),
                    "{filter:?} {order:?}"
                );
            }
        }
    }
}

#[test]
fn lists_are_complete_and_in_order_whatever_the_page_size_and_however_many_times_are_equal() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for engine in testing::engines() {
        let config = ProptestConfig {
            cases: 8,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        proptest!(config, |(made in proptest::collection::vec(some_case(), 0..14))| {
            runtime.block_on(async {
                let (store, _scratch) = testing::store(engine).await;
                check_lists(&store, &made).await;
                store.db.close().await;
            });
        });
    }
}

#[tokio::test]
async fn duties_come_by_deadline_page_by_page_and_those_without_one_last() {
    on_both(|store, _scratch| async move {
        for number in 1..=4 {
            case_with(&store, &case_id(number), &[]).await;
            let duties = vec![
                duty(DutyKind::Triage, "p01", Some(100 - number.cast_signed())),
                duty(DutyKind::Care, "p01", Some(50)),
                duty(DutyKind::Close, "p01", None),
            ];
            project(
                &store,
                &CaseProjection {
                    duties,
                    ..projection(&case_id(number))
                },
            )
            .await;
        }
        let mut read = store.db.read().await.unwrap();
        let (mut seen, mut next) = (Vec::new(), None);
        loop {
            let page = cases::duties_of(&mut read, &store.keys, &person("p01"), next.as_ref(), 5)
                .await
                .unwrap();
            seen.extend(
                page.rows
                    .into_iter()
                    .map(|owed| (owed.due, owed.case.id, owed.kind)),
            );
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 12);
        let dues: Vec<_> = seen
            .iter()
            .map(|(due, ..)| due.map_or(i64::MAX, |due| due.as_second()))
            .collect();
        assert!(dues.is_sorted(), "{dues:?}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 12, "each once");
    })
    .await;
}
