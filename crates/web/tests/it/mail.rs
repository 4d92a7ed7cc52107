//! HR sorts the e-mails that are in no case; nobody else sees that there are any.

use crate::helpers::TestApp;
use crate::pages::check;
use app::Delivery;
use domain::mail::Door;
use http::StatusCode;

const HR: &str = "p04";

async fn brought(app: &TestApp, from: &str, more: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let message = format!("From: {from}\r\nSubject: Til jer\r\n{more}\r\nJeg ved, hvor du bor.\r\n");
    let delivery = Delivery {
        door: Door::Command,
        envelope: None,
        message: message.as_bytes(),
    };
    app.inner.app.take_mail(&delivery).await.expect("in a test");
    hex::encode(Sha256::digest(message.as_bytes()))
}

#[tokio::test]
async fn hr_reads_what_waits_and_makes_it_the_employees_report_on_both_engines() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let id = brought(&app, "Privat <mette.privat@example.org>", "").await;
        let one = format!("/mail/{id}");
        for language in ["en", "da"] {
            let hr = app.as_(HR).await;
            hr.post_form("/language", &[("language", language), ("back", "/")])
                .await;
            check(&hr.get("/").await, language, "/");
            for path in ["/mail", "/mail?show=no-case", "/mail?show=discarded", &one] {
                let page = hr.get(path).await;
                assert_eq!(page.status, StatusCode::OK, "{path}");
                check(&page, language, path);
            }
        }
        let hr = app.as_(HR).await;
        assert!(
            hr.get("/")
                .await
                .text()
                .contains("1 e-mail venter på, at HR ser på den")
        );
        let page = hr.get(&one).await.text();
        assert!(page.contains("mette.privat@example.org") && page.contains("Jeg ved, hvor du bor."));
        let wrong = hr
            .post_form(
                &format!("{one}/report"),
                &[("person", "Ingen"), ("about", "them")],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        check(&wrong, "da", "the refused form");
        assert!(
            wrong.text().contains("value=\"Ingen\""),
            "what was filled in is still there"
        );
        let unsaid = hr
            .post_form(&format!("{one}/report"), &[("person", "Mette Ravn")])
            .await;
        assert_eq!(
            unsaid.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "whom it is aimed at is never guessed"
        );
        let done = hr
            .post_form(
                &format!("{one}/report"),
                &[("person", "mette.ravn@fjordby.example"), ("about", "them")],
            )
            .await;
        assert_eq!(done.location(), "/mail?done=mail-report", "{}", done.text());
        assert!(!hr.get("/mail").await.text().contains(&id));
        assert_eq!(
            hr.get(&one).await.status,
            StatusCode::NOT_FOUND,
            "it is in a case now"
        );
        let mette = app.as_("p10").await;
        assert!(
            mette.get("/").await.text().contains("2026-0001"),
            "the employee sees her report"
        );
    }
}

#[tokio::test]
async fn what_hr_rejects_is_gone_with_the_reason_kept() {
    let app = TestApp::new().await;
    let id = brought(&app, "salg@example.org", "").await;
    let hr = app.as_(HR).await;
    let path = format!("/mail/{id}/discard");
    assert_eq!(
        hr.post_form(&path, &[("reason", " ")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let done = hr.post_form(&path, &[("reason", "Reklame")]).await;
    assert_eq!(done.location(), "/mail?done=mail-discard");
    let page = hr.get(&format!("/mail/{id}")).await.text();
    assert!(page.contains("Reklame") && page.contains("Indholdet er slettet"));
    assert!(!page.contains("hvor du bor"));
    assert_eq!(
        hr.post_form(&path, &[("reason", "Igen")]).await.status,
        StatusCode::NOT_FOUND
    );
    let report = hr
        .post_form(
            &format!("/mail/{id}/report"),
            &[("person", "Mette Ravn"), ("about", "them")],
        )
        .await;
    assert_eq!(
        report.status,
        StatusCode::NOT_FOUND,
        "nothing is left to make a case of"
    );
}

#[tokio::test]
async fn a_newsletter_is_no_case_and_can_still_be_made_one() {
    let app = TestApp::new().await;
    let id = brought(
        &app,
        "mette.ravn@fjordby.example",
        "List-Id: <nyt.example.org>\r\n",
    )
    .await;
    let hr = app.as_(HR).await;
    assert!(!hr.get("/mail").await.text().contains(&id));
    let page = hr.get("/mail?show=no-case").await.text();
    assert!(page.contains(&id) && page.contains("Nyhedsbrev eller mailliste"));
    let report = [("person", "Mette Ravn"), ("about", "other")];
    let done = hr.post_form(&format!("/mail/{id}/report"), &report).await;
    assert_eq!(done.location(), "/mail?done=mail-report", "{}", done.text());
}

#[tokio::test]
async fn for_everybody_else_there_are_no_such_pages() {
    let app = TestApp::new().await;
    let id = brought(&app, "ukendt@example.org", "").await;
    for person in ["p03", "p05", "p06", "p07", "p08", "p09", "p10"] {
        let client = app.as_(person).await;
        for path in ["/mail".to_owned(), format!("/mail/{id}")] {
            assert_eq!(
                client.get(&path).await.status,
                StatusCode::NOT_FOUND,
                "{person} {path}"
            );
        }
        for path in ["report", "discard"] {
            let form = [("person", "Mette Ravn"), ("about", "them"), ("reason", "x")];
            let answer = client.post_form(&format!("/mail/{id}/{path}"), &form).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{person} {path}");
        }
    }
    let page = app.as_(HR).await.get("/mail?show=taken").await;
    assert_eq!(
        page.status,
        StatusCode::NOT_FOUND,
        "what is in a case is not listed here"
    );
}

#[tokio::test]
async fn a_long_list_goes_on_to_its_end() {
    let app = TestApp::new().await;
    for n in 0..30 {
        brought(&app, &format!("fremmed{n}@example.org"), "").await;
    }
    let hr = app.as_(HR).await;
    let first = hr.get("/mail").await.text();
    let next = first
        .split("href=\"/mail?show=waiting&#38;after=")
        .nth(1)
        .unwrap();
    let next = format!("/mail?show=waiting&after={}", next.split('"').next().unwrap());
    let second = hr.get(&next).await.text();
    let seen = |text: &str| text.matches("@example.org</td>").count();
    assert_eq!((seen(&first), seen(&second)), (25, 5));
    assert!(!second.contains("Vis ældre"));
}
