//! `POST /coverage/{unit}/meeting`: gone through at a meeting of the unit, and who was there.

use super::coverage::again;
use crate::command::Posted;
use crate::ctx::Ctx;
use crate::page::PageError;
use app::AppError;
use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::case::Refusal;
use domain::ids::{PersonId, UnitId};

/// Notes it; the form comes back as it was filled in if something can't be.
pub async fn note(
    ctx: Ctx,
    Path(unit): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let posted = Posted(pairs);
    let held = posted.get("held").unwrap_or_default().trim().to_owned();
    let ticked = posted.all("present");
    let present: Vec<PersonId> = ticked.iter().map(PersonId::new).collect();
    let done = match held.parse() {
        Ok(day) => ctx.app.note_meeting(&ctx.caller, day, &present).await.map(drop),
        Err(_) => Err(Refusal::invalid("held", "not-a-time").into()),
    };
    match done {
        Ok(()) => {
            let back = format!("/coverage/{}?done=meeting", crate::ctx::encode(&unit));
            Ok(Redirect::to(&back).into_response())
        }
        Err(AppError::Refused(Refusal::Invalid { field, problem })) => {
            let message = ctx.l.t(&format!("problem-{problem}"));
            again(&ctx, &UnitId::new(unit), (field, message), (held, ticked)).await
        }
        Err(other) => Err(other.into()),
    }
}
