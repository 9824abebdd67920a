//! XLSX: looked over for bombs first, then streamed cell by cell, value and formula together.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxCellReader, XlsxError};
use zip::ZipArchive;

use super::super::error::ImportError;
use super::super::when;
use super::{Cell, CellKind, Limits, Row, Source, Table, TableOptions, formula, header};

/// Parts a workbook may have.
const PARTS: usize = 4096;
/// Digits the number of a shared formula may have: the reader makes room for all up to it.
const SHARED_DIGITS: usize = 6;

type Book = Xlsx<BufReader<File>>;

/// An open workbook and the sheet chosen in it.
pub struct XlsxFile {
    book: Book,
    sheet: String,
    columns: usize,
}

/// Opens a workbook; see [`Table::open`].
pub fn open(path: &Path, options: &TableOptions) -> Result<Table, ImportError> {
    look_over(path, options.limits)?;
    let file = File::open(path).map_err(|source| ImportError::Unreadable { path: path.to_owned(), source })?;
    let book: Book = Xlsx::new(BufReader::new(file)).map_err(|error| match error {
        XlsxError::Password => ImportError::OldOrProtectedWorkbook,
        other => broken(&other),
    })?;
    let sheets = book.sheet_names();
    let wanted = match &options.sheet {
        None => sheets.clone(),
        Some(name) => match sheets.iter().find(|sheet| sheet.trim().eq_ignore_ascii_case(name.trim())) {
            Some(sheet) => vec![sheet.clone()],
            None => return Err(ImportError::NoSheet { wanted: name.clone(), sheets }),
        },
    };
    let mut file = XlsxFile { book, sheet: String::new(), columns: options.limits.columns };
    let mut reason = None;
    for sheet in wanted {
        file.sheet = sheet;
        match file.header(options) {
            Ok((header_row, headers, last)) => {
                let total = last.checked_sub(header_row).filter(|total| *total > 0);
                let format = format!("XLSX, sheet {}", file.sheet);
                return Ok(Table {
                    path: path.to_owned(),
                    source: Source::Xlsx(Box::new(file)),
                    headers,
                    header_row,
                    total,
                    format,
                    limits: options.limits,
                });
            }
            // The sheet that says most speaks for the file: one that cannot be read, then the one that lacks least.
            Err(error) => {
                if reason.as_ref().is_none_or(|old| telling(&error) > telling(old)) {
                    reason = Some(error);
                }
            }
        }
    }
    Err(reason.unwrap_or(ImportError::Empty))
}

/// How much the reason why a sheet was not taken says about the file.
fn telling(error: &ImportError) -> usize {
    match error {
        ImportError::Empty => 0,
        ImportError::NoHeader { missing, .. } => usize::MAX - 1 - missing.len(),
        _ => usize::MAX,
    }
}

impl XlsxFile {
    /// The header row, the headers, and the last row as the sheet states it.
    fn header(&mut self, options: &TableOptions) -> Result<(u64, Vec<String>, u64), ImportError> {
        let search = options.search_rows;
        let mut rows = self.rows()?;
        let stated = u64::from(rows.reader.dimensions().end.0) + 1;
        let mut first = Vec::new();
        let mut more = false;
        for row in &mut rows {
            let row = row.map_err(|detail| ImportError::BrokenWorkbook { detail })?;
            more = row.number > search;
            if more {
                break;
            }
            first.push(row);
        }
        let (header_row, headers) = header::find(&first, options)?;
        if !more && !first.iter().any(|row| row.number > header_row && !row.is_blank()) {
            return Err(ImportError::NoRows);
        }
        Ok((header_row, headers, stated))
    }

    /// The rows of the sheet from its start.
    pub fn rows(&mut self) -> Result<XlsxRows<'_>, ImportError> {
        let columns = self.columns;
        let reader = self.book.worksheet_cells_reader(&self.sheet).map_err(|error| broken(&error))?;
        Ok(XlsxRows { reader, columns, waiting: None, last: 0, over: false })
    }
}

/// The rows of a sheet, streamed.
pub struct XlsxRows<'a> {
    reader: XlsxCellReader<'a, BufReader<File>>,
    columns: usize,
    waiting: Option<(u32, u32, Cell)>,
    last: u64,
    over: bool,
}

impl XlsxRows<'_> {
    /// The next cell that holds something.
    fn cell(&mut self) -> Result<Option<(u32, u32, Cell)>, String> {
        loop {
            let Some(found) = self.reader.next_cell_with_formula().map_err(|error| error.to_string())? else {
                return Ok(None);
            };
            let cell = understand(&found.value, found.formula.as_deref());
            if !cell.text.is_empty() {
                return Ok(Some((found.pos.0, found.pos.1, cell)));
            }
        }
    }
}

impl Iterator for XlsxRows<'_> {
    type Item = Result<Row, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let mut row: Option<(u32, Vec<Cell>)> = None;
        loop {
            let next = match self.waiting.take() {
                Some(cell) => Ok(Some(cell)),
                None => self.cell(),
            };
            let (at, column, cell) = match next {
                Ok(Some(cell)) => cell,
                Ok(None) => {
                    self.over = true;
                    break;
                }
                Err(detail) => {
                    self.over = true;
                    return Some(Err(detail));
                }
            };
            let (number, cells) = row.get_or_insert_with(|| (at, Vec::new()));
            if at != *number {
                self.waiting = Some((at, column, cell));
                break;
            }
            let column = column as usize;
            if column >= self.columns {
                self.over = true;
                return Some(Err(format!("it has more than {} columns", self.columns)));
            }
            if cells.len() <= column {
                cells.resize_with(column + 1, Cell::empty);
            }
            if let Some(place) = cells.get_mut(column) {
                *place = cell;
            }
        }
        let (number, cells) = row?;
        let number = u64::from(number) + 1;
        if number <= self.last {
            self.over = true;
            return Some(Err(format!("row {number} comes after row {}", self.last)));
        }
        self.last = number;
        Some(Ok(Row { number, cells }))
    }
}

