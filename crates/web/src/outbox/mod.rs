//! What waits on the person's own device: the page that lists it, the form that opens without a network, the key that
//! opens it, what the phone's *Share* sends here (docs/adr/0008-outbox.md) and what our extension captured (0010).

mod manifest;
mod share;

use crate::ctx::{Ctx, Visitor};
use crate::page::{Frame, PageError, render};
use crate::text::L;
use app::{App, FILE_LIMIT};
use askama::Template;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::language::Language;
use http::Uri;
use http::header::HeaderName;
use serde_json::json;
use std::sync::Arc;

/// The routes of the installed app.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/manifest.webmanifest", get(manifest::show))
        .route("/outbox", get(outbox))
        .route("/outbox/key", get(key))
        .route("/capture", get(capture))
        .route("/offline", get(offline))
        .route("/offline/outbox", get(offline_outbox))
        // What is shared is read to its end and dropped here, so its size costs no memory.
        .route(
            "/share",
            get(async || Redirect::to("/report"))
                .post(share::take)
                .layer(DefaultBodyLimit::disable()),
        )
}

#[derive(Template)]
#[template(path = "outbox/outbox.html")]
struct Outbox {
    frame: Frame,
}

/// `GET /outbox`: anybody may see that something waits; the server knows nothing of it.
async fn outbox(visitor: Visitor) -> Result<Response, PageError> {
    render(&Outbox {
        frame: Frame::for_visitor(&visitor),
    })
}

/// `GET /outbox/key`: both halves of the person's own pair, base64url; never kept anywhere.
async fn key(ctx: Ctx) -> Response {
    let pair = ctx.app.outbox_pair(&ctx.me.id);
    Json(json!({
        "public": URL_SAFE_NO_PAD.encode(pair.public),
        "secret": URL_SAFE_NO_PAD.encode(pair.secret),
    }))
    .into_response()
}

#[derive(Template)]
#[template(path = "outbox/capture.html")]
struct Capture {
    frame: Frame,
}

/// `GET /capture`: takes what our extension captured, from the extension's own window, which has to be able to speak to this one;
/// so this page alone may be opened by another origin. It holds nothing of anybody: the session cookie does not come along
/// from elsewhere, and what is done here is done by its script in the person's own name.
async fn capture(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, PageError> {
    let page = render(&Capture {
        frame: frame_of_nobody(&app, &uri, "/capture"),
    })?;
    let speaks = (
        HeaderName::from_static("cross-origin-opener-policy"),
        "unsafe-none",
    );
    Ok(([speaks], page).into_response())
}

#[derive(Template)]
#[template(path = "outbox/offline.html")]
struct Offline {
    frame: Frame,
    max_bytes: u64,
}

/// `GET /offline`: the form that the service worker keeps.
async fn offline(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, PageError> {
    render(&Offline {
        frame: frame_of_nobody(&app, &uri, "/report"),
        max_bytes: FILE_LIMIT,
    })
}

/// `GET /offline/outbox`: the list that the service worker keeps.
async fn offline_outbox(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, PageError> {
    render(&Outbox {
        frame: frame_of_nobody(&app, &uri, "/outbox"),
    })
}

/// The same for everybody, whoever is signed in: what the device keeps must name nobody.
fn frame_of_nobody(app: &App, uri: &Uri, path: &str) -> Frame {
    let asked = uri.path_and_query().map_or("", |path| path.as_str());
    let language = crate::ctx::query(asked, "language");
    let language = language
        .as_deref()
        .and_then(Language::parse)
        .unwrap_or(Language::Da);
    let l = L::new(language, &app.calendar().local(app.now()));
    Frame::new(app, &l, path, None)
}
