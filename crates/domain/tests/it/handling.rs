//! Receiving, passing on, handing on, inviting, waiving, closing, reopening.

use crate::harness::*;
use crate::say::*;
use domain::access::Action;
use domain::case::{CommandKind, Danger, Event, PassOverReason, Phase, PoliceDecision, Purpose, Refusal};
use domain::duties::{DutyState, silent_at};
use domain::organisation::Away;
use domain::vocabulary::{Compartment, DutyKind, Outcome, Role};

fn passed(from: &str, to: &str, superior: &str, reason: PassOverReason) -> Vec<Event> {
    vec![Event::PassedOver {
        from: id(from),
        to: id(to),
        superior: id(superior),
        reason,
    }]
}

#[test]
fn the_manager_receives_the_case_once() {
    let case = given();
    case.when(VIBEKE, receive()).then(vec![Event::Received {}]);
    case.after(VIBEKE, receive())
        .when(VIBEKE, receive())
        .then_refused(Refusal::AlreadyDone(DutyKind::Receive));
}

#[test]
fn the_target_the_reporter_and_a_stranger_cannot_receive_it() {
    for person in [METTE, LONE, SANNE, IDA, DPO, ADMIN, SYSTEM, OPERATOR] {
        given().when(person, receive()).then_forbidden();
    }
}

#[test]
fn silence_passes_the_case_up_and_the_next_owner_gets_the_same_time() {
    let case = given_at("2026-10-12 09:00");
    // Due at closing time, 16:00, and one hour more.
    case.clone()
        .at("2026-10-12 15:59")
        .when(LARS, pass_over(PassOverReason::Silent))
        .then_field("reason", "unknown-value");
    case.clone()
        .at("2026-10-12 16:59")
        .when(SYSTEM, pass_over(PassOverReason::Silent))
        .then_field("reason", "unknown-value");
    let case = case.at("2026-10-12 17:00");
    case.when(SYSTEM, pass_over(PassOverReason::Silent)).then(passed(
        VIBEKE,
        LARS,
        BODIL,
        PassOverReason::Silent,
    ));
    let case = case.after(SYSTEM, pass_over(PassOverReason::Silent));
    assert_eq!(
        written(silent_at(&case.state, &case.world.procedure, &case.world.calendar).unwrap()),
        "2026-10-13 17:00:00"
    );
    case.clone()
        .at("2026-10-12 17:01")
        .when(SYSTEM, pass_over(PassOverReason::Silent))
        .then_field("reason", "unknown-value");
    let case = case
        .at("2026-10-13 17:00")
        .after(SYSTEM, pass_over(PassOverReason::Silent));
    assert_eq!(case.state.owner, id(BODIL));
    assert!(case.duty(DutyKind::Receive).late);
}

#[test]
fn an_acute_case_is_passed_on_after_two_hours_of_silence_each() {
    let case = given_acute_at("2026-10-16 18:00").at("2026-10-16 20:00");
    let case = case.after(SYSTEM, pass_over(PassOverReason::Silent));
    assert_eq!(case.state.owner, id(LARS));
    case.clone()
        .at("2026-10-16 21:59")
        .when(SYSTEM, pass_over(PassOverReason::Silent))
        .then_field("reason", "unknown-value");
    let case = case
        .at("2026-10-16 22:00")
        .after(SYSTEM, pass_over(PassOverReason::Silent));
    assert_eq!(case.state.owner, id(BODIL));
    // There is nobody above the director but HR.
    let case = case
        .at("2026-10-17 00:00")
        .after(SYSTEM, pass_over(PassOverReason::Silent));
    assert_eq!(case.state.owner, id(JENS));
    case.at("2026-10-17 03:00")
        .when(SYSTEM, pass_over(PassOverReason::Silent))
        .then_refused(Refusal::NobodyElse);
}

#[test]
fn nobody_is_silent_who_has_received() {
    let case = given().after(VIBEKE, receive()).at("2026-10-14 09:00");
    case.when(LARS, pass_over(PassOverReason::Silent))
        .then_refused(Refusal::AlreadyDone(DutyKind::Receive));
    assert_eq!(
        silent_at(&case.state, &case.world.procedure, &case.world.calendar),
        None
    );
}

