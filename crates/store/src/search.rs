//! The search index: words of cases and who may find them, in files beside the database.
//!
//! It holds readable text, so it stays out of backups, can be made again from the journals at any time, and a case that
//! is forgotten leaves no word in it (docs/adr/0014-search.md). Each node has an index of its own, which it alone writes
//! (docs/adr/0020-nodes.md).

mod ask;
mod meet;
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::ids::{CaseId, PersonId};
use jiff::Timestamp;
use tantivy::directory::{Directory as _, INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value as _,
};
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use crate::error::{Result, StoreError};

/// What the files look like; another number makes the index anew.
const VERSION: &str = "1";
/// Memory for words that are not written yet.
const BUFFER: usize = 32_000_000;
/// What is deleted lingers in files until so much of a file is.
const DELETED: f32 = 0.2;
/// So many parts of about one size (2 to this power) become one; those with fewer documents are of one size.
const MERGED: usize = 4;
const LEVEL: f64 = 2.0;
const SMALLEST: u32 = 1_000;

/// What a circle of people may find of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaf {
    pub readers: BTreeSet<PersonId>,
    /// Text of the case.
    pub words: Vec<String>,
    /// Text recognised in exhibits.
    pub exhibits: Vec<String>,
    pub names: Vec<String>,
    /// When somebody's leave to read it ends by itself.
    pub until: Option<Timestamp>,
}

/// Where what was asked for stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Case,
    Exhibit,
    Name,
}

/// One case that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub case: CaseId,
    /// When the case had last changed when it was read; if it has changed since, the hit is out of date.
    pub changed_at: Timestamp,
    pub until: Option<Timestamp>,
    pub places: BTreeSet<Place>,
}

/// Some of what was found, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub hits: Vec<Hit>,
    /// How many cases there are in all.
    pub all: usize,
}

#[derive(Clone, Copy)]
struct Fields {
    case: Field,
    reader: Field,
    round: Field,
    changed: Field,
    until: Field,
    words: Field,
    exhibits: Field,
    names: Field,
}

/// The index.
pub struct Search {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    writer: Mutex<Option<IndexWriter>>,
    /// What is written with the next commit: how far its owner has come.
    state: Mutex<Option<String>>,
}

impl From<tantivy::TantivyError> for StoreError {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::LockFailure(tantivy::directory::error::LockError::LockBusy, _) => {
                Self::Busy
            }
            other => Self::Other(format!("search index: {other}")),
        }
    }
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let text = |record| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(record)
            .set_fieldnorms(record != IndexRecordOption::Basic);
        TextOptions::default().set_indexing_options(indexing)
    };
    let fields = Fields {
        case: schema.add_text_field("case", STRING | STORED),
        reader: schema.add_text_field("reader", text(IndexRecordOption::Basic)),
        round: schema.add_text_field("round", text(IndexRecordOption::Basic)),
        changed: schema.add_i64_field("changed", STORED),
        until: schema.add_i64_field("until", STORED),
        words: schema.add_text_field("words", text(IndexRecordOption::WithFreqs)),
        exhibits: schema.add_text_field("exhibits", text(IndexRecordOption::WithFreqs)),
        names: schema.add_text_field("names", text(IndexRecordOption::WithFreqs)),
    };
    (schema.build(), fields)
}

