//! Any sequence of anything anybody may ask for, in any order and at any time: the rules hold after every step, and no case
//! gets into a state that a diligent municipality can't close it from.

use crate::harness::*;
use crate::say::*;
use domain::access::Action;
use domain::case::mailed::{Mailed, Said};
use domain::case::redaction::{CopyFile, Covers, Order, Patch, redacted};
use domain::case::{Actor, CaseState, Command, CommandKind, Event, MayContact, NewReport, Phase, Witnessed};
use domain::case::{Certainty, Danger, PassOverReason, PoliceDecision, Purpose, Recipient, Region, Verdict};
use domain::duties::{Duty, DutyState};
use domain::ids::BlobId;
use domain::mail::{Check, Door};
use domain::vocabulary::{Compartment, DutyKind, Medium, Outcome, Role};
use jiff::ToSpan;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Fjordby with a second lawyer, somebody for communication, and a deputy for Vibeke.
static WORLD: LazyLock<World> = LazyLock::new(|| {
    let world = World::fjordby()
        .with_new("p90", Role::LegalAdviser)
        .with_new("p91", Role::Communication);
    world.with(VIBEKE, |person| person.deputy = Some(id(ANDERS)))
});

const PEOPLE: &[&str] = &[
    BODIL, IDA, JENS, DPO, ADMIN, LARS, VIBEKE, METTE, LONE, ANDERS, MIKKEL, "p90", "p91", SYSTEM, OPERATOR,
];

/// One throw of the dice: what is asked, by whom, how long after, and what is chosen in it.
#[derive(Clone, Copy, Debug)]
struct Throw {
    what: u8,
    who: u8,
    hours: u16,
    a: u8,
    b: u8,
}

fn throws() -> impl Strategy<Value = Vec<Throw>> {
    let throw = (any::<u8>(), any::<u8>(), 0..120u16, any::<u8>(), any::<u8>());
    let throw = throw.prop_map(|(what, who, hours, a, b)| Throw {
        what,
        who,
        hours: hours.saturating_sub(60),
        a,
        b,
    });
    prop::collection::vec(throw, 1..60)
}

fn pick<T: Copy>(from: &[T], by: u8) -> T {
    from[usize::from(by) % from.len()]
}

fn purposes(by: u8) -> &'static [Purpose] {
    match by % 3 {
        0 => &[Purpose::Substance],
        1 => &[Purpose::Boundary],
        _ => &[Purpose::Boundary, Purpose::Substance],
    }
}

fn registration(throw: Throw, now: jiff::Timestamp) -> Command {
    register_with(|register| {
        let targets: &[&[&str]] = &[
            &[METTE],
            &[],
            &[METTE, VIBEKE],
            &[LARS],
            &[IDA, METTE],
            &[ANDERS],
            &[LONE],
        ];
        register.targets = pick(targets, throw.a)
            .iter()
            .map(|person| (*person).into())
            .collect();
        register.medium = pick(Medium::ALL, throw.b);
        register.under_15 = throw.b.is_multiple_of(4);
        register.certainty = Certainty::Presumed;
        register.episode_at = now - i64::from(throw.a).hours();
        register.treatment = throw.a.is_multiple_of(5);
        register.measures = if throw.b.is_multiple_of(2) {
            "Møder flyttet".into()
        } else {
            String::new()
        };
    })
}

/// A statement that is there, if there is any.
fn statement(by: u8, case: &Given) -> u32 {
    1 + u32::from(by) % case.state.next_statement().saturating_sub(1).max(1)
}

/// Marks, assesses or undoes, so that a story that has come to statements goes on with them.
fn about_statements(a: u8, b: u8, case: &Given) -> Command {
    let assessed = case.state.statements.iter().find(|one| one.assessed.is_some());
    match assessed {
        Some(one) if a.is_multiple_of(2) => undo(one.number),
        _ if case.state.statements.is_empty() => mark(&["Skam jer", "Gå hjem"]),
        _ => assess(statement(a, case), pick(Outcome::ALL, b)),
    }
}

