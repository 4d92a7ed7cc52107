//! Where settings come from: the command line, the environment, files with one secret each, and the file of settings.
//! The only place that reads the environment.

use super::faults::{Faults, nearest};
use super::table::{SETTINGS, Setting};
use super::values::Value;
use super::{InForce, Source};
use domain::language::Language;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The file of settings that the package brings.
pub const PACKAGED: &str = "/etc/vaern/vaern.toml";
/// The file of settings in a data folder.
const IN_FOLDER: &str = "vaern.toml";
/// Names the file of settings.
pub const CONFIG: &str = "VAERN_CONFIG";
const PREFIX: &str = "VAERN_";
/// A file with one secret is short; reading stops here, whatever lies there.
const SECRET_LIMIT: u64 = 64 * 1024;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub config: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub listen: Option<String>,
}

/// What surrounds the program. A parameter, so that tests have their own.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub flags: Flags,
    pub environment: BTreeMap<OsString, OsString>,
    /// The package's file, [`PACKAGED`]; none in tests.
    pub packaged: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub fn here(flags: Flags) -> Self {
        Self {
            flags,
            environment: std::env::vars_os().collect(),
            packaged: Some(PACKAGED.into()),
        }
    }

    /// The language of messages: English unless the environment says Danish.
    pub fn language(&self) -> Language {
        let said = self.environment.get(&OsString::from("LC_ALL"));
        let said = said.or_else(|| self.environment.get(&OsString::from("LANG")));
        if said.is_some_and(|said| said.to_string_lossy().starts_with("da")) {
            Language::Da
        } else {
            Language::En
        }
    }

    /// A variable that says something.
    fn variable(&self, name: &str) -> Option<&OsString> {
        let said = self.environment.get(&OsString::from(name));
        said.filter(|value| !value.is_empty())
    }

    /// The file of settings: the named one, which must be there; otherwise the data folder's, otherwise the package's if it
    /// names this data folder or no other was named.
    fn file(&self) -> Result<Option<File>, Faults> {
        let named = self.flags.config.clone();
        let named = named.or_else(|| self.variable(CONFIG).map(PathBuf::from));
        if let Some(path) = named {
            return match File::read(&path)? {
                Some(file) => Ok(Some(file)),
                None => Err(Faults::of(format!("{CONFIG}: {} is not there", path.display()))),
            };
        }
        let data = self.flags.data.clone();
        let data = data.or_else(|| self.variable("VAERN_DATA").map(PathBuf::from));
        let folder = data.clone().unwrap_or_else(|| "data".into());
        if let Some(file) = File::read(&folder.join(IN_FOLDER))? {
            return Ok(Some(file));
        }
        let packaged = match &self.packaged {
            // Who may not read it is not who the package is run by.
            Some(path) if std::fs::File::open(path).is_ok() => File::read(path)?,
            _ => None,
        };
        Ok(packaged.filter(|file| {
            data.is_none_or(|data| {
                let own = file.values.get("data");
                own.is_some_and(|own| Path::new(own) == data)
            })
        }))
    }
}

/// A file of settings.
struct File {
    path: PathBuf,
    values: BTreeMap<String, String>,
    /// Everybody on the machine may read it.
    is_open: bool,
}

impl File {
    fn read(path: &Path) -> Result<Option<Self>, Faults> {
        let faulty = |what: &dyn std::fmt::Display| Faults::of(format!("{}: {what}", path.display()));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(faulty(&error)),
        };
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| faulty(&error))?;
        let mut faults = Faults::default();
        let mut values = BTreeMap::new();
        for (key, value) in table {
            match plain(value) {
                Some(value) => drop(values.insert(key, value)),
                None => faults.add(format!(
                    "{}: {key}: it must be a text, a number, or true or false",
                    path.display()
                )),
            }
        }
        faults.none()?;
        Ok(Some(Self {
            is_open: is_open_to_everybody(path).map_err(|error| faulty(&error))?,
            path: path.to_owned(),
            values,
        }))
    }
}