#[test]
fn an_absent_owner_passes_it_on_and_may_read_on_but_not_act() {
    let case = given().after(LARS, pass_over(PassOverReason::Absent));
    assert_eq!((&case.state.owner, &case.state.superior), (&id(LARS), &id(BODIL)));
    assert!(case.may(VIBEKE, Action::ReadMatter));
    assert!(!case.may(VIBEKE, Action::ReadCare));
    case.when(VIBEKE, receive()).then_forbidden();
}

#[test]
fn a_concerned_owner_loses_sight_of_the_case() {
    let case = given().after(LARS, pass_over(PassOverReason::Concerned));
    assert!(case.standing(VIBEKE).relations.is_empty());
    assert_eq!(case.state.owner, id(LARS));
}

#[test]
fn what_was_handed_to_somebody_passed_over_comes_back() {
    let case = given().after(LARS, delegate(DutyKind::Care, VIBEKE));
    let case = case.after(LARS, pass_over(PassOverReason::Absent));
    assert_eq!(case.duty(DutyKind::Care).owner, id(LARS));
}

#[test]
fn one_duty_is_handed_to_a_colleague_who_may_then_do_that_and_no_other() {
    let case = given().after(VIBEKE, delegate(DutyKind::Care, ANDERS));
    assert_eq!(case.duty(DutyKind::Care).owner, id(ANDERS));
    case.when(ANDERS, care()).then_names(&["care-given"]);
    case.when(ANDERS, triage(Danger::None)).then_forbidden();
    case.when(ANDERS, receive()).then_forbidden();
}

#[test]
fn no_duty_is_handed_to_the_target_or_to_nobody() {
    let case = given();
    case.when(VIBEKE, delegate(DutyKind::Care, METTE))
        .then_refused(Refusal::TargetOwesNothing);
    case.when(VIBEKE, delegate(DutyKind::Care, "nobody"))
        .then_field("person", "unknown-person");
}

#[test]
fn receiving_reviewing_and_closing_are_not_handed_on() {
    for duty in [DutyKind::Receive, DutyKind::Review, DutyKind::Close] {
        given()
            .when(VIBEKE, delegate(duty, ANDERS))
            .then_refused(Refusal::NotOwed(duty));
    }
}

#[test]
fn what_is_done_waived_or_not_called_for_is_not_handed_on() {
    let case = given()
        .after(VIBEKE, care())
        .after(LARS, waive(DutyKind::FollowUp12));
    case.when(VIBEKE, delegate(DutyKind::Care, ANDERS))
        .then_refused(Refusal::AlreadyDone(DutyKind::Care));
    case.when(VIBEKE, delegate(DutyKind::FollowUp12, ANDERS))
        .then_refused(Refusal::AlreadyWaived(DutyKind::FollowUp12));
    case.when(VIBEKE, delegate(DutyKind::Injury, ANDERS))
        .then_refused(Refusal::NotOwed(DutyKind::Injury));
}

#[test]
fn the_owner_cannot_hand_the_police_decision_to_themselves() {
    let case = given();
    case.when(VIBEKE, decide_police(PoliceDecision::Report))
        .then_forbidden();
    case.when(VIBEKE, delegate(DutyKind::Police, VIBEKE))
        .then_refused(Refusal::NotOwed(DutyKind::Police));
    let handed = case.after(LARS, delegate(DutyKind::Police, VIBEKE));
    handed
        .when(VIBEKE, decide_police(PoliceDecision::Report))
        .then_names(&["police-decided"]);
}

#[test]
fn if_the_superior_is_away_gone_or_silent_the_police_decision_still_finds_somebody() {
    let hand_on = || delegate(DutyKind::Police, VIBEKE);
    let gone = World::fjordby().with(LARS, |person| person.active = false);
    given().in_world(gone).when(VIBEKE, hand_on()).then_done();
    let away = Away {
        from: at("2026-10-12 08:00"),
        until: at("2026-10-20 08:00"),
    };
    let away = World::fjordby().with(LARS, |person| person.away = Some(away));
    given().in_world(away).when(VIBEKE, hand_on()).then_done();
    given()
        .at("2026-10-15 08:59")
        .when(VIBEKE, hand_on())
        .then_refused(Refusal::NotOwed(DutyKind::Police));
    given().at("2026-10-15 09:01").when(VIBEKE, hand_on()).then_done();
}

#[test]
fn a_delegate_who_left_blocks_nothing() {
    let gone = World::fjordby().with(ANDERS, |person| person.active = false);
    let case = given()
        .after(VIBEKE, delegate(DutyKind::Care, ANDERS))
        .in_world(gone);
    case.when(VIBEKE, care()).then_names(&["care-given"]);
    case.when(VIBEKE, delegate(DutyKind::Care, LONE))
        .then_names(&["delegated"]);
}

