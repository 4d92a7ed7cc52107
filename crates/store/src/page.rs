//! Lists in pages: a page knows where the next begins, so that rows changed meanwhile are neither lost nor doubled.

use std::fmt;

use crate::db::Row;
use crate::error::Result;

/// Where the next page begins; opaque, safe in a URL (digits, `-`, `~` and the letters of ids).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) at: i64,
    pub(crate) id: String,
    pub(crate) part: String,
}

impl Cursor {
    /// Reads what [`Cursor`]'s `Display` wrote; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('~');
        let (at, id, part) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        parts.next().is_none().then(|| Self {
            at,
            id: id.into(),
            part: part.into(),
        })
    }

    /// Before everything, for lists that ascend.
    pub(crate) fn lowest() -> Self {
        Self {
            at: i64::MIN,
            id: String::new(),
            part: String::new(),
        }
    }

    /// After everything, for lists that descend: no time in the database is that late but [`crate::db::NEVER`],
    /// which does not occur in them.
    pub(crate) fn highest() -> Self {
        Self {
            at: i64::MAX,
            id: String::new(),
            part: String::new(),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}~{}", self.at, self.id, self.part)
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of up to `limit` from rows that were asked for with [`one_more`].
    pub(crate) fn of(
        mut rows: Vec<(Cursor, Row)>,
        limit: u32,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Self> {
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|(cursor, _)| cursor.clone());
        let rows = rows.iter().map(|(_, row)| read(row)).collect::<Result<_>>()?;
        Ok(Self { rows, next })
    }
}

/// What to ask for so as to see whether there is a next page.
pub(crate) fn one_more(limit: u32) -> i64 {
    i64::from(limit) + 1
}
