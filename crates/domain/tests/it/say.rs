//! Commands as people of Fjordby would give them: each complete, so that a test changes only what it is about.

use crate::harness::{Given, IDA, LARS, VIBEKE, at};
use domain::case::*;
use domain::vocabulary::{Compartment, DutyKind, Medium, Outcome};
use jiff::civil::Date;

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn receive() -> Command {
    Command::Receive {}
}

pub fn triage(danger: Danger) -> Command {
    let (on_the_way, at_home) = (String::new(), String::new());
    Command::Triage {
        danger,
        emergency_called: false,
        at_work: "Følges til bilen".into(),
        on_the_way,
        at_home,
    }
}

pub fn care() -> Command {
    Command::Care {
        talked_at: None,
        talk: "Talt sammen en time".into(),
        psychologist_offered: true,
        wishes: "Ikke alene i vagten".into(),
        with: "Anders Bøgh".into(),
    }
}

pub fn register() -> Command {
    register_with(|_| {})
}

pub fn register_with(change: impl FnOnce(&mut Register)) -> Command {
    let mut command = Register {
        title: "Opslag i borgergruppe".into(),
        targets: vec!["p10".into()],
        episode_at: at("2026-10-11 20:00"),
        medium: Medium::SocialMedia,
        form: Form::Smear,
        course: "Tre opslag på en aften".into(),
        originator: "Jan P.".into(),
        certainty: Certainty::Presumed,
        under_15: false,
        relation: "borger med en sag".into(),
        severity: Severity::Moderate,
        measures: String::new(),
        absence_from: None,
        treatment: false,
    };
    change(&mut command);
    Command::Register(command)
}

pub fn grounds() -> Grounds {
    Grounds {
        said: "At hun stjæler børn".into(),
        about: "Mette Ravn".into(),
        aim: Aim::Person,
        truth: Truth::Untrue,
        threat: Threat::None,
        repetition: "Tre gange".into(),
        reach: "2.000 medlemmer".into(),
        counter_argument: "Vide rammer for kritik af myndigheder".into(),
        conclusion: "Grov beskyldning mod en person".into(),
    }
}

pub fn advice(may: MayContact) -> ContactAdvice {
    ContactAdvice {
        may,
        by: "leder".into(),
        how: "brev".into(),
        reason: if may == MayContact::Yes {
            String::new()
        } else {
            "Vurderet konkret".into()
        },
    }
}

pub fn review(outcome: Outcome) -> Command {
    review_with(outcome, MayContact::Yes, None)
}

pub fn review_with(outcome: Outcome, may: MayContact, without_exhibits: Option<&str>) -> Command {
    let without_exhibits = without_exhibits.map(Into::into);
    Command::Review {
        grounds: grounds(),
        outcome,
        contact: advice(may),
        without_exhibits,
    }
}

pub fn decide_police(decision: PoliceDecision) -> Command {
    Command::DecidePolice {
        decision,
        target_heard: true,
        wish: "Ønsker det".into(),
        reason: "Enlig ytring".into(),
    }
}

pub fn report_police() -> Command {
    Command::ReportPolice {
        at: None,
        reference: "J.nr. 1234".into(),
        statements: Vec::new(),
    }
}

pub fn chase_police(concluded: bool) -> Command {
    Command::ChasePolice {
        answer: "Under efterforskning".into(),
        concluded,
    }
}

pub fn contact(purposes: &[Purpose]) -> Command {
    contact_with(purposes, |_| {})
}

pub fn contact_with(purposes: &[Purpose], change: impl FnOnce(&mut Contact)) -> Command {
    let boundary = purposes.contains(&Purpose::Boundary);
    let mut command = Contact {
        purposes: purposes.to_vec(),
        channel: Channel::Letter,
        at: None,
        letter: "Kære borger".into(),
        note: String::new(),
        complaint_routes_explained: true,
        demand: if boundary {
            "Opslagene skal høre op".into()
        } else {
            String::new()
        },
        stop_by: boundary.then(|| day("2026-12-18")),
        through_guardian: false,
        statements: Vec::new(),
    };
    change(&mut command);
    Command::Contact(command)
}

pub fn observe_contact() -> Command {
    Command::ObserveContact {
        result: ContactResult::Stopped,
        note: "Intet nyt siden".into(),
    }
}

pub fn request_removal() -> Command {
    Command::RequestRemoval {
        to: "Facebook".into(),
        what: "Opslaget".into(),
        statements: Vec::new(),
    }
}

