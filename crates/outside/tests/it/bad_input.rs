//! Input that means harm, or is broken: the dossier is written all the same, and says what it can't show.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use outside::{Exhibit, Language};
use rstest::rstest;

use crate::sample::{dossier, exhibit, pdf, screenshot, text, told};

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let band = u8::try_from(y / 40 % 256).expect("under 256");
        if x % 97 < 60 && y % 40 < 14 {
            Rgb([20, 20, band])
        } else {
            Rgb([250, 250, 250])
        }
    });
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).expect("encoded");
    out.into_inner()
}

/// A PNG whose header claims a size that nothing behind it keeps.
fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(1, 1);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| {
            if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 }
        })
    })
}

#[rstest]
#[case::code("#panic(\"boom\") #import \"x.typ\"", "#panic(\"boom\")")]
#[case::emphasis("*x* _y_ `z` $a$ = b", "*x* _y_ `z` $a$ = b")]
#[case::backslash("\\ \\n \\u{41} C:\\temp", "\\ \\n \\u{41} C:\\temp")]
#[case::label("<label> @ref // comment /* more */", "<label> @ref // comment")]
#[case::json("\"], \"x\": 1 }", "\"], \"x\": 1 }")]
#[case::placeholder("{n} {of} {drawer}", "{n} {of} {drawer}")]
#[case::emoji("Kniv 🔪👩🏽‍🚒 slut", "Kniv \u{FFFD}\u{FFFD}")]
#[case::arabic("مرحبا slut", "\u{FFFD} slut")]
#[case::control("a\0b\u{7}c\u{1b}[31m\u{7f}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}[31m")]
#[case::turned("foto\u{202E}gnp.exe", "foto\u{FFFD}gnp.exe")]
#[case::decomposed("A\u{30A}lborg, blåba\u{308}r", "lborg")]
#[case::accents("Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}algo", "algo")]
#[case::alone("\u{301}", "")]
#[case::private(
    "\u{E000}\u{F8FF}\u{FFFE}\u{FFFF}\u{FEFF}x",
    "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}x"
)]
#[case::cyrillic("Привет Ελληνικά", "Привет")]
#[case::long(concat!("mange ord ", "mange ord "), "mange ord mange ord")]
fn any_text_anywhere_is_shown_as_text(#[case] bad: &str, #[case] expected: &str) {
    let mut dossier = dossier(Language::Danish);
    dossier.municipality = bad.into();
    dossier.number = bad.chars().take(40).collect();
    dossier.title = bad.into();
    dossier.drawer = bad.into();
    dossier.made = bad.into();
    dossier.facts = vec![(bad.into(), bad.into())];
    dossier.summary = vec![bad.into()];
    for section in dossier.assessment.iter_mut().chain(&mut dossier.contacts) {
        section.heading = bad.into();
        section.paragraphs = vec![bad.into()];
    }
    for line in &mut dossier.chronology {
        (line.when, line.who, line.what) = (bad.into(), bad.into(), bad.into());
    }
    dossier.exhibits = vec![Exhibit {
        number: 1,
        name: bad.into(),
        kind: bad.into(),
        size: bad.into(),
        sha256: bad.into(),
        came: bad.into(),
        seen: bad.into(),
        received: bad.into(),
        source: bad.into(),
        sent_by: bad.into(),
        corroboration: bad.into(),
        picture: Some(png(200, 300)),
        alt: bad.into(),
        text: Some(bad.into()),
    }];
    dossier.proof = vec![bad.into()];
    let pdf = pdf(&dossier);
    let text = text(&pdf, "bad");
    let seen = text.replace('\u{200B}', "");
    assert!(seen.contains(expected), "{expected:?} is missing in:\n{seen}");
    told("qpdf", &["--check"], &pdf);
}

