//! What can be done: the one write path ([`App::perform`]), the read paths, files in and bags out.
//!
//! Page, API, command line and jobs all come through here; the rules themselves are [`domain`]'s.

mod auth;
mod backup;
mod clock;
mod collect;
mod copies;
pub mod counts;
mod daily;
pub mod dossier;
mod drill;
mod error;
mod escalate;
mod export;
mod feed;
pub mod guide;
mod health;
mod idempotency;
mod intake;
mod jobs;
mod join;
pub mod kind;
mod lanes;
mod mailroom;
mod nodes;
mod notices;
mod operations;
mod organisation;
mod outbox;
mod perform;
mod plain;
mod procedures;
mod project;
mod propose;
mod query;
mod quiet;
mod rebuild;
mod redaction;
mod remind;
mod report;
mod reverify;
mod rollout;
mod scan;
mod seal;
mod search;
mod security_log;
mod stamp;
#[cfg(feature = "testing")]
pub mod testing;
mod uploads;
mod verify;
mod witness;
mod work;

/// An e-mail as text to read.
pub use outside::mail;
/// A mailbox that e-mails are fetched from.
pub use outside::mailbox::{Emptied, Mailbox, NoMailbox};
pub use outside::malware::Scanner;
/// The mail server that takes ours.
pub use outside::post::Post;
/// Why a time-stamp authority gave no answer, or none that is believed: every code that [`StampRow::fault`] can have, but
/// `http-` and a status.
pub const STAMP_FAULTS: [&[&str]; 2] = [&outside::authority::NoAnswer::CODES, &proof::stamp::Flaw::CODES];
/// What working copies are made of.
pub use outside::media;
/// A browser that looks at links, and why there is none.
pub use outside::witness::{Browser, NoBrowser};

pub use auth::{NewSession, PASSWORD_MIN, SignInError};
pub use backup::{
    BACKUP_AT, BackupOf, BackupPlan, Backups, DailyBackup, KEY_FILES, LastBackup, LastProof, keys_in,
};
pub use clock::{Clock, HeldClock};
pub use copies::{Copied, CopiesOf, PageText};
pub use daily::Daily;
pub use drill::{AttemptView, CaseDrillView, DrillLetter, DrillView};
pub use error::{AppError, FileFault, FileProblem};
pub use export::Bag;
pub use feed::{Due, Feed};
pub use health::{CHECKS, Check, CheckState, Figures, Health, REASONS};
pub use intake::{ClaimedFile, FILE_LIMIT, FILES_LIMIT, Incoming, ReceivedFile};
pub use lanes::slow_lanes;
pub use mailroom::{
    Delivered, Delivery, Fetched, MAIL_LIMIT, MailCard, MailReceipt, MailRow, MailText, Writing, Written,
};
pub use nodes::{NodeInfo, NodeRow, SIGN_EVERY};
pub use notices::{Notice, NoticeKind};
pub use operations::{FailedJob, JOBS, JobsOf, Operations, StampRow};
pub use perform::Performed;
pub use plain::PlainText;
pub use procedures::Procedures;
pub use propose::Proposals;
pub use query::{CaseFilter, CaseRow, CaseView, Counts, DutyRow, Page, Reading};
pub use quiet::Quiet;
pub use rebuild::Rebuilt;
pub use remind::Reminder;
pub use report::{Next, Receipt};
pub use reverify::{DamagedFile, Round};
pub use rollout::{OwnPerson, Rollouts, UnitCoverage};
pub use seal::Sealed;
pub use search::{FoundCase, FoundCases, Place};
pub use stamp::{ProvedBefore, TimeAuthority};
pub use store::files::{Binned, Collected, Collection, CollectionAlarm};
pub use uploads::{NotAdded, Upload};
pub use verify::StoreReport;

use domain::calendar::Calendar;
use domain::case::{Actor, Context};
use domain::ids::PersonId;
use domain::language::Language;
use domain::organisation::{Organisation, Person};
use domain::procedure::Procedure;
use domain::vocabulary::Role;
use jiff::Timestamp;
use proof::SigningKey;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use store::Store;

