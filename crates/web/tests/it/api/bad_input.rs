//! Bad input: each gets a clear message that names what is wrong, and nothing is kept.

use super::{Api, blames, claim, code, errors, is_refused, nothing_is_left, pieces, sha256, stored};
use crate::helpers::{PNG, TestApp, multipart};
use axum::body::{Body, Bytes};
use futures_util::StreamExt;
use http::{Method, StatusCode};
use serde_json::{Value, json};

async fn mette() -> (TestApp, Api) {
    let app = TestApp::new().await;
    let api = Api::of(&app, "p10").await;
    (app, api)
}

#[tokio::test]
async fn an_empty_report_is_refused_by_the_name_of_the_field() {
    let (app, api) = mette().await;
    for empty in [
        json!({}),
        json!({"text": "  "}),
        json!({"text": null, "about": null, "exhibits": null}),
    ] {
        blames(&api.report(&empty, &[]).await, 422, "text", "text-or-file");
    }
    nothing_is_left(&app, &api).await;
}

#[tokio::test]
async fn each_bad_file_is_named_and_the_good_ones_are_not_kept_either() {
    let (app, api) = mette().await;
    let files: [(&str, &[u8]); 4] = [
        ("god.png", PNG),
        ("tom.png", b""),
        ("billede.png", b"bare tekst"),
        ("program.png", b"MZ\x90\0\x03\0\0\0\x04\0"),
    ];
    let answer = api.report(&json!({"text": "x"}), &files).await;
    is_refused(&answer, 422, "invalid-files");
    let named: Vec<(String, String)> = errors(&answer);
    let expected = [
        ("tom.png", "empty"),
        ("billede.png", "wrong-content"),
        ("program.png", "unknown-type"),
    ];
    assert_eq!(
        named,
        expected.map(|(name, code)| (name.to_owned(), code.to_owned()))
    );
    assert_eq!(answer.json()["errors"][0]["message"], "tom.png is empty.");
    nothing_is_left(&app, &api).await;
}

#[tokio::test]
async fn a_hash_that_does_not_match_is_refused_and_so_is_a_file_that_never_came() {
    let (app, api) = mette().await;
    let report = json!({"exhibits": [claim("a.png", b"noget andet")]});
    blames(
        &api.report(&report, &[("a.png", PNG)]).await,
        422,
        "a.png",
        "hash-mismatch",
    );
    let report = json!({"exhibits": [claim("a.png", PNG), claim("b.png", PNG)]});
    blames(
        &api.report(&report, &[("a.png", PNG)]).await,
        422,
        "b.png",
        "missing",
    );
    nothing_is_left(&app, &api).await;
}

/// A form that ends in the middle of its second file.
fn half_a_report() -> Bytes {
    let files: [(&str, &[u8]); 2] = [("hel.png", PNG), ("halv.png", &PNG.repeat(40_000))];
    Bytes::from(multipart(&[("report", "{\"text\":\"x\"}")], &files)).slice(..1_000_000)
}

#[tokio::test]
async fn a_file_that_is_cut_off_is_named_and_leaves_nothing() {
    let (app, api) = mette().await;
    let answer = api.body("/reports", Body::from(half_a_report()), None).await;
    is_refused(&answer, 400, "cut-off");
    blames(&answer, 400, "halv.png", "cut-off");
    nothing_is_left(&app, &api).await;
}

/// A body of which this comes, and then, once the line is dead, an error; and what tells that all of it is taken.
fn dying(
    first: Bytes,
) -> (
    Body,
    tokio::sync::oneshot::Receiver<()>,
    tokio::sync::oneshot::Sender<()>,
) {
    let (taken, is_taken) = tokio::sync::oneshot::channel();
    let (hang_up, dead) = tokio::sync::oneshot::channel::<()>();
    let rest = async move {
        let _ = taken.send(());
        let _ = dead.await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    };
    let stream = futures_util::stream::iter([Ok(first)]).chain(futures_util::stream::once(rest));
    (Body::from_stream(stream), is_taken, hang_up)
}

