//! Working copies on their way into the store: sealed first, then named in one transaction.

use crate::intake::{commit_files, discard};
use crate::{App, AppError};
use domain::ids::CaseId;
use domain::vocabulary::Compartment;
use outside::media::{self, Facts, Fault, Made, Text};
use store::Keys;
use store::blobs::{BlobRow, Written};
use store::derivatives::{self, Derivative, Kind, Outcome};

const JSON: &str = "application/json";

/// One exhibit's copies on their way into the store.
pub(super) struct Keeping<'a> {
    pub app: &'a App,
    pub case: &'a CaseId,
    pub keys: &'a Keys,
    pub exhibit: u32,
    pub rows: Vec<Derivative>,
    /// The files of the rows, as long as nothing owns them for certain.
    pub written: Vec<Written>,
}

type MadeOf = (Made<Vec<u8>>, Vec<Made<Vec<u8>>>, Vec<Made<Text>>, Facts);

impl Keeping<'_> {
    /// Seals every file, then names them all in one transaction.
    pub async fn keep(&mut self, (thumbnail, previews, texts, facts): MadeOf) -> Result<(), AppError> {
        let json = |error: serde_json::Error| AppError::Internal(error.into());
        self.file(Kind::Thumbnail, 0, media::PICTURE_TYPE, thumbnail)
            .await?;
        for (page, preview) in (1..).zip(previews) {
            self.file(Kind::Preview, page, media::PICTURE_TYPE, preview)
                .await?;
        }
        for (page, text) in (1..).zip(texts) {
            let what = text.what.map(|text| serde_json::to_vec(&text)).map(Result::ok);
            let what = what.and_then(|json| json.ok_or(Fault::Broken));
            self.file(Kind::Text, page, JSON, Made { what, by: text.by })
                .await?;
        }
        let note = serde_json::to_vec(&facts).map_err(json)?;
        self.row(Kind::Facts, 0, (JSON, note.len()), Outcome::Note(note), "vaern");
        let mut tx = self.app.store.db.begin().await?;
        let mut dice = self.app.dice();
        for row in &self.rows {
            if let Outcome::File(id) = &row.outcome {
                let blob = BlobRow {
                    id: id.clone(),
                    case: self.case.clone(),
                    compartment: Compartment::Matter,
                    bytes: row.bytes,
                    at: row.at,
                };
                store::blobs::record(&mut tx, &blob).await?;
            }
            derivatives::add(&mut tx, self.case, self.keys, row, &mut dice).await?;
        }
        self.app
            .index_exhibit_later(&mut tx, self.case, self.exhibit)
            .await?;
        commit_files(tx, &mut self.written).await
    }

    async fn file(
        &mut self,
        kind: Kind,
        page: u32,
        media_type: &str,
        made: Made<Vec<u8>>,
    ) -> Result<(), AppError> {
        let bytes = match made.what {
            Ok(bytes) => bytes,
            Err(fault) => {
                self.row(
                    kind,
                    page,
                    (media_type, 0),
                    Outcome::Failed(fault.code().to_owned()),
                    made.by,
                );
                return Ok(());
            }
        };
        let mut writer = self.app.begin_file(self.keys.of(Compartment::Matter)).await?;
        writer.write(&bytes).await?;
        let written = writer.finish().await?;
        let id = written.id().clone();
        self.written.push(written);
        self.row(kind, page, (media_type, bytes.len()), Outcome::File(id), made.by);
        Ok(())
    }

    fn row(&mut self, kind: Kind, page: u32, (media_type, bytes): (&str, usize), outcome: Outcome, by: &str) {
        self.rows.push(Derivative {
            exhibit: self.exhibit,
            kind,
            page,
            outcome,
            media_type: media_type.to_owned(),
            bytes: bytes as u64,
            at: self.app.now(),
            made_by: by.to_owned(),
        });
    }

    /// Removes the files of a transaction that did not happen. Where it may have, they are collected.
    pub async fn discard(self) {
        discard(&self.app.store, self.written).await;
    }
}
