//! The API as another system meets it: by token, through the router, on a real store.

mod bad_input;
mod commands;
mod document;
mod inputs;
mod reading;
mod sweep;

use crate::helpers::{Answer, TestApp, multipart};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use domain::ids::PersonId;
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;
use tower::ServiceExt;

/// Another system that acts for a person, or for nobody.
#[derive(Clone)]
pub struct Api {
    router: Router,
    token: Option<String>,
    language: &'static str,
}

impl Api {
    /// With a token for this person, by id.
    pub async fn of(app: &TestApp, person: &str) -> Self {
        let people = app.inner.app.organisation();
        let email = people
            .person(&PersonId::new(person))
            .expect("a person of Fjordby")
            .email
            .clone();
        let token = app.inner.app.create_token(&email).await.expect("a token");
        Self {
            router: app.router.clone(),
            token: Some(token),
            language: "en",
        }
    }

    /// With this token or none.
    pub fn with(app: &TestApp, token: Option<&str>) -> Self {
        Self {
            router: app.router.clone(),
            token: token.map(str::to_owned),
            language: "en",
        }
    }

    /// The same in another language.
    pub fn speaking(&self, language: &'static str) -> Self {
        Self {
            language,
            ..self.clone()
        }
    }

    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(ACCEPT_LANGUAGE, self.language);
        match &self.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        };
        if answer.status.is_client_error() || answer.status.is_server_error() {
            is_problem(&answer);
        }
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(
            self.request(Method::GET, path)
                .body(Body::empty())
                .expect("a request"),
        )
        .await
    }

    /// A command on a case, with an `Idempotency-Key` or without.
    pub async fn command_once(&self, number: &str, command: &Value, key: Option<&str>) -> Answer {
        let mut request = self.request(Method::POST, &format!("/cases/{number}/commands"));
        request = request.header(CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(command.to_string())).expect("a request"))
            .await
    }

    pub async fn command(&self, number: &str, command: Value) -> Answer {
        self.command_once(number, &command, None).await
    }

    /// A form whose JSON part is `part`.
    pub async fn form(
        &self,
        path: &str,
        part: (&str, &str),
        files: &[(&str, &[u8])],
        key: Option<&str>,
    ) -> Answer {
        self.body(path, Body::from(multipart(&[part], files)), key).await
    }

    /// A form as it is.
    pub async fn body(&self, path: &str, body: Body, key: Option<&str>) -> Answer {
        let mut request = self.request(Method::POST, path);
        request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=graense-0");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(body).expect("a request")).await
    }

    pub async fn report(&self, report: &Value, files: &[(&str, &[u8])]) -> Answer {
        self.form("/reports", ("report", &report.to_string()), files, None)
            .await
    }

    /// Reports and gives the number.
    pub async fn case(&self, report: Value, files: &[(&str, &[u8])]) -> String {
        let answer = self.report(&report, files).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()["case"].as_str().expect("a number").to_owned()
    }
}

/// Every error is a problem document of RFC 9457, in words and without anything of ours in it.
#[track_caller]
fn is_problem(answer: &Answer) {
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{}",
        answer.text()
    );
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status.as_u16());
    assert!(
        problem["type"]
            .as_str()
            .is_some_and(|kind| kind.starts_with("urn:vaern:problem:")),
        "{problem}"
    );
    for words in ["title", "detail"] {
        assert!(
            problem[words].as_str().is_some_and(|words| !words.is_empty()),
            "{problem}"
        );
    }
    assert!(
        !answer.text().contains('⟦'),
        "a text is missing: {}",
        answer.text()
    );
}

/// The problem's stable code.
pub fn code(answer: &Answer) -> String {
    let kind = answer.json()["type"].as_str().unwrap_or_default().to_owned();
    kind.trim_start_matches("urn:vaern:problem:").to_owned()
}

/// Each error's field (or file) and code.
pub fn errors(answer: &Answer) -> Vec<(String, String)> {
    let json = answer.json();
    let errors = json["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let named = |error: &Value| {
        if error["file"].is_null() {
            text(&error["field"])
        } else {
            text(&error["file"])
        }
    };
    errors
        .iter()
        .map(|error| (named(error), text(&error["code"])))
        .collect()
}

#[track_caller]
pub fn is_refused(answer: &Answer, status: u16, problem: &str) {
    assert_eq!(
        (answer.status.as_u16(), code(answer).as_str()),
        (status, problem),
        "{}",
        answer.text()
    );
}

/// The problem names exactly this field or file, with this code.
#[track_caller]
pub fn blames(answer: &Answer, status: u16, field: &str, problem: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(
        errors(answer),
        [(field.to_owned(), problem.to_owned())],
        "{}",
        answer.text()
    );
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A claim of the JSON part.
pub fn claim(name: &str, bytes: &[u8]) -> Value {
    json!({"name": name, "sha256": sha256(bytes)})
}

/// How many files lie in the store, finished or not, beside the one that says whose they are.
pub fn stored(app: &TestApp) -> usize {
    fn count(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| {
                if entry.path().is_dir() {
                    count(&entry.path())
                } else {
                    1
                }
            })
            .sum()
    }
    count(&app.inner.scratch.dir().join("blobs")) - 1
}

/// Nothing came of it: no case, and soon no file.
pub async fn nothing_is_left(app: &TestApp, api: &Api) {
    assert_eq!(api.get("/cases").await.json()["items"], json!([]));
    let began = std::time::Instant::now();
    while stored(app) > 0 && began.elapsed().as_secs() < 20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stored(app), 0, "files are left");
}

/// A body that comes in these pieces.
pub fn pieces(pieces: Vec<Result<Bytes, std::io::Error>>) -> Body {
    Body::from_stream(futures_util::stream::iter(pieces))
}
