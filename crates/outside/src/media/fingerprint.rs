//! Whether two pictures look alike: a difference hash. The picture is made 33 × 32 grey grains; for each but the last of a
//! row two bits say whether it is clearly lighter, or clearly darker, than the next. Scaling and encoding again change few of
//! the edges that are there, and another screenshot of the same app has its edges elsewhere. It says "look", never "the same".

use image::DynamicImage;
use image::imageops::FilterType;

const COLUMNS: u32 = 33;
const ROWS: u32 = 32;
/// A step smaller than this is noise of the encoding, of 255.
const STEP: i16 = 3;
/// Fewer edges than this say nothing: an empty page looks like every empty page.
const LEAST_EDGES: usize = 16;
/// The most edges in a hundred that pictures that look alike do not have in common.
const ALIKE: u32 = 35;

/// The picture's fingerprint in hexadecimal; none where there is too little to see.
#[must_use]
pub(crate) fn of(picture: &DynamicImage) -> Option<String> {
    // In two steps: exact averages first, so that fine text becomes an even grey.
    let grains = picture
        .thumbnail_exact(COLUMNS * 4, ROWS * 4)
        .resize_exact(COLUMNS, ROWS, FilterType::Triangle)
        .into_luma8();
    let mut steps = Vec::new();
    for row in 0..ROWS {
        for column in 0..COLUMNS - 1 {
            let grain = |column| i16::from(grains.get_pixel(column, row)[0]);
            steps.push(grain(column) - grain(column + 1));
        }
    }
    let edge = |step: &i16| u8::from(*step >= STEP) | (u8::from(*step <= -STEP) << 1);
    let edges: Vec<u8> = steps.iter().map(edge).collect();
    let digit = |pair: &[u8]| {
        char::from_digit(
            pair.iter().fold(0, |digit, bits| digit * 4 + u32::from(*bits)),
            16,
        )
    };
    let seen = edges.iter().filter(|bits| **bits != 0).count();
    (seen >= LEAST_EDGES).then(|| edges.chunks(2).filter_map(digit).collect())
}

/// Whether two pictures with these fingerprints look alike.
#[must_use]
pub fn alike(one: &str, other: &str) -> bool {
    let digits = |text: &str| -> Option<Vec<u32>> { text.chars().map(|c| c.to_digit(16)).collect() };
    let (Some(one), Some(other)) = (digits(one), digits(other)) else {
        return false;
    };
    let pairs = || one.iter().zip(&other);
    let apart: u32 = pairs().map(|(a, b)| (a ^ b).count_ones()).sum();
    let all: u32 = pairs().map(|(a, b)| (a | b).count_ones()).sum();
    one.len() == other.len() && apart * 100 <= all * ALIKE
}
