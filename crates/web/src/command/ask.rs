//! What each command asks for, with what the case already knows filled in.

use super::form::{Choice, Form, Input, Maker, Posted, choices};
use crate::case::head::suggested;
use crate::text::L;
use app::CaseView;
use domain::calendar::Calendar;
use domain::case::{
    Certainty, CommandKind, ContactResult, Danger, Form as Shape, PassOverReason, PoliceDecision,
    RemovalResult, Severity,
};
use domain::duties::{Duty, DutyState};
use domain::ids::PersonId;
use domain::organisation::Organisation;
use domain::vocabulary::{Compartment, DutyKind, Medium, Role};
use jiff::{Timestamp, ToSpan};

const LINES: Input = Input::Text { rows: 4 };
const FEW: Input = Input::Text { rows: 2 };

/// What a form is built from.
pub struct Asking<'a> {
    pub l: &'a L,
    pub view: &'a CaseView,
    pub organisation: &'a Organisation,
    pub calendar: &'a Calendar,
    pub now: Timestamp,
    pub me: &'a PersonId,
    /// What the address says after `?`.
    pub query: &'a Posted,
}

impl Asking<'_> {
    /// Today, where the municipality is.
    pub fn today(&self) -> jiff::civil::Date {
        self.calendar.local(self.now).date()
    }

    fn email(&self, person: &PersonId) -> Option<String> {
        self.organisation
            .person(person)
            .map(|person| person.email.clone())
    }

    /// The duties for which `holds`, as answers.
    fn duties(&self, holds: impl Fn(&Duty) -> bool) -> Vec<Choice> {
        let found = self.view.duties.iter().filter(|duty| holds(duty));
        found
            .map(|duty| Choice {
                value: duty.kind.name().to_owned(),
                label: self.l.t(&format!("duty-{}", duty.kind)),
                hint: None,
            })
            .collect()
    }

    fn wanted(&self, name: &str) -> String {
        self.query.get(name).unwrap_or_default().to_owned()
    }
}

/// The form of one command. `Review` and `Contact` have pages of their own; `AddExhibits` comes with files.
pub fn form(kind: CommandKind, asking: &Asking<'_>) -> Form {
    match kind {
        CommandKind::Triage => triage(asking),
        CommandKind::Care => care(asking),
        CommandKind::Register => register(asking),
        CommandKind::RecordAbsence => record_absence(asking),
        CommandKind::DecidePolice => decide_police(asking),
        CommandKind::ReportPolice => report_police(asking),
        CommandKind::RequestRemoval => request_removal(asking),
        CommandKind::Delegate => delegate(asking),
        CommandKind::AssignLegal => assign_legal(asking),
        CommandKind::Invite => invite(asking),
        CommandKind::FollowUp => follow_up(asking),
        CommandKind::Waive => waive(asking),
        CommandKind::Close => close(asking),
        CommandKind::ReleaseExhibit => release_exhibit(asking),
        CommandKind::Corroborate => two_exhibits(asking, "corroborate", "note"),
        CommandKind::WithdrawCorroboration => two_exhibits(asking, "withdraw-corroboration", "reason"),
        other => short(other, asking.l),
    }
}

/// The commands that ask for a line or two, and nothing that the case knows.
fn short(kind: CommandKind, l: &L) -> Form {
    let mut make = Maker::new(l, kind.name());
    match kind {
        CommandKind::PassOver => {
            make.add(
                "reason",
                Input::Radio(choices!(l, PassOverReason, "pass-over-{}", explained)),
            )
            .required();
        }
        CommandKind::NoteLegal | CommandKind::Supplement => {
            make.add("text", Input::Text { rows: 6 }).required();
        }
        CommandKind::ChasePolice => {
            make.add("answer", LINES).hint().required();
            make.add("concluded", Input::Check);
        }
        CommandKind::ObserveContact => {
            make.add(
                "result",
                Input::Radio(choices!(l, ContactResult, "contact-result-{}")),
            )
            .required();
            make.add("note", LINES);
        }
        CommandKind::ObserveRemoval => {
            make.add(
                "result",
                Input::Radio(choices!(l, RemovalResult, "removal-result-{}")),
            )
            .required();
            make.add("note", LINES);
        }
        CommandKind::HandOverInjury => {
            make.add("reference", Input::Line).hint().required();
        }
        CommandKind::Reopen => {
            make.add("reason", LINES).required();
        }
        CommandKind::Join => {
            make.add("into", Input::Line).hint().required();
        }
        _ => {}
    }
    make.done()
}

fn request_removal(asking: &Asking<'_>) -> Form {
    let mut make = Maker::new(asking.l, "request-removal");
    make.add("to", Input::Line).hint().required();
    make.add("what", LINES).hint().required();
    add_statements(&mut make, asking.l, asking.view);
    make.done()
}

/// Which of the statements that cross the line the measure is about; not asked where there are none.
pub fn add_statements(make: &mut Maker<'_>, l: &L, view: &CaseView) {
    let crossing = crate::statements::crossing(l, view);
    if !crossing.is_empty() {
        make.add("statements", Input::Numbers(crossing)).hint();
    }
}

