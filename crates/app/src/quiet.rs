//! Saying once a minute what would otherwise fill the log.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

/// Something that may happen often and is logged now and then.
#[derive(Debug, Default)]
pub struct Quiet(Mutex<(Option<Instant>, u64)>);

impl Quiet {
    /// It happened: how often since it was last said, if it is to be said now.
    pub fn once_a_minute(&self) -> Option<u64> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (said, times) = &mut *seen;
        *times += 1;
        if said.is_some_and(|said| said.elapsed() < MINUTE) {
            return None;
        }
        *said = Some(Instant::now());
        Some(std::mem::take(times))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_the_first_time_and_then_not_again_for_a_minute() {
        let quiet = Quiet::default();
        assert_eq!(quiet.once_a_minute(), Some(1));
        assert_eq!(quiet.once_a_minute(), None);
        assert_eq!(quiet.once_a_minute(), None);
    }
}
