//! Who owes a receipt for the guide, and who has to practise it, since when and until when. Computed from the rollouts, the organisation and the
//! receipts, like duties are: nobody has to insert or remove what somebody owes, so new employees and movers get it by
//! themselves and leavers fall out.

pub mod coverage;
pub mod remind;

use crate::calendar::Calendar;
use crate::case::Refusal;
use crate::drill::{Exercise, Passed};
use crate::guide::{Edition, Size};
use crate::ids::{PersonId, UnitId};
use crate::organisation::{Organisation, Person};
use crate::procedure::Term;
use crate::vocabulary::{Role, words};
use jiff::Timestamp;
use jiff::civil::Date;
use remind::Owed;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};

/// The least number of days between a rollout's start and its due date.
pub const SHORTEST: i32 = 1;
/// The most.
pub const LONGEST: i32 = 366;

words!(
    /// How somebody came to have a receipt.
    How {
        /// They read it here and confirmed.
        Read = "read",
        /// It was gone through at a meeting of the unit, and the manager noted who was there.
        Meeting = "meeting",
    }
);

/// Whom a rollout is for: everybody in the branches (in the whole municipality if none is named) who has one of the
/// roles (everybody if none is named).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    pub branches: BTreeSet<UnitId>,
    pub roles: BTreeSet<Role>,
}

/// One edition of the guide on its way to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    pub id: String,
    /// The edition's number.
    pub edition: u64,
    pub scope: Scope,
    pub started: Timestamp,
    /// The day by whose closing time it is to have been read and practised.
    pub due: Date,
    pub by: PersonId,
    /// Taken back: it asks nobody for anything any more.
    pub ended: Option<Timestamp>,
}

/// What a rollout needs to know of a published edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditionMark {
    pub number: u64,
    pub published: Timestamp,
    /// A minor edition: who has a receipt for the one before needs no new one.
    pub keeps_receipts: bool,
}

impl EditionMark {
    /// Of the editions those that are published, ascending.
    pub fn of(editions: &[Edition]) -> Vec<Self> {
        let mark = |edition: &Edition| {
            let (_, published) = edition.published.as_ref()?;
            let size = edition.approved.as_ref().map(|approval| approval.size);
            Some(Self {
                number: edition.number,
                published: *published,
                keeps_receipts: size == Some(Size::Minor),
            })
        };
        editions.iter().filter_map(mark).collect()
    }
}

/// A receipt that somebody owes, or owed until they gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub edition: u64,
    /// The rollout that asks for it.
    pub rollout: String,
    pub from: Timestamp,
    pub due: Timestamp,
    pub read: bool,
}

impl Reading {
    /// Whether it is owed and its time is over.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        !self.read && self.due < now
    }
}

/// An exercise that somebody owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Practice {
    pub exercise: Exercise,
    pub from: Timestamp,
    pub due: Timestamp,
}

/// What a rollout asks of somebody, and how far they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub reading: Reading,
    /// The exercises that they still owe.
    pub practice: Vec<Practice>,
}

impl Asked {
    /// Whether something is owed whose time is over.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.reading.is_overdue(now) || self.practice.iter().any(|practice| practice.due < now)
    }

    /// What of it presses: of the target of an open case nothing, as long as it is open. A target is given no task, and to practise on
    /// a made-up post is the last thing to ask of somebody who has just had a real one.
    pub fn pressing(self, is_target: bool) -> Option<Self> {
        (!is_target).then_some(self)
    }

    /// Everything that is still owed.
    pub fn owed(&self) -> Vec<Owed> {
        let reading = (!self.reading.read).then_some(Owed {
            from: self.reading.from,
            due: self.reading.due,
        });
        let practice = self.practice.iter().map(|practice| Owed {
            from: practice.from,
            due: practice.due,
        });
        reading.into_iter().chain(practice).collect()
    }
}

/// A rollout that runs.
struct Running<'a> {
    rollout: &'a Rollout,
    /// The units that its branches now are; `None` for the whole municipality.
    units: Option<HashSet<UnitId>>,
    /// When it is due for those who were there when it started: nearly everybody.
    due: Timestamp,
}

impl Running<'_> {
    fn covers(&self, person: &Person) -> bool {
        let scope = &self.rollout.scope;
        self.units
            .as_ref()
            .is_none_or(|units| units.contains(&person.unit))
            && (scope.roles.is_empty() || scope.roles.iter().any(|role| person.has(*role)))
    }
}

/// The rollouts with the units that each one's branches now are; made once for many people.
pub struct Plan<'a> {
    /// Newest edition first, then the earliest due.
    running: Vec<Running<'a>>,
    editions: &'a [EditionMark],
    calendar: &'a Calendar,
}

