//! The settings: one [`Config`], read once in `main` from the command line, the environment and a file, and refused by name
//! when they are wrong (docs/adr/0021-settings.md). Nothing else in this program reads the environment.

mod bucket;
mod faults;
mod reference;
mod sources;
mod table;
#[cfg(test)]
mod tests;
mod values;

pub use faults::Faults;
pub use reference::reference;
use sources::Values;
pub use sources::{Flags, Surroundings};
pub use table::{Config, Setting};
pub use values::{HostOrSocket, LogFormat, Login, Migrate, PublicUrl, Whole};

use std::fmt;
use std::path::PathBuf;

/// What said a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Default,
    CommandLine,
    Environment,
    File(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::CommandLine => f.write_str("command line"),
            Self::Environment => f.write_str("environment"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// A setting as it is in force.
#[derive(Clone)]
pub struct InForce {
    pub setting: &'static Setting,
    /// Fit to be shown; none if it is not set.
    pub value: Option<String>,
    pub source: Source,
}

impl Config {
    /// Reads and parses every setting.
    ///
    /// # Errors
    /// Everything that is wrong with them, each by its name.
    pub fn read(surroundings: &Surroundings) -> Result<Self, Faults> {
        let values = Values::collect(surroundings)?;
        let config = Self::parse(values, surroundings.language())?;
        config.needs()?;
        Ok(config)
    }

    /// Settings that mean nothing without another.
    fn needs(&self) -> Result<(), Faults> {
        let mut faults = Faults::default();
        let mut need = |is_set: bool, name: &str, has_other: bool, other: &str| {
            if is_set && !has_other {
                faults.add(format!("{name} needs {other}"));
            }
        };
        let certificates = "VAERN_TSA_CERT, a PEM file with whom to trust";
        need(
            self.tsa.is_some(),
            "VAERN_TSA",
            self.tsa_cert.is_some(),
            certificates,
        );
        let keys = self.blobs_key.is_some() && self.blobs_secret.is_some();
        let both = "VAERN_BLOBS_KEY and VAERN_BLOBS_SECRET";
        need(self.blobs.is_some(), "VAERN_BLOBS", keys, both);
        let sender = "VAERN_MAIL_ADDRESS, whom our e-mails are from";
        need(
            self.smtp.is_some(),
            "VAERN_SMTP",
            self.mail_address.is_some(),
            sender,
        );
        let login = "VAERN_IMAP_LOGIN, name:password";
        need(
            self.imap.is_some(),
            "VAERN_IMAP",
            self.imap_login.is_some(),
            login,
        );
        faults.none()
    }
}
