//! Who may what: one pure table, kept as a golden file (`crates/domain/permissions.md`).
//!
//! A person's [`Relation`]s to a case come from the organisation and from the case's own journal. Whoever is a party to a
//! case keeps only what a party may, whatever else they are.

use crate::case::{Actor, CaseState, CommandKind, Entry, Event, Exhibit};
use crate::ids::{PersonId, ReportId};
use crate::vocabulary::{Compartment, DutyKind, Medium, Role, words};
use jiff::Timestamp;
use std::collections::BTreeSet;

words!(
    /// What somebody is to one case.
    Relation {
        /// The employee it is aimed at. Owes nothing.
        Target = "target",
        /// Who told.
        Reporter = "reporter",
        /// The manager who owns the case.
        Owner = "owner",
        /// The owner's manager.
        Superior = "superior",
        /// A manager who was away or silent: may read on, not act.
        PassedOver = "passed-over",
        LegalAdviser = "legal-adviser",
        /// Somebody to whom one duty was handed.
        Delegate = "delegate",
        HelperMatter = "helper-matter",
        HelperCare = "helper-care",
        HelperPolice = "helper-police",
        /// HR, where absence or treatment is recorded.
        Hr = "hr",
        /// Communication, where a removal may be asked for.
        Communication = "communication",
        Dpo = "dpo",
        /// Runs the system; sees no case.
        Admin = "admin",
        /// The command line on the server.
        Operator = "operator",
        /// The system's own jobs.
        System = "system",
    }
);

/// What somebody wants to do in one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Know that the case exists: its number, status, next step and who has it.
    See,
    /// Their own words, and the files they sent themselves.
    ReadOwnReport,
    /// What everybody told.
    ReadReports,
    ReadMatter,
    ReadExhibits,
    ReadLegalNotes,
    ReadCare,
    /// How the handling went internally: who was passed over, what was learned.
    ReadHandling,
    ReadPolice,
    ReadAccessLog,
    Export(Compartment),
    Do(CommandKind),
}

impl Action {
    /// Every action, in the order of the golden file.
    pub fn all() -> Vec<Self> {
        let reading = [
            Self::See,
            Self::ReadOwnReport,
            Self::ReadReports,
            Self::ReadMatter,
            Self::ReadExhibits,
            Self::ReadLegalNotes,
            Self::ReadCare,
            Self::ReadHandling,
            Self::ReadPolice,
            Self::ReadAccessLog,
        ];
        let exports = Compartment::ALL.iter().map(|drawer| Self::Export(*drawer));
        let commands = CommandKind::ALL.iter().map(|kind| Self::Do(*kind));
        reading.into_iter().chain(exports).chain(commands).collect()
    }

    /// The stable name in the golden file.
    pub fn name(self) -> String {
        match self {
            Self::Export(drawer) => format!("export {drawer}"),
            Self::Do(kind) => format!("do {kind}"),
            reading => format!("{reading:?}"),
        }
    }
}

/// A person's standing in one case.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Standing {
    pub relations: BTreeSet<Relation>,
    /// The duties handed to this person.
    pub delegated: BTreeSet<DutyKind>,
    /// The reports that this person made, also those that came with a joined case.
    pub reports: BTreeSet<ReportId>,
    /// The case has several targets: what is noted of their care does not say whose it is, so none of them reads it.
    pub several_targets: bool,
}

