use std::path::Path;

use domain::ids::BlobId;
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt;
use rand::Rng;
use store::blobs::{self, BlobRow, SealedWriter, Written};
use store::idempotency::{self, Answer};
use store::testing::s3::{self, Way, Wire};
use store::testing::{Engine, Files};
use store::{Blobs, StoreError, cases};

use crate::*;

pub fn blob(number: u64) -> BlobId {
    BlobId::new(format!("ab{number:04}-blob"))
}

fn content(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    testing::rng(len as u64).fill_bytes(&mut bytes);
    bytes
}

pub async fn begin(store: &Store, id: &BlobId, keys: &Keys) -> SealedWriter {
    let announced = store.announce_as(id, at(0)).await.unwrap();
    let (key, mut rng) = (keys.of(Compartment::Matter), testing::rng(4));
    let begun = store.blobs.sealed_writer(announced, key, &mut rng).await;
    begun.unwrap()
}

pub async fn write(store: &Store, id: &BlobId, keys: &Keys, plain: &[u8]) -> Written {
    let mut writer = begin(store, id, keys).await;
    for piece in plain.chunks(100_003) {
        writer.write(piece).await.unwrap();
    }
    let written = writer.finish().await.unwrap();
    assert_eq!((written.id(), written.bytes()), (id, plain.len() as u64));
    written
}

pub async fn read(blobs: &Blobs, id: &BlobId, keys: &Keys) -> Result<Vec<u8>, StoreError> {
    let pieces: Vec<_> = blobs
        .open_stream(id, keys.of(Compartment::Matter))
        .await?
        .try_collect()
        .await?;
    Ok(pieces.concat())
}

pub fn row(number: u64) -> BlobRow {
    BlobRow {
        id: blob(number),
        case: case_id(1),
        compartment: Compartment::Matter,
        bytes: 5,
        at: at(0),
    }
}

pub async fn record(store: &Store, row: &BlobRow) -> Result<(), StoreError> {
    let mut tx = store.db.begin().await.unwrap();
    blobs::record(&mut tx, row).await?;
    tx.commit().await
}

