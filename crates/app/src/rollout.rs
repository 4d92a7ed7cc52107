//! The guide on its way to everybody: rollouts, receipts, and how far it has come.

use crate::{App, AppError, Caller};
use domain::access::Relation;
use domain::drill::Passed;
use domain::ids::{PersonId, UnitId};
use domain::organisation::{Organisation, Person};
use domain::rollout::coverage::{Coverage, Share, Sight, sight};
use domain::rollout::{self, Asked, EditionMark, NewRollout, Plan, Receipt, Rollout};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use store::Read;

/// Editions that receipts can still come for: the newest, and the one before it, from whoever confirmed as it was followed.
const LIVELY: usize = 2;

/// Who has a receipt for which edition, as last read. Receipts are never taken back
/// and given for the newest edition alone, so until then a count says whether it is still so.
#[derive(Debug, Default)]
pub(crate) struct Given(Mutex<HashMap<u64, Holders>>);

#[derive(Debug, Clone)]
struct Holders {
    people: Arc<HashSet<PersonId>>,
    /// No more could come when they were read.
    ended: bool,
}

/// Who has a receipt for which edition.
pub(crate) type Receipts = HashMap<u64, Arc<HashSet<PersonId>>>;

/// How far the guide has come in a unit, for one reader.
pub struct UnitCoverage {
    pub unit: UnitId,
    pub sight: Sight,
    /// With everybody below it.
    pub share: Share,
    pub parts: domain::rollout::coverage::Parts,
    /// The unit's own people, for its own manager alone; in the order of their names.
    pub people: Vec<OwnPerson>,
    /// The newest edition that is rolled out to anybody.
    pub edition: Option<u64>,
}

/// One of a manager's own people, and how far they have come.
pub struct OwnPerson {
    pub person: Person,
    pub asked: Asked,
}

/// What the rollout page shows.
pub struct Rollouts {
    /// Newest first.
    pub all: Vec<Rollout>,
    /// The newest published edition.
    pub newest: Option<u64>,
}

