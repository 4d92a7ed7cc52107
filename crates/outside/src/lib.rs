//! What Værn makes for, and takes from, the world outside: the dossier as PDF, and pictures as they came.
//!
//! Nothing here reads a clock, a file or the network: bytes and times come in, bytes go out.

pub mod dossier;
pub mod mail;
pub mod picture;

pub use dossier::{Dossier, DossierError, DossierWriter, Exhibit, Language, Line, Section};
