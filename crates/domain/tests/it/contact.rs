//! Contact with the originator, and removal: after the review, as it allows, and never to silence what is lawful.

use crate::harness::*;
use crate::say::*;
use domain::case::{Channel, Contact, Event, MayContact, Purpose, Refusal};
use domain::duties::DutyState;
use domain::vocabulary::{DutyKind, Medium, Outcome};
use rstest::rstest;

const SUBSTANCE: &[Purpose] = &[Purpose::Substance];
const BOUNDARY: &[Purpose] = &[Purpose::Boundary];
const BOTH: &[Purpose] = &[Purpose::Boundary, Purpose::Substance];

fn reviewed(outcome: Outcome) -> Given {
    given().after(IDA, review(outcome))
}

#[test]
fn nobody_contacts_the_originator_before_the_review() {
    for purposes in [SUBSTANCE, BOUNDARY, BOTH] {
        given()
            .when(VIBEKE, contact(purposes))
            .then_refused(Refusal::ReviewMissing);
    }
    given()
        .when(VIBEKE, request_removal())
        .then_refused(Refusal::ReviewMissing);
}

#[test]
fn one_contact_may_have_both_purposes() {
    reviewed(Outcome::Harassment)
        .when(VIBEKE, contact(BOTH))
        .then(vec![Event::Contacted {
            statements: Vec::new(),
            purposes: vec![Purpose::Substance, Purpose::Boundary],
            channel: Channel::Letter,
            at: at(MONDAY),
            letter: "Kære borger".into(),
            note: String::new(),
            complaint_routes_explained: true,
            demand: "Opslagene skal høre op".into(),
            stop_by: Some(day("2026-12-18")),
            through_guardian: false,
        }]);
}

#[test]
fn a_stranger_the_target_and_the_reporter_never_contact() {
    for person in [METTE, LONE, SANNE, IDA] {
        reviewed(Outcome::Harassment)
            .when(person, contact(BOTH))
            .then_forbidden();
    }
}

#[rstest]
fn what_is_lawful_is_never_told_to_stop(
    #[values(Outcome::LawfulCriticism, Outcome::RudeButLawful)] outcome: Outcome,
) {
    let case = reviewed(outcome);
    case.when(VIBEKE, contact(BOUNDARY))
        .then_refused(Refusal::LawfulSpeech);
    case.when(VIBEKE, contact(BOTH))
        .then_refused(Refusal::LawfulSpeech);
    // Nor through the back door of a talk about the substance.
    let smuggled = contact_with(SUBSTANCE, |contact| contact.demand = "Hold så op".into());
    case.when(VIBEKE, smuggled).then_refused(Refusal::LawfulSpeech);
    case.when(VIBEKE, request_removal())
        .then_refused(Refusal::LawfulSpeech);
    case.when(VIBEKE, contact(SUBSTANCE)).then_names(&["contacted"]);
    assert_eq!(case.state_of(DutyKind::ContactBoundary), DutyState::NotOwed);
    assert_eq!(case.state_of(DutyKind::Removal), DutyState::NotOwed);
}

#[test]
fn a_demand_belongs_to_the_boundary_alone() {
    let stray = contact_with(SUBSTANCE, |contact| {
        contact.demand = "Hold op".into();
        contact.stop_by = Some(day("2026-12-18"));
    });
    let case = reviewed(Outcome::Harassment).after(VIBEKE, stray);
    let Event::Contacted { demand, stop_by, .. } = &case.entries.last().unwrap().event else {
        panic!()
    };
    assert_eq!((demand.as_str(), *stop_by), ("", None));
}

#[test]
fn where_the_lawyer_says_do_not_contact_nobody_does() {
    let case = given().after(IDA, review_with(Outcome::PossibleCrime, MayContact::No, None));
    for purposes in [SUBSTANCE, BOUNDARY, BOTH] {
        case.when(VIBEKE, contact(purposes))
            .then_refused(Refusal::DoNotContact);
    }
    assert_eq!(case.state_of(DutyKind::ContactSubstance), DutyState::NotOwed);
    assert_eq!(case.state_of(DutyKind::ContactBoundary), DutyState::NotOwed);
    assert!(
        case.duty(DutyKind::Removal).is_owed(),
        "the platform is not the originator"
    );
}

