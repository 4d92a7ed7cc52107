//! What our extension said of a page that an employee captured in their own browser, in words.

use crate::text::L;
use domain::case::{Capture, PageTime};

/// The most of a page's own times that are named on a page, and in the narrow column of a dossier; the journal has them all.
const NAMED: usize = 12;
const NAMED_IN_DOSSIER: usize = 5;

/// What is known, as label and text; last what it shows and does not show.
pub fn facts(l: &L, capture: &Capture) -> Vec<(String, String)> {
    some_facts(l, capture, NAMED)
}

fn some_facts(l: &L, capture: &Capture, named: usize) -> Vec<(String, String)> {
    let mut facts = vec![
        ("url", capture.url.clone()),
        ("title", capture.title.clone()),
        ("at", l.at(capture.at)),
    ];
    facts.extend(capture.times.iter().take(named).map(|time| ("time", told(time))));
    let unnamed = capture.times.len().saturating_sub(named) as u64 + u64::from(capture.more_times);
    if unnamed > 0 {
        facts.push(("time", l.tn("capture-more-times", unnamed)));
    }
    if capture.cut {
        facts.push(("rest", l.t("capture-cut")));
    }
    if capture.missing > 0 {
        facts.push(("rest", l.tn("capture-missing", capture.missing)));
    }
    facts.push(("shows", l.t("capture-shows")));
    facts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (l.t(&format!("capture-fact-{name}")), text))
        .collect()
}

/// The same as one paragraph, for the dossier.
pub fn paragraph(l: &L, capture: &Capture) -> String {
    let mut said: Vec<(String, String)> = Vec::new();
    for (label, text) in some_facts(l, capture, NAMED_IN_DOSSIER) {
        match said.last_mut().filter(|(last, _)| *last == label) {
            Some((_, told)) => *told = format!("{told}{} {text}", if told.ends_with('.') { "" } else { ";" }),
            None => said.push((label, text)),
        }
    }
    let sentence = |(label, text): (String, String)| {
        let end = if text.ends_with('.') { "" } else { "." };
        format!("{label}: {text}{end}")
    };
    said.into_iter().map(sentence).collect::<Vec<_>>().join(" ")
}

/// A time as the page has it: `<time>: 2026-10-12T08:00 (for 3 timer siden)`.
fn told(time: &PageTime) -> String {
    let PageTime { mark, value, text } = time;
    let text = if text.is_empty() || text == value {
        String::new()
    } else {
        format!(" ({text})")
    };
    format!("{mark}: {value}{text}")
}
