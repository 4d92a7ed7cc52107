use crate::harness::*;
use crate::say;
use app::testing::TestApp;
use domain::case::{Command, Phase, Refusal, Viewing};
use domain::ids::CaseNumber;
use domain::vocabulary::{DutyKind, Outcome};

/// Everything up to the lawyer's assessment.
pub async fn assessed(test: &TestApp, number: &CaseNumber) {
    for command in [
        say::receive(),
        say::triage(),
        say::care("en samtale"),
        say::register("Opslag"),
    ] {
        try_to(test, VIBEKE, number, command).await.unwrap();
    }
    try_to(
        test,
        IDA,
        number,
        say::review(Outcome::Harassment, "Over grænsen"),
    )
    .await
    .unwrap();
}

/// All the way to closed.
pub async fn closed(test: &TestApp, number: &CaseNumber) {
    assessed(test, number).await;
    try_to(test, LARS, number, say::no_police("Enlig ytring"))
        .await
        .unwrap();
    for command in [
        say::contact("Kære borger"),
        say::observe_contact(),
        say::request_removal(),
        say::observe_removal(),
    ] {
        try_to(test, VIBEKE, number, command).await.unwrap();
    }
    let open = refusal(try_to(test, VIBEKE, number, say::close()).await);
    assert_eq!(
        open,
        Refusal::DutiesOpen(vec![
            DutyKind::FollowUp1,
            DutyKind::FollowUp4,
            DutyKind::FollowUp12
        ])
    );
    for week in [1, 4] {
        try_to(test, VIBEKE, number, say::follow_up(week)).await.unwrap();
    }
    try_to(test, LARS, number, say::waive(DutyKind::FollowUp12))
        .await
        .unwrap();
    try_to(test, VIBEKE, number, say::close()).await.unwrap();
}

on_both! {
    async fn a_case_goes_from_report_to_closed_in_order(test) {
        let number = a_case(&test).await;
        assert_eq!(refusal(try_to(&test, VIBEKE, &number, say::contact("Kære")).await), Refusal::ReviewMissing);
        assert_eq!(refusal(try_to(&test, VIBEKE, &number, say::request_removal()).await), Refusal::ReviewMissing);
        assert_eq!(refusal(try_to(&test, VIBEKE, &number, say::close()).await), Refusal::ReviewMissing);
        closed(&test, &number).await;
        let after = view(&test, VIBEKE, &number).await;
        assert_eq!(after.state.phase, Phase::Closed);
        assert!(after.duties.iter().all(|duty| !duty.is_open()), "{:?}", after.duties);
        assert!(test.app.my_duties(&test.caller(VIBEKE), None, 10).await.unwrap().items.is_empty());
        assert_eq!(refusal(try_to(&test, VIBEKE, &number, say::supplement("mere")).await), Refusal::CaseClosed);
        assert_eq!(refusal(add(&test, VIBEKE, &number, &[("a.png", &png("sent"))]).await), Refusal::CaseClosed);
        let reopen = Command::Reopen { reason: "Igen".into() };
        let reopened = try_to(&test, VIBEKE, &number, reopen).await.unwrap();
        assert_eq!((names(&reopened), reopened.state.phase), (vec!["reopened".to_owned()], Phase::Open));
        assert!(test.app.verify_store(|_, _| ()).await.unwrap().failures.is_empty());
    }

    async fn what_is_lawful_is_never_told_to_stop(test) {
        let number = a_case(&test).await;
        try_to(&test, IDA, &number, say::review(Outcome::LawfulCriticism, "Kritik")).await.unwrap();
        assert_eq!(refusal(try_to(&test, VIBEKE, &number, say::contact("Hør op")).await), Refusal::LawfulSpeech);
        assert_eq!(refusal(try_to(&test, VIBEKE, &number, say::request_removal()).await), Refusal::LawfulSpeech);
    }

    async fn who_may_see_is_forbidden_and_who_may_not_finds_nothing(test) {
        let number = a_case(&test).await;
        for party in [LONE, METTE] {
            forbidden(try_to(&test, party, &number, say::receive()).await);
        }
        forbidden(try_to(&test, VIBEKE, &number, say::review(Outcome::Harassment, "Min mening")).await);
        forbidden(try_to(&test, VIBEKE, &number, say::no_police("Nej")).await);
        for stranger in [SANNE, DORTHE, DPO, ADMIN, JENS] {
            not_found(try_to(&test, stranger, &number, say::receive()).await);
            not_found(try_to(&test, stranger, &number, say::join("2026-0009")).await);
        }
        let nowhere = CaseNumber::new(2026, 77);
        not_found(try_to(&test, VIBEKE, &nowhere, say::receive()).await);
        assert!(!view(&test, VIBEKE, &number).await.state.done.contains_key(&DutyKind::Receive));
    }

    async fn of_two_who_do_the_same_at_once_one_is_told(test) {
        let number = a_case(&test).await;
        let (one, two) = tokio::join!(
            try_to(&test, VIBEKE, &number, say::receive()),
            try_to(&test, LARS, &number, say::receive()),
        );
        let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
        won.unwrap();
        assert_eq!(refusal(lost), Refusal::AlreadyDone(DutyKind::Receive));
        let entries = view(&test, VIBEKE, &number).await.entries;
        assert_eq!(entries.iter().filter(|entry| entry.event.name() == "received").count(), 1);
        assert!(test.app.verify_store(|_, _| ()).await.unwrap().failures.is_empty());
    }

    async fn many_reports_and_readings_at_once_are_all_there(test) {
        let reports = (0..12).map(|_| tell(&test, LONE, about(METTE), &[]));
        let mut numbers: Vec<String> =
            futures_util::future::join_all(reports).await.iter().map(|told| told.number.to_string()).collect();
        numbers.sort();
        let expected: Vec<String> = (1..=12).map(|number| format!("2026-{number:04}")).collect();
        assert_eq!(numbers, expected);
        let number = CaseNumber::parse(&numbers[0]).unwrap();
        futures_util::future::join_all((0..8).map(|_| view(&test, VIBEKE, &number))).await;
        let log = test.app.access_log(&test.caller(DPO), Some(&number), None, 20).await.unwrap();
        assert_eq!(log.items.len(), 8);
        assert!(test.app.verify_store(|_, _| ()).await.unwrap().failures.is_empty());
    }

    async fn a_refused_command_leaves_no_trace(test) {
        let number = a_case(&test).await;
        let before = view(&test, VIBEKE, &number).await;
        let job = test.app.next_job().await.unwrap();
        let wrong = Command::Supplement { text: " ".into() };
        assert_eq!(refusal(try_to(&test, LONE, &number, wrong).await), Refusal::invalid("text", "required"));
        let after = test.app.case(&test.caller(VIBEKE), &number, Viewing::Case).await.unwrap();
        assert_eq!((before.state, before.entries), (after.state, after.entries));
        assert_eq!(test.app.next_job().await.unwrap(), job);
        assert_eq!(test.app.verify_store(|_, _| ()).await.unwrap().failures, Vec::<String>::new());
    }
}
