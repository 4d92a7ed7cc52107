//! What can happen in a case: one variant for each kind of journal entry.
//!
//! The JSON of an event is what the journal seals and what an export carries, so a variant's name and fields are a
//! format: add optional fields, never rename.

use super::capture::Capture;
use super::damage::Damage;
use super::mailed::Mailed;
use super::redaction::Redacted;
use super::scan::Verdict;
use super::statement::Marked;
use super::witnessed::Witnessed;
use crate::access::Relation;
use crate::ids::{BlobId, CaseNumber, PersonId, ReportId, UnitId};
use crate::vocabulary::{Compartment, DutyKind, Medium, Outcome, words};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words!(
    /// Why a case moved on to somebody else.
    PassOverReason {
        /// The case is about this person, or the reporter asked that they do not have it.
        Concerned = "concerned",
        /// Away, or no longer in the organisation.
        Absent = "absent",
        /// Did not take the case in time.
        Silent = "silent",
    }
);

words!(
    /// How a file reached us.
    Arrival {
        Uploaded = "uploaded",
        Pasted = "pasted",
        Api = "api",
        /// By e-mail: the letter itself, or what lay in it.
        Email = "email",
        JoinedCase = "joined-case",
        /// Captured by our extension in the employee's own browser.
        Extension = "extension",
        /// Captured by the server itself.
        Server = "server",
    }
);

words!(
    /// What the danger triage found.
    Danger {
        None = "none",
        Possible = "possible",
        Acute = "acute",
    }
);

words!(
    /// One severity scale for digital and physical incidents alike.
    Severity {
        Minor = "minor",
        Moderate = "moderate",
        Serious = "serious",
        Critical = "critical",
    }
);

words!(
    /// The form the harassment takes.
    Form {
        Threat = "threat",
        Smear = "smear",
        UnwantedContact = "unwanted-contact",
        Stalking = "stalking",
        Filming = "filming",
        Doxxing = "doxxing",
        FakeProfile = "fake-profile",
        Other = "other",
    }
);

words!(
    /// How sure we are of who the originator is.
    Certainty {
        Known = "known",
        Presumed = "presumed",
        Unknown = "unknown",
    }
);

words!(
    /// At whom or what a statement is aimed.
    Aim {
        Authority = "authority",
        Person = "person",
        Both = "both",
    }
);

words!(
    /// What kind of claim it is.
    Truth {
        True = "true",
        Untrue = "untrue",
        Opinion = "opinion",
        Unclear = "unclear",
    }
);

words!(
    /// Whether it threatens.
    Threat {
        None = "none",
        Veiled = "veiled",
        Direct = "direct",
    }
);

words!(
    /// Whether the originator may be contacted.
    MayContact {
        Yes = "yes",
        /// Under 15: only through the holder of parental authority.
        ThroughGuardian = "through-guardian",
        /// Stalking, illness, or the police asked to wait.
        No = "no",
    }
);

words!(
    /// The two purposes of contact with the originator.
    Purpose {
        /// Clear up what lies behind, and explain the complaint routes.
        Substance = "substance",
        /// This is unacceptable and must stop.
        Boundary = "boundary",
    }
);

words!(
    /// How the contact was made.
    Channel {
        Letter = "letter",
        DigitalPost = "digital-post",
        Phone = "phone",
        Meeting = "meeting",
        Email = "email",
    }
);

words!(
    /// What came of a demand to stop.
    ContactResult {
        Stopped = "stopped",
        Continued = "continued",
        NoAnswer = "no-answer",
        ClearedUp = "cleared-up",
    }
);

words!(
    /// What came of a removal request.
    RemovalResult {
        Removed = "removed",
        Refused = "refused",
        NoAnswer = "no-answer",
        GoneByItself = "gone-by-itself",
    }
);

words!(
    /// Whether the workplace reports to the police.
    PoliceDecision {
        Report = "report",
        DoNotReport = "do-not-report",
    }
);

words!(
    /// What a viewing showed.
    Viewing {
        Status = "status",
        Case = "case",
        Matter = "matter",
        Care = "care",
        Police = "police",
        Journal = "journal",
        Exhibit = "exhibit",
        /// A redacted copy of an exhibit.
        RedactedCopy = "redacted-copy",
        AccessLog = "access-log",
    }
);

/// The lawyer's structured grounds. All text is free text of at most [`super::field::LONG`] characters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Grounds {
    /// What is said, in neutral words.
    pub said: String,
    /// About whom or what.
    pub about: String,
    pub aim: Aim,
    pub truth: Truth,
    pub threat: Threat,
    /// How often, since when.
    #[serde(default)]
    pub repetition: String,
    /// How many could see it.
    #[serde(default)]
    pub reach: String,
    /// The best argument for free speech; always demanded.
    pub counter_argument: String,
    /// Why the outcome is what it is.
    pub conclusion: String,
}

