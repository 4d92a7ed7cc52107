//! Searching through the router: what the page and the API say, to whom, and about what.

use crate::helpers::TestApp;
use crate::pages::check;
use http::StatusCode;

async fn searched(app: &TestApp, person: &str, path: &str) -> String {
    app.inner.app.keep_search().await.expect("an index");
    let answer = app.as_(person).await.get(path).await;
    assert_eq!(answer.status, StatusCode::OK);
    check(&answer, "da", path);
    answer.text()
}

#[tokio::test]
async fn a_hit_is_a_row_of_the_list_and_shows_no_word_of_the_case() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let page = searched(&app, "p09", "/search?q=hvor+jeg+boede+skriver").await;
    assert!(page.contains("Ingen af de sager"), "{page}");
    let page = searched(&app, "p09", "/search?q=skriver+bor").await;
    assert!(page.contains(&format!("<a href=\"/cases/{number}\">")), "{page}");
    assert!(page.contains("<p role=\"status\">1 sag</p>") && page.contains("Fundet i sagens tekst"));
    assert!(!page.contains("ved, hvor"), "nothing of the text itself");
    // Finding is no reading.
    let log = app
        .as_("p09")
        .await
        .get(&format!("/cases/{number}/access-log"))
        .await;
    assert_eq!(
        log.text().matches("Vibeke Holst").count(),
        1,
        "only the look at the log"
    );
    for stranger in ["p13", "p04", "p05", "p06", "p15"] {
        let page = searched(&app, stranger, "/search?q=skriver").await;
        assert!(!page.contains(&number), "{stranger}");
    }
}

#[tokio::test]
async fn whatever_is_asked_is_text() {
    let app = TestApp::new().await;
    app.case_of_mette().await;
    let long = "%C3%A6".repeat(2_000);
    for asked in [
        "",
        "%20",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%22%29%20OR%20*%3A*",
        "%00",
        "%FF%FE",
        "%F0%9F%98%80",
        &long,
        "a&after=99999999999999999999",
        "a&after=-1",
        "a&after=x",
    ] {
        let page = searched(&app, "p09", &format!("/search?q={asked}")).await;
        assert!(!page.contains("<script>alert"), "{asked}");
    }
}

#[tokio::test]
async fn pages_of_hits_follow_each_other_and_end() {
    let app = TestApp::new().await;
    for _ in 0..30 {
        app.case_of_mette().await;
    }
    let first = searched(&app, "p09", "/search?q=skriver").await;
    assert!(first.contains("30 sager") && first.matches("<th scope=\"row\">").count() == 25);
    assert!(
        first.contains("href=\"/search?q=skriver&#38;after=25\""),
        "{first}"
    );
    let second = searched(&app, "p09", "/search?q=skriver&after=25").await;
    assert_eq!(second.matches("<th scope=\"row\">").count(), 5);
    assert!(second.contains("href=\"?q=skriver\"") && !second.contains("rel=\"next\""));
    let beyond = searched(&app, "p09", "/search?q=skriver&after=50").await;
    assert!(beyond.contains("Der er ikke flere."), "{beyond}");
}

#[tokio::test]
async fn the_operations_page_says_that_all_can_be_found() {
    let app = TestApp::new().await;
    app.case_of_mette().await;
    app.inner.app.keep_search().await.expect("an index");
    app.inner.app.sign_life().await.expect("a sign of life");
    let page = app.as_("p06").await.get("/operations").await.text();
    assert!(
        page.contains("Alle sager kan findes.") && page.contains("i drift"),
        "{page}"
    );
    assert!(!page.contains("Søgningen mangler"), "{page}");
}
