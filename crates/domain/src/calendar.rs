//! Danish working days, public holidays and deadlines, in the time of Copenhagen.

use crate::procedure::Term;
use crate::vocabulary::words;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Span, Timestamp, Zoned};
use std::collections::BTreeMap;

words!(
    /// The public holidays of the Danish church calendar, by which offices are closed.
    ///
    /// Source: norden.org/da/info-norden/helligdage-i-danmark and Danmarks Nationalbank's list of bank holidays
    /// (nationalbanken.dk, "Banklukkedage", 2026 and 2027), checked 2026-11-23. Constitution day (5 June), 24 and 31
    /// December and 1 May are not public holidays; a procedure adds those on which the offices are closed.
    Holiday {
        NewYearsDay = "new-years-day",
        MaundyThursday = "maundy-thursday",
        GoodFriday = "good-friday",
        EasterSunday = "easter-sunday",
        EasterMonday = "easter-monday",
        /// Store bededag, the fourth Friday after Easter: to 2023 only. It was abolished from 1 January 2024 by the act
        /// that the Folketing passed on 28 February 2023 (L 13, 2022-23 2nd session). Checked 2026-11-23 in
        /// sermitsiaq.ag/afskaffelsen-store-bededag-i-danmark-vedtaget and fho.dk; its number in Lovtidende (lov nr. 214
        /// of 7 March 2023) is UNVERIFIED.
        GreatPrayerDay = "great-prayer-day",
        AscensionDay = "ascension-day",
        WhitSunday = "whit-sunday",
        WhitMonday = "whit-monday",
        ChristmasDay = "christmas-day",
        SecondChristmasDay = "second-christmas-day",
    }
);

/// Why the offices are closed on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed<'a> {
    Weekend,
    Holiday(Holiday),
    /// A day that the municipality itself has named.
    Configured(&'a str),
}

/// The municipality's working days and hours.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    opens: Time,
    closes: Time,
    once: BTreeMap<Date, String>,
    /// Month and day, every year.
    yearly: BTreeMap<(i8, i8), String>,
}

/// The time zone of every date and hour in a procedure.
const ZONE: &str = "Europe/Copenhagen";

impl Calendar {
    /// Danish working days with the municipality's own closed days beside the public holidays, open 08:00 to 16:00.
    pub fn danish(extra_closed: impl IntoIterator<Item = (Date, String)>) -> Self {
        // The bundled database, whatever the machine has: the same case has the same deadlines everywhere.
        let zone = TimeZoneDatabase::bundled()
            .get(ZONE)
            .expect("jiff's bundled database has Copenhagen");
        Self {
            zone,
            opens: Time::constant(8, 0, 0, 0),
            closes: Time::constant(16, 0, 0, 0),
            once: extra_closed.into_iter().collect(),
            yearly: BTreeMap::new(),
        }
    }

    /// Other hours of work, the same every working day; `closes` must be after `opens`.
    #[must_use]
    pub fn with_hours(self, opens: Time, closes: Time) -> Self {
        Self {
            opens,
            closes,
            ..self
        }
    }

    /// Closed on a month and day of every year, besides the public holidays.
    #[must_use]
    pub fn with_yearly_closed(mut self, month: i8, day: i8, name: impl Into<String>) -> Self {
        self.yearly.insert((month, day), name.into());
        self
    }

    /// The public holiday that falls on this day, computed for any year.
    pub fn holiday(&self, date: Date) -> Option<Holiday> {
        holiday(date)
    }

