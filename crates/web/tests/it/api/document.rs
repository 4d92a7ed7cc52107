//! The description of the API is committed; a stale one fails here.

use super::Api;
use crate::helpers::TestApp;
use axum::body::{Body, to_bytes};
use domain::access::Relation;
use domain::vocabulary::{DutyKind, Medium};
use http::{Request, StatusCode};
use serde_json::Value;
use std::path::PathBuf;
use tower::ServiceExt;

#[test]
fn the_committed_description_is_what_the_code_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let now = web::openapi();
    if std::env::var_os("VAERN_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &now).expect("docs/openapi.json is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == now,
        "docs/openapi.json is stale: run `make openapi` and commit it"
    );
}

#[tokio::test]
async fn the_description_is_served_to_anybody_as_openapi_3_1() {
    let app = TestApp::new().await;
    let request = Request::get("/api/openapi.json")
        .body(Body::empty())
        .expect("a request");
    let response = app.router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    let description: Value = serde_json::from_slice(&body).expect("JSON");
    assert!(
        description["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1."))
    );
    assert!(description["components"]["schemas"]["Command"].is_object());
}

#[tokio::test]
async fn every_answer_of_an_operation_has_the_fields_that_its_description_names() {
    let app = TestApp::new().await;
    let api = Api::of(&app, "p10").await;
    let description: Value = serde_json::from_str(&web::openapi()).expect("JSON");
    let schemas = &description["components"]["schemas"];
    let me = api.get("/me").await.json();
    let named: Vec<&String> = schemas["Me"]["properties"]
        .as_object()
        .expect("properties")
        .keys()
        .collect();
    assert_eq!(
        me.as_object().expect("an object").keys().collect::<Vec<_>>(),
        named
    );
}

#[test]
fn the_description_knows_words_by_the_names_that_they_have_in_json() {
    let description: Value = serde_json::from_str(&web::openapi()).expect("JSON");
    let named = |schema: &str| description["components"]["schemas"][schema]["enum"].clone();
    let words = |names: Vec<&'static str>| serde_json::json!(names);
    assert_eq!(
        named("DutyKind"),
        words(DutyKind::ALL.iter().map(|word| word.name()).collect())
    );
    assert_eq!(
        named("Medium"),
        words(Medium::ALL.iter().map(|word| word.name()).collect())
    );
    assert_eq!(
        named("Relation"),
        words(Relation::ALL.iter().map(|word| word.name()).collect())
    );
}
