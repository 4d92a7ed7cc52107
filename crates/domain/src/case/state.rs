//! What a case amounts to: the fold over its entries.

use super::damage::Damage;
use super::event::{
    ContactAdvice, Danger, Event, Exhibit, Grounds, MayContact, PassOverReason, PoliceDecision, Purpose,
    Registration, ReportFacts,
};
use super::mailed::Mailed;
use super::redaction::Redacted;
use super::scan::{Release, Verdict};
use super::statement::Statement;
use super::witnessed::Witnessed;
use super::{Actor, Entry};
use crate::ids::{CaseNumber, PersonId, UnitId};
use crate::vocabulary::{Compartment, DutyKind, Medium, Outcome};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Where the case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Open,
    Closed,
    /// It lives on in another case.
    Joined,
}

impl Phase {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Joined => "joined",
        }
    }
}

/// When something was done, and by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    pub at: Timestamp,
    pub by: Actor,
}

/// A duty set aside.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    pub deed: Deed,
    pub reason: String,
}

/// The lawyer's assessment in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    pub deed: Deed,
    pub grounds: Grounds,
    pub outcome: Outcome,
    pub contact: ContactAdvice,
    pub without_exhibits: Option<String>,
}

/// Somebody invited to see some drawers until a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Helper {
    pub person: PersonId,
    pub drawers: Vec<Compartment>,
    pub until: Timestamp,
}

/// The demand that it must stop, and whether its outcome has been observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    pub at: Timestamp,
    pub stop_by: Option<Date>,
}

/// The whole state of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseState {
    pub number: CaseNumber,
    pub unit: UnitId,
    pub owner: PersonId,
    /// Since when the owner has had it; the next one's silence is counted from here.
    pub owner_since: Timestamp,
    pub superior: PersonId,
    pub legal: Option<PersonId>,
    pub hr: Option<PersonId>,
    pub communication: Option<PersonId>,
    pub procedure: String,
    pub phase: Phase,
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
    pub acute: bool,
    /// Since when it was known to be acute: what was in time before that stays in time.
    pub acute_since: Option<Timestamp>,
    pub reports: Vec<(Timestamp, ReportFacts)>,
    pub targets: BTreeSet<PersonId>,
    pub exhibits: Vec<(Timestamp, Exhibit)>,
    /// What the scanner said of each exhibit that it was asked about.
    pub scans: BTreeMap<u32, Verdict>,
    /// How those exhibits came that came by e-mail.
    pub mailed: BTreeMap<u32, Mailed>,
    /// What the server saw where the case's links led.
    pub witnessed: Vec<Witnessed>,
    pub releases: Vec<Release>,
    /// The redacted copies, by number.
    pub redactions: Vec<(Deed, Redacted)>,
    /// What the latest check that said anything of an exhibit found wrong with it.
    pub damaged: BTreeMap<u32, Damage>,
    /// The exhibits that show the same, two by two, the lower number first.
    pub corroborated: BTreeSet<(u32, u32)>,
    /// By number, dense from 1.
    pub statements: Vec<Statement>,
    pub registration: Option<(Deed, Registration)>,
    pub assessment: Option<Assessment>,
    /// When each duty was first done, so that doing it again never makes a late one timely or a timely one late; the
    /// police are the exception, where a report after a decision not to report is what counts.
    pub done: BTreeMap<DutyKind, Deed>,
    /// When each duty was last done.
    pub last_done: BTreeMap<DutyKind, Timestamp>,
    pub waived: BTreeMap<DutyKind, Waiver>,
    /// Since which assessment each duty that waits for the review has been called for without a break.
    pub called_for: BTreeMap<DutyKind, Timestamp>,
    pub delegated: BTreeMap<DutyKind, PersonId>,
    pub helpers: Vec<Helper>,
    pub concerned: BTreeSet<PersonId>,
    pub passed_over: BTreeSet<PersonId>,
    pub absence_from: Option<Date>,
    pub treatment: bool,
    /// When absence or treatment was first recorded.
    pub injury_recorded: Option<Timestamp>,
    pub police_decision: Option<PoliceDecision>,
    pub police_reported_at: Option<Timestamp>,
    pub police_last_word: Option<Timestamp>,
    /// When each chase was recorded after which the police are chased again.
    pub police_chased: Vec<Timestamp>,
    /// The demand in force: the last one.
    pub demand: Option<Demand>,
    pub demands: Vec<Demand>,
    /// When the outcome of a demand was last observed.
    pub demand_observed: Option<Timestamp>,
    pub removal_requested: Option<Timestamp>,
    pub reopened_at: Option<Timestamp>,
    pub joined_into: Option<CaseNumber>,
}

