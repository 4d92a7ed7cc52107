//! Every route and every command as every role; the statuses are a golden file that is reviewed.

use super::Api;
use crate::helpers::{PNG, TestApp, multipart};
use app::testing::Engine;
use axum::body::Body;
use domain::case::CommandKind;
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

/// What somebody is to the case, and who that is.
const ROLES: [(&str, Option<&str>); 11] = [
    ("target", Some("p10")),
    ("reporter", Some("p11")),
    ("owner", Some("p09")),
    ("superior", Some("p08")),
    ("legal", Some("p03")),
    ("hr", Some("p04")),
    ("safety", Some("p07")),
    ("dpo", Some("p05")),
    ("admin", Some("p06")),
    ("stranger", Some("p14")),
    ("nobody", None),
];

/// Every route with an example of each of its parts.
const ROUTES: [(&str, &str); 20] = [
    ("GET", "/me"),
    ("GET", "/duties"),
    // Nothing is published there.
    ("GET", "/guide"),
    ("POST", "/reports"),
    ("GET", "/cases"),
    ("GET", "/search?q=x"),
    ("GET", "/cases/{number}"),
    ("GET", "/cases/{number}/duties"),
    ("GET", "/cases/{number}/journal"),
    ("GET", "/cases/{number}/exhibits"),
    ("GET", "/cases/{number}/exhibits/{n}/original"),
    ("GET", "/cases/{number}/exhibits/{n}/redacted"),
    // No form, and so refused before it is asked by whom; who may is in its own test.
    ("POST", "/cases/{number}/exhibits/{n}/redacted"),
    // There is none.
    ("GET", "/cases/{number}/exhibits/{n}/redacted/{copy}"),
    ("GET", "/cases/{number}/access-log"),
    ("GET", "/cases/{number}/statements"),
    ("GET", "/cases/{number}/export/{drawer}"),
    ("POST", "/cases/{number}/exhibits"),
    // With each command below.
    ("POST", "/cases/{number}/commands"),
    ("GET", "/nothing"),
];

fn command(kind: CommandKind, other: &str) -> Value {
    let grounds = json!({"said": "a", "about": "b", "aim": "person", "truth": "opinion", "threat": "none",
        "counter_argument": "c", "conclusion": "d"});
    let mut fields = match kind {
        CommandKind::PassOver => json!({"reason": "absent"}),
        CommandKind::Delegate => json!({"duty": "care", "person": "p12"}),
        CommandKind::AssignLegal => json!({"person": "p03"}),
        CommandKind::Invite => {
            json!({"person": "p12", "drawers": ["care"], "until": "2026-12-01", "reason": "x"})
        }
        CommandKind::Triage => json!({"danger": "none"}),
        CommandKind::Care => json!({"talk": "x"}),
        CommandKind::Register => json!({"title": "x", "episode_at": "2026-10-12T17:00:00Z", "medium": "sms",
            "form": "threat", "course": "x", "certainty": "unknown", "severity": "minor"}),
        CommandKind::RecordAbsence => json!({"from": "2026-10-12"}),
        CommandKind::Review => {
            json!({"grounds": grounds, "outcome": "harassment", "contact": {"may": "yes"}})
        }
        CommandKind::MarkStatement => json!({"exhibit": 1, "text": "x"}),
        CommandKind::MarkStatements => json!({"exhibit": 1, "statements": [{"text": "x"}]}),
        CommandKind::CorrectStatement => json!({"statement": 1, "text": "y"}),
        CommandKind::AssessStatement => json!({"statement": 1, "outcome": "harassment", "reason": "x"}),
        CommandKind::UndoStatementAssessment => json!({"statement": 1}),
        CommandKind::WithdrawStatement => json!({"statement": 1, "reason": "x"}),
        CommandKind::NoteLegal | CommandKind::Supplement => json!({"text": "x"}),
        CommandKind::DecidePolice => {
            json!({"decision": "do-not-report", "target_heard": true, "wish": "x", "reason": "x"})
        }
        CommandKind::ReportPolice | CommandKind::HandOverInjury => json!({"reference": "x"}),
        CommandKind::ChasePolice => json!({"answer": "x"}),
        CommandKind::Contact => {
            json!({"purposes": ["substance"], "channel": "phone", "note": "x", "complaint_routes_explained": true})
        }
        CommandKind::ObserveContact => json!({"result": "stopped"}),
        CommandKind::RequestRemoval => json!({"to": "x", "what": "y"}),
        CommandKind::ObserveRemoval => json!({"result": "removed"}),
        CommandKind::FollowUp => json!({"week": 1, "talk": "x"}),
        CommandKind::Waive => json!({"duty": "removal", "reason": "x"}),
        CommandKind::Close => {
            json!({"outcome": "x", "learning": "y", "told_target": true, "told_reporter": true})
        }
        CommandKind::Reopen => json!({"reason": "x"}),
        CommandKind::Corroborate => json!({"exhibit": 1, "with": 2, "note": "x"}),
        CommandKind::WithdrawCorroboration => json!({"exhibit": 1, "with": 2, "reason": "x"}),
        CommandKind::ReleaseExhibit => json!({"exhibit": 1, "reason": "x"}),
        CommandKind::Join => json!({"into": other}),
        CommandKind::Receive | CommandKind::AddExhibits | CommandKind::Redact => json!({}),
    };
    fields["type"] = json!(kind.name());
    fields
}

