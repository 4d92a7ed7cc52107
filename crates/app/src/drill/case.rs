//! The managers' drill: the pages of a case, on a made-up case that is kept in one row of its own. No case, no number, no journal,
//! no notice, no figure comes of it.

use super::FORGET;
use crate::{App, AppError, Caller, CaseView};
use domain::case::{CaseState, Command, Context, Entry, Refusal};
use domain::drill::case::{self, Course, Script, is_for, manager_standing, town};
use domain::drill::{KEPT, OPEN};
use domain::ids::{CaseId, PersonId, ReportId};
use domain::organisation::{Organisation, Person, Unit};
use jiff::Timestamp;
use std::sync::Arc;
use store::case_drills::{self, CaseDrill};
use store::jobs::{self, Lane};

/// A manager's latest drill.
pub struct CaseDrillView {
    /// The made-up case as the manager sees it; none once it is forgotten.
    pub case: Option<CaseView>,
    /// The manager and the made-up people around them.
    pub town: Arc<Organisation>,
    pub course: Course,
    /// It can be gone on with.
    pub open: bool,
    pub passed_at: Option<Timestamp>,
}

/// The manager whose drill it is, and their unit.
struct Leader<'a> {
    me: &'a Person,
    unit: Unit,
}

impl App {
    /// Begins a made-up case of the caller's own; an earlier one that was not passed is over.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for who leads no unit.
    pub async fn begin_case_drill(&self, caller: &Caller, script: &Script) -> Result<(), AppError> {
        let leader = self.leader(caller)?;
        let town = town(leader.me, &leader.unit);
        let report = ReportId::new(self.new_id());
        let entries = case::begin(
            script,
            report,
            &self.context(&town, &self.procedure(), self.now()),
        )?;
        let drill = CaseDrill {
            id: self.new_id(),
            person: leader.me.id.clone(),
            started: self.now(),
            entries,
            passed_at: None,
        };
        let mut dice = self.dice();
        let mut tx = self.store.db.begin().await?;
        case_drills::add(&mut tx, &self.store.keys, &drill, &mut dice).await?;
        let job = format!("{FORGET}-{}", drill.id);
        jobs::enqueue_in(&mut tx, Lane::Slow, &job, FORGET, &drill.id, drill.started + KEPT).await?;
        Ok(tx.commit().await?)
    }

    /// The caller's latest made-up case; none if they never began one.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for who leads no unit.
    pub async fn my_case_drill(&self, caller: &Caller) -> Result<Option<CaseDrillView>, AppError> {
        let leader = self.leader(caller)?;
        let mut read = self.store.db.read().await?;
        let found = case_drills::latest(&mut read, &self.store.keys, &leader.me.id).await?;
        if let Some(state) = found.as_ref().and_then(|drill| CaseState::fold(&drill.entries)) {
            self.load_procedure(&mut read, &state.procedure).await?;
        }
        drop(read);
        Ok(found.map(|drill| self.case_drill_view(&leader, drill)))
    }

    /// Does one command on the caller's made-up case, or nothing; the rules are those of a case.
    ///
    /// # Errors
    /// [`AppError::NotFound`] without one that is open, or for a command that is not practised; [`AppError::Refused`] as in a case.
    pub async fn perform_in_drill(&self, caller: &Caller, command: &Command) -> Result<(), AppError> {
        let me = caller.id()?;
        self.go_on_with_drill(caller, |drill, ctx| case::act(&drill.entries, command, me, ctx))
            .await
    }

    /// The made-up lawyer assesses the caller's made-up case.
    ///
    /// # Errors
    /// [`AppError::NotFound`] without one that is open, or while there is nothing to assess.
    pub async fn review_in_drill(&self, caller: &Caller, script: &Script) -> Result<(), AppError> {
        self.go_on_with_drill(caller, |drill, ctx| case::review(&drill.entries, script, ctx))
            .await
    }

    async fn go_on_with_drill(
        &self,
        caller: &Caller,
        ask: impl FnOnce(&CaseDrill, &Context<'_>) -> Option<Result<Vec<Entry>, Refusal>>,
    ) -> Result<(), AppError> {
        let leader = self.leader(caller)?;
        let town = town(leader.me, &leader.unit);
        let mut dice = self.dice();
        let mut tx = self.store.db.begin().await?;
        let found = case_drills::lock(&mut tx, &self.store.keys, &leader.me.id).await?;
        let mut drill = found
            .filter(|drill| self.is_open(drill))
            .ok_or(AppError::NotFound)?;
        let state = CaseState::fold(&drill.entries).ok_or(AppError::NotFound)?;
        let procedure = self.load_procedure(&mut tx, &state.procedure).await?;
        let ctx = self.context(&town, &procedure, self.now());
        let more = ask(&drill, &ctx).ok_or(AppError::NotFound)??;
        drill.entries.extend(more);
        drill.passed_at = case::course(&drill.entries).is_passed().then(|| self.now());
        case_drills::keep(&mut tx, &self.store.keys, &drill, &mut dice).await?;
        Ok(tx.commit().await?)
    }

    fn leader<'a>(&self, caller: &'a Caller) -> Result<Leader<'a>, AppError> {
        let me = caller.person.as_deref().filter(|person| is_for(person));
        let me = me.ok_or(AppError::NotFound)?;
        let unit = self.organisation().unit(&me.unit).cloned();
        Ok(Leader {
            me,
            unit: unit.ok_or(AppError::NotFound)?,
        })
    }

    fn is_open(&self, drill: &CaseDrill) -> bool {
        drill.passed_at.is_none() && self.now() < drill.started + OPEN
    }

    fn case_drill_view(&self, leader: &Leader<'_>, drill: CaseDrill) -> CaseDrillView {
        let course = case::course(&drill.entries);
        let (open, passed_at) = (self.is_open(&drill), drill.passed_at);
        CaseDrillView {
            case: self.made_up_view(&leader.me.id, drill),
            town: Arc::new(town(leader.me, &leader.unit)),
            course,
            open,
            passed_at,
        }
    }

    fn made_up_view(&self, me: &PersonId, drill: CaseDrill) -> Option<CaseView> {
        let state = CaseState::fold(&drill.entries)?;
        let standing = manager_standing(me, &state, self.now());
        let procedure = self.procedure_of(&state.procedure);
        let duties = self.duties_of(&state, &procedure);
        let actor = domain::case::Actor::Person(me.clone());
        let shown = drill
            .entries
            .into_iter()
            .filter(|entry| standing.shows(&actor, entry));
        Some(CaseView {
            id: CaseId::new(drill.id),
            entries: shown.collect(),
            state,
            standing,
            duties,
            procedure,
            viewer: Some(me.clone()),
            copies: Vec::new(),
            made_up: true,
        })
    }
}
