//! The table of statements through the router: added, assessed, undone, corrected, taken out, and hidden from who may not read.

use crate::api::Api;
use crate::commands::{done, post, reviewed};
use crate::helpers::{Client, TestApp};
use crate::pages::check;
use http::StatusCode;
use serde_json::{Value, json};

const LINES: &str =
    "Anna\t2 t.\tSkam jer\n\nBent\tI har lukket <b>vores</b> bibliotek\nVi ved, hvor du bor\nGå hjem";

fn table(number: &str) -> String {
    format!("/cases/{number}/statements")
}

fn one(number: &str, statement: u32) -> String {
    format!("/cases/{number}/statements/{statement}")
}

/// Four statements in Mette's case.
async fn marked() -> (TestApp, String, Client, Client) {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let (vibeke, ida) = (app.as_("p09").await, app.as_("p03").await);
    add(&vibeke, &number).await;
    (app, number, vibeke, ida)
}

async fn add(client: &Client, number: &str) {
    let answer = client
        .post_form(&table(number), &[("exhibit", "1"), ("lines", LINES)])
        .await;
    assert_eq!(
        answer.location(),
        format!("{}?done=mark-statements", table(number)),
        "{}",
        answer.text()
    );
}

async fn assess(client: &Client, number: &str, statement: u32, outcome: &str) -> crate::helpers::Answer {
    let fields = [
        ("deed", "assess-statement"),
        ("outcome", outcome),
        ("reason", "Går på personen"),
    ];
    client.post_form(&one(number, statement), &fields).await
}

#[tokio::test]
async fn pasted_lines_become_a_table_that_the_lawyer_works_through_without_javascript() {
    let (app, number, vibeke, ida) = marked().await;
    let page = ida.get(&table(&number)).await;
    check(&page, "da", "the table");
    let text = page.text();
    assert_eq!(text.matches("data-statement=").count(), 4);
    assert!(text.contains("0 af 4 vurderet") && text.contains("Anna · 2 t."));
    assert!(text.contains("I har lukket &#60;b&#62;vores&#60;/b&#62; bibliotek"));
    assert_eq!(text.matches("data-assess").count(), 4);
    assert_eq!(
        vibeke
            .get(&table(&number))
            .await
            .text()
            .matches("data-assess")
            .count(),
        0,
        "a manager does not assess"
    );

    let answer = assess(&ida, &number, 1, "rude-but-lawful").await;
    assert_eq!(
        answer.location(),
        format!("{}?done=assess-statement#s2", table(&number)),
        "on to the next: {}",
        answer.text()
    );
    assess(&ida, &number, 3, "possible-crime").await;
    let text = ida.get(&table(&number)).await.text();
    assert!(text.contains("2 af 4 vurderet"));
    let open = ida.get(&format!("{}?show=open", table(&number))).await;
    check(&open, "da", "only what is missing");
    assert!(open.text().contains("id=\"s2\"") && !open.text().contains("id=\"s3\""));
    let crime = ida
        .get(&format!("{}?show=possible-crime&exhibit=1", table(&number)))
        .await
        .text();
    assert!(crime.contains("id=\"s3\"") && !crime.contains("id=\"s2\""));

    let undo = ida
        .post_form(&one(&number, 3), &[("deed", "undo-statement-assessment")])
        .await;
    assert_eq!(
        undo.location(),
        format!("{}?done=undo-statement-assessment#s3", table(&number))
    );
    assert!(ida.get(&table(&number)).await.text().contains("1 af 4 vurderet"));
    let story = app.as_("p08").await.get(&format!("/cases/{number}")).await.text();
    assert!(
        story.contains("tilføjede 4 udsagn."),
        "a wave is one line: {story}"
    );
}

