//! The guide on its way to everybody: who may roll it out, what one owes, what one confirms, and who sees whose name.

use crate::guide::{published, republished};
use crate::helpers::{Client, TestApp};
use crate::pages::check;
use http::StatusCode;

/// Mette Ravn is an employee, Vibeke Holst leads her unit, p08 leads above her, p04 is HR, p07 leads safety.
const METTE: &str = "p10";
const VIBEKE: &str = "p09";
const ABOVE: &str = "p08";

pub async fn rolled_out(app: &TestApp) -> Client {
    let (hr, _) = published(app).await;
    let done = hr
        .post_form("/rollouts", &[("edition", "1"), ("due", &due(app))])
        .await;
    assert_eq!(done.location(), "/rollouts?done=rolled-out", "{}", done.text());
    hr
}

/// Two weeks on.
fn due(app: &TestApp) -> String {
    let today = app.inner.app.calendar().local(app.inner.app.now()).date();
    today.saturating_add(jiff::Span::new().days(14)).to_string()
}

#[tokio::test]
async fn an_employee_is_asked_reads_confirms_and_owes_nothing_more_on_both_engines() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let mette = app.as_(METTE).await;
        assert!(
            !mette.get("/").await.text().contains("Læs udgave 1"),
            "nothing is rolled out"
        );
        let hr = rolled_out(&app).await;
        assert!(mette.get("/").await.text().contains("Læs udgave 1"));
        let page = mette.get("/guide/path").await;
        assert!(page.text().contains("Jeg har læst vejledningen") && page.text().contains("Læses senest"));
        check(&page, "da", "/guide/path");
        let done = mette.post_form("/receipts", &[("edition", "1")]).await;
        assert_eq!(done.location(), "/guide/path?done=receipt");
        let page = mette.get("/guide/path").await.text();
        assert!(page.contains("Du kvitterede for udgave 1") && !page.contains("Jeg har læst"));
        assert!(!mette.get("/").await.text().contains("Læs udgave 1"));
        // Twice is once, and there is no edition 2 to confirm.
        mette.post_form("/receipts", &[("edition", "1")]).await;
        let none = mette.post_form("/receipts", &[("edition", "2")]).await;
        assert_eq!(none.status, StatusCode::CONFLICT);
        let csv = hr.get("/coverage/fjordby/table.csv").await.text();
        let total = csv.lines().last().unwrap_or_default().to_owned();
        assert!(total.ends_with(",1,0,0"), "one of all has confirmed: {csv}");
    }
}

#[tokio::test]
async fn a_receipt_that_came_before_two_newer_editions_still_counts() {
    let app = TestApp::new().await;
    let hr = rolled_out(&app).await;
    let total = async || {
        let csv = hr.get("/coverage/fjordby/table.csv").await.text();
        csv.lines().last().unwrap_or_default().to_owned()
    };
    assert!(total().await.ends_with(",0,0,0"), "{}", total().await);
    // It comes while nobody looks at the numbers, and both editions that follow let it stand.
    let mette = app.as_(METTE).await;
    mette.post_form("/receipts", &[("edition", "1")]).await;
    let safety = app.as_("p07").await;
    for (edition, word) in [("2", "Allersenest"), ("3", "Helst")] {
        republished((&hr, &safety), edition, "minor", word).await;
    }
    assert!(total().await.ends_with(",1,0,0"), "{}", total().await);
}

