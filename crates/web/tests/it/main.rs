//! Everything as a browser meets it: requests through the router, on a real store.

mod api;
mod calendar;
mod capture;
mod case;
mod commands;
mod contact;
mod copies;
mod corroboration;
mod guide;
mod helpers;
mod letters;
mod lists;
mod mail;
mod malware;
mod operations;
mod outbox;
mod pages;
mod profile;
mod reminders;
mod report;
mod rollout;
mod security;
mod sign_in;
mod statements;
mod texts;
mod uploads;
