//! Time-stamps of an outside authority over the daily seals (docs/adr/0013-timestamps.md).
//!
//! A job asks; what it is answered is checked before it is kept. An authority that refuses, is late or lies is asked again,
//! ever more rarely, until it answers or a newer seal takes over: the newest is under every earlier head too.

use crate::{App, AppError};
use anyhow::Context as _;
use domain::ids::CaseId;
use jiff::{SignedDuration, Timestamp};
use outside::authority::{BadEndpoint, Endpoint};
use proof::bag::{SealProof, StampProof};
use proof::stamp::{Authorities, Flaw, MAX_ANSWER, Policy, Query, Stamp};
use rand::Rng as _;
use store::Tx;
use store::jobs::{self, Lane};
use store::stamps::{self, Given, StampState};

/// The job's name; its payload is the seal's number.
pub(crate) const STAMP: &str = "stamp";
/// Wait after the first failure; doubled after each further one, up to [`LONGEST_WAIT`].
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
/// The most time-stamps in one bag: for each the heads of all cases are read.
const MAX_IN_BAG: usize = 40;

/// An authority, and what is believed of it.
#[derive(Clone, Debug)]
pub struct TimeAuthority {
    endpoint: Endpoint,
    trusted: Authorities,
    policy: Option<Policy>,
}

/// Why an authority can't be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAuthority {
    #[error(transparent)]
    Endpoint(#[from] BadEndpoint),
    #[error("the file with its certificates can't be read as PEM")]
    Certificates(#[source] Flaw),
    #[error("the policy is not of the form 1.2.3.4")]
    Policy,
}

impl TimeAuthority {
    /// `certificates` (PEM) are those that its own must lead to; `basic` is `name:password`.
    ///
    /// # Errors
    /// [`BadAuthority`].
    pub fn new(
        address: &str,
        basic: Option<&str>,
        certificates: &[u8],
        policy: Option<&str>,
    ) -> Result<Self, BadAuthority> {
        let policy = policy.map(|text| Policy::parse(text).ok_or(BadAuthority::Policy));
        Ok(Self {
            endpoint: Endpoint::parse(address, basic, MAX_ANSWER)?,
            trusted: Authorities::from_pem(certificates).map_err(BadAuthority::Certificates)?,
            policy: policy.transpose()?,
        })
    }

    /// Where it is asked.
    pub fn address(&self) -> String {
        self.endpoint.to_string()
    }

    /// Has a text stamped that says nothing, and checks the answer as one over a seal. `now` is the server's clock.
    ///
    /// # Errors
    /// The stable code of what is wrong, one of [`crate::STAMP_FAULTS`].
    pub async fn try_stamp(&self, nonce: u64, now: Timestamp) -> Result<Timestamp, String> {
        let stamp = self.stamp(b"vaern-check-v1\n", nonce, || now).await?;
        Timestamp::from_microsecond(stamp.at_us()).map_err(|error| error.to_string())
    }

    async fn stamp(&self, text: &[u8], nonce: u64, now: impl Fn() -> Timestamp) -> Result<Stamp, String> {
        let query = Query::new(text, nonce, self.policy);
        let answer = self.endpoint.ask(query.to_der()).await;
        let answer = answer.map_err(outside::authority::NoAnswer::code)?;
        let accepted = query.accept(&answer, &self.trusted, now().as_microsecond());
        accepted.map_err(|flaw| flaw.code().to_owned())
    }

    /// Waits this long at most for an answer; without this, twenty seconds.
    #[must_use]
    pub fn waiting(self, patience: std::time::Duration) -> Self {
        let endpoint = self.endpoint.waiting(patience);
        Self { endpoint, ..self }
    }
}

/// That entries existed before a time, according to an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedBefore {
    /// Entries 1 to this one.
    pub up_to: u64,
    /// Its time, and what its clock may be off by.
    pub before: Timestamp,
    /// Whom its certificate names.
    pub authority: String,
}

impl App {
    /// Notes that this seal is to be stamped, in the transaction that makes it; nothing without an authority.
    pub(crate) async fn stamp_later(&self, tx: &mut Tx, seal: u64) -> Result<(), AppError> {
        if self.authority.is_none() {
            return Ok(());
        }
        stamps::want(tx, seal).await?;
        ask_at(tx, seal, 0, self.now()).await
    }

