//! The rules of DESIGN.md as sentences, on the demonstration municipality. One binary, one module a subject.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails there")]

mod access;
mod capture;
mod care;
mod clocks;
mod contact;
mod corroboration;
mod covering;
mod damage;
mod drill;
mod drill_case;
mod event_json;
mod finding;
mod guide;
mod handling;
mod harness;
mod joining;
mod late;
mod mail;
mod police;
mod property;
mod proposal;
mod reach;
mod redaction;
mod register;
mod report;
mod review;
mod rollout;
mod say;
mod scan;
mod seen;
mod statement;
mod witnessed;