/// Everything the application is made of; one for each running server or command.
pub struct App {
    pub(crate) store: Store,
    pub(crate) signing: SigningKey,
    clock: Arc<dyn Clock>,
    dice: Mutex<StdRng>,
    organisation: RwLock<Arc<Organisation>>,
    organisation_version: AtomicU64,
    pub(crate) procedures: Procedures,
    pub(crate) dossiers: Arc<dossier::DossierWriter>,
    pub(crate) composer: Arc<dyn dossier::Composer>,
    settings: Settings,
    pub(crate) scanner: Option<Scanner>,
    pub(crate) authority: Option<TimeAuthority>,
    pub(crate) witness: Option<Browser>,
    pub(crate) daily: Daily,
    pub(crate) backup: Option<DailyBackup>,
    pub(crate) hashing: auth::Hashing,
    pub(crate) given: rollout::Given,
    pub(crate) passed: drill::KeptPassed,
    pub(crate) mail_policy: domain::mail::Policy,
    pub(crate) mail_checked_by: Option<String>,
    pub(crate) writing: Option<Writing>,
    fetched: Mutex<Option<Fetched>>,
    guides: guide::Shelf,
    node: NodeInfo,
    started: Timestamp,
    /// Nodes of which it was told that they differ.
    told: tokio::sync::Mutex<BTreeSet<String>>,
    rebuilding: Mutex<Option<(u64, u64)>>,
    stopping: AtomicBool,
    last_health: health::LastHealth,
    disk_full: Quiet,
    work: work::Work,
    indexing: tokio::sync::Mutex<Option<search::Rebuild>>,
}

/// How the server is meant to be seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Anybody may step in as any person. For invented municipalities only.
    pub demonstration: bool,
    /// Served over TLS: cookies are marked so.
    pub secure_cookies: bool,
    /// The published guide is open to everybody, also without signing in.
    pub public_guide: bool,
    /// Each request is a line in the log, not only at debug.
    pub access_log: bool,
}

/// What an [`App`] is built from.
pub struct Parts {
    pub store: Store,
    pub signing: SigningKey,
    pub clock: Arc<dyn Clock>,
    pub dice: StdRng,
    /// The text of the procedure in force.
    pub procedure: String,
    /// The words of dossiers.
    pub composer: Arc<dyn dossier::Composer>,
    pub settings: Settings,
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    /// The person, with their roles; none for the system and the operator.
    pub person: Option<Arc<Person>>,
    pub language: Language,
}

impl Caller {
    /// The system's own jobs.
    pub fn system() -> Self {
        Self {
            actor: Actor::System,
            person: None,
            language: Language::Da,
        }
    }

    /// Whoever runs the command line on the server.
    pub fn operator() -> Self {
        Self {
            actor: Actor::Operator,
            person: None,
            language: Language::Da,
        }
    }

    /// The roles in the organisation.
    pub fn roles(&self) -> BTreeSet<Role> {
        self.person
            .as_ref()
            .map(|person| person.roles.clone())
            .unwrap_or_default()
    }

    /// Whether the caller has this role.
    pub fn has(&self, role: Role) -> bool {
        self.person.as_ref().is_some_and(|person| person.has(role))
    }

    /// The person's id.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] if it is nobody.
    pub fn id(&self) -> Result<&PersonId, AppError> {
        self.actor.person().ok_or(AppError::Forbidden)
    }
}

impl App {
    /// Opens the application on its store.
    ///
    /// # Errors
    /// If the procedure can't be read, or an earlier text of the same version says something else.
    pub async fn open(parts: Parts) -> Result<Self, AppError> {
        let started = parts.clock.now();
        let procedures = Procedures::load(&parts.store, &parts.procedure).await?;
        let mut read = parts.store.db.read().await?;
        let version = store::people::version(&mut read).await?;
        let organisation = store::people::organisation(&mut read).await?;
        drop(read);
        let app = Self {
            work: work::Work::below(&parts.store.dir),
            store: parts.store,
            signing: parts.signing,
            clock: parts.clock,
            dice: Mutex::new(parts.dice),
            organisation: RwLock::new(Arc::new(organisation)),
            organisation_version: AtomicU64::new(version),
            procedures,
            dossiers: Arc::new(dossier::DossierWriter::new()),
            composer: parts.composer,
            settings: parts.settings,
            scanner: None,
            authority: None,
            witness: None,
            daily: Daily::default(),
            backup: None,
            hashing: auth::Hashing::default(),
            given: rollout::Given::default(),
            passed: drill::KeptPassed::default(),
            mail_policy: domain::mail::Policy::default(),
            mail_checked_by: None,
            writing: None,
            fetched: Mutex::default(),
            guides: guide::Shelf::default(),
            node: NodeInfo::default(),
            started,
            told: tokio::sync::Mutex::default(),
            rebuilding: Mutex::default(),
            stopping: AtomicBool::new(false),
            last_health: health::LastHealth::default(),
            disk_full: Quiet::default(),
            indexing: tokio::sync::Mutex::default(),
        };
        app.begin_projection().await?;
        Ok(app)
    }

