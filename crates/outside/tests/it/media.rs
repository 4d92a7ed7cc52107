//! Working copies, of good files and of bad ones.

use std::io::{Cursor, Write as _};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use outside::media::{Copies, Fault, copies, fingerprint};
use rstest::rstest;

use crate::sample::screenshot;

async fn made(bytes: &[u8], media_type: &str) -> Copies {
    let room = tempfile::tempdir().expect("a folder");
    let original = room.path().join("original");
    std::fs::write(&original, bytes).expect("written");
    copies(&original, media_type, room.path()).await
}

fn words(copies: &Copies, page: usize) -> String {
    copies.texts[page].what.as_ref().expect("words").plain()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).expect("encoded");
    out.into_inner()
}

const TALL: &str = "01-threat-in-comment-thread/screenshot-1.png";

#[tokio::test]
async fn a_screenshot_is_made_small_and_read() {
    let copies = made(&screenshot(TALL), "image/png").await;
    let small = copies.thumbnail.what.as_ref().expect("a thumbnail");
    let seen = image::load_from_memory_with_format(small, ImageFormat::Jpeg).expect("a JPEG");
    assert_eq!((seen.width(), seen.height()), (148, 320));
    let text = words(&copies, 0);
    for word in ["Mette Ravn", "rådhuset", "børneafdelingen", "ødelagt"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let read = copies.texts[0].what.as_ref().expect("words");
    assert_eq!((read.width, read.height, read.recognised), (1170, 2532, true));
    let line = read
        .lines
        .iter()
        .find(|line| line.text.contains("rådhuset"))
        .expect("a line");
    let [left, top, width, height] = line.at.expect("a box");
    assert!(
        (200..260).contains(&left) && (400..450).contains(&top),
        "{line:?}"
    );
    assert!(
        (600..900).contains(&width) && (30..80).contains(&height),
        "{line:?}"
    );
}

#[tokio::test]
async fn the_same_screenshot_encoded_again_looks_alike_and_others_do_not() {
    let names = [
        TALL,
        "01-threat-in-comment-thread/screenshot-2.png",
        "03-night-messages-to-private-profile/screenshot-1.png",
        "09-wave-against-library-closure/screenshot-1.png",
    ];
    let mut prints = Vec::new();
    for name in names {
        let picture = image::load_from_memory(&screenshot(name)).expect("a picture");
        let (half, jpeg) = (
            picture.thumbnail(600, 1_300),
            encoded(&picture, ImageFormat::Jpeg),
        );
        let of = |copies: Copies| copies.facts.fingerprint.expect("a fingerprint");
        let own = of(made(&screenshot(name), "image/png").await);
        for again in [jpeg, encoded(&half, ImageFormat::Jpeg)] {
            let again = of(made(&again, "image/jpeg").await);
            assert!(fingerprint::alike(&own, &again), "{name}: {own} {again}");
        }
        prints.push(own);
    }
    for (place, one) in prints.iter().enumerate() {
        for other in &prints[place + 1..] {
            assert!(!fingerprint::alike(one, other));
        }
    }
}

#[tokio::test]
async fn an_empty_sheet_is_like_no_other() {
    let white = encoded(
        &RgbImage::from_pixel(400, 400, Rgb([255; 3])).into(),
        ImageFormat::Png,
    );
    let copies = made(&white, "image/png").await;
    assert!(copies.thumbnail.what.is_ok());
    assert_eq!(
        (copies.facts.fingerprint.clone(), words(&copies, 0).as_str()),
        (None, "")
    );
}

/// One chunk of a PNG (ISO/IEC 15948:2004, 5.3).
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    [length.as_slice(), &body, &crc(&body).to_be_bytes()].concat()
}

/// CRC-32 as PNG has it (ISO/IEC 15948:2004, annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                0xEDB8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            }
        })
    })
}

