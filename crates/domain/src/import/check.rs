//! The rules that the two files must keep.

use super::problem::{ImportError, ImportProblem as Problem, MAX_ID, MAX_TEXT, Note};
use super::table::{self, Row};
use crate::ids::{PersonId, UnitId};
use crate::organisation::{Person, Unit};
use crate::vocabulary::Role;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

pub(super) struct UnitRow {
    pub line: u64,
    pub unit: Unit,
}

pub(super) struct PersonRow {
    pub person: Person,
}

/// One file's errors, added to those of both.
struct Report<'a> {
    file: &'a str,
    errors: &'a mut Vec<ImportError>,
}

impl Report<'_> {
    fn add(&mut self, line: u64, field: &str, problem: Problem) {
        self.errors
            .push(ImportError::new(self.file, line, field, problem));
    }

    fn id(&mut self, row: &Row, field: &str) {
        let id = row.get(field);
        if id.is_empty() {
            self.add(row.line, field, Problem::Empty);
        } else if id.chars().count() > MAX_ID || id.chars().any(|c| c.is_whitespace() || c.is_control()) {
            self.add(row.line, field, Problem::InvalidId(id.to_owned()));
        }
    }

    fn text(&mut self, row: &Row, field: &str) {
        let text = row.get(field);
        if text.chars().count() > MAX_TEXT || text.chars().any(char::is_control) {
            self.add(row.line, field, Problem::InvalidText);
        }
    }

    fn filled(&mut self, row: &Row, field: &str) {
        if row.get(field).is_empty() {
            self.add(row.line, field, Problem::Empty);
        }
        self.text(row, field);
    }

    /// Remembers a key that may be there once; says at which line it was first if it is there again.
    fn once(&mut self, seen: &mut HashMap<String, u64>, row: &Row, field: &str, key: String, again: Again) {
        match seen.entry(key) {
            Entry::Vacant(first) => {
                first.insert(row.line);
            }
            Entry::Occupied(first) => self.add(row.line, field, again(first.key().clone(), *first.get())),
        }
    }
}

/// The problem of a key that is there again: the key and the line where it was first.
type Again = fn(String, u64) -> Problem;

/// Every unit that could be read, whatever is wrong with it.
pub(super) fn units(text: &str, file: &str, errors: &mut Vec<ImportError>) -> Vec<UnitRow> {
    let rows = table::read(text, file, &["id", "parent", "name", "kind"], errors);
    let mut report = Report { file, errors };
    let ids: HashSet<&str> = rows.iter().map(|row| row.get("id")).collect();
    let mut seen = HashMap::new();
    for row in &rows {
        report.id(row, "id");
        report.filled(row, "name");
        report.text(row, "kind");
        let parent = row.get("parent");
        if !parent.is_empty() && !ids.contains(parent) {
            report.add(row.line, "parent", Problem::UnknownParent(parent.to_owned()));
        }
        if !row.get("id").is_empty() {
            let again = |id, first_line| Problem::DuplicateUnit { id, first_line };
            report.once(&mut seen, row, "id", row.get("id").to_owned(), again);
        }
    }
    tree(&rows, &mut report);
    rows.iter()
        .map(|row| UnitRow {
            line: row.line,
            unit: unit(row),
        })
        .collect()
}

fn unit(row: &Row) -> Unit {
    let parent = row.get("parent");
    Unit {
        id: UnitId::new(row.get("id")),
        parent: (!parent.is_empty()).then(|| UnitId::new(parent)),
        name: row.get("name").to_owned(),
        kind: row.get("kind").to_owned(),
    }
}

/// One root, and no circle.
fn tree(rows: &[Row], report: &mut Report<'_>) {
    let circles = circles(rows);
    let in_file_order = rows
        .iter()
        .filter_map(|row| Some((row, circles.get(row.get("id"))?)));
    for (row, members) in in_file_order {
        report.add(row.line, "parent", Problem::Circle(members.clone()));
    }
    let roots: Vec<&Row> = rows.iter().filter(|row| row.get("parent").is_empty()).collect();
    match roots.as_slice() {
        // Whatever was said already (a header, a circle, an unknown parent) is the likelier slip than a forgotten root.
        [] if report.errors.is_empty() => report.add(1, "parent", Problem::NoRoot),
        [] | [_] => {}
        [_, second, ..] => {
            let ids = roots.iter().map(|row| row.get("id").to_owned()).collect();
            report.add(second.line, "parent", Problem::SeveralRoots(ids));
        }
    }
}

/// Each circle once: its members in order, by the member that comes first in the file.
fn circles(rows: &[Row]) -> HashMap<&str, Vec<String>> {
    let parent_of: HashMap<&str, &str> = rows
        .iter()
        .map(|row| (row.get("id"), row.get("parent")))
        .collect();
    let line_of: HashMap<&str, u64> = rows.iter().map(|row| (row.get("id"), row.line)).collect();
    let mut done: HashSet<&str> = HashSet::new();
    let mut found = HashMap::new();
    for row in rows {
        let mut way: Vec<&str> = Vec::new();
        let mut place: HashMap<&str, usize> = HashMap::new();
        let mut at = row.get("id");
        while !at.is_empty() && !done.contains(at) && !place.contains_key(at) {
            place.insert(at, way.len());
            way.push(at);
            at = parent_of.get(at).copied().unwrap_or_default();
        }
        if let Some(start) = place.get(at) {
            // A row that only leads into the circle may stand before its members, so begin anew at the first of these.
            let mut circle: Vec<&str> = way[*start..].to_vec();
            let first = (0..circle.len())
                .min_by_key(|member| line_of.get(circle[*member]))
                .unwrap_or_default();
            circle.rotate_left(first);
            found.insert(circle[0], circle.iter().map(|id| (*id).to_owned()).collect());
        }
        done.extend(way);
    }
    found
}

