//! What the extension captured, from the page that takes it to the exhibit that it becomes.

use crate::helpers::{PNG, PNG_SHA256, TestApp};
use crate::pages::check;
use app::testing::Engine;
use http::StatusCode;
use serde_json::{Value, json};

const MHTML: &[u8] = b"From: <Saved by Vaern>\r\nSnapshot-Content-Location: https://forum.example/traad/7\r\nSubject: x\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html\r\n\
    Content-Location: https://forum.example/traad/7\r\n\r\n<script>alert(1)</script>\r\n--b--\r\n";

fn said(change: impl FnOnce(&mut Value)) -> Value {
    let mut capture = json!({
        "url": "https://forum.example/traad/7", "title": "Om kommunen", "at": "2026-10-12T17:40:00.123Z",
        "times": [{ "mark": "time", "value": "2026-10-12T08:00:00+02:00", "text": "for 11 timer siden" }], "cut": true,
    });
    change(&mut capture);
    capture
}

fn hashes(capture: &Value) -> String {
    json!([{ "name": "a.png", "sha256": PNG_SHA256, "capture": capture }, { "name": "a.mhtml", "sha256": null, "capture": said(|_| ()) }])
        .to_string()
}

#[tokio::test]
async fn a_captured_page_is_an_exhibit_that_says_how_it_came_and_what_that_shows_on_both_engines() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = TestApp::on(engine).await;
        let mette = app.as_("p10").await;
        let hashes = hashes(&said(|_| ()));
        let fields = [("about", "me"), ("hashes", hashes.as_str())];
        // The first was chosen by hand, and only happens to be called the same as nothing that was captured.
        let files = [("a.png", PNG), ("a.mhtml", MHTML), ("b.png", PNG)];
        let number = mette.post_multipart("/report", &fields, &files).await.number();
        let vibeke = app.as_("p09").await;
        let exhibit = format!("/cases/{number}/exhibits");
        let page = vibeke.get(&format!("{exhibit}/1")).await;
        check(&page, "da", "a captured picture");
        let page = page.text();
        for part in [
            "Optaget i medarbejderens egen browser",
            "https://forum.example/traad/7",
            "Om kommunen",
            "mandag 12. okt. kl. 19.40",
            "time: 2026-10-12T08:00:00+02:00 (for 11 timer siden)",
            "Siden fortsatte længere",
            "Intet af det er kontrolleret.",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        // A saved page is handed out, never shown: what runs in it would run as us.
        let page = vibeke.get(&format!("{exhibit}/2")).await.text();
        assert!(
            page.contains("Gemt webside (multipart/related)") && page.contains("Hent originalen"),
            "{page}"
        );
        assert!(!page.contains("alert(1)"));
        let original = vibeke.get(&format!("{exhibit}/2/original")).await;
        assert_eq!(
            original.header("content-disposition"),
            "attachment; filename=\"bilag-002.mhtml\""
        );
        assert_eq!(
            original.header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
        assert_eq!(original.header("x-content-type-options"), "nosniff");
        assert_eq!(&original.body[..], MHTML);
        // What was chosen by hand says nothing of the kind.
        let page = vibeke.get(&format!("{exhibit}/3")).await.text();
        assert!(page.contains("Valgt fra en telefon") && !page.contains("Optaget i"));
        let journal = vibeke.get(&format!("/cases/{number}?drawer=matter")).await.text();
        assert!(journal.contains("Sidens titel"), "{journal}");
    }
}

#[tokio::test]
async fn of_two_files_with_one_name_only_the_captured_one_is_said_to_be() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let hashes = json!([{ "name": "a.png", "sha256": PNG_SHA256 }, { "name": "a.png", "sha256": PNG_SHA256, "capture": said(|_| ()) }]);
    let hashes = hashes.to_string();
    let fields = [("about", "me"), ("hashes", hashes.as_str())];
    let number = mette
        .post_multipart("/report", &fields, &[("a.png", PNG), ("a.png", PNG)])
        .await
        .number();
    let vibeke = app.as_("p09").await;
    for (n, captured) in [(1, false), (2, true)] {
        let page = vibeke.get(&format!("/cases/{number}/exhibits/{n}")).await.text();
        assert_eq!(
            page.contains("Optaget i medarbejderens egen browser"),
            captured,
            "{n}"
        );
    }
}

#[tokio::test]
async fn what_no_extension_of_ours_says_is_refused_and_nothing_is_kept() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let wrong = [
        (
            said(|said| said["url"] = json!("javascript:alert(1)")),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            said(|said| said["title"] = json!("x".repeat(501))),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (said(|said| said["at"] = json!("i går")), StatusCode::BAD_REQUEST),
        (json!("hej"), StatusCode::BAD_REQUEST),
    ];
    for (capture, status) in wrong {
        let hashes = hashes(&capture);
        let answer = mette
            .post_by_script(
                "/report",
                &[("about", "me"), ("hashes", &hashes)],
                &[("a.png", PNG)],
            )
            .await;
        assert_eq!(answer.status, status, "{capture}: {}", answer.text());
    }
    assert!(
        mette
            .get("/cases")
            .await
            .text()
            .contains("Der er ingen sager her")
    );
}

#[tokio::test]
async fn the_page_that_takes_a_capture_can_be_spoken_to_and_names_nobody() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    for language in ["da", "en"] {
        let path = format!("/capture?language={language}");
        let (signed_in, nobody) = (mette.get(&path).await, app.nobody().get(&path).await);
        check(&signed_in, language, &path);
        assert_eq!(signed_in.text(), nobody.text());
        assert!(!signed_in.text().contains("Mette"));
        assert_eq!(signed_in.header("cross-origin-opener-policy"), "unsafe-none");
        assert!(
            signed_in
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
    }
}
