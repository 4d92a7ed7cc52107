//! Formal registration: who, when, medium, form, course, relation, severity, measures; absence lies in Care.

use super::command::Register;
use super::decide::{Context, owed};
use super::event::{Certainty, Event, PassOverReason, Registration};
use super::report::{legal_adviser, people};
use super::state::CaseState;
use super::{Refusal, field};
use crate::ids::PersonId;
use crate::vocabulary::DutyKind;
use jiff::civil::Date;
use std::collections::BTreeSet;

pub(super) fn register(
    case: &CaseState,
    command: &Register,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    owed(case, DutyKind::Register, ctx)?;
    let targets = command
        .targets
        .iter()
        .filter(|name| !name.trim().is_empty())
        .map(|name| ctx.person("targets", name))
        .collect::<Result<Vec<_>, _>>()?;
    let originator = field::line("originator", &command.originator)?;
    if originator.is_empty() && command.certainty != Certainty::Unknown {
        return Err(Refusal::invalid("originator", "required"));
    }
    let registration = Registration {
        title: field::required_line("title", &command.title)?,
        targets: targets.clone(),
        episode_at: field::past("episode_at", command.episode_at, ctx.now)?,
        medium: command.medium,
        form: command.form,
        course: field::required("course", &command.course)?,
        originator,
        certainty: command.certainty,
        under_15: command.under_15,
        relation: field::line("relation", &command.relation)?,
        severity: command.severity,
    };
    let mut events = vec![Event::Registered(registration)];
    let measures = field::long("measures", &command.measures)?;
    if !measures.is_empty() {
        events.push(Event::MeasuresNoted { measures });
    }
    if let Some(from) = command.absence_from {
        events.extend(record_absence(from, command.treatment, "", ctx)?);
    } else if command.treatment {
        // Without absence the law counts from the injury, which is the episode.
        events.extend(record_absence(
            ctx.calendar.local(command.episode_at).date(),
            true,
            "",
            ctx,
        )?);
    }
    events.extend(step_aside(case, &targets, ctx)?);
    Ok(events)
}

/// Absence or treatment: starts the work-injury clock.
pub(super) fn record_absence(
    from: Date,
    treatment: bool,
    note: &str,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    if from > ctx.calendar.local(ctx.now).date() {
        return Err(Refusal::invalid("absence_from", "in-the-future"));
    }
    Ok(vec![Event::AbsenceRecorded {
        from,
        treatment,
        note: field::long("note", note)?,
    }])
}

/// If a newly named target holds a part in handling the case, that part goes to somebody else at once.
fn step_aside(case: &CaseState, targets: &[PersonId], ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let mut barred: BTreeSet<PersonId> = case.targets.union(&case.concerned).cloned().collect();
    barred.extend(targets.iter().cloned());
    let mut events = Vec::new();
    if targets.contains(&case.owner) || targets.contains(&case.superior) {
        barred.extend(case.passed_over.iter().cloned());
        let found = people(&case.unit, &barred, ctx).ok_or(Refusal::NobodyElse)?;
        let from = if targets.contains(&case.owner) {
            &case.owner
        } else {
            &case.superior
        };
        let owner = if targets.contains(&case.owner) {
            found.owner
        } else {
            case.owner.clone()
        };
        events.push(Event::PassedOver {
            from: from.clone(),
            to: owner,
            superior: found.superior,
            reason: PassOverReason::Concerned,
        });
    }
    if case.legal.as_ref().is_some_and(|legal| targets.contains(legal))
        && let Some(person) = legal_adviser(&barred, ctx)
    {
        events.push(Event::LegalAssigned { person });
    }
    Ok(events)
}
