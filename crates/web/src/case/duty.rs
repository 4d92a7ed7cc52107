//! The one next step on top of a case, and the duties beside its story.

use super::head::home;
use super::story::Teller;
use crate::command::offer::{command_for, is_offered, waivable};
use crate::guide::howto::{Howto, Shelf};
use app::CaseView;
use domain::access::{Relation, reading};
use domain::case::{CommandKind, Phase};
use domain::duties::{Duty, DutyState};
use domain::ids::PersonId;
use domain::procedure::{BasisKind, Rule};
use domain::vocabulary::{Compartment, DutyKind};
use jiff::Timestamp;

/// The duties of one case, as one person sees them.
pub struct Duties<'a> {
    pub teller: &'a Teller<'a>,
    pub view: &'a CaseView,
    pub me: &'a PersonId,
    pub now: Timestamp,
    /// The guide as it was when the case began.
    pub guide: Option<&'a Shelf>,
}

/// What a duty rests on.
#[derive(Clone, Debug)]
pub struct Basis {
    pub text: String,
    /// "Lov: Offererstatningsloven § 10" or "Norm i Fjordby Kommune".
    pub kind: String,
    /// An address that can be opened, and what to call it.
    pub link: Option<(String, String)>,
    /// A source that is no address.
    pub source: String,
    pub checked: String,
    /// The paragraph of the guide that explains it.
    pub howto: Option<Howto>,
}

/// The next step.
#[derive(Clone, Debug)]
pub struct Next {
    pub heading: String,
    pub what: String,
    /// Who has it, when it is not the reader.
    pub who: String,
    pub due: String,
    pub late: bool,
    pub basis: Option<Basis>,
    pub act: Option<Act>,
    /// Where the duty can be set aside.
    pub waive: Option<String>,
}

/// The button of the next step.
#[derive(Clone, Debug)]
pub struct Act {
    pub label: String,
    pub href: String,
    /// Done with one press, without a page of its own.
    pub at_once: bool,
}

/// One duty in the column.
#[derive(Clone, Debug)]
pub struct DutyLine {
    pub mark: &'static str,
    /// The mark in words, for those who hear the page.
    pub mark_text: String,
    pub name: String,
    pub open: bool,
    pub small: String,
    pub due: String,
    pub late: bool,
    /// Done, but after its time.
    pub was_late: bool,
    pub href: Option<String>,
    pub howto: Option<Howto>,
}

