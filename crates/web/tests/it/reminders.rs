//! Reminders by e-mail: to those who owe the guide or practice, one message for all of it, at decent hours, at most once a week, and no
//! more once it is done.

use crate::helpers::TestApp;
use crate::rollout::rolled_out;
use app::testing::post::{Sink, Taken, header};

/// Does what is due, as the loop does every five seconds.
async fn jobs(app: &TestApp) {
    app.inner.app.run_slow_jobs().await.expect("jobs");
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

/// As it came, and its words.
fn letter_to(letters: &[String], address: &str) -> (String, String) {
    let letter = letters
        .iter()
        .find(|letter| header(letter, "To").contains(address))
        .expect("a letter")
        .clone();
    let text = app::mail::readable(letter.as_bytes());
    (letter, text)
}

const VIBEKE: &str = "vibeke.holst@fjordby.example";
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
        let (letter, text) = letter_to(&first, METTE);
        assert_eq!(header(&letter, "Auto-Submitted"), "auto-generated");
        assert!(letter_to(&first, VIBEKE).1.contains("på en opdigtet sag"));
        assert!(text.contains("øvet dig i at tage et skærmbillede") && !text.contains("opdigtet sag"));
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
            mette.get("/profile").await.text().contains(
                "fordi du ikke havde kvitteret for udgave 1 af vejledningen og ikke havde øvet dig"
            )
        );
        // She reads it, and is reminded half-way of what is left.
        mette.post_form("/receipts", &[("edition", "1")]).await;
        for day in 14..=19 {
            at(&app, &format!("2026-10-{day}T10:00:00+02:00")).await;
        }
        assert_eq!(sink.came().len(), people, "nobody twice in a week");
        at(&app, "2026-10-20T10:00:00+02:00").await;
        let second = sink.came().split_off(people);
        assert_eq!((second.len(), to(&second, METTE)), (people, 1));
        let (letter, text) = letter_to(&second, METTE);
        assert!(
            app::mail::read(letter.as_bytes())
                .head
                .subject
                .ends_with(": vi mangler, at du øver dig"),
            "{letter}"
        );
        assert!(
            text.contains("https://vaern.fjordby.example/practise\n") && !text.contains("/guide/path"),
            "{text}"
        );
        let profile = app.as_("p10").await.get("/profile").await;
        assert!(profile.text().contains("fordi du ikke havde øvet dig."));
        // She practises, and hears no more; the others are late now, and are told so.
        let (mette, word) = crate::practise::begun(&app, "p10").await;
        crate::practise::send(&mette, &crate::practise::picture(&word)).await;
        at(&app, "2026-11-10T10:00:00+01:00").await;
        let third = sink.came().split_off(2 * people);
        assert_eq!((third.len(), to(&third, METTE)), (people - 1, 0));
        assert!(letter_to(&third, LONE).1.contains("skulle have øvet dig"));
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

#[tokio::test]
async fn the_target_of_an_open_case_is_left_in_peace() {
    for engine in app::testing::engines() {
        let sink = Sink::start().await;
        let app = TestApp::writing_by(engine, sink.writing()).await;
        app.inner.app.plan_daily().await.unwrap();
        rolled_out(&app).await;
        let mette = app.as_("p10").await;
        assert!(mette.get("/").await.text().contains("kl. 16.00"), "a due date");
        let told = [("about", "me"), ("text", "En trussel")];
        let told = mette.post_multipart("/report", &told, &[]).await;
        assert!(told.location().contains("/receipt"), "{}", told.text());
        at(&app, "2026-10-13T09:30:00+02:00").await;
        let came = sink.came();
        assert_eq!((to(&came, METTE), to(&came, LONE)), (0, 1));
        let start = app.as_("p10").await.get("/").await.text();
        assert!(
            start.contains("Læs udgave 1") && !start.contains("kl. 16.00") && !start.contains("For sent"),
            "it is offered, and not due: {start}"
        );
    }
}
