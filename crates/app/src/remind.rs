//! Reminders of what people owe of the guide, by e-mail: each open day the round sees whom to remind, and each of them has a job of
//! their own, so that a crash, a slow mail server or 40,000 people are all the same.

use crate::rollout::asked;
use crate::{App, AppError, Caller};
use domain::ids::PersonId;
use domain::language::Language;
use domain::rollout::remind::is_called_for;
use domain::rollout::{Asked, Plan};
use jiff::{SignedDuration, Timestamp, Zoned};
use outside::post::Note;
use store::jobs::{self, Job, Lane};
use store::reminders::{self, Reminded};

/// The jobs' names. Payload of the round: the day; of one person's: their id.
pub(crate) const ROUND: &str = "remind";
pub(crate) const ONE: &str = "remind-one";
/// How long after the offices open: who comes in the morning has read their other mail.
const AFTER_OPENING: SignedDuration = SignedDuration::from_hours(1);
/// More days than offices are ever closed in a row.
const LONGEST_HOLIDAY: i32 = 21;
/// Jobs enqueued in one transaction.
const AT_ONCE: usize = 1_000;
/// After so many tries it is given up; the next round asks again.
const TRIES: u32 = 5;

/// What a reminder tells.
#[derive(Clone, Debug)]
pub struct Reminder {
    pub language: Language,
    /// In the municipality's time.
    pub now: Zoned,
    pub municipality: String,
    pub to: String,
    /// What they have done and what they owe.
    pub asked: Asked,
    /// Whoever rolled it out.
    pub by: String,
    /// Where Værn is.
    pub home: Option<String>,
}

impl App {
    /// When the last round of reminders was due; none if nobody is written to.
    pub(crate) fn reminders_passed(&self) -> Option<Timestamp> {
        self.writing.as_ref()?;
        let calendar = self.calendar();
        let now = self.now();
        let day = SignedDuration::from_hours(24);
        // Of each of the days before, the first opening at or after its beginning: over holidays the same one again.
        let opening = |back: i32| {
            let midnight = calendar.start_of(calendar.local(now - day * back).date());
            calendar.next_open(midnight) + AFTER_OPENING
        };
        (0..LONGEST_HOLIDAY).map(opening).find(|at| *at <= now)
    }

    /// The round's job: whoever is to be reminded today has a job of their own. Done twice, nobody has two.
    pub(crate) async fn remind_round(&self, day: &str) -> Result<(), AppError> {
        let called = self.called_for().await?;
        for some in called.chunks(AT_ONCE) {
            let mut tx = self.store.db.begin().await?;
            for person in some {
                let id = format!("{ONE}-{person}-{day}");
                jobs::enqueue_in(&mut tx, Lane::Reminders, &id, ONE, person.as_str(), self.now()).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// Everybody who is to be reminded at this moment.
    async fn called_for(&self) -> Result<Vec<PersonId>, AppError> {
        let mut read = self.store.db.read().await?;
        let (rollouts, editions) = self.rolled_out(&mut read).await?;
        let given = self.given(&mut read, &editions).await?;
        let passed = self.passed_by_all(&mut read).await?;
        let last = reminders::all(&mut read).await?;
        drop(read);
        let organisation = self.organisation();
        let plan = Plan::new(&rollouts, &editions, &organisation, self.calendar());
        let called = organisation.people().iter().filter(|person| {
            let asked = asked(&plan, person, &given, &passed, self.now());
            // Whose case is open is seen by each one's own job.
            asked.is_some_and(|asked| self.is_called(&asked, last.get(&person.id).copied()))
        });
        Ok(called.map(|person| person.id.clone()).collect())
    }

    fn is_called(&self, asked: &Asked, last: Option<Timestamp>) -> bool {
        is_called_for(&asked.owed(), last, self.calendar(), self.now())
    }

    /// One person's job: writes to them, if they still owe it and may be reminded at this moment.
    pub(crate) async fn remind_one(&self, job: &Job) -> Result<(), AppError> {
        let id = PersonId::new(job.payload.as_str());
        let Some(writing) = &self.writing else {
            return Ok(());
        };
        let organisation = self.organisation();
        let Some(person) = organisation.person(&id).filter(|person| person.active) else {
            return Ok(());
        };
        let mut read = self.store.db.read().await?;
        let last = reminders::one(&mut read, &id).await?.map(|last| last.at);
        let language = store::people::language(&mut read, &id).await?;
        drop(read);
        let asked = self.asked_of(person).await?;
        let is_target = self.has_open_case(&id).await?;
        let pressing = asked.and_then(|(asked, rollout)| Some((asked.pressing(is_target)?, rollout)));
        let Some((asked, rollout)) = pressing.filter(|(asked, _)| self.is_called(asked, last)) else {
            return Ok(());
        };
        let by = organisation.person(&rollout.by);
        let reminder = Reminder {
            language: language
                .as_deref()
                .and_then(Language::parse)
                .unwrap_or(Language::Da),
            now: self.calendar().local(self.now()),
            municipality: self.procedure().municipality.clone(),
            to: person.name.clone(),
            asked,
            by: by.map_or_else(String::new, |by| by.name.clone()),
            home: writing.home.clone(),
        };
        let written = self.composer.reminder(&reminder);
        let note = Note {
            to: (&person.email, &person.name),
            subject: &written.subject,
            text: &written.text,
            at: self.now(),
            id: &job.id,
            answers: None,
        };
        if writing.hand_over(&note, job, TRIES).await? {
            // Noted afterwards: rather one too many than one that nobody got.
            let mut tx = self.store.db.begin().await?;
            reminders::note(&mut tx, &id, &last_of(&reminder.asked, self.now())).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// When the caller was last reminded, and of what.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn last_reminded(&self, caller: &Caller) -> Result<Option<Reminded>, AppError> {
        Ok(reminders::one(&mut self.store.db.read().await?, caller.id()?).await?)
    }
}

fn last_of(asked: &Asked, at: Timestamp) -> Reminded {
    Reminded {
        at,
        edition: (!asked.reading.read).then_some(asked.reading.edition),
        exercises: asked.practice.iter().map(|practice| practice.exercise).collect(),
    }
}