impl Duties<'_> {
    /// The next step: the reader's own first, by time; else what the case waits for.
    pub fn next(&self) -> Option<Next> {
        let l = self.teller.l;
        match self.view.state.phase {
            Phase::Joined => return self.over("joined"),
            Phase::Closed => return self.over("closed"),
            Phase::Open => {}
        }
        let mut owed: Vec<&Duty> = self
            .view
            .duties
            .iter()
            .filter(|duty| duty.is_owed() && self.shows(duty))
            .collect();
        owed.sort_by_key(|duty| (duty.owner != *self.me, duty.due.unwrap_or(Timestamp::MAX)));
        let duty = owed.first()?;
        let mine = duty.owner == *self.me;
        let (command, query) = command_for(self.view, duty.kind);
        let step = self.step(duty.kind, command);
        let key = if mine { "next-mine" } else { "next-other" };
        let act = is_offered(self.view, command, self.me).then(|| Act {
            label: l.t(&format!("do-{command}-button")),
            href: self.href(&format!("do/{command}{query}")),
            at_once: command == CommandKind::Receive,
        });
        let waive =
            waivable(self.view, duty, self.me).then(|| self.href(&format!("do/waive?duty={}", duty.kind)));
        Some(Next {
            heading: l.ta(key, &[("step", l.t(&format!("step-{step}")))]),
            what: l.t(&format!("what-{step}")),
            who: if mine {
                String::new()
            } else {
                l.ta("next-who", &[("person", self.teller.name(&duty.owner))])
            },
            due: duty
                .due
                .map(|due| {
                    l.ta(
                        if duty.late { "was-due" } else { "due" },
                        &[("due", l.due(due, self.now))],
                    )
                })
                .unwrap_or_default(),
            late: duty.late,
            basis: Some(self.basis(duty.kind)),
            act,
            waive,
        })
    }

    /// The name of the step in text keys: the duty's, or the command's where a duty takes two.
    fn step(&self, duty: DutyKind, command: CommandKind) -> &'static str {
        match command {
            CommandKind::ReportPolice | CommandKind::ObserveContact | CommandKind::ObserveRemoval => {
                command.name()
            }
            _ => duty.name(),
        }
    }

    fn over(&self, how: &str) -> Option<Next> {
        let l = self.teller.l;
        let into = self
            .view
            .state
            .joined_into
            .as_ref()
            .map(|number| number.as_str())
            .unwrap_or_default();
        Some(Next {
            heading: l.t(&format!("over-{how}")),
            what: l.ta(&format!("over-{how}-what"), &[("number", into)]),
            who: String::new(),
            due: String::new(),
            late: false,
            basis: None,
            act: None,
            waive: None,
        })
    }

    fn howto(&self, duty: DutyKind) -> Option<Howto> {
        self.guide.and_then(|guide| guide.on(duty))
    }

    /// What a duty rests on.
    pub fn basis(&self, duty: DutyKind) -> Basis {
        let l = self.teller.l;
        let Rule { basis, .. } = self.view.procedure.rule(duty);
        let is_address = basis.source.starts_with("https://") || basis.source.starts_with("http://");
        let host = basis
            .source
            .split('/')
            .nth(2)
            .unwrap_or_default()
            .trim_start_matches("www.")
            .to_owned();
        let kind = match (basis.kind, &basis.paragraph) {
            (BasisKind::Law, Some(paragraph)) => l.ta("basis-law", &[("paragraph", paragraph)]),
            (BasisKind::Law, None) => l.t("basis-law-only"),
            (BasisKind::Norm, _) => l.ta(
                "basis-norm",
                &[("municipality", &self.view.procedure.municipality)],
            ),
        };
        Basis {
            text: basis.text(l.language).to_owned(),
            kind,
            link: is_address.then(|| (basis.source.clone(), host)),
            source: if is_address {
                String::new()
            } else {
                basis.source.clone()
            },
            checked: l.day(basis.checked),
            howto: self.howto(duty),
        }
    }

    /// Whether the reader may know of this duty: its drawer is theirs, it is theirs to do, or they are the target;
    /// who told, and no more, knows the steps of the matter alone.
    pub fn shows(&self, duty: &Duty) -> bool {
        let view = self.view;
        if matches!(duty.state, DutyState::NotOwed) {
            return false;
        }
        let is_target = view.standing.relations.contains(&Relation::Target);
        let plain = duty.kind.compartment() == Compartment::Matter;
        duty.owner == *self.me || is_target || plain || may_read(view, duty.kind.compartment())
    }

    /// Every duty that is shown, in the order of the procedure.
    pub fn lines(&self) -> Vec<DutyLine> {
        self.view
            .duties
            .iter()
            .filter(|duty| self.shows(duty))
            .map(|duty| self.line(duty))
            .collect()
    }

    fn line(&self, duty: &Duty) -> DutyLine {
        let l = self.teller.l;
        let mine = duty.owner == *self.me;
        let (mark, mark_key) = match &duty.state {
            DutyState::Done { .. } => ("✓", "mark-done"),
            DutyState::Waived { .. } => ("–", "mark-waived"),
            DutyState::Owed if mine => ("●", "mark-mine"),
            DutyState::Owed => ("○", "mark-owed"),
            DutyState::Waiting(_) | DutyState::NotOwed => ("◌", "mark-waiting"),
        };
        let (command, query) = command_for(self.view, duty.kind);
        let can = duty.is_owed() && is_offered(self.view, command, self.me);
        let due = duty
            .due
            .filter(|_| duty.is_owed())
            .map(|due| self.soon(due))
            .unwrap_or_default();
        DutyLine {
            mark,
            mark_text: l.t(mark_key),
            name: l.t(&format!("duty-{}", duty.kind)),
            open: duty.is_owed(),
            small: self.small(duty, mine),
            due,
            late: duty.late && duty.is_owed(),
            was_late: duty.late && !duty.is_owed(),
            href: can.then(|| self.href(&format!("do/{command}{query}"))),
            howto: self.howto(duty.kind).filter(|_| duty.is_owed()),
        }
    }

    /// A deadline with its hour when it is near, else its day alone.
    fn soon(&self, due: Timestamp) -> String {
        let l = self.teller.l;
        let days = (l.local(due).date() - l.local(self.now).date()).get_days();
        if (-1..=7).contains(&days) {
            l.due(due, self.now)
        } else {
            l.date(due)
        }
    }

    fn small(&self, duty: &Duty, mine: bool) -> String {
        let l = self.teller.l;
        match &duty.state {
            DutyState::Done { at, by } => {
                let by = self.teller.actor(by);
                match duty.starts.filter(|starts| starts <= at) {
                    Some(starts) => l.ta(
                        "duty-done-after",
                        &[("person", by), ("span", l.span(starts, *at))],
                    ),
                    None => l.ta("duty-done", &[("person", by), ("day", l.date(*at))]),
                }
            }
            DutyState::Waived { by, .. } => l.ta("duty-waived-by", &[("person", self.teller.actor(by))]),
            DutyState::Waiting(_) if duty.kind == DutyKind::Close => l.t("duty-waits-for-all"),
            DutyState::Waiting(on) => {
                let on: Vec<String> = on
                    .iter()
                    .map(|duty| l.t(&format!("duty-{duty}")).to_lowercase())
                    .collect();
                l.ta("duty-waits", &[("duties", on.join(", "))])
            }
            DutyState::Owed | DutyState::NotOwed => {
                let who = if mine {
                    l.t("you-first")
                } else {
                    self.teller.name(&duty.owner)
                };
                let kind = self.view.procedure.rule(duty.kind).basis.kind;
                format!("{who} · {}", l.t(&format!("basis-kind-{kind}")))
            }
        }
    }

    fn href(&self, rest: &str) -> String {
        format!("{}/{rest}", home(self.view))
    }
}

/// The drawer's own reading right.
pub fn may_read(view: &CaseView, drawer: Compartment) -> bool {
    view.may(reading(drawer))
}
