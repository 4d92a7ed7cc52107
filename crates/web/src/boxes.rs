//! Boxes on an exhibit, in a form: drawn by `boxes.js` or written as numbers, in per cent of its sides.

use crate::command::form::Posted;
use domain::case::Region;
use domain::case::redaction::Patch;
use domain::case::statement::PARTS;

/// Empty boxes on a page where nothing can be drawn.
pub const EMPTY: usize = 4;
/// Parts of a whole in one per cent.
const PER_CENT: u32 = PARTS / 100;

/// One box as it was typed.
#[derive(Clone, Debug, Default)]
pub struct BoxTyped {
    pub page: String,
    pub x: String,
    pub y: String,
    pub w: String,
    pub h: String,
}

impl BoxTyped {
    /// A box that is known.
    pub fn of(region: Region) -> Self {
        Self {
            page: "0".to_owned(),
            x: per_cent(region.x),
            y: per_cent(region.y),
            w: per_cent(region.w),
            h: per_cent(region.h),
        }
    }

    /// `page`, `x`, `y`, `w`, `h`, once for each box, the empty ones too.
    pub fn posted(posted: &Posted) -> Vec<Self> {
        let column = |name: &str| posted.all(name).into_iter();
        column("page")
            .zip(column("x"))
            .zip(column("y").zip(column("w")))
            .zip(column("h"))
            .map(|(((page, x), (y, w)), h)| Self { page, x, y, w, h })
            .collect()
    }

    /// Nothing was drawn or written.
    pub fn is_empty(&self) -> bool {
        [&self.x, &self.y, &self.w, &self.h]
            .iter()
            .all(|text| text.trim().is_empty())
    }

    /// # Errors
    /// The problem's code, if a number is none.
    pub fn region(&self) -> Result<Region, &'static str> {
        Ok(Region {
            x: parts(&self.x)?,
            y: parts(&self.y)?,
            w: parts(&self.w)?,
            h: parts(&self.h)?,
        })
    }

    /// # Errors
    /// As [`BoxTyped::region`], and for a page that is no number.
    pub fn patch(&self) -> Result<Patch, &'static str> {
        let page = self.page.trim().parse().map_err(|_| "no-such-page")?;
        Ok(Patch {
            page,
            region: self.region()?,
        })
    }
}

/// Parts as per cent, digit by digit: [`parts`] reads the same again.
fn per_cent(parts: u32) -> String {
    let text = format!("{}.{:04}", parts / PER_CENT, parts % PER_CENT);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Per cent as people and browsers write them, digit by digit: `12`, `12.5`, `12,5`; at most four digits behind the point.
fn parts(text: &str) -> Result<u32, &'static str> {
    let text = text.trim().replace(',', ".");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(rest) {
        return Err("not-a-number");
    }
    let whole: u32 = whole.parse().map_err(|_| "outside-exhibit")?;
    let rest: u32 = format!("{:0<4.4}", rest).parse().map_err(|_| "not-a-number")?;
    whole
        .checked_mul(PER_CENT)
        .and_then(|whole| whole.checked_add(rest))
        .ok_or("outside-exhibit")
}

#[cfg(test)]
mod tests {
    use super::{parts, per_cent};

    #[test]
    fn per_cent_is_read_digit_by_digit_and_nothing_else_is_taken_for_a_number() {
        let read = |text| parts(text);
        assert_eq!(
            ["0", " 12 ", "12,5", "12.5", "0.0001", "100", "33.333333"].map(read),
            [
                Ok(0),
                Ok(120_000),
                Ok(125_000),
                Ok(125_000),
                Ok(1),
                Ok(1_000_000),
                Ok(333_333)
            ]
        );
        for text in ["", "NaN", "-1", "inf", "1e3", "1.2.3", ".", "½", "0x10"] {
            assert_eq!(read(text), Err("not-a-number"), "{text}");
        }
        for known in [0, 1, 10, 12_345, 500_000, 1_000_000] {
            assert_eq!(parts(&per_cent(known)), Ok(known));
        }
        assert_eq!(per_cent(125_000), "12.5");
        assert_eq!(read("99999999999"), Err("outside-exhibit"));
        assert_eq!(read("9999999"), Err("outside-exhibit"));
    }
}
