//! Two witnesses: two people, a file each, and somebody who has looked.

use crate::harness::*;
use domain::access::Action;
use domain::case::{Command, CommandKind, Event, Exhibit, Grade};

/// Exhibit 1 and 2 from Lone, 3 from Anders; 4 is Lone's first file, passed on by Anders.
fn given_exhibits() -> Given {
    let hash = |digit: &str| digit.repeat(64);
    let of = |number, by, sha256| {
        Event::ExhibitSealed(Exhibit {
            sha256,
            ..exhibit(number, by)
        })
    };
    let sent = vec![
        of(1, LONE, hash("a")),
        of(2, LONE, hash("b")),
        of(3, ANDERS, hash("c")),
        of(4, ANDERS, hash("a")),
    ];
    given().recorded(LONE, sent)
}

fn corroborate(exhibit: u32, with: u32) -> Command {
    Command::Corroborate {
        exhibit,
        with,
        note: "Samme opslag, set på to telefoner".into(),
    }
}

fn withdraw(exhibit: u32, with: u32) -> Command {
    Command::WithdrawCorroboration {
        exhibit,
        with,
        reason: "Et andet opslag".into(),
    }
}

#[test]
fn two_people_with_a_file_each_are_two_witnesses_to_both_files() {
    let given = given_exhibits().after(VIBEKE, corroborate(3, 1));
    assert_eq!(
        [1, 2, 3].map(|number| given.state.grade(number)),
        [Grade::TwoWitnesses, Grade::OneWitness, Grade::TwoWitnesses]
    );
    assert_eq!(given.state.borne_out_by(1).collect::<Vec<_>>(), [3]);
    assert_eq!(given.state.borne_out_by(3).collect::<Vec<_>>(), [1]);
}

#[test]
fn one_person_twice_is_one_witness_and_so_is_a_file_passed_on() {
    given_exhibits()
        .when(VIBEKE, corroborate(1, 2))
        .then_field("with", "same-witness");
    given_exhibits()
        .when(VIBEKE, corroborate(1, 4))
        .then_field("with", "same-file");
    given_exhibits()
        .when(VIBEKE, corroborate(1, 1))
        .then_field("with", "same-file");
    given_exhibits()
        .when(VIBEKE, corroborate(1, 9))
        .then_field("with", "unknown-value");
    given_exhibits()
        .when(VIBEKE, corroborate(9, 1))
        .then_field("exhibit", "unknown-value");
}

#[test]
fn it_is_taken_back_in_either_order_and_only_where_it_was_said() {
    let given = given_exhibits().after(VIBEKE, corroborate(3, 1));
    assert_eq!(
        given.clone().after(IDA, withdraw(1, 3)).state.grade(1),
        Grade::OneWitness
    );
    given
        .when(VIBEKE, withdraw(2, 3))
        .then_field("with", "unknown-value");
}

#[test]
fn it_needs_a_note() {
    let noteless = Command::Corroborate {
        exhibit: 3,
        with: 1,
        note: " ".into(),
    };
    given_exhibits()
        .when(VIBEKE, noteless)
        .then_field("note", "required");
}

#[test]
fn those_who_handle_the_case_judge_it_and_no_party_does() {
    let kinds = [CommandKind::Corroborate, CommandKind::WithdrawCorroboration];
    for kind in kinds {
        for person in [VIBEKE, LARS, IDA] {
            assert!(given_exhibits().may(person, Action::Do(kind)), "{person} {kind}");
        }
        for person in [METTE, LONE, JENS, DPO, ADMIN, SYSTEM, OPERATOR] {
            assert!(!given_exhibits().may(person, Action::Do(kind)), "{person} {kind}");
        }
    }
}
