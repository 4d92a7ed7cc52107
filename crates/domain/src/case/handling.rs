//! Receiving, passing on, care and closing: what the managers do inside the house.

use super::decide::{Context, owed, owed_or};
use super::event::{Event, PassOverReason};
use super::report::people;
use super::state::CaseState;
use super::{Actor, Command, Refusal, field};
use crate::duties::{DutyState, silent_at};
use crate::ids::PersonId;
use crate::procedure::OwedBy;
use crate::vocabulary::{Compartment, DutyKind};
use jiff::civil::Date;

type Decision = Result<Vec<Event>, Refusal>;

pub(super) fn receive(case: &CaseState, ctx: &Context<'_>) -> Decision {
    owed(case, DutyKind::Receive, ctx)?;
    Ok(vec![Event::Received {}])
}

/// Moves the case from its owner to the next in the chain of command who is neither party nor away nor passed over.
pub(super) fn pass_over(
    case: &CaseState,
    reason: PassOverReason,
    actor: &Actor,
    ctx: &Context<'_>,
) -> Decision {
    if reason == PassOverReason::Silent {
        let duty = owed(case, DutyKind::Receive, ctx)?;
        // A manager may see that it is late; the system gives each owner the time that the procedure gives.
        let still_time = silent_at(case, ctx.procedure, ctx.calendar).is_some_and(|at| ctx.now < at);
        if !duty.late || (*actor == Actor::System && still_time) {
            return Err(Refusal::invalid("reason", "unknown-value"));
        }
    }
    let mut barred = case.concerned.clone();
    barred.extend(case.targets.iter().cloned());
    barred.extend(case.passed_over.iter().cloned());
    barred.insert(case.owner.clone());
    let found = people(&case.unit, &barred, ctx).ok_or(Refusal::NobodyElse)?;
    Ok(vec![Event::PassedOver {
        from: case.owner.clone(),
        to: found.owner,
        superior: found.superior,
        reason,
    }])
}

pub(super) fn delegate(
    case: &CaseState,
    duty: DutyKind,
    (person, reason): (&str, &str),
    actor: &Actor,
    ctx: &Context<'_>,
) -> Decision {
    let person = free_of_the_case(case, "person", person, ctx)?;
    if matches!(duty, DutyKind::Receive | DutyKind::Close | DutyKind::Review) {
        return Err(Refusal::NotOwed(duty));
    }
    if !may_hand_on(case, duty, actor, ctx) {
        return Err(Refusal::NotOwed(duty));
    }
    match ctx.duty(case, duty).map(|duty| duty.state) {
        Some(DutyState::Owed | DutyState::Waiting(_)) => Ok(vec![Event::Delegated {
            duty,
            person,
            reason: field::long("reason", reason)?,
        }]),
        Some(DutyState::Done { .. }) => Err(Refusal::AlreadyDone(duty)),
        Some(DutyState::Waived { .. }) => Err(Refusal::AlreadyWaived(duty)),
        _ => Err(Refusal::NotOwed(duty)),
    }
}

/// What the manager's manager owes, only they hand on: an owner can't give the police decision to themselves. If they are
/// away, gone or late with it, the owner may, because that decision waits for nobody.
fn may_hand_on(case: &CaseState, duty: DutyKind, actor: &Actor, ctx: &Context<'_>) -> bool {
    let theirs = ctx.procedure.rule(duty).owed_by == OwedBy::ManagersManager;
    let superior = &case.superior;
    let here = ctx
        .organisation
        .person(superior)
        .is_some_and(|person| person.active)
        && !ctx.organisation.is_away(superior, ctx.now);
    let late = || ctx.duty(case, duty).is_some_and(|duty| duty.late);
    !theirs || actor.person() == Some(superior) || !here || late()
}

pub(super) fn assign_legal(case: &CaseState, person: &str, ctx: &Context<'_>) -> Decision {
    let person = free_of_the_case(case, "person", person, ctx)?;
    let is_lawyer = ctx
        .organisation
        .person(&person)
        .is_some_and(|found| found.has(crate::vocabulary::Role::LegalAdviser));
    if !is_lawyer {
        return Err(Refusal::invalid("person", "unknown-person"));
    }
    Ok(vec![Event::LegalAssigned { person }])
}

pub(super) fn invite(
    person: &str,
    drawers: &[Compartment],
    until: Date,
    reason: &str,
    ctx: &Context<'_>,
) -> Decision {
    let person = ctx.person("person", person)?;
    if drawers.is_empty() {
        return Err(Refusal::invalid("drawers", "at-least-one"));
    }
    let until = ctx
        .calendar
        .due(ctx.calendar.start_of(until), crate::procedure::Term::Days(0));
    if until <= ctx.now {
        return Err(Refusal::invalid("until", "in-the-past"));
    }
    let reason = field::required("reason", reason)?;
    Ok(vec![Event::HelperInvited {
        person,
        drawers: drawers.to_vec(),
        until,
        reason,
    }])
}

