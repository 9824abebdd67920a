//! A row and a mapping become a draft, with everything that was changed, assumed or not understood said beside it.

mod members;
mod row;

use std::collections::{BTreeMap, HashMap};

use ploughshare_core::domain::draft::Draft;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::lookup::Found;
use super::mapping::Mapping;
use super::table::{CellKind, Row};
use super::text::{fold_header, trim};

/// Most texts whose look-up is remembered.
const REMEMBERED: usize = 20_000;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It can be recorded.
    Ready(Box<Ready>),
    /// It cannot, and why.
    Refused(Refused),
}

/// A row that can be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// The row in the file, from 1.
    pub row: u64,
    /// The content of the new document.
    pub draft: Draft,
    /// Identifies the row for ever, whatever file it comes in: namespace and the mapping's identity columns. Rows
    /// whose id is already recorded are to be passed over, so importing twice adds nothing.
    pub row_id: String,
    /// Hash of all cells of the row: another one under a known `row_id` means the row has changed since.
    pub content_hash: String,
    /// What reads otherwise than in the file.
    pub changes: Vec<Change>,
    /// What a person should look at.
    pub flags: Vec<Flag>,
}

/// A row that cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The row in the file, from 1.
    pub row: u64,
    /// Stable code of the reason.
    pub code: &'static str,
    /// The reason, for people.
    pub why: String,
}

/// A value that reads otherwise than in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The column.
    pub column: String,
    /// The field it went to.
    pub path: String,
    /// What the file says.
    pub from: String,
    /// What the draft says.
    pub to: String,
    /// Stable code of the reason: `code_table`, `formula`, `date_undone`, `instant`, `state_of_marking`, `upper_case`.
    pub why: &'static str,
}

/// Something a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flag {
    /// The column, or nothing where it is about the row.
    pub column: String,
    /// Stable code.
    pub code: &'static str,
    /// For people.
    pub text: String,
}

/// Turns rows of one file into drafts. Holds what it must know across rows: which identities it has met.
pub struct Converter<'m> {
    mapping: &'m Mapping,
    headers: Vec<String>,
    index: BTreeMap<String, usize>,
    unmapped: Vec<usize>,
    met: HashMap<[u8; 16], ([u8; 16], u64)>,
    lookups: HashMap<(usize, String), Found>,
}

impl<'m> Converter<'m> {
    /// Prepares a mapping for the headers of a file.
    pub fn new(mapping: &'m Mapping, headers: &[String]) -> Self {
        let folded: Vec<String> = headers.iter().map(|header| fold_header(header)).collect();
        let mut index = BTreeMap::new();
        for column in mapping.columns() {
            let names = std::iter::once(&column).chain(mapping.aliases.get(&column).into_iter().flatten());
            let at =
                names.map(|name| fold_header(name)).find_map(|name| folded.iter().position(|header| *header == name));
            if let Some(at) = at {
                index.insert(column, at);
            }
        }
        let used: Vec<usize> = index.values().copied().collect();
        let unmapped = (0..headers.len()).filter(|at| !used.contains(at)).collect();
        Self { mapping, headers: headers.to_vec(), index, unmapped, met: HashMap::new(), lookups: HashMap::new() }
    }

    /// Columns of the file the mapping does not name: their texts are kept in a note.
    pub fn unmapped_columns(&self) -> Vec<String> {
        self.unmapped
            .iter()
            .filter_map(|at| self.headers.get(*at))
            .filter(|header| !header.is_empty())
            .cloned()
            .collect()
    }

    /// Columns that are left out, and the reason the mapping gives.
    pub fn ignored_columns(&self) -> Vec<(String, String)> {
        self.mapping
            .ignore
            .iter()
            .filter(|(column, _)| self.index.contains_key(*column))
            .map(|(c, why)| (c.clone(), why.clone()))
            .collect()
    }

    /// Columns the mapping names that the file does not have.
    pub fn missing_columns(&self) -> Vec<String> {
        self.mapping.columns().into_iter().filter(|column| !self.index.contains_key(column)).collect()
    }

