//! What the check of files found, told once, and taken back once.

use crate::harness::*;
use domain::case::{Damage, Event};

const MISSING: Option<Damage> = Some(Damage::Missing);
const ALTERED: Option<Damage> = Some(Damage::Altered);

impl Given {
    /// What the journal gets when a check has found this.
    fn told(&self, exhibit: u32, found: Option<Damage>) -> Vec<Event> {
        self.state.entry_of_check(exhibit, found).into_iter().collect()
    }

    #[must_use]
    fn checked(self, exhibit: u32, found: Option<Damage>) -> Self {
        let told = self.told(exhibit, found);
        assert!(!told.is_empty(), "no news of exhibit {exhibit}: {found:?}");
        self.recorded(SYSTEM, told)
    }
}

fn damaged(exhibit: u32, what: Damage) -> Vec<Event> {
    vec![Event::ExhibitFoundDamaged { exhibit, what }]
}

fn whole(exhibit: u32) -> Vec<Event> {
    vec![Event::ExhibitFoundWhole { exhibit }]
}

#[test]
fn each_damage_is_news_once() {
    let case = given().sealed();
    assert_eq!(case.told(1, ALTERED), damaged(1, Damage::Altered));
    let case = case.checked(1, ALTERED);
    assert_eq!(case.told(1, ALTERED), []);
    assert_eq!(case.told(1, MISSING), damaged(1, Damage::Missing));
    let case = case.checked(1, MISSING);
    assert_eq!(case.told(1, MISSING), []);
    // No exhibit, no damage.
    assert_eq!(case.told(99, MISSING), []);
}

#[test]
fn a_damage_is_taken_back_once_and_both_entries_stay() {
    let case = given().sealed().checked(1, MISSING).checked(1, ALTERED);
    assert_eq!(case.told(1, None), whole(1));
    let before = case.entries.clone();
    let case = case.checked(1, None);
    assert!(case.state.damaged.is_empty());
    assert_eq!(case.told(1, None), []);
    assert_eq!(case.entries[..before.len()], before, "nothing is taken out");
    assert_eq!(case.entries.len(), before.len() + 1);
    // What breaks again is told again.
    let case = case.checked(1, ALTERED);
    assert_eq!(case.state.damaged.get(&1), ALTERED.as_ref());
    assert_eq!(case.told(1, None), whole(1));
}

#[test]
fn what_was_never_told_damaged_is_not_told_whole() {
    let case = given().sealed().sealed();
    assert_eq!(case.told(1, None), []);
    assert_eq!(case.told(99, None), []);
    // One exhibit's damage is not another's.
    let case = case.checked(2, MISSING);
    assert_eq!(case.told(1, None), []);
    let case = case.checked(1, ALTERED).checked(2, None);
    assert_eq!(case.state.damaged.keys().collect::<Vec<_>>(), [&1]);
}

#[test]
fn a_closed_case_is_told_of_both_and_stays_closed() {
    let outcome = "Slut".into();
    let closed = given().sealed().recorded(VIBEKE, vec![Event::Closed { outcome }]);
    let case = closed.checked(1, MISSING).checked(1, None);
    assert_eq!(case.state.phase, domain::case::Phase::Closed);
    assert!(case.state.damaged.is_empty());
}
