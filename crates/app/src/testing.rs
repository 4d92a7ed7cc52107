//! An application on a throw-away store, for tests here and in the crates above: Fjordby, a held clock, seeded dice.

pub mod clamd;
pub mod dovecot;
pub mod post;
pub mod site;
pub mod tsa;

use crate::dossier::{Composer, Dossier, DossierLanguage, Material};
use crate::{App, Caller, Clock, DrillLetter, HeldClock, MailReceipt, Parts, Reminder, Settings, Written};
use domain::case::{Actor, CaseState};
use domain::language::Language;
use domain::organisation::Organisation;
use jiff::Timestamp;
use proof::SigningKey;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::Arc;
use store::testing::Scratch;
pub use store::testing::{Engine, engines};

const UNITS: &str = include_str!("../../../examples/units.csv");
const PEOPLE: &str = include_str!("../../../examples/people.csv");

/// An application and what it lives in.
pub struct TestApp {
    pub app: Arc<App>,
    pub clock: Arc<HeldClock>,
    pub scratch: Scratch,
}

impl App {
    /// How many files nothing owns.
    ///
    /// # Panics
    /// If the store can't say.
    pub async fn stray_files(&self) -> usize {
        let files = self.store.blobs.list().await.expect("a list");
        let owned = store::blobs::owned(&mut self.store.db.read().await.expect("a connection"))
            .await
            .expect("what is owned");
        files.iter().filter(|id| !owned.contains(id)).count()
    }
}

/// Monday 12 October 2026, 19:47 in Copenhagen.
pub const MONDAY_EVENING: &str = "2026-10-12T19:47:00+02:00";

impl TestApp {
    /// Fjordby on a new store of this engine, at [`MONDAY_EVENING`].
    pub async fn new(engine: Engine) -> Self {
        Self::with(engine, Arc::new(PlainWords), Settings::default()).await
    }

    /// The same with the words and settings of one's own.
    pub async fn with(engine: Engine, composer: Arc<dyn Composer>, settings: Settings) -> Self {
        Self::on(store::testing::store(engine).await, composer, settings).await
    }

    /// Two nodes: Fjordby on PostgreSQL and a bucket, and another application on the same with a data folder of its own.
    pub async fn two() -> (Self, App, tempfile::TempDir) {
        let place = store::testing::store_on(Engine::Postgres, store::testing::Files::Bucket).await;
        let one = Self::on(place, Arc::new(PlainWords), Settings::default()).await;
        let folder = tempfile::tempdir().expect("a folder");
        let config = store::StoreConfig {
            dir: folder.path().to_owned(),
            ..one.scratch.config()
        };
        let second = store::Store::open(config, &mut store::testing::rng(2)).await;
        let second = second.expect("the store opens on another node");
        let (composer, settings) = (Arc::new(PlainWords), Settings::default());
        let two = open(second, &one.scratch, one.clock.clone(), composer, settings).await;
        (one, two, folder)
    }

    async fn on(
        (store, scratch): (store::Store, Scratch),
        composer: Arc<dyn Composer>,
        settings: Settings,
    ) -> Self {
        let clock = Arc::new(HeldClock::at(MONDAY_EVENING.parse().expect("a time")));
        let app = open(store, &scratch, clock.clone(), composer, settings).await;
        let imported = domain::import::import(UNITS, "units.csv", PEOPLE, "people.csv").expect("Fjordby");
        app.import(&imported).await.expect("an import");
        Self {
            app: Arc::new(app),
            clock,
            scratch,
        }
    }

    /// The same with a malware scanner.
    #[must_use]
    pub fn scanned_by(self, scanner: crate::Scanner) -> Self {
        let app = Arc::into_inner(self.app).expect("nobody else has it yet");
        Self {
            app: Arc::new(app.with_scanner(Some(scanner))),
            ..self
        }
    }

    /// The same with a browser that looks at links.
    #[must_use]
    pub fn witnessed_by(self, browser: crate::Browser) -> Self {
        let app = Arc::into_inner(self.app).expect("nobody else has it yet");
        Self {
            app: Arc::new(app.with_witness(Some(browser))),
            ..self
        }
    }

    /// The same with somebody who sends its e-mails.
    #[must_use]
    pub fn writing_by(self, writing: crate::Writing) -> Self {
        let app = Arc::into_inner(self.app).expect("nobody else has it yet");
        Self {
            app: Arc::new(app.with_writing(Some(writing))),
            ..self
        }
    }

