//! `/livez`, `/readyz` and `/healthz`: for load balancers, service managers and whoever is on call. Open to all; nothing of any case.

use app::{App, Check, Health};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use std::sync::Arc;

/// The routes of health.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/healthz", get(healthz))
}

/// `GET /livez`: whether the process answers at all. It asks nobody else: a server that can't reach its database is not mended by a
/// restart.
async fn livez() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: whether requests ought to be sent here, with each check as JSON. 503 if not.
async fn readyz(State(app): State<Arc<App>>) -> Response {
    let health = app.health().await;
    let status = if health.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = format!("{}\n", document(&health));
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// `GET /healthz`: whether the database answers.
async fn healthz(State(app): State<Arc<App>>) -> Response {
    if app.ready().await {
        "ok\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}

fn document(health: &Health) -> Value {
    let checks: Vec<Value> = health.checks.iter().map(check).collect();
    json!({ "ready": health.is_ready(), "state": health.worst().name(), "checks": checks })
}

fn check(check: &Check) -> Value {
    let mut said = json!({ "name": check.name, "state": check.state.name() });
    if let Some(reason) = check.reason {
        said["reason"] = reason.into();
    }
    for (name, figure) in &check.figures {
        said[*name] = (*figure).into();
    }
    said
}