/// May the originator be contacted, by whom, how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContactAdvice {
    pub may: MayContact,
    /// By whom, in words ("leder", "skoleleder sammen med klasselærer").
    #[serde(default)]
    pub by: String,
    /// How: letter, meeting with two present …
    #[serde(default)]
    pub how: String,
    /// The reason; demanded when the answer is not `yes`. In the journal it is [`Event::AdviceReasoned`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// One sealed original.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exhibit {
    pub number: u32,
    /// The name as the sender's device gave it, cleaned of path and control characters.
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
    /// Lower-case hexadecimal SHA-256 of the bytes as they came.
    pub sha256: String,
    /// Whether the sender's device had computed the same hash before sending.
    pub hashed_by_sender: bool,
    pub arrival: Arrival,
    pub blob: BlobId,
    /// A person's id, or `system` where the server captured it itself.
    pub sent_by: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportId>,
    /// Where and when the sender says it was seen: recorded, not trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// What the browser that captured it says of the page: recorded, not trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<Capture>,
}

/// The facts of one report; the teller's own words are a [`Event::Told`] entry in the Care drawer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportFacts {
    pub report: ReportId,
    pub reporter: PersonId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<PersonId>,
    pub acute: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<Medium>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originator: Option<String>,
}

/// The formal registration, without health and without what protects the employee: absence and measures are entries of
/// their own in Care.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Registration {
    pub title: String,
    pub targets: Vec<PersonId>,
    /// When the episode happened (the last one, if several); the law's 72 hours run from here.
    pub episode_at: Timestamp,
    pub medium: Medium,
    pub form: Form,
    pub course: String,
    pub originator: String,
    pub certainty: Certainty,
    /// The originator is known to be under 15.
    #[serde(default)]
    pub under_15: bool,
    /// The originator's relation to the workplace.
    pub relation: String,
    pub severity: Severity,
}

