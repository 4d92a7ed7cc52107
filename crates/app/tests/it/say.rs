//! Complete commands, so that a test changes only what it is about.

use domain::case::*;
use domain::vocabulary::{DutyKind, Medium, Outcome};

pub fn receive() -> Command {
    Command::Receive {}
}

pub fn triage() -> Command {
    let none = String::new;
    let (at_work, on_the_way, at_home) = (none(), none(), none());
    Command::Triage {
        danger: Danger::None,
        emergency_called: false,
        at_work,
        on_the_way,
        at_home,
    }
}

pub fn care(talk: &str) -> Command {
    let (wishes, with) = ("ro på".into(), "Anders".into());
    Command::Care {
        talked_at: None,
        talk: talk.into(),
        psychologist_offered: true,
        wishes,
        with,
    }
}

pub fn register(title: &str) -> Command {
    Command::Register(Register {
        title: title.into(),
        targets: vec!["p10".into()],
        episode_at: "2026-10-12T18:00:00+02:00".parse().unwrap(),
        medium: Medium::SocialMedia,
        form: Form::Smear,
        course: "Tre opslag".into(),
        originator: String::new(),
        certainty: Certainty::Unknown,
        under_15: false,
        relation: String::new(),
        severity: Severity::Moderate,
        measures: String::new(),
        absence_from: None,
        treatment: false,
    })
}

pub fn review(outcome: Outcome, conclusion: &str) -> Command {
    let grounds = Grounds {
        said: "At hun lyver".into(),
        about: "En medarbejder".into(),
        aim: Aim::Person,
        truth: Truth::Untrue,
        threat: Threat::None,
        repetition: String::new(),
        reach: String::new(),
        counter_argument: "Kritik er fri".into(),
        conclusion: conclusion.into(),
    };
    let contact = ContactAdvice {
        may: MayContact::Yes,
        by: String::new(),
        how: String::new(),
        reason: String::new(),
    };
    Command::Review {
        grounds,
        outcome,
        contact,
        without_exhibits: None,
    }
}

pub fn no_police(reason: &str) -> Command {
    let decision = PoliceDecision::DoNotReport;
    Command::DecidePolice {
        decision,
        target_heard: true,
        wish: String::new(),
        reason: reason.into(),
    }
}

pub fn contact(letter: &str) -> Command {
    Command::Contact(Contact {
        statements: Vec::new(),
        purposes: vec![Purpose::Substance, Purpose::Boundary],
        channel: Channel::Letter,
        at: None,
        letter: letter.into(),
        note: String::new(),
        complaint_routes_explained: true,
        demand: "Hør op".into(),
        stop_by: Some("2026-12-01".parse().unwrap()),
        through_guardian: false,
    })
}

pub fn observe_contact() -> Command {
    Command::ObserveContact {
        result: ContactResult::Stopped,
        note: String::new(),
    }
}

pub fn request_removal() -> Command {
    Command::RequestRemoval {
        statements: Vec::new(),
        to: "Facebook".into(),
        what: "Opslaget".into(),
    }
}

pub fn observe_removal() -> Command {
    Command::ObserveRemoval {
        result: RemovalResult::Removed,
        note: String::new(),
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
        reason: "Aftalt".into(),
    }
}

pub fn supplement(text: &str) -> Command {
    Command::Supplement { text: text.into() }
}

pub fn note_legal(text: &str) -> Command {
    Command::NoteLegal { text: text.into() }
}

pub fn close() -> Command {
    let (outcome, learning) = ("Ophørt".into(), "Sig det før".into());
    Command::Close {
        outcome,
        learning,
        told_target: true,
        told_reporter: true,
    }
}

pub fn join(into: &str) -> Command {
    Command::Join { into: into.into() }
}
