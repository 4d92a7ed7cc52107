//! What our browser extension says of a page that it captured: recorded, not trusted. It is the word of that browser, on
//! that computer's clock, and of a page that says of itself what it likes.

use super::Refusal;
use super::field::{line, text, web_address};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most of a page's own times that are kept.
pub const TIMES: usize = 50;
/// The longest text of one of them, in characters.
const TIME_TEXT: usize = 200;
/// The form's field that the files come in, to which an error belongs.
const FIELD: &str = "exhibit";

/// One captured page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Capture {
    /// The page's address as the browser had it, fragment and all.
    pub url: String,
    /// The page's title; empty where it has none.
    #[serde(default)]
    pub title: String,
    /// When the capture began, by the clock of that computer.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Times that stand in the page's own markup, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<PageTime>,
    /// How many more stood there than are kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_times: u32,
    /// The page went on beyond what was captured.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut: bool,
    /// How many pictures and styles of the page the web archive lacks, because their server would not give them again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missing: u32,
}

/// A time that a page states of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageTime {
    /// Where it stands: `time`, `article:published_time`, `data-utime` …
    pub mark: String,
    /// As the markup has it; never read as a time, since pages write what they like.
    pub value: String,
    /// What the reader sees there ("for 3 timer siden").
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl Capture {
    /// The same, with its texts trimmed.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] of the field `exhibit`: no web address, a text that is too long or holds control characters, or more
    /// than [`TIMES`] times. The extension keeps within that; so something else wrote it.
    pub fn checked(self) -> Result<Self, Refusal> {
        if self.times.len() > TIMES {
            return Err(Refusal::invalid(FIELD, "too-many"));
        }
        let url = web_address(FIELD, &self.url)?.ok_or(Refusal::invalid(FIELD, "not-a-web-address"))?;
        let times = self.times.into_iter().map(PageTime::checked);
        Ok(Self {
            url,
            title: line(FIELD, &self.title)?,
            times: times.collect::<Result<_, _>>()?,
            ..self
        })
    }
}

impl PageTime {
    fn checked(self) -> Result<Self, Refusal> {
        let short = |value: &str| text(FIELD, value, TIME_TEXT);
        Ok(Self {
            mark: short(&self.mark)?,
            value: short(&self.value)?,
            text: short(&self.text)?,
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(b: &bool) -> bool {
    !*b
}
