//! What stands for a name, a number or a term of the procedure.

use super::read::{Chapter, Section};
use super::text::{Block, Inline, Target};
use super::{Content, VARIABLES};
use crate::language::Language;
use crate::procedure::{Procedure, Term};
use crate::vocabulary::DutyKind;
use std::collections::BTreeMap;

/// What `{{…}}` can be, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    /// By name: Danish, English.
    values: BTreeMap<String, [String; 2]>,
    /// Why `guide.toml` could not be read, and the line.
    pub(super) fault: Option<(usize, String)>,
}

impl Variables {
    /// The names and numbers of the guide's own `guide.toml`, and the procedure's terms.
    pub fn of(content: &Content, procedure: &Procedure) -> Self {
        let mut variables = Self::default();
        variables.put("municipality", &procedure.municipality, &procedure.municipality);
        let text = content.get(VARIABLES, Language::Da).unwrap_or_default();
        match text.parse::<toml::Table>() {
            Ok(table) => variables.table("", &table),
            Err(error) => {
                let start = error.span().map_or(0, |span| span.start.min(text.len()));
                let line = text.as_bytes()[..start]
                    .iter()
                    .filter(|byte| **byte == b'\n')
                    .count()
                    + 1;
                variables.fault = Some((line, error.message().to_owned()));
            }
        }
        for duty in DutyKind::ALL {
            let rule = procedure.rule(*duty);
            for (end, term) in [("", rule.term), (".acute", rule.term_for(true))] {
                let words = |language| term_in_words(term, language);
                variables.put(
                    &format!("due.{duty}{end}"),
                    &words(Language::Da),
                    &words(Language::En),
                );
            }
        }
        let silence = |language| term_in_words(procedure.escalate_after, language);
        variables.put("due.silence", &silence(Language::Da), &silence(Language::En));
        variables
    }

    /// `name = "…"`, `name = { da = "…", en = "…" }`, and tables of these, whose name is left out if it is `variables`.
    fn table(&mut self, before: &str, table: &toml::Table) {
        for (key, value) in table {
            let name = if before.is_empty() {
                key.clone()
            } else {
                format!("{before}.{key}")
            };
            match value {
                toml::Value::Table(inner)
                    if !inner.is_empty() && inner.keys().all(|key| key == "da" || key == "en") =>
                {
                    let one = |language| inner.get(language).map(said);
                    let da = one("da").or_else(|| one("en")).unwrap_or_default();
                    let en = one("en").unwrap_or_else(|| da.clone());
                    self.put(&name, &da, &en);
                }
                toml::Value::Table(inner) => {
                    let inside = if name == "variables" { "" } else { name.as_str() };
                    self.table(inside, inner);
                }
                value => self.put(&name, &said(value), &said(value)),
            }
        }
    }

    fn put(&mut self, name: &str, da: &str, en: &str) {
        self.values
            .insert(name.to_owned(), [da.to_owned(), en.to_owned()]);
    }

    /// The value in one language.
    pub fn get(&self, name: &str, language: Language) -> Option<&str> {
        let [da, en] = self.values.get(name)?;
        Some(match language {
            Language::Da => da,
            Language::En => en,
        })
    }

    /// Every name with its value, for those who write.
    pub fn all(&self, language: Language) -> impl Iterator<Item = (&str, &str)> {
        let value = move |name| self.get(name, language).unwrap_or_default();
        self.values.keys().map(move |name| (name.as_str(), value(name)))
    }

    /// The chapter with every name replaced; one that is unknown stays as it was written.
    pub fn fill(&self, mut chapter: Chapter, language: Language) -> Chapter {
        chapter.title = self.replaced(&chapter.title, language);
        self.blocks(&mut chapter.intro, language);
        for Section { title, blocks, .. } in &mut chapter.sections {
            *title = self.replaced(title, language);
            self.blocks(blocks, language);
        }
        chapter
    }

    fn blocks(&self, blocks: &mut [Block], language: Language) {
        let mut change = |piece: &mut Inline| match piece {
            Inline::Text { text }
            | Inline::Link {
                to: Target::Web(text),
                ..
            } => {
                *text = self.replaced(text, language);
            }
            Inline::Picture { alt, .. } => *alt = self.replaced(alt, language),
            _ => {}
        };
        blocks.iter_mut().for_each(|block| block.each(&mut change));
    }

    fn replaced(&self, text: &str, language: Language) -> String {
        let mut parts = text.split("{{");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let found = part.split_once("}}");
            match found.and_then(|(name, rest)| Some((self.get(name.trim(), language)?, rest))) {
                Some((value, rest)) => {
                    out.push_str(value);
                    out.push_str(rest);
                }
                None => {
                    out.push_str("{{");
                    out.push_str(part);
                }
            }
        }
        out
    }
}

fn said(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(yes) => yes.to_string(),
        toml::Value::Datetime(at) => at.to_string(),
        toml::Value::Array(all) => all.iter().map(said).collect::<Vec<_>>().join(", "),
        toml::Value::Table(_) => String::new(),
    }
}

/// The names between `{{` and `}}`; `None` for one without its end.
pub(super) fn names(text: &str) -> impl Iterator<Item = Option<&str>> {
    let parts = text.split("{{").skip(1);
    parts.map(|part| part.split_once("}}").map(|(name, _)| name.trim()))
}

/// A term as people say it: `samme arbejdsdag`, `1 time`, `72 timer`, `3 måneder`.
pub fn term_in_words(term: Term, language: Language) -> String {
    let (number, [da_one, da_more], [en_one, en_more]) = match term {
        Term::Hours(n) => (n, ["time", "timer"], ["hour", "hours"]),
        Term::Days(n) => (n, ["dag", "dage"], ["day", "days"]),
        Term::Weeks(n) => (n, ["uge", "uger"], ["week", "weeks"]),
        Term::Months(n) => (n, ["måned", "måneder"], ["month", "months"]),
        Term::WorkingDays(0) => {
            return match language {
                Language::Da => "samme arbejdsdag".into(),
                Language::En => "the same working day".into(),
            };
        }
        Term::WorkingDays(n) => (n, ["arbejdsdag", "arbejdsdage"], ["working day", "working days"]),
    };
    let (one, more) = match language {
        Language::Da => (da_one, da_more),
        Language::En => (en_one, en_more),
    };
    format!("{number} {}", if number == 1 { one } else { more })
}
