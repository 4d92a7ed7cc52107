//! The managers' drill: the rules of a case in a made-up town, and what could have been done better.

use crate::harness::*;
use crate::say::*;
use domain::case::{CaseState, Command, Context, Entry, Event, Purpose, Refusal};
use domain::drill::case::{
    COMMANDS, Course, Missed, Script, Step, act, begin, can_be_reviewed, course, is_for, manager_standing,
    number, review, town,
};
use domain::drill::{FRESH, Passed};
use domain::duties::{DutyState, duties};
use domain::ids::ReportId;
use domain::organisation::{Organisation, Person};
use domain::vocabulary::{DutyKind, Role};
use jiff::Timestamp;
use rstest::rstest;

use Step::*;

struct Drill {
    world: World,
    town: Organisation,
    entries: Vec<Entry>,
}

fn script() -> Script {
    Script {
        told: "Se, hvad der står om Tilde".into(),
        said: "At hun er løgner".into(),
        repetition: "Flere gange".into(),
        reach: "Alle".into(),
        counter_argument: "Man må gerne være utilfreds".into(),
        conclusion: "Det er en beskyldning mod en person".into(),
        by: "lederen".into(),
        how: "brev".into(),
        no_exhibits: "Det er en øvelse".into(),
    }
}

fn begun() -> Drill {
    let world = World::fjordby();
    let manager = world.organisation.person(&id(VIBEKE)).unwrap();
    let town = town(manager, world.organisation.unit(&manager.unit).unwrap());
    let mut drill = Drill {
        world,
        town,
        entries: Vec::new(),
    };
    drill.entries = begin(&script(), ReportId::new("r"), &drill.context()).unwrap();
    drill
}

impl Drill {
    fn context(&self) -> Context<'_> {
        Context {
            organisation: &self.town,
            procedure: &self.world.procedure,
            calendar: &self.world.calendar,
            now: at(MONDAY),
        }
    }

    fn state(&self) -> CaseState {
        CaseState::fold(&self.entries).unwrap()
    }

    fn ask(&self, command: &Command) -> Option<Result<Vec<Entry>, Refusal>> {
        act(&self.entries, command, &id(VIBEKE), &self.context())
    }

    fn after(mut self, command: Command) -> Self {
        let more = self.ask(&command).unwrap().unwrap();
        self.entries.extend(more);
        self
    }

    fn reviewed(mut self) -> Self {
        let more = review(&self.entries, &script(), &self.context())
            .unwrap()
            .unwrap();
        self.entries.extend(more);
        self
    }

    fn course(&self) -> Course {
        course(&self.entries)
    }

    fn duty(&self, kind: DutyKind) -> DutyState {
        let all = duties(
            &self.state(),
            &self.world.procedure,
            &self.world.calendar,
            at(MONDAY),
        );
        all.into_iter().find(|duty| duty.kind == kind).unwrap().state
    }
}

fn registered() -> Command {
    register_with(|register| {
        register.targets = vec!["tilde.taenkt@snak.example".into()];
        register.episode_at = at("2026-10-12 08:00");
    })
}

const BOTH: &[Purpose] = &[Purpose::Substance, Purpose::Boundary];

fn well_done() -> Drill {
    begun()
        .after(receive())
        .after(triage(domain::case::Danger::None))
        .after(care())
        .after(registered())
        .reviewed()
        .after(contact(BOTH))
}

fn steps(course: &Course) -> Vec<Step> {
    course.done.iter().map(|(step, _)| *step).collect()
}

