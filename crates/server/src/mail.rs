//! E-mails in: what a mail server hands over, and what is given on the command line.

use crate::commands::open_app;
use anyhow::Context as _;
use app::{App, AppError, Delivered, Delivery, MAIL_LIMIT};
use domain::mail::Door;
use outside::lmtp::{self, Letter, Listener, Taken};
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// What a mail server's pipe understands (sysexits.h): try again, and never.
const TRY_AGAIN: u8 = 75;
const NEVER: u8 = 65;

/// Takes the message on standard input. Exit 0 when it is kept (whatever became of it), 75 when it must be brought again, 65 when
/// it can't be taken at all.
pub async fn intake(data: &Path, sender: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut message = Vec::new();
    let most = MAIL_LIMIT as u64 + 1;
    std::io::stdin()
        .take(most)
        .read_to_end(&mut message)
        .context("standard input")?;
    let delivery = Delivery {
        door: Door::Command,
        envelope: sender,
        message: &message,
    };
    let taken = match open_app(data).await {
        Ok(app) => app.take_mail(&delivery).await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    match taken {
        Ok(became) => {
            println!("{}", told(&became));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("vaern: {error:#}");
            let never = matches!(error.downcast_ref(), Some(AppError::Refused(_)));
            Ok(ExitCode::from(if never { NEVER } else { TRY_AGAIN }))
        }
    }
}

fn told(became: &Delivered) -> String {
    match became {
        Delivered::Report(number) => format!("report {number}"),
        Delivered::Waiting(why) => format!("waiting {why}"),
        Delivered::NoCase(why) => format!("no-case {why}"),
        Delivered::Before => "before".into(),
    }
}

/// Listens for the municipality's mail server where `VAERN_LMTP` says; not at all without it.
pub async fn listen(app: &Arc<App>) -> anyhow::Result<Option<tokio::task::JoinHandle<()>>> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(address) = set("VAERN_LMTP") else {
        return Ok(None);
    };
    let listener = Listener::bind(&address)
        .await
        .with_context(|| format!("VAERN_LMTP: can't listen on {address}"))?;
    let app = Arc::clone(app);
    let door = lmtp::Door {
        address: set("VAERN_MAIL_ADDRESS").map(|address| address.to_lowercase()),
        limit: MAIL_LIMIT,
        taker: Arc::new(move |letter| {
            let app = Arc::clone(&app);
            Box::pin(async move { take(&app, &letter).await })
        }),
    };
    tracing::info!("mail servers are heard on {address}");
    Ok(Some(tokio::spawn(listener.serve(door))))
}

async fn take(app: &App, letter: &Letter) -> Taken {
    let delivery = Delivery {
        door: Door::Lmtp,
        envelope: Some(&letter.sender),
        message: &letter.message,
    };
    match app.take_mail(&delivery).await {
        Ok(_) => Taken::Kept,
        Err(AppError::Refused(_)) => Taken::Refused,
        Err(AppError::DiskFull) => Taken::Full,
        Err(error) => {
            tracing::error!(%error, "an e-mail could not be taken; the mail server brings it again");
            Taken::Later
        }
    }
}
