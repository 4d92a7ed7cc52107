//! Who has passed which exercise when.

use crate::{App, AppError, Caller};
use domain::drill::{Exercise, Passed};
use domain::ids::PersonId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Read, passed};

/// When everybody last passed each exercise, as last read. What is passed stays passed, so their number says whether it is still so.
#[derive(Debug, Default)]
pub(crate) struct KeptPassed(Mutex<Kept>);

#[derive(Debug, Default, Clone)]
struct Kept {
    count: u64,
    people: Arc<HashMap<PersonId, Passed>>,
}

impl App {
    /// What the caller has not practised within the year, whether they are asked to or not.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn lacks_practice(&self, caller: &Caller) -> Result<Vec<Exercise>, AppError> {
        let Some(me) = caller.person.as_deref() else {
            return Ok(Vec::new());
        };
        let passed = passed::one(&mut self.store.db.read().await?, &me.id).await?;
        Ok(passed.lacks(me, self.now()).collect())
    }

    /// When everybody who has passed an exercise last did.
    pub(crate) async fn passed_by_all(
        &self,
        read: &mut Read,
    ) -> Result<Arc<HashMap<PersonId, Passed>>, AppError> {
        let count = passed::count(read).await?;
        let lock = || self.passed.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lock().clone();
        if kept.count == count {
            return Ok(kept.people);
        }
        let people = Arc::new(passed::all(read).await?);
        *lock() = Kept {
            count,
            people: Arc::clone(&people),
        };
        Ok(people)
    }
}
