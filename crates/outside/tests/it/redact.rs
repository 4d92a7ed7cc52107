//! Boxes burnt in: for all sets of boxes, nothing under one survives, and all beside them is as it was.

use std::collections::BTreeSet;
use std::io::Cursor;

use crate::media::pdf;
use domain::case::Region;
use domain::case::redaction::Patch;
use domain::case::statement::PARTS;
use image::{ImageFormat, Rgb, RgbImage};
use outside::media::{self, CoveredBy, Fault, NotCovered};
use outside::paper::Language;
use proptest::prelude::*;

/// A picture none of whose pixels is black, each its own.
fn drawn(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let part = |n: u32| u8::try_from(n % 200 + 50).expect("a byte");
        Rgb([part(x), part(y), part(x * 7 + y * 3)])
    })
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).expect("encoded");
    out.into_inner()
}

fn covered(original: &[u8], boxes: &[Region]) -> Result<Vec<u8>, Fault> {
    let room = tempfile::tempdir().expect("a folder");
    let path = room.path().join("original");
    std::fs::write(&path, original).expect("written");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(media::covered_picture(&path, boxes.to_vec()))
}

/// The names of a PNG's chunks (ISO/IEC 15948, section 5.3; checked 2026-11-25).
fn chunks(png: &[u8]) -> BTreeSet<String> {
    let (mut names, mut rest) = (BTreeSet::new(), &png[8..]);
    while rest.len() >= 12 {
        let length = u32::from_be_bytes(rest[..4].try_into().expect("four")) as usize;
        names.insert(String::from_utf8_lossy(&rest[4..8]).into_owned());
        rest = &rest[12 + length..];
    }
    assert!(rest.is_empty(), "nothing behind the end");
    names
}

/// Whether the pixel's square touches the box, reckoned apart from the program: in parts of a part.
fn touches(region: &Region, x: u32, y: u32, picture: &RgbImage) -> bool {
    let meets = |at: u32, side: u32, from: u32, size: u32| {
        let (at, side, parts) = (u64::from(at), u64::from(side), u64::from(PARTS));
        let (from, end) = (u64::from(from) * side, (u64::from(from) + u64::from(size)) * side);
        at * parts < end && from < (at + 1) * parts
    };
    meets(x, picture.width(), region.x, region.w) && meets(y, picture.height(), region.y, region.h)
}

