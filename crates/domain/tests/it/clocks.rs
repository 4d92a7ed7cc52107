//! Each duty's owner, clock and due time, by the figures of DESIGN.md, over weekends, holidays and changes of the clock.

use crate::harness::*;
use crate::say::*;
use domain::case::{NewReport, Phase, PoliceDecision, Purpose};
use domain::duties::DutyState;
use domain::vocabulary::{DutyKind, Outcome};
use rstest::rstest;

use DutyKind::{Care, Police, Receive, Register, Review, Triage};

#[rstest]
// Monday 09:00.
#[case("2026-10-12 09:00", false, Receive, "2026-10-12 16:00:00")]
#[case("2026-10-12 09:00", false, Triage, "2026-10-13 16:00:00")]
#[case("2026-10-12 09:00", false, Care, "2026-10-13 16:00:00")]
#[case("2026-10-12 09:00", false, Register, "2026-10-13 16:00:00")]
#[case("2026-10-12 09:00", false, Review, "2026-10-13 16:00:00")]
#[case("2026-10-12 09:00", false, Police, "2026-10-15 09:00:00")]
// Acute: real hours, and care and registration as always.
#[case("2026-10-12 09:00", true, Receive, "2026-10-12 10:00:00")]
#[case("2026-10-12 09:00", true, Triage, "2026-10-12 10:00:00")]
#[case("2026-10-12 09:00", true, Care, "2026-10-13 16:00:00")]
#[case("2026-10-12 09:00", true, Register, "2026-10-13 16:00:00")]
#[case("2026-10-12 09:00", true, Review, "2026-10-12 11:00:00")]
#[case("2026-10-12 09:00", true, Police, "2026-10-15 09:00:00")]
// Late in the afternoon an acute case has its hour, not the ten minutes until closing time.
#[case("2026-10-12 15:50", true, Receive, "2026-10-12 16:50:00")]
// In the evening the same working day is the next one; one working day counts from the date.
#[case("2026-10-12 19:47", false, Receive, "2026-10-13 16:00:00")]
#[case("2026-10-12 19:47", false, Triage, "2026-10-13 16:00:00")]
// Friday evening.
#[case("2026-10-16 19:47", false, Receive, "2026-10-19 16:00:00")]
#[case("2026-10-16 19:47", false, Triage, "2026-10-19 16:00:00")]
#[case("2026-10-16 19:47", false, Review, "2026-10-19 16:00:00")]
#[case("2026-10-16 19:47", true, Receive, "2026-10-16 20:47:00")]
#[case("2026-10-16 19:47", true, Review, "2026-10-16 21:47:00")]
#[case("2026-10-16 19:47", false, Police, "2026-10-19 19:47:00")]
// Christmas: Wednesday the 23rd; closed 24 (procedure), 25, 26 (holidays, and a Saturday), 27 (Sunday).
#[case("2026-12-23 17:00", false, Receive, "2026-12-28 16:00:00")]
#[case("2026-12-23 17:00", false, Care, "2026-12-28 16:00:00")]
#[case("2026-12-23 17:00", false, Police, "2026-12-26 17:00:00")]
#[case("2026-12-24 12:00", true, Triage, "2026-12-24 13:00:00")]
// New year: closed 31 December (procedure) and 1 January (a Friday).
#[case("2026-12-30 15:00", false, Register, "2027-01-04 16:00:00")]
// Easter 2027: Maundy Thursday 25 March to Easter Monday 29 March.
#[case("2027-03-24 15:00", false, Receive, "2027-03-24 16:00:00")]
#[case("2027-03-24 15:00", false, Review, "2027-03-30 16:00:00")]
#[case("2027-03-26 10:00", false, Receive, "2027-03-30 16:00:00")]
// The clock goes back on 25 October 2026 and forward on 28 March 2027: 72 hours are 72 hours.
#[case("2026-10-24 12:00", false, Police, "2026-10-27 11:00:00")]
#[case("2027-03-27 12:00", false, Police, "2027-03-30 13:00:00")]
#[case("2026-10-25 02:30", true, Receive, "2026-10-25 02:30:00")]
#[case("2027-03-28 01:30", true, Receive, "2027-03-28 03:30:00")]
fn a_duty_counted_from_the_report_is_due(
    #[case] reported: &str,
    #[case] acute: bool,
    #[case] duty: DutyKind,
    #[case] due: &str,
) {
    let case = if acute {
        given_acute_at(reported)
    } else {
        given_at(reported)
    };
    assert_eq!(case.due(duty), due);
}

