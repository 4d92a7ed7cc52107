//! Legal review: the lawyer weighs what was said against what an employee must tolerate.

use super::event::{ContactAdvice, Event, Grounds, MayContact};
use super::state::CaseState;
use super::{Refusal, field};
use crate::vocabulary::{DutyKind, Outcome};

pub(super) fn review(
    case: &CaseState,
    grounds: &Grounds,
    outcome: Outcome,
    contact: &ContactAdvice,
    without_exhibits: Option<&str>,
) -> Result<Vec<Event>, Refusal> {
    if !case.may_be_assessed() {
        return Err(Refusal::AlreadyDone(DutyKind::Review));
    }
    let without_exhibits = match without_exhibits.map(|why| field::required("without_exhibits", why)) {
        Some(why) if case.exhibits.is_empty() => Some(why?),
        _ if case.exhibits.is_empty() => return Err(Refusal::NoExhibits),
        _ => None,
    };
    let reason = match contact.may {
        MayContact::Yes => field::long("contact.reason", &contact.reason)?,
        _ => field::required("contact.reason", &contact.reason)?,
    };
    let contact = ContactAdvice {
        may: contact.may,
        by: field::line("contact.by", &contact.by)?,
        how: field::line("contact.how", &contact.how)?,
        reason: String::new(),
    };
    let grounds = checked(grounds)?;
    let mut events = vec![Event::Assessed {
        grounds,
        outcome,
        contact,
        without_exhibits,
    }];
    if !reason.is_empty() {
        events.push(Event::AdviceReasoned { reason });
    }
    Ok(events)
}

fn checked(grounds: &Grounds) -> Result<Grounds, Refusal> {
    Ok(Grounds {
        said: field::required("grounds.said", &grounds.said)?,
        about: field::required("grounds.about", &grounds.about)?,
        aim: grounds.aim,
        truth: grounds.truth,
        threat: grounds.threat,
        repetition: field::long("grounds.repetition", &grounds.repetition)?,
        reach: field::long("grounds.reach", &grounds.reach)?,
        counter_argument: field::required("grounds.counter_argument", &grounds.counter_argument)?,
        conclusion: field::required("grounds.conclusion", &grounds.conclusion)?,
    })
}
