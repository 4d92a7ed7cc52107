//! The duties of a case, computed: never rows that somebody must remember to insert.

use crate::calendar::Calendar;
use crate::case::{Actor, CaseState, MayContact, Phase, PoliceDecision};
use crate::ids::PersonId;
use crate::procedure::{Clock, OwedBy, Procedure, Rule, Term};
use crate::vocabulary::DutyKind;
use jiff::Timestamp;

/// How a duty stands.
#[derive(Clone, Debug, PartialEq)]
pub enum DutyState {
    /// Nothing in this case calls for it.
    NotOwed,
    /// It will be owed when these are done.
    Waiting(Vec<DutyKind>),
    Owed,
    Done {
        at: Timestamp,
        by: Actor,
    },
    Waived {
        at: Timestamp,
        by: Actor,
        reason: String,
    },
}

impl DutyState {
    /// The stable name of the state.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotOwed => "not-owed",
            Self::Waiting(_) => "waiting",
            Self::Owed => "owed",
            Self::Done { .. } => "done",
            Self::Waived { .. } => "waived",
        }
    }
}

/// One thing somebody owes in this case.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    pub kind: DutyKind,
    pub owed_by: OwedBy,
    pub owner: PersonId,
    /// When its clock started; `None` while it has not.
    pub starts: Option<Timestamp>,
    pub due: Option<Timestamp>,
    pub state: DutyState,
    /// Past its deadline: now, or when it was done. Late once is late for ever.
    pub late: bool,
}

impl Duty {
    /// Somebody has to act on it, now or later.
    pub fn is_open(&self) -> bool {
        matches!(self.state, DutyState::Owed | DutyState::Waiting(_))
    }

    /// Somebody has to act on it now.
    pub fn is_owed(&self) -> bool {
        self.state == DutyState::Owed
    }
}

/// All duties of the case in the order of the procedure. A case that lives on in another owes nothing.
pub fn duties(case: &CaseState, procedure: &Procedure, calendar: &Calendar, now: Timestamp) -> Vec<Duty> {
    if case.phase == Phase::Joined {
        return Vec::new();
    }
    let mut all: Vec<Duty> = Vec::with_capacity(DutyKind::ALL.len());
    for kind in DutyKind::ALL.iter().copied() {
        let rule = procedure.rule(kind);
        let state = state_of(case, kind, &all);
        let starts = starts(case, rule, calendar, &all);
        let end = match &state {
            DutyState::Done { at, .. } | DutyState::Waived { at, .. } => Some(*at),
            DutyState::Owed => Some(now),
            DutyState::NotOwed | DutyState::Waiting(_) => None,
        };
        let term = starts.map(|start| run(case, rule, calendar, start, end));
        let due = term.map(|(due, _)| due);
        let late = end.is_some() && term.is_some_and(|(_, late)| late);
        all.push(Duty {
            kind,
            owed_by: rule.owed_by,
            owner: owner(case, rule),
            starts,
            due,
            state,
            late,
        });
    }
    all
}

fn state_of(case: &CaseState, kind: DutyKind, earlier: &[Duty]) -> DutyState {
    // A decision to report, after one not to, is owed until it is reported.
    let unreported =
        case.police_decision == Some(PoliceDecision::Report) && case.police_reported_at.is_none();
    if kind == DutyKind::Police && unreported {
        return DutyState::Owed;
    }
    if let Some(deed) = case.done.get(&kind) {
        return DutyState::Done {
            at: deed.at,
            by: deed.by.clone(),
        };
    }
    if let Some(waiver) = case.waived.get(&kind) {
        let (deed, reason) = (&waiver.deed, waiver.reason.clone());
        return DutyState::Waived {
            at: deed.at,
            by: deed.by.clone(),
            reason,
        };
    }
    let crosses = case
        .assessment
        .as_ref()
        .map(|assessment| assessment.outcome.crosses_the_line());
    let contact = case.may_contact().map(|may| may != MayContact::No);
    match kind {
        DutyKind::ContactSubstance => after_review(contact),
        DutyKind::ContactBoundary => after_review(crosses.zip(contact).map(|(crosses, may)| crosses && may)),
        DutyKind::Removal => {
            let published = case.medium().is_none_or(|medium| medium.is_published());
            after_review(crosses.map(|crosses| crosses && published))
        }
        DutyKind::Injury if case.injury_recorded.is_none() => DutyState::NotOwed,
        DutyKind::FollowUp1 | DutyKind::FollowUp4 | DutyKind::FollowUp12 if case.registration.is_none() => {
            DutyState::Waiting(vec![DutyKind::Register])
        }
        DutyKind::ChasePolice if case.police_reported_at.is_none() => DutyState::NotOwed,
        DutyKind::Close => {
            let open: Vec<DutyKind> = earlier
                .iter()
                .filter(|duty| duty.is_open())
                .map(|duty| duty.kind)
                .collect();
            if open.is_empty() {
                DutyState::Owed
            } else {
                DutyState::Waiting(open)
            }
        }
        _ => DutyState::Owed,
    }
}

