//! A report: what a person tells. It opens a case, finds who owns it, and starts every clock.

use super::decide::Context;
use super::event::{Event, PassOverReason, ReportFacts};
use super::{Refusal, field};
use crate::ids::{CaseNumber, PersonId, ReportId, UnitId};
use crate::vocabulary::{Medium, Role};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A report as it came in; everything but some text or one file is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReport {
    pub text: String,
    /// The reporter is the one it is aimed at.
    pub about_me: bool,
    /// A colleague's e-mail or id.
    pub about: Option<String>,
    pub unit: Option<String>,
    pub acute: bool,
    /// The reporter asks that the unit's manager does not have the case.
    pub not_to_manager: bool,
    pub medium: Option<Medium>,
    pub platform: String,
    pub source_url: String,
    pub first_seen: Option<Timestamp>,
    pub originator: String,
    /// How many files came with it.
    pub files: usize,
}

/// A checked report, ready to become a case once it has its number.
#[derive(Clone, Debug)]
pub struct Opening {
    pub unit: UnitId,
    pub people: People,
    pub legal: Option<PersonId>,
    pub hr: Option<PersonId>,
    pub communication: Option<PersonId>,
    /// Who was passed over on the way to the owner, and why.
    pub passed_over: Vec<(PersonId, PassOverReason)>,
    pub facts: ReportFacts,
    pub text: String,
}

/// Who owns a case and who is above them.
#[derive(Clone, Debug, PartialEq)]
pub struct People {
    pub owner: PersonId,
    pub superior: PersonId,
}

/// Checks a report and finds who gets it.
///
/// # Errors
/// [`Refusal::Invalid`] naming the field; [`Refusal::NobodyElse`] if the organisation has nobody who could own the case.
pub fn report(
    new: &NewReport,
    reporter: &PersonId,
    report: ReportId,
    ctx: &Context<'_>,
) -> Result<Opening, Refusal> {
    let text = field::long("text", &new.text)?;
    if text.is_empty() && new.files == 0 {
        return Err(Refusal::invalid("text", "text-or-file"));
    }
    let target = target(new, reporter, ctx)?;
    let unit = unit(new, reporter, target.as_ref(), ctx)?;
    let facts = ReportFacts {
        report,
        reporter: reporter.clone(),
        targets: target.iter().cloned().collect(),
        acute: new.acute,
        medium: new.medium,
        platform: some(field::line("platform", &new.platform)?),
        source_url: field::web_address("source_url", &new.source_url)?,
        first_seen: new
            .first_seen
            .map(|at| field::past("first_seen", at, ctx.now))
            .transpose()?,
        originator: some(field::line("originator", &new.originator)?),
    };
    let (barred, passed_over) = barred(new, target.as_ref(), &unit, ctx);
    let people = people(&unit, &barred, ctx).ok_or(Refusal::NobodyElse)?;
    let first = |role: Role| {
        let mut found = ctx
            .organisation
            .with_role(role)
            .filter(|person| !barred.contains(&person.id));
        found.next().map(|person| person.id.clone())
    };
    Ok(Opening {
        unit,
        people,
        legal: legal_adviser(&barred, ctx),
        hr: first(Role::Hr),
        communication: first(Role::Communication),
        passed_over,
        facts,
        text,
    })
}

impl Opening {
    /// The entries that open the case under `number`; the exhibits follow them.
    pub fn events(self, number: CaseNumber, procedure: String) -> Vec<Event> {
        let People { owner, superior } = self.people;
        let report = self.facts.report.clone();
        let mut events = vec![Event::CaseOpened {
            number,
            unit: self.unit,
            owner: owner.clone(),
            superior: superior.clone(),
            legal: self.legal,
            hr: self.hr,
            communication: self.communication,
            procedure,
        }];
        events.push(Event::ReportMade(self.facts));
        if !self.text.is_empty() {
            events.push(Event::Told {
                report,
                text: self.text,
            });
        }
        let passed = self
            .passed_over
            .into_iter()
            .map(|(from, reason)| Event::PassedOver {
                from,
                to: owner.clone(),
                superior: superior.clone(),
                reason,
            });
        events.extend(passed);
        events
    }
}

