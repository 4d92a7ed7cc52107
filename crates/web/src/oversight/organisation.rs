//! `GET /organisation`: units, and who leads them; for the administrator.

use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render};
use askama::Template;
use axum::response::Response;
use domain::organisation::{Organisation, Unit};
use domain::vocabulary::Role;

/// What the administrator should know at a glance.
#[derive(Clone, Debug)]
pub struct Facts {
    pub people: usize,
    pub units: usize,
    /// Units without a manager of their own, whose cases fall to the unit above.
    pub without_manager: usize,
    /// Roles that nobody has although every case needs one.
    pub missing: Vec<Role>,
}

impl Facts {
    /// Counts.
    pub fn of(org: &Organisation) -> Self {
        let needed = [Role::LegalAdviser, Role::Hr, Role::Dpo];
        Self {
            people: org.people().iter().filter(|person| person.active).count(),
            units: org.units().len(),
            without_manager: org
                .units()
                .iter()
                .filter(|unit| org.managers_of(&unit.id).is_empty())
                .count(),
            missing: needed
                .into_iter()
                .filter(|role| org.with_role(*role).next().is_none())
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "oversight/organisation.html")]
struct Page {
    frame: Frame,
    facts: Facts,
    units: Vec<Row>,
}

struct Row {
    /// The unit under those above it: `Børn og Familie / Myndighed`.
    name: String,
    manager: String,
    own_manager: bool,
    people: usize,
}

pub async fn show(ctx: Ctx) -> Result<Response, PageError> {
    if !ctx.me.has(Role::Admin) {
        return Err(Fault::NotFound.into());
    }
    let units = ctx.org.units().iter().map(|unit| row(&ctx, unit)).collect();
    render(&Page {
        frame: Frame::of(&ctx),
        facts: Facts::of(&ctx.org),
        units,
    })
}

fn row(ctx: &Ctx, unit: &Unit) -> Row {
    let org = &ctx.org;
    let own = org.managers_of(&unit.id);
    let manager = match own.first() {
        Some(_) => own
            .iter()
            .map(|person| person.name.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        None => {
            let above = org.chain_of_command(&unit.id).into_iter().next();
            above.map_or_else(
                || ctx.l.t("nobody"),
                |step| ctx.l.ta("falls-to", &[("name", ctx.name(&step.person))]),
            )
        }
    };
    let mut path: Vec<&str> = org.path(&unit.id).iter().map(|unit| unit.name.as_str()).collect();
    path.reverse();
    // The municipality itself stands above everything and need not be said on each line.
    let below = if path.len() > 1 { &path[1..] } else { &path[..] };
    Row {
        name: below.join(" / "),
        manager,
        own_manager: !own.is_empty(),
        people: org
            .people()
            .iter()
            .filter(|person| person.active && person.unit == unit.id)
            .count(),
    }
}
