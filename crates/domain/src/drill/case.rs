//! The managers' drill: a made-up case from the report to the contact. The rules are those of a case, asked in a town of five
//! made-up people around one real manager; nothing of it is a case, has a number, or is counted.

use super::{ADDRESS, PROFILE};
use crate::access::{Action, Standing, standing};
use crate::case::{
    Actor, Aim, CaseState, Command, CommandKind, ContactAdvice, Context, Entry, Event, Grounds, MayContact,
    NewReport, Purpose, Refusal, Threat, Truth, decide, report,
};
use crate::ids::{CaseNumber, PersonId, ReportId, UnitId};
use crate::organisation::{Organisation, Person, Unit};
use crate::vocabulary::{DutyKind, Medium, Outcome, Role, words};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What the manager may do in it; the rest of the procedure is shown, not practised.
pub const COMMANDS: [CommandKind; 5] = [
    CommandKind::Receive,
    CommandKind::Triage,
    CommandKind::Care,
    CommandKind::Register,
    CommandKind::Contact,
];

/// The duties that one of them does.
pub const DUTIES: [DutyKind; 7] = [
    DutyKind::Receive,
    DutyKind::Triage,
    DutyKind::Care,
    DutyKind::Register,
    DutyKind::Review,
    DutyKind::ContactSubstance,
    DutyKind::ContactBoundary,
];

const TARGET: &str = "øvelse-medarbejder";
const COLLEAGUE: &str = "øvelse-kollega";
const LAWYER: &str = "øvelse-jurist";
const SUPERIOR: &str = "øvelse-leder";
const TOP: &str = "øvelse-ledelse";

words!(
    /// What has to be done, in the order in which it is best done.
    Step {
        Receive = "receive",
        Care = "care",
        Register = "register",
        /// The made-up lawyer's assessment.
        Review = "review",
        /// Both purposes, in one contact or in two.
        Contact = "contact",
    }
);

words!(
    /// What could have been done better; a hint, it fails nobody.
    Missed {
        /// Something else came before the case was taken, so the reporter waited to hear who has it.
        ReceivedLate = "received-late",
        /// Whether somebody is in danger was never considered.
        NoTriage = "no-triage",
        /// It was registered before anybody had talked with the employee.
        CareAfterRegister = "care-after-register",
        NoPsychologist = "no-psychologist",
        NoWishes = "no-wishes",
        /// It had to stop before anybody asked what lay behind.
        BoundaryFirst = "boundary-first",
    }
);

impl Missed {
    /// The duty whose paragraph of the guide explains it.
    pub fn duty(self) -> DutyKind {
        match self {
            Self::ReceivedLate => DutyKind::Receive,
            Self::NoTriage => DutyKind::Triage,
            Self::CareAfterRegister | Self::NoPsychologist | Self::NoWishes => DutyKind::Care,
            Self::BoundaryFirst => DutyKind::ContactSubstance,
        }
    }
}

/// What the made-up people say, in the manager's language.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// What the colleague tells.
    pub told: String,
    /// The lawyer's grounds and advice.
    pub said: String,
    pub repetition: String,
    pub reach: String,
    pub counter_argument: String,
    pub conclusion: String,
    pub by: String,
    pub how: String,
    /// Why there are no exhibits.
    pub no_exhibits: String,
}

/// How far it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// In the order in which it was done.
    pub done: Vec<(Step, Timestamp)>,
    pub missed: Vec<Missed>,
}

impl Course {
    /// Every step is done.
    pub fn is_passed(&self) -> bool {
        self.done.len() == Step::ALL.len()
    }

    /// When a step was done.
    pub fn at(&self, step: Step) -> Option<Timestamp> {
        let found = self.done.iter().find(|(done, _)| *done == step);
        found.map(|(_, at)| *at)
    }
}

/// Whether this person is asked to practise it: they lead a unit.
pub fn is_for(person: &Person) -> bool {
    person.active && person.has(Role::Manager)
}

/// The made-up case's number; no case has it, and no address leads to it.
pub fn number() -> CaseNumber {
    CaseNumber::new(0, 0)
}

