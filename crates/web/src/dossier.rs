//! The words of a dossier: the same sentences as on the case page, but for readers outside, the originator among them.
//! The target and the reporter stand there by what they are in the case, never by name.

use crate::case::story::{Fact, Teller};
use crate::case::{capture, mailed, witness};
use crate::text::L;
use app::ProvedBefore;
use app::dossier::{Composer, Dossier, DossierLanguage, ExhibitPage, Line, Material, Section, Shown};
use app::media::CoveredBy;
use app::{DrillLetter, MailReceipt, Reminder, Written};
use domain::case::{Actor, CaseState, Entry, Event, Exhibit, Mailed};
use domain::ids::PersonId;
use domain::language::Language;
use domain::organisation::{Organisation, Person};
use domain::vocabulary::Compartment;
use std::collections::{BTreeMap, BTreeSet};

/// The composer that the server gives to [`app::App`].
pub struct Words;

impl Composer for Words {
    fn covered(&self, language: Language, now: &jiff::Zoned) -> CoveredBy {
        let l = L::new(language, now);
        CoveredBy {
            language: paper_language(language),
            title: l.t("redact-document"),
            page: l.ta("redact-document-page", &[("n", "{n}")]),
        }
    }

    fn dossier(&self, material: Material) -> Dossier {
        let l = L::new(material.language, &material.calendar.local(material.now)).with_years();
        let organisation = masked(&material, &l);
        let teller = Teller {
            l: &l,
            organisation: &organisation,
        };
        Dossier {
            language: paper_language(material.language),
            municipality: material.procedure.municipality.clone(),
            number: material.number.to_string(),
            title: title(&material, &l),
            drawer: l.t(&format!("drawer-{}", material.drawer)),
            made: l.at(material.now),
            facts: front(&material, &teller),
            summary: summary(&material),
            assessment: [
                assessments(&material.entries, &teller),
                statements(&material, &teller),
            ]
            .concat(),
            contacts: contacts(&material.entries, &teller),
            chronology: teller
                .in_runs(&material.entries)
                .into_iter()
                .map(|line| chronology(line, &teller))
                .collect(),
            proof: proof(&material, &l),
            exhibits: material
                .exhibits
                .into_iter()
                .map(|shown| {
                    let stamped = stamped(shown.exhibit.number, &material.entries, &material.proved, &l);
                    let page = exhibit(shown, &material.state, &teller);
                    ExhibitPage {
                        corroboration: format!("{}\n{stamped}", page.corroboration),
                        ..page
                    }
                })
                .collect(),
        }
    }

    fn drill(&self, letter: &DrillLetter) -> Written {
        crate::letters::drill(letter)
    }

    fn reminder(&self, reminder: &Reminder) -> Written {
        crate::letters::reminder(reminder)
    }

    fn receipt(&self, receipt: &MailReceipt) -> Written {
        crate::letters::receipt(receipt)
    }

    fn actor_name(
        &self,
        language: Language,
        organisation: &Organisation,
        state: &CaseState,
        actor: &Actor,
    ) -> String {
        // Only words are asked of it, no times: any moment will do.
        let l = L::new(language, &state.opened_at.to_zoned(jiff::tz::TimeZone::UTC));
        let Actor::Person(person) = actor else {
            return Teller { l: &l, organisation }.actor(actor);
        };
        part(person, state).map_or_else(|| Teller { l: &l, organisation }.name(person), |key| l.t(key))
    }
}

/// What somebody is called who must not be named: the text key of their part in the case.
fn part(person: &PersonId, state: &CaseState) -> Option<&'static str> {
    let handles = [Some(&state.owner), Some(&state.superior), state.legal.as_ref()];
    if state.targets.contains(person) {
        Some("relation-target")
    } else if handles.contains(&Some(person)) {
        None
    } else {
        let told = state.reports.iter().any(|(_, facts)| &facts.reporter == person);
        told.then_some("relation-reporter")
    }
}

fn paper_language(language: Language) -> DossierLanguage {
    match language {
        Language::Da => DossierLanguage::Danish,
        Language::En => DossierLanguage::English,
    }
}

/// The organisation with everybody whom the case knows, and the target and reporter named by their part.
fn masked(material: &Material, l: &L) -> Organisation {
    let state = &material.state;
    let mut named: BTreeSet<PersonId> = material
        .organisation
        .people()
        .iter()
        .filter_map(|person| {
            let acts = material
                .entries
                .iter()
                .any(|entry| entry.actor.person() == Some(&person.id));
            acts.then(|| person.id.clone())
        })
        .collect();
    named.extend([&state.owner, &state.superior].into_iter().cloned());
    named.extend(
        [&state.legal, &state.hr, &state.communication]
            .into_iter()
            .flatten()
            .cloned(),
    );
    named.extend(state.targets.iter().cloned());
    named.extend(state.reports.iter().map(|(_, facts)| facts.reporter.clone()));
    named.extend(state.delegated.values().cloned());
    let person = |id: &PersonId| -> Option<Person> {
        let mut person = material.organisation.person(id)?.clone();
        if let Some(key) = part(id, state) {
            person.name = l.t(key);
        }
        Some(person)
    };
    let people = named.iter().filter_map(person).collect();
    Organisation::new(material.organisation.units().to_vec(), people)
}