fn plain(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(is_so) => Some(is_so.to_string()),
        // A time of day may be written without quotation marks.
        toml::Value::Datetime(time) => Some(time.to_string()),
        _ => None,
    }
}

fn is_open_to_everybody(path: &Path) -> std::io::Result<bool> {
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o004 != 0)
}

/// What was set, and by what.
pub struct Values(BTreeMap<&'static str, (String, Source)>);

impl Values {
    /// Everything that is set, the command line before the environment, the environment before files.
    pub(super) fn collect(surroundings: &Surroundings) -> Result<Self, Faults> {
        let file = surroundings.file()?;
        let mut faults = unknown_variables(surroundings);
        if let Some(file) = &file {
            unknown_keys(file, &mut faults);
        }
        let mut values = BTreeMap::new();
        for setting in SETTINGS {
            match find(setting, surroundings, file.as_ref()) {
                Ok(Some(found)) => drop(values.insert(setting.name, found)),
                Ok(None) => {}
                Err(fault) => faults.add(fault),
            }
        }
        faults.none()?;
        Ok(Self(values))
    }

    /// A setting's value.
    pub(super) fn get<T: Value>(&self, name: &'static str, faults: &mut Faults) -> Option<T> {
        let default = || SETTINGS.iter().find(|setting| setting.name == name)?.default;
        let (text, source) = match self.0.get(name) {
            Some((text, source)) => (text.as_str(), source),
            None => match default() {
                Some(text) => (text, &Source::Default),
                None => return T::absent(),
            },
        };
        let parsed = if text.contains('\0') {
            Err(String::new())
        } else {
            T::parse(text)
        };
        match parsed {
            Ok(value) => Some(value),
            Err(why) => {
                let said = if T::SECRET {
                    String::new()
                } else {
                    format!(" is \"{text}\"")
                };
                let why = if why.is_empty() { why } else { format!(" ({why})") };
                faults.add(format!("{name}{said}{why}: it must be {} [{source}]", T::kind()));
                None
            }
        }
    }

    /// Every setting as it is in force.
    pub(super) fn in_force(self) -> Vec<InForce> {
        let mut values = self.0;
        let in_force = |setting: &'static Setting| {
            let (text, source) = match values.remove(setting.name) {
                Some((text, source)) => (Some(text), source),
                None => (setting.default.map(str::to_owned), Source::Default),
            };
            InForce {
                setting,
                value: text.map(|text| (setting.shown)(&text)),
                source,
            }
        };
        SETTINGS.iter().map(in_force).collect()
    }
}

fn find(
    setting: &'static Setting,
    surroundings: &Surroundings,
    file: Option<&File>,
) -> Result<Option<(String, Source)>, String> {
    let flags = &surroundings.flags;
    let flag = match setting.name {
        "VAERN_DATA" => flags.data.as_ref().map(|data| data.display().to_string()),
        "VAERN_LISTEN" => flags.listen.clone(),
        _ => None,
    };
    if let Some(text) = flag {
        return Ok(Some((text, Source::CommandLine)));
    }
    let own_file = format!("{}_FILE", setting.name);
    let named = surroundings.variable(&own_file).filter(|_| setting.is_secret);
    if let Some(value) = surroundings.variable(setting.name) {
        if named.is_some() {
            return Err(format!(
                "{own_file} and {} are both set: one is enough",
                setting.name
            ));
        }
        let text = value.to_str().map(str::to_owned);
        let text = text.ok_or_else(|| format!("{} is not UTF-8", setting.name))?;
        return Ok(Some((text, Source::Environment)));
    }
    if let Some(path) = named {
        return secret(Path::new(path), &own_file).map(Some);
    }
    if let Some(found) = credential(setting, surroundings)? {
        return Ok(Some(found));
    }
    file.map_or(Ok(None), |file| in_file(setting, file))
}

