//! Files on their way in: hashed, recognised and sealed chunk by chunk, never whole in memory.
//!
//! Nothing is dropped silently: n files in, n exhibits out, or an error that names each file that was refused.

use crate::kind::{self, Sniffer};
use crate::mailroom::Slip;
use crate::{App, AppError, Caller, Clock, FileFault, FileProblem};
use domain::access::Action;
use domain::case::{Arrival, Capture, CommandKind, Exhibit};
use domain::ids::{BlobId, CaseId, CaseNumber, PersonId, ReportId};
use domain::vocabulary::Compartment;
use jiff::Timestamp;
use outside::malware::{Scan, Scanner, Scanning};
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::blobs::{SealedWriter, Written};
use store::{Keys, Store, WrappedKeys};

/// The largest file that is taken: 200 MiB.
pub const FILE_LIMIT: u64 = 200 * 1024 * 1024;
/// The most files that are taken at once.
pub const FILES_LIMIT: usize = 100;
/// The longest file name that is kept, in characters.
const NAME_LIMIT: usize = 255;

/// A file as the sender announced it: its name and the SHA-256 that their device computed, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedFile {
    pub name: String,
    pub sha256: String,
}

/// A file that arrived whole.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedFile {
    pub name: String,
    pub media_type: &'static str,
    pub bytes: u64,
    pub sha256: String,
    pub(crate) blob: BlobId,
    pub(crate) arrival: Arrival,
    /// What the browser that captured it said of the page.
    pub(crate) capture: Option<Capture>,
    /// What the malware scanner said, if one is configured.
    pub(crate) scan: Option<Scan>,
}

/// Files arriving for a new case or an existing one. What it stored is removed again if it is not used.
pub struct Incoming {
    pub(crate) case: CaseId,
    pub(crate) keys: Keys,
    /// The new case's keys as they will be stored; none for an existing case.
    pub(crate) wrapped: Option<WrappedKeys>,
    pub(crate) number: Option<CaseNumber>,
    pub(crate) files: Vec<ReceivedFile>,
    /// Those files as long as nothing owns them for certain.
    written: Vec<Written>,
    problems: Vec<FileProblem>,
    current: Option<Current>,
    store: Store,
    clock: Arc<dyn Clock>,
    dice: StdRng,
    scanner: Option<Scanner>,
    /// How it came, if it is an e-mail.
    pub(crate) slip: Option<Slip>,
    /// The drill and its attempt in which these files came first.
    pub(crate) drill: Option<(String, u64)>,
    kept: bool,
}

struct Current {
    name: String,
    arrival: Arrival,
    writer: Option<SealedWriter>,
    hash: Sha256,
    sniffer: Sniffer,
    bytes: u64,
    scanning: Option<Scanning>,
    /// A message of a mail door: it is one whatever it looks like.
    is_letter: bool,
    capture: Option<Capture>,
}

impl App {
    /// Begins to receive files for a report; the case does not exist yet.
    pub fn begin_report(&self, _caller: &Caller) -> Incoming {
        let mut dice = self.dice();
        let case = CaseId::new(self.new_id());
        let (keys, wrapped) = self.store.keys.generate(&case, &mut dice);
        self.incoming(case, keys, Some(wrapped), None)
    }

    /// Begins to receive files for an existing case.
    ///
    /// # Errors
    /// [`AppError::NotFound`] or [`AppError::Forbidden`] as for any command on it.
    pub async fn begin_exhibits(&self, caller: &Caller, number: &CaseNumber) -> Result<Incoming, AppError> {
        let (id, keys) = self
            .permitted(caller, number, Action::Do(CommandKind::AddExhibits))
            .await?;
        Ok(self.incoming(id, keys, None, Some(number.clone())))
    }

    pub(crate) fn incoming(
        &self,
        case: CaseId,
        keys: Keys,
        wrapped: Option<WrappedKeys>,
        number: Option<CaseNumber>,
    ) -> Incoming {
        Incoming {
            case,
            keys,
            wrapped,
            number,
            files: Vec::new(),
            written: Vec::new(),
            problems: Vec::new(),
            current: None,
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            dice: self.dice(),
            scanner: self.scanner.clone(),
            slip: None,
            drill: None,
            kept: false,
        }
    }
}