impl<'a> Plan<'a> {
    /// Of these rollouts those that run, on the tree as it is now. `editions` are the published ones, ascending.
    pub fn new(
        rollouts: &'a [Rollout],
        editions: &'a [EditionMark],
        organisation: &Organisation,
        calendar: &'a Calendar,
    ) -> Self {
        let published = |rollout: &&Rollout| editions.iter().any(|mark| mark.number == rollout.edition);
        let running = rollouts.iter().filter(|rollout| rollout.ended.is_none());
        let mut running: Vec<_> = running
            .filter(published)
            .map(|rollout| Running {
                rollout,
                units: units(&rollout.scope, organisation),
                due: calendar.closing(rollout.due),
            })
            .collect();
        running.sort_by_key(|Running { rollout, .. }| {
            (std::cmp::Reverse(rollout.edition), rollout.due, &rollout.id)
        });
        Self {
            running,
            editions,
            calendar,
        }
    }

    /// The receipt that this person owes or has given: for the newest edition that is rolled out to them, and no other,
    /// since nobody should confirm a text that is no longer in force. `None` if none is asked of them.
    /// `has` says whether they have a receipt for an edition.
    pub fn reading(&self, person: &Person, has: impl Fn(u64) -> bool) -> Option<Reading> {
        Some(self.reading_in(self.running_for(person)?, person, has))
    }

    /// The receipt, and the exercises that go with it: due on the same day, and a year after they were passed owed again, with as
    /// many days as the first time. `None` if nothing is asked of this person.
    pub fn asked(
        &self,
        person: &Person,
        has: impl Fn(u64) -> bool,
        passed: Passed,
        now: Timestamp,
    ) -> Option<Asked> {
        let running = self.running_for(person)?;
        let reading = self.reading_in(running, person, has);
        let owed = |exercise| {
            let from = passed
                .lasts(exercise)
                .map_or(reading.from, |until| until.max(reading.from));
            Practice {
                exercise,
                from,
                due: self.due(running, from),
            }
        };
        let practice = passed.lacks(person, now).map(owed).collect();
        Some(Asked { reading, practice })
    }

    fn running_for(&self, person: &Person) -> Option<&Running<'a>> {
        let mut running = self.running.iter();
        running.find(|running| person.active && running.covers(person))
    }

    fn reading_in(&self, running: &Running<'_>, person: &Person, has: impl Fn(u64) -> bool) -> Reading {
        let rollout = running.rollout;
        let from = person
            .since
            .map_or(rollout.started, |since| since.max(rollout.started));
        Reading {
            edition: rollout.edition,
            rollout: rollout.id.clone(),
            from,
            due: self.due(running, from),
            read: self.is_covered(rollout.edition, has),
        }
    }

    /// The rollouts that run, newest edition first.
    pub fn running(&self) -> impl Iterator<Item = &Rollout> {
        self.running.iter().map(|running| running.rollout)
    }

    /// When it is due for somebody who came to it at `from`: so many days after the others.
    fn due(&self, running: &Running<'_>, from: Timestamp) -> Timestamp {
        let rollout = running.rollout;
        if from == rollout.started {
            return running.due;
        }
        let began = self.calendar.local(rollout.started).date();
        let came = self.calendar.local(from).date();
        let later = came.since(began).map_or(0, |span| span.get_days());
        let due = rollout.due.saturating_add(jiff::Span::new().days(later.max(0)));
        self.calendar.closing(due)
    }

    /// Whether a receipt for this edition, or for an earlier one whose receipts it keeps, is there.
    fn is_covered(&self, edition: u64, has: impl Fn(u64) -> bool) -> bool {
        let earlier = self
            .editions
            .iter()
            .rev()
            .skip_while(|mark| mark.number > edition);
        for mark in earlier {
            if has(mark.number) {
                return true;
            }
            if !mark.keeps_receipts {
                return false;
            }
        }
        false
    }
}

/// The units of the scope's branches as the tree is now; `None` for the whole municipality.
fn units(scope: &Scope, organisation: &Organisation) -> Option<HashSet<UnitId>> {
    let all = scope
        .branches
        .iter()
        .flat_map(|branch| organisation.subtree(branch));
    (!scope.branches.is_empty()).then(|| all.collect())
}

/// A rollout as somebody asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRollout {
    pub edition: u64,
    pub scope: Scope,
    pub due: Date,
}

/// Whether somebody with these roles may roll the guide out, and take a rollout back.
pub fn may_roll_out(person: &Person) -> bool {
    person.active && (person.has(Role::Hr) || person.has(Role::Safety))
}

