//! One drawer of a case as a bag that anybody can check offline.

use crate::dossier::{Material, Shown};
use crate::stamp::StampInBag;
use crate::{App, AppError, Caller, kind};
use anyhow::Context as _;
use domain::access::Action;
use domain::case::{Actor, CaseState, Entry, Event, Exhibit, Refusal};
use domain::ids::{CaseId, CaseNumber};
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use proof::bag::{BagWriter, Chain, ExhibitProof, JournalLine, SealProof, write_journal_line};
use proof::entry::GENESIS;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek as _};
use store::journal::{self, SealedEntry};
use store::{Keys, StoreError};

/// Pictures up to this size are printed in the dossier; larger ones lie in the bag alone.
const PICTURE_LIMIT: u64 = 40 * 1024 * 1024;
/// All pictures of a dossier together, since they are in memory at once.
const PICTURES_LIMIT: u64 = 128 * 1024 * 1024;
/// Text up to this size is printed in the dossier.
const TEXT_LIMIT: u64 = 1024 * 1024;

/// A finished bag, in a file without a name that is gone when this is dropped.
#[derive(Debug)]
pub struct Bag {
    file: File,
    /// A file name without anybody's name in it.
    pub name: String,
    pub bytes: u64,
}

impl Bag {
    /// The bag, to be read from its beginning by one reader at a time.
    ///
    /// # Errors
    /// Those of the system.
    pub fn open(&self) -> io::Result<File> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(file)
    }
}

struct Sealed {
    entries: Vec<SealedEntry>,
    proof: SealProof,
    at: Timestamp,
}

impl App {
    /// Exports one drawer. That it was exported is an entry, under the seal that the bag carries.
    ///
    /// # Errors
    /// [`AppError::NotFound`] or [`AppError::Forbidden`]; [`AppError::DiskFull`].
    pub async fn export(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        drawer: Compartment,
    ) -> Result<Bag, AppError> {
        let (id, keys) = self.permitted(caller, number, Action::Export(drawer)).await?;
        self.record_export(caller, &id, &keys, drawer).await?;
        self.seal().await?;
        let sealed = self.sealed_entries(&id, &keys).await?;
        let all: Vec<Entry> = sealed.entries.iter().map(to_entry).collect::<Result<_, _>>()?;
        let state = CaseState::fold(&all).ok_or(AppError::NotFound)?;
        let exhibits: Vec<(Timestamp, Exhibit)> = if drawer == Compartment::Matter {
            state.exhibits.clone()
        } else {
            Vec::new()
        };
        let mut originals = Vec::new();
        for (_, exhibit) in &exhibits {
            if state.is_withheld(exhibit.number, &caller.actor, self.now()) {
                return Err(Refusal::ExhibitWithheld.into());
            }
            originals.push((
                exhibit.clone(),
                self.store
                    .blobs
                    .open_stream(&exhibit.blob, keys.of(drawer))
                    .await?,
            ));
        }
        let shown = self.shown(exhibits, &state, &keys).await?;
        let lines = self.journal_lines(caller, &state, &sealed, drawer)?;
        let stamps = self.stamps_for_bag(&id).await?;
        let material = Material {
            proved: self.proved_before(&id).await?,
            ..self.material(caller, number, drawer, state, all, shown, &sealed)
        };
        let pdf = self.render(material).await?;
        let info = self.bag_info(number, drawer);
        let chain = Chain::new(
            id.as_str(),
            number.as_str(),
            sealed.entries.iter().map(|entry| entry.header.leaf()),
        );
        let file = self.nameless_file()?;
        let name = format!("vaern-{number}-{drawer}");
        let folder = name.clone();
        let runtime = tokio::runtime::Handle::current();
        let written = tokio::task::spawn_blocking(move || {
            write_bag(
                file,
                &folder,
                originals,
                &runtime,
                &pdf,
                &lines,
                &all_entries(&sealed.entries),
                &chain,
                &sealed.proof,
                &stamps,
                &info,
            )
        });
        let file = written.await.context("writing the bag was interrupted")??;
        let bytes = file.metadata().context("the bag's size")?.len();
        crate::security_log::exported(&caller.actor, drawer.name());
        Ok(Bag {
            file,
            name: format!("{name}.zip"),
            bytes,
        })
    }

