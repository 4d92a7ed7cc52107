//! The one context of a request: who asks, in which language, when, and of what.

use crate::page::{Fault, PageError};
use crate::text::L;
use app::{App, Caller};
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::PersonId;
use domain::language::Language;
use domain::organisation::{Organisation, Person};
use http::header::{ACCEPT, COOKIE};
use http::request::Parts;
use http::{HeaderMap, Method};
use jiff::Timestamp;
use std::sync::Arc;

/// The language of somebody who is not signed in.
pub const LANGUAGE_COOKIE: &str = "vaern-language";

/// A request of a person who is signed in.
pub struct Ctx {
    pub app: Arc<App>,
    pub caller: Caller,
    /// The caller as the organisation knows them.
    pub me: Person,
    pub org: Arc<Organisation>,
    pub l: L,
    pub now: Timestamp,
    /// Path and query, as asked.
    pub path: String,
}

impl Ctx {
    /// A person's name, or the words for somebody who is no longer known.
    pub fn name(&self, person: &PersonId) -> String {
        crate::case::story::Teller {
            l: &self.l,
            organisation: &self.org,
        }
        .name(person)
    }

    /// One value of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        query(&self.path, name)
    }
}

impl FromRequestParts<Arc<App>> for Ctx {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let visitor = Visitor::of(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let signed_in = visitor.signed_in();
        signed_in.ok_or_else(|| sign_in_first(parts))
    }
}

/// A request of anybody.
pub struct Visitor {
    pub app: Arc<App>,
    pub caller: Option<(Caller, Person)>,
    pub l: L,
    pub now: Timestamp,
    pub path: String,
}

impl Visitor {
    /// Reads the session and the language.
    ///
    /// # Errors
    /// What the session store says when it fails.
    pub async fn of(parts: &Parts, app: &Arc<App>) -> Result<Self, PageError> {
        let original = parts
            .extensions
            .get::<OriginalUri>()
            .map_or(&parts.uri, |uri| &uri.0);
        let path = original
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        Self::read(app, &parts.headers, path).await
    }

    /// As [`Visitor::of`], from the parts that matter.
    ///
    /// # Errors
    /// As [`Visitor::of`].
    pub async fn read(app: &Arc<App>, headers: &HeaderMap, path: String) -> Result<Self, PageError> {
        let now = app.now();
        let session = cookie(headers, session_cookie(app));
        let caller = match session {
            Some(secret) => app.session(secret).await?,
            None => None,
        };
        let org = app.organisation();
        let caller = caller.and_then(|caller| {
            let me = caller.actor.person().and_then(|id| org.person(id)).cloned()?;
            Some((caller, me))
        });
        let chosen = cookie(headers, LANGUAGE_COOKIE)
            .and_then(Language::parse)
            .unwrap_or(Language::Da);
        let language = caller.as_ref().map_or(chosen, |(caller, _)| caller.language);
        let l = L::new(language, &app.calendar().local(now));
        Ok(Self {
            app: Arc::clone(app),
            caller,
            l,
            now,
            path,
        })
    }

    /// Somebody of whom nothing can be known, since the session store does not answer.
    pub fn nobody(app: &Arc<App>) -> Self {
        let now = app.now();
        let l = L::new(Language::Da, &app.calendar().local(now));
        Self {
            app: Arc::clone(app),
            caller: None,
            l,
            now,
            path: "/".to_owned(),
        }
    }

    /// The request as that of somebody signed in, if they are.
    pub fn signed_in(self) -> Option<Ctx> {
        let (caller, me) = self.caller?;
        let org = self.app.organisation();
        Some(Ctx {
            app: self.app,
            caller,
            me,
            org,
            l: self.l,
            now: self.now,
            path: self.path,
        })
    }
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        Self::of(parts, app).await
    }
}

/// To the sign-in page and from there back; a script is told instead, lest it take that page for an answer.
fn sign_in_first(parts: &Parts) -> Response {
    if wants_json(&parts.headers) {
        return PageError::from(Fault::SignedOut).into_response();
    }
    let back = match parts.method {
        Method::GET => parts.uri.path_and_query().map_or("/", |path| path.as_str()),
        _ => parts.uri.path(),
    };
    let query = if back == "/" {
        String::new()
    } else {
        format!("?next={}", encode(back))
    };
    Redirect::to(&format!("/sign-in{query}")).into_response()
}

/// Whether the answer is for a script.
pub fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("json"))
}

/// The session cookie's name; over https browsers hold `__Host-` to secure, this host and path `/`.
pub fn session_cookie(app: &App) -> &'static str {
    if app.secure_cookies() {
        "__Host-vaern"
    } else {
        "vaern"
    }
}

/// One cookie of the request.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// One value of a path's query, decoded.
pub fn query(path: &str, name: &str) -> Option<String> {
    let (_, query) = path.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(found, _)| *found == name)
        .map(|(_, value)| decode(value))
}

/// Percent-encodes everything but what a query value may hold as it is.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(byte.into())
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