pub fn observe_removal() -> Command {
    Command::ObserveRemoval {
        result: RemovalResult::Removed,
        note: String::new(),
    }
}

pub fn absence(from: &str) -> Command {
    Command::RecordAbsence {
        from: day(from),
        treatment: false,
        note: "Sygemeldt".into(),
    }
}

pub fn hand_over_injury() -> Command {
    Command::HandOverInjury {
        reference: "EASY 77".into(),
    }
}

pub fn follow_up(week: u8) -> Command {
    Command::FollowUp {
        week,
        talk: "Det går bedre".into(),
        wishes: String::new(),
    }
}

pub fn waive(duty: DutyKind) -> Command {
    Command::Waive {
        duty,
        reason: "Afsenderen er død".into(),
    }
}

pub fn delegate(duty: DutyKind, person: &str) -> Command {
    Command::Delegate {
        duty,
        person: person.into(),
        reason: "Kender sagen".into(),
    }
}

pub fn assign_legal(person: &str) -> Command {
    Command::AssignLegal {
        person: person.into(),
    }
}

pub fn invite(person: &str, drawers: &[Compartment], until: &str) -> Command {
    let (person, until) = (person.into(), day(until));
    Command::Invite {
        person,
        drawers: drawers.to_vec(),
        until,
        reason: "Bisidder".into(),
    }
}

pub fn pass_over(reason: PassOverReason) -> Command {
    Command::PassOver { reason }
}

pub fn note_legal() -> Command {
    Command::NoteLegal {
        text: "Svag sag efter § 267".into(),
    }
}

pub fn said(text: &str) -> Said {
    Said {
        text: text.into(),
        author: "Bent L.".into(),
        said_at: "2 t.".into(),
        ..Said::default()
    }
}

/// As many statements in exhibit 1 as there are texts.
pub fn mark(texts: &[&str]) -> Command {
    Command::MarkStatements {
        exhibit: 1,
        statements: texts.iter().map(|text| said(text)).collect(),
    }
}

pub fn mark_one(text: &str) -> Command {
    Command::MarkStatement {
        exhibit: 1,
        text: text.into(),
        author: String::new(),
        said_at: String::new(),
        region: Some(Region {
            x: 0,
            y: 500_000,
            w: 1_000_000,
            h: 20_000,
        }),
        line: Some(7),
    }
}

pub fn correct(statement: u32, text: &str) -> Command {
    Command::CorrectStatement {
        statement,
        text: text.into(),
        author: "Bent L.".into(),
        said_at: "2 t.".into(),
    }
}

pub fn assess(statement: u32, outcome: Outcome) -> Command {
    Command::AssessStatement {
        statement,
        outcome,
        reason: "Går på personen".into(),
    }
}

pub fn undo(statement: u32) -> Command {
    Command::UndoStatementAssessment { statement }
}

pub fn withdraw(statement: u32) -> Command {
    Command::WithdrawStatement {
        statement,
        reason: "Læst to gange".into(),
    }
}

pub fn supplement() -> Command {
    Command::Supplement {
        text: "Der er kommet et til".into(),
    }
}

pub fn close() -> Command {
    let (outcome, learning) = ("Ophørt".into(), "Sidens regler er gjort tydelige".into());
    Command::Close {
        outcome,
        learning,
        told_target: true,
        told_reporter: true,
    }
}

pub fn reopen() -> Command {
    Command::Reopen {
        reason: "Det er begyndt igen".into(),
    }
}

pub fn join(into: &str) -> Command {
    Command::Join { into: into.into() }
}

impl Given {
    /// What the manager does in the first hour; the lawyer has assessed, and the police decision is not to report.
    #[must_use]
    pub fn handled(self, outcome: Outcome) -> Self {
        self.after(VIBEKE, receive())
            .after(VIBEKE, triage(Danger::None))
            .after(VIBEKE, care())
            .after(VIBEKE, register())
            .after(LARS, decide_police(PoliceDecision::DoNotReport))
            .after(IDA, review(outcome))
    }

    /// A lawful case that can be closed: everything else is done or set aside.
    #[must_use]
    pub fn ready_to_close(self) -> Self {
        self.handled(Outcome::LawfulCriticism)
            .after(VIBEKE, contact(&[Purpose::Substance]))
            .after(VIBEKE, follow_up(1))
            .after(LARS, waive(DutyKind::FollowUp4))
            .after(LARS, waive(DutyKind::FollowUp12))
    }
}
