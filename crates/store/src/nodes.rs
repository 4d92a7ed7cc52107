//! The processes that share a database: who they are, whether they live, and how far each one's search index is.

use jiff::{SignedDuration, Timestamp};

use crate::db::{Ask, Row, Sql, Tx, int, statements};
use crate::error::Result;

statements! {
    SEEN = "INSERT INTO nodes (id, name, version, settings, procedure, started, seen, indexed, rebuilt, cases) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, \
        indexed = excluded.indexed, rebuilt = excluded.rebuilt, cases = excluded.cases, procedure = excluded.procedure";
    GONE = "DELETE FROM nodes WHERE seen < $1 OR seen > $2";
    ALL = "SELECT id, name, version, settings, procedure, started, seen, indexed, rebuilt, cases FROM nodes \
        ORDER BY started, id";
    LEAVE = "DELETE FROM nodes WHERE id = $1";
}

/// After so long without a sign of life, by the database's clock, a node is forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);

/// A process that serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: String,
    /// The machine's name.
    pub name: String,
    pub version: String,
    /// SHA-256 of the settings that must be the same everywhere, lower-case hexadecimal.
    pub settings: String,
    /// The version of the procedure that it brought along.
    pub procedure: String,
    pub started: Timestamp,
    /// The last sign of life, by the database's clock. Not read by [`sign`].
    pub seen: Timestamp,
    /// The number of the last change that its search index holds.
    pub indexed: u64,
    /// While it makes its index anew: cases read, and cases in all.
    pub rebuilding: Option<(u64, u64)>,
}

/// A node's sign of life; whoever has given none for an hour is forgotten.
///
/// # Errors
/// Those of the database.
pub async fn sign(tx: &mut Tx, node: &Node) -> Result<()> {
    let clock = tx.clock().await?;
    let (rebuilt, cases) = node.rebuilding.unzip();
    let query = tx.sql(SEEN).bind(node.id.as_str()).bind(node.name.as_str());
    let query = query.bind(node.version.as_str()).bind(node.settings.as_str());
    let query = query
        .bind(node.procedure.as_str())
        .bind(node.started.as_microsecond());
    let query = query.bind(clock.as_microsecond()).bind(int(node.indexed)?);
    let query = query
        .bind(rebuilt.map(int).transpose()?)
        .bind(cases.map(int).transpose()?);
    query.run().await?;
    // One that is seen in the future was so by a clock that was wrong.
    let (earliest, latest) = (clock - FORGOTTEN, clock + FORGOTTEN);
    let query = tx.sql(GONE).bind(earliest.as_microsecond());
    query.bind(latest.as_microsecond()).run().await.map(drop)
}

/// Every node that has lately given a sign of life, the oldest first.
///
/// # Errors
/// Those of the database.
pub async fn all(on: &mut impl Ask) -> Result<Vec<Node>> {
    on.sql(ALL).all().await?.iter().map(read).collect()
}

/// Forgets a node that stops.
///
/// # Errors
/// Those of the database.
pub async fn leave(tx: &mut Tx, id: &str) -> Result<()> {
    tx.sql(LEAVE).bind(id).run().await.map(drop)
}

fn read(row: &Row) -> Result<Node> {
    let rebuilt = row.opt_int(8)?.and_then(|done| u64::try_from(done).ok());
    let cases = row.opt_int(9)?.and_then(|all| u64::try_from(all).ok());
    Ok(Node {
        id: row.text(0)?,
        name: row.text(1)?,
        version: row.text(2)?,
        settings: row.text(3)?,
        procedure: row.text(4)?,
        started: row.time(5)?,
        seen: row.time(6)?,
        indexed: row.count(7)?,
        rebuilding: rebuilt.zip(cases),
    })
}
