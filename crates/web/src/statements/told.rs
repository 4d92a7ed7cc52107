//! Statements in the story of a case. A wave of 140 is one line there, not 140; each stands by itself in the journal.

use crate::case::story::{Fact, Line, Teller};
use domain::case::{Actor, Entry, Event};
use jiff::civil::Date;

/// The same thing done to one statement after another by the same person on the same day.
#[derive(Default)]
pub struct Run {
    last: Option<(&'static str, Actor, Date)>,
    n: u32,
}

impl Run {
    /// Adds an entry to the story, or counts it in the line that is last there.
    pub fn tell(&mut self, teller: &Teller<'_>, entry: &Entry, story: &mut Vec<Line>) {
        let day = teller.l.local(entry.at).date();
        let now = key(&entry.event).map(|key| (key, entry.actor.clone(), day));
        if now.is_none() || now != self.last {
            self.n = 1;
            self.last = now;
            story.push(teller.line(entry));
            return;
        }
        self.n += 1;
        let Some(((key, ..), line)) = now.zip(story.pop()) else {
            return;
        };
        story.push(Line {
            what: teller.l.tn(key, self.n),
            lead: String::new(),
            facts: Vec::new(),
            seq: line.seq,
            ..teller.line(entry)
        });
    }
}

/// What a run of these is called.
fn key(event: &Event) -> Option<&'static str> {
    match event {
        Event::StatementMarked(_) => Some("event-statements-marked"),
        Event::StatementAssessed { .. } => Some("event-statements-assessed"),
        _ => None,
    }
}

impl Teller<'_> {
    /// Every entry that is no reading, oldest first; a run of statements is one line.
    pub fn in_runs(&self, entries: &[Entry]) -> Vec<Line> {
        let (mut run, mut lines) = (Run::default(), Vec::new());
        for entry in entries.iter().filter(|entry| !entry.event.is_reading()) {
            run.tell(self, entry, &mut lines);
        }
        lines
    }

    /// One entry about a statement: the sentence, what matters most, and the facts.
    pub(crate) fn tell_statement(&self, event: &Event, key: &str) -> (String, String, Vec<Fact>) {
        let l = self.l;
        let named = |number: &u32| l.ta(key, &[("number", number)]);
        match event {
            Event::StatementMarked(marked) => (
                l.ta(key, &[("number", marked.number), ("exhibit", marked.exhibit)]),
                marked.said.text.clone(),
                self.facts(&[
                    ("shown-author", &marked.said.author),
                    ("shown-time", &marked.said.said_at),
                ]),
            ),
            Event::StatementCorrected {
                statement,
                text,
                author,
                said_at,
            } => (
                named(statement),
                text.clone(),
                self.facts(&[("shown-author", author), ("shown-time", said_at)]),
            ),
            Event::StatementAssessed {
                statement,
                outcome,
                reason,
            } => {
                let outcome = l.t(&format!("outcome-{outcome}")).to_lowercase();
                let args = [("number", statement.to_string()), ("outcome", outcome)];
                (l.ta(key, &args), reason.clone(), Vec::new())
            }
            Event::StatementAssessmentUndone { statement } => (named(statement), String::new(), Vec::new()),
            Event::StatementWithdrawn { statement, reason } => (named(statement), reason.clone(), Vec::new()),
            _ => (String::new(), String::new(), Vec::new()),
        }
    }
}
