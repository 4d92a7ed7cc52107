//! The JSON of an event is a format: it is sealed in journals and carried by exports, so it never changes.

use crate::harness::{at, exhibit, id};
use crate::say::{advice, day, grounds, said};
use domain::access::Relation;
use domain::case::mailed::{Inside, Part, Said as LetterSaid};
use domain::case::*;
use domain::ids::{CaseNumber, ReportId, UnitId};
use domain::mail::{Check, Door};
use domain::vocabulary::{Compartment, DutyKind, Medium, Outcome};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/events.golden.json");

fn text(words: &str) -> String {
    words.into()
}

fn opening() -> Vec<Event> {
    let noon = at("2026-10-12 12:00");
    let facts = ReportFacts {
        report: ReportId::new("r1"),
        reporter: id("p11"),
        targets: vec![id("p10")],
        acute: true,
        medium: Some(Medium::SocialMedia),
        platform: Some(text("Facebook")),
        source_url: Some(text("https://example.org/opslag")),
        first_seen: Some(noon),
        originator: Some(text("Jan P.")),
    };
    let bare = ReportFacts {
        targets: Vec::new(),
        acute: false,
        medium: None,
        platform: None,
        source_url: None,
        first_seen: None,
        originator: None,
        ..facts.clone()
    };
    let opened = |some: bool| Event::CaseOpened {
        number: CaseNumber::new(2026, 1),
        unit: UnitId::new("boern-myndighed"),
        owner: id("p09"),
        superior: id("p08"),
        legal: some.then(|| id("p03")),
        hr: some.then(|| id("p04")),
        communication: some.then(|| id("p91")),
        procedure: text("2026-1"),
    };
    let seen = Exhibit {
        seen_at: Some(noon),
        source_url: Some(text("https://example.org/opslag")),
        ..exhibit(1, "p11")
    };
    vec![
        opened(true),
        opened(false),
        Event::ReportMade(facts),
        Event::ReportMade(bare),
        Event::Told {
            report: ReportId::new("r1"),
            text: text("Se opslaget"),
        },
        Event::Supplemented {
            text: text("Der er kommet et til"),
        },
        Event::ExhibitSealed(seen),
        Event::ExhibitSealed(Exhibit {
            report: None,
            ..exhibit(2, "p11")
        }),
        crate::capture::sealed(),
    ]
}

fn inside() -> Vec<Event> {
    let noon = at("2026-10-12 12:00");
    vec![
        Event::PassedOver {
            from: id("p09"),
            to: id("p08"),
            superior: id("p01"),
            reason: PassOverReason::Silent,
        },
        Event::Received {},
        Event::LegalAssigned { person: id("p03") },
        Event::Delegated {
            duty: DutyKind::Removal,
            person: id("p12"),
            reason: text("Kender siden"),
        },
        Event::Delegated {
            duty: DutyKind::Care,
            person: id("p12"),
            reason: String::new(),
        },
        Event::HelperInvited {
            person: id("p12"),
            drawers: vec![Compartment::Care],
            until: noon,
            reason: text("AMR"),
        },
        Event::Triaged {
            danger: Danger::Acute,
            emergency_called: true,
            at_work: text("Følges"),
            on_the_way: text("Taxa"),
            at_home: text("Hos søster"),
        },
        Event::CareGiven {
            talked_at: noon,
            talk: text("Talt"),
            psychologist_offered: true,
            wishes: text("Ro"),
            with: text("AMR"),
        },
        Event::AbsenceRecorded {
            from: day("2026-10-12"),
            treatment: true,
            note: text("Læge"),
        },
        Event::InjuryHandedOver {
            at: noon,
            reference: text("EASY 77"),
        },
        Event::FollowedUp {
            week: 4,
            talk: text("Bedre"),
            wishes: text("Ferie"),
        },
        Event::Learned {
            learning: text("Regler for siden"),
            told_target: true,
            told_reporter: true,
        },
    ]
}

