//! Coming in and going out.

use crate::helpers::{Client, PASSWORD, TestApp};
use domain::ids::PersonId;
use http::StatusCode;

async fn with_password(app: &TestApp) -> Client {
    app.inner
        .app
        .set_password(&PersonId::new("p09"), PASSWORD)
        .await
        .expect("a password");
    app.nobody()
}

const VIBEKE: (&str, &str) = ("email", "vibeke.holst@fjordby.example");

#[tokio::test]
async fn the_right_password_gives_a_strict_cookie_and_leads_back() {
    let app = TestApp::new().await;
    let nobody = with_password(&app).await;

    let asked = nobody.get("/duties").await;
    assert_eq!(
        (asked.status, asked.location()),
        (StatusCode::SEE_OTHER, "/sign-in?next=/duties")
    );

    let fields = [VIBEKE, ("password", PASSWORD), ("next", "/duties")];
    let answer = nobody.post_form("/sign-in", &fields).await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/duties")
    );
    let cookie = answer.cookie();
    assert!(
        cookie.starts_with("vaern=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    assert!(
        !cookie.contains("Secure"),
        "over plain http a secure cookie would never come back"
    );
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_the_host() {
    let app = TestApp::secure().await;
    let nobody = with_password(&app).await;
    let answer = nobody
        .post_form("/sign-in", &[VIBEKE, ("password", PASSWORD)])
        .await;
    assert!(
        answer.cookie().starts_with("__Host-vaern=") && answer.cookie().contains("; Secure"),
        "{}",
        answer.cookie()
    );
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
    let vibeke = app.as_("p09").await;
    assert_eq!(vibeke.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_address_and_a_wrong_password_look_the_same() {
    let app = TestApp::new().await;
    let nobody = with_password(&app).await;
    let wrong = nobody
        .post_form("/sign-in", &[VIBEKE, ("password", "noget andet end før")])
        .await;
    let unknown = nobody
        .post_form(
            "/sign-in",
            &[("email", "ingen@fjordby.example"), ("password", PASSWORD)],
        )
        .await;
    assert_eq!(
        (wrong.status, unknown.status),
        (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY)
    );
    assert_eq!(
        wrong.text().replace(VIBEKE.1, ""),
        unknown.text().replace("ingen@fjordby.example", "")
    );
    assert!(wrong.cookie().is_empty());
    assert!(wrong.text().contains("E-mail eller adgangskode er ikke rigtig"));
    assert!(
        !wrong.text().contains("noget andet"),
        "a password never comes back in a page"
    );
}

#[tokio::test]
async fn after_too_many_tries_one_has_to_wait_even_with_the_right_password() {
    let app = TestApp::new().await;
    let nobody = with_password(&app).await;
    for _ in 0..8 {
        nobody
            .post_form("/sign-in", &[VIBEKE, ("password", "forkert forkert")])
            .await;
    }
    let answer = nobody
        .post_form("/sign-in", &[VIBEKE, ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.text().contains("Vent til kl. 19.57"), "{}", answer.text());

    app.inner.at("2026-10-12T19:58:00+02:00");
    let answer = nobody
        .post_form("/sign-in", &[VIBEKE, ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let app = TestApp::new().await;
    let old = app.as_("p09").await;
    let answer = old.post_form("/sign-in", &[VIBEKE, ("password", PASSWORD)]).await;
    let new = answer.cookie().split(';').next().map(str::to_owned);
    assert_ne!(new, old.cookie);
    assert_eq!(
        old.get("/profile").await.status,
        StatusCode::SEE_OTHER,
        "the old cookie is worth nothing"
    );
    let new = Client { cookie: new, ..old };
    assert_eq!(new.get("/profile").await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server_too() {
    let app = TestApp::new().await;
    let vibeke = app.as_("p09").await;
    let answer = vibeke.post_form("/sign-out", &[]).await;
    assert!(answer.cookie().contains("Max-Age=0"), "{}", answer.cookie());
    assert_eq!(vibeke.get("/profile").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn nobody_is_led_to_another_site() {
    let app = TestApp::new().await;
    let nobody = with_password(&app).await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let answer = nobody
            .post_form("/sign-in", &[VIBEKE, ("password", PASSWORD), ("next", next)])
            .await;
        assert_eq!(answer.location(), "/", "{next}");
        let answer = nobody
            .post_form("/language", &[("language", "en"), ("back", next)])
            .await;
        assert_eq!(answer.location(), "/", "{next}");
    }
}

#[tokio::test]
async fn in_the_demonstration_one_steps_in_as_anybody_and_is_told_what_it_is() {
    let app = TestApp::demo().await;
    let page = app.nobody().get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("Dette er en demonstration med opdigtede personer og sager."));
    for name in [
        "Mette Ravn",
        "Vibeke Holst",
        "Ida Nørgaard",
        "Lars Thygesen",
        "Asta Winther",
        "Erik Stisen",
    ] {
        assert!(text.contains(name), "{name}");
    }
    let answer = app
        .nobody()
        .post_form("/demo/step-in", &[("person", "p10"), ("next", "/report")])
        .await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/report")
    );
    let cookie = answer.cookie().split(';').next().map(str::to_owned);
    let mette = Client {
        cookie,
        ..app.nobody()
    };
    let page = mette.get("/report").await.text();
    assert!(page.contains("Mette Ravn") && page.contains("Dette er en demonstration"));
}

#[tokio::test]
async fn outside_the_demonstration_nobody_steps_in() {
    let app = TestApp::new().await;
    let answer = app
        .nobody()
        .post_form("/demo/step-in", &[("person", "p10")])
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.cookie().is_empty());
    let start = app.nobody().get("/").await;
    assert_eq!(start.location(), "/sign-in");
    assert!(
        !app.nobody()
            .get("/sign-in")
            .await
            .text()
            .contains("demonstration")
    );
}
