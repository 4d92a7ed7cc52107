//! The texts of the screen in both languages, with dates, sizes and hashes as people write them.

use domain::language::Language;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid, static_loader};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::collections::HashMap;
use std::fmt::Display;

static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "da",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static DA: LanguageIdentifier = langid!("da");
static EN: LanguageIdentifier = langid!("en");

/// One language and the local time of the municipality: everything that a page needs to say something.
#[derive(Clone, Debug)]
pub struct L {
    pub language: Language,
    zone: TimeZone,
    /// Dates of another year than this moment's carry their year.
    now: Timestamp,
    /// Every day is told with its year.
    years: bool,
}

impl L {
    /// Speaks `language`, and tells times in the zone of `local_now`.
    pub fn new(language: Language, local_now: &Zoned) -> Self {
        Self {
            language,
            zone: local_now.time_zone().clone(),
            now: local_now.timestamp(),
            years: false,
        }
    }

    /// Tells every day with its year, for what is read years from now.
    #[must_use]
    pub fn with_years(self) -> Self {
        Self { years: true, ..self }
    }

    /// The text of a key. A key that is missing comes back in brackets `⟦…⟧`, which no test lets pass.
    pub fn t(&self, key: &str) -> String {
        self.look_up(key, None)
    }

    /// The text of a key, with its variables filled in as they are.
    pub fn ta<V: Display>(&self, key: &str, args: &[(&'static str, V)]) -> String {
        let args = args
            .iter()
            .map(|(name, value)| (*name, FluentValue::from(value.to_string())))
            .collect();
        self.look_up(key, Some(&args))
    }

    /// The text of a key for `n` things: its variable `n` chooses singular or plural.
    pub fn tn(&self, key: &str, n: impl TryInto<i64>) -> String {
        let n = n.try_into().unwrap_or(i64::MAX);
        self.look_up(key, Some(&HashMap::from([("n", FluentValue::from(n))])))
    }

    /// Whether there is such a text.
    pub fn has(&self, key: &str) -> bool {
        TEXTS.lookup_single_language::<&str>(self.id(), key, None).is_ok()
    }

    fn look_up(&self, key: &str, args: Option<&HashMap<&'static str, FluentValue<'_>>>) -> String {
        TEXTS
            .lookup_single_language(self.id(), key, args)
            .unwrap_or_else(|error| {
                tracing::error!(key, %error, "a text is missing");
                format!("⟦{key}⟧")
            })
    }

    fn id(&self) -> &'static LanguageIdentifier {
        match self.language {
            Language::Da => &DA,
            Language::En => &EN,
        }
    }

    /// The language's code, for `lang="…"`.
    pub fn code(&self) -> &'static str {
        self.language.code()
    }

    /// The moment on the clocks of the municipality.
    pub fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// A civil day: `12. okt.`; with its year when that is not this year's, or years are always told.
    pub fn day(&self, day: Date) -> String {
        let (number, month) = (day.day().to_string(), self.t(&format!("month-{}", day.month())));
        if !self.years && day.year() == self.local(self.now).year() {
            return self.ta("date", &[("day", number), ("month", month)]);
        }
        self.day_in_full(day)
    }

    /// A civil day with its year: `12. okt. 2026`.
    fn day_in_full(&self, day: Date) -> String {
        let (number, month) = (day.day().to_string(), self.t(&format!("month-{}", day.month())));
        let year = day.year().to_string();
        self.ta("date-year", &[("day", number), ("month", month), ("year", year)])
    }

    /// The civil day of a moment, as [`L::day`].
    pub fn date(&self, at: Timestamp) -> String {
        self.day(self.local(at).date())
    }

    /// The civil day of a moment, always with its year.
    pub fn date_in_full(&self, at: Timestamp) -> String {
        self.day_in_full(self.local(at).date())
    }

    /// The hour: `19.47`.
    pub fn time(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let (hour, minute) = (local.hour(), local.minute());
        match self.language {
            Language::Da => format!("{hour}.{minute:02}"),
            Language::En => format!("{hour}:{minute:02}"),
        }
    }

    /// A moment in full: `mandag 12. okt. kl. 19.47`.
    pub fn at(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let weekday = self.t(&format!("weekday-{}", local.weekday().to_monday_one_offset()));
        self.ta(
            "at",
            &[
                ("weekday", weekday),
                ("date", self.day(local.date())),
                ("time", self.time(at)),
            ],
        )
    }

    /// A deadline beside now: `i dag kl. 16.00`, `i morgen kl. 16.00`, else as [`L::at`].
    pub fn due(&self, due: Timestamp, now: Timestamp) -> String {
        let (day, today) = (self.local(due).date(), self.local(now).date());
        let key = match (day - today).get_days() {
            -1 => "due-yesterday",
            0 => "due-today",
            1 => "due-tomorrow",
            _ => return self.at(due),
        };
        self.ta(key, &[("time", self.time(due))])
    }

    /// How long from one moment to another: `18 min.`, `1 t. 33 min.`, `3 dage`; nothing below a minute is told.
    pub fn span(&self, from: Timestamp, to: Timestamp) -> String {
        let minutes = to.duration_since(from).as_mins().max(0);
        let (days, hours, rest) = (minutes / (24 * 60), minutes / 60, minutes % 60);
        if days >= 2 {
            self.tn("span-days", days)
        } else if hours == 0 {
            self.tn("span-minutes", minutes)
        } else if rest == 0 {
            self.tn("span-hours", hours)
        } else {
            format!(
                "{} {}",
                self.tn("span-hours", hours),
                self.tn("span-minutes", rest)
            )
        }
    }

    /// A size as the public reads it: `221 kB`, `1,5 MB`; thousands, not 1,024s.
    pub fn bytes(&self, n: u64) -> String {
        if n < 1_000 {
            return format!("{n} B");
        }
        if n < 999_500 {
            return format!("{} kB", (n + 500) / 1_000);
        }
        let comma = if self.language == Language::Da { ',' } else { '.' };
        let (tenth, unit) = if n < 999_950_000 {
            (100_000, "MB")
        } else {
            (100_000_000, "GB")
        };
        let tenths = n.saturating_add(tenth / 2) / tenth;
        format!("{}{comma}{} {unit}", tenths / 10, tenths % 10)
    }

    /// A hash in short: `9f2c 41d0 … 7be3`.
    pub fn hash(&self, hex: &str) -> String {
        match (
            hex.get(..4),
            hex.get(4..8),
            hex.len().checked_sub(4).and_then(|end| hex.get(end..)),
        ) {
            (Some(first), Some(second), Some(last)) if hex.len() > 12 => format!("{first} {second} … {last}"),
            _ => hex.to_owned(),
        }
    }

    /// A hash in full, in groups of eight.
    pub fn hash_in_full(&self, hex: &str) -> String {
        let bytes: Vec<char> = hex.chars().collect();
        bytes
            .chunks(8)
            .map(|group| group.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Reads what `<input type="datetime-local">` sends, as a moment on the clocks of the municipality.
    pub fn read_moment(&self, text: &str) -> Option<Timestamp> {
        let local: DateTime = text.trim().parse().ok()?;
        local
            .to_zoned(self.zone.clone())
            .ok()
            .map(|zoned| zoned.timestamp())
    }

    /// Writes what `<input type="datetime-local">` shows.
    pub fn write_moment(&self, at: Timestamp) -> String {
        self.local(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }
}
