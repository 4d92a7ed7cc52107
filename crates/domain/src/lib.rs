//! What is true: the rules of the procedure as pure functions. No clock, no randomness, no I/O.
//!
//! A case is an append-only journal ([`case::Event`]); its state is a fold ([`case::CaseState`]); duties are computed
//! ([`duties::duties`]); every change passes [`case::decide`]; who may do what is one table ([`access`]).

pub mod access;
pub mod calendar;
pub mod case;
pub mod drill;
pub mod duties;
pub mod guide;
pub mod ids;
pub mod import;
pub mod language;
pub mod mail;
pub mod organisation;
pub mod procedure;
pub mod reach;
pub mod rollout;
pub mod seen;
pub mod vocabulary;