#[tokio::test]
async fn a_line_that_breaks_in_the_middle_of_a_file_leaves_nothing() {
    let (app, api) = mette().await;
    let (body, is_taken, hang_up) = dying(half_a_report());
    let sending = api.body("/reports", body, None);
    let breaking = async {
        is_taken.await.expect("taken");
        // Then the first file is in the store, and the second on its way there.
        while stored(&app) < 2 {
            tokio::task::yield_now().await;
        }
        drop(hang_up);
    };
    let (answer, ()) = tokio::join!(sending, breaking);
    blames(&answer, 400, "halv.png", "cut-off");
    nothing_is_left(&app, &api).await;
}

#[tokio::test]
async fn a_sender_who_is_suddenly_gone_leaves_nothing() {
    let (app, api) = mette().await;
    let (body, is_taken, hang_up) = dying(half_a_report());
    tokio::select! {
        answer = api.body("/reports", body, None) => panic!("answered: {}", answer.text()),
        taken = is_taken => taken.expect("taken"),
    }
    // The server has given the request up, and now the line is dead.
    drop(hang_up);
    nothing_is_left(&app, &api).await;
}

#[tokio::test]
async fn a_file_of_201_megabytes_is_refused_by_name_without_being_kept() {
    let (app, api) = mette().await;
    let head = multipart(&[("report", "{\"text\":\"x\"}")], &[("stor.png", PNG)]);
    let end = head.len() - b"\r\n--graense-0--\r\n".len();
    let megabyte = Bytes::from(vec![7; 1024 * 1024]);
    let mut parts = vec![Ok(Bytes::from(head[..end].to_vec()))];
    parts.extend((0..201).map(|_| Ok(megabyte.clone())));
    parts.push(Ok(Bytes::from(head[end..].to_vec())));
    let answer = api.body("/reports", pieces(parts), None).await;
    is_refused(&answer, 413, "files-too-big");
    blames(&answer, 413, "stor.png", "too-big");
    nothing_is_left(&app, &api).await;
}

#[tokio::test]
async fn fifty_files_at_once_are_fifty_exhibits_and_a_hundred_and_one_are_too_many() {
    let (app, api) = mette().await;
    let names: Vec<String> = (1..=101).map(|n| format!("billede-{n}.png")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), PNG)).collect();
    let answer = api.report(&json!({}), &files[..101]).await;
    blames(&answer, 422, "billede-101.png", "too-many");
    nothing_is_left(&app, &api).await;
    let answer = api.report(&json!({}), &files[..50]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    assert_eq!(answer.json()["exhibits"].as_array().map(Vec::len), Some(50));
    assert_eq!(stored(&app), 50);
}

#[tokio::test]
async fn strange_names_keep_their_letters_and_lose_their_folders() {
    let (_app, api) = mette().await;
    let long = format!("{}.png", "å".repeat(300));
    let files: [(&str, &[u8]); 4] = [
        ("../../../etc/passwd.png", PNG),
        ("😀 æøå ÆØÅ.png", PNG),
        (&long, PNG),
        ("<script>alert(1)</script>.png", PNG),
    ];
    let claims: Vec<Value> = files.iter().map(|(name, bytes)| claim(name, bytes)).collect();
    let answer = api.report(&json!({"exhibits": claims}), &files).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let receipt = answer.json();
    let names: Vec<&str> = receipt["exhibits"]
        .as_array()
        .expect("exhibits")
        .iter()
        .filter_map(|e| e["name"].as_str())
        .collect();
    assert_eq!(names[..2], ["passwd.png", "😀 æøå ÆØÅ.png"]);
    assert_eq!(
        (names[2].chars().count(), names[2].ends_with("….png")),
        (255, true)
    );
    assert_eq!(names[3], "script>.png", "a slash ends a folder, whoever wrote it");
    let number = receipt["case"].as_str().expect("a number");
    let original = api.get(&format!("/cases/{number}/exhibits/2/original")).await;
    let disposition = original.header("content-disposition");
    assert!(
        disposition.ends_with("filename*=UTF-8''%F0%9F%98%80%20%C3%A6%C3%B8%C3%A5%20%C3%86%C3%98%C3%85.png"),
        "{disposition}"
    );
}

