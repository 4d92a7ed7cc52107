//! Who may what: the golden table, and what it means in sentences.

use crate::harness::*;
use crate::say::*;
use domain::access::{Action, Relation, Standing, table};
use domain::case::{
    Actor, CommandKind, Danger, Entry, Event, NewReport, PassOverReason, PoliceDecision, Viewing,
};
use domain::ids::ReportId;
use domain::vocabulary::{Compartment, DutyKind, Outcome, Role};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/permissions.md");

/// What an entry's writer is to the viewer decides only over words: told by themselves or by somebody else.
fn shows(relation: Relation, own: bool, event: &Event) -> bool {
    let writer = if own { "p-viewer" } else { "p-writer" };
    let entry = Entry {
        seq: 1,
        at: at(MONDAY),
        actor: Actor::Person(id(writer)),
        event: event.clone(),
    };
    let reports = if own {
        BTreeSet::from([ReportId::new("r1")])
    } else {
        BTreeSet::new()
    };
    let standing = Standing {
        relations: BTreeSet::from([relation]),
        reports,
        ..Standing::default()
    };
    standing.shows(&Actor::Person(id("p-viewer")), &entry)
}

fn row(text: &mut String, name: &str, shown: impl Fn(Relation) -> bool) {
    write!(text, "| {name} |").unwrap();
    for relation in Relation::ALL {
        text.push_str(if shown(*relation) { " yes |" } else { " – |" });
    }
    text.push('\n');
}

fn permissions() -> String {
    let mut text = String::from(
        "# Who may what\n\nGenerated from `src/access.rs` by its test (`VAERN_UPDATE_GOLDEN=1 cargo test -p domain permissions`); \
         a change here is a change of who may what, and is reviewed as such. Whoever is a party to a case (its target, or a \
         manager whom it concerns) has no other relation to it than target or reporter. A delegate may besides give the \
         commands of the duties handed to them, and read the drawer that those lie in. A target who is not the only one does \
         not read Care: its entries don't say whose they are.\n\n## Actions\n\n",
    );
    text.push_str(&table());
    text.push_str("\n## Entries of the journal\n\n| entry (drawer) |");
    Relation::ALL
        .iter()
        .for_each(|relation| write!(text, " {relation} |").unwrap());
    text.push_str("\n|---|");
    Relation::ALL.iter().for_each(|_| text.push_str("---|"));
    text.push('\n');
    let mut seen = BTreeSet::new();
    for event in crate::event_json::one_of_each() {
        let name = format!("{} ({})", event.name(), event.compartment());
        if !seen.insert(name.clone()) {
            continue;
        }
        row(&mut text, &name, |relation| shows(relation, false, &event));
        if matches!(event, Event::Told { .. } | Event::Supplemented { .. }) {
            row(&mut text, &format!("{name}, one's own"), |relation| {
                shows(relation, true, &event)
            });
        }
    }
    text
}

#[test]
fn permissions_are_as_the_golden_file_says() {
    let now = permissions();
    if std::env::var_os("VAERN_UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &now).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    assert!(
        golden == now,
        "permissions.md is stale: review the change, then set VAERN_UPDATE_GOLDEN=1"
    );
}

/// What a party may ask for at most: to add to what they told.
fn asks_for_nothing_else(case: &Given, person: &str) {
    for kind in CommandKind::ALL {
        let adds = matches!(kind, CommandKind::Supplement | CommandKind::AddExhibits);
        assert!(adds || !case.may(person, Action::Do(*kind)), "{person} {kind}");
    }
    for drawer in Compartment::ALL {
        assert!(
            !case.may(person, Action::Export(*drawer)),
            "{person} export {drawer}"
        );
    }
}

#[test]
fn a_party_has_no_management_right_even_if_every_role_is_theirs() {
    let world = World::fjordby().with(METTE, |person| person.roles = Role::ALL.iter().copied().collect());
    let mut case = given()
        .after(VIBEKE, delegate(DutyKind::Care, ANDERS))
        .in_world(world);
    case.state.owner = id(METTE);
    case.state.superior = id(METTE);
    case.state.legal = Some(id(METTE));
    case.state.hr = Some(id(METTE));
    case.state.delegated.insert(DutyKind::Care, id(METTE));
    asks_for_nothing_else(&case, METTE);
    assert_eq!(case.standing(METTE).relations, BTreeSet::from([Relation::Target]));
}

