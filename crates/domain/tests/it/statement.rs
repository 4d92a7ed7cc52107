//! One utterance at a time: marked, corrected, assessed with a reason, undone, withdrawn; measures are about them.

use crate::harness::*;
use crate::say::*;
use domain::case::join::take_over;
use domain::case::{Command, Event, Marked, Purpose, Refusal, Region, Said};
use domain::ids::{BlobId, CaseNumber};
use domain::vocabulary::{Compartment, Outcome};
use std::collections::BTreeMap;

fn marked() -> Given {
    given().after(IDA, mark(&["Skam jer", "Vi ved, hvor du bor"]))
}

#[test]
fn many_lines_become_statements_numbered_from_one_without_gaps() {
    let case = marked().after(VIBEKE, mark_one("Gå hjem"));
    let numbers: Vec<u32> = case
        .state
        .statements
        .iter()
        .map(|statement| statement.number)
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
    let third = case.state.statement(3).unwrap();
    assert_eq!((third.exhibit, third.said.line), (1, Some(7)));
    assert_eq!(third.said.region.unwrap().y, 500_000);
    case.when(VIBEKE, mark(&["x"]))
        .then(vec![Event::StatementMarked(Marked {
            number: 4,
            exhibit: 1,
            said: said("x"),
        })]);
}

#[test]
fn statements_lie_in_matter_and_the_target_gets_none_of_them() {
    let case = marked().after(IDA, assess(1, Outcome::LawfulCriticism));
    for entry in &case.entries {
        if entry.event.name().starts_with("statement") {
            assert_eq!(entry.event.compartment(), Compartment::Matter);
        }
    }
    assert!(!case.shown(METTE).iter().any(|name| name.starts_with("statement")));
    assert!(case.shown(VIBEKE).contains(&"statement-assessed".to_owned()));
    for command in [mark(&["x"]), assess(1, Outcome::Harassment), undo(1), withdraw(1)] {
        case.when(METTE, command).then_forbidden();
    }
}

#[test]
fn a_statement_stands_in_an_exhibit_and_says_something() {
    let other = Command::MarkStatements {
        exhibit: 2,
        statements: vec![said("x")],
    };
    given().when(IDA, other).then_field("exhibit", "unknown-exhibit");
    given()
        .when(IDA, mark(&[]))
        .then_field("statements", "at-least-one");
    given()
        .when(IDA, mark(&["x", " "]))
        .then_field("statements.1.text", "required");
    let many = vec!["x"; 501];
    given()
        .when(IDA, mark(&many))
        .then_field("statements", "too-many");
    given().when(IDA, mark(&many[..500])).then_done();
    let outside = |region: Region| Command::MarkStatements {
        exhibit: 1,
        statements: vec![Said {
            region: Some(region),
            ..said("x")
        }],
    };
    let region = |x, y, w, h| Region { x, y, w, h };
    for wrong in [
        region(1, 0, 1_000_000, 1),
        region(0, 0, 0, 1),
        region(0, u32::MAX, 1, u32::MAX),
    ] {
        given()
            .when(IDA, outside(wrong))
            .then_field("statements.0.region", "outside-exhibit");
    }
}

#[test]
fn only_the_lawyer_assesses_and_undoes_and_a_reason_is_demanded() {
    let case = marked();
    for manager in [VIBEKE, LARS] {
        case.when(manager, assess(1, Outcome::Harassment))
            .then_forbidden();
        case.when(manager, undo(1)).then_forbidden();
    }
    let mute = Command::AssessStatement {
        statement: 1,
        outcome: Outcome::Harassment,
        reason: " ".into(),
    };
    case.when(IDA, mute).then_field("reason", "required");
    case.when(IDA, assess(3, Outcome::Harassment))
        .then_field("statement", "unknown-statement");
    case.when(IDA, assess(2, Outcome::PossibleCrime))
        .then(vec![Event::StatementAssessed {
            statement: 2,
            outcome: Outcome::PossibleCrime,
            reason: "Går på personen".into(),
        }]);
}

#[test]
fn an_assessment_is_made_once_anew_or_undone() {
    let case = marked();
    case.when(IDA, undo(1)).then_field("statement", "not-assessed");
    let case = case.after(IDA, assess(1, Outcome::Harassment));
    case.when(IDA, assess(1, Outcome::Harassment))
        .then_field("outcome", "already-so");
    let case = case.after(IDA, assess(1, Outcome::RudeButLawful));
    let assessed = case.state.statement(1).unwrap().assessed.clone().unwrap();
    assert_eq!(assessed.outcome, Outcome::RudeButLawful);
    assert_eq!(assessed.deed.by.as_text(), IDA);
    let case = case.after(IDA, undo(1));
    assert_eq!(case.state.statement(1).unwrap().assessed, None);
    case.when(IDA, undo(1)).then_field("statement", "not-assessed");
}

