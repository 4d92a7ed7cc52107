use super::*;
use domain::calendar::Calendar;
use domain::case::mailed::Said;
use domain::case::{Arrival, Capture, PageTime};
use domain::ids::BlobId;
use domain::mail::{Check, Door};

#[test]
fn of_a_captured_page_it_says_what_the_browser_told_and_what_that_does_not_show() {
    let at: jiff::Timestamp = "2026-10-12T17:42:00Z".parse().unwrap();
    let time = PageTime {
        mark: "time".into(),
        value: "2026-10-12T08:00:00+02:00".into(),
        text: "for 11 timer siden".into(),
    };
    let capture = Capture {
        url: "https://forum.example/traad/7".into(),
        title: "Om kommunen".into(),
        at,
        times: vec![time; 14],
        more_times: 3,
        cut: true,
        missing: 1,
    };
    let exhibit = Exhibit {
        number: 1,
        name: "side.png".into(),
        media_type: "image/png".into(),
        bytes: 1,
        sha256: "a".repeat(64),
        hashed_by_sender: true,
        arrival: Arrival::Extension,
        blob: BlobId::new("b"),
        sent_by: PersonId::new("p10"),
        report: None,
        seen_at: None,
        source_url: None,
        capture: Some(capture),
    };
    let local = Calendar::danish([]).local(at);
    let danish = came(&exhibit, None, &L::new(Language::Da, &local));
    for part in [
        "Optaget i medarbejderens egen browser. Kontrolsummen er beregnet på den ansattes egen enhed",
        "Sidens adresse: https://forum.example/traad/7. Sidens titel: Om kommunen.",
        "Optaget (efter den computers ur): mandag 12. okt. kl. 19.42.",
        "Tid, som siden selv oplyser: time: 2026-10-12T08:00:00+02:00 (for 11 timer siden);",
        "(for 11 timer siden); 12 tider mere. Ikke med:",
        "Siden fortsatte længere, end der er optaget.",
        "1 af sidens billeder eller typografier kunne ikke gemmes i filen.",
        "Det viser ikke, hvem der har skrevet noget",
    ] {
        assert!(danish.contains(part), "{part}: {danish}");
    }
    assert!(!danish.contains(".."), "{danish}");
    let english = came(&exhibit, None, &L::new(Language::En, &local));
    assert!(
        english.contains("Captured in the employee's own browser")
            && english.contains("None of it has been checked.")
    );
}

#[test]
fn of_an_email_it_says_what_came_and_that_a_sender_can_be_forged() {
    let at: jiff::Timestamp = "2026-10-12T17:42:00Z".parse().unwrap();
    let letter = Said {
        from: "Jimmi Dahl <jimmi.dahl@example.net>".into(),
        to: "sara.lindegaard@fjordby.example".into(),
        date: Some(at),
        subject: "Din sag".into(),
        ..Said::default()
    };
    let mailed = Mailed {
        exhibit: 1,
        door: Door::Imap,
        came_at: at,
        envelope: None,
        said: Said {
            from: "Sara <sara.lindegaard@fjordby.example>".into(),
            ..Said::default()
        },
        dkim: Check::Pass,
        spf: Check::None,
        dmarc: Check::NotChecked,
        checked_by: "mx.fjordby.example".into(),
        hands_on: vec![letter],
        inside: Vec::new(),
        more_inside: 0,
    };
    let l = L::new(Language::Da, &Calendar::danish([]).local(at));
    let said = mailed::paragraph(&l, &mailed);
    for part in [
        "Hentet i postkassen. Afsender ifølge e-mailen: Sara <sara.lindegaard@fjordby.example>.",
        "DKIM: bestået",
        "DMARC: ikke kontrolleret (kontrolleret af mx.fjordby.example).",
        "Videresendt brev: Fra Jimmi Dahl <jimmi.dahl@example.net> til sara.lindegaard@fjordby.example, mandag 12. okt. kl. 19.42: Din sag.",
        "en afsender kan forfalskes",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
