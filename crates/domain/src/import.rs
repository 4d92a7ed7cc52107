//! Units and people read from two CSV files; everything that is wrong in them is said at once, by file, line and field.
//!
//! The form (RFC 4180, checked 2026-11-23): a line with the names of the columns, in any order, then one line each.
//! Separated by commas, or by semicolons as Danish spreadsheets write them; with or without a byte-order mark; lines end in LF
//! or CRLF. Units: `id,parent,name,kind`. People: `id,name,email,title,unit,roles`, the roles separated by spaces.

mod check;
mod problem;
mod table;

pub use problem::{ImportError, ImportProblem, Note};

use crate::organisation::{Person, Unit};

/// What two files say, whole and consistent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// In the order of the file; one root.
    pub units: Vec<Unit>,
    /// In the order of the file; all active, with no deputy named and nobody away: the file doesn't know that.
    pub people: Vec<Person>,
    /// What is not wrong, but worth a look.
    pub notes: Vec<Note>,
}

/// Reads the two files' text; the names are for the messages alone.
///
/// # Errors
/// Everything that is wrong, units before people, each in the order of its file. Nothing is imported then.
pub fn import(
    units_csv: &str,
    units_name: &str,
    people_csv: &str,
    people_name: &str,
) -> Result<Imported, Vec<ImportError>> {
    let mut errors = Vec::new();
    let units = check::units(units_csv, units_name, &mut errors);
    let people = check::people(people_csv, people_name, &units, &mut errors);
    let notes = check::leadership(&units, &people, units_name, &mut errors);
    errors.sort_by_key(|error| (error.file != units_name, error.line));
    if errors.is_empty() {
        let units = units.into_iter().map(|row| row.unit).collect();
        let people = people.into_iter().map(|row| row.person).collect();
        Ok(Imported { units, people, notes })
    } else {
        Err(errors)
    }
}

#[cfg(test)]
mod tests;
