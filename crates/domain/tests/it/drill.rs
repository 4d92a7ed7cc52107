//! What a drill's picture has to show.

use domain::drill::{Part, is_marked, judge, word};
use proptest::prelude::*;
use rstest::rstest;

const WHOLE: &str = "snak.example/opslag/4711\nBent Opdigtet\n12. oktober 2026 kl. 19.47\nOrdet er KOBELIRA.\nKaren: Sikke noget\nBent Opdigtet: Det sidste svar i tråden";

#[test]
fn a_picture_of_everything_passes_and_misses_nothing() {
    let judged = judge("KOBELIRA", WHOLE);
    assert!(judged.passed && judged.missing.is_empty(), "{judged:?}");
}

#[rstest]
#[case::cut_at_the_top("Bent Opdigtet\n12. oktober 2026 kl. 19.47\nKOBELIRA\nDet sidste svar", &[Part::Address])]
#[case::only_the_post("KOBELIRA", &[Part::Profile, Part::Address, Part::Thread, Part::Time])]
#[case::in_english("snak.example/opslag/4711 Bent Opdigtet 12 October 2026, 19:47 KOBELIRA The last answer", &[])]
fn what_is_missing_is_named_and_does_not_fail_it(#[case] text: &str, #[case] missing: &[Part]) {
    let judged = judge("KOBELIRA", text);
    assert!(judged.passed);
    assert_eq!(judged.missing, missing);
}

#[rstest]
#[case::nothing("", false)]
#[case::another_word("Ordet er KABELORI", false)]
#[case::one_letter_misread("Ordet er K0BELIRA.", true)]
#[case::broken_over_lines("Ordet er KOBE\nLIRA.", true)]
#[case::two_letters_misread("Ordet er K0BEL1RA", false)]
fn the_word_decides(#[case] text: &str, #[case] passed: bool) {
    assert_eq!(judge("KOBELIRA", text).passed, passed);
}

#[rstest]
#[case("ØVELSE", true)]
#[case("VS: øvelse - mit billede", true)]
#[case("Drill", true)]
#[case("Øvelserne er aflyst, din idiot", false)]
#[case("", false)]
fn only_the_word_itself_marks_an_email(#[case] subject: &str, #[case] marked: bool) {
    assert_eq!(is_marked(subject), marked);
}

proptest! {
    #[test]
    fn each_word_passes_its_own_picture_and_no_text_breaks_the_judge(throws in proptest::collection::vec(0_usize..1000, 8), text in any::<String>()) {
        let mut throws = throws.into_iter();
        let word = word(|below| throws.next().unwrap_or(0) % below);
        prop_assert_eq!(word.len(), 8);
        let picture = format!("før {word} efter");
        prop_assert!(judge(&word, &picture).passed);
        let _ = judge(&word, &text);
    }
}
