//! Practising: a made-up post with a one-time word in it, of which somebody takes a screenshot and sends it in; and for managers a made-up
//! case ([`case`]). A drill is never a case and never in its figures.

pub mod case;

use crate::organisation::Person;
use crate::vocabulary::words;
use jiff::{SignedDuration, Timestamp};

/// How long one can go on with a drill.
pub const OPEN: SignedDuration = SignedDuration::from_hours(24);
/// How long pictures and word of a drill are kept; the result stays.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long somebody who has passed counts as having practised.
pub const FRESH: SignedDuration = SignedDuration::from_hours(24 * 365);

/// What the made-up post shows, the same for everybody but for the word.
pub const PROFILE: &str = "Bent Opdigtet";
/// Its made-up address.
pub const ADDRESS: &str = "snak.example/opslag/4711";

words!(
    /// The door that a drill came through.
    Way {
        /// The report form: chosen, pasted, shared from the phone or captured by the extension.
        Page = "page",
        Email = "email",
    }
);

words!(
    /// What has to be in the picture beside the post itself.
    Part {
        Profile = "profile",
        Address = "address",
        Thread = "thread",
        Time = "time",
    }
);

/// How a picture was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The word is in it.
    pub passed: bool,
    /// What was not found, in the order of [`Part::ALL`]; a hint, since a machine reads with errors.
    pub missing: Vec<Part>,
}

words!(
    /// What there is to practise.
    Exercise {
        /// A screenshot of a made-up post, sent in.
        Picture = "picture",
        /// A made-up case, for whoever leads a unit.
        Case = "case",
    }
);

/// When somebody last passed each exercise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    pub picture: Option<Timestamp>,
    pub case: Option<Timestamp>,
}

impl Passed {
    /// Until when the last time counts; none if there was none.
    pub fn lasts(&self, exercise: Exercise) -> Option<Timestamp> {
        let at = match exercise {
            Exercise::Picture => self.picture,
            Exercise::Case => self.case,
        };
        at.map(|at| at + FRESH)
    }

    /// What this person has not passed within the year.
    pub fn lacks(&self, person: &Person, now: Timestamp) -> impl Iterator<Item = Exercise> {
        let is_for = |exercise: &Exercise| *exercise == Exercise::Picture || case::is_for(person);
        let all = Exercise::ALL.iter().copied().filter(is_for);
        all.filter(move |exercise| self.lasts(*exercise).is_none_or(|until| until <= now))
    }
}

/// A word that nobody can know before they see it: four syllables of letters that a machine tells apart. `throw` gives a
/// number below its argument.
pub fn word(mut throw: impl FnMut(usize) -> usize) -> String {
    const FIRST: &[u8] = b"BDFGKLMNPRTV";
    const SECOND: &[u8] = b"AEOU";
    let mut word = String::new();
    for _ in 0..4 {
        word.push(char::from(FIRST[throw(FIRST.len())]));
        word.push(char::from(SECOND[throw(SECOND.len())]));
    }
    word
}

/// Whether a subject line says that an e-mail is a drill. Without it, it is a report like any other: rather a drill too much in the cases than
/// a threat among the drills.
pub fn is_marked(subject: &str) -> bool {
    let subject = subject.to_lowercase();
    let mut words = subject.split(|c: char| !c.is_alphanumeric());
    words.any(|word| matches!(word, "øvelse" | "ovelse" | "oevelse" | "drill"))
}

/// Judges the text that was recognised in the pictures.
pub fn judge(word: &str, text: &str) -> Judged {
    let letters: Vec<char> = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect();
    let plain: String = text
        .to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    let there = |part: &Part| match part {
        Part::Profile => plain.contains("opdigtet"),
        Part::Address => plain.contains("snak.example") || plain.contains("4711"),
        Part::Thread => plain.contains("sidste svar") || plain.contains("last answer"),
        Part::Time => {
            digits.contains("1947") || plain.contains("oktober 2026") || plain.contains("october 2026")
        }
    };
    Judged {
        passed: has(&letters, word),
        missing: Part::ALL.iter().copied().filter(|part| !there(part)).collect(),
    }
}

/// Whether the word stands among the letters; one of its own may have been misread.
fn has(letters: &[char], word: &str) -> bool {
    let word: Vec<char> = word.chars().collect();
    letters.windows(word.len()).any(|window| {
        let wrong = window
            .iter()
            .zip(&word)
            .filter(|(seen, meant)| seen != meant)
            .count();
        wrong <= 1
    })
}
