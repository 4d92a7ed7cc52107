//! The table of settings: each is said once, here, and from it come the fields of [`Config`], what is refused, and
//! `docs/configuration.md`.
//!
//! The first sentence of a setting says what it is; a type of [`super::values`] says what it may be. Its key in the file is
//! its name in small letters without `VAERN_`.

use super::Values;
use super::bucket::{BucketAddress, BucketKey};
use super::faults::Faults;
use super::values::*;
use domain::language::Language;
use std::net::SocketAddr;
use std::path::PathBuf;

/// One setting, as the table declares it.
pub struct Setting {
    /// The environment's name for it: `VAERN_` and capitals.
    pub name: &'static str,
    /// What it is for, in whole sentences.
    pub about: &'static str,
    /// Its heading in the reference.
    pub section: &'static str,
    /// The value when nobody sets it; none if it is then off.
    pub default: Option<&'static str>,
    /// May differ from node to node, and so is no part of the digest.
    pub is_local: bool,
    /// May come from a file of its own, and is never shown.
    pub is_secret: bool,
    /// What is right.
    pub kind: fn() -> String,
    /// The text as it may be shown.
    pub shown: fn(&str) -> String,
}

impl Setting {
    /// Its key in the file.
    pub fn key(&self) -> String {
        self.name.trim_start_matches("VAERN_").to_lowercase()
    }
}

