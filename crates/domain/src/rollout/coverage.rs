//! How far the guide has come: for a manager their own people by name, above that numbers, and no number so small that
//! it is a person.

use super::Asked;
use crate::ids::UnitId;
use crate::organisation::{Organisation, Person, Unit};
use crate::vocabulary::{Role, words};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// Fewer people than this are shown together with others.
pub const LEAST: u32 = 5;

words!(
    /// What somebody sees of a unit's coverage.
    Sight {
        /// Who has read and who has not: the unit's own manager.
        Names = "names",
        /// How many: managers above it, HR and the safety organisation.
        Numbers = "numbers",
    }
);

/// How many are asked, and how many of them have come how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub people: u32,
    pub read: u32,
    /// Have passed the exercises that are for them.
    pub drilled: u32,
    /// Owe something of it whose time is over.
    pub overdue: u32,
}

impl Share {
    /// Counts one more person, or a group.
    pub fn add(&mut self, other: Self) {
        self.people += other.people;
        self.read += other.read;
        self.drilled += other.drilled;
        self.overdue += other.overdue;
    }

    /// Of one person.
    pub fn of(asked: &Asked, now: Timestamp) -> Self {
        Self {
            people: 1,
            read: asked.reading.read.into(),
            drilled: asked.practice.is_empty().into(),
            overdue: asked.is_overdue(now).into(),
        }
    }

    /// How many in a hundred have read, rounded down so that it is 100 only when all have.
    pub fn percent(&self) -> u32 {
        (self.read * 100).checked_div(self.people).unwrap_or(0)
    }
}

/// The whole tree's shares: each unit's own people, and with everybody below it.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    own: HashMap<UnitId, Share>,
    all: HashMap<UnitId, Share>,
}

impl Coverage {
    /// Counts everybody of whom something is asked.
    pub fn count(
        organisation: &Organisation,
        asked: impl Fn(&Person) -> Option<Asked>,
        now: Timestamp,
    ) -> Self {
        let mut counted = Self::default();
        for person in organisation.people() {
            let Some(asked) = asked(person) else {
                continue;
            };
            let share = Share::of(&asked, now);
            match counted.own.get_mut(&person.unit) {
                Some(own) => own.add(share),
                None => drop(counted.own.insert(person.unit.clone(), share)),
            }
        }
        for (unit, share) in &counted.own {
            for above in organisation.path(unit) {
                counted.all.entry(above.id.clone()).or_default().add(*share);
            }
        }
        counted
    }

    /// A unit's own people.
    pub fn own(&self, unit: &UnitId) -> Share {
        self.own.get(unit).copied().unwrap_or_default()
    }

    /// A unit with everybody below it.
    pub fn all(&self, unit: &UnitId) -> Share {
        self.all.get(unit).copied().unwrap_or_default()
    }

    /// The parts of a unit, as numbers alone: its own people (`None`) and each unit below it, in the order of the tree.
    /// Parts of fewer than [`LEAST`] are folded into the rest; should the rest itself be that small, the smallest other
    /// part goes there too, since the rest is also what is missing from the sum.
    pub fn parts(&self, unit: &UnitId, organisation: &Organisation) -> Parts {
        let below = organisation
            .children(unit)
            .map(|child| (Some(child.id.clone()), self.all(&child.id)));
        let mut shown: Vec<(Option<UnitId>, Share)> = std::iter::once((None, self.own(unit)))
            .chain(below)
            .filter(|(_, share)| share.people > 0)
            .collect();
        let mut rest = Share::default();
        let mut folded = 0;
        while let Some(at) = next_to_fold(&shown, rest) {
            rest.add(shown.remove(at).1);
            folded += 1;
        }
        Parts { shown, rest, folded }
    }
}

fn next_to_fold(shown: &[(Option<UnitId>, Share)], rest: Share) -> Option<usize> {
    let (at, (_, smallest)) = shown
        .iter()
        .enumerate()
        .min_by_key(|(_, (_, share))| share.people)?;
    let rest_is_small = rest.people > 0 && rest.people < LEAST;
    (smallest.people < LEAST || rest_is_small).then_some(at)
}

/// What is shown of a unit's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Each of at least [`LEAST`] people.
    pub shown: Vec<(Option<UnitId>, Share)>,
    /// The small ones together; nobody, or at least [`LEAST`] unless the whole unit is smaller.
    pub rest: Share,
    /// How many parts the rest is made of.
    pub folded: u32,
}

/// Whether this person leads the unit: its manager, or for a unit without one the manager it falls to.
pub fn leads(person: &Person, unit: &UnitId, organisation: &Organisation) -> bool {
    let path = organisation.path(unit);
    let led = path
        .iter()
        .find(|unit| !organisation.managers_of(&unit.id).is_empty());
    person.has(Role::Manager) && led.is_some_and(|led| led.id == person.unit)
}

/// The unit, and the units below it that have no manager of their own and none between: led together with it.
pub fn led_with(unit: &UnitId, organisation: &Organisation) -> HashSet<UnitId> {
    let mut found = vec![unit.clone()];
    let mut next = 0;
    while let Some(above) = found.get(next).cloned() {
        let falls_here = |below: &&Unit| organisation.managers_of(&below.id).is_empty();
        let below = organisation.children(&above).filter(falls_here);
        found.extend(below.map(|below| below.id.clone()));
        next += 1;
    }
    found.into_iter().collect()
}

/// What `person` sees of `unit`; `None` if nothing, and then it does not exist for them.
pub fn sight(person: &Person, unit: &UnitId, organisation: &Organisation) -> Option<Sight> {
    organisation.unit(unit)?;
    if leads(person, unit, organisation) {
        return Some(Sight::Names);
    }
    let watches = [Role::Hr, Role::Safety, Role::SafetyRepresentative];
    let above = person.has(Role::Manager)
        && organisation
            .path(unit)
            .iter()
            .any(|above| above.id == person.unit);
    (above || watches.iter().any(|role| person.has(*role))).then_some(Sight::Numbers)
}
