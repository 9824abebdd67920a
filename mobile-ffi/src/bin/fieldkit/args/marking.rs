//! Marking and spot checks on the command line.

use clap::{Args, Subcommand};

use super::procedures::Word;

#[derive(Debug, Subcommand)]
pub enum Marks {
    /// Reserve numbers for unique marks, while there is a network.
    Reserve {
        /// The series: how its marks read, a `#` for each digit ('*BI######'); letters alone ('*BI') stand for six digits.
        #[arg(long)]
        series: String,
        /// How many numbers, 1 to 1,000.
        #[arg(long, default_value_t = 200)]
        count: u64,
    },
    /// Show the numbers left on this tablet, and the session that is open.
    Status,
    /// A number is spoilt: a mark that bears it is withdrawn, and nobody gets it again.
    Spoil {
        /// The whole mark, as it is read.
        mark: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        word: Word,
    },
}

#[derive(Debug, Subcommand)]
pub enum MarkingSession {
    /// Open a session with one machine on this tablet.
    Open {
        /// The machine, as its plate says.
        #[arg(long)]
        machine: String,
        /// Method: STP stamped, DOT dot-peened, LAS laser …; see `codes marking_method`.
        #[arg(long)]
        method: String,
        /// Depth in micrometres; 100 is a tenth of a millimetre.
        #[arg(long, value_name = "MICROMETRES")]
        depth_um: Option<i64>,
        /// Site.
        #[arg(long)]
        site: Option<String>,
        #[command(flatten)]
        word: Word,
    },
    /// Close the session that is open on this tablet.
    Close {
        /// What was wrong with the machine: the session was broken off.
        #[arg(long)]
        fault: Option<String>,
        /// How long the machine stood still, in minutes.
        #[arg(long, value_name = "MINUTES")]
        downtime: Option<i64>,
        /// Fuel, staff and other cost.
        #[arg(long)]
        cost: Option<String>,
        #[command(flatten)]
        word: Word,
    },
}

#[derive(Debug, Args)]
pub struct Mark {
    /// Items by tag, id or serial; each gets the next number.
    #[arg(required = true, value_name = "ITEM")]
    pub items: Vec<String>,
    /// Where on the item: RCV receiver, FRM frame …; see `codes marking_location`.
    #[arg(long)]
    pub location: String,
    /// On which side: L, R, T, B.
    #[arg(long)]
    pub side: Option<String>,
    /// Qualities that somebody looked for and found: `all`, or exposed,conspicuous,recognisable,readable,durable,recoverable.
    #[arg(long, value_delimiter = ',')]
    pub qualities: Vec<String>,
    /// Qualities that somebody looked for and did not find.
    #[arg(long, value_delimiter = ',', value_name = "QUALITIES")]
    pub not: Vec<String>,
    /// Key of the marking that it stands for, as `show` lists it.
    #[arg(long, value_name = "KEY")]
    pub replaces: Option<String>,
    /// Depth in micrometres, where it is not that of the session.
    #[arg(long, value_name = "MICROMETRES")]
    pub depth_um: Option<i64>,
    /// The session; the one open on this tablet if not given.
    #[arg(long)]
    pub session: Option<String>,
    /// Give another mark though the item bears one.
    #[arg(long)]
    pub again: bool,
    #[command(flatten)]
    pub word: Word,
}

#[derive(Debug, Subcommand)]
pub enum SpotCheck {
    /// Draw a sample from what this tablet holds.
    Plan {
        /// Share that is drawn, per thousand.
        #[arg(long, default_value_t = 100)]
        permille: i64,
        /// Stratify by officer, site, device; divided by commas.
        #[arg(long, default_value = "officer,site")]
        by: String,
        /// Seed of the sample: fixed before the records are known to those who check.
        #[arg(long)]
        seed: String,
        /// Only items of this site.
        #[arg(long)]
        site: Option<String>,
        /// Share of errors at which everything has to be inspected, per thousand.
        #[arg(long, value_name = "PERMILLE")]
        limit: Option<i64>,
        /// Title.
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        word: Word,
    },
    /// Show where the next item is, and nothing of what it is.
    Next {
        /// The spot check.
        check: String,
    },
    /// Write down what the second inspection read. What is not given was not read.
    Read(Box<SpotRead>),
    /// Show what it came to: error rates by field, and whether to go on.
    Report {
        /// The spot check.
        check: String,
        /// Show it also before all is read; whoever reads it can inspect nothing blind any more.
        #[arg(long)]
        unblind: bool,
    },
}

#[derive(Debug, Args)]
pub struct SpotRead {
    /// The spot check.
    pub check: String,
    /// The item: tag or id.
    pub item: String,
    /// It was not found.
    #[arg(long)]
    pub not_found: bool,
    /// Tag as read.
    #[arg(long)]
    pub tag: Option<String>,
    /// Class; see `codes weapon_class`.
    #[arg(long)]
    pub class: Option<String>,
    /// Maker.
    #[arg(long)]
    pub make: Option<String>,
    /// Model.
    #[arg(long)]
    pub model: Option<String>,
    /// Calibre; see `codes calibre`.
    #[arg(long)]
    pub calibre: Option<String>,
    /// Country of manufacture, ISO 3166 alpha-2.
    #[arg(long)]
    pub country: Option<String>,
    /// Year of manufacture.
    #[arg(long)]
    pub year: Option<String>,
    /// Serial as seen.
    #[arg(long)]
    pub serial: Option<String>,
    /// Where no serial was read: none_marked, obliterated, not_legible, not_inspected.
    #[arg(long)]
    pub serial_status: Option<String>,
    /// Condition; see `codes condition`.
    #[arg(long)]
    pub condition: Option<String>,
    /// Quantity, of ammunition.
    #[arg(long)]
    pub quantity: Option<String>,
    #[command(flatten)]
    pub word: Word,
}
