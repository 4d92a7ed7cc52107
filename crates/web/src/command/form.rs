//! One form: its sections and fields, what was typed into them, and what is wrong with it.
//!
//! A form is built anew for every request, so that its choices and first values fit the case; the same fields then read
//! what was posted and become the command's JSON, which is what the API takes too.

use crate::text::L;
use domain::ids::PersonId;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

/// What a posted body says, in the order of the form.
#[derive(Clone, Debug, Default)]
pub struct Posted(pub Vec<(String, String)>);

impl Posted {
    /// The first value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every value of a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
            .collect()
    }
}

/// One answer of a closed list.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: Option<String>,
}

/// How a field is asked for.
#[derive(Clone, Debug)]
pub enum Input {
    Line,
    /// A colleague by name or e-mail.
    Person,
    Text {
        rows: u8,
    },
    Date,
    /// Date and hour in the municipality's own time.
    Moment,
    Check,
    Radio(Vec<Choice>),
    Checks(Vec<Choice>),
    /// The same, whose answers are numbers.
    Numbers(Vec<Choice>),
    Select(Vec<Choice>),
    /// One e-mail address a line.
    People,
    /// A number or word that the page itself carries.
    Hidden,
}

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    /// As in the command's JSON; a dot goes one object down.
    pub name: &'static str,
    pub label: String,
    pub hint: Option<String>,
    pub input: Input,
    pub required: bool,
    /// Demanded in some cases, as its hint says; not called optional.
    pub perhaps: bool,
    pub values: Vec<String>,
    pub error: Option<String>,
}

impl Field {
    /// The `id` in the page.
    pub fn id(&self) -> String {
        format!("f-{}", self.name.replace(['.', '_'], "-"))
    }

    /// Where a link to the field leads: its first control.
    pub fn anchor(&self) -> String {
        match self.input {
            Input::Radio(_) | Input::Checks(_) | Input::Numbers(_) => format!("{}-0", self.id()),
            _ => self.id(),
        }
    }

    /// What the control is described by; empty for nothing.
    pub fn described(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id()));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id()));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    /// What stands in the field.
    pub fn value(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    /// Whether this answer is chosen.
    pub fn has(&self, value: &str) -> bool {
        self.values.iter().any(|chosen| chosen == value)
    }

    /// The name of the input, for the template.
    pub fn kind(&self) -> &'static str {
        match self.input {
            Input::Line => "line",
            Input::Person => "person",
            Input::Text { .. } | Input::People => "text",
            Input::Date => "date",
            Input::Moment => "datetime-local",
            Input::Check => "check",
            Input::Radio(_) => "radio",
            Input::Checks(_) | Input::Numbers(_) => "checks",
            Input::Select(_) => "select",
            Input::Hidden => "hidden",
        }
    }

    /// Rows of a text area.
    pub fn rows(&self) -> u8 {
        match self.input {
            Input::Text { rows } => rows,
            _ => 2,
        }
    }

    /// The answers of a closed list.
    pub fn choices(&self) -> &[Choice] {
        match &self.input {
            Input::Radio(choices)
            | Input::Checks(choices)
            | Input::Numbers(choices)
            | Input::Select(choices) => choices,
            _ => &[],
        }
    }

    /// What is wrong with what stands here, as a problem code.
    fn problem(&self) -> Option<&'static str> {
        let filled: Vec<&String> = self
            .values
            .iter()
            .filter(|value| !value.trim().is_empty())
            .collect();
        if filled.is_empty() {
            let several = matches!(self.input, Input::Checks(_) | Input::Numbers(_));
            return self
                .required
                .then_some(if several { "at-least-one" } else { "required" });
        }
        let known = |value: &&String| self.choices().iter().any(|choice| &choice.value == *value);
        match self.input {
            Input::Radio(_) | Input::Checks(_) | Input::Numbers(_) | Input::Select(_)
                if !filled.iter().all(known) =>
            {
                Some("unknown-value")
            }
            Input::Date if self.value().parse::<Date>().is_err() => Some("not-a-time"),
            Input::Moment if self.value().parse::<DateTime>().is_err() => Some("not-a-time"),
            _ => None,
        }
    }

    /// The field as JSON; `None` leaves it out.
    fn json(&self, l: &L) -> Option<Value> {
        let value = self.value().trim();
        match self.input {
            Input::Check => Some(json!(value == "true")),
            Input::Checks(_) => Some(json!(self.values)),
            Input::Numbers(_) => {
                let numbers = self.values.iter().filter_map(|value| value.parse::<u32>().ok());
                Some(json!(numbers.collect::<Vec<_>>()))
            }
            Input::People => Some(json!(
                self.value()
                    .lines()
                    .map(str::trim)
                    .filter(|l| !l.is_empty())
                    .collect::<Vec<_>>()
            )),
            _ if value.is_empty() => None,
            Input::Hidden | Input::Select(_) => Some(
                value
                    .parse::<u64>()
                    .map_or_else(|_| json!(value), |number| json!(number)),
            ),
            Input::Moment => Some(json!(l.read_moment(value)?.to_string())),
            _ => Some(json!(value)),
        }
    }
}

