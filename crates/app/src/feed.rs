//! A person's due dates for their own calendar program, at an address that only they know.

use crate::{App, AppError, Caller};
use domain::drill::Exercise;
use domain::ids::{CaseNumber, PersonId};
use domain::language::Language;
use domain::vocabulary::DutyKind;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::settings;

/// The most due dates in one feed.
const MOST: u32 = 500;

/// Something with a due date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    Duty {
        number: CaseNumber,
        duty: DutyKind,
        due: Timestamp,
    },
    Guide {
        edition: u64,
        due: Timestamp,
    },
    Practice {
        exercise: Exercise,
        due: Timestamp,
    },
}

/// What a calendar program is told.
pub struct Feed {
    pub language: Language,
    pub dues: Vec<Due>,
}

impl App {
    /// Makes a new address of the caller's own, `/calendar/…`; an earlier one is dead from now on. It is shown this once: only its hash
    /// is kept.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn new_feed(&self, caller: &Caller) -> Result<String, AppError> {
        let person = caller.id()?;
        let secret = self.new_id().replace('-', "");
        self.keep_feed(person, &hash(person, &secret)).await?;
        Ok(format!("/calendar/{person}/{secret}.ics"))
    }

    /// The caller has no address any more.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn end_feed(&self, caller: &Caller) -> Result<(), AppError> {
        self.keep_feed(caller.id()?, "").await
    }

    async fn keep_feed(&self, person: &PersonId, value: &str) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        settings::set(&mut tx, &key(person), value).await?;
        Ok(tx.commit().await?)
    }

    /// Whether the caller has an address.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn has_feed(&self, caller: &Caller) -> Result<bool, AppError> {
        let kept = settings::get(&mut self.store.db.read().await?, &key(caller.id()?)).await?;
        Ok(kept.is_some_and(|kept| !kept.is_empty()))
    }

    /// What lies at an address: what this person owes, soonest first, and nothing of what it is about.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if it is no address, or one no more.
    pub async fn feed(&self, person: &str, secret: &str) -> Result<Feed, AppError> {
        let person = PersonId::new(person);
        let mut read = self.store.db.read().await?;
        let kept = settings::get(&mut read, &key(&person)).await?;
        let language = store::people::language(&mut read, &person).await?;
        drop(read);
        if kept.is_none_or(|kept| kept != hash(&person, secret)) {
            return Err(AppError::NotFound);
        }
        let caller = self
            .caller(&person, language.as_deref())
            .ok_or(AppError::NotFound)?;
        let duties = self.my_duties(&caller, None, MOST).await?.items;
        let mut dues: Vec<Due> = duties
            .into_iter()
            .filter_map(|row| {
                Some(Due::Duty {
                    number: row.number,
                    duty: row.duty,
                    due: row.due?,
                })
            })
            .collect();
        if let Some(asked) = self.my_pressing(&caller).await? {
            let reading = Some(asked.reading).filter(|reading| !reading.read);
            dues.extend(reading.map(|reading| Due::Guide {
                edition: reading.edition,
                due: reading.due,
            }));
            dues.extend(asked.practice.iter().map(|practice| Due::Practice {
                exercise: practice.exercise,
                due: practice.due,
            }));
        }
        Ok(Feed {
            language: caller.language,
            dues,
        })
    }
}

fn key(person: &PersonId) -> String {
    format!("calendar-{person}")
}

fn hash(person: &PersonId, secret: &str) -> String {
    hex::encode(Sha256::digest(format!("vaern-calendar-v1\n{person}\n{secret}")))
}
