//! A procedure read from TOML, with the line and key of the first thing that is wrong in it.

use super::{Basis, BasisKind, Clock, OwedBy, Procedure, Rule, Term, can_be_waivable, can_start};
use crate::calendar::Calendar;
use crate::vocabulary::DutyKind;
use jiff::civil::{Date, Time};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// What is wrong in a procedure file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {key}: {problem}")]
pub struct ProcedureError {
    /// From 1.
    pub line: usize,
    /// The key as it stands in the file; empty if the problem is not at a key.
    pub key: String,
    pub problem: ProcedureProblem,
}

/// What can be wrong in a procedure file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProcedureProblem {
    /// Bad TOML, or an unknown or missing key, in the parser's words.
    #[error("{0}")]
    Form(String),
    #[error("must not be empty")]
    Empty,
    #[error("{0:?} is not a date such as 2026-11-23")]
    Date(String),
    #[error("{0:?} is not an hour such as 08:00")]
    Hour(String),
    #[error("the offices must close after they open")]
    HoursBackwards,
    #[error("{0:?} is not a day such as 12-24 or 2027-05-07")]
    ClosedDay(String),
    #[error("at most {MAX_CLOSED} closed days, or no working day may be left")]
    TooManyClosedDays,
    #[error("{0:?} is not a term: so many h, d, w, m or wd, such as 72h or 1wd")]
    Term(String),
    #[error("{0:?} is not one of: {1}")]
    Word(String, String),
    #[error("the duty {0} is missing")]
    MissingDuty(DutyKind),
    #[error("the duty {0} is there twice")]
    DuplicateDuty(DutyKind),
    #[error("the duty {duty} can't be counted from {clock}")]
    Clock { duty: DutyKind, clock: Clock },
    #[error("speech is weighed by the legal adviser, never by {0}")]
    Reviewer(OwedBy),
    #[error("a duty by law names its paragraph")]
    LawWithoutParagraph,
    #[error("the duty {0} can't be set aside by anybody")]
    NeverWaivable(DutyKind),
}

use ProcedureProblem as Problem;

/// More than any municipality has; enough working days are left to count by.
const MAX_CLOSED: usize = 60;

type Word = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProcedure {
    version: Word,
    municipality: Word,
    valid_from: Word,
    escalate_after: Word,
    hours: RawHours,
    closed: Vec<Word>,
    duty: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHours {
    opens: Word,
    closes: Word,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    name: Word,
    owed_by: Word,
    #[serde(default)]
    also_by: Vec<Word>,
    clock: Word,
    term: Word,
    acute: Option<Word>,
    waivable_by: Vec<Word>,
    basis: RawBasis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBasis {
    kind: Word,
    da: Word,
    en: Word,
    paragraph: Option<Word>,
    source: Word,
    checked: Word,
}

/// The text that is read, to say on which line a span lies.
struct Source<'a>(&'a str);

impl Source<'_> {
    fn error(&self, span: Range<usize>, key: &str, problem: Problem) -> ProcedureError {
        ProcedureError {
            line: self.line(span.start),
            key: key.to_owned(),
            problem,
        }
    }

    fn line(&self, offset: usize) -> usize {
        self.0.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }

    /// The parser's own error, with the key that its line begins with, if there is one.
    fn form(&self, error: &toml::de::Error) -> ProcedureError {
        let span = error.span().unwrap_or(0..0);
        let line = self.0.lines().nth(self.line(span.start) - 1).unwrap_or_default();
        let key = line.split_once('=').map_or(line, |(key, _)| key).trim();
        self.error(span, key, Problem::Form(error.message().to_owned()))
    }

    fn filled(&self, key: &str, word: &Word) -> Result<String, ProcedureError> {
        let text = word.get_ref().trim();
        if text.is_empty() {
            return Err(self.error(word.span(), key, Problem::Empty));
        }
        Ok(text.to_owned())
    }

    /// Reads one word with `parse`, or says with `problem` what was wrong with it.
    fn read<T>(
        &self,
        key: &str,
        word: &Word,
        parse: impl FnOnce(&str) -> Option<T>,
        problem: impl FnOnce(String) -> Problem,
    ) -> Result<T, ProcedureError> {
        let text = word.get_ref();
        parse(text).ok_or_else(|| self.error(word.span(), key, problem(text.clone())))
    }

    fn date(&self, key: &str, word: &Word) -> Result<Date, ProcedureError> {
        self.read(key, word, |text| text.parse().ok(), Problem::Date)
    }

    fn hour(&self, key: &str, word: &Word) -> Result<Time, ProcedureError> {
        self.read(key, word, |text| text.parse().ok(), Problem::Hour)
    }

    fn term(&self, key: &str, word: &Word) -> Result<Term, ProcedureError> {
        self.read(key, word, Term::parse, Problem::Term)
    }

    fn duty(&self, key: &str, word: &Word) -> Result<DutyKind, ProcedureError> {
        self.read(key, word, DutyKind::parse, |text| {
            Problem::Word(text, one_of(DutyKind::ALL))
        })
    }

    fn role(&self, key: &str, word: &Word) -> Result<OwedBy, ProcedureError> {
        self.read(key, word, OwedBy::parse, |text| {
            Problem::Word(text, one_of(OwedBy::ALL))
        })
    }

    fn roles(&self, key: &str, words: &[Word]) -> Result<Vec<OwedBy>, ProcedureError> {
        words.iter().map(|word| self.role(key, word)).collect()
    }
}

