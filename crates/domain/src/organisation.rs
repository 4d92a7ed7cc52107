//! The organisation: units as a tree, people in them, and who leads whom. Look-ups take constant time.

use crate::ids::{PersonId, UnitId};
use crate::vocabulary::Role;
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A node of the organisation tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    /// `None` for the root alone.
    pub parent: Option<UnitId>,
    pub name: String,
    /// The municipality's own word: `department`, `team`, `institution`; may be empty.
    pub kind: String,
}

/// A time in which a person is away, from `from` up to but without `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// An employee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    /// In lower case; unique.
    pub email: String,
    pub title: String,
    pub unit: UnitId,
    pub roles: BTreeSet<Role>,
    /// Whether they still work here; nobody else signs in, owns a case or stands in.
    pub active: bool,
    /// Whom they themselves have named to stand in for them.
    pub deputy: Option<PersonId>,
    pub away: Option<Away>,
    /// Since when they are in this unit; `None` if they were already when the organisation was first taken over.
    pub since: Option<Timestamp>,
}

impl Person {
    /// Whether they have this role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// A person who can own a case, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub person: PersonId,
    /// The unit that they lead, or whose manager they stand in for.
    pub unit: UnitId,
    pub as_deputy: bool,
}

/// The units and people of one municipality, indexed.
#[derive(Clone, Debug, Default)]
pub struct Organisation {
    units: Vec<Unit>,
    /// By id.
    people: Vec<Person>,
    unit_at: HashMap<UnitId, usize>,
    person_at: HashMap<PersonId, usize>,
    /// Active people, by e-mail in lower case.
    email_at: HashMap<String, usize>,
    children: HashMap<UnitId, Vec<usize>>,
    /// Active people with the role, in id order.
    by_role: HashMap<Role, Vec<usize>>,
    managers: HashMap<UnitId, Vec<usize>>,
    deputies: HashMap<UnitId, Vec<usize>>,
}

impl Organisation {
    /// Indexes units and people that have passed [`crate::import::import`]; of two with the same id the last counts.
    pub fn new(units: Vec<Unit>, mut people: Vec<Person>) -> Self {
        people.sort_by(|a, b| a.id.cmp(&b.id));
        let mut all = Self {
            units,
            people,
            ..Self::default()
        };
        for (at, unit) in all.units.iter().enumerate() {
            all.unit_at.insert(unit.id.clone(), at);
            if let Some(parent) = &unit.parent {
                all.children.entry(parent.clone()).or_default().push(at);
            }
        }
        for (at, person) in all.people.iter().enumerate() {
            all.person_at.insert(person.id.clone(), at);
            if !person.active {
                continue;
            }
            all.email_at.insert(person.email.to_lowercase(), at);
            for role in &person.roles {
                all.by_role.entry(*role).or_default().push(at);
            }
            if person.has(Role::Manager) {
                all.managers.entry(person.unit.clone()).or_default().push(at);
            }
            if person.has(Role::Deputy) {
                all.deputies.entry(person.unit.clone()).or_default().push(at);
            }
        }
        all
    }

    /// A person, whether they still work here or not.
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.person_at.get(id).map(|at| &self.people[*at])
    }

    /// The active person with this e-mail address, in whatever case it is written.
    pub fn by_email(&self, email: &str) -> Option<&Person> {
        self.email_at
            .get(&email.trim().to_lowercase())
            .map(|at| &self.people[*at])
    }

    /// The active person with this e-mail address or this id.
    pub fn find(&self, email_or_id: &str) -> Option<&Person> {
        let by_id = || {
            self.person(&PersonId::new(email_or_id.trim()))
                .filter(|person| person.active)
        };
        self.by_email(email_or_id).or_else(by_id)
    }

    /// A unit.
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.unit_at.get(id).map(|at| &self.units[*at])
    }

    /// From the unit itself up to the root; empty for an unknown unit.
    pub fn path(&self, unit: &UnitId) -> Vec<&Unit> {
        let up = |unit: &&Unit| unit.parent.as_ref().and_then(|parent| self.unit(parent));
        // An import refuses circles; should one be here all the same, stop after as many steps as there are units.
        std::iter::successors(self.unit(unit), up)
            .take(self.units.len())
            .collect()
    }

    /// The unit and every unit below it, each after its parent; empty for an unknown unit.
    pub fn subtree(&self, unit: &UnitId) -> Vec<UnitId> {
        let mut found: Vec<UnitId> = self.unit(unit).map(|unit| unit.id.clone()).into_iter().collect();
        let mut next = 0;
        while next < found.len() && found.len() <= self.units.len() {
            let below = self.children.get(&found[next]).into_iter().flatten();
            let below: Vec<UnitId> = below.map(|at| self.units[*at].id.clone()).collect();
            found.extend(below);
            next += 1;
        }
        found
    }

    /// The units directly below this one, in the order of the file.
    pub fn children(&self, unit: &UnitId) -> impl Iterator<Item = &Unit> {
        let below = self.children.get(unit).into_iter().flatten();
        below.map(|at| &self.units[*at])
    }

    /// Every unit, in the order of the file.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// Everybody, active or not, in id order.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// The active people with this role, in id order.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &Person> {
        self.listed(self.by_role.get(&role))
    }

    /// The active managers whose own unit this is, in id order; empty if the unit falls to its parent's.
    pub fn managers_of(&self, unit: &UnitId) -> Vec<&Person> {
        self.listed(self.managers.get(unit)).collect()
    }

    /// The persons who can own a case of this unit, nearest first and each once: the unit's managers, each followed by
    /// the deputy whom they have named; then, for a manager who has named none and for a unit without a manager, the
    /// people with the role `deputy` in the unit; then the same for the parent, up to the root.
    pub fn chain_of_command(&self, unit: &UnitId) -> Vec<Step> {
        let mut seen: HashSet<&PersonId> = HashSet::new();
        let mut steps = Vec::new();
        for unit in self.path(unit) {
            for (person, as_deputy) in self.leaders_of(&unit.id) {
                if seen.insert(&person.id) {
                    steps.push(Step {
                        person: person.id.clone(),
                        unit: unit.id.clone(),
                        as_deputy,
                    });
                }
            }
        }
        steps
    }

    /// Whether they have said that they are away now.
    pub fn is_away(&self, person: &PersonId, now: Timestamp) -> bool {
        let away = self.person(person).and_then(|person| person.away);
        away.is_some_and(|away| away.from <= now && now < away.until)
    }

    /// One unit's managers and deputies, and whether each of them is there as a deputy.
    fn leaders_of(&self, unit: &UnitId) -> Vec<(&Person, bool)> {
        let managers = self.managers_of(unit);
        let named = |manager: &Person| {
            let deputy = manager.deputy.as_ref().and_then(|id| self.person(id));
            deputy.filter(|deputy| deputy.active && deputy.id != manager.id)
        };
        let all_have_named = !managers.is_empty() && managers.iter().all(|manager| named(manager).is_some());
        let mut leaders = Vec::new();
        for manager in managers {
            leaders.push((manager, false));
            leaders.extend(named(manager).map(|deputy| (deputy, true)));
        }
        if !all_have_named {
            leaders.extend(self.listed(self.deputies.get(unit)).map(|deputy| (deputy, true)));
        }
        leaders
    }

    fn listed<'a>(&'a self, places: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a Person> {
        places.into_iter().flatten().map(|at| &self.people[*at])
    }
}

#[cfg(test)]
mod tests;