    /// Sends every arriving file through this malware scanner.
    #[must_use]
    pub fn with_scanner(mut self, scanner: Option<Scanner>) -> Self {
        self.scanner = scanner;
        self
    }

    /// What is asked of e-mails at the door, and the mail server that is believed when it says that it has checked their senders.
    #[must_use]
    pub fn with_mail_policy(mut self, policy: domain::mail::Policy, checked_by: Option<String>) -> Self {
        self.mail_policy = policy;
        self.mail_checked_by = checked_by;
        self
    }

    /// Writes to people by e-mail.
    #[must_use]
    pub fn with_writing(mut self, writing: Option<Writing>) -> Self {
        self.writing = writing;
        self
    }

    /// Has the daily seals stamped by this authority.
    #[must_use]
    pub fn with_authority(mut self, authority: Option<TimeAuthority>) -> Self {
        self.authority = authority;
        self
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether anybody may step in as anybody.
    pub fn is_demo(&self) -> bool {
        self.settings.demonstration
    }

    /// Whether everybody may read the published guide.
    pub fn guide_is_public(&self) -> bool {
        self.settings.public_guide
    }

    /// Whether each request is a line in the log, not only at debug.
    pub fn logs_access(&self) -> bool {
        self.settings.access_log
    }

    /// Whether cookies are for TLS only.
    pub fn secure_cookies(&self) -> bool {
        self.settings.secure_cookies
    }

    /// The municipality's calendar.
    pub fn calendar(&self) -> &Calendar {
        self.procedures.calendar()
    }

    /// The procedure that new cases begin under.
    pub fn procedure(&self) -> Arc<Procedure> {
        self.procedures.current()
    }

    /// The procedure of a case, or of an edition of the guide, that has been loaded.
    pub fn procedure_of(&self, version: &str) -> Arc<Procedure> {
        self.procedures.version(version).unwrap_or_else(|| {
            // Whatever is loaded has loaded its procedure.
            tracing::error!(
                version,
                "a procedure is asked for that was never loaded; the one in force stands in"
            );
            self.procedure()
        })
    }

    /// The organisation as it was last read.
    pub fn organisation(&self) -> Arc<Organisation> {
        self.organisation
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> bool {
        match self.store.db.read().await {
            Ok(mut read) => store::settings::get(&mut read, "ready").await.is_ok(),
            Err(_) => false,
        }
    }

    /// The server is about to stop: it is not ready for more.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Whether the server is about to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Closes the database, when whoever used it is done. Nothing can be asked afterwards.
    pub async fn close(&self) {
        self.store.db.close().await;
    }

    /// Raises the installation's counter, in the database and beside the files (see [`store::identity`]).
    ///
    /// # Errors
    /// Those of the store.
    pub async fn count_run(&self) -> Result<(), AppError> {
        store::identity::count_run(&self.store.db, &self.store.blobs).await?;
        Ok(())
    }

    /// Whether there is any case at all.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn has_cases(&self) -> Result<bool, AppError> {
        let counts = store::cases::counts(&mut self.store.db.read().await?).await?;
        Ok(counts.open + counts.closed + counts.joined > 0)
    }

    /// `sqlite` or `postgres`, for the operations page.
    pub fn engine(&self) -> &'static str {
        self.store.db.engine()
    }

    /// The fingerprint of the key that signs seals.
    pub fn fingerprint(&self) -> String {
        self.signing.fingerprint()
    }

    /// Dice of one's own, thrown from the application's.
    pub(crate) fn dice(&self) -> StdRng {
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        StdRng::from_rng(&mut *dice)
    }

    /// A new random identifier (UUID version 4).
    pub(crate) fn new_id(&self) -> String {
        let mut bytes = [0; 16];
        rand::Rng::fill_bytes(&mut self.dice(), &mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// A number for a request: 16 hexadecimal digits.
    pub fn new_request_id(&self) -> String {
        let mut bytes = [0; 8];
        rand::Rng::fill_bytes(
            &mut *self.dice.lock().unwrap_or_else(PoisonError::into_inner),
            &mut bytes,
        );
        hex::encode(bytes)
    }

    pub(crate) fn put_organisation(&self, organisation: Organisation) {
        *self.organisation.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(organisation);
    }

    pub(crate) fn context<'a>(
        &'a self,
        organisation: &'a Organisation,
        procedure: &'a Procedure,
        now: Timestamp,
    ) -> Context<'a> {
        Context {
            organisation,
            procedure,
            calendar: self.calendar(),
            now,
        }
    }
}
