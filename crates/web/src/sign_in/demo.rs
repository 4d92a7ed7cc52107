//! The demonstration: step in as any person of the invented municipality.

use super::{local, session};
use crate::ctx::Visitor;
use crate::page::{Frame, PageError, render};
use app::App;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{PersonId, UnitId};
use domain::organisation::{Organisation, Person};
use http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;

/// Those whose day shows most, and the text key of what they show.
const SUGGESTED: [(&str, &str); 6] = [
    ("p10", "demo-as-target"),
    ("p09", "demo-as-manager"),
    ("p03", "demo-as-lawyer"),
    ("p08", "demo-as-director"),
    ("p05", "demo-as-dpo"),
    ("p06", "demo-as-admin"),
];

#[derive(Template)]
#[template(path = "sign_in/demo.html")]
struct Demo {
    frame: Frame,
    municipality: String,
    next: String,
    suggested: Vec<Choice>,
    units: Vec<Group>,
}

struct Choice {
    id: String,
    name: String,
    title: String,
    /// Why them, or which roles they have.
    note: String,
}

struct Group {
    unit: String,
    people: Vec<Choice>,
}

/// The start page of a demonstration for somebody who is nobody yet.
///
/// # Errors
/// As [`render`].
pub fn page(visitor: &Visitor, next: &str) -> Result<Response, PageError> {
    let org = visitor.app.organisation();
    let suggested = SUGGESTED.iter().filter_map(|(id, key)| {
        let person = org.person(&PersonId::new(*id)).filter(|person| person.active)?;
        Some(choice(person, visitor.l.t(key)))
    });
    render(&Demo {
        frame: Frame::for_visitor(visitor),
        municipality: visitor.app.procedure().municipality.clone(),
        next: next.to_owned(),
        suggested: suggested.collect(),
        units: groups(visitor, &org),
    })
}

fn groups(visitor: &Visitor, org: &Organisation) -> Vec<Group> {
    let of = |unit: &UnitId| {
        let people = org
            .people()
            .iter()
            .filter(|person| person.active && &person.unit == unit);
        people
            .map(|person| choice(person, roles(visitor, person)))
            .collect::<Vec<_>>()
    };
    let groups = org.units().iter().map(|unit| Group {
        unit: unit.name.clone(),
        people: of(&unit.id),
    });
    groups.filter(|group| !group.people.is_empty()).collect()
}

fn roles(visitor: &Visitor, person: &Person) -> String {
    let roles = person
        .roles
        .iter()
        .map(|role| visitor.l.t(&format!("role-{role}")));
    // "Personalejurist · personalejurist" says nothing more.
    roles
        .filter(|role| role.to_lowercase() != person.title.to_lowercase())
        .collect::<Vec<_>>()
        .join(", ")
}

fn choice(person: &Person, note: String) -> Choice {
    Choice {
        id: person.id.to_string(),
        name: person.name.clone(),
        title: person.title.clone(),
        note,
    }
}

#[derive(Deserialize)]
pub struct Fields {
    person: String,
    #[serde(default)]
    next: String,
}

/// `POST /demo/step-in`; there is no such address outside a demonstration.
pub async fn step_in(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let new = app.step_in(&PersonId::new(fields.person)).await?;
    session::end(&app, &headers).await?;
    Ok(session::begin(&app, &new, local(&fields.next)))
}