fn one_of<T: ToString>(words: &[T]) -> String {
    words
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

pub(super) fn parse(text: &str) -> Result<Procedure, ProcedureError> {
    let source = Source(text);
    let raw: RawProcedure = toml::from_str(text).map_err(|error| source.form(&error))?;
    Ok(Procedure {
        version: source.filled("version", &raw.version)?,
        municipality: source.filled("municipality", &raw.municipality)?,
        valid_from: source.date("valid_from", &raw.valid_from)?,
        escalate_after: source.term("escalate_after", &raw.escalate_after)?,
        calendar: calendar(&source, &raw)?,
        rules: rules(&source, &raw.duty)?,
    })
}

fn calendar(source: &Source<'_>, raw: &RawProcedure) -> Result<Calendar, ProcedureError> {
    let opens = source.hour("opens", &raw.hours.opens)?;
    let closes = source.hour("closes", &raw.hours.closes)?;
    if closes <= opens {
        return Err(source.error(raw.hours.closes.span(), "closes", Problem::HoursBackwards));
    }
    if let Some(first_too_many) = raw.closed.get(MAX_CLOSED) {
        return Err(source.error(first_too_many.span(), "closed", Problem::TooManyClosedDays));
    }
    let mut once = Vec::new();
    let mut yearly = Vec::new();
    for word in &raw.closed {
        let text = word.get_ref();
        // 2000 was a leap year: 02-29 is a day, 02-30 is none.
        if let Ok(date) = format!("2000-{text}").parse::<Date>() {
            yearly.push((date.month(), date.day(), text.clone()));
        } else {
            let date = source.read(
                "closed",
                word,
                |text| text.parse::<Date>().ok(),
                Problem::ClosedDay,
            )?;
            once.push((date, text.clone()));
        }
    }
    let calendar = Calendar::danish(once).with_hours(opens, closes);
    Ok(yearly.into_iter().fold(calendar, |all, (month, day, name)| {
        all.with_yearly_closed(month, day, name)
    }))
}

/// One rule for each duty, in the order of [`DutyKind::ALL`].
fn rules(source: &Source<'_>, raw: &[RawRule]) -> Result<Vec<Rule>, ProcedureError> {
    let mut found: Vec<Rule> = Vec::new();
    for raw in raw {
        let rule = rule(source, raw)?;
        if found.iter().any(|other| other.duty == rule.duty) {
            return Err(source.error(raw.name.span(), "name", Problem::DuplicateDuty(rule.duty)));
        }
        found.push(rule);
    }
    if let Some(missing) = DutyKind::ALL
        .iter()
        .find(|duty| found.iter().all(|rule| rule.duty != **duty))
    {
        let end = source.0.trim_end().len();
        return Err(source.error(end..end, "duty", Problem::MissingDuty(*missing)));
    }
    found.sort_by_key(|rule| rule.duty);
    Ok(found)
}

fn rule(source: &Source<'_>, raw: &RawRule) -> Result<Rule, ProcedureError> {
    let duty = source.duty("name", &raw.name)?;
    let owed_by = source.role("owed_by", &raw.owed_by)?;
    let also_by = source.roles("also_by", &raw.also_by)?;
    if let Some(other) = std::iter::once(owed_by)
        .chain(also_by.iter().copied())
        .find(|role| *role != OwedBy::LegalAdviser)
        && duty == DutyKind::Review
    {
        return Err(source.error(raw.owed_by.span(), "owed_by", Problem::Reviewer(other)));
    }
    let clock = source.read("clock", &raw.clock, Clock::parse, |text| {
        Problem::Word(text, one_of(Clock::ALL))
    })?;
    if !can_start(duty, clock) {
        return Err(source.error(raw.clock.span(), "clock", Problem::Clock { duty, clock }));
    }
    let waivable_by = source.roles("waivable_by", &raw.waivable_by)?;
    if let Some(first) = raw.waivable_by.first()
        && !can_be_waivable(duty)
    {
        return Err(source.error(first.span(), "waivable_by", Problem::NeverWaivable(duty)));
    }
    Ok(Rule {
        duty,
        owed_by,
        also_by,
        clock,
        term: source.term("term", &raw.term)?,
        acute: raw
            .acute
            .as_ref()
            .map(|term| source.term("acute", term))
            .transpose()?,
        basis: basis(source, &raw.basis)?,
        waivable_by,
    })
}

fn basis(source: &Source<'_>, raw: &RawBasis) -> Result<Basis, ProcedureError> {
    let kind = source.read("kind", &raw.kind, BasisKind::parse, |text| {
        Problem::Word(text, one_of(BasisKind::ALL))
    })?;
    if kind == BasisKind::Law && raw.paragraph.is_none() {
        return Err(source.error(raw.kind.span(), "paragraph", Problem::LawWithoutParagraph));
    }
    Ok(Basis {
        kind,
        text_da: source.filled("da", &raw.da)?,
        text_en: source.filled("en", &raw.en)?,
        paragraph: raw
            .paragraph
            .as_ref()
            .map(|word| source.filled("paragraph", word))
            .transpose()?,
        source: source.filled("source", &raw.source)?,
        checked: source.date("checked", &raw.checked)?,
    })
}
