//! Every page as everybody, in both languages: whole, in the right language, and marked up as the accessibility rules ask.

use crate::helpers::{Answer, TestApp};
use http::StatusCode;

/// One of each role: target, colleague, owner, superior, lawyer, HR, data protection, administrator, safety.
const PEOPLE: [&str; 9] = ["p10", "p11", "p09", "p08", "p03", "p04", "p05", "p06", "p07"];
const PATHS: [&str; 15] = [
    "/mail",
    "/guide",
    "/guide/editions",
    "/",
    "/report",
    "/cases",
    "/cases?show=all",
    "/search",
    "/search?q=x",
    "/duties",
    "/profile",
    "/access-log",
    "/organisation",
    "/cases/2026-0001/receipt",
    "/findes-ikke",
];

/// What holds on every page whatever it says.
pub fn check(answer: &Answer, language: &str, what: &str) {
    let text = answer.text();
    assert!(text.contains(&format!("<html lang=\"{language}\">")), "{what}");
    assert!(!text.contains('⟦'), "{what}: a text is missing: {text}");
    assert_eq!(
        text.matches("<h1").count(),
        1,
        "{what}: one heading of the first rank"
    );
    assert_eq!(text.matches("<main").count(), 1, "{what}");
    let title = text
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split(" · Værn</title>").next());
    assert!(
        title.is_some_and(|title| !title.trim().is_empty()),
        "{what}: a title"
    );
    assert!(text.contains("<a class=\"skipnav\" href=\"#main\">"), "{what}");
    assert!(
        !text.contains("aria-describedby=\"\"")
            && !text.contains("href=\"\"")
            && !text.contains("href=\"#\""),
        "{what}"
    );
    for id in ids(&text) {
        assert_eq!(
            text.matches(&format!(" id=\"{id}\"")).count(),
            1,
            "{what}: the id {id} is there once"
        );
    }
    for name in ["for", "aria-labelledby", "aria-describedby", "list"] {
        let mark = format!(" {name}=\"");
        let marks = text
            .split(&mark)
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        for id in marks.flat_map(str::split_whitespace) {
            assert!(
                text.contains(&format!(" id=\"{id}\"")),
                "{what}: {name} points to {id}, which is not there"
            );
        }
    }
}

fn ids(text: &str) -> Vec<&str> {
    text.split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[tokio::test]
async fn every_page_as_everybody_in_both_languages() {
    let app = TestApp::new().await;
    app.case_of_mette().await;
    for person in PEOPLE {
        let client = app.as_(person).await;
        for language in ["da", "en"] {
            client
                .post_form("/language", &[("language", language), ("back", "/")])
                .await;
            for path in PATHS {
                let what = format!("{path} as {person} in {language}");
                let answer = client.get(path).await;
                check(&answer, language, &what);
                let closed = match path {
                    "/access-log" => person != "p05",
                    "/organisation" => person != "p06",
                    "/mail" => person != "p04",
                    "/cases/2026-0001/receipt" => person != "p10",
                    "/findes-ikke" => true,
                    _ => false,
                };
                let expected = if closed {
                    StatusCode::NOT_FOUND
                } else {
                    StatusCode::OK
                };
                assert_eq!(answer.status, expected, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn the_pages_of_nobody_in_particular() {
    for app in [TestApp::new().await, TestApp::demo().await] {
        for language in ["da", "en"] {
            let cookie = Some(format!("vaern-language={language}"));
            let visitor = crate::helpers::Client {
                cookie,
                ..app.nobody()
            };
            for path in ["/sign-in?next=/report", "/findes-ikke"] {
                check(
                    &visitor.get(path).await,
                    language,
                    &format!("{path} in {language}"),
                );
            }
        }
    }
    let app = TestApp::demo().await;
    check(
        &app.nobody().get("/").await,
        "da",
        "the demonstration's start page",
    );
}

#[tokio::test]
async fn the_header_says_who_one_is_and_where() {
    let app = TestApp::new().await;
    let page = app.as_("p09").await.get("/duties").await.text();
    assert!(page.contains("Vibeke Holst") && page.contains("Afdelingsleder"));
    assert!(
        page.contains("<a href=\"/duties\" aria-current=\"page\">Mine pligter</a>"),
        "{page}"
    );
    assert!(!page.contains("demonstration"));
}
