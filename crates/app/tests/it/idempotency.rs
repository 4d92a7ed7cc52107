use crate::harness::*;
use crate::say;
use app::testing::TestApp;
use app::{AppError, Receipt};
use domain::case::{NewReport, Refusal};
use domain::vocabulary::DutyKind;

async fn keyed(test: &TestApp, person: &str, new: NewReport, key: &str) -> Result<Receipt, AppError> {
    let incoming = sent(test, person, &[("a.png", &png("a"))]).await;
    test.app
        .report(&test.caller(person), incoming, &[], new, Some(key))
        .await
}

fn reused<T: std::fmt::Debug>(answer: Result<T, AppError>) {
    assert!(matches!(answer, Err(AppError::KeyReused)), "{answer:?}");
}

on_both! {
    async fn a_report_sent_twice_is_one_case(test) {
        let first = keyed(&test, LONE, about(METTE), "k1").await.unwrap();
        test.at("2026-10-12T20:47:00+02:00");
        assert_eq!(keyed(&test, LONE, about(METTE), " k1 ").await.unwrap(), first);
        assert_eq!((cases(&test).await, files(&test).len()), (1, 1));
        reused(keyed(&test, LONE, about(SANNE), "k1").await);
        assert_eq!((cases(&test).await, files(&test).len()), (1, 1));
        assert_ne!(keyed(&test, METTE, about(METTE), "k1").await.unwrap().number, first.number);
        assert_ne!(keyed(&test, LONE, about(METTE), "k2").await.unwrap().number, first.number);
        let long = keyed(&test, LONE, about(METTE), &"k".repeat(201)).await;
        assert_eq!(refusal(long), Refusal::invalid("Idempotency-Key", "too-long"));
        assert_eq!(test.app.verify_store(|_, _| ()).await.unwrap().failures, Vec::<String>::new());
    }

    async fn a_report_sent_twice_at_once_is_one_case_with_one_answer(test) {
        let answers = futures_util::future::join_all((0..4).map(|_| keyed(&test, LONE, about(METTE), "k"))).await;
        let answers: Vec<Receipt> = answers.into_iter().map(Result::unwrap).collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!((cases(&test).await, files(&test).len()), (1, 1));
    }

    async fn a_command_sent_twice_is_done_once_with_one_answer(test) {
        let number = a_case(&test).await;
        let vibeke = test.caller(VIBEKE);
        let again = || test.app.perform(&vibeke, &number, say::receive(), Some("k"));
        let first = again().await.unwrap();
        let second = again().await.unwrap();
        assert_eq!((names(&second), second.events), (vec!["received".to_owned()], first.events));
        reused(test.app.perform(&vibeke, &number, say::triage(), Some("k")).await);
        let lars = test.app.perform(&test.caller(LARS), &number, say::receive(), Some("k")).await;
        assert_eq!(refusal(lars), Refusal::AlreadyDone(DutyKind::Receive));
        let other = a_case(&test).await;
        reused(test.app.perform(&vibeke, &other, say::receive(), Some("k")).await);
    }

    async fn one_key_for_two_cases_at_once_is_used_once(test) {
        let (one, two) = (a_case(&test).await, a_case(&test).await);
        let vibeke = test.caller(VIBEKE);
        let (a, b) = tokio::join!(
            test.app.perform(&vibeke, &one, say::receive(), Some("k")),
            test.app.perform(&vibeke, &two, say::receive(), Some("k")),
        );
        let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
        won.unwrap();
        reused(lost);
    }

    async fn a_refused_command_does_not_use_up_its_key(test) {
        let number = a_case(&test).await;
        let vibeke = test.caller(VIBEKE);
        assert!(test.app.perform(&vibeke, &number, say::close(), Some("k")).await.is_err());
        test.app.perform(&vibeke, &number, say::receive(), Some("k")).await.unwrap();
    }

    async fn who_passed_the_case_on_still_gets_the_first_answer(test) {
        let number = a_case(&test).await;
        let command = domain::case::Command::PassOver { reason: domain::case::PassOverReason::Absent };
        let (lars, vibeke) = (test.caller(LARS), test.caller(VIBEKE));
        let first = test.app.perform(&vibeke, &number, command.clone(), Some("k")).await.unwrap();
        let again = test.app.perform(&vibeke, &number, command.clone(), Some("k")).await.unwrap();
        assert_eq!(first.events, again.events);
        forbidden(test.app.perform(&vibeke, &number, command, None).await);
        test.app.perform(&lars, &number, say::receive(), None).await.unwrap();
    }
}
