//! A guide from a folder, through the same door as the editor's pages: it becomes the draft, and is published by people.

use super::Saved;
use super::drafting::{name_fits, tidy};
use crate::{App, AppError, Caller};
use domain::guide::{Fault, Key, Refused, VARIABLES};
use domain::language::Language;
use std::collections::{BTreeMap, BTreeSet};

/// One file of the folder, by its path in it: `guide.toml`, `da/03-at-ske.md`, `pictures/phone.svg`.
#[derive(Clone, Debug)]
pub struct GuideFile {
    pub path: String,
    pub bytes: Vec<u8>,
}

/// What came of an import.
#[derive(Clone, Debug)]
pub struct ImportedGuide {
    pub edition: u64,
    pub changed: usize,
    pub unchanged: usize,
    /// Texts and pictures that the folder does not have any more.
    pub taken_out: usize,
    /// What has to be put right before anybody can approve it.
    pub faults: Vec<Fault>,
}

impl App {
    /// Makes the draft what the files say.
    ///
    /// # Errors
    /// The names of files that can't be taken, each with its problem; nothing is changed then.
    pub async fn import_guide(
        &self,
        caller: &Caller,
        files: &[GuideFile],
    ) -> Result<ImportedGuide, ImportRefused> {
        let (texts, pictures) = sort(files)?;
        let edition = self.begin_guide_draft(caller).await?;
        let (mut changed, mut unchanged, mut taken_out) = (0, 0, 0);
        let before = self.guide_draft(caller).await?.ok_or(AppError::NotFound)?;
        for (name, bytes) in &pictures {
            let there = match before.content.pictures.contains(*name) {
                true => Some(self.guide_picture(Some(caller), edition, name).await),
                false => None,
            };
            if there.is_some_and(|there| there.is_ok_and(|there| there.bytes == *bytes)) {
                unchanged += 1;
                continue;
            }
            self.put_guide_picture(caller, edition, name, Some(bytes)).await?;
            changed += 1;
        }
        for name in before
            .content
            .pictures
            .iter()
            .filter(|name| !pictures.contains_key(name.as_str()))
        {
            self.put_guide_picture(caller, edition, name, None).await?;
            taken_out += 1;
        }
        let version = |key: &Key| before.texts.iter().find(|text| &text.key == key);
        for (key, text) in &texts {
            if before.content.texts.get(key) == Some(text) {
                unchanged += 1;
                continue;
            }
            let base = match version(key) {
                Some(there) => there.version,
                None => self
                    .guide_text(caller, key, None)
                    .await
                    .map_or(0, |gone| gone.version),
            };
            match self
                .save_guide_text(caller, edition, key, base, Some(text))
                .await?
            {
                Saved::As(_) => changed += 1,
                Saved::Conflict(_) => return Err(AppError::Busy.into()),
            }
        }
        for gone in before.texts.iter().filter(|text| !texts.contains_key(&text.key)) {
            self.save_guide_text(caller, edition, &gone.key, gone.version, None)
                .await?;
            taken_out += 1;
        }
        let draft = self.guide_draft(caller).await?.ok_or(AppError::NotFound)?;
        Ok(ImportedGuide {
            edition,
            changed,
            unchanged,
            taken_out,
            faults: draft.faults,
        })
    }
}

/// Why a folder is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportRefused {
    /// Path and problem of every file.
    #[error("{}", .0.join("\n"))]
    Files(Vec<String>),
    #[error(transparent)]
    App(#[from] AppError),
}

type Sorted<'a> = (BTreeMap<Key, String>, BTreeMap<&'a str, &'a [u8]>);

fn sort(files: &[GuideFile]) -> Result<Sorted<'_>, ImportRefused> {
    let (mut texts, mut pictures, mut wrong) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for file in files {
        let mut put = |problem: &str| wrong.push(format!("{}: {problem}", file.path));
        if !seen.insert(&file.path) {
            put("twice");
            continue;
        }
        let key = match file.path.split_once('/') {
            None if file.path == VARIABLES => Some(Key::new(VARIABLES, Language::Da)),
            Some(("pictures", name)) => {
                match domain::guide::picture(name, &file.bytes) {
                    Ok(_) => {
                        pictures.insert(name, file.bytes.as_slice());
                    }
                    Err(fault) => put(fault.code()),
                }
                continue;
            }
            Some((language, name)) => name
                .strip_suffix(".md")
                .and_then(|name| Some(Key::new(name, Language::parse(language)?))),
            None => None,
        };
        let Some(key) = key else {
            put("neither guide.toml, nor da/NN-name.md, en/NN-name.md or pictures/name.svg");
            continue;
        };
        let text = std::str::from_utf8(&file.bytes).map_err(|_| "not UTF-8".to_owned());
        let said = |refused: Refused| refused.to_string();
        let text = text.and_then(|text| name_fits(&key.name).and_then(|()| tidy(text)).map_err(said));
        match text {
            Ok(text) => {
                texts.insert(key, text);
            }
            Err(problem) => put(&problem),
        }
    }
    if wrong.is_empty() {
        Ok((texts, pictures))
    } else {
        Err(ImportRefused::Files(wrong))
    }
}