/// Every file below a folder, by name from there.
pub fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with(store::identity::FILE) {
                found.push(path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Runs a test on files in a folder and in a bucket.
pub async fn on_both_files<F: Future<Output = ()>>(test: impl Fn(Store, Arc<Scratch>) -> F) {
    for files in [Files::Folder, Files::Bucket] {
        let (store, scratch) = testing::store_on(Engine::Sqlite, files).await;
        let scratch = Arc::new(scratch);
        println!("on {files:?}");
        test(store, scratch.clone()).await;
    }
}

#[tokio::test]
async fn a_file_of_any_length_comes_back_byte_for_byte_and_is_in_the_list() {
    on_both_files(|store, _scratch| async move {
        let (keys, _) = case_with(&store, &case_id(1), &[]).await;
        // Around the chunks of the cipher, the pieces of a folder, the parts of a bucket, and what is fetched at once.
        let lengths = [
            0, 1, 65_535, 65_536, 65_537, 524_288, 1_500_000, 4_194_304, 5_242_880, 11_000_000,
        ];
        for (number, len) in (1..).zip(lengths) {
            let plain = content(len);
            drop(write(&store, &blob(number), &keys, &plain).await);
            assert!(
                read(&store.blobs, &blob(number), &keys).await.unwrap() == plain,
                "{len} bytes"
            );
            let there = store.blobs.len(&blob(number)).await.unwrap();
            assert_eq!(there, Some(proof::stream::sealed_len(len as u64)));
        }
        assert_eq!(
            store.blobs.list().await.unwrap(),
            (1..=10).map(blob).collect::<Vec<_>>()
        );
    })
    .await;
}

#[tokio::test]
async fn what_lies_in_the_folder_is_ciphertext() {
    let (store, scratch) = sqlite().await;
    let (keys, _) = case_with(&store, &case_id(1), &[]).await;
    let plain = content(600_000);
    drop(write(&store, &blob(1), &keys, &plain).await);
    let file = std::fs::read(scratch.dir().join("blobs/ab").join(blob(1).as_str())).unwrap();
    assert!(!file.windows(64).any(|window| window == &plain[..64]));
}

#[tokio::test]
async fn a_file_that_was_cut_changed_or_exchanged_ends_in_an_error() {
    let (store, scratch) = sqlite().await;
    let (keys, _) = case_with(&store, &case_id(1), &[]).await;
    let plain = content(200_000);
    drop(write(&store, &blob(1), &keys, &plain).await);
    let path = scratch.dir().join("blobs/ab").join(blob(1).as_str());
    let whole = std::fs::read(&path).unwrap();
    let mut changed = whole.clone();
    changed[150_000] ^= 1;
    for (what, bytes) in [
        ("cut", &whole[..131_000]),
        ("changed", &changed[..]),
        ("empty", &[][..]),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let error = read(&store.blobs, &blob(1), &keys).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::Damaged { case, .. } if *case == blob(1).as_str()),
            "{what}: {error:?}"
        );
    }
    std::fs::write(scratch.dir().join("blobs/ab").join(blob(2).as_str()), &whole).unwrap();
    assert!(
        matches!(
            read(&store.blobs, &blob(2), &keys).await,
            Err(StoreError::Damaged { .. })
        ),
        "another's"
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_is_missing() {
    on_both_files(|store, _scratch| async move {
        let (keys, _) = case_with(&store, &case_id(1), &[]).await;
        let missing = read(&store.blobs, &blob(3), &keys).await;
        assert!(matches!(missing, Err(StoreError::Missing { .. })), "{missing:?}");
        assert_eq!(store.blobs.len(&blob(3)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_writer_that_is_aborted_leaves_nothing_and_a_file_is_there_only_when_it_is_finished() {
    on_both_files(|store, scratch| async move {
        let (keys, _) = case_with(&store, &case_id(1), &[]).await;
        let mut writer = begin(&store, &blob(1), &keys).await;
        writer.write(&content(12_000_000)).await.unwrap();
        assert!(
            !store.blobs.exists(&blob(1)).await.unwrap(),
            "not before it is finished"
        );
        if let Some(bucket) = scratch.bucket() {
            assert!(
                s3::ask_of(bucket, "GET", "/?uploads").contains("<UploadId>"),
                "but begun"
            );
        } else {
            assert_eq!(files(&scratch.dir().join("blobs")).len(), 1, "but begun");
        }
        writer.abort().await.unwrap();
        assert!(!store.blobs.exists(&blob(1)).await.unwrap());
        match scratch.bucket() {
            Some(bucket) => assert!(!s3::ask_of(bucket, "GET", "/?uploads").contains("<UploadId>")),
            None => assert_eq!(files(&scratch.dir().join("blobs")), [""; 0]),
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_ever_written_over() {
    on_both_files(|store, _scratch| async move {
        let (keys, _) = case_with(&store, &case_id(1), &[]).await;
        for (number, len) in [(1, 1_000), (2, 6_000_000)] {
            let first = content(len);
            drop(write(&store, &blob(number), &keys, &first).await);
            // As if two databases gave out the same name.
            record(&store, &row(number)).await.unwrap();
            let mut second = begin(&store, &blob(number), &keys).await;
            second.write(&content(len + 1)).await.unwrap();
            let refused = second.finish().await;
            assert!(
                matches!(refused, Err(StoreError::Unique { .. })),
                "{len}: {refused:?}"
            );
            assert!(
                read(&store.blobs, &blob(number), &keys).await.unwrap() == first,
                "{len}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn only_what_was_announced_can_be_recorded_and_only_once() {
    on_both(|store, _scratch| async move {
        let (keys, _) = case_with(&store, &case_id(1), &[]).await;
        let unannounced = record(&store, &row(1)).await;
        assert!(
            matches!(unannounced, Err(StoreError::Missing { .. })),
            "{unannounced:?}"
        );
        drop(write(&store, &blob(1), &keys, b"noget").await);
        record(&store, &row(1)).await.unwrap();
        let again = record(&store, &row(1)).await;
        assert!(matches!(again, Err(StoreError::Missing { .. })), "{again:?}");
        let mut read = store.db.read().await.unwrap();
        assert_eq!(blobs::find(&mut read, &blob(1)).await.unwrap(), Some(row(1)));
        assert_eq!(blobs::of_case(&mut read, &case_id(1)).await.unwrap(), [row(1)]);
    })
    .await;
}

#[tokio::test]
async fn a_bucket_that_is_away_stalls_or_is_full_is_said_and_holds_nothing_that_was_refused() {
    let (store, scratch) = testing::store_on(Engine::Sqlite, Files::Bucket).await;
    let (keys, _) = case_with(&store, &case_id(1), &[]).await;
    drop(write(&store, &blob(1), &keys, b"noget").await);
    let (wire, location) = Wire::to(scratch.bucket().unwrap());
    let mut by_wire = store.clone();
    by_wire.blobs = Blobs::open_s3(&location).unwrap();
    assert_eq!(read(&by_wire.blobs, &blob(1), &keys).await.unwrap(), b"noget");
    for (number, way) in [(2, Way::Cut), (4, Way::Stalled), (6, Way::Full)] {
        for (number, len) in [(number, 1_000), (number + 1, 12_000_000)] {
            let mut writer = begin(&by_wire, &blob(number), &keys).await;
            wire.is(way);
            let refused = match writer.write(&content(len)).await {
                Ok(()) => writer.finish().await.map(drop),
                error => error,
            };
            let refused = refused.expect_err("nothing is acknowledged");
            match way {
                Way::Full => assert!(matches!(refused, StoreError::DiskFull(_)), "{refused:?}"),
                _ => assert!(
                    matches!(refused, StoreError::Unreachable(_)),
                    "{way:?}: {refused:?}"
                ),
            }
            wire.is(Way::Through);
            assert!(!store.blobs.exists(&blob(number)).await.unwrap(), "{way:?}");
        }
        if way != Way::Full {
            wire.is(way);
            let away = read(&by_wire.blobs, &blob(1), &keys).await;
            assert!(
                matches!(away, Err(StoreError::Unreachable(_))),
                "{way:?}: {away:?}"
            );
            let away = by_wire.blobs.exists(&blob(9)).await;
            assert!(
                matches!(away, Err(StoreError::Unreachable(_))),
                "not: it is missing: {away:?}"
            );
            wire.is(Way::Through);
        }
    }
    assert_eq!(read(&by_wire.blobs, &blob(1), &keys).await.unwrap(), b"noget");
}

#[tokio::test]
async fn a_name_that_could_lead_elsewhere_is_refused() {
    let (store, _scratch) = sqlite().await;
    for name in ["", "ab", "../../etc/passwd", "ab/cd", "ab#1", "ab.d", "åøå"] {
        let announced = store.announce_as(&BlobId::new(name), at(0)).await.unwrap();
        let error = store.blobs.writer(announced).await.expect_err(name);
        assert!(matches!(error, StoreError::Other(_)), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_is_an_error_and_no_file_is_there() {
    let (store, scratch) = sqlite().await;
    // Where the file is to be, there is a folder with something in it.
    std::fs::create_dir_all(scratch.dir().join("blobs/ab/ab0001-blob/x")).unwrap();
    let announced = store.announce_as(&blob(1), at(0)).await.unwrap();
    let mut writer = store.blobs.writer(announced).await.unwrap();
    writer.write(b"x").await.unwrap();
    writer.finish().await.expect_err("cannot take its name");
    assert_eq!(store.blobs.list().await.unwrap(), []);
    assert_eq!(files(&scratch.dir().join("blobs")), [""; 0]);
}

#[tokio::test]
async fn nothing_that_was_said_lies_on_the_disk_in_clear() {
    const MARKER: &str = "HEMMELIGT-MÆRKE-4711";
    let (store, scratch) = sqlite().await;
    let id = case_id(1);
    let (keys, _) = case_with(&store, &id, &[said(MARKER)]).await;
    let mut rng = testing::rng(1);
    drop(write(&store, &blob(1), &keys, MARKER.repeat(10_000).as_bytes()).await);
    let mut tx = store.db.begin().await.unwrap();
    blobs::record(&mut tx, &row(1)).await.unwrap();
    let card = cases::CaseProjection {
        id: id.clone(),
        phase: domain::case::Phase::Open,
        unit: UnitId::new("u"),
        owner: person("p01"),
        acute: false,
        changed_at: at(0),
        closed_at: None,
        card: MARKER.as_bytes().to_vec(),
        people: vec![],
        duties: vec![],
    };
    cases::project(&mut tx, &card, &keys, &mut rng).await.unwrap();
    let answer = Answer {
        person: &person("p01"),
        key: "k",
        fingerprint: &[0; 32],
        status: 201,
        body: MARKER.as_bytes(),
    };
    idempotency::remember(&mut tx, &store.keys, answer, at(0), &mut rng)
        .await
        .unwrap();
    store::settings::set(&mut tx, "in clear", "SYNLIGT-MÆRKE")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let holds = |marker: &str| {
        let holds = |name: &String| {
            let bytes = std::fs::read(scratch.dir().join(name)).unwrap();
            bytes
                .windows(marker.len())
                .any(|window| window == marker.as_bytes())
        };
        files(scratch.dir()).into_iter().filter(holds).collect::<Vec<_>>()
    };
    // The search index is in clear by its nature, and empty here (docs/adr/0014-search.md).
    let kept = files(scratch.dir());
    let kept = kept.iter().filter(|name| !name.starts_with("search/"));
    assert_eq!(kept.count(), 4, "database, its log and index, one file");
    assert_eq!(
        holds("SYNLIGT-MÆRKE"),
        ["vaern.sqlite-wal"],
        "the search finds what is there"
    );
    assert_eq!(holds(MARKER), [""; 0]);
    store.db.close().await;
    assert_eq!(holds(MARKER), [""; 0], "nor after the log is merged");
}