impl Search {
    /// Opens or begins the index in the folder `dir`; an index of another version, or one that can't be read, is thrown
    /// away and begun anew.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(dir: &Path) -> Result<Self> {
        let room = dir.join(VERSION);
        make_room(dir, &room)?;
        let (schema, fields) = schema();
        let begin = || -> tantivy::Result<Index> {
            let directory = MmapDirectory::open(&room)?;
            Index::builder()
                .schema(schema.clone())
                .settings(IndexSettings::default())
                .open_or_create(directory)
        };
        let index = match begin() {
            Ok(index) => index,
            Err(error) => {
                tracing::warn!(%error, "the search index can't be read and is begun anew");
                fs::remove_dir_all(&room)?;
                make_room(dir, &room)?;
                begin()?
            }
        };
        Self::with(index, fields)
    }

    /// An index in memory alone, with nothing in it: for whoever reads a store and must not write beside it.
    ///
    /// # Errors
    /// None that is known.
    pub fn in_memory() -> Result<Self> {
        let (schema, fields) = schema();
        Self::with(Index::create_in_ram(schema), fields)
    }

    fn with(index: Index, fields: Fields) -> Result<Self> {
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let state = index.load_metas()?.payload;
        Ok(Self {
            index,
            reader,
            fields,
            writer: Mutex::default(),
            state: Mutex::new(state),
        })
    }

    /// Whether nothing is in it.
    #[cfg(feature = "testing")]
    pub fn is_empty(&self) -> bool {
        self.reader.searcher().num_docs() == 0
    }

    /// What was last noted with [`Search::note`] and committed: so index and note are always of one moment.
    #[must_use]
    pub fn state(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the next [`Search::commit`] writes with the index.
    pub fn note(&self, state: &str) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(state.to_owned());
    }

    /// Puts a case in, instead of what was there of it; seen after [`Search::commit`]. `round` is the rebuilding that it
    /// belongs to, for [`Search::drop_others`].
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another process writes the index.
    pub fn put(&self, case: &CaseId, changed_at: Timestamp, round: &str, leaves: &[Leaf]) -> Result<()> {
        let mut held = self.writer()?;
        let writer = writer_in(&mut held)?;
        let fields = &self.fields;
        writer.delete_term(Term::from_field_text(fields.case, case.as_str()));
        for leaf in leaves {
            let mut document = TantivyDocument::new();
            document.add_text(fields.case, case.as_str());
            let readers: Vec<&str> = leaf.readers.iter().map(PersonId::as_str).collect();
            document.add_text(fields.reader, readers.join(" "));
            document.add_text(fields.round, round);
            document.add_i64(fields.changed, changed_at.as_microsecond());
            if let Some(until) = leaf.until {
                document.add_i64(fields.until, until.as_microsecond());
            }
            document.add_text(fields.words, words::stems(&leaf.words));
            document.add_text(fields.exhibits, words::stems(&leaf.exhibits));
            document.add_text(fields.names, words::names(&leaf.names));
            writer.add_document(document)?;
        }
        Ok(())
    }

    /// Writes what was put in to disk, and shows it to whoever searches.
    ///
    /// # Errors
    /// Those of the file system; what was put in since the last time is then lost, and must be put in again.
    pub fn commit(&self) -> Result<()> {
        let mut held = self.writer()?;
        let state = self.state();
        let committed = writer_in(&mut held)?.prepare_commit().and_then(|mut prepared| {
            if let Some(state) = &state {
                prepared.set_payload(state);
            }
            prepared.commit()
        });
        if committed.is_err() {
            // A writer that failed once only fails. What is noted is what is written.
            *held = None;
            let written = self.index.load_metas().ok().and_then(|metas| metas.payload);
            *self.state.lock().unwrap_or_else(PoisonError::into_inner) = written;
        }
        committed?;
        Ok(self.reader.reload()?)
    }

    /// Takes out every case that was not put in during this round, without a trace.
    ///
    /// # Errors
    /// As [`Search::commit`].
    pub fn drop_others(&self, round: &str) -> Result<()> {
        use tantivy::query::{AllQuery, BooleanQuery, Occur, Query, TermQuery};
        let this = Term::from_field_text(self.fields.round, round);
        let this: Box<dyn Query> = Box::new(TermQuery::new(this, IndexRecordOption::Basic));
        let others = BooleanQuery::new(vec![(Occur::Must, Box::new(AllQuery)), (Occur::MustNot, this)]);
        let mut held = self.writer()?;
        writer_in(&mut held)?.delete_query(Box::new(others))?;
        drop(held);
        self.commit()?;
        self.scour()
    }

    /// Takes a case out so that no word of it stays in any file: for when its keys are destroyed.
    ///
    /// # Errors
    /// As [`Search::commit`].
    pub fn forget(&self, case: &CaseId) -> Result<()> {
        let mut held = self.writer()?;
        writer_in(&mut held)?.delete_term(Term::from_field_text(self.fields.case, case.as_str()));
        drop(held);
        self.commit()?;
        self.scour()
    }

    /// Writes every file that holds something deleted again without it.
    fn scour(&self) -> Result<()> {
        let mut held = self.writer()?;
        // What is being merged by itself is merged first, by a writer that then has nothing left to do.
        if let Some(writer) = held.take() {
            writer.wait_merging_threads()?;
        }
        drop(held);
        let mut held = self.writer()?;
        let writer = writer_in(&mut held)?;
        let segments = self.index.searchable_segment_metas()?;
        let touched = segments.iter().filter(|segment| segment.has_deletes());
        let touched: Vec<_> = touched.map(tantivy::SegmentMeta::id).collect();
        if !touched.is_empty() {
            writer.merge(&touched).wait()?;
        }
        // Whoever reads the old files must let go of them before they can be removed.
        self.reader.reload()?;
        writer.garbage_collect_files().wait()?;
        Ok(())
    }

    /// The cases that `person` may find by all words of `question`: `limit` of them, from the `from`th.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn find(&self, person: &PersonId, question: &str, from: usize, limit: usize) -> Result<Found> {
        Ok(ask::find(
            &self.reader.searcher(),
            self.fields,
            person,
            question,
            from,
            limit,
        )?)
    }

    /// Every word that any file of the index holds, also of cases that are taken out.
    ///
    /// # Errors
    /// Those of the file system.
    #[cfg(feature = "testing")]
    pub fn vocabulary(&self) -> Result<BTreeSet<String>> {
        let mut words = BTreeSet::new();
        for segment in self.reader.searcher().segment_readers() {
            for field in [self.fields.words, self.fields.exhibits, self.fields.names] {
                let inverted = segment.inverted_index(field)?;
                let mut terms = inverted.terms().stream()?;
                while terms.advance() {
                    words.insert(String::from_utf8_lossy(terms.key()).into_owned());
                }
            }
        }
        Ok(words)
    }

    /// How many parts the index is in.
    #[cfg(feature = "testing")]
    pub fn parts(&self) -> usize {
        self.reader.searcher().segment_readers().len()
    }

    fn writer(&self) -> Result<Writing<'_>> {
        let mut held = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            let options = IndexWriterOptions::builder()
                .num_worker_threads(1)
                .num_merge_threads(1)
                .memory_budget_per_thread(BUFFER)
                .build();
            let writer: IndexWriter = self.index.writer_with_options(options)?;
            let mut merging = LogMergePolicy::default();
            merging.set_del_docs_ratio_before_merge(DELETED);
            // Names with a slip are looked for in each part anew, so few parts are worth more merging than usual.
            merging.set_min_num_segments(MERGED);
            merging.set_level_log_size(LEVEL);
            merging.set_min_layer_size(SMALLEST);
            writer.set_merge_policy(Box::new(merging));
            *held = Some(writer);
        }
        Ok(held)
    }
}

type Writing<'a> = MutexGuard<'a, Option<IndexWriter>>;

fn writer_in<'a>(held: &'a mut Writing<'_>) -> Result<&'a mut IndexWriter> {
    held.as_mut()
        .ok_or_else(|| StoreError::other("search index: nobody writes it"))
}

/// Makes the folder, for this user alone, and removes what other versions left, unless one of them is still at work: in
/// an upgrade the old program may run beside the new one for a while.
fn make_room(dir: &Path, room: &PathBuf) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(room)?;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if &path != room && path.is_dir() && !is_written(&path) {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

/// Whether somebody has the index in this folder open for writing.
fn is_written(room: &Path) -> bool {
    let Ok(directory) = MmapDirectory::open(room) else {
        return false;
    };
    let lock = directory.acquire_lock(&INDEX_WRITER_LOCK);
    matches!(lock, Err(tantivy::directory::error::LockError::LockBusy))
}

fn time(document: &TantivyDocument, field: Field) -> Option<Timestamp> {
    let stored = document.get_first(field)?.as_i64()?;
    Timestamp::from_microsecond(stored).ok()
}