/// Finds what `actor`, who has `roles` in the organisation, is to this case at `now`.
pub fn standing(actor: &Actor, roles: &BTreeSet<Role>, case: &CaseState, now: Timestamp) -> Standing {
    let person = match actor {
        Actor::Person(person) => person,
        Actor::Operator => return Standing::only(Relation::Operator),
        Actor::System => return Standing::only(Relation::System),
    };
    let mut relations = party_relations(person, case);
    let own = case.reports.iter().filter(|(_, facts)| &facts.reporter == person);
    let reports: BTreeSet<ReportId> = own.map(|(_, facts)| facts.report.clone()).collect();
    let several_targets = case.targets.len() > 1;
    if case.is_party(person) {
        return Standing {
            relations,
            delegated: BTreeSet::new(),
            reports,
            several_targets,
        };
    }
    let mut put = |holds: bool, relation: Relation| {
        if holds {
            relations.insert(relation);
        }
    };
    put(&case.owner == person, Relation::Owner);
    put(&case.superior == person, Relation::Superior);
    put(case.passed_over.contains(person), Relation::PassedOver);
    put(case.legal.as_ref() == Some(person), Relation::LegalAdviser);
    put(
        case.hr.as_ref() == Some(person) && case.injury_recorded.is_some(),
        Relation::Hr,
    );
    let removable = case
        .assessment
        .as_ref()
        .is_some_and(|assessment| assessment.outcome.crosses_the_line())
        && case.medium().is_none_or(Medium::is_published);
    put(
        case.communication.as_ref() == Some(person) && removable,
        Relation::Communication,
    );
    put(roles.contains(&Role::Dpo), Relation::Dpo);
    put(roles.contains(&Role::Admin), Relation::Admin);
    for helper in case
        .helpers
        .iter()
        .filter(|helper| &helper.person == person && helper.until > now)
    {
        put(
            helper.drawers.contains(&Compartment::Matter),
            Relation::HelperMatter,
        );
        put(helper.drawers.contains(&Compartment::Care), Relation::HelperCare);
        put(
            helper.drawers.contains(&Compartment::Police),
            Relation::HelperPolice,
        );
    }
    let delegated: BTreeSet<DutyKind> = case
        .delegated
        .iter()
        .filter(|(_, to)| *to == person)
        .map(|(duty, _)| *duty)
        .collect();
    put(!delegated.is_empty(), Relation::Delegate);
    Standing {
        relations,
        delegated,
        reports,
        several_targets,
    }
}

fn party_relations(person: &PersonId, case: &CaseState) -> BTreeSet<Relation> {
    let mut relations = BTreeSet::new();
    if case.targets.contains(person) {
        relations.insert(Relation::Target);
    }
    if case.reports.iter().any(|(_, facts)| &facts.reporter == person) {
        relations.insert(Relation::Reporter);
    }
    relations
}

/// Everybody who has to do with the case, by what they are to it. The domain decides anew whenever one of them asks.
pub fn people(case: &CaseState) -> BTreeSet<(PersonId, Relation)> {
    let mut people = BTreeSet::new();
    people.extend(
        case.targets
            .iter()
            .map(|person| (person.clone(), Relation::Target)),
    );
    let reporters = case.reports.iter().map(|(_, facts)| facts.reporter.clone());
    people.extend(reporters.map(|person| (person, Relation::Reporter)));
    let mut handlers = vec![
        (&case.owner, Relation::Owner),
        (&case.superior, Relation::Superior),
    ];
    handlers.extend(
        case.passed_over
            .iter()
            .map(|person| (person, Relation::PassedOver)),
    );
    handlers.extend(case.legal.iter().map(|person| (person, Relation::LegalAdviser)));
    handlers.extend(case.delegated.values().map(|person| (person, Relation::Delegate)));
    if case.injury_recorded.is_some() {
        handlers.extend(case.hr.iter().map(|person| (person, Relation::Hr)));
    }
    if case
        .assessment
        .as_ref()
        .is_some_and(|assessment| assessment.outcome.crosses_the_line())
    {
        handlers.extend(
            case.communication
                .iter()
                .map(|person| (person, Relation::Communication)),
        );
    }
    for helper in &case.helpers {
        let relation = |drawer: &Compartment| match drawer {
            Compartment::Matter => Relation::HelperMatter,
            Compartment::Care => Relation::HelperCare,
            Compartment::Police => Relation::HelperPolice,
        };
        handlers.extend(
            helper
                .drawers
                .iter()
                .map(|drawer| (&helper.person, relation(drawer))),
        );
    }
    let free = handlers.into_iter().filter(|(person, _)| !case.is_party(person));
    people.extend(free.map(|(person, relation)| (person.clone(), relation)));
    people
}

