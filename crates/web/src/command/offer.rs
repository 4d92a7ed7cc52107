//! What is offered to a person in a case: only what they may do and what makes sense now, so that no button is dead.

use app::CaseView;
use domain::access::Action;
use domain::case::{CaseState, CommandKind, MayContact, Phase, PoliceDecision};
use domain::drill;
use domain::duties::Duty;
use domain::ids::PersonId;
use domain::procedure::OwedBy;
use domain::vocabulary::DutyKind;

/// Under which heading an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Duties of the procedure.
    Duty,
    /// Adding to the case.
    Add,
    /// Who takes part.
    People,
    /// The case itself.
    Case,
}

impl Group {
    /// In the order of the page.
    pub const ALL: [Self; 4] = [Self::Duty, Self::Add, Self::People, Self::Case];

    /// The name in text keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::Add => "add",
            Self::People => "people",
            Self::Case => "case",
        }
    }
}

/// Where an action stands on the page.
pub fn group(kind: CommandKind) -> Group {
    use CommandKind as C;
    match kind {
        C::Corroborate
        | C::WithdrawCorroboration
        | C::AddExhibits
        | C::MarkStatements
        | C::Supplement
        | C::NoteLegal
        | C::RecordAbsence => Group::Add,
        C::Delegate | C::AssignLegal | C::Invite | C::PassOver => Group::People,
        C::Waive | C::Close | C::Reopen | C::Join | C::ReleaseExhibit => Group::Case,
        _ => Group::Duty,
    }
}

/// Every command that `me` may give and that makes sense now, in the order of the procedure.
pub fn offered(view: &CaseView, me: &PersonId) -> Vec<CommandKind> {
    let offers = |kind: &CommandKind| view.may(Action::Do(*kind)) && makes_sense(*kind, view, me);
    CommandKind::ALL.iter().copied().filter(offers).collect()
}

/// Whether `me` may give the command and it makes sense now.
pub fn is_offered(view: &CaseView, kind: CommandKind, me: &PersonId) -> bool {
    view.may(Action::Do(kind)) && makes_sense(kind, view, me)
}

fn makes_sense(kind: CommandKind, view: &CaseView, me: &PersonId) -> bool {
    let case = &view.state;
    if view.made_up && !drill::case::COMMANDS.contains(&kind) {
        return false;
    }
    match (case.phase, kind) {
        (Phase::Joined, _) => return false,
        (Phase::Closed, CommandKind::Reopen | CommandKind::NoteLegal) => return true,
        (Phase::Closed, _) | (Phase::Open, CommandKind::Reopen) => return false,
        (Phase::Open, _) => {}
    }
    let owed = |duty: DutyKind| {
        view.duties
            .iter()
            .any(|found| found.kind == duty && found.is_owed())
    };
    let may_talk = case.may_contact().is_some_and(|may| may != MayContact::No);
    match kind {
        // One door to the page on which all of them are given.
        CommandKind::MarkStatements => !case.exhibits.is_empty(),
        kind if kind.is_of_statements() => false,
        // Asked for on the exhibit.
        CommandKind::Redact => false,
        CommandKind::Review => may_review(view),
        CommandKind::DecidePolice => case.police_reported_at.is_none(),
        CommandKind::ReportPolice => {
            case.police_reported_at.is_none() && case.police_decision == Some(PoliceDecision::Report)
        }
        CommandKind::Contact => {
            may_talk && (owed(DutyKind::ContactSubstance) || owed(DutyKind::ContactBoundary))
        }
        CommandKind::ObserveContact => owed(DutyKind::ContactBoundary) && case.demand.is_some(),
        CommandKind::RequestRemoval => owed(DutyKind::Removal) && !case.exhibits.is_empty(),
        CommandKind::ObserveRemoval => owed(DutyKind::Removal) && case.removal_requested.is_some(),
        CommandKind::FollowUp => [DutyKind::FollowUp1, DutyKind::FollowUp4, DutyKind::FollowUp12]
            .into_iter()
            .any(owed),
        CommandKind::Delegate => view
            .duties
            .iter()
            .any(|duty| duty.is_open() && can_be_handed(duty.kind)),
        CommandKind::Corroborate => has_two_witnesses(case),
        CommandKind::WithdrawCorroboration => !case.corroborated.is_empty(),
        CommandKind::ReleaseExhibit => case.scans.keys().any(|exhibit| case.is_infected(*exhibit)),
        CommandKind::Waive => view.duties.iter().any(|duty| waivable(view, duty, me)),
        kind => kind.duty().is_none_or(owed),
    }
}