impl CaseState {
    /// Folds a whole journal; `None` unless it begins with [`Event::CaseOpened`].
    pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Option<Self> {
        let mut entries = entries.into_iter();
        let mut state = Self::opened(entries.next()?)?;
        entries.for_each(|entry| state.apply(entry));
        Some(state)
    }

    fn opened(entry: &Entry) -> Option<Self> {
        let Event::CaseOpened {
            number,
            unit,
            owner,
            superior,
            legal,
            hr,
            communication,
            procedure,
        } = &entry.event
        else {
            return None;
        };
        Some(Self {
            number: number.clone(),
            unit: unit.clone(),
            owner: owner.clone(),
            owner_since: entry.at,
            superior: superior.clone(),
            legal: legal.clone(),
            hr: hr.clone(),
            communication: communication.clone(),
            procedure: procedure.clone(),
            phase: Phase::Open,
            opened_at: entry.at,
            changed_at: entry.at,
            acute: false,
            acute_since: None,
            reports: Vec::new(),
            targets: BTreeSet::new(),
            exhibits: Vec::new(),
            scans: BTreeMap::new(),
            mailed: BTreeMap::new(),
            witnessed: Vec::new(),
            releases: Vec::new(),
            redactions: Vec::new(),
            damaged: BTreeMap::new(),
            corroborated: BTreeSet::new(),
            statements: Vec::new(),
            registration: None,
            assessment: None,
            done: BTreeMap::new(),
            last_done: BTreeMap::new(),
            waived: BTreeMap::new(),
            called_for: BTreeMap::new(),
            delegated: BTreeMap::new(),
            helpers: Vec::new(),
            concerned: BTreeSet::new(),
            passed_over: BTreeSet::new(),
            absence_from: None,
            treatment: false,
            injury_recorded: None,
            police_decision: None,
            police_reported_at: None,
            police_last_word: None,
            police_chased: Vec::new(),
            demand: None,
            demands: Vec::new(),
            demand_observed: None,
            removal_requested: None,
            reopened_at: None,
            joined_into: None,
        })
    }

