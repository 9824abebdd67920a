//! The table of settings, and how each is read from its text.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Config, ConfigError, Given, LogFormat};
use crate::store::{StoreError, Target};

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file and after `--set`.
    pub name: &'static str,
    /// Its name in the environment.
    pub env: &'static str,
    /// What is usual. Empty: nothing.
    pub default: &'static str,
    /// What a right value is.
    pub advice: &'static str,
    /// Whether a value may hold a secret and is never shown.
    pub secret: bool,
}

macro_rules! settings {
    ($($id:ident $name:literal $env:literal $default:literal $secret:literal $advice:literal;)+) => {
        $(pub(super) static $id: Setting =
            Setting { name: $name, env: $env, default: $default, advice: $advice, secret: $secret };)+
        /// All settings.
        pub static SETTINGS: &[&Setting] = &[$(&$id),+];
    };
}

settings! {
    DATA_DIR "data_dir" "PLOUGHSHARE_DATA_DIR" "ploughshare-data" false
        "name a directory that the server may create and write";
    DATABASE_URL "database_url" "PLOUGHSHARE_DATABASE_URL" "" true
        "use postgres://USER@HOST/DATABASE, or leave it out for SQLite in the data directory";
    LISTEN "listen" "PLOUGHSHARE_LISTEN" "127.0.0.1:8480" false
        "use ADDRESS:PORT such as 127.0.0.1:8480";
    PUBLIC_URL "public_url" "PLOUGHSHARE_PUBLIC_URL" "" false
        "use https://HOST";
    LOG_FORMAT "log_format" "PLOUGHSHARE_LOG_FORMAT" "text" false
        "use text or json";
    LOG_FILTER "log_filter" "PLOUGHSHARE_LOG_FILTER" "info" false
        "use a level such as info, or TARGET=LEVEL pairs joined by commas";
    TOKEN_MINUTES "token_minutes" "PLOUGHSHARE_TOKEN_MINUTES" "15" false
        "use 1 to 1440 minutes";
    LEASE_DAYS "lease_days" "PLOUGHSHARE_LEASE_DAYS" "30" false
        "use 7 to 90 days";
    DURABILITY_NOTE "durability_note" "PLOUGHSHARE_DURABILITY_NOTE" "flushed to the disk of one server" false
        "say in at most 200 characters what stands behind a receipt";
    REQUESTS_PER_MINUTE "requests_per_minute" "PLOUGHSHARE_REQUESTS_PER_MINUTE" "600" false
        "use 1 to 100000 requests";
    BYTES_PER_MINUTE "bytes_per_minute" "PLOUGHSHARE_BYTES_PER_MINUTE" "67108864" false
        "use at least 8388608 bytes, two full exchanges";
    EVIDENCE_BYTES_PER_DEVICE "evidence_bytes_per_device" "PLOUGHSHARE_EVIDENCE_BYTES_PER_DEVICE" "4194304" false
        "use 0 to 1073741824 bytes";
    PERSON_KEY_FILE "person_key_file" "PLOUGHSHARE_PERSON_KEY_FILE" "" false
        "name a file that the server may read, the same on every server of one database";
    PERSONS_PER_DEVICE "persons_per_device" "PLOUGHSHARE_PERSONS_PER_DEVICE" "20000" false
        "use 0 to 10000000 records";
    PERSON_RETENTION_DAYS "person_retention_days" "PLOUGHSHARE_PERSON_RETENTION_DAYS" "" false
        "use 1 to 36500 days, or leave it out";
    ZSTD_LEVEL "zstd_level" "PLOUGHSHARE_ZSTD_LEVEL" "3" false
        "use 1 to 19";
    SHUTDOWN_SECONDS "shutdown_seconds" "PLOUGHSHARE_SHUTDOWN_SECONDS" "20" false
        "use 1 to 600 seconds";
}

/// The setting of this name.
pub(super) fn named(name: &str, place: &str) -> Result<&'static Setting, ConfigError> {
    if let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) {
        return Ok(setting);
    }
    let nearest = SETTINGS.iter().map(|setting| setting.name).max_by_key(|known| alike(name, known));
    Err(ConfigError::UnknownSetting {
        place: place.to_owned(),
        name: name.to_owned(),
        nearest: nearest.unwrap_or_default(),
    })
}