#[test]
fn another_lawyer_is_assigned_and_only_a_lawyer() {
    let world = World::fjordby().with_new("p90", Role::LegalAdviser);
    let case = given().in_world(world);
    case.when(VIBEKE, assign_legal("p90"))
        .then(vec![Event::LegalAssigned { person: id("p90") }]);
    case.when(VIBEKE, assign_legal(ANDERS))
        .then_field("person", "unknown-person");
    case.when(VIBEKE, assign_legal(METTE))
        .then_refused(Refusal::TargetOwesNothing);
    case.when(METTE, assign_legal("p90")).then_forbidden();
}

#[test]
fn a_helper_is_invited_to_some_drawers_until_a_day() {
    let case = given();
    case.when(VIBEKE, invite(ANDERS, &[Compartment::Care], "2026-10-12"))
        .then(vec![Event::HelperInvited {
            person: id(ANDERS),
            drawers: vec![Compartment::Care],
            until: at("2026-10-12 23:59:59"),
            reason: "Bisidder".into(),
        }]);
    case.when(VIBEKE, invite(ANDERS, &[], "2026-10-20"))
        .then_field("drawers", "at-least-one");
    case.when(VIBEKE, invite(ANDERS, &[Compartment::Care], "2026-10-11"))
        .then_field("until", "in-the-past");
    case.when(VIBEKE, invite("nobody", &[Compartment::Care], "2026-10-20"))
        .then_field("person", "unknown-person");
    let mut unreasoned = invite(ANDERS, &[Compartment::Care], "2026-10-20");
    if let domain::case::Command::Invite { reason, .. } = &mut unreasoned {
        reason.clear();
    }
    case.when(VIBEKE, unreasoned).then_field("reason", "required");
}

#[test]
fn a_duty_is_set_aside_only_by_whom_the_procedure_names_and_with_a_reason() {
    let case = given().handled(Outcome::Harassment);
    case.when(VIBEKE, waive(DutyKind::ContactBoundary))
        .then_refused(Refusal::NotWaivable(DutyKind::ContactBoundary));
    for waiver in [LARS, IDA] {
        case.when(waiver, waive(DutyKind::ContactBoundary))
            .then_names(&["waived"]);
    }
    let unreasoned = domain::case::Command::Waive {
        duty: DutyKind::Removal,
        reason: " ".into(),
    };
    case.when(VIBEKE, unreasoned).then_field("reason", "required");
    let case = case.after(VIBEKE, waive(DutyKind::Removal));
    case.when(VIBEKE, waive(DutyKind::Removal))
        .then_refused(Refusal::AlreadyWaived(DutyKind::Removal));
    case.when(VIBEKE, waive(DutyKind::Care))
        .then_refused(Refusal::AlreadyDone(DutyKind::Care));
    case.when(VIBEKE, waive(DutyKind::Injury))
        .then_refused(Refusal::NotOwed(DutyKind::Injury));
    case.when(METTE, waive(DutyKind::Removal)).then_forbidden();
}

#[test]
fn hr_may_say_that_an_absence_is_no_work_injury() {
    let case = given().after(VIBEKE, absence("2026-10-12"));
    case.when(JENS, waive(DutyKind::Injury)).then_names(&["waived"]);
    case.when(JENS, waive(DutyKind::FollowUp1))
        .then_names(&["waived"]);
    case.when(JENS, waive(DutyKind::ContactSubstance))
        .then_refused(Refusal::NotWaivable(DutyKind::ContactSubstance));
}

#[test]
fn receiving_danger_care_registration_review_and_police_are_never_set_aside() {
    use DutyKind::{Care, Close, Police, Receive, Register, Review, Triage};
    for duty in [Receive, Triage, Care, Register, Review, Police, Close] {
        for person in [VIBEKE, LARS, IDA] {
            given()
                .when(person, waive(duty))
                .then_refused(Refusal::NotWaivable(duty));
        }
    }
}

#[test]
fn a_case_is_not_closed_while_anything_is_open_and_the_refusal_says_what() {
    let case = given()
        .handled(Outcome::LawfulCriticism)
        .after(VIBEKE, contact(&[Purpose::Substance]));
    let open = vec![DutyKind::FollowUp1, DutyKind::FollowUp4, DutyKind::FollowUp12];
    case.when(VIBEKE, close()).then_refused(Refusal::DutiesOpen(open));
    given().when(VIBEKE, close()).then_refused(Refusal::ReviewMissing);
}

