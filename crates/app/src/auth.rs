//! Signing in: passwords (Argon2id), sessions and tokens. Secrets are random; the store holds only their hashes.

use crate::{App, AppError, Caller, security_log};
use anyhow::Context as _;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use domain::case::{Actor, Refusal};
use domain::ids::PersonId;
use domain::language::Language;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use store::Tx;
use store::sessions::Token;
use tokio::sync::Semaphore;

/// How long a session lives without being used.
const SESSION: SignedDuration = SignedDuration::from_hours(12);
/// How seldom a session's use is written down.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Wrong passwords for one address before it must wait.
const TRIES: u32 = 8;
/// How long it must wait.
pub(crate) const WAIT: SignedDuration = SignedDuration::from_mins(10);
/// The shortest password.
pub const PASSWORD_MIN: usize = 12;

/// Passwords hashed or compared at once.
const HASHING: usize = 4;
/// The hash of a password that nobody has.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$JsYPAgUHdNKPbHPhnnTJuBSY8pYKwWFFXDTC5sBtfUI";

/// A session just begun; `secret` goes into the cookie and nowhere else.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub secret: String,
    pub person: PersonId,
}

/// Why somebody could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The address or the password; which of them is not said.
    #[error("wrong e-mail or password")]
    Wrong,
    #[error("too many tries until {until}")]
    TooMany { until: Timestamp },
    #[error(transparent)]
    Internal(#[from] AppError),
}

/// Argon2id takes 19 MiB each time: so many at once on a node and no more, whoever asks.
#[derive(Debug)]
pub(crate) struct Hashing(Semaphore);

impl Default for Hashing {
    fn default() -> Self {
        Self(Semaphore::new(HASHING))
    }
}

