//! Statements proposed from the lines of an exhibit.

use domain::case::proposal::{Read, proposed};
use domain::case::statement::PARTS;
use domain::case::{Region, Said};
use proptest::prelude::*;
use rstest::rstest;

fn lines(text: &str) -> Vec<Read> {
    let line = |text: &str| Read {
        text: text.to_owned(),
        region: None,
    };
    text.lines().map(line).collect()
}

/// The same in a picture: each line 10 high, with so much room under it.
fn pictured(lines: &[(&str, u32)]) -> Vec<Read> {
    let mut y = 0;
    let mut all = Vec::new();
    for (text, under) in lines {
        let region = Some(Region {
            x: 100,
            y,
            w: 500,
            h: 10,
        });
        all.push(Read {
            text: (*text).to_owned(),
            region,
        });
        y += 10 + under;
    }
    all
}

fn told(said: &[Said]) -> Vec<(&str, &str, &str)> {
    said.iter()
        .map(|said| (said.author.as_str(), said.said_at.as_str(), said.text.as_str()))
        .collect()
}

/// As Tesseract reads the screenshot of input 09, specks and all.
const THREAD: &str = "https://www.facebook.com/fjordbykommune/posts/991
Fjordby Kommune
Byrådet har vedtaget budgettet for 2027. Filialbiblioteket i Vesterby lukker 1. marts.
10. november 2026 - Synes godt om - Svar + 12 + Delt 88 gange
Grethe N.
Skammeligt. Bibliotekerne er det eneste vi har tilbage herude.
2 d. - Synes godt om - Svar + dp 144
Per H
Bibliotekslederen Karin er en
inkompetent nikkedukke
1d. - Synes godt om - Svar\" 35
Rasmus G
Seriøst, hun fortjener en lussing
6066 6 86 6
18 t.  Synes godt om + Svar\" d 4";

#[test]
fn a_thread_becomes_a_statement_a_comment_with_author_and_time_as_shown() {
    let all = proposed(&lines(THREAD));
    assert_eq!(
        told(&all),
        [
            (
                "Fjordby Kommune",
                "10. november 2026",
                "Byrådet har vedtaget budgettet for 2027. Filialbiblioteket i Vesterby lukker 1. marts."
            ),
            (
                "Grethe N.",
                "2 d.",
                "Skammeligt. Bibliotekerne er det eneste vi har tilbage herude."
            ),
            (
                "Per H",
                "1d.",
                "Bibliotekslederen Karin er en inkompetent nikkedukke"
            ),
            ("Rasmus G", "18 t.", "Seriøst, hun fortjener en lussing"),
        ]
    );
    let places: Vec<_> = all.iter().map(|said| said.line).collect();
    assert_eq!(places, [Some(1), Some(5), Some(8), Some(12)]);
}

#[rstest]
#[case::reply("5h Like Reply", "5h")]
#[case::yesterday("i går kl. 21.04 · Synes godt om · Svar", "i går kl. 21.04")]
#[case::now("lige nu Svar", "lige nu")]
#[case::weeks("3 uger Synes godt om Besvar", "3 uger")]
#[case::unit_lost("18 godt om + Svar\" d 4", "18")]
#[case::youtube("2 år (redigeret) Svar", "2 år")]
fn a_time_is_kept_as_it_stands(#[case] beneath: &str, #[case] time: &str) {
    let all = proposed(&lines(&format!("Bent\nSkam jer\n{beneath}")));
    assert_eq!(told(&all), [("Bent", time, "Skam jer")]);
}

#[rstest]
#[case("Du har 2 dage til at svar")]
#[case("Svar mig nu")]
#[case("Jeg synes godt om jer")]
#[case("12 personer synes godt om")]
#[case("2 svarmuligheder")]
#[case("12 kan lide det, godt om igen")]
#[case("2. svar")]
#[case("İ går Svar")]
fn what_somebody_says_is_not_taken_for_the_line_beneath(#[case] words: &str) {
    let all = proposed(&lines(&format!("Bent\n{words}")));
    assert_eq!(told(&all), [("", "", "Bent"), ("", "", words)]);
}

#[test]
fn a_box_is_around_the_comment_and_the_line_beneath_it() {
    let all = proposed(&pictured(&[("Bent", 2), ("Skam jer", 2), ("2 t. Svar", 30)]));
    let around = Region {
        x: 100,
        y: 0,
        w: 500,
        h: 34,
    };
    assert_eq!(all[0].region, Some(around));
    // Specks, wherever they are, make it no larger.
    let mut specks = pictured(&[("Bent", 2), ("Skam jer", 2), ("6066 6 86", 90), ("2 t. Svar", 30)]);
    specks[3].region = Some(Region {
        x: 100,
        y: 24,
        w: 500,
        h: 10,
    });
    assert_eq!(proposed(&specks)[0].region, Some(around));
}

#[test]
fn elsewhere_what_stands_together_is_one() {
    let messages = pictured(&[("Jeg ved hvor", 2), ("du bor", 40), ("Svar mig", 8), ("nu", 0)]);
    let all = proposed(&messages);
    let texts: Vec<_> = all.iter().map(|said| said.text.as_str()).collect();
    assert_eq!(texts, ["Jeg ved hvor du bor", "Svar mig", "nu"]);
    // In a text empty lines part it, and without any each line is one.
    let parted = proposed(&lines("Kære alle\nI er\n\n\nVh\nBent"));
    assert_eq!(told(&parted), [("", "", "Kære alle I er"), ("", "", "Vh Bent")]);
    assert_eq!(parted[1].line, Some(5));
    assert_eq!(proposed(&lines("en\nto")).len(), 2);
    assert_eq!(proposed(&lines("12:30\n·\n\nhttps://snak.example/1")), []);
    assert_eq!(proposed(&[]), []);
}

proptest! {
    #[test]
    fn every_word_that_says_something_is_in_one_proposal_or_is_a_name_or_a_time(
        texts in prop::collection::vec("[A-Za-zæøå0-9 .·]{0,40}|2 t\\. Svar|", 0..40),
        boxed in any::<bool>(),
    ) {
        let read: Vec<Read> = (0..).zip(&texts).map(|(n, text)| Read {
            text: text.clone(),
            region: boxed.then_some(Region { x: 0, y: n * 1000, w: PARTS, h: 900 }),
        }).collect();
        let all = proposed(&read);
        let kept: String = all.iter().flat_map(|said| [said.author.as_str(), " ", &said.text, " ", &said.said_at, " "]).collect();
        for word in texts.iter().filter(|text| !text.contains("Svar")).flat_map(|text| text.split_whitespace()) {
            if word.chars().filter(|sign| sign.is_alphabetic()).count() >= 2 {
                prop_assert!(kept.contains(word), "{word:?} of {texts:?} in {kept:?}");
            }
        }
        // In the exhibit's order, none beginning where another does, each box inside the exhibit.
        prop_assert!(all.windows(2).all(|two| two[0].line < two[1].line));
        for region in all.iter().filter_map(|said| said.region) {
            prop_assert!(region.w > 0 && region.x + region.w <= PARTS && region.y + region.h <= PARTS);
        }
    }
}
