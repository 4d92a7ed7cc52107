//! Seals: the heads of all chains under one signed root, with all that proves a case's place under it.

use std::collections::HashMap;

use domain::ids::CaseId;
use proof::seal::{HeadLeaf, Seal};

use crate::batch::Padded;
use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};

statements! {
    HEADS = "SELECT id, seq, head FROM cases WHERE seq > 0";
    LAST_ID = "SELECT COALESCE(MAX(id), 0) FROM seals";
    INSERT_SEAL = "INSERT INTO seals (id, at, size, root, public_key, signature) VALUES ($1, $2, $3, $4, $5, $6)";
    INSERT_LEAVES_4 = "INSERT INTO seal_leaves (case_id, seal_id, seq, head) VALUES \
        ($1, $2, $3, $4), ($5, $6, $7, $8), ($9, $10, $11, $12), ($13, $14, $15, $16) \
        ON CONFLICT DO NOTHING";
    INSERT_LEAVES_32 = "INSERT INTO seal_leaves (case_id, seal_id, seq, head) VALUES \
        ($1, $2, $3, $4), ($5, $6, $7, $8), ($9, $10, $11, $12), ($13, $14, $15, $16), \
        ($17, $18, $19, $20), ($21, $22, $23, $24), ($25, $26, $27, $28), ($29, $30, $31, $32), \
        ($33, $34, $35, $36), ($37, $38, $39, $40), ($41, $42, $43, $44), ($45, $46, $47, $48), \
        ($49, $50, $51, $52), ($53, $54, $55, $56), ($57, $58, $59, $60), ($61, $62, $63, $64), \
        ($65, $66, $67, $68), ($69, $70, $71, $72), ($73, $74, $75, $76), ($77, $78, $79, $80), \
        ($81, $82, $83, $84), ($85, $86, $87, $88), ($89, $90, $91, $92), ($93, $94, $95, $96), \
        ($97, $98, $99, $100), ($101, $102, $103, $104), ($105, $106, $107, $108), \
        ($109, $110, $111, $112), ($113, $114, $115, $116), ($117, $118, $119, $120), \
        ($121, $122, $123, $124), ($125, $126, $127, $128) \
        ON CONFLICT DO NOTHING";
    LATEST = "SELECT at, size, root, public_key, signature, id FROM seals ORDER BY id DESC LIMIT 1";
    ALL = "SELECT at, size, root, public_key, signature, id FROM seals ORDER BY id";
    ONE = "SELECT at, size, root, public_key, signature, id FROM seals WHERE id = $1";
    LEAVES = "SELECT l.case_id, l.seq, l.head FROM seal_leaves l WHERE l.seal_id = \
        (SELECT MAX(m.seal_id) FROM seal_leaves m WHERE m.case_id = l.case_id AND m.seal_id <= $1)";
    FIRST_WITH = "SELECT MIN(seal_id) FROM seal_leaves WHERE case_id = $1";
}

/// A seal as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSeal {
    /// From 1, without gaps.
    pub id: u64,
    pub seal: Seal,
}

/// A seal and all heads under it: [`proof::seal::inclusion`] makes a proof of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedHeads {
    pub id: u64,
    pub seal: Seal,
    /// Sorted by case id.
    pub leaves: Vec<HeadLeaf>,
}

/// Where every chain has come to, sorted by case id; cases without entries are left out.
///
/// # Errors
/// Those of the database.
pub async fn heads(on: &mut impl Ask) -> Result<Vec<HeadLeaf>> {
    read_leaves(&on.sql(HEADS).all().await?)
}

