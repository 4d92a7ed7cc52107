//! A length of time as a procedure writes it: `72h`, `14d`, `4w`, `3m`, `1wd`.

use std::fmt;

/// A length of time. What it means on the clock is [`crate::calendar::Calendar::due`]'s business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// Real hours, through nights, weekends and changes of the clock: `72h`.
    Hours(u32),
    /// Civil days, to the end of the last: `14d`.
    Days(u32),
    /// Weeks, to closing time of a working day: `4w`.
    Weeks(u32),
    /// Calendar months, to closing time of a working day: `3m`.
    Months(u32),
    /// Working days, to closing time of the last; `0wd` is the same working day.
    WorkingDays(u32),
}

impl Term {
    /// The largest number in a term that is read from text.
    pub const MAX: u32 = 9_999;

    /// Reads `72h`, `14d`, `4w`, `3m` or `1wd`; at most [`Term::MAX`]. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = text.split_at(unit_at);
        let number = number.parse().ok().filter(|n| *n <= Self::MAX)?;
        match unit {
            "h" => Some(Self::Hours(number)),
            "d" => Some(Self::Days(number)),
            "w" => Some(Self::Weeks(number)),
            "m" => Some(Self::Months(number)),
            "wd" => Some(Self::WorkingDays(number)),
            _ => None,
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self {
            Self::Hours(n) => (n, "h"),
            Self::Days(n) => (n, "d"),
            Self::Weeks(n) => (n, "w"),
            Self::Months(n) => (n, "m"),
            Self::WorkingDays(n) => (n, "wd"),
        };
        write!(f, "{number}{unit}")
    }
}
