//! Given what happened, when somebody asks for something, then these entries follow or it is refused. Every command passes
//! `access` and then `decide`, as in the application.

use domain::access::{Action, Standing, standing};
use domain::calendar::Calendar;
use domain::case::{
    Actor, Arrival, CaseState, Command, Context, Entry, Event, Exhibit, NewReport, Opening, Refusal, decide,
    report,
};
use domain::duties::{Duty, DutyState};
use domain::ids::{BlobId, CaseNumber, PersonId, ReportId};
use domain::import::import;
use domain::organisation::{Organisation, Person};
use domain::procedure::Procedure;
use domain::vocabulary::{DutyKind, Role};
use jiff::Timestamp;
use jiff::civil::DateTime;
use std::collections::BTreeSet;

/// The municipal director, at the top.
pub const BODIL: &str = "p01";
/// The only personnel lawyer.
pub const IDA: &str = "p03";
/// HR.
pub const JENS: &str = "p04";
pub const DPO: &str = "p05";
pub const ADMIN: &str = "p06";
/// Vibeke's manager.
pub const LARS: &str = "p08";
/// Manager of Mette's team: owns her case.
pub const VIBEKE: &str = "p09";
/// The target.
pub const METTE: &str = "p10";
/// The colleague who tells.
pub const LONE: &str = "p11";
/// The safety representative of the team.
pub const ANDERS: &str = "p12";
/// A school's manager, and a teacher there.
pub const DORTHE: &str = "p13";
pub const MIKKEL: &str = "p14";
/// Another teacher, in no case.
pub const SANNE: &str = "p15";
/// The system's own jobs.
pub const SYSTEM: &str = "system";
pub const OPERATOR: &str = "operator";

/// A Monday morning in the middle of working hours, far from holidays.
pub const MONDAY: &str = "2026-10-12 09:00";

pub fn id(person: &str) -> PersonId {
    PersonId::new(person)
}

pub fn at(local: &str) -> Timestamp {
    let local: DateTime = local.parse().unwrap();
    local.in_tz("Europe/Copenhagen").unwrap().timestamp()
}

/// As people would write it, for messages that can be read.
pub fn written(at: Timestamp) -> String {
    at.in_tz("Europe/Copenhagen")
        .unwrap()
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// Fjordby, its people and its procedure.
#[derive(Clone)]
pub struct World {
    pub organisation: Organisation,
    pub procedure: Procedure,
    pub calendar: Calendar,
}

impl World {
    pub fn fjordby() -> Self {
        let units = include_str!("../../../../examples/units.csv");
        let people = include_str!("../../../../examples/people.csv");
        let procedure = include_str!("../../../../examples/procedure.toml");
        let imported = import(units, "units.csv", people, "people.csv").unwrap();
        let procedure = Procedure::parse(procedure).unwrap();
        let calendar = procedure.calendar();
        Self {
            organisation: Organisation::new(imported.units, imported.people),
            procedure,
            calendar,
        }
    }

    /// The same municipality with one person changed.
    pub fn with(&self, person: &str, change: impl Fn(&mut Person)) -> Self {
        let mut people = self.organisation.people().to_vec();
        people
            .iter_mut()
            .filter(|found| found.id == id(person))
            .for_each(change);
        self.peopled(people)
    }

    /// Somebody new, with a role, in the unit of HR.
    pub fn with_new(&self, person: &str, role: Role) -> Self {
        let mut people = self.organisation.people().to_vec();
        let model = self.organisation.person(&id(IDA)).unwrap().clone();
        let email = format!("{person}@fjordby.example");
        people.push(Person {
            id: id(person),
            email,
            roles: BTreeSet::from([role]),
            ..model
        });
        self.peopled(people)
    }

    fn peopled(&self, people: Vec<Person>) -> Self {
        let organisation = Organisation::new(self.organisation.units().to_vec(), people);
        Self {
            organisation,
            ..self.clone()
        }
    }

    pub fn context(&self, now: Timestamp) -> Context<'_> {
        Context {
            organisation: &self.organisation,
            procedure: &self.procedure,
            calendar: &self.calendar,
            now,
        }
    }

    pub fn roles(&self, actor: &Actor) -> BTreeSet<Role> {
        let person = actor.person().and_then(|person| self.organisation.person(person));
        person.map(|person| person.roles.clone()).unwrap_or_default()
    }

    pub fn report(&self, when: &str, reporter: &str, new: &NewReport) -> Result<Opening, Refusal> {
        report(new, &id(reporter), ReportId::new("r1"), &self.context(at(when)))
    }
}

/// A case with its history, and what time it is.
#[derive(Clone)]
pub struct Given {
    pub world: World,
    pub entries: Vec<Entry>,
    pub state: CaseState,
    pub now: Timestamp,
}

/// Lone tells on a Monday at nine that Mette is harassed, with one screenshot.
pub fn given() -> Given {
    given_at(MONDAY)
}

pub fn given_at(when: &str) -> Given {
    given_report(when, LONE, &about(METTE)).sealed()
}

/// The same, marked acute by Lone.
pub fn given_acute_at(when: &str) -> Given {
    given_report(
        when,
        LONE,
        &NewReport {
            acute: true,
            ..about(METTE)
        },
    )
    .sealed()
}

/// A case that has only been told in words.
pub fn given_report(when: &str, reporter: &str, new: &NewReport) -> Given {
    given_in(World::fjordby(), when, reporter, new)
}

