//! Keys in other places than the data folder: a second copy for the day that the first is gone, and the key of backups.

use std::path::{Path, PathBuf};

use rand::CryptoRng;
use zeroize::Zeroizing;

use super::{DataKey, KeyError, write_key};
use crate::hexed;

/// Where a key is.
#[derive(Clone)]
pub enum KeySource {
    /// In a key file.
    File(PathBuf),
    /// In these 64 hex digits.
    Hex(String),
}

impl KeySource {
    fn read(&self) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        match self {
            Self::File(path) => read_file(path),
            Self::Hex(text) => hexed::parse32(text.trim_end())
                .map(Zeroizing::new)
                .ok_or(KeyError::NotHex),
        }
    }

    /// The master key that is there.
    ///
    /// # Errors
    /// As [`super::MasterKey::open_or_create`], and [`KeyError::Io`] if there is none.
    pub fn master(&self) -> Result<super::MasterKey, KeyError> {
        self.read().map(super::MasterKey)
    }

    /// The signing key that is there.
    ///
    /// # Errors
    /// As [`Self::master`].
    pub fn signing(&self) -> Result<super::SigningKey, KeyError> {
        let seed = self.read()?;
        Ok(super::SigningKey(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// Writes a key file at `to` that holds this key; one that holds it already is left as it is.
    ///
    /// # Errors
    /// [`KeyError::Other`] if another key lies there; those of reading and writing.
    pub fn copy_to(&self, to: &Path, rng: &mut impl CryptoRng) -> Result<(), KeyError> {
        let key = self.read()?;
        match read_file(to) {
            Ok(found) if found == key => return Ok(()),
            Ok(_) => return Err(KeyError::Other { path: to.into() }),
            Err(KeyError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        write_key(to, &key, rng).map_err(|source| KeyError::Io {
            path: to.into(),
            source,
        })
    }
}

impl DataKey {
    /// Reads a key file: the key that backups are sealed with.
    ///
    /// # Errors
    /// As [`KeySource::master`].
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        read_file(path).map(Self)
    }

    /// Writes a key file with a new random key.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn create(path: &Path, rng: &mut impl CryptoRng) -> Result<Self, KeyError> {
        let key = Self::generate(rng);
        let written = write_key(path, &key.0, rng);
        written.map_err(|source| KeyError::Io {
            path: path.into(),
            source,
        })?;
        Self::open(path)
    }
}

fn read_file(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let file = std::fs::File::open(path).map_err(|source| KeyError::Io {
        path: path.into(),
        source,
    })?;
    super::read(path, file)
}
