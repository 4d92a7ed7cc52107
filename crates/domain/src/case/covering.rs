//! Text with passages covered: what is covered is not in the copy, nor how long it was.

use super::Refusal;
use unicode_normalization::UnicodeNormalization as _;

/// What stands where something was: always as long, so that it says nothing of what it was.
pub const COVERED: &str = "█████";

/// A sign of a text as it is compared: in lower case, with what nobody sees left out and any empty space one space.
struct Sign {
    folded: char,
    from: usize,
    to: usize,
}

/// Nobody sees them, and a name with one inside must be found all the same: soft hyphen, zero-width signs, direction marks.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn signs(text: &str) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::new();
    for (from, letter) in text.char_indices() {
        let to = from + letter.len_utf8();
        if is_unseen(letter) {
            continue;
        }
        if letter.is_whitespace() {
            match signs.last_mut() {
                Some(last) if last.folded == ' ' => last.to = to,
                _ => signs.push(Sign {
                    folded: ' ',
                    from,
                    to,
                }),
            }
            continue;
        }
        signs.extend(letter.to_lowercase().map(|folded| Sign { folded, from, to }));
    }
    signs
}

/// The text anew, with every place where one of these passages stands covered: whatever the case of its letters, across
/// the end of a line, and with signs inside it that nobody sees.
///
/// # Errors
/// `passages.N` (from 0) `not-in-text` for one that stands nowhere: then what should have been covered would still be there.
pub fn cover_text(text: &str, passages: &[String]) -> Result<String, Refusal> {
    // An é of one sign and an é of two are the same to who reads them.
    let text: String = text.nfc().collect();
    let signs_of_text = signs(&text);
    let mut covered: Vec<(usize, usize)> = Vec::new();
    for (at, passage) in passages.iter().enumerate() {
        let passage: String = passage.nfc().collect();
        let wanted: Vec<char> = signs(passage.trim())
            .into_iter()
            .map(|sign| sign.folded)
            .collect();
        let stands = |part: &&[Sign]| part.iter().map(|sign| sign.folded).eq(wanted.iter().copied());
        let places = signs_of_text.windows(wanted.len().max(1)).filter(stands);
        let before = covered.len();
        covered.extend(places.filter_map(|part| Some((part.first()?.from, part.last()?.to))));
        if covered.len() == before {
            return Err(Refusal::invalid(format!("passages.{at}"), "not-in-text"));
        }
    }
    covered.sort_unstable();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (from, to) in covered {
        if from >= at {
            out.push_str(&text[at..from]);
            out.push_str(COVERED);
        }
        // Overlapping ones are one.
        at = at.max(to);
    }
    out.push_str(&text[at..]);
    Ok(out)
}