#[tokio::test]
async fn what_is_missing_is_said_and_nothing_typed_is_lost() {
    let (_app, number, vibeke, ida) = marked().await;
    let mute = [
        ("deed", "assess-statement"),
        ("outcome", "harassment"),
        ("reason", " "),
    ];
    let answer = ida.post_form(&one(&number, 1), &mute).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&answer, "da", "no reason");
    assert!(answer.text().contains("Begrundelse: Skal udfyldes"));
    assert!(answer.text().contains("value=\"harassment\" selected"));
    let undecided = ida
        .post_form(&one(&number, 1), &[("deed", "assess-statement"), ("reason", "x")])
        .await;
    assert_eq!(undecided.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(undecided.text().contains("Udfald: Skal udfyldes"));

    let long = format!("Kort\n\n{}", "x".repeat(20_001));
    let answer = vibeke
        .post_form(&table(&number), &[("exhibit", "1"), ("lines", &long)])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&answer, "da", "a line too long");
    assert!(answer.text().contains("Linje 3: Er for langt") && answer.text().contains("\nKort\n"));
    for (exhibit, lines) in [("2", "x"), ("", "x"), ("1", " \n ")] {
        let answer = vibeke
            .post_form(&table(&number), &[("exhibit", exhibit), ("lines", lines)])
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{exhibit} {lines}"
        );
    }
}

#[tokio::test]
async fn a_manager_corrects_and_takes_out_what_is_not_assessed() {
    let (_app, number, vibeke, ida) = marked().await;
    let corrected = [
        ("deed", "correct-statement"),
        ("text", "Skam jer!"),
        ("author", "Anna"),
        ("said_at", "2 t."),
    ];
    let answer = vibeke.post_form(&one(&number, 1), &corrected).await;
    assert!(
        answer.location().ends_with("done=correct-statement#s1"),
        "{}",
        answer.text()
    );
    let out = [("deed", "withdraw-statement"), ("why", "Læst to gange")];
    let answer = vibeke.post_form(&one(&number, 4), &out).await;
    assert!(
        answer.location().ends_with("done=withdraw-statement#s4"),
        "{}",
        answer.text()
    );
    let text = ida.get(&table(&number)).await.text();
    assert!(text.contains("Skam jer!") && text.contains("0 af 3 vurderet") && !text.contains("id=\"s4\""));
    let out = ida.get(&format!("{}?show=withdrawn", table(&number))).await;
    check(&out, "da", "what is taken out");
    assert!(out.text().contains("Læst to gange"));
    check(&ida.get(&one(&number, 4)).await, "da", "a statement taken out");
    let answer = assess(&ida, &number, 4, "harassment").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("Udsagnet er taget ud"));

    assess(&ida, &number, 1, "harassment").await;
    let answer = vibeke
        .post_form(
            &one(&number, 1),
            &[("deed", "correct-statement"), ("text", "Andet")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("Juristen skal først fortryde vurderingen"));
}