impl App {
    /// Signs in with e-mail and password: always a new session (rotated).
    ///
    /// # Errors
    /// [`SignInError`]; an unknown address takes as long as a wrong password.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<NewSession, SignInError> {
        let outcome = self.try_sign_in(email, password).await;
        crate::counts::sign_in(&outcome);
        let organisation = self.organisation();
        let tried = organisation.by_email(&email.trim().to_lowercase());
        security_log::sign_in(&outcome, tried.map(|person| &person.id));
        outcome
    }

    async fn try_sign_in(&self, email: &str, password: &str) -> Result<NewSession, SignInError> {
        let email = email.trim().to_lowercase();
        let now = self.now();
        self.count_try(&email, now).await?;
        let person = self
            .organisation()
            .by_email(&email)
            .map(|person| person.id.clone());
        let hash = match &person {
            Some(person) => self.password_hash(person).await?,
            None => None,
        };
        if !self.verify(password, hash).await {
            return Err(SignInError::Wrong);
        }
        let person = person.ok_or(SignInError::Wrong)?;
        let mut tx = self.store.db.begin().await.map_err(AppError::from)?;
        store::sign_in_tries::forget(&mut tx, &email)
            .await
            .map_err(AppError::from)?;
        let session = self.start_session(&mut tx, person).await?;
        tx.commit().await.map_err(AppError::from)?;
        Ok(session)
    }

    /// Counts one more try, before it is known whether it is right, so that many at once don't slip through, on whichever
    /// node they come in.
    async fn count_try(&self, email: &str, now: Timestamp) -> Result<(), SignInError> {
        let counted = async {
            let mut tx = self.store.db.begin().await?;
            let until = store::sign_in_tries::count(&mut tx, email, now, TRIES, WAIT).await?;
            tx.commit().await?;
            Ok::<_, AppError>(until)
        };
        match counted.await? {
            Some(until) => Err(SignInError::TooMany { until }),
            None => Ok(()),
        }
    }

    /// Steps in as a person; in a demonstration only.
    ///
    /// # Errors
    /// [`AppError::NotFound`] elsewhere, or if there is no such person.
    pub async fn step_in(&self, person: &PersonId) -> Result<NewSession, AppError> {
        let known = self
            .organisation()
            .person(person)
            .is_some_and(|person| person.active);
        if !self.is_demo() || !known {
            return Err(AppError::NotFound);
        }
        self.begin_session(person.clone()).await
    }

    async fn begin_session(&self, person: PersonId) -> Result<NewSession, AppError> {
        let mut tx = self.store.db.begin().await?;
        let session = self.start_session(&mut tx, person).await?;
        tx.commit().await?;
        Ok(session)
    }

    async fn start_session(&self, tx: &mut Tx, person: PersonId) -> Result<NewSession, AppError> {
        let secret = self.secret();
        let now = self.now();
        store::sessions::start(tx, &secret, &person, now, now + SESSION).await?;
        Ok(NewSession { secret, person })
    }

    /// Who holds this session; `None` if it has ended or the person has left.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn session(&self, secret: &str) -> Result<Option<Caller>, AppError> {
        let now = self.now();
        let mut read = self.store.db.read().await?;
        let Some(session) = store::sessions::find(&mut read, secret, now).await? else {
            return Ok(None);
        };
        let language = store::people::language(&mut read, &session.person).await?;
        drop(read);
        if session.seen + SEEN_EVERY < now {
            let mut tx = self.store.db.begin().await?;
            store::sessions::seen(&mut tx, secret, now, now + SESSION).await?;
            tx.commit().await?;
        }
        Ok(self.caller(&session.person, language.as_deref()))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sign_out(&self, secret: &str) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        store::sessions::end(&mut tx, secret).await?;
        Ok(tx.commit().await?)
    }

    /// Who holds this API token.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn bearer(&self, token: &str) -> Result<Option<Caller>, AppError> {
        let mut read = self.store.db.read().await?;
        let found = store::sessions::find_token(&mut read, token, self.now()).await?;
        let Some(found) = found else { return Ok(None) };
        let language = store::people::language(&mut read, &found.person).await?;
        Ok(self.caller(&found.person, language.as_deref()))
    }

    pub(crate) fn caller(&self, id: &PersonId, language: Option<&str>) -> Option<Caller> {
        let person = self
            .organisation()
            .person(id)
            .filter(|person| person.active)?
            .clone();
        let language = language.and_then(Language::parse).unwrap_or(Language::Da);
        Some(Caller {
            actor: Actor::Person(person.id.clone()),
            person: Some(Arc::new(person)),
            language,
        })
    }

    /// The caller for a person, as the command line names them.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for `person` if nobody active is called that.
    pub fn caller_named(&self, email_or_id: &str) -> Result<Caller, AppError> {
        let organisation = self.organisation();
        let found = organisation
            .find(email_or_id)
            .and_then(|person| self.caller(&person.id, None));
        Ok(found.ok_or(Refusal::invalid("person", "unknown-person"))?)
    }

    /// Makes an API token for a person; it is shown once.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for `person` if nobody active has this address.
    pub async fn create_token(&self, email: &str) -> Result<String, AppError> {
        let person = self.caller_named(email)?.id()?.clone();
        let secret = format!("vaern_{}", self.secret());
        let token = Token {
            person,
            label: "command line".into(),
            created: self.now(),
            expires: None,
        };
        let mut tx = self.store.db.begin().await?;
        store::sessions::create_token(&mut tx, &secret, &token).await?;
        tx.commit().await?;
        security_log::access("a token was made", &token.person);
        Ok(secret)
    }

    /// Sets a person's password and ends their sessions.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for `password` if it is too short.
    pub async fn set_password(&self, person: &PersonId, password: &str) -> Result<(), AppError> {
        if password.chars().count() < PASSWORD_MIN || password.len() > 1_000 {
            return Err(Refusal::invalid("password", "password-length").into());
        }
        let mut salt = [0; 16];
        rand::Rng::fill_bytes(&mut self.dice(), &mut salt);
        let hash = self.hash(password.to_owned(), salt).await?;
        let mut tx = self.store.db.begin().await?;
        store::people::set_password_hash(&mut tx, person, Some(&hash)).await?;
        store::sessions::end_all(&mut tx, person).await?;
        tx.commit().await?;
        security_log::access("a password was set", person);
        Ok(())
    }

    /// Changes the caller's own password; they sign in again afterwards.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for `old` or `password`.
    pub async fn change_password(&self, caller: &Caller, old: &str, new: &str) -> Result<(), AppError> {
        let person = caller.id()?;
        let held = self.password_hash(person).await?;
        if !self.verify(old, held).await {
            return Err(Refusal::invalid("old", "wrong-password").into());
        }
        self.set_password(person, new).await
    }

    async fn password_hash(&self, person: &PersonId) -> Result<Option<String>, AppError> {
        Ok(store::people::password_hash(&mut self.store.db.read().await?, person).await?)
    }

    /// 256 random bits in hexadecimal.
    fn secret(&self) -> String {
        let mut bytes = [0; 32];
        rand::Rng::fill_bytes(&mut self.dice(), &mut bytes);
        hex::encode(bytes)
    }

    async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String, AppError> {
        let _turn = self.hashing.0.acquire().await.context("waiting to hash")?;
        let hashed = tokio::task::spawn_blocking(move || {
            let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hashed.map(|hash| hash.to_string())
        });
        let hashed = hashed.await.context("hashing was interrupted")?;
        Ok(hashed.map_err(|error| anyhow::anyhow!("the password can't be hashed: {error}"))?)
    }

    /// Compares; without a hash it takes as long and fails.
    async fn verify(&self, password: &str, hash: Option<String>) -> bool {
        let Ok(_turn) = self.hashing.0.acquire().await else {
            return false;
        };
        let password = password.to_owned();
        let known = hash.is_some();
        let same = tokio::task::spawn_blocking(move || {
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let parsed = PasswordHash::new(&hash).ok()?;
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .ok()
        });
        same.await.ok().flatten().is_some() && known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_password_takes_as_long_to_compare_as_anybodys() {
        let (nobody, ours) = (PasswordHash::new(NOBODY).expect("a hash"), Argon2::default());
        let somebody = ours
            .hash_password_with_salt(b"a long password", &[7; 16])
            .expect("hashed");
        assert_eq!(nobody.algorithm, somebody.algorithm);
        assert_eq!(nobody.params, somebody.params);
    }
}