    /// Takes one more entry.
    pub fn apply(&mut self, entry: &Entry) {
        if !entry.event.is_reading() {
            self.changed_at = entry.at;
        }
        let deed = || Deed {
            at: entry.at,
            by: entry.actor.clone(),
        };
        match &entry.event {
            Event::ReportMade(facts) => {
                if facts.acute {
                    self.become_acute(if self.reports.is_empty() {
                        self.opened_at
                    } else {
                        entry.at
                    });
                }
                self.targets.extend(facts.targets.iter().cloned());
                self.reports.push((entry.at, facts.clone()));
            }
            Event::ExhibitSealed(exhibit) => self.exhibits.push((entry.at, exhibit.clone())),
            Event::ExhibitMailed(mailed) => {
                self.mailed.insert(mailed.exhibit, (**mailed).clone());
            }
            Event::LinkWitnessed(seen) => self.witnessed.push((**seen).clone()),
            Event::ExhibitScanned { exhibit, verdict, .. } => self.note_scan(*exhibit, *verdict),
            Event::ExhibitFoundDamaged { exhibit, what } => self.note_check(*exhibit, Some(*what)),
            Event::ExhibitFoundWhole { exhibit } => self.note_check(*exhibit, None),
            Event::Corroborated { exhibit, with, .. } => self.note_corroboration(*exhibit, *with, true),
            Event::CorroborationWithdrawn { exhibit, with, .. } => {
                self.note_corroboration(*exhibit, *with, false)
            }
            Event::ExhibitReleased { exhibit, .. } => self.releases.push(Release {
                exhibit: *exhibit,
                deed: deed(),
            }),
            Event::ExhibitRedacted(made) => self.redactions.push((deed(), (**made).clone())),
            Event::PassedOver {
                from,
                to,
                superior,
                reason,
            } => self.pass_over(entry.at, (from, to), superior, *reason),
            Event::LegalAssigned { person } => self.legal = Some(person.clone()),
            Event::Delegated { duty, person, .. } => {
                self.delegated.insert(*duty, person.clone());
            }
            Event::HelperInvited {
                person,
                drawers,
                until,
                ..
            } => self.helpers.push(Helper {
                person: person.clone(),
                drawers: drawers.clone(),
                until: *until,
            }),
            Event::Registered(registration) => {
                self.targets.extend(registration.targets.iter().cloned());
                self.registration = Some((deed(), registration.clone()));
            }
            Event::Triaged {
                danger: Danger::Acute,
                ..
            } => self.become_acute(entry.at),
            Event::AbsenceRecorded { from, treatment, .. } => {
                self.absence_from = Some(self.absence_from.map_or(*from, |known| known.min(*from)));
                self.treatment |= treatment;
                self.injury_recorded.get_or_insert(entry.at);
            }
            Event::Assessed {
                grounds,
                outcome,
                contact,
                without_exhibits,
            } => {
                self.assessment = Some(Assessment {
                    deed: deed(),
                    grounds: grounds.clone(),
                    outcome: *outcome,
                    contact: contact.clone(),
                    without_exhibits: without_exhibits.clone(),
                });
                self.call_for(
                    entry.at,
                    outcome.crosses_the_line(),
                    contact.may != MayContact::No,
                );
            }
            Event::AdviceReasoned { reason } => {
                if let Some(assessment) = &mut self.assessment {
                    assessment.contact.reason.clone_from(reason);
                }
            }
            Event::PoliceDecided { decision, .. } => self.police_decision = Some(*decision),
            Event::PoliceReported { at, .. } => {
                self.police_decision = Some(PoliceDecision::Report);
                self.police_reported_at = Some(*at);
                self.police_last_word = Some(entry.at);
            }
            Event::PoliceChased { concluded, .. } => {
                self.police_last_word = Some(entry.at);
                if !concluded {
                    self.police_chased.push(entry.at);
                }
            }
            Event::Contacted {
                purposes, stop_by, ..
            } if purposes.contains(&Purpose::Boundary) => {
                let demand = Demand {
                    at: entry.at,
                    stop_by: *stop_by,
                };
                self.demands.push(demand.clone());
                self.demand = Some(demand);
            }
            Event::ContactObserved { .. } => self.demand_observed = Some(entry.at),
            Event::RemovalRequested { .. } => self.removal_requested = Some(entry.at),
            Event::Waived { duty, reason } => {
                self.waived.insert(
                    *duty,
                    Waiver {
                        deed: deed(),
                        reason: reason.clone(),
                    },
                );
            }
            Event::Closed { .. } => self.phase = Phase::Closed,
            Event::Reopened { .. } => {
                self.phase = Phase::Open;
                self.reopened_at = Some(entry.at);
                self.done.remove(&DutyKind::Close);
            }
            Event::JoinedInto { into } => {
                self.phase = Phase::Joined;
                self.joined_into = Some(into.clone());
            }
            about_statements => self.apply_statement(about_statements, deed()),
        }
        for duty in done_by(&entry.event) {
            self.last_done.insert(duty, entry.at);
            if duty == DutyKind::Police {
                self.done.insert(duty, deed());
            } else {
                self.done.entry(duty).or_insert_with(deed);
            }
        }
    }

    fn become_acute(&mut self, at: Timestamp) {
        self.acute = true;
        self.acute_since.get_or_insert(at);
    }

    /// Notes what the newest assessment calls for; what it no longer calls for and was never done starts afresh later.
    fn call_for(&mut self, at: Timestamp, crosses: bool, contact: bool) {
        let calls = [
            (DutyKind::ContactSubstance, contact),
            (DutyKind::ContactBoundary, crosses && contact),
            (DutyKind::Removal, crosses),
        ];
        for (duty, called) in calls {
            if called {
                self.called_for.entry(duty).or_insert(at);
            } else if !self.done.contains_key(&duty) && !self.waived.contains_key(&duty) {
                self.called_for.remove(&duty);
            }
        }
    }

    fn pass_over(
        &mut self,
        at: Timestamp,
        (from, to): (&PersonId, &PersonId),
        superior: &PersonId,
        reason: PassOverReason,
    ) {
        if &self.owner != to {
            self.owner_since = at;
        }
        match reason {
            PassOverReason::Concerned => self.concerned.insert(from.clone()),
            PassOverReason::Absent | PassOverReason::Silent => self.passed_over.insert(from.clone()),
        };
        self.passed_over.remove(to);
        self.owner = to.clone();
        self.superior = superior.clone();
        self.delegated.retain(|_, person| person != from);
    }

    /// Whether this person is a party: the target, or somebody whom the case concerns.
    pub fn is_party(&self, person: &PersonId) -> bool {
        self.targets.contains(person) || self.concerned.contains(person)
    }

