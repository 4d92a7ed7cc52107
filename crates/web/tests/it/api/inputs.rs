//! The ten matters that the issue came with (`../shared/inputs`, copied to `examples/matters`), sent through the API.

use super::{Api, claim, sha256};
use crate::helpers::TestApp;
use app::testing::Engine;
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Which matter, who sends it, and about whom.
const SENDERS: [(&str, &str, Option<&str>); 10] = [
    ("01-threat-in-comment-thread", "p10", Some("me")),
    (
        "02-lawful-criticism-in-review",
        "p23",
        Some("hanne.skov@fjordby.example"),
    ),
    ("03-night-messages-to-private-profile", "p18", Some("me")),
    ("04-threatening-email", "p20", Some("me")),
    (
        "05-secret-recording-published",
        "p11",
        Some("mette.ravn@fjordby.example"),
    ),
    ("06-image-of-teacher-shared", "p14", Some("me")),
    (
        "07-home-address-posted",
        "p33",
        Some("niels.bruun@fjordby.example"),
    ),
    ("08-fake-profile", "p02", Some("me")),
    (
        "09-wave-against-library-closure",
        "p31",
        Some("karin.bach@fjordby.example"),
    ),
    ("10-sms-series", "p27", Some("me")),
];

fn folder() -> PathBuf {
    let inputs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/matters");
    assert!(
        inputs.is_dir(),
        "the inputs are missing: {} is not there",
        inputs.display()
    );
    inputs
}

fn report(told: &Value, about: Option<&str>, files: &[(String, Vec<u8>)]) -> Value {
    json!({
        "text": told["text"], "about": about, "acute": told["acute"], "medium": told["arena"],
        "platform": told["platform"], "source_url": told["source_url"], "first_seen": told["first_seen"],
        "originator": told["originator"],
        "exhibits": files.iter().map(|(name, bytes)| claim(name, bytes)).collect::<Vec<_>>(),
    })
}

async fn ten_cases(engine: Engine) {
    let app = TestApp::on(engine).await;
    app.inner.at("2026-11-23T09:00:00+01:00");
    let mut numbers = BTreeSet::new();
    for (folder_name, sender, about) in SENDERS {
        let folder = folder().join(folder_name);
        let told = std::fs::read(folder.join("report.json")).expect("report.json");
        let told: Value = serde_json::from_slice(&told).expect("JSON");
        let names = told["files"]
            .as_array()
            .expect("files")
            .iter()
            .map(|name| name.as_str().expect("a name").to_owned());
        let files: Vec<(String, Vec<u8>)> = names
            .map(|name| (name.clone(), std::fs::read(folder.join(&name)).expect("a file")))
            .collect();
        let api = Api::of(&app, sender).await;
        let sent: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        let answer = api.report(&report(&told, about, &files), &sent).await;
        assert_eq!(
            answer.status,
            StatusCode::CREATED,
            "{folder_name}: {}",
            answer.text()
        );
        let receipt = answer.json();
        let number = receipt["case"].as_str().expect("a number").to_owned();
        assert_eq!(answer.location(), format!("/api/v1/cases/{number}"));
        let exhibits = receipt["exhibits"].as_array().expect("exhibits");
        assert_eq!(exhibits.len(), files.len(), "{folder_name}");
        for ((place, (name, bytes)), exhibit) in (1..).zip(&files).zip(exhibits) {
            let expected =
                json!({"number": place, "name": name, "sha256": sha256(bytes), "bytes": bytes.len()});
            assert_eq!(exhibit, &expected, "{folder_name}");
            let original = api
                .get(&format!("/cases/{number}/exhibits/{place}/original"))
                .await;
            assert!(original.body == *bytes, "{folder_name}/{name} came back changed");
        }
        assert_eq!(receipt["owner"]["role"], "manager");
        assert!(!receipt["next"].as_array().expect("next").is_empty());
        assert!(numbers.insert(number), "{folder_name}: a number twice");
    }
    assert_eq!(numbers.len(), 10);
    let found = app.inner.app.verify_store(|_, _| {}).await.expect("a check");
    assert_eq!((found.cases, found.failures), (10, Vec::new()));
}

#[tokio::test]
async fn all_ten_matters_become_cases_with_every_file_byte_for_byte_on_sqlite() {
    ten_cases(Engine::Sqlite).await;
}

#[tokio::test]
async fn all_ten_matters_become_cases_with_every_file_byte_for_byte_on_postgres() {
    ten_cases(Engine::Postgres).await;
}

#[tokio::test]
async fn the_receipt_says_who_has_it_and_what_happens_next() {
    let app = TestApp::new().await;
    let api = Api::of(&app, "p10").await;
    let answer = api
        .report(
            &json!({"text": "Han ved, hvor jeg bor.", "about": "me", "acute": true}),
            &[],
        )
        .await;
    let receipt = answer.json();
    assert_eq!(
        receipt["owner"],
        json!({"name": "Vibeke Holst", "role": "manager"})
    );
    let next = receipt["next"].as_array().expect("next");
    let named = |duty: &str| {
        next.iter()
            .find(|next| next["duty"] == duty)
            .unwrap_or_else(|| panic!("no {duty}: {next:?}"))
    };
    assert_eq!(
        named("receive")["owner"],
        json!({"name": "Vibeke Holst", "role": "manager"})
    );
    assert_eq!(
        named("review")["owner"],
        json!({"name": "Ida Nørgaard", "role": "legal-adviser"})
    );
    assert_eq!(
        named("police")["owner"],
        json!({"name": "Lars Thygesen", "role": "managers-manager"})
    );
    let due: jiff::Timestamp = named("receive")["due"]
        .as_str()
        .expect("a time")
        .parse()
        .expect("RFC 3339");
    assert!(due > app.inner.app.now());
    assert!(
        next.iter().all(|next| next["owner"]["name"] != "Mette Ravn"),
        "the target owes nothing"
    );
}

#[tokio::test]
async fn the_manager_is_passed_by_when_the_reporter_asks() {
    let app = TestApp::new().await;
    let api = Api::of(&app, "p10").await;
    let report = json!({"text": "Min egen leder.", "about": "me", "not_to_manager": true});
    assert_eq!(
        api.report(&report, &[]).await.json()["owner"]["name"],
        "Lars Thygesen"
    );
}
