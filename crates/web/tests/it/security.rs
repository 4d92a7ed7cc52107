//! What keeps out what does not belong here.

use crate::helpers::TestApp;
use axum::body::Body;
use http::{Method, StatusCode};

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    for path in [
        "/",
        "/report",
        "/cases",
        "/profile",
        "/findes-ikke",
        "/static/own.css",
        "/healthz",
        "/sign-in",
    ] {
        let answer = mette.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            answer.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        let kept = if path.starts_with("/static") {
            "no-cache"
        } else {
            "no-store"
        };
        assert_eq!(answer.header("cache-control"), kept, "{path}");
    }
}

#[tokio::test]
async fn no_page_has_script_or_style_inside() {
    let app = TestApp::demo().await;
    let mette = app.as_("p10").await;
    for page in [
        app.nobody().get("/").await,
        mette.get("/").await,
        mette.get("/report").await,
    ] {
        let text = page.text();
        assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick="));
        assert_eq!(
            text.matches("<script").count(),
            text.matches("<script type=\"module\" src=\"/static/").count()
        );
    }
}

#[tokio::test]
async fn what_another_site_sends_is_refused_in_plain_words() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ] {
        let request = mette
            .request(Method::POST, "/sign-out")
            .header(name, value)
            .body(Body::empty());
        let answer = mette.send(request.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
        assert!(
            answer.text().contains("Det kom fra en anden side end Værn"),
            "{}",
            answer.text()
        );
    }
    assert_eq!(
        mette.get("/profile").await.status,
        StatusCode::OK,
        "still signed in"
    );
    let own = mette
        .request(Method::POST, "/sign-out")
        .header("sec-fetch-site", "same-origin")
        .body(Body::empty());
    assert_eq!(
        mette.send(own.expect("a request")).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn what_does_not_exist_is_a_page_that_says_so() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    for path in [
        "/findes-ikke",
        "/cases/2026-9999",
        "/cases/abc/receipt",
        "/access-log",
        "/organisation",
        "/static/x",
    ] {
        let answer = mette.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        if !path.starts_with("/static") {
            assert!(
                answer.text().contains("<h1>Siden findes ikke</h1>"),
                "{path}: {}",
                answer.text()
            );
        }
    }
    let answer = mette.post_form("/duties", &[]).await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD")
    );
    assert!(
        answer.text().contains("Det kunne ikke læses"),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn a_script_is_told_that_the_session_is_over() {
    let app = TestApp::new().await;
    let answer = app
        .nobody()
        .post_by_script("/report", &[("text", "x")], &[])
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json()["title"], "Du er ikke logget ind længere");
}

#[tokio::test]
async fn embedded_files_are_kept_for_good_under_their_version() {
    let app = TestApp::new().await;
    let page = app.nobody().get("/sign-in").await.text();
    let at = page.find("/static/").expect("a style sheet");
    let version = page[at + 8..].split('/').next().expect("a version");
    let answer = app.nobody().get(&format!("/static/{version}/own.css")).await;
    assert_eq!(
        answer.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");

    let request = |name: &'static str, value: String| {
        app.nobody()
            .request(Method::GET, "/static/dkfds/css/dkfds.min.css")
            .header(name, value)
            .body(Body::empty())
    };
    let packed = app
        .nobody()
        .send(request("accept-encoding", "gzip, br".into()).expect("a request"))
        .await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() < 60_000, "{}", packed.body.len());
    let known = app
        .nobody()
        .send(request("if-none-match", packed.header("etag").to_owned()).expect("a request"))
        .await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn health_and_robots() {
    let app = TestApp::new().await;
    let health = app.nobody().get("/healthz").await;
    assert_eq!((health.status, health.text().as_str()), (StatusCode::OK, "ok\n"));
    assert!(
        app.nobody()
            .get("/robots.txt")
            .await
            .text()
            .contains("Disallow: /\n")
    );
}
