//! Covered text: for all texts and passages, nothing that was covered can be read in the copy, and all else stands as it was.

use domain::case::Refusal;
use domain::case::covering::{COVERED, cover_text};
use proptest::prelude::*;

fn cover(text: &str, passages: &[&str]) -> Result<String, Refusal> {
    let passages: Vec<String> = passages.iter().map(|passage| (*passage).to_owned()).collect();
    cover_text(text, &passages)
}

#[test]
fn a_passage_is_covered_wherever_and_however_it_stands() {
    let text =
        "Mette Ravn skrev. METTE\n  RAVN svarede, og Met\u{ad}te\u{200b} Ravn igen. Metterav er en anden.";
    assert_eq!(
        cover(text, &["mette ravn"]).unwrap(),
        format!("{COVERED} skrev. {COVERED} svarede, og {COVERED} igen. Metterav er en anden.")
    );
    // One sign or two: the same é.
    assert_eq!(
        cover("Rene\u{301}, René", &["rené"]).unwrap(),
        format!("{COVERED}, {COVERED}")
    );
    // A letter that becomes two in lower case, and its neighbours.
    assert_eq!(
        cover("aİb aİb", &["i\u{307}"]).unwrap(),
        format!("a{COVERED}b a{COVERED}b")
    );
}

#[test]
fn what_overlaps_is_covered_as_one_and_length_is_not_told() {
    assert_eq!(cover("abcdef", &["abcd", "cdef"]).unwrap(), COVERED);
    assert_eq!(cover("aaaa", &["aa"]).unwrap(), COVERED);
    assert_eq!(
        cover("Jo og Maximiliane", &["Jo", "Maximiliane"]).unwrap(),
        format!("{COVERED} og {COVERED}")
    );
}

#[test]
fn what_stands_nowhere_is_named_and_nothing_is_made() {
    let refused = cover("Han ved, hvor jeg bor", &["hvor", "Mette"]);
    assert_eq!(refused, Err(Refusal::invalid("passages.1", "not-in-text")));
    assert!(cover("", &["ab"]).is_err());
    assert!(cover("abc", &["\u{200b}\u{200b}"]).is_err());
}

/// As a reader compares: lower case, one space for any, nothing unseen. Reckoned apart from the program.
fn read(text: &str) -> String {
    let seen: String = text
        .chars()
        .filter(|letter| !"\u{ad}\u{200b}\u{feff}".contains(*letter))
        .collect();
    seen.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_covered_can_be_read(
        text in "[abAB \\n\u{ad}\u{200b}æÆ]{0,60}",
        passages in proptest::collection::vec("[abABæ]{1,3}( [abæ]{1,2})?", 1..4),
    ) {
        let Ok(made) = cover_text(&text, &passages) else {
            // Then one of them stands nowhere.
            prop_assert!(passages.iter().any(|passage| !read(&text).contains(&read(passage))));
            return Ok(());
        };
        let made = read(&made);
        for passage in &passages {
            prop_assert!(!made.contains(&read(passage)), "{made:?} shows {passage:?}");
        }
        // What is beside it is as it was: without the covers, the copy's words stand in the text in their order.
        let mut rest = read(&text);
        for part in made.split(COVERED).map(str::trim).filter(|part| !part.is_empty()) {
            let at = rest.find(part);
            prop_assert!(at.is_some(), "{part:?} is not of the text");
            rest = rest.split_off(at.unwrap_or(0) + part.len());
        }
    }
}
