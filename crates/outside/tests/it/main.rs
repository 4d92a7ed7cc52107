//! What this crate gives the world outside, seen from there.

mod bad_input;
mod dossier;
mod guide;
mod lmtp;
mod mail;
mod media;
mod outlook;
mod picture;
mod redact;
mod rich;
mod sample;
#[expect(clippy::unwrap_used, reason = "a test that can't go on fails there")]
mod site;
#[expect(clippy::unwrap_used, reason = "a test that can't go on fails there")]
mod witness;