fn target(new: &NewReport, reporter: &PersonId, ctx: &Context<'_>) -> Result<Option<PersonId>, Refusal> {
    if new.about_me {
        return Ok(Some(reporter.clone()));
    }
    match new.about.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(name) => ctx.person("about", name).map(Some),
    }
}

fn unit(
    new: &NewReport,
    reporter: &PersonId,
    target: Option<&PersonId>,
    ctx: &Context<'_>,
) -> Result<UnitId, Refusal> {
    let unknown = Refusal::invalid("unit", "unknown-unit");
    if let Some(unit) = new.unit.as_deref().map(str::trim).filter(|unit| !unit.is_empty()) {
        let named = ctx.organisation.unit(&UnitId::new(unit)).ok_or(unknown.clone())?;
        // A case belongs to the manager of the target's unit; naming a unit never sends it to another's.
        if target.is_none() {
            return Ok(named.id.clone());
        }
    }
    let person = ctx
        .organisation
        .person(target.unwrap_or(reporter))
        .ok_or(unknown)?;
    Ok(person.unit.clone())
}

/// Who must not have the case: the target, whoever is away, and the unit's manager if the reporter says so.
fn barred(
    new: &NewReport,
    target: Option<&PersonId>,
    unit: &UnitId,
    ctx: &Context<'_>,
) -> (BTreeSet<PersonId>, Vec<(PersonId, PassOverReason)>) {
    let mut barred: BTreeSet<PersonId> = target.iter().map(|person| (*person).clone()).collect();
    let mut passed_over = Vec::new();
    let mut nearest = true;
    for step in ctx.organisation.chain_of_command(unit) {
        let person = step.person;
        let reason = if target == Some(&person) {
            // The target is a party by the report itself; nothing to record against them.
            // A manager who reports on their own behalf and asks for another means the one above them.
            nearest = nearest && (step.as_deputy || new.about_me);
            continue;
        } else if new.not_to_manager && nearest && !step.as_deputy {
            Some(PassOverReason::Concerned)
        } else if ctx.organisation.is_away(&person, ctx.now) {
            Some(PassOverReason::Absent)
        } else {
            None
        };
        nearest = nearest && step.as_deputy;
        match reason {
            Some(reason) => {
                barred.insert(person.clone());
                passed_over.push((person, reason));
            }
            // Only those on the way up to the first who can take it are passed over.
            None => break,
        }
    }
    (barred, passed_over)
}

/// The first in the chain of command who is free to own a case of this unit, and the next manager above them.
pub(super) fn people(unit: &UnitId, barred: &BTreeSet<PersonId>, ctx: &Context<'_>) -> Option<People> {
    let free = |person: &PersonId| !barred.contains(person) && !ctx.organisation.is_away(person, ctx.now);
    let steps: Vec<_> = ctx
        .organisation
        .chain_of_command(unit)
        .into_iter()
        .filter(|step| free(&step.person))
        .collect();
    let hr = || {
        let mut found = ctx
            .organisation
            .with_role(Role::Hr)
            .filter(|person| free(&person.id));
        found.next().map(|person| person.id.clone())
    };
    let Some(first) = steps.first() else {
        let owner = hr()?;
        return Some(People {
            superior: owner.clone(),
            owner,
        });
    };
    let above = steps
        .iter()
        .find(|step| step.unit != first.unit)
        .map(|step| step.person.clone());
    let superior = above.unwrap_or_else(|| first.person.clone());
    Some(People {
        owner: first.person.clone(),
        superior,
    })
}

/// The first legal adviser who is free of the case.
pub(super) fn legal_adviser(barred: &BTreeSet<PersonId>, ctx: &Context<'_>) -> Option<PersonId> {
    let mut found = ctx
        .organisation
        .with_role(Role::LegalAdviser)
        .filter(|person| !barred.contains(&person.id));
    found.next().map(|person| person.id.clone())
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