/// A case is assessed once, and again only after new exhibits or a reopening.
fn may_review(view: &CaseView) -> bool {
    let case = &view.state;
    let Some(assessment) = &case.assessment else {
        return true;
    };
    let newest = case
        .exhibits
        .iter()
        .map(|(at, _)| *at)
        .max()
        .max(case.reopened_at);
    newest.is_some_and(|at| at > assessment.deed.at)
}

/// Two people each sent a file of their own.
fn has_two_witnesses(case: &CaseState) -> bool {
    let mut rest = case.exhibits.iter();
    case.exhibits.iter().any(|(_, one)| {
        rest.next();
        rest.clone()
            .any(|(_, other)| CaseState::are_independent(one, other))
    })
}

fn can_be_handed(duty: DutyKind) -> bool {
    !matches!(duty, DutyKind::Receive | DutyKind::Close | DutyKind::Review)
}

/// Whether `me` may set this duty aside: it is open, and the procedure names them.
pub fn waivable(view: &CaseView, duty: &Duty, me: &PersonId) -> bool {
    let case = &view.state;
    let holder = |owed_by: &OwedBy| match owed_by {
        OwedBy::Manager => Some(&case.owner),
        OwedBy::ManagersManager => Some(&case.superior),
        OwedBy::LegalAdviser => case.legal.as_ref(),
        OwedBy::Hr => case.hr.as_ref(),
        OwedBy::Communication => case.communication.as_ref(),
    };
    let named = view
        .procedure
        .rule(duty.kind)
        .waivable_by
        .iter()
        .any(|who| holder(who) == Some(me));
    !view.made_up && view.may(Action::Do(CommandKind::Waive)) && duty.is_open() && named
}

/// The command that does a duty as the case stands, with what the address of its form needs to say.
pub fn command_for(view: &CaseView, duty: DutyKind) -> (CommandKind, &'static str) {
    let case = &view.state;
    match duty {
        DutyKind::Receive => (CommandKind::Receive, ""),
        DutyKind::Triage => (CommandKind::Triage, ""),
        DutyKind::Care => (CommandKind::Care, ""),
        DutyKind::Register => (CommandKind::Register, ""),
        DutyKind::Review => (CommandKind::Review, ""),
        DutyKind::Police if case.police_decision == Some(PoliceDecision::Report) => {
            (CommandKind::ReportPolice, "")
        }
        DutyKind::Police => (CommandKind::DecidePolice, ""),
        DutyKind::ContactSubstance => (CommandKind::Contact, "?purpose=substance"),
        DutyKind::ContactBoundary if case.demand.is_some() => (CommandKind::ObserveContact, ""),
        DutyKind::ContactBoundary => (CommandKind::Contact, "?purpose=boundary"),
        DutyKind::Removal if case.removal_requested.is_some() => (CommandKind::ObserveRemoval, ""),
        DutyKind::Removal => (CommandKind::RequestRemoval, ""),
        DutyKind::Injury => (CommandKind::HandOverInjury, ""),
        DutyKind::FollowUp1 => (CommandKind::FollowUp, "?week=1"),
        DutyKind::FollowUp4 => (CommandKind::FollowUp, "?week=4"),
        DutyKind::FollowUp12 => (CommandKind::FollowUp, "?week=12"),
        DutyKind::ChasePolice => (CommandKind::ChasePolice, ""),
        DutyKind::Close => (CommandKind::Close, ""),
    }
}
