//! A CSV file as rows with line numbers and columns by name.

use super::problem::{ImportError, ImportProblem};
use std::collections::HashMap;

/// One row; a missing column was said once, and reads as empty.
pub(super) struct Row {
    pub line: u64,
    cells: HashMap<&'static str, String>,
}

impl Row {
    /// The cell without the spaces around it.
    pub fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// Reads the rows of a file that must have exactly these columns, in any order. Rows that can't be read, and a header
/// that is not right, are added to `errors`; with a wrong header there are no rows.
pub(super) fn read(
    text: &str,
    file: &str,
    columns: &[&'static str],
    errors: &mut Vec<ImportError>,
) -> Vec<Row> {
    let mut lines = Lines::new(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut header: Option<Vec<&'static str>> = None;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, |position| lines.line(position.byte()));
                let problem = ImportProblem::Unreadable(error.to_string());
                errors.push(ImportError::new(file, line, "", problem));
                continue;
            }
        };
        let line = record
            .position()
            .map_or(1, |position| lines.line(position.byte()));
        let Some(header) = &header else {
            let Some(found) = read_header(&record, file, line, columns, errors) else {
                return Vec::new();
            };
            header = Some(found);
            continue;
        };
        if record.iter().all(str::is_empty) {
            continue; // A spreadsheet's empty line still has its separators.
        }
        if record.len() != header.len() {
            let problem = ImportProblem::FieldCount {
                expected: header.len(),
                found: record.len(),
            };
            errors.push(ImportError::new(file, line, "", problem));
            continue;
        }
        let cells = header
            .iter()
            .copied()
            .zip(record.iter().map(str::to_owned))
            .collect();
        rows.push(Row { line, cells });
    }
    if header.is_none() {
        read_header(&csv::StringRecord::new(), file, 1, columns, errors);
    }
    rows
}

/// The columns in the order of the file, or `None` with every missing, unknown and repeated one in `errors`.
fn read_header(
    record: &csv::StringRecord,
    file: &str,
    line: u64,
    columns: &[&'static str],
    errors: &mut Vec<ImportError>,
) -> Option<Vec<&'static str>> {
    let before = errors.len();
    let mut found: Vec<&'static str> = Vec::new();
    for name in record {
        match columns.iter().find(|column| **column == name) {
            None => errors.push(ImportError::new(file, line, name, ImportProblem::UnknownColumn)),
            Some(column) if found.contains(column) => {
                errors.push(ImportError::new(file, line, name, ImportProblem::DuplicateColumn));
            }
            Some(column) => found.push(column),
        }
    }
    for column in columns.iter().filter(|column| !found.contains(column)) {
        errors.push(ImportError::new(file, line, column, ImportProblem::MissingColumn));
    }
    (errors.len() == before).then_some(found)
}

/// A semicolon if the first line has more of them than commas.
fn delimiter(text: &str) -> u8 {
    let header = text.trim_start().lines().next().unwrap_or_default();
    let count = |separator: char| header.matches(separator).count();
    if count(';') > count(',') { b';' } else { b',' }
}

/// Line numbers from byte offsets that only grow. The CSV reader's own number is that of the place where it began to
/// look for the record, which is before the rest of a CRLF and before empty lines.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    fn line(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(self.bytes.len());
        while let Some(byte) = self.bytes.get(self.at) {
            if self.at >= offset && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}