impl App {
    /// What the caller owes of reading and practice, or has done; none if nothing is asked of them.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn my_asked(&self, caller: &Caller) -> Result<Option<Asked>, AppError> {
        match caller.person.as_deref() {
            Some(me) => Ok(self.asked_of(me).await?.map(|(asked, _)| asked)),
            None => Ok(None),
        }
    }

    /// What of it presses the caller.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn my_pressing(&self, caller: &Caller) -> Result<Option<Asked>, AppError> {
        let is_target = self.is_target_now(caller).await?;
        let asked = self.my_asked(caller).await?;
        Ok(asked.and_then(|asked| asked.pressing(is_target)))
    }

    /// Whether a case that is aimed at the caller is open.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn is_target_now(&self, caller: &Caller) -> Result<bool, AppError> {
        match &caller.person {
            Some(me) => self.has_open_case(&me.id).await,
            None => Ok(false),
        }
    }

    pub(crate) async fn has_open_case(&self, target: &PersonId) -> Result<bool, AppError> {
        let mut read = self.store.db.read().await?;
        Ok(store::cases::open_as(&mut read, target, Relation::Target).await? > 0)
    }

    /// What is asked of one person, and the rollout that asks.
    pub(crate) async fn asked_of(&self, person: &Person) -> Result<Option<(Asked, Rollout)>, AppError> {
        let mut read = self.store.db.read().await?;
        let (rollouts, editions) = self.rolled_out(&mut read).await?;
        let receipts = store::rollouts::of_person(&mut read, &person.id).await?;
        let passed = store::passed::one(&mut read, &person.id).await?;
        drop(read);
        let organisation = self.organisation();
        let plan = Plan::new(&rollouts, &editions, &organisation, self.calendar());
        let has = |edition| receipts.iter().any(|receipt| receipt.edition == edition);
        let asked = plan.asked(person, has, passed, self.now());
        Ok(asked.and_then(|asked| {
            let rollout = rollouts
                .iter()
                .find(|rollout| rollout.id == asked.reading.rollout)?;
            Some((asked, rollout.clone()))
        }))
    }

    /// The caller's receipts, newest edition first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn my_receipts(&self, caller: &Caller) -> Result<Vec<Receipt>, AppError> {
        Ok(store::rollouts::of_person(&mut self.store.db.read().await?, caller.id()?).await?)
    }

    /// The caller confirms that they have read the newest edition. Confirmed twice, the first stands.
    ///
    /// # Errors
    /// [`AppError::Refused`] for an edition that is not the newest.
    pub async fn confirm_reading(&self, caller: &Caller, edition: u64) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        let editions = EditionMark::of(&store::guide::editions(&mut tx).await?);
        let receipt = rollout::confirm(caller.id()?, edition, &editions, self.now())?;
        store::rollouts::give(&mut tx, &receipt).await?;
        Ok(tx.commit().await?)
    }

    /// The caller notes that the newest edition was gone through at a meeting, and who was there; gives how many have a
    /// receipt by it that they had not before.
    ///
    /// # Errors
    /// [`AppError::Refused`] if somebody is not theirs, nobody was there, or the day can't be.
    pub async fn note_meeting(
        &self,
        caller: &Caller,
        held: Date,
        present: &[PersonId],
    ) -> Result<usize, AppError> {
        let me = caller.person.as_deref().ok_or(AppError::Forbidden)?;
        let organisation = self.organisation();
        let mut tx = self.store.db.begin().await?;
        let editions = EditionMark::of(&store::guide::editions(&mut tx).await?);
        let town = (&*organisation, self.calendar());
        let receipts = rollout::gone_through(me, held, present, &editions, town, self.now())?;
        let mut new = 0;
        for receipt in &receipts {
            new += usize::from(store::rollouts::give(&mut tx, receipt).await?);
        }
        tx.commit().await?;
        Ok(new)
    }

    /// All rollouts, for those who may make them.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for anybody else.
    pub async fn rollouts(&self, caller: &Caller) -> Result<Rollouts, AppError> {
        rolls_out(caller)?;
        let mut read = self.store.db.read().await?;
        let editions = EditionMark::of(&store::guide::editions(&mut read).await?);
        Ok(Rollouts {
            all: store::rollouts::all(&mut read).await?,
            newest: editions.last().map(|mark| mark.number),
        })
    }

    /// Rolls the guide out. One row: whom it asks is computed, so there is nothing that a crash could leave half done.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for who may not; [`AppError::Refused`] with the field.
    pub async fn roll_out(&self, caller: &Caller, new: &NewRollout) -> Result<Rollout, AppError> {
        rolls_out(caller)?;
        let organisation = self.organisation();
        let mut tx = self.store.db.begin().await?;
        let editions = EditionMark::of(&store::guide::editions(&mut tx).await?);
        let named = (self.new_id(), caller.id()?);
        let rollout = rollout::roll_out(new, named, &editions, &organisation, self.calendar(), self.now())?;
        store::rollouts::add(&mut tx, &rollout).await?;
        tx.commit().await?;
        Ok(rollout)
    }

    /// Takes a rollout back: it asks nobody for anything any more; receipts stay.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for who may not, or if none of this id runs.
    pub async fn end_rollout(&self, caller: &Caller, id: &str) -> Result<(), AppError> {
        rolls_out(caller)?;
        let mut tx = self.store.db.begin().await?;
        if !store::rollouts::end(&mut tx, id, caller.id()?, self.now()).await? {
            return Err(AppError::NotFound);
        }
        Ok(tx.commit().await?)
    }

    /// How far the guide has come in a unit; for nobody who has nothing to do with it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for them, and for a unit that is not.
    pub async fn coverage(&self, caller: &Caller, unit: &UnitId) -> Result<UnitCoverage, AppError> {
        let me = caller.person.as_deref().ok_or(AppError::NotFound)?;
        let organisation = self.organisation();
        let sight = sight(me, unit, &organisation).ok_or(AppError::NotFound)?;
        let mut read = self.store.db.read().await?;
        let (rollouts, editions) = self.rolled_out(&mut read).await?;
        let given = self.given(&mut read, &editions).await?;
        let passed = self.passed_by_all(&mut read).await?;
        drop(read);
        let plan = Plan::new(&rollouts, &editions, &organisation, self.calendar());
        let now = self.now();
        let asked = |person: &Person| asked(&plan, person, &given, &passed, now);
        let coverage = Coverage::count(&organisation, asked, now);
        let people = match sight {
            Sight::Names => named(&organisation, unit, asked),
            Sight::Numbers => Vec::new(),
        };
        Ok(UnitCoverage {
            unit: unit.clone(),
            sight,
            share: coverage.all(unit),
            parts: coverage.parts(unit, &organisation),
            people,
            edition: plan.running().next().map(|rollout| rollout.edition),
        })
    }

    /// The units in which the caller's sight of coverage begins: the whole municipality, or what they lead.
    pub fn coverage_from(&self, caller: &Caller) -> Option<UnitId> {
        let me = caller.person.as_deref()?;
        let organisation = self.organisation();
        let root = organisation.units().iter().find(|unit| unit.parent.is_none())?;
        [&root.id, &me.unit]
            .into_iter()
            .find(|unit| sight(me, unit, &organisation).is_some())
            .cloned()
    }

    pub(crate) async fn rolled_out(
        &self,
        read: &mut Read,
    ) -> Result<(Vec<Rollout>, Vec<EditionMark>), AppError> {
        let rollouts = store::rollouts::all(read).await?;
        Ok((rollouts, EditionMark::of(&store::guide::editions(read).await?)))
    }

    /// Who has a receipt for each edition.
    pub(crate) async fn given(
        &self,
        read: &mut Read,
        editions: &[EditionMark],
    ) -> Result<Receipts, AppError> {
        let mut all = HashMap::new();
        for (age, mark) in editions.iter().rev().enumerate() {
            let ended = age >= LIVELY;
            let kept = match self.given.get(mark.number) {
                Some(kept) if kept.ended => Some(kept.people),
                Some(kept) => {
                    let count = store::rollouts::count(read, mark.number).await?;
                    (kept.people.len() as u64 == count).then_some(kept.people)
                }
                None => None,
            };
            let given = match kept {
                Some(kept) => kept,
                None => Arc::new(store::rollouts::of_edition(read, mark.number).await?),
            };
            all.insert(mark.number, Arc::clone(&given));
            let people = given;
            self.given.put(mark.number, Holders { people, ended });
        }
        Ok(all)
    }
}

