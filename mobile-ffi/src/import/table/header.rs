//! Finding the header row among the first rows of a file, wherever a title or a logo has pushed it.

use super::super::error::ImportError;
use super::super::text::fold_header;
use super::{Row, TableOptions};

/// The header row among `rows`, which are the first rows of the file.
///
/// Headers are compared without accents, case and punctuation. With no header required, the first row that
/// holds at least two texts is taken.
///
/// # Errors
/// When no row holds all required headers, or a known header stands twice in the row found.
pub fn find(rows: &[Row], options: &TableOptions) -> Result<(u64, Vec<String>), ImportError> {
    let mut best: Option<(usize, &Row)> = None;
    for row in rows {
        let score = score(row, options);
        let complete = missing(row, options).is_empty();
        let enough = if options.required.is_empty() {
            row.cells.iter().filter(|c| !c.text.is_empty()).count() >= 2
        } else {
            complete
        };
        if enough {
            let headers: Vec<String> = row.cells.iter().map(|cell| cell.text.clone()).collect();
            only_once(&headers, options)?;
            return Ok((row.number, headers));
        }
        if best.is_none_or(|(top, _)| score > top) {
            best = Some((score, row));
        }
    }
    let Some((_, row)) = best else {
        return Err(ImportError::Empty);
    };
    Err(ImportError::NoHeader { searched: options.search_rows, missing: missing(row, options), nearest: shown(row) })
}

/// How many known headers stand in a row.
pub fn score(row: &Row, options: &TableOptions) -> usize {
    let known: Vec<String> = options.known.iter().map(|name| fold_header(name)).collect();
    row.cells.iter().filter(|cell| known.contains(&fold_header(&cell.text))).count()
}

/// The first texts of a row, cut short, for a message.
pub fn shown(row: &Row) -> Vec<String> {
    row.cells.iter().filter(|c| !c.text.is_empty()).take(8).map(|c| super::super::text::cut(&c.text, 40).0).collect()
}

fn missing(row: &Row, options: &TableOptions) -> Vec<String> {
    let held: Vec<String> = row.cells.iter().map(|cell| fold_header(&cell.text)).collect();
    let absent = options.required.iter().filter(|names| !names.iter().any(|name| held.contains(&fold_header(name))));
    absent.filter_map(|names| names.first().cloned()).collect()
}

fn only_once(headers: &[String], options: &TableOptions) -> Result<(), ImportError> {
    let known: Vec<String> = options.known.iter().map(|name| fold_header(name)).collect();
    for (index, header) in headers.iter().enumerate() {
        let folded = fold_header(header);
        let again = headers.iter().skip(index + 1).any(|other| fold_header(other) == folded);
        if again && !folded.is_empty() && known.contains(&folded) {
            return Err(ImportError::TwoHeaders { header: header.clone() });
        }
    }
    Ok(())
}
