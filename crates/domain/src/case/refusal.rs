//! Why a command is refused: one variant for each reason, with a stable code that other systems may rely on.

use crate::vocabulary::DutyKind;

/// A refused command. Nothing has happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A field that can't be accepted; `problem` is a stable code (`required`, `too-long`, `in-the-future` …).
    #[error("field {field}: {problem}")]
    Invalid { field: String, problem: &'static str },
    #[error("the duty {0} is already done")]
    AlreadyDone(DutyKind),
    #[error("the duty {0} has been waived")]
    AlreadyWaived(DutyKind),
    #[error("the duty {0} is not owed in this case")]
    NotOwed(DutyKind),
    #[error("the duty {0} can't be waived by this person")]
    NotWaivable(DutyKind),
    #[error("duties are still open")]
    DutiesOpen(Vec<DutyKind>),
    #[error("the legal review is missing")]
    ReviewMissing,
    #[error("the reviewer said not to contact the originator")]
    DoNotContact,
    #[error("the originator is under 15: contact goes through the guardian")]
    GuardianOnly,
    #[error("what is lawful is never told to stop")]
    LawfulSpeech,
    #[error("a review needs exhibits, or a stated lack of them")]
    NoExhibits,
    #[error("nothing to observe yet: no such contact or request has been made")]
    NothingToObserve,
    #[error("the police have no report yet")]
    NoPoliceReport,
    #[error("a case that is closed must be reopened first")]
    CaseClosed,
    #[error("the case is not closed")]
    CaseOpen,
    #[error("the case lives on in another case")]
    CaseJoined,
    #[error("a case can't be joined to itself")]
    SameCase,
    #[error("the target never owes a duty")]
    TargetOwesNothing,
    #[error("the exhibit is infected: somebody else has to release it first")]
    ExhibitWithheld,
    #[error("nobody else can take this case")]
    NobodyElse,
}

impl Refusal {
    /// A field error.
    pub fn invalid(field: impl Into<String>, problem: &'static str) -> Self {
        Self::Invalid {
            field: field.into(),
            problem,
        }
    }

    /// The stable code: the last part of the problem document's `type`, and the text key of its message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid-field",
            Self::AlreadyDone(_) => "already-done",
            Self::AlreadyWaived(_) => "already-waived",
            Self::NotOwed(_) => "not-owed",
            Self::NotWaivable(_) => "not-waivable",
            Self::DutiesOpen(_) => "duties-open",
            Self::ReviewMissing => "review-missing",
            Self::DoNotContact => "do-not-contact",
            Self::GuardianOnly => "guardian-only",
            Self::LawfulSpeech => "lawful-speech",
            Self::NoExhibits => "no-exhibits",
            Self::NothingToObserve => "nothing-to-observe",
            Self::NoPoliceReport => "no-police-report",
            Self::CaseClosed => "case-closed",
            Self::CaseOpen => "case-open",
            Self::CaseJoined => "case-joined",
            Self::SameCase => "same-case",
            Self::TargetOwesNothing => "target-owes-nothing",
            Self::ExhibitWithheld => "exhibit-withheld",
            Self::NobodyElse => "nobody-else",
        }
    }

    /// Every code, for the test that each has a message in every language.
    pub const CODES: &'static [&'static str] = &[
        "invalid-field",
        "already-done",
        "already-waived",
        "not-owed",
        "not-waivable",
        "duties-open",
        "review-missing",
        "do-not-contact",
        "guardian-only",
        "lawful-speech",
        "no-exhibits",
        "nothing-to-observe",
        "no-police-report",
        "case-closed",
        "case-open",
        "case-joined",
        "same-case",
        "target-owes-nothing",
        "exhibit-withheld",
        "nobody-else",
    ];

    /// Every problem that [`Refusal::Invalid`] can name.
    pub const PROBLEMS: &'static [&'static str] = &[
        "required",
        "too-long",
        "control-characters",
        "in-the-future",
        "in-the-past",
        "not-a-web-address",
        "unknown-person",
        "unknown-unit",
        "unknown-case",
        "text-or-file",
        "not-a-number",
        "not-a-time",
        "unknown-value",
        "at-least-one",
        "same-file",
        "same-witness",
        "server-saw-other",
        "password-length",
        "wrong-password",
        "unknown-exhibit",
        "unknown-statement",
        "outside-exhibit",
        "not-coverable",
        "no-such-page",
        "too-short",
        "not-in-text",
        "too-many-pages",
        "too-many",
        "already-so",
        "already-assessed",
        "not-assessed",
        "withdrawn",
        "not-published",
        "not-the-newest",
        "too-soon",
        "too-far",
        "nobody",
        "before-the-edition",
        "not-yours",
    ];

    /// The duties that the refusal names.
    pub fn duties(&self) -> Vec<DutyKind> {
        match self {
            Self::AlreadyDone(duty)
            | Self::AlreadyWaived(duty)
            | Self::NotOwed(duty)
            | Self::NotWaivable(duty) => vec![*duty],
            Self::DutiesOpen(duties) => duties.clone(),
            _ => Vec::new(),
        }
    }
}
