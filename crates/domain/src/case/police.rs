//! The police: decided within 72 hours of the episode, never waiting for anything; late is recorded, never a bar.

use super::decide::{Context, owed};
use super::event::{Event, PoliceDecision};
use super::state::CaseState;
use super::{Refusal, field, statement};
use crate::vocabulary::DutyKind;
use jiff::Timestamp;

/// Decides. Not reporting demands a written, individual reason; a later report is always possible.
pub(super) fn decide(
    case: &CaseState,
    decision: PoliceDecision,
    target_heard: bool,
    wish: &str,
    reason: &str,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let reported = case.police_reported_at.is_some();
    let same = case.police_decision == Some(decision);
    if reported || same {
        return Err(Refusal::AlreadyDone(DutyKind::Police));
    }
    if decision == PoliceDecision::DoNotReport {
        owed(case, DutyKind::Police, ctx)?;
    }
    let reason = match decision {
        PoliceDecision::DoNotReport => field::required("reason", reason)?,
        PoliceDecision::Report => field::long("reason", reason)?,
    };
    // Hearing the target is the rule, but the decision waits for nobody: then `wish` says why they could not be heard.
    let wish = field::long("wish", wish)?;
    if !target_heard && wish.is_empty() && !case.targets.is_empty() {
        return Err(Refusal::invalid("target_heard", "required"));
    }
    Ok(vec![Event::PoliceDecided {
        decision,
        target_heard,
        wish,
        reason,
    }])
}

/// Records that the report was filed, also after a decision not to and after the 72 hours.
pub(super) fn report(
    case: &CaseState,
    at: Option<Timestamp>,
    reference: &str,
    statements: &[u32],
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    if case.police_reported_at.is_some() {
        return Err(Refusal::AlreadyDone(DutyKind::Police));
    }
    if case.police_decision != Some(PoliceDecision::Report) {
        return Err(Refusal::NoPoliceReport);
    }
    Ok(vec![Event::PoliceReported {
        at: field::past("at", at.unwrap_or(ctx.now), ctx.now)?,
        reference: field::required_line("reference", reference)?,
        // What may be a crime is for the police to say, so any statement may be reported.
        statements: statement::attached(case, statements, false)?,
    }])
}

/// Asks the police how it goes, or records that they are done.
pub(super) fn chase(
    case: &CaseState,
    answer: &str,
    concluded: bool,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    if case.police_reported_at.is_none() {
        return Err(Refusal::NoPoliceReport);
    }
    owed(case, DutyKind::ChasePolice, ctx)?;
    Ok(vec![Event::PoliceChased {
        at: ctx.now,
        answer: field::required("answer", answer)?,
        concluded,
    }])
}
