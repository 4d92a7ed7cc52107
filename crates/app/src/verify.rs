//! Is everything still there, whole and as it was? Every chain, every entry, every file, and the seals.

use crate::{App, AppError};
use domain::case::Event;
use domain::ids::{BlobId, CaseId};
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use store::journal;

/// What [`App::verify_store`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreReport {
    pub cases: u64,
    pub entries: u64,
    pub exhibits: u64,
    pub bytes: u64,
    pub seals: u64,
    /// One line for each thing that is wrong; empty means that all is well.
    pub failures: Vec<String>,
    /// One line for each thing that somebody should know, and that is not wrong.
    pub notes: Vec<String>,
}

/// How often a case that is being written to is read again.
const TRIES: usize = 10;

impl App {
    /// Checks the whole store. Calls `progress` after each case with how many are done and how many there are.
    ///
    /// # Errors
    /// Only if the database itself can't be read; everything else is a line in the report.
    pub async fn verify_store(&self, mut progress: impl FnMut(u64, u64)) -> Result<StoreReport, AppError> {
        let mut report = StoreReport::default();
        report
            .failures
            .extend(self.store.misfit.iter().map(ToString::to_string));
        let ids = store::cases::ids(&mut self.store.db.read().await?, None).await?;
        let mut used = BTreeSet::new();
        let total = ids.len() as u64;
        for id in ids {
            if let Err(error) = self.verify_case(&id, &mut report, &mut used).await {
                report.failures.push(format!("case {id}: {error}"));
            }
            report.cases += 1;
            progress(report.cases, total);
        }
        let missing = store::cases::missing_numbers(&mut self.store.db.read().await?).await?;
        report.failures.extend(
            missing
                .iter()
                .map(|number| format!("case {number}: its number was given out, and it is not here")),
        );
        self.verify_files(&mut report, &used).await?;
        self.verify_apart(&mut report).await?;
        self.verify_seals(&mut report).await?;
        Ok(report)
    }

    async fn verify_case(
        &self,
        id: &CaseId,
        report: &mut StoreReport,
        used: &mut BTreeSet<BlobId>,
    ) -> Result<(), AppError> {
        let mut read = self.store.db.read().await?;
        verify_chain(&mut read, id).await?;
        let keys = self.store.keys.of(&mut read, id).await?;
        let entries = journal::load(&mut read, id, &keys).await?;
        let differs = self.projection_differs(&mut read, id, &keys, &entries).await?;
        drop(read);
        report.entries += entries.len() as u64;
        report
            .failures
            .extend(differs.into_iter().map(|line| format!("case {id}, {line}")));
        for entry in &entries {
            let (what, blob, is) = match &entry.event {
                Event::ExhibitSealed(exhibit) => {
                    report.exhibits += 1;
                    let is = (exhibit.sha256.as_str(), exhibit.bytes);
                    (format!("exhibit {}", exhibit.number), &exhibit.blob, is)
                }
                Event::ExhibitRedacted(made) => {
                    let is = (made.sha256.as_str(), made.bytes);
                    (format!("redacted copy {}", made.number), &made.blob, is)
                }
                _ => continue,
            };
            used.insert(blob.clone());
            match self.hash_of(blob, keys.of(Compartment::Matter)).await {
                Ok((sha256, bytes)) if (sha256.as_str(), bytes) == is => report.bytes += bytes,
                Ok(_) => report
                    .failures
                    .push(format!("case {id}, {what}: not the bytes that came")),
                Err(error) => report.failures.push(format!("case {id}, {what}: {error}")),
            }
        }
        self.verify_owned(id, &keys, report, used).await?;
        self.verify_copies(id, &keys, report).await
    }

    /// The SHA-256 of a sealed file's plaintext, and its length.
    async fn hash_of(&self, blob: &BlobId, key: &proof::DataKey) -> Result<(String, u64), store::StoreError> {
        let mut stream = self.store.blobs.open_stream(blob, key).await?;
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        while let Some(part) = stream.try_next().await? {
            hash.update(&part);
            bytes += part.len() as u64;
        }
        Ok((hex::encode(hash.finalize()), bytes))
    }

    /// Files that belong to nothing and are not on their way. One that is newer than everything here came after this database was copied.
    async fn verify_files(&self, report: &mut StoreReport, used: &BTreeSet<BlobId>) -> Result<(), AppError> {
        let mut read = self.store.db.read().await?;
        for orphan in store::blobs::orphans(&mut read, &self.store.blobs).await? {
            let id = orphan.id;
            if used.contains(&id) {
                continue;
            }
            if orphan.came_after {
                let note =
                    format!("file {id}: came after this database was copied, and belongs to nothing in it");
                report.notes.push(note);
            } else {
                report.failures.push(format!("file {id}: belongs to no exhibit"));
            }
        }
        Ok(())
    }

