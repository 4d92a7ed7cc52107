//! Reading: what is shown, to whom, and that looking is recorded.

use super::{Api, blames, claim, is_refused, sha256};
use crate::helpers::{PNG, TestApp};
use base64::Engine as _;
use http::StatusCode;
use serde_json::{Value, json};

async fn case() -> (TestApp, Api, String) {
    let app = TestApp::new().await;
    let mette = Api::of(&app, "p10").await;
    let number = mette
        .case(
            json!({"text": "Han ved, hvor jeg bor.", "about": "me"}),
            &[("Skærm 1.png", PNG)],
        )
        .await;
    (app, mette, number)
}

fn kinds(journal: &Value) -> Vec<String> {
    let items = journal["items"].as_array().expect("items");
    items
        .iter()
        .map(|item| item["event"]["type"].as_str().expect("a type").to_owned())
        .collect()
}

#[tokio::test]
async fn an_original_comes_back_as_it_was_with_its_hash_beside_it() {
    let (_app, mette, number) = case().await;
    let answer = mette.get(&format!("/cases/{number}/exhibits/1/original")).await;
    assert!(answer.status == StatusCode::OK && answer.body == PNG);
    assert_eq!(answer.header("content-type"), "image/png");
    assert_eq!(answer.header("content-length"), PNG.len().to_string());
    assert_eq!(answer.header("etag"), format!("\"{}\"", sha256(PNG)));
    let digest = base64::engine::general_purpose::STANDARD.encode(hex::decode(sha256(PNG)).expect("hex"));
    assert_eq!(answer.header("repr-digest"), format!("sha-256=:{digest}:"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let disposition = "attachment; filename=\"Sk_rm 1.png\"; filename*=UTF-8''Sk%C3%A6rm%201.png";
    assert_eq!(answer.header("content-disposition"), disposition);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn what_somebody_looked_at_is_in_the_access_log() {
    let (app, mette, number) = case().await;
    let owner = Api::of(&app, "p09").await;
    owner.get(&format!("/cases/{number}")).await;
    owner.get(&format!("/cases/{number}/exhibits/1/original")).await;
    owner.get(&format!("/cases/{number}/journal")).await;
    let officer = Api::of(&app, "p05").await;
    let looks = async |reader: &Api| {
        let log = reader.get(&format!("/cases/{number}/access-log")).await.json();
        let items = log["items"].as_array().expect("items").clone();
        let look = |l: &Value| (l["what"].clone(), l["by"].clone(), l["exhibit"].clone());
        items.iter().map(look).collect::<Vec<_>>()
    };
    let look = |what: &str, by: &str, exhibit: Value| (json!(what), json!(by), exhibit);
    let mut expected = vec![
        look("journal", "Vibeke Holst", Value::Null),
        look("exhibit", "Vibeke Holst", json!(1)),
        look("case", "Vibeke Holst", Value::Null),
    ];
    // Looking at who looked is a look too.
    expected.insert(0, look("access-log", "Mette Ravn", Value::Null));
    assert_eq!(looks(&mette).await, expected);
    expected.insert(0, look("access-log", "Asta Winther", Value::Null));
    assert_eq!(looks(&officer).await, expected);
}

#[tokio::test]
async fn each_reads_of_the_journal_what_is_theirs() {
    let (app, mette, number) = case().await;
    let (owner, lawyer) = (Api::of(&app, "p09").await, Api::of(&app, "p03").await);
    lawyer
        .command(
            &number,
            json!({"type": "note-legal", "text": "Kun for jurister."}),
        )
        .await;
    owner
        .command(&number, json!({"type": "care", "talk": "Vi talte i telefon."}))
        .await;
    let path = format!("/cases/{number}/journal");
    let all = owner.get(&path).await.json();
    assert_eq!(
        kinds(&all),
        [
            "case-opened",
            "report-made",
            "told",
            "exhibit-sealed",
            "care-given"
        ]
    );
    assert_eq!(
        kinds(&lawyer.get(&path).await.json()),
        [
            "case-opened",
            "report-made",
            "told",
            "exhibit-sealed",
            "legal-noted"
        ]
    );
    assert_eq!(kinds(&mette.get(&path).await.json()), ["told", "care-given"]);
    assert!(
        all["items"][3]["event"]["blob"].is_null(),
        "where a file lies is nobody's business"
    );
    assert_eq!(
        (&all["items"][4]["by"], &all["items"][4]["drawer"]),
        (&json!("Vibeke Holst"), &json!("care"))
    );
}

#[tokio::test]
async fn a_journal_comes_in_pages_that_miss_nothing() {
    let (app, _, number) = case().await;
    let owner = Api::of(&app, "p09").await;
    let mut found = Vec::new();
    let mut page = String::new();
    loop {
        let part = owner
            .get(&format!("/cases/{number}/journal?limit=3{page}"))
            .await
            .json();
        found.extend(kinds(&part));
        match part["next"].as_str() {
            Some(next) => page = format!("&page={next}"),
            None => break,
        }
    }
    assert_eq!(found, ["case-opened", "report-made", "told", "exhibit-sealed"]);
    blames(
        &owner.get(&format!("/cases/{number}/journal?page=x")).await,
        422,
        "page",
        "not-a-number",
    );
}

#[tokio::test]
async fn a_list_of_cases_comes_in_pages_and_by_phase() {
    let (app, mette, first) = case().await;
    app.inner.at("2026-10-12T20:00:00+02:00");
    let second = mette.case(json!({"text": "Igen.", "about": "me"}), &[]).await;
    let page = mette.get("/cases?limit=1").await.json();
    assert_eq!(page["items"][0]["case"], second);
    let next = page["next"].as_str().expect("more");
    let rest = mette.get(&format!("/cases?limit=1&page={next}")).await.json();
    assert_eq!(
        (&rest["items"][0]["case"], rest.get("next")),
        (&json!(first), None)
    );
    assert_eq!(mette.get("/cases?phase=closed").await.json()["items"], json!([]));
    assert_eq!(
        mette.get("/cases?phase=open").await.json()["items"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[tokio::test]
async fn what_the_manager_and_the_lawyer_write_is_not_in_the_list_of_those_it_is_about() {
    let (app, mette, number) = case().await;
    let (owner, lawyer) = (Api::of(&app, "p09").await, Api::of(&app, "p03").await);
    let register = json!({"type": "register", "title": "Trusler fra en part", "episode_at": "2026-10-12T17:00:00Z",
        "medium": "social-media", "form": "threat", "course": "x", "certainty": "unknown", "severity": "serious"});
    assert_eq!(owner.command(&number, register).await.status, StatusCode::OK);
    let review = json!({"type": "review", "outcome": "possible-crime", "contact": {"may": "yes"}, "grounds": {
        "said": "a", "about": "b", "aim": "person", "truth": "opinion", "threat": "direct", "counter_argument": "c",
        "conclusion": "d"}});
    assert_eq!(lawyer.command(&number, review).await.status, StatusCode::OK);
    let shown = |list: Value| {
        (
            list["items"][0]["title"].clone(),
            list["items"][0]["outcome"].clone(),
        )
    };
    let all = (json!("Trusler fra en part"), json!("possible-crime"));
    assert_eq!(shown(owner.get("/cases").await.json()), all);
    assert_eq!(shown(lawyer.get("/cases").await.json()), all);
    assert_eq!(
        shown(mette.get("/cases").await.json()),
        (Value::Null, Value::Null)
    );
    let path = format!("/cases/{number}");
    assert_eq!(
        owner.get(&path).await.json()["matter"]["outcome"],
        "possible-crime"
    );
    let hers = mette.get(&path).await.json();
    assert_eq!(
        (&hers["matter"], &hers["title"], &hers["relations"]),
        (&Value::Null, &Value::Null, &json!(["target", "reporter"]))
    );
}

#[tokio::test]
async fn exhibits_are_listed_for_those_who_may_open_them_and_added_by_those_who_may() {
    let (app, mette, number) = case().await;
    let owner = Api::of(&app, "p09").await;
    let path = format!("/cases/{number}/exhibits");
    let claims = json!([claim("to.png", PNG)]).to_string();
    let added = owner
        .form(&path, ("exhibits", &claims), &[("to.png", PNG)], None)
        .await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    assert_eq!(
        added.json()["exhibits"],
        json!([{"number": 2, "name": "to.png", "sha256": sha256(PNG), "bytes": PNG.len()}])
    );
    let numbers = |list: Value| -> Vec<u64> {
        list["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter_map(|e| e["number"].as_u64())
            .collect()
    };
    let all = owner.get(&path).await.json();
    assert_eq!(
        (&all["items"][1]["arrival"], &all["items"][1]["hashed_by_sender"]),
        (&json!("api"), &json!(true))
    );
    assert_eq!(numbers(all), [1, 2]);
    assert_eq!(numbers(mette.get(&path).await.json()), [1], "her own");
    is_refused(&mette.get(&format!("{path}/2/original")).await, 404, "not-found");
    blames(
        &owner.form(&path, ("exhibits", "[]"), &[], None).await,
        422,
        "exhibit",
        "at-least-one",
    );
    blames(
        &owner
            .form(&path, ("exhibits", "[{\"name\":\"x\"}]"), &[("a.png", PNG)], None)
            .await,
        422,
        "exhibits.0.sha256",
        "required",
    );
    blames(
        &owner
            .form(
                &path,
                ("exhibits", &json!([claim("a.png", b"andet")]).to_string()),
                &[("a.png", PNG)],
                None,
            )
            .await,
        422,
        "a.png",
        "hash-mismatch",
    );
    let stranger = Api::of(&app, "p14").await;
    is_refused(
        &stranger
            .form(&path, ("exhibits", "[]"), &[("a.png", PNG)], None)
            .await,
        404,
        "not-found",
    );
}

#[tokio::test]
async fn duties_are_mine_or_the_cases() {
    let (app, mette, number) = case().await;
    let owner = Api::of(&app, "p09").await;
    let mine = owner.get("/duties").await.json();
    let items = mine["items"].as_array().expect("items");
    assert!(
        items
            .iter()
            .any(|item| item["duty"] == "receive" && item["case"] == number.as_str()),
        "{mine}"
    );
    assert_eq!(
        mette.get("/duties").await.json()["items"],
        json!([]),
        "the target owes nothing"
    );
    let all = mette.get(&format!("/cases/{number}/duties")).await.json();
    assert_eq!(
        all["items"].as_array().map(Vec::len),
        Some(domain::vocabulary::DutyKind::ALL.len())
    );
    assert_eq!(
        mette.get("/me").await.json()["email"],
        "mette.ravn@fjordby.example"
    );
}

#[tokio::test]
async fn a_drawer_comes_out_as_a_bag() {
    let (app, mette, number) = case().await;
    let owner = Api::of(&app, "p09").await;
    let bag = owner.get(&format!("/cases/{number}/export/matter")).await;
    assert_eq!(
        (bag.status, bag.header("content-type")),
        (StatusCode::OK, "application/zip")
    );
    assert!(bag.body.starts_with(b"PK\x03\x04"));
    assert_eq!(bag.header("content-length"), bag.body.len().to_string());
    assert!(
        bag.header("content-disposition")
            .starts_with(&format!("attachment; filename=\"vaern-{number}-matter.zip\""))
    );
    is_refused(
        &mette.get(&format!("/cases/{number}/export/care")).await,
        403,
        "forbidden",
    );
}

#[tokio::test]
async fn searching_finds_what_the_caller_may_read_and_says_where() {
    let (app, mette, number) = case().await;
    app.inner.app.keep_search().await.expect("an index");
    let vibeke = Api::of(&app, "p09").await;
    let found = vibeke.get("/search?q=bor").await.json();
    assert_eq!(found["items"][0]["case"], number);
    assert_eq!(found["items"][0]["found_in"], json!(["case"]));
    assert_eq!(found["next"], Value::Null);
    assert_eq!(
        mette.get("/search?q=bor").await.json()["items"][0]["case"],
        number
    );
    for other in ["p13", "p05", "p06"] {
        let found = Api::of(&app, other).await.get("/search?q=bor").await.json();
        assert_eq!(found["items"], json!([]), "{other}");
    }
    let nothing = vibeke.get("/search?q=%20").await;
    blames(&nothing, 422, "q", "required");
}
