//! The guide of the demonstration: written by HR, approved by health and safety, rolled out a month before the first matter, read by
//! two in three and practised by half of those.

use anyhow::{Context as _, bail};
use app::guide::GuideFile;
use app::{App, HeldClock};
use domain::drill::{Judged, Way};
use domain::guide::Size;
use domain::organisation::Person;
use domain::rollout::{NewRollout, Scope};
use jiff::{SignedDuration, Timestamp};
use store::Store;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../../examples/guide/", $name)))),+]
    };
}

const FILES: &[(&str, &[u8])] = files![
    "guide.toml",
    "da/01-hvorfor.md",
    "da/02-hvad-taeller.md",
    "da/03-forebyg.md",
    "da/04-naar-det-sker.md",
    "da/05-leder.md",
    "da/06-jurist-hr.md",
    "da/07-skaermbillede.md",
    "da/08-bagefter.md",
    "da/09-loven.md",
    "da/10-hvem.md",
    "en/01-hvorfor.md",
    "en/02-hvad-taeller.md",
    "en/03-forebyg.md",
    "en/04-naar-det-sker.md",
    "en/05-leder.md",
    "en/06-jurist-hr.md",
    "en/07-skaermbillede.md",
    "en/08-bagefter.md",
    "en/09-loven.md",
    "en/10-hvem.md",
    "pictures/billedet.svg",
    "pictures/e-mail.svg",
    "pictures/facebook.svg",
    "pictures/google-reviews.svg",
    "pictures/instagram.svg",
    "pictures/knapper-samme-side.svg",
    "pictures/knapper-to-sider.svg",
    "pictures/linkedin.svg",
    "pictures/mac.svg",
    "pictures/messenger.svg",
    "pictures/sms.svg",
    "pictures/snapchat.svg",
    "pictures/taster.svg",
    "pictures/tiktok.svg",
    "pictures/vejen.svg",
    "pictures/x.svg",
    "pictures/youtube.svg",
];

/// Who writes it, and who approves it.
const WRITER: &str = "jens.roemer@fjordby.example";
const APPROVER: &str = "karen.lyng@fjordby.example";
/// How long before the first matter it is published, and how long people have.
const BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);
const GIVEN: SignedDuration = SignedDuration::from_hours(21 * 24);

/// Publishes it, and lets people read it.
pub async fn publish(app: &App, store: &Store, clock: &HeldClock, first: Timestamp) -> anyhow::Result<()> {
    clock.set(first - BEFORE);
    let (hr, safety) = (app.caller_named(WRITER)?, app.caller_named(APPROVER)?);
    let file = |(path, bytes): &(&str, &[u8])| GuideFile {
        path: (*path).to_owned(),
        bytes: bytes.to_vec(),
    };
    let files: Vec<GuideFile> = FILES.iter().map(file).collect();
    let Ok(imported) = app.import_guide(&hr, &files).await else {
        bail!("the demonstration's guide can't be taken")
    };
    if !imported.faults.is_empty() {
        bail!("the demonstration's guide has faults: {:?}", imported.faults);
    }
    let draft = app.guide_draft(&hr).await?.context("the draft")?;
    let (edition, revision) = (draft.edition.number, draft.edition.revision);
    app.approve_guide(&safety, edition, revision, Size::Major, "Første udgave")
        .await?;
    app.publish_guide(&hr, edition).await?;
    let due = app.calendar().local(first - BEFORE + GIVEN).date();
    let new = NewRollout {
        edition,
        scope: Scope::default(),
        due,
    };
    app.roll_out(&hr, &new).await?;
    for (place, person) in app.organisation().people().iter().enumerate() {
        if place % 3 == 0 || !person.active {
            continue;
        }
        clock.set(clock_at(first, place));
        app.confirm_reading(&app.caller_named(person.id.as_str())?, edition)
            .await?;
        if place % 3 == 2 {
            practised(app, store, person).await?;
        }
    }
    Ok(())
}

/// As if they had sent in a picture and its word had been read: recognising text takes seconds for each, and may not be installed.
async fn practised(app: &App, store: &Store, person: &Person) -> anyhow::Result<()> {
    let drill = app.begin_drill(&app.caller_named(person.id.as_str())?).await?;
    let judged = Judged {
        passed: true,
        missing: Vec::new(),
    };
    let mut tx = store.db.begin().await?;
    store::drills::judge(&mut tx, (&drill.id, 1), Way::Page, &judged, app.now()).await?;
    Ok(tx.commit().await?)
}

/// When they read it: one after the other, in the days after it came.
fn clock_at(first: Timestamp, place: usize) -> Timestamp {
    first - BEFORE + SignedDuration::from_hours(3 * i64::try_from(place).unwrap_or(0) + 1)
}