impl Standing {
    fn only(relation: Relation) -> Self {
        Self {
            relations: BTreeSet::from([relation]),
            ..Self::default()
        }
    }

    /// May this person do that? A delegate may do the commands of the handed duties and read what they need.
    pub fn may(&self, action: Action) -> bool {
        self.relations
            .iter()
            .any(|relation| self.may_as(*relation, action))
            || self.may_as_delegate(action)
    }

    fn may_as(&self, relation: Relation, action: Action) -> bool {
        let not_theirs_alone =
            relation == Relation::Target && action == Action::ReadCare && self.several_targets;
        may(relation, action) && !not_theirs_alone
    }

    fn may_as_delegate(&self, action: Action) -> bool {
        match action {
            Action::Do(kind) => self.delegated.iter().any(|duty| kind.serves(*duty)),
            Action::ReadCare => self
                .delegated
                .iter()
                .any(|duty| duty.compartment() == Compartment::Care),
            Action::ReadPolice => self
                .delegated
                .iter()
                .any(|duty| duty.compartment() == Compartment::Police),
            _ => false,
        }
    }

    /// The relation that a reading is recorded under: the most involved one.
    pub fn strongest(&self) -> Option<Relation> {
        use Relation::{Owner, Superior};
        let first = [Owner, Superior, Relation::LegalAdviser]
            .into_iter()
            .find(|r| self.relations.contains(r));
        first.or_else(|| self.relations.iter().next().copied())
    }

    /// Whether `viewer` may read what is in this exhibit: those who read the matter, and whoever sent it.
    pub fn reads_exhibit(&self, viewer: &Actor, exhibit: &Exhibit) -> bool {
        let own = self.may(Action::ReadOwnReport) && Some(&exhibit.sent_by) == viewer.person();
        own || (self.may(Action::ReadExhibits) && self.may(Action::ReadMatter))
    }

    /// Whether one journal entry is shown to `viewer`.
    pub fn shows(&self, viewer: &Actor, entry: &Entry) -> bool {
        match &entry.event {
            Event::Told { report, .. } => {
                let own = self.may(Action::ReadOwnReport) && self.reports.contains(report);
                own || self.may(Action::ReadReports)
            }
            Event::Supplemented { .. } => {
                self.may(Action::ReadReports) || (self.may(Action::ReadOwnReport) && &entry.actor == viewer)
            }
            Event::LegalNoted { .. } => self.may(Action::ReadLegalNotes),
            Event::Viewed { .. } | Event::Exported { .. } => self.may(Action::ReadAccessLog),
            Event::PassedOver { .. } | Event::Learned { .. } | Event::HelperInvited { .. } => {
                self.may(Action::ReadHandling)
            }
            event => self.may(reading(event.compartment())),
        }
    }
}

/// The action of reading one drawer.
pub fn reading(drawer: Compartment) -> Action {
    match drawer {
        Compartment::Matter => Action::ReadMatter,
        Compartment::Care => Action::ReadCare,
        Compartment::Police => Action::ReadPolice,
    }
}

impl CommandKind {
    /// Whether the command does (part of) this duty; a delegate may give it.
    pub fn serves(self, duty: DutyKind) -> bool {
        match (self, duty) {
            (
                Self::Contact | Self::ObserveContact,
                DutyKind::ContactSubstance | DutyKind::ContactBoundary,
            ) => true,
            (Self::FollowUp, DutyKind::FollowUp1 | DutyKind::FollowUp4 | DutyKind::FollowUp12) => true,
            (kind, duty) => kind.duty() == Some(duty),
        }
    }
}

