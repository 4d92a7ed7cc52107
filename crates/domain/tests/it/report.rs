//! A report opens a case, and finds who owns it.

use crate::harness::*;
use domain::case::{Event, NewReport, PassOverReason, Refusal};
use domain::organisation::Away;
use domain::vocabulary::DutyKind;
use rstest::rstest;

fn away(world: &World, person: &str) -> World {
    let away = Away {
        from: at("2026-10-01 00:00"),
        until: at("2026-11-01 00:00"),
    };
    world.with(person, |found| found.away = Some(away))
}

fn owner_and_superior(given: &Given) -> (&str, &str) {
    (given.state.owner.as_str(), given.state.superior.as_str())
}

#[test]
fn a_colleagues_report_goes_to_the_targets_manager() {
    let case = given();
    assert_eq!(owner_and_superior(&case), (VIBEKE, LARS));
    assert!(case.state.targets.contains(&id(METTE)));
    assert_eq!(case.state.legal, Some(id(IDA)));
    assert_eq!(case.state.hr, Some(id(JENS)));
    assert_eq!(case.state.procedure, "2026-1");
}

#[test]
fn words_alone_or_one_file_alone_is_enough() {
    let world = World::fjordby();
    let file = NewReport {
        files: 1,
        ..NewReport::default()
    };
    let opening = world.report(MONDAY, LONE, &file).unwrap();
    let names: Vec<_> = opening
        .events(domain::ids::CaseNumber::new(2026, 1), "1".into())
        .iter()
        .map(Event::name)
        .collect();
    assert_eq!(names, ["case-opened", "report-made"]);
    assert!(world.report(MONDAY, LONE, &about_me()).is_ok());
}

#[rstest]
#[case::nothing_at_all(NewReport::default(), "text", "text-or-file")]
#[case::only_spaces(NewReport { text: " \n ".into(), ..NewReport::default() }, "text", "text-or-file")]
#[case::too_long(NewReport { text: "x".repeat(20_001), ..NewReport::default() }, "text", "too-long")]
#[case::a_bell(NewReport { text: "a\u{7}b".into(), ..NewReport::default() }, "text", "control-characters")]
#[case::nobody_is_called_that(NewReport { about: Some("nobody@fjordby.example".into()), ..about_me() }, "", "")]
#[case::unknown_target(about("nobody@fjordby.example"), "about", "unknown-person")]
#[case::unknown_unit(NewReport { unit: Some("maane".into()), ..about(METTE) }, "unit", "unknown-unit")]
#[case::seen_tomorrow(NewReport { first_seen: Some(at("2026-10-13 09:00")), ..about(METTE) }, "first_seen", "in-the-future")]
#[case::no_web_address(NewReport { source_url: "javascript:alert(1)".into(), ..about(METTE) }, "source_url", "not-a-web-address")]
fn a_report_that_cannot_be_taken_names_its_field(
    #[case] new: NewReport,
    #[case] field: &str,
    #[case] problem: &'static str,
) {
    let answer = World::fjordby().report(MONDAY, LONE, &new).map(|_| ());
    // Whoever reports for themselves needs no other name, so that one is not looked at.
    let expected = if field.is_empty() {
        Ok(())
    } else {
        Err(Refusal::invalid(field, problem))
    };
    assert_eq!(answer, expected);
}

#[test]
fn somebody_who_left_is_no_longer_found_as_target() {
    let world = World::fjordby().with(METTE, |person| person.active = false);
    let refused = world.report(MONDAY, LONE, &about(METTE)).unwrap_err();
    assert_eq!(refused, Refusal::invalid("about", "unknown-person"));
}

#[test]
fn a_sender_whose_clock_is_two_minutes_ahead_is_believed() {
    let new = NewReport {
        first_seen: Some(at("2026-10-12 09:02")),
        ..about(METTE)
    };
    assert!(World::fjordby().report(MONDAY, LONE, &new).is_ok());
}

#[test]
fn a_report_about_a_whole_unit_goes_to_that_units_manager() {
    let new = NewReport {
        unit: Some("soendre-skole".into()),
        about: None,
        ..about(METTE)
    };
    let case = given_report(MONDAY, LONE, &new);
    assert_eq!(owner_and_superior(&case), (DORTHE, LARS));
    assert!(case.state.targets.is_empty());
}

#[test]
fn naming_a_unit_never_sends_a_targets_case_to_another_units_manager() {
    let new = NewReport {
        unit: Some("soendre-skole".into()),
        ..about(METTE)
    };
    assert_eq!(
        owner_and_superior(&given_report(MONDAY, LONE, &new)),
        (VIBEKE, LARS)
    );
}

#[test]
fn a_manager_who_is_the_target_never_owns_their_own_case() {
    let case = given_report(MONDAY, VIBEKE, &about_me());
    assert_eq!(owner_and_superior(&case), (LARS, BODIL));
    assert!(
        case.state.concerned.is_empty(),
        "nothing is held against a target"
    );
}

