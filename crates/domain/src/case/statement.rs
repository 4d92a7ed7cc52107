//! Statements: single utterances inside an exhibit, each assessed by itself. A wave of comments is never one thing: most of
//! it may be lawful, and only what crosses the line may be told to stop.

use super::event::Event;
use super::state::{CaseState, Deed};
use super::{Refusal, field};
use crate::vocabulary::Outcome;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most statements of one command.
pub const AT_ONCE: usize = 500;
/// What a [`Region`] counts in: a whole side is this many parts.
pub const PARTS: u32 = 1_000_000;

/// A rectangle of a picture, in millionths of its width and height from the upper left corner. Whole numbers, so that
/// what is sealed is read back digit for digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Region {
    pub x: u32,
    pub y: u32,
    pub w: u32,
    pub h: u32,
}

impl Region {
    pub(super) fn checked(self) -> Result<Self, Refusal> {
        let fits = |from: u32, size: u32| size > 0 && from.checked_add(size).is_some_and(|end| end <= PARTS);
        if fits(self.x, self.w) && fits(self.y, self.h) {
            Ok(self)
        } else {
            Err(Refusal::invalid("region", "outside-exhibit"))
        }
    }
}

/// What stands in the exhibit: the words, and who said them when, both as shown there and not as known.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// At most [`field::LONG`] characters.
    pub text: String,
    /// The author as the exhibit shows it; empty where it shows none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// The time as the exhibit shows it ("2 t.", "i går 21.04"): words, since it proves nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// The line of the exhibit's text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl Said {
    fn checked(&self) -> Result<Self, Refusal> {
        Ok(Self {
            text: field::required("text", &self.text)?,
            author: field::line("author", &self.author)?,
            said_at: field::line("said_at", &self.said_at)?,
            region: self.region.map(Region::checked).transpose()?,
            line: self.line,
        })
    }
}

/// One statement is marked in an exhibit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marked {
    /// From 1 in each case, without gaps.
    pub number: u32,
    pub exhibit: u32,
    #[serde(flatten)]
    pub said: Said,
}

/// The lawyer's assessment of one statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessed {
    pub deed: Deed,
    pub outcome: Outcome,
    pub reason: String,
}

/// A statement as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub number: u32,
    pub exhibit: u32,
    pub marked_at: Timestamp,
    pub said: Said,
    pub assessed: Option<Assessed>,
    /// Why it is no statement after all.
    pub withdrawn: Option<String>,
}

impl CaseState {
    /// One statement by its number.
    pub fn statement(&self, number: u32) -> Option<&Statement> {
        self.statements
            .iter()
            .find(|statement| statement.number == number)
    }

    /// The statements that count: all that are not withdrawn, by number.
    pub fn standing_statements(&self) -> impl Iterator<Item = &Statement> {
        self.statements
            .iter()
            .filter(|statement| statement.withdrawn.is_none())
    }

    /// The number of the next statement.
    pub fn next_statement(&self) -> u32 {
        self.statements.last().map_or(1, |last| last.number + 1)
    }

    fn change_statement(&mut self, number: u32, change: impl FnOnce(&mut Statement)) {
        let found = self
            .statements
            .iter_mut()
            .find(|statement| statement.number == number);
        if let Some(found) = found {
            change(found);
        }
    }

    /// Takes an entry about a statement; others say nothing here.
    pub(super) fn apply_statement(&mut self, event: &Event, deed: Deed) {
        match event {
            Event::StatementMarked(marked) => self.statements.push(Statement {
                number: marked.number,
                exhibit: marked.exhibit,
                marked_at: deed.at,
                said: marked.said.clone(),
                assessed: None,
                withdrawn: None,
            }),
            Event::StatementCorrected {
                statement,
                text,
                author,
                said_at,
            } => self.change_statement(*statement, |found| {
                found.said.text.clone_from(text);
                found.said.author.clone_from(author);
                found.said.said_at.clone_from(said_at);
            }),
            Event::StatementAssessed {
                statement,
                outcome,
                reason,
            } => self.change_statement(*statement, |found| {
                found.assessed = Some(Assessed {
                    deed,
                    outcome: *outcome,
                    reason: reason.clone(),
                });
            }),
            Event::StatementAssessmentUndone { statement } => {
                self.change_statement(*statement, |found| found.assessed = None);
            }
            Event::StatementWithdrawn { statement, reason } => {
                self.change_statement(*statement, |found| found.withdrawn = Some(reason.clone()));
            }
            _ => {}
        }
    }
}

