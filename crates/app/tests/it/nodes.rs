//! Two nodes on one PostgreSQL and one bucket: what one knows, the other knows.

use crate::harness::*;
use crate::say;
use app::testing::TestApp;
use app::{App, SignInError};
use domain::case::{Refusal, Viewing};
use domain::ids::{CaseNumber, PersonId};
use domain::vocabulary::DutyKind;

const EMAIL: &str = "vibeke.holst@fjordby.example";

async fn found(app: &App, person: &str, question: &str) -> Vec<CaseNumber> {
    app.keep_search().await.unwrap();
    let person = app.caller_named(person).unwrap();
    let found = app.search(&person, question, 0, 10).await.unwrap();
    found.items.into_iter().map(|found| found.row.number).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_has_stored_the_other_shows_and_goes_on_with() {
    let (test, other, _folder) = TestApp::two().await;
    let number = a_case(&test).await;
    let vibeke = other.caller_named(VIBEKE).unwrap();
    let seen = other.case(&vibeke, &number, Viewing::Case).await.unwrap();
    assert_eq!(seen.state.exhibits.len(), 1);
    other
        .perform(&vibeke, &number, say::receive(), None)
        .await
        .unwrap();
    let again = test
        .app
        .perform(&test.caller(VIBEKE), &number, say::receive(), None)
        .await;
    assert_eq!(refusal(again), Refusal::AlreadyDone(DutyKind::Receive));
    for app in [&*test.app, &other] {
        assert_eq!(
            app.verify_store(|_, _| ()).await.unwrap().failures,
            Vec::<String>::new()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_finds_what_either_has_stored() {
    let (test, other, _folder) = TestApp::two().await;
    let first = a_case(&test).await;
    assert_eq!(
        found(&other, VIBEKE, first.as_str()).await,
        std::slice::from_ref(&first)
    );
    let lone = other.caller_named(LONE).unwrap();
    let told = other
        .report(&lone, other.begin_report(&lone), &[], about(METTE), None)
        .await
        .unwrap();
    assert_eq!(
        found(&test.app, VIBEKE, told.number.as_str()).await,
        [told.number]
    );
    assert_eq!(found(&other, VIBEKE, first.as_str()).await, [first]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_and_wrong_passwords_count_on_both() {
    let (test, other, _folder) = TestApp::two().await;
    test.app
        .set_password(&PersonId::new(VIBEKE), "en lang adgangskode")
        .await
        .unwrap();
    let session = test.app.sign_in(EMAIL, "en lang adgangskode").await.unwrap();
    assert!(other.session(&session.secret).await.unwrap().is_some());
    other.sign_out(&session.secret).await.unwrap();
    assert!(test.app.session(&session.secret).await.unwrap().is_none());
    for turn in 0..8 {
        let app = if turn % 2 == 0 { &*test.app } else { &other };
        assert!(
            matches!(app.sign_in(EMAIL, "forkert").await, Err(SignInError::Wrong)),
            "{turn}"
        );
    }
    for app in [&*test.app, &other] {
        let answer = app.sign_in(EMAIL, "en lang adgangskode").await;
        assert!(matches!(answer, Err(SignInError::TooMany { .. })), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organisation_imported_on_one_is_the_others_without_waiting_for_a_question() {
    let (test, other, _folder) = TestApp::two().await;
    let units = include_str!("../../../../examples/units.csv");
    let people = include_str!("../../../../examples/people.csv");
    let renamed = people.replace("Lone Kvist", "Lone Kvist Holm");
    let imported = domain::import::import(units, "units.csv", &renamed, "people.csv").unwrap();
    let name = || other.caller_named(LONE).unwrap().person.unwrap().name.clone();
    assert_eq!(name(), "Lone Kvist");
    let importing = async {
        test.app.import(&imported).await.unwrap();
        while name() != "Lone Kvist Holm" {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = other.follow_others() => {}
        () = importing => {}
    }
    assert_eq!(name(), "Lone Kvist Holm");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_planned_is_done_once_over_both() {
    let (test, other, _folder) = TestApp::two().await;
    a_case(&test).await;
    for app in [&*test.app, &other] {
        app.plan_daily().await.unwrap();
    }
    test.at("2026-10-13T02:00:01+02:00");
    for app in [&other, &*test.app, &other] {
        app.run_jobs().await.unwrap();
    }
    assert!(other.run_jobs().await.is_ok());
    let report = test.app.verify_store(|_, _| ()).await.unwrap();
    assert_eq!((report.seals, report.failures), (1, Vec::<String>::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_says_that_it_lives_and_sees_the_other() {
    let (test, other, _folder) = TestApp::two().await;
    test.app.sign_life().await.unwrap();
    other.sign_life().await.unwrap();
    for app in [&*test.app, &other] {
        let rows = app.nodes().await.unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(
            rows.iter()
                .filter(|row| row.here)
                .map(|row| row.id.as_str())
                .collect::<Vec<_>>(),
            [app.node()]
        );
        assert!(
            rows.iter()
                .all(|row| !row.silent && !row.differs && row.other_procedure.is_none())
        );
    }
    let seen = test.app.operations(&test.caller(ADMIN), None).await.unwrap();
    assert_eq!(seen.nodes.len(), 2);
}