/// Every person who could be read, whatever is wrong with them.
pub(super) fn people(
    text: &str,
    file: &str,
    units: &[UnitRow],
    errors: &mut Vec<ImportError>,
) -> Vec<PersonRow> {
    let rows = table::read(
        text,
        file,
        &["id", "name", "email", "title", "unit", "roles"],
        errors,
    );
    let mut report = Report { file, errors };
    let units: HashSet<&str> = units.iter().map(|row| row.unit.id.as_str()).collect();
    let (mut ids, mut emails) = (HashMap::new(), HashMap::new());
    let mut people = Vec::with_capacity(rows.len());
    for row in &rows {
        report.id(row, "id");
        report.filled(row, "name");
        report.text(row, "title");
        let email = row.get("email").to_lowercase();
        if email.is_empty() {
            report.add(row.line, "email", Problem::Empty);
        } else if !is_email(&email) {
            report.add(
                row.line,
                "email",
                Problem::InvalidEmail(row.get("email").to_owned()),
            );
        } else {
            let again = |email, first_line| Problem::DuplicateEmail { email, first_line };
            report.once(&mut emails, row, "email", email.clone(), again);
        }
        if !row.get("id").is_empty() {
            let again = |id, first_line| Problem::DuplicatePerson { id, first_line };
            report.once(&mut ids, row, "id", row.get("id").to_owned(), again);
        }
        let unit = row.get("unit");
        if unit.is_empty() {
            report.add(row.line, "unit", Problem::Empty);
        } else if !units.contains(unit) {
            report.add(row.line, "unit", Problem::UnknownUnit(unit.to_owned()));
        }
        people.push(PersonRow {
            person: person(row, email, roles(row, &mut report)),
        });
    }
    people
}

fn person(row: &Row, email: String, roles: BTreeSet<Role>) -> Person {
    Person {
        id: PersonId::new(row.get("id")),
        name: row.get("name").to_owned(),
        email,
        title: row.get("title").to_owned(),
        unit: UnitId::new(row.get("unit")),
        roles,
        active: true,
        deputy: None,
        away: None,
        since: None,
    }
}

fn roles(row: &Row, report: &mut Report<'_>) -> BTreeSet<Role> {
    let mut roles = BTreeSet::new();
    for word in row.get("roles").split_whitespace() {
        match Role::parse(word) {
            Some(role) => {
                roles.insert(role);
            }
            None => report.add(row.line, "roles", Problem::UnknownRole(word.to_owned())),
        }
    }
    roles
}

/// Whether mail could be sent there: something, one `@`, and a name with a dot. Not the whole of RFC 5322, whose quoted
/// and commented addresses nobody's mail system hands out.
fn is_email(text: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || r#"<>()[],;:"\"#.contains(c);
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    let labels_are_filled = host.contains('.') && host.split('.').all(|label| !label.is_empty());
    !local.is_empty() && !host.contains('@') && labels_are_filled && text.len() <= 254 && !text.contains(bad)
}

/// The units that nobody leads; that is an error for the topmost alone. Asked only of units that are a tree.
pub(super) fn leadership(
    units: &[UnitRow],
    people: &[PersonRow],
    file: &str,
    errors: &mut Vec<ImportError>,
) -> Vec<Note> {
    let people_are_unread = people.is_empty() && !errors.is_empty();
    if units.is_empty() || people_are_unread || errors.iter().any(|error| error.file == file) {
        return Vec::new();
    }
    let managers = people.iter().filter(|row| row.person.has(Role::Manager));
    let led: HashSet<&UnitId> = managers.map(|row| &row.person.unit).collect();
    let parent_of: HashMap<&UnitId, &UnitId> = units
        .iter()
        .filter_map(|row| Some((&row.unit.id, row.unit.parent.as_ref()?)))
        .collect();
    let mut notes = Vec::new();
    for UnitRow { line, unit } in units.iter().filter(|row| !led.contains(&row.unit.id)) {
        if unit.parent.is_none() {
            let problem = Problem::RootWithoutManager(unit.id.to_string());
            errors.push(ImportError::new(file, *line, "id", problem));
            continue;
        }
        let above = std::iter::successors(unit.parent.as_ref(), |id| parent_of.get(*id).copied());
        if let Some(falls_to) = above.into_iter().find(|id| led.contains(*id)) {
            notes.push(Note {
                file: file.to_owned(),
                line: *line,
                field: "id".to_owned(),
                unit: unit.id.clone(),
                name: unit.name.clone(),
                falls_to: falls_to.clone(),
            });
        }
    }
    notes
}
