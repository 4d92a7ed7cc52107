//! The write path, once: begin, take the case's journal head, load and fold, `may`, `decide`, append with hash, project,
//! enqueue jobs, commit.

use crate::idempotency::Once;
use crate::{App, AppError, Caller, notices, project};
use domain::access::{Action, Standing, standing};
use domain::case::{Actor, CaseState, Command, Entry, Event, decide};
use domain::duties::{Duty, duties};
use domain::ids::{CaseId, CaseNumber};
use domain::procedure::Procedure;
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
    /// Without readings, as they were when the lock was taken.
    pub entries: Vec<Entry>,
    pub state: CaseState,
    pub procedure: Arc<Procedure>,
    pub standing: Standing,
}

impl Locked {
    /// Whether the caller may do this, and if not, whether they may know why.
    pub fn allow(&self, action: Action) -> Result<(), AppError> {
        match (self.standing.may(action), self.standing.may(Action::See)) {
            (true, _) => Ok(()),
            (false, true) => Err(AppError::Forbidden),
            (false, false) => Err(AppError::NotFound),
        }
    }
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
        let once = self.once(caller, idempotency, &(number, &command))?;
        match self.perform_once(caller, number, &command, once.as_ref()).await {
            // The same key was at work elsewhere at the same moment: now its answer is there.
            Err(error) if once.is_some() && error.is_taken() => {
                self.perform_once(caller, number, &command, once.as_ref()).await
            }
            performed => performed,
        }
    }

    async fn perform_once(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        command: &Command,
        once: Option<&Once>,
    ) -> Result<Performed, AppError> {
        if let Command::Join { into } = command {
            return self.join(caller, number, into, once).await;
        }
        let mut tx = self.store.db.begin().await?;
        let mut case = self.lock(&mut tx, caller, number).await?;
        if let Some(first) = self.performed_before(&mut tx, &case, once).await? {
            return Ok(first);
        }
        case.allow(Action::Do(command.kind()))?;
        let organisation = self.organisation();
        let ctx = self.context(&organisation, &case.procedure, self.now());
        let events = decide(&case.state, command, &caller.actor, &ctx)?;
        let performed = self.append(&mut tx, &mut case, &caller.actor, events).await?;
        if let Some(person) = caller.actor.person() {
            // Whoever acts on a case knows of it.
            store::notices::mark_case_read(&mut tx, person, &case.id, self.now()).await?;
        }
        self.remember_performed(&mut tx, &performed, once).await?;
        tx.commit().await?;
        Ok(performed)
    }

    /// What the same key led to the first time, with the case as it is now.
    pub(crate) async fn performed_before(
        &self,
        tx: &mut Tx,
        case: &Locked,
        once: Option<&Once>,
    ) -> Result<Option<Performed>, AppError> {
        let Some(once) = once else { return Ok(None) };
        let Some(body) = self.answered(tx, once).await? else {
            return Ok(None);
        };
        if !case.standing.may(Action::See) {
            return Err(AppError::NotFound);
        }
        let seqs: Vec<u64> =
            serde_json::from_slice(&body).map_err(|error| AppError::Internal(error.into()))?;
        let duties = self.duties_of(&case.state, &case.procedure);
        let events = case
            .entries
            .iter()
            .filter(|entry| seqs.contains(&entry.seq))
            .cloned()
            .collect();
        Ok(Some(Performed {
            number: case.state.number.clone(),
            events,
            state: case.state.clone(),
            duties,
        }))
    }

    pub(crate) async fn remember_performed(
        &self,
        tx: &mut Tx,
        performed: &Performed,
        once: Option<&Once>,
    ) -> Result<(), AppError> {
        let Some(once) = once else { return Ok(()) };
        let seqs: Vec<u64> = performed.events.iter().map(|entry| entry.seq).collect();
        let body = serde_json::to_vec(&seqs).map_err(|error| AppError::Internal(error.into()))?;
        self.remember(tx, once, &body).await
    }

    /// Takes the case's lock, loads and folds it, for somebody with any standing in it; [`Locked::allow`] says for what.
    pub(crate) async fn lock(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        number: &CaseNumber,
    ) -> Result<Locked, AppError> {
        let found = store::cases::by_number(tx, &self.store.keys, number)
            .await?
            .ok_or(AppError::NotFound)?;
        let head = journal::lock(tx, &found.id).await?.ok_or(AppError::NotFound)?;
        let keys = self.store.keys.of(tx, &found.id).await?;
        let entries = journal::load_without_readings(tx, &found.id, &keys).await?;
        let state = CaseState::fold(&entries).ok_or(AppError::NotFound)?;
        let standing = standing(&caller.actor, &caller.roles(), &state, self.now());
        if standing.relations.is_empty() {
            return Err(AppError::NotFound);
        }
        let procedure = self.load_procedure(tx, &state.procedure).await?;
        Ok(Locked {
            id: found.id,
            keys,
            head,
            entries,
            state,
            procedure,
            standing,
        })
    }

    /// Appends what happened to a locked case, projects it, tells people, and enqueues what follows.
    pub(crate) async fn append(
        &self,
        tx: &mut Tx,
        case: &mut Locked,
        actor: &Actor,
        events: Vec<Event>,
    ) -> Result<Performed, AppError> {
        let before = case.state.clone();
        let first = case.head.seq + 1;
        // A case's first entries are of the moment in which it was opened: lists and journal then say the same.
        let now = if first == 1 { before.opened_at } else { self.now() };
        let mut dice: StdRng = self.dice();
        journal::append(
            tx,
            &case.id,
            &mut case.head,
            &case.keys,
            now,
            actor,
            &events,
            &mut dice,
        )
        .await?;
        let entries = Entry::numbered(first, now, actor, events);
        entries.iter().for_each(|entry| case.state.apply(entry));
        let duties = self.duties_of(&case.state, &case.procedure);
        let projection = project::projection(&case.id, &case.state, &duties);
        if first == 1 {
            store::cases::project_first(tx, &projection, &case.keys, &mut dice).await?;
        } else {
            store::cases::project(tx, &projection, &case.keys, &mut dice).await?;
        }
        for (person, kind) in notices::after(&before, &case.state, &entries) {
            store::notices::add(tx, &self.notice(&person, &case.id, kind, now)).await?;
        }
        self.copy_later(tx, &case.id, &entries).await?;
        self.index_later(tx, &case.id, &entries).await?;
        self.witness_later(tx, &case.id, &entries, &case.state).await?;
        let known = (first > 1).then_some(&before);
        self.watch_silence(tx, &case.id, known, &case.state, &case.procedure)
            .await?;
        Ok(Performed {
            number: case.state.number.clone(),
            events: entries,
            state: case.state.clone(),
            duties,
        })
    }

    /// The case's duties now.
    pub(crate) fn duties_of(&self, state: &CaseState, procedure: &Procedure) -> Vec<Duty> {
        duties(state, procedure, self.calendar(), self.now())
    }
}
