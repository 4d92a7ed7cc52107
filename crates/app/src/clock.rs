//! The clock and the dice, given from outside so that tests and the demonstration can hold them.

use jiff::Timestamp;
use std::sync::Mutex;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// A clock that stands where it was set: for tests, and for filling the demonstration with the past.
#[derive(Debug)]
pub struct HeldClock(Mutex<Timestamp>);

impl HeldClock {
    /// A clock that shows `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(Mutex::new(at))
    }

    /// Sets it, forwards or back.
    pub fn set(&self, at: Timestamp) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = at;
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
