//! `vaern backup` and `vaern restore`.

use crate::config::Config;
use crate::identity::{self, Wants};
use crate::{commands, open};
use anyhow::{Context, bail};
use app::{App, BackupPlan};
use clap::Args;
use proof::{DataKey, KeySource};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::backup::{Made, Manner, Order, Progress, Restored, Target};

/// Generations that stay when nothing else is said.
pub const KEEP: usize = 14;

/// What `vaern backup` is told.
#[derive(Args)]
pub struct BackupArgs {
    /// The folder that backups go to: missing, empty, or one that holds this installation's backups already.
    target: PathBuf,
    /// Also writes the keys, to this folder, which must be apart from the target: whoever has both has everything.
    #[arg(long, value_name = "FOLDER")]
    keys: Option<PathBuf>,
    /// How many backups stay in the target, this one included.
    #[arg(long, default_value_t = KEEP, value_name = "N")]
    keep: usize,
    /// Give files a second name in the target in place of a copy, where both are on one file system. Quick, but no backup against
    /// a broken disk.
    #[arg(long)]
    link: bool,
    /// Leave the files out: for an object store that keeps its own versions.
    #[arg(long)]
    without_files: bool,
    /// Seal database and manifest with the key in this file (files are ciphertext already). Made if it isn't there and the target
    /// is new.
    #[arg(long, value_name = "FILE")]
    encrypt_to: Option<PathBuf>,
    /// Afterwards restore the backup to a scratch folder, check it as verify-store does, and remove it again.
    #[arg(long)]
    prove: bool,
}

/// What `vaern restore` is told.
#[derive(Args)]
pub struct RestoreArgs {
    /// The folder that holds the backups.
    target: PathBuf,
    /// The folder with master.key and signing.key.
    #[arg(long, value_name = "FOLDER")]
    keys: Option<PathBuf>,
    /// The backup's name in the target's folder `generations`; the newest if none is named.
    #[arg(long, value_name = "NAME")]
    generation: Option<String>,
    /// The key that the backup was sealed with.
    #[arg(long, value_name = "FILE")]
    encrypted_with: Option<PathBuf>,
    /// Leave the files where they are: in the object store that VAERN_BLOBS names.
    #[arg(long)]
    without_files: bool,
}