/// Some fields under one heading.
#[derive(Clone, Debug, Default)]
pub struct Section {
    pub heading: Option<String>,
    pub text: Option<String>,
    pub fields: Vec<Field>,
}

/// A whole form.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub sections: Vec<Section>,
}

impl Form {
    /// Every field, in the order of the page.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    fn fields_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        self.sections.iter_mut().flat_map(|section| &mut section.fields)
    }

    /// One field by its name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|field| field.name == name)
    }

    /// Puts what was posted into the fields, so that nothing typed is lost.
    pub fn take(&mut self, posted: &Posted) {
        self.fields_mut()
            .for_each(|field| field.values = posted.all(field.name));
    }

    /// Puts one value into one field, if there is such a field.
    pub fn set(&mut self, name: &str, values: Vec<String>) {
        if let Some(field) = self.fields_mut().find(|field| field.name == name) {
            field.values = values;
        }
    }

    /// Marks every field that can't be read as it stands; whether all can.
    pub fn check(&mut self, l: &L) -> bool {
        let mut fine = true;
        for field in self.fields_mut() {
            if let Some(problem) = field.problem() {
                field.error = Some(l.t(&format!("problem-{problem}")));
                fine = false;
            }
        }
        fine
    }

    /// Marks the field of this name; `false` if the form has no such field.
    pub fn blame(&mut self, name: &str, message: String) -> bool {
        let found = self.fields_mut().find(|field| field.name == name);
        found.map(|field| field.error = Some(message)).is_some()
    }

    /// Puts the person that each name means in the place of the name; what was typed stays where it means nobody.
    pub fn find_people(&mut self, find: impl Fn(&str) -> Result<PersonId, String>) -> Option<Self> {
        let mut found = self.clone();
        let mut fine = true;
        for (field, found) in self.fields_mut().zip(found.fields_mut()) {
            if !matches!(field.input, Input::Person | Input::People) {
                continue;
            }
            let names = field
                .value()
                .lines()
                .map(str::trim)
                .filter(|name| !name.is_empty());
            match names.map(&find).collect::<Result<Vec<_>, _>>() {
                Ok(people) => {
                    found.values = vec![people.iter().map(PersonId::as_str).collect::<Vec<_>>().join("\n")]
                }
                Err(message) => {
                    field.error = Some(message);
                    fine = false;
                }
            }
        }
        fine.then_some(found)
    }

    /// The fields with something wrong: where a link to each leads, its label, the message.
    pub fn errors(&self) -> Vec<(String, String, String)> {
        let wrong = |field: &Field| {
            field
                .error
                .clone()
                .map(|error| (field.anchor(), field.label.clone(), error))
        };
        self.fields().filter_map(wrong).collect()
    }

    /// The command's JSON, `type` included.
    pub fn json(&self, command: &str, l: &L) -> Value {
        let mut whole = Map::from_iter([("type".to_owned(), json!(command))]);
        for field in self.fields() {
            let Some(value) = field.json(l) else { continue };
            match field.name.split_once('.') {
                Some((outer, inner)) => {
                    let object = whole.entry(outer).or_insert_with(|| json!({}));
                    object[inner] = value;
                }
                None => {
                    whole.insert(field.name.to_owned(), value);
                }
            }
        }
        Value::Object(whole)
    }
}

