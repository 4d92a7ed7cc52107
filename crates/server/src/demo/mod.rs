//! The demonstration: an invented municipality with ten matters in different stages, told by `examples/demo.json`.

mod guide;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::identity::{self, Wants, say};
use crate::open;
use anyhow::{Context, bail};
use app::{App, Caller, ClaimedFile, Clock, HeldClock};
use domain::case::{Arrival, Command, NewReport};
use domain::ids::CaseNumber;
use domain::vocabulary::Medium;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::sync::Arc;

const UNITS: &str = include_str!("../../../../examples/units.csv");
const PEOPLE: &str = include_str!("../../../../examples/people.csv");
const STORY: &str = include_str!("../../../../examples/demo.json");

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../../examples/matters/", $name)))),+]
    };
}

/// The exhibits of the ten matters.
const FILES: &[(&str, &[u8])] = files![
    "01-threat-in-comment-thread/screenshot-1.png",
    "01-threat-in-comment-thread/screenshot-2.png",
    "02-lawful-criticism-in-review/screenshot-1.png",
    "03-night-messages-to-private-profile/screenshot-1.png",
    "03-night-messages-to-private-profile/screenshot-2.png",
    "04-threatening-email/forwarded.eml",
    "04-threatening-email/original.eml",
    "05-secret-recording-published/screenshot-1.png",
    "06-image-of-teacher-shared/screenshot-1.png",
    "07-home-address-posted/screenshot-1.png",
    "08-fake-profile/screenshot-1.png",
    "09-wave-against-library-closure/screenshot-1.png",
    "10-sms-series/screenshot-1.png",
    "10-sms-series/screenshot-2.png",
];

/// The whole story. Times are Danish local times as if today were `told_on`; they are moved by whole weeks to now.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    told_on: jiff::civil::Date,
    matters: Vec<Matter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Matter {
    folder: String,
    files: Vec<String>,
    at: DateTime,
    by: String,
    report: Told,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    text: String,
    #[serde(default)]
    about: Option<String>,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    acute: bool,
    #[serde(default)]
    not_to_manager: bool,
    medium: Medium,
    #[serde(default)]
    platform: String,
    #[serde(default)]
    source_url: Option<String>,
    first_seen: DateTime,
    #[serde(default)]
    originator: String,
}

/// Somebody does something, or (without `by`) the time passes and the jobs are done. `$DATE(2026-10-20)` and
/// `$TIME(2026-10-20T12:00)` in a command are moved like all times.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: DateTime,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    command: Option<serde_json::Value>,
}

/// Something that happens in the story at a time.
enum Moment<'a> {
    Report(usize, &'a Matter),
    Step(usize, &'a Step),
}

/// A demonstration is open to everybody who reaches it, so it listens where nobody else does, unless somebody says otherwise.
pub fn may_listen(config: &Config, anywhere: bool) -> anyhow::Result<()> {
    let listen = config.listen;
    if anywhere || config.demo_anywhere || listen.ip().is_loopback() {
        return Ok(());
    }
    Err(say(
        config,
        format!(
            "others can reach {listen}, and in a demonstration anybody may step in as anybody. Listen on 127.0.0.1, or say \
             --anywhere (VAERN_DEMO_ANYWHERE=1)."
        ),
        format!(
            "andre kan nå {listen}, og i en demonstration kan alle træde ind som hvem som helst. Lyt på 127.0.0.1, eller angiv \
             --anywhere (VAERN_DEMO_ANYWHERE=1)."
        ),
    ))
}

/// Fills an empty data folder with the demonstration; a demonstration that is there is left as it is, and anything else is
/// refused.
pub async fn fill(config: &Config) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let clock = Arc::new(HeldClock::at(now));
    let open::Open { app, held: _held } =
        open::open(config, clock.clone(), Wants::DEMONSTRATION, true).await?;
    if app.has_cases().await? {
        return Ok(());
    }
    let imported = domain::import::import(UNITS, "units.csv", PEOPLE, "people.csv");
    let Ok(imported) = imported else {
        bail!("the demonstration's organisation has errors")
    };
    app.import(&imported).await?;
    let story: Story = serde_json::from_str(STORY).context("examples/demo.json")?;
    let moved = Moved::new(&story, &app, now);
    let first = story.matters.iter().map(|matter| matter.at).min();
    let beside = Wants {
        served: false,
        ..Wants::DEMONSTRATION
    };
    let store = identity::open_store(config, beside, &mut open::dice()?)
        .await?
        .store;
    guide::publish(&app, &store, &clock, moved.time(first.context("no matters")?)?).await?;
    tell(&app, &clock, &story, &moved).await?;
    clock.set(now);
    app.seal().await?;
    tracing::info!(
        matters = story.matters.len(),
        "the demonstration is filled: everybody and everything in it is invented"
    );
    Ok(())
}

