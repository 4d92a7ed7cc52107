//! Due dates as a calendar program fetches them: at an address that only the person knows.

use crate::helpers::TestApp;
use crate::pages::check;
use crate::rollout::rolled_out;
use http::StatusCode;

/// The path of the address on the page.
fn path(page: &str) -> String {
    let at = page.find("/calendar/").expect("an address");
    page[at..].split('<').next().expect("its end").to_owned()
}

#[tokio::test]
async fn a_manager_has_their_duties_and_the_guide_in_their_calendar_on_both_engines() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let number = app.case_of_mette().await;
        rolled_out(&app).await;
        let vibeke = app.as_("p09").await;
        let page = vibeke.post_form("/profile/calendar", &[]).await;
        check(&page, "da", "/profile/calendar");
        let path = path(&page.text());
        let feed = app.nobody().get(&path).await;
        assert_eq!(feed.status, StatusCode::OK);
        assert_eq!(feed.header("content-type"), "text/calendar; charset=utf-8");
        let text = feed.text();
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
        assert!(
            text.lines().all(|line| line.len() <= 75),
            "lines are folded: {text}"
        );
        assert_eq!(
            text.matches("BEGIN:VEVENT").count(),
            text.matches("DTSTAMP:").count()
        );
        assert!(
            text.contains(&format!("(sag {number})")) && text.contains("af vejledningen"),
            "{text}"
        );
        assert!(!text.contains("Mette"), "nothing of what it is about");
        let unfolded = text.replace("\r\n ", "");
        for practice in ["tage et skærmbillede", "på en opdigtet sag"] {
            assert!(unfolded.contains(practice), "{unfolded}");
        }
        let mette = app.as_("p10").await.post_form("/profile/calendar", &[]).await;
        let hers = app.nobody().get(&self::path(&mette.text())).await.text();
        assert!(!hers.contains("BEGIN:VEVENT"), "a target owes nothing: {hers}");
        // A new address kills the old one, and stopping kills that.
        let page = vibeke.post_form("/profile/calendar", &[]).await;
        let new = self::path(&page.text());
        assert_eq!(app.nobody().get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.nobody().get(&new).await.status, StatusCode::OK);
        assert!(!vibeke.get("/profile").await.text().contains(&new), "shown once");
        vibeke.post_form("/profile/calendar/end", &[]).await;
        assert_eq!(app.nobody().get(&new).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn whoever_guesses_finds_nothing() {
    let app = TestApp::new().await;
    for path in [
        "/calendar/p09/.ics",
        "/calendar/p09/x.ics",
        "/calendar/nobody/x.ics",
        "/calendar/p09/",
    ] {
        assert_eq!(
            app.nobody().get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}
