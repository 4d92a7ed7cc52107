//! `vaern migrate`: the tables of an older version become those of this one, after a backup.

use crate::clock::SystemClock;
use crate::config::Config;
use crate::identity::{self, Wants, say};
use crate::{backup, commands, open};
use anyhow::{Context, bail};
use app::{BackupOf, BackupPlan, Clock as _};
use clap::Args;
use rand::Rng as _;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{Db, Place, Refusal, Schema, SchemaChange, StoreError, Survey};

/// What `vaern migrate` is told.
#[derive(Args)]
pub struct MigrateArgs {
    /// Say what would be changed, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// The folder for the backup before, as `vaern backup` takes it; VAERN_BACKUP if nothing is said.
    #[arg(long, value_name = "FOLDER")]
    backup: Option<PathBuf>,
    /// Where that backup's keys go, apart from it; VAERN_BACKUP_KEYS if nothing is said.
    #[arg(long, value_name = "FOLDER")]
    keys: Option<PathBuf>,
    /// Make no backup: there is one already.
    #[arg(long, conflicts_with_all = ["backup", "keys"])]
    without_backup: bool,
}

/// Says what is to be changed; backs up; changes it.
pub async fn migrate(config: &Config, args: MigrateArgs) -> anyhow::Result<ExitCode> {
    let place = identity::place(config)?;
    let nothing_here = || {
        let place = config.data.display().to_string();
        StoreError::from(Refusal::NothingHere { place })
    };
    let db = Db::connect_read_only(place.database_url.as_deref(), &place.dir).await?;
    let db = db.ok_or_else(nothing_here)?;
    let changes = match db.schema().await? {
        Schema::None => return Err(nothing_here().into()),
        Schema::Newer { latest } => {
            bail!("the database is of a newer version of Værn (change {latest}): use that version")
        }
        Schema::Current => {
            println!("the tables are those of this version: there is nothing to change");
            return Ok(ExitCode::SUCCESS);
        }
        Schema::Older { .. } => db.lacking().await?,
    };
    changes.iter().for_each(tell);
    if changes.iter().all(|change| change.is_additive) {
        println!("servers of the version before can go on working meanwhile");
    } else {
        println!("stop every server of the version before first");
    }
    if args.dry_run {
        println!("{} changes to be made; nothing was changed", changes.len());
        return Ok(ExitCode::SUCCESS);
    }
    if !args.without_backup {
        back_up(config, &db, &place, args).await?;
    }
    db.close().await;
    let app = commands::open_app(config, Wants::MIGRATED).await?;
    app.close().await;
    println!("{} changes made", changes.len());
    Ok(ExitCode::SUCCESS)
}

fn tell(change: &SchemaChange) {
    println!("{:04} {}", change.version, change.name);
    for effect in &change.effects {
        println!("     {effect}");
    }
}

/// The backup before. One that lacks a file ends it here.
async fn back_up(config: &Config, db: &Db, place: &Place, args: MigrateArgs) -> anyhow::Result<()> {
    let Some(target) = args.backup.or_else(|| config.backup.clone()) else {
        return Err(say(
            config,
            "Where shall the backup before go? Say it with --backup FOLDER, or --without-backup if you have one. Nothing was \
             changed."
                .to_owned(),
            "Hvor skal sikkerhedskopien lægges? Angiv det med --backup MAPPE, eller --without-backup hvis I har en. Intet er ændret."
                .to_owned(),
        ));
    };
    let mut dice = open::dice()?;
    let survey = Survey::of(place).await?;
    let mut made_up = [0; 16];
    dice.fill_bytes(&mut made_up);
    let of = BackupOf {
        // One of before installations had ids has none yet: its backup has a target of its own.
        installation: survey
            .installation()
            .map_or_else(|| hex::encode(made_up), |found| found.id),
        fingerprint: identity::signing_key(config, &mut dice)?.fingerprint(),
    };
    let plan = BackupPlan {
        keys: args.keys.or_else(|| config.backup_keys.clone()),
        ..open::backup_plan(config, target)
    };
    let blobs = place.blobs_read_only()?.context("there is no folder of files")?;
    let made = plan
        .carry_out(db, &blobs, of, SystemClock.now(), &mut dice, backup::tell)
        .await?;
    backup::say(&made, &plan);
    if !made.missing.is_empty() {
        bail!(
            "the backup lacks {} files: nothing was changed",
            made.missing.len()
        );
    }
    Ok(())
}
