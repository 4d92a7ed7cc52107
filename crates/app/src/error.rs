//! What can go wrong at the one door, as web and command line choose between it.

use domain::case::Refusal;
use store::StoreError;

/// Why something could not be done. Details of [`AppError::Internal`] are for the log, never for the screen.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// It is not there, or the caller may not know that it is.
    #[error("not found")]
    NotFound,
    /// The caller may see the case but not do this.
    #[error("not permitted")]
    Forbidden,
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    #[error("refused: {0}")]
    Guide(#[from] domain::guide::Refused),
    /// Every refused file, by name.
    #[error("{} file(s) refused", .0.len())]
    Files(Vec<FileProblem>),
    /// The idempotency key was used before for something else.
    #[error("the idempotency key was used for other content")]
    KeyReused,
    #[error("the disk is full")]
    DiskFull,
    /// Too many tries; wait.
    #[error("too many tries")]
    TooMany,
    /// Somebody else is writing for longer than we wait.
    #[error("busy")]
    Busy,
    /// Database or files can't be reached just now. What was asked may have been done or not: asking again with the same key
    /// does it once.
    #[error("{0}")]
    Unavailable(String),
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl AppError {
    /// Whether somebody else wrote the same row first.
    pub(crate) fn is_taken(&self) -> bool {
        let Self::Internal(error) = self else { return false };
        matches!(
            error.downcast_ref::<StoreError>(),
            Some(StoreError::Unique { .. })
        )
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull { .. } => Self::DiskFull,
            StoreError::Busy => Self::Busy,
            StoreError::Unreachable(why) => Self::Unavailable(why),
            other => Self::Internal(other.into()),
        }
    }
}

/// One refused file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// The name as it was sent, cleaned for display.
    pub name: String,
    pub fault: FileFault,
}

/// Why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    Empty,
    /// Larger than this many bytes.
    TooBig {
        limit: u64,
    },
    /// Not one of the kinds of file that we take.
    UnknownType,
    /// The content is of another family than the name says.
    WrongContent {
        found: &'static str,
    },
    /// What arrived is not what the sender's device hashed.
    Mismatch,
    /// The connection ended before the file did.
    CutOff,
    /// More files than this at once.
    TooMany {
        limit: usize,
    },
    /// Announced, but it never came.
    Missing,
}

impl FileFault {
    /// The stable code: part of the problem document, and the text key of the message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooBig { .. } => "too-big",
            Self::UnknownType => "unknown-type",
            Self::WrongContent { .. } => "wrong-content",
            Self::Mismatch => "hash-mismatch",
            Self::CutOff => "cut-off",
            Self::TooMany { .. } => "too-many",
            Self::Missing => "missing",
        }
    }

    /// Every code, for the test that each has a message in every language.
    pub const CODES: &'static [&'static str] = &[
        "empty",
        "too-big",
        "unknown-type",
        "wrong-content",
        "hash-mismatch",
        "cut-off",
        "too-many",
        "missing",
    ];
}
