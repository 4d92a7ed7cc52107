//! Contact with the originator: its two purposes, and when it is refused.

use super::command::Contact;
use super::decide::{Context, owed_or};
use super::event::{Channel, ContactResult, Event, MayContact, Purpose};
use super::state::CaseState;
use super::{Refusal, field, statement};
use crate::vocabulary::DutyKind;

pub(super) fn contact(case: &CaseState, command: &Contact, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let assessment = case.assessment.as_ref().ok_or(Refusal::ReviewMissing)?;
    if assessment.contact.may == MayContact::No {
        return Err(Refusal::DoNotContact);
    }
    let boundary = command.purposes.contains(&Purpose::Boundary);
    let demands = boundary || !command.demand.trim().is_empty();
    if demands && !assessment.outcome.crosses_the_line() {
        return Err(Refusal::LawfulSpeech);
    }
    if case.guardian_only() && !command.through_guardian {
        return Err(Refusal::GuardianOnly);
    }
    let purposes = purposes(case, &command.purposes, ctx)?;
    let demand = field::long("demand", &command.demand)?;
    let today = ctx.calendar.local(ctx.now).date();
    if boundary && demand.is_empty() {
        return Err(Refusal::invalid("demand", "required"));
    }
    if boundary && command.stop_by.is_none() {
        return Err(Refusal::invalid("stop_by", "required"));
    }
    if command.stop_by.is_some_and(|day| day < today) {
        return Err(Refusal::invalid("stop_by", "in-the-past"));
    }
    let substance = purposes.contains(&Purpose::Substance);
    if substance && !command.complaint_routes_explained {
        return Err(Refusal::invalid("complaint_routes_explained", "required"));
    }
    let written = matches!(
        command.channel,
        Channel::Letter | Channel::DigitalPost | Channel::Email
    );
    Ok(vec![Event::Contacted {
        purposes,
        channel: command.channel,
        at: field::past("at", command.at.unwrap_or(ctx.now), ctx.now)?,
        letter: if written {
            field::required("letter", &command.letter)?
        } else {
            field::long("letter", &command.letter)?
        },
        note: if written {
            field::long("note", &command.note)?
        } else {
            field::required("note", &command.note)?
        },
        complaint_routes_explained: command.complaint_routes_explained,
        demand: if boundary { demand } else { String::new() },
        stop_by: command.stop_by.filter(|_| boundary),
        through_guardian: command.through_guardian,
        statements: statement::attached(case, &command.statements, boundary)?,
    }])
}

/// The purposes without doubles, each owed now, or done before the assessment in force. A repeated demand is allowed
/// while its outcome is not yet observed.
fn purposes(case: &CaseState, asked: &[Purpose], ctx: &Context<'_>) -> Result<Vec<Purpose>, Refusal> {
    if asked.is_empty() {
        return Err(Refusal::invalid("purposes", "at-least-one"));
    }
    let both = [Purpose::Substance, Purpose::Boundary];
    let purposes: Vec<Purpose> = both
        .into_iter()
        .filter(|purpose| asked.contains(purpose))
        .collect();
    for purpose in &purposes {
        let duty = match purpose {
            Purpose::Substance => DutyKind::ContactSubstance,
            Purpose::Boundary => DutyKind::ContactBoundary,
        };
        owed_or(case, duty, case.predates_assessment(duty), ctx)?;
    }
    Ok(purposes)
}

/// Records what came of the demand to stop.
pub(super) fn observe(
    case: &CaseState,
    result: ContactResult,
    note: &str,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let unobserved = case.demand.as_ref().map(|demand| demand.at) > case.demand_observed;
    owed_or(case, DutyKind::ContactBoundary, unobserved, ctx)?;
    if case.demand.is_none() {
        return Err(Refusal::NothingToObserve);
    }
    Ok(vec![Event::ContactObserved {
        result,
        note: field::long("note", note)?,
    }])
}
