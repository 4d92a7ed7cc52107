//! Writing the next edition: two editors lose nothing, somebody else approves, then it is published.

use super::Picture;
use crate::{App, AppError, Caller};
use domain::case::Actor;
use domain::guide::{
    self, Approval, Content, Edition, EditionState, Fault, Key, Refused, Size, VARIABLES, Variables,
};
use domain::language::Language;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use store::guide::Text;

/// A text as it was saved.
pub type DraftText = Text;

/// The edition that is being written, with everything that is wrong in it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub edition: Edition,
    /// The current texts, without those taken out.
    pub texts: Vec<DraftText>,
    pub content: Content,
    pub faults: Vec<Fault>,
    pub variables: Variables,
}

/// How saving a text came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// As this version.
    As(u64),
    /// Somebody else has saved since: theirs, and nothing of either is lost.
    Conflict(Box<DraftText>),
}

impl App {
    pub(super) fn editor(&self, caller: &Caller) -> Result<(), AppError> {
        let may = caller.actor == Actor::Operator || guide::may_edit(&caller.roles());
        // What you may not see does not exist.
        if may { Ok(()) } else { Err(AppError::NotFound) }
    }

    /// The edition that is being written; none if the last one is published.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for those who don't write it.
    pub async fn guide_draft(&self, caller: &Caller) -> Result<Option<Draft>, AppError> {
        self.editor(caller)?;
        let mut read = self.store.db.read().await?;
        let Some(edition) = unpublished(store::guide::editions(&mut read).await?) else {
            return Ok(None);
        };
        let mut texts = store::guide::texts(&mut read, edition.number).await?;
        texts.retain(|text| text.text.is_some());
        let content = store::guide::content(&mut read, edition.number).await?;
        let variables = Variables::of(&content, &self.procedure());
        Ok(Some(Draft {
            faults: guide::check(&content, &variables),
            edition,
            texts,
            content,
            variables,
        }))
    }

    /// Begins the next edition with the texts of the last; the one there is, if it has been begun.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for those who don't write it.
    pub async fn begin_guide_draft(&self, caller: &Caller) -> Result<u64, AppError> {
        self.editor(caller)?;
        let mut tx = self.store.db.begin().await?;
        store::guide::lock(&mut tx).await?;
        let editions = store::guide::editions(&mut tx).await?;
        if let Some(draft) = editions.iter().find(|edition| edition.published.is_none()) {
            return Ok(draft.number);
        }
        let number = editions.last().map_or(1, |last| last.number + 1);
        store::guide::begin(&mut tx, number, &caller.actor, self.now()).await?;
        tx.commit().await?;
        Ok(number)
    }

    /// One text of the draft as it is now, or as it was at a version.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for those who don't write it, or if there is none.
    pub async fn guide_text(
        &self,
        caller: &Caller,
        key: &Key,
        version: Option<u64>,
    ) -> Result<DraftText, AppError> {
        self.editor(caller)?;
        let mut read = self.store.db.read().await?;
        let draft = unpublished(store::guide::editions(&mut read).await?).ok_or(AppError::NotFound)?;
        let text = store::guide::text(&mut read, draft.number, key, version).await?;
        text.ok_or(AppError::NotFound)
    }

    /// Saves a text that was read at version `base` (0: a new one) of edition `edition`; takes it out with `None`. Saving the
    /// same again changes nothing.
    ///
    /// # Errors
    /// [`Refused::Published`] if that edition is no draft any more, [`Refused::Field`] for a text that can't be kept.
    pub async fn save_guide_text(
        &self,
        caller: &Caller,
        edition: u64,
        key: &Key,
        base: u64,
        text: Option<&str>,
    ) -> Result<Saved, AppError> {
        self.editor(caller)?;
        let text = text.map(tidy).transpose()?;
        name_fits(&key.name)?;
        let mut tx = self.store.db.begin().await?;
        let draft = self.lock_draft(&mut tx, edition).await?;
        let there = store::guide::text(&mut tx, edition, key, None).await?;
        let version = there.as_ref().map_or(0, |there| there.version);
        if let Some(there) = there {
            if there.text == text {
                return Ok(Saved::As(there.version));
            }
            // One that was taken out may be written anew.
            let anew = there.text.is_none() && base == 0;
            if there.version != base && !anew {
                return Ok(Saved::Conflict(Box::new(there)));
            }
        }
        let saved = DraftText {
            key: key.clone(),
            version: version + 1,
            text,
            by: caller.actor.clone(),
            at: self.now(),
        };
        store::guide::add_text(&mut tx, edition, &saved).await?;
        let changed = guide::save(&draft, &caller.actor, self.now())?;
        store::guide::put(&mut tx, &changed).await?;
        tx.commit().await?;
        Ok(Saved::As(saved.version))
    }

    /// Adds or replaces a picture of the draft; takes it out with `None`.
    ///
    /// # Errors
    /// [`Refused::Field`] with why the picture is not taken.
    pub async fn put_guide_picture(
        &self,
        caller: &Caller,
        edition: u64,
        name: &str,
        bytes: Option<&[u8]>,
    ) -> Result<(), AppError> {
        self.editor(caller)?;
        let picture = match bytes {
            None => None,
            Some(bytes) => {
                let refused = |fault: guide::PictureFault| Refused::Field {
                    field: "picture",
                    problem: fault.code(),
                };
                let media_type = guide::picture(name, bytes).map_err(refused)?.to_owned();
                Some(Picture {
                    media_type,
                    bytes: bytes.to_vec(),
                })
            }
        };
        let mut tx = self.store.db.begin().await?;
        let draft = self.lock_draft(&mut tx, edition).await?;
        match &picture {
            Some(picture) => {
                let hash = hex::encode(Sha256::digest(&picture.bytes));
                store::guide::put_picture(&mut tx, edition, name, &hash, picture).await?;
            }
            None => {
                store::guide::drop_picture(&mut tx, edition, name).await?;
            }
        }
        let changed = guide::save(&draft, &caller.actor, self.now())?;
        store::guide::put(&mut tx, &changed).await?;
        Ok(tx.commit().await?)
    }

