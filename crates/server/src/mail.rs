//! E-mails in and out: what a mail server hands over, what lies in a mailbox, what is given on the command line, and who sends ours.

use crate::commands::open_app;
use crate::config::{Config, HostOrSocket, Login};
use crate::identity::Wants;
use crate::serve::{Guest, Stage};
use anyhow::Context as _;
use app::{App, AppError, Delivered, Delivery, MAIL_LIMIT, Mailbox, Post, Writing};
use domain::mail::{Door, Policy};
use jiff::SignedDuration;
use outside::lmtp::{self, Letter, Listener, Taken};
use std::io::Read as _;
use std::process::ExitCode;
use std::sync::Arc;

/// What a mail server's pipe understands (sysexits.h): try again, and never.
pub const TRY_AGAIN: u8 = 75;
const NEVER: u8 = 65;
/// However often a mailbox is looked into, another node waits so long before it takes over.
const SHORTEST_TURN: SignedDuration = SignedDuration::from_secs(60);

/// What is asked of e-mails: so many a day from one employee without somebody looking, and, if it is set, a sender that the mail
/// server has checked.
pub fn policy(config: &Config) -> Policy {
    Policy {
        daily: config.mail_daily.0,
        must_pass: config.mail_must_pass,
    }
}

/// Who sends our e-mails, if anybody does.
pub fn writing(config: &Config) -> anyhow::Result<Option<Writing>> {
    let (Some(server), Some(from)) = (&config.smtp, &config.mail_address) else {
        return Ok(None);
    };
    let login = config.smtp_login.as_ref().map(Login::as_str);
    let post = Post::new(&server.0, login, &from.0).context("VAERN_SMTP")?;
    let home = config.public_url.as_ref().map(|url| url.as_str().to_owned());
    Ok(Some(Writing { post, home }))
}

/// Takes the message on standard input. Exit 0 when it is kept (whatever became of it), 75 when it must be brought again, 65 when
/// it can't be taken at all.
pub async fn intake(config: &Config, sender: Option<&str>) -> anyhow::Result<ExitCode> {
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
    let taken = match open_app(config, Wants::ANY).await {
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
pub async fn listen(
    config: &Config,
    app: &Arc<App>,
    guest: Guest,
) -> anyhow::Result<Option<tokio::task::JoinHandle<()>>> {
    let Some(HostOrSocket(address)) = &config.lmtp else {
        return Ok(None);
    };
    let listener = Listener::bind(address)
        .await
        .with_context(|| format!("VAERN_LMTP: can't listen on {address}"))?;
    let app = Arc::clone(app);
    let door = lmtp::Door {
        address: config.mail_address.as_ref().map(|address| address.0.clone()),
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

/// The mailbox that `VAERN_IMAP` names, if it names one.
pub fn mailbox(config: &Config) -> anyhow::Result<Option<Mailbox>> {
    let (Some(address), Some(login)) = (&config.imap, &config.imap_login) else {
        return Ok(None);
    };
    let mailbox = Mailbox::parse(&address.0, login.as_str(), MAIL_LIMIT).context("VAERN_IMAP")?;
    Ok(Some(mailbox))
}

/// Empties that mailbox, again and again.
pub fn fetch(config: &Config, app: &Arc<App>) -> anyhow::Result<Option<tokio::task::JoinHandle<()>>> {
    let Some(mailbox) = mailbox(config)? else {
        return Ok(None);
    };
    let every = config.imap_every.duration();
    let app = Arc::clone(app);
    tracing::info!("e-mails are fetched from {mailbox:?}");
    Ok(Some(tokio::spawn(async move {
        loop {
            // One node at a time, so that no message is fetched by two.
            let lease = SignedDuration::try_from(every * 3).unwrap_or(SHORTEST_TURN);
            match app.takes_turn("mailbox", lease.max(SHORTEST_TURN)).await {
                Ok(true) => {}
                Ok(false) => {
                    tokio::time::sleep(every).await;
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, "whose turn it is to empty the mailbox can't be found out");
                }
            }
            match app.fetch_mails(&mailbox).await {
                Ok(emptied) if emptied.left + emptied.too_long > 0 => {
                    tracing::warn!(?emptied, "e-mails are left in the mailbox");
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the mailbox could not be emptied"),
            }
            tokio::time::sleep(every).await;
        }
    })))
}
