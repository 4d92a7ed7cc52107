//! A case's journal as people tell it: one line an entry, with who, when, what, and the facts behind it.

use super::capture;
use crate::statements::Run;
use crate::text::L;
use domain::case::{Actor, CaseState, Entry, Event, PassOverReason, PoliceDecision, Verdict, witnessed};
use domain::ids::PersonId;
use domain::organisation::Organisation;
use domain::vocabulary::Compartment;
use jiff::Timestamp;

/// One thing that an entry says beside its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub label: String,
    pub text: String,
}

/// One line of the story.
#[derive(Clone, Debug)]
pub struct Line {
    pub seq: u64,
    pub at: Timestamp,
    /// The time in words.
    pub when: String,
    pub who: String,
    /// What they did: the rest of the sentence that begins with who.
    pub what: String,
    /// What matters most, told below the sentence also where the rest is left out.
    pub lead: String,
    pub facts: Vec<Fact>,
    pub drawer: Compartment,
    pub drawer_name: String,
    /// A lawyer's working note.
    pub is_note: bool,
    /// A letter that can be printed.
    pub is_letter: bool,
}

/// What is needed to tell.
pub struct Teller<'a> {
    pub l: &'a L,
    pub organisation: &'a Organisation,
}

impl Teller<'_> {
    /// A person's name.
    pub fn name(&self, person: &PersonId) -> String {
        if person == &witnessed::server() {
            return self.l.t("actor-system");
        }
        let known = self.organisation.person(person);
        known.map_or_else(|| self.l.t("somebody-gone"), |person| person.name.clone())
    }

    /// Who did it, as a sentence begins.
    pub fn actor(&self, actor: &Actor) -> String {
        match actor {
            Actor::Person(person) => self.name(person),
            Actor::System => self.l.t("actor-system"),
            Actor::Operator => self.l.t("actor-operator"),
        }
    }

    /// Every entry that is no reading, oldest first.
    pub fn lines(&self, entries: &[Entry]) -> Vec<Line> {
        entries
            .iter()
            .filter(|entry| !entry.event.is_reading())
            .map(|entry| self.line(entry))
            .collect()
    }

    /// The story, newest first: what came in one sending is one line, and what opens the case goes without saying.
    pub fn story(&self, entries: &[Entry]) -> Vec<Line> {
        let mut story: Vec<Line> = Vec::new();
        let mut files: u32 = 0;
        let mut run = Run::default();
        for entry in entries.iter().filter(|entry| !entry.event.is_reading()) {
            let same = |line: &Line| line.at == entry.at && line.who == self.actor(&entry.actor);
            match &entry.event {
                // How a mail came is read on the exhibit itself.
                Event::CaseOpened { .. } | Event::ExhibitMailed(_) => continue,
                // What the server captured itself is told by the entry of its look.
                Event::ExhibitSealed(exhibit) if exhibit.is_servers_own() => continue,
                Event::ExhibitSealed(_) => {
                    files = if story.last().is_some_and(same) {
                        files + 1
                    } else {
                        1
                    };
                    let received = self.l.tn("event-exhibits", files);
                    match story.last_mut().filter(|line| same(line)) {
                        Some(line) => line.what = with_files(&line.what, files, &received, self.l),
                        None => story.push(Line {
                            what: self.l.tn("event-exhibits-sent", 1),
                            ..self.line(entry)
                        }),
                    }
                }
                Event::Told { text, .. } if story.last().is_some_and(same) => {
                    if let Some(line) = story.last_mut() {
                        line.lead.clone_from(text);
                    }
                }
                _ => {
                    files = 0;
                    run.tell(self, entry, &mut story);
                }
            }
        }
        story.reverse();
        story
    }

    /// One entry.
    pub fn line(&self, entry: &Entry) -> Line {
        let (mut what, lead, facts) = self.tell(&entry.event);
        // A sentence that ends in a shortened month ("13. okt.") has its full stop already.
        if what.ends_with("..") {
            what.pop();
        }
        let drawer = entry.event.compartment();
        Line {
            seq: entry.seq,
            at: entry.at,
            when: self.l.at(entry.at),
            who: self.actor(&entry.actor),
            what,
            lead,
            facts,
            drawer,
            drawer_name: self.l.t(&format!("drawer-{drawer}")),
            is_note: entry.event.is_legal_note(),
            is_letter: matches!(&entry.event, Event::Contacted { letter, .. } if !letter.is_empty()),
        }
    }

    /// The sentence, what matters most, and the facts.
    fn tell(&self, event: &Event) -> (String, String, Vec<Fact>) {
        let l = self.l;
        let key = format!("event-{}", event.name());
        let none = String::new;
        match event {
            Event::CaseOpened { owner, procedure, .. } => {
                let facts = self.facts(&[("owner", &self.name(owner)), ("procedure", procedure)]);
                (l.t(&key), none(), facts)
            }
            Event::ReportMade(_)
            | Event::ExhibitSealed(_)
            | Event::ExhibitScanned { .. }
            | Event::Registered(_)
            | Event::Assessed { .. } => self.tell_long(event, &key),
            Event::ExhibitMailed(mailed) => self.mailed(mailed, &key),
            Event::LinkWitnessed(look) => self.looked(look, &key),
            Event::Told { text, .. }
            | Event::Supplemented { text }
            | Event::LegalNoted { text }
            | Event::AdviceReasoned { reason: text }
            | Event::MeasuresNoted { measures: text } => (l.t(&key), text.clone(), Vec::new()),
            Event::Received {} => (l.t(&key), none(), Vec::new()),
            Event::PassedOver { from, to, reason, .. } => (
                l.ta(&key, &[("from", self.name(from)), ("to", self.name(to))]),
                self.why(*reason),
                Vec::new(),
            ),
            Event::LegalAssigned { person } => {
                (l.ta(&key, &[("person", self.name(person))]), none(), Vec::new())
            }
            Event::Delegated { duty, person, reason } => {
                let duty = l.t(&format!("duty-{duty}"));
                (
                    l.ta(&key, &[("person", self.name(person)), ("duty", duty)]),
                    reason.clone(),
                    Vec::new(),
                )
            }
            Event::HelperInvited {
                person,
                drawers,
                until,
                reason,
            } => {
                let drawers: Vec<String> = drawers
                    .iter()
                    .map(|drawer| l.t(&format!("drawer-{drawer}")))
                    .collect();
                let args = [
                    ("person", self.name(person)),
                    ("drawers", drawers.join(", ")),
                    ("until", l.date(*until)),
                ];
                (l.ta(&key, &args), reason.clone(), Vec::new())
            }
            Event::Waived { duty, reason } => (
                l.ta(&key, &[("duty", l.t(&format!("duty-{duty}")))]),
                reason.clone(),
                Vec::new(),
            ),
            Event::Closed { outcome } => (l.t(&key), outcome.clone(), Vec::new()),
            Event::Learned { learning, .. } => (l.t(&key), learning.clone(), Vec::new()),
            Event::Corroborated {
                exhibit,
                with,
                note: why,
            }
            | Event::CorroborationWithdrawn {
                exhibit,
                with,
                reason: why,
            } => {
                let args = [("number", exhibit), ("other", with)];
                (l.ta(&key, &args), why.clone(), Vec::new())
            }
            Event::ExhibitFoundDamaged { exhibit, what } => self.found(*exhibit, Some(*what), &key),
            Event::ExhibitFoundWhole { exhibit } => self.found(*exhibit, None, &key),
            Event::ExhibitReleased { exhibit, reason } => {
                (l.ta(&key, &[("number", exhibit)]), reason.clone(), Vec::new())
            }
            Event::ExhibitRedacted(made) => self.tell_redacted(made, &key),
            Event::Reopened { reason } => (l.t(&key), reason.clone(), Vec::new()),
            Event::ReportJoined { from } => (l.ta(&key, &[("number", from.as_str())]), none(), Vec::new()),
            Event::JoinedInto { into } => (l.ta(&key, &[("number", into.as_str())]), none(), Vec::new()),
            Event::Viewed { .. } | Event::Exported { .. } => (none(), none(), Vec::new()),
            Event::StatementMarked(_)
            | Event::StatementCorrected { .. }
            | Event::StatementAssessed { .. }
            | Event::StatementAssessmentUndone { .. }
            | Event::StatementWithdrawn { .. } => self.tell_statement(event, &key),
            Event::PoliceDecided { .. } | Event::PoliceReported { .. } | Event::PoliceChased { .. } => {
                self.tell_police(event, &key)
            }
            Event::Contacted { .. }
            | Event::ContactObserved { .. }
            | Event::RemovalRequested { .. }
            | Event::RemovalObserved { .. } => self.tell_outward(event, &key),
            care => self.tell_care(care, &key),
        }
    }

    fn tell_care(&self, event: &Event, key: &str) -> (String, String, Vec<Fact>) {
        let l = self.l;
        match event {
            Event::Triaged {
                danger,
                emergency_called,
                at_work,
                on_the_way,
                at_home,
            } => {
                let called = if *emergency_called {
                    l.t("yes")
                } else {
                    String::new()
                };
                let plan = [
                    ("at-work", at_work),
                    ("on-the-way", on_the_way),
                    ("at-home", at_home),
                    ("called", &called),
                ];
                (
                    l.ta(
                        key,
                        &[("danger", l.t(&format!("danger-{danger}")).to_lowercase())],
                    ),
                    String::new(),
                    self.facts(&plan),
                )
            }
            Event::CareGiven {
                talked_at,
                talk,
                psychologist_offered,
                wishes,
                with,
            } => {
                let offered = l.t(if *psychologist_offered { "yes" } else { "no" });
                let facts = [("wishes", wishes), ("with", with), ("psychologist", &offered)];
                (
                    l.ta(key, &[("at", l.at(*talked_at))]),
                    talk.clone(),
                    self.facts(&facts),
                )
            }
            Event::AbsenceRecorded {
                from,
                treatment,
                note,
            } => {
                let key = if *treatment {
                    "event-absence-recorded-treatment"
                } else {
                    key
                };
                (l.ta(key, &[("day", l.day(*from))]), note.clone(), Vec::new())
            }
            Event::InjuryHandedOver { reference, .. } => {
                (l.t(key), String::new(), self.facts(&[("reference", reference)]))
            }
            Event::FollowedUp { week, talk, wishes } => {
                (l.tn(key, *week), talk.clone(), self.facts(&[("wishes", wishes)]))
            }
            _ => (l.t(key), String::new(), Vec::new()),
        }
    }

    fn tell_police(&self, event: &Event, key: &str) -> (String, String, Vec<Fact>) {
        let l = self.l;
        match event {
            Event::PoliceDecided {
                decision,
                target_heard,
                wish,
                reason,
            } => {
                let key = match decision {
                    PoliceDecision::Report => "event-police-decided-report",
                    PoliceDecision::DoNotReport => "event-police-decided-not",
                };
                let heard = l.t(if *target_heard { "yes" } else { "no" });
                (
                    l.t(key),
                    reason.clone(),
                    self.facts(&[("heard", &heard), ("wish", wish)]),
                )
            }
            Event::PoliceReported {
                at,
                reference,
                statements,
            } => (
                l.ta(key, &[("at", l.at(*at))]),
                String::new(),
                self.facts(&[("reference", reference), ("statements", &numbers(statements))]),
            ),
            Event::PoliceChased {
                answer, concluded, ..
            } => {
                let key = if *concluded {
                    "event-police-chased-concluded"
                } else {
                    key
                };
                (l.t(key), answer.clone(), Vec::new())
            }
            _ => (l.t(key), String::new(), Vec::new()),
        }
    }

    fn tell_outward(&self, event: &Event, key: &str) -> (String, String, Vec<Fact>) {
        let l = self.l;
        match event {
            Event::Contacted {
                purposes,
                channel,
                at,
                note,
                demand,
                stop_by,
                through_guardian,
                statements,
                ..
            } => {
                let purposes: Vec<String> = purposes
                    .iter()
                    .map(|purpose| l.t(&format!("purpose-{purpose}")).to_lowercase())
                    .collect();
                let stop_by = stop_by.map(|day| l.day(day)).unwrap_or_default();
                let guardian = if *through_guardian {
                    l.t("yes")
                } else {
                    String::new()
                };
                let and = l.t("and");
                let args = [
                    ("channel", l.t(&format!("channel-{channel}")).to_lowercase()),
                    ("purposes", purposes.join(&format!(" {and} "))),
                ];
                let at = l.at(*at);
                let statements = numbers(statements);
                let facts = [
                    ("at", &at),
                    ("demand", demand),
                    ("stop-by", &stop_by),
                    ("guardian", &guardian),
                    ("statements", &statements),
                ];
                (l.ta(key, &args), note.clone(), self.facts(&facts))
            }
            Event::ContactObserved { result, note } => {
                let result = l.t(&format!("contact-result-{result}")).to_lowercase();
                (l.ta(key, &[("result", result)]), note.clone(), Vec::new())
            }
            Event::RemovalRequested {
                to, what, statements, ..
            } => {
                let facts = self.facts(&[("statements", &numbers(statements))]);
                (l.ta(key, &[("to", to)]), what.clone(), facts)
            }
            Event::RemovalObserved { result, note } => {
                let result = l.t(&format!("removal-result-{result}")).to_lowercase();
                (l.ta(key, &[("result", result)]), note.clone(), Vec::new())
            }
            _ => (l.t(key), String::new(), Vec::new()),
        }
    }

    fn tell_long(&self, event: &Event, key: &str) -> (String, String, Vec<Fact>) {
        let l = self.l;
        match event {
            Event::ReportMade(facts) => {
                let key = if facts.acute {
                    "event-report-made-acute"
                } else {
                    key
                };
                let medium = facts
                    .medium
                    .map(|medium| l.t(&format!("medium-{medium}")))
                    .unwrap_or_default();
                let seen = facts.first_seen.map(|at| l.at(at)).unwrap_or_default();
                let empty = String::new();
                let told = [
                    ("medium", &medium),
                    ("platform", facts.platform.as_ref().unwrap_or(&empty)),
                    ("source", facts.source_url.as_ref().unwrap_or(&empty)),
                    ("seen", &seen),
                    ("told-originator", facts.originator.as_ref().unwrap_or(&empty)),
                ];
                (l.t(key), String::new(), self.facts(&told))
            }
            Event::ExhibitSealed(exhibit) => {
                let own = exhibit.is_servers_own();
                let key = if own { "event-exhibit-fetched" } else { key };
                let what = l.ta(key, &[("number", exhibit.number)]);
                let bytes = l.bytes(exhibit.bytes);
                let facts = [
                    ("name", &exhibit.name),
                    ("bytes", &bytes),
                    ("sha256", &exhibit.sha256),
                ];
                let mut facts = self.facts(&facts);
                let captured = exhibit.capture.iter();
                let captured = captured.flat_map(|capture| capture::facts(l, capture));
                facts.extend(captured.map(|(label, text)| Fact { label, text }));
                (what, String::new(), facts)
            }
            Event::ExhibitScanned {
                exhibit,
                verdict,
                found,
                scanner,
            } => {
                let key = format!("{key}-{verdict}");
                let found = if *verdict == Verdict::Infected {
                    found
                } else {
                    &String::new()
                };
                let what = l.ta(&key, &[("number", exhibit)]);
                (
                    what,
                    String::new(),
                    self.facts(&[("malware", found), ("scanner", scanner)]),
                )
            }
            Event::Registered(registration) => (
                l.t(key),
                registration.course.clone(),
                self.registration(registration),
            ),
            Event::Assessed {
                grounds,
                outcome,
                contact,
                without_exhibits,
            } => {
                let what = l.ta(
                    key,
                    &[("outcome", l.t(&format!("outcome-{outcome}")).to_lowercase())],
                );
                let facts = self.assessment(grounds, contact, without_exhibits.as_deref());
                (what, grounds.conclusion.clone(), facts)
            }
            _ => (l.t(key), String::new(), Vec::new()),
        }
    }

    fn why(&self, reason: PassOverReason) -> String {
        self.l.t(&format!("event-why-{reason}"))
    }

    /// The facts that say something, each called `fact-<name>`.
    pub(crate) fn facts(&self, facts: &[(&str, &String)]) -> Vec<Fact> {
        let told = facts.iter().filter(|(_, text)| !text.is_empty());
        told.map(|(name, text)| Fact {
            label: self.l.t(&format!("fact-{name}")),
            text: (*text).clone(),
        })
        .collect()
    }
}

/// The numbers of statements as people write them: `2, 5`.
fn numbers(statements: &[u32]) -> String {
    let numbers: Vec<String> = statements.iter().map(u32::to_string).collect();
    numbers.join(", ")
}

/// The sentence with the number of files at its end, in place of the number that stood there before.
fn with_files(what: &str, files: u32, received: &str, l: &L) -> String {
    let before = if files > 1 {
        what.trim_end_matches(&l.tn("event-exhibits", files - 1))
    } else {
        what
    };
    format!("{} {received}", before.trim_end())
}

/// The names of those it is aimed at.
pub fn targets(teller: &Teller<'_>, case: &CaseState) -> String {
    case.targets
        .iter()
        .map(|person| teller.name(person))
        .collect::<Vec<_>>()
        .join(", ")
}
