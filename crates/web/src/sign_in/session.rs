//! The session cookie.

use crate::ctx::{cookie, session_cookie};
use crate::page::PageError;
use app::{App, AppError, NewSession};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use std::sync::Arc;

/// A cookie that only we read, only from here, until the browser closes or the session ends.
fn set_cookie(app: &App, value: &str, attributes: &str) -> Option<HeaderValue> {
    let secure = if app.secure_cookies() { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{attributes}",
        session_cookie(app)
    );
    HeaderValue::from_str(&text).ok()
}

/// Goes on to `next` with the new session.
pub fn begin(app: &App, new: &NewSession, next: &str) -> Response {
    let mut response = Redirect::to(next).into_response();
    response
        .headers_mut()
        .extend(set_cookie(app, &new.secret, "").map(|cookie| (SET_COOKIE, cookie)));
    response
}

/// Ends the session that the request carries, if any: nobody keeps an old one beside a new one.
pub async fn end(app: &App, headers: &HeaderMap) -> Result<(), AppError> {
    match cookie(headers, session_cookie(app)) {
        Some(secret) => app.sign_out(secret).await,
        None => Ok(()),
    }
}

/// `POST /sign-out`
pub async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, PageError> {
    end(&app, &headers).await?;
    let next = if app.is_demo() { "/" } else { "/sign-in" };
    let mut response = Redirect::to(next).into_response();
    response
        .headers_mut()
        .extend(set_cookie(&app, "", "; Max-Age=0").map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}
