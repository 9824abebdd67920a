//! The three kinds of value both databases keep, and rows of them.

use std::borrow::Cow;

use ploughshare_core::ids::{DeviceId, DocId, EntryHash, JournalId, OfficerId, OperationId, PersonHash, SegmentHash};
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgRow, PgTypeInfo};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, Decode, Encode, Postgres, Row as _, Sqlite, Type, TypeInfo as _, ValueRef as _};

use crate::store::error::{Result, StoreError};

/// A value in a column or for a placeholder. Booleans are `Int` 0 or 1, times `Int`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Val {
    /// No value.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Val {
    fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "a number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        }
    }

    pub(super) fn into_int(self) -> Option<i64> {
        if let Self::Int(value) = self { Some(value) } else { None }
    }

    pub(super) fn into_text(self) -> Option<String> {
        if let Self::Text(value) = self { Some(without_nul(&value).into_owned()) } else { None }
    }

    pub(super) fn into_bytes(self) -> Option<Vec<u8>> {
        if let Self::Bytes(value) = self { Some(value) } else { None }
    }

    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Null | Self::Int(_) => 8,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

macro_rules! val_from {
    ($($from:ty => |$value:ident| $make:expr),+ $(,)?) => {
        $(impl From<$from> for Val { fn from($value: $from) -> Self { $make } })+
    };
}

val_from! {
    i64 => |value| Self::Int(value),
    i32 => |value| Self::Int(value.into()),
    u32 => |value| Self::Int(value.into()),
    u16 => |value| Self::Int(value.into()),
    u8 => |value| Self::Int(value.into()),
    // Counts and places; more than 2^63 of anything never happens, and saturating makes the CHECKs see it.
    u64 => |value| Self::Int(i64::try_from(value).unwrap_or(i64::MAX)),
    usize => |value| Self::Int(i64::try_from(value).unwrap_or(i64::MAX)),
    bool => |value| Self::Int(value.into()),
    String => |value| Self::Text(value),
    &str => |value| Self::Text(value.to_owned()),
    &String => |value| Self::Text(value.clone()),
    Vec<u8> => |value| Self::Bytes(value),
    &Vec<u8> => |value| Self::Bytes(value.clone()),
    &[u8] => |value| Self::Bytes(value.to_vec()),
}

macro_rules! val_from_id {
    ($($id:ty),+ $(,)?) => {$(
        impl From<$id> for Val { fn from(value: $id) -> Self { Self::Bytes(value.to_vec()) } }
        impl From<&$id> for Val { fn from(value: &$id) -> Self { Self::Bytes(value.to_vec()) } }
    )+};
}

val_from_id!(DocId, JournalId, OperationId, OfficerId, DeviceId, EntryHash, SegmentHash, PersonHash);

