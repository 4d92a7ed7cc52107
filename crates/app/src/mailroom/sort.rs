//! The e-mails that are in no case, for HR to sort.

use super::{Delivered, Delivery, MailCard, MailRow, MailText};
use crate::query::Page;
use crate::{App, AppError, Caller};
use domain::case::{Refusal, Verdict, field};
use domain::ids::CaseNumber;
use domain::vocabulary::Role;
use store::Cursor;
use store::mails::{self, MailState};

/// Waiting mails on one page.
const PAGE: u32 = 25;

impl App {
    /// Mails in a state (`waiting`, `no-case`, `discarded`), newest first, for HR; `after` is where the list goes on.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than HR, and for another word.
    pub async fn mails(
        &self,
        caller: &Caller,
        state: &str,
        after: Option<&str>,
    ) -> Result<Page<MailRow>, AppError> {
        sorts_mail(caller)?;
        let state = MailState::parse(state).filter(|state| *state != MailState::Taken);
        let cursor = after.and_then(Cursor::parse);
        let mut read = self.store.db.read().await?;
        let state = state.ok_or(AppError::NotFound)?;
        let page = mails::list(&mut read, &self.store.keys, state, cursor.as_ref(), PAGE).await?;
        Ok(Page {
            items: page.rows.into_iter().map(row).collect(),
            next: page.next.map(|next| next.to_string()),
        })
    }

    /// How many mails wait for HR.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than HR.
    pub async fn mails_waiting(&self, caller: &Caller) -> Result<u64, AppError> {
        sorts_mail(caller)?;
        Ok(mails::count(&mut self.store.db.read().await?, MailState::Waiting).await?)
    }

    /// One mail that is in no case, and what it says as text.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than HR, and if there is none.
    pub async fn mail(&self, caller: &Caller, id: &str) -> Result<(MailRow, MailText), AppError> {
        sorts_mail(caller)?;
        let mut read = self.store.db.read().await?;
        let found = mails::get(&mut read, &self.store.keys, id).await?;
        let found = found.filter(|mail| mail.state != MailState::Taken);
        let message = mails::message(&mut read, &self.store.keys, id).await?;
        let mut row = row(found.ok_or(AppError::NotFound)?);
        let unseen = row.card.scan.is_none_or(|scan| scan == Verdict::Unchecked);
        if let Some(message) = message.as_deref().filter(|_| unseen) {
            // The scanner could not be asked when it came, or is new here.
            row.card.scan = self.scan_mail(message).await.or(row.card.scan);
        }
        let text = match message {
            None => MailText::Gone,
            Some(_) if row.card.scan == Some(Verdict::Infected) => MailText::Withheld,
            Some(message) => MailText::Text(outside::mail::readable(&message)),
        };
        Ok((row, text))
    }

    /// HR says whose report a mail is: it becomes a case as if that employee had told it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than HR, or if it was decided before; [`AppError::Refused`] for `person`.
    pub async fn let_mail_in(
        &self,
        caller: &Caller,
        id: &str,
        person: &str,
        about_them: bool,
    ) -> Result<CaseNumber, AppError> {
        sorts_mail(caller)?;
        let organisation = self.organisation();
        let reporter = organisation
            .find(person)
            .ok_or(Refusal::invalid("person", "unknown-person"))?;
        let mut read = self.store.db.read().await?;
        let kept = mails::get(&mut read, &self.store.keys, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let message = mails::message(&mut read, &self.store.keys, id).await?;
        drop(read);
        let message = message.ok_or(AppError::NotFound)?;
        let card: MailCard = serde_json::from_slice(&kept.card).unwrap_or_default();
        let delivery = Delivery {
            door: kept.door,
            envelope: card.envelope.as_deref(),
            message: &message,
        };
        let mail = outside::mail::read(&message);
        let by = Some(caller.id()?.clone());
        match self
            .report_mail(&delivery, id, &mail, &reporter.id, about_them, by)
            .await?
        {
            Delivered::Report(number) => Ok(number),
            _ => Err(AppError::NotFound),
        }
    }

    /// HR says that a waiting mail is not for us, and why.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than HR, or if it was decided before; [`AppError::Refused`] for `reason`.
    pub async fn discard_mail(&self, caller: &Caller, id: &str, reason: &str) -> Result<(), AppError> {
        sorts_mail(caller)?;
        let reason = field::required("reason", reason)?;
        let mut tx = self.store.db.begin().await?;
        let by = (caller.id()?, self.now());
        if !mails::discard(&mut tx, &self.store.keys, id, by, &reason, &mut self.dice()).await? {
            return Err(AppError::NotFound);
        }
        Ok(tx.commit().await?)
    }
}

fn sorts_mail(caller: &Caller) -> Result<(), AppError> {
    caller.has(Role::Hr).then_some(()).ok_or(AppError::NotFound)
}

fn row(mail: mails::Mail) -> MailRow {
    MailRow {
        id: mail.id,
        at: mail.at,
        door: mail.door,
        state: mail.state.name(),
        reason: mail.reason.unwrap_or_default(),
        card: serde_json::from_slice(&mail.card).unwrap_or_default(),
        decided: mail.decided,
        decision: mail.decision,
    }
}
