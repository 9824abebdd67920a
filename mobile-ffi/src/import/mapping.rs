//! Mappings: what the columns of somebody's register mean, written down in TOML instead of code.
//!
//! A mapping names the columns that identify a row, and for each field of the vocabulary the column it comes from,
//! the code table that translates its words, and the field that keeps them as seen. Columns nobody names are kept in
//! a note, so nothing is lost by forgetting. The files under `mappings/` are examples, and are built in.

mod builtin;
mod check;
mod raw;

use std::collections::BTreeMap;
use std::path::Path;

use ploughshare_core::cbor::Value;
use regex::Regex;

use super::error::ImportError;
use super::lookup::CodeTable;
use super::serial::SerialWords;
use super::table::{Limits, TableOptions};

pub use builtin::NAMES as BUILTIN_NAMES;

/// A mapping, read, complete with the tables it includes, and checked against the vocabulary.
#[derive(Debug)]
pub struct Mapping {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) namespace: String,
    pub(super) sheet: Option<String>,
    pub(super) encoding: Option<String>,
    pub(super) language: Option<String>,
    pub(super) search_rows: u64,
    pub(super) blank: Vec<Regex>,
    pub(super) date_formats: Vec<String>,
    pub(super) clock: Clock,
    pub(super) required: Vec<String>,
    pub(super) aliases: BTreeMap<String, Vec<String>>,
    pub(super) identity: Vec<String>,
    pub(super) refuse_without_identity: bool,
    pub(super) defaults: BTreeMap<String, Value>,
    pub(super) fields: Vec<FieldRule>,
    pub(super) markings: Vec<MarkingRule>,
    pub(super) refs: Vec<RefRule>,
    pub(super) members: Vec<MemberRule>,
    pub(super) notes: Vec<String>,
    pub(super) ignore: BTreeMap<String, String>,
    pub(super) tables: Vec<CodeTable>,
}

/// Offsets of local time from UTC, in seconds east.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    pub(super) offset: i64,
    /// From and to, in seconds of the local clock, and the offset between them: summer time.
    pub(super) summer: Vec<(i64, i64, i64)>,
}

impl Clock {
    /// Milliseconds since the Unix epoch of seconds on the local clock.
    pub fn instant(&self, local: i64) -> i64 {
        let summer = self.summer.iter().find(|(from, to, _)| (*from..*to).contains(&local));
        (local - summer.map_or(self.offset, |(.., offset)| *offset)) * 1000
    }
}

/// A column, or a constant, to a scalar field.
#[derive(Debug)]
pub struct FieldRule {
    pub(super) column: Option<String>,
    pub(super) value: Option<Value>,
    pub(super) path: String,
    pub(super) shape: Shape,
    pub(super) as_seen: Option<(String, usize)>,
    pub(super) table: Option<usize>,
    pub(super) when: Vec<Condition>,
    pub(super) unknown: Otherwise,
    pub(super) unmatched: Otherwise,
    pub(super) undo_date: Option<String>,
    pub(super) upper: bool,
    pub(super) serial: bool,
}

/// What kind of value a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Text of at most so many characters.
    Text(usize),
    /// A code of a list.
    Code,
    /// A whole number within bounds.
    Int(i64, i64),
    /// Yes or no.
    Bool,
    /// An instant.
    Time,
}

/// What to do with a word the table says is unknown, or does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Keep the text itself.
    Keep,
    /// Leave the field empty.
    Clear,
    /// Let the next rule for the same field try.
    Next,
    /// This code.
    Code(String),
}

/// A condition on the row or on fields set by rules before.
#[derive(Debug)]
pub struct Condition {
    pub(super) of: Operand,
    pub(super) test: Test,
    pub(super) not: bool,
}

/// What a condition looks at.
#[derive(Debug)]
pub enum Operand {
    /// The text of a column.
    Column(String),
    /// A field already set.
    Path(String),
}

/// How it is compared.
#[derive(Debug)]
pub enum Test {
    /// One of these words, without accents and case.
    Is(Vec<String>),
    /// A pattern over the folded text.
    Pattern(Regex),
}

