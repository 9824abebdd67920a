//! The command line. Every command opens the store itself, so it works beside a running server. What it found goes to standard output
//! (`--json`: as JSON), what is on the way to standard error. 0: done; 1: not done, or something is not as it should be; 2: misunderstood.

mod answer;
mod certificate;
#[cfg(feature = "demo")]
mod demo;
mod device;
mod duplicates;
mod export;
mod failure;
mod findings;
mod marks;
mod models;
mod moment;
mod officer;
mod operation;
mod person;
mod rebuild;
mod roles;
mod rulings;
mod serve;
mod ticket;
mod transfer;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::app::{App, Settings};
use crate::config::{Config, Flags, LogFormat};

pub use self::answer::Answer;
pub use self::failure::Failure;

#[derive(Debug, Parser)]
#[command(name = "ploughshare", version, about = "The national register of collected and destroyed small arms")]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    /// Answer as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the register.
    Serve,
    /// Three tablets, fictional weapons, the whole path: see it work.
    #[cfg(feature = "demo")]
    Demo(demo::Args),
    /// Make a one-use ticket by which a tablet enrols.
    Ticket(ticket::Args),
    /// Operations: the bounded efforts in which work is shared.
    #[command(subcommand)]
    Operation(operation::Command),
    /// Officers, their roles and passphrases.
    #[command(subcommand)]
    Officer(officer::Command),
    /// Who may say what, and which duties are separated.
    Roles,
    /// Pairs of items that may be one.
    #[command(subcommand)]
    Duplicates(duplicates::Command),
    /// What the rules noticed.
    #[command(subcommand)]
    Findings(findings::Command),
    /// The rules themselves: explained, switched, tuned.
    #[command(subcommand)]
    Rules(rulings::Rules),
    /// What the programme rules for an operation.
    #[command(subcommand)]
    Policy(rulings::Policies),
    /// Sites.
    #[command(subcommand)]
    Site(rulings::Sites),
    /// Transfer items to another operation.
    Transfer(transfer::Args),
    /// Series of numbers for unique marks.
    #[command(subcommand)]
    Marks(marks::Command),
    /// Enrolled devices.
    #[command(subcommand)]
    Device(device::Command),
    /// The table of models, and a programme's own.
    #[command(subcommand)]
    Models(models::Command),
    /// Sealed records of people who handed something in: read for a purpose, erase, what is due.
    #[command(subcommand)]
    Person(person::Command),
    /// Make the register again from what was said; with --check only compare.
    Rebuild(rebuild::Args),
    /// Check logs, segments and rights, from the database or from an export file.
    Verify(verify::Args),
    /// Write a whole log to a file that anybody can check.
    ExportLog(export::Args),
    /// Certificates of destruction: what stands in the way, issuing, writing.
    #[command(subcommand)]
    Certificate(certificate::Command),
    /// Check a certificate, as PDF or proof, with nothing but the file and the register's public key.
    VerifyCertificate(certificate::Check),
    /// Print the description of the HTTP interface.
    Openapi,
}

/// Runs one command line.
pub async fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, with code 0.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let json = cli.json;
    match dispatch(cli).await {
        Ok(answer) => answer.print(json),
        Err(failure) => failure.print(json),
    }
}

async fn dispatch(cli: Cli) -> Result<Answer, Failure> {
    let config = Config::load(&cli.flags, |name| std::env::var(name).ok())?;
    start_log(&config);
    match cli.command {
        Command::Serve => serve::run(config, cli.json).await,
        #[cfg(feature = "demo")]
        Command::Demo(args) => demo::run(config.listen, args, cli.json).await,
        Command::Ticket(args) => ticket::run(&*open(&config).await?, args).await,
        Command::Operation(command) => operation::run(&*open(&config).await?, command).await,
        Command::Officer(command) => officer::run(&*open(&config).await?, command).await,
        Command::Duplicates(command) => duplicates::run(&*open(&config).await?, command).await,
        Command::Findings(command) => findings::run(&*open(&config).await?, command).await,
        Command::Rules(command) => rulings::rules(&*open(&config).await?, command).await,
        Command::Policy(command) => rulings::policies(&*open(&config).await?, command).await,
        Command::Site(command) => rulings::sites(&*open(&config).await?, command).await,
        Command::Transfer(args) => transfer::run(&*open(&config).await?, args).await,
        Command::Marks(command) => marks::run(&*open(&config).await?, command).await,
        Command::Device(command) => device::run(&*open(&config).await?, command).await,
        Command::Models(command) => models::run(&*open(&config).await?, command).await,
        Command::Person(command) => person::run(&open(&config).await?, command).await,
        Command::Rebuild(args) => rebuild::run(&*open(&config).await?, args).await,
        Command::Verify(args) => verify::run(&config, args).await,
        Command::ExportLog(args) => export::run(&*open(&config).await?, args).await,
        Command::Certificate(command) => certificate::run(&*open(&config).await?, command).await,
        Command::VerifyCertificate(args) => certificate::check(&config, args).await,
        Command::Roles => Ok(roles::run()),
        Command::Openapi => Ok(Answer::raw(crate::http::openapi_document())),
    }
}

/// The settings of the server's parts.
pub(crate) fn settings(config: &Config) -> Settings {
    Settings {
        key_file: Some(config.data_dir.join("keys").join("register.key")),
        person_key_file: config.person_key_file.clone(),
        persons_per_device: config.persons_per_device,
        person_retention_days: config.person_retention_days,
        token_minutes: config.token_minutes,
        lease_days: config.lease_days,
        evidence_quota_bytes: config.evidence_bytes_per_device,
        requests_per_minute: config.requests_per_minute,
        bytes_per_minute: config.bytes_per_minute,
        ..Settings::new(config.database.clone())
    }
}

/// Opens the store, making it where there is none.
pub(crate) async fn open(config: &Config) -> Result<Arc<App>, Failure> {
    Ok(App::open(settings(config)).await?)
}

fn start_log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(&config.log_filter);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process keeps the first log.
    match config.log_format {
        LogFormat::Text => drop(log.with_target(false).try_init()),
        LogFormat::Json => drop(log.json().try_init()),
    }
}

/// A bar on standard error, where that is a terminal.
pub(crate) fn bar(what: &'static str) -> indicatif::ProgressBar {
    let style = indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
    let bar = indicatif::ProgressBar::new(0).with_message(what);
    if let Ok(style) = style { bar.with_style(style) } else { bar }
}

pub(crate) fn follow(bar: &indicatif::ProgressBar) -> impl FnMut(u64, u64) + Send {
    let bar = bar.clone();
    move |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    }
}
