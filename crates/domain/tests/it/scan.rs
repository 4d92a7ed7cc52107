//! Malware: an infected exhibit is sealed like any other, and handed to nobody without a second person.

use crate::harness::*;
use crate::say::*;
use domain::access::Action;
use domain::case::{Actor, Command, CommandKind, Event, Refusal, Verdict};

fn scanned(verdict: Verdict) -> Event {
    Event::ExhibitScanned {
        exhibit: 1,
        verdict,
        found: "Prøve".into(),
        scanner: "ClamAV".into(),
    }
}

fn given_scanned(verdict: Verdict) -> Given {
    given().sealed().recorded(SYSTEM, vec![scanned(verdict)])
}

fn release() -> Command {
    Command::ReleaseExhibit {
        exhibit: 1,
        reason: "Politiet skal have filen".into(),
    }
}

fn withheld(given: &Given, person: &str, when: &str) -> bool {
    given.state.is_withheld(1, &Actor::Person(id(person)), at(when))
}

#[test]
fn an_infected_exhibit_is_withheld_from_everybody_and_others_are_not() {
    for person in [VIBEKE, LARS, IDA, LONE] {
        assert!(withheld(
            &given_scanned(Verdict::Infected),
            person,
            "2026-10-12 10:00"
        ));
        assert!(!withheld(
            &given_scanned(Verdict::Clean),
            person,
            "2026-10-12 10:00"
        ));
        assert!(!withheld(
            &given_scanned(Verdict::Unchecked),
            person,
            "2026-10-12 10:00"
        ));
        assert!(!withheld(&given().sealed(), person, "2026-10-12 10:00"));
    }
}

#[test]
fn a_release_lets_others_take_it_for_a_day_and_never_whoever_released_it() {
    let released = given_scanned(Verdict::Infected).after(VIBEKE, release());
    assert!(withheld(&released, VIBEKE, "2026-10-12 10:00"));
    assert!(!withheld(&released, IDA, "2026-10-12 10:00"));
    assert!(!withheld(&released, IDA, "2026-10-13 08:59"));
    assert!(withheld(&released, IDA, "2026-10-13 09:00"));
    let by_two = released.after(IDA, release());
    assert!(!withheld(&by_two, VIBEKE, "2026-10-12 10:00"));
}

#[test]
fn what_was_found_once_stays_found() {
    let given = given_scanned(Verdict::Infected).recorded(SYSTEM, vec![scanned(Verdict::Clean)]);
    assert!(given.state.is_infected(1));
    let given = given_scanned(Verdict::Unchecked).recorded(SYSTEM, vec![scanned(Verdict::Infected)]);
    assert!(given.state.is_infected(1));
}

#[test]
fn only_what_is_infected_is_released_and_with_a_reason() {
    given_scanned(Verdict::Clean)
        .when(VIBEKE, release())
        .then_field("exhibit", "unknown-value");
    let reasonless = Command::ReleaseExhibit {
        exhibit: 1,
        reason: " ".into(),
    };
    given_scanned(Verdict::Infected)
        .when(VIBEKE, reasonless)
        .then_field("reason", "required");
    given_scanned(Verdict::Infected)
        .after(VIBEKE, release())
        .when(IDA, release())
        .then_names(&["exhibit-released"]);
}

#[test]
fn those_who_read_exhibits_for_the_case_release_and_no_party_does() {
    let given = given_scanned(Verdict::Infected);
    for person in [VIBEKE, LARS, IDA] {
        assert!(
            given.may(person, Action::Do(CommandKind::ReleaseExhibit)),
            "{person}"
        );
    }
    for person in [METTE, LONE, JENS, DPO, ADMIN, SYSTEM, OPERATOR] {
        assert!(
            !given.may(person, Action::Do(CommandKind::ReleaseExhibit)),
            "{person}"
        );
    }
}

#[test]
fn a_closed_case_releases_nothing() {
    given_scanned(Verdict::Infected)
        .ready_to_close()
        .after(VIBEKE, close())
        .when(VIBEKE, release())
        .then_refused(Refusal::CaseClosed);
}