/// How far the story is moved.
struct Moved {
    weeks: i64,
    zone: jiff::tz::TimeZone,
}

impl Moved {
    fn new(story: &Story, app: &App, now: Timestamp) -> Self {
        let today = app.calendar().local(now);
        let days = (today.date() - story.told_on).get_days();
        Self {
            weeks: i64::from(days).div_euclid(7),
            zone: today.time_zone().clone(),
        }
    }

    fn local(&self, at: DateTime) -> DateTime {
        at.saturating_add(SignedDuration::from_hours(self.weeks * 7 * 24))
    }

    fn time(&self, at: DateTime) -> anyhow::Result<Timestamp> {
        Ok(self.local(at).to_zoned(self.zone.clone())?.timestamp())
    }

    /// Moves the marked dates and times inside a command.
    fn command(&self, value: &serde_json::Value) -> anyhow::Result<serde_json::Value> {
        use serde_json::Value;
        Ok(match value {
            Value::String(text) => match marked(text) {
                Some(("DATE", at)) => Value::String(
                    self.local(at.parse::<jiff::civil::Date>()?.into())
                        .date()
                        .to_string(),
                ),
                Some((_, at)) => Value::String(self.time(at.parse()?)?.to_string()),
                None => value.clone(),
            },
            Value::Object(fields) => {
                let moved = fields
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.command(value)?)));
                Value::Object(moved.collect::<anyhow::Result<_>>()?)
            }
            other => other.clone(),
        })
    }
}

fn marked(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('$')?.strip_suffix(')')?.split_once('(')
}

/// Everything in the order in which it happens, so that numbers and deadlines come out as they would have.
async fn tell(app: &App, clock: &HeldClock, story: &Story, moved: &Moved) -> anyhow::Result<()> {
    let mut moments: Vec<(DateTime, Moment<'_>)> = Vec::new();
    for (place, matter) in story.matters.iter().enumerate() {
        moments.push((matter.at, Moment::Report(place, matter)));
        moments.extend(
            matter
                .steps
                .iter()
                .map(|step| (step.at, Moment::Step(place, step))),
        );
    }
    moments.sort_by_key(|(at, _)| *at);
    let mut numbers: Vec<Option<CaseNumber>> = vec![None; story.matters.len()];
    for (at, moment) in moments {
        clock.set(moved.time(at)?);
        match moment {
            Moment::Report(place, matter) => numbers[place] = Some(report(app, matter, moved).await?),
            Moment::Step(place, step) => {
                let number = numbers[place]
                    .as_ref()
                    .with_context(|| format!("{at}: before its report"))?;
                take(app, number, step, moved)
                    .await
                    .with_context(|| format!("{at}, {number}"))?;
            }
        }
    }
    Ok(())
}

async fn take(app: &App, number: &CaseNumber, step: &Step, moved: &Moved) -> anyhow::Result<()> {
    match (&step.by, &step.command) {
        (Some(by), Some(command)) => {
            let command: Command = serde_json::from_value(moved.command(command)?)?;
            app.perform(&app.caller_named(by)?, number, command, None).await?;
        }
        _ => {
            app.run_jobs().await?;
        }
    }
    Ok(())
}

async fn report(app: &App, matter: &Matter, moved: &Moved) -> anyhow::Result<CaseNumber> {
    let caller: Caller = app.caller_named(&matter.by)?;
    let mut incoming = app.begin_report(&caller);
    let mut claimed = Vec::new();
    for name in &matter.files {
        let path = format!("{}/{name}", matter.folder);
        let found = FILES.iter().find(|(known, _)| *known == path);
        let (_, bytes) = found.with_context(|| format!("{path} is not in the demonstration"))?;
        incoming.file(name, Arrival::Uploaded).await?;
        incoming.write(bytes).await?;
        incoming.end_file().await?;
        claimed.push(ClaimedFile {
            name: name.clone(),
            sha256: String::new(),
        });
    }
    let told = &matter.report;
    let new = NewReport {
        text: told.text.clone(),
        about_me: told.about.as_deref() == Some("me"),
        about: told.about.clone().filter(|about| about != "me"),
        unit: told.unit.clone(),
        acute: told.acute,
        not_to_manager: told.not_to_manager,
        medium: Some(told.medium),
        platform: told.platform.clone(),
        source_url: told.source_url.clone().unwrap_or_default(),
        first_seen: Some(moved.time(told.first_seen)?),
        originator: told.originator.clone(),
        files: 0,
    };
    let receipt = app.report(&caller, incoming, &claimed, new, None).await;
    Ok(receipt.with_context(|| matter.folder.clone())?.number)
}