fn command(throw: Throw, case: &Given) -> Command {
    let Throw { what, a, b, .. } = throw;
    let today = case.world.calendar.local(case.now).date();
    if case.state.phase == Phase::Closed && what % 2 == 0 {
        return reopen();
    }
    match pick(CommandKind::ALL, what) {
        CommandKind::Receive | CommandKind::AddExhibits | CommandKind::Redact => receive(),
        CommandKind::PassOver => pass_over(pick(PassOverReason::ALL, a)),
        CommandKind::Delegate => delegate(pick(DutyKind::ALL, a), pick(PEOPLE, b)),
        CommandKind::AssignLegal => assign_legal(pick(&[IDA, "p90", METTE, LARS], a)),
        CommandKind::Invite => invite(pick(PEOPLE, a), &[pick(Compartment::ALL, b)], &today.to_string()),
        CommandKind::Triage => triage(pick(Danger::ALL, a)),
        CommandKind::Care => care(),
        CommandKind::Register => registration(throw, case.now),
        CommandKind::RecordAbsence => absence(&(today - i64::from(a % 20).days()).to_string()),
        CommandKind::Review => {
            let why = (b % 2 == 0).then_some("Slettet");
            review_with(pick(Outcome::ALL, a), pick(MayContact::ALL, b / 2), why)
        }
        CommandKind::NoteLegal => note_legal(),
        CommandKind::MarkStatement => mark_one("Fy for pokker"),
        CommandKind::MarkStatements => mark(&["Skam jer", "Gå hjem"]),
        CommandKind::CorrectStatement => correct(statement(a, case), pick(&["Skam jer!", "Skam"], b)),
        CommandKind::AssessStatement => about_statements(a / 2 * 2 + 1, b, case),
        CommandKind::UndoStatementAssessment => about_statements(a, b, case),
        CommandKind::WithdrawStatement if a % 2 == 0 => withdraw(statement(a, case)),
        CommandKind::WithdrawStatement => about_statements(a, b, case),
        CommandKind::DecidePolice => decide_police(pick(PoliceDecision::ALL, a)),
        CommandKind::ReportPolice => report_police(),
        CommandKind::ChasePolice => chase_police(a % 2 == 0),
        CommandKind::Contact => contact_with(purposes(a), |contact| {
            contact.through_guardian = b % 2 == 0;
            contact.stop_by = Some(today + i64::from(b % 30).days());
            if b % 7 == 0 {
                contact.demand = "Hold op".into();
            }
        }),
        CommandKind::ObserveContact => observe_contact(),
        CommandKind::RequestRemoval => request_removal(),
        CommandKind::ObserveRemoval => observe_removal(),
        CommandKind::HandOverInjury => hand_over_injury(),
        CommandKind::FollowUp => follow_up(pick(&[1, 4, 12], a)),
        CommandKind::Waive => waive(pick(DutyKind::ALL, a)),
        CommandKind::Supplement => supplement(),
        CommandKind::Close => close(),
        CommandKind::Reopen => reopen(),
        CommandKind::Corroborate => Command::Corroborate {
            exhibit: 1,
            with: pick(&[2, 3], a),
            note: "Samme opslag".into(),
        },
        CommandKind::WithdrawCorroboration => Command::WithdrawCorroboration {
            exhibit: pick(&[2, 3], a),
            with: 1,
            reason: "Et andet opslag".into(),
        },
        CommandKind::ReleaseExhibit => Command::ReleaseExhibit {
            exhibit: 1,
            reason: "Politiet skal have filen".into(),
        },
        // Joining ends the story; seldom enough that most stories go on.
        CommandKind::Join if a % 16 == 0 => join("2026-0009"),
        CommandKind::Join => receive(),
    }
}

/// Mostly somebody who may ask for it, so that stories get far; sometimes anybody.
fn asker(throw: Throw, case: &Given, kind: CommandKind) -> &'static str {
    let may: Vec<&str> = PEOPLE
        .iter()
        .copied()
        .filter(|person| case.may(person, Action::Do(kind)))
        .collect();
    if may.is_empty() || throw.who.is_multiple_of(8) {
        pick(PEOPLE, throw.who)
    } else {
        pick(&may, throw.who)
    }
}

/// No duty, and no hold on the case, is ever with somebody the case is about; what they may ask for is to add.
fn parties_owe_nothing(case: &Given) {
    assert!(!case.state.is_party(&case.state.owner), "the owner is a party");
    assert!(
        !case.state.is_party(&case.state.superior),
        "the superior is a party"
    );
    for duty in case.duties() {
        assert!(
            !case.state.is_party(&duty.owner),
            "{} is owed by a party",
            duty.kind
        );
    }
    for person in PEOPLE.iter().filter(|person| case.state.is_party(&id(person))) {
        for kind in CommandKind::ALL {
            let adds = matches!(kind, CommandKind::Supplement | CommandKind::AddExhibits);
            assert!(
                adds || !case.may(person, Action::Do(*kind)),
                "{person} may {kind}"
            );
        }
    }
}

