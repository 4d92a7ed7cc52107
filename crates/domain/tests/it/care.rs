//! Danger, care, follow-up and work injury: what is owed to the employee.

use crate::harness::*;
use crate::say::*;
use domain::case::{Command, Danger, Event, Refusal};
use domain::vocabulary::{Compartment, DutyKind};

#[test]
fn danger_is_triaged_at_once_and_waits_for_nothing() {
    given()
        .when(VIBEKE, triage(Danger::Possible))
        .then(vec![Event::Triaged {
            danger: Danger::Possible,
            emergency_called: false,
            at_work: "Følges til bilen".into(),
            on_the_way: String::new(),
            at_home: String::new(),
        }]);
}

#[test]
fn a_danger_without_a_plan_for_any_place_is_refused() {
    let unplanned = |danger| Command::Triage {
        danger,
        emergency_called: true,
        at_work: String::new(),
        on_the_way: " ".into(),
        at_home: String::new(),
    };
    given()
        .when(VIBEKE, unplanned(Danger::Acute))
        .then_field("at_work", "required");
    given()
        .when(VIBEKE, unplanned(Danger::Possible))
        .then_field("at_work", "required");
    given()
        .when(VIBEKE, unplanned(Danger::None))
        .then_names(&["triaged"]);
}

#[test]
fn two_people_at_once_do_not_triage_twice() {
    let case = given().after(VIBEKE, triage(Danger::None));
    case.when(LARS, triage(Danger::None))
        .then_refused(Refusal::AlreadyDone(DutyKind::Triage));
    case.when(METTE, triage(Danger::None)).then_forbidden();
}

#[test]
fn when_something_new_comes_danger_and_care_are_looked_at_again() {
    let case = given()
        .after(VIBEKE, triage(Danger::None))
        .after(VIBEKE, care())
        .at("2026-10-20 10:00")
        .sealed();
    case.when(VIBEKE, triage(Danger::Acute)).then_names(&["triaged"]);
    case.when(VIBEKE, care()).then_names(&["care-given"]);
}

#[test]
fn care_is_recorded_with_when_they_talked() {
    given().when(VIBEKE, care()).then(vec![Event::CareGiven {
        talked_at: at(MONDAY),
        talk: "Talt sammen en time".into(),
        psychologist_offered: true,
        wishes: "Ikke alene i vagten".into(),
        with: "Anders Bøgh".into(),
    }]);
}

#[test]
fn care_without_a_talk_or_with_a_talk_tomorrow_is_refused() {
    let talk = |text: &str, talked_at: &str| Command::Care {
        talked_at: Some(at(talked_at)),
        talk: text.into(),
        psychologist_offered: true,
        wishes: String::new(),
        with: String::new(),
    };
    given()
        .when(VIBEKE, talk("", MONDAY))
        .then_field("talk", "required");
    given()
        .when(VIBEKE, talk("Talt", "2026-10-13 09:00"))
        .then_field("talked_at", "in-the-future");
    given()
        .after(VIBEKE, care())
        .when(VIBEKE, care())
        .then_refused(Refusal::AlreadyDone(DutyKind::Care));
}

#[test]
fn follow_up_comes_after_registration_in_weeks_one_four_and_twelve() {
    given()
        .when(VIBEKE, follow_up(1))
        .then_refused(Refusal::DutiesOpen(vec![DutyKind::Register]));
    let case = given().after(VIBEKE, register());
    for week in [1, 4, 12] {
        case.when(VIBEKE, follow_up(week)).then_names(&["followed-up"]);
    }
    case.when(VIBEKE, follow_up(2))
        .then_field("week", "unknown-value");
    let silent = Command::FollowUp {
        week: 1,
        talk: String::new(),
        wishes: String::new(),
    };
    case.when(VIBEKE, silent).then_field("talk", "required");
    let twice = case.after(VIBEKE, follow_up(4));
    twice
        .when(VIBEKE, follow_up(4))
        .then_refused(Refusal::AlreadyDone(DutyKind::FollowUp4));
    twice.when(METTE, follow_up(1)).then_forbidden();
}

#[test]
fn a_work_injury_is_owed_only_where_absence_or_treatment_is_recorded() {
    given()
        .when(VIBEKE, hand_over_injury())
        .then_refused(Refusal::NotOwed(DutyKind::Injury));
    let case = given().after(VIBEKE, absence("2026-10-12"));
    assert_eq!(case.duty(DutyKind::Injury).owner, id(JENS));
    case.when(JENS, hand_over_injury())
        .then(vec![Event::InjuryHandedOver {
            at: at(MONDAY),
            reference: "EASY 77".into(),
        }]);
    case.when(
        JENS,
        Command::HandOverInjury {
            reference: String::new(),
        },
    )
    .then_field("reference", "required");
    case.after(JENS, hand_over_injury())
        .when(JENS, hand_over_injury())
        .then_refused(Refusal::AlreadyDone(DutyKind::Injury));
}

#[test]
fn hr_sees_no_case_before_there_is_an_absence() {
    assert!(given().standing(JENS).relations.is_empty());
    given().when(JENS, hand_over_injury()).then_forbidden();
}

#[test]
fn tomorrows_absence_is_not_recorded_today() {
    given()
        .when(VIBEKE, absence("2026-10-13"))
        .then_field("absence_from", "in-the-future");
}

#[test]
fn health_fear_and_who_was_passed_over_never_lie_in_the_matter_with_the_citizen() {
    let case = given()
        .after(VIBEKE, triage(Danger::Acute))
        .after(VIBEKE, care())
        .after(
            VIBEKE,
            register_with(|register| register.absence_from = Some(day("2026-10-12"))),
        )
        .after(VIBEKE, follow_up(1))
        .after(JENS, hand_over_injury())
        .after(LONE, supplement())
        .after(VIBEKE, invite(ANDERS, &[Compartment::Care], "2026-10-20"))
        .after(LARS, pass_over(domain::case::PassOverReason::Concerned))
        .after(BODIL, waive(DutyKind::FollowUp4))
        .after(LARS, delegate(DutyKind::FollowUp12, ANDERS));
    let matter = case
        .entries
        .iter()
        .filter(|entry| entry.event.compartment() == Compartment::Matter);
    let names: Vec<String> = matter.map(|entry| entry.event.name()).collect();
    assert_eq!(
        names,
        ["case-opened", "report-made", "exhibit-sealed", "registered"]
    );
}
