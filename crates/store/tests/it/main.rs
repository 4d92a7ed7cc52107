//! What is kept comes back, on both engines.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod backup;
mod blobs;
mod case_drills;
mod cases;
mod collect;
mod database;
mod derivatives;
mod engine;
mod entries;
mod guide;
mod mails;
mod people;
mod queue;
mod rollouts;
mod seals;
mod search;
mod sessions;
mod stamps;

use std::sync::Arc;

use domain::case::{Actor, Event};
use domain::ids::{CaseId, CaseNumber, PersonId, UnitId};
use jiff::Timestamp;
use store::journal::{self, Head, NewCase};
use store::testing::{self, Engine, Scratch};
use store::{Keys, Store, StoreError, Tx};

/// Runs a test on both engines, each on an empty store, which stays until the test has ended.
async fn on_both<F: Future<Output = ()>>(test: impl Fn(Store, Arc<Scratch>) -> F) {
    for engine in testing::engines() {
        let (store, scratch) = testing::store(engine).await;
        let scratch = Arc::new(scratch);
        println!("on {engine:?}");
        test(store, scratch.clone()).await;
    }
}

async fn sqlite() -> (Store, Scratch) {
    testing::store(Engine::Sqlite).await
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("a time in 2026")
}

fn person(id: &str) -> PersonId {
    PersonId::new(id)
}

fn case_id(number: u64) -> CaseId {
    CaseId::new(format!("00000000-0000-4000-8000-{number:012}"))
}

fn new_case(id: &CaseId) -> NewCase {
    NewCase {
        id: id.clone(),
        year: 2026,
        unit: UnitId::new("skole"),
        owner: person("p01"),
        acute: false,
        at: at(0),
        procedure: "2026-1".into(),
    }
}

async fn begin_case(store: &Store, tx: &mut Tx, id: &CaseId) -> (CaseNumber, Keys) {
    let (keys, wrapped) = store.keys.generate(id, &mut testing::rng(7));
    let number = journal::create_case(tx, &new_case(id), &wrapped)
        .await
        .expect("a new case");
    (number, keys)
}

/// A committed case with these entries.
async fn case_with(store: &Store, id: &CaseId, events: &[Event]) -> (Keys, Head) {
    let mut tx = store.db.begin().await.expect("a transaction");
    let (_, keys) = begin_case(store, &mut tx, id).await;
    let mut head = Head::EMPTY;
    append(&mut tx, id, &mut head, &keys, events).await;
    tx.commit().await.expect("committed");
    (keys, head)
}

async fn append(tx: &mut Tx, id: &CaseId, head: &mut Head, keys: &Keys, events: &[Event]) {
    let actor = Actor::Person(person("p01"));
    let mut rng = testing::rng(head.seq + 100);
    journal::append(
        tx,
        id,
        head,
        keys,
        at(head.seq.cast_signed()),
        &actor,
        events,
        &mut rng,
    )
    .await
    .expect("appended");
}

fn said(text: &str) -> Event {
    Event::Supplemented { text: text.into() }
}

fn looked() -> Event {
    Event::Viewed {
        what: domain::case::Viewing::Case,
        exhibit: None,
        relation: domain::access::Relation::Owner,
    }
}
