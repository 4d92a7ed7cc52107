//! Keys: the operator's master key, one data key per case and drawer, and the key that signs seals.
//!
//! Key files hold 64 hex digits and a newline, mode 0600, in a folder of mode 0700. A wrapped data key is
//! XChaCha20-Poly1305: 24 bytes of random nonce, then 32 bytes of key and 16 of tag, with the associated data
//! `vaern-key-v1\n{case}\n{compartment}`, so that a key cannot be moved to another case or drawer.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use rand::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::archive::{ArchiveKey, NoKey};
use crate::hexed;

mod apart;

pub use apart::KeySource;

/// Bytes of an XChaCha20 nonce.
pub(crate) const NONCE: usize = 24;
/// A key file is 65 bytes; reading stops soon after, whatever lies there.
const KEY_FILE_LIMIT: u64 = 200;

/// Why a key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("key file {path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("key file {path} can be read by others (mode {mode:04o}); make it yours alone: chmod 600 {path}")]
    TooOpen { path: PathBuf, mode: u32 },
    #[error("key file {path} is damaged: expected 64 lower-case hex digits and a newline")]
    Malformed { path: PathBuf },
    #[error("another key lies at {path}: it is not replaced")]
    Other { path: PathBuf },
    #[error("a key is 64 lower-case hex digits")]
    NotHex,
    /// Another master key, another case or drawer, or damaged bytes: the cipher cannot tell which.
    #[error("the wrapped key of case {case}, drawer {compartment} does not open with this master key")]
    Unwrap { case: String, compartment: String },
}

/// The operator's key, which wraps every data key. Wiped from memory when dropped.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// Reads the key file at `path`, or creates it, whole or not at all, with a new random key.
    ///
    /// # Errors
    /// [`KeyError::TooOpen`] if group or others may read it, [`KeyError::Malformed`] if it is no key,
    /// [`KeyError::Io`] for anything the file system says. Each names the path.
    pub fn open_or_create(path: &Path, rng: &mut impl CryptoRng) -> Result<Self, KeyError> {
        open_or_create(path, rng).map(Self)
    }

    /// Reads the key file at `path`, and makes none.
    ///
    /// # Errors
    /// As [`MasterKey::open_or_create`]; [`KeyError::Io`] if there is none.
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        open(path).map(Self)
    }

    /// # Errors
    /// [`KeyError::NotHex`] unless `text` is 64 lower-case hex digits, with or without a final newline.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        hexed::parse32(text.strip_suffix('\n').unwrap_or(text))
            .map(|key| Self(Zeroizing::new(key)))
            .ok_or(KeyError::NotHex)
    }

    /// For deriving other keys.
    pub(crate) fn bytes(&self) -> &[u8] {
        &*self.0
    }

    /// The data key as 72 bytes that may be stored beside the case.
    #[must_use]
    pub fn wrap(&self, key: &DataKey, case: &str, compartment: &str, rng: &mut impl CryptoRng) -> Vec<u8> {
        let nonce = random_nonce(rng);
        let aad = wrap_context(case, compartment);
        let body = XChaCha20Poly1305::new((&*self.0).into())
            .encrypt(
                &nonce,
                Payload {
                    msg: &*key.0,
                    aad: aad.as_bytes(),
                },
            )
            .expect("32 bytes are within the cipher's limit");
        [nonce.as_slice(), &body].concat()
    }

    /// The other way of [`MasterKey::wrap`].
    ///
    /// # Errors
    /// [`KeyError::Unwrap`] if the bytes are not a key that this master key wrapped for this case and drawer.
    pub fn unwrap(&self, wrapped: &[u8], case: &str, compartment: &str) -> Result<DataKey, KeyError> {
        let refused = || KeyError::Unwrap {
            case: case.into(),
            compartment: compartment.into(),
        };
        let (nonce, body) = wrapped.split_first_chunk::<NONCE>().ok_or_else(refused)?;
        let aad = wrap_context(case, compartment);
        let plain = XChaCha20Poly1305::new((&*self.0).into())
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: body,
                    aad: aad.as_bytes(),
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| refused())?;
        let mut key = DataKey(Zeroizing::new([0; 32]));
        if plain.len() != key.0.len() {
            return Err(refused());
        }
        key.0.copy_from_slice(&plain);
        Ok(key)
    }
}

/// The 32-byte key of one drawer of one case. Wiped from memory when dropped.
#[derive(Clone)]
pub struct DataKey(pub(crate) Zeroizing<[u8; 32]>);