fn citizen() -> Vec<Event> {
    let noon = at("2026-10-12 12:00");
    let registration = Registration {
        title: text("Opslag"),
        targets: vec![id("p10")],
        episode_at: noon,
        medium: Medium::SocialMedia,
        form: Form::Smear,
        course: text("Tre opslag"),
        originator: text("Jan P."),
        certainty: Certainty::Presumed,
        under_15: false,
        relation: text("borger"),
        severity: Severity::Serious,
    };
    let assessed = |without_exhibits| Event::Assessed {
        grounds: grounds(),
        outcome: Outcome::Harassment,
        contact: advice(MayContact::Yes),
        without_exhibits,
    };
    let contacted = |purposes: Vec<Purpose>, stop_by| Event::Contacted {
        purposes,
        channel: Channel::DigitalPost,
        at: noon,
        letter: text("Kære borger"),
        note: String::new(),
        complaint_routes_explained: true,
        demand: text("Skal høre op"),
        stop_by,
        through_guardian: false,
        statements: Vec::new(),
    };
    vec![
        Event::Registered(registration),
        assessed(None),
        assessed(Some(text("Slettet"))),
        Event::AdviceReasoned {
            reason: text("Politiet har bedt os vente"),
        },
        Event::MeasuresNoted {
            measures: text("Flyttet til anden skranke"),
        },
        Event::LegalNoted { text: text("Svag") },
        contacted(
            vec![Purpose::Substance, Purpose::Boundary],
            Some(day("2026-10-20")),
        ),
        contacted(vec![Purpose::Substance], None),
        Event::ContactObserved {
            result: ContactResult::Stopped,
            note: text("Intet nyt"),
        },
        Event::ExhibitScanned {
            exhibit: 1,
            verdict: Verdict::Infected,
            found: text("Prøve"),
            scanner: text("ClamAV"),
        },
        Event::ExhibitFoundDamaged {
            exhibit: 1,
            what: Damage::Altered,
        },
        Event::ExhibitFoundWhole { exhibit: 1 },
        Event::Corroborated {
            exhibit: 1,
            with: 2,
            note: text("Samme opslag"),
        },
        Event::CorroborationWithdrawn {
            exhibit: 1,
            with: 2,
            reason: text("Et andet opslag"),
        },
        Event::ExhibitReleased {
            exhibit: 1,
            reason: text("Politiet skal have den"),
        },
        Event::ExhibitRedacted(Box::new(Redacted {
            number: 1,
            exhibit: 1,
            recipient: Recipient::AccessRequest,
            name: text("J.nr. 26/114"),
            reason: text("Aktindsigt i opslaget"),
            covers: 2,
            media_type: text("image/png"),
            bytes: 1_000,
            sha256: text("ab12"),
            blob: domain::ids::BlobId::new("b1"),
        })),
        Event::RemovalRequested {
            to: text("Facebook"),
            what: text("Opslaget"),
            at: noon,
            statements: Vec::new(),
        },
        Event::RemovalObserved {
            result: RemovalResult::GoneByItself,
            note: String::new(),
        },
    ]
}

fn the_rest() -> Vec<Event> {
    let noon = at("2026-10-12 12:00");
    let viewed = |what, exhibit| Event::Viewed {
        what,
        exhibit,
        relation: Relation::LegalAdviser,
    };
    vec![
        Event::PoliceDecided {
            decision: PoliceDecision::DoNotReport,
            target_heard: true,
            wish: text("Nej"),
            reason: text("Konkret"),
        },
        Event::PoliceReported {
            at: noon,
            reference: text("J.nr. 1"),
            statements: Vec::new(),
        },
        Event::PoliceChased {
            at: noon,
            answer: text("Verserer"),
            concluded: false,
        },
        Event::Waived {
            duty: DutyKind::ContactBoundary,
            reason: text("Død"),
        },
        Event::Waived {
            duty: DutyKind::FollowUp12,
            reason: text("Fratrådt"),
        },
        Event::Closed {
            outcome: text("Ophørt"),
        },
        Event::Reopened {
            reason: text("Begyndt igen"),
        },
        Event::ReportJoined {
            from: CaseNumber::new(2026, 2),
        },
        Event::JoinedInto {
            into: CaseNumber::new(2026, 1),
        },
        viewed(Viewing::Exhibit, Some(1)),
        viewed(Viewing::Journal, None),
        Event::Exported {
            drawer: Compartment::Matter,
            by: text("operator"),
        },
    ]
}