/// One journal entry's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Event {
    CaseOpened {
        number: CaseNumber,
        unit: UnitId,
        owner: PersonId,
        superior: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        legal: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hr: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        communication: Option<PersonId>,
        /// The version of the procedure that this case keeps.
        procedure: String,
    },
    ReportMade(ReportFacts),
    /// The teller's own words.
    Told {
        report: ReportId,
        text: String,
    },
    Supplemented {
        text: String,
    },
    ExhibitSealed(Exhibit),
    /// What the malware scanner said; `found` is its name for what it found, or why it could not be asked.
    ExhibitScanned {
        exhibit: u32,
        verdict: Verdict,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        found: String,
        /// The scanner and its database, as it names them.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        scanner: String,
    },
    /// What is known of an exhibit that came by e-mail.
    ExhibitMailed(Box<Mailed>),
    /// The server has looked at a link itself.
    LinkWitnessed(Box<Witnessed>),
    /// The scheduled check found that what is kept of an exhibit is not the file that came.
    ExhibitFoundDamaged {
        exhibit: u32,
        what: Damage,
    },
    /// A later check found that it is the file that came after all, or again: the damage said before is taken back.
    ExhibitFoundWhole {
        exhibit: u32,
    },
    /// Somebody states that two exhibits, sent by two people, show the same thing.
    Corroborated {
        exhibit: u32,
        with: u32,
        note: String,
    },
    CorroborationWithdrawn {
        exhibit: u32,
        with: u32,
        reason: String,
    },
    /// Somebody else may take an infected exhibit for a while.
    ExhibitReleased {
        exhibit: u32,
        reason: String,
    },
    /// A copy of an exhibit was made with something covered.
    ExhibitRedacted(Box<Redacted>),
    /// `from` is passed over; `to` owns the case from here, `superior` is above them.
    PassedOver {
        from: PersonId,
        to: PersonId,
        superior: PersonId,
        reason: PassOverReason,
    },
    Received {},
    LegalAssigned {
        person: PersonId,
    },
    Delegated {
        duty: DutyKind,
        person: PersonId,
        #[serde(default)]
        reason: String,
    },
    HelperInvited {
        person: PersonId,
        drawers: Vec<Compartment>,
        until: Timestamp,
        reason: String,
    },
    Triaged {
        danger: Danger,
        emergency_called: bool,
        at_work: String,
        on_the_way: String,
        at_home: String,
    },
    CareGiven {
        talked_at: Timestamp,
        talk: String,
        psychologist_offered: bool,
        wishes: String,
        with: String,
    },
    Registered(Registration),
    AbsenceRecorded {
        from: Date,
        treatment: bool,
        note: String,
    },
    Assessed {
        grounds: Grounds,
        outcome: Outcome,
        contact: ContactAdvice,
        /// Why it was assessed without exhibits, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        without_exhibits: Option<String>,
    },
    /// Why the originator may not, or only so, be contacted: illness, stalking, the police asked to wait. Not for the
    /// originator's eyes, so not in Matter.
    AdviceReasoned {
        reason: String,
    },
    /// What was done to protect the employee.
    MeasuresNoted {
        measures: String,
    },
    StatementMarked(Marked),
    StatementCorrected {
        statement: u32,
        text: String,
        author: String,
        said_at: String,
    },
    StatementAssessed {
        statement: u32,
        outcome: Outcome,
        reason: String,
    },
    StatementAssessmentUndone {
        statement: u32,
    },
    /// It is no statement after all: a line that was read twice, say.
    StatementWithdrawn {
        statement: u32,
        reason: String,
    },
    /// Lawyer-only working note inside Matter.
    LegalNoted {
        text: String,
    },
    PoliceDecided {
        decision: PoliceDecision,
        target_heard: bool,
        wish: String,
        reason: String,
    },
    PoliceReported {
        at: Timestamp,
        reference: String,
        /// The statements that are reported.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        statements: Vec<u32>,
    },
    /// `concluded`: the police have ended the matter, nothing more to chase.
    PoliceChased {
        at: Timestamp,
        answer: String,
        concluded: bool,
    },
    Contacted {
        purposes: Vec<Purpose>,
        channel: Channel,
        at: Timestamp,
        letter: String,
        note: String,
        complaint_routes_explained: bool,
        /// What must stop (boundary only).
        demand: String,
        /// By when (boundary only).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stop_by: Option<Date>,
        through_guardian: bool,
        /// The statements that it is about.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        statements: Vec<u32>,
    },
    ContactObserved {
        result: ContactResult,
        note: String,
    },
    RemovalRequested {
        to: String,
        what: String,
        at: Timestamp,
        /// The statements that are to go.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        statements: Vec<u32>,
    },
    RemovalObserved {
        result: RemovalResult,
        note: String,
    },
    InjuryHandedOver {
        at: Timestamp,
        reference: String,
    },
    FollowedUp {
        week: u8,
        talk: String,
        wishes: String,
    },
    Waived {
        duty: DutyKind,
        reason: String,
    },
    Closed {
        outcome: String,
    },
    /// What the workplace learned, and that target and reporter were told.
    Learned {
        learning: String,
        told_target: bool,
        told_reporter: bool,
    },
    Reopened {
        reason: String,
    },
    /// A report that first stood alone was joined to this case.
    ReportJoined {
        from: CaseNumber,
    },
    /// This case lives on in another.
    JoinedInto {
        into: CaseNumber,
    },
    Viewed {
        what: Viewing,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exhibit: Option<u32>,
        relation: Relation,
    },
    Exported {
        drawer: Compartment,
        by: String,
    },
}

impl Event {
    /// The one drawer in which this entry lies.
    pub fn compartment(&self) -> Compartment {
        match self {
            Self::Told { .. }
            | Self::Supplemented { .. }
            | Self::PassedOver { .. }
            | Self::HelperInvited { .. }
            | Self::Triaged { .. }
            | Self::CareGiven { .. }
            | Self::AbsenceRecorded { .. }
            | Self::MeasuresNoted { .. }
            | Self::InjuryHandedOver { .. }
            | Self::FollowedUp { .. }
            | Self::Learned { .. }
            | Self::Viewed { .. }
            | Self::Exported { .. } => Compartment::Care,
            Self::AdviceReasoned { .. }
            | Self::PoliceDecided { .. }
            | Self::PoliceReported { .. }
            | Self::PoliceChased { .. } => Compartment::Police,
            Self::Waived { duty, .. } | Self::Delegated { duty, .. } => duty.compartment(),
            _ => Compartment::Matter,
        }
    }

    /// Lawyer-only working notes: inside Matter, but neither shown to others nor exported.
    pub fn is_legal_note(&self) -> bool {
        matches!(self, Self::LegalNoted { .. })
    }

    /// Whether the entry records somebody's looking, not something done in the case.
    pub fn is_reading(&self) -> bool {
        matches!(self, Self::Viewed { .. } | Self::Exported { .. })
    }

    /// The entry's stable name, as in its JSON.
    pub fn name(&self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|value| value["type"].as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}