fn title(material: &Material, l: &L) -> String {
    let registered = material
        .state
        .registration
        .as_ref()
        .map(|(_, registration)| registration.title.clone());
    registered.unwrap_or_else(|| l.ta("case-untitled", &[("number", &material.number)]))
}

fn front(material: &Material, teller: &Teller<'_>) -> Vec<(String, String)> {
    let (l, state) = (teller.l, &material.state);
    let unit = material
        .organisation
        .unit(&state.unit)
        .map(|unit| unit.name.clone())
        .unwrap_or_default();
    let mut facts = vec![
        (l.t("dossier-unit"), unit),
        (l.t("dossier-opened"), l.at(state.opened_at)),
        (
            l.t("dossier-phase"),
            l.t(&format!("phase-{}", state.phase.name())),
        ),
    ];
    if material.drawer != Compartment::Matter {
        return facts;
    }
    if let Some(medium) = state.medium() {
        facts.push((l.t("fact-medium"), l.t(&format!("medium-{medium}"))));
    }
    if let Some(outcome) = state.assessment.as_ref().map(|assessment| assessment.outcome) {
        facts.push((l.t("dossier-outcome"), l.t(&format!("outcome-{outcome}"))));
    }
    if let Some((_, registration)) = &state.registration {
        let told: BTreeMap<String, String> = teller
            .registration(registration)
            .into_iter()
            .map(|fact| (fact.label, fact.text))
            .collect();
        for name in ["episode", "form", "originator", "severity"] {
            let label = l.t(&format!("fact-{name}"));
            facts.extend(told.get(&label).map(|text| (label.clone(), text.clone())));
        }
    }
    facts.push((l.t("dossier-exhibits"), material.exhibits.len().to_string()));
    facts
}

fn summary(material: &Material) -> Vec<String> {
    match &material.state.registration {
        Some((_, registration)) if material.drawer == Compartment::Matter => {
            vec![registration.course.clone()]
        }
        _ => Vec::new(),
    }
}

fn paragraphs(facts: Vec<Fact>) -> Vec<String> {
    facts
        .into_iter()
        .map(|fact| format!("{}: {}", fact.label, fact.text))
        .collect()
}

fn assessments(entries: &[Entry], teller: &Teller<'_>) -> Vec<Section> {
    let told = entries.iter().filter_map(|entry| match &entry.event {
        Event::Assessed {
            grounds,
            contact,
            without_exhibits,
            ..
        } => {
            let line = teller.line(entry);
            let mut paragraphs = vec![grounds.conclusion.clone()];
            paragraphs.extend(self::paragraphs(teller.assessment(
                grounds,
                contact,
                without_exhibits.as_deref(),
            )));
            let heading = format!("{}: {} {}", teller.l.at(entry.at), line.who, line.what);
            Some(Section { heading, paragraphs })
        }
        _ => None,
    });
    told.collect()
}

fn contacts(entries: &[Entry], teller: &Teller<'_>) -> Vec<Section> {
    let told = entries.iter().filter_map(|entry| match &entry.event {
        Event::Contacted { letter, .. } => {
            let line = teller.line(entry);
            let heading = format!("{}: {} {}", teller.l.at(entry.at), line.who, line.what);
            let mut paragraphs: Vec<String> =
                [line.lead].into_iter().filter(|text| !text.is_empty()).collect();
            paragraphs.extend(self::paragraphs(line.facts));
            paragraphs.extend([letter].into_iter().filter(|letter| !letter.is_empty()).cloned());
            Some(Section { heading, paragraphs })
        }
        _ => None,
    });
    told.collect()
}

/// Every statement that counts, each with its own assessment.
fn statements(material: &Material, teller: &Teller<'_>) -> Vec<Section> {
    if material.drawer != Compartment::Matter {
        return Vec::new();
    }
    let l = teller.l;
    let told = |statement: &domain::case::Statement| {
        let mut paragraphs = vec![statement.said.text.clone()];
        paragraphs.push(match &statement.assessed {
            Some(assessed) => format!(
                "{}: {}",
                l.t(&format!("outcome-{}", assessed.outcome)),
                assessed.reason
            ),
            None => l.t("statement-not-assessed"),
        });
        let shown = [&statement.said.author, &statement.said.said_at];
        let shown: Vec<&str> = shown
            .into_iter()
            .map(String::as_str)
            .filter(|text| !text.is_empty())
            .collect();
        let named = l.ta(
            "statement-in-exhibit",
            &[("number", statement.number), ("exhibit", statement.exhibit)],
        );
        Section {
            heading: [&[named.as_str()], shown.as_slice()].concat().join(" · "),
            paragraphs,
        }
    };
    material.state.standing_statements().map(told).collect()
}

