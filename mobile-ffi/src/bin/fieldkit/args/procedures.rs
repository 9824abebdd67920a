//! Custody, counts and incidents on the command line.

use clap::{Args, Subcommand};

use super::Speaker;

/// Who says it, and whether also where it will not count.
#[derive(Debug, Args)]
pub struct Word {
    #[command(flatten)]
    pub speaker: Speaker,
    /// Say it also where it will not count: it stays visible as a claim.
    #[arg(long)]
    pub as_claim: bool,
}

/// Which items.
#[derive(Debug, Args)]
pub struct Items {
    /// Items by tag, mark or id.
    #[arg(value_name = "ITEM", required_unless_present = "file")]
    pub items: Vec<String>,
    /// A file with an item a line; `-` reads standard input.
    #[arg(long = "items", value_name = "FILE")]
    pub file: Option<String>,
}

#[derive(Debug, Args)]
pub struct Store {
    #[command(flatten)]
    pub items: Items,
    /// Site.
    #[arg(long)]
    pub site: String,
    /// Store at the site.
    #[arg(long = "in", value_name = "STORE")]
    pub store_name: String,
    /// Rack in the store.
    #[arg(long)]
    pub rack: Option<String>,
    /// Box in the rack.
    #[arg(long = "box")]
    pub box_name: Option<String>,
    /// Seal put on.
    #[arg(long)]
    pub seal: Option<String>,
    /// Why.
    #[arg(long)]
    pub reason: Option<String>,
    /// When, for example 2026-03-01T09:30Z; now if not given.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    #[command(flatten)]
    pub word: Word,
    /// No progress bar.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Move {
    #[command(flatten)]
    pub items: Items,
    /// Site; the same if not given.
    #[arg(long)]
    pub site: Option<String>,
    /// Store at the site; the same if not given.
    #[arg(long = "in", value_name = "STORE")]
    pub store_name: Option<String>,
    /// Rack in the store.
    #[arg(long)]
    pub rack: Option<String>,
    /// Box in the rack.
    #[arg(long = "box")]
    pub box_name: Option<String>,
    /// Why.
    #[arg(long)]
    pub reason: Option<String>,
    /// When, for example 2026-03-01T09:30Z; now if not given.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    #[command(flatten)]
    pub word: Word,
    /// No progress bar.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Hold {
    /// The item: tag, mark or id.
    pub item: String,
    /// Which hold: `evidence` or `trace`.
    #[arg(value_name = "evidence|trace")]
    pub hold: String,
    /// Take it off.
    #[arg(long)]
    pub off: bool,
    /// Why; kept as a note on the item.
    #[arg(long)]
    pub reason: String,
    #[command(flatten)]
    pub word: Word,
}

#[derive(Debug, Args)]
pub struct Split {
    /// The lot: tag, mark or id.
    pub lot: String,
    /// How much is taken out of it.
    #[arg(long)]
    pub quantity: i64,
    /// Tag of the new lot.
    #[arg(long)]
    pub tag: Option<String>,
    /// Why.
    #[arg(long)]
    pub reason: String,
    #[command(flatten)]
    pub word: Word,
}

#[derive(Debug, Args)]
pub struct Stock {
    /// Only this site.
    #[arg(long)]
    pub site: Option<String>,
    /// Only this store.
    #[arg(long = "in", value_name = "STORE")]
    pub store_name: Option<String>,
    /// At which moment, for example 2026-03-01T09:30Z; now if not given.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Item by item.
    #[arg(long)]
    pub items: bool,
}

#[derive(Debug, Subcommand)]
pub enum Count {
    /// Begin a count: proposes the serials to look at (a tenth of them; all, half-yearly and when the storekeeper changes).
    New {
        /// Site.
        #[arg(long)]
        site: String,
        /// Store at the site.
        #[arg(long = "in", value_name = "STORE")]
        store_name: String,
        /// Occasion: weekly, half_yearly, handover, spot.
        #[arg(long, default_value = "weekly")]
        occasion: String,
        #[command(flatten)]
        word: Word,
    },
    /// Scan what is there: TAG, or TAG,SERIAL as it is read; beside a lot TAG,QUANTITY.
    Scan {
        /// The count.
        count: String,
        /// Where the lines come from: a file, or `-` for standard input.
        #[arg(default_value = "-")]
        from: String,
        #[command(flatten)]
        word: Word,
    },
    /// Write down how many of a type were counted.
    Tally {
        /// The count.
        count: String,
        /// How many.
        #[arg(long, short)]
        n: i64,
        /// Kind of item: weapon, part, ammunition.
        #[arg(long)]
        kind: Option<String>,
        /// Class; see `codes weapon_class`.
        #[arg(long)]
        class: Option<String>,
        /// Calibre; see `codes calibre`.
        #[arg(long)]
        calibre: Option<String>,
        #[command(flatten)]
        word: Word,
    },
    /// Show a count: what should be there, what is still to be looked at.
    Show {
        /// The count.
        count: String,
    },
    /// End a count and hold it against custody: what is missing is told item by item.
    Close {
        /// The count.
        count: String,
        #[command(flatten)]
        word: Word,
        /// No progress bar.
        #[arg(long, short)]
        quiet: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Incident {
    /// Report a loss, a theft, a shortage or a damage.
    New(Box<IncidentNew>),
}

#[derive(Debug, Args)]
pub struct IncidentNew {
    /// Nature: loss, theft, shortage, damage, accident, other.
    #[arg(long)]
    pub nature: String,
    /// What happened.
    #[arg(long)]
    pub circumstances: String,
    /// An item concerned: tag, mark or id. May be given several times.
    #[arg(long, value_name = "ITEM")]
    pub item: Vec<String>,
    /// What it was, where no item is known.
    #[arg(long)]
    pub description: Option<String>,
    /// Site.
    #[arg(long)]
    pub site: Option<String>,
    /// Store.
    #[arg(long = "in", value_name = "STORE")]
    pub store_name: Option<String>,
    /// When it was discovered; now if not given.
    #[arg(long, value_name = "TIME")]
    pub discovered: Option<String>,
    /// The last time when all was in order.
    #[arg(long, value_name = "TIME")]
    pub not_before: Option<String>,
    /// Authority it was reported to.
    #[arg(long)]
    pub reported_to: Option<String>,
    /// The count at which it was found.
    #[arg(long)]
    pub count: Option<String>,
    /// Say on the items too that they are `lost` or `stolen`.
    #[arg(long)]
    pub status: Option<String>,
    #[command(flatten)]
    pub word: Word,
}
