//! The write path, once: begin, take the case's journal head, load and fold, `may`, `decide`, append with hash, project,
//! enqueue jobs, commit.

use crate::{App, AppError, Caller, notices, project};
use domain::access::{Action, Standing, standing};
use domain::case::{Actor, CaseState, Command, Entry, Event, decide};
use domain::duties::{Duty, duties};
use domain::ids::{CaseId, CaseNumber};
use domain::procedure::Procedure;
use jiff::Timestamp;
use rand::rngs::StdRng;
use std::sync::Arc;
use store::journal::{self, Head};
use store::{Keys, Tx};

/// What a command led to.
#[derive(Clone, Debug)]
pub struct Performed {
    pub number: CaseNumber,
    pub events: Vec<Entry>,
    pub state: CaseState,
    /// The duties as they stand afterwards.
    pub duties: Vec<Duty>,
}

/// A case under its lock, loaded and folded.
pub(crate) struct Locked {
    pub id: CaseId,
    pub keys: Keys,
    pub head: Head,
    pub state: CaseState,
    pub procedure: Arc<Procedure>,
    pub standing: Standing,
}

impl App {
    /// Does one command on one case, or nothing.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if the caller may not see the case, [`AppError::Forbidden`] if they may but not do this,
    /// [`AppError::Refused`] if the domain refuses, [`AppError::KeyReused`] if `idempotency` was used for something else.
    pub async fn perform(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        command: Command,
        idempotency: Option<&str>,
    ) -> Result<Performed, AppError> {
        if let Command::Join { into } = &command {
            return self.join(caller, number, into).await;
        }
        let mut tx = self.store.db.begin().await?;
        let mut case = self.lock(&mut tx, caller, number).await?;
        let kind = command.kind();
        if !case.standing.may(Action::Do(kind)) {
            return Err(AppError::Forbidden);
        }
        let once = self.once(caller, idempotency, &(number, &command))?;
        if let Some(once) = &once
            && self.answered(&mut tx, once).await?.is_some()
        {
            let duties = self.duties_of(&case.state, &case.procedure);
            return Ok(Performed { number: number.clone(), events: Vec::new(), state: case.state, duties });
        }
        let organisation = self.organisation();
        let ctx = self.context(&organisation, &case.procedure, self.now());
        let events = decide(&case.state, &command, &caller.actor, &ctx)?;
        let performed = self.append(&mut tx, &mut case, &caller.actor, events).await?;
        if let Some(once) = &once {
            self.remember(&mut tx, once, kind.name().as_bytes()).await?;
        }
        tx.commit().await?;
        Ok(performed)
    }

    /// Takes the case's lock, loads and folds it; loading and permitting are one step.
    pub(crate) async fn lock(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        number: &CaseNumber,
    ) -> Result<Locked, AppError> {
        let found = store::cases::by_number(tx, &self.store.keys, number).await?.ok_or(AppError::NotFound)?;
        let head = journal::lock(tx, &found.id).await?.ok_or(AppError::NotFound)?;
        let keys = self.store.keys.of(tx, &found.id).await?;
        let entries = journal::load_without_readings(tx, &found.id, &keys).await?;
        let state = CaseState::fold(&entries).ok_or(AppError::NotFound)?;
        let standing = standing(&caller.actor, &caller.roles(), &state, self.now());
        if standing.relations.is_empty() {
            return Err(AppError::NotFound);
        }
        let procedure = self.procedure_of(&state.procedure);
        Ok(Locked { id: found.id, keys, head, state, procedure, standing })
    }

    /// Appends what happened to a locked case, projects it, tells people, and enqueues what follows.
    pub(crate) async fn append(
        &self,
        tx: &mut Tx,
        case: &mut Locked,
        actor: &Actor,
        events: Vec<Event>,
    ) -> Result<Performed, AppError> {
        let now = self.now();
        let before = case.state.clone();
        let first = case.head.seq + 1;
        let mut dice: StdRng = self.dice();
        journal::append(tx, &case.id, &mut case.head, &case.keys, now, actor, &events, &mut dice).await?;
        let entries = entries(first, now, actor, events);
        entries.iter().for_each(|entry| case.state.apply(entry));
        let duties = self.duties_of(&case.state, &case.procedure);
        let projection = project::projection(&case.id, &case.state, &duties);
        store::cases::project(tx, &projection, &case.keys, &mut dice).await?;
        for (person, kind) in notices::after(&before, &case.state, &entries) {
            store::notices::add(tx, &self.notice(&person, &case.id, kind, now)).await?;
        }
        self.watch_silence(tx, &case.id, &case.state, &duties, &entries).await?;
        Ok(Performed { number: case.state.number.clone(), events: entries, state: case.state.clone(), duties })
    }

    /// The case's duties now.
    pub(crate) fn duties_of(&self, state: &CaseState, procedure: &Procedure) -> Vec<Duty> {
        duties(state, procedure, self.calendar(), self.now())
    }
}

/// Events as the journal numbers them.
pub(crate) fn entries(first: u64, at: Timestamp, actor: &Actor, events: Vec<Event>) -> Vec<Entry> {
    let numbered = (first..).zip(events);
    numbered.map(|(seq, event)| Entry { seq, at, actor: actor.clone(), event }).collect()
}
