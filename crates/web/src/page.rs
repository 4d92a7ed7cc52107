//! What every page has: its frame, the way it is rendered, and the page that stands for an error.

use crate::assets;
use crate::ctx::{Ctx, Visitor, wants_json};
use crate::observe::RequestId;
use crate::stalled::Stalled;
use crate::text::L;
use app::{App, AppError};
use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::organisation::Person;
use domain::vocabulary::Role;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;
use std::any::Any;
use std::sync::Arc;

/// Header and footer of a page, and the language that it is written in.
#[derive(Clone, Debug)]
pub struct Frame {
    pub l: L,
    pub nav: Vec<Link>,
    pub who: Option<Who>,
    /// Invented people and cases: every page says so.
    pub demo: bool,
    /// A page of a made-up case: every one says so.
    pub drill: bool,
    /// Path and query, for coming back after a change of language.
    pub path: String,
    /// The message of something that has just succeeded.
    pub done: Option<String>,
    /// The key that seals what waits on the person's device; empty for nobody.
    pub outbox: String,
}

/// One entry of the navigation.
#[derive(Clone, Debug)]
pub struct Link {
    pub href: &'static str,
    pub label: String,
    pub current: bool,
}

/// Who is signed in, as the header says it.
#[derive(Clone, Debug)]
pub struct Who {
    pub name: String,
    pub title: String,
}

impl Frame {
    /// The frame of a page for somebody who is signed in.
    pub fn of(ctx: &Ctx) -> Self {
        Self::new(&ctx.app, &ctx.l, &ctx.path, Some(&ctx.me))
    }

    /// The frame of a page for anybody.
    pub fn for_visitor(visitor: &Visitor) -> Self {
        Self::new(
            &visitor.app,
            &visitor.l,
            &visitor.path,
            visitor.caller.as_ref().map(|(_, me)| me),
        )
    }

    pub(crate) fn new(app: &App, l: &L, path: &str, me: Option<&Person>) -> Self {
        let key = crate::ctx::query(path, "done").map(|key| format!("done-{key}"));
        let plain = |key: &String| {
            key.bytes()
                .all(|byte| byte.is_ascii_lowercase() || b"-0123456789".contains(&byte))
        };
        let done = key.filter(plain).filter(|key| l.has(key)).map(|key| l.t(&key));
        let who = me.map(|me| Who {
            name: me.name.clone(),
            title: me.title.clone(),
        });
        Self {
            l: l.clone(),
            nav: nav(l, path, me),
            who,
            demo: app.is_demo(),
            // By the address, so that no page of it can forget.
            drill: path.starts_with("/practise/case") && me.is_some_and(domain::drill::case::is_for),
            path: path.to_owned(),
            done,
            outbox: me.map_or_else(String::new, |me| {
                URL_SAFE_NO_PAD.encode(app.outbox_public(&me.id))
            }),
        }
    }

    /// The word for a value: `word("role", "hr")` is the text `role-hr`.
    pub fn word(&self, list: &str, value: &str) -> String {
        self.l.t(&format!("{list}-{value}"))
    }

    /// The query of the first page of a list: as asked, without the place to go on from.
    pub fn first_page(&self) -> String {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        query
            .split('&')
            .filter(|pair| !pair.starts_with("after="))
            .collect::<Vec<_>>()
            .join("&")
    }

    /// The address of an embedded file, which changes when any of them does.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

/// The way round, by role; the start page is everybody's.
fn nav(l: &L, path: &str, me: Option<&Person>) -> Vec<Link> {
    let Some(me) = me else { return Vec::new() };
    let mut links = vec![("/", "nav-start")];
    let handles = [
        Role::Manager,
        Role::Deputy,
        Role::LegalAdviser,
        Role::Hr,
        Role::Communication,
    ];
    let oversees_only = [Role::Dpo, Role::Admin, Role::Safety]
        .iter()
        .any(|role| me.has(*role));
    if me.has(Role::LegalAdviser) {
        links.extend([("/duties", "nav-review"), ("/cases", "nav-cases")]);
    } else if handles.iter().any(|role| me.has(*role)) {
        links.extend([("/duties", "nav-duties"), ("/cases", "nav-cases")]);
    } else if !oversees_only {
        links.push(("/cases", "nav-reports"));
    }
    if me.has(Role::Hr) {
        links.push(("/mail", "nav-mail"));
    }
    links.push(("/guide", "nav-guide"));
    if me.has(Role::Dpo) {
        links.push(("/access-log", "nav-access-log"));
    }
    if me.has(Role::Admin) {
        links.extend([
            ("/operations", "nav-operations"),
            ("/organisation", "nav-organisation"),
        ]);
    }
    let here = path.split('?').next().unwrap_or("/");
    let current = |href: &str| {
        if href == "/" {
            here == "/"
        } else {
            here.starts_with(href)
        }
    };
    links
        .into_iter()
        .map(|(href, key)| Link {
            href,
            label: l.t(key),
            current: current(href),
        })
        .collect()
}

/// A template as a page.
///
/// # Errors
/// [`Fault::Internal`] if the template fails, which it does not.
pub fn render(template: &impl Template) -> Result<Response, PageError> {
    render_status(StatusCode::OK, template)
}

/// A template as a page with a status of its own (a form that was refused: 422 or 409).
///
/// # Errors
/// As [`render`].
pub fn render_status(status: StatusCode, template: &impl Template) -> Result<Response, PageError> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a template failed");
        Fault::Internal
    })?;
    Ok((status, Html(html)).into_response())
}

