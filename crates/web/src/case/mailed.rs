//! How an exhibit came by e-mail, in words: what the letter says of itself, what was checked, and what lies in it.

use super::story::{Fact, Teller};
use crate::text::L;
use domain::case::Mailed;
use domain::case::mailed::{Part, Said};

/// The most servers, letters and contents that are named on a page; the journal has them all.
const NAMED: usize = 40;

impl Teller<'_> {
    /// The entry that records it.
    pub(super) fn mailed(&self, mailed: &Mailed, key: &str) -> (String, String, Vec<Fact>) {
        let facts = facts(self.l, mailed);
        let facts = facts.into_iter().map(|(label, text)| Fact { label, text });
        let what = self.l.ta(key, &[("number", mailed.exhibit)]);
        (what, String::new(), facts.collect())
    }
}

/// What is known, as label and text.
pub fn facts(l: &L, mailed: &Mailed) -> Vec<(String, String)> {
    let said = &mailed.said;
    let date = said.date.map(|date| l.at(date)).unwrap_or_default();
    let envelope = match mailed.envelope.as_deref() {
        Some("") => l.t("mail-envelope-nobody"),
        Some(sender) => sender.to_owned(),
        None => String::new(),
    };
    let mut facts = vec![
        ("door", l.t(&format!("mail-door-{}", mailed.door))),
        ("from", said.from.clone()),
        ("to", said.to.clone()),
        ("date", date),
        ("subject", said.subject.clone()),
        ("message-id", said.message_id.clone()),
        ("envelope", envelope),
        ("checks", checks(l, mailed)),
    ];
    let received = said.received.iter().take(NAMED);
    facts.extend(received.map(|server| ("received", server.clone())));
    facts.extend(
        mailed
            .hands_on
            .iter()
            .take(NAMED)
            .map(|letter| ("hands-on", letter_of(l, letter))),
    );
    facts.extend(
        mailed
            .inside
            .iter()
            .take(NAMED)
            .map(|part| ("inside", part_of(l, part))),
    );
    let unnamed = mailed.inside.len().saturating_sub(NAMED) as u64 + mailed.more_inside;
    if unnamed > 0 {
        facts.push(("inside", l.ta("mail-inside-more", &[("count", unnamed)])));
    }
    facts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (l.t(&format!("mail-fact-{name}")), text))
        .collect()
}

/// What is known of the e-mail in one paragraph, and what that shows and does not show.
pub fn paragraph(l: &L, mailed: &Mailed) -> String {
    let door = l.t(&format!("mail-door-{}", mailed.door));
    let from = l.ta("mail-said-from", &[("from", mailed.said.from.as_str())]);
    let letters = mailed.hands_on.iter().take(3).map(|letter| {
        let letter = letter_of(l, letter);
        format!(" {}: {letter}.", l.t("mail-fact-hands-on"))
    });
    let letters: String = letters.collect();
    format!(
        "{door}. {from} {}.{letters} {}",
        checks(l, mailed),
        l.t("mail-shows")
    )
}

fn checks(l: &L, mailed: &Mailed) -> String {
    let word = |check| l.t(&format!("mail-check-{check}"));
    let checks = format!(
        "DKIM: {} · SPF: {} · DMARC: {}",
        word(mailed.dkim),
        word(mailed.spf),
        word(mailed.dmarc)
    );
    match mailed.checked_by.as_str() {
        "" => checks,
        "vaern" => format!("{checks} ({})", l.t("mail-checked-here")),
        server => format!("{checks} ({})", l.ta("mail-checked-by", &[("server", server)])),
    }
}

fn letter_of(l: &L, letter: &Said) -> String {
    let date = letter.date.map_or_else(|| l.t("mail-no-date"), |date| l.at(date));
    let args = [
        ("from", letter.from.clone()),
        ("to", letter.to.clone()),
        ("date", date),
        ("subject", letter.subject.clone()),
    ];
    l.ta("mail-letter", &args)
}

fn part_of(l: &L, part: &Part) -> String {
    let name = if part.name == "-" {
        l.t("mail-unnamed")
    } else {
        part.name.clone()
    };
    let kind = if part.media_type.is_empty() {
        name
    } else {
        format!("{name} ({})", part.media_type)
    };
    let fate = match part.exhibit {
        Some(exhibit) => l.ta("exhibit-n", &[("number", exhibit)]),
        None => l.t(&format!("mail-inside-{}", part.fate)),
    };
    format!("{kind}: {fate}")
}
