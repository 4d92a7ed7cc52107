//! Files in pieces, as a tus client sends them: request by request, broken off, gone on with, and taken by a report.

use crate::helpers::{Answer, Client, TestApp};
use axum::body::Body;
use http::{Method, StatusCode};
use sha2::{Digest as _, Sha256};

/// A picture with 20 MB behind its end.
fn film() -> Vec<u8> {
    let mut bytes = include_bytes!("pixel.png").to_vec();
    bytes.resize(20_000_000, 7);
    bytes
}

async fn begun(client: &Client, bytes: usize) -> Answer {
    let request = client
        .request(Method::POST, "/uploads")
        .header("tus-resumable", "1.0.0")
        .header("upload-length", bytes)
        // "stor.png"
        .header("upload-metadata", "filename c3Rvci5wbmc=,filetype aW1hZ2UvcG5n");
    client.send(request.body(Body::empty()).expect("a request")).await
}

async fn added(client: &Client, place: &str, offset: usize, body: Body) -> Answer {
    let request = client
        .request(Method::PATCH, place)
        .header("tus-resumable", "1.0.0")
        .header("upload-offset", offset)
        .header("content-type", "application/offset+octet-stream");
    client.send(request.body(body).expect("a request")).await
}

async fn asked(client: &Client, place: &str) -> Answer {
    let request = client
        .request(Method::HEAD, place)
        .header("tus-resumable", "1.0.0");
    client.send(request.body(Body::empty()).expect("a request")).await
}

/// These bytes, and then the line breaks.
fn broken(bytes: &[u8]) -> Body {
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = bytes
        .chunks(1 << 20)
        .map(|piece| Ok(piece.to_vec()))
        .chain([Err(std::io::ErrorKind::ConnectionReset.into())])
        .collect();
    Body::from_stream(futures_util::stream::iter(pieces))
}

#[tokio::test]
async fn a_large_file_goes_on_where_it_broke_off_and_is_whole_in_the_report_on_both_engines() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let mette = app.as_("p10").await;
        let film = film();
        let answer = begun(&mette, film.len()).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        let place = answer.location().to_owned();
        assert!(answer.header("upload-expires").ends_with("GMT"));
        added(&mette, &place, 0, broken(&film[..13_000_000])).await;
        let answer = asked(&mette, &place).await;
        assert_eq!(answer.header("upload-offset"), "13000000", "what came is kept");
        assert_eq!(answer.header("upload-length"), "20000000");
        let again = added(&mette, &place, 0, Body::from(film.clone())).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "it goes on elsewhere");
        let rest = added(
            &mette,
            &place,
            13_000_000,
            Body::from(film[13_000_000..].to_vec()),
        )
        .await;
        assert_eq!(rest.status, StatusCode::NO_CONTENT);
        assert_eq!(rest.header("upload-offset"), "20000000");

        let hash = hex::encode(Sha256::digest(&film));
        let hashes = format!(r#"[{{"name":"stor.png","sha256":"{hash}"}}]"#);
        let id = place.rsplit('/').next().unwrap();
        let fields = [
            ("text", "Film"),
            ("about", "me"),
            ("hashes", &hashes),
            ("upload", id),
        ];
        for _ in 0..2 {
            let sent = mette
                .post_multipart_with("/report", &fields, &[], &[("idempotency-key", "k1")])
                .await;
            assert_eq!(sent.number(), "2026-0001", "{}", sent.text());
        }
        let receipt = mette.get("/cases/2026-0001/receipt").await.text();
        assert!(
            receipt.contains(&hash) || receipt.contains("stor.png"),
            "{receipt}"
        );
        let owner = app.as_("p09").await;
        owner.post_form("/cases/2026-0001/do/receive", &[]).await;
        let file = owner.get("/cases/2026-0001/exhibits/1/original").await;
        assert_eq!(hex::encode(Sha256::digest(&file.body)), hash, "byte for byte");
    }
}

