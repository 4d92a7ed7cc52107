//! What lies in a mailbox is fetched, and how that went is remembered for the operations page.

use super::Delivery;
use crate::App;
use domain::mail::Door;
use jiff::Timestamp;
use outside::mailbox::{Emptied, Mailbox, NoMailbox, Taker};
use std::sync::{Arc, PoisonError};

/// How the last look into the mailbox went.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub at: Timestamp,
    /// What it came to, or what the other side said.
    pub outcome: Result<Emptied, String>,
}

impl App {
    /// Empties a mailbox: each message is taken as through any other door, and leaves the mailbox only when that is committed.
    ///
    /// # Errors
    /// [`NoMailbox`]; what was taken before is taken.
    pub async fn fetch_mails(self: &Arc<Self>, mailbox: &Mailbox) -> Result<Emptied, NoMailbox> {
        let app = Arc::clone(self);
        let taker: Taker = Arc::new(move |message| {
            let app = Arc::clone(&app);
            Box::pin(async move { app.take_fetched(&message).await })
        });
        let outcome = mailbox.empty(&taker).await;
        let told = outcome.as_ref().copied().map_err(ToString::to_string);
        let fetched = Fetched {
            at: self.now(),
            outcome: told,
        };
        *self.fetched.lock().unwrap_or_else(PoisonError::into_inner) = Some(fetched);
        outcome
    }

    /// How the last look into the mailbox went; none if none is looked into by this server.
    pub(crate) fn last_fetched(&self) -> Option<Fetched> {
        self.fetched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn take_fetched(&self, message: &[u8]) -> bool {
        let delivery = Delivery {
            door: Door::Imap,
            envelope: None,
            message,
        };
        match self.take_mail(&delivery).await {
            Ok(_) => true,
            Err(error) => {
                tracing::error!(%error, "an e-mail could not be taken; it stays in the mailbox");
                false
            }
        }
    }
}
