//! What can go wrong with what is kept, in the words that a caller chooses by.

use std::error::Error;
use std::io;

/// The result of this crate's functions.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why something could not be kept or fetched. In a transaction nothing has then happened: drop it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is such a row already; `what` is the table.
    #[error("there is such a row in {what} already")]
    Unique { what: String },
    /// What was asked for by its id does not exist.
    #[error("{what} does not exist")]
    Missing { what: String },
    /// Another process held the database for longer than we wait. Trying again may help.
    #[error("the database is busy")]
    Busy,
    /// The database or the object store is gone, refuses us, or has stopped answering. What was on its way may have been
    /// kept or not; trying again, with the same key, may help.
    #[error("{0}")]
    Unreachable(String),
    /// Database or files could not be written.
    #[error("no space left to write: {0}")]
    DiskFull(String),
    /// Bytes at rest are not those that were written.
    #[error("case {case}, entry {seq}: {reason}")]
    Damaged { case: String, seq: u64, reason: String },
    /// Database and files don't belong together, or are not there; nothing was written.
    #[error("{0}")]
    Refused(Box<crate::identity::Refusal>),
    #[error(transparent)]
    Key(#[from] proof::KeyError),
    #[error("{0}")]
    Other(String),
}

impl StoreError {
    /// Whether a transaction that was to be committed certainly was not: the database itself said so. After anything else it may
    /// have been, and what it was to own must stay.
    #[must_use]
    pub fn has_not_happened(&self) -> bool {
        match self {
            // SQLite says the same of a disk that failed while it was writing: then nobody knows.
            Self::DiskFull(why) => !why.contains("I/O"),
            Self::Unique { .. } | Self::Missing { .. } => true,
            _ => false,
        }
    }

    pub(crate) fn missing(what: impl Into<String>) -> Self {
        Self::Missing { what: what.into() }
    }

    pub(crate) fn damaged(case: &str, seq: u64, reason: impl ToString) -> Self {
        Self::Damaged {
            case: case.into(),
            seq,
            reason: reason.to_string(),
        }
    }

    pub(crate) fn other(reason: impl std::fmt::Display) -> Self {
        Self::Other(reason.to_string())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::missing("row"),
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Database(inner) => {
                from_database(inner.as_ref()).unwrap_or_else(|| Self::other(&error))
            }
            sqlx::Error::Io(inner) => {
                from_io(inner).unwrap_or_else(|| Self::Unreachable(format!("the database: {inner}")))
            }
            sqlx::Error::Tls(inner) => Self::Unreachable(format!("the database, by TLS: {inner}")),
            _ => Self::other(&error),
        }
    }
}

fn from_database(error: &dyn sqlx::error::DatabaseError) -> Option<StoreError> {
    if error.is_unique_violation() {
        return Some(StoreError::Unique {
            what: violated_table(error),
        });
    }
    let code = error.code()?;
    // SQLite gives its extended result code in decimal, PostgreSQL five characters (SQLSTATE).
    if let Some(sqlite) = code.parse::<u32>().ok().filter(|_| code.len() < 5) {
        return match sqlite & 0xff {
            5 | 6 => Some(StoreError::Busy),
            10 | 13 => Some(StoreError::DiskFull(error.message().into())),
            _ => None,
        };
    }
    match code.as_ref() {
        // Another transaction was in the way, or one of our own limits was reached.
        "40001" | "40P01" | "55P03" | "57014" | "25P03" => Some(StoreError::Busy),
        // Going down, starting up, full, or a standby (class 08 is the connection itself).
        "57P01" | "57P02" | "57P03" | "53300" | "25006" => Some(unreachable(error)),
        code if code.starts_with("08") => Some(unreachable(error)),
        "53100" => Some(StoreError::DiskFull(error.message().into())),
        _ => None,
    }
}

fn unreachable(error: &dyn sqlx::error::DatabaseError) -> StoreError {
    StoreError::Unreachable(format!("the database: {}", error.message()))
}

/// PostgreSQL names the table; SQLite says `UNIQUE constraint failed: people.email`.
fn violated_table(error: &dyn sqlx::error::DatabaseError) -> String {
    let from_message = || {
        let (_, columns) = error.message().rsplit_once(": ")?;
        columns.split_once('.').map(|(table, _)| table)
    };
    error
        .table()
        .or_else(from_message)
        .unwrap_or("an unnamed table")
        .to_owned()
}

fn from_io(error: &io::Error) -> Option<StoreError> {
    let full = matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    );
    full.then(|| StoreError::DiskFull(error.to_string()))
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        from_io(&error).unwrap_or_else(|| Self::other(error))
    }
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        match &error {
            object_store::Error::NotFound { path, .. } => return Self::missing(format!("file {path}")),
            object_store::Error::AlreadyExists { path, .. } => {
                let what = format!("files, {path}");
                return Self::Unique { what };
            }
            _ => {}
        }
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(inner) = cause {
            if let Some(full) = inner.downcast_ref::<io::Error>().and_then(from_io) {
                return full;
            }
            if inner.is::<object_store::client::HttpError>() {
                return Self::Unreachable(format!("the object store: {error}"));
            }
            cause = inner.source();
        }
        from_answer(&error.to_string()).unwrap_or_else(|| Self::other(error))
    }
}

/// What an object store answered. Its client keeps the status and the text of the answer in its message alone.
fn from_answer(message: &str) -> Option<StoreError> {
    let status = message.split_once("status code: ").map_or("", |(_, rest)| rest);
    // Amazon has no limit; these are the codes of Ceph, MinIO and Garage ("Max size quota reached").
    let full = ["QuotaExceeded", "StorageFull", "quota reached", "quota exceeded"];
    if status.starts_with("507") || full.iter().any(|code| message.contains(code)) {
        return Some(StoreError::DiskFull(format!("the object store: {message}")));
    }
    let away = status.starts_with('5') || status.starts_with("429") || status.starts_with("408");
    away.then(|| StoreError::Unreachable(format!("the object store: {message}")))
}