#[test]
fn a_word_of_3000_letters_stays_on_the_page() {
    let mut dossier = dossier(Language::Danish);
    let word = "Æ".repeat(3_000);
    dossier.title.clone_from(&word);
    dossier.chronology[0].what.clone_from(&word);
    dossier.chronology[0].who.clone_from(&word);
    dossier.exhibits[0].source.clone_from(&word);
    dossier.facts.push((word.clone(), word.clone()));
    dossier.summary.push(word);
    let pdf = pdf(&dossier);
    let text = text(&pdf, "word");
    let letters = text.chars().filter(|c| *c == 'Æ').count();
    assert!(letters >= 7 * 3_000, "{letters} letters");
}

#[test]
fn what_is_not_shown_is_said() {
    let mut dossier = dossier(Language::Danish);
    dossier.summary = vec!["Kniv 🔪".into()];
    let text = text(&pdf(&dossier), "emoji");
    assert!(text.contains("står for et tegn"), "{text}");
}

#[rstest]
#[case::empty(Vec::new())]
#[case::noise(b"this is no picture".to_vec())]
#[case::cut_short(screenshot("01-threat-in-comment-thread/screenshot-1.png")[..2_000].to_vec())]
#[case::too_big(claiming(10_000, 6_001))]
#[case::far_too_big(claiming(0x7FFF_FFFF, 0x7FFF_FFFF))]
#[case::nothing_in_it(claiming(0, 0))]
#[case::vector(b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>".to_vec())]
fn a_picture_that_cannot_be_shown_is_said_to_lie_in_the_bag(#[case] bytes: Vec<u8>) {
    let mut dossier = dossier(Language::Danish);
    dossier.exhibits = vec![exhibit(1, Some(bytes)), exhibit(2, Some(png(300, 200)))];
    let pdf = pdf(&dossier);
    assert!(text(&pdf, "broken").contains("Billedet kan ikke vises her. Originalen ligger uændret i pakken"));
    let images = told("pdfimages", &["-list"], &pdf);
    assert_eq!(
        images.lines().skip(2).count(),
        1,
        "the good picture is still there: {images}"
    );
}

#[test]
fn a_long_screenshot_is_split_over_pages() {
    let mut dossier = dossier(Language::Danish);
    dossier.exhibits = vec![exhibit(1, Some(png(1_170, 12_000)))];
    let text = text(&pdf(&dossier), "tall");
    for part in 1..=4 {
        assert!(text.contains(&format!("Bilag 1, del {part} af 4")), "{text}");
    }
    assert!(text.contains("Billedet er langt og derfor delt"));
}

#[test]
fn an_endless_screenshot_is_shown_in_part_and_says_so() {
    let mut dossier = dossier(Language::Danish);
    dossier.exhibits = vec![exhibit(1, Some(png(400, 60_000)))];
    let text = text(&pdf(&dossier), "endless");
    assert!(text.contains("del 12 af 12"));
    assert!(text.contains("for langt til at vises helt"));
}

#[rstest]
#[case::thin(1, 3_000)]
#[case::flat(3_000, 1)]
#[case::dot(1, 1)]
fn a_picture_of_any_shape_is_shown(#[case] width: u32, #[case] height: u32) {
    let mut dossier = dossier(Language::Danish);
    dossier.exhibits = vec![exhibit(1, Some(png(width, height)))];
    let images = told("pdfimages", &["-list"], &pdf(&dossier));
    assert!(images.lines().count() > 2, "{images}");
}

#[test]
fn a_long_text_is_cut_and_says_so() {
    let mut dossier = dossier(Language::Danish);
    dossier.exhibits = vec![Exhibit {
        text: Some("linje med ord\n".repeat(3_000)),
        ..exhibit(1, None)
    }];
    assert!(text(&pdf(&dossier), "text").contains("Teksten er længere end her vist"));
}

#[test]
fn fifty_exhibits_of_one_case_all_stand_in_it() {
    let mut dossier = dossier(Language::Danish);
    let picture = png(300, 600);
    dossier.exhibits = (1..=50).map(|n| exhibit(n, Some(picture.clone()))).collect();
    assert!(text(&pdf(&dossier), "fifty").contains("Bilag 50"));
}
