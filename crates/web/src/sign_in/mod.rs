//! In and out: with a password, or in a demonstration as anybody.

mod demo;
mod language;
mod session;

use crate::ctx::Visitor;
use crate::page::{Frame, PageError, render, render_status};
use app::{App, SignInError};
use askama::Template;
use axum::Form;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::sync::Arc;

pub use demo::page as demo_page;

/// The routes of signing in and out.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-out", post(session::sign_out))
        .route("/demo/step-in", post(demo::step_in))
        .route("/language", post(language::choose))
}

#[derive(Template)]
#[template(path = "sign_in/sign_in.html")]
struct SignIn {
    frame: Frame,
    email: String,
    next: String,
    /// What went wrong, if something did.
    problem: Option<String>,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

async fn show(visitor: Visitor) -> Result<Response, PageError> {
    let next = crate::ctx::query(&visitor.path, "next").unwrap_or_default();
    if visitor.caller.is_some() {
        return Ok(Redirect::to(local(&next)).into_response());
    }
    // In a demonstration nobody has a password: the start page lets one choose whom to be.
    if visitor.app.is_demo() && next.is_empty() {
        return Ok(Redirect::to("/").into_response());
    }
    if visitor.app.is_demo() {
        return demo::page(&visitor, local(&next));
    }
    render(&SignIn {
        frame: Frame::for_visitor(&visitor),
        email: String::new(),
        next,
        problem: None,
    })
}

async fn sign_in(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let l = &visitor.l;
    let (status, problem) = match app.sign_in(&fields.email, &fields.password).await {
        Ok(new) => {
            session::end(&app, &headers).await?;
            return Ok(session::begin(&app, &new, local(&fields.next)));
        }
        Err(SignInError::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, l.t("sign-in-wrong")),
        Err(SignInError::TooMany { until }) => (
            StatusCode::TOO_MANY_REQUESTS,
            l.ta("sign-in-wait", &[("time", l.time(until))]),
        ),
        Err(SignInError::Internal(error)) => return Err(error.into()),
    };
    let Fields { email, next, .. } = fields;
    render_status(
        status,
        &SignIn {
            frame: Frame::for_visitor(&visitor),
            email,
            next,
            problem: Some(problem),
        },
    )
}

/// A path on this server, or the start page: never another site.
pub fn local(next: &str) -> &str {
    let ours =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t', '\0']);
    if ours { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn after_signing_in_one_stays_on_this_server() {
        assert_eq!(
            local("/cases/2026-0001?drawer=care"),
            "/cases/2026-0001?drawer=care"
        );
        for elsewhere in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "x",
        ] {
            assert_eq!(local(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
