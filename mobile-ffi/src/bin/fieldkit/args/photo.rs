//! `photo` and `sync`.

use clap::{Args, Subcommand, ValueEnum};

use super::Speaker;

#[derive(Debug, Subcommand)]
pub enum Photo {
    /// Add a photo to a document. Its hash is signed with what you say; the file itself is kept here, sealed, until the register has it.
    Add {
        /// The document: its id, or at least its first 8 digits.
        document: String,
        /// A JPEG, PNG or WebP file of at most 30 MB.
        file: String,
        /// What it shows: left, right, serial, marking, top, before, after, document, other.
        #[arg(long)]
        view: String,
        /// Key of the marking that it shows, as `show` lists it.
        #[arg(long, value_name = "KEY")]
        marking: Option<String>,
        #[command(flatten)]
        speaker: Speaker,
    },
    /// List a document's photos, and how far each has come.
    List {
        /// The document: its id, or at least its first 8 digits.
        document: String,
    },
    /// Fetch the working copies of a document's photos from the register, so that they can be looked at here.
    Get {
        /// The document: its id, or at least its first 8 digits.
        document: String,
    },
    /// Write a photo that is here out of its seal into a file. Whoever has that file can see it.
    Export {
        /// Hash of the original or of the working copy, as `photo list` names it.
        hash: String,
        /// The file to write; it must not be there yet.
        file: String,
    },
}

/// Which originals go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// None: they wait.
    Never,
    /// Over a link that is not metered.
    Wifi,
    /// All.
    Always,
}

#[derive(Debug, Args)]
pub struct Sync {
    /// Which originals of photos go; statements and working copies always go.
    #[arg(long, value_enum, default_value = "wifi")]
    pub originals: Which,
    /// The link costs money.
    #[arg(long)]
    pub metered: bool,
    /// Keep originals here when the register has all of them.
    #[arg(long)]
    pub keep_originals: bool,
    /// With --json: also a JSON line on standard error each time something was sent, received or waited for.
    #[arg(long)]
    pub progress: bool,
}
