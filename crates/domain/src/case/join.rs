//! Joining a second report about the same matter to the case that already has it.

use super::event::{Arrival, Event, Exhibit, PassOverReason};
use super::state::{CaseState, Phase};
use super::statement::Marked;
use super::{Entry, Refusal};
use crate::ids::{BlobId, CaseNumber};
use std::collections::BTreeMap;

/// The joined case's own last entry.
pub(super) fn join(case: &CaseState, into: &str) -> Result<Vec<Event>, Refusal> {
    let into = CaseNumber::parse(into.trim()).ok_or(Refusal::invalid("into", "unknown-case"))?;
    if into == case.number {
        return Err(Refusal::SameCase);
    }
    Ok(vec![Event::JoinedInto { into }])
}

/// The joined case's statements as they read now, under new numbers and their exhibits' new numbers. Not what is withdrawn, and
/// not the assessments: like the review they are the work of that case's lawyer, stay in its journal, and would stand here as
/// the deed of whoever joins.
fn statements(
    receiving: &CaseState,
    joined: &CaseState,
    renumbered: &BTreeMap<u32, u32>,
) -> impl Iterator<Item = Event> {
    let moved = joined.standing_statements().filter_map(|statement| {
        let exhibit = renumbered.get(&statement.exhibit)?;
        Some((*exhibit, statement.said.clone()))
    });
    let numbered = (receiving.next_statement()..).zip(moved);
    numbered.map(|(number, (exhibit, said))| {
        Event::StatementMarked(Marked {
            number,
            exhibit,
            said,
        })
    })
}

/// What the receiving case gets: the reports, what was told, and every exhibit under its new number and new file
/// (`blobs`: old file to new file, sealed again with the receiving case's key).
///
/// # Errors
/// If the receiving case is closed or itself joined, or a file has no copy; [`Refusal::TargetOwesNothing`] if whoever
/// owns the receiving case, or is above its owner, is a party to the joined one.
pub fn take_over(
    receiving: &CaseState,
    joined: &CaseState,
    joined_entries: &[Entry],
    blobs: &BTreeMap<BlobId, BlobId>,
) -> Result<Vec<Event>, Refusal> {
    match receiving.phase {
        Phase::Open => {}
        Phase::Closed => return Err(Refusal::CaseClosed),
        Phase::Joined => return Err(Refusal::CaseJoined),
    }
    if joined.is_party(&receiving.owner) || joined.is_party(&receiving.superior) {
        return Err(Refusal::TargetOwesNothing);
    }
    let mut events = vec![Event::ReportJoined {
        from: joined.number.clone(),
    }];
    // Whom the joined case concerns must not get the receiving one either.
    let concerned = joined
        .concerned
        .difference(&receiving.concerned)
        .map(|person| Event::PassedOver {
            from: person.clone(),
            to: receiving.owner.clone(),
            superior: receiving.superior.clone(),
            reason: PassOverReason::Concerned,
        });
    events.extend(concerned);
    let mut number = receiving.next_exhibit();
    let mut numbers = BTreeMap::new();
    for entry in joined_entries {
        match &entry.event {
            Event::ReportMade(_) | Event::Told { .. } | Event::Supplemented { .. } => {
                events.push(entry.event.clone())
            }
            Event::ExhibitSealed(exhibit) => {
                let blob = blobs
                    .get(&exhibit.blob)
                    .ok_or(Refusal::invalid("exhibit", "required"))?;
                events.push(Event::ExhibitSealed(Exhibit {
                    number,
                    blob: blob.clone(),
                    arrival: Arrival::JoinedCase,
                    ..exhibit.clone()
                }));
                numbers.insert(exhibit.number, number);
                number += 1;
            }
            Event::Corroborated { exhibit, with, note }
                if numbers.contains_key(exhibit) && numbers.contains_key(with) =>
            {
                events.push(Event::Corroborated {
                    exhibit: numbers[exhibit],
                    with: numbers[with],
                    note: note.clone(),
                });
            }
            Event::CorroborationWithdrawn {
                exhibit,
                with,
                reason,
            } if numbers.contains_key(exhibit) && numbers.contains_key(with) => {
                events.push(Event::CorroborationWithdrawn {
                    exhibit: numbers[exhibit],
                    with: numbers[with],
                    reason: reason.clone(),
                });
            }
            Event::ExhibitScanned {
                exhibit,
                verdict,
                found,
                scanner,
            } if numbers.contains_key(exhibit) => {
                events.push(Event::ExhibitScanned {
                    exhibit: numbers[exhibit],
                    verdict: *verdict,
                    found: found.clone(),
                    scanner: scanner.clone(),
                });
            }
            Event::ExhibitMailed(mailed) => {
                let moved = mailed.renumbered(&numbers);
                events.extend(moved.map(|moved| Event::ExhibitMailed(Box::new(moved))));
            }
            Event::LinkWitnessed(seen) => {
                events.push(Event::LinkWitnessed(Box::new(seen.renumbered(&numbers))));
            }
            _ => {}
        }
    }
    events.extend(statements(receiving, joined, &numbers));
    Ok(events)
}