fn triage(asking: &Asking<'_>) -> Form {
    let l = asking.l;
    let mut make = Maker::new(l, "triage");
    make.add(
        "danger",
        Input::Radio(choices!(l, Danger, "danger-{}", explained)),
    )
    .required();
    make.add("emergency_called", Input::Check);
    make.section("plan");
    make.add("at_work", FEW).hint().perhaps();
    make.add("on_the_way", FEW).hint();
    make.add("at_home", FEW).hint();
    make.done()
}

fn care(asking: &Asking<'_>) -> Form {
    let l = asking.l;
    let mut make = Maker::new(l, "care");
    make.add("talked_at", Input::Moment)
        .required()
        .is(l.write_moment(asking.now));
    make.add("with", Input::Line).hint();
    make.add("talk", LINES).hint().required();
    make.add("wishes", LINES).hint();
    make.add("psychologist_offered", Input::Check);
    make.done()
}

fn register(asking: &Asking<'_>) -> Form {
    let (l, case) = (asking.l, &asking.view.state);
    let told = |find: fn(&domain::case::ReportFacts) -> Option<String>| {
        case.reports
            .iter()
            .find_map(|(_, facts)| find(facts))
            .unwrap_or_default()
    };
    let medium = case.medium().map(Medium::name).unwrap_or_default();
    let originator = told(|facts| facts.originator.clone());
    let certainty = if originator.is_empty() {
        Certainty::Unknown
    } else {
        Certainty::Presumed
    };
    let targets: Vec<String> = case
        .targets
        .iter()
        .filter_map(|person| asking.email(person))
        .collect();
    let mut make = Maker::new(l, "register");
    make.section("what");
    make.add("title", Input::Line)
        .hint()
        .required()
        .is(suggested_title(asking));
    make.add("episode_at", Input::Moment)
        .hint()
        .required()
        .is(l.write_moment(case.episode_at().0));
    make.add("medium", Input::Select(choices!(l, Medium, "medium-{}")))
        .required()
        .is(medium);
    make.add("form", Input::Radio(choices!(l, Shape, "form-{}")))
        .required();
    make.add("course", Input::Text { rows: 6 }).hint().required();
    make.section("who");
    make.add("targets", Input::People).hint().is(targets.join("\n"));
    make.add("originator", Input::Line)
        .hint()
        .perhaps()
        .is(originator);
    make.add("certainty", Input::Radio(choices!(l, Certainty, "certainty-{}")))
        .required()
        .is(certainty.name());
    make.add("under_15", Input::Check);
    make.add("relation", Input::Line).hint();
    make.section("weight");
    make.add(
        "severity",
        Input::Radio(choices!(l, Severity, "severity-{}", explained)),
    )
    .required();
    make.add("measures", LINES).hint();
    make.section("absence");
    make.add("absence_from", Input::Date).hint();
    make.add("treatment", Input::Check);
    make.done()
}

/// What the case is called until somebody calls it something.
fn suggested_title(asking: &Asking<'_>) -> String {
    let case = &asking.view.state;
    let platform = case
        .reports
        .iter()
        .find_map(|(_, facts)| facts.platform.as_deref());
    suggested(asking.l, case.medium(), platform).unwrap_or_default()
}

fn record_absence(asking: &Asking<'_>) -> Form {
    let mut make = Maker::new(asking.l, "record-absence");
    // The domain calls the field by its name in the registration when it is in the future.
    make.add("from", Input::Date)
        .hint()
        .required()
        .is(asking.today().to_string());
    make.add("treatment", Input::Check);
    make.add("note", FEW).hint();
    make.done()
}

fn decide_police(asking: &Asking<'_>) -> Form {
    let (l, case) = (asking.l, &asking.view.state);
    let mut make = Maker::new(l, "decide-police");
    if !case.targets.is_empty() {
        make.add("target_heard", Input::Check).hint().required();
    }
    make.add("wish", FEW).hint();
    make.add(
        "decision",
        Input::Radio(choices!(l, PoliceDecision, "police-decision-{}", explained)),
    )
    .required();
    make.add("reason", LINES).hint().perhaps();
    make.done()
}

fn report_police(asking: &Asking<'_>) -> Form {
    let l = asking.l;
    let mut make = Maker::new(l, "report-police");
    make.add("at", Input::Moment)
        .required()
        .is(l.write_moment(asking.now));
    make.add("reference", Input::Line).hint().required();
    add_statements(&mut make, l, asking.view);
    make.done()
}

fn delegate(asking: &Asking<'_>) -> Form {
    use DutyKind::{Close, Receive, Review};
    let open = asking.duties(|duty| duty.is_open() && !matches!(duty.kind, Receive | Close | Review));
    let mut make = Maker::new(asking.l, "delegate");
    make.add("duty", Input::Select(open))
        .required()
        .is(asking.wanted("duty"));
    make.add("person", Input::Person).hint().required();
    make.add("reason", FEW);
    make.done()
}