#[tokio::test]
async fn who_may_not_read_the_matter_finds_no_statements() {
    let (app, number, vibeke, _) = marked().await;
    for person in ["p10", "p04", "p05", "p06", "p13"] {
        let client = app.as_(person).await;
        for path in [table(&number), one(&number, 1)] {
            assert_eq!(
                client.get(&path).await.status,
                StatusCode::NOT_FOUND,
                "{person} {path}"
            );
        }
        let answer = client
            .post_form(&table(&number), &[("exhibit", "1"), ("lines", "x")])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{person} adds");
        let answer = assess(&client, &number, 1, "harassment").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{person} assesses");
        let api = Api::of(&app, person).await;
        assert_eq!(
            api.get(&table(&number)).await.status,
            StatusCode::NOT_FOUND,
            "{person} by the API"
        );
    }
    let answer = assess(&vibeke, &number, 1, "harassment").await;
    assert_eq!(
        answer.status,
        StatusCode::NOT_FOUND,
        "the lawyer's work is not the manager's"
    );
    for not in ["0", "9", "x", "1x"] {
        assert_eq!(
            vibeke.get(&format!("{}/{not}", table(&number))).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn the_api_lists_statements_in_pages_with_their_assessment() {
    let (app, number, _, _) = marked().await;
    let lawyer = Api::of(&app, "p03").await;
    let marked = lawyer
        .command(
            &number,
            json!({"type": "mark-statement", "exhibit": 1, "text": "Skam",
                "region": {"x": 0, "y": 10, "w": 1_000_000, "h": 20}, "line": 4}),
        )
        .await;
    assert_eq!(
        marked.json()["events"],
        json!(["statement-marked"]),
        "{}",
        marked.text()
    );
    let assessed = json!({"type": "assess-statement", "statement": 2, "outcome": "lawful-criticism", "reason": "Kritik"});
    assert_eq!(lawyer.command(&number, assessed).await.status, StatusCode::OK);
    let mut numbers: Vec<Value> = Vec::new();
    let mut page = String::new();
    loop {
        let list = lawyer
            .get(&format!("{}?limit=2{page}", table(&number)))
            .await
            .json();
        let items = list["items"].as_array().expect("items").clone();
        assert!(items.len() <= 2);
        numbers.extend(items);
        match list["next"].as_str() {
            Some(next) => page = format!("&page={next}"),
            None => break,
        }
    }
    let found: Vec<_> = numbers.iter().map(|item| item["number"].as_u64()).collect();
    assert_eq!(found, [Some(1), Some(2), Some(3), Some(4), Some(5)]);
    assert_eq!(numbers[1]["outcome"], "lawful-criticism");
    assert_eq!(numbers[1]["assessed_by"], "Ida Nørgaard");
    assert_eq!(
        (&numbers[0]["author"], &numbers[0]["outcome"]),
        (&json!("Anna"), &Value::Null)
    );
    assert_eq!(numbers[4]["region"]["w"], 1_000_000);
    let wrong = lawyer.get(&format!("{}?page=x", table(&number))).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_removal_is_about_statements_that_cross_the_line() {
    let (app, number, vibeke) = reviewed("harassment", "yes").await;
    let ida = app.as_("p03").await;
    add(&vibeke, &number).await;
    assess(&ida, &number, 1, "rude-but-lawful").await;
    assess(&ida, &number, 3, "possible-crime").await;
    let asked = vibeke.get(&format!("/cases/{number}/do/request-removal")).await;
    check(&asked, "da", "the removal");
    assert!(asked.text().contains("Udsagn 3") && !asked.text().contains("Udsagn 1<"));
    let fields = [("to", "Facebook"), ("what", "Kommentaren")];
    let lawful = [&fields[..], &[("statements", "1")]].concat();
    assert_eq!(
        post(&vibeke, &number, "request-removal", &lawful).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    done(
        &vibeke,
        &number,
        "request-removal",
        &[&fields[..], &[("statements", "3")]].concat(),
    )
    .await;
    let drawer = vibeke.get(&format!("/cases/{number}?drawer=matter")).await.text();
    assert!(drawer.contains("<dt>Udsagn</dt><dd>3</dd>"), "{drawer}");
    let contact = vibeke
        .get(&format!("/cases/{number}/do/contact?purpose=boundary"))
        .await;
    check(&contact, "da", "the contact");
    assert!(contact.text().contains("Hvilke udsagn skal høre op?"));
    let review = ida.get(&format!("/cases/{number}/do/review")).await;
    check(&review, "da", "the review");
    assert!(
        review.text().contains("<dt>Muligt strafbart</dt><dd>1</dd>")
            && review.text().contains("<dt>Ikke vurderet</dt><dd>2</dd>")
    );
}

#[tokio::test]
async fn the_journal_of_a_wave_goes_on_and_the_table_is_cut_at_two_hundred() {
    let (_app, number, vibeke, _) = marked().await;
    let many: Vec<String> = (5..=210).map(|n| format!("Kommentar {n}")).collect();
    let answer = vibeke
        .post_form(
            &table(&number),
            &[("exhibit", "1"), ("lines", &many.join("\r\n"))],
        )
        .await;
    assert!(answer.location().contains("done="), "{}", answer.text());
    let first = vibeke.get(&table(&number)).await;
    check(&first, "da", "the first page");
    assert_eq!(first.text().matches("data-statement=").count(), 200);
    let second = vibeke.get(&format!("{}?page=2", table(&number))).await;
    check(&second, "da", "the second page");
    assert_eq!(second.text().matches("data-statement=").count(), 10);
    assert!(second.text().contains("Kommentar 210") && second.text().contains("0 af 210 vurderet"));
}
