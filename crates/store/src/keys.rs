//! The data keys of cases, unwrapped with the operator's master key when they are needed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::ids::{CaseId, PersonId};
use domain::vocabulary::Compartment;
use proof::outbox::OutboxKey;
use proof::{DataKey, Header, MasterKey, entry};
use rand::CryptoRng;

use crate::db::{Ask, Db, Sql, Tx, statements};
use crate::error::{Result, StoreError};
use crate::settings;

statements! {
    KEYS = "SELECT compartment, wrapped FROM case_keys WHERE case_id = $1";
    INSERT_KEYS = "INSERT INTO case_keys (case_id, compartment, wrapped) \
        VALUES ($1, $2, $3), ($4, $5, $6), ($7, $8, $9)";
    DESTROY = "DELETE FROM case_keys WHERE case_id = $1";
}

/// Cases whose keys are held in memory, at most (about 200 bytes each).
const CACHED: usize = 4_096;
/// How long they are held. Another node may have destroyed them; it says so, but may not be heard.
const HELD: Duration = Duration::from_secs(300);
/// The name of the system's own data key, in settings and as the "case" that it is wrapped for.
const SYSTEM: &str = "system";
pub(crate) const SYSTEM_KEY: &str = "system-key";

/// One case's data keys, one for each drawer. Cheap to clone; wiped from memory with the last copy.
#[derive(Clone)]
pub struct Keys(Arc<[DataKey; 3]>);

impl Keys {
    /// The key of one drawer.
    #[must_use]
    pub fn of(&self, compartment: Compartment) -> &DataKey {
        &self.0[place(compartment)]
    }
}

fn place(compartment: Compartment) -> usize {
    match compartment {
        Compartment::Matter => 0,
        Compartment::Care => 1,
        Compartment::Police => 2,
    }
}

const PLACES: [Compartment; 3] = [Compartment::Matter, Compartment::Care, Compartment::Police];

/// A new case's keys as they are stored, for [`crate::journal::create_case`].
pub struct WrappedKeys([Vec<u8>; 3]);

/// Unwraps keys and remembers the latest.
pub struct KeyRing {
    master: MasterKey,
    system: DataKey,
    cache: Mutex<HashMap<CaseId, (Keys, Instant)>>,
}

impl KeyRing {
    pub(crate) async fn open(db: &Db, master: MasterKey, rng: &mut (impl CryptoRng + Send)) -> Result<Self> {
        let held = settings::get(&mut db.read().await?, SYSTEM_KEY).await?;
        let held = match held {
            Some(held) => held,
            None => {
                let wrapped = master.wrap(&DataKey::generate(rng), SYSTEM, SYSTEM, rng);
                let mut tx = db.begin().await?;
                let held = settings::set_once(&mut tx, SYSTEM_KEY, &to_hex(&wrapped)).await?;
                tx.commit().await?;
                held
            }
        };
        Self::with(master, &held)
    }

    /// The same, and makes nothing.
    pub(crate) async fn open_existing(db: &Db, master: MasterKey) -> Result<Self> {
        let held = settings::get(&mut db.read().await?, SYSTEM_KEY).await?;
        let held = held.ok_or_else(|| StoreError::missing("the system's key"))?;
        Self::with(master, &held)
    }

    fn with(master: MasterKey, held: &str) -> Result<Self> {
        let wrapped = from_hex(held).ok_or_else(|| StoreError::other("the system key is not hexadecimal"))?;
        let system = master.unwrap(&wrapped, SYSTEM, SYSTEM)?;
        Ok(Self {
            master,
            system,
            cache: Mutex::default(),
        })
    }

    /// The pair with which this person's unsent reports are sealed on their device.
    #[must_use]
    pub fn outbox_key(&self, person: &PersonId) -> OutboxKey {
        self.master.outbox_key(person.as_str())
    }

    /// The key of files on their way, before they belong to a case.
    #[must_use]
    pub fn of_uploads(&self) -> &DataKey {
        &self.system
    }

    /// Makes the keys of a new case.
    #[must_use]
    pub fn generate(&self, case: &CaseId, rng: &mut impl CryptoRng) -> (Keys, WrappedKeys) {
        let keys = [
            DataKey::generate(rng),
            DataKey::generate(rng),
            DataKey::generate(rng),
        ];
        let wrapped = PLACES.map(|compartment| {
            self.master
                .wrap(&keys[place(compartment)], case.as_str(), compartment.name(), rng)
        });
        (Keys(Arc::new(keys)), WrappedKeys(wrapped))
    }

