//! When somebody is reminded of what they owe of reading and practice: when it begins, half-way, when it is due, and then weekly. At most once a
//! week all in all, one message for everything, never at night or on a day when the offices are closed.

use crate::calendar::Calendar;
use jiff::{SignedDuration, Timestamp};

/// The least time between two messages to the same person.
pub const PAUSE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One thing that somebody owes, for as long as they owe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    pub from: Timestamp,
    pub due: Timestamp,
}

impl Owed {
    /// The latest moment, up to `now`, at which this alone would call for a reminder.
    fn called(&self, calendar: &Calendar, now: Timestamp) -> Option<Timestamp> {
        let half = self.from + (self.due.duration_since(self.from)) / 2;
        // On the day itself, and not when the day is over.
        let due = calendar.start_of(calendar.local(self.due).date());
        let weeks = now.duration_since(due).as_secs().max(0) / PAUSE.as_secs();
        let weekly = due + SignedDuration::from_secs(weeks * PAUSE.as_secs());
        [self.from, half, due, weekly]
            .into_iter()
            .filter(|at| *at <= now)
            .max()
    }
}

/// Whether a message may go out at this moment at all.
pub fn is_decent(calendar: &Calendar, now: Timestamp) -> bool {
    calendar.next_open(now) == now
}

/// Whether this person is reminded now, of everything that they owe; `last` is when they last were.
pub fn is_called_for(owed: &[Owed], last: Option<Timestamp>, calendar: &Calendar, now: Timestamp) -> bool {
    let rested = last.is_none_or(|last| now.duration_since(last) >= PAUSE);
    let called = owed.iter().filter_map(|owed| owed.called(calendar, now)).max();
    let news = called.is_some_and(|called| last.is_none_or(|last| called > last));
    is_decent(calendar, now) && rested && news
}
