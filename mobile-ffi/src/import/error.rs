//! Why a file could not be imported. Every sentence says what happened, that nothing was imported, and what to do.

use std::path::PathBuf;

/// A reason to stop before, or while, reading a file.
///
/// A row that cannot be used is not an error: it is an [`Outcome::Refused`](super::Outcome::Refused).
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be opened or read.
    #[error("{path}: the file could not be read ({source}). Nothing was imported. Check the path and that the file is not open elsewhere.", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file holds no bytes, or only blanks.
    #[error(
        "the file is empty. Nothing was imported. Export it again from its source and look inside before importing."
    )]
    Empty,
    /// The file is larger than the limit.
    #[error(
        "the file has {bytes} bytes, more than the {limit} allowed. Nothing was imported. Split it into several files with the same header."
    )]
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The workbook inflates beyond the limit: damaged, or made to exhaust memory.
    #[error(
        "a part of the workbook ({part}) inflates beyond {limit} bytes. Nothing was imported. Save the sheet as CSV and import that."
    )]
    Inflates {
        /// The part inside the workbook.
        part: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The bytes are not a workbook that can be read.
    #[error(
        "the workbook cannot be read ({detail}). Nothing was imported. Open it in a spreadsheet program, save it again as .xlsx, and import that."
    )]
    BrokenWorkbook {
        /// What the reader said.
        detail: String,
    },
    /// An old binary workbook, or one behind a password.
    #[error(
        "this is an old .xls workbook or one protected by a password. Nothing was imported. Save it as .xlsx without a password, or as CSV."
    )]
    OldOrProtectedWorkbook,
    /// The sheet named by the mapping or the user is not there.
    #[error("the workbook has no sheet {wanted:?}; it has {}. Nothing was imported. Name one of these sheets.", .sheets.join(", "))]
    NoSheet {
        /// The sheet asked for.
        wanted: String,
        /// The sheets that exist.
        sheets: Vec<String>,
    },
    /// The text is not in the encoding it should be in.
    #[error(
        "the text is not valid {encoding} (near byte {at}). Nothing was imported. Save the file as UTF-8, or state its encoding in the mapping ([file] encoding) or on the command line."
    )]
    WrongEncoding {
        /// The encoding tried.
        encoding: String,
        /// The first byte that does not fit, counted from 0.
        at: u64,
    },
    /// The encoding named is not known.
    #[error(
        "the encoding {name:?} is not known. Nothing was imported. Use a name such as utf-8, windows-1252 or utf-16le."
    )]
    UnknownEncoding {
        /// The name given.
        name: String,
    },
    /// No row among the first ones holds the headers the mapping needs.
    #[error("no header row was found in the first {searched} rows: {} missing; the nearest row reads: {}. Nothing was imported. Check that the file belongs to this mapping and that its header row is complete.", .missing.join(", "), .nearest.join(" | "))]
    NoHeader {
        /// How many rows were searched.
        searched: u64,
        /// The headers needed and not found in the nearest row.
        missing: Vec<String>,
        /// The row that came nearest, to show what the file holds.
        nearest: Vec<String>,
    },
    /// A header the mapping uses stands twice in the header row.
    #[error(
        "the header {header:?} stands in two columns, so it is not clear which is meant. Nothing was imported. Rename one of them."
    )]
    TwoHeaders {
        /// The header.
        header: String,
    },
    /// A header, but no row below it.
    #[error("the file has a header and no rows. Nothing was imported. Export it again from its source.")]
    NoRows,
    /// More columns than the limit.
    #[error("row {row} has more than {limit} columns. Nothing was imported. Remove the columns that are not needed.")]
    TooManyColumns {
        /// The row.
        row: u64,
        /// The limit.
        limit: usize,
    },
    /// Reading broke off inside the rows. What was recorded before stands, and importing again goes on from there.
    #[error(
        "reading broke off at row {row} ({detail}). Rows before it that were recorded stand; mend the file and import it again: rows already imported are not added twice."
    )]
    BrokeOff {
        /// The row that could not be read.
        row: u64,
        /// What the reader said.
        detail: String,
    },
    /// The mapping file is wrong.
    #[error("mapping {name}{}: {detail}. Nothing was imported. Correct the mapping file.", .line.map(|l| format!(", line {l}")).unwrap_or_default())]
    Mapping {
        /// The mapping file or built-in name.
        name: String,
        /// The line, where known, counted from 1.
        line: Option<usize>,
        /// What is wrong.
        detail: String,
    },
    /// No built-in mapping fits the headers of the file.
    #[error("no mapping that ships with the program fits this file; its first rows read: {}. Nothing was imported. Name a mapping file.", .nearest.join(" | "))]
    NoMappingFits {
        /// The first non-empty row.
        nearest: Vec<String>,
    },
    /// The report could not be written.
    #[error("the report {path} could not be written ({source}). Rows already recorded stand. Choose another place for the report and import again.", path = .path.display())]
    Report {
        /// The report file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl ImportError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "import.file.unreadable",
            Self::Empty => "import.file.empty",
            Self::TooLarge { .. } => "import.file.too_large",
            Self::Inflates { .. } => "import.file.inflates",
            Self::BrokenWorkbook { .. } => "import.file.broken_workbook",
            Self::OldOrProtectedWorkbook => "import.file.old_or_protected_workbook",
            Self::NoSheet { .. } => "import.file.no_sheet",
            Self::WrongEncoding { .. } => "import.file.wrong_encoding",
            Self::UnknownEncoding { .. } => "import.file.unknown_encoding",
            Self::NoHeader { .. } => "import.file.no_header",
            Self::TwoHeaders { .. } => "import.file.two_headers",
            Self::NoRows => "import.file.no_rows",
            Self::TooManyColumns { .. } => "import.file.too_many_columns",
            Self::BrokeOff { .. } => "import.file.broke_off",
            Self::Mapping { .. } => "import.mapping.invalid",
            Self::NoMappingFits { .. } => "import.mapping.none_fits",
            Self::Report { .. } => "import.report.unwritable",
        }
    }
}