impl Incoming {
    /// The files have been scanned before.
    pub(crate) fn unscanned(mut self) -> Self {
        self.scanner = None;
        self
    }

    /// Begins the next file. An unnamed file gets a name from its place.
    ///
    /// # Errors
    /// [`AppError::DiskFull`] or [`AppError::Internal`] if no file can be begun at all.
    pub async fn file(&mut self, name: &str, arrival: Arrival) -> Result<(), AppError> {
        self.end_file().await?;
        let place = self.files.len() + self.problems.len() + 1;
        let name = clean_name(name, place);
        if place > FILES_LIMIT {
            self.refuse(name, FileFault::TooMany { limit: FILES_LIMIT });
            return Ok(());
        }
        let announced = self.store.announce(self.clock.now(), &mut self.dice).await?;
        let key = self.keys.of(Compartment::Matter);
        let writer = self
            .store
            .blobs
            .sealed_writer(announced, key, &mut self.dice)
            .await?;
        let (hash, sniffer) = (Sha256::new(), Sniffer::default());
        self.current = Some(Current {
            name,
            arrival,
            writer: Some(writer),
            hash,
            sniffer,
            bytes: 0,
            scanning: self.scanner.as_ref().map(Scanner::begin),
            is_letter: false,
            capture: None,
        });
        Ok(())
    }

    /// The file that was begun is a page that our extension captured.
    ///
    /// # Errors
    /// [`AppError::Refused`] as [`Capture::checked`].
    pub fn captured(&mut self, capture: Capture) -> Result<(), AppError> {
        let capture = capture.checked()?;
        if let Some(current) = &mut self.current {
            current.arrival = Arrival::Extension;
            current.capture = Some(capture);
        }
        Ok(())
    }

    /// Begins an e-mail that came through a mail door: broken as it may be, it is kept as a message.
    ///
    /// # Errors
    /// As [`Incoming::file`].
    pub(crate) async fn letter(&mut self, name: &str, arrival: Arrival) -> Result<(), AppError> {
        self.file(name, arrival).await?;
        if let Some(current) = &mut self.current {
            current.is_letter = true;
        }
        Ok(())
    }

