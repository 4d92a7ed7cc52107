//! A made-up municipality of the size of the largest: 3,000 units, 40,000 people, ten editions of the guide.

use crate::server::{now, open, store};
use anyhow::{Context as _, bail};
use app::guide::GuideFile;
use app::{App, Caller, HeldClock};
use domain::drill::{self, Judged, Way};
use domain::guide::{Key, Size};
use domain::ids::PersonId;
use domain::language::Language;
use domain::rollout::{How, NewRollout, Receipt, Scope};
use jiff::{SignedDuration, Span};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use store::drills::Drill;

pub const PEOPLE: usize = 40_000;
pub const UNITS: usize = 3_000;
pub const EDITIONS: u64 = 10;
/// Departments, and centres in them; the other units are teams in the centres.
const DEPARTMENTS: usize = 10;
const CENTRES: usize = 200;
/// Each unit's first person leads it; then come those of the whole municipality.
pub const WRITER: &str = "p3000@storby.example";
const APPROVER: &str = "p3001@storby.example";
/// One who leads a team.
pub const TEAM: &str = "u1000";
pub const LEADER: &str = "p1000@storby.example";
const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/guide");
const CHAPTER: &str = "01-hvorfor";
/// Receipts written in one transaction.
const TOGETHER: usize = 5_000;

/// The municipality, and the clock that it goes by.
pub struct Town {
    pub app: App,
    pub clock: Arc<HeldClock>,
    /// Reading in the organisation, in seconds.
    pub imported: f64,
}

/// Somebody's address.
pub fn email(person: usize) -> String {
    format!("p{person}@storby.example")
}

/// Founds it on a data folder.
pub async fn found(folder: &Path) -> anyhow::Result<Town> {
    let clock = Arc::new(HeldClock::at(now()));
    let started = Instant::now();
    let app = open(folder, [&units(), &people()], Arc::clone(&clock) as _).await?;
    Ok(Town {
        app,
        clock,
        imported: started.elapsed().as_secs_f64(),
    })
}

fn units() -> String {
    let mut csv = "id,parent,name,kind\nu0,,Storby Kommune,municipality\n".to_owned();
    for unit in 1..UNITS {
        let (parent, kind) = match unit {
            1..=DEPARTMENTS => (0, "department"),
            unit if unit <= DEPARTMENTS + CENTRES => (1 + unit % DEPARTMENTS, "centre"),
            unit => (1 + DEPARTMENTS + unit % CENTRES, "team"),
        };
        let _ = writeln!(csv, "u{unit},u{parent},Enhed {unit},{kind}");
    }
    csv
}

fn people() -> String {
    let mut csv = "id,name,email,title,unit,roles\n".to_owned();
    let first_team = 1 + DEPARTMENTS + CENTRES;
    for person in 0..PEOPLE {
        let (unit, roles) = match person {
            leader if leader < UNITS => (leader, "manager"),
            UNITS => (0, "hr"),
            person if person == UNITS + 1 => (0, "safety"),
            person => (first_team + person % (UNITS - first_team), ""),
        };
        let _ = writeln!(
            csv,
            "p{person},Opdigtet {person},p{person}@storby.example,Medarbejder,u{unit},{roles}"
        );
    }
    csv
}

impl Town {
    /// Publishes the first edition: the guide of the examples; or the next, in which one word is new. Rolls it out to everybody.
    /// How long publishing took, and rolling out, in seconds.
    pub async fn publish(&self, edition: u64) -> anyhow::Result<(f64, f64)> {
        let (hr, safety) = (self.app.caller_named(WRITER)?, self.app.caller_named(APPROVER)?);
        if edition == 1 {
            let Ok(_) = self.app.import_guide(&hr, &guide_files()?).await else {
                bail!("the guide can't be taken")
            };
        } else {
            self.change(&hr, edition).await?;
        }
        let draft = self.app.guide_draft(&hr).await?.context("a draft")?;
        let revision = draft.edition.revision;
        self.app
            .approve_guide(&safety, edition, revision, Size::Major, "Målt")
            .await?;
        let started = Instant::now();
        self.app.publish_guide(&hr, edition).await?;
        let published = started.elapsed().as_secs_f64();
        let today = self.app.calendar().local(now()).date();
        let new = NewRollout {
            edition,
            scope: Scope::default(),
            due: today.saturating_add(Span::new().days(30)),
        };
        let started = Instant::now();
        self.app.roll_out(&hr, &new).await?;
        Ok((published, started.elapsed().as_secs_f64()))
    }

    async fn change(&self, hr: &Caller, edition: u64) -> anyhow::Result<()> {
        self.app.begin_guide_draft(hr).await?;
        let key = Key::new(CHAPTER, Language::Da);
        let before = self.app.guide_text(hr, &key, None).await?;
        let text = format!(
            "{}\n\nRettet i udgave {edition}.\n",
            before.text.unwrap_or_default()
        );
        self.app
            .save_guide_text(hr, edition, &key, before.version, Some(&text))
            .await?;
        Ok(())
    }
}

fn guide_files() -> anyhow::Result<Vec<GuideFile>> {
    let mut files = Vec::new();
    for folder in ["", "da", "en", "pictures"] {
        for entry in std::fs::read_dir(Path::new(GUIDE).join(folder)).context("the examples' guide")? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                files.push(GuideFile {
                    path: format!("{folder}/{name}").trim_start_matches('/').to_owned(),
                    bytes: std::fs::read(entry.path())?,
                });
            }
        }
    }
    files.retain(|file| !file.path.starts_with("README"));
    Ok(files)
}

/// Gives the first so many people receipts for an edition, as rows; nobody is asked.
pub async fn receipts(folder: &Path, edition: u64, people: usize) -> anyhow::Result<()> {
    let store = store(folder).await?;
    let all: Vec<usize> = (0..people).collect();
    for some in all.chunks(TOGETHER) {
        let mut tx = store.db.begin().await?;
        for person in some {
            let receipt = Receipt {
                person: PersonId::new(format!("p{person}")),
                edition,
                at: now(),
                how: How::Read,
                noted: None,
            };
            store::rollouts::give(&mut tx, &receipt).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// The first so many people have passed the exercise, as rows: every other one more than a year ago.
pub async fn practised(folder: &Path, people: usize) -> anyhow::Result<()> {
    let store = store(folder).await?;
    let all: Vec<usize> = (0..people).collect();
    for some in all.chunks(TOGETHER) {
        let mut tx = store.db.begin().await?;
        for person in some {
            let at = match person % 2 {
                0 => now(),
                _ => now() - drill::FRESH - SignedDuration::from_hours(48),
            };
            let begun = Drill {
                id: format!("d{person}"),
                person: PersonId::new(format!("p{person}")),
                word: String::new(),
                started: at,
                judged: None,
                passed_at: None,
                missing: Vec::new(),
                judged_attempt: 0,
            };
            let judged = Judged {
                passed: true,
                missing: Vec::new(),
            };
            store::drills::add(&mut tx, &begun).await?;
            store::drills::judge(&mut tx, (&begun.id, 1), Way::Page, &judged, at).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
