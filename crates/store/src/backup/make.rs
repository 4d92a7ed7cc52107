//! Making a backup: the database first, then exactly the files that this state of it names.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use domain::ids::BlobId;
use jiff::Timestamp;
use proof::DataKey;
use rand::CryptoRng;

use super::durable::{self, fault};
use super::files::{Manner, Taken, TargetFiles};
use super::manifest::{self, Head, Manifest, Part};
use super::sealing;
use super::target::{self, GENERATIONS, PARTIAL, REMOVED, Target};
use crate::blobs::Blobs;
use crate::db::{Db, dump_name};
use crate::error::Result;

/// Settings that are kept beside the database, if the data folder has them.
const SETTINGS: [&str; 2] = ["procedure.toml", "vaern.toml"];
/// How often the database is taken again because a file that it named went while the files were copied.
const ROUNDS: u32 = 5;

/// What is backed up, where to, and how.
#[derive(Clone)]
pub struct Plan {
    /// The data folder.
    pub data: PathBuf,
    pub target: PathBuf,
    /// The id of the installation, 32 hex digits.
    pub installation: String,
    /// The fingerprint of the key that signs seals.
    pub fingerprint: String,
    /// The program's version.
    pub program: String,
    pub at: Timestamp,
    /// Generations that stay, this one included; at least one does.
    pub keep: usize,
    pub manner: Manner,
    /// Files too. Without them the backup says that it holds none.
    pub with_files: bool,
    /// Keys are written to a place of their own.
    pub keys_apart: bool,
    /// What database and manifest are sealed with.
    pub key: Option<DataKey>,
    /// A private folder, on no disk that others may see: a database on its way to be sealed lies there.
    pub scratch: PathBuf,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The database is being written down.
    Database,
    /// Files copied so far, of how many that were new.
    Files { done: u64, of: u64 },
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub generation: String,
    pub files: u64,
    pub bytes: u64,
    /// Of these, files and bytes that were not there before.
    pub copied: u64,
    pub copied_bytes: u64,
    pub database_bytes: u64,
    /// Files that the database names and the store does not have, and why.
    pub missing: BTreeMap<String, String>,
    /// Older generations, and files that none names any more, that were removed.
    pub removed_generations: u64,
    pub removed_files: u64,
    /// Why nothing old was removed, if it should have been.
    pub kept_because: Option<String>,
}

/// Makes a generation. The database is written down by its own means without holding up who writes; whatever fails on the way
/// leaves the generations that there were.
///
/// # Errors
/// [`StoreError::DiskFull`]; those of [`Target::open_for`] and [`Db::dump`]. A file that is missing is no error: see
/// [`Made::missing`].
pub async fn make(
    db: &Db,
    blobs: &Blobs,
    plan: &Plan,
    rng: &mut (impl CryptoRng + Send),
    mut progress: impl FnMut(Progress),
) -> Result<Made> {
    let target = Target::open_for(&plan.target, &plan.installation, &plan.data, rng)?;
    let mut files = TargetFiles::open(&target.root)?;
    let name = next_name(&target, plan.at)?;
    let partial = target.generation(PARTIAL);
    durable::private_dir(&partial)?;
    let mut work = Work {
        db,
        blobs,
        plan,
        partial: &partial,
        name: &name,
        copied_files: 0,
        copied_bytes: 0,
    };
    let written = work.write(&target, &mut files, rng, &mut progress).await;
    let manifest = match written {
        Ok(manifest) => manifest,
        Err(error) => {
            // Also to give back the space, if that is what was lacking.
            target::remove_all(&partial)?;
            return Err(error);
        }
    };
    durable::sync_dir(&partial)?;
    std::fs::rename(&partial, target.generation(&name)).map_err(fault(&partial))?;
    durable::sync_dir(&target.root.join(GENERATIONS))?;
    let (count, bytes) = manifest.counts();
    let mut made = Made {
        generation: name.clone(),
        files: count,
        bytes,
        copied: work.copied_files,
        copied_bytes: work.copied_bytes,
        database_bytes: manifest.head.database.bytes,
        missing: manifest.missing,
        removed_generations: 0,
        removed_files: 0,
        kept_because: None,
    };
    if made.missing.is_empty() {
        prune(&target, &mut files, plan, &mut made)?;
    } else {
        made.kept_because =
            Some("files are missing: older generations may be the only ones that have them".into());
    }
    Ok(made)
}

