//! The one test binary of this crate.

#![expect(
    clippy::unwrap_used,
    reason = "clippy counts the helpers of an integration test as no test"
)]

mod bag;
mod entry;
mod fixture;
mod keys;
mod merkle;
mod seal;
mod stamp;
mod stream;
mod tamper;
