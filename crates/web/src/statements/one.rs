//! One statement: assessed, undone, corrected or withdrawn; here all works without JavaScript too.

use super::{Wrong, give, view};
use crate::case::head::{Head, number};
use crate::command::form::Posted;
use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render, render_status};
use app::CaseView;
use askama::Template;
use axum::Form as Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Action;
use domain::case::{Command, CommandKind, Phase, Statement};
use domain::ids::CaseNumber;
use domain::vocabulary::Outcome;
use http::StatusCode;

#[derive(Template)]
#[template(path = "statements/one.html")]
struct StatementPage {
    frame: Frame,
    head: Head,
    statement: Statement,
    /// The word of the outcome in force.
    outcome: Option<String>,
    outcomes: Vec<(&'static str, String)>,
    can_assess: bool,
    can_undo: bool,
    can_change: bool,
    /// What was typed; or what is there.
    typed: Typed,
    wrong: Option<String>,
}

/// What stands in the fields.
#[derive(Clone, Debug, Default)]
struct Typed {
    /// Which of the forms was sent.
    deed: String,
    outcome: String,
    reason: String,
    text: String,
    author: String,
    said_at: String,
    why: String,
}

impl Typed {
    fn of(statement: &Statement) -> Self {
        let (said, assessed) = (&statement.said, statement.assessed.as_ref());
        Self {
            outcome: assessed
                .map(|assessed| assessed.outcome.name().to_owned())
                .unwrap_or_default(),
            reason: assessed
                .map(|assessed| assessed.reason.clone())
                .unwrap_or_default(),
            text: said.text.clone(),
            author: said.author.clone(),
            said_at: said.said_at.clone(),
            ..Self::default()
        }
    }

    /// As posted; a form that was not sent keeps what is there.
    fn take(self, posted: &Posted) -> Self {
        let take = |name: &str, known: String| posted.get(name).map_or(known, str::to_owned);
        Self {
            deed: take("deed", self.deed),
            outcome: take("outcome", self.outcome),
            reason: take("reason", self.reason),
            text: take("text", self.text),
            author: take("author", self.author),
            said_at: take("said_at", self.said_at),
            why: take("why", self.why),
        }
    }

    fn command(&self, statement: u32) -> Result<Command, Wrong> {
        let typed = self.clone();
        match CommandKind::parse(&self.deed) {
            Some(CommandKind::AssessStatement) => Ok(Command::AssessStatement {
                statement,
                outcome: Outcome::parse(&self.outcome).ok_or(Wrong {
                    field: "outcome".into(),
                    text: String::new(),
                })?,
                reason: typed.reason,
            }),
            Some(CommandKind::CorrectStatement) => Ok(Command::CorrectStatement {
                statement,
                text: typed.text,
                author: typed.author,
                said_at: typed.said_at,
            }),
            Some(CommandKind::WithdrawStatement) => Ok(Command::WithdrawStatement {
                statement,
                reason: typed.why,
            }),
            _ => Ok(Command::UndoStatementAssessment { statement }),
        }
    }
}

fn found(view: &CaseView, statement: &str) -> Result<Statement, PageError> {
    let number = statement.parse().ok();
    let found = number.and_then(|number| view.state.statement(number));
    found.cloned().ok_or_else(|| Fault::NotFound.into())
}

/// `GET /cases/{number}/statements/{statement}`
pub async fn show(ctx: Ctx, Path((text, statement)): Path<(String, String)>) -> Result<Response, PageError> {
    let view = view(&ctx, &number(&text)?).await?;
    let statement = found(&view, &statement)?;
    let typed = Typed::of(&statement);
    render(&page(&ctx, &view, statement, typed, None))
}

/// `POST /cases/{number}/statements/{statement}`: `deed` is the name of the command.
pub async fn send(
    ctx: Ctx,
    Path((text, statement)): Path<(String, String)>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let number = number(&text)?;
    let before = view(&ctx, &number).await?;
    let statement = found(&before, &statement)?;
    let typed = Typed::of(&statement).take(&Posted(pairs));
    let wrong = match typed.command(statement.number) {
        Err(wrong) => Wrong {
            text: ctx.l.t("problem-required"),
            ..wrong
        },
        Ok(command) => match give(&ctx, &number, command).await? {
            Ok(()) => return Ok(onward(&before, &number, &statement, &typed.deed)),
            Err(wrong) => wrong,
        },
    };
    let page = page(&ctx, &before, statement, typed, Some(wrong));
    render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Back to the table: after an assessment to the next statement that has none, else to the same.
fn onward(before: &CaseView, number: &CaseNumber, statement: &Statement, deed: &str) -> Response {
    let open = |other: &&Statement| other.assessed.is_none() && other.number > statement.number;
    let next = before.state.standing_statements().find(open);
    let to = match next {
        Some(next) if deed == CommandKind::AssessStatement.name() => next.number,
        _ => statement.number,
    };
    let deed = CommandKind::parse(deed).unwrap_or(CommandKind::UndoStatementAssessment);
    Redirect::to(&format!("/cases/{number}/statements?done={deed}#s{to}")).into_response()
}

/// The sentence, with the name of its field before it where it has one on the page.
fn at_field(ctx: &Ctx, wrong: Wrong, deed: &str) -> String {
    let l = &ctx.l;
    let label = match wrong.field.as_str() {
        "outcome" => l.t("statements-outcome"),
        "reason" if deed == CommandKind::WithdrawStatement.name() => l.t("statements-why"),
        "reason" => l.t("statements-reason"),
        "text" => l.t("statements-said"),
        "author" => l.t("fact-shown-author"),
        "said_at" => l.t("fact-shown-time"),
        _ => return wrong.text,
    };
    format!("{label}: {}", wrong.text)
}

fn page(
    ctx: &Ctx,
    view: &CaseView,
    statement: Statement,
    typed: Typed,
    wrong: Option<Wrong>,
) -> StatementPage {
    let may = |kind| {
        let stands = view.state.phase == Phase::Open && statement.withdrawn.is_none();
        stands && view.may(Action::Do(kind))
    };
    let word = |outcome: Outcome| ctx.l.t(&format!("outcome-{outcome}"));
    let outcome = statement.assessed.as_ref().map(|assessed| assessed.outcome);
    StatementPage {
        frame: Frame::of(ctx),
        head: Head::of(ctx, view),
        outcome: outcome.map(word),
        outcomes: Outcome::ALL
            .iter()
            .map(|outcome| (outcome.name(), word(*outcome)))
            .collect(),
        can_assess: may(CommandKind::AssessStatement),
        can_undo: may(CommandKind::UndoStatementAssessment) && outcome.is_some(),
        can_change: may(CommandKind::CorrectStatement) && outcome.is_none(),
        statement,
        wrong: wrong.map(|wrong| at_field(ctx, wrong, &typed.deed)),
        typed,
    }
}