pub fn given_in(world: World, when: &str, reporter: &str, new: &NewReport) -> Given {
    let opening = world.report(when, reporter, new).unwrap();
    let events = opening.events(CaseNumber::new(2026, 1), world.procedure.version.clone());
    let now = at(when);
    let actor = Actor::Person(id(reporter));
    let mut entries = Vec::new();
    push(&mut entries, now, &actor, events);
    let state = CaseState::fold(&entries).unwrap();
    Given {
        world,
        entries,
        state,
        now,
    }
}

/// A report in words about a colleague.
pub fn about(person: &str) -> NewReport {
    NewReport {
        text: "Se hvad der står i gruppen".into(),
        about: Some(person.into()),
        ..NewReport::default()
    }
}

/// A report in words about oneself.
pub fn about_me() -> NewReport {
    NewReport {
        text: "De skriver om mig".into(),
        about_me: true,
        ..NewReport::default()
    }
}

fn push(entries: &mut Vec<Entry>, at: Timestamp, actor: &Actor, events: Vec<Event>) {
    for event in events {
        entries.push(Entry {
            seq: entries.len() as u64 + 1,
            at,
            actor: actor.clone(),
            event,
        });
    }
}

impl Given {
    /// It is now this time in Fjordby.
    #[must_use]
    pub fn at(mut self, when: &str) -> Self {
        assert!(at(when) >= self.now, "time goes on, never back: {when}");
        self.now = at(when);
        self
    }

    #[must_use]
    pub fn in_world(mut self, world: World) -> Self {
        self.world = world;
        self
    }

    /// What the journal got, whoever decided it.
    #[must_use]
    pub fn recorded(mut self, actor: &str, events: Vec<Event>) -> Self {
        let known = self.entries.len();
        push(&mut self.entries, self.now, &Actor::parse(actor), events);
        self.entries[known..]
            .iter()
            .for_each(|entry| self.state.apply(entry));
        self
    }

    /// One more screenshot is sealed.
    #[must_use]
    pub fn sealed(self) -> Self {
        let exhibit = exhibit(self.state.next_exhibit(), LONE);
        self.recorded(LONE, vec![Event::ExhibitSealed(exhibit)])
    }

    /// Somebody did this, and it was accepted.
    #[must_use]
    pub fn after(self, actor: &str, command: Command) -> Self {
        let kind = command.kind();
        let events = match self.try_it(actor, &command) {
            Ok(events) => events,
            Err(no) => panic!("{actor} {kind}: {no:?}"),
        };
        self.recorded(actor, events)
    }

    /// Somebody asks for this.
    pub fn when(&self, actor: &str, command: Command) -> Answer {
        Answer(self.try_it(actor, &command))
    }

    pub fn try_it(&self, actor: &str, command: &Command) -> Result<Vec<Event>, No> {
        if !self.may(actor, Action::Do(command.kind())) {
            return Err(No::Forbidden);
        }
        decide(
            &self.state,
            command,
            &Actor::parse(actor),
            &self.world.context(self.now),
        )
        .map_err(No::Refused)
    }

    pub fn standing(&self, actor: &str) -> Standing {
        let actor = Actor::parse(actor);
        standing(&actor, &self.world.roles(&actor), &self.state, self.now)
    }

    pub fn may(&self, actor: &str, action: Action) -> bool {
        self.standing(actor).may(action)
    }

    /// The names of the entries that this person is shown.
    pub fn shown(&self, viewer: &str) -> Vec<String> {
        let standing = self.standing(viewer);
        let viewer = Actor::parse(viewer);
        let shown = self.entries.iter().filter(|entry| standing.shows(&viewer, entry));
        shown.map(|entry| entry.event.name()).collect()
    }

    pub fn duties(&self) -> Vec<Duty> {
        self.world.context(self.now).duties(&self.state)
    }

    pub fn duty(&self, kind: DutyKind) -> Duty {
        self.world.context(self.now).duty(&self.state, kind).unwrap()
    }

    /// When this duty is due, in local time.
    pub fn due(&self, kind: DutyKind) -> String {
        self.duty(kind).due.map_or("not yet".into(), written)
    }

    pub fn state_of(&self, kind: DutyKind) -> DutyState {
        self.duty(kind).state
    }
}

/// Why it did not happen.
#[derive(Clone, Debug, PartialEq)]
pub enum No {
    /// The permission table says no.
    Forbidden,
    Refused(Refusal),
}

pub struct Answer(Result<Vec<Event>, No>);

impl Answer {
    #[track_caller]
    pub fn then(self, events: Vec<Event>) {
        assert_eq!(self.0, Ok(events));
    }

    #[track_caller]
    pub fn then_names(self, names: &[&str]) {
        let found: Vec<String> = self.0.unwrap().iter().map(Event::name).collect();
        assert_eq!(found, names);
    }

    #[track_caller]
    pub fn then_refused(self, refusal: Refusal) {
        assert_eq!(self.0, Err(No::Refused(refusal)));
    }

    #[track_caller]
    pub fn then_field(self, field: &str, problem: &'static str) {
        self.then_refused(Refusal::invalid(field, problem));
    }

    #[track_caller]
    pub fn then_forbidden(self) {
        assert_eq!(self.0, Err(No::Forbidden));
    }

    #[track_caller]
    pub fn then_done(self) {
        assert!(self.0.is_ok(), "{:?}", self.0);
    }
}

pub fn exhibit(number: u32, sent_by: &str) -> Exhibit {
    Exhibit {
        number,
        name: format!("skærmbillede-{number}.png"),
        media_type: "image/png".into(),
        bytes: 1_500,
        sha256: "a".repeat(64),
        hashed_by_sender: true,
        arrival: Arrival::Pasted,
        blob: BlobId::new(format!("blob-{number}")),
        sent_by: id(sent_by),
        report: Some(ReportId::new("r1")),
        seen_at: None,
        source_url: None,
        capture: None,
    }
}
