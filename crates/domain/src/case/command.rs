//! What somebody may ask for: the one list of commands, the same for page, API, jobs and command line.

use super::event::*;
use super::statement::{Region, Said};
use crate::vocabulary::{Compartment, DutyKind, Medium, Outcome, words};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A command on an existing case, as JSON `{"type": "receive", …}`. People are named by e-mail or id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Command {
    /// Take the case; the reporter sees who has it.
    Receive {},
    /// Pass the case on from its present owner.
    PassOver {
        reason: PassOverReason,
    },
    /// Hand one duty to somebody else.
    Delegate {
        duty: DutyKind,
        person: String,
        #[serde(default)]
        reason: String,
    },
    /// Make somebody the case's legal adviser.
    AssignLegal {
        person: String,
    },
    /// Give a helper (AMR, TR, colleague) sight of some drawers until a date.
    Invite {
        person: String,
        drawers: Vec<Compartment>,
        #[schema(value_type = String, format = Date)]
        until: Date,
        #[serde(default)]
        reason: String,
    },
    Triage {
        danger: Danger,
        #[serde(default)]
        emergency_called: bool,
        #[serde(default)]
        at_work: String,
        #[serde(default)]
        on_the_way: String,
        #[serde(default)]
        at_home: String,
    },
    Care {
        #[schema(value_type = Option<String>, format = DateTime)]
        #[serde(default)]
        talked_at: Option<Timestamp>,
        talk: String,
        #[serde(default)]
        psychologist_offered: bool,
        #[serde(default)]
        wishes: String,
        #[serde(default)]
        with: String,
    },
    Register(Register),
    RecordAbsence {
        #[schema(value_type = String, format = Date)]
        from: Date,
        #[serde(default)]
        treatment: bool,
        #[serde(default)]
        note: String,
    },
    Review {
        grounds: Grounds,
        outcome: Outcome,
        contact: ContactAdvice,
        #[serde(default)]
        without_exhibits: Option<String>,
    },
    NoteLegal {
        text: String,
    },
    /// Mark one utterance in an exhibit as a statement.
    MarkStatement {
        exhibit: u32,
        text: String,
        #[serde(default)]
        author: String,
        #[serde(default)]
        said_at: String,
        #[serde(default)]
        region: Option<Region>,
        #[serde(default)]
        line: Option<u32>,
    },
    /// Mark many statements in one exhibit, at most 500.
    MarkStatements {
        exhibit: u32,
        statements: Vec<Said>,
    },
    CorrectStatement {
        statement: u32,
        text: String,
        #[serde(default)]
        author: String,
        #[serde(default)]
        said_at: String,
    },
    AssessStatement {
        statement: u32,
        outcome: Outcome,
        reason: String,
    },
    UndoStatementAssessment {
        statement: u32,
    },
    WithdrawStatement {
        statement: u32,
        reason: String,
    },
    DecidePolice {
        decision: PoliceDecision,
        #[serde(default)]
        target_heard: bool,
        #[serde(default)]
        wish: String,
        #[serde(default)]
        reason: String,
    },
    ReportPolice {
        #[schema(value_type = Option<String>, format = DateTime)]
        #[serde(default)]
        at: Option<Timestamp>,
        reference: String,
        /// The statements that are reported.
        #[serde(default)]
        statements: Vec<u32>,
    },
    ChasePolice {
        answer: String,
        #[serde(default)]
        concluded: bool,
    },
    Contact(Contact),
    ObserveContact {
        result: ContactResult,
        #[serde(default)]
        note: String,
    },
    RequestRemoval {
        to: String,
        what: String,
        /// The statements that are to go; each assessed to cross the line.
        #[serde(default)]
        statements: Vec<u32>,
    },
    ObserveRemoval {
        result: RemovalResult,
        #[serde(default)]
        note: String,
    },
    HandOverInjury {
        reference: String,
    },
    FollowUp {
        week: u8,
        talk: String,
        #[serde(default)]
        wishes: String,
    },
    Waive {
        duty: DutyKind,
        reason: String,
    },
    Supplement {
        text: String,
    },
    Close {
        outcome: String,
        learning: String,
        #[serde(default)]
        told_target: bool,
        #[serde(default)]
        told_reporter: bool,
    },
    Reopen {
        reason: String,
    },
    /// State that two exhibits, sent by two people, show the same thing.
    Corroborate {
        exhibit: u32,
        with: u32,
        note: String,
    },
    WithdrawCorroboration {
        exhibit: u32,
        with: u32,
        reason: String,
    },
    /// Let somebody else take an infected exhibit for 24 hours.
    ReleaseExhibit {
        exhibit: u32,
        reason: String,
    },
    /// Join this case's report to another case; this one ends there.
    Join {
        into: String,
    },
}

/// The formal registration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Register {
    pub title: String,
    /// E-mails or ids of those it is aimed at; may stay empty for a whole unit.
    #[serde(default)]
    pub targets: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    pub episode_at: Timestamp,
    pub medium: Medium,
    pub form: Form,
    pub course: String,
    #[serde(default)]
    pub originator: String,
    pub certainty: Certainty,
    #[serde(default)]
    pub under_15: bool,
    #[serde(default)]
    pub relation: String,
    pub severity: Severity,
    #[serde(default)]
    pub measures: String,
    /// First day of absence, if there is any.
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(default)]
    pub absence_from: Option<Date>,
    #[serde(default)]
    pub treatment: bool,
}

