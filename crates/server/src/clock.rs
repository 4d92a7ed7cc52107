//! The one place that reads the clock.

use jiff::Timestamp;

/// The system's clock.
pub struct SystemClock;

impl app::Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "here the time comes in")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
