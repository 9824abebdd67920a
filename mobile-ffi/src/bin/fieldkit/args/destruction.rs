//! Destructions on the command line.

use clap::{Args, Subcommand};

use super::procedures::{Items, Word};

#[derive(Debug, Subcommand)]
pub enum Destruction {
    /// Plan a destruction. What may not be destroyed is refused item by item, with why.
    Plan(Box<DestructionPlan>),
    /// Put further items on the list.
    Add {
        /// The destruction.
        destruction: String,
        #[command(flatten)]
        items: Items,
        #[command(flatten)]
        word: Word,
        /// No progress bar.
        #[arg(long, short)]
        quiet: bool,
    },
    /// Take an item off the list; once it is under way, as a result.
    Withdraw {
        /// The destruction.
        destruction: String,
        /// The item: tag, mark or id.
        item: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        word: Word,
    },
    /// Begin. From here on results are written down.
    Start {
        /// The destruction.
        destruction: String,
        #[command(flatten)]
        word: Word,
    },
    /// Make sure of what lies there before it is destroyed: scan TAG,SERIAL a line.
    Check {
        /// The destruction.
        destruction: String,
        /// Where the lines come from: a file, or `-` for standard input.
        #[arg(long, default_value = "-", value_name = "FILE")]
        scan: String,
        #[command(flatten)]
        word: Word,
    },
    /// Write down what became of an item.
    Result(Box<DestructionResult>),
    /// Write down scrap that left the site.
    Scrap {
        /// The destruction.
        destruction: String,
        /// Weight in kilograms.
        #[arg(long, value_name = "KILOGRAMS")]
        kg: f64,
        /// Who took it.
        #[arg(long)]
        recipient: String,
        /// What becomes of it, for example SML; see `codes destruction_method`.
        #[arg(long)]
        process: Option<String>,
        /// Weighbridge slip or certificate of smelting.
        #[arg(long)]
        reference: Option<String>,
        #[command(flatten)]
        word: Word,
    },
    /// Close it: planned = destroyed + rejected + withdrawn, or it stays open. Says on each item what became of it.
    Close {
        /// The destruction.
        destruction: String,
        #[command(flatten)]
        word: Word,
        /// No progress bar.
        #[arg(long, short)]
        quiet: bool,
    },
    /// Give a plan up that did not begin.
    Cancel {
        /// The destruction.
        destruction: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        word: Word,
    },
    /// Show how far it is, item by item, and what is missing for a certificate.
    Show {
        /// The destruction.
        destruction: String,
    },
}

#[derive(Debug, Args)]
pub struct DestructionPlan {
    /// Site.
    #[arg(long)]
    pub site: String,
    /// Method, for example CUT-T; see `codes destruction_method`.
    #[arg(long)]
    pub method: String,
    /// Second process, which burning and crushing always need.
    #[arg(long)]
    pub second_method: Option<String>,
    /// Authority that ordered it.
    #[arg(long)]
    pub authority: String,
    /// Number of the authorisation.
    #[arg(long)]
    pub authorisation: String,
    /// Third party that monitors.
    #[arg(long)]
    pub third_party: Option<String>,
    /// Number, as the papers name it.
    #[arg(long)]
    pub number: Option<String>,
    /// Name of the place.
    #[arg(long)]
    pub place_name: Option<String>,
    /// For when, for example 2026-03-01T09:30Z.
    #[arg(long, value_name = "TIME")]
    pub planned_for: Option<String>,
    /// Operating procedure and version.
    #[arg(long)]
    pub sop: Option<String>,
    /// Risk assessment.
    #[arg(long)]
    pub risk_assessment: Option<String>,
    /// Why a discouraged method (sea, landfill).
    #[arg(long)]
    pub override_reason: Option<String>,
    /// A file with an item a line; `-` reads standard input. Of a lot TAG,QUANTITY where not all of it is destroyed.
    #[arg(long, value_name = "FILE", required_unless_present = "item")]
    pub items: Option<String>,
    /// An item: tag, mark or id. May be given several times.
    #[arg(long, value_name = "ITEM")]
    pub item: Vec<String>,
    #[command(flatten)]
    pub word: Word,
    /// No progress bar.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct DestructionResult {
    /// The destruction.
    pub destruction: String,
    /// The items: tag, mark or id; each gets the same result.
    #[arg(required = true, value_name = "ITEM")]
    pub items: Vec<String>,
    /// Result: complete, second_process, failed, rejected, withdrawn.
    #[arg(long)]
    pub result: String,
    /// Method, where it is not that of the plan.
    #[arg(long)]
    pub method: Option<String>,
    /// Weight in grams.
    #[arg(long, value_name = "GRAMS")]
    pub weight_g: Option<i64>,
    /// Number of fragments.
    #[arg(long)]
    pub fragments: Option<i64>,
    /// Photo before: a file, of which only the hash is written down, or its SHA-256.
    #[arg(long, value_name = "SHA|FILE")]
    pub before: Option<String>,
    /// Photo after: a file, of which only the hash is written down, or its SHA-256.
    #[arg(long, value_name = "SHA|FILE")]
    pub after: Option<String>,
    /// Quantity destroyed, of a lot.
    #[arg(long)]
    pub quantity: Option<i64>,
    /// The quantity was counted.
    #[arg(long, conflicts_with_all = ["estimated", "weighed"])]
    pub counted: bool,
    /// The quantity was estimated.
    #[arg(long, conflicts_with = "weighed")]
    pub estimated: bool,
    /// The quantity was weighed.
    #[arg(long)]
    pub weighed: bool,
    /// Why, where it was not destroyed.
    #[arg(long)]
    pub reason: Option<String>,
    #[command(flatten)]
    pub word: Word,
}
