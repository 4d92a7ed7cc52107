//! Who has passed which exercise when.

use crate::{App, AppError, Caller};
use domain::drill::{Exercise, Passed};
use domain::ids::PersonId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Read, case_drills, drills};

/// When everybody last passed each exercise, as last read. What is passed stays passed, so two counts say whether it is still so.
#[derive(Debug, Default)]
pub(crate) struct KeptPassed(Mutex<Kept>);

#[derive(Debug, Default, Clone)]
struct Kept {
    counts: (u64, u64),
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
        let passed = self.passed_by(&mut self.store.db.read().await?, &me.id).await?;
        Ok(passed.lacks(me, self.now()).collect())
    }

    /// When this person last passed each exercise.
    pub(crate) async fn passed_by(&self, read: &mut Read, person: &PersonId) -> Result<Passed, AppError> {
        Ok(Passed {
            picture: drills::last_passed(read, person).await?,
            case: case_drills::last_passed(read, person).await?,
        })
    }

    /// The same of everybody who has passed one.
    pub(crate) async fn passed_by_all(
        &self,
        read: &mut Read,
    ) -> Result<Arc<HashMap<PersonId, Passed>>, AppError> {
        let counts = (
            drills::count_passed(read).await?,
            case_drills::count_passed(read).await?,
        );
        let lock = || self.passed.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lock().clone();
        if kept.counts == counts {
            return Ok(kept.people);
        }
        let mut all: HashMap<PersonId, Passed> = HashMap::new();
        for (person, at) in drills::passed(read).await? {
            all.entry(person).or_default().picture = Some(at);
        }
        for (person, at) in case_drills::passed(read).await? {
            all.entry(person).or_default().case = Some(at);
        }
        let people = Arc::new(all);
        *lock() = Kept {
            counts,
            people: Arc::clone(&people),
        };
        Ok(people)
    }
}