    /// Approves the draft as the caller read it at `revision`.
    ///
    /// # Errors
    /// [`AppError::Guide`] with why not; [`AppError::NotFound`] for those who don't approve.
    pub async fn approve_guide(
        &self,
        caller: &Caller,
        edition: u64,
        revision: u64,
        size: Size,
        reason: &str,
    ) -> Result<(), AppError> {
        self.editor(caller)?;
        let approval = Approval {
            by: caller.id()?.clone(),
            at: self.now(),
            size,
            reason: reason.to_owned(),
        };
        let mut tx = self.store.db.begin().await?;
        let draft = self.lock_draft(&mut tx, edition).await?;
        let content = store::guide::content(&mut tx, edition).await?;
        let approved = guide::approve(&draft, revision, &content, &self.procedure(), approval)?;
        store::guide::put(&mut tx, &approved).await?;
        Ok(tx.commit().await?)
    }

    /// Publishes the approved edition; the one before keeps the procedure's terms as they are now. Gives its number.
    ///
    /// # Errors
    /// [`AppError::Guide`] with why not; [`AppError::NotFound`] for those who don't publish.
    pub async fn publish_guide(&self, caller: &Caller, edition: u64) -> Result<u64, AppError> {
        self.editor(caller)?;
        let now: Timestamp = self.now();
        let mut tx = self.store.db.begin().await?;
        let draft = self.lock_draft(&mut tx, edition).await?;
        let content = store::guide::content(&mut tx, edition).await?;
        let procedure = self.procedure();
        let published = guide::publish(&draft, &content, &procedure, &caller.actor, now)?;
        let editions = store::guide::editions(&mut tx).await?;
        if let Some(before) = guide::in_force(&editions, now) {
            let procedure = Some(procedure.version.clone());
            store::guide::put(
                &mut tx,
                &Edition {
                    procedure,
                    ..before.clone()
                },
            )
            .await?;
        }
        store::guide::put(&mut tx, &published).await?;
        tx.commit().await?;
        Ok(published.number)
    }

    async fn lock_draft(&self, tx: &mut store::Tx, edition: u64) -> Result<Edition, AppError> {
        store::guide::lock(tx).await?;
        let editions = store::guide::editions(tx).await?;
        let found = editions.into_iter().find(|found| found.number == edition);
        let found = found.ok_or(Refused::NoDraft)?;
        if found.state == EditionState::Published {
            return Err(Refused::Published.into());
        }
        Ok(found)
    }

    /// The texts and pictures of two editions, to be laid side by side; drafts only for those who write them.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn guide_contents(
        &self,
        caller: &Caller,
        numbers: [u64; 2],
    ) -> Result<[(Edition, Content); 2], AppError> {
        let mut read = self.store.db.read().await?;
        let editions = store::guide::editions(&mut read).await?;
        let mut found = Vec::new();
        for number in numbers {
            let edition = editions.iter().find(|edition| edition.number == number);
            let edition = edition.ok_or(AppError::NotFound)?;
            if edition.published.is_none() {
                self.editor(caller)?;
            }
            found.push((edition.clone(), store::guide::content(&mut read, number).await?));
        }
        found.try_into().map_err(|_| AppError::NotFound)
    }
}

fn unpublished(editions: Vec<Edition>) -> Option<Edition> {
    editions.into_iter().find(|edition| edition.published.is_none())
}

/// Line ends as on the server; nothing that no page can show and no database keep.
pub(super) fn tidy(text: &str) -> Result<String, Refused> {
    let problem = |problem| Refused::Field {
        field: "text",
        problem,
    };
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.len() > guide::CHAPTER_LIMIT {
        return Err(problem("too-long"));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(problem("control-characters"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// `03-at-ske`: two digits, a hyphen, small letters.
pub(super) fn name_fits(name: &str) -> Result<(), Refused> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let numbered = name.len() > 3
        && name.len() <= 80
        && name.bytes().take(2).all(|byte| byte.is_ascii_digit())
        && name.as_bytes()[2] == b'-';
    if name == VARIABLES || (numbered && name.bytes().all(plain)) {
        Ok(())
    } else {
        Err(Refused::Field {
            field: "name",
            problem: "chapter-name",
        })
    }
}

/// Whether a chapter can be called so.
pub fn is_chapter_name(name: &str) -> bool {
    name != VARIABLES && name_fits(name).is_ok()
}

impl Draft {
    /// What stands in for a draft that has been published while somebody wrote.
    pub fn none(edition: u64, now: Timestamp) -> Self {
        Self {
            edition: Edition {
                number: edition,
                state: EditionState::Draft,
                revision: 0,
                changed_by: Actor::System,
                changed_at: now,
                approved: None,
                published: None,
                procedure: None,
            },
            texts: Vec::new(),
            content: Content::default(),
            faults: Vec::new(),
            variables: Variables::default(),
        }
    }

    /// The names of the chapters, in order, each with the languages that it is in.
    pub fn chapters(&self) -> Vec<(String, BTreeSet<Language>)> {
        let languages = |name: &str| {
            let keys = self.content.texts.keys();
            keys.filter(|key| key.name == name)
                .map(|key| key.language)
                .collect()
        };
        let names = self.content.chapters().into_iter();
        names.map(|name| (name.to_owned(), languages(name))).collect()
    }
}