/// Why there is an error instead of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    NotFound,
    Forbidden,
    /// Sent from another site, or from a page that was.
    CrossSite,
    SignedOut,
    /// Refused, with the words for it already in the user's language, or a refusal's code.
    Refused(&'static str),
    TooMany,
    TooLarge,
    BadRequest,
    /// Nothing more came of what was being sent.
    TooSlow,
    Busy,
    Unavailable,
    DiskFull,
    Internal,
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Busy | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Self::NotFound => "fault-not-found",
            Self::Forbidden => "fault-forbidden",
            Self::CrossSite => "fault-cross-site",
            Self::SignedOut => "fault-signed-out",
            Self::Refused(_) => "fault-refused",
            Self::TooMany => "fault-too-many",
            Self::TooLarge => "fault-too-large",
            Self::BadRequest => "fault-bad-request",
            Self::TooSlow => "fault-too-slow",
            Self::Busy => "fault-busy",
            Self::Unavailable => "fault-unavailable",
            Self::DiskFull => "fault-disk-full",
            Self::Internal => "fault-internal",
        }
    }

    /// What an error without a page of its own means.
    fn of(response: &Response) -> Self {
        if let Some(fault) = response.extensions().get::<Self>() {
            return fault.clone();
        }
        match response.status() {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::FORBIDDEN => Self::CrossSite,
            StatusCode::UNAUTHORIZED => Self::SignedOut,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            status if status.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

/// The error of a page handler: rendered by [`faults`] in the language of whoever asked.
#[derive(Debug)]
pub struct PageError(Fault);

impl From<Fault> for PageError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl From<AppError> for PageError {
    fn from(error: AppError) -> Self {
        Self(match error {
            AppError::NotFound => Fault::NotFound,
            AppError::Forbidden => Fault::Forbidden,
            AppError::Refused(refusal) => Fault::Refused(refusal.code()),
            AppError::Guide(refused) => Fault::Refused(refused.code()),
            AppError::Files(_) | AppError::KeyReused => Fault::BadRequest,
            AppError::DiskFull => Fault::DiskFull,
            AppError::TooMany => Fault::TooMany,
            AppError::Busy => Fault::Busy,
            // Logged once, where it was noticed.
            AppError::Unavailable(_) => Fault::Unavailable,
            AppError::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a page failed");
                Fault::Internal
            }
        })
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.0.status().into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

/// No such address.
pub async fn unknown() -> PageError {
    Fault::NotFound.into()
}

/// What is answered when a handler panicked; the report of it is in the log.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> http::Response<Body> {
    let words =
        "Noget gik galt hos os. Prøv igen om lidt. · Something went wrong on our side. Try again shortly.\n";
    (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
}

#[derive(Template)]
#[template(path = "frame/fault.html")]
struct FaultPage {
    frame: Frame,
    title: String,
    detail: String,
    /// By which whoever runs the system finds the request; only where it is for them to do something.
    request_id: Option<RequestId>,
}

/// Puts a page, or a problem document for a script, where a handler or a layer answered with a bare error.
pub async fn faults(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let (stalled, id) = (Stalled::of(&request), RequestId::of(&request));
    let response = next.run(request).await;
    let mut status = response.status();
    let written = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let is_page = written.is_some_and(|kind| kind.starts_with("text/html") || kind.contains("json"));
    if is_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let mut fault = Fault::of(&response);
    if fault == Fault::BadRequest && stalled.is_set() {
        fault = Fault::TooSlow;
        status = fault.status();
    }
    let asked = Asked { headers, path, id };
    let mut page = fault_page(&app, &asked, status, &fault).await;
    for (name, value) in response
        .headers()
        .iter()
        .filter(|(name, _)| *name == http::header::ALLOW || name.as_str().starts_with("tus-"))
    {
        page.headers_mut().insert(name, value.clone());
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        page.headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    page
}

/// What is known of a request that went wrong.
struct Asked {
    headers: HeaderMap,
    path: String,
    id: Option<RequestId>,
}

async fn fault_page(app: &Arc<App>, asked: &Asked, status: StatusCode, fault: &Fault) -> Response {
    let visitor = match Visitor::read(app, &asked.headers, asked.path.clone()).await {
        Ok(visitor) => visitor,
        // Not even the session can be read: a page without a name.
        Err(_) => Visitor::nobody(app),
    };
    let (title, mut detail) = (
        visitor.l.t(fault.key()),
        visitor.l.t(&format!("{}-detail", fault.key())),
    );
    if let Fault::Refused(code) = fault {
        detail = visitor.l.t(&format!("refusal-{code}"));
    }
    if wants_json(&asked.headers) {
        let mut problem = json!({ "status": status.as_u16(), "title": title, "detail": detail });
        if let Some(id) = &asked.id {
            problem["request_id"] = id.to_string().into();
        }
        return (
            status,
            [(CONTENT_TYPE, "application/problem+json")],
            problem.to_string(),
        )
            .into_response();
    }
    let page = FaultPage {
        frame: Frame::for_visitor(&visitor),
        title,
        detail,
        request_id: asked.id.clone().filter(|_| status.is_server_error()),
    };
    render_status(status, &page).unwrap_or_else(IntoResponse::into_response)
}
