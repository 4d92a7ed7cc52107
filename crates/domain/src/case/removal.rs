//! Removal: notice to the platform, host or page administrator, and what came of it.

use super::decide::{Context, owed_or};
use super::event::{Event, RemovalResult};
use super::state::CaseState;
use super::{Refusal, field, statement};
use crate::vocabulary::{DutyKind, Outcome};

/// Asks for removal. Needs a sealed exhibit (what is removed can't be sealed later) and an assessment that it crosses the line.
pub(super) fn request(
    case: &CaseState,
    to: &str,
    what: &str,
    statements: &[u32],
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let outcome = case.assessment.as_ref().map(|assessment| assessment.outcome);
    match outcome {
        None => return Err(Refusal::ReviewMissing),
        Some(Outcome::LawfulCriticism | Outcome::RudeButLawful) => return Err(Refusal::LawfulSpeech),
        Some(Outcome::Harassment | Outcome::PossibleCrime) => {}
    }
    if case.exhibits.is_empty() {
        return Err(Refusal::NoExhibits);
    }
    owed_or(
        case,
        DutyKind::Removal,
        case.predates_assessment(DutyKind::Removal),
        ctx,
    )?;
    Ok(vec![Event::RemovalRequested {
        to: field::required_line("to", to)?,
        what: field::required("what", what)?,
        at: ctx.now,
        statements: statement::attached(case, statements, true)?,
    }])
}

/// Records what came of the request.
pub(super) fn observe(
    case: &CaseState,
    result: RemovalResult,
    note: &str,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let unobserved = case.removal_requested > case.last_done.get(&DutyKind::Removal).copied();
    owed_or(case, DutyKind::Removal, unobserved, ctx)?;
    if case.removal_requested.is_none() {
        return Err(Refusal::NothingToObserve);
    }
    Ok(vec![Event::RemovalObserved {
        result,
        note: field::long("note", note)?,
    }])
}