#[test]
fn it_begins_with_a_report_that_the_manager_owns_and_nobody_real_is_in() {
    let drill = begun();
    let case = drill.state();
    assert!(
        drill
            .entries
            .iter()
            .any(|entry| matches!(entry.event, Event::Told { .. }))
    );
    assert_eq!(case.owner, id(VIBEKE));
    assert_eq!(case.targets.len(), 1);
    assert!(
        drill
            .town
            .people()
            .iter()
            .all(|person| person.id == id(VIBEKE) || drill.world.organisation.person(&person.id).is_none())
    );
    assert!(
        drill.world.organisation.unit(&case.unit).is_some(),
        "in the manager's own unit"
    );
    assert_eq!(drill.duty(DutyKind::Receive), DutyState::Owed);
    assert_eq!(
        drill.duty(DutyKind::ContactSubstance),
        DutyState::Waiting(vec![DutyKind::Review])
    );
    assert_eq!(
        domain::ids::CaseNumber::parse(number().as_str()),
        None,
        "no address leads to it"
    );
}

#[test]
fn done_in_order_it_is_passed_and_nothing_is_missed() {
    let course = well_done().course();
    assert!(course.is_passed());
    assert_eq!(steps(&course), Step::ALL);
    assert_eq!(course.missed, []);
    assert_eq!(course.at(Step::Contact), Some(at(MONDAY)));
}

#[test]
fn contact_is_refused_before_the_review_as_in_a_case() {
    let drill = begun().after(receive()).after(care()).after(registered());
    assert_eq!(drill.ask(&contact(BOTH)), Some(Err(Refusal::ReviewMissing)));
    assert!(!drill.course().is_passed());
}

#[test]
fn complaint_routes_and_a_day_are_demanded_as_in_a_case() {
    let drill = begun().after(registered()).reviewed();
    let silent = contact_with(BOTH, |contact| contact.complaint_routes_explained = false);
    let expected = Refusal::invalid("complaint_routes_explained", "required");
    assert_eq!(drill.ask(&silent), Some(Err(expected)));
    let open_end = contact_with(BOTH, |contact| contact.stop_by = None);
    assert_eq!(
        drill.ask(&open_end),
        Some(Err(Refusal::invalid("stop_by", "required")))
    );
}

#[rstest]
#[case::already_received(receive(), receive(), Refusal::AlreadyDone(DutyKind::Receive))]
#[case::registered_twice(registered(), registered(), Refusal::AlreadyDone(DutyKind::Register))]
fn what_is_done_is_done(#[case] first: Command, #[case] then: Command, #[case] refusal: Refusal) {
    assert_eq!(begun().after(first).ask(&then), Some(Err(refusal)));
}

#[test]
fn a_real_colleague_is_nobody_there() {
    let refused = begun().ask(&register_with(|_| {}));
    assert_eq!(refused, Some(Err(Refusal::invalid("targets", "unknown-person"))));
}

#[test]
fn nothing_else_is_practised_and_nobody_else_practises_it() {
    let drill = well_done();
    for command in [
        supplement(),
        close(),
        pass_over(domain::case::PassOverReason::Absent),
        report_police(),
    ] {
        assert!(!COMMANDS.contains(&command.kind()));
        assert_eq!(drill.ask(&command), None, "{}", command.kind());
    }
    let lars = act(&begun().entries, &receive(), &id(LARS), &begun().context());
    assert_eq!(lars, None);
    assert!(
        manager_standing(&id(LARS), &drill.state(), at(MONDAY))
            .relations
            .is_empty()
    );
}

#[test]
fn the_lawyer_weighs_what_is_registered_and_once() {
    let drill = begun().after(receive());
    assert!(!can_be_reviewed(&drill.state()));
    assert_eq!(review(&drill.entries, &script(), &drill.context()), None);
    let drill = drill.after(registered()).reviewed();
    assert_eq!(review(&drill.entries, &script(), &drill.context()), None);
    assert!(drill.state().assessment.unwrap().outcome.crosses_the_line());
}

#[test]
fn two_contacts_do_as_well_as_one() {
    let drill = begun()
        .after(receive())
        .after(triage(domain::case::Danger::None))
        .after(care());
    let drill = drill
        .after(registered())
        .reviewed()
        .after(contact(&[Purpose::Substance]));
    assert!(!drill.course().is_passed(), "what must stop is not said yet");
    let course = drill.after(contact(&[Purpose::Boundary])).course();
    assert!(course.is_passed() && course.missed.is_empty(), "{course:?}");
}

