//! Identifiers: parsed once at the edge, then carried as types with private content.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps text that is already known to be an identifier (from our own store or a validated file).
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A person of the organisation, as the municipality's own system numbers them (`p09`).
    PersonId
);
text_id!(
    /// A unit of the organisation tree (`soendre-skole`).
    UnitId
);
text_id!(
    /// A case's random, unguessable identifier; the number is for people.
    CaseId
);
text_id!(
    /// One report.
    ReportId
);
text_id!(
    /// A stored file's name in the blob store.
    BlobId
);

/// A case's number for people: year and running number, `2026-0042`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseNumber(String);

impl CaseNumber {
    /// The number of the `running`th case (from 1) of `year`; at least four digits.
    pub fn new(year: i16, running: u64) -> Self {
        Self(format!("{year}-{running:04}"))
    }

    /// Reads `2026-0042`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, running) = text.split_once('-')?;
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let fits = year.len() == 4 && (4..=9).contains(&running.len()) && digits(year) && digits(running);
        fits.then(|| Self(text.to_owned()))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
