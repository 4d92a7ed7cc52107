//! The program `vaern`: configuration, commands, wiring.

mod backup;
mod check;
mod clock;
mod commands;
mod config;
mod demo;
mod identity;
mod logging;
mod mail;
mod migrate;
mod open;
mod serve;

use crate::config::{Config, Faults, Flags, Surroundings};
use clap::{Parser, Subcommand};
use domain::vocabulary::Compartment;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// How long work outside the event loop (files, programs) may go on after the end.
const STOPPING: Duration = Duration::from_secs(5);

/// Bytes of stack of each thread, of which only those used take memory. Without optimisation one request may take more than the
/// usual 2 MiB.
const STACK: usize = 8 << 20;

/// Værn: when an employee is harassed or threatened, the workplace takes over.
#[derive(Parser)]
#[command(name = "vaern", version)]
struct Cli {
    /// The data folder: keys, files, and the database unless VAERN_DATABASE_URL names another. VAERN_DATA says the same; data
    /// without either.
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// The file of settings, in place of vaern.toml in the data folder. VAERN_CONFIG says the same; docs/configuration.md lists
    /// the settings.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages and the API.
    Serve {
        /// The address of pages and API. VAERN_LISTEN says the same; 127.0.0.1:8080 without either.
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Fill the data folder with an invented municipality and serve it; anybody may step in as anybody.
    Demo {
        /// The address of pages and API. VAERN_LISTEN says the same; 127.0.0.1:8080 without either.
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// Only fill, do not serve.
        #[arg(long)]
        fill_only: bool,
        /// Listen also where others can reach it, who may then step in as anybody. VAERN_DEMO_ANYWHERE says the same.
        #[arg(long)]
        anywhere: bool,
    },
    /// Make folder, keys and database where nothing is, and print the installation's id and the fingerprint of its signing key.
    Init,
    /// Take a database and files together that were put together on purpose: a backup that was restored by hand.
    AcceptRestored,
    /// Make another key that signs seals, where the old one is lost for good, and print its fingerprint: publish it.
    NewSigningKey,
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
    /// Look at everything that this installation needs, and say a line each: good, or what is wrong and how to mend it. Makes
    /// nothing, also beside a running server. Exit 0, or 1 if anything is wrong.
    Check,
    /// Back up to a folder, while the server runs or without it: one state of the database and exactly the files that it names.
    /// Exit 0, or 1 and what is wrong.
    Backup(backup::BackupArgs),
    /// Change the tables that an older version made to those of this one, after a backup. The first start of a server does the same
    /// without one, unless VAERN_MIGRATE is by-hand.
    Migrate(migrate::MigrateArgs),
    /// Restore a backup to a new data folder, compare every byte, and check it as verify-store does. Exit 0, or 1 and what is wrong.
    Restore(backup::RestoreArgs),
    /// Check every exhibit against the hash that its journal recorded, now and in one go, and tell the owners of those
    /// that are damaged, or were and are whole again. Exit 0, or 1 if any is damaged. A running server does the same by itself, a little every minute.
    Reverify,
    /// Move files that were announced more than a day ago and came to nothing into the bin, and end what has lain there for 30
    /// days. A running server does it once a day. Exit 0, or 1 if it would take more than 100 files or 1 % of all, and took none.
    Collect {
        /// Let a collection go on that stopped because it would take too many.
        #[arg(long)]
        yes: bool,
        /// Say what lies in the bin, and collect nothing.
        #[arg(long, conflicts_with_all = ["yes", "restore"])]
        list: bool,
        /// Take this file out of the bin, and collect nothing.
        #[arg(long, value_name = "ID", conflicts_with = "yes")]
        restore: Option<String>,
    },
    /// Make what lists say of cases, and who finds them there, again from the journals. Exit 0, or 1 and which journals can't be
    /// read.
    Rebuild,
    /// Make the search index again from the journals. A running server writes it alone: it is then asked to do it, and its
    /// operations page says how far it is.
    Reindex,
    /// Print the OpenAPI document.
    Openapi,
    /// The settings.
    Config {
        #[command(subcommand)]
        command: Settings,
    },
}

#[derive(Subcommand)]
enum Settings {
    /// Print what is in force and what said it; secrets are not shown.
    Show,
    /// Print what can be set: docs/configuration.md.
    Reference,
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
    // Whatever is made from here on is for this user alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = Cli::parse();
    let surroundings = Surroundings::here(cli.flags());
    if let Some(code) = cli.without_settings() {
        return code;
    }
    let config = match Config::read(&surroundings) {
        Ok(config) => config,
        Err(faults) => {
            cli.say_what_is_wrong(&faults);
            return cli.when_settings_are_wrong();
        }
    };
    logging::start(&config);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = match runtime.thread_stack_size(STACK).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("vaern: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(run(cli, &config));
    // A program or a disk that does not answer keeps nobody waiting.
    runtime.shutdown_timeout(STOPPING);
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprintln!("vaern: {}", identity::words(&error, config.language));
            ExitCode::FAILURE
        }
    }
}

