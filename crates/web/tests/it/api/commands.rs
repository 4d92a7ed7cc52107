//! Commands: in order, out of order, twice, and two people at once.

use super::{Api, blames, is_refused};
use crate::helpers::{PNG, TestApp};
use app::testing::Engine;
use http::{Method, StatusCode};
use serde_json::{Value, json};

struct Fjordby {
    app: TestApp,
    owner: Api,
    lawyer: Api,
    number: String,
}

async fn fjordby(engine: Engine) -> Fjordby {
    let app = TestApp::on(engine).await;
    let mette = Api::of(&app, "p10").await;
    let number = mette
        .case(
            json!({"text": "Han ved, hvor jeg bor.", "about": "me", "medium": "social-media"}),
            &[("a.png", PNG)],
        )
        .await;
    Fjordby {
        owner: Api::of(&app, "p09").await,
        lawyer: Api::of(&app, "p03").await,
        app,
        number,
    }
}

fn review(outcome: &str, may: &str) -> Value {
    json!({"type": "review", "outcome": outcome, "contact": {"may": may, "reason": "x"}, "grounds": {
        "said": "a", "about": "b", "aim": "person", "truth": "opinion", "threat": "none", "counter_argument": "c",
        "conclusion": "d"}})
}

fn contact(purposes: &[&str]) -> Value {
    json!({"type": "contact", "purposes": purposes, "channel": "phone", "note": "Talte med ham.",
        "complaint_routes_explained": true, "demand": if purposes.contains(&"boundary") { "Det skal stoppe" } else { "" },
        "stop_by": "2026-10-20"})
}

fn close() -> Value {
    json!({"type": "close", "outcome": "x", "learning": "y", "told_target": true, "told_reporter": true})
}