/// The rollout that this leads to.
///
/// # Errors
/// `edition`: `not-published` or `not-the-newest`; `branches`: `unknown-unit`; `due`: `too-soon` or `too-far`;
/// `scope`: `nobody`, if it is for nobody at all.
pub fn roll_out(
    new: &NewRollout,
    (id, by): (String, &PersonId),
    editions: &[EditionMark],
    organisation: &Organisation,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Rollout, Refusal> {
    let newest = editions.last().map(|mark| mark.number);
    if !editions.iter().any(|mark| mark.number == new.edition) {
        return Err(Refusal::invalid("edition", "not-published"));
    }
    if newest != Some(new.edition) {
        return Err(Refusal::invalid("edition", "not-the-newest"));
    }
    if new
        .scope
        .branches
        .iter()
        .any(|unit| organisation.unit(unit).is_none())
    {
        return Err(Refusal::invalid("branches", "unknown-unit"));
    }
    let days = calendar
        .local(now)
        .date()
        .until(new.due)
        .map_or(0, |span| span.get_days());
    if days < SHORTEST {
        return Err(Refusal::invalid("due", "too-soon"));
    }
    if days > LONGEST {
        return Err(Refusal::invalid("due", "too-far"));
    }
    let rollout = Rollout {
        id,
        edition: new.edition,
        scope: new.scope.clone(),
        started: now,
        due: new.due,
        by: by.clone(),
        ended: None,
    };
    let alone = std::slice::from_ref(&rollout);
    let plan = Plan::new(alone, editions, organisation, calendar);
    if !organisation
        .people()
        .iter()
        .any(|person| plan.reading(person, |_| false).is_some())
    {
        return Err(Refusal::invalid("scope", "nobody"));
    }
    Ok(rollout)
}

/// One person's confirmation that they know one edition. That, and when and how, is all that is kept: nothing about
/// scrolling or time spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub person: PersonId,
    pub edition: u64,
    pub at: Timestamp,
    pub how: How,
    /// The manager who noted it, and the day of the meeting.
    pub noted: Option<(PersonId, Date)>,
}

/// Confirms that one has read the newest edition, whether one was asked to or not.
///
/// # Errors
/// `edition`: `not-published` or `not-the-newest`.
pub fn confirm(
    person: &PersonId,
    edition: u64,
    editions: &[EditionMark],
    now: Timestamp,
) -> Result<Receipt, Refusal> {
    match editions.last() {
        Some(newest) if newest.number == edition => Ok(Receipt {
            person: person.clone(),
            edition,
            at: now,
            how: How::Read,
            noted: None,
        }),
        Some(newest) if edition < newest.number => Err(Refusal::invalid("edition", "not-the-newest")),
        _ => Err(Refusal::invalid("edition", "not-published")),
    }
}

/// The newest edition was gone through at a meeting of a unit, and these were there.
///
/// # Errors
/// `edition`: `not-published`; `held`: `in-the-future` or `before-the-edition`; `present`: `at-least-one`, or
/// `not-yours` for somebody who is not in a unit that `manager` leads.
pub fn gone_through(
    manager: &Person,
    held: Date,
    present: &[PersonId],
    editions: &[EditionMark],
    (organisation, calendar): (&Organisation, &Calendar),
    now: Timestamp,
) -> Result<Vec<Receipt>, Refusal> {
    let newest = editions
        .last()
        .ok_or(Refusal::invalid("edition", "not-published"))?;
    if held > calendar.local(now).date() {
        return Err(Refusal::invalid("held", "in-the-future"));
    }
    if held < calendar.local(newest.published).date() {
        return Err(Refusal::invalid("held", "before-the-edition"));
    }
    if present.is_empty() {
        return Err(Refusal::invalid("present", "at-least-one"));
    }
    let of = |id: &PersonId| organisation.person(id).filter(|person| person.active);
    let yours =
        |id: &PersonId| of(id).is_some_and(|person| coverage::leads(manager, &person.unit, organisation));
    if !present.iter().all(yours) {
        return Err(Refusal::invalid("present", "not-yours"));
    }
    let receipt = |person: &PersonId| Receipt {
        person: person.clone(),
        edition: newest.number,
        at: now,
        how: How::Meeting,
        noted: Some((manager.id.clone(), held)),
    };
    Ok(present.iter().map(receipt).collect())
}

/// Terms as a rollout counts them, for showing a suggested due date.
pub fn suggested_due(calendar: &Calendar, now: Timestamp) -> Date {
    calendar.local(calendar.due(now, Term::Weeks(3))).date()
}