    /// Files that the database gives to a case whose journal does not know them.
    async fn verify_owned(
        &self,
        id: &CaseId,
        keys: &store::Keys,
        report: &mut StoreReport,
        used: &BTreeSet<BlobId>,
    ) -> Result<(), AppError> {
        let mut read = self.store.db.read().await?;
        let owned = store::blobs::of_case(&mut read, id).await?;
        if owned.iter().all(|blob| used.contains(&blob.id)) {
            return Ok(());
        }
        let copies = store::derivatives::of_case(&mut read, id, keys).await?;
        let copies: BTreeSet<&BlobId> = copies
            .iter()
            .filter_map(|copy| match &copy.outcome {
                store::derivatives::Outcome::File(blob) => Some(blob),
                _ => None,
            })
            .collect();
        let strange: Vec<_> = owned
            .iter()
            .filter(|blob| !used.contains(&blob.id) && !copies.contains(&blob.id))
            .collect();
        if strange.is_empty() {
            return Ok(());
        }
        // What was written while we read is no fault.
        let entries = journal::load(&mut read, id, keys).await?;
        let known: BTreeSet<&BlobId> = entries
            .iter()
            .filter_map(|entry| match &entry.event {
                Event::ExhibitSealed(exhibit) => Some(&exhibit.blob),
                Event::ExhibitRedacted(made) => Some(&made.blob),
                _ => None,
            })
            .collect();
        for blob in strange.iter().filter(|blob| !known.contains(&blob.id)) {
            let line = format!(
                "case {id}: the database gives it the file {}, its journal does not",
                blob.id
            );
            report.failures.push(line);
        }
        Ok(())
    }

    /// What is kept apart from the cases, under the system's key: uploads under way, drills, e-mails that are in no case.
    async fn verify_apart(&self, report: &mut StoreReport) -> Result<(), AppError> {
        let mut read = self.store.db.read().await?;
        for (what, blob) in store::blobs::apart(&mut read).await? {
            let Err(error) = self.hash_of(&blob, self.store.keys.of_uploads()).await else {
                continue;
            };
            // One that was forgotten meanwhile is no damage.
            if store::blobs::owned(&mut read).await?.contains(&blob) {
                report.failures.push(format!("{what}: {error}"));
            }
        }
        let ring = &self.store.keys;
        for found in [
            store::drills::damaged(&mut read, ring).await?,
            store::case_drills::damaged(&mut read, ring).await?,
            store::mails::damaged(&mut read, ring).await?,
        ] {
            report.failures.extend(found);
        }
        Ok(())
    }

    async fn verify_seals(&self, report: &mut StoreReport) -> Result<(), AppError> {
        let mut read = self.store.db.read().await?;
        // Each case's journal is read once, however many seals it is under.
        let mut sealed: BTreeMap<String, BTreeSet<(u64, proof::Hash)>> = BTreeMap::new();
        for stored in store::seals::all(&mut read).await? {
            report.seals += 1;
            let leaves = store::seals::leaves(&mut read, stored.id).await?;
            if !stored.seal.verify() {
                report
                    .failures
                    .push(format!("seal {}: the signature does not hold", stored.id));
            }
            let data: Vec<Vec<u8>> = leaves.iter().map(proof::seal::HeadLeaf::bytes).collect();
            if proof::merkle::root(&data) != stored.seal.root {
                report
                    .failures
                    .push(format!("seal {}: its heads do not give its root", stored.id));
            }
            if let Some(token) = store::stamps::token(&mut read, stored.id).await?
                && let Err(flaw) = proof::stamp::Stamp::read(&token, stored.seal.signed_text().as_bytes())
            {
                report
                    .failures
                    .push(format!("seal {}: its time-stamp: {flaw}", stored.id));
            }
            for leaf in leaves {
                sealed.entry(leaf.case).or_default().insert((leaf.seq, leaf.head));
            }
        }
        for (case, heads) in sealed {
            let links = journal::headers(&mut read, &CaseId::new(case.as_str())).await?;
            let same = |(seq, head): &(u64, proof::Hash)| {
                let at = usize::try_from(*seq)
                    .unwrap_or(0)
                    .checked_sub(1)
                    .and_then(|at| links.get(at));
                *seq == 0 || at.is_some_and(|link| link.hash == *head)
            };
            if !heads.iter().all(same) {
                report
                    .failures
                    .push(format!("case {case}: its journal is not the one that was sealed"));
            }
        }
        Ok(())
    }
}

/// The case's chain as it stands in the open.
async fn verify_chain(read: &mut store::Read, id: &CaseId) -> Result<(), AppError> {
    let mut head = journal::head(read, id).await?.ok_or(AppError::NotFound)?;
    for _ in 0..TRIES {
        let links = journal::headers(read, id).await?;
        let now = journal::head(read, id).await?.ok_or(AppError::NotFound)?;
        let moved = now != head;
        head = now;
        // What was written while we read is no damage.
        match journal::verify_chain(id, &links, &head) {
            Err(_) if moved => {}
            verified => return Ok(verified?),
        }
    }
    Err(AppError::Busy)
}