/// A grey PNG that says that it has these sides, and holds `rows` black rows of that width.
fn png(width: u32, height: u32, rows: u32) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 0, 0, 0, 0]);
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    (0..rows).for_each(|_| packed.write_all(&vec![0; width as usize + 1]).expect("packed"));
    let data = packed.finish().expect("packed");
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &data),
        chunk(b"IEND", b""),
    ]
    .concat()
}

fn flipped(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes[at] ^= 0x55;
    bytes
}

#[test]
fn the_pictures_made_by_hand_are_good_until_they_are_broken() {
    assert!(image::load_from_memory(&png(40, 40, 40)).is_ok());
}

#[rstest]
#[case::empty(Vec::new(), Fault::Broken)]
#[case::one_byte(vec![0x89], Fault::Broken)]
#[case::signature_alone(b"\x89PNG\r\n\x1a\n".to_vec(), Fault::Broken)]
#[case::cut_off(png(40, 40, 40)[..60].to_vec(), Fault::Broken)]
#[case::rows_are_missing(png(40, 40, 10), Fault::Broken)]
#[case::a_wrong_check_sum(flipped(png(40, 40, 40), 30), Fault::Broken)]
#[case::damaged_data(flipped(png(40, 40, 40), 45), Fault::Broken)]
#[case::no_width(png(0, 40, 0), Fault::Broken)]
#[case::sides_beyond_measure(png(0x7FFF_FFFF, 0x7FFF_FFFF, 0), Fault::TooLarge)]
#[case::thirty_thousand_square(png(30_000, 30_000, 300), Fault::TooLarge)]
#[case::text(b"<svg><script>alert(1)</script></svg>".to_vec(), Fault::Broken)]
#[tokio::test]
async fn a_bad_picture_says_what_is_wrong(#[case] bytes: Vec<u8>, #[case] fault: Fault) {
    let made = made(&bytes, "image/png").await;
    assert_eq!(made.thumbnail.what.err(), Some(fault));
    assert!(made.previews.is_empty() && made.texts.is_empty());
}

#[tokio::test]
async fn a_picture_that_is_a_script_too_leaves_as_a_picture_alone() {
    let mut polyglot = encoded(&DynamicImage::new_rgb8(30, 30), ImageFormat::Gif);
    polyglot.extend_from_slice(b"/*<script>alert(1)</script>*/");
    let small = made(&polyglot, "image/gif")
        .await
        .thumbnail
        .what
        .expect("a thumbnail");
    assert!(!String::from_utf8_lossy(&small).contains("script"));
    assert!(small.starts_with(&[0xFF, 0xD8, 0xFF]), "a JPEG");
}

#[tokio::test]
async fn heic_has_no_reader() {
    let made = made(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic").await;
    assert_eq!(made.thumbnail.what.err(), Some(Fault::NoDecoder));
}

/// A PDF of as many pages as there are texts; `extra` stands in its catalogue.
pub fn pdf(texts: &[&str], extra: &str) -> Vec<u8> {
    let kids: Vec<String> = (0..texts.len())
        .map(|page| format!("{} 0 R", 4 + page * 2))
        .collect();
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R {extra}>>"),
        format!("<</Type/Pages/Kids[{}]/Count {}>>", kids.join(" "), texts.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    for (page, text) in texts.iter().enumerate() {
        let content = format!("BT /F1 24 Tf 60 700 Td ({text}) Tj ET");
        let place = 5 + page * 2;
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents {place} 0 R>>"
        ));
        objects.push(format!(
            "<</Length {}>>stream\n{content}\nendstream",
            content.len()
        ));
    }
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(out.len());
        out.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let table = out.len();
    out.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    places
        .iter()
        .for_each(|place| out.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes()));
    let count = objects.len() + 1;
    out.extend_from_slice(
        format!("trailer<</Root 1 0 R/Size {count}>>\nstartxref\n{table}\n%%EOF\n").as_bytes(),
    );
    out
}