fn assign_legal(asking: &Asking<'_>) -> Form {
    let case = &asking.view.state;
    let free = |person: &&domain::organisation::Person| !case.is_party(&person.id);
    let lawyers = asking.organisation.with_role(Role::LegalAdviser).filter(free);
    let lawyers: Vec<Choice> = lawyers
        .map(|person| Choice {
            value: person.email.clone(),
            label: person.name.clone(),
            hint: Some(person.title.clone()),
        })
        .collect();
    let mut make = Maker::new(asking.l, "assign-legal");
    let now = case
        .legal
        .as_ref()
        .and_then(|person| asking.email(person))
        .unwrap_or_default();
    make.add("person", Input::Radio(lawyers)).required().is(now);
    make.done()
}

fn invite(asking: &Asking<'_>) -> Form {
    let l = asking.l;
    let until = asking.today().saturating_add(30.days());
    let mut make = Maker::new(l, "invite");
    make.add("person", Input::Person).hint().required();
    make.add(
        "drawers",
        Input::Checks(choices!(l, Compartment, "drawer-{}", explained)),
    )
    .required();
    make.add("until", Input::Date)
        .hint()
        .required()
        .is(until.to_string());
    make.add("reason", FEW).hint().required();
    make.done()
}

/// The week of the follow-up that is next: the one asked for, else the first that is owed.
pub fn week(asking: &Asking<'_>) -> u8 {
    let weeks = [
        (DutyKind::FollowUp1, 1),
        (DutyKind::FollowUp4, 4),
        (DutyKind::FollowUp12, 12),
    ];
    let owed = |kind: DutyKind| {
        asking
            .view
            .duties
            .iter()
            .any(|duty| duty.kind == kind && duty.is_owed())
    };
    let asked = weeks
        .iter()
        .find(|(kind, week)| asking.wanted("week") == week.to_string() && owed(*kind));
    asked
        .or_else(|| weeks.iter().find(|(kind, _)| owed(*kind)))
        .map_or(1, |(_, week)| *week)
}

fn follow_up(asking: &Asking<'_>) -> Form {
    let mut make = Maker::new(asking.l, "follow-up");
    make.add("week", Input::Hidden).is(week(asking).to_string());
    make.add("talk", LINES).hint().required();
    make.add("wishes", FEW);
    make.done()
}

fn waive(asking: &Asking<'_>) -> Form {
    let mut make = Maker::new(asking.l, "waive");
    let waivable = asking.duties(|duty| super::offer::waivable(asking.view, duty, asking.me));
    make.add("duty", Input::Select(waivable))
        .required()
        .is(asking.wanted("duty"));
    make.add("reason", LINES).hint().required();
    make.done()
}

/// Two exhibits, and why.
fn two_exhibits(asking: &Asking<'_>, command: &'static str, why: &'static str) -> Form {
    let mut make = Maker::new(asking.l, command);
    for name in ["exhibit", "with"] {
        make.add(name, Input::Select(exhibits(asking, |_| true)))
            .required()
            .is(asking.wanted(name));
    }
    make.add(why, LINES).hint().required();
    make.done()
}

/// The exhibits for which `holds`, as answers.
fn exhibits(asking: &Asking<'_>, holds: impl Fn(u32) -> bool) -> Vec<Choice> {
    let found = asking.view.state.exhibits.iter();
    let choice = |number: u32, name: &str| Choice {
        value: number.to_string(),
        label: format!("{}: {name}", asking.l.ta("exhibit-n", &[("number", number)])),
        hint: None,
    };
    found
        .filter(|(_, exhibit)| holds(exhibit.number))
        .map(|(_, exhibit)| choice(exhibit.number, &exhibit.name))
        .collect()
}

fn release_exhibit(asking: &Asking<'_>) -> Form {
    let mut make = Maker::new(asking.l, "release-exhibit");
    let case = &asking.view.state;
    let infected = exhibits(asking, |exhibit| case.is_infected(exhibit));
    make.add("exhibit", Input::Select(infected))
        .required()
        .is(asking.wanted("exhibit"));
    make.add("reason", LINES).hint().required();
    make.done()
}

fn close(asking: &Asking<'_>) -> Form {
    let mut make = Maker::new(asking.l, "close");
    make.add("outcome", LINES).hint().required();
    make.add("learning", LINES).hint().required();
    if !asking.view.state.targets.is_empty() {
        make.add("told_target", Input::Check).required();
    }
    make.add("told_reporter", Input::Check).required();
    make.done()
}

/// What still stands open before the case can be closed.
pub fn open_before_closing(view: &CaseView) -> Vec<&Duty> {
    let is_closing = |duty: &&Duty| duty.kind == DutyKind::Close;
    let open = match view.duties.iter().find(is_closing).map(|duty| &duty.state) {
        Some(DutyState::Waiting(open)) => open.clone(),
        _ => Vec::new(),
    };
    view.duties
        .iter()
        .filter(|duty| open.contains(&duty.kind))
        .collect()
}
