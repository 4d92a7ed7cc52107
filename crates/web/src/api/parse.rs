//! JSON from outside into our types, and where it does not fit, said by the name of the field.

use super::problem::{FieldFault, Problem};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads JSON. `null` is the same as leaving a field out; a field that we do not know is refused, not passed over.
///
/// # Errors
/// 422 with line and column where it is no JSON (`part` says of what), else naming the field.
pub fn json<T: DeserializeOwned + Serialize>(part: &'static str, bytes: &[u8]) -> Result<T, Problem> {
    let mut value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::not_json(part, error.line(), error.column()))?;
    without_nulls(&mut value);
    if !value.is_object() {
        return Err(fault(part, "wrong-type", &["object"]));
    }
    let read: T = serde_json::from_value(value.clone())
        .map_err(|error| blame::<T>(part, &value, &error.to_string()))?;
    let known = serde_json::to_value(&read).unwrap_or_default();
    let mut unknown = Vec::new();
    strangers(&value, &known, "", &mut unknown);
    if unknown.is_empty() {
        Ok(read)
    } else {
        Err(Problem::fields(unknown))
    }
}

/// Reads a request's body as [`json`].
///
/// # Errors
/// 415 where it is said to be something else, 413 where it is too long, and those of [`json`].
pub fn body<T: DeserializeOwned + Serialize>(
    part: &'static str,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<T, Problem> {
    if !is_json(headers) {
        return Err(Problem::of("not-json"));
    }
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of("too-large"),
        _ => Problem::of("bad-request"),
    })?;
    json(part, &body)
}

/// Whether the body is said to be JSON, or not said to be anything.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(said) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let kind = said
        .to_str()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json")
}

fn fault(field: &str, code: &'static str, expected: &[&str]) -> Problem {
    let expected = expected.iter().map(|word| (*word).to_owned()).collect();
    Problem::fields(vec![FieldFault {
        field: field.to_owned(),
        code,
        expected,
    }])
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// Every field that was sent and is not in what was understood.
fn strangers(sent: &Value, known: &Value, place: &str, found: &mut Vec<FieldFault>) {
    match (sent, known) {
        (Value::Object(sent), Value::Object(known)) => {
            for (name, value) in sent {
                let place = below(place, name);
                match known.get(name) {
                    Some(known) => strangers(value, known, &place, found),
                    None => found.push(FieldFault {
                        field: place,
                        code: "unknown-field",
                        expected: Vec::new(),
                    }),
                }
            }
        }
        (Value::Array(sent), Value::Array(known)) => {
            for (at, (sent, known)) in sent.iter().zip(known).enumerate() {
                strangers(sent, known, &below(place, &at.to_string()), found);
            }
        }
        _ => {}
    }
}

fn below(place: &str, name: &str) -> String {
    if place.is_empty() {
        name.to_owned()
    } else {
        format!("{place}.{name}")
    }
}

/// Turns the reader's complaint into a problem with a place. The reader of tagged variants does not say where it was, so
/// the place is found by trying: the deepest field without which it complains of something else.
fn blame<T: DeserializeOwned>(part: &str, value: &Value, complaint: &str) -> Problem {
    let complains = |value: &Value| {
        serde_json::from_value::<T>(value.clone())
            .err()
            .map(|error| error.to_string())
    };
    if let Some(name) = quoted(complaint, "missing field `") {
        let place = home(value, name, complaint, &complains);
        return fault(&place, "required", &[]);
    }
    let place = culprit(value, complaint, &complains).unwrap_or_else(|| part.to_owned());
    if complaint.starts_with("unknown variant") {
        let expected: Vec<&str> = complaint.split('`').skip(3).step_by(2).collect();
        return fault(&place, "unknown-value", &expected);
    }
    if complaint.starts_with("invalid type") || complaint.starts_with("invalid value") {
        let expected = complaint
            .rsplit_once("expected ")
            .map_or("", |(_, expected)| expected);
        return fault(&place, "wrong-type", &[kind(expected)]);
    }
    fault(&place, "not-a-time", &[])
}

fn quoted<'a>(complaint: &'a str, before: &str) -> Option<&'a str> {
    complaint.strip_prefix(before)?.split('`').next()
}

/// The reader's word for a type, in JSON's.
fn kind(expected: &str) -> &'static str {
    match expected {
        "a boolean" => "boolean",
        "a sequence" => "array",
        expected if expected.contains("string") => "string",
        expected if expected.starts_with(['u', 'i', 'f']) => "number",
        _ => "object",
    }
}

type Complains<'a> = &'a dyn Fn(&Value) -> Option<String>;

/// The place at which a missing field would have to be: where putting something there changes the complaint.
fn home(value: &Value, name: &str, complaint: &str, complains: Complains<'_>) -> String {
    let places = objects(value);
    let filled = |place: &&Vec<String>| {
        let mut tried = value.clone();
        let here = object_at(&mut tried, place);
        here.is_some_and(|fields| fields.insert(name.to_owned(), Value::Bool(true)).is_none())
            && complains(&tried).as_deref() != Some(complaint)
    };
    let found = places.iter().find(filled).cloned().unwrap_or_default();
    found
        .into_iter()
        .chain([name.to_owned()])
        .collect::<Vec<_>>()
        .join(".")
}

