//! Hand-overs on the command line.

use clap::{Args, Subcommand};

use super::procedures::Word;

#[derive(Debug, Subcommand)]
pub enum Handover {
    /// Write a hand-over with its manifest.
    New(Box<HandoverNew>),
    /// Put further items on the manifest before it departs.
    Add {
        /// The hand-over.
        handover: String,
        #[command(flatten)]
        items: super::procedures::Items,
        #[command(flatten)]
        word: Word,
    },
    /// Scan what is loaded; what is not on the manifest is told at once.
    Load {
        /// The hand-over.
        handover: String,
        /// Where the lines come from: a file, or `-` for standard input, as a bar-code scanner types.
        #[arg(long, default_value = "-", value_name = "FILE")]
        scan: String,
        /// Box that all of it is packed into.
        #[arg(long = "box")]
        box_name: Option<String>,
        #[command(flatten)]
        word: Word,
    },
    /// Write seals down: put on, or as they were found.
    Seal {
        /// The hand-over.
        handover: String,
        /// Numbers of the seals.
        #[arg(required = true)]
        seals: Vec<String>,
        /// Box that they close.
        #[arg(long = "box")]
        box_name: Option<String>,
        /// State: applied, intact, broken, missing.
        #[arg(long, default_value = "applied")]
        state: String,
        #[command(flatten)]
        word: Word,
    },
    /// It leaves. What was loaded must be what is on the manifest.
    Depart {
        /// The hand-over.
        handover: String,
        /// Why it goes though not all of it was loaded.
        #[arg(long, value_name = "REASON")]
        short_because: Option<String>,
        #[command(flatten)]
        word: Word,
    },
    /// Scan what is received; what is missing, surplus or broken is told at once.
    Receive {
        /// The hand-over.
        handover: String,
        /// Where the lines come from: a file, or `-` for standard input.
        #[arg(long, value_name = "FILE", required_unless_present = "close")]
        scan: Option<String>,
        /// Rack in which it comes to lie.
        #[arg(long)]
        rack: Option<String>,
        /// Box in which it comes to lie.
        #[arg(long = "box")]
        box_name: Option<String>,
        /// Condition; see `codes condition`.
        #[arg(long)]
        condition: Option<String>,
        /// What is out of order with all of it.
        #[arg(long)]
        exception: Option<String>,
        /// End the receipt, also where something is missing.
        #[arg(long)]
        close: bool,
        #[command(flatten)]
        word: Word,
    },
    /// Show what differs between manifest, loading and receipt, and at the seals.
    Diff {
        /// The hand-over.
        handover: String,
    },
    /// Show how far a hand-over is, and what comes next.
    Show {
        /// The hand-over.
        handover: String,
    },
    /// It does not take place: what was loaded lies again where it came from.
    Cancel {
        /// The hand-over.
        handover: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        word: Word,
    },
}

#[derive(Debug, Args)]
pub struct HandoverNew {
    /// Manner: direct, transport, temporary (under joint control), return (of a temporary hand-over).
    #[arg(long, default_value = "transport")]
    pub manner: String,
    /// What is carried: weapons, parts or ammunition. Weapons and ammunition never go together.
    #[arg(long)]
    pub cargo: String,
    /// Number, as the papers name it.
    #[arg(long)]
    pub number: Option<String>,
    /// Site that gives.
    #[arg(long)]
    pub from_site: Option<String>,
    /// Store that gives.
    #[arg(long)]
    pub from_store: Option<String>,
    /// Body that gives, where it is no store of the programme.
    #[arg(long)]
    pub from_body: Option<String>,
    /// Site that receives.
    #[arg(long)]
    pub to_site: Option<String>,
    /// Store that receives.
    #[arg(long)]
    pub to_store: Option<String>,
    /// Body that receives, where it is no store of the programme.
    #[arg(long)]
    pub to_body: Option<String>,
    /// Vehicle.
    #[arg(long)]
    pub vehicle: Option<String>,
    /// Escort.
    #[arg(long)]
    pub escort: Option<String>,
    /// Number of a seal put on. May be given several times.
    #[arg(long)]
    pub seal: Vec<String>,
    /// Authority that allowed it.
    #[arg(long)]
    pub authority: Option<String>,
    /// Number of the authorisation.
    #[arg(long)]
    pub authorisation: Option<String>,
    /// First holder of a key, under joint control.
    #[arg(long, value_name = "BODY")]
    pub key_a: Option<String>,
    /// Second holder of a key.
    #[arg(long, value_name = "BODY")]
    pub key_b: Option<String>,
    /// Why.
    #[arg(long)]
    pub reason: Option<String>,
    /// A file with an item a line; `-` reads standard input.
    #[arg(long, value_name = "FILE", required_unless_present = "item")]
    pub items: Option<String>,
    /// An item: tag, mark or id. May be given several times.
    #[arg(long, value_name = "ITEM")]
    pub item: Vec<String>,
    #[command(flatten)]
    pub word: Word,
}
