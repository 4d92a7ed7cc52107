//! The guide on paper.

use super::Guide;
use crate::{App, AppError};
use domain::guide::{Reader, Section};
use domain::language::Language;
use outside::guide::{Chapter, GuidePaper, Labels, Section as PaperSection};
use std::collections::BTreeMap;

/// The words around it, in the reader's language.
#[derive(Clone, Debug)]
pub struct PaperWords {
    pub title: String,
    pub edition: String,
    pub contents: String,
    /// With `{n}` and `{of}`.
    pub page: String,
}

impl App {
    /// A published edition as a tagged PDF in A4.
    ///
    /// # Errors
    /// Those of the store and of the PDF writer.
    pub async fn guide_pdf(&self, guide: &Guide, words: PaperWords) -> Result<Vec<u8>, AppError> {
        let chapters = guide.book.chapters.iter().map(|chapter| Chapter {
            anchor: chapter.slug.clone(),
            title: chapter.title.clone(),
            intro: chapter.intro.clone(),
            sections: chapter.sections.iter().map(section).collect(),
        });
        let paper = self.paper(guide, words, chapters.collect()).await?;
        self.set(move |now| paper.render(now).map(|(pdf, _)| pdf)).await
    }

    /// What a role does first, on one page.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if nothing stands on the role's card; those of the store and of the PDF writer.
    pub async fn guide_card(
        &self,
        guide: &Guide,
        reader: Reader,
        words: PaperWords,
    ) -> Result<Vec<u8>, AppError> {
        let sections: Vec<PaperSection> = guide.book.card(reader).into_iter().map(section).collect();
        if sections.is_empty() {
            return Err(AppError::NotFound);
        }
        let all = Chapter {
            sections,
            ..Chapter::default()
        };
        let paper = self.paper(guide, words, vec![all]).await?;
        self.set(move |now| paper.card(now).map(|(pdf, _)| pdf)).await
    }

    async fn paper(
        &self,
        guide: &Guide,
        words: PaperWords,
        chapters: Vec<Chapter>,
    ) -> Result<GuidePaper, AppError> {
        let mut read = self.store.db.read().await?;
        let names = store::guide::content(&mut read, guide.edition.number)
            .await?
            .pictures;
        let mut pictures = BTreeMap::new();
        for name in names {
            let found = store::guide::picture(&mut read, guide.edition.number, &name).await?;
            pictures.extend(found.map(|picture| (name, picture.bytes)));
        }
        Ok(GuidePaper {
            language: match guide.book.language {
                Language::Da => outside::paper::Language::Danish,
                Language::En => outside::paper::Language::English,
            },
            municipality: self.procedure_of(&guide.procedure).municipality.clone(),
            title: words.title,
            edition: words.edition,
            words: Labels {
                contents: words.contents,
                page: words.page,
            },
            chapters,
            pictures,
        })
    }

    /// Off the async threads: it takes processor time.
    async fn set(
        &self,
        render: impl FnOnce(jiff::Timestamp) -> Result<Vec<u8>, outside::paper::PaperError> + Send + 'static,
    ) -> Result<Vec<u8>, AppError> {
        let now = self.now();
        let written = tokio::task::spawn_blocking(move || render(now)).await;
        let written = written.map_err(anyhow::Error::from)?;
        Ok(written.map_err(anyhow::Error::from)?)
    }
}

fn section(section: &Section) -> PaperSection {
    PaperSection {
        anchor: section.anchor.clone(),
        title: section.title.clone(),
        blocks: section.blocks.clone(),
    }
}