/// One contact with the originator, for one or both purposes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    pub purposes: Vec<Purpose>,
    pub channel: Channel,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default)]
    pub at: Option<Timestamp>,
    #[serde(default)]
    pub letter: String,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub complaint_routes_explained: bool,
    #[serde(default)]
    pub demand: String,
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(default)]
    pub stop_by: Option<Date>,
    #[serde(default)]
    pub through_guardian: bool,
    /// The statements that it is about; each assessed to cross the line where something is to stop.
    #[serde(default)]
    pub statements: Vec<u32>,
}

words!(
    /// The commands by name, for the permission table and the pages. `add-exhibits` comes with files and
    /// `redact` with a picture to draw on, each by a door of its own.
    CommandKind {
        Receive = "receive",
        PassOver = "pass-over",
        Delegate = "delegate",
        AssignLegal = "assign-legal",
        Invite = "invite",
        Triage = "triage",
        Care = "care",
        Register = "register",
        RecordAbsence = "record-absence",
        Review = "review",
        NoteLegal = "note-legal",
        MarkStatement = "mark-statement",
        MarkStatements = "mark-statements",
        CorrectStatement = "correct-statement",
        AssessStatement = "assess-statement",
        UndoStatementAssessment = "undo-statement-assessment",
        WithdrawStatement = "withdraw-statement",
        DecidePolice = "decide-police",
        ReportPolice = "report-police",
        ChasePolice = "chase-police",
        Contact = "contact",
        ObserveContact = "observe-contact",
        RequestRemoval = "request-removal",
        ObserveRemoval = "observe-removal",
        HandOverInjury = "hand-over-injury",
        FollowUp = "follow-up",
        Waive = "waive",
        Supplement = "supplement",
        Close = "close",
        Reopen = "reopen",
        Corroborate = "corroborate",
        WithdrawCorroboration = "withdraw-corroboration",
        ReleaseExhibit = "release-exhibit",
        Join = "join",
        AddExhibits = "add-exhibits",
        Redact = "redact",
    }
);

impl Command {
    /// Which command this is.
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::Receive {} => CommandKind::Receive,
            Self::PassOver { .. } => CommandKind::PassOver,
            Self::Delegate { .. } => CommandKind::Delegate,
            Self::AssignLegal { .. } => CommandKind::AssignLegal,
            Self::Invite { .. } => CommandKind::Invite,
            Self::Triage { .. } => CommandKind::Triage,
            Self::Care { .. } => CommandKind::Care,
            Self::Register(_) => CommandKind::Register,
            Self::RecordAbsence { .. } => CommandKind::RecordAbsence,
            Self::Review { .. } => CommandKind::Review,
            Self::NoteLegal { .. } => CommandKind::NoteLegal,
            Self::MarkStatement { .. } => CommandKind::MarkStatement,
            Self::MarkStatements { .. } => CommandKind::MarkStatements,
            Self::CorrectStatement { .. } => CommandKind::CorrectStatement,
            Self::AssessStatement { .. } => CommandKind::AssessStatement,
            Self::UndoStatementAssessment { .. } => CommandKind::UndoStatementAssessment,
            Self::WithdrawStatement { .. } => CommandKind::WithdrawStatement,
            Self::DecidePolice { .. } => CommandKind::DecidePolice,
            Self::ReportPolice { .. } => CommandKind::ReportPolice,
            Self::ChasePolice { .. } => CommandKind::ChasePolice,
            Self::Contact(_) => CommandKind::Contact,
            Self::ObserveContact { .. } => CommandKind::ObserveContact,
            Self::RequestRemoval { .. } => CommandKind::RequestRemoval,
            Self::ObserveRemoval { .. } => CommandKind::ObserveRemoval,
            Self::HandOverInjury { .. } => CommandKind::HandOverInjury,
            Self::FollowUp { .. } => CommandKind::FollowUp,
            Self::Waive { .. } => CommandKind::Waive,
            Self::Supplement { .. } => CommandKind::Supplement,
            Self::Close { .. } => CommandKind::Close,
            Self::Reopen { .. } => CommandKind::Reopen,
            Self::Corroborate { .. } => CommandKind::Corroborate,
            Self::WithdrawCorroboration { .. } => CommandKind::WithdrawCorroboration,
            Self::ReleaseExhibit { .. } => CommandKind::ReleaseExhibit,
            Self::Join { .. } => CommandKind::Join,
        }
    }
}

impl CommandKind {
    /// Whether the command is about a single statement, or marks some: given on the page of statements.
    pub fn is_of_statements(self) -> bool {
        matches!(
            self,
            Self::MarkStatement
                | Self::MarkStatements
                | Self::CorrectStatement
                | Self::AssessStatement
                | Self::UndoStatementAssessment
                | Self::WithdrawStatement
        )
    }

    /// The duty that this command is there to do, if it is one.
    pub fn duty(self) -> Option<DutyKind> {
        Some(match self {
            Self::Receive => DutyKind::Receive,
            Self::Triage => DutyKind::Triage,
            Self::Care => DutyKind::Care,
            Self::Register => DutyKind::Register,
            Self::Review => DutyKind::Review,
            Self::DecidePolice | Self::ReportPolice => DutyKind::Police,
            Self::ChasePolice => DutyKind::ChasePolice,
            Self::Contact => DutyKind::ContactSubstance,
            Self::ObserveContact => DutyKind::ContactBoundary,
            Self::RequestRemoval | Self::ObserveRemoval => DutyKind::Removal,
            Self::HandOverInjury => DutyKind::Injury,
            Self::FollowUp => DutyKind::FollowUp1,
            Self::Close => DutyKind::Close,
            _ => return None,
        })
    }
}