struct Work<'a> {
    db: &'a Db,
    blobs: &'a Blobs,
    plan: &'a Plan,
    partial: &'a Path,
    name: &'a str,
    copied_files: u64,
    copied_bytes: u64,
}

impl Work<'_> {
    async fn write(
        &mut self,
        target: &Target,
        files: &mut TargetFiles,
        rng: &mut impl CryptoRng,
        progress: &mut impl FnMut(Progress),
    ) -> Result<Manifest> {
        let mut round = 1;
        loop {
            progress(Progress::Database);
            let dumped = self.database(rng).await?;
            let mut manifest = self.manifest(target, &dumped);
            if self.plan.with_files {
                self.files(&dumped.files, files, &mut manifest, progress).await?;
            }
            // What went meanwhile because nobody wants it any more (an upload that was finished) is in no later state of the
            // database: that one is consistent.
            if round < ROUNDS && self.went(&manifest.missing).await? {
                round += 1;
                continue;
            }
            self.settings(&mut manifest)?;
            self.write_manifest(&manifest, rng)?;
            return Ok(manifest);
        }
    }

    /// Whether a file that is missing is named no more.
    async fn went(&self, missing: &BTreeMap<String, String>) -> Result<bool> {
        if missing.is_empty() {
            return Ok(false);
        }
        let owned = crate::blobs::owned(&mut self.db.read().await?).await?;
        Ok(missing
            .keys()
            .any(|id| !owned.contains(&BlobId::new(id.as_str()))))
    }

    async fn database(&self, rng: &mut impl CryptoRng) -> Result<Dumped> {
        let name = dump_name(self.db.engine());
        let (dump, _room) = match &self.plan.key {
            None => (self.partial.join(name), None),
            Some(_) => {
                let room = Scratch::make(&self.plan.scratch)?;
                (room.0.join(name), Some(room))
            }
        };
        drop(durable::create(&dump)?);
        let mut snapshot = self.db.dump(&dump).await?;
        let mut ids: Vec<BlobId> = crate::blobs::owned(&mut snapshot).await?.into_iter().collect();
        ids.sort();
        let counts = crate::cases::counts(&mut snapshot).await?;
        let schema = snapshot.schema;
        drop(snapshot);
        let part = match &self.plan.key {
            None => {
                let sum = durable::sum(&dump)?;
                sync(&dump)?;
                Part::new(name, sum)
            }
            Some(key) => {
                let sealed = sealing::sealed_name(name);
                let plain = File::open(&dump).map_err(fault(&dump))?;
                let to = self.partial.join(&sealed);
                let sum = sealing::seal(plain, &to, key, &sealing::context(self.name, name), rng)?;
                sync(&to)?;
                Part::new(sealed, sum)
            }
        };
        Ok(Dumped {
            part,
            files: ids,
            schema,
            cases: counts.open + counts.closed + counts.joined,
        })
    }

    fn manifest(&self, target: &Target, dumped: &Dumped) -> Manifest {
        let plan = self.plan;
        Manifest {
            head: Head {
                vaern_backup: manifest::FORMAT,
                generation: self.name.to_owned(),
                target: target.id.clone(),
                installation: plan.installation.clone(),
                at: plan.at,
                program: plan.program.clone(),
                schema: dumped.schema,
                engine: self.db.engine().to_owned(),
                sealed: plan.key.is_some(),
                holds_files: plan.with_files,
                keys_apart: plan.keys_apart,
                fingerprint: plan.fingerprint.clone(),
                cases: dumped.cases,
                database: dumped.part.clone(),
                settings: Vec::new(),
            },
            files: BTreeMap::new(),
            missing: BTreeMap::new(),
        }
    }

    async fn files(
        &mut self,
        named: &[BlobId],
        files: &mut TargetFiles,
        manifest: &mut Manifest,
        progress: &mut impl FnMut(Progress),
    ) -> Result<()> {
        let there: HashSet<BlobId> = self.blobs.list().await?.into_iter().collect();
        let mut fresh = Vec::new();
        for id in named {
            match files.held(id) {
                Some(sum) => {
                    manifest.files.insert(id.as_str().to_owned(), sum);
                    if !there.contains(id) {
                        let why = "it is not there; this target has it from an earlier backup";
                        manifest.missing.insert(id.as_str().to_owned(), why.into());
                    }
                }
                None => fresh.push(id.clone()),
            }
        }
        let of = fresh.len() as u64;
        let mut done = 0;
        let (mut taken, mut missing) = (Vec::new(), Vec::new());
        let told = |id: &BlobId, what: &Taken| {
            match what {
                Taken::Copied(sum) => taken.push((id.as_str().to_owned(), *sum)),
                Taken::Missing(why) => missing.push((id.as_str().to_owned(), why.clone())),
            }
            done += 1;
            progress(Progress::Files { done, of });
        };
        files.take(self.blobs, &fresh, self.plan.manner, told).await?;
        self.copied_files += taken.len() as u64;
        self.copied_bytes += taken.iter().map(|(_, sum)| sum.bytes).sum::<u64>();
        manifest.files.extend(taken);
        manifest.missing.extend(missing);
        Ok(())
    }

    fn settings(&self, manifest: &mut Manifest) -> Result<()> {
        for name in SETTINGS {
            let from = self.plan.data.join(name);
            if from.is_file() && !self.holds_a_key(&from)? {
                let to = self.partial.join(name);
                let sum = durable::copy(&from, &to)?;
                sync(&to)?;
                manifest.head.settings.push(Part::new(name, sum));
            }
        }
        Ok(())
    }

    /// Whether a file of settings has the master key in it: in clear that would put it beside what it opens.
    fn holds_a_key(&self, settings: &Path) -> Result<bool> {
        let text = std::fs::read_to_string(settings).map_err(fault(settings))?;
        let names_one = |line: &str| {
            line.split_once('=')
                .is_some_and(|(name, _)| name.trim() == "master_key")
        };
        if !text.lines().any(names_one) {
            return Ok(false);
        }
        tracing::warn!(file = %settings.display(), "it has the master key in it and is left out of the backup");
        Ok(true)
    }

    fn write_manifest(&self, manifest: &Manifest, rng: &mut impl CryptoRng) -> Result<()> {
        let Some(key) = &self.plan.key else {
            let path = self.partial.join(manifest::NAME);
            let file = durable::create(&path)?;
            manifest.write(std::io::BufWriter::new(&file))?;
            return file.sync_all().map_err(fault(&path));
        };
        let mut text = Vec::new();
        manifest.write(&mut text)?;
        let path = self.partial.join(sealing::sealed_name(manifest::NAME));
        let context = sealing::context(self.name, manifest::NAME);
        sealing::seal(text.as_slice(), &path, key, &context, rng)?;
        sync(&path)
    }
}

