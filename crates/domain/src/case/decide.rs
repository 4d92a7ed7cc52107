//! The one door: every change of a case, whoever asks for it and however, is decided here.

use super::command::Command;
use super::event::Event;
use super::state::{CaseState, Phase};
use super::statement::Said;
use super::{
    Actor, CommandKind, Refusal, contact, corroboration, field, handling, join, police, register, removal,
    review, scan, statement,
};
use crate::calendar::Calendar;
use crate::duties::{Duty, DutyState, duties};
use crate::ids::PersonId;
use crate::organisation::Organisation;
use crate::procedure::Procedure;
use crate::vocabulary::DutyKind;
use jiff::Timestamp;

/// What a decision may look at beside the case: all of it given, nothing fetched.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub organisation: &'a Organisation,
    /// The version of the procedure that the case keeps.
    pub procedure: &'a Procedure,
    pub calendar: &'a Calendar,
    pub now: Timestamp,
}

impl Context<'_> {
    /// A person named by e-mail or id.
    ///
    /// # Errors
    /// `unknown-person` for the field, if nobody active is called that.
    pub fn person(&self, field: &'static str, name: &str) -> Result<PersonId, Refusal> {
        let found = self.organisation.find(name.trim()).filter(|person| person.active);
        found
            .map(|person| person.id.clone())
            .ok_or(Refusal::invalid(field, "unknown-person"))
    }

    /// The case's duties now.
    pub fn duties(&self, case: &CaseState) -> Vec<Duty> {
        duties(case, self.procedure, self.calendar, self.now)
    }

    /// One duty now.
    pub fn duty(&self, case: &CaseState, kind: DutyKind) -> Option<Duty> {
        self.duties(case).into_iter().find(|duty| duty.kind == kind)
    }
}

/// What the command leads to, or why it is refused. Whether the actor may ask at all is [`crate::access`]'s to say first.
///
/// # Errors
/// A [`Refusal`]; nothing has happened then.
pub fn decide(
    case: &CaseState,
    command: &Command,
    actor: &Actor,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    match (case.phase, command.kind()) {
        (Phase::Joined, _) => return Err(Refusal::CaseJoined),
        (Phase::Closed, CommandKind::Reopen | CommandKind::NoteLegal) => {}
        (Phase::Closed, _) => return Err(Refusal::CaseClosed),
        (Phase::Open, CommandKind::Reopen) => return Err(Refusal::CaseOpen),
        (Phase::Open, _) => {}
    }
    match command {
        Command::Receive {} => handling::receive(case, ctx),
        Command::PassOver { reason } => handling::pass_over(case, *reason, actor, ctx),
        Command::Delegate { duty, person, reason } => {
            handling::delegate(case, *duty, (person, reason), actor, ctx)
        }
        Command::AssignLegal { person } => handling::assign_legal(case, person, ctx),
        Command::Invite {
            person,
            drawers,
            until,
            reason,
        } => handling::invite(person, drawers, *until, reason, ctx),
        Command::Triage { .. } => handling::triage(case, command, ctx),
        Command::Care { .. } => handling::care(case, command, ctx),
        Command::FollowUp { week, talk, wishes } => handling::follow_up(case, *week, talk, wishes, ctx),
        Command::HandOverInjury { reference } => handling::hand_over_injury(case, reference, ctx),
        Command::Register(command) => register::register(case, command, ctx),
        Command::RecordAbsence {
            from,
            treatment,
            note,
        } => register::record_absence(*from, *treatment, note, ctx),
        Command::Review {
            grounds,
            outcome,
            contact,
            without_exhibits,
        } => review::review(case, grounds, *outcome, contact, without_exhibits.as_deref()),
        Command::NoteLegal { text } => Ok(vec![Event::LegalNoted {
            text: field::required("text", text)?,
        }]),
        Command::MarkStatement { .. }
        | Command::MarkStatements { .. }
        | Command::CorrectStatement { .. }
        | Command::AssessStatement { .. }
        | Command::UndoStatementAssessment { .. }
        | Command::WithdrawStatement { .. } => decide_statement(case, command),
        Command::DecidePolice {
            decision,
            target_heard,
            wish,
            reason,
        } => police::decide(case, *decision, *target_heard, wish, reason, ctx),
        Command::ReportPolice {
            at,
            reference,
            statements,
        } => police::report(case, *at, reference, statements, ctx),
        Command::ChasePolice { answer, concluded } => police::chase(case, answer, *concluded, ctx),
        Command::Contact(command) => contact::contact(case, command, ctx),
        Command::ObserveContact { result, note } => contact::observe(case, *result, note, ctx),
        Command::RequestRemoval { to, what, statements } => removal::request(case, to, what, statements, ctx),
        Command::ObserveRemoval { result, note } => removal::observe(case, *result, note, ctx),
        Command::Waive { duty, reason } => handling::waive(case, *duty, reason, actor, ctx),
        Command::Supplement { text } => Ok(vec![Event::Supplemented {
            text: field::required("text", text)?,
        }]),
        Command::Close {
            outcome,
            learning,
            told_target,
            told_reporter,
        } => handling::close(case, outcome, learning, *told_target, *told_reporter, ctx),
        Command::Reopen { reason } => Ok(vec![Event::Reopened {
            reason: field::required("reason", reason)?,
        }]),
        Command::Corroborate { exhibit, with, note } => {
            corroboration::corroborate(case, *exhibit, *with, note)
        }
        Command::WithdrawCorroboration {
            exhibit,
            with,
            reason,
        } => corroboration::withdraw(case, *exhibit, *with, reason),
        Command::ReleaseExhibit { exhibit, reason } => scan::release(case, *exhibit, reason),
        Command::Join { into } => join::join(case, into),
    }
}