fn chronology(line: crate::case::story::Line, teller: &Teller<'_>) -> Line {
    let mut what = line.what;
    if !line.lead.is_empty() {
        what = format!("{what}\n{}", line.lead);
    }
    Line {
        when: teller.l.at(line.at),
        who: line.who,
        what,
    }
}

/// How far the exhibit is borne out, by which others, and what that does and does not show.
fn corroboration(exhibit: u32, case: &CaseState, l: &L) -> String {
    let grade = case.grade(exhibit);
    let mut told = format!(
        "{}. {}",
        l.t(&format!("grade-{grade}")),
        l.t(&format!("grade-{grade}-text"))
    );
    for other in case.borne_out_by(exhibit) {
        let also = l.ta("exhibit-borne-out-by", &[("number", other)]);
        told = format!("{told}\n{also}.");
    }
    for look in witness::looks(l, case, exhibit) {
        told = format!("{told}\n{look}");
    }
    told
}

/// Before when the exhibit was here, and on whose word; what that does not show.
fn stamped(exhibit: u32, entries: &[Entry], proved: &[ProvedBefore], l: &L) -> String {
    let sealed =
        |entry: &&Entry| matches!(&entry.event, Event::ExhibitSealed(sealed) if sealed.number == exhibit);
    let seq = entries.iter().find(sealed).map(|entry| entry.seq);
    let first = seq.and_then(|seq| proved.iter().find(|proved| proved.up_to >= seq));
    match first {
        Some(proved) => {
            let args = [
                ("before", l.at(proved.before)),
                ("authority", proved.authority.clone()),
            ];
            l.ta("dossier-stamped", &args)
        }
        None => l.t("dossier-not-stamped"),
    }
}

/// How the exhibit came, with what its browser said of it where one captured it, or what is known of the e-mail that it is.
fn came(exhibit: &Exhibit, mailed: Option<&Mailed>, l: &L) -> String {
    let hashed = l.t(if exhibit.hashed_by_sender {
        "dossier-hashed-by-sender"
    } else {
        "dossier-hashed-here"
    });
    let came = format!("{}. {hashed}", l.t(&format!("arrival-{}", exhibit.arrival)));
    match (&exhibit.capture, mailed) {
        (Some(capture), _) => format!("{came}. {}", capture::paragraph(l, capture)),
        (None, Some(mailed)) => format!("{came}. {}", mailed::paragraph(l, mailed)),
        (None, None) => came,
    }
}

fn exhibit(shown: Shown, case: &CaseState, teller: &Teller<'_>) -> ExhibitPage {
    let (l, exhibit) = (teller.l, shown.exhibit);
    let look = case.look_behind(exhibit.number);
    let whose = if look.is_some() {
        "dossier-seen-by-server"
    } else {
        "dossier-seen"
    };
    let seen = exhibit
        .seen_at
        .map_or_else(|| l.t("exhibit-not-told"), |at| l.ta(whose, &[("at", l.at(at))]));
    ExhibitPage {
        number: exhibit.number,
        kind: exhibit.media_type.clone(),
        size: l.bytes(exhibit.bytes),
        sha256: exhibit.sha256.clone(),
        came: match look {
            Some(look) => format!(
                "{}.\n{}",
                came(&exhibit, None, l),
                witness::lines(l, look, exhibit.number)
            ),
            None => came(&exhibit, case.mailed.get(&exhibit.number), l),
        },
        seen,
        received: l.at(shown.received),
        source: match (look, exhibit.source_url.clone()) {
            (Some(look), _) => look.asked.clone(),
            (None, Some(source)) => l.ta("dossier-source", &[("source", source)]),
            (None, None) => l.t("exhibit-not-told"),
        },
        sent_by: teller.name(&exhibit.sent_by),
        corroboration: corroboration(exhibit.number, case, l),
        picture: shown.picture,
        alt: l.ta("dossier-alt", &[("number", exhibit.number)]),
        text: match (shown.text, exhibit.media_type.as_str()) {
            (Some(text), "message/rfc822") => Some(app::mail::readable(text.as_bytes())),
            (text, _) => text,
        },
        name: exhibit.name,
    }
}

fn proof(material: &Material, l: &L) -> Vec<String> {
    let value = |key: &str, value: &str| format!("{}:\n{value}", l.t(key));
    vec![
        value("dossier-head", &material.head),
        value("dossier-root", &material.root),
        value("dossier-key", &material.fingerprint),
        value("dossier-sealed", &l.at(material.sealed_at)),
        l.t("dossier-limits"),
    ]
}

#[cfg(test)]
mod tests;