#[rstest]
#[case(Receive, VIBEKE)]
#[case(Triage, VIBEKE)]
#[case(Care, VIBEKE)]
#[case(Register, VIBEKE)]
#[case(Review, IDA)]
#[case(Police, LARS)]
#[case(DutyKind::ContactSubstance, VIBEKE)]
#[case(DutyKind::ContactBoundary, VIBEKE)]
#[case(DutyKind::Removal, VIBEKE)]
#[case(DutyKind::Injury, JENS)]
#[case(DutyKind::FollowUp1, VIBEKE)]
#[case(DutyKind::FollowUp4, VIBEKE)]
#[case(DutyKind::FollowUp12, VIBEKE)]
#[case(DutyKind::ChasePolice, VIBEKE)]
#[case(DutyKind::Close, VIBEKE)]
fn a_duty_is_owed_by(#[case] duty: DutyKind, #[case] owner: &str) {
    assert_eq!(given().duty(duty).owner, id(owner));
}

#[test]
fn right_after_a_report_these_are_owed_and_the_rest_waits() {
    let case = given();
    let states: Vec<(DutyKind, &str)> = case
        .duties()
        .iter()
        .map(|duty| (duty.kind, duty.state.name()))
        .collect();
    let owed = |kind| (kind, "owed");
    let waiting = |kind| (kind, "waiting");
    assert_eq!(
        states,
        [
            owed(Receive),
            owed(Triage),
            owed(Care),
            owed(Register),
            owed(Review),
            owed(Police),
            waiting(DutyKind::ContactSubstance),
            waiting(DutyKind::ContactBoundary),
            waiting(DutyKind::Removal),
            (DutyKind::Injury, "not-owed"),
            waiting(DutyKind::FollowUp1),
            waiting(DutyKind::FollowUp4),
            waiting(DutyKind::FollowUp12),
            (DutyKind::ChasePolice, "not-owed"),
            waiting(DutyKind::Close),
        ]
    );
    assert_eq!(case.due(DutyKind::ContactSubstance), "not yet");
}

#[test]
fn the_72_hours_run_from_the_episode_and_show_what_is_known() {
    let seen = NewReport {
        first_seen: Some(at("2026-10-11 18:00")),
        ..about(METTE)
    };
    let case = given_report(MONDAY, LONE, &seen);
    assert_eq!(case.due(Police), "2026-10-14 18:00:00");
    assert_eq!(case.state.episode_at(), (at("2026-10-11 18:00"), false));
    let case = case.after(
        VIBEKE,
        register_with(|register| register.episode_at = at("2026-10-10 12:00")),
    );
    assert_eq!(case.due(Police), "2026-10-13 12:00:00");
    assert_eq!(case.state.episode_at(), (at("2026-10-10 12:00"), true));
    let old = given().after(
        VIBEKE,
        register_with(|register| register.episode_at = at("2026-10-01 12:00")),
    );
    assert!(old.duty(Police).late, "told after the 72 hours");
    old.when(LARS, decide_police(PoliceDecision::Report)).then_done();
}