    /// The keys of a case.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it has none, [`StoreError::Key`] if they do not open with this master key.
    pub async fn of(&self, on: &mut impl Ask, case: &CaseId) -> Result<Keys> {
        if let Some(keys) = self.cached(case) {
            return Ok(keys);
        }
        let mut found: [Option<DataKey>; 3] = [None, None, None];
        for row in on.sql(KEYS).bind(case.as_str()).all().await? {
            if let Some(compartment) = Compartment::parse(&row.text(0)?) {
                found[place(compartment)] = Some(self.unwrap(case, compartment, &row.bytes(1)?)?);
            }
        }
        let [Some(matter), Some(care), Some(police)] = found else {
            return Err(StoreError::missing(format!("the keys of case {case}")));
        };
        let keys = Keys(Arc::new([matter, care, police]));
        self.remember(case, &keys);
        Ok(keys)
    }

    /// Forgets a case's keys, once they are destroyed.
    pub fn forget(&self, case: &CaseId) {
        self.cache
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(case);
    }

    /// Forgets all keys: some may have been destroyed unseen.
    pub fn forget_all(&self) {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn cached(&self, case: &CaseId) -> Option<Keys> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let (keys, since) = cache.get(case)?;
        (since.elapsed() < HELD).then(|| keys.clone())
    }

    pub(crate) fn unwrap(&self, case: &CaseId, compartment: Compartment, wrapped: &[u8]) -> Result<DataKey> {
        Ok(self.master.unwrap(wrapped, case.as_str(), compartment.name())?)
    }

    pub(crate) fn system(&self) -> &DataKey {
        &self.system
    }

    fn remember(&self, case: &CaseId, keys: &Keys) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CACHED {
            // Any half will do: a miss costs one small query.
            let mut keep = false;
            cache.retain(|_, _| {
                keep = !keep;
                keep
            });
        }
        cache.insert(case.clone(), (keys.clone(), Instant::now()));
    }
}

pub(crate) async fn insert(tx: &mut Tx, case: &CaseId, keys: &WrappedKeys) -> Result<()> {
    let mut query = tx.sql(INSERT_KEYS);
    for compartment in PLACES {
        let wrapped = keys.0[place(compartment)].as_slice();
        query = query.bind(case.as_str()).bind(compartment.name()).bind(wrapped);
    }
    query.run().await.map(drop)
}

/// Destroys a case's keys: nothing of it can be read again.
///
/// # Errors
/// Those of the database.
#[cfg(feature = "testing")]
pub async fn destroy(tx: &mut Tx, ring: &KeyRing, case: &CaseId) -> Result<()> {
    tx.sql(DESTROY).bind(case.as_str()).run().await?;
    ring.forget(case);
    tx.signal(crate::db::Signal::Keys(case.clone())).await
}

/// Seals something that is not a journal entry (a list card, a remembered answer): commitment, then ciphertext.
/// `scope`, `owner` and `kind` bind it to its place, as case, actor and compartment of a header with number 0.
pub(crate) fn seal_note(key: &DataKey, place: [&str; 3], plain: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
    let mut salt = [0; 32];
    rng.fill_bytes(&mut salt);
    let header = note_header(place, entry::commitment(&salt, plain));
    let mut out = header.commitment.to_vec();
    out.extend(entry::seal_payload(key, &header, &salt, plain, rng));
    out
}

/// Opens what [`seal_note`] made for the same place.
pub(crate) fn open_note(key: &DataKey, place: [&str; 3], sealed: &[u8]) -> Result<Vec<u8>> {
    let damaged = |reason: &str| StoreError::damaged(place[0], 0, format!("{}: {reason}", place[2]));
    let (commitment, body) = sealed
        .split_first_chunk::<32>()
        .ok_or_else(|| damaged("too short"))?;
    let header = note_header(place, *commitment);
    let (_, plain) = entry::open_payload(key, &header, body).map_err(|error| damaged(&error.to_string()))?;
    Ok(plain)
}

fn note_header([scope, owner, kind]: [&str; 3], commitment: [u8; 32]) -> Header {
    Header {
        case: scope.into(),
        seq: 0,
        at_us: 0,
        actor: owner.into(),
        compartment: kind.into(),
        commitment,
    }
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| {
        (*byte as char)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}
