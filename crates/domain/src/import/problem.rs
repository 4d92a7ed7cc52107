//! What can be wrong in the two files, said in Danish and in English.

use crate::ids::UnitId;
use crate::language::Language;
use crate::vocabulary::Role;

/// Something wrong at one place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// The name that the caller gave the file.
    pub file: String,
    /// From 1, the header being line 1.
    pub line: u64,
    /// The column; empty if the whole line is meant.
    pub field: String,
    pub problem: ImportProblem,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportProblem {
    MissingColumn,
    UnknownColumn,
    DuplicateColumn,
    /// A line has more or fewer fields than the header.
    FieldCount {
        expected: usize,
        found: usize,
    },
    /// The line is no CSV, in the reader's words.
    Unreadable(String),
    Empty,
    /// An id with spaces or control characters, or longer than 100 characters.
    InvalidId(String),
    /// Control characters or more than 300 characters.
    InvalidText,
    UnknownParent(String),
    /// Units that lie under each other in a circle, in order.
    Circle(Vec<String>),
    DuplicateUnit {
        id: String,
        first_line: u64,
    },
    DuplicatePerson {
        id: String,
        first_line: u64,
    },
    /// The same address, in whatever case.
    DuplicateEmail {
        email: String,
        first_line: u64,
    },
    InvalidEmail(String),
    UnknownUnit(String),
    UnknownRole(String),
    /// No unit without a parent.
    NoRoot,
    /// More than one unit without a parent.
    SeveralRoots(Vec<String>),
    /// Nobody leads the topmost unit, so a case could end with no owner.
    RootWithoutManager(String),
}

/// A unit without a manager: its cases fall to the nearest manager above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub file: String,
    pub line: u64,
    pub field: String,
    pub unit: UnitId,
    /// The unit's name.
    pub name: String,
    /// The nearest unit above that has a manager.
    pub falls_to: UnitId,
}

impl ImportError {
    pub(super) fn new(file: &str, line: u64, field: &str, problem: ImportProblem) -> Self {
        Self {
            file: file.to_owned(),
            line,
            field: field.to_owned(),
            problem,
        }
    }

    /// File, line, field and problem in one line of text.
    pub fn message(&self, language: Language) -> String {
        place(&self.file, self.line, &self.field, language) + &self.problem.message(language)
    }
}

impl std::fmt::Display for ImportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message(Language::En))
    }
}

impl std::error::Error for ImportError {}

impl Note {
    /// File, line, field and what to know in one line of text.
    pub fn message(&self, language: Language) -> String {
        let Self {
            unit, name, falls_to, ..
        } = self;
        let text = match language {
            Language::Da => {
                format!("enheden »{name}« ({unit}) har ingen leder; dens sager går til lederen af {falls_to}")
            }
            Language::En => {
                format!(
                    "the unit “{name}” ({unit}) has no manager; its cases go to the manager of {falls_to}"
                )
            }
        };
        place(&self.file, self.line, &self.field, language) + &text
    }
}

fn place(file: &str, line: u64, field: &str, language: Language) -> String {
    let (line_word, field_word) = match language {
        Language::Da => ("linje", "felt"),
        Language::En => ("line", "field"),
    };
    if field.is_empty() {
        format!("{file}, {line_word} {line}: ")
    } else {
        format!("{file}, {line_word} {line}, {field_word} {field}: ")
    }
}

