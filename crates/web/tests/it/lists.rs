//! The start page and the lists: what each sees of a case, and what nobody else does.

use crate::helpers::{PNG, TestApp};
use domain::case::Command;
use domain::ids::CaseNumber;

#[tokio::test]
async fn the_manager_owes_the_lawyer_too_and_the_target_nothing() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;

    let vibeke = app.as_("p09").await.get("/").await.text();
    assert!(vibeke.contains("En ny henvendelse er din opgave."), "{vibeke}");
    assert!(
        vibeke.contains("Modtag sagen") && vibeke.contains("i dag kl. 20.47") && vibeke.contains("Haster")
    );
    let ida = app.as_("p03").await.get("/duties").await.text();
    assert!(
        ida.contains("Juridisk vurdering") && ida.contains("i dag kl. 21.47"),
        "{ida}"
    );
    assert!(ida.contains(">Til vurdering</a>"), "the lawyer's navigation");

    let mette = app.as_("p10").await;
    let start = mette.get("/").await.text();
    assert!(
        start.contains(&format!("Sag {number}")) && start.contains("Vibeke Holst har sagen."),
        "{start}"
    );
    assert!(!start.contains("Mine pligter"), "the target owes nothing");
    assert!(
        mette
            .get("/duties")
            .await
            .text()
            .contains("Du skylder ikke noget lige nu.")
    );
    assert!(
        mette
            .get("/cases")
            .await
            .text()
            .contains("<h1>Mine henvendelser</h1>")
    );

    for other in ["p11", "p13", "p04", "p05", "p06"] {
        let other = app.as_(other).await;
        for path in ["/", "/cases", "/duties"] {
            assert!(!other.get(path).await.text().contains(&number), "{path}");
        }
    }
}

#[tokio::test]
async fn what_is_late_is_late_in_words_too() {
    let app = TestApp::new().await;
    app.case_of_mette().await;
    app.inner.at("2026-10-12T21:30:00+02:00");
    let vibeke = app.as_("p09").await;
    for path in ["/", "/duties", "/cases"] {
        let page = vibeke.get(path).await.text();
        assert!(page.contains("For sent: i dag kl. 20.47"), "{path}: {page}");
    }
}

#[tokio::test]
async fn lists_go_on_from_page_to_page_without_losing_or_repeating_a_case() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    for n in 0..60 {
        app.inner.at(&format!("2026-10-12T20:{n:02}:00+02:00"));
        mette
            .post_multipart("/report", &[("about", "me"), ("text", "Igen.")], &[])
            .await;
    }
    let vibeke = app.as_("p09").await;
    let (mut path, mut seen) = ("/cases".to_owned(), Vec::new());
    loop {
        let page = vibeke.get(&path).await.text();
        let rows = page.split("<th scope=\"row\"><a href=\"/cases/").skip(1);
        seen.extend(rows.map(|row| row[..9].to_owned()));
        let Some((before, _)) = page.split_once("\" rel=\"next\"") else {
            break;
        };
        path = before
            .rsplit_once("href=\"")
            .expect("a link")
            .1
            .replace("&#38;", "&");
    }
    let expected: Vec<String> = (1..=60).rev().map(|n| format!("2026-{n:04}")).collect();
    assert_eq!(seen, expected);
    assert!(
        vibeke.get("/cases?after=vrøvl").await.status.is_success(),
        "a strange cursor begins again"
    );
}

#[tokio::test]
async fn the_data_protection_officer_sees_who_looked_but_no_content() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    app.as_("p10")
        .await
        .get(&format!("/cases/{number}/receipt"))
        .await;
    let asta = app.as_("p05").await;
    let log = asta.get("/access-log").await.text();
    assert!(
        log.contains("Mette Ravn") && log.contains("Så status") && log.contains("Den berørte medarbejder"),
        "{log}"
    );
    assert!(log.contains(&number) && !log.contains("hvor jeg bor"));
    assert!(asta.get("/").await.text().contains("Sager i alt"));
    let other = app.as_("p09").await.get("/access-log").await;
    assert_eq!(other.status, http::StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_administrator_sees_the_organisation_and_no_case() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let ole = app.as_("p06").await;
    let page = ole.get("/organisation").await.text();
    assert!(
        page.contains("Enheder uden egen leder") && page.contains("Vibeke Holst"),
        "{page}"
    );
    assert!(ole.get("/").await.text().contains("Medarbejdere"));
    assert!(!ole.get("/cases").await.text().contains(&number));
}

#[tokio::test]
async fn closed_and_open_cases_are_told_apart() {
    let app = TestApp::new().await;
    let first = app.case_of_mette().await;
    let second = app
        .as_("p11")
        .await
        .post_multipart(
            "/report",
            &[("about", "colleague"), ("colleague", "Mette Ravn")],
            &[("a.png", PNG)],
        )
        .await;
    let caller = app.inner.caller("p09");
    let number = CaseNumber::parse(&second.number()).expect("a number");
    let join = Command::Join { into: first.clone() };
    app.inner
        .app
        .perform(&caller, &number, join, None)
        .await
        .expect("joined");

    let vibeke = app.as_("p09").await;
    let open = vibeke.get("/cases?show=open").await.text();
    assert!(open.contains(&first) && !open.contains(number.as_str()));
    let all = vibeke.get("/cases?show=all").await.text();
    assert!(
        all.contains(&first) && all.contains(number.as_str()) && all.contains("Lagt sammen med en anden sag")
    );
    assert!(
        vibeke
            .get("/cases?show=closed")
            .await
            .text()
            .contains("Der er ingen sager her.")
    );
}
