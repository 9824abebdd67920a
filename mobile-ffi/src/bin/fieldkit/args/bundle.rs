//! `bundle …`.

use std::path::PathBuf;

use clap::Subcommand;

/// The exchange as files.
#[derive(Debug, Subcommand)]
pub enum Bundle {
    /// Make files of what the register has not receipted, sealed to the register or to a tablet.
    Export {
        /// `register`, or the id of a tablet.
        #[arg(long, value_name = "register|DEVICE")]
        to: String,
        /// The folder to write them into.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
        /// Most bytes of a file; 4 MiB if not said.
        #[arg(long)]
        max_bytes: Option<u64>,
        /// Everything that is held here, not only what the register may not have; for a tablet.
        #[arg(long)]
        all: bool,
    },
    /// Take in files that are sealed to this tablet, in any order. The same file again adds nothing.
    Import {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Bring files of others that are sealed to the register over this tablet's link, and keep the answers to carry back.
    Upload {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The folder to write the answers into.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
    /// Fetch files for another tablet over this tablet's link: its receipts, and what others said.
    Fetch {
        /// The id of that tablet.
        #[arg(long = "for", value_name = "DEVICE")]
        to: String,
        /// The folder to write them into.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
        /// Most bytes of a file; 4 MiB if not said.
        #[arg(long)]
        max_bytes: Option<u64>,
    },
}
