//! A picture cut to the page: a phone screenshot fits one page, a long one becomes several strips.

use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView, RgbImage};

use crate::picture;

/// A strip is at most this many times as high as it is wide; a phone screenshot is 2.2 times.
const MAX_ASPECT: f64 = 2.6;
/// More strips than this are not shown: the original lies in the bag.
const MAX_STRIPS: u32 = 12;
/// Neighbouring strips share this part of a strip, so that no line of text is cut in both.
const OVERLAP: f64 = 0.03;
/// Wider than this gains nothing on paper: 300 dots an inch over the width that a picture gets.
const WIDE: u32 = 1_960;
const NARROW: u32 = 1_200;
/// How many pixels the pictures of one dossier may have together before they are reduced: they lie in memory
/// side by side while it is written, 6 bytes a pixel.
const ALL_PIXELS: u64 = 40_000_000;
/// What each strip may keep however many there are: enough to read a phone's text by.
const LEAST_PIXELS: u64 = 900_000;

/// One strip, as 8-bit RGB.
pub(crate) struct Strip {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

/// A picture as it goes on paper.
pub(crate) struct Parts {
    pub strips: Vec<Strip>,
    /// Whether the lower end is missing, because the picture is too long to show.
    pub cut: bool,
}

/// How many pixels each of `pictures` pictures may keep.
pub(crate) fn pixels_each(pictures: usize) -> u64 {
    let pictures = u64::try_from(pictures.max(1)).unwrap_or(u64::MAX);
    (ALL_PIXELS / pictures).max(LEAST_PIXELS)
}

/// Decodes, reduces to what paper can show and to `pixels`, and cuts. `None` if it can't be shown.
pub(crate) fn cut(bytes: &[u8], pixels: u64) -> Option<Parts> {
    let whole = picture::open(bytes)?;
    let (width, height) = whole.dimensions();
    let aspect = f64::from(height) / f64::from(width);
    let wanted = (aspect / MAX_ASPECT).ceil().max(1.0);
    let count = if wanted > f64::from(MAX_STRIPS) {
        MAX_STRIPS
    } else {
        wanted as u32
    };
    let cut = wanted > f64::from(MAX_STRIPS);
    if count == 1 {
        return Some(Parts {
            strips: vec![strip(whole, pixels)],
            cut,
        });
    }
    let step = if cut {
        f64::from(width) * MAX_ASPECT
    } else {
        f64::from(height) / f64::from(count)
    };
    let overlap = step * OVERLAP;
    let each = (pixels / u64::from(count)).max(LEAST_PIXELS);
    let strips = (0..count)
        .map(|n| {
            let top = (f64::from(n) * step - overlap).max(0.0) as u32;
            let bottom = ((f64::from(n) + 1.0) * step).ceil().min(f64::from(height)) as u32;
            let high = bottom.saturating_sub(top).max(1);
            strip(whole.crop_imm(0, top, width, high), each)
        })
        .collect();
    Some(Parts { strips, cut })
}

fn strip(picture: DynamicImage, pixels: u64) -> Strip {
    let flat = picture::flat(picture);
    let (width, height) = flat.dimensions();
    let widest = if height > width { NARROW } else { WIDE };
    let area = f64::from(width) * f64::from(height);
    let by_width = f64::from(widest) / f64::from(width);
    let by_area = (pixels as f64 / area).sqrt();
    let scale = by_width.min(by_area);
    let fitted: RgbImage = if scale < 1.0 {
        let to = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        image::imageops::resize(&flat, to(width), to(height), FilterType::Triangle)
    } else {
        flat
    };
    Strip {
        width: fitted.width(),
        height: fitted.height(),
        rgb: fitted.into_raw(),
    }
}
