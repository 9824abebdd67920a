//! How a server is set up: flags over environment over file over what is usual.
//!
//! ```text
//! --listen ADDR   >   PLOUGHSHARE_LISTEN   >   listen = "ADDR" in ploughshare.toml   >   127.0.0.1:8480
//! ```
//!
//! The file is the one named by `--config`, else `ploughshare.toml` in the data directory, if there is one. A bad value is
//! an error that names where it came from and what would be right.

mod settings;
#[cfg(test)]
mod stories;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use self::settings::{SETTINGS, Setting};
use crate::store::Target;

/// The name of the file looked for in the data directory.
pub const FILE_NAME: &str = "ploughshare.toml";

/// Flags that any command of the server understands. All are texts here, so that each source is read the same way.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// Settings file [default: ploughshare.toml in the data directory].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Directory for the SQLite databases, keys and media [default: ploughshare-data].
    #[arg(long, visible_alias = "data", global = true, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// postgres://… to keep the register in PostgreSQL [default: SQLite in the data directory].
    #[arg(long, visible_alias = "database", global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Address to listen on [default: 127.0.0.1:8480].
    #[arg(long, global = true, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Address under which people reach this server, for links it prints.
    #[arg(long, global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// `text` or `json`.
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// What to log, for example `info,ploughshare_server=debug`.
    #[arg(long, global = true, value_name = "FILTER")]
    pub log_filter: Option<String>,
    /// Any other setting, as it would stand in the file; may be given several times.
    #[arg(long = "set", global = true, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}

/// A server's settings, all valid.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// Keys, media and, on SQLite, the databases.
    pub data_dir: PathBuf,
    /// Where the databases are.
    pub database: Target,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address under which people reach this server, without a slash at the end.
    pub public_url: Option<String>,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// What is logged.
    pub log_filter: String,
    /// Minutes an access token is good for.
    pub token_minutes: u32,
    /// Days a device may work without meeting the server.
    pub lease_days: u32,
    /// What a receipt promises about the disks behind it, in the operator's words.
    pub durability_note: String,
    /// Requests a device may make in a minute.
    pub requests_per_minute: u32,
    /// Bytes a device may send in a minute.
    pub bytes_per_minute: u64,
    /// Bytes of refused segments kept as evidence for each device; beyond it only hash and reason.
    pub evidence_bytes_per_device: u64,
    /// File with the secrets for records of people; beside the register's key unless named.
    pub person_key_file: Option<PathBuf>,
    /// Records of people that a device may bring.
    pub persons_per_device: u32,
    /// Days after which a record of a person is due for erasure.
    pub person_retention_days: Option<u32>,
    /// zstd level for what the server sends.
    pub zstd_level: i32,
    /// Seconds that requests have to finish when the server stops.
    pub shutdown_seconds: u32,
}

/// Addresses of databases may hold passwords, so they are left out.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database = if matches!(self.database, Target::SqliteDir(_)) { "SQLite" } else { "PostgreSQL" };
        f.debug_struct("Config")
            .field("data_dir", &self.data_dir)
            .field("database", &database)
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .field("log_filter", &self.log_filter)
            .finish_non_exhaustive()
    }
}

/// Why a server's settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value is not what its setting needs.
    #[error("{source_of_value}: {problem}; {advice}")]
    BadValue {
        /// Where it came from, with the value unless that may be secret.
        source_of_value: String,
        /// What is wrong.
        problem: String,
        /// What would be right.
        advice: &'static str,
    },
    /// The file, or a `--set`, names a setting that does not exist.
    #[error("{place}: there is no setting `{name}`; did you mean `{nearest}`?")]
    UnknownSetting {
        /// Where it stands.
        place: String,
        /// As written.
        name: String,
        /// The most alike that exists.
        nearest: &'static str,
    },
    /// The file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{path}: {problem}", path = path.display())]
    NotToml {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        problem: String,
    },
    /// A `--set` is not NAME=VALUE.
    #[error("--set {given}: write it as NAME=VALUE")]
    BadSet {
        /// As given.
        given: String,
    },
}