fn statements() -> Vec<Event> {
    let noon = at("2026-10-12 12:00");
    let bare = Said {
        text: text("Skam jer"),
        ..Said::default()
    };
    let full = Said {
        region: Some(Region {
            x: 0,
            y: 125_000,
            w: 1_000_000,
            h: 40_000,
        }),
        line: Some(7),
        ..said("Gå hjem")
    };
    let marked = |number, said| {
        Event::StatementMarked(Marked {
            number,
            exhibit: 1,
            said,
        })
    };
    vec![
        marked(1, bare),
        marked(2, full),
        Event::StatementCorrected {
            statement: 2,
            text: text("Gå hjem!"),
            author: text("Bent L."),
            said_at: String::new(),
        },
        Event::StatementAssessed {
            statement: 2,
            outcome: Outcome::RudeButLawful,
            reason: text("Groft, men lovligt"),
        },
        Event::StatementAssessmentUndone { statement: 2 },
        Event::StatementWithdrawn {
            statement: 1,
            reason: text("Læst to gange"),
        },
        Event::RemovalRequested {
            to: text("Facebook"),
            what: text("To kommentarer"),
            at: noon,
            statements: vec![2, 5],
        },
        Event::PoliceReported {
            at: noon,
            reference: text("J.nr. 2"),
            statements: vec![2],
        },
        Event::Contacted {
            purposes: vec![Purpose::Boundary],
            channel: Channel::Letter,
            at: noon,
            letter: text("Kære borger"),
            note: String::new(),
            complaint_routes_explained: false,
            demand: text("Skal høre op"),
            stop_by: None,
            through_guardian: false,
            statements: vec![2],
        },
    ]
}

fn looks() -> Vec<Event> {
    [crate::witnessed::full(), crate::witnessed::bare()]
        .map(|look| Event::LinkWitnessed(Box::new(look)))
        .to_vec()
}

fn mails() -> Vec<Event> {
    let noon = at("2026-10-12 12:00");
    let said = LetterSaid {
        from: text("Mette Ravn <mette.ravn@fjordby.example>"),
        to: text("chikane@fjordby.example"),
        date: Some(noon),
        subject: text("VS: Din sag"),
        message_id: text("1@fjordby.example"),
        received: vec![text("from a by b; Mon, 12 Oct 2026 12:00:00 +0200")],
    };
    let full = Mailed {
        exhibit: 1,
        door: Door::Lmtp,
        came_at: noon,
        envelope: Some(String::new()),
        said: said.clone(),
        dkim: Check::Pass,
        spf: Check::Error,
        dmarc: Check::None,
        checked_by: text("vaern"),
        hands_on: vec![said],
        inside: vec![
            Part {
                name: text("skærm.png"),
                media_type: text("image/png"),
                fate: Inside::Exhibit,
                exhibit: Some(2),
            },
            Part {
                name: text("smime.p7m"),
                media_type: text("application/pkcs7-mime"),
                fate: Inside::Encrypted,
                exhibit: None,
            },
        ],
        more_inside: 4_800,
    };
    let bare = Mailed {
        exhibit: 3,
        door: Door::Command,
        came_at: noon,
        envelope: None,
        said: LetterSaid::default(),
        dkim: Check::NotChecked,
        spf: Check::NotChecked,
        dmarc: Check::NotChecked,
        checked_by: String::new(),
        hands_on: Vec::new(),
        inside: Vec::new(),
        more_inside: 0,
    };
    vec![
        Event::ExhibitMailed(Box::new(full)),
        Event::ExhibitMailed(Box::new(bare)),
    ]
}

/// At least one of each variant, with and without what is optional.
pub fn one_of_each() -> Vec<Event> {
    [
        opening(),
        inside(),
        citizen(),
        the_rest(),
        statements(),
        mails(),
        looks(),
    ]
    .concat()
}