#[test]
fn the_words_that_the_lawyer_assessed_do_not_change_under_the_assessment() {
    let case = marked().after(VIBEKE, correct(1, "Skam jer!"));
    assert_eq!(case.state.statement(1).unwrap().said.text, "Skam jer!");
    case.when(VIBEKE, correct(1, "Skam jer!"))
        .then_field("text", "already-so");
    let assessed = case.after(IDA, assess(1, Outcome::RudeButLawful));
    assessed
        .when(VIBEKE, correct(1, "Noget andet"))
        .then_field("statement", "already-assessed");
    assessed
        .when(VIBEKE, withdraw(1))
        .then_field("statement", "already-assessed");
    assessed.after(IDA, undo(1)).when(VIBEKE, withdraw(1)).then_done();
}

#[test]
fn what_is_withdrawn_keeps_its_number_and_is_left_alone() {
    let case = marked().after(VIBEKE, withdraw(1)).after(IDA, mark(&["Mere"]));
    let standing: Vec<u32> = case
        .state
        .standing_statements()
        .map(|statement| statement.number)
        .collect();
    assert_eq!(standing, [2, 3]);
    for command in [
        assess(1, Outcome::Harassment),
        undo(1),
        withdraw(1),
        correct(1, "x"),
    ] {
        case.when(IDA, command).then_field("statement", "withdrawn");
    }
}

#[test]
fn nothing_is_marked_or_assessed_in_a_case_that_is_closed_or_joined() {
    let case = marked();
    let closed = case.clone().ready_to_close().after(VIBEKE, close());
    let joined = case.after(VIBEKE, join("2026-0009"));
    for command in [
        mark(&["x"]),
        mark_one("x"),
        correct(1, "x"),
        assess(1, Outcome::Harassment),
        withdraw(1),
    ] {
        closed
            .when(IDA, command.clone())
            .then_refused(Refusal::CaseClosed);
        joined.when(IDA, command).then_refused(Refusal::CaseJoined);
    }
}

fn removal(statements: &[u32]) -> Command {
    Command::RequestRemoval {
        to: "Facebook".into(),
        what: "Kommentarerne".into(),
        statements: statements.to_vec(),
    }
}

#[test]
fn only_what_crosses_the_line_is_asked_to_be_removed_or_to_stop() {
    let case = marked()
        .after(IDA, mark(&["Tredje", "Fjerde"]))
        .handled(Outcome::Harassment)
        .after(IDA, assess(1, Outcome::RudeButLawful))
        .after(IDA, assess(2, Outcome::PossibleCrime))
        .after(VIBEKE, withdraw(4));
    let demand = |numbers: &[u32]| {
        contact_with(&[Purpose::Boundary], |contact| {
            contact.statements = numbers.to_vec()
        })
    };
    for ask in [removal, demand] {
        case.when(VIBEKE, ask(&[1])).then_refused(Refusal::LawfulSpeech);
        case.when(VIBEKE, ask(&[2, 3]))
            .then_field("statements", "not-assessed");
        case.when(VIBEKE, ask(&[4])).then_field("statements", "withdrawn");
        case.when(VIBEKE, ask(&[9]))
            .then_field("statements", "unknown-statement");
    }
    let events = case.try_it(VIBEKE, &removal(&[2, 2])).unwrap();
    assert!(
        matches!(&events[0], Event::RemovalRequested { statements, .. } if statements == &[2]),
        "each once: {events:?}"
    );
    case.when(VIBEKE, demand(&[2])).then_names(&["contacted"]);
    // What lies behind may be talked about, lawful or not.
    let talk = contact_with(&[Purpose::Substance], |contact| contact.statements = vec![1, 3]);
    case.when(VIBEKE, talk).then_names(&["contacted"]);
}

#[test]
fn the_statements_of_a_joined_case_follow_their_exhibits_to_be_assessed_anew() {
    let receiving = marked();
    let mut other = given()
        .after(IDA, mark(&["A", "B", "C"]))
        .after(VIBEKE, withdraw(2))
        .after(VIBEKE, correct(3, "C!"))
        .after(IDA, assess(1, Outcome::Harassment));
    other.state.number = CaseNumber::new(2026, 2);
    let blobs = BTreeMap::from([(BlobId::new("blob-1"), BlobId::new("copy-1"))]);
    let events = take_over(&receiving.state, &other.state, &other.entries, &blobs).unwrap();
    let moved: Vec<&Marked> = events
        .iter()
        .filter_map(|event| match event {
            Event::StatementMarked(marked) => Some(marked),
            _ => None,
        })
        .collect();
    let told: Vec<_> = moved
        .iter()
        .map(|marked| (marked.number, marked.exhibit, marked.said.text.as_str()))
        .collect();
    assert_eq!(told, [(3, 2, "A"), (4, 2, "C!")]);
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::StatementAssessed { .. }))
    );
    let joined = receiving.recorded(VIBEKE, events);
    assert_eq!(joined.state.next_statement(), 5);
    assert!(joined.state.exhibit(2).is_some());
}