fn decide_statement(case: &CaseState, command: &Command) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::MarkStatement {
            exhibit,
            text,
            author,
            said_at,
            region,
            line,
        } => {
            let said = Said {
                text: text.clone(),
                author: author.clone(),
                said_at: said_at.clone(),
                region: *region,
                line: *line,
            };
            statement::mark(case, *exhibit, &[said], false)
        }
        Command::MarkStatements { exhibit, statements } => statement::mark(case, *exhibit, statements, true),
        Command::CorrectStatement {
            statement,
            text,
            author,
            said_at,
        } => statement::correct(case, *statement, (text, author, said_at)),
        Command::AssessStatement {
            statement,
            outcome,
            reason,
        } => statement::assess(case, *statement, *outcome, reason),
        Command::UndoStatementAssessment { statement } => statement::undo(case, *statement),
        Command::WithdrawStatement { statement, reason } => statement::withdraw(case, *statement, reason),
        _ => Ok(Vec::new()),
    }
}

/// As [`owed`], but what was done or waived may be done once more where something calls for it `again`.
pub(super) fn owed_or(
    case: &CaseState,
    kind: DutyKind,
    again: bool,
    ctx: &Context<'_>,
) -> Result<(), Refusal> {
    match owed(case, kind, ctx) {
        Err(Refusal::AlreadyDone(_) | Refusal::AlreadyWaived(_)) if again => Ok(()),
        owed => owed.map(drop),
    }
}

/// Refuses unless the duty is owed now; says whether it was done, waived, or is not called for.
pub(super) fn owed(case: &CaseState, kind: DutyKind, ctx: &Context<'_>) -> Result<Duty, Refusal> {
    let duty = ctx.duty(case, kind).ok_or(Refusal::NotOwed(kind))?;
    match &duty.state {
        DutyState::Owed => Ok(duty),
        DutyState::Done { .. } => Err(Refusal::AlreadyDone(kind)),
        DutyState::Waived { .. } => Err(Refusal::AlreadyWaived(kind)),
        DutyState::NotOwed => Err(Refusal::NotOwed(kind)),
        DutyState::Waiting(on) if on.contains(&DutyKind::Review) => Err(Refusal::ReviewMissing),
        DutyState::Waiting(on) => Err(Refusal::DutiesOpen(on.clone())),
    }
}
