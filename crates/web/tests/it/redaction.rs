//! Redacted copies through the router: the page, what it takes and refuses, what comes out, and who finds nothing.

use crate::api::Api;
use crate::helpers::{Answer, Client, TestApp};
use crate::pages::check;
use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Value, json};

fn screenshot() -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/matters");
    std::fs::read(folder.join("01-threat-in-comment-thread/screenshot-1.png")).expect("a screenshot")
}

/// A case of Mette's with a screenshot and a film; its number and its owner's browser.
async fn case(app: &TestApp) -> (String, Client) {
    let mette = app.as_("p10").await;
    let told = [("about", "me"), ("text", "Se her.")];
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".as_slice();
    let files = [("a.png", &*screenshot()), ("b.mp4", film)];
    let number = mette.post_multipart("/report", &told, &files).await.number();
    (number, app.as_("p09").await)
}

fn page(number: &str) -> String {
    format!("/cases/{number}/exhibits/1/redact")
}

type Fields<'a> = Vec<(&'a str, &'a str)>;

fn one_box<'a>(x: &'a str, y: &'a str, w: &'a str, h: &'a str) -> Fields<'a> {
    vec![("page", "0"), ("x", x), ("y", y), ("w", w), ("h", h)]
}

async fn send(client: &Client, number: &str, boxes: Fields<'_>) -> Answer {
    let mut fields = vec![("recipient", "police"), ("name", ""), ("reason", "Andres navne")];
    fields.extend(boxes);
    client.post_form(&page(number), &fields).await
}