#[tokio::test]
async fn nobody_else_sees_it_and_it_can_be_given_up() {
    let app = TestApp::new().await;
    let (mette, lone) = (app.as_("p10").await, app.as_("p11").await);
    let place = begun(&mette, 10).await.location().to_owned();
    assert_eq!(asked(&lone, &place).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        added(&lone, &place, 0, Body::from("x")).await.status,
        StatusCode::NOT_FOUND
    );
    let id = place.rsplit('/').next().unwrap();
    let fields = [("text", "x"), ("about", "me"), ("upload", id)];
    let stolen = lone.post_multipart_with("/report", &fields, &[], &[]).await;
    let own = lone
        .get(&format!("/cases/{}/receipt", stolen.number()))
        .await
        .text();
    assert!(!own.contains("stor.png"), "another's upload is not taken");
    let end = |client: &Client| {
        client
            .request(Method::DELETE, &place)
            .header("tus-resumable", "1.0.0")
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(lone.send(end(&lone)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mette.send(end(&mette)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(asked(&mette, &place).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_not_whole_is_refused_by_name_and_no_case_is_made() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let place = begun(&mette, 10).await.location().to_owned();
    added(&mette, &place, 0, Body::from("12345")).await;
    let id = place.rsplit('/').next().unwrap();
    let hashes = format!(r#"[{{"name":"stor.png","sha256":"{}"}}]"#, "0".repeat(64));
    let fields = [
        ("text", "x"),
        ("about", "me"),
        ("hashes", &hashes),
        ("upload", id),
    ];
    let refused = mette.post_by_script("/report", &fields, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("stor.png"), "{}", refused.text());
    let gone = [
        ("text", "x"),
        ("about", "me"),
        ("hashes", hashes.as_str()),
        ("upload", "er-væk"),
    ];
    let refused = mette.post_by_script("/report", &gone, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("stor.png"), "{}", refused.text());
}

#[tokio::test]
async fn what_a_client_gets_wrong_has_the_status_that_the_protocol_names() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    // A gigabyte, and one byte too many: told before the first byte comes.
    for too_many in [1 << 30, (200 << 20) + 1] {
        let answer = begun(&mette, too_many).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.text().contains("200 MB"), "{}", answer.text());
    }
    assert_eq!(begun(&mette, 0).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let place = begun(&mette, 10).await.location().to_owned();
    assert_eq!(
        added(&mette, &place, 0, Body::from("x".repeat(11))).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(asked(&mette, &place).await.header("upload-offset"), "0");
    let patch = mette.request(Method::PATCH, &place).header("upload-offset", 0);
    let old = patch
        .header("tus-resumable", "0.2.0")
        .body(Body::from("x"))
        .unwrap();
    let answer = mette.send(old).await;
    assert_eq!(
        (answer.status, answer.header("tus-version")),
        (StatusCode::PRECONDITION_FAILED, "1.0.0")
    );
    let patch = mette.request(Method::PATCH, &place).header("upload-offset", 0);
    let other = patch
        .header("tus-resumable", "1.0.0")
        .header("content-type", "text/plain");
    assert_eq!(
        mette.send(other.body(Body::from("x")).unwrap()).await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    let options = app
        .nobody()
        .request(Method::OPTIONS, "/uploads")
        .body(Body::empty())
        .unwrap();
    let offer = app.nobody().send(options).await;
    assert_eq!(
        (offer.status, offer.header("tus-extension")),
        (StatusCode::NO_CONTENT, "creation,expiration,termination")
    );
}

#[tokio::test]
async fn what_is_too_old_is_forgotten_with_its_files() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let place = begun(&mette, 10).await.location().to_owned();
    added(&mette, &place, 0, Body::from("12345")).await;
    app.inner
        .clock
        .set(app.inner.app.now() + jiff::SignedDuration::from_hours(49));
    app.inner.app.run_slow_jobs().await.unwrap();
    let mette = app.as_("p10").await;
    assert_eq!(asked(&mette, &place).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.inner.app.stray_files().await, 0, "no file is left behind");
}

#[tokio::test]
async fn a_file_can_t_be_made_of_millions_of_pieces_and_a_broken_line_still_costs_nothing() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let mette = app.as_("p10").await;
        let place = begun(&mette, 1_000_000).await.location().to_owned();
        // As many short pieces as a bad network may well leave.
        for offset in 0..64 {
            let kept = added(&mette, &place, offset, Body::from("x")).await;
            assert_eq!(kept.status, StatusCode::NO_CONTENT, "piece {offset}");
        }
        // One more is not kept, whether it was sent so or broke off.
        let refused = added(&mette, &place, 64, Body::from("x")).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        added(&mette, &place, 64, broken(b"xyz")).await;
        assert_eq!(asked(&mette, &place).await.header("upload-offset"), "64");
        // Longer ones are kept, however often the line breaks, and the last may be as short as it is.
        let long = vec![7; 400_000];
        added(&mette, &place, 64, broken(&long)).await;
        added(&mette, &place, 400_064, broken(&long)).await;
        added(&mette, &place, 800_064, Body::from(vec![7; 199_900])).await;
        let last = added(&mette, &place, 999_964, Body::from(vec![7; 36])).await;
        assert_eq!(
            (last.status, last.header("upload-offset")),
            (StatusCode::NO_CONTENT, "1000000")
        );
    }
}

#[tokio::test]
async fn one_person_has_five_gigabytes_under_way_and_no_more() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let (mette, lone) = (app.as_("p10").await, app.as_("p11").await);
        for file in 0..25 {
            assert_eq!(
                begun(&mette, 200 << 20).await.status,
                StatusCode::CREATED,
                "file {file}"
            );
        }
        assert_eq!(begun(&mette, 1).await.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(begun(&lone, 1).await.status, StatusCode::CREATED, "others go on");
    }
}
