//! What only tests may do: prepare, tamper, and see SQLite's plans.

use sqlx::Row as _;

use super::{Db, Pools};
use crate::error::Result;

/// Parses the statement without running it.
pub(crate) async fn prepare(db: &Db, text: &'static str) -> Result<()> {
    use sqlx::{Executor, SqlSafeStr};
    match &db.pools {
        Pools::Sqlite(pools) => pools
            .write
            .acquire()
            .await?
            .prepare(text.into_sql_str())
            .await
            .map(drop)?,
        Pools::Postgres(pools) => pools
            .write
            .acquire()
            .await?
            .prepare(text.into_sql_str())
            .await
            .map(drop)?,
    }
    Ok(())
}

/// Runs a statement that is not one of ours.
pub(crate) async fn tamper(db: &Db, text: &'static str) -> Result<u64> {
    Ok(match &db.pools {
        Pools::Sqlite(pools) => sqlx::query(text).execute(&pools.write).await?.rows_affected(),
        Pools::Postgres(pools) => sqlx::query(text).execute(&pools.write).await?.rows_affected(),
    })
}

/// SQLite's plan for a statement, one step a line; empty on PostgreSQL, whose plan depends on statistics.
pub(crate) async fn plan(db: &Db, text: &'static str) -> Result<String> {
    let Pools::Sqlite(pools) = &db.pools else {
        return Ok(String::new());
    };
    let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
    let rows = sqlx::query(explain)
        .fetch_all(&mut *pools.write.acquire().await?)
        .await?;
    let steps: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get_unchecked(3)).collect();
    Ok(steps?.join("\n"))
}
