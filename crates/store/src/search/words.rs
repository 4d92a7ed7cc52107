//! Text as the index has it: words folded so that two ways of writing one are the same, and stems of Danish words.

use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Longer ones are no words.
const LONGEST: usize = 40;
/// Words that say nothing by themselves: left out of a question that has others.
const SMALL: &[&str] = &[
    "af", "and", "at", "da", "de", "den", "der", "det", "du", "en", "er", "et", "for", "fra", "han", "har",
    "hun", "i", "ikke", "jeg", "med", "men", "of", "og", "om", "på", "som", "the", "til", "to", "var", "vi",
];

/// The words of a text, folded: lower case, without accents, `aa` as `å`, `ae` and `ä` as `æ`, `oe` and `ö` as `ø`.
pub(super) fn folded(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    // Composed, since a ring of its own would cut the word in two.
    for letter in text.nfkc().chain(std::iter::once(' ')) {
        if letter.is_alphanumeric() || (is_combining_mark(letter) && !word.is_empty()) {
            word.push(letter);
        } else if !word.is_empty() {
            words.push(fold(&word));
            word.clear();
        }
    }
    words.retain(|word| !word.is_empty() && word.chars().count() <= LONGEST);
    words
}

fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for letter in word.chars().flat_map(char::to_lowercase) {
        match letter {
            'æ' | 'ä' => out.push('æ'),
            'ø' | 'ö' => out.push('ø'),
            'å' => out.push('å'),
            'ü' => out.push('y'),
            'ß' => out.push_str("ss"),
            other => out.extend(
                std::iter::once(other)
                    .nfkd()
                    .filter(|part| !is_combining_mark(*part)),
            ),
        }
    }
    out.replace("aa", "å").replace("ae", "æ").replace("oe", "ø")
}

/// The stem of a folded word: by the Snowball stemmer for Danish, and then without the `e` that `trussel`, `regel` and
/// `middel` lose in `trusler`, `regler` and `midler`, which it does not know.
pub(super) fn stem(word: &str) -> String {
    let stem = Stemmer::new(Algorithm::Danish).stem(word).into_owned();
    let Some(start) = stem.strip_suffix("el").filter(|start| start.chars().count() >= 3) else {
        return stem;
    };
    let mut letters: Vec<char> = start.chars().collect();
    if letters.ends_with(&[letters[letters.len() - 1]; 2]) {
        letters.pop();
    }
    letters.into_iter().chain(std::iter::once('l')).collect()
}

/// Stems, one after the other with spaces between.
pub(super) fn stems(texts: &[String]) -> String {
    let words = texts.iter().flat_map(|text| folded(text));
    let stems: Vec<String> = words.map(|word| stem(&word)).collect();
    stems.join(" ")
}

/// Folded words, one after the other with spaces between.
pub(super) fn names(texts: &[String]) -> String {
    let words: Vec<String> = texts.iter().flat_map(|text| folded(text)).collect();
    words.join(" ")
}

/// The words of a question, at most `most`, without those that say nothing.
pub(super) fn asked(question: &str, most: usize) -> Vec<String> {
    let all = folded(question);
    let mut telling: Vec<String> = all
        .iter()
        .filter(|word| !SMALL.contains(&word.as_str()))
        .cloned()
        .collect();
    if telling.is_empty() {
        telling = all;
    }
    telling.truncate(most);
    telling
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ways_of_writing_a_word_are_one() {
        for (one, other) in [
            ("Åse Sørensen", "AASE SOERENSEN"),
            ("Kjær", "kjaer"),
            ("Müller", "Myller"),
            ("André", "andre"),
            ("blåbær", "bla\u{30a}bær"),
            ("ﬁnde", "finde"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} and {other}");
        }
        assert_ne!(folded("far"), folded("får"));
    }

    #[test]
    fn the_forms_of_a_danish_word_have_one_stem() {
        for forms in [
            ["trussel", "truslen", "truslerne"],
            ["regel", "reglens", "regler"],
            ["middel", "midlet", "midlerne"],
            ["model", "modellen", "modeller"],
            ["chikanen", "chikaner", "chikanerne"],
            ["opslag", "opslaget", "opslagene"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.iter().all(|stem| stem == &stems[0]), "{stems:?}");
        }
    }

    #[test]
    fn small_words_are_left_out_unless_there_are_no_others() {
        assert_eq!(
            asked("trusler på Facebook og i toget", 8),
            ["trusler", "facebook", "toget"]
        );
        assert_eq!(asked("og", 8), ["og"]);
        assert!(asked(" … !", 8).is_empty());
        assert_eq!(asked("en to tre fire fem", 2), ["tre", "fire"]);
    }
}
