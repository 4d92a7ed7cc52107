//! The installed app: manifest, worker, the key of what waits, and what the phone shares.

use crate::helpers::{TestApp, multipart};
use axum::body::Body;
use http::{Method, StatusCode};

#[tokio::test]
async fn the_manifest_and_its_icons_are_there_and_the_worker_may_stand_before_the_site() {
    let app = TestApp::new().await;
    let nobody = app.nobody();
    let answer = nobody.get("/manifest.webmanifest").await;
    assert_eq!(answer.header("content-type"), "application/manifest+json");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("worker-src 'self'") && policy.contains("manifest-src 'self'"));
    let manifest = answer.json();
    assert_eq!(manifest["share_target"]["action"], "/share");
    assert_eq!(manifest["share_target"]["enctype"], "multipart/form-data");
    let icons = manifest["icons"].as_array().expect("icons");
    assert_eq!(icons.len(), 3);
    for icon in icons {
        let picture = nobody.get(icon["src"].as_str().expect("an address")).await;
        assert_eq!(picture.header("content-type"), "image/png");
        assert_eq!(&picture.body[1..4], b"PNG");
    }
    let worker = nobody.get("/worker.js").await;
    assert_eq!(worker.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(worker.header("cache-control"), "no-cache");
    assert!(worker.text().contains("/outbox/worker.js"));
}

#[tokio::test]
async fn the_key_is_for_the_signed_in_alone_and_for_each_their_own() {
    let app = TestApp::new().await;
    let by_script = |client: &crate::helpers::Client| {
        let request = client
            .request(Method::GET, "/outbox/key")
            .header("accept", "application/json");
        request.body(Body::empty()).expect("a request")
    };
    let nobody = app.nobody();
    let refused = nobody.send(by_script(&nobody)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(!refused.text().contains("secret"));
    let (mette, other) = (app.as_("p10").await, app.as_("p11").await);
    let key = mette.send(by_script(&mette)).await;
    assert_eq!(key.header("cache-control"), "no-store");
    let again = mette.send(by_script(&mette)).await;
    let others = other.send(by_script(&other)).await;
    assert_eq!(key.json(), again.json());
    assert_ne!(key.json()["secret"], others.json()["secret"]);
    // The page carries the half that seals, never the one that opens.
    let page = mette.get("/report").await.text();
    assert!(page.contains(key.json()["public"].as_str().expect("a key")));
    assert!(!page.contains(key.json()["secret"].as_str().expect("a key")));
}

#[tokio::test]
async fn what_the_device_keeps_names_nobody() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    for path in ["/offline?language=da", "/offline/outbox?language=en"] {
        let (signed_in, nobody) = (mette.get(path).await, app.nobody().get(path).await);
        assert_eq!(signed_in.status, StatusCode::OK);
        assert!(!signed_in.text().contains("Mette"), "{path}");
        assert_eq!(signed_in.text(), nobody.text(), "{path}");
    }
}

async fn share(
    app: &TestApp,
    site: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> (StatusCode, String) {
    let mette = app.as_("p10").await;
    let request = mette
        .request(Method::POST, "/share")
        .header("sec-fetch-site", site)
        .header("content-type", "multipart/form-data; boundary=graense-0");
    let body = Body::from(multipart(fields, files));
    let answer = mette.send(request.body(body).expect("a request")).await;
    (answer.status, answer.text())
}

#[tokio::test]
async fn a_share_without_a_worker_keeps_the_words_and_says_that_the_file_did_not_come() {
    let app = TestApp::new().await;
    let (status, page) = share(
        &app,
        "none",
        &[("text", "Se det her"), ("url", "https://forum.example/1")],
        &[("a.png", b"x")],
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Se det her") && page.contains("https://forum.example/1"));
    assert!(page.contains("Filen kom ikke med"), "{page}");
    let (_, page) = share(&app, "none", &[("title", "")], &[]).await;
    assert!(page.contains("Der var ikke noget i det, du delte"));
}

#[tokio::test]
async fn another_site_can_not_share() {
    let app = TestApp::new().await;
    for site in ["cross-site", "same-site"] {
        let (status, page) = share(&app, site, &[("text", "x")], &[]).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{site}");
        assert!(page.contains("Det kom fra en anden side end Værn"));
    }
}

#[tokio::test]
async fn to_share_one_signs_in_first() {
    let app = TestApp::new().await;
    let answer = app.nobody().post_multipart("/share", &[("text", "x")], &[]).await;
    assert_eq!(answer.location(), "/sign-in?next=/share");
    let back = app.as_("p10").await.get("/share").await;
    assert_eq!(back.location(), "/report");
}
