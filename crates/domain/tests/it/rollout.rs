//! Who owes a receipt, how far the guide has come, and when somebody is reminded.

use domain::calendar::Calendar;
use domain::drill::{Exercise, FRESH, Passed};
use domain::ids::{PersonId, UnitId};
use domain::organisation::{Organisation, Person, Unit};
use domain::rollout::coverage::{Coverage, LEAST, Share, Sight, sight};
use domain::rollout::remind::{self, Owed, PAUSE, is_called_for};
use domain::rollout::{EditionMark, NewRollout, Plan, Rollout, Scope, confirm, gone_through, roll_out};
use domain::vocabulary::Role;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeSet;

/// `id:unit:roles`.
fn person(text: &str) -> Person {
    let parts: Vec<&str> = text.split(':').collect();
    Person {
        id: PersonId::new(parts[0]),
        name: parts[0].to_uppercase(),
        email: format!("{}@by.example", parts[0]),
        title: String::new(),
        unit: UnitId::new(parts[1]),
        roles: parts[2].split(' ').filter_map(Role::parse).collect(),
        active: true,
        deputy: None,
        away: None,
        since: None,
    }
}

/// root > school > class, and root > library.
fn tree() -> Vec<Unit> {
    let unit = |id: &str, parent: Option<&str>| Unit {
        id: UnitId::new(id),
        parent: parent.map(UnitId::new),
        name: id.to_owned(),
        kind: String::new(),
    };
    vec![
        unit("root", None),
        unit("school", Some("root")),
        unit("class", Some("school")),
        unit("library", Some("root")),
    ]
}

fn organisation(people: &[&str]) -> Organisation {
    Organisation::new(tree(), people.iter().map(|text| person(text)).collect())
}

const TOWN: &[&str] = &[
    "head:root:manager",
    "hr:root:hr",
    "lead:school:manager",
    "teacher:class:",
    "librarian:library:",
];

fn calendar() -> Calendar {
    Calendar::danish([])
}

