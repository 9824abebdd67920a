//! CSV: the delimiter is found by trying, records are streamed.

use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord};
use encoding_rs::Encoding;

use super::super::error::ImportError;
use super::encoding::{Utf8Reader, detect};
use super::{Cell, Row, Source, Table, TableOptions, header};

/// The delimiters tried, in this order where they do equally well.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How a CSV file is read.
pub struct CsvFile {
    encoding: &'static Encoding,
    delimiter: u8,
}

/// Its records, streamed.
pub struct CsvRows {
    reader: Reader<Utf8Reader>,
    record: StringRecord,
}

/// Opens a CSV file; see [`Table::open`].
pub fn open(path: &Path, options: &TableOptions) -> Result<Table, ImportError> {
    let encoding = detect(path, options.encoding.as_deref())?;
    let mut chosen: Option<(usize, usize, u8, Vec<Row>)> = None;
    for delimiter in DELIMITERS {
        let file = CsvFile { encoding, delimiter };
        let first = file.first(path, options)?;
        let known = first.iter().map(|row| header::score(row, options)).max().unwrap_or(0);
        let wide = first.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        if chosen.as_ref().is_none_or(|(k, w, ..)| (known, wide) > (*k, *w)) {
            chosen = Some((known, wide, delimiter, first));
        }
    }
    let Some((_, wide, delimiter, first)) = chosen else {
        return Err(ImportError::Empty);
    };
    if wide > options.limits.columns {
        return Err(ImportError::TooManyColumns { row: 1, limit: options.limits.columns });
    }
    let (header_row, headers) = header::find(&first, options)?;
    let file = CsvFile { encoding, delimiter };
    let total = file.count(path, header_row)?;
    if total == 0 {
        return Err(ImportError::NoRows);
    }
    let shown = if delimiter == b'\t' { "tabs".to_owned() } else { char::from(delimiter).to_string() };
    let format = format!("CSV, {}, separated by {shown}", encoding.name());
    Ok(Table {
        path: path.to_owned(),
        source: Source::Csv(file),
        headers,
        header_row,
        total: Some(total),
        format,
        limits: options.limits,
    })
}

impl CsvFile {
    /// The records from the start of the file.
    pub fn rows(&self, path: &Path) -> Result<CsvRows, ImportError> {
        let reader = Utf8Reader::open(path, self.encoding)
            .map_err(|source| ImportError::Unreadable { path: path.to_owned(), source })?;
        let reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(self.delimiter).from_reader(reader);
        Ok(CsvRows { reader, record: StringRecord::new() })
    }

    fn first(&self, path: &Path, options: &TableOptions) -> Result<Vec<Row>, ImportError> {
        let rows = self.rows(path)?.take(usize::try_from(options.search_rows).unwrap_or(usize::MAX));
        rows.map(|row| row.map_err(|detail| ImportError::BrokeOff { row: 1, detail })).collect()
    }

    /// How many records that hold something follow the header.
    fn count(&self, path: &Path, header_row: u64) -> Result<u64, ImportError> {
        let mut rows = self.rows(path)?;
        let mut count = 0;
        while let Some(number) = rows.advance() {
            let number = number.map_err(|detail| ImportError::BrokeOff { row: header_row, detail })?;
            count += u64::from(number > header_row && rows.record.iter().any(|field| !field.trim().is_empty()));
        }
        Ok(count)
    }
}

impl CsvRows {
    /// Reads the next record; gives the line it begins on.
    fn advance(&mut self) -> Option<Result<u64, String>> {
        match self.reader.read_record(&mut self.record) {
            // The line after the record, less the lines it covers: blank lines before it do not count as its own.
            Ok(true) => {
                let inside: usize = self.record.iter().map(|field| field.matches('\n').count()).sum();
                Some(Ok(self.reader.position().line().saturating_sub(1 + inside as u64)))
            }
            Ok(false) => None,
            Err(error) => Some(Err(error.to_string())),
        }
    }
}

impl Iterator for CsvRows {
    type Item = Result<Row, String>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance()? {
            Ok(number) => Some(Ok(Row { number, cells: self.record.iter().map(Cell::from_text).collect() })),
            Err(detail) => Some(Err(detail)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_of_a_million_rows_is_counted_and_read_row_by_row() {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        let mut out = std::io::BufWriter::new(&mut file);
        writeln!(out, "id;serial").unwrap();
        for n in 0..1_000_000 {
            writeln!(out, "{n};AB{n:07}").unwrap();
        }
        drop(out);
        let options = TableOptions {
            required: vec![vec!["serial".to_owned()]],
            known: vec!["serial".to_owned()],
            ..TableOptions::default()
        };
        let table = open(file.path(), &options).unwrap();
        assert_eq!(table.total(), Some(1_000_000));
        let Source::Csv(csv) = &table.source else { unreachable!() };
        let mut rows = csv.rows(file.path()).unwrap();
        let tenth = rows.nth(10).unwrap().unwrap();
        assert_eq!((tenth.number, tenth.text(1)), (11, "AB0000009"));
        let read = rows.reader.get_ref().consumed;
        let size = file.path().metadata().unwrap().len();
        assert!(read < 300_000 && size > 15_000_000, "{read} of {size} bytes read for ten rows");
        assert_eq!(rows.count(), 1_000_001 - 11);
    }
}
