use std::collections::BTreeMap;

use jiff::SignedDuration;
use store::jobs::{self, Job, JobState};

use crate::*;

const LEASE: SignedDuration = SignedDuration::from_secs(60);

async fn enqueue(store: &Store, id: &str, run_at: Timestamp) -> bool {
    let mut tx = store.db.begin().await.unwrap();
    let new = jobs::enqueue(&mut tx, id, "escalate", "{}", run_at)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    new
}

async fn claim(store: &Store, now: Timestamp) -> Option<Job> {
    let mut tx = store.db.begin().await.unwrap();
    let job = jobs::claim(&mut tx, now, LEASE).await.unwrap();
    tx.commit().await.unwrap();
    job
}

async fn fail(store: &Store, job: &Job, now: Timestamp) -> bool {
    let mut tx = store.db.begin().await.unwrap();
    let ours = jobs::fail(&mut tx, job, "nobody answered", now).await.unwrap();
    tx.commit().await.unwrap();
    ours
}

async fn done(store: &Store, job: &Job) -> bool {
    let mut tx = store.db.begin().await.unwrap();
    let ours = jobs::done(&mut tx, job).await.unwrap();
    tx.commit().await.unwrap();
    ours
}

#[tokio::test]
async fn every_job_is_claimed_once_by_many_workers() {
    on_both(|store, _scratch| async move {
        for number in 0..20 {
            enqueue(&store, &format!("j{number:02}"), at(number % 3)).await;
        }
        let worker = || {
            let store = store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(job) = claim(&store, at(10)).await {
                    mine.push(job.id.clone());
                    assert!(done(&store, &job).await);
                }
                mine
            })
        };
        let workers: Vec<_> = (0..5).map(|_| worker()).collect();
        let mut claimed = BTreeMap::new();
        for worker in workers {
            for id in worker.await.unwrap() {
                *claimed.entry(id).or_insert(0) += 1;
            }
        }
        assert_eq!(claimed.len(), 20, "{claimed:?}");
        assert!(claimed.values().all(|times| *times == 1), "{claimed:?}");
    })
    .await;
}

#[tokio::test]
async fn a_job_waits_for_its_time_and_the_longest_waiting_goes_first() {
    on_both(|store, _scratch| async move {
        assert!(enqueue(&store, "late", at(20)).await);
        assert!(enqueue(&store, "early", at(10)).await);
        assert!(
            !enqueue(&store, "early", at(5)).await,
            "the same id is the same job"
        );
        assert_eq!(claim(&store, at(9)).await, None);
        assert_eq!(
            jobs::next_run(&mut store.db.read().await.unwrap()).await.unwrap(),
            Some(at(10))
        );
        let job = claim(&store, at(30)).await.unwrap();
        assert_eq!(
            (job.id.as_str(), job.attempts, job.state),
            ("early", 1, JobState::Running)
        );
        assert_eq!(claim(&store, at(30)).await.unwrap().id, "late");
        assert_eq!(claim(&store, at(30)).await, None);
        assert!(done(&store, &job).await);
        let stored = jobs::get(&mut store.db.read().await.unwrap(), "early")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(stored.state, JobState::Done);
        assert!(!enqueue(&store, "early", at(40)).await, "nor is it done twice");
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(jobs::purge(&mut tx, at(100)).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_worker_that_died_goes_to_another_and_the_first_has_no_say_any_more() {
    on_both(|store, _scratch| async move {
        enqueue(&store, "j", at(0)).await;
        let first = claim(&store, at(0)).await.unwrap();
        assert_eq!(claim(&store, at(59)).await, None);
        let second = claim(&store, at(60)).await.unwrap();
        assert_eq!((second.id.as_str(), second.attempts), ("j", 2));
        assert!(!done(&store, &first).await);
        assert!(!fail(&store, &first, at(61)).await);
        assert!(done(&store, &second).await);
    })
    .await;
}

#[tokio::test]
async fn a_failing_job_is_tried_ever_more_rarely_and_then_given_up() {
    on_both(|store, _scratch| async move {
        enqueue(&store, "j", at(0)).await;
        let (mut now, mut waits) = (at(0), Vec::new());
        for _ in 0..jobs::ATTEMPTS {
            let job = claim(&store, now).await.unwrap();
            assert!(fail(&store, &job, now).await);
            let next = jobs::next_run(&mut store.db.read().await.unwrap()).await.unwrap();
            if let Some(next) = next {
                waits.push(next.as_second() - now.as_second());
                now = next;
            }
        }
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 1280, 2560]);
        assert_eq!(claim(&store, at(10_000_000)).await, None);
        let failed = jobs::in_state(&mut store.db.read().await.unwrap(), JobState::Failed, 5)
            .await
            .unwrap();
        assert_eq!(failed[0].last_error.as_deref(), Some("nobody answered"));
        // And may be begun anew by hand, once.
        enqueue(&store, "other", at(9_000_000)).await;
        let mut read = store.db.read().await.unwrap();
        let standing = jobs::standing(&mut read).await.unwrap();
        let seen: Vec<_> = standing
            .iter()
            .map(|one| (one.name.as_str(), one.state, one.jobs, one.attempts))
            .collect();
        assert_eq!(
            seen,
            [
                ("escalate", JobState::Failed, 1, 10),
                ("escalate", JobState::Waiting, 1, 0)
            ]
        );
        let mut tx = store.db.begin().await.unwrap();
        assert!(!jobs::retry(&mut tx, "other", now).await.unwrap());
        assert!(jobs::retry(&mut tx, "j", now).await.unwrap());
        assert!(!jobs::retry(&mut tx, "j", now).await.unwrap());
        tx.commit().await.unwrap();
        let job = claim(&store, now).await.unwrap();
        assert_eq!((job.id.as_str(), job.attempts), ("j", 1));
    })
    .await;
}
