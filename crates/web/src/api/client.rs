//! Who asks: a token of another system, or the session of our own pages.

use super::problem::Problem;
use crate::ctx::{cookie, session_cookie};
use app::{App, Caller};
use axum::extract::{FromRequestParts, OriginalUri};
use domain::case::Arrival;
use domain::ids::CaseNumber;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use std::sync::Arc;

/// How many items a list has when nothing is said.
const LIMIT: u32 = 50;
/// The most it can have.
const MOST: u32 = 200;

/// A request of somebody known.
pub struct Client {
    pub app: Arc<App>,
    pub caller: Caller,
    /// How files that come with this request reach us.
    pub arrival: Arrival,
    path: String,
    key: Option<String>,
}

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let (caller, arrival) = match token(&parts.headers) {
            Some(token) => (app.bearer(token?).await?, Arrival::Api),
            None => (session(app, &parts.headers).await?, Arrival::Uploaded),
        };
        let caller = caller.ok_or(Problem::of("unauthorized"))?;
        let original = parts
            .extensions
            .get::<OriginalUri>()
            .map_or(&parts.uri, |uri| &uri.0);
        let path = original
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        let key = match parts.headers.get("idempotency-key").map(|value| value.to_str()) {
            None => None,
            Some(Ok(key)) if !key.trim().is_empty() => Some(key.trim().to_owned()),
            Some(_) => return Err(Problem::field("Idempotency-Key", "unknown-value")),
        };
        Ok(Self {
            app: Arc::clone(app),
            caller,
            arrival,
            path,
            key,
        })
    }
}

/// The bearer token, if the request carries an `Authorization` of any kind.
fn token(headers: &HeaderMap) -> Option<Result<&str, Problem>> {
    let said = headers.get(AUTHORIZATION)?;
    let bearer = said.to_str().ok().and_then(|said| said.split_once(' '));
    let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    Some(
        bearer
            .map(|(_, token)| token.trim())
            .ok_or(Problem::of("unauthorized")),
    )
}

async fn session(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    match cookie(headers, session_cookie(app)) {
        Some(secret) => Ok(app.session(secret).await?),
        None => Ok(None),
    }
}

impl Client {
    /// One value of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        crate::ctx::query(&self.path, name)
    }

    /// The `Idempotency-Key`.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// How many items are asked for.
    ///
    /// # Errors
    /// 422 naming `limit` unless it is a number from 1 to 200.
    pub fn limit(&self) -> Result<u32, Problem> {
        let Some(asked) = self.query("limit") else {
            return Ok(LIMIT);
        };
        let limit = asked.parse().ok().filter(|limit| (1..=MOST).contains(limit));
        limit.ok_or(Problem::field("limit", "not-a-number"))
    }
}

/// A case's number in a path; what is none is no case.
///
/// # Errors
/// 404.
pub fn number(text: &str) -> Result<CaseNumber, Problem> {
    CaseNumber::parse(text).ok_or(Problem::of("not-found"))
}
