//! Writes the faces of the tablet's library in other languages, and the list of what it exports. Built apart, so that nothing of it comes
//! near the library itself.

mod surface;

use std::fs;
use std::io::Write as _;
use std::process::ExitCode;

use camino::Utf8PathBuf;
use clap::{Parser, Subcommand, ValueEnum};
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};
use uniffi_bindgen::macro_metadata;

/// Bindings of the tablet's library.
#[derive(Debug, Parser)]
#[command(name = "bindgen", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the source of the bindings for a language. Run it inside the workspace.
    Generate {
        /// The built library: a cdylib or a static library.
        library: Utf8PathBuf,
        /// For which language.
        #[arg(long)]
        language: Language,
        /// Folder to write to.
        #[arg(long)]
        out: Utf8PathBuf,
    },
    /// Print everything that the library exports, in a form that tells two versions apart.
    Api {
        /// The built library.
        library: Utf8PathBuf,
        /// Write to this file.
        #[arg(long)]
        out: Option<Utf8PathBuf>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    Kotlin,
    Swift,
    Python,
}

fn run(cli: Cli) -> Result<(), String> {
    match cli.command {
        Command::Generate { library, language, out } => {
            let language = match language {
                Language::Kotlin => TargetLanguage::Kotlin,
                Language::Swift => TargetLanguage::Swift,
                Language::Python => TargetLanguage::Python,
            };
            let options = GenerateOptions {
                languages: vec![language],
                source: library,
                out_dir: out,
                ..GenerateOptions::default()
            };
            generate(options).map_err(|error| format!("{error:#}"))
        }
        Command::Api { library, out } => {
            let items = macro_metadata::extract_from_library(&library).map_err(|error| format!("{error:#}"))?;
            let text = surface::text(&items);
            match out {
                Some(path) => fs::write(&path, text).map_err(|error| format!("{path}: {error}")),
                None => std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string()),
            }
        }
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when even the terminal is gone.
            drop(writeln!(std::io::stderr(), "error: {error}"));
            ExitCode::FAILURE
        }
    }
}
