//! `fieldkit`: the tablet on a command line. Records without a network, shows and resolves, imports, syncs.
//!
//! Exit codes: 0 done, 1 refused or failed (said on standard error), 2 wrong usage.

mod args;
mod commands;
mod output;
mod pin;
mod values;

use std::process::ExitCode;

use clap::Parser as _;

use args::Cli;
use output::Output;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let output = Output { json: cli.json };
    match commands::run(cli, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.error(&error);
            ExitCode::FAILURE
        }
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args().any(|arg| arg == "--json");
    if wants_json && error.use_stderr() {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        output::usage_json(first.strip_prefix("error: ").unwrap_or(first));
    } else {
        // Nothing is left to do when even the terminal is gone.
        drop(error.print());
    }
    ExitCode::from(u8::from(error.use_stderr()) * 2)
}
