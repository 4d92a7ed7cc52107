//! Two reports of the same matter become one case: both ends in one transaction, files sealed again with the receiving
//! case's key.

use crate::intake::Incoming;
use crate::{App, AppError, Caller, Performed};
use domain::access::Action;
use domain::case::join::take_over;
use domain::case::{Arrival, CaseState, Command, CommandKind, Refusal, decide};
use domain::ids::{BlobId, CaseNumber};
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;
use std::collections::BTreeMap;

impl App {
    /// Joins case `number` into case `into`. The caller must be allowed to join both.
    pub(crate) async fn join(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        into: &str,
    ) -> Result<Performed, AppError> {
        let unknown = || Refusal::invalid("into", "unknown-case");
        let target = CaseNumber::parse(into.trim()).ok_or_else(unknown)?;
        let may_join = Action::Do(CommandKind::Join);
        let (joined, joined_keys, entries) = self.look(caller, number).await?;
        if !joined.may(may_join) {
            return Err(AppError::Forbidden);
        }
        if &target == number {
            return Err(Refusal::SameCase.into());
        }
        let receiving = self.permitted(caller, &target, may_join).await;
        // A case that one may not see does not exist, here as elsewhere.
        let (id, keys) = receiving.map_err(|_| unknown())?;
        let mut copies = self.incoming(id, keys, None, Some(target.clone()));
        let blobs = self.copy_files(&joined.state, &joined_keys, &mut copies).await?;

        let mut tx = self.store.db.begin().await?;
        // Locked in the order of their numbers, so that two joinings can't wait for each other.
        let (mut from, mut to) = if number < &target {
            let from = self.lock(&mut tx, caller, number).await?;
            (from, self.lock(&mut tx, caller, &target).await?)
        } else {
            let to = self.lock(&mut tx, caller, &target).await?;
            (self.lock(&mut tx, caller, number).await?, to)
        };
        let organisation = self.organisation();
        let ctx = self.context(&organisation, &from.procedure, self.now());
        let command = Command::Join { into: target.as_str().to_owned() };
        let left = decide(&from.state, &command, &caller.actor, &ctx)?;
        let taken = take_over(&to.state, &from.state, &entries, &blobs)?;
        self.append(&mut tx, &mut to, &caller.actor, taken).await?;
        self.record_blobs(&mut tx, &copies.case, &copies.files).await?;
        let performed = self.append(&mut tx, &mut from, &caller.actor, left).await?;
        tx.commit().await?;
        copies.keep();
        Ok(performed)
    }

    /// Seals every exhibit's file again for the receiving case, and checks that it is still the same.
    async fn copy_files(
        &self,
        from: &CaseState,
        keys: &store::Keys,
        copies: &mut Incoming,
    ) -> Result<BTreeMap<BlobId, BlobId>, AppError> {
        let mut blobs = BTreeMap::new();
        for (_, exhibit) in &from.exhibits {
            copies.file(&exhibit.name, Arrival::JoinedCase).await?;
            let key = keys.of(Compartment::Matter);
            let mut stream = self.store.blobs.open_stream(&exhibit.blob, key).await?;
            while let Some(part) = stream.try_next().await? {
                copies.write(&part).await?;
            }
            copies.end_file().await?;
            let copy = copies.files.last().filter(|copy| copy.sha256 == exhibit.sha256);
            let copy = copy.ok_or_else(|| anyhow::anyhow!("exhibit {} did not copy whole", exhibit.number))?;
            blobs.insert(exhibit.blob.clone(), copy.blob.clone());
        }
        Ok(blobs)
    }
}