#[tokio::test]
async fn a_command_gives_its_events_and_the_duties_afterwards() {
    let Fjordby { owner, number, .. } = &fjordby(Engine::Sqlite).await;
    let answer = owner.command(number, json!({"type": "receive"})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let done = answer.json();
    assert_eq!(
        (done["case"].as_str(), &done["events"]),
        (Some(number.as_str()), &json!(["received"]))
    );
    assert_eq!(
        (&done["duties"][0]["duty"], &done["duties"][0]["state"]),
        (&json!("receive"), &json!("done"))
    );
    assert_eq!(
        done["duties"][0]["owner"],
        json!({"name": "Vibeke Holst", "role": "manager"})
    );
}

#[tokio::test]
async fn commands_out_of_order_are_refused_with_the_reason() {
    let Fjordby {
        owner,
        lawyer,
        number,
        ..
    } = &fjordby(Engine::Sqlite).await;
    is_refused(
        &owner.command(number, contact(&["substance"])).await,
        409,
        "review-missing",
    );
    let early = owner.command(number, close()).await;
    // What it waits for is in the answer, first of all the review.
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(
        early.json()["duties"]
            .as_array()
            .is_some_and(|duties| duties.contains(&json!("review")))
            || super::code(&early) == "review-missing",
        "{}",
        early.text()
    );
    is_refused(
        &owner
            .command(number, json!({"type": "observe-contact", "result": "stopped"}))
            .await,
        409,
        "review-missing",
    );
    is_refused(
        &owner
            .command(number, json!({"type": "reopen", "reason": "x"}))
            .await,
        409,
        "case-open",
    );
    let reviewed = lawyer.command(number, review("lawful-criticism", "yes")).await;
    assert_eq!(reviewed.status, StatusCode::OK, "{}", reviewed.text());
    is_refused(
        &owner.command(number, contact(&["boundary"])).await,
        409,
        "lawful-speech",
    );
    let contacted = owner.command(number, contact(&["substance"])).await;
    assert_eq!(contacted.status, StatusCode::OK, "{}", contacted.text());
    is_refused(
        &owner.command(number, contact(&["substance"])).await,
        409,
        "already-done",
    );
    is_refused(
        &lawyer.command(number, review("harassment", "yes")).await,
        409,
        "already-done",
    );
    is_refused(
        &owner
            .command(number, json!({"type": "chase-police", "answer": "x"}))
            .await,
        409,
        "no-police-report",
    );
}

#[tokio::test]
async fn an_originator_who_must_not_be_contacted_is_not() {
    let Fjordby {
        owner,
        lawyer,
        number,
        ..
    } = &fjordby(Engine::Sqlite).await;
    lawyer.command(number, review("harassment", "no")).await;
    is_refused(
        &owner.command(number, contact(&["substance"])).await,
        409,
        "do-not-contact",
    );
}

#[tokio::test]
async fn a_command_that_cannot_be_read_is_refused_by_the_name_of_its_field() {
    let Fjordby { owner, number, .. } = &fjordby(Engine::Sqlite).await;
    blames(
        &owner.command(number, json!({"type": "take-it"})).await,
        422,
        "type",
        "unknown-value",
    );
    blames(
        &owner.command(number, json!({"type": "care"})).await,
        422,
        "talk",
        "required",
    );
    blames(
        &owner.command(number, json!({"type": "care", "talk": " "})).await,
        422,
        "talk",
        "required",
    );
    blames(
        &owner
            .command(number, json!({"type": "receive", "now": true}))
            .await,
        422,
        "now",
        "unknown-field",
    );
    let danish = owner
        .speaking("da")
        .command(number, json!({"type": "care"}))
        .await;
    assert_eq!(
        danish.json()["errors"][0]["message"],
        "Skal udfyldes",
        "{}",
        danish.text()
    );
    let path = format!("/cases/{number}/commands");
    let text = owner
        .request(Method::POST, &path)
        .header("content-type", "text/plain");
    is_refused(
        &owner.send(text.body("receive".into()).expect("a request")).await,
        415,
        "not-json",
    );
    let broken = owner
        .request(Method::POST, &path)
        .header("content-type", "application/json");
    is_refused(
        &owner
            .send(broken.body("{\"type\":".into()).expect("a request"))
            .await,
        422,
        "invalid-json",
    );
    let huge = owner
        .request(Method::POST, &path)
        .header("content-type", "application/json");
    is_refused(
        &owner
            .send(huge.body(vec![b' '; 1024 * 1024 + 1].into()).expect("a request"))
            .await,
        413,
        "too-large",
    );
}

#[tokio::test]
async fn who_may_not_act_is_told_so_and_who_may_not_see_finds_nothing() {
    let Fjordby {
        app, number, lawyer, ..
    } = &fjordby(Engine::Sqlite).await;
    is_refused(
        &lawyer.command(number, json!({"type": "receive"})).await,
        403,
        "forbidden",
    );
    let stranger = Api::of(app, "p14").await;
    is_refused(
        &stranger.command(number, json!({"type": "receive"})).await,
        404,
        "not-found",
    );
}

async fn two_at_once(engine: Engine) {
    let Fjordby {
        app, owner, number, ..
    } = &fjordby(engine).await;
    let above = Api::of(app, "p08").await;
    let receive = json!({"type": "receive"});
    let (one, other) = tokio::join!(
        owner.command_once(number, &receive, None),
        above.command_once(number, &receive, None)
    );
    let (won, lost) = if one.status == StatusCode::OK {
        (one, other)
    } else {
        (other, one)
    };
    assert_eq!(won.status, StatusCode::OK, "{}", won.text());
    is_refused(&lost, 409, "already-done");
    assert_eq!(lost.json()["duties"], json!(["receive"]));
    let journal = owner.get(&format!("/cases/{number}/journal")).await.json();
    let taken = journal["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|item| item["event"]["type"] == "received");
    assert_eq!(taken.count(), 1);
}

#[tokio::test]
async fn of_two_who_do_the_same_at_once_one_wins_and_the_other_is_told_on_sqlite() {
    two_at_once(Engine::Sqlite).await;
}

#[tokio::test]
async fn of_two_who_do_the_same_at_once_one_wins_and_the_other_is_told_on_postgres() {
    two_at_once(Engine::Postgres).await;
}

async fn sent_twice(engine: Engine) {
    let Fjordby {
        app, owner, number, ..
    } = &fjordby(engine).await;
    let mette = Api::of(app, "p10").await;
    let report = json!({"text": "Igen."}).to_string();
    let files: [(&str, &[u8]); 1] = [("a.png", PNG)];
    let first = mette
        .form("/reports", ("report", &report), &files, Some("k-1"))
        .await;
    let again = mette
        .form("/reports", ("report", &report), &files, Some("k-1"))
        .await;
    assert_eq!(
        (first.status, again.status),
        (StatusCode::CREATED, StatusCode::CREATED)
    );
    assert_eq!(
        (first.body, first.headers.get("location")),
        (again.body, again.headers.get("location"))
    );
    let other = mette
        .form(
            "/reports",
            ("report", "{\"text\":\"Noget andet.\"}"),
            &files,
            Some("k-1"),
        )
        .await;
    is_refused(&other, 422, "key-reused");
    assert_eq!(
        mette.get("/cases").await.json()["items"].as_array().map(Vec::len),
        Some(2)
    );

    let receive = json!({"type": "receive"});
    let first = owner.command_once(number, &receive, Some("k-2")).await;
    let again = owner.command_once(number, &receive, Some("k-2")).await;
    assert_eq!(
        (first.status, again.status),
        (StatusCode::OK, StatusCode::OK),
        "{}",
        again.text()
    );
    assert_eq!(first.json(), again.json(), "the first answer, again");
    is_refused(
        &owner
            .command_once(number, &json!({"type": "supplement", "text": "x"}), Some("k-2"))
            .await,
        422,
        "key-reused",
    );
    is_refused(
        &owner.command_once(number, &receive, Some(&"x".repeat(201))).await,
        422,
        "invalid-field",
    );
}

#[tokio::test]
async fn the_same_key_gives_the_first_answer_again_on_sqlite() {
    sent_twice(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_same_key_gives_the_first_answer_again_on_postgres() {
    sent_twice(Engine::Postgres).await;
}
