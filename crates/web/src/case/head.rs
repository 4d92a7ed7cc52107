//! What stands on top of every page of a case: its number, title, state and people; and its drawers as tabs.

use super::duty::may_read;
use super::story::{Teller, targets};
use crate::ctx::Ctx;
use crate::page::{Fault, PageError};
use crate::text::L;
use app::CaseView;
use domain::access::{Action, Relation};
use domain::case::Phase;
use domain::ids::CaseNumber;
use domain::vocabulary::{Compartment, Medium};

/// A word in a frame beside the title.
#[derive(Clone, Debug)]
pub struct Pill {
    pub text: String,
    pub red: bool,
}

/// The top of a case page.
#[derive(Clone, Debug)]
pub struct Head {
    pub number: String,
    pub title: String,
    pub pills: Vec<Pill>,
    /// "Berørt: …", "Afsender: …", "Sagen er hos …".
    pub people: Vec<(String, String)>,
}

/// One drawer as a tab.
#[derive(Clone, Debug)]
pub struct Tab {
    pub href: String,
    pub label: String,
    pub current: bool,
}

/// Reads a number from the address.
///
/// # Errors
/// Not found, if it is none.
pub fn number(text: &str) -> Result<CaseNumber, PageError> {
    CaseNumber::parse(text).ok_or_else(|| Fault::NotFound.into())
}

/// Where a case's pages are; a drill's are elsewhere, so that no address of it is ever a case's.
pub fn home(view: &CaseView) -> String {
    if view.made_up {
        "/practise/case".to_owned()
    } else {
        format!("/cases/{}", view.state.number)
    }
}

/// A case's number; a drill has none, only the word for what it is.
pub fn called(l: &L, view: &CaseView) -> String {
    if view.made_up {
        l.t("drill")
    } else {
        view.state.number.to_string()
    }
}

/// Who tells the stories on this request's pages.
pub fn teller(ctx: &Ctx) -> Teller<'_> {
    Teller {
        l: &ctx.l,
        organisation: &ctx.org,
    }
}

/// Whether the reader knows the case as one whom it is about, or who told of it, and as nobody else.
pub fn is_only_party(view: &CaseView) -> bool {
    let party = |relation: &Relation| matches!(relation, Relation::Target | Relation::Reporter);
    view.standing.relations.iter().all(party)
}

/// The case's title; who may not read the matter learns no more than the number.
pub fn title(ctx: &Ctx, view: &CaseView) -> String {
    let case = &view.state;
    if !view.may(Action::ReadMatter) {
        return ctx.l.ta("case-untitled", &[("number", &case.number)]);
    }
    let told = || {
        let platform = case.reports.iter().find_map(|(_, facts)| facts.platform.clone());
        suggested(&ctx.l, case.medium(), platform.as_deref())
    };
    let untold = || ctx.l.ta("case-untitled", &[("number", &case.number)]);
    view.title()
        .map(str::to_owned)
        .or_else(told)
        .unwrap_or_else(untold)
}

/// "Opslag på Facebook": what a case is called before it is registered; never anybody's name.
pub fn suggested(l: &L, medium: Option<Medium>, platform: Option<&str>) -> Option<String> {
    let medium = medium?;
    Some(match platform.filter(|platform| !platform.is_empty()) {
        Some(platform) => l.ta(&format!("title-on-{medium}"), &[("platform", platform)]),
        None => l.t(&format!("title-{medium}")),
    })
}

impl Head {
    /// Says no more than the reader may know.
    pub fn of(ctx: &Ctx, view: &CaseView) -> Self {
        let (l, case) = (&ctx.l, &view.state);
        let mut people = Vec::new();
        let mut pills = Vec::new();
        if !view.may(Action::See) {
            return Self {
                number: called(l, view),
                title: title(ctx, view),
                pills,
                people,
            };
        }
        let mut put = |text: String, red: bool| pills.push(Pill { text, red });
        let open = case.phase == Phase::Open;
        if !open {
            put(l.t(&format!("phase-{}", case.phase.name())), false);
        }
        if case.acute && open {
            put(l.t("pill-acute"), true);
        }
        if open && view.duties.iter().any(|duty| duty.is_owed() && duty.late) {
            put(l.t("pill-late"), true);
        }
        if view.may(Action::ReadMatter) {
            matter_pills(ctx, view, &mut put);
            people = matter_people(ctx, view);
        }
        let owner = teller(ctx).name(&case.owner);
        people.push((
            l.t("people-owner"),
            if case.owner == ctx.me.id {
                l.t("you")
            } else {
                owner
            },
        ));
        Self {
            number: called(l, view),
            title: title(ctx, view),
            pills,
            people,
        }
    }
}

fn matter_pills(ctx: &Ctx, view: &CaseView, put: &mut impl FnMut(String, bool)) {
    let (l, case) = (&ctx.l, &view.state);
    let platform = case.reports.iter().find_map(|(_, facts)| facts.platform.clone());
    if let Some(seen) = platform.or_else(|| case.medium().map(|medium| l.t(&format!("medium-{medium}")))) {
        put(seen, false);
    }
    let outcome = case.assessment.as_ref().map(|assessment| assessment.outcome);
    match outcome {
        Some(outcome) => {
            let outcome = l.t(&format!("outcome-{outcome}")).to_lowercase();
            put(l.ta("pill-assessed", &[("outcome", outcome)]), false);
        }
        None if case.phase == Phase::Open => put(l.t("pill-not-assessed"), false),
        None => {}
    }
}

fn matter_people(ctx: &Ctx, view: &CaseView) -> Vec<(String, String)> {
    let (l, case, teller) = (&ctx.l, &view.state, teller(ctx));
    let mut people = Vec::new();
    if !case.targets.is_empty() {
        people.push((l.t("people-targets"), targets(&teller, case)));
    }
    let told = case
        .reports
        .iter()
        .find_map(|(_, facts)| facts.originator.clone());
    let originator = match (&case.registration, told) {
        (Some((_, registration)), _) => Some(teller.originator(registration)),
        (None, Some(told)) => Some(l.ta("originator-told", &[("name", told)])),
        (None, None) => None,
    };
    people.extend(originator.map(|originator| (l.t("people-originator"), originator)));
    people
}

/// The drawers that the reader may open.
pub fn tabs(ctx: &Ctx, view: &CaseView, current: &str) -> Vec<Tab> {
    let drawer = |drawer: Compartment| may_read(view, drawer).then(|| drawer.name());
    let log = view.may(Action::ReadAccessLog).then_some("access-log");
    let overview = view.may(Action::See).then_some("overview");
    // Nothing can be said in a case without exhibits.
    let said = view.may(Action::ReadMatter) && !view.state.exhibits.is_empty();
    let statements = said.then_some("statements");
    let mut names = vec![
        overview,
        drawer(Compartment::Matter),
        statements,
        drawer(Compartment::Care),
    ];
    names.extend([
        drawer(Compartment::Police),
        view.may(Action::ReadMatter).then_some("journal"),
        log,
    ]);
    let number = &view.state.number;
    let tab = |name: &'static str| Tab {
        href: if name == "overview" {
            format!("/cases/{number}")
        } else if name == "statements" {
            format!("/cases/{number}/statements")
        } else {
            format!("/cases/{number}?drawer={name}")
        },
        label: ctx.l.t(&format!("tab-{name}")),
        current: name == current,
    };
    names.into_iter().flatten().map(tab).collect()
}