/// What the new entries may be, by what was known before them.
fn entries_are_lawful(before: &CaseState, open: &[DutyKind], events: &[Event]) {
    for event in events {
        let Event::Contacted {
            purposes,
            demand,
            through_guardian,
            ..
        } = event
        else {
            continue;
        };
        let assessment = before.assessment.as_ref().expect("no contact before the review");
        assert_ne!(assessment.contact.may, MayContact::No);
        assert!(assessment.outcome.crosses_the_line() || !purposes.contains(&Purpose::Boundary));
        assert!(assessment.outcome.crosses_the_line() || demand.is_empty());
        assert!(*through_guardian || !before.guardian_only());
    }
    if events
        .iter()
        .any(|event| matches!(event, Event::RemovalRequested { .. }))
    {
        let assessment = before.assessment.as_ref().expect("no removal before the review");
        assert!(assessment.outcome.crosses_the_line() && !before.exhibits.is_empty());
    }
    if events.iter().any(|event| matches!(event, Event::Closed { .. })) {
        assert!(
            open.iter().all(|duty| *duty == DutyKind::Close),
            "closed with {open:?} undone"
        );
    }
}

/// Late is late for ever. Three things begin anew and are not compared: what was no longer called for, the closing of a case
/// that went on, and the police decision when the registration says when the episode really was.
fn late_stays_late(before: &[Duty], after: &[Duty], registered: bool) {
    for (old, new) in before.iter().zip(after) {
        let runs = |duty: &Duty| !matches!(duty.state, DutyState::NotOwed | DutyState::Waiting(_));
        let anew = new.kind == DutyKind::Close || (registered && new.kind == DutyKind::Police);
        if runs(old) && runs(new) && !anew {
            assert!(!old.late || new.late, "{} was late and is not any more", new.kind);
        }
    }
}

/// In an open case danger, care and the police decision can be seen to at once, whatever else is missing.
fn urgent_waits_for_nothing(case: &Given) {
    if case.state.phase != Phase::Open {
        return;
    }
    let owner = case.state.owner.as_str();
    for (duty, command) in [
        (DutyKind::Triage, triage(Danger::Acute)),
        (DutyKind::Care, care()),
    ] {
        if !case.state.done.contains_key(&duty) {
            assert!(case.try_it(owner, &command).is_ok(), "{duty} waits");
        }
    }
    if case.state.police_decision.is_none() {
        let superior = case.state.superior.as_str();
        assert!(
            case.try_it(superior, &decide_police(PoliceDecision::Report))
                .is_ok(),
            "police waits"
        );
    }
}

/// A file of its own, from one of two people.
fn arrived(case: Given, throw: Throw) -> Given {
    let number = case.state.next_exhibit();
    let sealed = Event::ExhibitSealed(domain::case::Exhibit {
        sha256: format!("{number:064x}"),
        ..exhibit(number, pick(&[LONE, ANDERS], throw.b))
    });
    let mailed = throw
        .b
        .is_multiple_of(2)
        .then(|| Event::ExhibitMailed(Box::new(mailed(number))));
    case.recorded(LONE, std::iter::once(sealed).chain(mailed).collect())
}

/// How an exhibit that was an e-mail came.
fn mailed(exhibit: u32) -> Mailed {
    Mailed {
        exhibit,
        door: Door::Lmtp,
        came_at: at("2026-10-12 12:00"),
        envelope: None,
        said: Said::default(),
        dkim: Check::NotChecked,
        spf: Check::NotChecked,
        dmarc: Check::NotChecked,
        checked_by: String::new(),
        hands_on: Vec::new(),
        inside: Vec::new(),
        more_inside: 0,
    }
}

/// The server's own look at a link, now and then with a picture.
fn witnessed(case: Given, throw: Throw) -> Given {
    let number = case.state.next_exhibit();
    let pictured = throw.b.is_multiple_of(3);
    let look = Witnessed {
        picture: pictured.then_some(number),
        ..crate::witnessed::bare()
    };
    let picture = Event::ExhibitSealed(domain::case::Exhibit {
        sha256: format!("{number:064x}"),
        ..exhibit(number, SYSTEM)
    });
    let events = pictured.then_some(picture).into_iter();
    case.recorded(
        SYSTEM,
        events.chain([Event::LinkWitnessed(Box::new(look))]).collect(),
    )
}

