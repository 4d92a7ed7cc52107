//! The server as a witness: which links it looks at, and what its word is worth.

use crate::harness::*;
use domain::case::join::take_over;
use domain::case::witnessed::{Certificate, Hop, Stopped, Witnessed, server};
use domain::case::{Arrival, Capture, Command, Event, Exhibit, Grade, NewReport};
use domain::ids::BlobId;
use domain::seen::Seen;
use std::collections::BTreeMap;

const LINK: &str = "https://forum.example/traad/7";

/// Everything that a look can say.
pub fn full() -> Witnessed {
    Witnessed {
        seen: Seen::Page,
        stopped: Some(Stopped::TooSlow),
        url: Some("https://www.forum.example/traad/7".into()),
        status: Some(200),
        title: "Om kommunen".into(),
        hops: vec![Hop {
            url: LINK.into(),
            status: Some(301),
        }],
        address: Some("192.0.2.7".into()),
        certificate: Some(Certificate {
            host: "www.forum.example".into(),
            subject: "CN=www.forum.example".into(),
            issuer: "CN=Example CA".into(),
            from: at("2026-10-01 00:00"),
            until: at("2026-12-30 00:00"),
            sha256: "c".repeat(64),
            trusted: true,
        }),
        picture: Some(2),
        archive: Some(3),
        bytes: 120_000,
        refused: 1,
        cut: true,
        browser: "Chrome/156.0".into(),
        key: "d".repeat(64),
        ..bare()
    }
}

/// A look of which nothing came.
pub fn bare() -> Witnessed {
    Witnessed::nothing(LINK, at("2026-10-12 09:01"), Stopped::NoName)
}

fn own(number: u32) -> Event {
    Event::ExhibitSealed(Exhibit {
        arrival: Arrival::Server,
        sent_by: server(),
        sha256: number.to_string().repeat(64),
        report: None,
        ..exhibit(number, "system")
    })
}

fn linked() -> Given {
    let new = NewReport {
        source_url: LINK.into(),
        ..about(METTE)
    };
    given_report("2026-10-12 09:00", LONE, &new).sealed()
}

/// Lone's report with the link and a picture, and the server's look as `seen`, with its picture and its archive.
fn looked(seen: Seen) -> Given {
    let look = Witnessed { seen, ..full() };
    linked().recorded(SYSTEM, vec![own(2), own(3), Event::LinkWitnessed(Box::new(look))])
}

fn corroborate(exhibit: u32, with: u32) -> Command {
    Command::Corroborate {
        exhibit,
        with,
        note: "Samme opslag og samme svar under det".into(),
    }
}

#[test]
fn it_looks_at_the_public_links_of_reports_and_captured_pages_each_once() {
    let case = linked();
    assert_eq!(case.state.unwitnessed(), [LINK]);
    let captured = |number, url: &str| {
        Event::ExhibitSealed(Exhibit {
            capture: Some(Capture {
                url: url.into(),
                ..crate::capture::captured()
            }),
            ..exhibit(number, LONE)
        })
    };
    let pages = [
        "https://forum.example/traad/8",
        LINK,
        "http://10.0.0.1/intranet",
        "https://esdh.local/1",
    ];
    let case = case.recorded(LONE, (5..).zip(pages).map(|(n, url)| captured(n, url)).collect());
    assert_eq!(case.state.unwitnessed(), [LINK, "https://forum.example/traad/8"]);
    let case = case.recorded(SYSTEM, vec![Event::LinkWitnessed(Box::new(bare()))]);
    assert_eq!(case.state.unwitnessed(), ["https://forum.example/traad/8"]);
}

#[test]
fn the_servers_own_word_bears_out_only_what_somebody_has_compared() {
    let case = looked(Seen::Page);
    let grades = |case: &Given| [1, 2, 3].map(|number| case.state.grade(number));
    assert_eq!(
        grades(&case),
        [Grade::OneWitness, Grade::ServerAlone, Grade::ServerAlone]
    );
    let case = case.after(VIBEKE, corroborate(1, 2));
    assert_eq!(
        grades(&case),
        [
            Grade::WitnessAndServer,
            Grade::WitnessAndServer,
            Grade::ServerAlone
        ]
    );
}

#[test]
fn the_server_weighs_more_than_a_second_person_and_both_are_named() {
    let other = Event::ExhibitSealed(Exhibit {
        sha256: "e".repeat(64),
        ..exhibit(4, ANDERS)
    });
    let case = looked(Seen::Page).recorded(ANDERS, vec![other]);
    let case = case.after(VIBEKE, corroborate(1, 4));
    assert_eq!(case.state.grade(1), Grade::TwoWitnesses);
    let case = case.after(VIBEKE, corroborate(1, 2));
    assert_eq!(case.state.grade(1), Grade::WitnessAndServer);
    assert_eq!(case.state.grade(4), Grade::TwoWitnesses);
    assert_eq!(case.state.borne_out_by(1).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn its_picture_and_its_archive_are_one_witness() {
    looked(Seen::Page)
        .when(VIBEKE, corroborate(2, 3))
        .then_field("with", "same-witness");
}

#[test]
fn where_it_met_something_else_it_is_no_witness() {
    for seen in Seen::ALL.iter().copied() {
        let tried = looked(seen).try_it(VIBEKE, &corroborate(1, 3));
        assert_eq!(tried.is_ok(), seen.may_show_it(), "{seen}");
    }
    looked(Seen::Removed)
        .when(VIBEKE, corroborate(2, 1))
        .then_field("with", "server-saw-other");
}

#[test]
fn an_exhibit_knows_its_look_and_the_looks_at_its_link() {
    let case = looked(Seen::LoginWall);
    assert_eq!(
        case.state.look_behind(3).map(|look| look.seen),
        Some(Seen::LoginWall)
    );
    assert_eq!(case.state.look_behind(1), None);
    let mut case = case;
    case.state.exhibits[0].1.source_url = Some(LINK.into());
    assert_eq!(case.state.looks_at_its_link(1).count(), 1);
    assert_eq!(case.state.looks_at_its_link(2).count(), 0);
    assert!(!case.state.has_closed_link(1));
    for closed in ["http://10.0.0.1/intranet", "https://esdh.local/1"] {
        case.state.exhibits[0].1.source_url = Some(closed.into());
        assert!(case.state.has_closed_link(1), "{closed}");
        assert_eq!(case.state.looks_at_its_link(1).count(), 0);
    }
}

#[test]
fn it_comes_along_when_cases_are_joined() {
    let joined = looked(Seen::Page);
    let blobs = (1..=3).map(|n| (BlobId::new(format!("blob-{n}")), BlobId::new(format!("copy-{n}"))));
    let blobs: BTreeMap<BlobId, BlobId> = blobs.collect();
    let events = take_over(&given().state, &joined.state, &joined.entries, &blobs).unwrap();
    let case = given().recorded(VIBEKE, events);
    let look = &case.state.witnessed[0];
    assert_eq!((look.picture, look.archive), (Some(3), Some(4)));
    assert_eq!(case.state.grade(3), Grade::ServerAlone);
    assert!(case.state.unwitnessed().is_empty());
}