/// How many neighbouring pairs of letters two names share, less what sets them apart.
fn alike(left: &str, right: &str) -> i64 {
    let pairs =
        |text: &str| -> Vec<[u8; 2]> { text.as_bytes().windows(2).filter_map(|pair| pair.try_into().ok()).collect() };
    let (left, right) = (pairs(left), pairs(right));
    let shared = left.iter().filter(|pair| right.contains(pair)).count();
    3 * shared as i64 - left.len().abs_diff(right.len()) as i64
}

/// Reads every setting from its text.
pub(super) fn read(given: &BTreeMap<&str, Given>) -> Result<Config, ConfigError> {
    let at = |setting: &'static Setting| {
        given.get(setting.name).cloned().unwrap_or_else(|| Given {
            setting,
            text: setting.default.to_owned(),
            source: super::Source::Default,
        })
    };
    let data_dir = at(&DATA_DIR);
    if data_dir.text.is_empty() {
        return Err(data_dir.bad("empty"));
    }
    let data_dir = PathBuf::from(data_dir.text);
    let listen = at(&LISTEN);
    let note = at(&DURABILITY_NOTE);
    if note.text.chars().count() > 200 || note.text.chars().any(char::is_control) {
        return Err(note.bad("too long, or more than a line"));
    }
    let format = at(&LOG_FORMAT);
    let filter = at(&LOG_FILTER);
    if let Err(error) = filter.text.parse::<tracing_subscriber::EnvFilter>() {
        return Err(filter.bad(error));
    }
    Ok(Config {
        database: database(&at(&DATABASE_URL), &data_dir)?,
        data_dir,
        listen: listen.text.parse().map_err(|_| listen.bad("not an address"))?,
        public_url: public_url(&at(&PUBLIC_URL))?,
        log_format: match format.text.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => return Err(format.bad("not a format")),
        },
        log_filter: filter.text,
        token_minutes: at(&TOKEN_MINUTES).number(1..=1_440)?,
        lease_days: at(&LEASE_DAYS).number(7..=90)?,
        durability_note: note.text,
        requests_per_minute: at(&REQUESTS_PER_MINUTE).number(1..=100_000)?,
        bytes_per_minute: at(&BYTES_PER_MINUTE).number(8 * 1024 * 1024..=1 << 40)?,
        evidence_bytes_per_device: at(&EVIDENCE_BYTES_PER_DEVICE).number(0..=1 << 30)?,
        person_key_file: Some(at(&PERSON_KEY_FILE).text).filter(|text| !text.is_empty()).map(PathBuf::from),
        persons_per_device: at(&PERSONS_PER_DEVICE).number(0..=10_000_000)?,
        person_retention_days: Some(at(&PERSON_RETENTION_DAYS))
            .filter(|given| !given.text.is_empty())
            .map(|given| given.number(1..=36_500))
            .transpose()?,
        zstd_level: at(&ZSTD_LEVEL).number(1..=19)?,
        shutdown_seconds: at(&SHUTDOWN_SECONDS).number(1..=600)?,
    })
}

fn database(given: &Given, data_dir: &std::path::Path) -> Result<Target, ConfigError> {
    if given.text.is_empty() {
        return Ok(Target::SqliteDir(data_dir.to_owned()));
    }
    match Target::parse(&given.text) {
        Ok(Target::SqliteDir(_)) => Err(given.bad("not an address of a PostgreSQL database")),
        Ok(target) => Ok(target),
        Err(StoreError::Address(problem)) => Err(given.bad(problem)),
        Err(other) => Err(given.bad(other)),
    }
}

fn public_url(given: &Given) -> Result<Option<String>, ConfigError> {
    let text = given.text.trim_end_matches('/');
    if text.is_empty() {
        return Ok(None);
    }
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host)
            if !host.is_empty() && !host.contains(|letter: char| letter.is_whitespace() || "?#".contains(letter)) =>
        {
            Ok(Some(text.to_owned()))
        }
        _ => Err(given.bad("not an address of a web page")),
    }
}
