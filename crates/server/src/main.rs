//! The program `vaern`: configuration, commands, wiring.

mod clock;
mod commands;
mod demo;
mod mail;
mod open;
mod serve;

use clap::{Parser, Subcommand};
use domain::vocabulary::Compartment;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// How long work outside the event loop (files, programs) may go on after the end.
const STOPPING: Duration = Duration::from_secs(5);

/// Værn: when an employee is harassed or threatened, the workplace takes over.
#[derive(Parser)]
#[command(name = "vaern", version)]
struct Cli {
    /// The data folder: keys, files, and the database unless VAERN_DATABASE_URL names another.
    #[arg(long, env = "VAERN_DATA", default_value = "data", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages and the API.
    Serve {
        #[arg(long, env = "VAERN_LISTEN", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
    /// Fill the data folder with an invented municipality and serve it; anybody may step in as anybody.
    Demo {
        #[arg(long, env = "VAERN_LISTEN", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Only fill, do not serve.
        #[arg(long)]
        fill_only: bool,
    },
    /// The organisation.
    Org {
        #[command(subcommand)]
        command: Org,
    },
    /// The guide.
    Guide {
        #[command(subcommand)]
        command: Guide,
    },
    /// Tokens for the API.
    Token {
        #[command(subcommand)]
        command: Token,
    },
    /// People's access.
    Person {
        #[command(subcommand)]
        command: Person,
    },
    /// Take the e-mail on standard input: a report, something that waits for HR, or no case. Exit 0 when it is kept, 75 when it
    /// must be brought again, 65 when it can't be taken.
    IntakeMail {
        /// The envelope's sender, as the mail server knows it; empty for the null sender.
        #[arg(long)]
        sender: Option<String>,
    },
    /// Put all chain heads under one signed Merkle root.
    Seal,
    /// Export one drawer of a case as a bag that anybody can check.
    Export {
        number: String,
        #[arg(long, value_parser = drawer)]
        drawer: Compartment,
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Check a bag, offline. Exit 0, or 1 and the names of what fails.
    Verify {
        bag: PathBuf,
        /// A PEM file with the certificates of the time-stamp authorities that you trust: its time-stamps must come from them.
        #[arg(long, value_name = "FILE")]
        tsa_ca: Option<PathBuf>,
    },
    /// Check every chain, entry, file and seal of the store. Exit 0, or 1 and what fails.
    VerifyStore,
    /// Check every exhibit against the hash that its journal recorded, now and in one go, and tell the owners of damaged
    /// ones. Exit 0, or 1 if any is damaged. A running server does the same by itself, a little every minute.
    Reverify,
    /// Make the search index again from the journals. A running server writes it alone: it is then asked to do it, and its
    /// operations page says how far it is.
    Reindex,
    /// Print the OpenAPI document.
    Openapi,
}

#[derive(Subcommand)]
enum Org {
    /// Make the organisation what two CSV files say; the same again changes nothing.
    Import { units: PathBuf, people: PathBuf },
}

#[derive(Subcommand)]
enum Guide {
    /// Make the draft what a folder says (guide.toml, da/NN-name.md, en/NN-name.md, pictures/), and name everything that is
    /// wrong in it. People approve and publish it on the pages. Exit 0, or 1 if anything is wrong.
    Import { folder: PathBuf },
}

#[derive(Subcommand)]
enum Token {
    /// Make a token that acts as this person, and print it alone. It is shown only once.
    Create {
        #[arg(long = "as", value_name = "EMAIL")]
        email: String,
    },
}

#[derive(Subcommand)]
enum Person {
    /// Set a person's password; reads it from standard input.
    Password { email: String },
}

fn drawer(text: &str) -> Result<Compartment, String> {
    let names: Vec<&str> = Compartment::ALL.iter().map(|drawer| drawer.name()).collect();
    Compartment::parse(text).ok_or_else(|| format!("one of {}", names.join(", ")))
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("VAERN_LOG");
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("vaern: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(run(cli));
    // A program or a disk that does not answer keeps nobody waiting.
    runtime.shutdown_timeout(STOPPING);
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprintln!("vaern: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let data = cli.data;
    match cli.command {
        Command::Serve { listen } => serve::serve(&data, listen, false).await,
        Command::Demo { listen, fill_only } => {
            demo::fill(&data).await?;
            if fill_only {
                Ok(ExitCode::SUCCESS)
            } else {
                serve::serve(&data, listen, true).await
            }
        }
        Command::Org {
            command: Org::Import { units, people },
        } => commands::import(&data, &units, &people).await,
        Command::Guide {
            command: Guide::Import { folder },
        } => commands::import_guide(&data, &folder).await,
        Command::Token {
            command: Token::Create { email },
        } => commands::token(&data, &email).await,
        Command::Person {
            command: Person::Password { email },
        } => commands::password(&data, &email).await,
        Command::IntakeMail { sender } => mail::intake(&data, sender.as_deref()).await,
        Command::Seal => commands::seal(&data).await,
        Command::Export {
            number,
            drawer,
            output,
        } => commands::export(&data, &number, drawer, &output).await,
        Command::Verify { bag, tsa_ca } => commands::verify(&bag, tsa_ca.as_deref()),
        Command::VerifyStore => commands::verify_store(&data).await,
        Command::Reverify => commands::reverify(&data).await,
        Command::Reindex => commands::reindex(&data).await,
        Command::Openapi => {
            print!("{}", web::openapi());
            Ok(ExitCode::SUCCESS)
        }
    }
}
