//! Which colleague is meant: by e-mail, or by a name that only one person has.

use crate::ctx::Ctx;
use domain::ids::PersonId;
use domain::organisation::Person;

/// How many people are named when it is not clear who is meant.
const SUGGESTIONS: usize = 5;
/// A unit with more people than this gets no list to choose from.
const LIST_LIMIT: usize = 60;

/// Finds the colleague.
///
/// # Errors
/// The message for the field: nobody is called that, or these are.
pub fn find(ctx: &Ctx, asked: &str) -> Result<PersonId, String> {
    let asked = asked.trim();
    if let Some(person) = ctx.org.by_email(asked) {
        return Ok(person.id.clone());
    }
    let wanted = asked.to_lowercase();
    let (mut same, mut like) = (Vec::new(), Vec::new());
    for person in ctx.org.people().iter().filter(|person| person.active) {
        let name = person.name.to_lowercase();
        if name == wanted {
            same.push(person);
        } else if same.is_empty() && like.len() < SUGGESTIONS && resembles(&name, &wanted) {
            like.push(person);
        }
    }
    match (same.as_slice(), like.as_slice()) {
        ([only], _) => Ok(only.id.clone()),
        ([], []) => Err(ctx.l.t("problem-unknown-person")),
        ([], like) => Err(listed(ctx, "colleague-like", like)),
        (several, _) => Err(listed(
            ctx,
            "colleague-several",
            &several[..several.len().min(SUGGESTIONS)],
        )),
    }
}

/// Every word of what was asked begins a word of the name.
fn resembles(name: &str, wanted: &str) -> bool {
    let begins = |part: &str| name.split([' ', '-']).any(|word| word.starts_with(part));
    wanted.split_whitespace().next().is_some() && wanted.split_whitespace().all(begins)
}

fn listed(ctx: &Ctx, key: &str, people: &[&Person]) -> String {
    let person = |person: &&Person| {
        let unit = ctx.org.unit(&person.unit).map_or("", |unit| unit.name.as_str());
        format!("{}, {}, {} ({})", person.name, person.title, unit, person.email)
    };
    ctx.l.ta(
        key,
        &[("people", people.iter().map(person).collect::<Vec<_>>().join("; "))],
    )
}

/// The names in the caller's own unit, to choose from; none where they are many.
pub fn nearby(ctx: &Ctx) -> Vec<String> {
    let same_unit = |person: &&Person| person.active && person.unit == ctx.me.unit && person.id != ctx.me.id;
    let names: Vec<String> = ctx
        .org
        .people()
        .iter()
        .filter(same_unit)
        .map(|person| person.name.clone())
        .collect();
    if names.len() > LIST_LIMIT {
        Vec::new()
    } else {
        names
    }
}