/// Makes a backup, and proves it if asked to.
pub async fn backup(config: &Config, args: BackupArgs) -> anyhow::Result<ExitCode> {
    let app = commands::open_app(config, Wants::AS_IT_IS).await?;
    let plan = BackupPlan {
        seal: args
            .encrypt_to
            .as_deref()
            .map(|file| sealing_key(file, &args.target))
            .transpose()?,
        keys: args.keys,
        keep: args.keep,
        manner: if args.link { Manner::Link } else { Manner::Copy },
        with_files: !args.without_files,
        prove: args.prove,
        ..open::backup_plan(config, args.target)
    };
    let made = app.back_up(&plan, tell).await?;
    say(&made, &plan);
    let mut whole = made.missing.is_empty();
    if plan.prove {
        whole &= prove(&app, &plan).await?;
    }
    app.close().await;
    Ok(if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

pub fn tell(progress: Progress) {
    match progress {
        Progress::Database => eprintln!("the database is written down"),
        Progress::Files { done, of } if done == of || done.is_multiple_of(2_000) => {
            eprintln!("{done} of {of} files");
        }
        Progress::Files { .. } => {}
    }
}

pub fn say(made: &Made, plan: &BackupPlan) {
    for (id, why) in &made.missing {
        println!("MISSING  file {id}: {why}");
    }
    println!(
        "{}: database {} bytes, {} files ({} bytes), {} of them new ({} bytes)",
        made.generation, made.database_bytes, made.files, made.bytes, made.copied, made.copied_bytes
    );
    if made.removed_generations > 0 {
        println!(
            "{} older backups and {} files removed",
            made.removed_generations, made.removed_files
        );
    }
    if let Some(why) = &made.kept_because {
        println!("nothing older was removed: {why}");
    }
    match &plan.keys {
        Some(keys) => println!(
            "the keys are in {}: keep it apart from the backup",
            keys.display()
        ),
        None => println!(
            "it holds no keys: without master.key and signing.key it can't be restored (--keys FOLDER writes them apart)"
        ),
    }
    if !plan.with_files {
        println!("it holds no files: they must be kept by the object store itself");
    }
}

async fn prove(app: &App, plan: &BackupPlan) -> anyhow::Result<bool> {
    let (generation, report) = app.prove_backup(plan).await?;
    println!("{generation} restored to a scratch folder:");
    commands::say_report(&report);
    Ok(report.failures.is_empty())
}

/// A key that is not there is made only for a target that is not there either: a typing error must not leave a backup that nobody
/// can open.
fn sealing_key(file: &Path, target: &Path) -> anyhow::Result<DataKey> {
    let new = !target.exists() || store::backup::is_empty_dir(target)?;
    if !file.exists() && new {
        return Ok(DataKey::create(file, &mut open::dice()?)?);
    }
    Ok(DataKey::open(file)?)
}

/// Restores a backup to a new folder, and ends as `verify-store` does.
pub async fn restore(config: &Config, args: RestoreArgs) -> anyhow::Result<ExitCode> {
    let data = config.data.as_path();
    let target = Target::open(&args.target)?;
    let generation = match args.generation {
        Some(name) => name,
        None => target
            .generations()?
            .pop()
            .with_context(|| format!("{} holds no finished backup", args.target.display()))?,
    };
    let key = args.encrypted_with.as_deref().map(DataKey::open).transpose()?;
    let order = Order {
        target: &target,
        generation: &generation,
        key: key.as_ref(),
        data,
        database_url: config.database_url.as_ref().map(|url| url.as_str()),
        manner: Manner::Copy,
        without_files: args.without_files,
    };
    let manifest = store::backup::check(&order).await?;
    let keys = restored_keys(args.keys.as_deref(), &manifest.head.fingerprint)?;
    if !manifest.head.holds_files && !args.without_files {
        bail!(
            "this backup holds no files: name --without-files once the object store of VAERN_BLOBS has them"
        );
    }
    let bucket = config.bucket()?;
    let folder = |data: &Path| match &bucket {
        Some(bucket) => store::Blobs::open_s3(bucket),
        None => store::Blobs::open(&data.join("blobs")),
    };
    let restored = store::backup::restore(&order, folder, tell).await?;
    for (name, key) in &keys {
        key.copy_to(&data.join("keys").join(name), &mut open::dice()?)?;
    }
    say_restored(&restored, &generation);
    let place = identity::place(config)?;
    if !args.without_files || place.bucket.is_some() {
        store::identity::take_in_restored(&place, &mut open::dice()?).await?;
    }
    let code = commands::verify_store(config).await?;
    next_steps(data, &restored);
    Ok(code)
}

/// The keys to put into the folder: both files, and the one that signs is the one that signed.
fn restored_keys(folder: Option<&Path>, fingerprint: &str) -> anyhow::Result<Vec<(&'static str, KeySource)>> {
    let Some(folder) = folder else {
        bail!(
            "--keys FOLDER is needed: the folder with master.key and signing.key that belong to this backup"
        );
    };
    let (master, signing) = app::keys_in(folder)?;
    master.master()?;
    let found = signing.signing()?.fingerprint();
    if found != fingerprint {
        bail!(
            "{} is another signing key than this backup's (fingerprint {found}, and not {fingerprint})",
            folder.display()
        );
    }
    let [master_name, signing_name] = app::KEY_FILES;
    Ok(vec![(master_name, master), (signing_name, signing)])
}

fn say_restored(restored: &Restored, generation: &str) {
    for (id, why) in &restored.faults {
        println!("MISSING  file {id}: {why}");
    }
    println!(
        "{generation} of {}: {} files ({} bytes) restored",
        restored.head.at, restored.files, restored.bytes
    );
}

fn next_steps(data: &Path, restored: &Restored) {
    eprintln!(
        "\nWhat came after {} is not in it. The search index is made again by itself. Next: give the folder to the user that \
         serves it, see that its settings are those of before, and start it:\n    vaern --data {} serve",
        restored.head.at,
        data.display()
    );
}