impl Cli {
    fn flags(&self) -> Flags {
        let listen = match self.command {
            Command::Serve { listen } | Command::Demo { listen, .. } => listen,
            _ => None,
        };
        Flags {
            config: self.config.clone(),
            data: self.data.clone(),
            listen: listen.map(|address| address.to_string()),
        }
    }

    /// Does what no setting has a part in, also where they are wrong.
    fn without_settings(&self) -> Option<ExitCode> {
        let done = match &self.command {
            Command::Verify { bag, tsa_ca } => commands::verify(bag, tsa_ca.as_deref()),
            Command::Openapi => {
                print!("{}", web::openapi());
                Ok(ExitCode::SUCCESS)
            }
            Command::Config {
                command: Settings::Reference,
            } => {
                print!("{}", config::reference());
                Ok(ExitCode::SUCCESS)
            }
            _ => return None,
        };
        Some(done.unwrap_or_else(|error| {
            eprintln!("vaern: {error:#}");
            ExitCode::FAILURE
        }))
    }

    fn say_what_is_wrong(&self, faults: &Faults) {
        match self.command {
            Command::Check => check::print_faults(faults),
            _ => eprintln!("vaern: {faults}"),
        }
    }

    /// A mail server that brings an e-mail brings it again when the settings are mended.
    fn when_settings_are_wrong(&self) -> ExitCode {
        match self.command {
            Command::IntakeMail { .. } => ExitCode::from(mail::TRY_AGAIN),
            _ => ExitCode::FAILURE,
        }
    }
}

async fn run(cli: Cli, config: &Config) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve { .. } => serve::serve(config, false).await,
        Command::Init => identity::init(config).await,
        Command::AcceptRestored => identity::accept_restored(config).await,
        Command::NewSigningKey => identity::new_signing_key(config).await,
        Command::Demo {
            fill_only, anywhere, ..
        } => {
            demo::may_listen(config, anywhere || fill_only)?;
            demo::fill(config).await?;
            if fill_only {
                Ok(ExitCode::SUCCESS)
            } else {
                serve::serve(config, true).await
            }
        }
        Command::Org {
            command: Org::Import { units, people },
        } => commands::import(config, &units, &people).await,
        Command::Guide {
            command: Guide::Import { folder },
        } => commands::import_guide(config, &folder).await,
        Command::Token {
            command: Token::Create { email },
        } => commands::token(config, &email).await,
        Command::Person {
            command: Person::Password { email },
        } => commands::password(config, &email).await,
        Command::IntakeMail { sender } => mail::intake(config, sender.as_deref()).await,
        Command::Seal => commands::seal(config).await,
        Command::Export {
            number,
            drawer,
            output,
        } => commands::export(config, &number, drawer, &output).await,
        Command::Backup(args) => backup::backup(config, args).await,
        Command::Migrate(args) => migrate::migrate(config, args).await,
        Command::Restore(args) => backup::restore(config, args).await,
        Command::VerifyStore => commands::verify_store(config).await,
        Command::Check => Ok(check::check(config).await),
        Command::Reverify => commands::reverify(config).await,
        Command::Collect { yes, list, restore } => commands::collect(config, yes, list, restore).await,
        Command::Rebuild => commands::rebuild(config).await,
        Command::Reindex => commands::reindex(config).await,
        Command::Config {
            command: Settings::Show,
        } => {
            print!("{}", config.show());
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify { .. } | Command::Openapi | Command::Config { .. } => {
            unreachable!("done without settings")
        }
    }
}