/// The scanner's word on the exhibit that just came, now and then a bad one.
fn scanned(case: Given, throw: Throw) -> Given {
    let exhibit = case.state.next_exhibit() - 1;
    let verdict = pick(Verdict::ALL, throw.a);
    let event = Event::ExhibitScanned {
        exhibit,
        verdict,
        found: String::new(),
        scanner: String::new(),
    };
    case.recorded(SYSTEM, vec![event])
}

/// Somebody makes a redacted copy, where the rules let them.
fn copied(case: Given, throw: Throw) -> Given {
    let actor = asker(throw, &case, CommandKind::Redact);
    let patch = |x| Patch {
        page: 0,
        region: Region { x, y: 0, w: 1, h: 1 },
    };
    let order = Order {
        exhibit: u32::from(throw.b % 3) + 1,
        recipient: pick(Recipient::ALL, throw.a),
        name: "Nordjyllands Politi".into(),
        reason: "Andres navne".into(),
        covers: Covers::Boxes(vec![patch(0), patch(1)]),
    };
    let file = CopyFile {
        media_type: "image/png".into(),
        bytes: 1,
        sha256: "d".repeat(64),
        blob: BlobId::new("kopi"),
    };
    match redacted(&case.state, &order, file) {
        Ok(event) if case.may(actor, Action::Do(CommandKind::Redact)) => {
            assert!(!case.state.is_infected(order.exhibit));
            case.recorded(actor, vec![event])
        }
        _ => case,
    }
}

/// Statements are numbered 1, 2, 3 …, each in an exhibit that is there, and none that is withdrawn is assessed.
fn statements_are_dense(case: &CaseState) {
    for (number, statement) in (1..).zip(&case.statements) {
        assert_eq!(statement.number, number);
        assert!(case.exhibit(statement.exhibit).is_some());
        assert!(statement.withdrawn.is_none() || statement.assessed.is_none());
    }
}

fn step(case: Given, throw: Throw) -> Given {
    let mut case = case;
    let before_wait = case.duties();
    case.now += i64::from(throw.hours).hours();
    late_stays_late(&before_wait, &case.duties(), false);
    if throw.what.is_multiple_of(23) && case.state.phase == Phase::Open {
        return witnessed(scanned(arrived(case, throw), throw), throw);
    }
    if throw.what.is_multiple_of(29) {
        return copied(case, throw);
    }
    let asked = command(throw, &case);
    let actor = asker(throw, &case, asked.kind());
    let Ok(events) = case.try_it(actor, &asked) else {
        return case;
    };
    let duties = case.duties();
    let open: Vec<DutyKind> = duties
        .iter()
        .filter(|duty| duty.is_open())
        .map(|duty| duty.kind)
        .collect();
    let before = case.state.clone();
    entries_are_lawful(&before, &open, &events);
    let registered = events.iter().any(|event| matches!(event, Event::Registered(_)));
    let case = case.recorded(actor, events);
    assert_eq!(
        CaseState::fold(&case.entries).as_ref(),
        Some(&case.state),
        "a fold is the same as one entry at a time"
    );
    statements_are_dense(&case.state);
    late_stays_late(&duties, &case.duties(), registered);
    case
}

