use crate::harness::*;
use crate::say;
use app::testing::TestApp;
use app::{NoticeKind, Receipt};
use domain::case::{Actor, NewReport};
use domain::ids::CaseNumber;
use jiff::{SignedDuration, Timestamp};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

async fn owner(test: &TestApp, number: &CaseNumber) -> String {
    view(test, LONE, number).await.state.owner.as_str().into()
}

async fn kinds(test: &TestApp, person: &str) -> Vec<NoticeKind> {
    let notices = test.app.notices(&test.caller(person)).await.unwrap();
    notices.into_iter().map(|notice| notice.kind).collect()
}

async fn acute(test: &TestApp) -> (Receipt, Timestamp) {
    let receipt = tell(
        test,
        LONE,
        NewReport {
            acute: true,
            ..about(METTE)
        },
        &[],
    )
    .await;
    (receipt, test.app.next_job().await.unwrap().unwrap())
}

on_both! {
    async fn silence_moves_a_case_up_and_both_are_told(test) {
        let (receipt, at) = acute(&test).await;
        // One hour to take it, one hour more.
        assert_eq!(at, test.app.now() + SignedDuration::from_hours(2));
        test.clock.set(at - SECOND);
        assert_eq!(test.app.run_jobs().await.unwrap(), 0);
        assert_eq!(owner(&test, &receipt.number).await, VIBEKE);
        test.clock.set(at + SECOND);
        assert_eq!(test.app.run_jobs().await.unwrap(), 1);
        assert_eq!(owner(&test, &receipt.number).await, LARS);
        assert!(kinds(&test, VIBEKE).await.contains(&NoticeKind::PassedOnSilent));
        assert!(kinds(&test, LARS).await.contains(&NoticeKind::PassedToYou));
        let passed = view(&test, LARS, &receipt.number).await.entries;
        let passed = passed.iter().find(|entry| entry.event.name() == "passed-over").unwrap();
        assert_eq!(passed.actor, Actor::System);
        // The next one gets the same time.
        let next = test.app.next_job().await.unwrap().unwrap();
        assert_eq!(next, at + SECOND + SignedDuration::from_hours(2));
        test.clock.set(next - SECOND);
        assert_eq!(test.app.run_jobs().await.unwrap(), 0);
        test.clock.set(next + SECOND);
        test.app.run_jobs().await.unwrap();
        assert_eq!(owner(&test, &receipt.number).await, "p01");
    }

    async fn a_case_that_was_taken_stays(test) {
        let (receipt, at) = acute(&test).await;
        try_to(&test, VIBEKE, &receipt.number, say::receive()).await.unwrap();
        test.clock.set(at + SECOND);
        test.app.run_jobs().await.unwrap();
        assert_eq!((owner(&test, &receipt.number).await, test.app.next_job().await.unwrap()), (VIBEKE.into(), None));
        assert!(!kinds(&test, VIBEKE).await.contains(&NoticeKind::PassedOnSilent));
    }

    async fn a_case_that_turns_acute_is_looked_at_sooner(test) {
        let number = tell(&test, LONE, about(METTE), &[]).await.number;
        let calm = test.app.next_job().await.unwrap().unwrap();
        let domain::case::Command::Triage { emergency_called, on_the_way, at_home, .. } = say::triage() else {
            unreachable!("it is a triage")
        };
        let danger = domain::case::Danger::Acute;
        let at_work = "Følges".into();
        let triage = domain::case::Command::Triage { danger, emergency_called, at_work, on_the_way, at_home };
        try_to(&test, LARS, &number, triage).await.unwrap();
        let soon = test.app.next_job().await.unwrap().unwrap();
        assert_eq!(soon, test.app.now() + SignedDuration::from_hours(2));
        test.clock.set(soon + SECOND);
        test.app.run_jobs().await.unwrap();
        assert_eq!(owner(&test, &number).await, LARS);
        test.clock.set(calm.max(soon) + SignedDuration::from_hours(24 * 30));
        test.app.run_jobs().await.unwrap();
    }

    async fn where_nobody_is_left_nothing_happens_for_ever(test) {
        let (receipt, _) = acute(&test).await;
        let mut owners = vec![owner(&test, &receipt.number).await];
        while let Some(at) = test.app.next_job().await.unwrap() {
            assert!(owners.len() < 8, "{owners:?}");
            test.clock.set(at + SECOND);
            test.app.run_jobs().await.unwrap();
            owners.push(owner(&test, &receipt.number).await);
        }
        // Up to the director, then HR, then nobody.
        assert_eq!(owners, [VIBEKE, LARS, "p01", JENS, JENS]);
        assert_eq!(test.app.run_jobs().await.unwrap(), 0);
        try_to(&test, JENS, &receipt.number, say::receive()).await.unwrap();
    }

    async fn many_silent_cases_are_moved_in_one_go(test) {
        let mut numbers = Vec::new();
        for _ in 0..5 {
            numbers.push(acute(&test).await.0.number);
        }
        test.clock.set(test.app.next_job().await.unwrap().unwrap() + SECOND);
        let (one, two) = tokio::join!(test.app.run_jobs(), test.app.run_jobs());
        assert_eq!(one.unwrap() + two.unwrap(), 5);
        for number in numbers {
            assert_eq!(owner(&test, &number).await, LARS);
        }
    }
}
