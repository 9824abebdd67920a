//! What can be said on the command line.

mod bundle;
mod destruction;
mod handover;
mod marking;
mod peer;
mod photo;
mod procedures;

use clap::{Args, Parser, Subcommand};

pub use bundle::Bundle;
pub use destruction::{Destruction, DestructionPlan, DestructionResult};
pub use handover::{Handover, HandoverNew};
pub use marking::{Mark, MarkingSession, Marks, SpotCheck, SpotRead};
pub use peer::Peer;
pub use photo::{Photo, Sync, Which};
pub use procedures::{Count, Hold, Incident, Items, Move, Split, Stock, Store, Word};

/// Field work without a network: record, show, resolve, import, sync.
#[derive(Debug, Parser)]
#[command(name = "fieldkit", version, about, propagate_version = true)]
pub struct Cli {
    /// Folder of the store.
    #[arg(long, global = true, value_name = "DIR", env = "FIELDKIT_STORE", default_value = "./fieldkit-store")]
    pub store: String,
    /// Print one JSON document on standard output, and errors as JSON on standard error.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[expect(clippy::large_enum_variant, reason = "made once, when the program starts")]
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Enrol this store as a tablet with a one-use ticket.
    Enrol(Enrol),
    /// Record a weapon, a part, an ammunition lot or a collection.
    Record(Record),
    /// Say more about a document: set or clear fields, add or withdraw members. One call is one statement.
    Edit(Edit),
    /// Show a document: content, conflicts, history, findings, what counts.
    Show(Show),
    /// List documents, the newest here first.
    List(List),
    /// List fields at which several values stand, with who said them.
    Conflicts(Limit),
    /// Choose a value where several stand.
    Resolve(Resolve),
    /// Attest something of items in an officer's own name: sign it with their key.
    Attest(Attest),
    /// Show what officers attested of a document: the verified version, what was said since, what counts.
    Review {
        /// The document: its id, or at least its first 8 digits.
        document: String,
    },
    /// Officers who keep a key of their own on this tablet.
    Officer {
        #[command(subcommand)]
        command: Officer,
    },
    /// List what the rules noticed.
    Findings(Limit),
    /// Put items into a store, rack, box.
    Store(Store),
    /// Move items to another store, rack or box.
    Move(Move),
    /// Show an item's chain of custody as a timeline.
    Custody {
        /// The item: tag, mark, id or serial.
        item: String,
    },
    /// Hold an item as evidence or for a trace, or take the hold off.
    Hold(Hold),
    /// Take a part out of an ammunition lot: it becomes a lot of its own.
    Split(Split),
    /// Show what lies in the stores: in, out, destroyed, lost, present.
    Stock(Stock),
    /// Hand items over: manifest, loading, seals, receipt, differences.
    #[command(subcommand)]
    Handover(Handover),
    /// Count a store and tell what is missing.
    #[command(subcommand)]
    Count(Count),
    /// Report a loss, a theft, a shortage or a damage.
    #[command(subcommand)]
    Incident(Incident),
    /// Numbers for unique marks.
    #[command(subcommand)]
    Marks(Marks),
    /// Open and close a session with a marking machine.
    #[command(subcommand)]
    MarkingSession(MarkingSession),
    /// Give items the next unique marks.
    Mark(Mark),
    /// Destroy items: plan, identity check, results, reconciliation.
    #[command(subcommand)]
    Destruction(Destruction),
    /// Inspect a sample again, blind, and count the errors.
    #[command(subcommand)]
    SpotCheck(SpotCheck),
    /// Import a register that others kept (CSV or XLSX). Importing again adds nothing.
    Import(Import),
    /// Seal what a person who hands something in says of themselves. It can be written here and not read.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Photos: add one to a document, look which there are, fetch or take out working copies.
    #[command(subcommand)]
    Photo(Photo),
    /// Write the receipt for somebody who hands an item in: as text, and as PDF to print.
    #[cfg(feature = "paper")]
    Receipt(Receipt),
    /// The exchange as files: make them, take them in, carry them for others.
    #[command(subcommand)]
    Bundle(Bundle),
    /// Exchange with another tablet on the same network, without the register.
    #[command(subcommand)]
    Peer(Peer),
    /// Show how the tablet stands: what is unsent, receipted, refused or waiting, and the lease.
    Status,
    /// Bring what was recorded to the register and take in what others said. A store that sealed itself is opened by the register first.
    Sync(Sync),
    /// Ask the register to open a store that sealed itself: after too long without contact by itself, otherwise once a registrar allowed it.
    Reopen,
    /// Destroy the keys of this tablet and delete its store.
    Wipe {
        /// Also what the register has not receipted: it is lost then.
        #[arg(long)]
        even_unsent: bool,
        /// Really.
        #[arg(long, required = true)]
        yes: bool,
    },
    /// List the code lists, or the codes of one.
    Codes {
        /// Name of a list, for example `calibre`.
        list: Option<String>,
        /// Only codes whose code or label holds this text.
        #[arg(long)]
        find: Option<String>,
    },
    /// Look models up: what they are called, made as and by whom, what they are taken for and what tells them apart.
    #[command(args_conflicts_with_subcommands = true)]
    Models {
        /// Words of a name, maker, calibre, class or country; all have to fit.
        words: Vec<String>,
        #[command(subcommand)]
        show: Option<Models>,
    },
    /// List the fields of a kind of document with what they take.
    Fields {
        /// Kind of document.
        #[arg(default_value = "item")]
        kind: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Models {
    /// Show the card of a model.
    Show {
        /// Its id, as the list names it.
        id: String,
    },
}

#[derive(Debug, Args)]
pub struct Enrol {
    /// Address of the register, for example https://register.example.org.
    #[arg(long)]
    pub server: String,
    /// The ticket, as the administrator gave it.
    #[arg(long, env = "FIELDKIT_TICKET", hide_env_values = true)]
    pub ticket: String,
    /// What people call this device.
    #[arg(long, default_value = "fieldkit")]
    pub label: String,
}

/// Who says it. Without, it is the officer that the tablet was enrolled for.
#[derive(Debug, Args)]
pub struct Speaker {
    /// Say it as this officer, who keeps a key on this tablet: name, id, or the key's fingerprint. Asks for their PIN.
    #[arg(long = "as", value_name = "OFFICER")]
    pub officer: Option<String>,
    /// Read the PIN from the first line of standard input, not from the terminal.
    #[arg(long, requires = "officer")]
    pub pin_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub enum Officer {
    /// Make an officer's own key on this tablet and make it known to the register by a ticket of theirs. Asks for a new PIN, twice.
    Add {
        /// Address of the register; that of the tablet if not given.
        #[arg(long)]
        server: Option<String>,
        /// The ticket, as the administrator gave it. After a broken link the same one goes on.
        #[arg(long, env = "FIELDKIT_TICKET", hide_env_values = true)]
        ticket: String,
        /// Read the PIN from the first line of standard input, not from the terminal.
        #[arg(long)]
        pin_stdin: bool,
    },
    /// List the officers with their keys, leases and waiting times.
    List,
    /// Forget an officer's key on this tablet. What it signed stays. Asks for their PIN, or for that of a registrar.
    Remove {
        /// Name, id, or the key's fingerprint.
        officer: String,
        /// A registrar who keeps a key on this tablet, where the officer is gone or forgot the PIN.
        #[arg(long, value_name = "REGISTRAR")]
        by: Option<String>,
        /// Read the PIN from the first line of standard input, not from the terminal.
        #[arg(long)]
        pin_stdin: bool,
    },
    /// Change an officer's PIN.
    ChangePin {
        /// Name, id, or the key's fingerprint.
        officer: String,
        /// Read the old and the new PIN from the first two lines of standard input, not from the terminal.
        #[arg(long)]
        pin_stdin: bool,
    },
}

#[derive(Debug, Args)]
pub struct Attest {
    /// An item by its id (or at least 8 digits of it), and what is attested: verified, has_issues, rejected, destroyed, witnessed,
    /// handed_over, received, approved, counted, consented. The item may be left out where --item or --items name some.
    #[arg(value_names = ["ITEM", "WHAT"], num_args = 1..=2, required = true)]
    pub said: Vec<String>,
    /// An item. May be given several times; all are signed together, or none.
    #[arg(long, value_name = "ITEM")]
    pub item: Vec<String>,
    /// A file with an item a line; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    pub items: Option<String>,
    /// A word beside it.
    #[arg(long, default_value = "")]
    pub note: String,
    /// The officer who attests: name, id, or the key's fingerprint. Asks for their PIN.
    #[arg(long = "as", value_name = "OFFICER")]
    pub officer: String,
    /// Read the PIN from the first line of standard input, not from the terminal.
    #[arg(long)]
    pub pin_stdin: bool,
    /// Say it also where it will not count: it will be a claim.
    #[arg(long)]
    pub as_claim: bool,
    /// No progress bar.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Record {
    /// A JSON draft, or a list of drafts, from this file; `-` reads standard input.
    #[arg(long, short, value_name = "FILE")]
    pub file: Option<String>,
    /// Kind of document: item or collection.
    #[arg(long, default_value = "item", conflicts_with = "file")]
    pub document: String,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub more: Says,
    /// A photo: VIEW=FILE, for example left=DCIM/0001.jpg; see `codes photo_view`. May be given several times.
    #[arg(long, value_name = "VIEW=FILE", conflicts_with = "file")]
    pub photo: Vec<String>,
    #[command(flatten)]
    pub speaker: Speaker,
}

/// Fields used most; any other by --set.
#[derive(Debug, Args)]
pub struct Common {
    /// Kind of item: weapon, part, ammunition.
    #[arg(long)]
    pub kind: Option<String>,
    /// Class, for example ASR; see `codes weapon_class`.
    #[arg(long)]
    pub class: Option<String>,
    /// Maker.
    #[arg(long)]
    pub make: Option<String>,
    /// Model.
    #[arg(long)]
    pub model: Option<String>,
    /// Calibre, for example 7.62x39; see `codes calibre`.
    #[arg(long)]
    pub calibre: Option<String>,
    /// Country of manufacture, ISO 3166 alpha-2.
    #[arg(long)]
    pub country: Option<String>,
    /// Year of manufacture.
    #[arg(long)]
    pub year: Option<String>,
    /// Condition; see `codes condition`.
    #[arg(long)]
    pub condition: Option<String>,
    /// Tag.
    #[arg(long)]
    pub tag: Option<String>,
    /// Quantity, for ammunition.
    #[arg(long)]
    pub quantity: Option<String>,
    /// Status; see `codes status`.
    #[arg(long)]
    pub status: Option<String>,
    /// Site.
    #[arg(long)]
    pub site: Option<String>,
    /// Store into which it is received; adds the first event of custody.
    #[arg(long = "in", value_name = "STORE")]
    pub store_name: Option<String>,
    /// Where, as LAT,LON or LAT,LON,METRES; said of the record and of the first event of custody.
    #[arg(long, allow_hyphen_values = true)]
    pub place: Option<String>,
    /// Serial as seen; adds a marking of type SER.
    #[arg(long)]
    pub serial: Option<String>,
    /// Condition of the serial, for example OBL; see `codes marking_condition`.
    #[arg(long)]
    pub serial_condition: Option<String>,
    /// Where the serial is, for example RCV; see `codes marking_location`.
    #[arg(long)]
    pub serial_location: Option<String>,
    /// Where no serial was read: none_marked, obliterated, not_legible, not_inspected.
    #[arg(long)]
    pub serial_status: Option<String>,
    /// A note. May be given several times.
    #[arg(long)]
    pub note: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Says {
    /// Set a field: PATH=VALUE. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Add a member to a set: SET:FIELD=VALUE,FIELD=VALUE. May be given several times.
    #[arg(long, value_name = "SET:FIELD=VALUE,…")]
    pub add: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Edit {
    /// The document: its id, or at least its first 8 digits.
    pub document: String,
    #[command(flatten)]
    pub says: Says,
    /// Say that a field has no value. May be given several times.
    #[arg(long, value_name = "PATH")]
    pub clear: Vec<String>,
    /// Withdraw a member: SET/KEY, as `show` lists it. May be given several times.
    #[arg(long, value_name = "SET/KEY", requires = "reason")]
    pub withdraw: Vec<String>,
    /// Why the members are withdrawn.
    #[arg(long)]
    pub reason: Option<String>,
    /// A JSON object of paths and values from this file; `-` reads standard input.
    #[arg(long, short, value_name = "FILE", conflicts_with_all = ["set", "add", "clear", "withdraw"])]
    pub file: Option<String>,
    #[command(flatten)]
    pub speaker: Speaker,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The document: its id, or at least its first 8 digits.
    pub document: String,
    /// Show it as somebody saw it who saw exactly these heads (64 hex digits each).
    #[arg(long, value_name = "HEAD", value_delimiter = ',')]
    pub at: Vec<String>,
    /// Show every value that was ever said.
    #[arg(long)]
    pub history: bool,
}

#[derive(Debug, Args)]
pub struct List {
    /// Kind of document: item, collection.
    #[arg(long)]
    pub document: Option<String>,
    /// Kind of item: weapon, part, ammunition.
    #[arg(long)]
    pub kind: Option<String>,
    /// Class code.
    #[arg(long)]
    pub class: Option<String>,
    /// Status code.
    #[arg(long)]
    pub status: Option<String>,
    /// Words of three letters or more, found anywhere in free text.
    #[arg(long)]
    pub text: Option<String>,
    /// A serial or a part of one, three characters or more.
    #[arg(long)]
    pub serial: Option<String>,
    /// Find serials also by common misreadings (O for 0, I for 1 …).
    #[arg(long, requires = "serial")]
    pub confusable: bool,
    /// Only documents in conflict.
    #[arg(long)]
    pub in_conflict: bool,
    /// Only documents with open findings.
    #[arg(long)]
    pub with_findings: bool,
    /// Only documents whose review came to this: none, verified, amended, has_issues, rejected, disputed.
    #[arg(long, value_name = "STATE")]
    pub review: Option<String>,
    /// Rows a page.
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    /// Where the page begins: `next` of the page before.
    #[arg(long)]
    pub after: Option<String>,
}

#[derive(Debug, Args)]
pub struct Limit {
    /// Most documents looked at.
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

#[derive(Debug, Args)]
pub struct Resolve {
    /// The document: its id, or at least its first 8 digits.
    pub document: String,
    /// The field in conflict.
    pub path: String,
    /// Number of the value, from 0, as `conflicts` lists them.
    #[arg(long, required_unless_present = "value", conflicts_with = "value")]
    pub index: Option<u32>,
    /// The value itself.
    #[arg(long)]
    pub value: Option<String>,
    /// Why this one.
    #[arg(long)]
    pub reason: String,
    #[command(flatten)]
    pub speaker: Speaker,
}

#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Seal a person's record and name it in the items that they handed in.
    Add(PersonAdd),
}

/// What a person says of themselves. As flags it may stay in the shell's history; --file - reads it from standard input.
#[derive(Args)]
pub struct PersonAdd {
    /// An item that they handed in: its id, or at least its first 8 digits. May be given several times.
    #[arg(long, required = true)]
    pub item: Vec<String>,
    /// A JSON object of fields from this file; `-` reads standard input.
    #[arg(long, short, value_name = "FILE", conflicts_with_all = [
        "child", "name", "names_other", "year_of_birth", "sex", "age_group", "group", "unit", "id_kind", "id_number", "phone",
        "locality", "notes", "unaccompanied", "referral",
    ])]
    pub file: Option<String>,
    /// A child, under 18: only --sex, --age-group, --unaccompanied and --referral are taken.
    #[arg(long)]
    pub child: bool,
    /// Name.
    #[arg(long)]
    pub name: Option<String>,
    /// Other names.
    #[arg(long)]
    pub names_other: Option<String>,
    /// Year of birth.
    #[arg(long)]
    pub year_of_birth: Option<i64>,
    /// Sex; see `codes person_sex`.
    #[arg(long)]
    pub sex: Option<String>,
    /// Age group; see `codes person_age_group`.
    #[arg(long)]
    pub age_group: Option<String>,
    /// Armed group or force.
    #[arg(long)]
    pub group: Option<String>,
    /// Unit in it.
    #[arg(long)]
    pub unit: Option<String>,
    /// Kind of document shown; see `codes id_document`.
    #[arg(long)]
    pub id_kind: Option<String>,
    /// Its number.
    #[arg(long)]
    pub id_number: Option<String>,
    /// Telephone.
    #[arg(long)]
    pub phone: Option<String>,
    /// Where they live.
    #[arg(long)]
    pub locality: Option<String>,
    /// Anything else.
    #[arg(long)]
    pub notes: Option<String>,
    /// Of a child: whether they came without a parent or guardian, true or false.
    #[arg(long)]
    pub unaccompanied: Option<bool>,
    /// Of a child: code or number of the referral to a child protection officer.
    #[arg(long)]
    pub referral: Option<String>,
}

/// Nothing of a person is printed by accident.
impl std::fmt::Debug for PersonAdd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonAdd").field("item", &self.item).finish_non_exhaustive()
    }
}

