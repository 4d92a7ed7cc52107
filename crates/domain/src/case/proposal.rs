//! Statements that are proposed from what was read in an exhibit: a comment in a thread is its author's name, its words and a
//! line beneath them with the time. A person keeps, corrects or drops each; nothing becomes a statement by itself.

use super::statement::{Region, Said};

/// The longest line that is taken for a name, in characters.
const NAME: usize = 60;
/// A line as high as `n` has a gap under it when the next begins more than this part of `n` lower.
const GAP: (u32, u32) = (7, 10);
/// What platforms write beneath a comment, in Danish and English (seen on Facebook, Instagram, YouTube and LinkedIn pages; checked
/// 2026-11-25): to like it, of which recognition may lose a word, and to answer or change it.
const LIKED: [&str; 4] = ["synes godt om", "godt om", "like", "reager"];
const ANSWERED: [&str; 5] = ["svar", "besvar", "reply", "rediger", "redigeret"];
/// How a length of time begins after its number, shortest first: `2 t.`, `3 uger`, `5h`.
const UNITS: [&str; 17] = [
    "s", "sek", "m", "min", "t", "time", "timer", "h", "d", "dag", "dage", "u", "uge", "uger", "w", "år", "y",
];
const MONTHS: [&str; 14] = [
    "jan", "feb", "mar", "apr", "maj", "may", "jun", "jul", "aug", "sep", "okt", "oct", "nov", "dec",
];
/// Times without a number.
const WORDS: [&str; 6] = ["i går", "i dag", "lige nu", "just now", "yesterday", "nu"];

/// A line as it was read, with its box where the exhibit is one picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    pub text: String,
    pub region: Option<Region>,
}

/// The time in a line beneath a comment, as it stands there; nothing if it is no such line.
fn time_beneath(line: &str) -> Option<&str> {
    let lower = line.to_lowercase();
    // Where lower case is longer or shorter than what it was made of, places would not fit.
    if lower.len() != line.len() {
        return None;
    }
    let stands = |word: &str| {
        let at = lower.match_indices(word).map(|(at, _)| at);
        at.filter(|at| is_whole(&lower, *at, word.len())).min()
    };
    let first = |words: &[&str]| words.iter().filter_map(|word| stands(word)).min();
    let (liked, answered) = (first(&LIKED), first(&ANSWERED));
    let before = line.get(..liked.into_iter().chain(answered).min()?)?;
    let time = before.trim_matches(|sign: char| !sign.is_alphanumeric() && sign != '.');
    // With both of them there a number is enough: its unit was not read.
    let number = !time.is_empty() && time.chars().all(|sign| sign.is_ascii_digit() || sign == '.');
    let is_sure = liked.is_some() && answered.is_some() && number;
    (is_sure || is_time(&time.to_lowercase())).then_some(time)
}

fn is_whole(line: &str, at: usize, length: usize) -> bool {
    let letter = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
    let (before, after) = (line.get(..at), line.get(at + length..));
    !letter(before.and_then(|before| before.chars().next_back()))
        && !letter(after.and_then(|after| after.chars().next()))
}

/// `2 t.`, `1d.`, `10. november 2026`, `i går kl. 21.04`, `nu`.
fn is_time(text: &str) -> bool {
    if WORDS
        .iter()
        .any(|word| text.starts_with(word) && is_whole(text, 0, word.len()))
    {
        return true;
    }
    let rest = text.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let unit = rest.trim_start_matches(['.', ' ']);
    let unit: String = unit.chars().take_while(|sign| sign.is_alphabetic()).collect();
    let month = MONTHS.iter().any(|month| unit.starts_with(month));
    rest.len() < text.len() && (month || UNITS.contains(&unit.as_str()))
}

/// Whether anybody said anything in it: specks are read as a sign or two, and an address is where it stood.
fn says_something(line: &str) -> bool {
    let letters = line.chars().filter(|sign| sign.is_alphabetic()).count();
    letters >= 2 && !line.trim_start().starts_with("http")
}

/// The box around both.
fn around(one: Region, other: Region) -> Region {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    let right = (one.x + one.w).max(other.x + other.w);
    let bottom = (one.y + one.h).max(other.y + other.h);
    Region {
        x,
        y,
        w: right - x,
        h: bottom - y,
    }
}

/// One statement of these lines, which are numbered from 1 in the exhibit.
fn said(lines: &[(u32, &Read)], named: bool, time: &str) -> Option<Said> {
    let full: Vec<_> = lines
        .iter()
        .filter(|(_, line)| says_something(&line.text))
        .collect();
    let texts: Vec<&str> = full.iter().map(|(_, line)| line.text.trim()).collect();
    let (author, text) = match texts.as_slice() {
        [first, rest @ ..] if named && !rest.is_empty() && first.chars().count() <= NAME => (*first, rest),
        all => ("", all),
    };
    // Specks are read anywhere: they make no box larger.
    let regions = full.iter().filter_map(|(_, line)| line.region);
    (!text.is_empty()).then(|| Said {
        text: text.join(" "),
        author: author.to_owned(),
        said_at: time.to_owned(),
        region: regions.reduce(around),
        line: lines.first().map(|(number, _)| *number),
    })
}

/// Whether something else begins with `next`: an empty line, or in a picture a gap.
fn is_apart(last: &Read, next: &Read) -> bool {
    if next.text.trim().is_empty() {
        return true;
    }
    match (last.region, next.region) {
        (Some(last), Some(next)) => {
            let beneath = u64::from(next.y).saturating_sub(u64::from(last.y) + u64::from(last.h));
            let above = next.y < last.y;
            above || beneath * u64::from(GAP.1) > u64::from(last.h) * u64::from(GAP.0)
        }
        _ => false,
    }
}

/// What these lines may hold, in their order. In a thread of comments each ends with the line that says when; elsewhere what
/// stands together is one, or each line where nothing parts them.
#[must_use]
pub fn proposed(lines: &[Read]) -> Vec<Said> {
    let is_thread = lines.iter().any(|line| time_beneath(&line.text).is_some());
    let is_parted = lines
        .iter()
        .any(|line| line.region.is_some() || line.text.trim().is_empty());
    let (mut all, mut open): (Vec<Said>, Vec<(u32, &Read)>) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(lines) {
        if let Some(time) = time_beneath(&line.text) {
            open.push((number, line));
            // The line itself is nobody's words.
            all.extend(said_above(&open, time));
            open.clear();
            continue;
        }
        let ends = match open.last() {
            None => false,
            Some((_, last)) if is_parted => !is_thread && is_apart(last, line),
            Some(_) => !is_thread,
        };
        if ends {
            all.extend(said(&open, false, ""));
            open.clear();
        }
        if !line.text.trim().is_empty() {
            open.push((number, line));
        }
    }
    all.extend(said(&open, false, ""));
    all
}

/// A comment with the line beneath it: its box is around both, its words are those above.
fn said_above(lines: &[(u32, &Read)], time: &str) -> Option<Said> {
    let (beneath, above) = lines.split_last()?;
    let mut found = said(above, true, time)?;
    if let (Some(region), Some(under)) = (found.region, beneath.1.region) {
        found.region = Some(around(region, under));
    }
    Some(found)
}
