//! The municipality's procedure: who owes each duty, from when, by when, and on what basis. Every figure is
//! configuration (`examples/procedure.toml`), versioned; a case keeps the version it began under.

mod read;
mod term;

pub use read::{ProcedureError, ProcedureProblem};
pub use term::Term;

use crate::calendar::Calendar;
use crate::language::Language;
use crate::vocabulary::{DutyKind, words};
use jiff::civil::Date;

/// The procedure that is used until the municipality has its own, as TOML.
pub const DEFAULT: &str = include_str!("../../../examples/procedure.toml");

words!(
    /// Whom a duty can be owed by, or be set aside by. The target is not in the list, and never will be.
    OwedBy {
        /// The manager of the target's unit, or whoever stands in.
        Manager = "manager",
        LegalAdviser = "legal-adviser",
        /// The manager next above the one who has the case.
        ManagersManager = "managers-manager",
        Hr = "hr",
        Communication = "communication",
    }
);

words!(
    /// The event from which a duty's term is counted.
    Clock {
        /// The report was received.
        Report = "report",
        /// The episode itself; the first time it was seen, when that is all that is known.
        Episode = "episode",
        /// The legal review was recorded.
        Review = "review",
        /// The formal registration was recorded.
        Registration = "registration",
        /// The first day of absence, or the injury.
        Absence = "absence",
        /// The report to the police.
        PoliceReport = "police-report",
        /// Every other duty was done or waived.
        AllElseDone = "all-else-done",
    }
);

words!(
    /// Whether a duty rests on the law or on what this procedure has chosen.
    BasisKind {
        Law = "law",
        Norm = "norm",
    }
);

/// What a duty rests on, with where and when that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    pub kind: BasisKind,
    /// One sentence in Danish.
    pub text_da: String,
    /// The same sentence in English.
    pub text_en: String,
    /// The paragraph as lawyers cite it; always there when `kind` is `Law`.
    pub paragraph: Option<String>,
    /// Where it can be read: an address, or the name of a document.
    pub source: String,
    /// The day on which somebody last looked it up.
    pub checked: Date,
}

impl Basis {
    /// The sentence in one language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Da => &self.text_da,
            Language::En => &self.text_en,
        }
    }
}

/// One duty of the procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub duty: DutyKind,
    pub owed_by: OwedBy,
    /// Who else may do it in their place ("communication or manager"); often empty.
    pub also_by: Vec<OwedBy>,
    pub clock: Clock,
    pub term: Term,
    /// The term of an acute case, where it differs.
    pub acute: Option<Term>,
    pub basis: Basis,
    /// Who may set the duty aside with a reason; empty: nobody.
    pub waivable_by: Vec<OwedBy>,
}

impl Rule {
    /// The term that holds for a case that is acute or not.
    pub fn term_for(&self, acute: bool) -> Term {
        self.acute.filter(|_| acute).unwrap_or(self.term)
    }
}

/// One version of a municipality's procedure; built only by [`Procedure::parse`], so it is whole.
#[derive(Clone, Debug)]
pub struct Procedure {
    pub version: String,
    pub municipality: String,
    pub valid_from: Date,
    /// How long after Receive's due time silence passes the case on to the next in the chain of command.
    pub escalate_after: Term,
    /// In the order of [`DutyKind::ALL`], one each.
    rules: Vec<Rule>,
    calendar: Calendar,
}

impl Procedure {
    /// Reads a procedure from TOML in the form of `examples/procedure.toml`.
    ///
    /// # Errors
    /// The first problem, with its line and key: bad TOML, an unknown or missing key, an unknown word or term, a duty
    /// that is missing or there twice, a clock or an owner that the duty can't have, a law without a paragraph, or a
    /// waiver of a duty that nobody may set aside.
    pub fn parse(text: &str) -> Result<Self, ProcedureError> {
        read::parse(text)
    }

    /// The rule of one duty.
    pub fn rule(&self, duty: DutyKind) -> &Rule {
        let place = DutyKind::ALL
            .iter()
            .position(|kind| *kind == duty)
            .expect("ALL has every duty");
        &self.rules[place]
    }

    /// Every rule, in the order of the procedure.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The municipality's working days and hours.
    pub fn calendar(&self) -> Calendar {
        self.calendar.clone()
    }
}

/// Whether the procedure may let anybody set this duty aside. Receiving, danger and care are owed whatever happens;
/// nothing is registered or reviewed by not doing it; and not to go to the police is itself a decision, with reasons.
pub fn can_be_waivable(duty: DutyKind) -> bool {
    use DutyKind::{Care, Close, Police, Receive, Register, Review, Triage};
    !matches!(duty, Receive | Triage | Care | Register | Review | Police | Close)
}

/// Whether this duty's term can be counted from this event. Police is counted from the episode, never from when it was
/// registered; a duty that waits for the review may be counted from the report by a stricter municipality.
pub fn can_start(duty: DutyKind, clock: Clock) -> bool {
    use DutyKind as D;
    match duty {
        D::Receive | D::Triage | D::Care | D::Register | D::Review => clock == Clock::Report,
        D::Police => clock == Clock::Episode,
        D::ContactSubstance | D::ContactBoundary | D::Removal => {
            matches!(clock, Clock::Review | Clock::Report)
        }
        D::Injury => clock == Clock::Absence,
        D::FollowUp1 | D::FollowUp4 | D::FollowUp12 => matches!(clock, Clock::Registration | Clock::Report),
        D::ChasePolice => clock == Clock::PoliceReport,
        D::Close => clock == Clock::AllElseDone,
    }
}

#[cfg(test)]
mod tests;
