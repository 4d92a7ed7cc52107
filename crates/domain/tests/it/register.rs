//! The formal registration, and what follows when it names a target who handles the case.

use crate::harness::*;
use crate::say::*;
use domain::case::{Certainty, Event, PassOverReason, Refusal, Register};
use domain::vocabulary::{DutyKind, Role};
use rstest::rstest;

#[test]
fn a_registration_is_recorded_once() {
    given().when(VIBEKE, register()).then_names(&["registered"]);
    let case = given().after(VIBEKE, register());
    case.when(LARS, register())
        .then_refused(Refusal::AlreadyDone(DutyKind::Register));
    case.when(METTE, register()).then_forbidden();
}

#[rstest]
#[case::title(|r: &mut Register| r.title = " ".into(), "title", "required")]
#[case::course(|r: &mut Register| r.course.clear(), "course", "required")]
#[case::originator(|r: &mut Register| r.originator.clear(), "originator", "required")]
#[case::stranger(|r: &mut Register| r.targets = vec!["nobody".into()], "targets", "unknown-person")]
#[case::future(|r: &mut Register| r.episode_at = at("2026-10-13 09:00"), "episode_at", "in-the-future")]
#[case::absence(|r: &mut Register| r.absence_from = Some(day("2026-10-13")), "absence_from", "in-the-future")]
#[case::long(|r: &mut Register| r.relation = "x".repeat(501), "relation", "too-long")]
fn a_registration_that_cannot_be_taken_names_its_field(
    #[case] change: fn(&mut Register),
    #[case] field: &str,
    #[case] problem: &'static str,
) {
    given()
        .when(VIBEKE, register_with(change))
        .then_field(field, problem);
}

#[test]
fn an_unknown_originator_needs_no_name() {
    let unknown = register_with(|register| {
        register.originator.clear();
        register.certainty = Certainty::Unknown;
    });
    given().when(VIBEKE, unknown).then_names(&["registered"]);
}

#[test]
fn absence_is_an_entry_of_its_own_in_care() {
    let absent = register_with(|register| register.absence_from = Some(day("2026-10-12")));
    given()
        .when(VIBEKE, absent)
        .then_names(&["registered", "absence-recorded"]);
}

#[test]
fn treatment_without_absence_counts_from_the_episode_as_the_law_does() {
    let treated = register_with(|register| register.treatment = true);
    let case = given().after(VIBEKE, treated);
    assert_eq!(case.due(DutyKind::Injury), "2026-10-25 23:59:59");
}

#[test]
fn an_owner_who_turns_out_to_be_a_target_hands_the_case_up_in_the_same_breath() {
    let both = register_with(|register| register.targets = vec![METTE.into(), VIBEKE.into()]);
    let case = given().after(VIBEKE, both);
    assert_eq!((&case.state.owner, &case.state.superior), (&id(LARS), &id(BODIL)));
    assert!(case.duties().iter().all(|duty| duty.owner != id(VIBEKE)));
    case.when(VIBEKE, care()).then_forbidden();
}

#[test]
fn a_superior_who_turns_out_to_be_a_target_is_replaced_and_the_owner_stays() {
    let targets = register_with(|register| register.targets = vec![LARS.into()]);
    let answer = given().when(VIBEKE, targets.clone());
    answer.then_names(&["registered", "passed-over"]);
    let case = given().after(VIBEKE, targets);
    assert_eq!(
        (&case.state.owner, &case.state.superior),
        (&id(VIBEKE), &id(BODIL))
    );
    let last = case.entries.last().unwrap().event.clone();
    let expected = (id(LARS), id(VIBEKE), id(BODIL), PassOverReason::Concerned);
    let Event::PassedOver {
        from,
        to,
        superior,
        reason,
    } = last
    else {
        panic!("{last:?}")
    };
    assert_eq!((from, to, superior, reason), expected);
    case.when(BODIL, decide_police(domain::case::PoliceDecision::Report))
        .then_done();
}

#[test]
fn a_lawyer_who_turns_out_to_be_a_target_is_replaced_if_there_is_another() {
    let targets = || register_with(|register| register.targets = vec![IDA.into()]);
    let two = given()
        .in_world(World::fjordby().with_new("p90", Role::LegalAdviser))
        .after(VIBEKE, targets());
    assert_eq!(two.state.legal, Some(id("p90")));
    let one = given().after(VIBEKE, targets());
    assert_eq!(one.duty(DutyKind::Review).owner, id(VIBEKE));
    one.when(IDA, review(domain::vocabulary::Outcome::Harassment))
        .then_forbidden();
    let hired = one.in_world(World::fjordby().with_new("p90", Role::LegalAdviser));
    let hired = hired.after(VIBEKE, assign_legal("p90"));
    hired
        .when("p90", review(domain::vocabulary::Outcome::Harassment))
        .then_done();
}

#[test]
fn a_delegate_who_turns_out_to_be_a_target_owes_and_may_nothing() {
    let case = given().after(VIBEKE, delegate(DutyKind::Care, ANDERS));
    let case = case.after(
        VIBEKE,
        register_with(|register| register.targets = vec![ANDERS.into()]),
    );
    assert_eq!(case.duty(DutyKind::Care).owner, id(VIBEKE));
    case.when(ANDERS, care()).then_forbidden();
}
