//! `GET /duties`: what the caller owes, soonest first.

use super::ROWS;
use crate::ctx::{Ctx, encode};
use crate::guide::howto::Shelf;
use crate::page::{Frame, PageError, render};
use crate::start::DutyItem;
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "cases/duties.html")]
struct Duties {
    frame: Frame,
    duties: Vec<DutyItem>,
    first_page: bool,
    next: Option<String>,
}

pub async fn show(ctx: Ctx) -> Result<Response, PageError> {
    let cursor = ctx.query("after");
    let page = ctx.app.my_duties(&ctx.caller, cursor.as_deref(), ROWS).await?;
    let guide = Shelf::current(&ctx).await?;
    render(&Duties {
        frame: Frame::of(&ctx),
        duties: page
            .items
            .iter()
            .map(|row| DutyItem::of(&ctx, row, guide.as_ref()))
            .collect(),
        first_page: cursor.is_none(),
        next: page.next.map(|next| format!("/duties?after={}", encode(&next))),
    })
}
