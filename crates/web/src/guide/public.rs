//! `GET /public/guide`: the published guide for everybody, where the municipality wants that. No names of people.

use super::contents::Contents;
use super::{Place, paragraph, pictures};
use crate::ctx::Visitor;
use crate::page::{Fault, Frame, PageError, render};
use app::guide::Guide;
use axum::extract::Path;
use axum::response::Response;

async fn guide(visitor: &Visitor) -> Result<Guide, PageError> {
    if !visitor.app.guide_is_public() {
        return Err(Fault::NotFound.into());
    }
    let guide = visitor.app.guide(visitor.l.language).await?;
    Ok(guide.ok_or(Fault::NotFound)?)
}

/// `GET /public/guide`
pub async fn contents(visitor: Visitor) -> Result<Response, PageError> {
    let guide = guide(&visitor).await?;
    let frame = Frame::for_visitor(&visitor);
    render(&Contents::of(frame, &guide, &Place::public(), None))
}

/// `GET /public/guide/{anchor}`
pub async fn paragraph(visitor: Visitor, Path(anchor): Path<String>) -> Result<Response, PageError> {
    let guide = guide(&visitor).await?;
    let written =
        paragraph::write(&visitor.l, &guide, &Place::public(), &anchor, None).ok_or(Fault::NotFound)?;
    render(&written.page(Frame::for_visitor(&visitor), None))
}

/// `GET /public/guide/pictures/{name}`
pub async fn picture(visitor: Visitor, Path(name): Path<String>) -> Result<Response, PageError> {
    let guide = guide(&visitor).await?;
    let picture = visitor
        .app
        .guide_picture(None, guide.edition.number, &name)
        .await?;
    Ok(pictures::answer(picture))
}
