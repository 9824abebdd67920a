//! One file a command, or a few that belong together.

mod attest;
mod bundle;
mod count;
mod custody;
mod destruction;
mod handover;
mod import;
mod look;
mod marking;
mod models;
mod officer;
mod peer;
mod person;
mod photo;
#[cfg(feature = "paper")]
mod receipt;
mod record;
mod review;
#[cfg(feature = "paper")]
mod sheet;
mod show;
mod spot_check;
mod sync;
mod vocabulary;
mod work;

use std::io::Read as _;
use std::path::Path;

use mobile_ffi::{ErrorKind, NearlyFullView, OfficerSession, Tablet, TabletConfig, TabletError};

use crate::args::{Cli, Command, Speaker};
use crate::output::{Output, warn};
use crate::pin;

/// Runs a command.
pub fn run(cli: Cli, output: &Output) -> Result<(), TabletError> {
    let store = cli.store;
    let open = || existing(&store);
    match cli.command {
        Command::Enrol(args) => sync::enrol(&tablet(&store)?, &args, output),
        Command::Record(args) => record::record(&open()?, args, output),
        Command::Edit(args) => watched(&open()?, |tablet| record::edit(tablet, args, output)),
        Command::Resolve(args) => record::resolve(&open()?, &args, output),
        Command::Attest(args) => attest::attest(&open()?, args, output),
        Command::Review { document } => review::review(&open()?, &document, output),
        Command::Officer { command } => officer::officer(&open()?, command, output),
        Command::Show(args) => show::show(&open()?, args, output),
        Command::List(args) => look::list(&open()?, args, output),
        Command::Conflicts(args) => look::conflicts(&open()?, &args, output),
        Command::Findings(args) => look::findings(&open()?, &args, output),
        Command::Store(args) => custody::store(&open()?, args, output),
        Command::Move(args) => custody::move_items(&open()?, args, output),
        Command::Custody { item } => custody::custody(&open()?, &item, output),
        Command::Hold(args) => custody::hold(&open()?, args, output),
        Command::Split(args) => custody::split(&open()?, args, output),
        Command::Stock(args) => custody::stock(&open()?, &args, output),
        Command::Handover(command) => watched(&open()?, |tablet| handover::handover(tablet, command, output)),
        Command::Count(command) => watched(&open()?, |tablet| count::count(tablet, command, output)),
        Command::Incident(command) => count::incident(&open()?, command, output),
        Command::Marks(command) => marking::marks(&open()?, command, output),
        Command::MarkingSession(command) => watched(&open()?, |tablet| marking::session(tablet, command, output)),
        Command::Mark(args) => watched(&open()?, |tablet| marking::mark(tablet, args, output)),
        Command::Destruction(command) => watched(&open()?, |tablet| destruction::destruction(tablet, command, output)),
        Command::SpotCheck(command) => watched(&open()?, |tablet| spot_check::spot_check(tablet, command, output)),
        Command::Import(args) => import::import(&open()?, args, output),
        Command::Person(command) => person::run(&open()?, command, output),
        Command::Photo(command) => photo::run(&open()?, command, output),
        #[cfg(feature = "paper")]
        Command::Receipt(args) => receipt::receipt(&open()?, &args, output),
        Command::Bundle(command) => bundle::bundle(&open()?, command, output),
        Command::Peer(command) => peer::peer(&open()?, command, output),
        Command::Status => sync::status(&open()?, output),
        Command::Sync(args) => sync::sync(&store, &args, output),
        Command::Codes { list, find } => vocabulary::codes(list.as_deref(), find.as_deref(), output),
        Command::Models { words, show } => models::models(&store, &words, show, output),
        Command::Fields { kind } => vocabulary::fields(&kind, output),
    }
}

/// Does something that may be said of one document again and again, and warns where little more can be said of it.
fn watched(tablet: &Tablet, work: impl FnOnce(&Tablet) -> Result<(), TabletError>) -> Result<(), TabletError> {
    work(tablet)?;
    tablet.nearly_full()?.iter().for_each(|one| warn(&nearly_full(one)));
    Ok(())
}

/// A document of which little more can be said, in words.
fn nearly_full(one: &NearlyFullView) -> String {
    let NearlyFullView { document, said, most } = one;
    let short: String = document.chars().take(12).collect();
    format!("{said} of {most} statements that this tablet may make about {short} are made; finish it, and begin another for what is left")
}

fn tablet(store: &str) -> Result<Tablet, TabletError> {
    Tablet::open(TabletConfig::new(store))
}

/// Opens a store that is there; a mistyped folder must not become an empty tablet.
fn existing(store: &str) -> Result<Tablet, TabletError> {
    existing_as(TabletConfig::new(store))
}

/// The same, opened in another way than usual.
fn existing_as(config: TabletConfig) -> Result<Tablet, TabletError> {
    let store = config.dir.clone();
    if Path::new(&store).join("tablet.db").exists() {
        return Tablet::open(config);
    }
    Err(TabletError::new(
        ErrorKind::NotEnrolled,
        "store.missing",
        format!("there is no store in {store}"),
        "Nothing was saved. --store or FIELDKIT_STORE names the tablet's folder (the store that items lie in is --in); make one with `enrol`.",
    ))
}

/// Signs in the officer that somebody speaks as; they are signed out when what is given back is dropped.
fn sign_in(tablet: &Tablet, speaker: &Speaker) -> Result<Option<OfficerSession>, TabletError> {
    let Some(officer) = &speaker.officer else { return Ok(None) };
    tablet.sign_in(officer, &pin::known(officer, speaker.pin_stdin)?).map(Some)
}

/// The text of a file, or of standard input for `-`.
fn read(file: &str) -> Result<String, TabletError> {
    let text = if file == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    text.map_err(|error| {
        let message = format!("{file} cannot be read: {error}");
        TabletError::refused("file.unreadable", message, "Nothing was saved. Check the path; the text must be UTF-8.")
    })
}

/// JSON from text.
fn parse(text: &str) -> Result<serde_json::Value, TabletError> {
    serde_json::from_str(text).map_err(|error| {
        TabletError::refused("json.malformed", format!("not JSON: {error}"), "Nothing was saved. Correct the JSON.")
    })
}
