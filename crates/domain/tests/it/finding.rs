//! What can be found, and by whom: exactly what somebody may read.

use crate::event_json::one_of_each;
use crate::harness::*;
use domain::case::finding::{Circle, circles};
use domain::case::{Command, Event};
use domain::vocabulary::Compartment;
use serde_json::Value;

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|value| strings(value, found)),
        Value::Object(all) => all.values().for_each(|value| strings(value, found)),
        _ => {}
    }
}

/// Whatever somebody has written has a space in the samples; what is left out is named here.
#[test]
fn all_that_people_have_written_can_be_found() {
    let no_text_of_people = [
        "received",
        "scanner",
        "reads",
        "checked_by",
        "times",
        "sha256",
        "certificate",
        "browser",
    ];
    for event in one_of_each() {
        let mut json = serde_json::to_value(&event).unwrap();
        prune(&mut json, &no_text_of_people);
        let mut written = Vec::new();
        strings(&json, &mut written);
        let findable = event.findable();
        for text in written.iter().filter(|text| text.contains(' ')) {
            let found = findable.words.contains(&text.as_str()) || findable.names.contains(&text.as_str());
            assert!(found, "{} is not found by {text:?}", event.name());
        }
    }
}

fn prune(value: &mut Value, names: &[&str]) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|value| prune(value, names)),
        Value::Object(all) => {
            names.iter().for_each(|name| drop(all.remove(*name)));
            all.values_mut().for_each(|value| prune(value, names));
        }
        _ => {}
    }
}

fn circle(given: &Given, person: &str) -> Option<Circle> {
    let circles = circles(&given.state, &given.entries, given.now);
    let mut with = circles
        .into_iter()
        .filter(|circle| circle.readers.contains(&id(person)));
    let found = with.next();
    assert!(with.next().is_none(), "{person} is in one circle at most");
    found
}

#[test]
fn everybody_is_in_the_circle_of_what_they_are_shown() {
    let given = given().after(VIBEKE, Command::Receive {});
    for person in [METTE, LONE, VIBEKE, LARS, IDA] {
        let circle = circle(&given, person).unwrap_or_else(|| panic!("{person} finds the case"));
        let standing = given.standing(person);
        let viewer = domain::case::Actor::parse(person);
        for entry in &given.entries {
            let shown = standing.shows(&viewer, entry);
            assert_eq!(
                circle.entries.contains(&entry.seq),
                shown,
                "{person} {}",
                entry.event.name()
            );
        }
    }
    // The manager and her own manager read the same; the reporter reads her own words and her own screenshot.
    assert_eq!(circle(&given, VIBEKE), circle(&given, LARS));
    let lone = circle(&given, LONE).unwrap();
    let told = |entry: &&domain::case::Entry| matches!(entry.event, Event::Told { .. });
    let told = given.entries.iter().find(told).unwrap().seq;
    assert_eq!(lone.entries.into_iter().collect::<Vec<_>>(), [told]);
    assert_eq!(lone.exhibits.into_iter().collect::<Vec<_>>(), [1]);
    // The target did not send it, so its words are not hers to find.
    assert!(circle(&given, METTE).unwrap().exhibits.is_empty());
}

#[test]
fn who_has_nothing_to_do_with_the_case_finds_nothing_whatever_they_are() {
    let given = given();
    for person in [DPO, ADMIN, SANNE, BODIL, JENS] {
        assert_eq!(circle(&given, person), None, "{person}");
    }
}

#[test]
fn a_helper_finds_in_the_drawer_they_help_with_until_their_time_is_up() {
    let until = at("2026-10-20 12:00");
    let invited = Event::HelperInvited {
        person: id(ANDERS),
        drawers: vec![Compartment::Matter],
        until,
        reason: "Hjælper med at læse kommentarer".into(),
    };
    let given = given().recorded(VIBEKE, vec![invited]);
    let anders = circle(&given, ANDERS).unwrap();
    assert_eq!(anders.until, Some(until));
    let care = given
        .entries
        .iter()
        .filter(|entry| entry.event.compartment() == Compartment::Care);
    assert!(care.into_iter().all(|entry| !anders.entries.contains(&entry.seq)));
    assert_eq!(circle(&given.at("2026-10-20 12:00"), ANDERS), None);
}

#[test]
fn the_lawyers_own_notes_are_found_by_the_lawyer_alone() {
    let note = Event::LegalNoted {
        text: "Tvivl om § 119 a".into(),
    };
    let given = given().recorded(IDA, vec![note]);
    let last = given.entries.last().unwrap().seq;
    for (person, finds) in [(IDA, true), (VIBEKE, false), (LARS, false), (LONE, false)] {
        let found = circle(&given, person).unwrap().entries.contains(&last);
        assert_eq!(found, finds, "{person}");
    }
}
