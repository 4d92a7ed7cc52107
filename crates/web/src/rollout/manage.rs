//! `GET /rollouts`: where HR and safety roll the guide out and take a rollout back.

use crate::command::Posted;
use crate::ctx::Ctx;
use crate::page::{Frame, PageError, render, render_status};
use app::AppError;
use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::case::Refusal;
use domain::ids::UnitId;
use domain::rollout::{NewRollout, Rollout, Scope, suggested_due};
use domain::vocabulary::Role;
use http::StatusCode;

#[derive(Template)]
#[template(path = "rollout/manage.html")]
struct Page {
    frame: Frame,
    /// The edition that would be rolled out; none: nothing is published.
    newest: Option<u64>,
    rows: Vec<Row>,
    /// Id, name under those above it, whether it is chosen.
    units: Vec<(String, String, bool)>,
    roles: Vec<(&'static str, String, bool)>,
    due: String,
    /// The field that is wrong, and why.
    wrong: Option<(String, String)>,
}

struct Row {
    id: String,
    edition: u64,
    scope: String,
    started: String,
    due: String,
    by: String,
    ended: Option<String>,
}

impl Page {
    fn wrong_in(&self, field: &str) -> Option<&str> {
        let wrong = self.wrong.as_ref().filter(|(name, _)| name == field);
        wrong.map(|(_, message)| message.as_str())
    }
}

/// `GET /rollouts`
pub async fn show(ctx: Ctx) -> Result<Response, PageError> {
    render(&page(&ctx, &Posted::default(), None).await?)
}

/// `POST /rollouts`
pub async fn begin(ctx: Ctx, Form(pairs): Form<Vec<(String, String)>>) -> Result<Response, PageError> {
    let posted = Posted(pairs);
    let done = match asked(&posted) {
        Ok(new) => ctx.app.roll_out(&ctx.caller, &new).await,
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(_) => Ok(Redirect::to("/rollouts?done=rolled-out").into_response()),
        Err(AppError::Refused(Refusal::Invalid { field, problem })) => {
            let message = ctx.l.t(&format!("problem-{problem}"));
            let page = page(&ctx, &posted, Some((field, message))).await?;
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /rollouts/{id}/end`
pub async fn end(ctx: Ctx, Path(id): Path<String>) -> Result<Response, PageError> {
    ctx.app.end_rollout(&ctx.caller, &id).await?;
    Ok(Redirect::to("/rollouts?done=rollout-ended").into_response())
}

fn asked(posted: &Posted) -> Result<NewRollout, Refusal> {
    let edition = posted.get("edition").and_then(|text| text.parse().ok());
    let roles = posted.all("role");
    let roles = roles
        .iter()
        .map(|role| Role::parse(role).ok_or(Refusal::invalid("roles", "unknown-value")));
    let due = posted.get("due").unwrap_or_default().trim();
    Ok(NewRollout {
        edition: edition.ok_or(Refusal::invalid("edition", "not-published"))?,
        scope: Scope {
            branches: posted.all("branch").into_iter().map(UnitId::new).collect(),
            roles: roles.collect::<Result<_, _>>()?,
        },
        due: match due {
            "" => return Err(Refusal::invalid("due", "required")),
            due => due.parse().map_err(|_| Refusal::invalid("due", "not-a-time"))?,
        },
    })
}

async fn page(ctx: &Ctx, posted: &Posted, wrong: Option<(String, String)>) -> Result<Page, PageError> {
    let rollouts = ctx.app.rollouts(&ctx.caller).await?;
    let (branches, roles) = (posted.all("branch"), posted.all("role"));
    let units = ctx.org.units().iter().map(|unit| {
        let name = super::coverage::unit_name(ctx, &unit.id);
        (
            unit.id.to_string(),
            name,
            branches.iter().any(|branch| branch == unit.id.as_str()),
        )
    });
    let due = posted.get("due").map(str::to_owned);
    Ok(Page {
        frame: Frame::of(ctx),
        newest: rollouts.newest,
        rows: rollouts.all.iter().map(|rollout| row(ctx, rollout)).collect(),
        units: units.collect(),
        roles: Role::ALL
            .iter()
            .map(|role| {
                (
                    role.name(),
                    ctx.l.t(&format!("role-{role}")),
                    roles.iter().any(|r| r == role.name()),
                )
            })
            .collect(),
        due: due.unwrap_or_else(|| suggested_due(ctx.app.calendar(), ctx.now).to_string()),
        wrong,
    })
}

fn row(ctx: &Ctx, rollout: &Rollout) -> Row {
    let l = &ctx.l;
    let branches = rollout
        .scope
        .branches
        .iter()
        .map(|unit| match ctx.org.unit(unit) {
            Some(unit) => unit.name.clone(),
            None => l.ta("unit-gone", &[("unit", unit.as_str())]),
        });
    let roles = rollout
        .scope
        .roles
        .iter()
        .map(|role| l.t(&format!("role-{role}")));
    let branches: Vec<String> = branches.collect();
    let roles: Vec<String> = roles.collect();
    let whom = match branches.is_empty() {
        true => l.t("rollout-everybody"),
        false => branches.join(", "),
    };
    Row {
        id: rollout.id.clone(),
        edition: rollout.edition,
        scope: match roles.is_empty() {
            true => whom,
            false => format!("{whom}: {}", roles.join(", ")),
        },
        started: l.date(rollout.started),
        due: l.day(rollout.due),
        by: ctx.name(&rollout.by),
        ended: rollout.ended.map(|at| l.date(at)),
    }
}
