//! What people read of the settings: what can be set, and what is in force.

use super::sources::CONFIG;
use super::table::SETTINGS;
use super::{Config, InForce};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

const HEAD: &str = "# Settings

Made by `make configuration` from the table in `crates/server/src/config/table.rs`; a test fails when it is stale.

Each setting has a name in the environment and a key in a file of settings, `NAME` without `VAERN_` in small letters:
`VAERN_IMAP_EVERY=5min` in the environment is `imap_every = \"5min\"` in the file. The command line (`--data`, `--listen`) wins over the
environment, the environment over the file. An empty value is none.

The file is the one that `--config FILE` or `VAERN_CONFIG` names; otherwise `vaern.toml` in the data folder; otherwise
`/etc/vaern/vaern.toml`, if its `data` is the data folder or no data folder was named.

What is wrong is refused by its name before anything is done, all of it at once; an unknown name too, with the right one. `vaern config
show` prints what is in force and what said it, `vaern check` looks whether it works.

**Secrets** (marked so) need not stand in the environment or in that file: `NAME_FILE` (`key_file`) names a file with the secret alone,
and systemd's `LoadCredential=key:…` is found by itself. A file with a secret that everybody on the machine can read is refused.
";

/// `docs/configuration.md`.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    let mut section = "";
    for setting in SETTINGS {
        if setting.section != section {
            section = setting.section;
            let _ = write!(
                page,
                "\n## {section}\n\n| name | what it is | what it may be | without it |\n|---|---|---|---|\n"
            );
        }
        let secret = if setting.is_secret { "**Secret.** " } else { "" };
        let default = setting
            .default
            .map_or("none".to_owned(), |text| format!("`{text}`"));
        let _ = writeln!(
            page,
            "| `{}` | {secret}{} | {} | {default} |",
            setting.name,
            setting.about.trim(),
            (setting.kind)(),
        );
    }
    let _ = write!(
        page,
        "\n## Beside these\n\n`{CONFIG}` names the file of settings. `procedure.toml` in the data folder is the municipality's own procedure \
         (begin with `examples/procedure.toml`, and give every change a new version). `LC_ALL` or `LANG` beginning with `da` make the commands speak \
         Danish. `SSL_CERT_FILE` names other root certificates than the machine's.\n"
    );
    page
}

impl Config {
    /// What is in force, a line each.
    pub fn show(&self) -> String {
        let widest = SETTINGS.iter().map(|setting| setting.name.len()).max();
        let width = widest.unwrap_or_default();
        let mut page = String::new();
        for InForce {
            setting,
            value,
            source,
        } in &self.in_force
        {
            let value = value.as_deref().unwrap_or("-");
            let _ = writeln!(page, "{:<width$}  {value}  [{source}]", setting.name);
        }
        let _ = writeln!(page, "{:<width$}  {}", "digest", self.digest());
        page
    }

    /// 16 hexadecimal digits that are the same for two nodes that are set alike. What may differ from node to node has no part
    /// in it, and of a secret only whether it is set: a digest of a short one could be guessed.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for InForce { setting, value, .. } in self.in_force.iter().filter(|one| !one.setting.is_local) {
            let value = value.as_deref().unwrap_or_default();
            hash.update(format!("{}={value}\n", setting.name));
        }
        hex::encode(&hash.finalize()[..8])
    }
}