fn after_review(owed: Option<bool>) -> DutyState {
    match owed {
        None => DutyState::Waiting(vec![DutyKind::Review]),
        Some(true) => DutyState::Owed,
        Some(false) => DutyState::NotOwed,
    }
}

fn starts(case: &CaseState, rule: &Rule, calendar: &Calendar, earlier: &[Duty]) -> Option<Timestamp> {
    match rule.clock {
        Clock::Report => Some(case.opened_at),
        Clock::Episode => Some(case.episode_at().0),
        Clock::Review => case.called_for.get(&rule.duty).copied(),
        Clock::Registration => case.registration.as_ref().map(|(deed, _)| deed.at),
        Clock::Absence => case.injury_recorded.map(|recorded| {
            let first_day = case.absence_from.map(|day| calendar.start_of(day));
            first_day.map_or(recorded, |day| day.min(recorded))
        }),
        Clock::PoliceReport => case.police_reported_at,
        Clock::AllElseDone => {
            let ends = earlier.iter().filter_map(|duty| match &duty.state {
                DutyState::Done { at, .. } | DutyState::Waived { at, .. } => Some(*at),
                _ => None,
            });
            let open = earlier.iter().any(Duty::is_open);
            if open {
                None
            } else {
                ends.max().max(case.reopened_at)
            }
        }
    }
}

/// When the duty is due, and whether it was late by `end` (now, while it is owed). Some duties go on in steps, each with a
/// deadline of its own; one that was missed stays missed, whatever is due next.
fn run(
    case: &CaseState,
    rule: &Rule,
    calendar: &Calendar,
    start: Timestamp,
    end: Option<Timestamp>,
) -> (Timestamp, bool) {
    let end = end.unwrap_or(Timestamp::MAX);
    let first = (first_due(case, rule, calendar, start, end), false);
    let taken = steps(case, rule, calendar)
        .into_iter()
        .filter(|(at, _)| (start..=end).contains(at));
    let (due, late) = taken.fold(first, |(due, late), (at, next)| (next, late || at > due));
    (due, late || end > due)
}

fn first_due(
    case: &CaseState,
    rule: &Rule,
    calendar: &Calendar,
    start: Timestamp,
    end: Timestamp,
) -> Timestamp {
    let normal = calendar.due(start, rule.term);
    match rule.acute.zip(case.acute_since) {
        Some((acute, since)) if since <= start => calendar.due(start, acute),
        // It turned out acute on the way: from then there is less time left. What was done before was in time or not.
        Some((acute, since)) if since <= end => normal.min(calendar.due(since, acute)),
        _ => normal,
    }
}

/// The steps taken, each with when the next one is due.
fn steps(case: &CaseState, rule: &Rule, calendar: &Calendar) -> Vec<(Timestamp, Timestamp)> {
    match rule.duty {
        // Once the demand is made, what is left is to see whether it was met: due the working day after its date.
        DutyKind::ContactBoundary => {
            let due = |day| calendar.due(calendar.start_of(day), Term::WorkingDays(1));
            case.demands
                .iter()
                .filter_map(|demand| Some((demand.at, due(demand.stop_by?))))
                .collect()
        }
        DutyKind::ChasePolice => case
            .police_chased
            .iter()
            .map(|at| (*at, calendar.due(*at, rule.term)))
            .collect(),
        _ => Vec::new(),
    }
}

/// When the silence of whoever owns the case now passes it on; `None` once it is received or no longer open. The next owner
/// gets the same time as the first, from when they got it.
pub fn silent_at(case: &CaseState, procedure: &Procedure, calendar: &Calendar) -> Option<Timestamp> {
    let received = case.done.contains_key(&DutyKind::Receive);
    if received || case.phase != Phase::Open {
        return None;
    }
    let rule = procedure.rule(DutyKind::Receive);
    let due = first_due(case, rule, calendar, case.owner_since, Timestamp::MAX);
    Some(calendar.due(due, procedure.escalate_after))
}

fn owner(case: &CaseState, rule: &Rule) -> PersonId {
    let by_rule = match rule.owed_by {
        OwedBy::Manager => Some(&case.owner),
        OwedBy::LegalAdviser => case.legal.as_ref(),
        OwedBy::ManagersManager => Some(&case.superior),
        OwedBy::Hr => case.hr.as_ref(),
        OwedBy::Communication => case.communication.as_ref(),
    };
    let chosen = case.delegated.get(&rule.duty).or(by_rule).unwrap_or(&case.owner);
    // A duty never falls on somebody the case is about.
    if case.is_party(chosen) {
        case.owner.clone()
    } else {
        chosen.clone()
    }
}
