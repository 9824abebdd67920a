//! An operator sets up a server, and gets it wrong.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn load(flags: &Flags, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(flags, |name| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

/// Flags with a data directory that holds this file.
fn with_file(text: &str) -> (tempfile::TempDir, Flags) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE_NAME), text).unwrap();
    let flags = Flags { data_dir: Some(dir.path().display().to_string()), ..Flags::default() };
    (dir, flags)
}

#[test]
fn with_nothing_said_the_usual_holds() {
    let config = load(&Flags::default(), &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8480");
    assert_eq!(config.database, Target::SqliteDir("ploughshare-data".into()));
    assert_eq!((config.lease_days, config.token_minutes, config.log_format), (30, 15, LogFormat::Text));
    assert_eq!(config.public_url, None);
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let (dir, mut flags) = with_file("listen = \"0.0.0.0:1\"\nlease_days = 10\ntoken_minutes = 11\nzstd_level = 9\n");
    let env = [("PLOUGHSHARE_LISTEN", "0.0.0.0:2"), ("PLOUGHSHARE_LEASE_DAYS", "20"), ("PLOUGHSHARE_LOG_FILTER", "")];
    flags.listen = Some("0.0.0.0:3".to_owned());
    flags.set = vec!["zstd_level=12".to_owned()];
    let config = load(&flags, &env).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!((config.lease_days, config.token_minutes, config.zstd_level), (20, 11, 12));
    assert_eq!(config.database, Target::SqliteDir(dir.path().to_owned()));
    assert_eq!(config.log_filter, "info");
    flags.listen = None;
    assert_eq!(load(&flags, &env).unwrap().listen.port(), 2);
    assert_eq!(load(&flags, &[]).unwrap().listen.port(), 1);
}

#[test]
fn a_named_file_is_read_instead_and_must_exist() {
    let (dir, mut flags) = with_file("lease_days = 10");
    let other = dir.path().join("other.toml");
    flags.config = Some(other.clone());
    assert_eq!(load(&flags, &[]).unwrap_err().code(), "config.unreadable");
    std::fs::write(&other, "lease_days = 77\nbytes_per_minute = 1_000_000_000").unwrap();
    let config = load(&flags, &[]).unwrap();
    assert_eq!((config.lease_days, config.bytes_per_minute), (77, 1_000_000_000));
}

#[test]
fn an_error_says_where_the_bad_value_stands_and_what_would_be_right() {
    let says = |flags: &Flags, env: &[(&str, &str)]| load(flags, env).unwrap_err().to_string();
    assert_eq!(
        says(&Flags::default(), &[("PLOUGHSHARE_LISTEN", "here")]),
        "PLOUGHSHARE_LISTEN=here: not an address; use ADDRESS:PORT such as 127.0.0.1:8480"
    );
    let flags = Flags { log_format: Some("xml".to_owned()), ..Flags::default() };
    assert_eq!(says(&flags, &[]), "--log-format xml: not a format; use text or json");
    let flags = Flags { set: vec!["lease_days=3".to_owned()], ..Flags::default() };
    assert_eq!(says(&flags, &[]), "--set lease_days=3: not between 7 and 90; use 7 to 90 days");
    let (dir, flags) = with_file("token_minutes = true");
    assert_eq!(
        says(&flags, &[]),
        format!(
            "{}: token_minutes = true: not a whole number; use 1 to 1440 minutes",
            dir.path().join(FILE_NAME).display()
        )
    );
}

#[test]
fn a_setting_that_does_not_exist_is_named_with_its_nearest() {
    let (_dir, flags) = with_file("lease_day = 8");
    let error = load(&flags, &[]).unwrap_err();
    assert_eq!(error.code(), "config.unknown_setting");
    assert!(error.to_string().ends_with("there is no setting `lease_day`; did you mean `lease_days`?"), "{error}");
    let flags = Flags { set: vec!["listen".to_owned()], ..Flags::default() };
    assert_eq!(load(&flags, &[]).unwrap_err().code(), "config.bad_set");
    let (_dir, flags) = with_file("listen = ");
    assert_eq!(load(&flags, &[]).unwrap_err().code(), "config.not_toml");
}

#[test]
fn a_password_in_an_address_is_never_shown() {
    let env = [("PLOUGHSHARE_DATABASE_URL", "postgres://me:hunter2@db/register?schema=BAD")];
    let error = load(&Flags::default(), &env).unwrap_err().to_string();
    assert!(error.starts_with("PLOUGHSHARE_DATABASE_URL=…: "), "{error}");
    assert!(!error.contains("hunter2"));
    let env = [("PLOUGHSHARE_DATABASE_URL", "postgres://me:hunter2@db/register?schema=east")];
    let config = load(&Flags::default(), &env).unwrap();
    assert!(matches!(&config.database, Target::PostgresUrl { schema: Some(name), .. } if name == "east"));
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn every_value_has_its_bounds() {
    for (name, value) in [
        ("data_dir", ""),
        ("database_url", "/tmp/x"),
        ("database_url", "mysql://h/db"),
        ("listen", "8480"),
        ("public_url", "register.example"),
        ("public_url", "https://"),
        ("log_filter", "a=b=c"),
        ("token_minutes", "0"),
        ("lease_days", "91"),
        ("durability_note", "two\nlines"),
        ("requests_per_minute", "-1"),
        ("bytes_per_minute", "100"),
        ("evidence_bytes_per_device", "1e9"),
        ("zstd_level", "20"),
        ("shutdown_seconds", "601"),
    ] {
        let flags = Flags { set: vec![format!("{name}={value}")], ..Flags::default() };
        let found = load(&flags, &[]);
        assert_eq!(found.unwrap_err().code(), "config.bad_value", "{name}={value}");
    }
}

#[test]
fn every_setting_can_be_given_in_the_environment_under_its_own_name() {
    for setting in SETTINGS {
        assert_eq!(setting.env, format!("PLOUGHSHARE_{}", setting.name.to_uppercase()));
    }
    let flags = Flags { set: vec!["public_url=https://r.example/".to_owned()], ..Flags::default() };
    assert_eq!(load(&flags, &[]).unwrap().public_url.as_deref(), Some("https://r.example"));
}
