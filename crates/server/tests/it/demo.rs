//! The demonstration fills, is whole, and its bags can be checked.

use crate::tools::{Server, ok, run, text, token};
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::tempdir;

/// Every case, as the list of the lawyer has them.
fn listed(server: &Server, token: &str) -> Vec<serde_json::Value> {
    let answer = server.get("/api/v1/cases", token).expect("an answer");
    assert_eq!(answer.status, 200);
    answer.json()["items"].as_array().expect("a list").clone()
}

#[test]
fn the_demonstration_has_ten_matters_in_different_stages_and_a_bag_that_anybody_can_check() {
    let data = tempdir().unwrap();
    ok(data.path(), &["demo", "--fill-only"]);
    let whole = ok(data.path(), &["verify-store"]);
    assert!(
        whole.starts_with("10 cases, ") && whole.contains("14 exhibits") && whole.ends_with("all whole\n"),
        "{whole}"
    );

    let ida = token(data.path(), "ida.noergaard@fjordby.example");
    let server = Server::demo(data.path());
    let cases = listed(&server, &ida);
    let mut outcomes = BTreeMap::new();
    for case in &cases {
        *outcomes
            .entry(case["outcome"].as_str().unwrap_or("none yet").to_owned())
            .or_insert(0) += 1;
    }
    let expected = [
        ("harassment", 4),
        ("lawful-criticism", 1),
        ("none yet", 3),
        ("possible-crime", 2),
    ];
    assert_eq!(
        outcomes,
        expected
            .map(|(outcome, cases)| (outcome.to_owned(), cases))
            .into()
    );
    assert_eq!(cases.iter().filter(|case| case["phase"] == "closed").count(), 1);
    drop(server);

    for case in cases
        .iter()
        .filter(|case| case["medium"] == "email" || case["phase"] == "closed")
    {
        let number = case["case"].as_str().expect("a number");
        for drawer in ["matter", "care", "police"] {
            check_bag(data.path(), number, drawer);
        }
    }
}

/// Exports a drawer, checks it, and changes single bytes all over it.
fn check_bag(data: &Path, number: &str, drawer: &str) {
    let bag = data.join(format!("{number}-{drawer}.zip"));
    ok(data, &["export", number, "--drawer", drawer, "-o", text(&bag)]);
    let checked = ok(data, &["verify", text(&bag)]);
    assert!(
        !checked.contains("FAIL") && checked.contains("key   "),
        "{checked}"
    );

    let good = std::fs::read(&bag).expect("a bag");
    for place in [1, 3, 5, 7].map(|eighth| good.len() * eighth / 8) {
        let mut changed = good.clone();
        changed[place] ^= 1;
        std::fs::write(&bag, changed).expect("a changed bag");
        let said = run(data, &["verify", text(&bag)]);
        assert_eq!(said.code, Some(1), "{drawer}, byte {place}: {}", said.out);
        let named = said
            .out
            .lines()
            .filter_map(|line| line.strip_prefix("FAIL  ")?.split_once(": "));
        assert!(
            named.clone().count() > 0 && named.clone().all(|(file, _)| !file.is_empty()),
            "{}",
            said.out
        );
    }
}

#[test]
fn filling_again_leaves_the_demonstration_as_it_is() {
    let data = tempdir().unwrap();
    ok(data.path(), &["demo", "--fill-only"]);
    let first = ok(data.path(), &["verify-store"]);
    ok(data.path(), &["demo", "--fill-only"]);
    assert_eq!(ok(data.path(), &["verify-store"]), first);
}

#[test]
fn a_seal_puts_every_case_under_one_root() {
    let data = tempdir().unwrap();
    ok(data.path(), &["demo", "--fill-only"]);
    let first = ok(data.path(), &["seal"]);
    let hex = |line: &str, name: &str| {
        let value = line.strip_prefix(name).expect(name);
        assert!(
            value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{line}"
        );
        value.to_owned()
    };
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!(lines.len(), 3, "{first}");
    let root = hex(lines[0], "root ");
    assert_eq!(lines[1], "cases 10");
    assert!(lines[2].starts_with("key "), "{first}");
    // The same heads give the same root.
    assert!(ok(data.path(), &["seal"]).starts_with(&format!("root {root}\n")));
    assert!(ok(data.path(), &["verify-store"]).ends_with("3 seals: all whole\n"));
}
