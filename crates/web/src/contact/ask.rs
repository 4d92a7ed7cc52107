//! What a contact asks for. Its purposes are those that are owed: none to stop what is lawful.

use crate::command::ask::add_statements;
use crate::command::form::{Choice, Form, Input, Maker, choices};
use crate::text::L;
use app::CaseView;
use domain::case::{Channel, Purpose};
use domain::vocabulary::DutyKind;
use jiff::Timestamp;
use jiff::civil::Date;

/// The purposes that can be pursued now.
pub fn purposes(view: &CaseView) -> Vec<Purpose> {
    let owed = |duty: DutyKind| {
        view.duties
            .iter()
            .any(|found| found.kind == duty && found.is_owed())
    };
    let both = [
        (Purpose::Substance, DutyKind::ContactSubstance),
        (Purpose::Boundary, DutyKind::ContactBoundary),
    ];
    both.into_iter()
        .filter(|(_, duty)| owed(*duty))
        .map(|(purpose, _)| purpose)
        .collect()
}

/// The form for these purposes; those that are not chosen can still be chosen.
pub fn form(l: &L, view: &CaseView, chosen: &[Purpose], now: Timestamp, today: Date) -> Form {
    let possible = purposes(view);
    let choice = |purpose: &Purpose| Choice {
        value: purpose.name().to_owned(),
        label: l.t(&format!("purpose-{purpose}")),
        hint: Some(l.t(&format!("explain-purpose-{purpose}"))),
    };
    let mut make = Maker::new(l, "contact");
    let names = chosen.iter().map(|purpose| purpose.name().to_owned()).collect();
    make.add("purposes", Input::Checks(possible.iter().map(choice).collect()))
        .required()
        .are(names);
    if possible.contains(&Purpose::Boundary) {
        let week = today.saturating_add(jiff::Span::new().days(7));
        make.section("boundary");
        make.add("demand", Input::Text { rows: 3 }).hint().perhaps();
        make.add("stop_by", Input::Date)
            .hint()
            .perhaps()
            .is(week.to_string());
        add_statements(&mut make, l, view);
    }
    make.section("letter");
    make.add("letter", Input::Text { rows: 22 }).hint().perhaps();
    make.section("how");
    make.add("channel", Input::Radio(choices!(l, Channel, "channel-{}")))
        .required();
    make.add("at", Input::Moment)
        .hint()
        .required()
        .is(l.write_moment(now));
    make.add("note", Input::Text { rows: 4 }).hint().perhaps();
    if possible.contains(&Purpose::Substance) {
        make.add("complaint_routes_explained", Input::Check).hint();
    }
    if view.state.guardian_only() {
        make.add("through_guardian", Input::Check).hint().required();
    }
    make.done()
}