/// What a diligent crew does next about an open duty, and who does it.
fn diligently(case: &Given, duty: DutyKind) -> (String, Command) {
    let (owner, superior) = (case.state.owner.to_string(), case.state.superior.to_string());
    let lawyer = case
        .state
        .legal
        .as_ref()
        .filter(|legal| !case.state.is_party(legal))
        .map(ToString::to_string);
    let guardian = |contact: &mut domain::case::Contact| {
        contact.through_guardian = true;
        contact.stop_by = Some(case.world.calendar.local(case.now).date());
    };
    let by_owner = |command| (owner.clone(), command);
    match duty {
        DutyKind::Receive => by_owner(receive()),
        DutyKind::Triage => by_owner(triage(Danger::None)),
        DutyKind::Care => by_owner(care()),
        DutyKind::Register => by_owner(register_with(|register| register.targets.clear())),
        DutyKind::Review => match lawyer {
            Some(lawyer) => (
                lawyer,
                review_with(Outcome::Harassment, MayContact::Yes, Some("Slettet")),
            ),
            None => by_owner(assign_legal("p90")),
        },
        DutyKind::Police if case.state.police_decision == Some(PoliceDecision::Report) => {
            by_owner(report_police())
        }
        DutyKind::Police => (superior, decide_police(PoliceDecision::DoNotReport)),
        DutyKind::ContactSubstance => by_owner(contact_with(&[Purpose::Substance], guardian)),
        DutyKind::ContactBoundary if case.state.demand.is_some() => by_owner(observe_contact()),
        DutyKind::ContactBoundary => by_owner(contact_with(&[Purpose::Boundary], guardian)),
        DutyKind::Removal if case.state.removal_requested.is_some() => by_owner(observe_removal()),
        DutyKind::Removal if case.state.exhibits.is_empty() => by_owner(waive(DutyKind::Removal)),
        DutyKind::Removal => by_owner(request_removal()),
        DutyKind::Injury => by_owner(hand_over_injury()),
        DutyKind::FollowUp1 => by_owner(follow_up(1)),
        DutyKind::FollowUp4 => by_owner(follow_up(4)),
        DutyKind::FollowUp12 => by_owner(follow_up(12)),
        DutyKind::ChasePolice => by_owner(chase_police(true)),
        DutyKind::Close => by_owner(close()),
    }
}

fn can_be_closed(mut case: Given) -> Given {
    for _ in 0..40 {
        if case.state.phase != Phase::Open {
            return case;
        }
        let duty = case
            .duties()
            .into_iter()
            .find(Duty::is_owed)
            .expect("an open case owes something")
            .kind;
        case.now += 1.hour();
        let (actor, command) = diligently(&case, duty);
        case = case.after(&actor, command);
    }
    panic!("never closed: {:?}", case.duties());
}

/// Things happen, a diligent crew closes the case, things happen again, and it is closed again.
fn story(new: &NewReport, reporter: &str, throws: &[Throw]) -> Given {
    let mut case = given_in(WORLD.clone(), MONDAY, reporter, new);
    let (first, second) = throws.split_at(throws.len() * 2 / 3);
    for part in [first, second] {
        for throw in part {
            case = step(case, *throw);
            parties_owe_nothing(&case);
            urgent_waits_for_nothing(&case);
        }
        case = can_be_closed(case);
        parties_owe_nothing(&case);
    }
    case
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_on_every_path_of_a_colleagues_report(throws in throws(), acute: bool) {
        story(&NewReport { acute, ..about(METTE) }, LONE, &throws);
    }

    #[test]
    fn the_rules_hold_on_every_path_of_a_report_that_goes_past_the_manager(throws in throws()) {
        story(&NewReport { not_to_manager: true, ..about_me() }, METTE, &throws);
    }

    #[test]
    fn the_rules_hold_on_every_path_at_the_top_of_the_tree(throws in throws()) {
        story(&about_me(), BODIL, &throws);
    }
}

/// A property that never gets anywhere proves nothing.
#[test]
fn random_stories_reach_every_kind_of_entry() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..200 {
        let throws = throws().new_tree(&mut runner).unwrap().current();
        for entry in story(&about(METTE), LONE, &throws).entries {
            *found.entry(entry.event.name()).or_default() += 1;
        }
    }
    // What only another door records: readings, exports, joining into this case, the check of files.
    let other_doors = [
        "viewed",
        "exported",
        "report-joined",
        "exhibit-found-damaged",
        "exhibit-found-whole",
    ];
    let all = crate::event_json::one_of_each();
    let names: std::collections::BTreeSet<String> = all.iter().map(Event::name).collect();
    let missing: Vec<&String> = names
        .iter()
        .filter(|name| !found.contains_key(*name) && !other_doors.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "never reached: {missing:?} in {found:?}");
}

#[test]
fn a_case_reads_the_same_whoever_folds_it() {
    let case = given().ready_to_close();
    let whole = CaseState::fold(&case.entries).unwrap();
    assert_eq!(whole, case.state);
    assert_eq!(
        CaseState::fold(&case.entries[1..]),
        None,
        "a journal begins with its opening"
    );
    assert_eq!(Actor::parse(Actor::System.as_text()), Actor::System);
}
