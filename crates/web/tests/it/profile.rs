//! One's own settings, and what they lead to.

use crate::helpers::{PASSWORD, TestApp};
use http::StatusCode;

#[tokio::test]
async fn the_language_follows_the_person_and_before_that_the_browser() {
    let app = TestApp::new().await;
    let answer = app
        .nobody()
        .post_form("/language", &[("language", "en"), ("back", "/sign-in")])
        .await;
    let english = crate::helpers::Client {
        cookie: answer.cookie().split(';').next().map(str::to_owned),
        ..app.nobody()
    };
    assert!(
        english
            .get("/sign-in")
            .await
            .text()
            .contains("<html lang=\"en\">")
    );

    let mette = app.as_("p10").await;
    let answer = mette
        .post_form("/language", &[("language", "en"), ("back", "/report")])
        .await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/report")
    );
    assert!(mette.get("/report").await.text().contains("Tell what happened"));
    assert!(
        app.as_("p10")
            .await
            .get("/")
            .await
            .text()
            .contains("<html lang=\"en\">"),
        "in a new session too"
    );
    assert_eq!(
        mette.post_form("/language", &[("language", "sv")]).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_deputy_is_named_by_name_and_gets_the_case_when_the_manager_is_away() {
    let app = TestApp::new().await;
    let vibeke = app.as_("p09").await;
    let answer = vibeke.post_form("/profile/deputy", &[("deputy", "Anders")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text().contains("Mente du en af dem? Anders Bøgh")
            && answer.text().contains("value=\"Anders\"")
    );

    let answer = vibeke
        .post_form("/profile/deputy", &[("deputy", "Anders Bøgh")])
        .await;
    assert_eq!(answer.location(), "/profile?done=deputy");
    let page = vibeke.get(answer.location()).await.text();
    assert!(
        page.contains("Din stedfortræder er gemt.") && page.contains("Anders Bøgh er din stedfortræder.")
    );

    let answer = vibeke
        .post_form(
            "/profile/absence",
            &[("from", "2026-10-12"), ("until", "2026-10-16")],
        )
        .await;
    assert_eq!(answer.location(), "/profile?done=away");
    assert!(
        vibeke
            .get("/profile")
            .await
            .text()
            .contains("Du er væk fra 12. okt. til og med 16. okt.")
    );
    let number = app.case_of_mette().await;
    let mette = app.as_("p10").await;
    assert!(
        mette
            .get(&format!("/cases/{number}/receipt"))
            .await
            .text()
            .contains("Anders Bøgh har sagen")
    );

    vibeke.post_form("/profile/absence", &[("back", "true")]).await;
    assert!(!vibeke.get("/profile").await.text().contains("Du er væk fra"));
    vibeke.post_form("/profile/deputy", &[("deputy", "")]).await;
    assert!(
        vibeke
            .get("/profile")
            .await
            .text()
            .contains("Du har ikke valgt en stedfortræder.")
    );
}

#[tokio::test]
async fn absence_has_two_days_in_order() {
    let app = TestApp::new().await;
    let vibeke = app.as_("p09").await;
    let cases = [
        ([("from", ""), ("until", "2026-10-16")], "Skal udfyldes"),
        (
            [("from", "2026-10-12"), ("until", "snart")],
            "Kan ikke læses som dag og klokkeslæt",
        ),
        (
            [("from", "2026-10-16"), ("until", "2026-10-14")],
            "Ligger før i dag, eller slutter før det begynder",
        ),
        (
            [("from", "2026-10-01"), ("until", "2026-10-02")],
            "Ligger før i dag, eller slutter før det begynder",
        ),
    ];
    for (fields, message) in cases {
        let answer = vibeke.post_form("/profile/absence", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(answer.text().contains(message), "{fields:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_new_password_ends_every_session() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let wrong = mette
        .post_form(
            "/profile/password",
            &[("old", "forkert"), ("password", "en ny og lang sætning")],
        )
        .await;
    assert!(wrong.text().contains("Den nuværende adgangskode er ikke rigtig"));
    let short = mette
        .post_form("/profile/password", &[("old", PASSWORD), ("password", "kort")])
        .await;
    assert!(short.text().contains("Adgangskoden skal have mindst 12 tegn"));
    let answer = mette
        .post_form(
            "/profile/password",
            &[("old", PASSWORD), ("password", "en ny og lang sætning")],
        )
        .await;
    assert_eq!(answer.location(), "/sign-in?done=password");
    assert_eq!(mette.get("/profile").await.status, StatusCode::SEE_OTHER);
    assert!(
        mette
            .get("/sign-in?done=password")
            .await
            .text()
            .contains("Adgangskoden er skiftet.")
    );
    let fields = [
        ("email", "mette.ravn@fjordby.example"),
        ("password", "en ny og lang sætning"),
    ];
    assert_eq!(
        app.nobody().post_form("/sign-in", &fields).await.status,
        StatusCode::SEE_OTHER
    );
}