/// Builds a form whose texts are named after it: `ask-<form>-<field>`, and the same with `-hint`.
pub struct Maker<'a> {
    l: &'a L,
    form: &'static str,
    sections: Vec<Section>,
}

impl<'a> Maker<'a> {
    /// An empty form.
    pub fn new(l: &'a L, form: &'static str) -> Self {
        Self {
            l,
            form,
            sections: vec![Section::default()],
        }
    }

    /// Begins a section, named `ask-<form>-section-<name>`.
    pub fn section(&mut self, name: &str) -> &mut Self {
        let heading = Some(self.l.t(&format!("ask-{}-section-{name}", self.form)));
        self.sections.push(Section {
            heading,
            ..Section::default()
        });
        self
    }

    /// Adds a field; it can be changed further by what this gives.
    pub fn add(&mut self, name: &'static str, input: Input) -> Adding<'_> {
        let key = format!("ask-{}-{}", self.form, name.replace(['.', '_'], "-"));
        let label = if matches!(input, Input::Hidden) {
            String::new()
        } else {
            self.l.t(&key)
        };
        let field = Field {
            name,
            label,
            hint: None,
            input,
            required: false,
            perhaps: false,
            values: Vec::new(),
            error: None,
        };
        let section = self.sections.last_mut().expect("a form begins with a section");
        section.fields.push(field);
        Adding {
            l: self.l,
            key,
            field: section.fields.last_mut().expect("just pushed"),
        }
    }

    /// The form.
    pub fn done(self) -> Form {
        let full = |section: &Section| !section.fields.is_empty();
        Form {
            sections: self.sections.into_iter().filter(full).collect(),
        }
    }
}

/// A field that has just been added.
pub struct Adding<'a> {
    l: &'a L,
    key: String,
    field: &'a mut Field,
}

impl Adding<'_> {
    /// It must be answered.
    pub fn required(self) -> Self {
        self.field.required = true;
        self
    }

    /// It must be answered in some cases, as its hint says.
    pub fn perhaps(self) -> Self {
        self.field.perhaps = true;
        self
    }

    /// It has a hint.
    pub fn hint(self) -> Self {
        self.field.hint = Some(self.l.t(&format!("{}-hint", self.key)));
        self
    }

    /// It begins with this value.
    pub fn is(self, value: impl Into<String>) -> Self {
        let value: String = value.into();
        self.field.values = if value.is_empty() { Vec::new() } else { vec![value] };
        self
    }

    /// It begins with these answers.
    pub fn are(self, values: Vec<String>) -> Self {
        self.field.values = values;
        self
    }
}

/// The answers of a closed list of words, each called as the pattern says: `"danger-{}"`.
macro_rules! choices {
    ($l:expr, $words:ty, $pattern:literal) => {
        choices!($l, $words, $pattern, |_: String| None)
    };
    // With an explanation of each, called the same with `explain-` before it.
    ($l:expr, $words:ty, $pattern:literal, explained) => {
        choices!($l, $words, $pattern, |key: String| Some(
            $l.t(&format!("explain-{key}"))
        ))
    };
    ($l:expr, $words:ty, $pattern:literal, $hint:expr) => {
        <$words>::ALL
            .iter()
            .map(|word| {
                let key = format!($pattern, word.name());
                let label = $l.t(&key);
                $crate::command::form::Choice {
                    value: word.name().to_owned(),
                    label,
                    hint: $hint(key),
                }
            })
            .collect::<Vec<_>>()
    };
}
pub(crate) use choices;
