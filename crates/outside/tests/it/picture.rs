//! Covers: that something is there, and not what.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use outside::picture::cover;
use rstest::rstest;

use crate::sample::screenshot;

fn drawn(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| {
        if (x + y) % 2 == 0 {
            Rgb([0, 0, 0])
        } else {
            Rgb([255, 255, 255])
        }
    })
    .into()
}

fn bytes(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).expect("encoded");
    out.into_inner()
}

#[test]
fn a_phone_screenshot_becomes_24_pixels_wide() {
    let cover = cover(&screenshot("01-threat-in-comment-thread/screenshot-1.png")).expect("a cover");
    let seen = image::load_from_memory_with_format(&cover, ImageFormat::Png).expect("a PNG");
    assert_eq!((seen.width(), seen.height()), (24, 51));
    assert!(cover.len() < 6_000, "{} bytes", cover.len());
}

#[rstest]
#[case(ImageFormat::Png)]
#[case(ImageFormat::Jpeg)]
#[case(ImageFormat::WebP)]
#[case(ImageFormat::Gif)]
fn every_picture_type_gets_a_cover(#[case] format: ImageFormat) {
    assert!(cover(&bytes(&drawn(640, 480), format)).is_some());
}

#[test]
fn a_small_picture_is_as_unreadable_as_a_big_one() {
    let cover = cover(&bytes(&drawn(24, 24), ImageFormat::Png)).expect("a cover");
    let seen = image::load_from_memory(&cover).expect("a PNG").into_luma8();
    let (low, high) = seen
        .pixels()
        .fold((255, 0), |(low, high), p| (p[0].min(low), p[0].max(high)));
    assert!(high - low < 16, "the chequers show: {low} to {high}");
}

#[test]
fn an_endless_picture_gets_a_short_cover() {
    let cover = cover(&bytes(&drawn(40, 40_000), ImageFormat::Png)).expect("a cover");
    let seen = image::load_from_memory(&cover).expect("a PNG");
    assert_eq!((seen.width(), seen.height()), (24, 96));
}

#[rstest]
#[case::empty(b"".to_vec())]
#[case::noise(b"nothing".to_vec())]
#[case::half(screenshot("01-threat-in-comment-thread/screenshot-1.png")[..5_000].to_vec())]
#[case::too_many_pixels(bytes(&DynamicImage::new_luma8(10_000, 6_001), ImageFormat::Png))]
fn what_cannot_be_decoded_has_no_cover(#[case] bytes: Vec<u8>) {
    assert!(cover(&bytes).is_none());
}