#[derive(Debug, Args)]
pub struct Import {
    /// The file: CSV or XLSX.
    pub file: String,
    /// A mapping file, or the name of one that ships with the program; found out from the headers if not given.
    #[arg(long)]
    pub mapping: Option<String>,
    /// Where the report of every changed, flagged or refused row goes.
    #[arg(long)]
    pub report: Option<String>,
    /// Sheet of the workbook.
    #[arg(long)]
    pub sheet: Option<String>,
    /// Encoding of a CSV file.
    #[arg(long)]
    pub encoding: Option<String>,
    /// The collection that all items came in by.
    #[arg(long)]
    pub collection: Option<String>,
    #[command(flatten)]
    pub speaker: Speaker,
    /// No progress bar.
    #[arg(long, short)]
    pub quiet: bool,
}

/// A receipt.
#[cfg(feature = "paper")]
#[derive(Debug, Args)]
pub struct Receipt {
    /// The item: its id, or at least its first 8 digits.
    pub item: String,
    /// Language: en, fr or ar.
    #[arg(long, default_value = "en", value_parser = ["en", "fr", "ar"])]
    pub lang: String,
    /// The least that a receipt can say: day and tag, no place, no item, no line for a name. For children.
    #[arg(long, visible_alias = "child")]
    pub minimal: bool,
    /// Also write it as PDF.
    #[arg(long, value_name = "FILE")]
    pub pdf: Option<String>,
}
