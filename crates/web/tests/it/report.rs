//! Telling what has happened, as browsers send it with and without JavaScript, and everything that can be wrong with it.

use crate::helpers::{Answer, PNG, PNG_SHA256, TestApp, multipart};
use app::testing::Engine;
use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::json;

const TEXT: (&str, &str) = ("text", "Han skriver, at han ved, hvor jeg bor.");

/// The message of each field in a problem document.
fn errors(answer: &Answer) -> Vec<(String, String)> {
    let json = answer.json();
    let errors = json["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    errors
        .iter()
        .map(|error| (text(&error["field"]), text(&error["message"])))
        .collect()
}

#[tokio::test]
async fn without_javascript_a_picture_and_a_text_become_a_case_on_both_engines() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = TestApp::on(engine).await;
        let mette = app.as_("p10").await;
        // A browser sends the file field where it stands, before the text.
        let answer = mette
            .post_multipart(
                "/report",
                &[("about", "me"), TEXT, ("acute", "true")],
                &[("skærm.png", PNG)],
            )
            .await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::SEE_OTHER, "/cases/2026-0001/receipt")
        );

        let page = mette.get(answer.location()).await.text();
        assert!(page.contains("Tak. Nu er det vores opgave."));
        assert!(page.contains("Vibeke Holst har sagen"));
        assert!(
            page.contains("Vibeke Holst kontakter dig senest i dag kl. 20.47."),
            "{page}"
        );
        assert!(page.contains("Sker det ikke, går sagen videre til Lars Thygesen."));
        assert!(page.contains("Ingenting. Svar ikke afsenderen."));
        assert!(
            page.contains("Er du i sikkerhed?") && page.contains("Politi: beslutning efter samtale med dig")
        );
        assert!(page.contains("Bilag 1 · skærm.png · ") && page.contains("✓ modtaget og låst"));
        assert!(page.contains(&PNG_SHA256[..4]) && page.contains("112") && page.contains("114"));
    }
}

#[tokio::test]
async fn with_javascript_the_hashes_are_checked_and_the_answer_says_where_to_go() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let hashes = json!([{ "name": "a.png", "sha256": PNG_SHA256, "pasted": true }]).to_string();
    let answer = mette
        .post_by_script(
            "/report",
            &[("about", "me"), ("hashes", &hashes)],
            &[("a.png", PNG)],
        )
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.json(), json!({ "location": "/cases/2026-0001/receipt" }));
    assert!(
        mette
            .get("/cases/2026-0001/receipt")
            .await
            .text()
            .contains("✓ uændret")
    );
}

#[tokio::test]
async fn a_changed_file_is_refused_by_name_and_nothing_is_kept() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let hashes = json!([{ "name": "a.png", "sha256": "0".repeat(64) }]).to_string();
    let answer = mette
        .post_by_script("/report", &[TEXT, ("hashes", &hashes)], &[("a.png", PNG)])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = "a.png blev ændret undervejs. Send den igen.".to_owned();
    assert_eq!(errors(&answer), [("exhibit".to_owned(), told)]);
    let hashes = json!([{ "name": "væk.png", "sha256": PNG_SHA256 }]).to_string();
    let answer = mette
        .post_by_script("/report", &[TEXT, ("hashes", &hashes)], &[])
        .await;
    assert_eq!(errors(&answer)[0].1, "væk.png nåede ikke frem. Send den igen.");
    assert!(
        mette
            .get("/cases")
            .await
            .text()
            .contains("Der er ingen sager her")
    );
}

#[tokio::test]
async fn an_empty_report_keeps_what_was_chosen_and_says_what_is_missing() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let fields = [
        ("about", "me"),
        ("text", "  \n "),
        ("platform", "Fjordby Snak"),
        ("acute", "true"),
    ];
    // An unused file field comes as a file without a name and without bytes.
    let answer = mette.post_multipart("/report", &fields, &[("", b"")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text();
    assert!(page.contains("<title>Fejl: Fortæl hvad der er sket"), "{page}");
    assert!(page.contains(
        "<a href=\"#text\">Skriv, hvad der er sket, eller vedhæft en fil. Et af delene er nok</a>"
    ));
    assert!(
        page.contains("aria-describedby=\"text-error\" aria-invalid=\"true\""),
        "{page}"
    );
    assert!(
        page.contains("value=\"Fjordby Snak\"") && page.contains("name=\"acute\" value=\"true\" checked")
    );
    assert!(page.contains("men filerne skal vælges igen"));
}

#[tokio::test]
async fn each_refused_file_is_named_and_none_of_the_others_is_kept() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let files: [(&str, &[u8]); 4] = [
        ("god.png", PNG),
        ("tom.png", b""),
        ("billede.png", b"bare tekst"),
        (
            "program.exe",
            b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00",
        ),
    ];
    let answer = mette.post_by_script("/report", &[TEXT], &files).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told: Vec<String> = errors(&answer).into_iter().map(|(_, message)| message).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0], "tom.png er tom.");
    assert_eq!(
        told[1],
        "billede.png er ikke det, som navnet siger. Indholdet ser ud til at være tekst."
    );
    assert!(
        told[2].starts_with("program.exe er en slags fil, som vi ikke tager imod."),
        "{told:?}"
    );
    assert!(
        mette
            .get("/cases")
            .await
            .text()
            .contains("Der er ingen sager her")
    );
}

