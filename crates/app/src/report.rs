//! A report becomes a case, and files become exhibits: each in one transaction, after the files are durable.

use crate::intake::{ClaimedFile, Incoming, ReceivedFile};
use crate::mailroom::TakenMail;
use crate::perform::Locked;
use crate::{App, AppError, Caller};
use domain::access::{Action, Standing};
use domain::case::{CaseState, CommandKind, Entry, Event, Exhibit, NewReport, Refusal, report};
use domain::duties::Duty;
use domain::ids::{CaseId, CaseNumber, PersonId, ReportId};
use domain::vocabulary::DutyKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::journal::{Head, NewCase, create_case};

/// What the reporter gets: who has it, what happens, and proof of what was received.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub number: CaseNumber,
    pub report: ReportId,
    pub owner: PersonId,
    pub exhibits: Vec<Exhibit>,
    pub next: Vec<Next>,
}

/// One duty that now runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Next {
    pub duty: DutyKind,
    pub owner: PersonId,
    pub due: Timestamp,
}

impl App {
    /// Takes a report: a new case with every clock started. The same `idempotency` key gives the first receipt again.
    ///
    /// # Errors
    /// [`AppError::Files`] naming each refused file, [`AppError::Refused`] naming the field, [`AppError::KeyReused`].
    /// Nothing is kept then.
    pub async fn report(
        &self,
        caller: &Caller,
        mut incoming: Incoming,
        claimed: &[ClaimedFile],
        mut new: NewReport,
        idempotency: Option<&str>,
    ) -> Result<Receipt, AppError> {
        let mut done = self
            .take_report(caller, &mut incoming, claimed, &mut new, idempotency)
            .await;
        if idempotency.is_some() && done.as_ref().is_err_and(AppError::is_taken) {
            // The same key was at work elsewhere at the same moment: now its answer is there.
            done = self
                .take_report(caller, &mut incoming, claimed, &mut new, idempotency)
                .await;
        }
        incoming.settle(done).await
    }

    async fn take_report(
        &self,
        caller: &Caller,
        incoming: &mut Incoming,
        claimed: &[ClaimedFile],
        new: &mut NewReport,
        idempotency: Option<&str>,
    ) -> Result<Receipt, AppError> {
        incoming.end_file().await?;
        let reporter = caller.id()?.clone();
        let hashed = incoming.check(claimed)?;
        new.files = incoming.count();
        let now = self.now();
        let (organisation, procedure) = (self.organisation(), self.procedure());
        let ctx = self.context(&organisation, &procedure, now);
        let id = ReportId::new(self.new_id());
        let once = self.once(caller, idempotency, &fingerprint(new, incoming))?;
        let opening = report(new, &reporter, id.clone(), &ctx);

        let mut tx = self.store.db.begin().await?;
        if let Some(once) = &once
            && let Some(first) = self.answered(&mut tx, once).await?
        {
            return serde_json::from_slice(&first).map_err(|error| AppError::Internal(error.into()));
        }
        let opening = opening?;
        let seen = (opening.facts.first_seen, opening.facts.source_url.clone());
        let exhibits = incoming.exhibits(1, &hashed, &reporter, Some(&id), seen);
        let mail = TakenMail::of(incoming, &reporter, now);
        let wrapped = incoming.wrapped.as_ref().ok_or(AppError::NotFound)?;
        let case = NewCase {
            id: incoming.case.clone(),
            year: self.calendar().local(now).year(),
            unit: opening.unit.clone(),
            owner: opening.people.owner.clone(),
            acute: opening.facts.acute,
            at: now,
            procedure: procedure.version.clone(),
        };
        let number = create_case(&mut tx, &case, wrapped).await?;
        let mut events = opening.events(number, procedure.version.clone());
        events.extend(incoming.sealing(&exhibits));
        let mut locked = self.newborn(caller, incoming, &events, now)?;
        let performed = self.append(&mut tx, &mut locked, &caller.actor, events).await?;
        self.record_blobs(&mut tx, &incoming.case, &incoming.files)
            .await?;
        self.scan_later(&mut tx, &incoming.case, &incoming.files, &exhibits)
            .await?;
        if let Some((drill, attempt)) = &incoming.drill {
            store::drills::became(&mut tx, (drill, *attempt), &performed.number).await?;
        }
        let receipt = Receipt {
            number: performed.number,
            report: id,
            owner: performed.state.owner,
            exhibits,
            next: next(&performed.duties),
        };
        if let Some(mail) = &mail {
            self.mail_taken(&mut tx, mail).await?;
        }
        if let Some(once) = &once {
            let body = serde_json::to_vec(&receipt).map_err(|error| AppError::Internal(error.into()))?;
            self.remember(&mut tx, once, &body).await?;
        }
        incoming.commit(tx).await?;
        crate::counts::report();
        Ok(receipt)
    }