#[tokio::test]
async fn script_and_sql_in_every_field_are_only_words() {
    let (app, api) = mette().await;
    for evil in [
        "<script>alert(1)</script>",
        "'; DROP TABLE cases; --",
        "{{7*7}} ${7*7} %s \\u0000",
    ] {
        let report = json!({"text": evil, "about": "me", "platform": evil, "originator": evil,
            "source_url": format!("https://x.example/?q={}", evil.replace(' ', "+"))});
        let number = api.case(report, &[]).await;
        let journal = api.get(&format!("/cases/{number}/journal")).await.json();
        let told = journal["items"]
            .as_array()
            .and_then(|items| items.iter().find(|item| item["event"]["type"] == "told"));
        assert_eq!(told.expect("what was told")["event"]["text"], evil);
        for field in ["about", "unit"] {
            let answer = api.report(&json!({"text": "x", field: evil}), &[]).await;
            assert_eq!(
                (answer.status.as_u16(), errors(&answer)[0].0.as_str()),
                (422, field)
            );
        }
        for field in ["medium", "first_seen"] {
            let answer = api.report(&json!({"text": "x", field: evil}), &[]).await;
            assert_eq!(
                (answer.status.as_u16(), errors(&answer)[0].0.as_str()),
                (422, field)
            );
        }
        let answer = api
            .report(
                &json!({"text": "x", "source_url": format!("javascript:{evil}")}),
                &[],
            )
            .await;
        blames(&answer, 422, "source_url", "not-a-web-address");
    }
    assert_eq!(
        api.get("/cases").await.json()["items"].as_array().map(Vec::len),
        Some(3)
    );
    let found = app.inner.app.verify_store(|_, _| {}).await.expect("a check");
    assert_eq!(found.failures, Vec::<String>::new());
}

#[tokio::test]
async fn each_field_that_cannot_be_right_is_named() {
    let (app, api) = mette().await;
    let cases = [
        (
            json!({"text": "x", "first_seen": "2031-01-01T00:00:00Z"}),
            "first_seen",
            "in-the-future",
        ),
        (
            json!({"text": "x", "first_seen": "2026-10-12T19:42:00"}),
            "first_seen",
            "not-a-time",
        ),
        (
            json!({"text": "x", "first_seen": "i går"}),
            "first_seen",
            "not-a-time",
        ),
        (
            json!({"text": "x", "about": "nobody@fjordby.example"}),
            "about",
            "unknown-person",
        ),
        (json!({"text": "x", "unit": "atlantis"}), "unit", "unknown-unit"),
        (
            json!({"text": "x", "medium": "telegram"}),
            "medium",
            "unknown-value",
        ),
        (json!({"text": "x", "acute": "yes"}), "acute", "wrong-type"),
        (json!({"text": 7}), "text", "wrong-type"),
        (json!({"text": "x".repeat(20_001)}), "text", "too-long"),
        (json!({"text": "a\u{0}b"}), "text", "control-characters"),
        (json!({"text": "x", "akut": true}), "akut", "unknown-field"),
        (
            json!({"text": "x", "exhibits": [{"name": "a", "sha256": "b", "md5": "c"}]}),
            "exhibits.0.md5",
            "unknown-field",
        ),
        (
            json!({"text": "x", "exhibits": [{"name": "a"}]}),
            "exhibits.0.sha256",
            "required",
        ),
        (json!(["x"]), "report", "wrong-type"),
    ];
    for (report, field, code) in cases {
        let answer = api.report(&report, &[]).await;
        blames(&answer, 422, field, code);
    }
    nothing_is_left(&app, &api).await;
}

#[tokio::test]
async fn what_is_no_form_or_no_json_is_told_plainly() {
    let (app, api) = mette().await;
    let broken = api
        .form(
            "/reports",
            ("report", "{\"text\": \"x\",\n }"),
            &[("a.png", PNG)],
            None,
        )
        .await;
    is_refused(&broken, 422, "invalid-json");
    assert!(broken.text().contains("line 2, column 2"), "{}", broken.text());
    let stranger = api
        .form("/reports", ("rapport", "{}"), &[("a.png", PNG)], None)
        .await;
    blames(&stranger, 422, "rapport", "unknown-field");
    let twice = api
        .body(
            "/reports",
            Body::from(multipart(&[("report", "{}"), ("report", "{}")], &[])),
            None,
        )
        .await;
    blames(&twice, 422, "report", "twice");
    let huge = format!("{{\"text\":\"{}\"}}", "x".repeat(1024 * 1024));
    is_refused(
        &api.form("/reports", ("report", &huge), &[("a.png", PNG)], None)
            .await,
        413,
        "too-large",
    );
    let request = api
        .request(Method::POST, "/reports")
        .header("content-type", "application/json");
    is_refused(
        &api.send(request.body(Body::from("{}")).expect("a request")).await,
        415,
        "not-multipart",
    );
    let garbage = api.body("/reports", Body::from("no form at all"), None).await;
    assert_eq!(garbage.status, StatusCode::BAD_REQUEST);
    assert!(["cut-off", "broken-multipart"].contains(&code(&garbage).as_str()));
    nothing_is_left(&app, &api).await;
}

