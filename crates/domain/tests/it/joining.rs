//! A second report about the same matter is joined to the case that has it.

use crate::harness::*;
use crate::say::*;
use domain::case::join::take_over;
use domain::case::{Arrival, Event, NewReport, PassOverReason, Phase, Refusal};
use domain::ids::{BlobId, CaseNumber, PersonId, ReportId};
use std::collections::BTreeMap;

/// A second report from another colleague, with its own number.
fn second(reporter: &str, new: &NewReport) -> Given {
    let mut case = given_report("2026-10-12 11:00", reporter, new);
    case.state.number = CaseNumber::new(2026, 2);
    for entry in &mut case.entries {
        match &mut entry.event {
            Event::ReportMade(facts) => facts.report = ReportId::new("r2"),
            Event::Told { report, .. } => *report = ReportId::new("r2"),
            _ => {}
        }
    }
    case.sealed()
}

fn blobs() -> BTreeMap<BlobId, BlobId> {
    BTreeMap::from([(BlobId::new("blob-1"), BlobId::new("copy-1"))])
}

fn taken(receiving: &Given, joined: &Given) -> Result<Vec<Event>, Refusal> {
    take_over(&receiving.state, &joined.state, &joined.entries, &blobs())
}

#[test]
fn the_report_what_was_told_and_the_exhibits_move_under_new_numbers() {
    let (first, other) = (given(), second(ANDERS, &about(METTE)));
    let events = taken(&first, &other).unwrap();
    let names: Vec<String> = events.iter().map(Event::name).collect();
    assert_eq!(names, ["report-joined", "report-made", "told", "exhibit-sealed"]);
    let Event::ExhibitSealed(exhibit) = &events[3] else {
        panic!()
    };
    assert_eq!(
        (exhibit.number, exhibit.arrival, exhibit.blob.as_str()),
        (2, Arrival::JoinedCase, "copy-1")
    );
    assert_eq!(exhibit.sha256, "a".repeat(64));
}

#[test]
fn a_joined_case_lives_on_elsewhere_owes_nothing_and_takes_nothing() {
    let joined = second(ANDERS, &about(METTE)).after(VIBEKE, join("2026-0001"));
    assert_eq!(joined.state.phase, Phase::Joined);
    assert!(joined.duties().is_empty());
    joined.when(VIBEKE, receive()).then_refused(Refusal::CaseJoined);
    joined.when(VIBEKE, reopen()).then_refused(Refusal::CaseJoined);
    joined
        .when(LARS, join("2026-0003"))
        .then_refused(Refusal::CaseJoined);
}

#[test]
fn a_case_is_joined_to_another_by_who_handles_it() {
    let case = second(ANDERS, &about(METTE));
    case.when(VIBEKE, join("2026-0002"))
        .then_refused(Refusal::SameCase);
    case.when(VIBEKE, join("the other one"))
        .then_field("into", "unknown-case");
    for person in [METTE, ANDERS, SANNE] {
        case.when(person, join("2026-0001")).then_forbidden();
    }
}

#[test]
fn nothing_is_joined_to_a_case_that_is_closed_or_gone_or_without_its_files() {
    let other = second(ANDERS, &about(METTE));
    let closed = given().ready_to_close().after(VIBEKE, close());
    assert_eq!(taken(&closed, &other), Err(Refusal::CaseClosed));
    let gone = given().after(VIBEKE, join("2026-0009"));
    assert_eq!(taken(&gone, &other), Err(Refusal::CaseJoined));
    let lost = take_over(&given().state, &other.state, &other.entries, &BTreeMap::new());
    assert_eq!(lost, Err(Refusal::invalid("exhibit", "required")));
}

#[test]
fn joining_never_makes_an_owner_or_their_superior_the_target_of_their_own_case() {
    for party in [VIBEKE, LARS] {
        assert_eq!(
            taken(&given(), &second(ANDERS, &about(party))),
            Err(Refusal::TargetOwesNothing)
        );
    }
}

#[test]
fn a_manager_of_concern_does_not_get_the_words_by_joining() {
    let concern = second(
        METTE,
        &NewReport {
            not_to_manager: true,
            ..about_me()
        },
    );
    assert_eq!(taken(&given(), &concern), Err(Refusal::TargetOwesNothing));
    // Where somebody else has the receiving case, they are kept out of it from then on.
    let above = given().after(LARS, pass_over(PassOverReason::Absent));
    assert!(!above.standing(VIBEKE).relations.is_empty());
    let events = taken(&above, &concern).unwrap();
    let above = above.at("2026-10-12 12:00").recorded(LARS, events);
    assert!(above.standing(VIBEKE).relations.is_empty());
    assert_eq!(
        (&above.state.owner, &above.state.superior),
        (&id(LARS), &id(BODIL))
    );
}

#[test]
fn both_reporters_see_their_own_words_afterwards_and_not_each_others() {
    let events = taken(&given(), &second(ANDERS, &about(METTE))).unwrap();
    let case = given().at("2026-10-12 12:00").recorded(VIBEKE, events);
    let shown = |viewer: &str| -> Vec<ReportId> {
        let standing = case.standing(viewer);
        let viewer = domain::case::Actor::Person(PersonId::new(viewer));
        let shown = case.entries.iter().filter(|entry| standing.shows(&viewer, entry));
        let told = shown.filter_map(|entry| match &entry.event {
            Event::Told { report, .. } => Some(report.clone()),
            _ => None,
        });
        told.collect()
    };
    assert_eq!(shown(LONE), [ReportId::new("r1")]);
    assert_eq!(shown(ANDERS), [ReportId::new("r2")]);
    assert_eq!(shown(METTE), []);
    assert_eq!(shown(VIBEKE).len(), 2);
}

#[test]
fn an_acute_report_that_joins_makes_the_case_acute_from_then_and_not_before() {
    use domain::vocabulary::DutyKind;
    let calm = given_at("2026-10-12 08:00")
        .at("2026-10-12 15:00")
        .after(VIBEKE, receive());
    let events = taken(
        &calm,
        &second(
            ANDERS,
            &NewReport {
                acute: true,
                ..about(METTE)
            },
        ),
    )
    .unwrap();
    let case = calm.at("2026-10-12 15:30").recorded(VIBEKE, events);
    assert!(case.state.acute);
    assert!(
        !case.duty(DutyKind::Receive).late,
        "it was in time when it was done"
    );
    assert_eq!(case.due(DutyKind::Triage), "2026-10-12 16:30:00");
}
