//! Boxes burnt in: for all sets of boxes, nothing under one survives, and all beside them is as it was.

use std::collections::BTreeSet;
use std::io::Cursor;

use domain::case::Region;
use domain::case::statement::PARTS;
use image::{ImageFormat, Rgb, RgbImage};
use outside::media::{self, Fault};
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