#[tokio::test]
async fn a_document_s_pages_are_shown_and_its_script_is_never_run() {
    let script =
        "/OpenAction<</S/JavaScript/JS(app.alert\\('hej'\\); this.submitForm\\('http://127.0.0.1:1/'\\))>>";
    let copies = made(
        &pdf(&["First page of the letter", "And the second"], script),
        "application/pdf",
    )
    .await;
    assert_eq!((copies.previews.len(), copies.facts.pages), (2, Some(2)));
    for preview in &copies.previews {
        let page = image::load_from_memory(preview.what.as_ref().expect("a page")).expect("a JPEG");
        assert_eq!(page.width().max(page.height()), 1600);
    }
    assert_eq!(words(&copies, 0), "First page of the letter");
    assert_eq!(words(&copies, 1), "And the second");
    assert!(!copies.texts[0].what.as_ref().expect("words").recognised);
    assert!(copies.thumbnail.what.is_ok());
}

#[tokio::test]
async fn a_page_without_words_of_its_own_is_read_off_its_pixels() {
    // The page is drawn by `screenshot`'s maker as a picture inside a PDF: no text to take out.
    let room = tempfile::tempdir().expect("a folder");
    let (png, out) = (room.path().join("a.png"), room.path().join("a.pdf"));
    std::fs::write(&png, screenshot(TALL)).expect("written");
    let done = std::process::Command::new("tesseract")
        .arg(&png)
        .arg(room.path().join("a"))
        .args(["-c", "textonly_pdf=0", "-l", "dan", "--psm", "6", "pdf"])
        .env("OMP_THREAD_LIMIT", "1")
        .output()
        .expect("tesseract runs");
    assert!(done.status.success() && out.is_file());
    let copies = made(&std::fs::read(&out).expect("a PDF"), "application/pdf").await;
    assert_eq!(copies.previews.len(), 1);
    assert!(words(&copies, 0).contains("rådhuset"), "{}", words(&copies, 0));
}

#[tokio::test]
async fn only_the_first_twenty_pages_are_shown() {
    let copies = made(&pdf(&["x"; 23], ""), "application/pdf").await;
    assert_eq!(
        (copies.previews.len(), copies.texts.len(), copies.facts.pages),
        (20, 20, Some(23))
    );
}

#[rstest]
#[case::no_pages(pdf(&[], ""))]
#[case::cut_off(pdf(&["x"], "")[..80].to_vec())]
#[case::noise(b"%PDF-1.7 and nothing else".to_vec())]
#[tokio::test]
async fn a_broken_document_says_so(#[case] bytes: Vec<u8>) {
    assert_eq!(
        made(&bytes, "application/pdf").await.thumbnail.what.err(),
        Some(Fault::Broken)
    );
}

/// A GIF that says that it has these sides, and holds a picture of one pixel.
fn gif(side: u16) -> Vec<u8> {
    let mut bytes = encoded(&DynamicImage::new_rgb8(1, 1), ImageFormat::Gif);
    let side = side.to_le_bytes();
    bytes[6..10].copy_from_slice(&[side, side].concat());
    bytes
}

/// A WebP whose one chunk (lossless) begins with these sides and ends there.
fn webp(side: u32) -> Vec<u8> {
    let sides = (side - 1) | (side - 1) << 14;
    let data = [&[0x2F][..], &sides.to_le_bytes(), &[0; 11]].concat();
    let length = |bytes: usize| u32::try_from(bytes).expect("short").to_le_bytes();
    let body = [b"WEBPVP8L", &length(data.len())[..], &data].concat();
    [b"RIFF", &length(body.len())[..], &body].concat()
}

#[rstest]
#[case::gif(gif(65_535), "image/gif")]
#[case::webp(webp(10_000), "image/webp")]
#[tokio::test]
async fn a_picture_of_any_kind_that_would_unfold_without_measure_is_not_unfolded(
    #[case] bytes: Vec<u8>,
    #[case] kind: &str,
) {
    assert_eq!(
        made(&bytes, kind).await.thumbnail.what.err(),
        Some(Fault::TooLarge)
    );
}