/// A column of serials or other markings.
#[derive(Debug)]
pub struct MarkingRule {
    pub(super) column: String,
    pub(super) marking_type: String,
    pub(super) script: Option<String>,
    pub(super) words: SerialWords,
    pub(super) when: Vec<Condition>,
    pub(super) blank_status: Option<String>,
    pub(super) sets_status: bool,
}

/// A column of numbers in somebody's files.
#[derive(Debug)]
pub struct RefRule {
    pub(super) column: String,
    pub(super) scheme: String,
    pub(super) undo_date: Option<String>,
    pub(super) when: Vec<Condition>,
}

/// A member of a set made of constants.
#[derive(Debug)]
pub struct MemberRule {
    pub(super) set: String,
    pub(super) fields: BTreeMap<String, Value>,
    pub(super) when: Vec<Condition>,
}

impl Mapping {
    /// Reads a mapping file; what it includes is looked for beside it, then among the shipped tables.
    ///
    /// # Errors
    /// [`ImportError::Mapping`] naming the file, the line and what is wrong.
    pub fn load(path: &Path) -> Result<Self, ImportError> {
        let unreadable = |source| ImportError::Unreadable { path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let beside = path.parent().map(Path::to_owned).unwrap_or_default();
        check::build(&path.display().to_string(), &text, |name| {
            std::fs::read_to_string(beside.join(name)).ok().or_else(|| builtin::shared(name).map(ToOwned::to_owned))
        })
    }

    /// A mapping from its text; it may include the shipped tables only. `name` stands in messages.
    ///
    /// # Errors
    /// As [`Mapping::load`].
    pub fn parse(name: &str, text: &str) -> Result<Self, ImportError> {
        check::build(name, text, |include| builtin::shared(include).map(ToOwned::to_owned))
    }

    /// A mapping that ships with the program, by name; `None` if there is none of that name.
    ///
    /// # Errors
    /// As [`Mapping::load`]; the shipped mappings are tested not to fail.
    pub fn builtin(name: &str) -> Option<Result<Self, ImportError>> {
        builtin::mapping(name).map(|text| Self::parse(name, text))
    }

    /// Names of the mappings that ship with the program.
    pub fn shipped() -> &'static [&'static str] {
        &builtin::NAMES
    }

    /// The shipped mapping whose headers fit the file best.
    ///
    /// # Errors
    /// [`ImportError::NoMappingFits`], or why the file cannot be read at all.
    pub fn detect(path: &Path) -> Result<Self, ImportError> {
        builtin::detect(path)
    }

    /// Its name, as used on the command line.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for, in words.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The register whose row ids it reads; prefixed to every row id.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// How a file of this mapping is to be opened.
    pub fn table_options(&self) -> TableOptions {
        let names = |column: &String| {
            let mut all = vec![column.clone()];
            all.extend(self.aliases.get(column).into_iter().flatten().cloned());
            all
        };
        let known = self.columns().iter().flat_map(names).collect();
        TableOptions {
            sheet: self.sheet.clone(),
            encoding: self.encoding.clone(),
            required: self.required.iter().map(names).collect(),
            known,
            search_rows: self.search_rows,
            limits: Limits::default(),
        }
    }

    /// Every column the mapping names, once, by its first name.
    pub fn columns(&self) -> Vec<String> {
        let conditions = |when: &[Condition]| {
            let columns = when.iter().filter_map(|c| match &c.of {
                Operand::Column(column) => Some(column.clone()),
                Operand::Path(_) => None,
            });
            columns.collect::<Vec<_>>()
        };
        let mut all: Vec<String> = self.required.clone();
        all.extend(self.identity.iter().cloned());
        for rule in &self.fields {
            all.extend(rule.column.clone());
            all.extend(conditions(&rule.when));
        }
        for rule in &self.markings {
            all.push(rule.column.clone());
            all.extend(conditions(&rule.when));
        }
        for rule in &self.refs {
            all.push(rule.column.clone());
            all.extend(conditions(&rule.when));
        }
        for rule in &self.members {
            all.extend(conditions(&rule.when));
        }
        all.extend(self.notes.iter().cloned());
        all.extend(self.ignore.keys().cloned());
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|column| seen.insert(column.clone()));
        all
    }
}
