//! What a search may find: the words and names of each journal entry, and the circles of people who may find them.
//!
//! There is no index of citizens: whoever searches finds only in what they may read anyway, case by case.

use super::event::Event;
use super::state::CaseState;
use super::{Actor, Entry};
use crate::access::{Action, people, standing};
use crate::ids::{PersonId, UnitId};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What one entry can be found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findable<'a> {
    /// Free text, titles, references, addresses of pages.
    pub words: Vec<&'a str>,
    /// Names of people outside the workplace, as somebody wrote them.
    pub names: Vec<&'a str>,
    /// Employees, whose names the organisation knows.
    pub people: Vec<&'a PersonId>,
    pub units: Vec<&'a UnitId>,
}

/// People who may read the same of a case, and what that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    pub readers: BTreeSet<PersonId>,
    /// Numbers of journal entries, readings left out.
    pub entries: BTreeSet<u64>,
    /// Numbers of exhibits whose content they may read.
    pub exhibits: BTreeSet<u32>,
    /// When somebody's standing in it ends by itself.
    pub until: Option<Timestamp>,
}

/// The circles of a case at `now`; nobody is in two, and somebody who may not know of the case is in none.
pub fn circles(case: &CaseState, entries: &[Entry], now: Timestamp) -> Vec<Circle> {
    let mut circles: BTreeMap<(BTreeSet<u64>, BTreeSet<u32>), Circle> = BTreeMap::new();
    let everybody: BTreeSet<PersonId> = people(case).into_iter().map(|(person, _)| person).collect();
    for person in everybody {
        let viewer = Actor::Person(person.clone());
        // No role alone lets anybody see a case.
        let standing = standing(&viewer, &BTreeSet::new(), case, now);
        if !standing.may(Action::See) {
            continue;
        }
        let shown = entries
            .iter()
            .filter(|entry| !entry.event.is_reading() && standing.shows(&viewer, entry));
        let shown: BTreeSet<u64> = shown.map(|entry| entry.seq).collect();
        let exhibits = case.exhibits.iter().map(|(_, exhibit)| exhibit);
        let read: BTreeSet<u32> = exhibits
            .filter(|exhibit| standing.reads_exhibit(&viewer, exhibit))
            .map(|exhibit| exhibit.number)
            .collect();
        let helper = case.helpers.iter().filter(|helper| helper.person == person);
        let ends = helper
            .map(|helper| helper.until)
            .filter(|until| *until > now)
            .min();
        let circle = circles
            .entry((shown.clone(), read.clone()))
            .or_insert_with(|| Circle {
                readers: BTreeSet::new(),
                entries: shown,
                exhibits: read,
                until: None,
            });
        circle.readers.insert(person);
        circle.until = [circle.until, ends].into_iter().flatten().min();
    }
    circles.into_values().collect()
}

fn words<'a>(words: &[&'a str]) -> Findable<'a> {
    Findable {
        words: words.to_vec(),
        ..Findable::default()
    }
}