    async fn record_export(
        &self,
        caller: &Caller,
        id: &CaseId,
        keys: &Keys,
        drawer: Compartment,
    ) -> Result<(), AppError> {
        let event = Event::Exported {
            drawer,
            by: caller.actor.as_text().to_owned(),
        };
        let mut tx = self.store.db.begin().await?;
        let mut head = journal::lock(&mut tx, id).await?.ok_or(AppError::NotFound)?;
        let (now, mut dice) = (self.now(), self.dice());
        journal::append(
            &mut tx,
            id,
            &mut head,
            keys,
            now,
            &caller.actor,
            &[event],
            &mut dice,
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// The case's entries up to the head that the newest seal covers.
    async fn sealed_entries(&self, id: &CaseId, keys: &Keys) -> Result<Sealed, AppError> {
        let heads = self.sealed_with(id).await?;
        let proof =
            SealProof::new(&heads.seal, &heads.leaves, id.as_str()).context("the case is not in its seal")?;
        let mut read = self.store.db.read().await?;
        let mut entries = journal::sealed(&mut read, id, keys).await?;
        entries.retain(|entry| entry.header.seq <= proof.head.seq);
        let at = Timestamp::from_microsecond(heads.seal.at_us).context("the seal's time")?;
        Ok(Sealed { entries, proof, at })
    }

    async fn shown(
        &self,
        exhibits: Vec<(Timestamp, Exhibit)>,
        state: &CaseState,
        keys: &Keys,
    ) -> Result<Vec<Shown>, AppError> {
        let mut shown = Vec::new();
        let mut left = PICTURES_LIMIT;
        for (received, exhibit) in exhibits {
            let printable = ["image/png", "image/jpeg", "image/webp", "image/gif"];
            // What is infected is never rendered.
            let fits = exhibit.bytes <= PICTURE_LIMIT.min(left) && !state.is_infected(exhibit.number);
            let is_picture = printable.contains(&exhibit.media_type.as_str()) && fits;
            if is_picture {
                left -= exhibit.bytes;
            }
            let readable = ["text/plain", "message/rfc822"];
            let is_text = readable.contains(&exhibit.media_type.as_str())
                && exhibit.bytes <= TEXT_LIMIT
                && !state.is_infected(exhibit.number);
            let bytes = if is_picture || is_text {
                Some(self.bytes_of(&exhibit, keys).await?)
            } else {
                None
            };
            let text = bytes
                .as_deref()
                .filter(|_| is_text)
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            shown.push(Shown {
                received,
                exhibit,
                picture: bytes.filter(|_| is_picture),
                text,
            });
        }
        Ok(shown)
    }

    fn journal_lines(
        &self,
        caller: &Caller,
        state: &CaseState,
        sealed: &Sealed,
        drawer: Compartment,
    ) -> Result<Vec<JournalLine>, AppError> {
        let organisation = self.organisation();
        let mut lines = Vec::new();
        let mut prev = GENESIS;
        for entry in &sealed.entries {
            let event = entry.event()?;
            if event.compartment() == drawer && !event.is_legal_note() && !event.is_reading() {
                let actor = Actor::parse(&entry.header.actor);
                let name = self
                    .composer
                    .actor_name(caller.language, &organisation, state, &actor);
                let line = JournalLine::new(&entry.header, &name, &entry.salt, &entry.json, &prev);
                lines.push(line.context("a journal line")?);
            }
            prev = entry.hash;
        }
        Ok(lines)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is one part of what a dossier tells"
    )]
    fn material(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        drawer: Compartment,
        state: CaseState,
        entries: Vec<Entry>,
        exhibits: Vec<Shown>,
        sealed: &Sealed,
    ) -> Material {
        let told = |entry: &Entry| {
            entry.event.compartment() == drawer && !entry.event.is_legal_note() && !entry.event.is_reading()
        };
        Material {
            language: caller.language,
            now: self.now(),
            number: number.clone(),
            drawer,
            procedure: self.procedure_of(&state.procedure),
            state,
            entries: entries.into_iter().filter(told).collect(),
            exhibits,
            organisation: self.organisation(),
            calendar: self.calendar().clone(),
            head: hex::encode(sealed.proof.head.head),
            root: hex::encode(sealed.proof.root),
            fingerprint: self.signing.fingerprint(),
            sealed_at: sealed.at,
            proved: Vec::new(),
        }
    }

    async fn render(&self, material: Material) -> Result<Vec<u8>, AppError> {
        let (dossiers, composer, now) = (self.dossiers.clone(), self.composer.clone(), self.now());
        let rendered = tokio::task::spawn_blocking(move || dossiers.render(&composer.dossier(material), now));
        let rendered = rendered.await.context("writing the dossier was interrupted")?;
        Ok(rendered.context("the dossier")?)
    }

    fn bag_info(&self, number: &CaseNumber, drawer: Compartment) -> Vec<(String, String)> {
        let field = |label: &str, value: String| (label.to_owned(), value);
        let municipality = self.procedure().municipality.replace(['\r', '\n'], " ");
        vec![
            field("Source-Organization", municipality),
            field("External-Identifier", number.to_string()),
            field("External-Description", format!("drawer: {drawer}")),
            field(
                "Bagging-Date",
                self.calendar().local(self.now()).date().to_string(),
            ),
        ]
    }
}

fn to_entry(sealed: &SealedEntry) -> Result<Entry, AppError> {
    let at = Timestamp::from_microsecond(sealed.header.at_us).context("an entry's time")?;
    let actor = Actor::parse(&sealed.header.actor);
    Ok(Entry {
        seq: sealed.header.seq,
        at,
        actor,
        event: sealed.event()?,
    })
}

/// Which entry recorded each exhibit.
fn all_entries(entries: &[SealedEntry]) -> Vec<(u64, u32)> {
    let recorded = entries.iter().filter_map(|entry| match entry.event() {
        Ok(Event::ExhibitSealed(exhibit)) => Some((entry.header.seq, exhibit.number)),
        _ => None,
    });
    recorded.collect()
}

type Original = (Exhibit, BoxStream<'static, Result<bytes::Bytes, StoreError>>);

#[expect(clippy::too_many_arguments, reason = "each is one file of the bag")]
fn write_bag(
    file: File,
    folder: &str,
    originals: Vec<Original>,
    runtime: &tokio::runtime::Handle,
    pdf: &[u8],
    lines: &[JournalLine],
    recorded: &[(u64, u32)],
    chain: &Chain,
    seal: &SealProof,
    stamps: &[StampInBag],
    info: &[(String, String)],
) -> anyhow::Result<File> {
    let mut bag = BagWriter::new(BufWriter::new(file), folder)?;
    let mut proofs = Vec::new();
    for (exhibit, stream) in originals {
        let name = format!(
            "originals/bilag-{:03}.{}",
            exhibit.number,
            kind::extension(&exhibit.media_type)
        );
        let mut reader = StreamReader {
            runtime: runtime.clone(),
            stream,
            rest: bytes::Bytes::new(),
        };
        let sha256 = bag.add(&name, &mut reader)?;
        anyhow::ensure!(
            hex::encode(sha256) == exhibit.sha256,
            "exhibit {} is not what came",
            exhibit.number
        );
        let seq = recorded
            .iter()
            .find(|(_, number)| *number == exhibit.number)
            .map_or(0, |(seq, _)| *seq);
        proofs.push(ExhibitProof {
            number: exhibit.number.into(),
            path: format!("data/{name}"),
            sha256,
            bytes: exhibit.bytes,
            seq,
        });
    }
    bag.add("dossier.pdf", &mut &pdf[..])?;
    let mut journal = Vec::new();
    for line in lines {
        write_journal_line(&mut journal, line)?;
    }
    bag.add("journal.jsonl", &mut &journal[..])?;
    bag.add("proof/chain.json", &mut &serde_json::to_vec_pretty(chain)?[..])?;
    bag.add("proof/seal.json", &mut &serde_json::to_vec_pretty(seal)?[..])?;
    bag.add(
        "proof/exhibits.json",
        &mut &serde_json::to_vec_pretty(&proofs)?[..],
    )?;
    add_stamps(&mut bag, stamps)?;
    let buffered = bag.finish(info)?;
    buffered
        .into_inner()
        .map_err(|error| anyhow::anyhow!("the bag can't be written: {}", error.error()))
}

/// A bag without time-stamps has no list of them either.
fn add_stamps<W: io::Write + io::Seek>(bag: &mut BagWriter<W>, stamps: &[StampInBag]) -> anyhow::Result<()> {
    if stamps.is_empty() {
        return Ok(());
    }
    let mut add = |path: &str, bytes: &[u8]| {
        let path = path.strip_prefix("data/").unwrap_or(path);
        bag.add(path, &mut &*bytes).map(drop)
    };
    for stamp in stamps {
        add(&stamp.proof.text, &stamp.text)?;
        add(&stamp.proof.token, &stamp.token)?;
    }
    let list: Vec<_> = stamps.iter().map(|stamp| &stamp.proof).collect();
    Ok(add(proof::bag::STAMPS, &serde_json::to_vec_pretty(&list)?)?)
}

/// An async stream read from a blocking thread.
struct StreamReader {
    runtime: tokio::runtime::Handle,
    stream: BoxStream<'static, Result<bytes::Bytes, StoreError>>,
    rest: bytes::Bytes,
}

impl Read for StreamReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self
                .runtime
                .block_on(self.stream.try_next())
                .map_err(io::Error::other)?
            {
                Some(part) => self.rest = part,
                None => return Ok(0),
            }
        }
        let taken = self.rest.split_to(self.rest.len().min(buffer.len()));
        buffer[..taken.len()].copy_from_slice(&taken);
        Ok(taken.len())
    }
}