    /// The next bytes of the file that was begun. Bytes of a file that is already refused are passed over.
    ///
    /// # Errors
    /// [`AppError::DiskFull`] if they can't be kept.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        current.bytes += bytes.len() as u64;
        if current.bytes > FILE_LIMIT {
            if let Some(writer) = current.writer.take() {
                writer.abort().await?;
            }
            return Ok(());
        }
        current.hash.update(bytes);
        current.sniffer.push(bytes);
        if let Some(scanning) = &mut current.scanning {
            scanning.write(bytes).await;
        }
        match &mut current.writer {
            Some(writer) => Ok(writer.write(bytes).await?),
            None => Ok(()),
        }
    }

    /// The file has ended: it is now durable, or refused by name.
    ///
    /// # Errors
    /// [`AppError::DiskFull`] if it can't be kept.
    pub async fn end_file(&mut self) -> Result<(), AppError> {
        let Some(current) = self.current.take() else {
            return Ok(());
        };
        let Current {
            name,
            arrival,
            writer,
            hash,
            sniffer,
            bytes,
            scanning,
            is_letter,
            capture,
        } = current;
        let fault = if bytes == 0 {
            Some(FileFault::Empty)
        } else if bytes > FILE_LIMIT {
            Some(FileFault::TooBig { limit: FILE_LIMIT })
        } else {
            None
        };
        let found = match fault {
            Some(fault) => Err(fault),
            None if is_letter => Ok(kind::EML),
            None => sniffer.finish(&name),
        };
        match (found, writer) {
            (Ok(kind), Some(writer)) => {
                let written = writer.finish().await?;
                let blob = written.id().clone();
                self.written.push(written);
                let scan = match scanning {
                    Some(scanning) => Some(scanning.finish().await),
                    None => None,
                };
                let sha256 = hex::encode(hash.finalize());
                let media_type = kind.media_type;
                self.files.push(ReceivedFile {
                    name,
                    media_type,
                    bytes,
                    sha256,
                    blob,
                    arrival,
                    capture,
                    scan,
                });
            }
            (found, writer) => {
                if let Some(writer) = writer {
                    writer.abort().await?;
                }
                self.refuse(name, found.err().unwrap_or(FileFault::CutOff));
            }
        }
        Ok(())
    }

    /// The connection broke in the middle: says so by the name of the file under way.
    pub async fn cut_off(&mut self) -> Result<(), AppError> {
        if let Some(current) = self.current.take() {
            if let Some(writer) = current.writer {
                writer.abort().await?;
            }
            self.refuse(current.name, FileFault::CutOff);
        }
        Ok(())
    }

    fn refuse(&mut self, name: String, fault: FileFault) {
        crate::counts::refused(&fault);
        self.problems.push(FileProblem { name, fault });
    }

    /// How many files arrived whole so far.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// Checks what arrived against what the sender's device announced: by name and hash, then by hash alone (a name may
    /// be written in two ways), then by name alone. Says of each file whether the device had hashed it.
    ///
    /// # Errors
    /// [`AppError::Files`] naming every refused, mismatching or missing file.
    pub(crate) fn check(&mut self, claimed: &[ClaimedFile]) -> Result<Vec<bool>, AppError> {
        let mut open: Vec<(String, &str)> = (1..)
            .zip(claimed)
            .map(|(place, claim)| (clean_name(&claim.name, place), claim.sha256.as_str()))
            .collect();
        let mut hashed: Vec<Option<bool>> = vec![None; self.files.len()];
        type Same = fn(&ReceivedFile, &(String, &str)) -> bool;
        let same_hash: Same = |file, (_, hash)| hash.eq_ignore_ascii_case(&file.sha256);
        let exact: Same = |file, (name, hash)| *name == file.name && hash.eq_ignore_ascii_case(&file.sha256);
        let unhashed: Same = |file, (name, hash)| *name == file.name && hash.is_empty();
        for (same, had_hash) in [(exact, true), (same_hash, true), (unhashed, false)] {
            for (file, hashed) in self
                .files
                .iter()
                .zip(&mut hashed)
                .filter(|(_, hashed)| hashed.is_none())
            {
                if let Some(at) = open.iter().position(|claim| same(file, claim)) {
                    open.remove(at);
                    *hashed = Some(had_hash);
                }
            }
        }
        let refused: Vec<String> = self.problems.iter().map(|problem| problem.name.clone()).collect();
        for name in refused {
            take(&mut open, &name);
        }
        for (file, _) in self
            .files
            .iter()
            .zip(&hashed)
            .filter(|(_, hashed)| hashed.is_none())
        {
            if take(&mut open, &file.name) {
                self.problems.push(FileProblem {
                    name: file.name.clone(),
                    fault: FileFault::Mismatch,
                });
            }
        }
        let missing = open.into_iter().map(|(name, _)| FileProblem {
            name,
            fault: FileFault::Missing,
        });
        self.problems.extend(missing);
        if !self.problems.is_empty() {
            return Err(AppError::Files(self.problems.clone()));
        }
        Ok(hashed.into_iter().map(|hashed| hashed == Some(true)).collect())
    }

    /// The exhibits that the files become, numbered from `first`.
    pub(crate) fn exhibits(
        &self,
        first: u32,
        hashed: &[bool],
        sent_by: &PersonId,
        report: Option<&ReportId>,
        seen: (Option<Timestamp>, Option<String>),
    ) -> Vec<Exhibit> {
        let numbered = (first..).zip(&self.files).zip(hashed);
        let exhibit = |((number, file), hashed): ((u32, &ReceivedFile), &bool)| Exhibit {
            number,
            name: file.name.clone(),
            media_type: file.media_type.to_owned(),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            hashed_by_sender: *hashed,
            arrival: file.arrival,
            blob: file.blob.clone(),
            sent_by: sent_by.clone(),
            report: report.cloned(),
            seen_at: seen.0,
            source_url: seen.1.clone(),
            capture: file.capture.clone(),
        };
        numbered.map(exhibit).collect()
    }

    /// Commits what makes these files exhibits.
    pub(crate) async fn commit(&mut self, tx: store::Tx) -> Result<(), AppError> {
        // Before and not after: a line lost here, or a request given up here, may have committed all the same. Rather a
        // file too many, which is collected, than one too few.
        self.kept = true;
        let committed = commit_files(tx, &mut self.written).await;
        self.kept = self.written.is_empty();
        if committed.is_ok() {
            crate::counts::exhibits(&self.files);
        }
        committed
    }

    /// Removes everything that was stored, and waits for it.
    pub async fn discard(mut self) {
        self.remove().await;
    }

    /// Passes the outcome on; what no exhibit came to own is removed first.
    pub(crate) async fn settle<T>(mut self, done: Result<T, AppError>) -> Result<T, AppError> {
        if !self.kept {
            self.remove().await;
        }
        done
    }

    async fn remove(&mut self) {
        if let Some(Current {
            writer: Some(writer), ..
        }) = self.current.take()
            && let Err(error) = writer.abort().await
        {
            tracing::warn!(%error, "a file under way is left to be collected");
        }
        self.files.clear();
        discard(&self.store, std::mem::take(&mut self.written)).await;
    }
}