macro_rules! settings {
    ($($section:literal {
        $($(#[doc = $about:literal])+ $field:ident: $kind:ty = $name:literal $(, default $default:literal)? $(=> $local:ident)?;)+
    })+) => {
        /// Every setting, parsed. Read once, in `main`.
        pub struct Config {
            $($($(#[doc = $about])+ pub $field: $kind,)+)+
            /// The language of messages, by `LC_ALL` and `LANG`: English unless they say Danish.
            pub language: Language,
            /// Every setting as it is in force, for people.
            pub in_force: Vec<super::InForce>,
        }

        /// Every setting that there is.
        pub const SETTINGS: &[Setting] = &[$($(Setting {
            name: $name,
            about: concat!($($about),+),
            section: $section,
            default: settings!(@default $($default)?),
            is_local: settings!(@local $($local)?),
            is_secret: <$kind as Value>::SECRET,
            kind: <$kind as Value>::kind,
            shown: <$kind as Value>::shown,
        },)+)+];

        impl Config {
            /// Parses everything that was set; all faults are told at once.
            pub(super) fn parse(values: Values, language: Language) -> Result<Self, Faults> {
                let mut faults = Faults::default();
                $($(let $field = values.get::<$kind>($name, &mut faults);)+)+
                faults.none()?;
                match ($($($field,)+)+) {
                    ($($(Some($field),)+)+) => Ok(Self { $($($field,)+)+ language, in_force: values.in_force() }),
                    _ => Err(faults),
                }
            }
        }
    };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
    (@local) => { false };
    (@local local) => { true };
}

settings! {
    "Where" {
        /// The data folder: keys, files, and the database unless VAERN_DATABASE_URL names another.
        data: PathBuf = "VAERN_DATA", default "data" => local;
        /// The address of pages and API. A reverse proxy in front of it speaks TLS.
        listen: SocketAddr = "VAERN_LISTEN", default "127.0.0.1:8080" => local;
        /// The address under which people reach Værn. With https:// cookies are for TLS alone; http:// is for trying it on one machine.
        public_url: Option<PublicUrl> = "VAERN_PUBLIC_URL";
        /// A PostgreSQL database in place of the SQLite file in the data folder.
        database_url: Option<DatabaseUrl> = "VAERN_DATABASE_URL";
        /// The most connections to PostgreSQL of this server; a quarter of them only read.
        database_connections: Whole<4, 1_000> = "VAERN_DATABASE_CONNECTIONS", default "16" => local;
        /// Whether the address of the database is that of a pooler that hands connections on after each transaction, such as pgbouncer.
        database_pooler: bool = "VAERN_DATABASE_POOLER", default "no" => local;
        /// When the tables of an older version are changed to those of this one: at-start by the first command that opens the store, by-hand by `vaern migrate` alone, which makes a backup before; everything else then refuses.
        migrate: Migrate = "VAERN_MIGRATE", default "at-start" => local;
        /// A bucket of an object store that speaks S3, in place of the folder blobs in the data folder. Needs VAERN_BLOBS_KEY and VAERN_BLOBS_SECRET. region is us-east-1 unless it is said; path_style asks for endpoint/bucket in place of bucket.endpoint.
        blobs: Option<BucketAddress> = "VAERN_BLOBS";
        /// The id of the key with which the object store knows us.
        blobs_key: Option<BucketKey> = "VAERN_BLOBS_KEY";
        /// The secret that belongs to it.
        blobs_secret: Option<BucketKey> = "VAERN_BLOBS_SECRET";
        /// The master key in place of the file keys/master.key. Without it nothing can be read, by anybody, ever.
        master_key: Option<MasterKeyText> = "VAERN_MASTER_KEY";
        /// The key that signs seals in place of the file keys/signing.key. Servers that share a database share both keys.
        signing_key: Option<SigningKeyText> = "VAERN_SIGNING_KEY";
        /// Whether `vaern demo` may listen where others can reach it, who may then step in as anybody.
        demo_anywhere: bool = "VAERN_DEMO_ANYWHERE", default "no" => local;
    }
    "Load and stopping" {
        /// How many connections there may be at once. By default half of the files that may be open, at most 8192.
        connections: Option<Whole<8, 100_000>> = "VAERN_CONNECTIONS" => local;
        /// How long a stopping server goes on taking connections, so that a load balancer sees first that it is not ready.
        stop_grace: Seconds<0, 300> = "VAERN_STOP_GRACE", default "1";
        /// How long requests under way may then take before they are cut off.
        stop_within: Seconds<1, 600> = "VAERN_STOP_WITHIN", default "30";
    }
    "Log and monitoring" {
        /// Where Prometheus finds metrics, at /metrics. They say nothing of a case, but the address is for the monitoring alone.
        metrics: Option<SocketAddr> = "VAERN_METRICS" => local;
        /// Whether each request is a line in the log: method, route, status and time, never what was asked for.
        access_log: bool = "VAERN_ACCESS_LOG", default "no" => local;
        /// What goes into the log.
        log: LogFilter = "VAERN_LOG", default "info" => local;
        /// How its lines look: plain for people, json for machines (one object a line).
        log_format: LogFormat = "VAERN_LOG_FORMAT", default "plain" => local;
    }
    "Evidence" {
        /// The hour, in Danish time, of the daily seal and of the round through all exhibits.
        daily_at: jiff::civil::Time = "VAERN_DAILY_AT", default "02:00";
        /// How many bytes of exhibits that round checks a minute.
        reverify_bytes: Bytes<65_536, 1_099_511_627_776> = "VAERN_REVERIFY_BYTES", default "268435456";
        /// A time-stamp authority (RFC 3161) that stamps the daily seal. Needs VAERN_TSA_CERT.
        tsa: Option<WebAddress> = "VAERN_TSA";
        /// A PEM file with the certificates of the authority to trust.
        tsa_cert: Option<PathBuf> = "VAERN_TSA_CERT";
        /// What the authority wants as name and password.
        tsa_login: Option<Login> = "VAERN_TSA_LOGIN";
        /// The policy to ask the authority for.
        tsa_policy: Option<ObjectIdentifier> = "VAERN_TSA_POLICY";
        /// A Chromium with which the server itself looks at the links that cases get. It must reach the web directly.
        witness: Option<AbsolutePath> = "VAERN_WITNESS" => local;
        /// A ClamAV daemon that every arriving file goes through. Set its StreamMaxLength to 210M.
        clamd: Option<HostOrSocket> = "VAERN_CLAMD" => local;
    }
    "Backup" {
        /// The folder that the server backs itself up to every day (docs/backup.md). The folder above it must be there.
        backup: Option<PathBuf> = "VAERN_BACKUP";
        /// Where the keys are written to at each backup, apart from it.
        backup_keys: Option<PathBuf> = "VAERN_BACKUP_KEYS";
        /// The hour of the backup, in Danish time.
        backup_at: jiff::civil::Time = "VAERN_BACKUP_AT", default "03:30";
        /// How many backups stay.
        backup_keep: Whole<1, 10_000> = "VAERN_BACKUP_KEEP", default "14";
        /// A key file that database and manifest of a backup are sealed with.
        backup_encrypt_to: Option<PathBuf> = "VAERN_BACKUP_ENCRYPT_TO";
        /// Whether each backup is then restored to a scratch folder and checked.
        backup_prove: bool = "VAERN_BACKUP_PROVE", default "no";
    }
    "E-mail" {
        /// Where the municipality's mail server delivers e-mails, by LMTP or, if it knows only that, SMTP. There is no TLS and no login: loopback or a network of its own.
        lmtp: Option<HostOrSocket> = "VAERN_LMTP" => local;
        /// The address that e-mails are for, and that ours are from. Any is taken by default.
        mail_address: Option<EmailAddress> = "VAERN_MAIL_ADDRESS";
        /// A mailbox to fetch e-mails from. What is taken is removed from it. Needs VAERN_IMAP_LOGIN.
        imap: Option<ImapAddress> = "VAERN_IMAP";
        /// Name and password of that mailbox.
        imap_login: Option<Login> = "VAERN_IMAP_LOGIN";
        /// How long it is between two looks into the mailbox.
        imap_every: Seconds<1, 86_400> = "VAERN_IMAP_EVERY", default "60";
        /// The mail server that sends receipts and reminders; smtp:// turns to TLS by STARTTLS. Needs VAERN_MAIL_ADDRESS.
        smtp: Option<SmtpAddress> = "VAERN_SMTP";
        /// Name and password for the mail server that sends.
        smtp_login: Option<Login> = "VAERN_SMTP_LOGIN";
        /// The name by which the mail server signs its Authentication-Results. Its word on DKIM, SPF and DMARC is believed.
        mail_checked_by: Option<Word> = "VAERN_MAIL_CHECKED_BY";
        /// Whether an e-mail becomes a case only if that word is "pass"; otherwise HR looks.
        mail_must_pass: bool = "VAERN_MAIL_MUST_PASS", default "no";
        /// E-mails that one employee may send in a day before HR looks.
        mail_daily: Whole<0, 1_000_000> = "VAERN_MAIL_DAILY", default "20";
    }
    "Guide" {
        /// Whether the published guide is open to everybody at /public/guide, without signing in.
        public_guide: bool = "VAERN_PUBLIC_GUIDE", default "no";
    }
}
