//! The read paths: loading, permitting and recording the view are one step.

use crate::copies::CopiesOf;
use crate::project::Card;
use crate::{App, AppError, Caller};
use domain::access::{Action, Relation, Standing, standing};
use domain::case::{Actor, CaseState, Entry, Event, Exhibit, Phase, Refusal, Viewing};
use domain::duties::Duty;
use domain::ids::{CaseId, CaseNumber, PersonId};
use domain::procedure::Procedure;
use domain::vocabulary::{Compartment, DutyKind, Medium, Outcome, Role};
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use std::sync::Arc;
use store::{Cursor, Keys, journal};

/// A part of a list, and where the next part begins.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// Which cases to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaseFilter {
    pub phase: Option<Phase>,
    pub relation: Option<Relation>,
}

/// One case in a list.
#[derive(Clone, Debug)]
pub struct CaseRow {
    pub number: CaseNumber,
    /// The registered title; none before registration.
    pub title: Option<String>,
    pub phase: Phase,
    pub acute: bool,
    pub owner: PersonId,
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
    pub next_due: Option<Timestamp>,
    pub next_duty: Option<DutyKind>,
    pub outcome: Option<Outcome>,
    pub medium: Option<Medium>,
    pub platform: Option<String>,
}

/// One duty that the caller owes.
#[derive(Clone, Debug)]
pub struct DutyRow {
    pub number: CaseNumber,
    pub title: Option<String>,
    pub medium: Option<Medium>,
    pub platform: Option<String>,
    pub duty: DutyKind,
    pub due: Option<Timestamp>,
    pub late: bool,
    pub acute: bool,
}

/// One case as the caller may see it.
#[derive(Clone, Debug)]
pub struct CaseView {
    pub id: CaseId,
    pub state: CaseState,
    pub standing: Standing,
    pub duties: Vec<Duty>,
    /// Those shown to the caller, oldest first, without readings.
    pub entries: Vec<Entry>,
    pub procedure: Arc<Procedure>,
    /// Who asks.
    pub viewer: Option<PersonId>,
    /// How the exhibits' working copies stand.
    pub copies: Vec<CopiesOf>,
    /// It is a drill of the viewer's, and no case.
    pub made_up: bool,
}

impl CaseView {
    /// May the caller do that?
    pub fn may(&self, action: Action) -> bool {
        self.standing.may(action)
    }

    /// The registered title.
    pub fn title(&self) -> Option<&str> {
        self.state
            .registration
            .as_ref()
            .map(|(_, registration)| registration.title.as_str())
    }

    /// The caller's own first owed duty, else the case's.
    pub fn next_step(&self) -> Option<&Duty> {
        let soonest = |duties: &mut dyn Iterator<Item = &'_ Duty>| -> Option<DutyKind> {
            duties
                .min_by_key(|duty| (duty.due, duty.kind))
                .map(|duty| duty.kind)
        };
        let owed = || self.duties.iter().filter(|duty| duty.is_owed());
        let mine = soonest(&mut owed().filter(|duty| Some(&duty.owner) == self.viewer.as_ref()));
        let next = mine.or_else(|| soonest(&mut owed()))?;
        self.duties.iter().find(|duty| duty.kind == next)
    }
}

/// One looking, for the access log.
#[derive(Clone, Debug)]
pub struct Reading {
    pub number: CaseNumber,
    pub at: Timestamp,
    /// The person's id, `system` or `operator`.
    pub who: String,
    /// `None` for an export.
    pub what: Option<Viewing>,
    pub exhibit: Option<u32>,
    pub relation: Option<Relation>,
    /// The exported drawer.
    pub exported: Option<Compartment>,
}

/// How many cases there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub open: u64,
    pub closed: u64,
    pub joined: u64,
}

impl App {
    /// One case, as far as the caller may see it; that they looked is recorded before they see it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if they may not know of it; [`AppError::Forbidden`] if not this part of it.
    pub async fn case(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        what: Viewing,
    ) -> Result<CaseView, AppError> {
        let action = match what {
            Viewing::Status | Viewing::Case => Action::See,
            Viewing::Matter => Action::ReadMatter,
            Viewing::Care => Action::ReadCare,
            Viewing::Police => Action::ReadPolice,
            Viewing::Journal => Action::ReadMatter,
            Viewing::Exhibit | Viewing::RedactedCopy => Action::ReadExhibits,
            Viewing::AccessLog => Action::ReadAccessLog,
        };
        let (view, keys, entries) = self.look(caller, number).await?;
        if !view.may(action) {
            return Err(if view.may(Action::See) {
                AppError::Forbidden
            } else {
                AppError::NotFound
            });
        }
        drop(entries);
        self.record_view(caller, &view, &keys, what, None).await?;
        Ok(view)
    }

