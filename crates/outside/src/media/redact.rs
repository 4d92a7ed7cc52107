//! Pictures with boxes burnt in: what lies under a box is not hidden, it is not there.

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};

use domain::case::Region;
use domain::case::statement::PARTS;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, Rgb, RgbImage};

use super::program::Fault;
use super::still;
use crate::picture;

/// The type of a picture that was covered.
pub const COVERED_PICTURE: &str = "image/png";
const BLACK: Rgb<u8> = Rgb([0, 0, 0]);

/// The picture at `original` as a new PNG with the regions black: header, pixels and end, nothing else of the file. Of a
/// film in a GIF the first picture; white paper where it was transparent, since what cannot be seen cannot be checked.
///
/// # Errors
/// [`Fault::Broken`] and [`Fault::TooLarge`] as for a working copy.
pub async fn covered_picture(original: &Path, regions: Vec<Region>) -> Result<Vec<u8>, Fault> {
    let original = original.to_owned();
    let made = tokio::task::spawn_blocking(move || {
        let mut picture = picture::flat(read(&original)?);
        regions.iter().for_each(|region| burn(&mut picture, *region));
        png(&picture)
    });
    made.await.unwrap_or(Err(Fault::Broken))
}

pub(super) fn read(path: &PathBuf) -> Result<DynamicImage, Fault> {
    let file = File::open(path).map_err(|_| Fault::Broken)?;
    picture::read(BufReader::new(file)).map_err(still::fault)
}

fn png(picture: &RgbImage) -> Result<Vec<u8>, Fault> {
    let mut out = Cursor::new(Vec::new());
    let written = picture.write_with_encoder(PngEncoder::new(&mut out));
    written.map_err(|_| Fault::Broken)?;
    Ok(out.into_inner())
}

/// Makes every pixel that the region touches black, also those that it only touches the edge of.
pub(super) fn burn(picture: &mut RgbImage, region: Region) {
    let (left, right) = pixels(region.x, region.w, picture.width());
    let (top, bottom) = pixels(region.y, region.h, picture.height());
    for y in top..bottom {
        for x in left..right {
            picture.put_pixel(x, y, BLACK);
        }
    }
}

/// The pixels of a side from and up to, rounded outwards.
fn pixels(from: u32, size: u32, side: u32) -> (u32, u32) {
    let (side, parts) = (u64::from(side), u64::from(PARTS));
    let first = u64::from(from) * side / parts;
    let end = ((u64::from(from) + u64::from(size)) * side).div_ceil(parts);
    let whole = |n: u64| u32::try_from(n.min(side)).unwrap_or(u32::MAX);
    (whole(first), whole(end))
}