impl Given {
    fn get(&self, edition: u64) -> Option<Holders> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&edition).cloned()
    }

    fn put(&self, edition: u64, holders: Holders) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(edition, holders);
    }
}

/// What is asked of somebody, with the receipts and the exercises of everybody at hand.
pub(crate) fn asked(
    plan: &Plan<'_>,
    person: &Person,
    given: &Receipts,
    passed: &HashMap<PersonId, Passed>,
    now: Timestamp,
) -> Option<Asked> {
    let has = |edition| {
        given
            .get(&edition)
            .is_some_and(|given| given.contains(&person.id))
    };
    let passed = passed.get(&person.id).copied().unwrap_or_default();
    plan.asked(person, has, passed, now)
}

fn rolls_out(caller: &Caller) -> Result<(), AppError> {
    let may = caller.person.as_deref().is_some_and(rollout::may_roll_out);
    may.then_some(()).ok_or(AppError::NotFound)
}

/// Those whom the unit's manager leads: the unit's own people, and those of units below it without a manager of their own.
fn named(
    organisation: &Organisation,
    unit: &UnitId,
    asked: impl Fn(&Person) -> Option<Asked>,
) -> Vec<OwnPerson> {
    let theirs: HashSet<UnitId> = domain::rollout::coverage::led_with(unit, organisation);
    let mut people: Vec<OwnPerson> = organisation
        .people()
        .iter()
        .filter(|person| theirs.contains(&person.unit))
        .filter_map(|person| {
            Some(OwnPerson {
                person: person.clone(),
                asked: asked(person)?,
            })
        })
        .collect();
    people.sort_by(|a, b| (&a.person.name, &a.person.id).cmp(&(&b.person.name, &b.person.id)));
    people
}
