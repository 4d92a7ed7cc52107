//! A backup is one state of the database and exactly the files that it names; what is torn is never one.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use domain::ids::BlobId;
use domain::vocabulary::Compartment;
use proof::DataKey;
use store::backup::{self, Made, Manner, Order, Plan, Restored, Target};
use store::blobs::{self, BlobRow};
use store::{Blobs, StoreConfig, StoreError, cases};
use tempfile::TempDir;

use crate::*;

const INSTALLATION: &str = "0123456789abcdef0123456789abcdef";

/// A place for targets, beside the store.
struct Places {
    dir: TempDir,
    target: PathBuf,
    scratch: PathBuf,
}

impl Places {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (target, scratch) = (dir.path().join("target"), dir.path().join("scratch"));
        std::fs::create_dir(&scratch).unwrap();
        Self { dir, target, scratch }
    }

    fn plan(&self, scratch: &Scratch, seconds: i64) -> Plan {
        Plan {
            data: scratch.dir().to_owned(),
            target: self.target.clone(),
            installation: INSTALLATION.into(),
            fingerprint: "f".repeat(64),
            program: "0.0.0".into(),
            at: at(seconds),
            keep: 14,
            manner: Manner::Copy,
            with_files: true,
            keys_apart: false,
            key: None,
            scratch: self.scratch.clone(),
        }
    }
}

async fn back_up(store: &Store, plan: &Plan) -> Result<Made, StoreError> {
    backup::make(&store.db, &store.blobs, plan, &mut testing::rng(9), |_| {}).await
}

