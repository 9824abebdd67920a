//! Opening a CSV or XLSX file as rows of cells whose text is what a person saw.

mod cells;
mod csv_file;
mod encoding;
mod formula;
mod header;
mod xlsx_file;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

pub use cells::{Cell, CellKind, Row};

use super::error::ImportError;

/// What a file may cost before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file in bytes.
    pub file_bytes: u64,
    /// Size of all parts of a workbook together once inflated, in bytes. Sheets are streamed, so this bounds time, not memory.
    pub inflated_bytes: u64,
    /// Size of the parts of a workbook that are held in memory (its strings and styles), in bytes.
    pub held_bytes: u64,
    /// Columns in a row.
    pub columns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 200 << 20, inflated_bytes: 4 << 30, held_bytes: 256 << 20, columns: 512 }
    }
}

/// How to open a file. A [`Mapping`](super::Mapping) makes one for its own files.
#[derive(Clone, Debug)]
pub struct TableOptions {
    /// The sheet to read; the first one that holds the header when not given.
    pub sheet: Option<String>,
    /// The encoding of a CSV file that is neither UTF-8 nor begins with a byte order mark.
    pub encoding: Option<String>,
    /// The headers that must be there, each with the other names it may have.
    pub required: Vec<Vec<String>>,
    /// All headers the mapping knows: they choose the delimiter and the nearest row.
    pub known: Vec<String>,
    /// How many rows from the top are searched for the header.
    pub search_rows: u64,
    /// What the file may cost.
    pub limits: Limits,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self {
            sheet: None,
            encoding: None,
            required: Vec::new(),
            known: Vec::new(),
            search_rows: 10,
            limits: Limits::default(),
        }
    }
}

enum Source {
    Csv(csv_file::CsvFile),
    Xlsx(Box<xlsx_file::XlsxFile>),
}

/// An open file: its headers, and its rows one after the other.
pub struct Table {
    path: PathBuf,
    source: Source,
    headers: Vec<String>,
    header_row: u64,
    total: Option<u64>,
    format: String,
    limits: Limits,
}

impl Table {
    /// Opens a file and finds its header row; reads no further than it must.
    ///
    /// # Errors
    /// Every [`ImportError`] about files: nothing has been imported when it is returned.
    pub fn open(path: &Path, options: &TableOptions) -> Result<Self, ImportError> {
        let unreadable = |source| ImportError::Unreadable { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(unreadable)?;
        let meta = file.metadata().map_err(unreadable)?;
        if meta.is_dir() {
            return Err(unreadable(std::io::Error::from(ErrorKind::IsADirectory)));
        }
        if meta.len() > options.limits.file_bytes {
            return Err(ImportError::TooLarge { bytes: meta.len(), limit: options.limits.file_bytes });
        }
        let mut magic = [0_u8; 8];
        let read = read_start(&mut file, &mut magic).map_err(unreadable)?;
        let magic = magic.get(..read).unwrap_or_default();
        drop(file);
        if magic.is_empty() {
            return Err(ImportError::Empty);
        }
        if magic.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(ImportError::OldOrProtectedWorkbook);
        }
        let called_workbook =
            path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx") || e.eq_ignore_ascii_case("xlsm"));
        if magic.starts_with(b"PK") {
            xlsx_file::open(path, options)
        } else if called_workbook {
            Err(ImportError::BrokenWorkbook { detail: "it does not begin as a workbook does".to_owned() })
        } else {
            csv_file::open(path, options)
        }
    }

    /// The headers, in the order of the columns; a column without a header has an empty one.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The row the header stands in, counted from 1.
    pub fn header_row(&self) -> u64 {
        self.header_row
    }

    /// How many rows follow the header, for a progress bar: exact for CSV, as the sheet states it for XLSX.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// How the file was understood, for people: `"CSV, windows-1252, separated by ;"`, `"XLSX, sheet 2018"`.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// The rows below the header, streamed. Can be called again to read from the start.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn rows(&mut self) -> Result<Rows<'_>, ImportError> {
        let inner = match &mut self.source {
            Source::Csv(file) => RowsInner::Csv(Box::new(file.rows(&self.path)?)),
            Source::Xlsx(file) => RowsInner::Xlsx(Box::new(file.rows()?)),
        };
        Ok(Rows {
            inner,
            header_row: self.header_row,
            columns: self.limits.columns,
            last: self.header_row,
            over: false,
        })
    }
}

/// A streaming iterator over rows that hold something; rows of blanks are passed over.
pub struct Rows<'a> {
    inner: RowsInner<'a>,
    header_row: u64,
    columns: usize,
    last: u64,
    over: bool,
}

enum RowsInner<'a> {
    Csv(Box<csv_file::CsvRows>),
    Xlsx(Box<xlsx_file::XlsxRows<'a>>),
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            let next = match &mut self.inner {
                RowsInner::Csv(rows) => rows.next(),
                RowsInner::Xlsx(rows) => rows.next(),
            };
            match next {
                None => self.over = true,
                Some(Err(detail)) => {
                    self.over = true;
                    return Some(Err(ImportError::BrokeOff { row: self.last + 1, detail }));
                }
                Some(Ok(row)) => {
                    self.last = row.number;
                    if row.number <= self.header_row || row.is_blank() {
                        continue;
                    }
                    if row.cells.len() > self.columns {
                        self.over = true;
                        let detail = format!("it has more than {} columns", self.columns);
                        return Some(Err(ImportError::BrokeOff { row: row.number, detail }));
                    }
                    return Some(Ok(row));
                }
            }
        }
        None
    }
}

/// Fills the buffer as far as the file reaches.
fn read_start(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