fn region() -> impl Strategy<Value = Region> {
    (0..PARTS, 0..PARTS, 1..=PARTS, 1..=PARTS).prop_map(|(x, y, w, h)| Region {
        x,
        y,
        w: w.min(PARTS - x),
        h: h.min(PARTS - y),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_pixel_under_a_box_survives_and_all_others_are_untouched(
        (width, height) in (1_u32..60, 1_u32..60),
        boxes in prop::collection::vec(region(), 1..8),
    ) {
        let original = drawn(width, height);
        let png = covered(&encoded(&original, ImageFormat::Png), &boxes).expect("a copy");
        prop_assert_eq!(chunks(&png), BTreeSet::from(["IHDR", "IDAT", "IEND"].map(str::to_owned)));
        let copy = image::load_from_memory_with_format(&png, ImageFormat::Png).expect("a PNG").into_rgb8();
        prop_assert_eq!(copy.dimensions(), (width, height));
        for (x, y, pixel) in copy.enumerate_pixels() {
            let covered = boxes.iter().any(|region| touches(region, x, y, &original));
            let expected = if covered { &Rgb([0, 0, 0]) } else { original.get_pixel(x, y) };
            prop_assert_eq!(pixel, expected, "at {}, {}", x, y);
        }
    }
}

#[test]
fn what_a_camera_wrote_into_the_file_is_gone() {
    // A JPEG with EXIF (APP1) and a comment, by hand: markers before the picture's own.
    let jpeg = encoded(&drawn(40, 30), ImageFormat::Jpeg);
    let said = b"Exif\0\0GPS 56.15 10.2 Mette Ravn";
    let length = u16::try_from(said.len() + 2).expect("short").to_be_bytes();
    let marked = [
        &jpeg[..2],
        &[0xFF, 0xE1],
        &length,
        said,
        &[0xFF, 0xFE],
        &length,
        said,
        &jpeg[2..],
    ]
    .concat();
    let whole = Region {
        x: 0,
        y: 0,
        w: PARTS / 2,
        h: PARTS,
    };
    let copy = covered(&marked, &[whole]).expect("a copy");
    assert!(!copy.windows(10).any(|part| part == b"Mette Ravn"));
    assert_eq!(
        chunks(&copy),
        BTreeSet::from(["IHDR", "IDAT", "IEND"].map(str::to_owned))
    );
}

#[test]
fn a_broken_picture_and_one_with_too_many_pixels_say_so() {
    let all = Region {
        x: 0,
        y: 0,
        w: PARTS,
        h: PARTS,
    };
    assert_eq!(covered(b"\x89PNG\r\n\x1a\n nothing", &[all]), Err(Fault::Broken));
    let bomb = hex_bomb();
    assert_eq!(covered(&bomb, &[all]), Err(Fault::TooLarge));
}

/// A PNG whose header says 30,000 × 30,000 grey pixels.
fn hex_bomb() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend_from_slice(&[
        0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 0, 0, 0, 0, 0x43, 0x4c, 0xa7, 0x66,
    ]);
    png.extend_from_slice(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
    png
}

/// The document with these places black, as a PDF.
fn covered_pages(original: &[u8], patches: Vec<Patch>) -> Result<Vec<u8>, NotCovered> {
    let room = tempfile::tempdir().expect("a folder");
    let path = room.path().join("original");
    std::fs::write(&path, original).expect("written");
    let by = CoveredBy {
        language: Language::Danish,
        title: "Kopi med noget dækket".into(),
        page: "Side {n}".into(),
    };
    let at = "2026-11-25T10:00:00Z".parse().expect("a time");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(media::covered_document(&path, room.path(), patches, by, at))
}

/// What a tool of poppler's says of a document.
fn asked(tool: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let room = tempfile::tempdir().expect("a folder");
    let path = room.path().join("copy.pdf");
    std::fs::write(&path, pdf).expect("written");
    let mut command = std::process::Command::new(tool);
    command.args(arguments).arg(&path);
    if tool == "pdftotext" {
        command.arg("-");
    }
    let done = command.output().expect("poppler runs");
    assert!(done.status.success(), "{done:?}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// A page as it is seen.
fn seen(pdf: &[u8], page: u32) -> RgbImage {
    let room = tempfile::tempdir().expect("a folder");
    let (path, out) = (room.path().join("copy.pdf"), room.path().join("page"));
    std::fs::write(&path, pdf).expect("written");
    let page = page.to_string();
    let done = std::process::Command::new("pdftoppm")
        .args([
            "-png",
            "-singlefile",
            "-scale-to",
            "1600",
            "-f",
            &page,
            "-l",
            &page,
        ])
        .args([&path, &out])
        .output()
        .expect("pdftoppm runs");
    assert!(done.status.success(), "{done:?}");
    image::open(out.with_extension("png"))
        .expect("a page")
        .into_rgb8()
}

#[test]
fn a_document_s_pages_become_pictures_and_what_was_covered_is_in_none_of_them() {
    let hidden = "/OpenAction<</S/JavaScript/JS(app.alert\\('Mette'\\))>>";
    let original = pdf(&["Mette Ravn bor her", "Og mere om sagen"], hidden);
    assert!(asked("pdftotext", &[], &original).contains("Mette Ravn"));
    // The upper quarter of the first page, where its words stand.
    let upper = Region {
        x: 0,
        y: 0,
        w: PARTS,
        h: PARTS / 4,
    };
    let patch = Patch {
        page: 1,
        region: upper,
    };
    let copy = covered_pages(&original, vec![patch]).expect("a copy");
    assert_eq!(asked("pdftotext", &[], &copy).trim(), "", "no words are left");
    assert!(!copy.windows(5).any(|part| part == b"Mette"));
    let pictures = asked("pdfimages", &["-list"], &copy);
    assert_eq!(
        pictures.lines().skip(2).count(),
        2,
        "a picture a page: {pictures}"
    );
    let told = asked("pdfinfo", &[], &copy);
    assert!(
        told.contains("JavaScript:      no") && told.contains("Pages:           2"),
        "{told}"
    );
    assert_eq!(asked("pdfdetach", &["-list"], &copy).trim(), "0 embedded files");
    let (first, second) = (seen(&copy, 1), seen(&copy, 2));
    let dark = |page: &RgbImage, x, y| page.get_pixel(x, y).0.iter().all(|part| *part < 24);
    for (x, y) in [(5, 5), (600, 200), (first.width() - 5, first.height() / 4 - 5)] {
        assert!(dark(&first, x, y), "{x}, {y}");
    }
    assert!(
        !dark(&first, 5, first.height() / 4 + 8),
        "nothing beside it is covered"
    );
    let ink = |page: &RgbImage| page.pixels().filter(|pixel| pixel.0[0] < 128).count();
    let beside = first
        .pixels()
        .skip((first.width() * (first.height() / 4 + 8)) as usize);
    assert_eq!(beside.filter(|pixel| pixel.0[0] < 128).count(), 0);
    assert!(ink(&second) > 200, "the other page can still be read");
    // A page keeps its shape: A4 on end.
    let sides = f64::from(first.height()) / f64::from(first.width());
    assert!((sides - 842.0 / 595.0).abs() < 0.01, "{sides}");
}

#[test]
fn a_document_that_is_too_long_broken_or_lacks_the_page_is_not_covered_by_halves() {
    let all = Region {
        x: 0,
        y: 0,
        w: PARTS,
        h: PARTS,
    };
    let on = |page| vec![Patch { page, region: all }];
    let long = covered_pages(&pdf(&["x"; 21], ""), on(1));
    assert!(matches!(long, Err(NotCovered::TooManyPages)), "{long:?}");
    assert!(covered_pages(&pdf(&["x"; 20], ""), on(20)).is_ok());
    let beyond = [on(2), on(3)].concat();
    let beyond = covered_pages(&pdf(&["x"; 2], ""), beyond);
    assert!(matches!(beyond, Err(NotCovered::NoSuchPage(1))), "{beyond:?}");
    let broken = covered_pages(b"%PDF-1.7 and nothing else", on(1));
    assert!(
        matches!(broken, Err(NotCovered::Fault(Fault::Broken))),
        "{broken:?}"
    );
}
