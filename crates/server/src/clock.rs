//! The one place that reads the clock.

use jiff::Timestamp;

/// The system's clock.
pub struct SystemClock;

impl app::Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "here the time comes in")]
    fn now(&self) -> Timestamp {
        // As exact as what is kept: otherwise what is computed now differs from what is computed of what was read again.
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}