/// The manager as they are in the drill, with their own unit, and made-up people around them.
pub fn town(manager: &Person, unit: &Unit) -> Organisation {
    let top = UnitId::new(TOP);
    let made_up =
        |id: &str, name: &str, email: &str, title: &str, unit: &UnitId, role: Option<Role>| Person {
            id: PersonId::new(id),
            name: name.to_owned(),
            email: format!("{email}@snak.example"),
            title: title.to_owned(),
            unit: unit.clone(),
            roles: role.into_iter().collect(),
            active: true,
            deputy: None,
            away: None,
            since: None,
        };
    let me = Person {
        unit: unit.id.clone(),
        roles: BTreeSet::from([Role::Manager]),
        deputy: None,
        away: None,
        ..manager.clone()
    };
    let units = vec![
        Unit {
            id: top.clone(),
            parent: None,
            name: unit.name.clone(),
            kind: String::new(),
        },
        Unit {
            parent: Some(top.clone()),
            ..unit.clone()
        },
    ];
    let people = vec![
        me,
        made_up(
            TARGET,
            "Tilde Tænkt",
            "tilde.taenkt",
            "Opdigtet medarbejder",
            &unit.id,
            None,
        ),
        made_up(
            COLLEAGUE,
            "Ib Papfigur",
            "ib.papfigur",
            "Opdigtet kollega",
            &unit.id,
            None,
        ),
        made_up(
            LAWYER,
            "Jytte Påfund",
            "jytte.paafund",
            "Opdigtet jurist",
            &top,
            Some(Role::LegalAdviser),
        ),
        made_up(
            SUPERIOR,
            "Dan Digt",
            "dan.digt",
            "Opdigtet chef",
            &top,
            Some(Role::Manager),
        ),
    ];
    Organisation::new(units, people)
}

/// The report that it begins with, sent by the made-up colleague; `ctx` is of [`town`].
///
/// # Errors
/// As of any report.
pub fn begin(script: &Script, report_id: ReportId, ctx: &Context<'_>) -> Result<Vec<Entry>, Refusal> {
    let reporter = PersonId::new(COLLEAGUE);
    let new = NewReport {
        text: script.told.clone(),
        about: Some(TARGET.to_owned()),
        medium: Some(Medium::SocialMedia),
        platform: ADDRESS.split('/').next().unwrap_or_default().to_owned(),
        source_url: format!("https://{ADDRESS}"),
        originator: PROFILE.to_owned(),
        ..NewReport::default()
    };
    let opening = report(&new, &reporter, report_id, ctx)?;
    let events = opening.events(number(), ctx.procedure.version.clone());
    Ok(numbered(&[], &Actor::Person(reporter), events, ctx.now))
}

/// What the manager is to the made-up case: what they would be to a real one, whatever else they are in the house.
pub fn manager_standing(manager: &PersonId, case: &CaseState, now: Timestamp) -> Standing {
    let actor = Actor::Person(manager.clone());
    standing(&actor, &BTreeSet::from([Role::Manager]), case, now)
}

/// What the manager's command leads to; through the same door as in a case. `None` if it is not practised here.
///
/// # Errors
/// As in a case.
pub fn act(
    entries: &[Entry],
    command: &Command,
    manager: &PersonId,
    ctx: &Context<'_>,
) -> Option<Result<Vec<Entry>, Refusal>> {
    let case = CaseState::fold(entries)?;
    let may = manager_standing(manager, &case, ctx.now).may(Action::Do(command.kind()));
    if !may || !COMMANDS.contains(&command.kind()) {
        return None;
    }
    let actor = Actor::Person(manager.clone());
    let decided = decide(&case, command, &actor, ctx);
    Some(decided.map(|events| numbered(entries, &actor, events, ctx.now)))
}

/// Whether the made-up lawyer can weigh it: it is registered, so that there is something to weigh, and not weighed yet.
pub fn can_be_reviewed(case: &CaseState) -> bool {
    case.registration.is_some() && case.assessment.is_none()
}

