//! Rows as both engines give them.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::error::{Result, StoreError};

/// One row of an answer; columns are counted from 0.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! getters {
    ($($name:ident -> $type:ty;)+) => {
        impl Row {
            $(pub(crate) fn $name(&self, column: usize) -> Result<$type> {
                // Unchecked: SQLite's idea of a column's type is its value's, and the tests read every column.
                Ok(match self {
                    Self::Sqlite(row) => row.try_get_unchecked(column)?,
                    Self::Postgres(row) => row.try_get_unchecked(column)?,
                })
            })+
        }
    };
}
getters! {
    text -> String;
    opt_text -> Option<String>;
    int -> i64;
    opt_int -> Option<i64>;
    bytes -> Vec<u8>;
    opt_bytes -> Option<Vec<u8>>;
}

impl Row {
    /// 32 bytes: a hash.
    pub(crate) fn hash(&self, column: usize) -> Result<[u8; 32]> {
        let bytes = self.bytes(column)?;
        bytes
            .try_into()
            .map_err(|_| StoreError::other(format!("column {column} is not 32 bytes long")))
    }

    /// A number that is never negative.
    pub(crate) fn count(&self, column: usize) -> Result<u64> {
        let value = self.int(column)?;
        u64::try_from(value).map_err(|_| StoreError::other(format!("column {column} is negative")))
    }

    /// A point in time.
    pub(crate) fn time(&self, column: usize) -> Result<jiff::Timestamp> {
        timestamp(self.int(column)?)
    }

    /// A point in time, or none ([`NEVER`] or NULL).
    pub(crate) fn opt_time(&self, column: usize) -> Result<Option<jiff::Timestamp>> {
        self.opt_int(column)?
            .filter(|at| *at != NEVER)
            .map(timestamp)
            .transpose()
    }
}

/// How "no time" is written in columns that are sorted by: after all others.
pub(crate) const NEVER: i64 = i64::MAX;

pub(crate) fn timestamp(micros: i64) -> Result<jiff::Timestamp> {
    jiff::Timestamp::from_microsecond(micros).map_err(StoreError::other)
}

/// A number as both engines keep it.
pub(crate) fn int(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(StoreError::other)
}

pub(crate) fn micros_or_never(at: Option<jiff::Timestamp>) -> i64 {
    at.map_or(NEVER, |at| at.as_microsecond())
}
