//! `peer …`.

use clap::Subcommand;

/// Exchange with another tablet on the same network.
#[derive(Debug, Subcommand)]
pub enum Peer {
    /// Show a code and wait for other tablets to connect.
    Listen {
        /// The address to listen on; any free port of all networks if not said.
        #[arg(long, default_value = "0.0.0.0:0")]
        bind: String,
        /// End after so many seconds.
        #[arg(long, default_value_t = 600)]
        seconds: u64,
        /// End after the first tablet.
        #[arg(long)]
        once: bool,
    },
    /// Connect to a tablet that listens.
    Connect {
        /// The text of its code, or its address and port.
        whom: String,
    },
}