    /// The same with a mail server that is believed when it says that it has checked a sender.
    #[must_use]
    pub fn checked_by(self, policy: domain::mail::Policy, server: &str) -> Self {
        let app = Arc::into_inner(self.app).expect("nobody else has it yet");
        Self {
            app: Arc::new(app.with_mail_policy(policy, Some(server.to_owned()))),
            ..self
        }
    }

    /// The same with a time-stamp authority.
    #[must_use]
    pub fn stamped_by(self, authority: crate::TimeAuthority) -> Self {
        let app = Arc::into_inner(self.app).expect("nobody else has it yet");
        Self {
            app: Arc::new(app.with_authority(Some(authority))),
            ..self
        }
    }

    /// Sets the clock to the machine's time, which programs outside the house go by.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's authority asks the machine too"
    )]
    pub fn at_machine_time(&self) {
        // As exact as what is kept.
        let now = Timestamp::now().as_microsecond();
        self.clock.set(Timestamp::from_microsecond(now).expect("a time"));
    }

    /// The caller for a person, by id or e-mail.
    pub fn caller(&self, person: &str) -> Caller {
        self.app.caller_named(person).expect("a person of Fjordby")
    }

    /// Sets the clock.
    pub fn at(&self, time: &str) {
        self.clock
            .set(time.parse::<Timestamp>().expect("a time with its offset"));
    }
}

async fn open(
    store: store::Store,
    scratch: &Scratch,
    clock: Arc<dyn Clock>,
    composer: Arc<dyn Composer>,
    settings: Settings,
) -> App {
    let mut dice = StdRng::seed_from_u64(7);
    let signing = SigningKey::open_or_create(&scratch.dir().join("keys/signing.key"), &mut dice);
    let procedure = domain::procedure::DEFAULT.to_owned();
    let parts = Parts {
        store,
        signing: signing.expect("a key"),
        clock,
        dice,
        procedure,
        composer,
        settings,
    };
    App::open(parts).await.expect("an application")
}

/// Destroys the keys of a case, as a retention term would.
pub async fn destroy_keys(app: &App, case: &domain::ids::CaseId) {
    let mut tx = app.store.db.begin().await.expect("a transaction");
    let destroyed = store::testing::destroy_keys(&mut tx, &app.store.keys, case).await;
    destroyed.expect("no keys");
    tx.commit().await.expect("committed");
}

/// Every word that lies in a file of the search index.
pub fn vocabulary(app: &App) -> std::collections::BTreeSet<String> {
    app.store.search.vocabulary().expect("an index")
}

/// Words for tests that do not look at words.
pub struct PlainWords;

impl Composer for PlainWords {
    fn dossier(&self, material: Material) -> Dossier {
        Dossier {
            language: DossierLanguage::Danish,
            municipality: material.procedure.municipality.clone(),
            number: material.number.to_string(),
            title: material.number.to_string(),
            drawer: material.drawer.to_string(),
            made: material.now.to_string(),
            facts: Vec::new(),
            summary: Vec::new(),
            assessment: Vec::new(),
            contacts: Vec::new(),
            chronology: Vec::new(),
            exhibits: Vec::new(),
            proof: vec![material.head],
        }
    }

    fn actor_name(&self, _: Language, _: &Organisation, _: &CaseState, actor: &Actor) -> String {
        actor.as_text().to_owned()
    }

    fn covered(&self, _: Language, _: &jiff::Zoned) -> outside::media::CoveredBy {
        outside::media::CoveredBy {
            language: DossierLanguage::Danish,
            title: "Kopi".into(),
            page: "Side {n}".into(),
        }
    }

    fn drill(&self, letter: &DrillLetter) -> Written {
        Written {
            subject: letter.passed.to_string(),
            text: format!("{letter:#?}"),
        }
    }

    fn reminder(&self, reminder: &Reminder) -> Written {
        Written {
            subject: format!("{:?}", reminder.asked),
            text: format!("{reminder:#?}"),
        }
    }

    fn receipt(&self, receipt: &MailReceipt) -> Written {
        Written {
            subject: receipt.number.to_string(),
            text: format!("{receipt:#?}"),
        }
    }
}