    /// Converts one row. Rows are to be given in the order of the file, all of them, also when going on after an
    /// interruption, so that ids of repeated rows come out the same.
    pub fn convert(&mut self, row: &Row) -> Outcome {
        let refused = |code, why| Outcome::Refused(Refused { row: row.number, code, why });
        if let Some(extra) = row.cells.iter().skip(self.headers.len()).find(|cell| !cell.text.is_empty()) {
            let why = format!(
                "it has {} cells and the header has {}: {:?} stands under no header, so the columns may have shifted",
                row.cells.len(),
                self.headers.len(),
                extra.text
            );
            return refused("import.row.too_long", why);
        }
        let formula = row.cells.iter().zip(&self.headers).find(|(cell, _)| cell.kind == CellKind::UnknownFormula);
        if let Some((cell, header)) = formula {
            return refused(
                "import.row.formula_without_value",
                format!("column {header:?} holds the formula {} and the file does not hold its value", cell.text),
            );
        }
        let content = self.content(row);
        let (row_id, repeated) = match self.identify(row, content) {
            Ok(found) => found,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let mut work = row::Work::new(self, row);
        if let Some(first) = repeated {
            work.flag(
                "",
                "row.identity_repeated",
                format!("row {first} has the same identity and other content; both are kept"),
            );
        }
        work.fields();
        work.markings();
        work.refs();
        work.members();
        work.defaults();
        work.notes();
        let (draft, changes, flags) = work.done();
        Outcome::Ready(Box::new(Ready {
            row: row.number,
            draft,
            row_id,
            content_hash: hex::encode(content),
            changes,
            flags,
        }))
    }

    /// The id of a row, and the row that had the same identity before if there is one with other content.
    fn identify(&mut self, row: &Row, content: [u8; 16]) -> Result<(String, Option<u64>), Refused> {
        let parts: Vec<&str> = self.mapping.identity.iter().map(|column| self.text(row, column)).collect();
        let refused = |code, why| Refused { row: row.number, code, why };
        let complete = !parts.is_empty() && parts.iter().all(|part| !part.is_empty());
        if !complete && self.mapping.refuse_without_identity {
            let why = format!("it has nothing in {}, which identifies rows", self.mapping.identity.join(", "));
            return Err(refused("import.row.no_identity", why));
        }
        let mut id = if complete {
            format!("{}:{}", self.mapping.namespace, parts.join("/"))
        } else {
            format!("{}:content:{}", self.mapping.namespace, hex::encode(content))
        };
        if id.len() > 200 {
            id = format!("{}:{}", self.mapping.namespace, hex::encode(short(id.as_bytes())));
        }
        let key = short(id.as_bytes());
        let Some((known, first)) = self.met.get(&key).copied() else {
            self.met.insert(key, (content, row.number));
            return Ok((id, None));
        };
        let own = short(format!("{id}#{}", hex::encode(content)).as_bytes());
        if known == content || self.met.contains_key(&own) {
            let first = self.met.get(&own).map_or(first, |(_, row)| *row);
            return Err(refused("import.row.repeated", format!("it is the same as row {first}, cell for cell")));
        }
        self.met.insert(own, (content, row.number));
        Ok((format!("{id}#{}", hex::encode(content.get(..6).unwrap_or_default())), Some(first)))
    }

    /// Hash of all cells with their headers, whatever the order of the columns.
    fn content(&self, row: &Row) -> [u8; 16] {
        let mut cells: Vec<(String, &str)> = self
            .headers
            .iter()
            .enumerate()
            .map(|(at, header)| (fold_header(header), row.text(at)))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        cells.sort();
        let mut hash = Sha256::new();
        for (header, text) in cells {
            for part in [header.as_str(), text] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part.as_bytes());
            }
        }
        let mut out = [0; 16];
        out.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        out
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    fn text<'r>(&self, row: &'r Row, name: &str) -> &'r str {
        self.column(name).map_or("", |at| trim(row.text(at)))
    }

    fn look_up(&mut self, table: usize, text: &str) -> Found {
        let key = (table, text.to_owned());
        if let Some(found) = self.lookups.get(&key) {
            return found.clone();
        }
        let found = self.mapping.tables.get(table).map_or(Found::Nothing, |table| table.find(text));
        if self.lookups.len() < REMEMBERED {
            self.lookups.insert(key, found.clone());
        }
        found
    }
}

fn short(bytes: &[u8]) -> [u8; 16] {
    let mut out = [0; 16];
    out.iter_mut().zip(Sha256::digest(bytes)).for_each(|(to, from)| *to = from);
    out
}