#[tokio::test]
async fn boxes_written_as_numbers_make_a_copy_that_is_listed_told_and_handed_out() {
    let app = TestApp::new().await;
    let (number, vibeke) = case(&app).await;
    let form = vibeke.get(&page(&number)).await;
    check(&form, "da", "the page for a copy");
    assert!(
        form.text()
            .contains(&format!("src=\"/cases/{number}/exhibits/1/original\""))
    );
    // A comma as people write it; a box that is left empty is none.
    let boxes = [one_box("12,5", "10", "50", "2.5"), one_box("", "", "", "")].concat();
    let made = send(&vibeke, &number, boxes).await;
    let exhibit = format!("/cases/{number}/exhibits/1");
    assert_eq!(
        made.location(),
        format!("{exhibit}?done=redact#copies"),
        "{}",
        made.text()
    );
    let shown = vibeke.get(&exhibit).await;
    check(&shown, "da", "the exhibit with a copy");
    let text = shown.text();
    assert!(
        text.contains("Kopi 1: Politiet") && text.contains("Andres navne"),
        "{text}"
    );
    assert!(text.contains("Ét sted er dækket"), "{text}");
    let copy = format!("{exhibit}/redacted/1");
    let file = vibeke.get(&copy).await;
    assert_eq!(
        (
            file.header("content-type"),
            file.header("cache-control"),
            file.header("content-disposition")
        ),
        (
            "image/png",
            "no-store",
            "attachment; filename=\"bilag-001-kopi-1.png\""
        )
    );
    assert!(file.body.starts_with(b"\x89PNG"));
    let log = vibeke
        .get(&format!("/cases/{number}?drawer=access-log"))
        .await
        .text();
    assert!(
        log.contains("Hentede en kopi af bilag 1 med noget dækket"),
        "{log}"
    );
    let story = vibeke.get(&format!("/cases/{number}")).await.text();
    assert!(
        story.contains("lavede en kopi af bilag 1 med noget dækket: Politiet"),
        "{story}"
    );
    // In the dossier's words too: the matter's own entries.
    let matter = vibeke.get(&format!("/cases/{number}?drawer=matter")).await.text();
    assert!(matter.contains("kontrolsum"), "{matter}");
    for stranger in ["p10", "p11", "p13", "p05", "p06"] {
        let stranger = app.as_(stranger).await;
        assert_eq!(stranger.get(&page(&number)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            send(&stranger, &number, one_box("1", "1", "1", "1")).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(stranger.get(&copy).await.status, StatusCode::NOT_FOUND);
    }
    // Mette sent the exhibit and sees it, and not for whom a copy was made.
    let own = app.as_("p10").await.get(&exhibit).await;
    assert_eq!(own.status, StatusCode::OK);
    assert!(!own.text().contains("Kopi 1"), "{}", own.text());
}

#[tokio::test]
async fn what_cannot_be_a_box_is_named_and_what_was_typed_stays() {
    let app = TestApp::new().await;
    let (number, vibeke) = case(&app).await;
    for (boxes, said) in [
        (vec![], "Hvad skal dækkes?: Vælg mindst én"),
        (one_box("NaN", "0", "1", "1"), "Firkant 1: "),
        (one_box("-1", "0", "1", "1"), "Firkant 1: "),
        (
            one_box("60", "0", "50", "1"),
            "Firkant 1: Ligger uden for billedet",
        ),
        (
            one_box("99999999999999999999", "0", "1", "1"),
            "Firkant 1: Ligger uden for billedet",
        ),
        (one_box("1", "1", "0", "1"), "Firkant 1: Ligger uden for billedet"),
        (
            [one_box("1", "1", "1", "1"), one_box("1", "1", "1", "")].concat(),
            "Firkant 2: ",
        ),
        (
            one_box("1", "1", "1", "1").repeat(201),
            "Hvad skal dækkes?: Er for mange på én gang",
        ),
    ] {
        let answer = send(&vibeke, &number, boxes).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let text = answer.text();
        assert!(text.contains(said), "{said}: {text}");
        assert!(text.contains("Andres navne"), "what was typed stays");
    }
    let nobody = vec![
        ("recipient", ""),
        ("reason", "x"),
        ("page", "0"),
        ("x", "1"),
        ("y", "1"),
        ("w", "1"),
        ("h", "1"),
    ];
    let answer = vibeke.post_form(&page(&number), &nobody).await;
    assert!(
        answer.text().contains("Hvem er kopien til?: "),
        "{}",
        answer.text()
    );
    // A film has no such page, and nor has an exhibit that is not there.
    for n in [2, 9] {
        let none = vibeke.get(&format!("/cases/{number}/exhibits/{n}/redact")).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    }
    // Overlapping boxes are two.
    let overlapping = [one_box("1", "1", "9", "9"), one_box("5", "5", "9", "9")].concat();
    assert_eq!(
        send(&vibeke, &number, overlapping).await.status,
        StatusCode::SEE_OTHER
    );
    let text = vibeke.get(&format!("/cases/{number}/exhibits/1")).await.text();
    assert!(text.contains("2 steder er dækket"), "{text}");
}

#[tokio::test]
async fn a_document_is_covered_page_by_page_once_its_pages_can_be_shown() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let told = [("about", "me"), ("text", "Se her.")];
    let letter = crate::copies::pdf();
    let number = mette
        .post_multipart("/report", &told, &[("brev.pdf", &*letter)])
        .await
        .number();
    let vibeke = app.as_("p09").await;
    let form = vibeke.get(&page(&number)).await;
    check(&form, "da", "a document whose pages are not made");
    assert!(
        form.text().contains("ikke klar til at blive vist"),
        "{}",
        form.text()
    );
    app.inner.app.run_slow_jobs().await.expect("copies");
    let form = vibeke.get(&page(&number)).await;
    check(&form, "da", "the page for a copy of a document");
    for n in [1, 2] {
        let sheet = format!("data-page=\"{n}\"><img src=\"/cases/{number}/exhibits/1/pages/{n}\"");
        assert!(form.text().contains(&sheet), "{}", form.text());
    }
    let on = |page: &'static str| {
        let mut fields = one_box("0", "0", "100", "50");
        fields[0].1 = page;
        fields
    };
    for (page, said) in [("3", "Firkant 1: Ligger på en side"), ("", "Firkant 1: ")] {
        let answer = send(&vibeke, &number, on(page)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(said), "{}", answer.text());
    }
    assert_eq!(
        send(&vibeke, &number, on("2")).await.status,
        StatusCode::SEE_OTHER
    );
    let copy = vibeke
        .get(&format!("/cases/{number}/exhibits/1/redacted/1"))
        .await;
    assert_eq!(
        (copy.header("content-type"), copy.header("content-disposition")),
        ("application/pdf", "attachment; filename=\"bilag-001-kopi-1.pdf\"")
    );
    assert!(copy.body.starts_with(b"%PDF") && !copy.body.windows(6).any(|part| part == b"Letter"));
}