impl ImportProblem {
    /// The problem in a sentence without its place.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Da => self.danish(),
            Language::En => self.english(),
        }
    }

    fn danish(&self) -> String {
        match self {
            Self::MissingColumn => "kolonnen mangler".into(),
            Self::UnknownColumn => "kolonnen er ukendt".into(),
            Self::DuplicateColumn => "kolonnen er der to gange".into(),
            Self::FieldCount { expected, found } => {
                format!("linjen har {found} felter; der skal være {expected}")
            }
            Self::Unreadable(why) => format!("linjen kan ikke læses: {why}"),
            Self::Empty => "feltet må ikke være tomt".into(),
            Self::InvalidId(id) => {
                format!(
                    "»{}« kan ikke bruges som id: højst {MAX_ID} tegn og ingen mellemrum",
                    shown(id)
                )
            }
            Self::InvalidText => format!("teksten må højst have {MAX_TEXT} tegn og ingen styretegn"),
            Self::UnknownParent(id) => format!("der er ingen enhed med id »{}« at ligge under", shown(id)),
            Self::Circle(members) => format!("enhederne ligger under hinanden i ring: {}", round(members)),
            Self::DuplicateUnit { id, first_line } => {
                format!("enheden »{}« er der allerede i linje {first_line}", shown(id))
            }
            Self::DuplicatePerson { id, first_line } => {
                format!(
                    "personen »{}« er der allerede i linje {first_line}; hver person står én gang, i sin egen enhed",
                    shown(id)
                )
            }
            Self::DuplicateEmail { email, first_line } => {
                format!("adressen »{}« er der allerede i linje {first_line}", shown(email))
            }
            Self::InvalidEmail(email) => format!("»{}« er ikke en e-mailadresse", shown(email)),
            Self::UnknownUnit(id) => format!("der er ingen enhed med id »{}«", shown(id)),
            Self::UnknownRole(role) => format!("»{}« er ikke en rolle; rollerne er {}", shown(role), roles()),
            Self::NoRoot => "der er ingen øverste enhed: én enhed skal stå uden overordnet".into(),
            Self::SeveralRoots(ids) => {
                format!(
                    "der er flere øverste enheder: {}; kun én må stå uden overordnet",
                    listed(ids)
                )
            }
            Self::RootWithoutManager(id) => {
                format!(
                    "den øverste enhed »{}« har ingen leder, så en sag kan ende uden ejer",
                    shown(id)
                )
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Self::MissingColumn => "the column is missing".into(),
            Self::UnknownColumn => "the column is unknown".into(),
            Self::DuplicateColumn => "the column is there twice".into(),
            Self::FieldCount { expected, found } => {
                format!("the line has {found} fields; it must have {expected}")
            }
            Self::Unreadable(why) => format!("the line can't be read: {why}"),
            Self::Empty => "the field must not be empty".into(),
            Self::InvalidId(id) => {
                format!(
                    "“{}” can't be an id: at most {MAX_ID} characters and no spaces",
                    shown(id)
                )
            }
            Self::InvalidText => {
                format!("the text may have at most {MAX_TEXT} characters and no control characters")
            }
            Self::UnknownParent(id) => format!("there is no unit with the id “{}” to lie under", shown(id)),
            Self::Circle(members) => {
                format!("the units lie under each other in a circle: {}", round(members))
            }
            Self::DuplicateUnit { id, first_line } => {
                format!("the unit “{}” is already in line {first_line}", shown(id))
            }
            Self::DuplicatePerson { id, first_line } => {
                format!(
                    "the person “{}” is already in line {first_line}; each person stands once, in their own unit",
                    shown(id)
                )
            }
            Self::DuplicateEmail { email, first_line } => {
                format!("the address “{}” is already in line {first_line}", shown(email))
            }
            Self::InvalidEmail(email) => format!("“{}” is not an e-mail address", shown(email)),
            Self::UnknownUnit(id) => format!("there is no unit with the id “{}”", shown(id)),
            Self::UnknownRole(role) => format!("“{}” is not a role; the roles are {}", shown(role), roles()),
            Self::NoRoot => "there is no topmost unit: one unit must have no parent".into(),
            Self::SeveralRoots(ids) => {
                format!(
                    "there are several topmost units: {}; only one may have no parent",
                    listed(ids)
                )
            }
            Self::RootWithoutManager(id) => {
                format!(
                    "the topmost unit “{}” has no manager, so a case could end with no owner",
                    shown(id)
                )
            }
        }
    }
}

/// The longest id, in characters.
pub(super) const MAX_ID: usize = 100;
/// The longest name, title or kind, in characters.
pub(super) const MAX_TEXT: usize = 300;
/// How much of a bad value, or of a list, a message repeats.
const SHOWN: usize = 60;

/// A value from a file as a message may repeat it: short, and with no control characters for a terminal to obey.
fn shown(value: &str) -> String {
    let safe = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let short: String = value.chars().take(SHOWN).map(safe).collect();
    if value.chars().nth(SHOWN).is_some() {
        short + "…"
    } else {
        short
    }
}

fn listed(values: &[String]) -> String {
    let more = if values.len() > SHOWN { ", …" } else { "" };
    let first: Vec<String> = values.iter().take(SHOWN).map(|value| shown(value)).collect();
    first.join(", ") + more
}

/// `a → b → a`.
fn round(members: &[String]) -> String {
    let names: Vec<String> = members
        .iter()
        .chain(members.first())
        .map(|value| shown(value))
        .collect();
    names.join(" → ")
}

fn roles() -> String {
    Role::ALL
        .iter()
        .map(|role| role.name())
        .collect::<Vec<_>>()
        .join(", ")
}
