//! JSON for other systems: the same doors as the pages, by token or session.
//!
//! Every answer that is no success is an RFC 9457 problem document ([`problem`]); the description of it all is generated
//! from the handlers ([`openapi`]) and committed as `docs/openapi.json`.

mod cases;
mod client;
mod commands;
mod exhibits;
mod export;
mod guide;
mod journal;
mod parse;
mod problem;
mod redacted;
mod reports;
mod shape;
mod statements;
mod upload;

use crate::security;
use app::App;
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use problem::{Problem, ProblemDocument};
use serde_json::{Value, json};
use std::any::Any;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Værn",
        description = "What the workplace does when one of its people is harassed or threatened digitally. Every change goes \
            through the same door as on the pages and is an entry in the case's journal, and so is every look. What the \
            caller may not see does not exist: 404. Errors are RFC 9457 problem documents in the language of \
            `Accept-Language` (Danish unless English is preferred); `type` is `urn:vaern:problem:` and a code that stays.",
        license(name = "MPL-2.0", identifier = "MPL-2.0"),
    ),
    servers((url = "/")),
    security(("token" = []), ("session" = [])),
    components(schemas(ProblemDocument)),
)]
struct Described;

/// The most bytes of a command or of a JSON part: 1 MiB.
const JSON_LIMIT: usize = 1024 * 1024;

/// The most bytes of a sending with files: as many files as are taken, each as large as is taken, and the words. How large
/// each file is, is counted where it is received.
fn files() -> DefaultBodyLimit {
    let all = app::FILE_LIMIT
        .saturating_mul(app::FILES_LIMIT as u64)
        .saturating_add(16 * 1024 * 1024);
    DefaultBodyLimit::max(usize::try_from(all).unwrap_or(usize::MAX))
}

/// All routes with their description.
fn described() -> (Router<Arc<App>>, OpenApi) {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(cases::me))
        .routes(routes!(cases::my_duties))
        .routes(routes!(reports::create).layer(files()))
        .routes(routes!(cases::list))
        .routes(routes!(cases::search))
        .routes(routes!(cases::one))
        .routes(routes!(cases::duties))
        .routes(routes!(commands::perform).layer(DefaultBodyLimit::max(JSON_LIMIT)))
        .routes(routes!(journal::journal))
        .routes(routes!(journal::access_log))
        .routes(routes!(exhibits::list, exhibits::add).layer(files()))
        .routes(routes!(exhibits::original))
        .routes(routes!(redacted::list, redacted::make).layer(DefaultBodyLimit::max(JSON_LIMIT)))
        .routes(routes!(redacted::one))
        .routes(routes!(statements::list))
        .routes(routes!(export::bag))
        .routes(routes!(guide::guide))
        .split_for_parts()
}

/// The routes under `/api`.
pub fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let (routes, _) = described();
    routes
        .route("/api/openapi.json", get(description))
        .route("/api", any(unknown))
        .route("/api/{*rest}", any(unknown))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(security::same_site())
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(app),
            problem::speak,
        ))
}

/// The description of the API, OpenAPI 3.1, as indented JSON that ends in a line break.
pub fn openapi() -> String {
    let (_, mut description) = described();
    let schemes = &mut description.components.get_or_insert_default().security_schemes;
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let session =
        ApiKeyValue::with_description("vaern", "The session of the pages, for our own scripts on them.");
    schemes.insert("token".into(), token.into());
    schemes.insert(
        "session".into(),
        SecurityScheme::ApiKey(ApiKey::Cookie(session)).into(),
    );
    let mut json = serde_json::to_value(&description).expect("a description is made of strings and lists");
    complete(&mut json);
    format!("{json:#}\n")
}

/// What holds for every operation: each answer has its words, and whatever else goes wrong is a problem document too.
fn complete(description: &mut Value) {
    let operations = description["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(|paths| paths.values_mut());
    let operations = operations
        .flat_map(|path| path.as_object_mut())
        .flat_map(|path| path.values_mut());
    for operation in operations {
        let Some(answers) = operation["responses"].as_object_mut() else {
            continue;
        };
        for (status, answer) in answers.iter_mut() {
            let code = StatusCode::from_bytes(status.as_bytes())
                .ok()
                .and_then(|status| status.canonical_reason());
            let said = answer
                .as_object_mut()
                .map(|answer| answer.entry("description").or_insert(Value::Null));
            said.filter(|said| said.as_str().is_none_or(str::is_empty))
                .into_iter()
                .for_each(|said| *said = code.unwrap_or("Answer").into());
        }
        let document = json!({ "$ref": "#/components/schemas/ProblemDocument" });
        let content = json!({ "application/problem+json": { "schema": document } });
        answers.insert(
            "default".into(),
            json!({ "description": "Any other problem", "content": content }),
        );
    }
}

/// `GET /api/openapi.json`; it says nothing about anybody, so it is open to all.
async fn description() -> Response {
    ([(CONTENT_TYPE, "application/json")], openapi()).into_response()
}

async fn unknown() -> Problem {
    Problem::of("not-found")
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> http::Response<Body> {
    Problem::of("internal").into_response()
}
