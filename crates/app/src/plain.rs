//! The text of exhibits that are text: plain text, e-mails, Outlook's messages and saved pages, as text and nothing else.

use crate::query::readable;
use crate::{App, AppError, Caller};
use domain::case::redaction::{Coverable, coverable};
use domain::case::{Exhibit, Refusal, Viewing};
use domain::ids::CaseNumber;
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;
use outside::mail;
use store::Keys;

/// The most of an exhibit that is read: in a mail, what lies in it comes before what follows it.
const READ: u64 = 16 * 1024 * 1024;

/// An exhibit as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainText {
    /// None where the file can't be read as what it says it is.
    pub text: Option<String>,
    /// There is more of the file than was read.
    pub cut: bool,
}

impl App {
    /// The text of an exhibit that is text; that somebody read it is recorded first, as for the exhibit itself.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if there is no such exhibit for the caller, or it is no text.
    pub async fn plain_text(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        place: u32,
    ) -> Result<PlainText, AppError> {
        let (view, keys, _) = self.look(caller, number).await?;
        let exhibit = readable(&view, place)?;
        if view.state.is_infected(place) {
            return Err(Refusal::ExhibitWithheld.into());
        }
        if coverable(&exhibit.media_type) != Some(Coverable::Text) {
            return Err(AppError::NotFound);
        }
        self.record_view(caller, &view, &keys, Viewing::Exhibit, Some(place))
            .await?;
        self.plain(exhibit, &keys).await
    }

    /// The same without asking who asks.
    pub(crate) async fn plain(&self, exhibit: &Exhibit, keys: &Keys) -> Result<PlainText, AppError> {
        let key = keys.of(Compartment::Matter);
        let mut stream = self.store.blobs.open_stream(&exhibit.blob, key).await?;
        let mut bytes = Vec::new();
        let mut cut = false;
        while let Some(part) = stream.try_next().await? {
            bytes.extend_from_slice(&part);
            if bytes.len() as u64 > READ {
                bytes.truncate(READ as usize);
                cut = true;
                break;
            }
        }
        let media_type = exhibit.media_type.clone();
        let read = tokio::task::spawn_blocking(move || match media_type.as_str() {
            "message/rfc822" => Some(mail::readable(&bytes)),
            "multipart/related" => Some(mail::saved_page(&bytes)),
            "application/vnd.ms-outlook" => mail::readable_outlook(&bytes),
            _ => Some(mail::text(&bytes)),
        });
        let text = read.await.map_err(|error| AppError::Internal(error.into()))?;
        Ok(PlainText { text, cut })
    }
}