    /// Where it happened, by the registration or else by the first report that says so.
    pub fn medium(&self) -> Option<Medium> {
        self.registration
            .as_ref()
            .map(|(_, registration)| registration.medium)
            .or_else(|| self.reports.iter().find_map(|(_, facts)| facts.medium))
    }

    /// When the episode happened: registered, else first seen, else told; `true` when it is registered.
    pub fn episode_at(&self) -> (Timestamp, bool) {
        match &self.registration {
            Some((_, registration)) => (registration.episode_at, true),
            None => {
                let seen = self
                    .reports
                    .iter()
                    .filter_map(|(_, facts)| facts.first_seen)
                    .min();
                (seen.unwrap_or(self.opened_at), false)
            }
        }
    }

    /// Whether the assessment lets anybody contact the originator.
    pub fn may_contact(&self) -> Option<MayContact> {
        self.assessment.as_ref().map(|assessment| assessment.contact.may)
    }

    /// The originator is known to be under 15, or the lawyer said through the guardian.
    pub fn guardian_only(&self) -> bool {
        let under_15 = self
            .registration
            .as_ref()
            .is_some_and(|(_, registration)| registration.under_15);
        under_15 || self.may_contact() == Some(MayContact::ThroughGuardian)
    }

    /// Whether something is new since `at` that the review, the triage or the care did not know: a reopening, a report, an
    /// exhibit, or word from the police.
    pub fn is_new_since(&self, at: Timestamp) -> bool {
        let exhibit = self.exhibits.iter().map(|(at, _)| *at).max();
        let report = self.reports.iter().map(|(at, _)| *at).max();
        let newest = exhibit
            .max(report)
            .max(self.reopened_at)
            .max(self.police_last_word);
        newest.is_some_and(|newest| newest > at)
    }

    /// Whether the lawyer may assess now: not yet done, or something is new since.
    pub fn may_be_assessed(&self) -> bool {
        self.assessment
            .as_ref()
            .is_none_or(|assessment| self.is_new_since(assessment.deed.at))
    }

    /// Whether the duty was done or waived before the assessment in force, so that it may be done again on its ground.
    pub fn predates_assessment(&self, duty: DutyKind) -> bool {
        let waived = self.waived.get(&duty).map(|waiver| waiver.deed.at);
        let ended = self.last_done.get(&duty).copied().max(waived);
        self.assessment
            .as_ref()
            .zip(ended)
            .is_some_and(|(assessment, ended)| ended < assessment.deed.at)
    }

    /// The number of the next exhibit.
    pub fn next_exhibit(&self) -> u32 {
        self.exhibits
            .iter()
            .map(|(_, exhibit)| exhibit.number)
            .max()
            .unwrap_or(0)
            + 1
    }

    /// One exhibit by its number.
    pub fn exhibit(&self, number: u32) -> Option<&Exhibit> {
        self.exhibits
            .iter()
            .map(|(_, exhibit)| exhibit)
            .find(|exhibit| exhibit.number == number)
    }
}

/// The duties that an event fulfils.
fn done_by(event: &Event) -> Vec<DutyKind> {
    match event {
        Event::Received {} => vec![DutyKind::Receive],
        Event::Triaged { .. } => vec![DutyKind::Triage],
        Event::CareGiven { .. } => vec![DutyKind::Care],
        Event::Registered(_) => vec![DutyKind::Register],
        Event::Assessed { .. } => vec![DutyKind::Review],
        Event::PoliceDecided {
            decision: PoliceDecision::DoNotReport,
            ..
        }
        | Event::PoliceReported { .. } => {
            vec![DutyKind::Police]
        }
        Event::Contacted { purposes, .. } if purposes.contains(&Purpose::Substance) => {
            vec![DutyKind::ContactSubstance]
        }
        Event::ContactObserved { .. } => vec![DutyKind::ContactBoundary],
        Event::RemovalObserved { .. } => vec![DutyKind::Removal],
        Event::InjuryHandedOver { .. } => vec![DutyKind::Injury],
        Event::FollowedUp { week: 1, .. } => vec![DutyKind::FollowUp1],
        Event::FollowedUp { week: 4, .. } => vec![DutyKind::FollowUp4],
        Event::FollowedUp { .. } => vec![DutyKind::FollowUp12],
        Event::PoliceChased { concluded: true, .. } => vec![DutyKind::ChasePolice],
        Event::Closed { .. } => vec![DutyKind::Close],
        _ => Vec::new(),
    }
}