/// A state of the database that was written down.
struct Dumped {
    part: Part,
    /// The files that it names, sorted.
    files: Vec<BlobId>,
    schema: i64,
    cases: u64,
}

/// A private folder that goes with what is in it.
struct Scratch(PathBuf);

impl Scratch {
    fn make(below: &Path) -> Result<Self> {
        durable::private_dir(below)?;
        let path = below.join("backup");
        target::remove_all(&path)?;
        durable::private_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = target::remove_all(&self.0) {
            tracing::error!(%error, "a copy of the database on its way to be sealed could not be removed");
        }
    }
}

fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(fault(path))
}

/// Its number is one more than the last one's, so that a clock that was put back puts no old one in front.
fn next_name(target: &Target, at: Timestamp) -> Result<String> {
    let last = target.generations()?.pop();
    let number = last.and_then(|last| target::number(&last)).unwrap_or(0) + 1;
    Ok(format!("{number:06}-{}", at.strftime("%Y%m%dT%H%M%SZ")))
}

/// Removes the generations beyond those that stay, and the files that no generation names any more.
fn prune(target: &Target, files: &mut TargetFiles, plan: &Plan, made: &mut Made) -> Result<()> {
    let mut generations = target.generations()?;
    let stay = generations.split_off(generations.len().saturating_sub(plan.keep.max(1)));
    let mut named = HashSet::new();
    for generation in &stay {
        match target.manifest(generation, plan.key.as_ref()) {
            Ok(manifest) => named.extend(manifest.files.into_keys()),
            Err(error) => {
                made.kept_because = Some(error.to_string());
                return Ok(());
            }
        }
    }
    for generation in &generations {
        // First it is no generation any more, then its parts go.
        let removed = target.generation(REMOVED);
        let old = target.generation(generation);
        std::fs::rename(&old, &removed).map_err(fault(&old))?;
        target::remove_all(&removed)?;
        made.removed_generations += 1;
    }
    if made.removed_generations > 0 {
        made.removed_files = files.keep_only(&named)?;
    }
    Ok(())
}