    /// Loads a case for somebody with any standing in it, without recording: for decisions, not for showing.
    pub(crate) async fn look(
        &self,
        caller: &Caller,
        number: &CaseNumber,
    ) -> Result<(CaseView, Keys, Vec<Entry>), AppError> {
        let mut read = self.store.db.read().await?;
        let ring = &self.store.keys;
        let found = store::cases::by_number(&mut read, ring, number)
            .await?
            .ok_or(AppError::NotFound)?;
        let keys = ring.of(&mut read, &found.id).await?;
        let entries = journal::load_without_readings(&mut read, &found.id, &keys).await?;
        let state = CaseState::fold(&entries).ok_or(AppError::NotFound)?;
        let standing = standing(&caller.actor, &caller.roles(), &state, self.now());
        if standing.relations.is_empty() {
            return Err(AppError::NotFound);
        }
        let copies = self.copies_in(&mut read, &found.id, &keys, &state).await?;
        let procedure = self.load_procedure(&mut read, &state.procedure).await?;
        drop(read);
        let duties = self.duties_of(&state, &procedure);
        let shown = entries
            .iter()
            .filter(|entry| standing.shows(&caller.actor, entry))
            .cloned()
            .collect();
        let viewer = caller.actor.person().cloned();
        let view = CaseView {
            id: found.id,
            state,
            standing,
            duties,
            entries: shown,
            procedure,
            viewer,
            copies,
            made_up: false,
        };
        Ok((view, keys, entries))
    }

    /// The case's id and keys, if the caller may do this.
    pub(crate) async fn permitted(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        action: Action,
    ) -> Result<(CaseId, Keys), AppError> {
        let (view, keys) = self.permitted_view(caller, number, action).await?;
        Ok((view.id, keys))
    }

    /// The case and its keys, if the caller may do this; not recorded.
    pub(crate) async fn permitted_view(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        action: Action,
    ) -> Result<(CaseView, Keys), AppError> {
        let (view, keys, _) = self.look(caller, number).await?;
        match (view.may(action), view.may(Action::See)) {
            (true, _) => Ok((view, keys)),
            (false, true) => Err(AppError::Forbidden),
            (false, false) => Err(AppError::NotFound),
        }
    }