impl ConfigError {
    /// The stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadValue { .. } => "config.bad_value",
            Self::UnknownSetting { .. } => "config.unknown_setting",
            Self::Unreadable { .. } => "config.unreadable",
            Self::NotToml { .. } => "config.not_toml",
            Self::BadSet { .. } => "config.bad_set",
        }
    }
}

/// Where a value came from.
#[derive(Debug, Clone)]
enum Source {
    Flag(&'static str),
    Set,
    Environment,
    File(PathBuf),
    Default,
}

/// A setting's value as text, and where it came from.
#[derive(Debug, Clone)]
struct Given {
    setting: &'static Setting,
    text: String,
    source: Source,
}

impl Given {
    fn bad(&self, problem: impl fmt::Display) -> ConfigError {
        let Setting { name, env, advice, .. } = self.setting;
        let value = if self.setting.secret { "…" } else { &self.text };
        let source_of_value = match &self.source {
            Source::Flag(flag) => format!("{flag} {value}"),
            Source::Set => format!("--set {name}={value}"),
            Source::Environment => format!("{env}={value}"),
            Source::File(path) => format!("{}: {name} = {value}", path.display()),
            Source::Default => format!("{name} (default {value})"),
        };
        ConfigError::BadValue { source_of_value, problem: problem.to_string(), advice }
    }

    fn number<T>(&self, range: std::ops::RangeInclusive<T>) -> Result<T, ConfigError>
    where
        T: std::str::FromStr + PartialOrd + fmt::Display,
    {
        let number: T = self.text.replace('_', "").parse().map_err(|_| self.bad("not a whole number"))?;
        if range.contains(&number) {
            Ok(number)
        } else {
            Err(self.bad(format_args!("not between {} and {}", range.start(), range.end())))
        }
    }
}

impl Config {
    /// Puts the settings together. `env` reads the environment.
    pub fn load(flags: &Flags, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut over = BTreeMap::new();
        for setting in SETTINGS {
            if let Some(text) = env(setting.env).filter(|text| !text.is_empty()) {
                over.insert(setting.name, Given { setting, text, source: Source::Environment });
            }
        }
        over.extend(from_flags(flags)?);
        let file = flags.config.clone().or_else(|| {
            let dir = over.get("data_dir").map_or(settings::DATA_DIR.default, |given: &Given| given.text.as_str());
            Some(Path::new(dir).join(FILE_NAME)).filter(|path| path.exists())
        });
        let mut given: BTreeMap<&str, Given> = SETTINGS
            .iter()
            .map(|setting| {
                let text = setting.default.to_owned();
                (setting.name, Given { setting, text, source: Source::Default })
            })
            .collect();
        if let Some(path) = file {
            given.extend(from_file(&path)?);
        }
        given.extend(over);
        settings::read(&given)
    }
}

fn from_flags(flags: &Flags) -> Result<BTreeMap<&'static str, Given>, ConfigError> {
    let mut given = BTreeMap::new();
    for text in &flags.set {
        let (name, value) = text.split_once('=').ok_or_else(|| ConfigError::BadSet { given: text.clone() })?;
        let setting = settings::named(name.trim(), "--set")?;
        given.insert(setting.name, Given { setting, text: value.trim().to_owned(), source: Source::Set });
    }
    let named = [
        ("--data-dir", &flags.data_dir),
        ("--database-url", &flags.database_url),
        ("--listen", &flags.listen),
        ("--public-url", &flags.public_url),
        ("--log-format", &flags.log_format),
        ("--log-filter", &flags.log_filter),
    ];
    for (flag, value) in named {
        if let Some(text) = value {
            let setting = settings::named(&flag.trim_start_matches('-').replace('-', "_"), flag)?;
            given.insert(setting.name, Given { setting, text: text.clone(), source: Source::Flag(flag) });
        }
    }
    Ok(given)
}

fn from_file(path: &Path) -> Result<BTreeMap<&'static str, Given>, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| ConfigError::NotToml { path: path.to_owned(), problem: error.to_string() })?;
    let mut given = BTreeMap::new();
    for (name, value) in table {
        let setting = settings::named(&name, &path.display().to_string())?;
        let text = match value {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        given.insert(setting.name, Given { setting, text, source: Source::File(path.to_owned()) });
    }
    Ok(given)
}