/// A PDF of one page, so large, whose content is packed.
fn packed_pdf(side: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
         3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 {side} {side}]/Resources<<>>/Contents 4 0 R>>\nendobj\n\
         4 0 obj\n<</Filter/FlateDecode/Length {}>>stream\n",
        content.len()
    );
    [
        head.as_bytes(),
        content,
        b"\nendstream\nendobj\ntrailer<</Root 1 0 R/Size 5>>\n%%EOF\n",
    ]
    .concat()
}

#[tokio::test]
async fn a_page_as_large_as_a_town_becomes_a_picture_of_ordinary_size() {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"0 0 100 100 re f").expect("packed");
    let content = packed.finish().expect("packed");
    let made = made(&packed_pdf("2000000", &content), "application/pdf").await;
    let picture = made.previews[0].what.as_ref().expect("a page");
    let picture = image::load_from_memory(picture).expect("a JPEG");
    assert_eq!((picture.width(), picture.height()), (1_600, 1_600));
}

#[tokio::test]
async fn a_page_whose_content_unpacks_to_a_gigabyte_harms_nobody() {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let piece = vec![b' '; 1 << 20];
    (0..1_024).for_each(|_| packed.write_all(&piece).expect("packed"));
    let content = packed.finish().expect("packed");
    // It is read through to its end, or given up; what comes is a page or a reason, and we are there to say it.
    let made = made(&packed_pdf("595", &content), "application/pdf").await;
    assert!(
        matches!(
            made.thumbnail.what,
            Ok(_) | Err(Fault::Broken | Fault::TooLarge | Fault::TooSlow)
        ),
        "{:?}",
        made.thumbnail.what.err()
    );
}

#[tokio::test]
async fn a_film_gives_a_frame_and_its_length() {
    let room = tempfile::tempdir().expect("a folder");
    let film = room.path().join("film.mp4");
    let source = "testsrc=duration=2:size=320x240:rate=10";
    let done = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", "-y"])
        .arg(&film)
        .output()
        .expect("ffmpeg runs");
    assert!(done.status.success(), "{done:?}");
    let copies = made(&std::fs::read(&film).expect("a film"), "video/mp4").await;
    assert_eq!(
        (copies.facts.width, copies.facts.height, copies.facts.duration_ms),
        (Some(320), Some(240), Some(2000))
    );
    assert_eq!(copies.previews.len(), 1);
    assert!(copies.thumbnail.what.is_ok() && copies.facts.fingerprint.is_some());
}

#[rstest]
#[case::no_film(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec())]
#[case::a_playlist(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".to_vec())]
#[case::empty(Vec::new())]
#[tokio::test]
async fn a_broken_film_says_so(#[case] bytes: Vec<u8>) {
    assert_eq!(
        made(&bytes, "video/mp4").await.thumbnail.what.err(),
        Some(Fault::Broken)
    );
}

#[tokio::test]
async fn what_a_picture_says_of_itself_is_recorded_and_left_out_of_its_copies() {
    // TIFF inside APP1 (Exif 2.32, 4.7.2): little-endian, one field, Software, with its text after the field.
    let tiff = [
        b"II*\0\x08\0\0\0\x01\0".as_slice(),
        b"\x31\x01\x02\0\x0b\0\0\0\x1a\0\0\0",
        b"\0\0\0\0Skaermklip\0",
    ]
    .concat();
    let app1 = [b"Exif\0\0".as_slice(), &tiff].concat();
    let length = u16::try_from(app1.len() + 2).expect("short").to_be_bytes();
    let plain = encoded(&DynamicImage::new_rgb8(50, 40), ImageFormat::Jpeg);
    let jpeg = [&plain[..2], &[0xFF, 0xE1], &length, &app1, &plain[2..]].concat();
    let copies = made(&jpeg, "image/jpeg").await;
    assert_eq!(
        copies.facts.recorded,
        [("program".to_owned(), "Skaermklip".to_owned())]
    );
    let small = copies.thumbnail.what.expect("a thumbnail");
    assert!(!String::from_utf8_lossy(&small).contains("Skaermklip"));
}
