//! The commands that do one thing and end.

use crate::clock::SystemClock;
use crate::config::Config;
use crate::identity::Wants;
use crate::open;
use anyhow::{Context, bail};
use app::guide::GuideFile;
use app::{App, AppError, Caller, Collected, StoreReport};
use domain::ids::{BlobId, CaseNumber};
use domain::vocabulary::Compartment;
use proof::stamp::Authorities;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

pub async fn open_app(config: &Config, wants: Wants) -> anyhow::Result<App> {
    let opened = open::open(config, Arc::new(SystemClock), wants, false).await?;
    Ok(opened.app)
}

pub async fn import(config: &Config, units: &Path, people: &Path) -> anyhow::Result<ExitCode> {
    let (units_text, people_text) = (read(units)?, read(people)?);
    let names = (units.display().to_string(), people.display().to_string());
    let imported = match domain::import::import(&units_text, &names.0, &people_text, &names.1) {
        Ok(imported) => imported,
        Err(errors) => {
            errors
                .iter()
                .for_each(|error| eprintln!("{}", error.message(config.language)));
            return Ok(ExitCode::FAILURE);
        }
    };
    let counts = open_app(config, Wants::REAL).await?.import(&imported).await?;
    imported
        .notes
        .iter()
        .for_each(|note| eprintln!("{}", note.message(config.language)));
    for (what, counts) in [("units", &counts.units), ("people", &counts.people)] {
        println!(
            "{what}: {} added, {} changed, {} unchanged, {} left",
            counts.added, counts.changed, counts.unchanged, counts.left
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let valid = String::from_utf8(bytes);
    valid.map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        anyhow::anyhow!(
            "{}: line {line}: not UTF-8; save the file as UTF-8",
            path.display()
        )
    })
}

pub async fn import_guide(config: &Config, folder: &Path) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    for below in ["", "da", "en", "pictures"] {
        let entries = match std::fs::read_dir(folder.join(below)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !below.is_empty() => continue,
            Err(error) => return Err(error).with_context(|| folder.join(below).display().to_string()),
        };
        for entry in entries {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            // What editors and programs leave beside the texts.
            if path.is_dir() || name.starts_with('.') || name == "README.md" {
                continue;
            }
            let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
            let path = if below.is_empty() {
                name
            } else {
                format!("{below}/{name}")
            };
            files.push(GuideFile { path, bytes });
        }
    }
    let imported = open_app(config, Wants::ANY)
        .await?
        .import_guide(&Caller::operator(), &files)
        .await?;
    let faults = &imported.faults;
    faults
        .iter()
        .for_each(|fault| eprintln!("{}", fault.message(config.language)));
    println!(
        "edition {}, a draft: {} changed, {} unchanged, {} taken out, {} to put right",
        imported.edition,
        imported.changed,
        imported.unchanged,
        imported.taken_out,
        faults.len()
    );
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

