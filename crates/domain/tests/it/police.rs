//! The police: decided by the manager's manager within 72 hours, never waiting for anything, and never too late.

use crate::harness::*;
use crate::say::*;
use domain::case::{Command, Event, PoliceDecision, Refusal};
use domain::duties::DutyState;
use domain::vocabulary::DutyKind;

use PoliceDecision::{DoNotReport, Report};

#[test]
fn the_decision_waits_for_neither_receipt_nor_registration_nor_review() {
    given()
        .when(LARS, decide_police(Report))
        .then(vec![Event::PoliceDecided {
            decision: Report,
            target_heard: true,
            wish: "Ønsker det".into(),
            reason: "Enlig ytring".into(),
        }]);
    given()
        .when(LARS, decide_police(DoNotReport))
        .then_names(&["police-decided"]);
}

#[test]
fn only_the_managers_manager_decides() {
    for person in [VIBEKE, METTE, LONE, IDA, BODIL, SYSTEM] {
        given().when(person, decide_police(Report)).then_forbidden();
    }
}

#[test]
fn not_to_report_needs_a_written_individual_reason() {
    let with = |decision, reason: &str| Command::DecidePolice {
        decision,
        target_heard: true,
        wish: String::new(),
        reason: reason.into(),
    };
    given()
        .when(LARS, with(DoNotReport, " "))
        .then_field("reason", "required");
    given()
        .when(LARS, with(Report, ""))
        .then_names(&["police-decided"]);
}

#[test]
fn the_target_is_heard_but_a_target_who_cannot_be_reached_holds_nothing_up() {
    let unheard = |wish: &str| Command::DecidePolice {
        decision: Report,
        target_heard: false,
        wish: wish.into(),
        reason: String::new(),
    };
    given()
        .when(LARS, unheard(""))
        .then_field("target_heard", "required");
    given()
        .when(LARS, unheard("Indlagt, kan ikke høres før fristen"))
        .then_names(&["police-decided"]);
    let nobody_named = given_report(
        MONDAY,
        LONE,
        &domain::case::NewReport {
            about: None,
            ..about(METTE)
        },
    );
    nobody_named
        .when(LARS, unheard(""))
        .then_names(&["police-decided"]);
}

#[test]
fn a_decision_to_report_is_owed_until_it_is_reported() {
    let case = given().after(LARS, decide_police(Report));
    assert!(case.duty(DutyKind::Police).is_owed());
    case.when(VIBEKE, report_police())
        .then(vec![Event::PoliceReported {
            statements: Vec::new(),
            at: at(MONDAY),
            reference: "J.nr. 1234".into(),
        }]);
    assert!(matches!(
        case.after(VIBEKE, report_police()).state_of(DutyKind::Police),
        DutyState::Done { .. }
    ));
}

#[test]
fn nothing_is_reported_that_was_not_decided_and_nothing_twice() {
    given()
        .when(LARS, report_police())
        .then_refused(Refusal::NoPoliceReport);
    given()
        .when(VIBEKE, chase_police(false))
        .then_refused(Refusal::NoPoliceReport);
    let case = given().after(LARS, decide_police(Report));
    case.when(LARS, decide_police(Report))
        .then_refused(Refusal::AlreadyDone(DutyKind::Police));
    let tomorrow = Command::ReportPolice {
        statements: Vec::new(),
        at: Some(at("2026-10-13 09:00")),
        reference: "x".into(),
    };
    case.when(LARS, tomorrow).then_field("at", "in-the-future");
    let unnamed = Command::ReportPolice {
        statements: Vec::new(),
        at: None,
        reference: String::new(),
    };
    case.when(LARS, unnamed).then_field("reference", "required");
    let case = case.after(LARS, report_police());
    case.when(LARS, report_police())
        .then_refused(Refusal::AlreadyDone(DutyKind::Police));
    case.when(LARS, decide_police(DoNotReport))
        .then_refused(Refusal::AlreadyDone(DutyKind::Police));
}

#[test]
fn after_72_hours_one_reports_anyway_and_it_is_late_for_ever() {
    let case = given().at("2026-10-15 09:00");
    assert!(!case.duty(DutyKind::Police).late, "to the last second");
    let case = case.at("2026-11-12 09:00");
    assert!(case.duty(DutyKind::Police).late);
    let case = case
        .after(LARS, decide_police(Report))
        .after(LARS, report_police())
        .at("2027-10-12 09:00");
    assert!(case.duty(DutyKind::Police).late);
}

#[test]
fn a_decision_not_to_report_can_be_followed_by_a_report() {
    let case = given().after(LARS, decide_police(DoNotReport));
    case.when(LARS, decide_police(DoNotReport))
        .then_refused(Refusal::AlreadyDone(DutyKind::Police));
    assert!(
        !case.clone().at("2026-12-01 09:00").duty(DutyKind::Police).late,
        "a decision in time"
    );
    let case = case.at("2026-10-20 09:00").after(LARS, decide_police(Report));
    assert!(
        case.duty(DutyKind::Police).is_owed(),
        "what was decided is not forgotten"
    );
    case.clone()
        .after(LARS, report_police())
        .when(VIBEKE, chase_police(false))
        .then_names(&["police-chased"]);
    // And back again, with a reason.
    case.when(LARS, decide_police(DoNotReport))
        .then_names(&["police-decided"]);
}

#[test]
fn the_police_are_asked_until_they_are_done() {
    let case = given()
        .after(LARS, decide_police(Report))
        .after(LARS, report_police());
    assert_eq!(case.due(DutyKind::ChasePolice), "2027-01-12 16:00:00");
    let case = case.at("2027-01-12 10:00").after(VIBEKE, chase_police(false));
    assert!(case.duty(DutyKind::ChasePolice).is_owed());
    assert_eq!(case.due(DutyKind::ChasePolice), "2027-04-12 16:00:00");
    let case = case.at("2027-04-01 10:00").after(VIBEKE, chase_police(true));
    case.when(VIBEKE, chase_police(false))
        .then_refused(Refusal::AlreadyDone(DutyKind::ChasePolice));
    let silent = Command::ChasePolice {
        answer: String::new(),
        concluded: false,
    };
    given()
        .after(LARS, decide_police(Report))
        .after(LARS, report_police())
        .when(VIBEKE, silent)
        .then_field("answer", "required");
}
