//! The same key from the same person gives the first answer again.

use crate::{App, AppError, Caller};
use domain::case::Refusal;
use domain::ids::PersonId;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::Tx;
use store::idempotency::{Answer, Recalled};

/// The longest key that is taken, in bytes.
const KEY_LIMIT: usize = 200;

/// One sending that may come twice.
pub(crate) struct Once {
    person: PersonId,
    key: String,
    fingerprint: [u8; 32],
}

impl App {
    /// What `key` stands for; `None` without a key.
    pub(crate) fn once(
        &self,
        caller: &Caller,
        key: Option<&str>,
        content: &impl Serialize,
    ) -> Result<Option<Once>, AppError> {
        let Some(key) = key.map(str::trim).filter(|key| !key.is_empty()) else {
            return Ok(None);
        };
        if key.len() > KEY_LIMIT {
            return Err(Refusal::invalid("Idempotency-Key", "too-long").into());
        }
        let content = serde_json::to_vec(content).map_err(|error| AppError::Internal(error.into()))?;
        let fingerprint = Sha256::digest(content).into();
        Ok(Some(Once {
            person: caller.id()?.clone(),
            key: key.to_owned(),
            fingerprint,
        }))
    }

    /// The first answer, if there was one.
    ///
    /// # Errors
    /// [`AppError::KeyReused`] if it was an answer to something else.
    pub(crate) async fn answered(&self, tx: &mut Tx, once: &Once) -> Result<Option<Vec<u8>>, AppError> {
        let ring = &self.store.keys;
        match store::idempotency::recall(tx, ring, &once.person, &once.key, &once.fingerprint).await? {
            Recalled::New => Ok(None),
            Recalled::Mismatch => Err(AppError::KeyReused),
            Recalled::Answered { body, .. } => Ok(Some(body)),
        }
    }

    /// Keeps the first answer.
    pub(crate) async fn remember(&self, tx: &mut Tx, once: &Once, body: &[u8]) -> Result<(), AppError> {
        let answer = Answer {
            person: &once.person,
            key: &once.key,
            fingerprint: &once.fingerprint,
            status: 201,
            body,
        };
        store::idempotency::remember(tx, &self.store.keys, answer, self.now(), &mut self.dice()).await?;
        Ok(())
    }
}
