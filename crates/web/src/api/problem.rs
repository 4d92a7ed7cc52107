//! What went wrong, as RFC 9457 says it (checked 2026-11-23).

use crate::ctx::Visitor;
use crate::observe::RequestId;
use crate::report::send::file_message;
use crate::stalled::Stalled;
use crate::text::L;
use app::{App, AppError, FileFault, FileProblem};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::case::Refusal;
use domain::language::Language;
use domain::vocabulary::DutyKind;
use http::header::{
    ACCEPT_LANGUAGE, ALLOW, AUTHORIZATION, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A problem document.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// `urn:vaern:problem:` and a code that stays the same.
    #[serde(rename = "type")]
    #[schema(example = "urn:vaern:problem:already-done")]
    kind: String,
    /// In the language of `Accept-Language`.
    title: String,
    status: u16,
    detail: String,
    /// Each field and each file that can't be accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// The duties that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    duties: Vec<DutyKind>,
    /// The number of the request, by which whoever runs the system finds it in the log; also in the header `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4bf92f3577b34da6")]
    request_id: Option<String>,
}

/// One field or file that can't be accepted.
#[derive(Debug, Serialize, ToSchema)]
struct FieldError {
    /// The field by its place in the JSON (`grounds.said`), or `exhibit` for a file.
    field: String,
    /// A code that stays the same.
    code: String,
    message: String,
    /// The file's name, if it is a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

/// Why there is no answer. Rendered by [`speak`] in the language of whoever asked.
#[derive(Clone, Debug)]
pub struct Problem {
    code: &'static str,
    about: About,
}

#[derive(Clone, Debug)]
enum About {
    Nothing,
    Fields(Vec<FieldFault>),
    Files(Vec<FileProblem>),
    Duties(Vec<DutyKind>),
    /// Line and column at which JSON stops being JSON, of which part.
    Place {
        part: &'static str,
        line: usize,
        column: usize,
    },
}

/// What is wrong with one field of what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    pub field: String,
    pub code: &'static str,
    /// What would be right, in words of the format.
    pub expected: Vec<String>,
}

/// The codes of fields beside those of [`Refusal::PROBLEMS`].
pub const FIELD_CODES: &[&str] = &["unknown-field", "wrong-type", "twice"];

