//! The organisation: imported from files, and what people say of themselves (deputy, absence, language).

use crate::{App, AppError, Caller};
use domain::case::Refusal;
use domain::import::Imported;
use domain::language::Language;
use domain::organisation::Away;
use jiff::civil::Date;
use std::sync::atomic::Ordering;

impl App {
    /// Makes the organisation what the checked files say; the same again changes nothing.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn import(&self, imported: &Imported) -> Result<store::people::ImportCounts, AppError> {
        let mut tx = self.store.db.begin().await?;
        let counts = store::people::import(&mut tx, &imported.units, &imported.people, self.now()).await?;
        tx.commit().await?;
        self.reload_organisation().await?;
        crate::security_log::imported();
        Ok(counts)
    }

    /// Reads the organisation again if another process changed it.
    pub(crate) async fn refresh_organisation(&self) -> Result<(), AppError> {
        let version = store::people::version(&mut self.store.db.read().await?).await?;
        if self.organisation_version.load(Ordering::Relaxed) != version {
            self.reload_organisation().await?;
            self.organisation_version.store(version, Ordering::Relaxed);
        }
        Ok(())
    }

    pub(crate) async fn reload_organisation(&self) -> Result<(), AppError> {
        let organisation = store::people::organisation(&mut self.store.db.read().await?).await?;
        self.put_organisation(organisation);
        Ok(())
    }

    /// Names who stands in for the caller; nobody with `None`.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for `deputy` if nobody is called that, or it is the caller.
    pub async fn set_deputy(&self, caller: &Caller, deputy: Option<&str>) -> Result<(), AppError> {
        let me = caller.id()?;
        let organisation = self.organisation();
        let deputy = match deputy.map(str::trim).filter(|name| !name.is_empty()) {
            None => None,
            Some(name) => {
                let found = organisation
                    .find(name)
                    .filter(|person| person.active && &person.id != me);
                Some(
                    found
                        .ok_or(Refusal::invalid("deputy", "unknown-person"))?
                        .id
                        .clone(),
                )
            }
        };
        let mut tx = self.store.db.begin().await?;
        store::people::set_deputy(&mut tx, me, deputy.as_ref()).await?;
        tx.commit().await?;
        self.reload_organisation().await
    }

    /// Says from which day to which, both included, the caller is away; back again with `None`.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] if the last day is before the first or has passed.
    pub async fn set_away(&self, caller: &Caller, days: Option<(Date, Date)>) -> Result<(), AppError> {
        let away = match days {
            None => None,
            Some((from, to)) => {
                if to < from || to < self.calendar().local(self.now()).date() {
                    return Err(Refusal::invalid("until", "in-the-past").into());
                }
                let until = to
                    .tomorrow()
                    .map_err(|_| Refusal::invalid("until", "not-a-time"))?;
                let (from, until) = (self.calendar().start_of(from), self.calendar().start_of(until));
                Some(Away { from, until })
            }
        };
        let mut tx = self.store.db.begin().await?;
        store::people::set_away(&mut tx, caller.id()?, away).await?;
        tx.commit().await?;
        self.reload_organisation().await
    }

    /// Sets the caller's language.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn set_language(&self, caller: &Caller, language: Language) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        store::people::set_language(&mut tx, caller.id()?, language.code()).await?;
        Ok(tx.commit().await?)
    }
}