/// Commits what makes these files somebody's. They are left in `written` only if that certainly did not happen.
pub(crate) async fn commit_files(tx: store::Tx, written: &mut Vec<Written>) -> Result<(), AppError> {
    // Taken before: whoever gives this future up doesn't know whether it committed.
    let owned = std::mem::take(written);
    let committed = tx.commit().await;
    if matches!(&committed, Err(error) if error.has_not_happened()) {
        *written = owned;
    }
    Ok(committed?)
}

/// Removes files that no transaction came to own.
pub(crate) async fn discard(store: &Store, unused: Vec<Written>) {
    for written in unused {
        if let Err(error) = store.blobs.discard(written).await {
            tracing::warn!(%error, "a file that was not used is left to be collected");
        }
    }
}

/// Takes the first announcement of this name away; whether there was one.
fn take(open: &mut Vec<(String, &str)>, name: &str) -> bool {
    let at = open.iter().position(|(announced, _)| announced == name);
    at.inspect(|at| drop(open.remove(*at))).is_some()
}

impl Drop for Incoming {
    fn drop(&mut self) {
        let unused = std::mem::take(&mut self.written);
        if self.kept || unused.is_empty() {
            return;
        }
        // Without a runtime the server is going down: they are collected.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let store = self.store.clone();
            runtime.spawn(async move { discard(&store, unused).await });
        }
    }
}

/// The name for people to read: without folders and control characters, at most 255 characters, the extension kept.
fn clean_name(name: &str, place: usize) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    // Marks that turn the reading direction could make `gpj.exe` look like `exe.jpg`.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let cleaned: String = last.chars().filter(|c| !hidden(*c)).collect();
    let cleaned = cleaned.trim();
    if cleaned.is_empty() || cleaned.chars().all(|c| c == '.') {
        return format!("fil-{place}");
    }
    if cleaned.chars().count() <= NAME_LIMIT {
        return cleaned.to_owned();
    }
    let (stem, extension) = cleaned
        .rsplit_once('.')
        .filter(|(_, ext)| ext.len() <= 10)
        .unwrap_or((cleaned, ""));
    let keep = NAME_LIMIT - extension.chars().count() - 2;
    let stem: String = stem.chars().take(keep).collect();
    if extension.is_empty() {
        format!("{stem}…")
    } else {
        format!("{stem}….{extension}")
    }
}

#[cfg(test)]
mod tests {
    use super::clean_name;

    #[test]
    fn names_lose_folders_and_tricks_but_keep_letters() {
        assert_eq!(clean_name("../../etc/passwd", 1), "passwd");
        assert_eq!(clean_name("C:\\Users\\mette\\Skærm 😀.png", 1), "Skærm 😀.png");
        assert_eq!(clean_name("a\u{202e}gnp.exe", 1), "agnp.exe");
        assert_eq!(clean_name("..", 3), "fil-3");
        assert_eq!(clean_name("", 2), "fil-2");
        let long = clean_name(&format!("{}.png", "å".repeat(300)), 1);
        assert_eq!(long.chars().count(), 255);
        assert!(long.ends_with("….png"));
    }
}