    /// Why the offices are closed on this day; `None` on a working day.
    pub fn closed(&self, date: Date) -> Option<Closed<'_>> {
        let own = || {
            self.once
                .get(&date)
                .or_else(|| self.yearly.get(&(date.month(), date.day())))
        };
        if let Some(holiday) = holiday(date) {
            Some(Closed::Holiday(holiday))
        } else if matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            Some(Closed::Weekend)
        } else {
            own().map(|name| Closed::Configured(name))
        }
    }

    /// Monday to Friday, no public holiday, and not closed by the municipality.
    pub fn is_working_day(&self, date: Date) -> bool {
        self.closed(date).is_none()
    }

    /// The moment on the clocks of Copenhagen.
    pub fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// The first moment of a civil day, from which a term that runs from a day is counted.
    pub fn start_of(&self, date: Date) -> Timestamp {
        self.at(date, Time::midnight())
    }

    /// When something is due that was started at `start` and has `term`; never before `start`.
    ///
    /// - `Hours`: so many real hours, also across a change of the clock.
    /// - `Days`: the last second (23:59:59) of the civil day so many days after. A term of law in days runs to the end
    ///   of its last day, and is not moved by weekends here: the earlier reading is the safe one.
    /// - `Weeks`, `Months`: closing time of the day so much later (31 January + 1 month is the last of February), moved
    ///   on to the next working day if that one is closed.
    /// - `WorkingDays(0)`: closing time of the same working day, or of the next one if it is already past or closed.
    /// - `WorkingDays(n)`: closing time of the nth working day after the date of `start`, whatever the hour.
    pub fn due(&self, start: Timestamp, term: Term) -> Timestamp {
        let date = self.local(start).date();
        match term {
            Term::Hours(n) => start
                .saturating_add(SignedDuration::from_hours(n.into()))
                .unwrap_or(Timestamp::MAX),
            Term::Days(n) => self.at(
                date.saturating_add(SignedDuration::from_hours(24 * i64::from(n))),
                Time::constant(23, 59, 59, 0),
            ),
            Term::Weeks(n) => self.closing_from(
                start,
                date.saturating_add(SignedDuration::from_hours(7 * 24 * i64::from(n))),
            ),
            Term::Months(n) => self.closing_from(start, months_later(date, n)),
            Term::WorkingDays(0) => self.closing_from(start, date),
            Term::WorkingDays(n) => {
                let day = (0..n).fold(date, |day, _| self.working_day_after(day));
                self.at(day, self.closes)
            }
        }
    }

    /// This moment if the offices are open, else when they next open.
    pub fn next_open(&self, at: Timestamp) -> Timestamp {
        let local = self.local(at);
        let (date, time) = (local.date(), local.time());
        if self.is_working_day(date) && time < self.closes {
            at.max(self.at(date, self.opens))
        } else {
            self.at(self.working_day_after(date), self.opens)
        }
    }

    /// Closing time of this day, or of the next working day if the offices are closed on it.
    pub fn closing(&self, date: Date) -> Timestamp {
        let day = if self.is_working_day(date) {
            date
        } else {
            self.working_day_after(date)
        };
        self.at(day, self.closes)
    }

    /// Closing time of the first working day from `date` on whose closing time is after `start`.
    fn closing_from(&self, start: Timestamp, date: Date) -> Timestamp {
        let closing = self.at(date, self.closes);
        if self.is_working_day(date) && start < closing {
            closing
        } else {
            self.at(self.working_day_after(date), self.closes)
        }
    }

    /// The next working day after `date`; the last day of the calendar if there is none.
    fn working_day_after(&self, date: Date) -> Date {
        let later = std::iter::successors(date.tomorrow().ok(), |day| day.tomorrow().ok());
        later
            .into_iter()
            .find(|day| self.is_working_day(*day))
            .unwrap_or(Date::MAX)
    }

    /// An hour that the change of the clock skips is read as the hour after, one that it repeats as the first.
    fn at(&self, date: Date, time: Time) -> Timestamp {
        self.zone
            .to_timestamp(date.to_datetime(time))
            .unwrap_or(Timestamp::MAX)
    }
}

/// The last year in which store bededag was a public holiday.
const LAST_GREAT_PRAYER_DAY: i16 = 2023;

fn holiday(date: Date) -> Option<Holiday> {
    match (date.month(), date.day()) {
        (1, 1) => return Some(Holiday::NewYearsDay),
        (12, 25) => return Some(Holiday::ChristmasDay),
        (12, 26) => return Some(Holiday::SecondChristmasDay),
        _ => {}
    }
    match days_after_easter(date)? {
        -3 => Some(Holiday::MaundyThursday),
        -2 => Some(Holiday::GoodFriday),
        0 => Some(Holiday::EasterSunday),
        1 => Some(Holiday::EasterMonday),
        26 if date.year() <= LAST_GREAT_PRAYER_DAY => Some(Holiday::GreatPrayerDay),
        39 => Some(Holiday::AscensionDay),
        49 => Some(Holiday::WhitSunday),
        50 => Some(Holiday::WhitMonday),
        _ => None,
    }
}

fn days_after_easter(date: Date) -> Option<i16> {
    Some(date.day_of_year() - easter(date.year())?.day_of_year())
}

/// Easter Sunday by the Gregorian computus, in the form known as the Meeus/Jones/Butcher algorithm. Names as there.
/// `None` before the year 1, where there is no Easter.
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    if year < 1 {
        return None;
    }
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    // n / 31 is 3 or 4 and n % 31 is 0 to 30, so the conversions can't fail.
    Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(n / 31).ok()?,
        i8::try_from(n % 31 + 1).ok()?,
    )
    .ok()
}

fn months_later(date: Date, months: u32) -> Date {
    // Span takes at most some 240,000 months, and a Date ends in the year 9999.
    date.saturating_add(Span::new().months(i64::from(months.min(120_000))))
}

#[cfg(test)]
mod tests;