/// Somebody who may be given work in this case: active, and not a party to it.
fn free_of_the_case(
    case: &CaseState,
    field: &'static str,
    name: &str,
    ctx: &Context<'_>,
) -> Result<PersonId, Refusal> {
    let person = ctx.person(field, name)?;
    if case.is_party(&person) {
        Err(Refusal::TargetOwesNothing)
    } else {
        Ok(person)
    }
}

/// Danger and care are looked at again when something has happened since.
fn is_new_since(case: &CaseState, duty: DutyKind) -> bool {
    case.last_done.get(&duty).is_some_and(|at| case.is_new_since(*at))
}

pub(super) fn triage(case: &CaseState, command: &Command, ctx: &Context<'_>) -> Decision {
    let Command::Triage {
        danger,
        emergency_called,
        at_work,
        on_the_way,
        at_home,
    } = command
    else {
        return Ok(Vec::new());
    };
    owed_or(case, DutyKind::Triage, is_new_since(case, DutyKind::Triage), ctx)?;
    let at_work = field::long("at_work", at_work)?;
    let on_the_way = field::long("on_the_way", on_the_way)?;
    let at_home = field::long("at_home", at_home)?;
    let planned = [&at_work, &on_the_way, &at_home]
        .iter()
        .any(|text| !text.is_empty());
    if *danger != super::event::Danger::None && !planned {
        return Err(Refusal::invalid("at_work", "required"));
    }
    Ok(vec![Event::Triaged {
        danger: *danger,
        emergency_called: *emergency_called,
        at_work,
        on_the_way,
        at_home,
    }])
}

pub(super) fn care(case: &CaseState, command: &Command, ctx: &Context<'_>) -> Decision {
    let Command::Care {
        talked_at,
        talk,
        psychologist_offered,
        wishes,
        with,
    } = command
    else {
        return Ok(Vec::new());
    };
    owed_or(case, DutyKind::Care, is_new_since(case, DutyKind::Care), ctx)?;
    Ok(vec![Event::CareGiven {
        talked_at: field::past("talked_at", talked_at.unwrap_or(ctx.now), ctx.now)?,
        talk: field::required("talk", talk)?,
        psychologist_offered: *psychologist_offered,
        wishes: field::long("wishes", wishes)?,
        with: field::line("with", with)?,
    }])
}

pub(super) fn follow_up(case: &CaseState, week: u8, talk: &str, wishes: &str, ctx: &Context<'_>) -> Decision {
    let kind = match week {
        1 => DutyKind::FollowUp1,
        4 => DutyKind::FollowUp4,
        12 => DutyKind::FollowUp12,
        _ => return Err(Refusal::invalid("week", "unknown-value")),
    };
    owed(case, kind, ctx)?;
    let talk = field::required("talk", talk)?;
    Ok(vec![Event::FollowedUp {
        week,
        talk,
        wishes: field::long("wishes", wishes)?,
    }])
}

pub(super) fn hand_over_injury(case: &CaseState, reference: &str, ctx: &Context<'_>) -> Decision {
    owed(case, DutyKind::Injury, ctx)?;
    Ok(vec![Event::InjuryHandedOver {
        at: ctx.now,
        reference: field::required_line("reference", reference)?,
    }])
}

/// Sets a duty aside. Only whom the procedure names for that duty may, and some duties nobody may.
pub(super) fn waive(
    case: &CaseState,
    duty: DutyKind,
    reason: &str,
    actor: &Actor,
    ctx: &Context<'_>,
) -> Decision {
    let reason = field::required("reason", reason)?;
    match ctx.duty(case, duty).map(|duty| duty.state) {
        Some(DutyState::Done { .. }) => return Err(Refusal::AlreadyDone(duty)),
        Some(DutyState::Waived { .. }) => return Err(Refusal::AlreadyWaived(duty)),
        Some(DutyState::NotOwed) | None => return Err(Refusal::NotOwed(duty)),
        Some(DutyState::Owed | DutyState::Waiting(_)) => {}
    }
    let by = |owed_by: &OwedBy| match owed_by {
        OwedBy::Manager => Some(&case.owner),
        OwedBy::ManagersManager => Some(&case.superior),
        OwedBy::LegalAdviser => case.legal.as_ref(),
        OwedBy::Hr => case.hr.as_ref(),
        OwedBy::Communication => case.communication.as_ref(),
    };
    let waivers = &ctx.procedure.rule(duty).waivable_by;
    if !waivers
        .iter()
        .any(|who| by(who).is_some() && by(who) == actor.person())
    {
        return Err(Refusal::NotWaivable(duty));
    }
    Ok(vec![Event::Waived { duty, reason }])
}

pub(super) fn close(
    case: &CaseState,
    outcome: &str,
    learning: &str,
    told_target: bool,
    told_reporter: bool,
    ctx: &Context<'_>,
) -> Decision {
    owed(case, DutyKind::Close, ctx)?;
    let outcome = field::required("outcome", outcome)?;
    let learning = field::required("learning", learning)?;
    if !told_target && !case.targets.is_empty() {
        return Err(Refusal::invalid("told_target", "required"));
    }
    if !told_reporter {
        return Err(Refusal::invalid("told_reporter", "required"));
    }
    Ok(vec![
        Event::Learned {
            learning,
            told_target,
            told_reporter,
        },
        Event::Closed { outcome },
    ])
}