/// A new variant must be added here, and then to [`one_of_each`].
fn is_known(event: &Event) -> &'static str {
    match event {
        Event::CaseOpened { .. } => "case-opened",
        Event::ReportMade(_) => "report-made",
        Event::Told { .. } => "told",
        Event::Supplemented { .. } => "supplemented",
        Event::ExhibitSealed(_) => "exhibit-sealed",
        Event::PassedOver { .. } => "passed-over",
        Event::Received {} => "received",
        Event::LegalAssigned { .. } => "legal-assigned",
        Event::Delegated { .. } => "delegated",
        Event::HelperInvited { .. } => "helper-invited",
        Event::Triaged { .. } => "triaged",
        Event::CareGiven { .. } => "care-given",
        Event::Registered(_) => "registered",
        Event::AbsenceRecorded { .. } => "absence-recorded",
        Event::Assessed { .. } => "assessed",
        Event::AdviceReasoned { .. } => "advice-reasoned",
        Event::MeasuresNoted { .. } => "measures-noted",
        Event::LegalNoted { .. } => "legal-noted",
        Event::StatementMarked(_) => "statement-marked",
        Event::StatementCorrected { .. } => "statement-corrected",
        Event::StatementAssessed { .. } => "statement-assessed",
        Event::StatementAssessmentUndone { .. } => "statement-assessment-undone",
        Event::StatementWithdrawn { .. } => "statement-withdrawn",
        Event::PoliceDecided { .. } => "police-decided",
        Event::PoliceReported { .. } => "police-reported",
        Event::PoliceChased { .. } => "police-chased",
        Event::Contacted { .. } => "contacted",
        Event::ContactObserved { .. } => "contact-observed",
        Event::RemovalRequested { .. } => "removal-requested",
        Event::ExhibitScanned { .. } => "exhibit-scanned",
        Event::ExhibitMailed(_) => "exhibit-mailed",
        Event::LinkWitnessed(_) => "link-witnessed",
        Event::ExhibitFoundDamaged { .. } => "exhibit-found-damaged",
        Event::ExhibitFoundWhole { .. } => "exhibit-found-whole",
        Event::Corroborated { .. } => "corroborated",
        Event::CorroborationWithdrawn { .. } => "corroboration-withdrawn",
        Event::ExhibitReleased { .. } => "exhibit-released",
        Event::ExhibitRedacted(_) => "exhibit-redacted",
        Event::RemovalObserved { .. } => "removal-observed",
        Event::InjuryHandedOver { .. } => "injury-handed-over",
        Event::FollowedUp { .. } => "followed-up",
        Event::Waived { .. } => "waived",
        Event::Closed { .. } => "closed",
        Event::Learned { .. } => "learned",
        Event::Reopened { .. } => "reopened",
        Event::ReportJoined { .. } => "report-joined",
        Event::JoinedInto { .. } => "joined-into",
        Event::Viewed { .. } => "viewed",
        Event::Exported { .. } => "exported",
    }
}

/// One event a line, exactly as it is sealed.
fn lines() -> String {
    let lines: Vec<String> = one_of_each()
        .iter()
        .map(|event| serde_json::to_string(event).unwrap())
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

#[test]
fn the_json_of_every_event_is_as_it_always_was() {
    let now = lines();
    if std::env::var_os("VAERN_UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &now).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    for (golden, now) in golden.lines().zip(now.lines()) {
        assert_eq!(golden, now);
    }
    assert!(golden == now, "events.golden.json has other events than the code");
}

#[test]
fn what_was_sealed_once_is_read_back_as_it_was() {
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    let events: Vec<Event> = serde_json::from_str(&golden).unwrap();
    assert_eq!(events, one_of_each());
}

#[test]
fn every_variant_is_there_under_its_stable_name() {
    let all = one_of_each();
    all.iter()
        .for_each(|event| assert_eq!(event.name(), is_known(event)));
    let names: std::collections::BTreeSet<String> = all.iter().map(Event::name).collect();
    assert_eq!(names.len(), 49);
}