/// The made-up lawyer's assessment; through the same door. `None` where it can't be had now.
///
/// # Errors
/// As in a case.
pub fn review(entries: &[Entry], script: &Script, ctx: &Context<'_>) -> Option<Result<Vec<Entry>, Refusal>> {
    let case = CaseState::fold(entries).filter(can_be_reviewed)?;
    let about = ctx.organisation.person(&PersonId::new(TARGET))?;
    let command = Command::Review {
        grounds: Grounds {
            said: script.said.clone(),
            about: about.name.clone(),
            aim: Aim::Person,
            truth: Truth::Untrue,
            threat: Threat::None,
            repetition: script.repetition.clone(),
            reach: script.reach.clone(),
            counter_argument: script.counter_argument.clone(),
            conclusion: script.conclusion.clone(),
        },
        outcome: Outcome::Harassment,
        contact: ContactAdvice {
            may: MayContact::Yes,
            by: script.by.clone(),
            how: script.how.clone(),
            reason: String::new(),
        },
        without_exhibits: Some(script.no_exhibits.clone()),
    };
    let actor = Actor::Person(PersonId::new(LAWYER));
    let decided = decide(&case, &command, &actor, ctx);
    Some(decided.map(|events| numbered(entries, &actor, events, ctx.now)))
}

/// How far it has come, and what could have been done better so far.
pub fn course(entries: &[Entry]) -> Course {
    let first = |is: fn(&Event) -> bool| {
        entries
            .iter()
            .find(|entry| is(&entry.event))
            .map(|e| (e.seq, e.at))
    };
    let received = first(|event| matches!(event, Event::Received {}));
    let cared = first(|event| matches!(event, Event::CareGiven { .. }));
    let registered = first(|event| matches!(event, Event::Registered(_)));
    let substance = first(|event| contacts(event, Purpose::Substance));
    let boundary = first(|event| contacts(event, Purpose::Boundary));
    let steps = [
        (Step::Receive, received),
        (Step::Care, cared),
        (Step::Register, registered),
        (
            Step::Review,
            first(|event| matches!(event, Event::Assessed { .. })),
        ),
        (
            Step::Contact,
            substance.zip(boundary).map(|(one, other)| one.max(other)),
        ),
    ];
    let mut done: Vec<(u64, Step, Timestamp)> = steps
        .into_iter()
        .filter_map(|(step, found)| found.map(|(seq, at)| (seq, step, at)))
        .collect();
    done.sort_by_key(|(seq, ..)| *seq);
    let handled = first(|event| {
        matches!(
            event,
            Event::Triaged { .. } | Event::CareGiven { .. } | Event::Registered(_)
        )
    });
    // `None`, not done, is later than anything that is.
    let later = |one: Option<(u64, Timestamp)>, other: Option<(u64, Timestamp)>| {
        other.is_some_and(|other| one.is_none_or(|one| one > other))
    };
    let hints = [
        (Missed::ReceivedLate, later(received, handled)),
        (
            Missed::NoTriage,
            !entries
                .iter()
                .any(|entry| matches!(entry.event, Event::Triaged { .. })),
        ),
        (Missed::CareAfterRegister, later(cared, registered)),
        (Missed::NoPsychologist, !care(entries, |offered, _| offered)),
        (Missed::NoWishes, !care(entries, |_, wishes| !wishes.is_empty())),
        (Missed::BoundaryFirst, later(substance, boundary)),
    ];
    Course {
        done: done.into_iter().map(|(_, step, at)| (step, at)).collect(),
        missed: hints
            .into_iter()
            .filter(|(_, so)| *so)
            .map(|(missed, _)| missed)
            .collect(),
    }
}

fn contacts(event: &Event, purpose: Purpose) -> bool {
    matches!(event, Event::Contacted { purposes, .. } if purposes.contains(&purpose))
}

/// Whether a talk was had of which `holds`, given whether help was offered, and the wishes.
fn care(entries: &[Entry], holds: impl Fn(bool, &str) -> bool) -> bool {
    entries.iter().any(|entry| {
        matches!(&entry.event, Event::CareGiven { psychologist_offered, wishes, .. } if holds(*psychologist_offered, wishes))
    })
}

fn numbered(before: &[Entry], actor: &Actor, events: Vec<Event>, at: Timestamp) -> Vec<Entry> {
    let first = before.last().map_or(1, |last| last.seq + 1);
    Entry::numbered(first, at, actor, events)
}