    pub(crate) async fn record_view(
        &self,
        caller: &Caller,
        view: &CaseView,
        keys: &Keys,
        what: Viewing,
        exhibit: Option<u32>,
    ) -> Result<(), AppError> {
        let relation = view.standing.strongest().ok_or(AppError::NotFound)?;
        let event = Event::Viewed {
            what,
            exhibit,
            relation,
        };
        let mut tx = self.store.db.begin().await?;
        let mut head = journal::lock(&mut tx, &view.id)
            .await?
            .ok_or(AppError::NotFound)?;
        let (now, mut dice) = (self.now(), self.dice());
        journal::append(
            &mut tx,
            &view.id,
            &mut head,
            keys,
            now,
            &caller.actor,
            &[event],
            &mut dice,
        )
        .await?;
        if let Ok(person) = caller.id() {
            store::notices::mark_case_read(&mut tx, person, &view.id, now).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The cases that the caller has to do with, latest change first.
    ///
    /// # Errors
    /// Those of the store. An unreadable `page` begins again.
    pub async fn cases(
        &self,
        caller: &Caller,
        filter: CaseFilter,
        page: Option<&str>,
        limit: u32,
    ) -> Result<Page<CaseRow>, AppError> {
        let mut read = self.store.db.read().await?;
        let filter = store::cases::Filter {
            phase: filter.phase,
            relation: filter.relation,
        };
        let (ring, after) = (&self.store.keys, page.and_then(Cursor::parse));
        let order = store::cases::Order::Changed;
        let person = caller.id()?;
        let found =
            store::cases::list(&mut read, ring, person, &filter, order, after.as_ref(), limit).await?;
        let items = found.rows.into_iter().map(|row| case_row(row, person)).collect();
        Ok(Page {
            items,
            next: found.next.map(|next| next.to_string()),
        })
    }

    /// What the caller owes, soonest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn my_duties(
        &self,
        caller: &Caller,
        page: Option<&str>,
        limit: u32,
    ) -> Result<Page<DutyRow>, AppError> {
        let person = caller.id()?;
        let mut read = self.store.db.read().await?;
        let after = page.and_then(Cursor::parse);
        let found =
            store::cases::duties_of(&mut read, &self.store.keys, person, after.as_ref(), limit).await?;
        let now = self.now();
        let row = |owed: store::cases::OwedDuty| {
            let card = Card::read(owed.case.card.as_deref(), person);
            DutyRow {
                number: owed.case.number,
                title: card.title,
                medium: card.medium,
                platform: card.platform,
                duty: owed.kind,
                due: owed.due,
                late: owed.due.is_some_and(|due| due < now),
                acute: owed.case.acute,
            }
        };
        let items = found.rows.into_iter().map(row).collect();
        Ok(Page {
            items,
            next: found.next.map(|next| next.to_string()),
        })
    }

    /// One exhibit's bytes as they came; that somebody took them is recorded first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if there is no such exhibit for the caller.
    pub async fn exhibit(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        place: u32,
    ) -> Result<
        (
            Exhibit,
            BoxStream<'static, Result<bytes::Bytes, store::StoreError>>,
        ),
        AppError,
    > {
        let (view, keys, _) = self.look(caller, number).await?;
        let mut exhibit = readable(&view, place)?.clone();
        if view.state.is_withheld(place, &caller.actor, self.now()) {
            return Err(Refusal::ExhibitWithheld.into());
        }
        if view.state.is_infected(place) {
            // Released or not: nothing may take it for something to show.
            exhibit.media_type = "application/octet-stream".to_owned();
        }
        self.record_view(caller, &view, &keys, Viewing::Exhibit, Some(place))
            .await?;
        let stream = self
            .store
            .blobs
            .open_stream(&exhibit.blob, keys.of(Compartment::Matter))
            .await?;
        Ok((exhibit, stream))
    }

    /// A small exhibit whole.
    pub(crate) async fn bytes_of(&self, exhibit: &Exhibit, keys: &Keys) -> Result<Vec<u8>, AppError> {
        use futures_util::TryStreamExt as _;
        let stream = self
            .store
            .blobs
            .open_stream(&exhibit.blob, keys.of(Compartment::Matter))
            .await?;
        let mut bytes = Vec::with_capacity(usize::try_from(exhibit.bytes).unwrap_or(0).min(1 << 26));
        let collected = stream.try_for_each(|part| {
            bytes.extend_from_slice(&part);
            std::future::ready(Ok(()))
        });
        collected.await?;
        Ok(bytes)
    }

    /// Who looked: in one case for those who may know, in all for the data protection officer. Newest first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] or [`AppError::Forbidden`].
    pub async fn access_log(
        &self,
        caller: &Caller,
        number: Option<&CaseNumber>,
        page: Option<&str>,
        limit: u32,
    ) -> Result<Page<Reading>, AppError> {
        let case = match number {
            Some(number) => Some(self.permitted(caller, number, Action::ReadAccessLog).await?.0),
            None if caller.has(Role::Dpo) => None,
            None => return Err(AppError::NotFound),
        };
        let mut read = self.store.db.read().await?;
        let before = page.and_then(Cursor::parse);
        let found =
            journal::readings(&mut read, &self.store.keys, case.as_ref(), before.as_ref(), limit).await?;
        let items = found
            .rows
            .into_iter()
            .map(|row| looking(row.number, &row.entry))
            .collect();
        Ok(Page {
            items,
            next: found.next.map(|next| next.to_string()),
        })
    }

    /// How many cases there are, for those who watch over the procedure and not its content.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others.
    pub async fn counts(&self, caller: &Caller) -> Result<Counts, AppError> {
        let watches = [Role::Dpo, Role::Hr, Role::Safety, Role::Admin];
        if !watches.into_iter().any(|role| caller.has(role)) {
            return Err(AppError::NotFound);
        }
        let found = store::cases::counts(&mut self.store.db.read().await?).await?;
        Ok(Counts {
            open: found.open,
            closed: found.closed,
            joined: found.joined,
        })
    }
}

/// The exhibit, if the caller may read it: all of them with the drawer, their own without.
pub(crate) fn readable(view: &CaseView, place: u32) -> Result<&Exhibit, AppError> {
    let exhibit = view.state.exhibit(place).ok_or(AppError::NotFound)?;
    let viewer = view.viewer.clone().map(Actor::Person);
    let reads = viewer.is_some_and(|viewer| view.standing.reads_exhibit(&viewer, exhibit));
    reads.then_some(exhibit).ok_or(AppError::NotFound)
}

pub(crate) fn case_row(row: store::cases::CaseRow, person: &PersonId) -> CaseRow {
    let card = Card::read(row.card.as_deref(), person);
    CaseRow {
        number: row.number,
        title: card.title,
        phase: row.phase,
        acute: row.acute,
        owner: row.owner,
        opened_at: row.opened_at,
        changed_at: row.changed_at,
        next_due: row.next_due,
        next_duty: card.next_duty,
        outcome: card.outcome,
        medium: card.medium,
        platform: card.platform,
    }
}

fn looking(number: CaseNumber, entry: &Entry) -> Reading {
    let (what, exhibit, relation, exported) = match &entry.event {
        Event::Viewed {
            what,
            exhibit,
            relation,
        } => (Some(*what), *exhibit, Some(*relation), None),
        Event::Exported { drawer, .. } => (None, None, None, Some(*drawer)),
        _ => (None, None, None, None),
    };
    Reading {
        number,
        at: entry.at,
        who: entry.actor.as_text().to_owned(),
        what,
        exhibit,
        relation,
        exported,
    }
}