/// A Monday at nine in Copenhagen.
fn now() -> Timestamp {
    at("2026-03-02T08:00:00Z")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn mark(number: u64, keeps_receipts: bool) -> EditionMark {
    let published =
        now() - SignedDuration::from_hours(24 * 40) + SignedDuration::from_hours(24 * number.cast_signed());
    EditionMark {
        number,
        published,
        keeps_receipts,
    }
}

fn rollout(edition: u64, branches: &[&str], roles: &[Role]) -> Rollout {
    Rollout {
        id: format!("r{edition}"),
        edition,
        scope: scope(branches, roles),
        started: now(),
        due: day("2026-03-16"),
        by: PersonId::new("hr"),
        ended: None,
    }
}

fn scope(branches: &[&str], roles: &[Role]) -> Scope {
    Scope {
        branches: branches.iter().map(|unit| UnitId::new(*unit)).collect(),
        roles: roles.iter().copied().collect(),
    }
}

/// The ids of those who owe something.
fn asked(plan: &Plan<'_>, organisation: &Organisation) -> Vec<String> {
    let owes = |person: &&Person| plan.reading(person, |_| false).is_some();
    organisation
        .people()
        .iter()
        .filter(owes)
        .map(|person| person.id.to_string())
        .collect()
}

#[rstest]
#[case(&[], &[], &["head", "hr", "lead", "librarian", "teacher"])]
#[case(&["school"], &[], &["lead", "teacher"])]
#[case(&["class", "library"], &[], &["librarian", "teacher"])]
#[case(&[], &[Role::Manager], &["head", "lead"])]
#[case(&["school"], &[Role::Manager], &["lead"])]
fn a_rollout_is_for_the_whole_municipality_for_branches_or_for_roles(
    #[case] branches: &[&str],
    #[case] roles: &[Role],
    #[case] who: &[&str],
) {
    let (org, calendar) = (organisation(TOWN), calendar());
    let (rollouts, editions) = ([rollout(1, branches, roles)], [mark(1, false)]);
    let plan = Plan::new(&rollouts, &editions, &org, &calendar);
    assert_eq!(asked(&plan, &org), who);
}

#[test]
fn leavers_fall_out_movers_and_newcomers_get_it_with_as_many_days_as_the_others_had() {
    let calendar = calendar();
    let (rollouts, editions) = ([rollout(1, &["school"], &[])], [mark(1, false)]);
    let mut people: Vec<Person> = TOWN.iter().map(|text| person(text)).collect();
    people[3].active = false;
    people[4].unit = UnitId::new("class");
    people[4].since = Some(at("2026-03-09T09:00:00Z"));
    let org = Organisation::new(tree(), people);
    let plan = Plan::new(&rollouts, &editions, &org, &calendar);
    assert_eq!(asked(&plan, &org), ["lead", "librarian"]);
    let due = |id: &str| {
        plan.reading(org.person(&PersonId::new(id)).unwrap(), |_| false)
            .unwrap()
    };
    assert_eq!(due("lead").due, at("2026-03-16T15:00:00Z"));
    assert_eq!(
        due("librarian").due,
        at("2026-03-23T15:00:00Z"),
        "two weeks from the day they came"
    );
    assert_eq!(due("librarian").from, at("2026-03-09T09:00:00Z"));
}

#[test]
fn a_branch_that_is_moved_takes_its_people_along_and_one_that_is_gone_asks_nobody() {
    let calendar = calendar();
    let (rollouts, editions) = ([rollout(1, &["school"], &[])], [mark(1, false)]);
    let people = || TOWN.iter().map(|text| person(text)).collect::<Vec<_>>();
    let mut units = tree();
    units[2].parent = Some(UnitId::new("library"));
    let org = Organisation::new(units, people());
    assert_eq!(
        asked(&Plan::new(&rollouts, &editions, &org, &calendar), &org),
        ["lead"]
    );
    let mut units = tree();
    units.remove(1);
    units[1].parent = Some(UnitId::new("root"));
    let mut people = people();
    people[2].unit = UnitId::new("root");
    let org = Organisation::new(units, people);
    assert!(asked(&Plan::new(&rollouts, &editions, &org, &calendar), &org).is_empty());
}

#[test]
fn only_the_newest_edition_is_owed_and_a_minor_one_keeps_earlier_receipts() {
    let (org, calendar) = (organisation(TOWN), calendar());
    let rollouts = [
        rollout(1, &[], &[]),
        rollout(2, &[], &[]),
        rollout(3, &["school"], &[]),
    ];
    let editions = [mark(1, false), mark(2, false), mark(3, true)];
    let plan = Plan::new(&rollouts, &editions, &org, &calendar);
    let reading = |id: &str, has: &[u64]| {
        plan.reading(org.person(&PersonId::new(id)).unwrap(), |edition| {
            has.contains(&edition)
        })
        .unwrap()
    };
    assert_eq!(
        (reading("teacher", &[]).edition, reading("head", &[]).edition),
        (3, 2)
    );
    assert!(!reading("head", &[1]).read, "a major edition is to be read anew");
    assert!(reading("teacher", &[2]).read, "edition 3 changes little");
    assert!(
        !reading("teacher", &[1]).read,
        "but 2, which it builds on, was new"
    );
    assert!(reading("teacher", &[3]).read);
}

#[test]
fn a_rollout_that_was_taken_back_or_whose_edition_is_not_published_asks_nobody() {
    let (org, calendar) = (organisation(TOWN), calendar());
    let ended = Rollout {
        ended: Some(now()),
        ..rollout(1, &[], &[])
    };
    let rollouts = [ended, rollout(2, &[], &[])];
    let plan = Plan::new(&rollouts, &[], &org, &calendar);
    assert!(asked(&plan, &org).is_empty());
    let editions = [mark(1, false)];
    assert!(asked(&Plan::new(&rollouts, &editions, &org, &calendar), &org).is_empty());
}

#[rstest]
#[case(3, &[], &[], "2026-03-20", "field edition: not-published")]
#[case(1, &[], &[], "2026-03-20", "field edition: not-the-newest")]
#[case(2, &["moon"], &[], "2026-03-20", "field branches: unknown-unit")]
#[case(2, &[], &[], "2026-03-02", "field due: too-soon")]
#[case(2, &[], &[], "2027-04-02", "field due: too-far")]
#[case(2, &["library"], &[Role::Manager], "2026-03-20", "field scope: nobody")]
fn a_rollout_is_refused_with_the_field(
    #[case] edition: u64,
    #[case] branches: &[&str],
    #[case] roles: &[Role],
    #[case] due: &str,
    #[case] refusal: &str,
) {
    let (org, editions) = (organisation(TOWN), [mark(1, false), mark(2, false)]);
    let new = NewRollout {
        edition,
        scope: scope(branches, roles),
        due: day(due),
    };
    let by = PersonId::new("hr");
    let done = roll_out(&new, ("r".into(), &by), &editions, &org, &calendar(), now());
    assert_eq!(done.unwrap_err().to_string(), refusal);
}

#[test]
fn one_confirms_the_newest_edition_and_no_other() {
    let me = PersonId::new("teacher");
    let editions = [mark(1, false), mark(2, false)];
    assert_eq!(confirm(&me, 2, &editions, now()).unwrap().edition, 2);
    let refused = |edition| confirm(&me, edition, &editions, now()).unwrap_err().to_string();
    assert_eq!(refused(1), "field edition: not-the-newest");
    assert_eq!(refused(3), "field edition: not-published");
}

#[test]
fn a_manager_notes_a_meeting_of_their_own_people_only() {
    let (org, calendar, editions) = (organisation(TOWN), calendar(), [mark(1, false)]);
    let note = |by: &str, held: &str, present: &[&str]| {
        let present: Vec<PersonId> = present.iter().map(|id| PersonId::new(*id)).collect();
        let by = org.person(&PersonId::new(by)).unwrap();
        gone_through(by, day(held), &present, &editions, (&org, &calendar), now())
            .map(|receipts| receipts.len())
            .map_err(|refusal| refusal.to_string())
    };
    assert_eq!(
        note("lead", "2026-03-02", &["lead", "teacher"]),
        Ok(2),
        "the class has no manager of its own"
    );
    assert_eq!(note("head", "2026-03-02", &["librarian", "hr"]), Ok(2));
    assert_eq!(
        note("lead", "2026-03-02", &["librarian"]),
        Err("field present: not-yours".into())
    );
    assert_eq!(
        note("head", "2026-03-02", &["teacher"]),
        Err("field present: not-yours".into())
    );
    assert_eq!(
        note("teacher", "2026-03-02", &["teacher"]),
        Err("field present: not-yours".into())
    );
    assert_eq!(
        note("lead", "2026-03-03", &["teacher"]),
        Err("field held: in-the-future".into())
    );
    assert_eq!(
        note("lead", "2026-01-02", &["teacher"]),
        Err("field held: before-the-edition".into())
    );
    assert_eq!(
        note("lead", "2026-03-02", &[]),
        Err("field present: at-least-one".into())
    );
}

#[rstest]
#[case("lead", "school", Some(Sight::Names))]
#[case("lead", "class", Some(Sight::Names))]
#[case("lead", "root", None)]
#[case("lead", "library", None)]
#[case("head", "library", Some(Sight::Names))]
#[case("head", "school", Some(Sight::Numbers))]
#[case("hr", "class", Some(Sight::Numbers))]
#[case("teacher", "class", None)]
#[case("hr", "moon", None)]
fn names_are_for_the_units_own_manager_and_numbers_for_those_above(
    #[case] who: &str,
    #[case] unit: &str,
    #[case] sees: Option<Sight>,
) {
    let org = organisation(TOWN);
    let who = org.person(&PersonId::new(who)).unwrap();
    assert_eq!(sight(who, &UnitId::new(unit), &org), sees);
}

#[test]
fn shares_add_up_the_tree_and_overdue_counts_who_lacks_something_when_its_time_is_over() {
    let (org, calendar) = (organisation(TOWN), calendar());
    let (rollouts, editions) = ([rollout(1, &[], &[])], [mark(1, false)]);
    let plan = Plan::new(&rollouts, &editions, &org, &calendar);
    let is = |person: &Person, who: &str| person.id.as_str() == who;
    let count = |now| {
        let asked = |person: &Person| {
            let read = is(person, "teacher") || is(person, "librarian");
            let passed = is(person, "lead") || is(person, "librarian");
            plan.asked(
                person,
                |_| read,
                if passed {
                    both(self::now())
                } else {
                    Passed::default()
                },
                now,
            )
        };
        Coverage::count(&org, asked, now)
    };
    let school = |coverage: &Coverage| coverage.all(&UnitId::new("school"));
    let share = |people, read, drilled, overdue| Share {
        people,
        read,
        drilled,
        overdue,
    };
    assert_eq!(school(&count(now())), share(2, 1, 1, 0));
    assert_eq!(school(&count(at("2026-03-16T15:00:01Z"))), share(2, 1, 1, 2));
    let late = count(at("2026-03-16T15:00:01Z"));
    assert_eq!(late.all(&UnitId::new("library")), share(1, 1, 1, 0));
    assert_eq!(count(now()).all(&UnitId::new("root")), share(5, 2, 2, 0));
    assert_eq!(count(now()).own(&UnitId::new("school")), share(1, 0, 1, 0));
}

proptest! {
    /// Whatever the sizes, no number that is shown, nor what is missing from the sum, is of one to four people.
    #[test]
    fn no_shown_number_is_so_small_that_it_is_a_person(sizes in proptest::collection::vec(0_usize..12, 1..9), own in 0_usize..9) {
        let mut units = vec![tree().remove(0)];
        let mut people: Vec<Person> = (0..own).map(|n| person(&format!("own{n}:root:"))).collect();
        for (at, size) in sizes.iter().enumerate() {
            let id = format!("u{at}");
            units.push(Unit { id: UnitId::new(&*id), parent: Some(UnitId::new("root")), name: id.clone(), kind: String::new() });
            people.extend((0..*size).map(|n| person(&format!("p{at}x{n}:{id}:"))));
        }
        let total = people.len() as u32;
        let (org, calendar) = (Organisation::new(units, people), calendar());
        let (rollouts, editions) = ([rollout(1, &[], &[])], [mark(1, false)]);
        let plan = Plan::new(&rollouts, &editions, &org, &calendar);
        let asked = |person: &Person| plan.asked(person, |_| false, Passed::default(), now());
        let coverage = Coverage::count(&org, asked, now());
        let parts = coverage.parts(&UnitId::new("root"), &org);
        prop_assert!(parts.shown.iter().all(|(_, share)| share.people >= LEAST));
        prop_assert!(parts.rest.people == 0 || parts.rest.people >= LEAST || parts.shown.is_empty());
        let shown: u32 = parts.shown.iter().map(|(_, share)| share.people).sum();
        prop_assert_eq!(shown + parts.rest.people, total, "nobody is lost");
    }

    /// Asked every hour for half a year: never twice in a week, never at night, at a weekend or on a holiday; and who owes
    /// something is reminded at all.
    #[test]
    fn reminders_are_rare_and_decent(things in proptest::collection::vec((0_i64..100, 1_i64..60), 1..4)) {
        let calendar = calendar();
        let owed: Vec<Owed> = things.iter().map(|(from, days)| {
            let from = now() + SignedDuration::from_hours(24 * from);
            Owed { from, due: from + SignedDuration::from_hours(24 * days) }
        }).collect();
        let (mut last, mut sent) = (None, 0);
        for hour in 0..24 * 180 {
            let now = now() + SignedDuration::from_hours(hour);
            if is_called_for(&owed, last, &calendar, now) {
                prop_assert!(last.is_none_or(|last: Timestamp| now.duration_since(last) >= PAUSE));
                let local = calendar.local(now);
                prop_assert!(calendar.is_working_day(local.date()) && (8..16).contains(&local.hour()));
                (last, sent) = (Some(now), sent + 1);
            }
        }
        prop_assert!(sent >= 3);
    }
}

#[test]
fn one_is_reminded_at_the_start_half_way_on_the_day_and_then_weekly() {
    let calendar = calendar();
    let owed = [Owed {
        from: now(),
        due: calendar.closing(day("2026-03-30")),
    }];
    let mut sent: Vec<Timestamp> = Vec::new();
    for hour in 0..24 * 50 {
        let now = now() + SignedDuration::from_hours(hour);
        if is_called_for(&owed, sent.last().copied(), &calendar, now) {
            sent.push(now);
        }
    }
    let days: Vec<String> = sent
        .iter()
        .map(|at| calendar.local(*at).date().to_string())
        .collect();
    // 2 April to 6 April 2026 is Easter; the week after the 30th is the 6th, so it waits for the 7th.
    assert_eq!(
        days,
        [
            "2026-03-02",
            "2026-03-16",
            "2026-03-30",
            "2026-04-07",
            "2026-04-14",
            "2026-04-21"
        ]
    );
}

fn both(at: Timestamp) -> Passed {
    Passed {
        picture: Some(at),
        case: Some(at),
    }
}

#[test]
fn practising_is_due_with_the_reading_and_again_a_year_after_it_was_passed() {
    let (org, calendar) = (organisation(TOWN), calendar());
    let (rollouts, editions) = ([rollout(1, &[], &[])], [mark(1, false)]);
    let plan = Plan::new(&rollouts, &editions, &org, &calendar);
    let asked = |who: &str, passed, now| {
        let person = org.person(&PersonId::new(who)).unwrap();
        plan.asked(person, |_| true, passed, now).unwrap()
    };
    let never = Passed::default();
    let owed: Vec<Exercise> = asked("lead", never, now())
        .practice
        .iter()
        .map(|owed| owed.exercise)
        .collect();
    assert_eq!(
        owed,
        [Exercise::Picture, Exercise::Case],
        "who leads a unit practises both"
    );
    let teacher = asked("teacher", never, now());
    assert_eq!(teacher.practice.len(), 1);
    assert_eq!(
        (teacher.practice[0].from, teacher.practice[0].due),
        (teacher.reading.from, teacher.reading.due)
    );
    let late = asked(
        "teacher",
        never,
        teacher.reading.due + SignedDuration::from_secs(1),
    );
    assert!(late.is_overdue(teacher.reading.due + SignedDuration::from_secs(1)));
    // Passed, it is nothing for a year.
    let again = now() + FRESH;
    assert!(
        asked("lead", both(now()), again - SignedDuration::from_secs(1))
            .owed()
            .is_empty()
    );
    let stale = asked("lead", both(now()), again);
    assert_eq!(stale.owed().len(), 2);
    assert!(
        stale.clone().pressing(true).is_none() && stale.clone().pressing(false).is_some(),
        "nothing presses the target of an open case"
    );
    assert_eq!(stale.practice[0].from, again);
    assert!(
        stale.practice[0].due > again && !stale.is_overdue(again),
        "with days to do it in"
    );
    // Passed long before it was rolled out, it is owed from then on.
    let before = both(rollouts[0].started - FRESH - FRESH);
    assert_eq!(asked("lead", before, now()).practice[0].from, rollouts[0].started);
}

#[test]
fn several_matters_are_one_message() {
    let calendar = calendar();
    let thing = |days: i64| Owed {
        from: now() + SignedDuration::from_hours(24 * days),
        due: now() + SignedDuration::from_hours(24 * 30),
    };
    assert!(is_called_for(&[thing(0), thing(1)], None, &calendar, now()));
    let tomorrow = now() + SignedDuration::from_hours(25);
    assert!(!is_called_for(
        &[thing(0), thing(1)],
        Some(now()),
        &calendar,
        tomorrow
    ));
    assert!(
        !is_called_for(&[], None, &calendar, now()),
        "who owes nothing hears nothing"
    );
    assert!(
        !remind::is_decent(&calendar, at("2026-03-07T10:00:00Z")),
        "a Saturday"
    );
}

#[test]
fn only_hr_and_the_safety_organisation_roll_out() {
    let org = organisation(TOWN);
    let may: BTreeSet<&str> = org
        .people()
        .iter()
        .filter(|p| domain::rollout::may_roll_out(p))
        .map(|p| p.id.as_str())
        .collect();
    assert_eq!(may, BTreeSet::from(["hr"]));
}