#[tokio::test]
async fn a_message_is_covered_in_words_and_what_stands_nowhere_is_named_by_its_line() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let told = [("about", "me"), ("text", "Se her.")];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/matters");
    let message = std::fs::read(folder.join("04-threatening-email/original.eml")).expect("a message");
    let number = mette
        .post_multipart("/report", &told, &[("brev.eml", &*message)])
        .await
        .number();
    let vibeke = app.as_("p09").await;
    let form = vibeke.get(&page(&number)).await;
    check(&form, "da", "the page for a copy of a message");
    assert!(form.text().contains("min husleje på fredag"), "{}", form.text());
    let covered = |lines: &'static str| vec![("passages", lines)];
    for (lines, said) in [
        ("", "Det, der skal dækkes: "),
        ("Sara\r\nen anden", "Linje 2: Står ikke i teksten"),
        ("e", "Linje 1: "),
    ] {
        let answer = send(&vibeke, &number, covered(lines)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{lines}");
        let text = answer.text();
        assert!(
            text.contains(said) && text.contains("Andres navne"),
            "{said}: {text}"
        );
    }
    let made = send(&vibeke, &number, covered("sara\r\n\r\nJimmi Dahl\r\n")).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let copy = vibeke
        .get(&format!("/cases/{number}/exhibits/1/redacted/1"))
        .await;
    assert_eq!(copy.header("content-type"), "text/plain; charset=utf-8");
    let text = copy.text();
    assert!(text.contains("min husleje på fredag"), "{text}");
    assert!(!text.contains("Sara") && !text.contains("Jimmi Dahl"), "{text}");
    for stranger in ["p10", "p11", "p13", "p05", "p06"] {
        let stranger = app.as_(stranger).await;
        assert_eq!(stranger.get(&page(&number)).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_api_makes_lists_and_hands_out_copies_by_the_same_rules() {
    let app = TestApp::new().await;
    let (number, vibeke) = case(&app).await;
    let path = format!("/cases/{number}/exhibits/1/redacted");
    let wanted = |boxes: Value| json!({"recipient": "police", "reason": "Andres navne", "boxes": boxes});
    let one = json!([{"x": 100_000, "y": 100_000, "w": 300_000, "h": 50_000}]);
    let post = async |person: &str, body: &Value| {
        let api = Api::of(&app, person).await;
        let request = api
            .request(Method::POST, &path)
            .header(CONTENT_TYPE, "application/json");
        api.send(request.body(Body::from(body.to_string())).expect("a request"))
            .await
    };
    for person in ["p10", "p11", "p13", "p05", "p06"] {
        let refused = post(person, &wanted(one.clone())).await.status;
        let known = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
        assert!(known.contains(&refused), "{person}: {refused}");
    }
    for (body, field) in [
        (
            wanted(json!([{"x": 900_000, "y": 0, "w": 200_000, "h": 1}])),
            "boxes.0",
        ),
        (wanted(json!([])), "boxes"),
        (json!({"recipient": "other", "reason": "x", "boxes": one}), "name"),
        (
            json!({"recipient": "police", "reason": "x", "passages": ["Sara"]}),
            "exhibit",
        ),
    ] {
        let refused = post("p09", &body).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            refused.text()
        );
        assert!(
            refused.text().contains(&format!("\"{field}\"")),
            "{field}: {}",
            refused.text()
        );
    }
    let made = post("p09", &wanted(one)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made = made.json();
    assert_eq!(
        (&made["number"], &made["media_type"]),
        (&json!(1), &json!("image/png"))
    );
    let api = Api::of(&app, "p09").await;
    let listed = api.get(&path).await.json();
    assert_eq!(listed["items"], json!([made]));
    let copy = api.get(&format!("{path}/1")).await;
    assert!(copy.body.starts_with(b"\x89PNG"));
    assert_eq!(
        copy.header("etag"),
        format!("\"{}\"", made["sha256"].as_str().expect("a hash"))
    );
    // The same copy on the page; and whoever sent the exhibit learns of none.
    assert!(
        vibeke
            .get(&format!("/cases/{number}/exhibits/1"))
            .await
            .text()
            .contains("Kopi 1: Politiet")
    );
    let own = Api::of(&app, "p10").await;
    assert_eq!(own.get(&path).await.json()["items"], json!([]));
    assert_eq!(own.get(&format!("{path}/1")).await.status, StatusCode::NOT_FOUND);
}
