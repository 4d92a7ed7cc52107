//! `POST /api/v1/reports`: what happened becomes a case with every clock started.

use super::client::Client;
use super::parse;
use super::problem::{Problem, ProblemDocument};
use super::shape::{Official, Received, owes, owner};
use super::upload::{self, Sending};
use app::{ClaimedFile, Receipt};
use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::case::NewReport;
use domain::organisation::Organisation;
use domain::procedure::Procedure;
use domain::vocabulary::{DutyKind, Medium};
use http::StatusCode;
use http::header::LOCATION;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The JSON part `report`. Some text or one file is all that is needed; `null` is the same as leaving a field out.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct ReportBody {
    /// What happened, in the teller's own words.
    text: String,
    /// `me`, or a colleague's e-mail.
    #[schema(example = "me")]
    about: Option<String>,
    /// A unit's id, when it is aimed at no single person.
    unit: Option<String>,
    acute: bool,
    /// The manager of the unit is not to have the case.
    not_to_manager: bool,
    medium: Option<Medium>,
    platform: String,
    source_url: String,
    /// RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    first_seen: Option<Timestamp>,
    originator: String,
    /// What the sender's device hashed: each file is checked against it.
    exhibits: Vec<Claim>,
}

/// A file as the sender announces it.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct Claim {
    pub name: String,
    /// SHA-256 in hexadecimal.
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    pub sha256: String,
}

/// The two kinds of part.
#[expect(dead_code, reason = "describes the form; the parts are read one by one")]
#[derive(ToSchema)]
pub struct ReportForm {
    report: ReportBody,
    /// Files, each at most 200 MiB, at most 100. What they are is decided by content, not by name.
    #[schema(value_type = Vec<String>, format = Binary)]
    exhibit: Vec<String>,
}

/// What the reporter gets: who has it, what happens and by when, and proof of what was received.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptBody {
    #[schema(example = "2026-0001")]
    case: String,
    report: String,
    owner: Official,
    exhibits: Vec<Received>,
    next: Vec<NextItem>,
}

#[derive(Debug, Serialize, ToSchema)]
struct NextItem {
    duty: DutyKind,
    owner: Official,
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
}

impl ReportBody {
    fn split(self) -> (NewReport, Vec<ClaimedFile>) {
        let about_me = self.about.as_deref().is_some_and(|about| about.trim() == "me");
        let new = NewReport {
            text: self.text,
            about_me,
            about: self.about.filter(|_| !about_me),
            unit: self.unit,
            acute: self.acute,
            not_to_manager: self.not_to_manager,
            medium: self.medium,
            platform: self.platform,
            source_url: self.source_url,
            first_seen: self.first_seen,
            originator: self.originator,
            files: 0,
        };
        (new, claims(self.exhibits))
    }
}

/// The claims as the application takes them.
pub fn claims(exhibits: Vec<Claim>) -> Vec<ClaimedFile> {
    exhibits
        .into_iter()
        .map(|Claim { name, sha256 }| ClaimedFile { name, sha256 })
        .collect()
}

impl ReceiptBody {
    fn of(receipt: &Receipt, people: &Organisation, procedure: &Procedure) -> Self {
        let next = receipt.next.iter().map(|next| NextItem {
            duty: next.duty,
            owner: owes(
                people,
                &next.owner,
                &receipt.owner,
                procedure.rule(next.duty).owed_by,
            ),
            due: next.due,
        });
        Self {
            case: receipt.number.to_string(),
            report: receipt.report.to_string(),
            owner: owner(people, &receipt.owner),
            exhibits: receipt.exhibits.iter().map(Received::from).collect(),
            next: next.collect(),
        }
    }
}

/// Report what happened, with screenshots and other files.
#[utoipa::path(
    post, path = "/api/v1/reports", operation_id = "report", tag = "reports",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key gives the first receipt again.")),
    request_body(content = ReportForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = ReceiptBody, headers(("Location" = String, description = "The new case."))),
        (status = 400, body = ProblemDocument, content_type = "application/problem+json", description = "Cut off or broken; nothing is kept."),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json", description = "Nobody is there to take the case."),
        (status = 413, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json", description = "Names each field and each file; nothing is kept."),
        (status = 507, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn create(client: Client, sending: Sending) -> Result<Response, Problem> {
    let Client {
        app, caller, arrival, ..
    } = &client;
    let mut incoming = app.begin_report(caller);
    let json = upload::read(sending, "report", &mut incoming, *arrival).await?;
    let body = if json.is_empty() {
        ReportBody::default()
    } else {
        parse::json("report", &json)?
    };
    let (new, claimed) = body.split();
    let receipt = app.report(caller, incoming, &claimed, new, client.key()).await?;
    let body = ReceiptBody::of(&receipt, &app.organisation(), &app.procedure());
    let location = [(LOCATION, format!("/api/v1/cases/{}", body.case))];
    Ok((StatusCode::CREATED, location, Json(body)).into_response())
}
