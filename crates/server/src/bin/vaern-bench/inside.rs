//! What is measured without a server around it: folding, verifying, writing a dossier.

use crate::client::{millis, picture};
use crate::server::store;
use domain::case::{Actor, CaseState, Event};
use domain::ids::{CaseId, CaseNumber, PersonId, UnitId};
use jiff::Timestamp;
use outside::dossier::{Dossier, DossierWriter, Exhibit, Language, Line};
use proof::SigningKey;
use proof::bag::{BagWriter, Chain, ExhibitProof, JournalLine, SealProof, write_journal_line};
use proof::entry::{GENESIS, Header, commitment, link};
use proof::seal::{HeadLeaf, Seal};
use rand::SeedableRng;
use rand::rngs::StdRng;
use sha2::{Digest, Sha256};
use std::io::Cursor;
use std::path::Path;
use std::time::Instant;
use store::journal::{Head, NewCase, append, create_case, load_without_readings};

const SCREENSHOT: &[u8] =
    include_bytes!("../../../../../examples/matters/01-threat-in-comment-thread/screenshot-1.png");

/// Measures and prints.
pub async fn print(scratch: &Path) -> anyhow::Result<()> {
    println!("Inside");
    println!(
        "  {:<34} {:>8.2} ms",
        "loading and folding 1,000 entries",
        folding(&scratch.join("fold")).await?
    );
    let (verified, hashed) = verifying()?;
    println!(
        "  {:<34} {verified:>8.0} MB/s ({:.2} of plain SHA-256, {hashed:.0} MB/s)",
        "verifying a bag",
        verified / hashed
    );
    let (cold, warm) = writing()?;
    println!(
        "  {:<34} {warm:>8.0} ms warm, {cold:.0} ms the first time",
        "dossier, 200 lines, 3 screenshots"
    );
    Ok(())
}

/// A case of 1,000 entries from the database to its state, in milliseconds; the best of twenty.
async fn folding(folder: &Path) -> anyhow::Result<f64> {
    std::fs::create_dir(folder)?;
    let store = store(folder).await?;
    let mut dice = StdRng::seed_from_u64(2);
    let (id, person) = (CaseId::new("fold"), PersonId::new("p09"));
    let (keys, wrapped) = store.keys.generate(&id, &mut dice);
    let at = Timestamp::UNIX_EPOCH;
    let unit = UnitId::new("boern-myndighed");
    let new = NewCase {
        id: id.clone(),
        year: 2026,
        unit: unit.clone(),
        owner: person.clone(),
        acute: false,
        at,
        procedure: "1".into(),
    };
    let mut tx = store.db.begin().await?;
    let number: CaseNumber = create_case(&mut tx, &new, &wrapped).await?;
    let opened = Event::CaseOpened {
        number,
        unit,
        owner: person.clone(),
        superior: person.clone(),
        legal: None,
        hr: None,
        communication: None,
        procedure: "1".into(),
    };
    let mut events = vec![opened];
    events.extend((1..1_000).map(|place| Event::Supplemented {
        text: format!("Tilføjelse {place}. {}", "Det skete igen. ".repeat(10)),
    }));
    let mut head = Head::EMPTY;
    append(
        &mut tx,
        &id,
        &mut head,
        &keys,
        at,
        &Actor::Person(person),
        &events,
        &mut dice,
    )
    .await?;
    tx.commit().await?;
    let mut best = f64::MAX;
    for _ in 0..20 {
        let started = Instant::now();
        let entries = load_without_readings(&mut store.db.read().await?, &id, &keys).await?;
        std::hint::black_box(CaseState::fold(&entries));
        best = best.min(millis(started.elapsed()));
    }
    Ok(best)
}

/// Megabytes a second: verifying a bag of 150 MB in memory, and hashing the same bytes.
fn verifying() -> anyhow::Result<(f64, f64)> {
    let bytes = bag()?;
    let started = Instant::now();
    let report = proof::verify::verify_bag(Cursor::new(&bytes));
    let verified = bytes.len() as f64 / 1e6 / started.elapsed().as_secs_f64();
    anyhow::ensure!(report.holds(), "the bag does not hold: {:?}", report.failures);
    let started = Instant::now();
    std::hint::black_box(Sha256::digest(&bytes));
    Ok((
        verified,
        bytes.len() as f64 / 1e6 / started.elapsed().as_secs_f64(),
    ))
}

