//! Big files as ciphertext, sealed and opened piece by piece.
//!
//! ```text
//! file  = "VAERN1\n" ‖ nonce prefix (19) ‖ chunk*
//! chunk = XChaCha20-Poly1305(up to 64 KiB, nonce = prefix ‖ counter (4, big-endian) ‖ last? (1), data = blob id)
//! ```
//!
//! This is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse
//! Misuse-Resistance", 2015, <https://eprint.iacr.org/2015/189>, as in the crate `aead-stream` 0.6; checked
//! 2026-11-23): chunks cannot be reordered, dropped or cut off unseen. Every chunk but the last is full; an
//! empty file is one empty chunk. The blob id keeps one file from being passed off as another.

use aead_stream::aead::{self, Buffer};
use aead_stream::{DecryptorBE32, EncryptorBE32, Nonce, StreamBE32};
use chacha20poly1305::XChaCha20Poly1305;
use rand::CryptoRng;

use crate::entry::OpenError;
use crate::keys::DataKey;

const MAGIC: &[u8; 7] = b"VAERN1\n";
const PREFIX: usize = 19;
const HEADER: usize = MAGIC.len() + PREFIX;
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// Length in bytes of the sealed form of a file of `plain_len` bytes.
#[must_use]
pub fn sealed_len(plain_len: u64) -> u64 {
    let chunks = plain_len.div_ceil(CHUNK as u64).max(1);
    HEADER as u64 + plain_len + chunks * TAG as u64
}

/// Encrypts one file; holds at most 64 KiB of it.
pub struct Sealer {
    stream: EncryptorBE32<XChaCha20Poly1305>,
    blob_id: String,
    pending: Vec<u8>,
}

impl Sealer {
    /// Also gives the 26 bytes that the sealed file begins with: the caller writes them first.
    #[must_use]
    pub fn new(key: &DataKey, blob_id: &str, rng: &mut impl CryptoRng) -> (Self, Vec<u8>) {
        let mut prefix = [0; PREFIX];
        rng.fill_bytes(&mut prefix);
        let stream = EncryptorBE32::from_aead(key.cipher(), &nonce(prefix));
        let header = [MAGIC.as_slice(), &prefix].concat();
        (
            Self {
                stream,
                blob_id: blob_id.into(),
                pending: Vec::with_capacity(CHUNK),
            },
            header,
        )
    }

    /// Takes the next piece of plaintext, of any length, and appends the ciphertext that is ready to `out`.
    pub fn push(&mut self, mut data: &[u8], out: &mut Vec<u8>) {
        // A full chunk waits for the byte after it, since only then is it known not to be the last.
        while self.pending.len() + data.len() > CHUNK {
            let (now, rest) = data.split_at(CHUNK - self.pending.len());
            data = rest;
            let mut tail = Tail::begin(out, &[&self.pending, now]);
            self.pending.clear();
            self.stream
                .encrypt_next_in_place(self.blob_id.as_bytes(), &mut tail)
                .expect("the chunk counter lasts for 256 TiB");
        }
        self.pending.extend_from_slice(data);
    }

    /// Appends the last chunk. Without it the file does not open.
    pub fn finish(self, out: &mut Vec<u8>) {
        let mut tail = Tail::begin(out, &[&self.pending]);
        self.stream
            .encrypt_last_in_place(self.blob_id.as_bytes(), &mut tail)
            .expect("the chunk counter lasts for 256 TiB");
    }
}

/// Decrypts one file; holds at most one chunk of it. Plaintext is given out chunk by chunk, each proved to be
/// in its place; that the file is whole is known only when [`Opener::finish`] succeeds.
pub struct Opener {
    key: DataKey,
    blob_id: String,
    state: State,
    pending: Vec<u8>,
}

enum State {
    Header,
    Chunks(Box<DecryptorBE32<XChaCha20Poly1305>>),
    Failed(OpenError),
}

impl Opener {
    #[must_use]
    pub fn new(key: &DataKey, blob_id: &str) -> Self {
        Self {
            key: key.clone(),
            blob_id: blob_id.into(),
            state: State::Header,
            pending: Vec::with_capacity(CHUNK + TAG),
        }
    }

