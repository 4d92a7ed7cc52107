//! A letter that is forwarded inline: where the sender's own words end, and what the block of fields below says.
//!
//! Mail programs mark it in their own ways; these are Outlook's, Apple Mail's, Gmail's and Thunderbird's in Danish and
//! English, as their forwards looked on 2026-11-25.

use super::line;

/// What an inline forward says of the letter that it hands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quoted {
    pub from: String,
    /// Addresses, as far as there are any, in lower case.
    pub to: Vec<String>,
    pub date: String,
    pub subject: String,
}

const LINES: [&str; 8] = [
    "original message",
    "oprindelig meddelelse",
    "forwarded message",
    "videresendt meddelelse",
    "videresendt besked",
    "videresendt mail",
    "start på videresendt besked",
    "begin forwarded message",
];

/// How many lines after the mark the fields may begin and go on.
const NEAR: usize = 12;

/// The sender's own words, and what they forward inline, if they do.
pub fn split(words: &str) -> (&str, Option<Quoted>) {
    let mut at = 0;
    for text in words.split_inclusive('\n') {
        if marks(text) || begins_block(&words[at..]) {
            let quoted = fields(&words[at..]);
            if quoted != Quoted::default() {
                // Outlook draws a rule above.
                let rule = |c: char| c.is_whitespace() || c == '_';
                return (words[..at].trim_end_matches(rule), Some(quoted));
            }
        }
        at += text.len();
    }
    (words, None)
}

/// A line such as `-----Oprindelig meddelelse-----` or `Begin forwarded message:`.
fn marks(text: &str) -> bool {
    let bare = text.trim().trim_matches(['-', '_', '>', ':', ' ']).to_lowercase();
    LINES.contains(&bare.as_str())
}

/// Outlook writes the fields below a rule or nothing at all.
fn begins_block(words: &str) -> bool {
    let mut lines = words.lines();
    let first = lines.next().and_then(field);
    let second = lines.next().and_then(field);
    matches!(first, Some(("from", _))) && matches!(second, Some(("date" | "to" | "subject", _)))
}

fn field(text: &str) -> Option<(&'static str, &str)> {
    let bare = text.trim().trim_start_matches(['>', '*', ' ']);
    let (name, value) = bare.split_once(':')?;
    let name = match name.trim_end_matches(['*', ' ']).to_lowercase().as_str() {
        "fra" | "from" => "from",
        "til" | "to" => "to",
        "sendt" | "sent" | "dato" | "date" => "date",
        "emne" | "subject" => "subject",
        _ => return None,
    };
    Some((name, value.trim_start_matches(['*', ' ']).trim()))
}

fn fields(words: &str) -> Quoted {
    let mut quoted = Quoted::default();
    for text in words.lines().take(NEAR) {
        let Some((name, value)) = field(text) else {
            continue;
        };
        match name {
            "from" if quoted.from.is_empty() => quoted.from = line(value, 300),
            "to" if quoted.to.is_empty() => quoted.to = addresses(value),
            "date" if quoted.date.is_empty() => quoted.date = line(value, 100),
            "subject" if quoted.subject.is_empty() => quoted.subject = line(value, 300),
            _ => {}
        }
    }
    quoted
}

fn addresses(value: &str) -> Vec<String> {
    let words = value
        .split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ';' | ',' | '[' | ']' | '(' | ')'));
    let words = words.map(|word| word.trim_start_matches("mailto:"));
    let found = words.filter(|word| word.contains('@') && !word.starts_with('@'));
    found.take(100).map(str::to_lowercase).collect()
}