#[tokio::test]
async fn the_words_may_come_before_or_after_the_files() {
    let (_app, api) = mette().await;
    let json = json!({"text": "x", "exhibits": [claim("a.png", PNG)]}).to_string();
    let mut body = multipart(&[], &[("a.png", PNG)]);
    body.truncate(body.len() - b"--graense-0--\r\n".len());
    body.extend(multipart(&[("report", &json)], &[]));
    let answer = api.body("/reports", Body::from(body), None).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    assert_eq!(answer.json()["exhibits"][0]["sha256"], sha256(PNG));
}

#[tokio::test]
async fn a_file_alone_is_a_report() {
    let (_app, api) = mette().await;
    let answer = api
        .body("/reports", Body::from(multipart(&[], &[("", PNG)])), None)
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    assert_eq!(answer.json()["exhibits"][0]["name"], "fil-1");
}

#[tokio::test]
async fn without_a_proper_token_there_is_nothing() {
    let (app, api) = mette().await;
    for token in [None, Some(""), Some("vaern_0000"), Some("a b")] {
        let answer = Api::with(&app, token).get("/cases").await;
        is_refused(&answer, 401, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let basic = api
        .request(Method::GET, "/cases")
        .header("authorization", "Basic cDEwOg==");
    let request = basic.body(Body::empty()).expect("a request");
    // The first of two is the token's: a second header does not open anything either.
    assert_eq!(api.send(request).await.status, StatusCode::OK);
    let upload = Api::with(&app, None)
        .report(&json!({"text": "x"}), &[("a.png", PNG)])
        .await;
    is_refused(&upload, 401, "unauthorized");
    nothing_is_left(&app, &api).await;
}

#[tokio::test]
async fn a_problem_is_told_in_the_language_that_is_asked_for() {
    let (_app, api) = mette().await;
    let english = api.report(&json!({}), &[]).await;
    assert_eq!(english.header("content-language"), "en");
    let danish = api
        .speaking("de, da;q=0.5")
        .report(&json!({}), &[("tom.png", b"")])
        .await;
    assert_eq!(danish.header("content-language"), "da");
    assert_eq!(danish.json()["errors"][0]["message"], "tom.png er tom.");
    assert_eq!(
        api.speaking("")
            .report(&json!({}), &[])
            .await
            .header("content-language"),
        "da"
    );
}

#[tokio::test]
async fn addresses_and_methods_that_are_not_there_are_problems_too() {
    let (_app, api) = mette().await;
    for path in [
        "/nothing",
        "/cases/2026-9999",
        "/cases/x",
        "/cases/2026-0001/exhibits/x/original",
        "/cases/2026-0001/export/all",
    ] {
        is_refused(&api.get(path).await, 404, "not-found");
    }
    let delete = api
        .request(Method::DELETE, "/reports")
        .body(Body::empty())
        .expect("a request");
    let answer = api.send(delete).await;
    is_refused(&answer, 405, "method-not-allowed");
    assert_eq!(answer.header("allow"), "POST");
    blames(&api.get("/cases?phase=lost").await, 422, "phase", "unknown-value");
    for limit in ["0", "201", "-1", "x"] {
        blames(
            &api.get(&format!("/cases?limit={limit}")).await,
            422,
            "limit",
            "not-a-number",
        );
    }
}

#[tokio::test]
async fn another_site_cannot_use_the_session_of_our_pages() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let path = "/api/v1/reports";
    let here = mette
        .post_multipart_with(
            path,
            &[("report", "{\"text\":\"x\"}")],
            &[],
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    assert_eq!(here.status, StatusCode::CREATED, "{}", here.text());
    let there = mette
        .post_multipart_with(
            path,
            &[("report", "{\"text\":\"x\"}")],
            &[],
            &[("sec-fetch-site", "cross-site")],
        )
        .await;
    is_refused(&there, 403, "cross-site");
    assert_eq!(there.header("content-type"), "application/problem+json");
}
