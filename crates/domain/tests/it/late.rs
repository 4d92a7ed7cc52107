//! Late is late for ever, and in time stays in time.

use crate::harness::*;
use crate::say::*;
use domain::case::{Danger, PassOverReason, PoliceDecision, Purpose};
use domain::vocabulary::{DutyKind, Outcome};

#[test]
fn done_one_minute_after_its_deadline_is_late_for_ever() {
    let due = "2026-10-13 16:00";
    let in_time = given().at(due).after(VIBEKE, care());
    assert!(!in_time.at("2027-01-01 12:00").duty(DutyKind::Care).late);
    let late = given().at("2026-10-13 16:01");
    assert!(late.duty(DutyKind::Care).late);
    let late = late.after(VIBEKE, care()).at("2027-01-01 12:00");
    assert!(late.duty(DutyKind::Care).late);
}

#[test]
fn passing_the_case_on_does_not_make_it_timely() {
    let case = given()
        .at("2026-10-14 09:00")
        .after(LARS, pass_over(PassOverReason::Absent));
    assert!(case.duty(DutyKind::Receive).late);
    assert!(case.after(LARS, receive()).duty(DutyKind::Receive).late);
}

#[test]
fn a_danger_found_acute_does_not_make_late_what_was_in_time() {
    let case = given_at("2026-10-12 08:00")
        .at("2026-10-12 15:00")
        .after(VIBEKE, receive());
    let case = case.at("2026-10-13 09:00").after(VIBEKE, triage(Danger::Acute));
    assert!(!case.duty(DutyKind::Receive).late);
    assert!(!case.duty(DutyKind::Triage).late);
    assert_eq!(
        case.due(DutyKind::Review),
        "2026-10-13 11:00:00",
        "two hours from when it was known"
    );
}

#[test]
fn a_danger_found_acute_does_not_make_timely_what_was_late() {
    let case = given_at("2026-10-12 08:00")
        .at("2026-10-14 09:00")
        .after(VIBEKE, triage(Danger::Acute));
    for duty in [DutyKind::Triage, DutyKind::Receive, DutyKind::Review] {
        assert!(case.duty(duty).late, "{duty}");
    }
}

#[test]
fn a_second_review_leaves_the_first_one_timely() {
    let case = given()
        .handled(Outcome::Harassment)
        .at("2026-10-20 10:00")
        .sealed();
    let case = case.after(IDA, review(Outcome::Harassment));
    assert!(!case.duty(DutyKind::Review).late);
}

#[test]
fn a_second_review_does_not_give_the_first_contact_more_time() {
    let case = given().handled(Outcome::Harassment).at("2026-10-16 09:00");
    assert!(case.duty(DutyKind::ContactSubstance).late);
    let case = case
        .sealed()
        .at("2026-10-16 09:30")
        .after(IDA, review(Outcome::Harassment));
    assert!(case.duty(DutyKind::ContactSubstance).late);
}

#[test]
fn a_demand_made_late_is_late_whenever_its_outcome_is_seen() {
    let case = given().handled(Outcome::Harassment).at("2026-10-19 09:00");
    assert!(case.duty(DutyKind::ContactBoundary).late);
    let case = case.after(VIBEKE, contact(&[Purpose::Boundary]));
    assert_eq!(case.due(DutyKind::ContactBoundary), "2026-12-21 16:00:00");
    assert!(case.duty(DutyKind::ContactBoundary).late);
    assert!(
        case.at("2026-12-18 09:00")
            .after(VIBEKE, observe_contact())
            .duty(DutyKind::ContactBoundary)
            .late
    );
}

#[test]
fn a_demand_repeated_late_is_late_too_and_one_in_time_is_not() {
    let case = given()
        .handled(Outcome::Harassment)
        .after(VIBEKE, contact(&[Purpose::Boundary]));
    assert!(
        !case
            .clone()
            .at("2026-12-21 15:00")
            .after(VIBEKE, observe_contact())
            .duty(DutyKind::ContactBoundary)
            .late
    );
    let again = contact_with(&[Purpose::Boundary], |contact| {
        contact.stop_by = Some(day("2027-02-01"))
    });
    let case = case.at("2026-12-22 09:00").after(VIBEKE, again);
    assert!(case.duty(DutyKind::ContactBoundary).late);
}

#[test]
fn the_police_chased_too_late_once_is_late_in_the_record() {
    let case = given()
        .after(LARS, decide_police(PoliceDecision::Report))
        .after(LARS, report_police());
    let case = case.at("2027-01-13 09:00").after(VIBEKE, chase_police(false));
    assert!(case.duty(DutyKind::ChasePolice).late);
    assert!(
        case.at("2027-02-13 09:00")
            .after(VIBEKE, chase_police(true))
            .duty(DutyKind::ChasePolice)
            .late
    );
}

#[test]
fn a_waiver_after_the_deadline_leaves_the_duty_late() {
    let case = given()
        .handled(Outcome::Harassment)
        .at("2026-10-14 09:00")
        .after(VIBEKE, waive(DutyKind::Removal));
    assert!(case.duty(DutyKind::Removal).late);
}
