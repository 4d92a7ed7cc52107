//! The application as those above it use it, on both SQL engines.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

/// Runs each test body on a new application, once on each engine, as two tests with names of their own.
macro_rules! on_both {
    ($($(#[$note:meta])* async fn $name:ident($app:ident) $body:block)+) => {
        $($(#[$note])* mod $name {
            use super::*;

            async fn check($app: app::testing::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                check(app::testing::TestApp::new(store::testing::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                check(app::testing::TestApp::new(store::testing::Engine::Postgres).await).await;
            }
        })+
    };
}

mod auth;
mod broken;
mod copies;
mod drill;
mod escalate;
mod export;
mod fuzz;
mod harness;
mod idempotency;
mod intake;
mod join;
mod kind;
mod mailbox;
mod mailroom;
mod nodes;
mod notices;
mod perform;
mod receipts;
mod redaction;
mod report;
mod restart;
mod reverify;
mod say;
mod scan;
mod search;
mod stamp;
mod verify;
mod views;
mod witness;
