//! Two reports of the same matter become one case: both ends in one transaction, files sealed again with the receiving
//! case's key.

use crate::idempotency::Once;
use crate::intake::Incoming;
use crate::{App, AppError, Caller, Performed};
use domain::access::Action;
use domain::case::join::take_over;
use domain::case::{Arrival, CaseState, Command, CommandKind, Refusal, decide};
use domain::ids::{BlobId, CaseNumber};
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;
use std::collections::BTreeMap;

/// What the caller must be allowed in both cases.
const MAY_JOIN: Action = Action::Do(CommandKind::Join);
/// How often the files are copied anew because more came meanwhile.
const TRIES: usize = 3;

impl App {
    /// Joins case `number` into case `into`. The caller must be allowed to join both.
    pub(crate) async fn join(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        into: &str,
        once: Option<&Once>,
    ) -> Result<Performed, AppError> {
        if once.is_some() {
            let mut tx = self.store.db.begin().await?;
            let case = self.lock(&mut tx, caller, number).await?;
            if let Some(first) = self.performed_before(&mut tx, &case, once).await? {
                return Ok(first);
            }
        }
        for _ in 0..TRIES {
            if let Some(performed) = self.try_join(caller, number, into, once).await? {
                return Ok(performed);
            }
        }
        Err(AppError::Busy)
    }

    /// Copies the files, then joins; `None` if the case got another exhibit while they were copied.
    async fn try_join(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        into: &str,
        once: Option<&Once>,
    ) -> Result<Option<Performed>, AppError> {
        let unknown = || Refusal::invalid("into", "unknown-case");
        let (joined, joined_keys) = self.permitted_view(caller, number, MAY_JOIN).await?;
        let target = CaseNumber::parse(into.trim()).ok_or_else(unknown)?;
        if &target == number {
            return Err(Refusal::SameCase.into());
        }
        // A case that one may not see does not exist, here as elsewhere.
        let (id, keys) = match self.permitted(caller, &target, MAY_JOIN).await {
            Err(AppError::NotFound | AppError::Forbidden) => return Err(unknown().into()),
            receiving => receiving?,
        };
        // What the scanner said of them comes along with them.
        let mut copies = self.incoming(id, keys, None, Some(target.clone())).unscanned();
        let done = async {
            let blobs = self.copy_files(&joined.state, &joined_keys, &mut copies).await?;
            self.join_copied(caller, (number, &target), &mut copies, &blobs, once)
                .await
        };
        let done = done.await;
        copies.settle(done).await
    }

    async fn join_copied(
        &self,
        caller: &Caller,
        (number, target): (&CaseNumber, &CaseNumber),
        copies: &mut Incoming,
        blobs: &BTreeMap<BlobId, BlobId>,
        once: Option<&Once>,
    ) -> Result<Option<Performed>, AppError> {
        let mut tx = self.store.db.begin().await?;
        // Locked in the order of their numbers, so that two joinings can't wait for each other.
        let (mut from, mut to) = if number < target {
            let from = self.lock(&mut tx, caller, number).await?;
            (from, self.lock(&mut tx, caller, target).await?)
        } else {
            let to = self.lock(&mut tx, caller, target).await?;
            (self.lock(&mut tx, caller, number).await?, to)
        };
        if let Some(first) = self.performed_before(&mut tx, &from, once).await? {
            return Ok(Some(first));
        }
        from.allow(MAY_JOIN)?;
        to.allow(MAY_JOIN)
            .map_err(|_| Refusal::invalid("into", "unknown-case"))?;
        if from
            .state
            .exhibits
            .iter()
            .any(|(_, exhibit)| !blobs.contains_key(&exhibit.blob))
        {
            return Ok(None);
        }
        let organisation = self.organisation();
        let ctx = self.context(&organisation, &from.procedure, self.now());
        let command = Command::Join {
            into: target.as_str().to_owned(),
        };
        let left = decide(&from.state, &command, &caller.actor, &ctx)?;
        let taken = take_over(&to.state, &from.state, &from.entries, blobs)?;
        self.append(&mut tx, &mut to, &caller.actor, taken).await?;
        self.record_blobs(&mut tx, &copies.case, &copies.files).await?;
        let performed = self.append(&mut tx, &mut from, &caller.actor, left).await?;
        self.remember_performed(&mut tx, &performed, once).await?;
        copies.commit(tx).await?;
        Ok(Some(performed))
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
            let copy =
                copy.ok_or_else(|| anyhow::anyhow!("exhibit {} did not copy whole", exhibit.number))?;
            blobs.insert(exhibit.blob.clone(), copy.blob.clone());
        }
        Ok(blobs)
    }
}