/// A case with a file of each of these ids.
async fn fill(store: &Store, number: u64, files: &[&str]) {
    let mut made = Vec::new();
    for id in files {
        let announced = store.announce_as(&BlobId::new(*id), at(0)).await.unwrap();
        let mut writer = store.blobs.writer(announced).await.unwrap();
        writer.write(content(&BlobId::new(*id)).as_bytes()).await.unwrap();
        made.push(writer.finish().await.unwrap());
    }
    let mut tx = store.db.begin().await.unwrap();
    begin_case(store, &mut tx, &case_id(number)).await;
    for written in made {
        let row = BlobRow {
            id: written.id().clone(),
            case: case_id(number),
            compartment: Compartment::Matter,
            bytes: written.bytes(),
            at: at(0),
        };
        blobs::record(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn content(id: &BlobId) -> String {
    format!("the bytes of {id}")
}

/// Restores to a new folder, and on PostgreSQL to a new database.
async fn restore(
    places: &Places,
    generation: &str,
    key: Option<&DataKey>,
    into: &Scratch,
) -> Result<Restored, StoreError> {
    let target = Target::open(&places.target)?;
    let data = into.dir().join("new");
    let url = into.database_url();
    let order = Order {
        target: &target,
        generation,
        key,
        data: &data,
        database_url: url.as_deref(),
        manner: Manner::Copy,
        without_files: false,
    };
    let folder = |data: &Path| Blobs::open(&data.join("blobs"));
    backup::restore(&order, folder, |_| {}).await
}

/// Opens what was restored.
async fn open_restored(into: &Scratch) -> Store {
    let config = StoreConfig {
        dir: into.dir().join("new"),
        ..into.config()
    };
    let (place, mut dice) = (config.place(), testing::rng(4));
    store::identity::take_in_restored(&place, &mut dice)
        .await
        .unwrap();
    Store::open(config, &mut testing::rng(3)).await.unwrap()
}

async fn owned(store: &Store) -> Vec<String> {
    let owned = blobs::owned(&mut store.db.read().await.unwrap()).await.unwrap();
    let mut owned: Vec<String> = owned.iter().map(|id| id.as_str().to_owned()).collect();
    owned.sort();
    owned
}

fn below(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_backup_holds_the_files_that_its_database_names_and_no_other_and_comes_back() {
    on_both(async |store, scratch| {
        let places = Places::new();
        fill(&store, 1, &["aa-one", "bb-two"]).await;
        // A file that no transaction came to record, and a setting of the operator's.
        let stray = store.announce_as(&BlobId::new("cc-stray"), at(0)).await.unwrap();
        let stray = store.blobs.writer(stray).await.unwrap();
        drop(stray.finish().await.unwrap());
        std::fs::write(scratch.dir().join("procedure.toml"), "made up").unwrap();

        let made = back_up(&store, &places.plan(&scratch, 0)).await.unwrap();
        assert_eq!((made.files, made.copied, made.missing.len()), (2, 2, 0));
        assert_eq!(below(&places.target.join("files")), ["aa-one", "bb-two"]);

        // What comes afterwards is not in it.
        fill(&store, 2, &["dd-later"]).await;
        let engine = engine_of(&store);
        let into = testing::scratch(engine);
        let restored = restore(&places, &made.generation, None, &into).await.unwrap();
        assert_eq!((restored.files, restored.faults.len()), (2, 0));
        let again = open_restored(&into).await;
        assert_eq!(owned(&again).await, ["aa-one", "bb-two"]);
        assert_eq!(again.blobs.list().await.unwrap().len(), 2);
        let new = into.dir().join("new");
        assert_eq!(std::fs::read(new.join("procedure.toml")).unwrap(), b"made up");
        assert!(!new.join(backup::UNFINISHED).exists());
    })
    .await;
}

fn engine_of(store: &Store) -> Engine {
    if store.db.engine() == "sqlite" {
        Engine::Sqlite
    } else {
        Engine::Postgres
    }
}

#[tokio::test]
async fn a_backup_under_load_names_nothing_that_it_does_not_hold() {
    on_both(async |store, scratch| {
        let places = Places::new();
        fill(&store, 1, &["aa-first"]).await;
        let stop = AtomicBool::new(false);
        let writing = async {
            let mut number = 2;
            while !stop.load(Ordering::Relaxed) {
                fill(&store, number, &[&format!("ff-{number:06}")]).await;
                number += 1;
                tokio::task::yield_now().await;
            }
            number
        };
        let backing_up = async {
            let mut made = Vec::new();
            for round in 0..3 {
                made.push(back_up(&store, &places.plan(&scratch, round)).await.unwrap());
            }
            stop.store(true, Ordering::Relaxed);
            made
        };
        let (_, made) = tokio::join!(writing, backing_up);
        for made in made {
            assert_eq!(made.missing.len(), 0, "{made:?}");
            let into = testing::scratch(engine_of(&store));
            let restored = restore(&places, &made.generation, None, &into).await.unwrap();
            let again = open_restored(&into).await;
            let there: Vec<String> = again
                .blobs
                .list()
                .await
                .unwrap()
                .iter()
                .map(|id| id.as_str().to_owned())
                .collect();
            assert_eq!(owned(&again).await, there, "exactly the files that it names");
            assert_eq!(restored.files, there.len() as u64);
        }
    })
    .await;
}

#[tokio::test]
async fn the_second_backup_copies_only_what_is_new_and_a_changed_length_again() {
    let (store, scratch) = sqlite().await;
    let places = Places::new();
    fill(&store, 1, &["aa-one", "bb-two"]).await;
    back_up(&store, &places.plan(&scratch, 0)).await.unwrap();
    fill(&store, 2, &["cc-three"]).await;
    let second = back_up(&store, &places.plan(&scratch, 1)).await.unwrap();
    assert_eq!((second.files, second.copied), (3, 1));
    std::fs::write(places.target.join("files/aa/aa-one"), "cut").unwrap();
    std::fs::remove_file(places.target.join("files/bb/bb-two")).unwrap();
    let third = back_up(&store, &places.plan(&scratch, 2)).await.unwrap();
    assert_eq!((third.files, third.copied), (3, 2));
    assert_eq!(
        std::fs::read_to_string(places.target.join("files/aa/aa-one")).unwrap(),
        "the bytes of aa-one"
    );
}

#[tokio::test]
async fn what_was_copied_before_a_backup_broke_off_is_not_copied_again_and_the_rest_of_it_is_no_backup() {
    let (store, scratch) = sqlite().await;
    let places = Places::new();
    fill(&store, 1, &["aa-one"]).await;
    back_up(&store, &places.plan(&scratch, 0)).await.unwrap();
    fill(&store, 2, &["bb-two"]).await;
    let whole = back_up(&store, &places.plan(&scratch, 1)).await.unwrap();
    // As a kill before the last rename leaves it: everything is there but the name, and a line of the record is cut off.
    let generations = places.target.join("generations");
    std::fs::rename(generations.join(&whole.generation), generations.join(".partial")).unwrap();
    let record = places.target.join("files.jsonl");
    let text = std::fs::read_to_string(&record).unwrap();
    std::fs::write(&record, &text[..text.len() - 20]).unwrap();
    std::fs::write(places.target.join("files/bb/bb-two.part"), "half").unwrap();

    let target = Target::open(&places.target).unwrap();
    assert_eq!(target.generations().unwrap().len(), 1);
    let again = back_up(&store, &places.plan(&scratch, 2)).await.unwrap();
    assert_eq!(
        (again.files, again.copied),
        (2, 1),
        "only the one whose record was cut off"
    );
    assert!(!generations.join(".partial").exists());
}

#[tokio::test]
async fn a_manifest_that_is_cut_off_changed_or_of_another_target_is_no_backup() {
    let (store, scratch) = sqlite().await;
    let places = Places::new();
    fill(&store, 1, &["aa-one", "bb-two"]).await;
    let made = back_up(&store, &places.plan(&scratch, 0)).await.unwrap();
    let path = places
        .target
        .join("generations")
        .join(&made.generation)
        .join("manifest.jsonl");
    let good = std::fs::read_to_string(&path).unwrap();
    let target = Target::open(&places.target).unwrap();
    let lines: Vec<&str> = good.lines().collect();
    let without_end = lines[..lines.len() - 1].join("\n") + "\n";
    let without_file = [lines[0], lines[2], lines[3]].join("\n") + "\n";
    for (broken, says) in [
        (String::new(), "empty"),
        (without_end, "cut off"),
        (good[..good.len() / 2].to_owned(), "damaged"),
        (without_file, "not what was written"),
        (good.replace("aa-one", "aa-two"), "not what was written"),
    ] {
        std::fs::write(&path, broken).unwrap();
        let error = target.manifest(&made.generation, None).unwrap_err().to_string();
        assert!(
            error.contains(says) && error.contains(&made.generation),
            "{error}"
        );
        let into = testing::scratch(Engine::Sqlite);
        restore(&places, &made.generation, None, &into).await.unwrap_err();
        assert!(!into.dir().join("new").exists(), "nothing was written");
    }
    std::fs::write(&path, &good).unwrap();
    let mark = places.target.join("VAERN-BACKUP");
    let other = std::fs::read_to_string(&mark)
        .unwrap()
        .replace(&target.id, &"0".repeat(32));
    std::fs::write(&mark, other).unwrap();
    let error = Target::open(&places.target)
        .unwrap()
        .manifest(&made.generation, None)
        .unwrap_err();
    assert!(error.to_string().contains("not made here"), "{error}");
}

#[tokio::test]
async fn a_file_that_the_store_lost_is_named_and_nothing_older_goes_while_one_is_missing() {
    let (store, scratch) = sqlite().await;
    let places = Places::new();
    fill(&store, 1, &["aa-one"]).await;
    let keep_one = |seconds| Plan {
        keep: 1,
        ..places.plan(&scratch, seconds)
    };
    back_up(&store, &keep_one(0)).await.unwrap();
    fill(&store, 2, &["bb-two", "cc-three"]).await;
    for id in ["aa-one", "bb-two"] {
        std::fs::remove_file(scratch.dir().join("blobs").join(&id[..2]).join(id)).unwrap();
    }
    let made = back_up(&store, &keep_one(1)).await.unwrap();
    assert_eq!(made.missing.keys().collect::<Vec<_>>(), ["aa-one", "bb-two"]);
    assert!(made.missing["aa-one"].contains("earlier backup"), "{made:?}");
    assert_eq!((made.files, made.removed_generations), (2, 0));
    assert!(made.kept_because.is_some());

    // The restored store has what the target still had, and names what nobody has.
    let into = testing::scratch(Engine::Sqlite);
    let restored = restore(&places, &made.generation, None, &into).await.unwrap();
    assert_eq!(restored.faults.keys().collect::<Vec<_>>(), ["bb-two"]);
    assert_eq!(open_restored(&into).await.blobs.list().await.unwrap().len(), 2);
}

#[tokio::test]
async fn older_backups_go_with_the_files_that_only_they_had_and_the_clock_does_not_decide_which() {
    let (store, scratch) = sqlite().await;
    let places = Places::new();
    fill(&store, 1, &["aa-one"]).await;
    for seconds in [50, 40, 30] {
        let plan = Plan {
            keep: 2,
            ..places.plan(&scratch, seconds)
        };
        back_up(&store, &plan).await.unwrap();
    }
    let target = Target::open(&places.target).unwrap();
    let numbers: Vec<String> = target
        .generations()
        .unwrap()
        .iter()
        .map(|name| name[..6].to_owned())
        .collect();
    assert_eq!(numbers, ["000002", "000003"]);
    // A file that the store gives up for good leaves the target with the last backup that named it.
    testing::tamper(&store.db, "DELETE FROM blobs").await.unwrap();
    for left in [2, 1] {
        let plan = Plan {
            keep: left,
            ..places.plan(&scratch, 60)
        };
        back_up(&store, &plan).await.unwrap();
    }
    assert!(below(&places.target.join("files")).is_empty());
}

#[tokio::test]
async fn one_that_cannot_be_read_keeps_everything() {
    let (store, scratch) = sqlite().await;
    let places = Places::new();
    fill(&store, 1, &["aa-one"]).await;
    let first = back_up(&store, &places.plan(&scratch, 0)).await.unwrap();
    std::fs::write(
        places
            .target
            .join("generations")
            .join(&first.generation)
            .join("manifest.jsonl"),
        "x",
    )
    .unwrap();
    testing::tamper(&store.db, "DELETE FROM blobs").await.unwrap();
    for seconds in 1..4 {
        let plan = Plan {
            keep: 3,
            ..places.plan(&scratch, seconds)
        };
        let made = back_up(&store, &plan).await.unwrap();
        if seconds < 3 {
            assert!(
                made.kept_because
                    .is_some_and(|why| why.contains(&first.generation))
            );
            assert_eq!(below(&places.target.join("files")), ["aa-one"]);
        }
    }
}

#[tokio::test]
async fn a_target_of_another_installation_a_filled_folder_and_one_that_is_not_apart_are_refused() {
    let (store, scratch) = sqlite().await;
    let places = Places::new();
    fill(&store, 1, &["aa-one"]).await;
    back_up(&store, &places.plan(&scratch, 0)).await.unwrap();
    let refused = async |plan: Plan, says: &str| {
        let error = back_up(&store, &plan).await.unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    };
    let plan = places.plan(&scratch, 1);
    let other = Plan {
        installation: "f".repeat(32),
        ..plan.clone()
    };
    refused(other, "another installation").await;
    let filled = places.dir.path().join("filled");
    std::fs::create_dir(&filled).unwrap();
    std::fs::write(filled.join("letters.txt"), "mine").unwrap();
    for (target, says) in [
        (filled.clone(), "letters.txt"),
        (scratch.dir().join("backup"), "apart"),
        (scratch.dir().parent().unwrap().to_owned(), "apart"),
        (places.dir.path().join("not-mounted/backup"), "not-mounted"),
    ] {
        let plan = Plan {
            target,
            ..plan.clone()
        };
        refused(plan, says).await;
    }
    assert_eq!(below(&filled), ["letters.txt"], "nothing was written into it");
    // Two at once.
    let locked = Target::open_for(&places.target, INSTALLATION, scratch.dir(), &mut testing::rng(1)).unwrap();
    refused(plan.clone(), "under way").await;
    drop(locked);
    back_up(&store, &plan).await.unwrap();
}

#[tokio::test]
async fn sealed_it_shows_nothing_of_the_database_and_opens_with_its_key_alone() {
    on_both(async |store, scratch| {
        let places = Places::new();
        fill(&store, 1, &["aa-one"]).await;
        let key = DataKey::create(&places.dir.path().join("seal.key"), &mut testing::rng(5)).unwrap();
        let plan = Plan {
            key: Some(key.clone()),
            ..places.plan(&scratch, 0)
        };
        let made = back_up(&store, &plan).await.unwrap();
        let folder = places.target.join("generations").join(&made.generation);
        for name in below(&folder) {
            assert!(name.ends_with(".sealed"), "{name}");
            let bytes = std::fs::read(folder.join(&name)).unwrap();
            let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
            assert!(!holds(b"case_people") && !holds(b"aa-one"), "{name} is in clear");
        }
        assert!(below(&places.scratch).is_empty(), "nothing in clear stays behind");
        let wrong = DataKey::create(&places.dir.path().join("wrong.key"), &mut testing::rng(6)).unwrap();
        for key in [None, Some(&wrong)] {
            let into = testing::scratch(engine_of(&store));
            restore(&places, &made.generation, key, &into).await.unwrap_err();
        }
        let into = testing::scratch(engine_of(&store));
        restore(&places, &made.generation, Some(&key), &into)
            .await
            .unwrap();
        assert_eq!(owned(&open_restored(&into).await).await, ["aa-one"]);
        // The next one goes on with it.
        let next = back_up(&store, &Plan { at: at(1), ..plan }).await.unwrap();
        assert_eq!((next.copied, next.kept_because), (0, None));
    })
    .await;
}

#[tokio::test]
async fn a_backup_is_restored_only_to_what_is_empty_and_every_byte_is_compared() {
    on_both(async |store, scratch| {
        let places = Places::new();
        fill(&store, 1, &["aa-one", "bb-two", "cc-three"]).await;
        let made = back_up(&store, &places.plan(&scratch, 0)).await.unwrap();
        // Onto the store that is there.
        let error = restore(&places, &made.generation, None, &scratch).await;
        if engine_of(&store) == Engine::Postgres {
            assert!(error.unwrap_err().to_string().contains("tables"));
        }
        let into = testing::scratch(engine_of(&store));
        let new = into.dir().join("new");
        std::fs::create_dir(&new).unwrap();
        std::fs::write(new.join("mine.txt"), "mine").unwrap();
        let error = restore(&places, &made.generation, None, &into).await.unwrap_err();
        assert!(error.to_string().contains("not empty"), "{error}");
        std::fs::remove_file(new.join("mine.txt")).unwrap();

        std::fs::write(places.target.join("files/aa/aa-one"), "the bytes of aa-onE").unwrap();
        std::fs::remove_file(places.target.join("files/bb/bb-two")).unwrap();
        let restored = restore(&places, &made.generation, None, &into).await.unwrap();
        assert_eq!(restored.faults.keys().collect::<Vec<_>>(), ["aa-one", "bb-two"]);
        assert_eq!(
            open_restored(&into).await.blobs.list().await.unwrap(),
            [BlobId::new("cc-three")]
        );
    })
    .await;
}

#[tokio::test]
async fn a_changed_database_is_not_restored() {
    on_both(async |store, scratch| {
        let places = Places::new();
        fill(&store, 1, &["aa-one"]).await;
        let made = back_up(&store, &places.plan(&scratch, 0)).await.unwrap();
        let folder = places.target.join("generations").join(&made.generation);
        let name = if store.db.engine() == "sqlite" {
            "vaern.sqlite"
        } else {
            "database.dump"
        };
        let mut bytes = std::fs::read(folder.join(name)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(folder.join(name), bytes).unwrap();
        let into = testing::scratch(engine_of(&store));
        let error = restore(&places, &made.generation, None, &into).await.unwrap_err();
        assert!(error.to_string().contains("not what was backed up"), "{error}");
        let new = into.dir().join("new");
        assert!(new.join(backup::UNFINISHED).exists() && !new.join("vaern.sqlite").exists());
    })
    .await;
}

#[tokio::test]
async fn everything_in_a_target_is_its_owners_alone() {
    let (store, scratch) = sqlite().await;
    let places = Places::new();
    fill(&store, 1, &["aa-one"]).await;
    std::fs::write(scratch.dir().join("vaern.toml"), "x").unwrap();
    std::fs::set_permissions(scratch.dir().join("vaern.toml"), Permissions::from_mode(0o644)).unwrap();
    back_up(&store, &places.plan(&scratch, 0)).await.unwrap();
    let mut paths = vec![places.target.clone()];
    let mut seen = 0;
    while let Some(path) = paths.pop() {
        let found = std::fs::metadata(&path).unwrap();
        assert_eq!(found.permissions().mode() & 0o077, 0, "{}", path.display());
        seen += 1;
        if found.is_dir() {
            paths.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    assert!(seen >= 10, "{seen}");
}

#[tokio::test]
async fn a_link_is_a_second_name_for_the_same_bytes() {
    use std::os::unix::fs::MetadataExt as _;
    let (store, scratch) = sqlite().await;
    let places = Places::new();
    fill(&store, 1, &["aa-one"]).await;
    let plan = Plan {
        manner: Manner::Link,
        ..places.plan(&scratch, 0)
    };
    let made = back_up(&store, &plan).await.unwrap();
    assert_eq!((made.files, made.missing.len()), (1, 0));
    let inode = |path: PathBuf| std::fs::metadata(path).unwrap().ino();
    assert_eq!(
        inode(places.target.join("files/aa/aa-one")),
        inode(scratch.dir().join("blobs/aa/aa-one"))
    );
}

#[tokio::test]
async fn a_closed_database_holds_everything_without_its_log() {
    let (store, scratch) = sqlite().await;
    for number in 1..20 {
        fill(&store, number, &[]).await;
    }
    store.db.close().await;
    // As a copy of the one file would be.
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(
        scratch.dir().join("vaern.sqlite"),
        copy.path().join("vaern.sqlite"),
    )
    .unwrap();
    let again = store::Db::connect(None, copy.path()).await.unwrap();
    let counts = cases::counts(&mut again.read().await.unwrap()).await.unwrap();
    assert_eq!(counts.open + counts.closed + counts.joined, 19);
}