/// systemd's credential of the setting's key: `smtp_login` of `LoadCredential=smtp_login:FILE`, or `vaern_smtp_login` of
/// `LoadCredential=vaern:FOLDER`, which is how systemd names the files of a folder (systemd.exec(5)).
fn credential(setting: &Setting, surroundings: &Surroundings) -> Result<Option<(String, Source)>, String> {
    let Some(folder) = surroundings.variable("CREDENTIALS_DIRECTORY") else {
        return Ok(None);
    };
    let names = [setting.key(), format!("vaern_{}", setting.key())];
    let mut paths = names.iter().map(|name| Path::new(folder).join(name));
    match paths.find(|path| setting.is_secret && path.exists()) {
        Some(path) => secret(&path, setting.name).map(Some),
        None => Ok(None),
    }
}

fn in_file(setting: &Setting, file: &File) -> Result<Option<(String, Source)>, String> {
    let key = setting.key();
    let own_file = format!("{key}_file");
    let named = file.values.get(&own_file).filter(|_| setting.is_secret);
    let place = file.path.display();
    let value = file.values.get(&key).filter(|value| !value.is_empty());
    match (value, named) {
        (Some(_), Some(_)) => Err(format!(
            "{place}: {own_file} and {key} are both set: one is enough"
        )),
        (Some(_), None) if setting.is_secret && file.is_open => Err(format!(
            "{key} is in {place}, which everybody on this machine can read: chmod 640 {place}, or give it as {own_file}"
        )),
        (Some(value), None) => Ok(Some((value.clone(), Source::File(file.path.clone())))),
        (None, Some(path)) => secret(Path::new(path), &own_file).map(Some),
        (None, None) => Ok(None),
    }
}

/// A secret from a file of its own, without the newline at its end.
fn secret(path: &Path, name: &str) -> Result<(String, Source), String> {
    use std::io::Read as _;
    let faulty = |what: &dyn std::fmt::Display| format!("{name}: {}: {what}", path.display());
    if is_open_to_everybody(path).map_err(|error| faulty(&error))? {
        return Err(faulty(&format_args!(
            "everybody on this machine can read it: chmod 600 {}",
            path.display()
        )));
    }
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(SECRET_LIMIT).read_to_string(&mut text))
        .map_err(|error| faulty(&error))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(faulty(&"it is empty"));
    }
    Ok((text.to_owned(), Source::File(path.to_owned())))
}

/// Every name that may be set in the environment.
fn variables() -> Vec<String> {
    let mut names: Vec<String> = SETTINGS.iter().map(|setting| setting.name.to_owned()).collect();
    let secrets = SETTINGS.iter().filter(|setting| setting.is_secret);
    names.extend(secrets.map(|setting| format!("{}_FILE", setting.name)));
    names.push(CONFIG.to_owned());
    names
}

fn unknown_variables(surroundings: &Surroundings) -> Faults {
    let known = variables();
    let mut faults = Faults::default();
    for name in surroundings.environment.keys() {
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && !known.iter().any(|known| *known == name) {
            let meant = nearest(&name, known.iter().map(String::as_str)).unwrap_or_default();
            faults.add(format!("{name} is no setting: did you mean {meant}?"));
        }
    }
    faults
}

fn unknown_keys(file: &File, faults: &mut Faults) {
    let known: Vec<String> = variables()
        .iter()
        .filter(|name| *name != CONFIG)
        .map(|name| name.trim_start_matches(PREFIX).to_lowercase())
        .collect();
    for key in file.values.keys().filter(|key| !known.contains(key)) {
        let bare = key.to_lowercase();
        let bare = bare.trim_start_matches("vaern_");
        let meant = nearest(bare, known.iter().map(String::as_str)).unwrap_or_default();
        faults.add(format!(
            "{}: {key} is no setting: did you mean {meant}?",
            file.path.display()
        ));
    }
}