    /// Takes the next piece of the sealed file, header included, of any length, and appends the plaintext that
    /// is proved to `out`.
    ///
    /// # Errors
    /// [`OpenError::NotSealed`] or [`OpenError::Refused`]; from then on every call fails the same way.
    pub fn push(&mut self, mut cipher: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        if matches!(self.state, State::Header) {
            cipher = self.take_header(cipher)?;
        }
        match &mut self.state {
            State::Header => return Ok(()),
            State::Failed(error) => return Err(*error),
            State::Chunks(stream) => {
                while self.pending.len() + cipher.len() > CHUNK + TAG {
                    let (now, rest) = cipher.split_at(CHUNK + TAG - self.pending.len());
                    cipher = rest;
                    let start = out.len();
                    let mut tail = Tail::begin(out, &[&self.pending, now]);
                    self.pending.clear();
                    if stream
                        .decrypt_next_in_place(self.blob_id.as_bytes(), &mut tail)
                        .is_err()
                    {
                        out.truncate(start);
                        self.state = State::Failed(OpenError::Refused);
                        return Err(OpenError::Refused);
                    }
                }
            }
        }
        self.pending.extend_from_slice(cipher);
        Ok(())
    }

    /// Opens the last chunk.
    ///
    /// # Errors
    /// [`OpenError::Truncated`] if the file ends inside its header or a tag; [`OpenError::Refused`] if it was cut
    /// off elsewhere, as that cannot be told from other changes.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), OpenError> {
        let stream = match self.state {
            State::Header => return Err(OpenError::Truncated),
            State::Failed(error) => return Err(error),
            State::Chunks(stream) => stream,
        };
        if self.pending.len() < TAG {
            return Err(OpenError::Truncated);
        }
        let start = out.len();
        let mut tail = Tail::begin(out, &[&self.pending]);
        if stream
            .decrypt_last_in_place(self.blob_id.as_bytes(), &mut tail)
            .is_err()
        {
            out.truncate(start);
            return Err(OpenError::Refused);
        }
        Ok(())
    }

    /// Collects the header, then begins the chunks; gives back what follows it.
    fn take_header<'a>(&mut self, cipher: &'a [u8]) -> Result<&'a [u8], OpenError> {
        let (now, rest) = cipher.split_at(cipher.len().min(HEADER - self.pending.len()));
        self.pending.extend_from_slice(now);
        let seen = self.pending.len().min(MAGIC.len());
        if self.pending[..seen] != MAGIC[..seen] {
            self.state = State::Failed(OpenError::NotSealed);
            return Err(OpenError::NotSealed);
        }
        if let Some(prefix) = self
            .pending
            .get(MAGIC.len()..)
            .and_then(|it| it.first_chunk::<PREFIX>())
        {
            let stream = DecryptorBE32::from_aead(self.key.cipher(), &nonce(*prefix));
            self.state = State::Chunks(Box::new(stream));
            self.pending.clear();
        }
        Ok(rest)
    }
}

fn nonce(prefix: [u8; PREFIX]) -> Nonce<XChaCha20Poly1305, StreamBE32<XChaCha20Poly1305>> {
    prefix.into()
}

/// The end of a growing vector, as the buffer that a cipher works on in place.
struct Tail<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
}

impl<'a> Tail<'a> {
    fn begin(out: &'a mut Vec<u8>, parts: &[&[u8]]) -> Self {
        let start = out.len();
        out.reserve(CHUNK + TAG);
        parts.iter().for_each(|part| out.extend_from_slice(part));
        Self { out, start }
    }
}

impl AsRef<[u8]> for Tail<'_> {
    fn as_ref(&self) -> &[u8] {
        &self.out[self.start..]
    }
}

impl AsMut<[u8]> for Tail<'_> {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.out[self.start..]
    }
}

impl Buffer for Tail<'_> {
    fn extend_from_slice(&mut self, other: &[u8]) -> aead::Result<()> {
        self.out.extend_from_slice(other);
        Ok(())
    }

    fn truncate(&mut self, len: usize) {
        self.out.truncate(self.start + len);
    }
}
