//! Redacted copies: what can be covered, for whom and why, and what is refused before any work is done.

use crate::harness::*;
use crate::say::*;
use domain::access::Action;
use domain::case::redaction::{CopyFile, Covers, Order, Patch, coverable, ordered, redacted};
use domain::case::statement::PARTS;
use domain::case::{CommandKind, Event, Exhibit, Recipient, Refusal, Region, Verdict};
use domain::ids::BlobId;
use domain::vocabulary::Compartment;

fn patch(x: u32, y: u32, w: u32, h: u32) -> Patch {
    let region = Region { x, y, w, h };
    Patch { page: 0, region }
}

fn order(boxes: Vec<Patch>) -> Order {
    Order {
        exhibit: 1,
        recipient: Recipient::Police,
        name: String::new(),
        reason: " Navnet på en kollega vedkommer ikke sagen ".into(),
        covers: Covers::Boxes(boxes),
    }
}

fn copy() -> CopyFile {
    CopyFile {
        media_type: "image/png".into(),
        bytes: 900,
        sha256: "c".repeat(64),
        blob: BlobId::new("kopi"),
    }
}

fn of_type(media_type: &str) -> Given {
    let exhibit = Exhibit {
        media_type: media_type.into(),
        ..exhibit(2, LONE)
    };
    given().recorded(LONE, vec![Event::ExhibitSealed(exhibit)])
}

#[track_caller]
fn refused(given: &Given, order: &Order, field: &str, problem: &'static str) {
    assert_eq!(
        ordered(&given.state, order),
        Err(Refusal::invalid(field, problem))
    );
}

#[test]
fn a_copy_says_for_whom_and_why_and_is_numbered_in_the_case() {
    let good = order(vec![patch(0, 0, 10, 10), patch(5, 5, PARTS - 5, PARTS - 5)]);
    let made = redacted(&given().state, &good, copy()).unwrap();
    let given = given().recorded(VIBEKE, vec![made.clone()]);
    let Event::ExhibitRedacted(first) = made else {
        panic!("another event")
    };
    assert_eq!((first.number, first.exhibit, first.covers), (1, 1, 2));
    assert_eq!(first.reason, "Navnet på en kollega vedkommer ikke sagen");
    assert_eq!(given.state.redactions_of(1).count(), 1);
    assert_eq!(given.state.redactions_of(2).count(), 0);
    assert_eq!(given.state.next_redaction(), 2);
    let entry = given.entries.last().unwrap();
    assert_eq!(entry.event.compartment(), Compartment::Matter);
}

#[test]
fn boxes_lie_on_the_picture_and_there_is_at_least_one_and_not_too_many() {
    let given = given();
    refused(&given, &order(vec![]), "boxes", "at-least-one");
    refused(&given, &order(vec![patch(0, 0, 1, 1); 201]), "boxes", "too-many");
    for outside in [
        patch(0, 0, 0, 1),
        patch(0, 0, 1, 0),
        patch(PARTS, 0, 1, 1),
        patch(0, 1, 1, PARTS),
        patch(u32::MAX, 0, 2, 1),
    ] {
        let boxes = order(vec![patch(0, 0, 1, 1), outside]);
        refused(&given, &boxes, "boxes.1", "outside-exhibit");
    }
    let paged = Patch {
        page: 1,
        ..patch(0, 0, 1, 1)
    };
    refused(&given, &order(vec![paged]), "boxes.0", "no-such-page");
    // The same box drawn twice is one; boxes that overlap are two.
    let twice = order(vec![patch(0, 0, 9, 9), patch(0, 0, 9, 9), patch(4, 4, 9, 9)]);
    assert_eq!(ordered(&given.state, &twice).unwrap().covers.count(), 2);
}

#[test]
fn whom_and_why_must_be_said() {
    let given = given();
    let good = order(vec![patch(0, 0, 1, 1)]);
    let why = Order {
        reason: " ".into(),
        ..good.clone()
    };
    refused(&given, &why, "reason", "required");
    let other = Order {
        recipient: Recipient::Other,
        ..good.clone()
    };
    refused(&given, &other, "name", "required");
    let nowhere = Order { exhibit: 9, ..good };
    refused(&given, &nowhere, "exhibit", "unknown-exhibit");
}

#[test]
fn passages_are_for_texts_and_boxes_for_what_is_seen() {
    let on = |given: &Given, covers: Covers| {
        let order = Order {
            exhibit: 2,
            covers,
            ..order(vec![])
        };
        ordered(&given.state, &order)
    };
    let passages = |texts: &[&str]| Covers::Passages(texts.iter().map(|text| (*text).to_owned()).collect());
    let text = of_type("message/rfc822");
    assert_eq!(
        on(&text, passages(&["Mette Ravn", "Mette Ravn"]))
            .unwrap()
            .covers
            .count(),
        1
    );
    for (bad, field, problem) in [
        (passages(&[]), "passages", "at-least-one"),
        (passages(&["Mette", "M"]), "passages.1", "too-short"),
        (Covers::Boxes(vec![patch(0, 0, 1, 1)]), "exhibit", "not-coverable"),
    ] {
        assert_eq!(on(&text, bad), Err(Refusal::invalid(field, problem)));
    }
    let film = of_type("video/mp4");
    let boxes = Covers::Boxes(vec![patch(0, 0, 1, 1)]);
    assert_eq!(
        on(&film, boxes),
        Err(Refusal::invalid("exhibit", "not-coverable"))
    );
    assert_eq!(coverable("image/heic"), None);
}

#[test]
fn never_of_an_infected_exhibit_but_also_in_a_closed_case() {
    let good = order(vec![patch(0, 0, 1, 1)]);
    let scanned = Event::ExhibitScanned {
        exhibit: 1,
        verdict: Verdict::Infected,
        found: "Prøve".into(),
        scanner: "ClamAV".into(),
    };
    let infected = given().recorded(SYSTEM, vec![scanned]);
    assert_eq!(ordered(&infected.state, &good), Err(Refusal::ExhibitWithheld));
    assert_eq!(infected.state.coverable(1), None);
    let closed = Event::Closed {
        outcome: "Slut".into(),
    };
    let closed = given().recorded(VIBEKE, vec![closed]);
    assert!(ordered(&closed.state, &good).is_ok());
}

#[test]
fn those_who_handle_the_case_may_and_no_others() {
    let given = given().after(VIBEKE, invite(DORTHE, &[Compartment::Matter], "2026-12-01"));
    let may = |person| given.may(person, Action::Do(CommandKind::Redact));
    assert_eq!([VIBEKE, LARS, IDA].map(may), [true; 3]);
    assert_eq!([METTE, LONE, DORTHE, ANDERS].map(may), [false; 4]);
}
