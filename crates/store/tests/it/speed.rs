//! How fast it is on this machine, printed; not tested, since machines differ. By hand:
//! `cargo test -p store --test it speed -- --ignored --nocapture`

use std::time::{Duration, Instant};

use domain::access::Relation;
use domain::case::Phase;
use domain::ids::BlobId;
use domain::vocabulary::{Compartment, DutyKind};
use store::cases::{self, CaseProjection, DutyRow, Filter, Order};

use crate::*;

const CASES: u64 = 10_000;

fn projection(id: &CaseId, number: u64) -> CaseProjection {
    let due = at(number.cast_signed());
    CaseProjection {
        id: id.clone(),
        phase: Phase::Open,
        unit: UnitId::new("u"),
        owner: person("p01"),
        acute: false,
        changed_at: due,
        closed_at: None,
        card: vec![b'x'; 200],
        people: vec![
            (person("p01"), Relation::Owner),
            (person("p02"), Relation::LegalAdviser),
        ],
        duties: vec![DutyRow {
            kind: DutyKind::Triage,
            owner: person("p01"),
            due: Some(due),
            escalate_at: Some(due),
        }],
    }
}

async fn time<F: Future>(what: &str, times: u32, mut run: impl FnMut() -> F) {
    run().await;
    let mut all: Vec<Duration> = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        run().await;
        all.push(start.elapsed());
    }
    all.sort();
    println!(
        "  {what}: p50 {:?}, max {:?}",
        all[all.len() / 2],
        all[all.len() - 1]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a test"]
async fn speed_of_lists_and_journals() {
    on_both(|store, _scratch| async move {
        for chunk in (1..=CASES).collect::<Vec<_>>().chunks(500) {
            let mut tx = store.db.begin().await.unwrap();
            for number in chunk {
                let id = case_id(*number);
                let (_, keys) = begin_case(&store, &mut tx, &id).await;
                let mut rng = testing::rng(*number);
                cases::project_first(&mut tx, &projection(&id, *number), &keys, &mut rng)
                    .await
                    .unwrap();
            }
            tx.commit().await.unwrap();
        }
        if store.db.engine() == "postgres" {
            testing::tamper(&store.db, "ANALYZE").await.unwrap();
        }
        let long = case_id(CASES + 1);
        let events: Vec<_> = (0..1_000)
            .map(|n| said(&format!("{n} {}", "x".repeat(200))))
            .collect();
        case_with(&store, &long, &events).await;
        let store = &store;
        for who in ["p01", "p02"] {
            for order in [Order::Changed, Order::Due] {
                time(&format!("list of 50 of {who}, {order:?}"), 50, || async move {
                    let mut read = store.db.read().await.unwrap();
                    let filter = Filter::default();
                    cases::list(&mut read, &store.keys, &person(who), &filter, order, None, 50)
                        .await
                        .unwrap();
                })
                .await;
            }
        }
        time("duties of p01, 50", 50, || async move {
            let mut read = store.db.read().await.unwrap();
            cases::duties_of(&mut read, &store.keys, &person("p01"), None, 50)
                .await
                .unwrap();
        })
        .await;
        time("load 1,000 entries", 20, || async move {
            let mut read = store.db.read().await.unwrap();
            let keys = store.keys.of(&mut read, &case_id(CASES + 1)).await.unwrap();
            journal::load_without_readings(&mut read, &case_id(CASES + 1), &keys)
                .await
                .unwrap();
        })
        .await;
        time("a report's transaction", 200, || {
            let number = REPORTS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            async move {
                let id = case_id(100_000 + number);
                let mut tx = store.db.begin().await.unwrap();
                let (_, keys) = begin_case(store, &mut tx, &id).await;
                append(
                    &mut tx,
                    &id,
                    &mut Head::EMPTY.clone(),
                    &keys,
                    &[said("1"), said("2"), said("3")],
                )
                .await;
                let mut rng = testing::rng(number);
                cases::project_first(&mut tx, &projection(&id, number), &keys, &mut rng)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
            }
        })
        .await;
        time("a bare transaction", 200, || async move {
            let mut tx = store.db.begin().await.unwrap();
            store::settings::set(&mut tx, "x", "y").await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
    })
    .await;
}

static REPORTS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a test"]
async fn speed_of_files() {
    let (store, scratch) = sqlite().await;
    let (keys, _) = case_with(&store, &case_id(1), &[]).await;
    let content = vec![7_u8; 1_500_000];
    let bare = scratch.dir().join("bare");
    std::fs::create_dir(&bare).unwrap();
    for round in 0..2 {
        for clients in [1, 8, 32] {
            let each = 96 / clients;
            let mut rates = Vec::new();
            for sealed in [false, true] {
                let start = Instant::now();
                let tasks: Vec<_> = (0..clients)
                    .map(|client| {
                        let (store, keys, content, bare) =
                            (store.clone(), keys.clone(), content.clone(), bare.clone());
                        tokio::spawn(async move {
                            for number in 0..each {
                                let name = format!("{number:02}-{round}-{clients}-{client}");
                                if sealed {
                                    let key = keys.of(Compartment::Matter);
                                    let id = BlobId::new(name);
                                    let mut rng = testing::rng(number);
                                    let mut writer =
                                        store.blobs.sealed_writer(&id, key, &mut rng).await.unwrap();
                                    for piece in content.chunks(64 * 1024) {
                                        writer.write(piece).await.unwrap();
                                    }
                                    writer.finish().await.unwrap();
                                } else {
                                    let (content, bare) = (content.clone(), bare.clone());
                                    tokio::task::spawn_blocking(move || plain(&bare, &name, &content))
                                        .await
                                        .unwrap();
                                }
                            }
                        })
                    })
                    .collect();
                for task in tasks {
                    task.await.unwrap();
                }
                rates.push((each * clients) as f64 / start.elapsed().as_secs_f64());
            }
            println!(
                "  {clients} clients: bare {:.0}/s, sealed {:.0}/s, {:.2}",
                rates[0],
                rates[1],
                rates[1] / rates[0]
            );
        }
    }
}

/// What the machine can do: write, fdatasync, rename, fsync of the folder.
fn plain(dir: &std::path::Path, name: &str, content: &[u8]) {
    use std::io::Write;
    let staged = dir.join(format!("{name}.part"));
    let mut file = std::fs::File::create(&staged).unwrap();
    for piece in content.chunks(512 * 1024) {
        file.write_all(piece).unwrap();
    }
    file.sync_data().unwrap();
    std::fs::rename(&staged, dir.join(name)).unwrap();
    std::fs::File::open(dir).unwrap().sync_all().unwrap();
}
