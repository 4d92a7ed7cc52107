//! E-mails in and out: what a mail server hands over, what lies in a mailbox, what is given on the command line, and who sends ours.

use crate::commands::open_app;
use crate::open::set;
use crate::serve::{Guest, Stage};
use anyhow::Context as _;
use app::{App, AppError, Delivered, Delivery, MAIL_LIMIT, Mailbox, Post, Writing};
use domain::mail::{Door, Policy};
use outside::lmtp::{self, Letter, Listener, Taken};
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// What a mail server's pipe understands (sysexits.h): try again, and never.
const TRY_AGAIN: u8 = 75;
const NEVER: u8 = 65;

/// How often a mailbox is looked into, unless `VAERN_IMAP_EVERY` says otherwise.
const EVERY: u64 = 60;

/// What is asked of e-mails: `VAERN_MAIL_DAILY` a day from one employee without somebody looking, and with `VAERN_MAIL_MUST_PASS=1` a sender
/// that the mail server has checked.
pub fn policy() -> anyhow::Result<Policy> {
    let mut policy = Policy::default();
    if let Some(daily) = set("VAERN_MAIL_DAILY") {
        policy.daily = daily.parse().context("VAERN_MAIL_DAILY is not a number")?;
    }
    policy.must_pass = set("VAERN_MAIL_MUST_PASS").is_some_and(|value| value == "1");
    Ok(policy)
}

/// Who sends our e-mails: `VAERN_SMTP`, with `VAERN_SMTP_LOGIN` if it wants one, from `VAERN_MAIL_ADDRESS`; nobody without it.
pub fn writing() -> anyhow::Result<Option<Writing>> {
    let Some(server) = set("VAERN_SMTP") else {
        return Ok(None);
    };
    let from = set("VAERN_MAIL_ADDRESS")
        .context("VAERN_SMTP needs VAERN_MAIL_ADDRESS, whom our e-mails are from")?;
    let post = Post::new(&server, set("VAERN_SMTP_LOGIN").as_deref(), &from).context("VAERN_SMTP")?;
    let home = set("VAERN_PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned());
    Ok(Some(Writing { post, home }))
}

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
        Delivered::Added(number) => format!("added {number}"),
        Delivered::Drill => "drill".into(),
        Delivered::Waiting(why) => format!("waiting {why}"),
        Delivered::NoCase(why) => format!("no-case {why}"),
        Delivered::Before => "before".into(),
    }
}

/// Listens for the municipality's mail server where `VAERN_LMTP` says; not at all without it. When the server stops, messages that are
/// being handed over are taken first.
pub async fn listen(app: &Arc<App>, guest: Guest) -> anyhow::Result<Option<tokio::task::JoinHandle<()>>> {
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
    Ok(Some(tokio::spawn(async move {
        listener.serve_until(door, guest.reached(Stage::Draining)).await;
    })))
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
        Err(AppError::DiskFull) => {
            app.disk_is_full();
            Taken::Full
        }
        Err(error) => {
            tracing::error!(%error, "an e-mail could not be taken; the mail server brings it again");
            Taken::Later
        }
    }
}

/// Empties the mailbox that `VAERN_IMAP` names, again and again; none without it.
pub fn fetch(app: &Arc<App>) -> anyhow::Result<Option<tokio::task::JoinHandle<()>>> {
    let Some(address) = set("VAERN_IMAP") else {
        return Ok(None);
    };
    let login = set("VAERN_IMAP_LOGIN").context("VAERN_IMAP needs VAERN_IMAP_LOGIN, name:password")?;
    let mailbox = Mailbox::parse(&address, &login, MAIL_LIMIT).context("VAERN_IMAP")?;
    let every = match set("VAERN_IMAP_EVERY") {
        Some(every) => every
            .parse()
            .context("VAERN_IMAP_EVERY is not a number of seconds")?,
        None => EVERY,
    };
    let app = Arc::clone(app);
    tracing::info!("e-mails are fetched from {mailbox:?}");
    Ok(Some(tokio::spawn(async move {
        loop {
            match app.fetch_mails(&mailbox).await {
                Ok(emptied) if emptied.left + emptied.too_long > 0 => {
                    tracing::warn!(?emptied, "e-mails are left in the mailbox");
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the mailbox could not be emptied"),
            }
            tokio::time::sleep(Duration::from_secs(every)).await;
        }
    })))
}