pub async fn token(config: &Config, email: &str) -> anyhow::Result<ExitCode> {
    match open_app(config, Wants::ANY).await?.create_token(email).await {
        Ok(token) => println!("{token}"),
        Err(AppError::Refused(_)) => bail!("nobody active has the e-mail {email}"),
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

pub async fn password(config: &Config, email: &str) -> anyhow::Result<ExitCode> {
    let app = open_app(config, Wants::ANY).await?;
    let Ok(person) = app.caller_named(email) else {
        bail!("nobody active has the e-mail {email}")
    };
    let mut password = String::new();
    std::io::stdin()
        .take(2_000)
        .read_to_string(&mut password)
        .context("standard input")?;
    match app
        .set_password(person.id()?, password.trim_end_matches(['\r', '\n']))
        .await
    {
        Err(AppError::Refused(_)) => {
            bail!("the password must have at least {} characters", app::PASSWORD_MIN)
        }
        result => result?,
    }
    eprintln!("the password of {email} is set");
    Ok(ExitCode::SUCCESS)
}

pub async fn seal(config: &Config) -> anyhow::Result<ExitCode> {
    let app = open_app(config, Wants::EXISTING).await?;
    let sealed = app.seal_to_be_stamped().await?;
    let root: String = sealed
        .seal
        .root
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    println!(
        "root {root}\ncases {}\nkey {}",
        sealed.seal.size, sealed.fingerprint
    );
    Ok(ExitCode::SUCCESS)
}

pub async fn export(
    config: &Config,
    number: &str,
    drawer: Compartment,
    output: &Path,
) -> anyhow::Result<ExitCode> {
    let Some(number) = CaseNumber::parse(number) else {
        bail!("{number} is not a case number such as 2026-0001")
    };
    let app = open_app(config, Wants::EXISTING).await?;
    let bag = match app.export(&Caller::operator(), &number, drawer).await {
        Err(AppError::NotFound) => bail!("there is no case {number}"),
        bag => bag?,
    };
    let folder = output
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut kept = tempfile::NamedTempFile::new_in(folder).with_context(|| folder.display().to_string())?;
    std::io::copy(&mut bag.open()?, kept.as_file_mut())?;
    kept.as_file().sync_all()?;
    kept.persist(output)
        .with_context(|| output.display().to_string())?;
    eprintln!("{}: {} bytes", output.display(), bag.bytes);
    Ok(ExitCode::SUCCESS)
}

pub fn verify(path: &Path, tsa_ca: Option<&Path>) -> anyhow::Result<ExitCode> {
    let trusted = tsa_ca.map(trusted).transpose()?;
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let file = BufReader::with_capacity(1 << 20, file);
    let report = proof::verify::verify_bag_trusting(file, trusted.as_ref());
    report.checked.iter().for_each(|line| println!("ok    {line}"));
    report
        .failures
        .iter()
        .for_each(|failure| println!("FAIL  {}: {}", failure.file, failure.what));
    if let Some(key) = &report.public_key_fingerprint {
        println!("key   {key} (compare with the fingerprint that the municipality publishes)");
    }
    if let Some(at) = report
        .sealed_at_us
        .and_then(|at| jiff::Timestamp::from_microsecond(at).ok())
    {
        println!("seal  {at} by the server's own clock");
    }
    for stamp in &report.stamps {
        let before = jiff::Timestamp::from_microsecond(stamp.before_us)?;
        let trust = if stamp.is_trusted {
            "an authority that you trust"
        } else {
            "whose certificate was not checked: name its root with --tsa-ca"
        };
        let (up_to, authority) = (stamp.up_to, &stamp.authority);
        println!("stamp entries 1 to {up_to} existed before {before} according to {authority}, {trust}");
    }
    Ok(if report.holds() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn trusted(path: &Path) -> anyhow::Result<Authorities> {
    let pem = std::fs::read(path).with_context(|| path.display().to_string())?;
    Authorities::from_pem(&pem).with_context(|| format!("{} has no certificates in PEM", path.display()))
}

pub async fn verify_store(config: &Config) -> anyhow::Result<ExitCode> {
    let app = open_app(config, Wants::READ_ONLY).await?;
    let tell = |done: u64, total: u64| {
        if done.is_multiple_of(500) {
            eprintln!("{done} of {total} cases");
        }
    };
    let report = app.verify_store(tell).await?;
    say_report(&report);
    Ok(if report.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints what was found in a store.
pub fn say_report(report: &StoreReport) {
    report
        .failures
        .iter()
        .for_each(|failure| println!("FAIL  {failure}"));
    report.notes.iter().for_each(|note| println!("note  {note}"));
    println!(
        "{} cases, {} entries, {} exhibits ({} bytes), {} seals: {}",
        report.cases,
        report.entries,
        report.exhibits,
        report.bytes,
        report.seals,
        if report.failures.is_empty() {
            "all whole"
        } else {
            "see above"
        }
    );
}

pub async fn reverify(config: &Config) -> anyhow::Result<ExitCode> {
    let tell = |round: &app::Round| {
        if round.finished.is_none() {
            eprintln!("{} exhibits, {} bytes so far", round.exhibits, round.bytes);
        }
    };
    let round = open_app(config, Wants::EXISTING).await?.reverify(tell).await?;
    let (damaged, mended) = (round.damaged, round.mended);
    let (not_here, unreadable) = (round.not_here, round.unreadable_cases);
    println!(
        "{} exhibits, {} bytes as they came, {damaged} damaged, {mended} mended, {not_here} not here, {unreadable} cases unreadable",
        round.exhibits, round.bytes
    );
    Ok(if round.is_whole() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Collects files that came to nothing, says what lies in the bin, or takes a file out of it.
pub async fn collect(
    config: &Config,
    yes: bool,
    list: bool,
    restore: Option<String>,
) -> anyhow::Result<ExitCode> {
    let app = open_app(config, Wants::EXISTING).await?;
    if let Some(id) = restore {
        app.restore_file(&BlobId::new(id.as_str()))
            .await
            .with_context(|| format!("file {id} is not in the bin"))?;
        println!("file {id} is back at its place; if nothing owns it, it is collected again in a day");
        return Ok(ExitCode::SUCCESS);
    }
    if list {
        for file in app.bin().await? {
            println!(
                "{} announced {} in the bin since {}",
                file.id, file.announced_at, file.binned_at
            );
        }
        return Ok(ExitCode::SUCCESS);
    }
    match app.collect_files(yes).await? {
        Collected::Done(done) => {
            let (binned, ended, restored) = (done.binned.len(), done.ended.len(), done.restored.len());
            println!(
                "{binned} files into the bin, {ended} gone for good after 30 days, {restored} taken back because they are owned"
            );
            Ok(ExitCode::SUCCESS)
        }
        Collected::Stopped(alarm) => {
            eprintln!(
                "{} files were announced and are owned by nothing, beside {} that are owned: too many, none was moved. Is this the \
                 right database? If it is, say: vaern collect --yes",
                alarm.files, alarm.owned
            );
            Ok(ExitCode::FAILURE)
        }
    }
}

pub async fn rebuild(config: &Config) -> anyhow::Result<ExitCode> {
    let app = open_app(config, Wants::EXISTING).await?;
    let tell = |done: u64, all: u64| {
        if done.is_multiple_of(500) {
            eprintln!("{done} of {all} cases");
        }
    };
    let rebuilt = app.rebuild(tell).await?;
    rebuilt
        .failures
        .iter()
        .for_each(|failure| println!("FAIL  {failure}"));
    println!("{} cases, {} made again", rebuilt.cases, rebuilt.changed);
    Ok(if rebuilt.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

pub async fn reindex(config: &Config) -> anyhow::Result<ExitCode> {
    let app = open_app(config, Wants::EXISTING).await?;
    match app.reindex(|done, all| eprintln!("{done} of {all} cases")).await {
        Ok(done) => println!("{done} cases can be found"),
        Err(AppError::Busy) => {
            app.reindex_later().await?;
            println!(
                "a running server writes the search index: it makes it again now, and its operations page says how far it is"
            );
        }
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}
