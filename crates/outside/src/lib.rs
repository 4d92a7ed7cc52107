//! What Værn makes for, and takes from, the world outside: the dossier as PDF, and pictures as they came.
//!
//! Making reads no clock and no network: bytes and times come in, bytes go out. [`media`] alone works on files, since the
//! programs that it calls do; only [`malware`], [`authority`], [`lmtp`], [`mailbox`], [`post`] and [`witness`] talk to somebody.

pub mod authority;
pub mod dossier;
pub mod guide;
pub mod lmtp;
pub mod mail;
pub mod mailbox;
pub mod malware;
pub mod media;
pub mod paper;
pub mod picture;
pub mod post;
mod tls;
pub mod witness;

pub use dossier::{Dossier, DossierError, DossierWriter, Exhibit, Language, Line, Section};