/// The field at fault. The reader goes through the fields in order, so it is the last one, and the deepest, whose absence
/// changes the complaint; leaving out the tag changes every complaint.
fn culprit(value: &Value, complaint: &str, complains: Complains<'_>) -> Option<String> {
    let mut fields = Vec::new();
    fields_below(value, &[], &mut fields);
    let blamed = |place: &&Vec<String>| {
        let mut tried = value.clone();
        let (name, parent) = place.split_last().expect("a field has a name");
        object_at(&mut tried, parent)
            .and_then(|fields| fields.remove(name))
            .is_some()
            && complains(&tried).as_deref() != Some(complaint)
    };
    let is_tag = |place: &&Vec<String>| place.len() == 1 && place[0] == "type";
    let found = fields.iter().rev().filter(|place| !is_tag(place)).find(blamed);
    found
        .or_else(|| fields.iter().find(is_tag))
        .map(|place| place.join("."))
}

/// The places of all fields in the order in which they are read, each before those inside it.
fn fields_below(value: &Value, place: &[String], found: &mut Vec<Vec<String>>) {
    let below = |name: String| [place, &[name]].concat();
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let place = below(name.clone());
                found.push(place.clone());
                fields_below(value, &place, found);
            }
        }
        Value::Array(items) => {
            // A list of hundreds is told as a whole.
            for (at, item) in items.iter().take(200).enumerate() {
                fields_below(item, &below(at.to_string()), found);
            }
        }
        _ => {}
    }
}

/// The places of all objects, outermost first.
fn objects(value: &Value) -> Vec<Vec<String>> {
    let mut fields = Vec::new();
    fields_below(value, &[], &mut fields);
    let parents = fields.into_iter().map(|mut place| {
        place.pop();
        place
    });
    let mut places: Vec<Vec<String>> = parents.chain([Vec::new()]).collect();
    places.sort_by_key(|place| (place.len(), place.clone()));
    places.dedup();
    places
}

fn object_at<'a>(value: &'a mut Value, place: &[String]) -> Option<&'a mut Map<String, Value>> {
    let mut here = value;
    for name in place {
        here = match here {
            Value::Object(fields) => fields.get_mut(name)?,
            Value::Array(items) => items.get_mut(name.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    here.as_object_mut()
}

#[cfg(test)]
mod tests {
    use domain::case::Command;

    fn said(json: &str) -> String {
        match super::json::<Command>("command", json.as_bytes()) {
            Ok(command) => format!("{:?}", command.kind()),
            Err(problem) => format!("{problem:?}"),
        }
    }

    #[track_caller]
    fn names(json: &str, field: &str, code: &str) {
        let said = said(json);
        let expected = format!("FieldFault {{ field: {field:?}, code: {code:?}");
        assert!(
            said.contains(&expected),
            "{json}\n  gave {said}\n  not {expected}"
        );
    }

    const REVIEW: &str = r#"{"type":"review","outcome":"harassment","contact":{"may":"yes"},
        "grounds":{"said":"a","about":"b","aim":"person","truth":"opinion","threat":"none","counter_argument":"c",
        "conclusion":"d"}}"#;

    #[test]
    fn a_command_that_fits_is_read() {
        assert_eq!(said(r#"{"type":"receive"}"#), "Receive");
        assert_eq!(
            said(r#"{"type":"care","talk":"x","talked_at":null,"wishes":null}"#),
            "Care"
        );
        assert_eq!(said(REVIEW), "Review");
    }

    #[test]
    fn a_command_that_does_not_fit_is_refused_by_the_name_of_its_field() {
        names(r#"{}"#, "type", "required");
        names(r#"{"type":"recieve"}"#, "type", "unknown-value");
        names(r#"{"type":5}"#, "type", "wrong-type");
        names(r#"{"type":"care"}"#, "talk", "required");
        names(r#"{"type":"care","talk":null}"#, "talk", "required");
        names(r#"{"type":"care","talk":5}"#, "talk", "wrong-type");
        names(
            r#"{"type":"care","talk":"x","talked_at":"yesterday"}"#,
            "talked_at",
            "not-a-time",
        );
        names(
            r#"{"type":"care","talk":"x","talked_att":"2026-10-12T10:00:00Z"}"#,
            "talked_att",
            "unknown-field",
        );
        names(
            r#"{"type":"follow-up","week":-1,"talk":"x"}"#,
            "week",
            "wrong-type",
        );
        names(
            r#"{"type":"waive","duty":"reveiw","reason":"x"}"#,
            "duty",
            "unknown-value",
        );
        names(
            r#"{"type":"invite","person":"p12","drawers":["matter","all"],"until":"2026-12-01"}"#,
            "drawers",
            "unknown-value",
        );
        names("[]", "command", "wrong-type");
    }

    #[test]
    fn a_field_inside_another_is_named_with_both() {
        names(&REVIEW.replace(r#""said":"a","#, ""), "grounds.said", "required");
        names(
            &REVIEW.replace(r#""aim":"person""#, r#""aim":"dog""#),
            "grounds.aim",
            "unknown-value",
        );
        names(
            &REVIEW.replace(r#""may":"yes""#, r#""may":"yes","By":"x""#),
            "contact.By",
            "unknown-field",
        );
    }

    #[test]
    fn what_is_no_json_is_told_by_line_and_column() {
        assert!(
            said("{\"type\":\n \"receive\",}").contains("line: 2, column: 12"),
            "{}",
            said("{\"type\":\n \"receive\",}")
        );
    }
}