#[test]
fn a_reporter_who_is_concerned_keeps_only_what_a_reporter_has() {
    let case = given_report(MONDAY, VIBEKE, &about(METTE)).after(LARS, pass_over(PassOverReason::Concerned));
    asks_for_nothing_else(&case, VIBEKE);
    assert_eq!(
        case.standing(VIBEKE).relations,
        BTreeSet::from([Relation::Reporter])
    );
}

#[test]
fn a_target_invited_as_helper_sees_no_more_than_a_target() {
    let invited = invite(METTE, Compartment::ALL, "2026-12-01");
    let case = given().after(VIBEKE, invited);
    assert!(!case.may(METTE, Action::ReadMatter));
    assert!(!case.may(METTE, Action::ReadPolice));
}

#[test]
fn the_admin_sees_no_case_at_all() {
    let case = given().handled(Outcome::Harassment);
    for action in Action::all() {
        assert!(!case.may(ADMIN, action), "{}", action.name());
    }
    assert!(case.shown(ADMIN).is_empty());
}

#[test]
fn the_dpo_reads_the_access_log_and_nothing_else() {
    let viewed = Event::Viewed {
        what: Viewing::Care,
        exhibit: None,
        relation: Relation::Owner,
    };
    let case = given()
        .handled(Outcome::Harassment)
        .recorded(VIBEKE, vec![viewed]);
    for action in Action::all() {
        assert_eq!(
            case.may(DPO, action),
            action == Action::ReadAccessLog,
            "{}",
            action.name()
        );
    }
    assert_eq!(case.shown(DPO), ["viewed"]);
}

#[test]
fn a_stranger_has_no_relation_so_the_case_does_not_exist() {
    for person in [SANNE, MIKKEL, DORTHE, ANDERS, BODIL] {
        assert!(given().standing(person).relations.is_empty(), "{person}");
        assert!(given().shown(person).is_empty());
    }
}

#[test]
fn a_helper_sees_the_drawers_they_were_given_until_the_end_of_the_last_day() {
    let case = given()
        .after(VIBEKE, care())
        .after(VIBEKE, invite(ANDERS, &[Compartment::Care], "2026-10-14"));
    let in_time = case.clone().at("2026-10-14 23:59");
    assert!(in_time.may(ANDERS, Action::ReadCare));
    assert_eq!(in_time.shown(ANDERS), ["care-given"]);
    assert!(!in_time.may(ANDERS, Action::ReadMatter));
    let expired = case.at("2026-10-15 00:00");
    assert!(expired.standing(ANDERS).relations.is_empty());
    assert!(expired.shown(ANDERS).is_empty());
}

#[test]
fn the_target_sees_care_and_who_looked_but_no_other_peoples_notes() {
    let viewed = Event::Viewed {
        what: Viewing::Matter,
        exhibit: None,
        relation: Relation::Owner,
    };
    let case = given()
        .handled(Outcome::LawfulCriticism)
        .after(IDA, note_legal())
        .after(LONE, supplement())
        .after(METTE, supplement())
        .recorded(VIBEKE, vec![viewed])
        .after(LARS, pass_over(PassOverReason::Absent));
    let shown = case.shown(METTE);
    assert_eq!(shown, ["triaged", "care-given", "supplemented", "viewed"]);
    assert!(case.may(METTE, Action::See));
}

#[test]
fn the_target_who_told_it_themselves_sees_their_own_words() {
    let case = given_report(MONDAY, METTE, &about_me());
    assert_eq!(case.shown(METTE), ["told"]);
}

#[test]
fn what_was_learned_and_who_was_passed_over_is_for_the_managers() {
    let case = given().after(LARS, pass_over(PassOverReason::Absent));
    for person in [METTE, LONE, IDA, VIBEKE] {
        assert!(!case.shown(person).contains(&"passed-over".into()), "{person}");
    }
    assert!(case.shown(LARS).contains(&"passed-over".into()));
    let closed = given().ready_to_close().after(VIBEKE, close());
    for person in [METTE, LONE, IDA] {
        assert!(!closed.shown(person).contains(&"learned".into()), "{person}");
    }
}

