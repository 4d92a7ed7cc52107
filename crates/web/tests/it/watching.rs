//! What can be seen of requests and of the server from outside.

use crate::helpers::{PNG, TestApp, multipart};
use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use std::task::Poll;

/// A form with a file that breaks off in its middle, as the server gives up a sender who stalls.
fn stalled(path: &str, client: &crate::helpers::Client) -> http::Request<Body> {
    let whole = multipart(&[("text", "x"), ("about", "me")], &[("skærm.png", PNG)]);
    let mut half = Some(whole[..whole.len() - 60].to_vec());
    // Nothing more comes for so many looks, as from a network: what did come is read before the error is met.
    let mut looks = 0..100;
    let pieces = futures_util::stream::poll_fn(move |cx| {
        if let Some(half) = half.take() {
            return Poll::Ready(Some(Ok(half)));
        }
        if looks.next().is_some() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::Error::from(std::io::ErrorKind::TimedOut))))
    });
    let request = client
        .request(Method::POST, path)
        .header(CONTENT_TYPE, "multipart/form-data; boundary=graense-0");
    let body = Body::from_stream(pieces);
    let mut request = request.body(body).expect("a request");
    let stalled = web::Stalled::default();
    stalled.set();
    request.extensions_mut().insert(stalled);
    request
}

#[tokio::test]
async fn a_stalled_sending_is_too_slow_and_names_its_file_and_nothing_is_kept() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let answer = mette.send(stalled("/api/v1/reports", &mette)).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT, "{}", answer.text());
    let problem = answer.json();
    assert_eq!(problem["type"], "urn:vaern:problem:too-slow");
    assert_eq!(problem["status"], 408);
    assert_eq!(problem["errors"][0]["file"], "skærm.png", "{problem}");
    assert_eq!(problem["request_id"], answer.header("x-request-id"));

    let page = mette.send(stalled("/report", &mette)).await;
    assert_eq!(page.status, StatusCode::REQUEST_TIMEOUT);
    assert!(page.text().contains("Forbindelsen gik i stå"), "{}", page.text());
    let cases = mette.get("/api/v1/cases").await.json();
    assert_eq!(cases["items"], serde_json::json!([]));
}

#[tokio::test]
async fn a_server_that_is_about_to_stop_lives_but_is_not_ready_on_both_engines() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let nobody = app.nobody();
        let ready = nobody.get("/readyz").await;
        assert_eq!(ready.status, StatusCode::OK, "{}", ready.text());
        assert_eq!(ready.json()["state"], "ok");
        app.inner.app.begin_to_stop();
        let stopping = nobody.get("/readyz").await;
        assert_eq!(stopping.status, StatusCode::SERVICE_UNAVAILABLE);
        let checks = stopping.json()["checks"].clone();
        assert_eq!(
            checks[0],
            serde_json::json!({ "name": "stopping", "state": "failed", "reason": "stopping" })
        );
        for path in ["/livez", "/healthz"] {
            assert_eq!(nobody.get(path).await.status, StatusCode::OK, "{path}");
        }
    }
}

#[tokio::test]
async fn an_error_page_shows_the_number_only_where_somebody_else_has_to_act() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let unknown = mette.get("/findes-ikke").await;
    let number = unknown.header("x-request-id").to_owned();
    assert!(!number.is_empty() && !unknown.text().contains(&number));
    // The database is gone.
    app.inner.app.close().await;
    let broken = app.nobody().get("/sign-in").await;
    let broken = if broken.status.is_server_error() {
        broken
    } else {
        mette.get("/").await
    };
    assert!(broken.status.is_server_error(), "{}", broken.status);
    assert!(
        broken.text().contains(broken.header("x-request-id")),
        "{}",
        broken.text()
    );
    let ready = app.nobody().get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
}
