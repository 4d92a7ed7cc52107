//! `GET /profile`: one's own language, password, deputy and absence; each a small form of its own.

mod absence;
mod calendar;
mod deputy;
mod password;

use crate::ctx::Ctx;
use crate::page::{Frame, PageError, render, render_status};
use app::{App, AppError};
use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::case::Refusal;
use domain::vocabulary::Role;
use http::StatusCode;
use jiff::ToSpan;
use std::sync::Arc;

/// The routes of the profile.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/profile", get(show))
        .route("/profile/password", post(password::change))
        .route("/profile/deputy", post(deputy::choose))
        .route("/profile/absence", post(absence::set))
        .route("/profile/calendar", post(calendar::make))
        .route("/profile/calendar/end", post(calendar::end))
        .route("/calendar/{person}/{file}", get(calendar::feed))
}

#[derive(Template)]
#[template(path = "profile/profile.html")]
struct Profile {
    frame: Frame,
    email: String,
    unit: String,
    roles: String,
    manages: bool,
    /// Has a password to change; in a demonstration nobody does.
    has_password: bool,
    deputy: String,
    deputy_typed: String,
    away: Option<String>,
    from: String,
    until: String,
    today: String,
    /// When they were last written to because they owe something of the guide.
    reminded: Option<String>,
    /// The address of their calendar, this once.
    calendar: Option<String>,
    /// They have one.
    has_calendar: bool,
    wrong: Option<Wrong>,
}

/// What is wrong with which field.
#[derive(Clone, Debug, Default)]
pub struct Wrong {
    pub field: String,
    pub message: String,
    /// What was typed.
    pub typed: Vec<(&'static str, String)>,
}

impl Profile {
    fn new(ctx: &Ctx, wrong: Option<Wrong>) -> Self {
        let l = &ctx.l;
        let typed = |name: &str| {
            let typed = wrong
                .iter()
                .flat_map(|wrong| &wrong.typed)
                .find(|(field, _)| *field == name);
            typed.map(|(_, value)| value.clone())
        };
        let away = ctx.me.away.filter(|away| away.until > ctx.now);
        let day = |at| l.local(at).date();
        // `until` is the first moment back; people say the last day away.
        let last = |at| day(at) - 1.day();
        let deputy = ctx
            .me
            .deputy
            .as_ref()
            .map(|person| ctx.name(person))
            .unwrap_or_default();
        Self {
            frame: Frame::of(ctx),
            email: ctx.me.email.clone(),
            unit: ctx
                .org
                .unit(&ctx.me.unit)
                .map(|unit| unit.name.clone())
                .unwrap_or_default(),
            roles: ctx
                .me
                .roles
                .iter()
                .map(|role| l.t(&format!("role-{role}")))
                .collect::<Vec<_>>()
                .join(", "),
            manages: ctx.me.has(Role::Manager) || ctx.me.has(Role::Deputy),
            has_password: !ctx.app.is_demo(),
            deputy_typed: typed("deputy").unwrap_or_else(|| deputy.clone()),
            deputy,
            away: away.map(|away| {
                l.ta(
                    "away-now",
                    &[("from", l.date(away.from)), ("until", l.day(last(away.until)))],
                )
            }),
            from: typed("from")
                .unwrap_or_else(|| away.map_or_else(String::new, |away| day(away.from).to_string())),
            until: typed("until")
                .unwrap_or_else(|| away.map_or_else(String::new, |away| last(away.until).to_string())),
            today: l.local(ctx.now).date().to_string(),
            reminded: None,
            calendar: None,
            has_calendar: false,
            wrong,
        }
    }

    /// With what has to be asked for.
    async fn read(ctx: &Ctx) -> Result<Self, PageError> {
        let reminded = ctx.app.last_reminded(&ctx.caller).await?;
        let reminded = reminded.map(|last| {
            let number = last.edition.map_or_else(String::new, |number| number.to_string());
            let of = match (last.edition.is_some(), last.exercises.is_empty()) {
                (false, _) => "profile-reminded-practice",
                (true, true) => "profile-reminded-guide",
                (true, false) => "profile-reminded-both",
            };
            ctx.l.ta(of, &[("at", ctx.l.at(last.at)), ("number", number)])
        });
        Ok(Self {
            reminded,
            has_calendar: ctx.app.has_feed(&ctx.caller).await?,
            ..Self::new(ctx, None)
        })
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.wrong
            .as_ref()
            .filter(|wrong| wrong.field == field)
            .map(|wrong| wrong.message.as_str())
    }
}

async fn show(ctx: Ctx) -> Result<Response, PageError> {
    render(&Profile::read(&ctx).await?)
}

/// Back to the profile with a message, or the form again with what is wrong.
fn settled(
    ctx: &Ctx,
    result: Result<(), AppError>,
    done: &str,
    typed: Vec<(&'static str, String)>,
) -> Result<Response, PageError> {
    match result {
        Ok(()) => Ok(Redirect::to(&format!("/profile?done={done}")).into_response()),
        Err(AppError::Refused(Refusal::Invalid { field, problem })) => {
            let message = ctx.l.t(&format!("problem-{problem}"));
            again(
                ctx,
                Wrong {
                    field,
                    message,
                    typed,
                },
            )
        }
        Err(other) => Err(other.into()),
    }
}

fn again(ctx: &Ctx, wrong: Wrong) -> Result<Response, PageError> {
    render_status(StatusCode::UNPROCESSABLE_ENTITY, &Profile::new(ctx, Some(wrong)))
}
