use std::path::Path;

use domain::ids::BlobId;
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt;
use rand::Rng;
use store::blobs::{self, BlobRow, Swept};
use store::idempotency::{self, Answer};
use store::{Blobs, StoreError, cases};

use crate::*;

fn blob(number: u64) -> BlobId {
    BlobId::new(format!("ab{number:04}-blob"))
}

fn content(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    testing::rng(len as u64).fill_bytes(&mut bytes);
    bytes
}

async fn write(store: &Store, id: &BlobId, keys: &Keys, plain: &[u8]) {
    let key = keys.of(Compartment::Matter);
    let mut writer = store
        .blobs
        .sealed_writer(id, key, &mut testing::rng(4))
        .await
        .unwrap();
    for piece in plain.chunks(100_003) {
        writer.write(piece).await.unwrap();
    }
    assert_eq!(writer.finish().await.unwrap(), plain.len() as u64);
}

async fn read(blobs: &Blobs, id: &BlobId, keys: &Keys) -> Result<Vec<u8>, StoreError> {
    let pieces: Vec<_> = blobs
        .open_stream(id, keys.of(Compartment::Matter))
        .await?
        .try_collect()
        .await?;
    Ok(pieces.concat())
}

fn row(number: u64) -> BlobRow {
    BlobRow {
        id: blob(number),
        case: case_id(1),
        compartment: Compartment::Matter,
        bytes: 5,
        at: at(0),
    }
}

async fn record(store: &Store, row: &BlobRow) {
    let mut tx = store.db.begin().await.unwrap();
    blobs::record(&mut tx, row).await.unwrap();
    tx.commit().await.unwrap();
}

/// Every file below a folder, by name from there.
fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_file_of_any_length_comes_back_byte_for_byte_and_lies_there_as_ciphertext() {
    let (store, scratch) = sqlite().await;
    let (keys, _) = case_with(&store, &case_id(1), &[]).await;
    for (number, len) in (1..).zip([0, 1, 65_535, 65_536, 65_537, 524_288, 1_500_000, 3_000_000]) {
        let plain = content(len);
        write(&store, &blob(number), &keys, &plain).await;
        assert!(
            read(&store.blobs, &blob(number), &keys).await.unwrap() == plain,
            "{len} bytes"
        );
        let file = std::fs::read(scratch.dir().join("blobs/ab").join(blob(number).as_str())).unwrap();
        assert_eq!(file.len() as u64, proof::stream::sealed_len(len as u64));
        assert!(len < 64 || !file.windows(64).any(|window| window == &plain[..64]));
    }
    assert_eq!(
        store.blobs.list().await.unwrap(),
        (1..=8).map(blob).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_file_that_was_cut_changed_or_exchanged_ends_in_an_error() {
    let (store, scratch) = sqlite().await;
    let (keys, _) = case_with(&store, &case_id(1), &[]).await;
    let plain = content(200_000);
    write(&store, &blob(1), &keys, &plain).await;
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
    assert!(
        matches!(
            read(&store.blobs, &blob(3), &keys).await,
            Err(StoreError::Missing { .. })
        ),
        "none"
    );
}

#[tokio::test]
async fn a_writer_that_is_aborted_or_dropped_leaves_nothing() {
    let (store, scratch) = sqlite().await;
    let (keys, _) = case_with(&store, &case_id(1), &[]).await;
    let dir = scratch.dir().join("blobs");
    let key = keys.of(Compartment::Matter);
    for number in [1, 2] {
        let mut writer = store
            .blobs
            .sealed_writer(&blob(number), key, &mut testing::rng(4))
            .await
            .unwrap();
        writer.write(&content(2_000_000)).await.unwrap();
        assert!(
            !store.blobs.exists(&blob(number)).await.unwrap(),
            "not there before it is finished"
        );
        assert_eq!(files(&dir).len(), 1, "but begun");
        if number == 1 {
            writer.abort().await.unwrap();
            assert_eq!(files(&dir), [""; 0]);
        } else {
            drop(writer);
        }
    }
    store
        .blobs
        .sweep(&mut store.db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(files(&dir), [""; 0]);
}

#[tokio::test]
async fn after_a_crash_the_sweep_removes_what_nothing_records_and_names_what_is_lost() {
    on_both(|store, scratch| async move {
        let (keys, _) = case_with(&store, &case_id(1), &[]).await;
        for number in [1, 2] {
            write(&store, &blob(number), &keys, b"noget").await;
        }
        // Killed while uploading: the folder as `LocalFileSystem` leaves it.
        std::fs::write(scratch.dir().join("blobs/ab/ab0003-blob#1"), b"half").unwrap();
        record(&store, &row(1)).await;
        record(&store, &row(4)).await;
        let mut reader = store.db.read().await.unwrap();
        let swept = store.blobs.sweep(&mut reader).await.unwrap();
        let removed = vec!["ab0002-blob".to_owned(), "ab0003-blob#1".to_owned()];
        assert_eq!(
            swept,
            Swept {
                removed,
                missing: vec![blob(4)]
            }
        );
        assert_eq!(files(&scratch.dir().join("blobs")), ["ab/ab0001-blob"]);
        let again = store.blobs.sweep(&mut reader).await.unwrap();
        assert_eq!(
            again,
            Swept {
                removed: vec![],
                missing: vec![blob(4)]
            }
        );
        assert_eq!(blobs::find(&mut reader, &blob(1)).await.unwrap(), Some(row(1)));
        assert_eq!(
            blobs::of_case(&mut reader, &case_id(1)).await.unwrap(),
            [row(1), row(4)]
        );
        store.blobs.delete(&blob(1)).await.unwrap();
        store.blobs.delete(&blob(1)).await.unwrap();
        assert!(!store.blobs.exists(&blob(1)).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_name_that_could_lead_elsewhere_is_refused() {
    let (store, _scratch) = sqlite().await;
    for name in ["", "ab", "../../etc/passwd", "ab/cd", "ab#1", "ab.d", "åøå"] {
        let error = store.blobs.writer(&BlobId::new(name)).await.expect_err(name);
        assert!(matches!(error, StoreError::Other(_)), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_is_an_error_and_leaves_nothing() {
    let (store, scratch) = sqlite().await;
    // Where the file is to be, there is a folder with something in it.
    std::fs::create_dir_all(scratch.dir().join("blobs/ab/ab0001-blob/x")).unwrap();
    let mut writer = store.blobs.writer(&blob(1)).await.unwrap();
    writer.write(b"x").await.unwrap();
    writer.finish().await.expect_err("cannot take its name");
    let swept = store
        .blobs
        .sweep(&mut store.db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(swept.missing, []);
    assert_eq!(files(&scratch.dir().join("blobs")), [""; 0]);
}

#[tokio::test]
async fn nothing_that_was_said_lies_on_the_disk_in_clear() {
    const MARKER: &str = "HEMMELIGT-MÆRKE-4711";
    let (store, scratch) = sqlite().await;
    let id = case_id(1);
    let (keys, _) = case_with(&store, &id, &[said(MARKER)]).await;
    let mut rng = testing::rng(1);
    write(&store, &blob(1), &keys, MARKER.repeat(10_000).as_bytes()).await;
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
