//! Reading the guide: the edition in force, older ones, and the one that a case began under.

mod drafting;
mod import;
mod paper;

pub use drafting::{Draft, DraftText, Saved, is_chapter_name};
pub use import::{GuideFile, ImportRefused, ImportedGuide};
pub use paper::PaperWords;
pub use store::guide::Picture;

use crate::{App, AppError, Caller};
use domain::guide::{Book, Edition, Variables, in_force};
use domain::language::Language;
use domain::procedure::Procedure;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One edition as somebody reads it.
#[derive(Clone, Debug)]
pub struct Guide {
    pub edition: Edition,
    pub book: Arc<Book>,
    /// The one in force now.
    pub current: bool,
    /// The version of the procedure whose terms it quotes.
    pub procedure: String,
}

/// Published editions that were read already; they never change.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Mutex<HashMap<(u64, Language, String), Arc<Book>>>);

/// So many readings (editions, languages, procedures) are kept in memory.
const KEPT: usize = 32;

impl App {
    /// Every published edition, the first first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn guide_editions(&self) -> Result<Vec<Edition>, AppError> {
        let mut editions = store::guide::editions(&mut self.store.db.read().await?).await?;
        editions.retain(|edition| edition.published.is_some());
        Ok(editions)
    }

    /// The edition in force, if anything has been published.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn guide(&self, language: Language) -> Result<Option<Guide>, AppError> {
        let editions = self.guide_editions().await?;
        match in_force(&editions, self.now()) {
            Some(edition) => self
                .open_guide(&editions, edition, language, None)
                .await
                .map(Some),
            None => Ok(None),
        }
    }

    /// A published edition, with the terms of the procedure that it was written for, or of `procedure`: a case quotes the
    /// version that it began under.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if it is not published.
    pub async fn guide_edition(
        &self,
        number: u64,
        language: Language,
        procedure: Option<&str>,
    ) -> Result<Guide, AppError> {
        let editions = self.guide_editions().await?;
        let edition = editions.iter().find(|edition| edition.number == number);
        self.open_guide(&editions, edition.ok_or(AppError::NotFound)?, language, procedure)
            .await
    }

    /// The edition that was in force at `at`, in the terms of a procedure: what a case that began then quotes. The first
    /// edition for a case that is older than it; none if nothing has been published.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn guide_at(
        &self,
        at: Timestamp,
        language: Language,
        procedure: &str,
    ) -> Result<Option<Guide>, AppError> {
        let editions = self.guide_editions().await?;
        match in_force(&editions, at).or(editions.first()) {
            Some(edition) => self
                .open_guide(&editions, edition, language, Some(procedure))
                .await
                .map(Some),
            None => Ok(None),
        }
    }

    /// A picture of a published edition; of a draft for those who may edit it.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn guide_picture(
        &self,
        caller: Option<&Caller>,
        number: u64,
        name: &str,
    ) -> Result<Picture, AppError> {
        let mut read = self.store.db.read().await?;
        let editions = store::guide::editions(&mut read).await?;
        let edition = editions.iter().find(|edition| edition.number == number);
        let may = edition.is_some_and(|edition| edition.published.is_some())
            || caller.is_some_and(|caller| self.editor(caller).is_ok());
        let picture = if may {
            store::guide::picture(&mut read, number, name).await?
        } else {
            None
        };
        picture.ok_or(AppError::NotFound)
    }

    async fn known_procedure(&self, version: &str) -> Result<Arc<Procedure>, AppError> {
        let found = self
            .find_procedure(&mut self.store.db.read().await?, version)
            .await?;
        found.ok_or(AppError::NotFound)
    }

    async fn open_guide(
        &self,
        editions: &[Edition],
        edition: &Edition,
        language: Language,
        procedure: Option<&str>,
    ) -> Result<Guide, AppError> {
        let current = in_force(editions, self.now()).is_some_and(|found| found.number == edition.number);
        let procedure = match (procedure, &edition.procedure) {
            (Some(version), _) => self.known_procedure(version).await?,
            (None, Some(version)) if !current => self.known_procedure(version).await?,
            (None, _) => self.procedure(),
        };
        let key = (edition.number, language, procedure.version.clone());
        let kept = self.guides.get(&key);
        let book = match kept {
            Some(book) => book,
            None => {
                let mut read = self.store.db.read().await?;
                let content = store::guide::content(&mut read, edition.number).await?;
                let book = Arc::new(content.book(language, &Variables::of(&content, &procedure)));
                self.guides.put(key, &book);
                book
            }
        };
        Ok(Guide {
            edition: edition.clone(),
            book,
            current,
            procedure: procedure.version.clone(),
        })
    }

    /// When the caller says that they have gone through their own profiles; nothing else is kept of it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn self_checked(&self, caller: &Caller) -> Result<Option<Timestamp>, AppError> {
        Ok(store::guide::self_checked(&mut self.store.db.read().await?, caller.id()?).await?)
    }

    /// Keeps that the caller has done so now, or forgets it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn set_self_checked(&self, caller: &Caller, done: bool) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        let at = done.then(|| self.now());
        store::guide::set_self_checked(&mut tx, caller.id()?, at).await?;
        Ok(tx.commit().await?)
    }
}

impl Shelf {
    fn get(&self, key: &(u64, Language, String)) -> Option<Arc<Book>> {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.get(key).cloned()
    }

    fn put(&self, key: (u64, Language, String), book: &Arc<Book>) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.len() >= KEPT {
            shelf.clear();
        }
        shelf.insert(key, Arc::clone(book));
    }
}
