//! The registration and the assessment, fact by fact.

use super::story::{Fact, Teller};
use domain::case::{ContactAdvice, Grounds, Registration};

impl Teller<'_> {
    /// What the formal registration says, course apart.
    pub fn registration(&self, registration: &Registration) -> Vec<Fact> {
        let l = self.l;
        let targets: Vec<String> = registration
            .targets
            .iter()
            .map(|person| self.name(person))
            .collect();
        let (medium, form) = (
            l.t(&format!("medium-{}", registration.medium)),
            l.t(&format!("form-{}", registration.form)),
        );
        let severity = l.t(&format!("severity-{}", registration.severity));
        let under_15 = if registration.under_15 {
            l.t("yes")
        } else {
            String::new()
        };
        self.facts(&[
            ("title", &registration.title),
            ("targets", &targets.join(", ")),
            ("episode", &l.at(registration.episode_at)),
            ("medium", &medium),
            ("form", &form),
            ("originator", &self.originator(registration)),
            ("under-15", &under_15),
            ("relation", &registration.relation),
            ("severity", &severity),
        ])
    }

    /// The originator with how sure we are.
    pub fn originator(&self, registration: &Registration) -> String {
        let certainty = self
            .l
            .t(&format!("certainty-{}", registration.certainty))
            .to_lowercase();
        if registration.originator.is_empty() {
            return certainty;
        }
        format!("{} ({certainty})", registration.originator)
    }

    /// The lawyer's grounds and advice, conclusion apart.
    pub fn assessment(
        &self,
        grounds: &Grounds,
        contact: &ContactAdvice,
        without_exhibits: Option<&str>,
    ) -> Vec<Fact> {
        let l = self.l;
        let word = |list: &str, word: &str| l.t(&format!("{list}-{word}"));
        self.facts(&[
            ("said", &grounds.said),
            ("about", &grounds.about),
            ("aim", &word("aim", grounds.aim.name())),
            ("truth", &word("truth", grounds.truth.name())),
            ("threat", &word("threat", grounds.threat.name())),
            ("repetition", &grounds.repetition),
            ("reach", &grounds.reach),
            ("counter-argument", &grounds.counter_argument),
            ("may-contact", &word("may-contact", contact.may.name())),
            ("contact-by", &contact.by),
            ("contact-how", &contact.how),
            (
                "without-exhibits",
                &without_exhibits.unwrap_or_default().to_owned(),
            ),
        ])
    }
}
