//! What this crate gives the world outside, seen from there.

mod bad_input;
mod dossier;
mod guide;
mod lmtp;
mod mail;
mod media;
mod picture;
mod redact;
mod sample;