/// The permission table: may somebody who is this to the case do that?
pub fn may(relation: Relation, action: Action) -> bool {
    use Action::{Do, Export, See};
    match relation {
        Relation::Target => may_target(action),
        Relation::Reporter => may_reporter(action),
        Relation::Owner => may_manage(action) && action != Do(CommandKind::DecidePolice),
        Relation::Superior => may_manage(action),
        Relation::PassedOver => matches!(action, See | Action::ReadMatter),
        Relation::LegalAdviser => may_legal(action),
        Relation::Delegate => {
            matches!(
                action,
                See | Action::ReadMatter | Action::ReadExhibits | Action::ReadReports
            )
        }
        Relation::HelperMatter => matches!(action, See | Action::ReadMatter | Action::ReadExhibits),
        Relation::HelperCare => matches!(action, See | Action::ReadCare),
        Relation::HelperPolice => matches!(action, See | Action::ReadPolice),
        Relation::Hr => {
            matches!(
                action,
                See | Action::ReadCare
                    | Do(CommandKind::HandOverInjury | CommandKind::RecordAbsence | CommandKind::Waive)
            )
        }
        Relation::Communication => matches!(
            action,
            See | Action::ReadMatter
                | Action::ReadExhibits
                | Do(CommandKind::RequestRemoval | CommandKind::ObserveRemoval | CommandKind::Waive)
        ),
        Relation::Dpo => matches!(action, Action::ReadAccessLog),
        Relation::Admin => false,
        Relation::Operator => matches!(action, Export(_)),
        Relation::System => matches!(action, Do(CommandKind::PassOver)),
    }
}

fn may_target(action: Action) -> bool {
    matches!(action, Action::ReadCare | Action::ReadAccessLog) || may_reporter(action)
}

fn may_reporter(action: Action) -> bool {
    let adds = Action::Do(CommandKind::AddExhibits);
    matches!(
        action,
        Action::See | Action::ReadOwnReport | Action::Do(CommandKind::Supplement)
    ) || action == adds
}

/// The managers: everything but the lawyer's own work.
fn may_manage(action: Action) -> bool {
    !matches!(
        action,
        Action::ReadLegalNotes
            | Action::Do(
                CommandKind::NoteLegal
                    | CommandKind::Review
                    | CommandKind::AssessStatement
                    | CommandKind::UndoStatementAssessment
            )
    )
}

fn may_legal(action: Action) -> bool {
    match action {
        Action::See
        | Action::ReadReports
        | Action::ReadMatter
        | Action::ReadExhibits
        | Action::ReadLegalNotes
        | Action::ReadPolice
        | Action::Export(Compartment::Matter | Compartment::Police) => true,
        Action::Do(kind) => matches!(
            kind,
            CommandKind::Review
                | CommandKind::NoteLegal
                | CommandKind::MarkStatement
                | CommandKind::MarkStatements
                | CommandKind::CorrectStatement
                | CommandKind::AssessStatement
                | CommandKind::UndoStatementAssessment
                | CommandKind::WithdrawStatement
                | CommandKind::AssignLegal
                | CommandKind::AddExhibits
                | CommandKind::Redact
                | CommandKind::Join
                | CommandKind::ReleaseExhibit
                | CommandKind::Corroborate
                | CommandKind::WithdrawCorroboration
                // Which duties, the procedure says.
                | CommandKind::Waive
        ),
        _ => false,
    }
}

/// The whole table as text: one row an action, one column a relation.
pub fn table() -> String {
    let mut text = String::from("| action |");
    Relation::ALL
        .iter()
        .for_each(|relation| text.push_str(&format!(" {relation} |")));
    text.push_str("\n|---|");
    Relation::ALL.iter().for_each(|_| text.push_str("---|"));
    text.push('\n');
    for action in Action::all() {
        text.push_str(&format!("| {} |", action.name()));
        for relation in Relation::ALL {
            text.push_str(if may(*relation, action) {
                " yes |"
            } else {
                " – |"
            });
        }
        text.push('\n');
    }
    text
}