impl Event {
    /// What this entry can be found by.
    pub fn findable(&self) -> Findable<'_> {
        match self {
            Self::CaseOpened {
                number,
                unit,
                owner,
                legal,
                ..
            } => Findable {
                words: vec![number.as_str()],
                people: std::iter::once(owner).chain(legal).collect(),
                units: vec![unit],
                ..Findable::default()
            },
            Self::ReportMade(facts) => Findable {
                words: [&facts.platform, &facts.source_url]
                    .into_iter()
                    .flatten()
                    .map(String::as_str)
                    .collect(),
                names: facts.originator.iter().map(String::as_str).collect(),
                people: std::iter::once(&facts.reporter).chain(&facts.targets).collect(),
                ..Findable::default()
            },
            Self::Registered(registration) => Findable {
                words: vec![&registration.title, &registration.course, &registration.relation],
                names: vec![&registration.originator],
                people: registration.targets.iter().collect(),
                ..Findable::default()
            },
            Self::StatementMarked(marked) => {
                said(&marked.said.text, &marked.said.author, &marked.said.said_at)
            }
            Self::StatementCorrected {
                text,
                author,
                said_at,
                ..
            } => said(text, author, said_at),
            Self::PassedOver { to: person, .. } | Self::LegalAssigned { person } => Findable {
                people: vec![person],
                ..Findable::default()
            },
            Self::Delegated { person, reason, .. } | Self::HelperInvited { person, reason, .. } => Findable {
                people: vec![person],
                ..words(&[reason])
            },
            _ => self.of_exhibits().unwrap_or_else(|| self.of_handling()),
        }
    }

    fn of_exhibits(&self) -> Option<Findable<'_>> {
        Some(match self {
            Self::ExhibitSealed(exhibit) => {
                let page = exhibit.capture.as_ref();
                let page = page.map(|capture| [capture.title.as_str(), capture.url.as_str()]);
                let mut found = words(&[&exhibit.name]);
                found.words.extend(exhibit.source_url.as_deref());
                found.words.extend(page.into_iter().flatten());
                found
            }
            Self::ExhibitScanned { found, .. } => words(&[found]),
            Self::ExhibitMailed(mailed) => {
                let letters = || std::iter::once(&mailed.said).chain(&mailed.hands_on);
                let inside = mailed.inside.iter().map(|part| part.name.as_str());
                Findable {
                    words: letters()
                        .map(|said| said.subject.as_str())
                        .chain(inside)
                        .collect(),
                    names: letters()
                        .flat_map(|said| [said.from.as_str(), said.to.as_str()])
                        .collect(),
                    ..Findable::default()
                }
            }
            Self::LinkWitnessed(look) => {
                let mut found = words(&[&look.asked, &look.title]);
                found.words.extend(look.url.as_deref());
                found
            }
            Self::ExhibitRedacted(redacted) => Findable {
                names: vec![&redacted.name],
                ..words(&[&redacted.reason])
            },
            Self::Corroborated { note: text, .. }
            | Self::CorroborationWithdrawn { reason: text, .. }
            | Self::ExhibitReleased { reason: text, .. } => words(&[text]),
            _ => return None,
        })
    }

    fn of_handling(&self) -> Findable<'_> {
        match self {
            Self::Told { text, .. } | Self::Supplemented { text } | Self::LegalNoted { text } => {
                words(&[text])
            }
            Self::Triaged {
                at_work,
                on_the_way,
                at_home,
                ..
            } => words(&[at_work, on_the_way, at_home]),
            Self::CareGiven {
                talk, wishes, with, ..
            } => words(&[talk, wishes, with]),
            Self::AbsenceRecorded { note, .. } => words(&[note]),
            Self::Assessed {
                grounds,
                contact,
                without_exhibits,
                ..
            } => {
                let mut found = words(&[
                    &grounds.said,
                    &grounds.about,
                    &grounds.repetition,
                    &grounds.reach,
                    &grounds.counter_argument,
                    &grounds.conclusion,
                    &contact.by,
                    &contact.how,
                    &contact.reason,
                ]);
                found.words.extend(without_exhibits.as_deref());
                found
            }
            Self::MeasuresNoted { measures } => words(&[measures]),
            Self::PoliceDecided { wish, reason, .. } => words(&[wish, reason]),
            Self::PoliceReported { reference, .. } | Self::InjuryHandedOver { reference, .. } => {
                words(&[reference])
            }
            Self::PoliceChased { answer, .. } => words(&[answer]),
            Self::Contacted {
                letter, note, demand, ..
            } => words(&[letter, note, demand]),
            Self::ContactObserved { note, .. } | Self::RemovalObserved { note, .. } => words(&[note]),
            Self::RemovalRequested { to, what, .. } => words(&[to, what]),
            Self::FollowedUp { talk, wishes, .. } => words(&[talk, wishes]),
            Self::Closed { outcome } => words(&[outcome]),
            Self::Learned { learning, .. } => words(&[learning]),
            Self::AdviceReasoned { reason }
            | Self::StatementAssessed { reason, .. }
            | Self::StatementWithdrawn { reason, .. }
            | Self::Waived { reason, .. }
            | Self::Reopened { reason } => words(&[reason]),
            Self::ReportJoined { from: number } | Self::JoinedInto { into: number } => {
                words(&[number.as_str()])
            }
            _ => Findable::default(),
        }
    }
}

fn said<'a>(text: &'a str, author: &'a str, said_at: &'a str) -> Findable<'a> {
    Findable {
        names: vec![author],
        ..words(&[text, said_at])
    }
}
