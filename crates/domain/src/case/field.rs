//! Limits and checks of single fields, shared by all commands.

use super::Refusal;
use jiff::{SignedDuration, Timestamp};

/// Longest free text, in characters.
pub const LONG: usize = 20_000;
/// Longest one-line text, in characters.
pub const SHORT: usize = 500;
/// How far a sender's clock may be ahead of ours before a time counts as in the future.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(5);

/// Trims; refuses what is longer than `limit` characters or holds control characters other than line breaks and tabs.
pub fn text(field: &'static str, value: &str, limit: usize) -> Result<String, Refusal> {
    let value = value.replace("\r\n", "\n");
    let value = value.trim();
    if value.chars().count() > limit {
        return Err(Refusal::invalid(field, "too-long"));
    }
    if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(Refusal::invalid(field, "control-characters"));
    }
    Ok(value.to_owned())
}

/// Free text that may be empty.
pub fn long(field: &'static str, value: &str) -> Result<String, Refusal> {
    text(field, value, LONG)
}

/// Free text that must say something.
pub fn required(field: &'static str, value: &str) -> Result<String, Refusal> {
    let value = long(field, value)?;
    if value.is_empty() {
        Err(Refusal::invalid(field, "required"))
    } else {
        Ok(value)
    }
}

/// One line that may be empty.
pub fn line(field: &'static str, value: &str) -> Result<String, Refusal> {
    text(field, value, SHORT).map(|value| value.replace('\n', " "))
}

/// One line that must say something.
pub fn required_line(field: &'static str, value: &str) -> Result<String, Refusal> {
    let value = line(field, value)?;
    if value.is_empty() {
        Err(Refusal::invalid(field, "required"))
    } else {
        Ok(value)
    }
}

/// A time that has happened: not after `now`, a little clock difference allowed.
pub fn past(field: &'static str, at: Timestamp, now: Timestamp) -> Result<Timestamp, Refusal> {
    if at > now + CLOCK_SLACK {
        Err(Refusal::invalid(field, "in-the-future"))
    } else {
        Ok(at)
    }
}

/// A web address as the sender saw it: `http` or `https`, no spaces. Recorded, never fetched here.
pub fn web_address(field: &'static str, value: &str) -> Result<Option<String>, Refusal> {
    let value = text(field, value, 2_000)?;
    if value.is_empty() {
        return Ok(None);
    }
    let lower = value.to_ascii_lowercase();
    let known = lower.starts_with("https://") || lower.starts_with("http://");
    if !known || value.contains(char::is_whitespace) {
        return Err(Refusal::invalid(field, "not-a-web-address"));
    }
    Ok(Some(value))
}