#[test]
fn a_child_is_contacted_through_the_guardian_alone() {
    let by_age = given().after(VIBEKE, register_with(|register| register.under_15 = true));
    let by_age = by_age.after(IDA, review(Outcome::Harassment));
    let by_advice = given().after(
        IDA,
        review_with(Outcome::Harassment, MayContact::ThroughGuardian, None),
    );
    for case in [by_age, by_advice] {
        case.when(VIBEKE, contact(SUBSTANCE))
            .then_refused(Refusal::GuardianOnly);
        let through = contact_with(BOTH, |contact| contact.through_guardian = true);
        case.when(VIBEKE, through).then_names(&["contacted"]);
    }
}

#[rstest]
#[case::nothing(&[], |_: &mut Contact| {}, "purposes", "at-least-one")]
#[case::no_demand(BOUNDARY, |c: &mut Contact| c.demand = " ".into(), "demand", "required")]
#[case::no_date(BOUNDARY, |c: &mut Contact| c.stop_by = None, "stop_by", "required")]
#[case::yesterday(BOUNDARY, |c: &mut Contact| c.stop_by = Some(day("2026-10-11")), "stop_by", "in-the-past")]
#[case::complaint(SUBSTANCE, |c: &mut Contact| c.complaint_routes_explained = false, "complaint_routes_explained", "required")]
#[case::no_letter(SUBSTANCE, |c: &mut Contact| c.letter.clear(), "letter", "required")]
#[case::no_note(SUBSTANCE, |c: &mut Contact| c.channel = Channel::Phone, "note", "required")]
#[case::tomorrow(SUBSTANCE, |c: &mut Contact| c.at = Some(at("2026-10-13 09:00")), "at", "in-the-future")]
fn a_contact_that_cannot_be_recorded_names_its_field(
    #[case] purposes: &[Purpose],
    #[case] change: fn(&mut Contact),
    #[case] field: &str,
    #[case] problem: &'static str,
) {
    reviewed(Outcome::Harassment)
        .when(VIBEKE, contact_with(purposes, change))
        .then_field(field, problem);
}

#[test]
fn the_substance_is_cleared_up_once_and_the_demand_is_done_when_its_outcome_is_seen() {
    let case = reviewed(Outcome::Harassment).after(VIBEKE, contact(BOTH));
    case.when(VIBEKE, contact(SUBSTANCE))
        .then_refused(Refusal::AlreadyDone(DutyKind::ContactSubstance));
    assert!(
        case.duty(DutyKind::ContactBoundary).is_owed(),
        "what came of it is still to be seen"
    );
    assert_eq!(case.due(DutyKind::ContactBoundary), "2026-12-21 16:00:00");
    case.when(VIBEKE, contact(BOUNDARY)).then_names(&["contacted"]);
    let case = case.after(VIBEKE, observe_contact());
    case.when(VIBEKE, contact(BOUNDARY))
        .then_refused(Refusal::AlreadyDone(DutyKind::ContactBoundary));
    case.when(VIBEKE, observe_contact())
        .then_refused(Refusal::AlreadyDone(DutyKind::ContactBoundary));
}

#[test]
fn there_is_nothing_to_observe_before_a_demand() {
    let case = reviewed(Outcome::Harassment).after(VIBEKE, contact(SUBSTANCE));
    case.when(VIBEKE, observe_contact())
        .then_refused(Refusal::NothingToObserve);
    case.when(VIBEKE, observe_removal())
        .then_refused(Refusal::NothingToObserve);
    given()
        .when(VIBEKE, observe_contact())
        .then_refused(Refusal::ReviewMissing);
}