struct Sweep {
    app: TestApp,
    roles: Vec<Api>,
    lone: Api,
}

impl Sweep {
    /// A new case with one picture: told by p11 about p10, so p09 owns it.
    async fn case(&self) -> String {
        let report = json!({"text": "x", "about": "mette.ravn@fjordby.example", "medium": "social-media"});
        self.lone.case(report, &[("a.png", PNG)]).await
    }

    async fn status(&self, api: &Api, method: &str, path: &str) -> u16 {
        let part = if path == "/reports" {
            ("report", "{\"text\":\"x\"}")
        } else {
            ("exhibits", "[]")
        };
        let form = || Body::from(multipart(&[part], &[("b.png", PNG)]));
        let method: Method = method.parse().expect("a method");
        let mut request = api.request(method.clone(), path);
        if method == Method::POST {
            request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=graense-0");
        }
        let body = if method == Method::POST {
            form()
        } else {
            Body::empty()
        };
        api.send(request.body(body).expect("a request"))
            .await
            .status
            .as_u16()
    }

    async fn routes(&self, table: &mut String) {
        for (method, route) in ROUTES.iter().filter(|(_, route)| !route.ends_with("/commands")) {
            let drawers: &[&str] = if route.contains("{drawer}") {
                &["matter", "care", "police"]
            } else {
                &[""]
            };
            for drawer in drawers {
                let mut row = Vec::new();
                for api in &self.roles {
                    let number = self.case().await;
                    let path = route
                        .replace("{number}", &number)
                        .replace("{n}", "1")
                        .replace("{copy}", "1")
                        .replace("{drawer}", drawer);
                    row.push(self.status(api, method, &path).await);
                }
                line(
                    table,
                    &format!("{method} {}", route.replace("{drawer}", drawer)),
                    &row,
                );
            }
        }
    }

    async fn commands(&self, table: &mut String) {
        for kind in CommandKind::ALL {
            let mut row = Vec::new();
            for api in &self.roles {
                let (number, other) = (self.case().await, self.case().await);
                row.push(api.command(&number, command(*kind, &other)).await.status.as_u16());
            }
            line(table, &format!("command {kind}"), &row);
        }
    }
}

fn line(table: &mut String, name: &str, row: &[u16]) {
    write!(table, "{name:<48}").expect("text");
    row.iter()
        .for_each(|status| write!(table, "{status:>10}").expect("text"));
    table.push('\n');
}

#[tokio::test]
async fn every_route_and_command_as_every_role() {
    let app = TestApp::on(Engine::Sqlite).await;
    let mut roles = Vec::new();
    for (_, person) in ROLES {
        roles.push(match person {
            Some(person) => Api::of(&app, person).await,
            None => Api::with(&app, None),
        });
    }
    let sweep = Sweep {
        lone: Api::of(&app, "p11").await,
        app,
        roles,
    };
    let mut table = format!("{:<48}", "");
    ROLES
        .iter()
        .for_each(|(role, _)| write!(table, "{role:>10}").expect("text"));
    table.push('\n');
    sweep.routes(&mut table).await;
    sweep.commands(&mut table).await;
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/api_sweep.golden.txt");
    if std::env::var_os("VAERN_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &table).expect("the golden file is written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == table,
        "who may what has changed; VAERN_UPDATE_GOLDEN=1 writes it again, for review:\n{table}"
    );
    let found = sweep
        .app
        .inner
        .app
        .verify_store(|_, _| {})
        .await
        .expect("a check");
    assert_eq!(found.failures, Vec::<String>::new());
}

#[test]
fn the_sweep_knows_every_route() {
    let description: Value = serde_json::from_str(&web::openapi()).expect("JSON");
    let mut described = BTreeSet::new();
    for (path, operations) in description["paths"].as_object().expect("paths") {
        for method in operations.as_object().expect("operations").keys() {
            described.insert((
                method.to_uppercase(),
                path.trim_start_matches("/api/v1").to_owned(),
            ));
        }
    }
    let swept: BTreeSet<_> = ROUTES
        .iter()
        .map(|(method, path)| {
            let path = path.split('?').next().unwrap_or_default();
            ((*method).to_owned(), path.to_owned())
        })
        .collect();
    let missing: Vec<_> = described.difference(&swept).collect();
    assert!(missing.is_empty(), "not in the sweep: {missing:?}");
}