fn bag() -> anyhow::Result<Vec<u8>> {
    let original = picture(150_000_000);
    let sha256: String = Sha256::digest(&original)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let json = format!(
        r#"{{"type":"exhibit-sealed","number":1,"sha256":"{sha256}","bytes":{}}}"#,
        original.len()
    );
    let salt = [1; 32];
    let header = Header {
        case: "bench".into(),
        seq: 1,
        at_us: 0,
        actor: "p10".into(),
        compartment: "matter".into(),
        commitment: commitment(&salt, json.as_bytes()),
    };
    let mut dice = StdRng::seed_from_u64(3);
    let folder = tempfile::tempdir()?;
    let key = SigningKey::open_or_create(&folder.path().join("keys/signing.key"), &mut dice)?;
    let heads = [HeadLeaf {
        case: "bench".into(),
        seq: 1,
        head: link(&GENESIS, &header.leaf()),
    }];
    let seal = Seal::make(&key, 0, &heads);
    let proof = SealProof::new(&seal, &heads, "bench");
    let mut bag = BagWriter::new(Cursor::new(Vec::new()), "bench")?;
    let hash = bag.add("originals/bilag-001.png", &mut &original[..])?;
    let mut journal = Vec::new();
    write_journal_line(
        &mut journal,
        &JournalLine::new(&header, "", &salt, json.as_bytes(), &GENESIS)?,
    )?;
    bag.add("journal.jsonl", &mut &journal[..])?;
    let chain = Chain::new("bench", "2026-0001", [header.leaf()]);
    let exhibits = [ExhibitProof {
        number: 1,
        path: "data/originals/bilag-001.png".into(),
        sha256: hash,
        bytes: original.len() as u64,
        seq: 1,
    }];
    bag.add("proof/chain.json", &mut &serde_json::to_vec(&chain)?[..])?;
    bag.add("proof/seal.json", &mut &serde_json::to_vec(&proof)?[..])?;
    bag.add("proof/exhibits.json", &mut &serde_json::to_vec(&exhibits)?[..])?;
    bag.add("dossier.pdf", &mut &b"none"[..])?;
    Ok(bag
        .finish(&[("Bagging-Date".into(), "2026-11-23".into())])?
        .into_inner())
}

/// Milliseconds for the first dossier, and the best of five after it.
fn writing() -> anyhow::Result<(f64, f64)> {
    let writer = DossierWriter::new();
    let dossier = dossier();
    let mut times = Vec::new();
    for _ in 0..6 {
        let started = Instant::now();
        std::hint::black_box(writer.render(&dossier, Timestamp::UNIX_EPOCH)?);
        times.push(millis(started.elapsed()));
    }
    Ok((times[0], times[1..].iter().copied().fold(f64::MAX, f64::min)))
}

fn dossier() -> Dossier {
    let exhibit = |number| Exhibit {
        number,
        name: "screenshot-1.png".into(),
        kind: "image/png".into(),
        size: "221 kB".into(),
        sha256: "ab".repeat(32),
        came: "Valgt fra en telefon".into(),
        seen: "mandag 12. okt. kl. 19.42".into(),
        received: "mandag 12. okt. kl. 19.47".into(),
        source: "https://www.facebook.com/groups/fjordbysnak".into(),
        sent_by: "Anmelder".into(),
        corroboration: "Ét vidne".into(),
        picture: Some(SCREENSHOT.to_vec()),
        alt: "Skærmbillede".into(),
        text: None,
    };
    let line = |place: usize| Line {
        when: format!("mandag 12. okt. kl. {}.{:02}", 8 + place / 60, place % 60),
        who: "Vibeke Holst".into(),
        what: "Talte med den berørte medarbejder og aftalte det videre forløb. Målt, opdigtet.".into(),
    };
    Dossier {
        language: Language::Danish,
        municipality: "Fjordby Kommune".into(),
        number: "2026-0001".into(),
        title: "Opslag i lokal gruppe".into(),
        drawer: "Sagen".into(),
        made: "i dag".into(),
        facts: vec![("Enhed".into(), "Børn og Familie".into())],
        summary: vec!["Forløbet i korthed.".into()],
        assessment: Vec::new(),
        contacts: Vec::new(),
        chronology: (0..200).map(line).collect(),
        exhibits: (1..=3).map(exhibit).collect(),
        proof: vec!["Journalens slutsum: ab".into()],
    }
}