/// Keeps a seal over these heads; gives its number. Only heads that moved since the seal before take room.
///
/// # Errors
/// [`StoreError::Unique`] if another process sealed meanwhile; [`StoreError::Other`] if a case of the seal before is
/// missing among the heads, since a chain never goes away.
pub async fn save(tx: &mut Tx, seal: &Seal, heads: &[HeadLeaf]) -> Result<u64> {
    let last = tx.sql(LAST_ID).one().await?.int(0)?;
    let before = leaves_of(tx, last).await?;
    let before: HashMap<_, _> = before.iter().map(|leaf| (leaf.case.as_str(), leaf)).collect();
    let moved: Vec<_> = heads
        .iter()
        .filter(|leaf| before.get(leaf.case.as_str()) != Some(leaf))
        .collect();
    let known = heads
        .iter()
        .filter(|leaf| before.contains_key(leaf.case.as_str()))
        .count();
    if known != before.len() {
        return Err(StoreError::other("a case that was sealed before is missing"));
    }
    let id = last + 1;
    let size = i64::try_from(seal.size).map_err(StoreError::other)?;
    let query = tx
        .sql(INSERT_SEAL)
        .bind(id)
        .bind(seal.at_us)
        .bind(size)
        .bind(seal.root.as_slice());
    query
        .bind(seal.public_key_hex.as_str())
        .bind(seal.signature_hex.as_str())
        .run()
        .await?;
    for (size, rows) in Padded::new(&moved, 4, 32) {
        let mut query = tx.sql(if size == 4 {
            INSERT_LEAVES_4
        } else {
            INSERT_LEAVES_32
        });
        for leaf in rows {
            let seq = i64::try_from(leaf.seq).map_err(StoreError::other)?;
            query = query
                .bind(leaf.case.as_str())
                .bind(id)
                .bind(seq)
                .bind(leaf.head.as_slice());
        }
        query.run().await?;
    }
    id.try_into().map_err(StoreError::other)
}

/// The latest seal.
///
/// # Errors
/// Those of the database.
pub async fn latest(on: &mut impl Ask) -> Result<Option<StoredSeal>> {
    on.sql(LATEST)
        .maybe()
        .await?
        .map(|row| read_seal(&row))
        .transpose()
}

/// The seal with this number.
///
/// # Errors
/// Those of the database.
pub async fn one(on: &mut impl Ask, id: u64) -> Result<Option<StoredSeal>> {
    let id = i64::try_from(id).map_err(StoreError::other)?;
    on.sql(ONE)
        .bind(id)
        .maybe()
        .await?
        .map(|row| read_seal(&row))
        .transpose()
}

/// Every seal, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn all(on: &mut impl Ask) -> Result<Vec<StoredSeal>> {
    on.sql(ALL).all().await?.iter().map(read_seal).collect()
}

/// The heads under a seal, sorted by case id.
///
/// # Errors
/// Those of the database.
pub async fn leaves(on: &mut impl Ask, id: u64) -> Result<Vec<HeadLeaf>> {
    leaves_of(on, i64::try_from(id).map_err(StoreError::other)?).await
}

/// The latest seal that has the case under it (at whatever length its chain then had), with all heads.
///
/// # Errors
/// Those of the database.
pub async fn latest_containing(on: &mut impl Ask, case: &CaseId) -> Result<Option<SealedHeads>> {
    let first = on.sql(FIRST_WITH).bind(case.as_str()).one().await?.opt_int(0)?;
    let (Some(_), Some(StoredSeal { id, seal })) = (first, latest(on).await?) else {
        return Ok(None);
    };
    let leaves = leaves(on, id).await?;
    Ok(Some(SealedHeads { id, seal, leaves }))
}

async fn leaves_of(on: &mut impl Ask, id: i64) -> Result<Vec<HeadLeaf>> {
    read_leaves(&on.sql(LEAVES).bind(id).all().await?)
}

/// Sorted here, because engines differ in how they sort text.
fn read_leaves(rows: &[Row]) -> Result<Vec<HeadLeaf>> {
    let read = |row: &Row| {
        Ok(HeadLeaf {
            case: row.text(0)?,
            seq: row.count(1)?,
            head: row.hash(2)?,
        })
    };
    let mut leaves = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    leaves.sort_by(|a, b| a.case.cmp(&b.case));
    Ok(leaves)
}

fn read_seal(row: &Row) -> Result<StoredSeal> {
    let seal = Seal {
        at_us: row.int(0)?,
        size: row.count(1)?,
        root: row.hash(2)?,
        public_key_hex: row.text(3)?,
        signature_hex: row.text(4)?,
    };
    Ok(StoredSeal {
        id: row.count(5)?,
        seal,
    })
}