    /// The job: asks once. That there was no stamp is no failure of the job, but noted, and it is asked again.
    pub(crate) async fn ask_for_stamp(&self, payload: &str) -> Result<(), AppError> {
        let id: u64 = payload.parse().context("a seal's number")?;
        let mut read = self.store.db.read().await?;
        let wanted = stamps::get(&mut read, id).await?;
        let (Some(authority), Some(wanted)) = (&self.authority, wanted) else {
            return Ok(());
        };
        if wanted.state != StampState::Waiting {
            return Ok(());
        }
        let stored = store::seals::one(&mut read, id)
            .await?
            .context("the seal is gone")?;
        drop(read);
        let text = stored.seal.signed_text();
        let asked = self.ask(authority, text.as_bytes()).await;
        let now = self.now();
        let mut tx = self.store.db.begin().await?;
        match asked {
            Ok(stamp) => keep(&mut tx, id, now, &stamp).await?,
            Err(fault) => {
                tracing::warn!(seal = id, fault, "no time-stamp");
                let next = now + wait(wanted.failures);
                stamps::failed(&mut tx, id, now, &fault, next).await?;
                ask_at(&mut tx, id, wanted.failures + 1, next).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    async fn ask(&self, authority: &TimeAuthority, text: &[u8]) -> Result<Stamp, String> {
        let nonce = self.dice().next_u64();
        authority.stamp(text, nonce, || self.now()).await
    }

    /// How far the journal of a case that was shown is stamped: in steps, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn proved(&self, view: &crate::CaseView) -> Result<Vec<ProvedBefore>, AppError> {
        self.proved_before(&view.id).await
    }

    pub(crate) async fn proved_before(&self, case: &CaseId) -> Result<Vec<ProvedBefore>, AppError> {
        let mut read = self.store.db.read().await?;
        let mut proved = Vec::new();
        for (seal, up_to) in stamps::of_case(&mut read, case).await? {
            let Some(stamp) = stamps::get(&mut read, seal).await? else {
                continue;
            };
            if let (Some(before), Some(authority)) = (stamp.before, stamp.authority) {
                proved.push(ProvedBefore {
                    up_to,
                    before,
                    authority,
                });
            }
        }
        Ok(proved)
    }

    /// The stamps that go into a bag: text of the seal, token, and the way from the case's head to the root.
    pub(crate) async fn stamps_for_bag(&self, case: &CaseId) -> Result<Vec<StampInBag>, AppError> {
        let mut read = self.store.db.read().await?;
        let mut found = Vec::new();
        for seal in thinned(stamps::of_case(&mut read, case).await?) {
            let stored = store::seals::one(&mut read, seal)
                .await?
                .context("the seal is gone")?;
            let leaves = store::seals::leaves(&mut read, seal).await?;
            let proof = SealProof::new(&stored.seal, &leaves, case.as_str()).context("not under its seal")?;
            let token = stamps::token(&mut read, seal)
                .await?
                .context("the token is gone")?;
            found.push(StampInBag {
                proof: StampProof::new(seal, proof),
                text: stored.seal.signed_text().into_bytes(),
                token,
            });
        }
        Ok(found)
    }
}

/// One stamp as it goes into a bag.
pub(crate) struct StampInBag {
    pub proof: StampProof,
    pub text: Vec<u8>,
    pub token: Vec<u8>,
}

/// The numbers of the seals. If there are too many, some are left out, the last never: what they cover is under the next one,
/// only of a later time.
fn thinned(steps: Vec<(u64, u64)>) -> Vec<u64> {
    let every = steps.len().div_ceil(MAX_IN_BAG).max(1);
    let kept = steps.iter().rev().step_by(every).map(|(seal, _)| *seal);
    let mut kept: Vec<u64> = kept.collect();
    kept.reverse();
    kept
}

async fn keep(tx: &mut Tx, seal: u64, now: Timestamp, stamp: &Stamp) -> Result<(), AppError> {
    let time = |at_us| Timestamp::from_microsecond(at_us).context("the stamp's time");
    let given = Given {
        at: time(stamp.at_us())?,
        before: time(stamp.before_us())?,
        authority: &stamp.authority(),
        token: stamp.bytes(),
    };
    Ok(stamps::stamped(tx, seal, now, &given).await?)
}

/// Asks once more, beside what is planned.
pub(crate) async fn ask_now(tx: &mut Tx, seal: u64, now: Timestamp) -> Result<(), AppError> {
    let id = format!("{STAMP}-{seal}-now-{}", now.as_microsecond());
    jobs::enqueue_in(tx, Lane::Slow, &id, STAMP, &seal.to_string(), now).await?;
    Ok(())
}

async fn ask_at(tx: &mut Tx, seal: u64, failures: u32, at: Timestamp) -> Result<(), AppError> {
    let id = format!("{STAMP}-{seal}-{failures}");
    jobs::enqueue_in(tx, Lane::Slow, &id, STAMP, &seal.to_string(), at).await?;
    Ok(())
}

fn wait(failures: u32) -> SignedDuration {
    (FIRST_WAIT * (1_i32 << failures.min(16))).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_ever_more_rarely() {
        let minutes: Vec<i64> = (0..11).map(|failures| wait(failures).as_mins()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(wait(u32::MAX), LONGEST_WAIT);
    }

    #[test]
    fn a_bag_never_carries_too_many_and_always_the_last() {
        for many in [0, 1, 39, 40, 41, 80, 81, 1000] {
            let kept = thinned((1..=many).map(|seal| (seal, seal)).collect());
            assert!(kept.len() <= MAX_IN_BAG && kept.is_sorted(), "{many}");
            assert_eq!(kept.last().copied(), (many > 0).then_some(many));
            assert!(many > 40 || kept.len() as u64 == many);
        }
    }
}