#[test]
fn a_manager_of_concern_is_passed_over_and_recorded_as_concerned() {
    let case = given_report(
        MONDAY,
        METTE,
        &NewReport {
            not_to_manager: true,
            ..about_me()
        },
    );
    assert_eq!(owner_and_superior(&case), (LARS, BODIL));
    assert!(case.state.concerned.contains(&id(VIBEKE)));
    assert!(
        case.standing(VIBEKE).relations.is_empty(),
        "the case does not exist for them"
    );
}

#[test]
fn a_manager_who_asks_for_another_than_their_own_manager_gets_the_next() {
    let case = given_report(
        MONDAY,
        VIBEKE,
        &NewReport {
            not_to_manager: true,
            ..about_me()
        },
    );
    assert_eq!(owner_and_superior(&case), (BODIL, BODIL));
    assert!(case.state.concerned.contains(&id(LARS)));
}

#[test]
fn an_absent_manager_is_passed_over_to_the_deputy_they_named() {
    let world = away(&World::fjordby(), VIBEKE).with(VIBEKE, |person| person.deputy = Some(id(ANDERS)));
    let case = given_in(world, MONDAY, LONE, &about(METTE));
    assert_eq!(owner_and_superior(&case), (ANDERS, LARS));
    let passed = case
        .entries
        .iter()
        .find(|entry| entry.event.name() == "passed-over")
        .unwrap();
    let expected = (id(VIBEKE), id(ANDERS), id(LARS), PassOverReason::Absent);
    let Event::PassedOver {
        from,
        to,
        superior,
        reason,
    } = passed.event.clone()
    else {
        unreachable!()
    };
    assert_eq!((from, to, superior, reason), expected);
}

#[test]
fn without_a_deputy_an_absent_managers_case_goes_up_the_tree() {
    let world = away(&World::fjordby(), VIBEKE);
    assert_eq!(
        owner_and_superior(&given_in(world.clone(), MONDAY, LONE, &about(METTE))),
        (LARS, BODIL)
    );
    let higher = away(&world, LARS);
    assert_eq!(
        owner_and_superior(&given_in(higher, MONDAY, LONE, &about(METTE))),
        (BODIL, BODIL)
    );
}

#[test]
fn a_manager_who_is_back_gets_the_case() {
    let back = Away {
        from: at("2026-09-01 00:00"),
        until: at(MONDAY),
    };
    let world = World::fjordby().with(VIBEKE, |person| person.away = Some(back));
    assert_eq!(
        given_in(world, MONDAY, LONE, &about(METTE)).state.owner,
        id(VIBEKE)
    );
}

#[test]
fn a_unit_without_a_manager_falls_to_the_parents() {
    let world = World::fjordby().with(VIBEKE, |person| person.active = false);
    assert_eq!(
        owner_and_superior(&given_in(world, MONDAY, LONE, &about(METTE))),
        (LARS, BODIL)
    );
}

#[test]
fn at_the_top_of_the_tree_the_owner_is_their_own_superior_and_decides_on_the_police() {
    let case = given_report(
        MONDAY,
        LONE,
        &NewReport {
            unit: Some("fjordby".into()),
            about: None,
            ..about(METTE)
        },
    );
    assert_eq!(owner_and_superior(&case), (BODIL, BODIL));
    case.when(
        BODIL,
        crate::say::decide_police(domain::case::PoliceDecision::Report),
    )
    .then_names(&["police-decided"]);
}

#[test]
fn the_director_as_target_falls_to_hr_when_nobody_is_above() {
    let case = given_report(MONDAY, BODIL, &about_me());
    assert_eq!(owner_and_superior(&case), (JENS, JENS));
}

#[test]
fn a_case_that_nobody_could_own_is_refused_and_says_so() {
    let world = away(
        &World::fjordby().with(JENS, |person| person.active = false),
        BODIL,
    );
    let refused = world.report(MONDAY, BODIL, &about_me()).unwrap_err();
    assert_eq!(refused, Refusal::NobodyElse);
}

#[test]
fn the_lawyer_as_target_does_not_review_their_own_case() {
    let case = given_report(MONDAY, IDA, &about_me());
    assert_eq!(case.state.legal, None);
    assert_eq!(
        case.duty(DutyKind::Review).owner,
        id(JENS),
        "whoever owns the case has to find another lawyer"
    );
}

#[test]
fn the_tellers_own_words_lie_in_care_where_the_originator_never_reads() {
    let told = given()
        .entries
        .into_iter()
        .find(|entry| entry.event.name() == "told")
        .unwrap();
    assert_eq!(told.event.compartment(), domain::vocabulary::Compartment::Care);
}