    /// The case as it is at its first entry, so that the rest is appended like any other change.
    fn newborn(
        &self,
        caller: &Caller,
        incoming: &Incoming,
        events: &[Event],
        now: Timestamp,
    ) -> Result<Locked, AppError> {
        let opened = Entry {
            seq: 1,
            at: now,
            actor: caller.actor.clone(),
            event: events[0].clone(),
        };
        let state = CaseState::fold([&opened]).ok_or(AppError::NotFound)?;
        let procedure = self.procedure_of(&state.procedure);
        let (id, keys) = (incoming.case.clone(), incoming.keys.clone());
        let standing = Standing::default();
        Ok(Locked {
            id,
            keys,
            head: Head::EMPTY,
            entries: Vec::new(),
            state,
            procedure,
            standing,
        })
    }

    /// Adds exhibits to a case.
    ///
    /// # Errors
    /// [`AppError::Files`], [`AppError::Refused`] if the case is closed or nothing came; nothing is kept then.
    pub async fn add_exhibits(
        &self,
        caller: &Caller,
        mut incoming: Incoming,
        claimed: &[ClaimedFile],
    ) -> Result<Vec<Exhibit>, AppError> {
        let done = self.take_exhibits(caller, &mut incoming, claimed).await;
        incoming.settle(done).await
    }

    async fn take_exhibits(
        &self,
        caller: &Caller,
        incoming: &mut Incoming,
        claimed: &[ClaimedFile],
    ) -> Result<Vec<Exhibit>, AppError> {
        incoming.end_file().await?;
        let hashed = incoming.check(claimed)?;
        if incoming.count() == 0 {
            return Err(Refusal::invalid("exhibit", "at-least-one").into());
        }
        let number = incoming.number.clone().ok_or(AppError::NotFound)?;
        let mut tx = self.store.db.begin().await?;
        let mut case = self.lock(&mut tx, caller, &number).await?;
        // What was allowed when the first byte came may not be any more when the last has.
        case.allow(Action::Do(CommandKind::AddExhibits))?;
        open(&case.state)?;
        let first = case.state.next_exhibit();
        let exhibits = incoming.exhibits(first, &hashed, caller.id()?, None, (None, None));
        let mut events = incoming.sealing(&exhibits);
        if let Some(text) = incoming.slip.as_mut().and_then(|slip| slip.words.take()) {
            case.allow(Action::Do(CommandKind::Supplement))?;
            events.push(Event::Supplemented { text });
        }
        if let Some(mail) = TakenMail::of(incoming, caller.id()?, self.now()) {
            self.mail_taken(&mut tx, &mail).await?;
        }
        self.append(&mut tx, &mut case, &caller.actor, events).await?;
        self.record_blobs(&mut tx, &incoming.case, &incoming.files)
            .await?;
        self.scan_later(&mut tx, &incoming.case, &incoming.files, &exhibits)
            .await?;
        incoming.commit(tx).await?;
        Ok(exhibits)
    }

    /// Says which files belong to the case, in the transaction that makes them exhibits.
    pub(crate) async fn record_blobs(
        &self,
        tx: &mut store::Tx,
        case: &CaseId,
        files: &[ReceivedFile],
    ) -> Result<(), AppError> {
        for file in files {
            let blob = store::blobs::BlobRow {
                id: file.blob.clone(),
                case: case.clone(),
                compartment: domain::vocabulary::Compartment::Matter,
                bytes: file.bytes,
                at: self.now(),
            };
            store::blobs::record(tx, &blob).await?;
        }
        Ok(())
    }
}

fn open(state: &CaseState) -> Result<(), Refusal> {
    match state.phase {
        domain::case::Phase::Open => Ok(()),
        domain::case::Phase::Closed => Err(Refusal::CaseClosed),
        domain::case::Phase::Joined => Err(Refusal::CaseJoined),
    }
}

/// What runs now, soonest first.
fn next(duties: &[Duty]) -> Vec<Next> {
    let mut next: Vec<Next> = duties
        .iter()
        .filter(|duty| duty.is_owed())
        .filter_map(|duty| {
            duty.due.map(|due| Next {
                duty: duty.kind,
                owner: duty.owner.clone(),
                due,
            })
        })
        .collect();
    next.sort_by_key(|next| (next.due, next.duty));
    next
}

/// What makes two sendings the same: the words and the files, not when they came.
pub(crate) fn fingerprint(new: &NewReport, incoming: &Incoming) -> (String, Vec<(String, String)>) {
    let files = incoming
        .files
        .iter()
        .map(|file| (file.name.clone(), file.sha256.clone()));
    (format!("{new:?}"), files.collect())
}
