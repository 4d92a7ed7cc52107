//! `GET /manifest.webmanifest`: what makes a phone offer to install Værn, and list it under *Share*.
//! W3C Web Application Manifest and Web Share Target, checked 2026-11-24.

use crate::assets::address;
use crate::ctx::Visitor;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde_json::json;

/// What may be shared here, as a phone asks before it lists an app.
const ACCEPTS: [&str; 6] = [
    "image/*",
    "video/*",
    "audio/*",
    "application/pdf",
    "text/plain",
    "message/rfc822",
];

pub async fn show(visitor: Visitor) -> Response {
    let l = &visitor.l;
    let icon = |name: &str, sizes: &str, purpose: &str| json!({ "src": address(name), "sizes": sizes, "type": "image/png", "purpose": purpose });
    let manifest = json!({
        "id": "/",
        "name": l.t("brand"),
        "short_name": l.t("brand"),
        "description": l.t("app-what"),
        "lang": l.code(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0059b3",
        "icons": [
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable-512.png", "512x512", "maskable"),
        ],
        "share_target": {
            "action": "/share",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title", "text": "text", "url": "url",
                "files": [{ "name": "exhibit", "accept": ACCEPTS }],
            },
        },
    });
    (
        [(CONTENT_TYPE, "application/manifest+json")],
        manifest.to_string(),
    )
        .into_response()
}
