//! What the check of files found, told once.

use crate::harness::*;
use domain::case::{Damage, Event};

fn damage(exhibit: u32, what: Damage) -> Vec<Event> {
    vec![Event::ExhibitFoundDamaged { exhibit, what }]
}

#[test]
fn each_damage_is_news_once() {
    let case = given().sealed();
    assert!(case.state.is_new_damage(1, Damage::Altered));
    let case = case.recorded(SYSTEM, damage(1, Damage::Altered));
    assert!(!case.state.is_new_damage(1, Damage::Altered));
    assert!(case.state.is_new_damage(1, Damage::Missing));
    let case = case.recorded(SYSTEM, damage(1, Damage::Missing));
    assert!(!case.state.is_new_damage(1, Damage::Missing));
    // No exhibit, no damage.
    assert!(!case.state.is_new_damage(99, Damage::Missing));
}
