//! The letter as we suggest it. It goes to a citizen of a Danish municipality, so it is in Danish whatever the screen is.
//!
//! It names the originator and the manager who signs; never the targeted employee, and nothing of theirs.

use crate::ctx::Ctx;
use crate::text::L;
use app::CaseView;
use askama::Template;
use domain::case::{Certainty, Purpose};
use domain::language::Language;
use domain::vocabulary::Medium;
use jiff::civil::Date;

/// What stands where only the manager knows what to write.
pub const NAME_HERE: &str = "[afsenderens navn]";
/// As [`NAME_HERE`].
pub const DEMAND_HERE: &str = "[hvad der konkret er sket, og hvad der skal høre op]";
/// As [`NAME_HERE`].
pub const DATE_HERE: &str = "[dato]";

#[derive(Template)]
#[template(path = "contact/letter.txt", escape = "none")]
struct Letter {
    /// It belongs to a drill: it must not leave the house.
    drill: bool,
    to: String,
    child: bool,
    about: String,
    seen: String,
    today: String,
    municipality: String,
    substance: bool,
    boundary: bool,
    demand: String,
    stop_by: String,
    name: String,
    title: String,
    unit: String,
    email: String,
}

/// What the manager has said of the contact so far.
pub struct Wanted<'a> {
    pub purposes: &'a [Purpose],
    pub demand: &'a str,
    pub stop_by: Option<Date>,
}

/// Writes the letter.
pub fn write(ctx: &Ctx, view: &CaseView, wanted: &Wanted<'_>) -> String {
    let l = L::new(Language::Da, &ctx.app.calendar().local(ctx.now));
    let case = &view.state;
    let or_else = |text: &str, instead: &str| {
        if text.trim().is_empty() {
            instead.to_owned()
        } else {
            text.trim().to_owned()
        }
    };
    let platform = case
        .reports
        .iter()
        .find_map(|(_, facts)| facts.platform.as_deref());
    let today = l.local(ctx.now).date();
    let letter = Letter {
        drill: view.made_up,
        to: or_else(&addressee(view), NAME_HERE),
        child: case.guardian_only(),
        about: about(&l, case.medium(), platform),
        seen: long_day(&l, l.local(case.episode_at().0).date()),
        today: long_day(&l, today),
        municipality: view.procedure.municipality.clone(),
        substance: wanted.purposes.contains(&Purpose::Substance),
        boundary: wanted.purposes.contains(&Purpose::Boundary),
        demand: or_else(wanted.demand, DEMAND_HERE),
        stop_by: wanted
            .stop_by
            .map_or_else(|| DATE_HERE.to_owned(), |day| long_day(&l, day)),
        name: ctx.me.name.clone(),
        title: ctx.me.title.clone(),
        unit: ctx
            .org
            .unit(&ctx.me.unit)
            .map(|unit| unit.name.clone())
            .unwrap_or_default(),
        email: ctx.me.email.clone(),
    };
    letter
        .render()
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

/// The originator's bare name, where we think we know it; what is told of them beside it stays in the case.
fn addressee(view: &CaseView) -> String {
    let registered = view
        .state
        .registration
        .as_ref()
        .map(|(_, registration)| registration);
    let known = registered.filter(|registration| registration.certainty != Certainty::Unknown);
    let name = known
        .map(|registration| registration.originator.as_str())
        .unwrap_or_default();
    name.split(['(', ',', ';', '·'])
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// "et opslag på Facebook": what we have become aware of.
fn about(l: &L, medium: Option<Medium>, platform: Option<&str>) -> String {
    match (medium, platform.filter(|platform| !platform.is_empty())) {
        (None, _) => l.t("letter-about"),
        (Some(medium), Some(platform)) => {
            l.ta(&format!("letter-about-on-{medium}"), &[("platform", platform)])
        }
        (Some(medium), None) => l.t(&format!("letter-about-{medium}")),
    }
}

/// "12. oktober 2026": as a letter dates.
fn long_day(l: &L, day: Date) -> String {
    format!(
        "{}. {} {}",
        day.day(),
        l.t(&format!("letter-month-{}", day.month())),
        day.year()
    )
}
