//! What the legal review asks for, in the order in which it is thought.

use crate::command::form::{Form, Input, Maker, choices};
use crate::text::L;
use app::CaseView;
use domain::case::{Aim, MayContact, Threat, Truth};
use domain::vocabulary::Outcome;

/// The form; first values from an earlier assessment where the case is assessed again.
pub fn form(l: &L, view: &CaseView) -> Form {
    let long = |rows| Input::Text { rows };
    let mut make = Maker::new(l, "review");
    make.section("said");
    make.add("grounds.said", long(4)).hint().required();
    make.add("grounds.about", Input::Line).hint().required();
    make.add("grounds.aim", Input::Radio(choices!(l, Aim, "aim-{}")))
        .required();
    make.add("grounds.truth", Input::Radio(choices!(l, Truth, "truth-{}")))
        .required();
    make.add("grounds.threat", Input::Radio(choices!(l, Threat, "threat-{}")))
        .required();
    make.add("grounds.repetition", Input::Line).hint();
    make.add("grounds.reach", Input::Line).hint();
    if view.state.exhibits.is_empty() {
        make.add("without_exhibits", long(2)).hint().required();
    }
    make.section("weigh");
    make.add("grounds.counter_argument", long(4)).hint().required();
    make.add("grounds.conclusion", long(4)).hint().required();
    make.add(
        "outcome",
        Input::Radio(choices!(l, Outcome, "outcome-{}", explained)),
    )
    .required();
    make.section("contact");
    make.add(
        "contact.may",
        Input::Radio(choices!(l, MayContact, "may-contact-{}", explained)),
    )
    .required();
    make.add("contact.by", Input::Line).hint();
    make.add("contact.how", Input::Line).hint();
    make.add("contact.reason", long(2)).hint().perhaps();
    let mut form = make.done();
    again(&mut form, view);
    form
}

/// What the assessment in force says, to be looked at again rather than written again.
fn again(form: &mut Form, view: &CaseView) {
    let Some(assessment) = &view.state.assessment else {
        return;
    };
    let (grounds, contact) = (&assessment.grounds, &assessment.contact);
    let known = [
        ("grounds.said", grounds.said.as_str()),
        ("grounds.about", &grounds.about),
        ("grounds.aim", grounds.aim.name()),
        ("grounds.truth", grounds.truth.name()),
        ("grounds.threat", grounds.threat.name()),
        ("grounds.repetition", &grounds.repetition),
        ("grounds.reach", &grounds.reach),
        ("contact.by", &contact.by),
        ("contact.how", &contact.how),
    ];
    for (name, value) in known {
        form.set(name, vec![value.to_owned()]);
    }
}
