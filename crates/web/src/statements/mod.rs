//! The statements of a case: marked in an exhibit or added many at a time, assessed one by one by the lawyer, who can do it all from the keyboard.

mod mark;
mod one;
mod table;
mod told;

pub use told::Run;

use crate::case::exhibits::href;
use crate::command::form::Choice;
use crate::command::refusal_text;
use crate::ctx::Ctx;
use crate::page::{Fault, PageError};
use crate::text::L;
use app::{App, AppError, CaseView};
use axum::Router;
use axum::routing::get;
use domain::access::Action;
use domain::case::{Command, CommandKind, Phase, Refusal, Statement, Viewing};
use domain::ids::CaseNumber;
use domain::vocabulary::Outcome;
use std::sync::Arc;

/// How much of a statement stands on a line of a list, in characters.
const EXCERPT: usize = 120;

/// The routes of the statements.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/cases/{number}/statements", get(table::show).post(table::add))
        .route(
            "/cases/{number}/exhibits/{n}/statements",
            get(mark::show).post(mark::add),
        )
        .route(
            "/cases/{number}/statements/{statement}",
            get(one::show).post(one::send),
        )
}

/// Where statements are marked in this exhibit, for those who may now.
pub fn marked_at(view: &CaseView, exhibit: u32) -> Option<String> {
    let may = can_mark(view) && view.may_open(exhibit) && !view.state.is_infected(exhibit);
    may.then(|| format!("{}/statements", href(&view.state.number, exhibit)))
}

fn can_mark(view: &CaseView) -> bool {
    view.state.phase == Phase::Open && view.may(Action::Do(CommandKind::MarkStatements))
}

/// The case, for those who may read the matter; for others there are no statements.
async fn view(ctx: &Ctx, number: &CaseNumber) -> Result<CaseView, PageError> {
    match ctx.app.case(&ctx.caller, number, Viewing::Matter).await {
        Err(AppError::Forbidden) => Err(Fault::NotFound.into()),
        view => Ok(view?),
    }
}

/// Gives a command about statements; what is wrong with it as field, problem and sentence.
async fn give(ctx: &Ctx, number: &CaseNumber, command: Command) -> Result<Result<(), Wrong>, PageError> {
    match ctx.app.perform(&ctx.caller, number, command, None).await {
        Ok(_) => Ok(Ok(())),
        Err(AppError::Refused(Refusal::Invalid { field, problem })) => Ok(Err(Wrong {
            text: ctx.l.t(&format!("problem-{problem}")),
            field,
        })),
        Err(AppError::Refused(refusal)) => Ok(Err(Wrong {
            field: String::new(),
            text: refusal_text(ctx, &refusal),
        })),
        Err(AppError::Forbidden) => Err(Fault::NotFound.into()),
        Err(other) => Err(other.into()),
    }
}

/// What was not accepted, and at which field, if it is at one.
#[derive(Clone, Debug)]
struct Wrong {
    field: String,
    text: String,
}

/// The beginning of a text, on one line.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line,
    }
}

/// The statements that a measure can be about: those that cross the line, as answers.
pub fn crossing(l: &L, view: &CaseView) -> Vec<Choice> {
    let crosses = |statement: &&Statement| {
        let outcome = statement.assessed.as_ref().map(|assessed| assessed.outcome);
        outcome.is_some_and(Outcome::crosses_the_line)
    };
    let choice = |statement: &Statement| Choice {
        value: statement.number.to_string(),
        label: l.ta("statement-n", &[("number", statement.number)]),
        hint: Some(excerpt(&statement.said.text)),
    };
    view.state
        .standing_statements()
        .filter(crosses)
        .map(choice)
        .collect()
}

/// How many statements have each outcome, and how many none yet; empty where there are no statements.
pub fn summary(l: &L, view: &CaseView) -> Vec<(String, usize)> {
    let count = |wanted: Option<Outcome>| {
        let outcome =
            |statement: &&Statement| statement.assessed.as_ref().map(|assessed| assessed.outcome) == wanted;
        view.state.standing_statements().filter(outcome).count()
    };
    if view.state.standing_statements().next().is_none() {
        return Vec::new();
    }
    let outcomes = Outcome::ALL
        .iter()
        .map(|outcome| (l.t(&format!("outcome-{outcome}")), count(Some(*outcome))));
    outcomes.chain([(l.t("statements-open"), count(None))]).collect()
}
