//! Danish or English: remembered with the person, or in a cookie before anybody has signed in.

use super::local;
use crate::ctx::{LANGUAGE_COOKIE, Visitor};
use crate::page::{Fault, PageError};
use axum::Form;
use axum::response::{IntoResponse, Redirect, Response};
use domain::language::Language;
use http::HeaderValue;
use http::header::SET_COOKIE;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Fields {
    language: String,
    #[serde(default)]
    back: String,
}

/// `POST /language`
pub async fn choose(visitor: Visitor, Form(fields): Form<Fields>) -> Result<Response, PageError> {
    let language = Language::parse(&fields.language).ok_or(Fault::BadRequest)?;
    if let Some((caller, _)) = &visitor.caller {
        visitor.app.set_language(caller, language).await?;
    }
    let mut response = Redirect::to(local(&fields.back)).into_response();
    let cookie = format!("{LANGUAGE_COOKIE}={language}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000");
    response
        .headers_mut()
        .extend(HeaderValue::from_str(&cookie).map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}