impl DataKey {
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *key);
        Self(key)
    }

    pub(crate) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// The Ed25519 key (RFC 8032) that signs seals.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Reads or creates the key file, by the same rules as [`MasterKey::open_or_create`].
    ///
    /// # Errors
    /// As [`MasterKey::open_or_create`].
    pub fn open_or_create(path: &Path, rng: &mut impl CryptoRng) -> Result<Self, KeyError> {
        open_or_create(path, rng).map(|seed| Self(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// Reads the key file at `path`, and makes none.
    ///
    /// # Errors
    /// As [`MasterKey::open_or_create`]; [`KeyError::Io`] if there is none.
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        open(path).map(|seed| Self(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// The key of these 64 lower-case hex digits, with or without a final newline.
    ///
    /// # Errors
    /// [`KeyError::NotHex`] for anything else.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let seed = hexed::parse32(text.strip_suffix('\n').unwrap_or(text)).map(Zeroizing::new);
        seed.map(|seed| Self(ed25519_dalek::SigningKey::from_bytes(&seed)))
            .ok_or(KeyError::NotHex)
    }

    /// A new key that is kept nowhere.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The public half: 64 hex digits.
    #[must_use]
    pub fn public_hex(&self) -> String {
        hex::encode(self.0.verifying_key().as_bytes())
    }

    /// What the municipality publishes: see [`fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> String {
        key_fingerprint(self.0.verifying_key().as_bytes())
    }

    /// The key that signs web archives, derived from this one.
    ///
    /// # Errors
    /// [`NoKey`], as good as never.
    pub fn for_web_archives(&self) -> Result<ArchiveKey, NoKey> {
        ArchiveKey::derive(&Zeroizing::new(self.0.to_bytes()))
    }

    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// SHA-256 of the 32 public key bytes, as 64 hex digits; `None` if `public_hex` is not 64 lower-case hex digits.
#[must_use]
pub fn fingerprint(public_hex: &str) -> Option<String> {
    hexed::parse32(public_hex).map(|key| key_fingerprint(&key))
}

fn key_fingerprint(public: &[u8; 32]) -> String {
    hex::encode(Sha256::digest(public))
}

/// Whether `sig_hex` (128 lower-case hex digits) is that key's signature over `msg`. Malformed input is a plain
/// "no". The strict check: no small-order keys, no second spelling of a signature.
#[must_use]
pub fn verify_signature(public_hex: &str, msg: &[u8], sig_hex: &str) -> bool {
    let mut signature = [0; 64];
    if sig_hex.bytes().any(|byte| byte.is_ascii_uppercase())
        || hex::decode_to_slice(sig_hex, &mut signature).is_err()
    {
        return false;
    }
    hexed::parse32(public_hex)
        .and_then(|key| VerifyingKey::from_bytes(&key).ok())
        .is_some_and(|key| key.verify_strict(msg, &Signature::from_bytes(&signature)).is_ok())
}

pub(crate) fn random_nonce(rng: &mut impl CryptoRng) -> XNonce {
    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut nonce);
    XNonce::from(nonce)
}

fn wrap_context(case: &str, compartment: &str) -> String {
    format!("vaern-key-v1\n{case}\n{compartment}")
}

fn open_or_create(path: &Path, rng: &mut impl CryptoRng) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let io = |source| KeyError::Io {
        path: path.into(),
        source,
    };
    match File::open(path) {
        Ok(file) => read(path, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create(path, rng).map_err(io)?;
            read(path, File::open(path).map_err(io)?)
        }
        Err(error) => Err(io(error)),
    }
}

fn open(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let io = |source| KeyError::Io {
        path: path.into(),
        source,
    };
    read(path, File::open(path).map_err(io)?)
}

fn read(path: &Path, file: File) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let io = |source| KeyError::Io {
        path: path.into(),
        source,
    };
    let mode = file.metadata().map_err(io)?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyError::TooOpen {
            path: path.into(),
            mode,
        });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(KEY_FILE_LIMIT as usize));
    file.take(KEY_FILE_LIMIT).read_to_end(&mut text).map_err(io)?;
    let key = std::str::from_utf8(&text)
        .ok()
        .and_then(|text| hexed::parse32(text.strip_suffix('\n')?));
    key.map(Zeroizing::new)
        .ok_or_else(|| KeyError::Malformed { path: path.into() })
}

fn create(path: &Path, rng: &mut impl CryptoRng) -> io::Result<()> {
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *key);
    write_key(path, &key, rng)
}

/// Writes a key beside `path` and links it into place: a crash leaves no half key, and of two processes
/// that start at once one wins and both read the winner's key.
fn write_key(path: &Path, key: &[u8; 32], rng: &mut impl CryptoRng) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut text = Zeroizing::new(hex::encode(key));
    text.push('\n');

    let mut tag = [0; 8];
    rng.fill_bytes(&mut tag);
    let draft = folder.join(format!(".new-key-{}", hex::encode(tag)));
    let linked = write_new(&draft, text.as_bytes()).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    });
    let removed = fs::remove_file(&draft);
    text.zeroize();
    linked.and(removed)?;
    File::open(folder)?.sync_all()
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
