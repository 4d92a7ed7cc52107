//! Reminders by e-mail: to those who owe the guide, at decent hours, at most once a week, and no more once they have read it.

use crate::helpers::TestApp;
use crate::rollout::rolled_out;
use app::testing::post::{Sink, Taken, header};

/// Does what is due, as the loop does every five seconds.
async fn jobs(app: &TestApp) {
    app.inner.app.make_copies().await.expect("jobs");
}

/// Sets the clock to an hour of a day.
async fn at(app: &TestApp, when: &str) {
    app.inner.clock.set(when.parse().expect("a time"));
    jobs(app).await;
}

fn to(letters: &[String], address: &str) -> usize {
    letters
        .iter()
        .filter(|letter| header(letter, "To").contains(address))
        .count()
}

const METTE: &str = "mette.ravn@fjordby.example";
const LONE: &str = "lone.kvist@fjordby.example";

#[tokio::test]
async fn who_owes_is_reminded_at_decent_hours_and_weekly_at_most_on_both_engines() {
    for engine in app::testing::engines() {
        let sink = Sink::start().await;
        let app = TestApp::writing_by(engine, sink.writing()).await;
        app.inner.app.plan_daily().await.unwrap();
        // Monday evening: rolled out, and nobody hears of it before the offices are open.
        rolled_out(&app).await;
        jobs(&app).await;
        assert_eq!(sink.came().len(), 0);
        at(&app, "2026-10-13T03:00:00+02:00").await;
        assert_eq!(sink.came().len(), 0, "not at night");
        at(&app, "2026-10-13T09:30:00+02:00").await;
        let first = sink.came();
        let people = app
            .inner
            .app
            .organisation()
            .people()
            .iter()
            .filter(|person| person.active)
            .count();
        assert_eq!(first.len(), people, "each one once");
        assert_eq!(to(&first, METTE), 1);
        let letter = first
            .iter()
            .find(|letter| header(letter, "To").contains(METTE))
            .unwrap();
        assert_eq!(header(letter, "Auto-Submitted"), "auto-generated");
        let text = app::mail::readable(letter.as_bytes());
        assert!(
            text.contains("Du får denne e-mail, fordi") && text.contains("højst én påmindelse om ugen"),
            "{text}"
        );
        assert!(
            text.contains("https://vaern.fjordby.example/guide/path"),
            "{text}"
        );
        let mette = app.as_("p10").await;
        assert!(
            mette
                .get("/profile")
                .await
                .text()
                .contains("fordi du ikke havde kvitteret for udgave 1")
        );
        // She reads it; the others are reminded half-way, and she is not.
        mette.post_form("/receipts", &[("edition", "1")]).await;
        for day in 14..=19 {
            at(&app, &format!("2026-10-{day}T10:00:00+02:00")).await;
        }
        assert_eq!(sink.came().len(), people, "nobody twice in a week");
        at(&app, "2026-10-20T10:00:00+02:00").await;
        let second = &sink.came()[people..];
        assert_eq!((second.len(), to(second, METTE)), (people - 1, 0));
    }
}

#[tokio::test]
async fn what_the_mail_server_did_not_take_is_sent_once_it_does() {
    let sink = Sink::start().await;
    let app = TestApp::writing_by(app::testing::Engine::Sqlite, sink.writing()).await;
    app.inner.app.plan_daily().await.unwrap();
    rolled_out(&app).await;
    sink.says(Taken::Later);
    at(&app, "2026-10-13T09:30:00+02:00").await;
    assert_eq!(sink.came().len(), 0);
    sink.says(Taken::Kept);
    at(&app, "2026-10-13T11:00:00+02:00").await;
    let people = app
        .inner
        .app
        .organisation()
        .people()
        .iter()
        .filter(|person| person.active)
        .count();
    assert_eq!(sink.came().len(), people);
    at(&app, "2026-10-13T12:00:00+02:00").await;
    assert_eq!(sink.came().len(), people, "and once");
}

#[tokio::test]
async fn what_waited_until_the_evening_waits_until_the_next_open_day() {
    let sink = Sink::start().await;
    let app = TestApp::writing_by(app::testing::Engine::Sqlite, sink.writing()).await;
    app.inner.app.plan_daily().await.unwrap();
    rolled_out(&app).await;
    // The server was down on the Tuesday until the evening.
    at(&app, "2026-10-13T21:00:00+02:00").await;
    assert_eq!(sink.came().len(), 0);
    at(&app, "2026-10-14T09:30:00+02:00").await;
    assert!(!sink.came().is_empty());

    assert_eq!(to(&sink.came(), LONE), 1);
}