#[test]
fn a_contact_that_was_waived_is_not_made_unless_the_lawyer_assesses_anew() {
    let case = reviewed(Outcome::Harassment).after(LARS, waive(DutyKind::ContactBoundary));
    case.when(VIBEKE, contact(BOUNDARY))
        .then_refused(Refusal::AlreadyWaived(DutyKind::ContactBoundary));
    let case = case
        .at("2026-10-14 10:00")
        .sealed()
        .after(IDA, review(Outcome::Harassment));
    case.when(VIBEKE, contact(BOUNDARY)).then_names(&["contacted"]);
}

#[test]
fn after_a_new_assessment_a_second_demand_and_a_second_removal_can_be_made_and_observed() {
    let case = reviewed(Outcome::Harassment)
        .after(VIBEKE, contact(BOTH))
        .after(VIBEKE, observe_contact())
        .after(VIBEKE, request_removal())
        .after(VIBEKE, observe_removal());
    case.when(VIBEKE, request_removal())
        .then_refused(Refusal::AlreadyDone(DutyKind::Removal));
    let case = case
        .at("2026-10-14 10:00")
        .sealed()
        .after(IDA, review(Outcome::PossibleCrime))
        .at("2026-10-14 11:00");
    let case = case
        .after(VIBEKE, contact(BOTH))
        .after(VIBEKE, request_removal())
        .at("2026-10-15 10:00");
    let case = case
        .after(VIBEKE, observe_contact())
        .after(VIBEKE, observe_removal());
    case.when(VIBEKE, observe_contact())
        .then_refused(Refusal::AlreadyDone(DutyKind::ContactBoundary));
    case.when(VIBEKE, contact(BOUNDARY))
        .then_refused(Refusal::AlreadyDone(DutyKind::ContactBoundary));
}

#[test]
fn a_removal_is_requested_and_its_outcome_checked() {
    let case = reviewed(Outcome::Harassment);
    assert_eq!(
        case.duty(DutyKind::Removal).owner,
        id(VIBEKE),
        "Fjordby has nobody for communication"
    );
    case.when(VIBEKE, request_removal())
        .then(vec![Event::RemovalRequested {
            statements: Vec::new(),
            to: "Facebook".into(),
            what: "Opslaget".into(),
            at: at(MONDAY),
        }]);
    let case = case.after(VIBEKE, request_removal());
    assert!(case.duty(DutyKind::Removal).is_owed());
    case.when(VIBEKE, observe_removal())
        .then_names(&["removal-observed"]);
    let unnamed = domain::case::Command::RequestRemoval {
        statements: Vec::new(),
        to: String::new(),
        what: "x".into(),
    };
    case.when(VIBEKE, unnamed).then_field("to", "required");
}

#[rstest]
fn what_nobody_else_can_read_is_not_removed(
    #[values(
        Medium::DirectMessage,
        Medium::Sms,
        Medium::Phone,
        Medium::Email,
        Medium::InPerson
    )]
    medium: Medium,
) {
    let case = given().after(VIBEKE, register_with(|register| register.medium = medium));
    let case = case.after(IDA, review(Outcome::PossibleCrime));
    assert_eq!(case.state_of(DutyKind::Removal), DutyState::NotOwed);
    case.when(VIBEKE, request_removal())
        .then_refused(Refusal::NotOwed(DutyKind::Removal));
}

#[test]
fn communication_sees_the_matter_only_where_a_removal_may_be_asked_for() {
    let world = World::fjordby().with_new("p91", domain::vocabulary::Role::Communication);
    let case = given_in(world, MONDAY, LONE, &about(METTE)).sealed();
    assert!(case.standing("p91").relations.is_empty());
    let public = case.clone().after(IDA, review(Outcome::Harassment));
    public
        .when("p91", request_removal())
        .then_names(&["removal-requested"]);
    let private = case.after(VIBEKE, register_with(|register| register.medium = Medium::Sms));
    let private = private.after(IDA, review(Outcome::Harassment));
    assert!(private.standing("p91").relations.is_empty());
}