#[rstest]
#[case(DutyKind::ContactSubstance, "2026-10-15 16:00:00")]
#[case(DutyKind::ContactBoundary, "2026-10-15 16:00:00")]
#[case(DutyKind::Removal, "2026-10-13 16:00:00")]
fn what_waits_for_the_review_is_counted_from_it(#[case] duty: DutyKind, #[case] due: &str) {
    assert_eq!(given().after(IDA, review(Outcome::PossibleCrime)).due(duty), due);
}

#[rstest]
#[case(DutyKind::FollowUp1, "2026-10-19 16:00:00")]
#[case(DutyKind::FollowUp4, "2026-11-09 16:00:00")]
#[case(DutyKind::FollowUp12, "2027-01-04 16:00:00")]
fn follow_up_is_counted_from_the_registration(#[case] duty: DutyKind, #[case] due: &str) {
    assert_eq!(given().after(VIBEKE, register()).due(duty), due);
}

#[test]
fn a_work_injury_is_due_fourteen_days_after_the_first_day_of_absence_also_on_a_sunday() {
    let case = given().after(VIBEKE, absence("2026-10-11"));
    assert_eq!(case.due(DutyKind::Injury), "2026-10-25 23:59:59");
    let earlier = case.after(VIBEKE, absence("2026-10-05"));
    assert_eq!(
        earlier.due(DutyKind::Injury),
        "2026-10-19 23:59:59",
        "the first day counts, however late it is told"
    );
}

#[test]
fn the_police_are_chased_three_months_after_the_report() {
    let case = given()
        .after(LARS, decide_police(PoliceDecision::Report))
        .after(LARS, report_police());
    assert_eq!(case.due(DutyKind::ChasePolice), "2027-01-12 16:00:00");
}

#[test]
fn closing_is_due_ten_working_days_after_the_last_of_the_rest() {
    let case = given().ready_to_close();
    assert_eq!(case.due(DutyKind::Close), "2026-10-26 16:00:00");
}

#[test]
fn the_outcome_of_a_demand_is_due_the_working_day_after_its_date() {
    let friday = contact_with(&[Purpose::Boundary], |contact| {
        contact.stop_by = Some(day("2026-10-16"))
    });
    let case = given()
        .after(IDA, review(Outcome::Harassment))
        .after(VIBEKE, friday);
    assert_eq!(case.due(DutyKind::ContactBoundary), "2026-10-19 16:00:00");
}

#[test]
fn a_case_keeps_the_procedure_it_began_under() {
    let case = given();
    let newer = include_str!("../../../../examples/procedure.toml")
        .replace("version = \"2026-1\"", "version = \"2027-1\"")
        .replace("term = \"72h\"", "term = \"24h\"");
    let newer = domain::procedure::Procedure::parse(&newer).unwrap();
    assert_ne!(
        newer.version, case.state.procedure,
        "the case says which version rules it, whatever came since"
    );
    assert_eq!(case.state.procedure, case.world.procedure.version);
    let under_newer = domain::duties::duties(&case.state, &newer, &case.world.calendar, case.now);
    assert_ne!(under_newer, case.duties(), "so it matters which one is asked");
}

#[test]
fn every_figure_is_the_procedures_not_the_codes() {
    let longer =
        include_str!("../../../../examples/procedure.toml").replacen("term = \"1wd\"", "term = \"2wd\"", 1);
    let mut case = given();
    case.world.procedure = domain::procedure::Procedure::parse(&longer).unwrap();
    assert_eq!(case.due(Triage), "2026-10-14 16:00:00");
    assert_eq!(case.due(Care), "2026-10-13 16:00:00");
}

#[test]
fn a_closed_case_owes_nothing_more() {
    let case = given()
        .ready_to_close()
        .after(VIBEKE, close())
        .at("2028-10-12 09:00");
    assert_eq!(case.state.phase, Phase::Closed);
    assert!(case.duties().iter().all(|duty| !duty.is_open() && !duty.late));
    assert!(matches!(case.state_of(DutyKind::Close), DutyState::Done { .. }));
}
