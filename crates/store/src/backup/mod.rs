//! Backups: one consistent state of the database and exactly the files that it names, in generations that share what does not
//! change; and a store made of one again (docs/adr/0023-backup.md).
//!
//! The database is written down before the files are copied. A file is durable before the row that names it, and never
//! changes: so whatever the database names is there when the files are copied, and what came later is not wanted.

pub(crate) mod durable;
mod files;
mod make;
mod manifest;
mod restore;
mod sealing;
mod target;

pub use files::Manner;
pub use make::{Made, Plan, Progress, make};
pub use manifest::{Head, Manifest, Part};
pub use restore::{Order, Restored, UNFINISHED, check, restore};
pub use target::{Target, apart, is_empty_dir};