impl<const N: usize> From<[u8; N]> for Val {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Val {
    fn from(value: &[u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Val {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Values for a statement or a row: `vals![id, name, closed_at]`.
#[macro_export]
macro_rules! vals {
    ($($value:expr),* $(,)?) => { ::std::vec::Vec::from([$($crate::store::Val::from($value)),*]) };
}

/// One row, read by column index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Vec<Val>);

impl Row {
    /// All values in order.
    pub fn values(&self) -> &[Val] {
        &self.0
    }

    /// All values, owned.
    pub fn into_values(self) -> Vec<Val> {
        self.0
    }

    /// A number.
    pub fn int(&self, column: usize) -> Result<i64> {
        match self.at(column)? {
            Val::Int(value) => Ok(*value),
            other => Err(wrong(column, "a number", other)),
        }
    }

    /// A number that is never negative, such as a place or a count.
    pub fn uint(&self, column: usize) -> Result<u64> {
        let value = self.int(column)?;
        u64::try_from(value).map_err(|_| wrong(column, "zero or more", &Val::Int(value)))
    }

    /// A 0/1 column.
    pub fn flag(&self, column: usize) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// Text.
    pub fn text(&self, column: usize) -> Result<&str> {
        match self.at(column)? {
            Val::Text(value) => Ok(value),
            other => Err(wrong(column, "text", other)),
        }
    }

    /// Bytes.
    pub fn bytes(&self, column: usize) -> Result<&[u8]> {
        match self.at(column)? {
            Val::Bytes(value) => Ok(value),
            other => Err(wrong(column, "bytes", other)),
        }
    }

    /// Bytes of a fixed length: 16 for ids, 32 for hashes.
    pub fn array<const N: usize>(&self, column: usize) -> Result<[u8; N]> {
        let bytes = self.bytes(column)?;
        bytes.try_into().map_err(|_| StoreError::Type {
            column,
            expected: "bytes of the length of its id or hash",
            found: format!("{} bytes, wanted {N}", bytes.len()),
        })
    }

    /// A number or null.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        self.unless_null(column, Self::int)
    }

    /// Text or null.
    pub fn opt_text(&self, column: usize) -> Result<Option<&str>> {
        self.unless_null(column, Self::text)
    }

    /// Bytes or null.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<&[u8]>> {
        self.unless_null(column, Self::bytes)
    }

    /// Bytes of a fixed length, or null.
    pub fn opt_array<const N: usize>(&self, column: usize) -> Result<Option<[u8; N]>> {
        self.unless_null(column, Self::array)
    }

    /// Takes the bytes out of the row without copying them.
    pub fn take_bytes(&mut self, column: usize) -> Result<Vec<u8>> {
        self.bytes(column)?;
        match self.0.get_mut(column) {
            Some(Val::Bytes(bytes)) => Ok(std::mem::take(bytes)),
            _ => Ok(Vec::new()),
        }
    }

    fn unless_null<'a, T>(&'a self, column: usize, read: impl Fn(&'a Self, usize) -> Result<T>) -> Result<Option<T>> {
        match self.at(column)? {
            Val::Null => Ok(None),
            _ => read(self, column).map(Some),
        }
    }

    fn at(&self, column: usize) -> Result<&Val> {
        self.0.get(column).ok_or(StoreError::Type {
            column,
            expected: "a column of the row",
            found: "outside the row".to_owned(),
        })
    }
}

fn wrong(column: usize, expected: &'static str, found: &Val) -> StoreError {
    StoreError::Type { column, expected, found: found.name().to_owned() }
}

fn unknown(column: usize, found: &str) -> StoreError {
    StoreError::Type { column, expected: "a number, text or bytes (cast it in the statement)", found: found.to_owned() }
}

pub(super) fn sqlite_row(row: &SqliteRow) -> Result<Row> {
    let mut values = Vec::with_capacity(row.len());
    for column in 0..row.len() {
        let raw = row.try_get_raw(column)?;
        let value = if raw.is_null() {
            Val::Null
        } else {
            let kind = raw.type_info();
            match kind.name() {
                "INTEGER" | "BOOLEAN" => Val::Int(decode::<Sqlite, i64>(raw)?),
                "TEXT" => Val::Text(decode::<Sqlite, String>(raw)?),
                "BLOB" => Val::Bytes(decode::<Sqlite, Vec<u8>>(raw)?),
                other => return Err(unknown(column, other)),
            }
        };
        values.push(value);
    }
    Ok(Row(values))
}

pub(super) fn postgres_row(row: &PgRow) -> Result<Row> {
    let mut values = Vec::with_capacity(row.len());
    for column in 0..row.len() {
        let raw = row.try_get_raw(column)?;
        let value = if raw.is_null() {
            Val::Null
        } else {
            let kind = raw.type_info();
            match kind.name() {
                "INT8" => Val::Int(decode::<Postgres, i64>(raw)?),
                "INT4" => Val::Int(decode::<Postgres, i32>(raw)?.into()),
                "INT2" => Val::Int(decode::<Postgres, i16>(raw)?.into()),
                "BOOL" => Val::Int(decode::<Postgres, bool>(raw)?.into()),
                "TEXT" | "VARCHAR" | "NAME" | "UNKNOWN" | "BPCHAR" => Val::Text(decode::<Postgres, String>(raw)?),
                "BYTEA" => Val::Bytes(decode::<Postgres, Vec<u8>>(raw)?),
                "VOID" => Val::Null,
                other => return Err(unknown(column, other)),
            }
        };
        values.push(value);
    }
    Ok(Row(values))
}

fn decode<'r, DB: sqlx::Database, T: Decode<'r, DB>>(raw: DB::ValueRef<'r>) -> Result<T> {
    T::decode(raw).map_err(|error| StoreError::Query(sqlx::Error::Decode(error)))
}

pub(super) fn sqlite_arguments<'a>(values: impl IntoIterator<Item = &'a Val>) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Val::Null => arguments.add(Option::<i64>::None),
            Val::Int(value) => arguments.add(*value),
            Val::Text(value) => arguments.add(without_nul(value).into_owned()),
            Val::Bytes(value) => arguments.add(value.clone()),
        }
        .map_err(encoding)?;
    }
    Ok(arguments)
}

pub(super) fn postgres_arguments<'a>(values: impl IntoIterator<Item = &'a Val>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Val::Null => arguments.add(UntypedNull),
            Val::Int(value) => arguments.add(*value),
            Val::Text(value) => arguments.add(without_nul(value).as_ref()),
            Val::Bytes(value) => arguments.add(value.as_slice()),
        }
        .map_err(encoding)?;
    }
    Ok(arguments)
}

/// PostgreSQL cannot keep U+0000 in text and SQLite's functions stop at it, so both get U+FFFD in its place. Only columns
/// made for searching and showing are text; what was said is kept as bytes.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

pub(super) fn encoding(error: sqlx::error::BoxDynError) -> StoreError {
    StoreError::Query(sqlx::Error::Encode(error))
}

/// A null whose type PostgreSQL infers from the statement (type 0 in the Parse message).
struct UntypedNull;

impl Type<Postgres> for UntypedNull {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl Encode<'_, Postgres> for UntypedNull {
    fn encode_by_ref(
        &self,
        _buffer: &mut PgArgumentBuffer,
    ) -> std::result::Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        Ok(sqlx::encode::IsNull::Yes)
    }
}
