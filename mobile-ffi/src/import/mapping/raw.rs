//! A mapping file as it is written, before it is checked.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::super::lookup::RawTable;
use super::super::serial::RawSerialWords;

/// A whole mapping file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMapping {
    pub name: String,
    pub title: String,
    pub namespace: String,
    #[serde(default)]
    pub include: Vec<String>,
    #[serde(default)]
    pub required: Vec<String>,
    #[serde(default)]
    pub file: RawFile,
    pub identity: RawIdentity,
    #[serde(default)]
    pub aliases: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub defaults: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub field: Vec<Spanned<RawField>>,
    #[serde(default)]
    pub marking: Vec<Spanned<RawMarking>>,
    #[serde(default, rename = "ref")]
    pub refs: Vec<Spanned<RawRef>>,
    #[serde(default)]
    pub member: Vec<Spanned<RawMember>>,
    #[serde(default)]
    pub note: RawNote,
    #[serde(default)]
    pub ignore: BTreeMap<String, String>,
    #[serde(default)]
    pub table: BTreeMap<String, RawTable>,
    #[serde(default)]
    pub serial: BTreeMap<String, RawSerialWords>,
}

/// A file of tables for several mappings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawShared {
    #[serde(default)]
    pub table: BTreeMap<String, RawTable>,
    #[serde(default)]
    pub serial: BTreeMap<String, RawSerialWords>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFile {
    pub sheet: Option<String>,
    pub encoding: Option<String>,
    pub language: Option<String>,
    pub search_rows: Option<u64>,
    /// Offset of local time from UTC: `-03:00`.
    pub utc_offset: Option<String>,
    /// Summer times: from and to (dates), and the offset between them.
    #[serde(default)]
    pub summer: Vec<[String; 3]>,
    /// Patterns of texts that stand for an empty cell.
    #[serde(default)]
    pub blank: Vec<String>,
    #[serde(default)]
    pub date_formats: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawIdentity {
    #[serde(default)]
    pub columns: Vec<String>,
    #[serde(default)]
    pub fallback: Fallback,
}

/// What a row without its identity is known by.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// The hash of its content.
    #[default]
    Content,
    /// Nothing: it is refused.
    Refuse,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawField {
    pub column: Option<String>,
    pub value: Option<toml::Value>,
    pub path: String,
    pub as_seen: Option<String>,
    pub table: Option<String>,
    #[serde(default)]
    pub when: Vec<RawCondition>,
    pub unknown: Option<RawOtherwise>,
    pub unmatched: Option<RawOtherwise>,
    pub undo_date: Option<String>,
    #[serde(default)]
    pub upper: bool,
    /// The column holds numbers whose leading zeros matter.
    #[serde(default)]
    pub serial: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawCondition {
    pub column: Option<String>,
    pub path: Option<String>,
    pub is: Option<Vec<String>>,
    pub pattern: Option<String>,
    #[serde(default)]
    pub not: bool,
}

/// `"keep"`, `"clear"`, `"next"` or `{ code = "UNK" }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum RawOtherwise {
    Word(Word),
    Code { code: String },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Keep,
    Clear,
    Next,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMarking {
    pub column: String,
    #[serde(rename = "type")]
    pub marking_type: String,
    pub script: Option<String>,
    /// The set of words (`[serial.NAME]`) that tells states of markings from serials.
    pub words: String,
    #[serde(default)]
    pub when: Vec<RawCondition>,
    /// Serial status of a row whose cell is empty; none is set when not given.
    pub blank_status: Option<String>,
    /// Whether this column decides `serial_status`.
    #[serde(default = "yes")]
    pub sets_status: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRef {
    pub column: String,
    pub scheme: String,
    pub undo_date: Option<String>,
    #[serde(default)]
    pub when: Vec<RawCondition>,
}

/// A member of a set made of constants, for rows that fulfil the conditions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMember {
    pub set: String,
    pub fields: BTreeMap<String, String>,
    #[serde(default)]
    pub when: Vec<RawCondition>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawNote {
    #[serde(default)]
    pub columns: Vec<String>,
}

fn yes() -> bool {
    true
}
