//! Small things that the system remembers about itself, by name.

use crate::db::{Ask, Sql, Tx, statements};
use crate::error::Result;

statements! {
    GET = "SELECT value FROM settings WHERE key = $1";
    SET = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    SET_ONCE = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
}

/// The value under this name.
pub async fn get(on: &mut impl Ask, key: &str) -> Result<Option<String>> {
    on.sql(GET)
        .bind(key)
        .maybe()
        .await?
        .map(|row| row.text(0))
        .transpose()
}

/// Sets or replaces a value.
pub async fn set(tx: &mut Tx, key: &str, value: &str) -> Result<()> {
    tx.sql(SET).bind(key).bind(value).run().await.map(drop)
}

/// Sets a value unless there is one already; gives the one that is there afterwards.
pub async fn set_once(tx: &mut Tx, key: &str, value: &str) -> Result<String> {
    tx.sql(SET_ONCE).bind(key).bind(value).run().await?;
    Ok(get(tx, key).await?.unwrap_or_else(|| value.to_owned()))
}
