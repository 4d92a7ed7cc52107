//! `GET /report`: the form, also again with what was typed when something was wrong.

use super::colleague::nearby;
use super::receive::Received;
use super::send::{FieldError, file_limit};
use crate::ctx::Ctx;
use crate::guide::howto::{Howto, Shelf};
use crate::page::{Frame, PageError, render, render_status};
use app::FILE_LIMIT;
use askama::Template;
use axum::response::Response;
use domain::guide::Platform;
use domain::vocabulary::Medium;
use http::StatusCode;

/// The fields as they were typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub about: String,
    pub colleague: String,
    pub text: String,
    pub acute: bool,
    pub not_to_manager: bool,
    pub medium: String,
    pub platform: String,
    pub source_url: String,
    pub first_seen: String,
    pub originator: String,
    /// The box of a drill is ticked.
    pub practise: bool,
}

impl Typed {
    /// What came.
    pub fn of(received: &Received) -> Self {
        let text = |name: &str| received.text(name).to_owned();
        Self {
            about: text("about"),
            colleague: text("colleague"),
            text: text("text"),
            acute: received.ticked("acute"),
            not_to_manager: received.ticked("not_to_manager"),
            medium: text("medium"),
            platform: text("platform"),
            source_url: text("source_url"),
            first_seen: text("first_seen"),
            originator: text("originator"),
            practise: received.ticked("practise"),
        }
    }

    fn has_details(&self) -> bool {
        let details = [
            &self.medium,
            &self.platform,
            &self.source_url,
            &self.first_seen,
            &self.originator,
        ];
        details.iter().any(|field| !field.is_empty())
    }
}

#[derive(Template)]
#[template(path = "report/form.html")]
struct Form {
    frame: Frame,
    typed: Typed,
    errors: Vec<FieldError>,
    /// Who will have it, if the report is about the one who tells.
    manager: String,
    nearby: Vec<String>,
    media: Vec<(&'static str, String)>,
    open_details: bool,
    /// They have a drill that can be sent in.
    practises: bool,
    /// Now, for the field that takes no future.
    latest: String,
    key: String,
    max_bytes: u64,
    limit: String,
    /// How to take a screenshot there: every platform and device that the guide has.
    platforms: Vec<Howto>,
    devices: Vec<Howto>,
    /// The words by which the platforms are known, for the script, as JSON.
    known: String,
}

impl Form {
    async fn new(ctx: &Ctx, typed: Typed, errors: Vec<FieldError>) -> Result<Self, PageError> {
        let guide = Shelf::current(ctx).await?;
        let (platforms, devices) = guide.map(|guide| guide.screenshots()).unwrap_or_default();
        let l = &ctx.l;
        let first = ctx
            .org
            .chain_of_command(&ctx.me.unit)
            .into_iter()
            .find(|step| step.person != ctx.me.id);
        let details = ["medium", "platform", "source_url", "first_seen", "originator"];
        Ok(Self {
            practises: ctx.app.practises(&ctx.caller).await?,
            platforms,
            devices,
            known: serde_json::to_string(&Platform::WORDS).unwrap_or_default(),
            frame: Frame::of(ctx),
            open_details: typed.has_details()
                || errors.iter().any(|error| details.contains(&error.field.as_str())),
            manager: first.map_or_else(|| l.t("report-management"), |step| ctx.name(&step.person)),
            nearby: nearby(ctx),
            media: Medium::ALL
                .iter()
                .map(|medium| (medium.name(), l.t(&format!("medium-{medium}"))))
                .collect(),
            latest: l.write_moment(ctx.now),
            key: format!("{:032x}", rand::random::<u128>()),
            max_bytes: FILE_LIMIT,
            limit: file_limit(FILE_LIMIT),
            typed,
            errors,
        })
    }

    fn error(&self, field: &str) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.field == field)
    }

    /// The attributes that tie a field to what is said of it.
    fn described(&self, field: &str, hint: bool) -> Described {
        let id = |end: &str| format!("{field}-{end}");
        let error = self.error(field).is_some();
        let ids = [(hint, "hint"), (error, "error")]
            .into_iter()
            .filter(|(there, _)| *there);
        Described {
            ids: ids.map(|(_, end)| id(end)).collect::<Vec<_>>().join(" "),
            error,
        }
    }
}

struct Described {
    ids: String,
    error: bool,
}

/// `GET /report`
pub async fn show(ctx: Ctx) -> Result<Response, PageError> {
    let typed = Typed {
        about: "me".to_owned(),
        // Only whoever came from the practice page has it ticked for them: a threat must not become a drill unseen.
        practise: ctx.query("drill").is_some(),
        ..Typed::default()
    };
    let mut errors = Vec::new();
    if ctx.query("shared").as_deref() == Some("nothing") {
        errors.push(FieldError::new("text", ctx.l.t("share-nothing")));
    }
    render(&Form::new(&ctx, typed, errors).await?)
}

/// The form again, with what was typed and what is wrong.
///
/// # Errors
/// As [`render`].
pub async fn again(
    ctx: &Ctx,
    status: StatusCode,
    typed: Typed,
    errors: Vec<FieldError>,
) -> Result<Response, PageError> {
    render_status(status, &Form::new(ctx, typed, errors).await?)
}