/// Marks statements in one exhibit; `several` names the place of a fault in the list.
pub(super) fn mark(
    case: &CaseState,
    exhibit: u32,
    said: &[Said],
    several: bool,
) -> Result<Vec<Event>, Refusal> {
    if case.exhibit(exhibit).is_none() {
        return Err(Refusal::invalid("exhibit", "unknown-exhibit"));
    }
    if said.is_empty() {
        return Err(Refusal::invalid("statements", "at-least-one"));
    }
    if said.len() > AT_ONCE {
        return Err(Refusal::invalid("statements", "too-many"));
    }
    let mark = |(at, (number, said)): (usize, (u32, &Said))| {
        let said = said.checked().map_err(|refusal| match refusal {
            Refusal::Invalid { field, problem } if several => {
                Refusal::invalid(format!("statements.{at}.{field}"), problem)
            }
            other => other,
        })?;
        Ok(Event::StatementMarked(Marked {
            number,
            exhibit,
            said,
        }))
    };
    (case.next_statement()..)
        .zip(said)
        .enumerate()
        .map(mark)
        .collect()
}

/// A statement that still counts.
fn standing(case: &CaseState, number: u32) -> Result<&Statement, Refusal> {
    let found = case
        .statement(number)
        .ok_or(Refusal::invalid("statement", "unknown-statement"))?;
    if found.withdrawn.is_some() {
        return Err(Refusal::invalid("statement", "withdrawn"));
    }
    Ok(found)
}

/// A statement whose words may still change: an assessment is of the words that the lawyer read, so the lawyer undoes it first.
fn unassessed(case: &CaseState, number: u32) -> Result<&Statement, Refusal> {
    let found = standing(case, number)?;
    if found.assessed.is_some() {
        return Err(Refusal::invalid("statement", "already-assessed"));
    }
    Ok(found)
}

pub(super) fn correct(
    case: &CaseState,
    number: u32,
    (text, author, said_at): (&str, &str, &str),
) -> Result<Vec<Event>, Refusal> {
    let found = unassessed(case, number)?;
    let new = Said {
        text: field::required("text", text)?,
        author: field::line("author", author)?,
        said_at: field::line("said_at", said_at)?,
        ..found.said.clone()
    };
    if new == found.said {
        return Err(Refusal::invalid("text", "already-so"));
    }
    Ok(vec![Event::StatementCorrected {
        statement: number,
        text: new.text,
        author: new.author,
        said_at: new.said_at,
    }])
}

/// Assesses one statement, or assesses it anew: the earlier one stays in the journal.
pub(super) fn assess(
    case: &CaseState,
    number: u32,
    outcome: Outcome,
    reason: &str,
) -> Result<Vec<Event>, Refusal> {
    let found = standing(case, number)?;
    let reason = field::required("reason", reason)?;
    let same = |known: &Assessed| known.outcome == outcome && known.reason == reason;
    if found.assessed.as_ref().is_some_and(same) {
        return Err(Refusal::invalid("outcome", "already-so"));
    }
    Ok(vec![Event::StatementAssessed {
        statement: number,
        outcome,
        reason,
    }])
}

pub(super) fn undo(case: &CaseState, number: u32) -> Result<Vec<Event>, Refusal> {
    if standing(case, number)?.assessed.is_none() {
        return Err(Refusal::invalid("statement", "not-assessed"));
    }
    Ok(vec![Event::StatementAssessmentUndone { statement: number }])
}

pub(super) fn withdraw(case: &CaseState, number: u32, reason: &str) -> Result<Vec<Event>, Refusal> {
    unassessed(case, number)?;
    Ok(vec![Event::StatementWithdrawn {
        statement: number,
        reason: field::required("reason", reason)?,
    }])
}

/// The statements that a measure is about, each once, in order. What is to stop or to be removed (`must_cross`) has been
/// assessed to cross the line, statement by statement.
pub(super) fn attached(case: &CaseState, numbers: &[u32], must_cross: bool) -> Result<Vec<u32>, Refusal> {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    for number in &numbers {
        let found = standing(case, *number).map_err(|refusal| match refusal {
            Refusal::Invalid { problem, .. } => Refusal::invalid("statements", problem),
            other => other,
        })?;
        match &found.assessed {
            _ if !must_cross => {}
            None => return Err(Refusal::invalid("statements", "not-assessed")),
            Some(assessed) if !assessed.outcome.crosses_the_line() => return Err(Refusal::LawfulSpeech),
            Some(_) => {}
        }
    }
    Ok(numbers)
}