#[rstest]
#[case::care_after_the_register(
    &[receive(), triage(domain::case::Danger::None), registered(), care()],
    &[Missed::CareAfterRegister], &[Receive, Register, Care, Review, Contact])]
#[case::never_considered_danger(&[receive(), care(), registered()], &[Missed::NoTriage], Step::ALL)]
#[case::took_the_case_last(
    &[triage(domain::case::Danger::None), care(), registered(), receive()],
    &[Missed::ReceivedLate], &[Care, Register, Receive, Review, Contact])]
#[case::offered_nothing(
    &[receive(), triage(domain::case::Danger::None), Command::Care { talked_at: None, talk: "Talt sammen".into(),
        psychologist_offered: false, wishes: String::new(), with: String::new() }, registered()],
    &[Missed::NoPsychologist, Missed::NoWishes], Step::ALL)]
fn what_could_have_been_better_is_said_and_fails_nobody(
    #[case] commands: &[Command],
    #[case] missed: &[Missed],
    #[case] order: &[Step],
) {
    let drill = commands
        .iter()
        .fold(begun(), |drill, command| drill.after(command.clone()));
    let course = drill.reviewed().after(contact(BOTH)).course();
    assert!(course.is_passed());
    assert_eq!(course.missed, missed);
    assert_eq!(steps(&course), order);
}

#[test]
fn to_tell_them_to_stop_before_asking_what_lies_behind_is_missed() {
    let drill = begun()
        .after(receive())
        .after(triage(domain::case::Danger::None))
        .after(care());
    let drill = drill.after(registered()).reviewed();
    let drill = drill
        .after(contact(&[Purpose::Boundary]))
        .after(contact(&[Purpose::Substance]));
    assert_eq!(drill.course().missed, [Missed::BoundaryFirst]);
}

#[test]
fn every_word_leads_to_a_duty_that_is_practised() {
    for missed in Missed::ALL {
        assert!(domain::drill::case::DUTIES.contains(&missed.duty()), "{missed}");
    }
}

#[test]
fn whoever_leads_a_unit_practises_both_and_everybody_else_one() {
    let world = World::fjordby();
    let person = |who: &str| world.organisation.person(&id(who)).unwrap().clone();
    let (manager, employee) = (person(VIBEKE), person(METTE));
    assert!(is_for(&manager) && !is_for(&employee) && !is_for(&person(IDA)));
    let gone = World::fjordby().with(VIBEKE, |person| person.active = false);
    assert!(!is_for(gone.organisation.person(&id(VIBEKE)).unwrap()));
    let at: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let passed = |picture: bool, case: bool| Passed {
        picture: picture.then_some(at),
        case: case.then_some(at),
    };
    let done = |person: &Person, passed: Passed| passed.lacks(person, at).next().is_none();
    assert!(done(&employee, passed(true, false)));
    assert!(!done(&manager, passed(true, false)) && !done(&manager, passed(false, true)));
    assert!(done(&manager, passed(true, true)));
    assert!(
        passed(true, true).lacks(&employee, at + FRESH).next().is_some(),
        "for a year"
    );
}

#[test]
fn in_the_drill_a_manager_is_a_manager_whatever_else_they_are() {
    let world = World::fjordby().with(VIBEKE, |person| {
        person.roles.extend([Role::LegalAdviser, Role::Dpo]);
    });
    let manager = world.organisation.person(&id(VIBEKE)).unwrap();
    let town = town(manager, world.organisation.unit(&manager.unit).unwrap());
    assert_eq!(town.with_role(Role::LegalAdviser).count(), 1);
    assert!(
        town.person(&id(VIBEKE))
            .unwrap()
            .roles
            .iter()
            .eq(&[Role::Manager])
    );
}
