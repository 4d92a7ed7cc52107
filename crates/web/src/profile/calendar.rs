//! One's due dates in one's own calendar (RFC 5545, checked 2026-11-25): the address, and what lies there.

use super::Profile;
use crate::ctx::Ctx;
use crate::page::{PageError, render};
use crate::text::L;
use app::{App, Due};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST};
use icalendar::{Calendar, Component, Event, Property};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// How long an entry is in the calendar: it ends when it is due.
const LENGTH: SignedDuration = SignedDuration::from_mins(15);

/// `POST /profile/calendar`: a new address, shown this once.
pub async fn make(ctx: Ctx, headers: HeaderMap) -> Result<Response, PageError> {
    let path = ctx.app.new_feed(&ctx.caller).await?;
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let scheme = if ctx.app.secure_cookies() { "https" } else { "http" };
    let mut profile = Profile::read(&ctx).await?;
    profile.calendar = Some(format!("{scheme}://{host}{path}"));
    render(&profile)
}

/// `POST /profile/calendar/end`
pub async fn end(ctx: Ctx) -> Result<Response, PageError> {
    ctx.app.end_feed(&ctx.caller).await?;
    Ok(Redirect::to("/profile?done=calendar-end").into_response())
}

/// `GET /calendar/{person}/{secret}.ics`, by whatever program has the address.
pub async fn feed(
    State(app): State<Arc<App>>,
    Path((person, file)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let feed = app
        .feed(&person, file.strip_suffix(".ics").unwrap_or_default())
        .await?;
    let now = app.now();
    let l = L::new(feed.language, &app.calendar().local(now));
    let mut calendar = Calendar::new();
    calendar.name(&l.t("calendar-name"));
    calendar.append_property(Property::new("METHOD", "PUBLISH"));
    calendar.append_property(Property::new("X-PUBLISHED-TTL", "PT1H"));
    for due in &feed.dues {
        calendar.push(event(&l, due, now));
    }
    let head = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CACHE_CONTROL, "private, no-cache"),
    ];
    Ok((head, calendar.done().to_string()).into_response())
}

/// What is due and of which case; nothing of what it is about: calendars are seen by others.
fn event(l: &L, due: &Due, now: Timestamp) -> Event {
    let (uid, summary, at) = match due {
        Due::Duty { number, duty, due } => {
            let duty_name = l.t(&format!("duty-{duty}"));
            let args = [("duty", duty_name.as_str()), ("number", number.as_str())];
            (
                format!("{number}-{duty}@vaern"),
                l.ta("calendar-duty", &args),
                *due,
            )
        }
        Due::Guide { edition, due } => {
            let summary = l.ta("calendar-guide", &[("number", edition.to_string())]);
            (format!("guide-{edition}@vaern"), summary, *due)
        }
        Due::Practice { exercise, due } => {
            let day = l.local(*due).date();
            let summary = l.t(&format!("calendar-practice-{exercise}"));
            (format!("practice-{exercise}-{day}@vaern"), summary, *due)
        }
    };
    let utc = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    Event::new()
        .uid(&uid)
        .summary(&summary)
        .add_property("DTSTAMP", utc(now))
        .add_property("DTSTART", utc(at - LENGTH))
        .add_property("DTEND", utc(at))
        .add_property("TRANSP", "TRANSPARENT")
        .done()
}