/// Every code of a problem beside those of [`Refusal::CODES`], with its status.
pub const CODES: &[(&str, StatusCode)] = &[
    ("unauthorized", StatusCode::UNAUTHORIZED),
    ("forbidden", StatusCode::FORBIDDEN),
    ("cross-site", StatusCode::FORBIDDEN),
    ("not-found", StatusCode::NOT_FOUND),
    ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED),
    ("too-large", StatusCode::PAYLOAD_TOO_LARGE),
    ("files-too-big", StatusCode::PAYLOAD_TOO_LARGE),
    ("not-json", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ("not-multipart", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ("broken-multipart", StatusCode::BAD_REQUEST),
    ("cut-off", StatusCode::BAD_REQUEST),
    ("too-slow", StatusCode::REQUEST_TIMEOUT),
    ("bad-request", StatusCode::BAD_REQUEST),
    ("invalid-json", StatusCode::UNPROCESSABLE_ENTITY),
    ("invalid-field", StatusCode::UNPROCESSABLE_ENTITY),
    ("invalid-files", StatusCode::UNPROCESSABLE_ENTITY),
    ("key-reused", StatusCode::UNPROCESSABLE_ENTITY),
    ("too-many-requests", StatusCode::TOO_MANY_REQUESTS),
    ("busy", StatusCode::SERVICE_UNAVAILABLE),
    ("unavailable", StatusCode::SERVICE_UNAVAILABLE),
    ("disk-full", StatusCode::INSUFFICIENT_STORAGE),
    ("internal", StatusCode::INTERNAL_SERVER_ERROR),
];

impl Problem {
    /// A problem that needs no more words.
    pub fn of(code: &'static str) -> Self {
        Self {
            code,
            about: About::Nothing,
        }
    }

    /// One field that can't be accepted.
    pub fn field(field: &str, code: &'static str) -> Self {
        Self::fields(vec![FieldFault {
            field: field.to_owned(),
            code,
            expected: Vec::new(),
        }])
    }

    /// Fields that can't be accepted.
    pub fn fields(faults: Vec<FieldFault>) -> Self {
        Self {
            code: "invalid-field",
            about: About::Fields(faults),
        }
    }

    /// Files that can't be accepted: 413 if size is all that is wrong with them.
    pub fn files(problems: Vec<FileProblem>) -> Self {
        let too_big = |problem: &FileProblem| matches!(problem.fault, FileFault::TooBig { .. });
        let code = if problems.iter().all(too_big) {
            "files-too-big"
        } else {
            "invalid-files"
        };
        Self {
            code,
            about: About::Files(problems),
        }
    }

    /// The sending ended in the middle of this file, or before the end of all of them.
    pub fn cut_off(name: Option<String>) -> Self {
        let problem = |name| FileProblem {
            name,
            fault: FileFault::CutOff,
        };
        Self {
            code: "cut-off",
            about: About::Files(name.map(problem).into_iter().collect()),
        }
    }

    /// The same problem, when the sending was given up because nothing more came.
    fn too_slow(mut self) -> Self {
        if self.status() == StatusCode::BAD_REQUEST {
            self.code = "too-slow";
        }
        self
    }

    /// Not JSON from this line and column on (both from 1).
    pub fn not_json(part: &'static str, line: usize, column: usize) -> Self {
        Self {
            code: "invalid-json",
            about: About::Place { part, line, column },
        }
    }

    fn refused(refusal: Refusal) -> Self {
        let (code, duties) = (refusal.code(), refusal.duties());
        match refusal {
            Refusal::Invalid { field, problem } => Self::field(&field, problem),
            _ => Self {
                code,
                about: About::Duties(duties),
            },
        }
    }

    fn status(&self) -> StatusCode {
        let known = CODES.iter().find(|(code, _)| *code == self.code);
        // All others are refusals of the domain.
        known.map_or(StatusCode::CONFLICT, |(_, status)| *status)
    }

    fn document(&self, l: &L) -> ProblemDocument {
        let is_refusal = self.status() == StatusCode::CONFLICT;
        let title = if is_refusal {
            l.t("api-refused")
        } else {
            l.t(&format!("api-{}", self.code))
        };
        let detail = if is_refusal {
            format!("refusal-{}", self.code)
        } else {
            format!("api-{}-detail", self.code)
        };
        let detail = match &self.about {
            About::Place { part, line, column } => l.ta(
                &detail,
                &[
                    ("part", (*part).to_owned()),
                    ("line", line.to_string()),
                    ("column", column.to_string()),
                ],
            ),
            _ => l.t(&detail),
        };
        let errors = match &self.about {
            About::Fields(faults) => faults.iter().map(|fault| field_error(l, fault)).collect(),
            About::Files(problems) => problems.iter().map(|problem| file_error(l, problem)).collect(),
            _ => Vec::new(),
        };
        let duties = if let About::Duties(duties) = &self.about {
            duties.clone()
        } else {
            Vec::new()
        };
        let kind = format!("urn:vaern:problem:{}", self.code);
        ProblemDocument {
            kind,
            title,
            status: self.status().as_u16(),
            detail,
            errors,
            duties,
            request_id: None,
        }
    }
}

fn field_error(l: &L, fault: &FieldFault) -> FieldError {
    let ours = FIELD_CODES.contains(&fault.code);
    let mut message = l.t(&format!(
        "{}-{}",
        if ours { "api-field" } else { "problem" },
        fault.code
    ));
    if !fault.expected.is_empty() {
        message = format!("{message}: {}", fault.expected.join(", "));
    }
    FieldError {
        field: fault.field.clone(),
        code: fault.code.to_owned(),
        message,
        file: None,
    }
}

fn file_error(l: &L, problem: &FileProblem) -> FieldError {
    FieldError {
        field: "exhibit".into(),
        code: problem.fault.code().into(),
        message: file_message(l, problem),
        file: Some(problem.name.clone()),
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound => Self::of("not-found"),
            AppError::Forbidden => Self::of("forbidden"),
            AppError::Refused(refusal) => Self::refused(refusal),
            AppError::Guide(refused) => Self::of(refused.code()),
            AppError::Files(problems) => Self::files(problems),
            AppError::KeyReused => Self::of("key-reused"),
            AppError::DiskFull => Self::of("disk-full"),
            AppError::TooMany => Self::of("too-many-requests"),
            AppError::Busy => Self::of("busy"),
            // Logged once, where it was noticed.
            AppError::Unavailable(_) => Self::of("unavailable"),
            AppError::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                Self::of("internal")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What an error of a layer means.
fn meaning(response: &Response) -> Problem {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return problem.clone();
    }
    Problem::of(match response.status() {
        StatusCode::FORBIDDEN => "cross-site",
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "too-large",
        status if status.is_client_error() => "bad-request",
        _ => "internal",
    })
}

/// Writes the document where a handler or a layer has left only what the problem is.
pub async fn speak(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let (stalled, id) = (Stalled::of(&request), RequestId::of(&request));
    let response = next.run(request).await;
    if !(response.status().is_client_error() || response.status().is_server_error()) {
        return response;
    }
    let mut problem = meaning(&response);
    if stalled.is_set() {
        problem = problem.too_slow();
    }
    let l = language(&app, &headers).await;
    let document = ProblemDocument {
        request_id: id.map(|id| id.to_string()),
        ..problem.document(&l)
    };
    let body = serde_json::to_vec(&document).unwrap_or_default();
    let kind = [
        (CONTENT_TYPE, "application/problem+json"),
        (CONTENT_LANGUAGE, l.code()),
    ];
    let mut spoken = (problem.status(), kind, body).into_response();
    let out = spoken.headers_mut();
    out.extend(
        response
            .headers()
            .get(ALLOW)
            .map(|allowed| (ALLOW, allowed.clone())),
    );
    match problem.status() {
        StatusCode::UNAUTHORIZED => out.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
        StatusCode::SERVICE_UNAVAILABLE => out.insert(RETRY_AFTER, HeaderValue::from_static("1")),
        _ => None,
    };
    spoken
}

/// The language that is asked for; on our own pages the one that was chosen there.
async fn language(app: &Arc<App>, headers: &HeaderMap) -> L {
    if !headers.contains_key(AUTHORIZATION)
        && let Ok(visitor) = Visitor::read(app, headers, "/".into()).await
        && visitor.caller.is_some()
    {
        return visitor.l;
    }
    let asked = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    L::new(preferred(asked), &app.calendar().local(app.now()))
}

/// The first of our languages by weight (RFC 9110, section 12.5.4); Danish if neither is asked for.
fn preferred(asked: &str) -> Language {
    let weighed = asked.split(',').filter_map(|range| {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=")?.trim().parse().ok()?;
        let primary = tag
            .trim()
            .split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let language = if primary == "*" {
            Some(Language::Da)
        } else {
            Language::parse(&primary)
        };
        language
            .filter(|_| weight > 0.0)
            .map(|language| (language, weight))
    });
    let best = weighed.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map_or(Language::Da, |(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heavier_language_is_spoken_and_danish_when_in_doubt() {
        let cases = [
            ("", "da"),
            ("en", "en"),
            ("en-GB,en;q=0.9", "en"),
            ("da, en;q=0.8", "da"),
            ("en;q=0.2, da-DK;q=0.9", "da"),
            ("de, en;q=0.5", "en"),
            ("de", "da"),
            ("*", "da"),
            ("da;q=0, en;q=0.1", "en"),
            ("en;q=æ", "da"),
        ];
        for (asked, spoken) in cases {
            assert_eq!(preferred(asked).code(), spoken, "{asked:?}");
        }
    }

    #[test]
    fn every_problem_is_said_in_both_languages() {
        let noon: jiff::Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
        for language in Language::ALL {
            let l = L::new(*language, &noon.to_zoned(jiff::tz::TimeZone::UTC));
            for (code, _) in CODES {
                assert!(l.has(&format!("api-{code}")), "{language}: api-{code}");
                let problem = if *code == "invalid-json" {
                    Problem::not_json("report", 2, 7)
                } else {
                    Problem::of(code)
                };
                let detail = problem.document(&l).detail;
                assert!(!detail.contains('⟦'), "{language}: {detail}");
            }
            for code in Refusal::CODES {
                assert!(l.has(&format!("refusal-{code}")), "{language}: refusal-{code}");
            }
            let fields = Refusal::PROBLEMS.iter().chain(FIELD_CODES);
            for code in fields {
                let fault = FieldFault {
                    field: "x".into(),
                    code,
                    expected: Vec::new(),
                };
                let message = field_error(&l, &fault).message;
                assert!(!message.contains('⟦'), "{language}: {message}");
            }
        }
    }
}
