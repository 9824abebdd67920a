//! One cell and one row, whatever file they come from.

use super::super::text::trim;
use super::formula;

/// What a cell was in the file, which tells what may have been lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// Text as written.
    Text,
    /// A number: leading zeros, if there were any, are gone.
    Number,
    /// A number of more than 15 digits: a spreadsheet has replaced the last ones by zeros.
    LongNumber,
    /// A date, given as `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ss`.
    Date,
    /// Yes or no, given as `TRUE` or `FALSE`.
    Bool,
    /// The text of a formula of literals.
    LiteralFormula,
    /// The value a spreadsheet last computed for a formula.
    CachedFormula,
    /// A formula that is not evaluated and has no value in the file; the text is the formula.
    UnknownFormula,
    /// An error such as `#REF!`; the text is the error.
    Error,
}

/// One cell: its text, trimmed, and what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The text a person saw.
    pub text: String,
    /// What the cell was.
    pub kind: CellKind,
}

impl Cell {
    /// A cell of text, in which a formula typed as text (`="0123"`) is read as what it stands for.
    pub fn from_text(text: &str) -> Self {
        let text = trim(text);
        if text.starts_with('=')
            && let Some(literal) = formula::literal(text)
        {
            return Self { text: trim(&literal).to_owned(), kind: CellKind::LiteralFormula };
        }
        Self { text: text.to_owned(), kind: CellKind::Text }
    }

    /// A cell that holds nothing.
    pub fn empty() -> Self {
        Self { text: String::new(), kind: CellKind::Text }
    }

    /// A number with the digits it was typed with: `7.62`, `60777`.
    pub fn from_number(number: f64) -> Self {
        let kind = if number.abs() >= 1e15 { CellKind::LongNumber } else { CellKind::Number };
        // Display writes the shortest digits that give the number back, and never an exponent.
        Self { text: number.to_string(), kind }
    }
}

/// One row below the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The row as the file counts it, from 1: in CSV the line it begins on.
    pub number: u64,
    /// Its cells, in the order of the headers; may be shorter or longer than they are.
    pub cells: Vec<Cell>,
}

impl Row {
    /// Whether no cell holds anything.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.is_empty())
    }

    /// The text of a column, counted from 0; empty where the row is shorter.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, CellKind};

    #[test]
    fn numbers_keep_the_digits_they_were_typed_with() {
        assert_eq!(Cell::from_number(7.62).text, "7.62");
        assert_eq!(Cell::from_number(60777.0).text, "60777");
        assert_eq!(Cell::from_number(-0.5).text, "-0.5");
        assert_eq!(Cell::from_number(123_456_789_012_345_680.0).kind, CellKind::LongNumber);
    }

    #[test]
    fn a_formula_typed_as_text_is_read_as_its_text() {
        assert_eq!(Cell::from_text(" =\"0123\" "), Cell { text: "0123".into(), kind: CellKind::LiteralFormula });
        assert_eq!(Cell::from_text("=A1").kind, CellKind::Text);
    }
}
