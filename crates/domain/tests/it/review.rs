//! The legal review: always by a lawyer, always with the counter-argument, again only when something is new.

use crate::harness::*;
use crate::say::*;
use domain::case::{Command, ContactAdvice, Event, Grounds, MayContact, Purpose, Refusal};
use domain::duties::DutyState;
use domain::vocabulary::{Compartment, DutyKind, Outcome};
use rstest::rstest;

#[test]
fn the_lawyer_assesses_once() {
    given()
        .when(IDA, review(Outcome::Harassment))
        .then(vec![Event::Assessed {
            grounds: grounds(),
            outcome: Outcome::Harassment,
            contact: advice(MayContact::Yes),
            without_exhibits: None,
        }]);
    let case = given().after(IDA, review(Outcome::Harassment));
    case.when(IDA, review(Outcome::LawfulCriticism))
        .then_refused(Refusal::AlreadyDone(DutyKind::Review));
}

#[test]
fn why_not_to_contact_never_lies_where_the_originator_may_read_it() {
    let case = given().after(IDA, review_with(Outcome::PossibleCrime, MayContact::No, None));
    let matter = case
        .entries
        .iter()
        .filter(|entry| entry.event.compartment() == Compartment::Matter);
    let told = matter
        .map(|entry| serde_json::to_string(&entry.event).unwrap())
        .collect::<String>();
    assert!(!told.contains("Vurderet konkret"), "{told}");
    let advice = &case.state.assessment.as_ref().unwrap().contact;
    assert_eq!(
        advice.reason, "Vurderet konkret",
        "those who handle the case know it"
    );
}

#[test]
fn nobody_but_the_lawyer_assesses() {
    for person in [VIBEKE, LARS, METTE, LONE, JENS, BODIL] {
        given().when(person, review(Outcome::Harassment)).then_forbidden();
    }
}

#[rstest]
#[case::said(|g: &mut Grounds| g.said.clear(), "grounds.said")]
#[case::about(|g: &mut Grounds| g.about.clear(), "grounds.about")]
#[case::counter_argument(|g: &mut Grounds| g.counter_argument = " ".into(), "grounds.counter_argument")]
#[case::conclusion(|g: &mut Grounds| g.conclusion.clear(), "grounds.conclusion")]
fn a_review_without_its_grounds_is_refused(#[case] change: fn(&mut Grounds), #[case] field: &str) {
    let mut grounds = grounds();
    change(&mut grounds);
    let (outcome, contact) = (Outcome::LawfulCriticism, advice(MayContact::Yes));
    let command = Command::Review {
        grounds,
        outcome,
        contact,
        without_exhibits: None,
    };
    given().when(IDA, command).then_field(field, "required");
}

#[test]
fn not_to_contact_needs_a_reason() {
    for may in [MayContact::No, MayContact::ThroughGuardian] {
        let contact = ContactAdvice {
            reason: String::new(),
            ..advice(may)
        };
        let (grounds, outcome) = (grounds(), Outcome::Harassment);
        let command = Command::Review {
            grounds,
            outcome,
            contact,
            without_exhibits: None,
        };
        given()
            .when(IDA, command)
            .then_field("contact.reason", "required");
    }
}

#[test]
fn a_review_needs_exhibits_or_says_why_there_are_none() {
    let told = given_report(MONDAY, LONE, &about(METTE));
    told.when(IDA, review(Outcome::Harassment))
        .then_refused(Refusal::NoExhibits);
    let why = |text| review_with(Outcome::Harassment, MayContact::Yes, Some(text));
    told.when(IDA, why(" "))
        .then_field("without_exhibits", "required");
    told.when(IDA, why("Slettet før nogen nåede det"))
        .then_names(&["assessed"]);
}

#[test]
fn a_case_assessed_without_exhibits_is_assessed_again_when_one_comes() {
    let told = given_report(MONDAY, LONE, &about(METTE));
    let case = told.after(
        IDA,
        review_with(Outcome::Harassment, MayContact::Yes, Some("Slettet")),
    );
    case.when(VIBEKE, request_removal())
        .then_refused(Refusal::NoExhibits);
    case.when(VIBEKE, waive(DutyKind::Removal))
        .then_names(&["waived"]);
    let case = case.at("2026-10-14 10:00").sealed();
    case.when(VIBEKE, request_removal())
        .then_names(&["removal-requested"]);
    case.when(IDA, review(Outcome::LawfulCriticism))
        .then_names(&["assessed"]);
}

#[test]
fn word_from_the_police_lets_the_lawyer_change_the_advice_on_contact() {
    let case = given().handled(Outcome::PossibleCrime).at("2026-10-13 10:00");
    let case = case
        .after(LARS, decide_police(domain::case::PoliceDecision::Report))
        .after(VIBEKE, report_police())
        .after(IDA, review_with(Outcome::PossibleCrime, MayContact::No, None));
    case.when(VIBEKE, contact(&[Purpose::Substance]))
        .then_refused(Refusal::DoNotContact);
    assert_eq!(case.state_of(DutyKind::ContactSubstance), DutyState::NotOwed);
    let case = case.at("2026-12-01 10:00").after(VIBEKE, chase_police(true));
    let case = case.after(IDA, review(Outcome::PossibleCrime));
    case.when(VIBEKE, contact(&[Purpose::Substance])).then_done();
    assert_eq!(
        case.due(DutyKind::ContactSubstance),
        "2026-12-04 16:00:00",
        "from the review that calls for it"
    );
}

#[test]
fn a_case_that_is_reopened_is_assessed_anew_and_the_new_outcome_rules() {
    let case = given()
        .ready_to_close()
        .after(VIBEKE, close())
        .at("2026-11-16 10:00")
        .after(VIBEKE, reopen());
    let case = case.after(IDA, review(Outcome::Harassment));
    assert!(case.duty(DutyKind::ContactBoundary).is_owed());
    assert_eq!(case.due(DutyKind::ContactBoundary), "2026-11-19 16:00:00");
    case.when(VIBEKE, contact(&[Purpose::Boundary]))
        .then_names(&["contacted"]);
    case.when(VIBEKE, contact(&[Purpose::Substance, Purpose::Boundary]))
        .then_names(&["contacted"]);
}

#[test]
fn the_other_way_round_an_assessment_that_becomes_lawful_ends_the_demand() {
    let case = given()
        .handled(Outcome::Harassment)
        .after(VIBEKE, contact(&[Purpose::Boundary]));
    let case = case
        .at("2026-10-14 10:00")
        .sealed()
        .after(IDA, review(Outcome::LawfulCriticism));
    assert_eq!(case.state_of(DutyKind::ContactBoundary), DutyState::NotOwed);
    case.when(VIBEKE, contact(&[Purpose::Boundary]))
        .then_refused(Refusal::LawfulSpeech);
    case.when(VIBEKE, observe_contact())
        .then_refused(Refusal::NotOwed(DutyKind::ContactBoundary));
}

#[test]
fn the_lawyer_as_only_lawyer_is_missed_and_a_case_says_who_must_find_one() {
    let case = given_report(MONDAY, IDA, &about_me()).sealed();
    for person in [JENS, BODIL, IDA] {
        case.when(person, review(Outcome::Harassment)).then_forbidden();
    }
}