#[test]
fn a_case_closes_with_outcome_and_learning_when_all_else_is_done_or_waived() {
    let case = given().ready_to_close();
    assert!(case.duty(DutyKind::Close).is_owed());
    case.when(VIBEKE, close()).then_names(&["learned", "closed"]);
    for person in [METTE, LONE, IDA] {
        case.when(person, close()).then_forbidden();
    }
    assert_eq!(case.after(VIBEKE, close()).state.phase, Phase::Closed);
}

#[test]
fn nothing_is_closed_without_telling_the_target_and_the_reporter() {
    let case = given().ready_to_close();
    let with = |outcome: &str, learning: &str, told_target, told_reporter| {
        let (outcome, learning) = (outcome.into(), learning.into());
        domain::case::Command::Close {
            outcome,
            learning,
            told_target,
            told_reporter,
        }
    };
    case.when(VIBEKE, with("a", "b", false, true))
        .then_field("told_target", "required");
    case.when(VIBEKE, with("a", "b", true, false))
        .then_field("told_reporter", "required");
    case.when(VIBEKE, with("", "b", true, true))
        .then_field("outcome", "required");
    case.when(VIBEKE, with("a", "", true, true))
        .then_field("learning", "required");
}

#[test]
fn a_closed_case_takes_nothing_but_legal_notes_and_reopening() {
    let case = given().ready_to_close().after(VIBEKE, close());
    for command in [
        receive(),
        care(),
        register(),
        waive(DutyKind::Removal),
        pass_over(PassOverReason::Absent),
    ] {
        case.when(VIBEKE, command).then_refused(Refusal::CaseClosed);
    }
    case.when(LONE, supplement()).then_refused(Refusal::CaseClosed);
    case.when(IDA, review(Outcome::Harassment))
        .then_refused(Refusal::CaseClosed);
    case.when(IDA, note_legal()).then_names(&["legal-noted"]);
    case.when(VIBEKE, reopen()).then_names(&["reopened"]);
    case.when(METTE, reopen()).then_forbidden();
}

#[test]
fn reopening_is_an_entry_and_nothing_is_edited() {
    let closed = given()
        .ready_to_close()
        .at("2026-10-20 10:00")
        .after(VIBEKE, close());
    let before = closed.entries.clone();
    let case = closed.at("2026-11-02 10:00").after(LARS, reopen());
    assert_eq!(case.entries[..before.len()], before[..]);
    assert_eq!(case.state.phase, Phase::Open);
    assert!(matches!(case.state_of(DutyKind::Care), DutyState::Done { .. }));
    assert_eq!(
        case.due(DutyKind::Close),
        "2026-11-16 16:00:00",
        "ten working days from the reopening"
    );
    case.when(VIBEKE, close()).then_names(&["learned", "closed"]);
    case.when(VIBEKE, reopen()).then_refused(Refusal::CaseOpen);
}

#[test]
fn a_reopening_without_a_reason_is_refused() {
    let case = given().ready_to_close().after(VIBEKE, close());
    case.when(
        VIBEKE,
        domain::case::Command::Reopen {
            reason: String::new(),
        },
    )
    .then_field("reason", "required");
}

#[test]
fn the_target_and_the_reporter_may_always_add_words_while_it_is_open() {
    for person in [METTE, LONE] {
        given().when(person, supplement()).then_names(&["supplemented"]);
    }
    let empty = domain::case::Command::Supplement { text: " ".into() };
    given().when(LONE, empty).then_field("text", "required");
    given().when(SANNE, supplement()).then_forbidden();
}

#[test]
fn legal_notes_are_the_lawyers_alone() {
    given().when(IDA, note_legal()).then_names(&["legal-noted"]);
    for person in [VIBEKE, LARS, METTE] {
        given().when(person, note_legal()).then_forbidden();
        assert!(!given().may(person, Action::ReadLegalNotes));
    }
}

#[test]
fn the_system_passes_on_and_does_nothing_else() {
    for kind in CommandKind::ALL {
        assert_eq!(
            given().may(SYSTEM, Action::Do(*kind)),
            *kind == CommandKind::PassOver,
            "{kind}"
        );
        assert!(!given().may(OPERATOR, Action::Do(*kind)), "{kind}");
    }
}
