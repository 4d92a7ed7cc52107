//! Pictures that somebody else made: decoded only within strict limits, and never trusted.

use std::io::{BufRead, Cursor, Seek};
use std::panic::UnwindSafe;

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

/// The largest picture that is decoded, in pixels; known from the header, before any pixel is read.
pub const MAX_PIXELS: u64 = 60_000_000;
/// The most memory that decoding one picture may ask for, in bytes.
const MAX_ALLOC: u64 = 512 * 1024 * 1024;
/// The width of a cover, in pixels.
const COVER_WIDTH: u32 = 24;
/// The greatest height of a cover, in pixels; what lies below is cut off.
const COVER_HEIGHT: u32 = 96;

/// Makes a picture that shows that something is there and not what: an RGB PNG 24 pixels wide and at most 96
/// high, reduced so far that no text survives (each pixel stands for at least 8 pixels of the width).
///
/// Takes PNG, JPEG, WebP and GIF (first frame). `None` for anything else, anything broken, and pictures of more
/// than [`MAX_PIXELS`].
pub fn cover(bytes: &[u8]) -> Option<Vec<u8>> {
    let picture = open(bytes)?;
    let (width, height) = (picture.width(), picture.height());
    let most = u64::from(width) * u64::from(COVER_HEIGHT) / u64::from(COVER_WIDTH);
    let kept = u32::try_from(u64::from(height).min(most.max(1))).ok()?;
    let columns = (width / 8).clamp(1, COVER_WIDTH);
    let rows = scaled(columns, width, kept);
    let small = flat(picture.crop_imm(0, 0, width, kept).thumbnail_exact(columns, rows));
    let full_rows = scaled(COVER_WIDTH, width, kept).min(COVER_HEIGHT);
    let cover = image::imageops::resize(&small, COVER_WIDTH, full_rows, FilterType::Triangle);
    let mut png = Cursor::new(Vec::new());
    cover.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}

/// `height` when `width` becomes `to`; at least 1.
fn scaled(to: u32, width: u32, height: u32) -> u32 {
    let rows = u64::from(height) * u64::from(to) / u64::from(width.max(1));
    u32::try_from(rows).unwrap_or(u32::MAX).max(1)
}

/// Why a picture cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// More than [`MAX_PIXELS`].
    TooLarge,
    /// Damaged, empty, or nothing that we decode.
    Broken,
}

/// Decodes a picture, turned the way its maker says it should be seen. `None` as for [`cover`], and where a decoder
/// panics: a picture made to break one must not break what it lies in.
pub(crate) fn open(bytes: &[u8]) -> Option<DynamicImage> {
    read(Cursor::new(bytes)).ok()
}

/// The same, read as it is needed.
pub(crate) fn read(from: impl BufRead + Seek + UnwindSafe) -> Result<DynamicImage, Unreadable> {
    std::panic::catch_unwind(|| decode(from)).unwrap_or(Err(Unreadable::Broken))
}

fn decode(from: impl BufRead + Seek) -> Result<DynamicImage, Unreadable> {
    let broken = |_| Unreadable::Broken;
    let mut reader = ImageReader::new(from)
        .with_guessed_format()
        .map_err(|_| Unreadable::Broken)?;
    match reader.format() {
        Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif) => {}
        _ => return Err(Unreadable::Broken),
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| match error {
        image::ImageError::Limits(_) => Unreadable::TooLarge,
        _ => Unreadable::Broken,
    })?;
    let (width, height) = decoder.dimensions();
    match u64::from(width) * u64::from(height) {
        0 => return Err(Unreadable::Broken),
        pixels if pixels > MAX_PIXELS => return Err(Unreadable::TooLarge),
        _ => {}
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The picture as 8-bit RGB, with white paper behind whatever is transparent.
pub(crate) fn flat(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let seen = picture.into_rgba8();
    let mut out = RgbImage::new(seen.width(), seen.height());
    for (to, from) in out.pixels_mut().zip(seen.pixels()) {
        let alpha = u32::from(from[3]);
        for channel in 0..3 {
            let mixed = (u32::from(from[channel]) * alpha + 255 * (255 - alpha) + 127) / 255;
            to[channel] = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
    }
    out
}
