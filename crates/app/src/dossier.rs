//! What a dossier is written from. The words are the screen's, so the web gives them ([`Composer`]); the pages are
//! `outside`'s.

use crate::{DrillLetter, MailReceipt, ProvedBefore, Reminder, Written};
use domain::calendar::Calendar;
use domain::case::{Actor, CaseState, Entry, Exhibit};
use domain::ids::CaseNumber;
use domain::language::Language;
use domain::organisation::Organisation;
use domain::procedure::Procedure;
use domain::vocabulary::Compartment;
use jiff::Timestamp;
use std::sync::Arc;

pub use outside::dossier::{
    Dossier, DossierWriter, Exhibit as ExhibitPage, Language as DossierLanguage, Line, Section,
};

/// Everything a dossier may say: one drawer of one case.
pub struct Material {
    pub language: Language,
    pub now: Timestamp,
    pub number: CaseNumber,
    pub drawer: Compartment,
    pub state: CaseState,
    /// The drawer's entries in order, without lawyer-only notes and readings.
    pub entries: Vec<Entry>,
    pub exhibits: Vec<Shown>,
    pub organisation: Arc<Organisation>,
    pub procedure: Arc<Procedure>,
    pub calendar: Calendar,
    /// Lower-case hexadecimal: the head of the case's chain, the Merkle root above it, the signing key's fingerprint.
    pub head: String,
    pub root: String,
    pub fingerprint: String,
    pub sealed_at: Timestamp,
    /// How far an outside authority has stamped the journal: in steps, oldest first.
    pub proved: Vec<ProvedBefore>,
}

/// An exhibit with what can be shown of it on paper.
pub struct Shown {
    pub received: Timestamp,
    pub exhibit: Exhibit,
    /// The bytes of a picture, as they came.
    pub picture: Option<Vec<u8>>,
    /// The text of a text file or an e-mail.
    pub text: Option<String>,
}

/// Puts material into words.
pub trait Composer: Send + Sync {
    /// The dossier's content.
    fn dossier(&self, material: Material) -> Dossier;

    /// What somebody is called in an export that the originator may come to read: officials by name, the target and the
    /// reporter by what they are in the case.
    fn actor_name(
        &self,
        language: Language,
        organisation: &Organisation,
        state: &CaseState,
        actor: &Actor,
    ) -> String;

    /// What a copy of a document with something covered says of itself.
    fn covered(&self, language: Language, now: &jiff::Zoned) -> outside::media::CoveredBy;

    /// The receipt of an e-mail that was taken.
    fn receipt(&self, receipt: &MailReceipt) -> Written;

    /// How a drill that came by e-mail went.
    fn drill(&self, letter: &DrillLetter) -> Written;

    /// The reminder of what somebody owes of the guide.
    fn reminder(&self, reminder: &Reminder) -> Written;
}