#[test]
fn with_several_targets_none_of_them_reads_the_others_health() {
    let both = register_with(|register| register.targets = vec![METTE.into(), ANDERS.into()]);
    let case = given().after(VIBEKE, both).after(VIBEKE, care());
    for target in [METTE, ANDERS] {
        assert!(case.may(target, Action::See));
        assert!(!case.may(target, Action::ReadCare));
        assert!(case.shown(target).is_empty());
    }
    assert!(case.may(VIBEKE, Action::ReadCare));
}

#[test]
fn the_reporter_sees_that_it_is_there_and_their_own_words_but_no_drawer() {
    let case = given().handled(Outcome::Harassment).after(LONE, supplement());
    assert_eq!(case.shown(LONE), ["told", "supplemented"]);
    for action in [
        Action::ReadMatter,
        Action::ReadCare,
        Action::ReadPolice,
        Action::ReadExhibits,
        Action::ReadAccessLog,
    ] {
        assert!(!case.may(LONE, action), "{}", action.name());
    }
    asks_for_nothing_else(&case, LONE);
}

#[test]
fn a_manager_who_reports_for_an_employee_still_manages() {
    let case = given_report(MONDAY, VIBEKE, &about(METTE));
    assert_eq!(case.state.owner, id(VIBEKE));
    case.when(VIBEKE, receive()).then_done();
}

#[test]
fn the_lawyer_sees_matter_and_police_but_not_the_care() {
    let case = given().handled(Outcome::Harassment).after(IDA, note_legal());
    let shown = case.shown(IDA);
    for name in ["triaged", "care-given"] {
        assert!(!shown.contains(&name.into()), "{name}");
    }
    for name in ["told", "registered", "police-decided", "legal-noted", "assessed"] {
        assert!(shown.contains(&name.into()), "{name}");
    }
    assert!(!case.may(IDA, Action::Export(Compartment::Care)));
}

#[test]
fn a_delegate_does_the_one_duty_and_reads_what_it_needs() {
    let case = given()
        .after(VIBEKE, delegate(DutyKind::Removal, ANDERS))
        .after(IDA, review(Outcome::Harassment));
    let may: Vec<CommandKind> = CommandKind::ALL
        .iter()
        .copied()
        .filter(|kind| case.may(ANDERS, Action::Do(*kind)))
        .collect();
    assert_eq!(may, [CommandKind::RequestRemoval, CommandKind::ObserveRemoval]);
    assert!(case.may(ANDERS, Action::ReadExhibits));
    assert!(!case.may(ANDERS, Action::ReadCare));
    assert!(!case.may(ANDERS, Action::ReadPolice));
    let care = given().after(VIBEKE, delegate(DutyKind::Care, ANDERS));
    assert!(care.may(ANDERS, Action::ReadCare));
    care.when(ANDERS, triage(Danger::None)).then_forbidden();
}

#[test]
fn the_owner_does_everything_but_the_lawyers_work_and_the_police_decision() {
    let case = given();
    let not: Vec<CommandKind> = CommandKind::ALL
        .iter()
        .copied()
        .filter(|kind| !case.may(VIBEKE, Action::Do(*kind)))
        .collect();
    assert_eq!(
        not,
        [
            CommandKind::Review,
            CommandKind::NoteLegal,
            CommandKind::AssessStatement,
            CommandKind::UndoStatementAssessment,
            CommandKind::DecidePolice
        ]
    );
    case.when(VIBEKE, decide_police(PoliceDecision::DoNotReport))
        .then_forbidden();
}

#[test]
fn hr_sees_the_care_of_an_absence_and_not_the_matter() {
    let case = given().after(VIBEKE, absence("2026-10-12"));
    assert!(case.may(JENS, Action::ReadCare));
    assert!(!case.may(JENS, Action::ReadMatter));
    assert!(!case.shown(JENS).contains(&"told".into()));
}

#[test]
fn a_reading_is_recorded_under_the_most_involved_relation() {
    let case = given_report(MONDAY, VIBEKE, &NewReport { ..about(METTE) });
    assert_eq!(case.standing(VIBEKE).strongest(), Some(Relation::Owner));
    assert_eq!(case.standing(METTE).strongest(), Some(Relation::Target));
    assert_eq!(case.standing(SANNE).strongest(), None);
}