#[tokio::test]
async fn fifty_files_come_all_fifty() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let names: Vec<String> = (1..=50).map(|n| format!("skærm {n}.png")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), PNG)).collect();
    let answer = mette.post_multipart("/report", &[("about", "me")], &files).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = mette.get(answer.location()).await.text();
    for (n, name) in (1..).zip(&names) {
        assert!(page.contains(&format!("Bilag {n} · {name} · ")), "{name}");
    }
}

#[tokio::test]
async fn a_form_that_breaks_off_is_no_report() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let whole = multipart(&[TEXT], &[("a.png", PNG)]);
    for end in [whole.len() - 20, whole.len() / 2, 60, 3] {
        let request = mette.request(Method::POST, "/report");
        let request = request.header("content-type", "multipart/form-data; boundary=graense-0");
        let answer = mette
            .send(
                request
                    .body(Body::from(whole[..end].to_vec()))
                    .expect("a request"),
            )
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "after {end} bytes");
    }
    let request = mette
        .request(Method::POST, "/report")
        .header("content-type", "text/plain");
    let answer = mette
        .send(request.body(Body::from("x")).expect("a request"))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        mette
            .get("/cases")
            .await
            .text()
            .contains("Der er ingen sager her")
    );
}

#[tokio::test]
async fn sending_the_same_twice_is_one_report() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let fields = [("about", "me"), TEXT, ("key", "0123456789abcdef")];
    let first = mette.post_multipart("/report", &fields, &[("a.png", PNG)]).await;
    let second = mette.post_multipart("/report", &fields, &[("a.png", PNG)]).await;
    assert_eq!(first.location(), second.location());
    let other = [
        ("about", "me"),
        ("text", "Noget andet."),
        ("key", "0123456789abcdef"),
    ];
    let answer = mette.post_multipart("/report", &other, &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer
            .text()
            .contains("Du har allerede sendt en henvendelse herfra"),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn wrong_fields_are_named_in_words() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let cases = [
        ("first_seen", "2027-01-01T10:00", "Ligger i fremtiden"),
        ("first_seen", "i går", "Kan ikke læses som dag og klokkeslæt"),
        (
            "source_url",
            "javascript:alert(1)",
            "Er ikke en webadresse. Den skal begynde med https:// eller http://",
        ),
        ("medium", "brevdue", "Er ikke en af mulighederne"),
        ("text", "et\u{0}nul", "Indeholder tegn, som ikke kan gemmes"),
    ];
    for (field, value, message) in cases {
        let fields: Vec<(&str, &str)> = if field == "text" {
            vec![(field, value)]
        } else {
            vec![TEXT, (field, value)]
        };
        let answer = mette.post_by_script("/report", &fields, &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert_eq!(errors(&answer), [(field.to_owned(), message.to_owned())]);
    }
    let fields = [
        ("about", "colleague"),
        ("colleague", "Fedtmule Hund"),
        ("source_url", "ikke et link"),
        ("medium", "due"),
    ];
    let answer = mette.post_by_script("/report", &fields, &[]).await;
    let all: Vec<String> = errors(&answer).into_iter().map(|(field, _)| field).collect();
    assert_eq!(
        all,
        ["colleague", "medium", "source_url"],
        "everything that is wrong is said at once"
    );
    let long = "x".repeat(20_001);
    let answer = mette.post_by_script("/report", &[("text", &long)], &[]).await;
    assert_eq!(errors(&answer)[0].1, "Er for langt");
    let huge = "x".repeat(300_000);
    let answer = mette.post_by_script("/report", &[("text", &huge)], &[]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_colleague_is_found_by_e_mail_or_by_a_name_that_only_one_has() {
    let app = TestApp::new().await;
    let lone = app.as_("p11").await;
    for (n, known) in (1..).zip(["mette.ravn@fjordby.example", "METTE RAVN", " Mette Ravn "]) {
        let fields = [("about", "colleague"), ("colleague", known), TEXT];
        let answer = lone.post_multipart("/report", &fields, &[]).await;
        assert_eq!(
            answer.location(),
            format!("/cases/2026-000{n}/receipt"),
            "{known}"
        );
    }
    let page = lone.get("/cases/2026-0001/receipt").await.text();
    assert!(page.contains("Er din kollega i sikkerhed?"), "{page}");
    assert!(
        page.contains("Vibeke Holst tager imod sagen senest i morgen kl. 16.00, og så får du besked."),
        "{page}"
    );
    let status = lone.get("/cases/2026-0001/status").await;
    assert_eq!(status.location(), "/cases/2026-0001");
    // The target sees the same receipt as theirs.
    let mette = app.as_("p10").await;
    assert!(
        mette
            .get("/cases/2026-0001/receipt")
            .await
            .text()
            .contains("Er du i sikkerhed?")
    );

    let like = [("about", "colleague"), ("colleague", "mette"), TEXT];
    let answer = lone.post_by_script("/report", &like, &[]).await;
    let (field, message) = errors(&answer).remove(0);
    assert_eq!(field, "colleague");
    assert!(
        message.starts_with("Mente du en af dem? Mette Ravn, Socialrådgiver, "),
        "{message}"
    );
    let unknown = [("about", "colleague"), ("colleague", "Fedtmule Hund"), TEXT];
    let answer = lone.post_by_script("/report", &unknown, &[]).await;
    assert_eq!(
        errors(&answer)[0].1,
        "Der er ingen medarbejder med det navn eller den e-mail"
    );
}

#[tokio::test]
async fn the_manager_can_be_left_out() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let fields = [("about", "me"), TEXT, ("not_to_manager", "true")];
    let answer = mette.post_multipart("/report", &fields, &[]).await;
    assert!(
        mette
            .get(answer.location())
            .await
            .text()
            .contains("Lars Thygesen har sagen")
    );
    let vibeke = app.as_("p09").await;
    assert_eq!(
        vibeke.get("/cases/2026-0001/receipt").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn strange_names_and_hostile_text_are_shown_as_text() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let script = "<script>alert('æøå')</script>'; DROP TABLE cases; --";
    let long = format!("{}.png", "lang ".repeat(60));
    let fields = [
        ("about", "me"),
        ("text", script),
        ("platform", script),
        ("originator", script),
        ("source_url", "https://example.org/?q=<script>alert(1)</script>"),
    ];
    let files: [(&str, &[u8]); 4] = [
        ("../../etc/passwd.png", PNG),
        ("<script>x.png", PNG),
        ("😀 blåbærgrød.png", PNG),
        (&long, PNG),
    ];
    let answer = mette.post_multipart("/report", &fields, &files).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let receipt = mette.get(answer.location()).await.text();
    assert!(receipt.contains("Bilag 1 · passwd.png") && receipt.contains("Bilag 3 · 😀 blåbærgrød.png"));
    assert!(receipt.contains("Bilag 4 · lang lang") && receipt.contains("….png"));
    assert!(receipt.contains("&#60;script&#62;x.png") && !receipt.contains("<script>x"));

    // The same in a form that comes back.
    let mut wrong = fields.to_vec();
    wrong.push(("first_seen", script));
    wrong.push(("colleague", script));
    wrong.push(("medium", script));
    let page = mette.post_multipart("/report", &wrong, &[]).await.text();
    assert!(
        page.contains("&#60;script&#62;alert(&#39;æøå&#39;)") && !page.contains("<script>alert"),
        "{page}"
    );

    let vibeke = app.as_("p09").await;
    for path in ["/", "/cases", "/duties"] {
        let page = vibeke.get(path).await.text();
        assert!(
            page.contains("2026-0001") && !page.contains("<script>alert"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_form_says_before_sending_who_gets_it_and_promises_no_secrecy() {
    let app = TestApp::new().await;
    let page = app.as_("p10").await.get("/report").await.text();
    assert!(
        page.contains("Går det ud over dig, er det Vibeke Holst."),
        "{page}"
    );
    assert!(page.contains("Derfor kan vi ikke love, at du er hemmelig."));
    assert!(page.contains("Ring 112. Politiet kan du ringe til på 114."));
    // A manager's own case goes to the manager above.
    let page = app.as_("p09").await.get("/report").await.text();
    assert!(
        page.contains("Går det ud over dig, er det Lars Thygesen."),
        "{page}"
    );
}
