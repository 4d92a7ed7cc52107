//! The administrator's page of what runs by itself: no case on it, and for nobody else.

use crate::helpers::TestApp;
use crate::pages::check;
use app::testing::tsa::{Key, Mood, Tsa};
use http::StatusCode;

const ADMIN: &str = "p06";

#[tokio::test]
async fn the_administrator_sees_rounds_seals_and_jobs_without_any_case_on_both_engines() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let told = app.case_of_mette().await;
        app.inner.app.plan_daily().await.unwrap();
        app.inner.app.seal().await.unwrap();
        app.inner.app.reverify(|_| ()).await.unwrap();
        for language in ["da", "en"] {
            let admin = app.as_(ADMIN).await;
            admin
                .post_form("/language", &[("language", language), ("back", "/")])
                .await;
            let page = admin.get("/operations").await;
            assert_eq!(page.status, StatusCode::OK);
            check(&page, language, "/operations");
            assert!(!page.text().contains(&told), "not even a case's number");
        }
    }
}

#[tokio::test]
async fn for_everybody_else_there_is_no_such_page() {
    let app = TestApp::new().await;
    for person in ["p03", "p04", "p05", "p07", "p08", "p09", "p10"] {
        let client = app.as_(person).await;
        assert_eq!(
            client.get("/operations").await.status,
            StatusCode::NOT_FOUND,
            "{person}"
        );
        for path in ["/operations/jobs/x", "/operations/stamps/1"] {
            assert_eq!(
                client.post_form(path, &[]).await.status,
                StatusCode::NOT_FOUND,
                "{person} {path}"
            );
        }
    }
    let admin = app.as_(ADMIN).await;
    for path in ["/operations/jobs/x", "/operations/stamps/1"] {
        assert_eq!(
            admin.post_form(path, &[]).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_stamp_is_shown_in_the_journal_and_a_refusal_to_the_administrator_who_asks_again() {
    let tsa = Tsa::start(Key::Elliptic);
    let app = TestApp::stamped_by(tsa.trusted()).await;
    let number = app.case_of_mette().await;
    app.inner.at_machine_time();
    tsa.be(Mood::Refusing);
    app.inner.app.seal_to_be_stamped().await.unwrap();
    app.inner.app.run_slow_jobs().await.unwrap();
    let admin = app.as_(ADMIN).await;
    let page = admin.get("/operations").await.text();
    assert!(page.contains("Afslog at stemple") && page.contains("action=\"/operations/stamps/1\""));
    let journal = format!("/cases/{number}?drawer=journal");
    assert!(
        !app.as_("p09")
            .await
            .get(&journal)
            .await
            .text()
            .contains("Bevist af")
    );
    tsa.be(Mood::Honest);
    let asked = admin.post_form("/operations/stamps/1", &[]).await;
    assert_eq!(asked.location(), "/operations?done=stamp-again");
    app.inner.app.run_slow_jobs().await.unwrap();
    let page = admin.get("/operations").await.text();
    assert!(
        page.contains("Stemplet") && page.contains("CN=Tidsstempler"),
        "{page}"
    );
    let journal = app.as_("p09").await.get(&journal).await.text();
    assert!(
        journal.contains("Bevist af en uafhængig tidsstempling: linje 1 til"),
        "{journal}"
    );
}
