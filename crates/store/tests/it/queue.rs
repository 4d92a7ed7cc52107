use std::collections::BTreeMap;

use store::jobs::{self, Job, JobState};
use store::schedule;

use crate::*;

const NODE: &str = "0000000000000001";
const OTHER: &str = "0000000000000002";

async fn enqueue(store: &Store, id: &str, run_at: Timestamp) -> bool {
    let mut tx = store.db.begin().await.unwrap();
    let new = jobs::enqueue(&mut tx, id, "escalate", "{}", run_at)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    new
}

async fn claim(store: &Store, now: Timestamp) -> Option<Job> {
    claim_for(store, now, NODE).await
}

async fn claim_for(store: &Store, now: Timestamp, node: &str) -> Option<Job> {
    let mut tx = store.db.begin().await.unwrap();
    let job = jobs::claim(&mut tx, now, node).await.unwrap();
    tx.commit().await.unwrap();
    job
}

/// As if the workers of all running jobs had been silent for long.
async fn fall_silent(store: &Store) {
    let text = "UPDATE jobs SET lease_until = 1 WHERE state = 'running'";
    testing::tamper(&store.db, text).await.unwrap();
}

async fn job(store: &Store, id: &str) -> Job {
    let mut read = store.db.read().await.unwrap();
    jobs::get(&mut read, id).await.unwrap().unwrap()
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
        assert_eq!(jobs::purge(&mut tx, at(100), 10).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_worker_that_died_goes_to_another_and_the_first_has_no_say_any_more() {
    on_both(|store, _scratch| async move {
        enqueue(&store, "j", at(0)).await;
        let first = claim(&store, at(0)).await.unwrap();
        // However late it is by the application's clock: leases are by the database's.
        assert_eq!(claim_for(&store, at(1_000_000), OTHER).await, None);
        fall_silent(&store).await;
        let second = claim_for(&store, at(60), OTHER).await.unwrap();
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

#[tokio::test]
async fn a_worker_keeps_its_job_by_signs_of_life_and_a_node_that_stops_gives_it_back() {
    on_both(|store, _scratch| async move {
        enqueue(&store, "j", at(0)).await;
        let first = claim(&store, at(0)).await.unwrap();
        let mut tx = store.db.begin().await.unwrap();
        assert!(jobs::renew(&mut tx, &first).await.unwrap());
        tx.commit().await.unwrap();
        assert!(job(&store, "j").await.lease_until >= first.lease_until);
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(jobs::release(&mut tx, OTHER).await.unwrap(), 0);
        assert_eq!(jobs::release(&mut tx, NODE).await.unwrap(), 1);
        tx.commit().await.unwrap();
        // At once, and it does not count as a try.
        let second = claim_for(&store, at(0), OTHER).await.unwrap();
        assert_eq!((second.id.as_str(), second.attempts), ("j", 1));
        let mut tx = store.db.begin().await.unwrap();
        assert!(
            !jobs::renew(&mut tx, &first).await.unwrap(),
            "it has gone to another"
        );
        drop(tx);
        assert!(!done(&store, &first).await, "though it is the first try of both");
        assert!(done(&store, &second).await);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_worker_each_time_is_given_up() {
    on_both(|store, _scratch| async move {
        enqueue(&store, "deadly", at(0)).await;
        enqueue(&store, "harmless", at(1)).await;
        for attempt in 1..=jobs::ATTEMPTS {
            assert_eq!(claim(&store, at(0)).await.unwrap().attempts, attempt);
            fall_silent(&store).await;
        }
        assert_eq!(claim(&store, at(2)).await.unwrap().id, "harmless");
        assert_eq!(claim(&store, at(2)).await, None);
        let given_up = job(&store, "deadly").await;
        assert_eq!(given_up.state, JobState::Failed);
        assert!(given_up.last_error.unwrap().contains("worker died"));
    })
    .await;
}

#[tokio::test]
async fn a_lease_or_a_wait_that_a_wrong_clock_gave_ends() {
    on_both(|store, _scratch| async move {
        enqueue(&store, "leased", at(0)).await;
        claim(&store, at(0)).await.unwrap();
        let ahead = "UPDATE jobs SET lease_until = lease_until + 259200000000 WHERE id = 'leased'";
        testing::tamper(&store.db, ahead).await.unwrap();
        assert_eq!(claim_for(&store, at(1), OTHER).await.unwrap().id, "leased");

        enqueue(&store, "failed", at(0)).await;
        let job = claim(&store, at(0)).await.unwrap();
        let three_days = 3 * 24 * 3600;
        assert!(fail(&store, &job, at(three_days)).await);
        enqueue(&store, "planned", at(three_days)).await;
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(jobs::waiting_too_long(&mut tx, at(10)).await.unwrap(), 1);
        assert_eq!(jobs::bring_nearer(&mut tx, at(10)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(claim(&store, at(10)).await.unwrap().id, "failed");
        assert_eq!(
            claim(&store, at(10)).await,
            None,
            "what is planned for then waits until then"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_planned_is_moved_on_by_one_of_many_and_a_turn_is_one_nodes() {
    on_both(|store, _scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        schedule::begin(&mut tx, "seal", at(0)).await.unwrap();
        schedule::begin(&mut tx, "seal", at(5)).await.unwrap();
        tx.commit().await.unwrap();
        let movers: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut tx = store.db.begin().await.unwrap();
                    let moved = schedule::move_on(&mut tx, "seal", at(0), at(100)).await.unwrap();
                    tx.commit().await.unwrap();
                    moved
                })
            })
            .collect();
        let mut moved = 0;
        for mover in movers {
            moved += u32::from(mover.await.unwrap());
        }
        assert_eq!(moved, 1);
        let lease = jiff::SignedDuration::from_secs(60);
        let take = |node: &'static str| {
            let store = store.clone();
            async move {
                let mut tx = store.db.begin().await.unwrap();
                let ours = schedule::take(&mut tx, "mailbox", node, lease).await.unwrap();
                tx.commit().await.unwrap();
                ours
            }
        };
        assert!(take(NODE).await && take(NODE).await);
        assert!(!take(OTHER).await);
        let mut tx = store.db.begin().await.unwrap();
        schedule::leave(&mut tx, NODE).await.unwrap();
        tx.commit().await.unwrap();
        assert!(take(OTHER).await && !take(NODE).await);
    })
    .await;
}