#[tokio::test]
async fn only_hr_and_safety_roll_out_and_take_back_and_others_find_no_such_page() {
    let app = TestApp::new().await;
    let hr = rolled_out(&app).await;
    for stranger in [METTE, VIBEKE, "p03", "p05", "p06"] {
        let client = app.as_(stranger).await;
        assert_eq!(
            client.get("/rollouts").await.status,
            StatusCode::NOT_FOUND,
            "{stranger}"
        );
        let sent = client
            .post_form("/rollouts", &[("edition", "1"), ("due", &due(&app))])
            .await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND, "{stranger}");
    }
    let page = hr.get("/rollouts").await;
    check(&page, "da", "/rollouts");
    let text = page.text();
    let (_, rest) = text.split_once("action=\"/rollouts/").unwrap();
    let (id, _) = rest.split_once("/end\"").unwrap();
    let end = format!("/rollouts/{id}/end");
    assert_eq!(
        app.as_(METTE).await.post_form(&end, &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        hr.post_form(&end, &[]).await.location(),
        "/rollouts?done=rollout-ended"
    );
    assert_eq!(hr.post_form(&end, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(
        !app.as_(METTE)
            .await
            .get("/")
            .await
            .text()
            .contains("Læs udgave 1")
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_chosen_stays() {
    let app = TestApp::new().await;
    let (hr, _) = published(&app).await;
    let late = [
        ("edition", "1"),
        ("due", "2020-01-01"),
        ("branch", "hr"),
        ("role", "hr"),
    ];
    let again = hr.post_form("/rollouts", &late).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = again.text();
    assert!(text.contains("Giv mindst en dag") && text.contains("value=\"hr\" selected"));
    assert!(text.contains("id=\"role-hr\" name=\"role\" value=\"hr\" checked"));
    for (due, said) in [("", "Skal udfyldes"), ("i morgen", "Kan ikke læses")] {
        let again = hr.post_form("/rollouts", &[("edition", "1"), ("due", due)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().contains(said), "{due}");
    }
}

#[tokio::test]
async fn a_manager_sees_names_those_above_numbers_and_colleagues_nothing() {
    let app = TestApp::new().await;
    rolled_out(&app).await;
    let unit = app
        .inner
        .app
        .organisation()
        .person(&domain::ids::PersonId::new(METTE))
        .unwrap()
        .unit
        .clone();
    let address = format!("/coverage/{unit}");
    let vibeke = app.as_(VIBEKE).await;
    assert_eq!(vibeke.get("/coverage").await.location(), address);
    let page = vibeke.get(&address).await;
    check(&page, "da", &address);
    assert!(page.text().contains("Mette Ravn"));
    for watcher in [ABOVE, "p04", "p07"] {
        let page = app.as_(watcher).await.get(&address).await;
        assert_eq!(page.status, StatusCode::OK, "{watcher}");
        assert!(!page.text().contains("Mette Ravn"), "{watcher}");
    }
    for stranger in [METTE, "p05", "p06"] {
        let client = app.as_(stranger).await;
        for path in [address.as_str(), "/coverage", "/coverage/nowhere"] {
            assert_eq!(
                client.get(path).await.status,
                StatusCode::NOT_FOUND,
                "{stranger} {path}"
            );
        }
    }
    assert_eq!(
        app.as_("p04").await.get("/coverage/nowhere").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        vibeke.get("/coverage/fjordby").await.status,
        StatusCode::NOT_FOUND
    );
}

/// The worksheet's words, and the names of all sheets.
fn words_of(book: &[u8]) -> String {
    use std::io::Read as _;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).expect("a workbook");
    let mut text = String::new();
    for name in ["xl/sharedStrings.xml", "xl/workbook.xml"] {
        archive
            .by_name(name)
            .expect("a workbook")
            .read_to_string(&mut text)
            .expect("a workbook");
    }
    text
}

#[tokio::test]
async fn a_manager_sees_by_name_who_has_practised_on_the_page_and_in_both_tables_and_nobody_else_does() {
    let app = TestApp::new().await;
    rolled_out(&app).await;
    let (mette, word) = crate::practise::begun(&app, METTE).await;
    crate::practise::send(&mette, &crate::practise::picture(&word)).await;
    app.inner.app.run_slow_jobs().await.unwrap();
    let vibeke = app.as_(VIBEKE).await;
    let address = vibeke.get("/coverage").await.location().to_owned();
    let page = vibeke.get(&address).await;
    check(&page, "da", &address);
    let text = page.text();
    let of = |name: &str| {
        let at = text.find(&format!("<div>{name} ")).expect("the name");
        text[at..].split("</div>").next().unwrap().to_owned()
    };
    assert!(of("Mette Ravn").contains("har øvet sig") && of("Lone Kvist").contains("har ikke øvet sig"));
    let csv = vibeke.get(&format!("{address}/people.csv")).await.text();
    assert!(
        csv.contains("Mette Ravn,Nej,Ja,Nej") && csv.contains("Lone Kvist,Nej,Nej,Nej"),
        "{csv}"
    );
    let book = vibeke.get(&format!("{address}/table.xlsx")).await;
    let words = words_of(&book.body);
    assert!(words.contains("Mette Ravn") && words.contains("Navne"), "{words}");
    for watcher in [ABOVE, "p04", "p07", METTE] {
        let client = app.as_(watcher).await;
        let names = client.get(&format!("{address}/people.csv")).await;
        assert_eq!(names.status, StatusCode::NOT_FOUND, "{watcher}");
        let book = client.get(&format!("{address}/table.xlsx")).await;
        assert!(book.status == StatusCode::NOT_FOUND || !words_of(&book.body).contains("Mette Ravn"));
    }
}

#[tokio::test]
async fn a_meeting_gives_receipts_to_those_who_were_there() {
    let app = TestApp::new().await;
    rolled_out(&app).await;
    let vibeke = app.as_(VIBEKE).await;
    let unit = app
        .inner
        .app
        .organisation()
        .person(&domain::ids::PersonId::new(METTE))
        .unwrap()
        .unit
        .clone();
    let today = app
        .inner
        .app
        .calendar()
        .local(app.inner.app.now())
        .date()
        .to_string();
    let note = format!("/coverage/{unit}/meeting");
    let cases: [(Vec<(&str, &str)>, &str); 4] = [
        (vec![("held", today.as_str())], "Vælg mindst én"),
        (
            vec![("held", "2099-01-01"), ("present", METTE)],
            "Ligger i fremtiden",
        ),
        (
            vec![("held", today.as_str()), ("present", "p03")],
            "ikke din medarbejder",
        ),
        (vec![("held", ""), ("present", METTE)], "Kan ikke læses"),
    ];
    for (fields, said) in cases {
        let again = vibeke.post_form(&note, &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(again.text().contains(said), "{said}");
    }
    let done = vibeke
        .post_form(&note, &[("held", &today), ("present", METTE)])
        .await;
    assert_eq!(done.location(), format!("/coverage/{unit}?done=meeting"));
    let page = app.as_(METTE).await.get("/guide/path").await.text();
    assert!(page.contains("Din leder har noteret"));
    let sent = app
        .as_(ABOVE)
        .await
        .post_form(&note, &[("held", &today), ("present", METTE)])
        .await;
    assert_eq!(
        sent.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "only their own manager notes it"
    );
}

#[tokio::test]
async fn the_numbers_come_as_a_workbook_with_a_chart_and_without_names() {
    let app = TestApp::new().await;
    let hr = rolled_out(&app).await;
    let book = hr.get("/coverage/fjordby/table.xlsx").await;
    assert_eq!(book.status, StatusCode::OK);
    assert!(book.header("content-disposition").contains("udbredelse.xlsx"));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book.body.to_vec())).unwrap();
    let mut part = |name: &str| {
        use std::io::Read as _;
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let strings = part("xl/sharedStrings.xml");
    assert!(
        strings.contains("Har øvet sig") && strings.contains("Fjordby"),
        "{strings}"
    );
    assert!(!strings.contains("Mette Ravn"));
    assert!(part("xl/charts/chart1.xml").contains("barChart"));
    let other = app.as_(METTE).await;
    assert_eq!(
        other.get("/coverage/fjordby/table.xlsx").await.status,
        StatusCode::NOT_FOUND
    );
}