/// The cell a person saw, from its value in the file and its formula.
fn understand(value: &DataRef<'_>, formula: Option<&str>) -> Cell {
    if let Some(formula) = formula.filter(|formula| !formula.is_empty()) {
        if let Some(text) = formula::literal(formula) {
            return Cell { text: super::super::text::trim(&text).to_owned(), kind: CellKind::LiteralFormula };
        }
        let mut cell = plain(value);
        cell.kind = match (&cell.kind, value) {
            (_, DataRef::Empty) => return Cell { text: format!("={formula}"), kind: CellKind::UnknownFormula },
            (CellKind::Text, _) => CellKind::CachedFormula,
            (other, _) => other.clone(),
        };
        return cell;
    }
    plain(value)
}

fn plain(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::empty(),
        DataRef::Int(number) => Cell { text: number.to_string(), kind: CellKind::Number },
        DataRef::Float(number) => Cell::from_number(*number),
        DataRef::String(text) | DataRef::DurationIso(text) => Cell::from_text(text),
        DataRef::SharedString(text) => Cell::from_text(text),
        DataRef::Bool(yes) => Cell { text: if *yes { "TRUE" } else { "FALSE" }.to_owned(), kind: CellKind::Bool },
        DataRef::DateTime(date) if date.is_duration() => Cell::from_number(date.as_f64()),
        DataRef::DateTime(date) => Cell { text: iso(date), kind: CellKind::Date },
        DataRef::DateTimeIso(text) => Cell { text: text.trim_end_matches('Z').to_owned(), kind: CellKind::Date },
        DataRef::Error(error) => Cell { text: error.to_string(), kind: CellKind::Error },
    }
}

/// A date to the nearest second: spreadsheets store days as fractions, so 59.9996 s is the next second.
fn iso(date: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let days = when::days(i64::from(year), i64::from(month), i64::from(day));
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second) + i64::from(milli >= 500);
    when::iso(days * 86_400 + seconds)
}

/// Inflates every part once without keeping it, so that no part can surprise the reader.
fn look_over(path: &Path, limits: Limits) -> Result<(), ImportError> {
    let file = File::open(path).map_err(|source| ImportError::Unreadable { path: path.to_owned(), source })?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| broken(&error))?;
    if archive.len() > PARTS {
        return Err(ImportError::BrokenWorkbook { detail: format!("it has {} parts", archive.len()) });
    }
    let mut left = limits.inflated_bytes;
    let mut buffer = vec![0_u8; 64 << 10];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| broken(&error))?;
        let name = part.name().map_err(|error| broken(&error))?.into_owned();
        let sheet = name.contains("worksheets/");
        let limit = if sheet { left } else { left.min(limits.held_bytes) };
        let mut seen = 0_u64;
        let mut watch = SharedIndex::default();
        loop {
            let read = part.read(&mut buffer).map_err(|error| broken(&format!("{name}: {error}")))?;
            if read == 0 {
                break;
            }
            seen += read as u64;
            if seen > limit {
                return Err(ImportError::Inflates { part: name, limit });
            }
            if watch.absurd(sheet, buffer.get(..read).unwrap_or_default()) {
                return Err(ImportError::BrokenWorkbook { detail: format!("{name} is not what it says it is") });
            }
        }
        left -= seen;
    }
    Ok(())
}

/// Watches, across the borders of buffers, for what makes the reader take room without bounds: the number of a shared
/// formula with too many digits, and the table of strings hidden in a part that is said to be a sheet.
#[derive(Default)]
struct SharedIndex {
    number: usize,
    digits: usize,
    string: usize,
}

impl SharedIndex {
    const NUMBER: &[u8] = b" si=";
    const STRING: &[u8] = b"<si>";

    fn absurd(&mut self, sheet: bool, bytes: &[u8]) -> bool {
        bytes.iter().any(|byte| {
            self.string = advance(Self::STRING, self.string, *byte);
            (sheet && self.string == Self::STRING.len()) || self.numbered(*byte)
        })
    }

    fn numbered(&mut self, byte: u8) -> bool {
        if self.number == Self::NUMBER.len() {
            match byte {
                b'"' | b'\'' if self.digits == 0 => return false,
                b'0'..=b'9' => {
                    self.digits += 1;
                    return self.digits > SHARED_DIGITS;
                }
                _ => self.digits = 0,
            }
        }
        self.number = advance(Self::NUMBER, self.number, byte);
        false
    }
}

/// How much of a mark stands at the end of what was seen, after one more byte.
fn advance(mark: &[u8], matched: usize, byte: u8) -> usize {
    match mark.get(matched) {
        Some(want) if *want == byte => matched + 1,
        _ => usize::from(mark.first() == Some(&byte)),
    }
}

fn broken(error: &impl ToString) -> ImportError {
    ImportError::BrokenWorkbook { detail: error.to_string() }
}
