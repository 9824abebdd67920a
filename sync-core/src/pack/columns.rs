//! Rows as they travel: column by column, so that what is alike stands together, and pressed.
//!
//! ```text
//! part    [ 1, inflated size, zstd(body) ]
//! body    { 0: rows  1: ids, 16 bytes each, ascending  2…11: text columns  12…15: number columns
//!          16: numbers of serials  17: [serial …] }
//! text    [ [text or null …] each different one once, in the order met; which of them, a number for each row ]
//! numbers bytes: LEB128, one for each row
//! ```
//!
//! A later version may add columns; they are left alone.

use std::collections::BTreeMap;

use super::{PackError, Row};
use crate::cbor::{self, Value};
use crate::ids::DocId;
use crate::limits;

/// How hard parts are pressed: the register presses once, and each tablet of an operation waits for the bytes.
const LEVEL: i32 = 15;
const TEXTS: i64 = 2;
const NUMBERS: i64 = 12;

fn push_number(bytes: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        bytes.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    bytes.push(n as u8);
}

/// Exactly `count` numbers, in their shortest form.
fn read_numbers(bytes: &[u8], count: usize) -> Option<Vec<u64>> {
    let mut numbers = Vec::with_capacity(count.min(bytes.len()));
    let (mut n, mut shift) = (0_u64, 0_u32);
    for byte in bytes {
        if shift > 56 || (shift > 0 && *byte == 0) {
            return None;
        }
        n |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            numbers.push(n);
            (n, shift) = (0, 0);
        } else {
            shift += 7;
        }
    }
    (shift == 0 && numbers.len() == count).then_some(numbers)
}

fn write_numbers(numbers: impl Iterator<Item = u64>) -> Value {
    let mut bytes = Vec::new();
    numbers.for_each(|n| push_number(&mut bytes, n));
    Value::Bytes(bytes)
}

fn write_texts<'a>(column: impl Iterator<Item = Option<&'a str>>) -> Value {
    let mut known: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    let mut distinct = Vec::new();
    let which: Vec<u64> = column
        .map(|text| {
            *known.entry(text).or_insert_with(|| {
                distinct.push(text.map_or(Value::Null, Value::from));
                distinct.len() as u64 - 1
            })
        })
        .collect();
    Value::Array(vec![Value::Array(distinct), write_numbers(which.into_iter())])
}

fn read_texts(value: &Value, count: usize) -> Option<Vec<Option<String>>> {
    let [distinct, which] = value.as_array()? else { return None };
    let distinct = distinct.as_array().filter(|list| list.len() <= count)?;
    let text = |n: u64| match distinct.get(usize::try_from(n).ok()?)? {
        Value::Null => Some(None),
        other => other.as_text().map(|text| Some(text.to_owned())),
    };
    read_numbers(which.as_bytes()?, count)?.into_iter().map(text).collect()
}

fn body(rows: &[Row]) -> Vec<u8> {
    let mut pairs = vec![
        (Value::Int(0), Value::Int(rows.len() as i64)),
        (Value::Int(1), Value::Bytes(rows.iter().flat_map(|row| *row.id.as_bytes()).collect())),
    ];
    for column in 0..10 {
        let texts = rows.iter().map(|row| row.texts().get(column).copied().flatten());
        pairs.push((Value::Int(TEXTS + column as i64), write_texts(texts)));
    }
    for column in 0..4 {
        let numbers = rows.iter().map(|row| row.numbers().get(column).copied().unwrap_or(0));
        pairs.push((Value::Int(NUMBERS + column as i64), write_numbers(numbers)));
    }
    let shown = |row: &Row| row.serials.len().min(limits::PACK_ROW_SERIALS);
    pairs.push((Value::Int(16), write_numbers(rows.iter().map(|row| shown(row) as u64))));
    let serials = rows.iter().flat_map(|row| row.serials.iter().take(limits::PACK_ROW_SERIALS));
    pairs.push((Value::Int(17), Value::Array(serials.map(|text| Value::Text(text.clone())).collect())));
    cbor::encode(&Value::Map(pairs))
}

/// Writes rows, ascending by id, as one part. `None` when they are too many or come out too large: cut them in two.
pub fn write_part(rows: &[Row]) -> Option<Vec<u8>> {
    if rows.len() > limits::PACK_PART_ROWS || !rows.is_sorted_by(|a, b| a.id < b.id) {
        return None;
    }
    let body = body(rows);
    if body.len() > limits::PACK_PART_INFLATED {
        return None;
    }
    let pressed = zstd::bulk::compress(&body, LEVEL).ok()?;
    let part = cbor::encode(&Value::Array(vec![Value::Int(1), Value::Int(body.len() as i64), Value::Bytes(pressed)]));
    (part.len() <= limits::PART_BYTES).then_some(part)
}

/// Reads a part.
pub fn read_part(bytes: &[u8]) -> Result<Vec<Row>, PackError> {
    if bytes.len() > limits::PART_BYTES {
        return Err(PackError::Malformed);
    }
    let part = cbor::decode(bytes).map_err(|_| PackError::Malformed)?;
    let parts = part.as_array().ok_or(PackError::Malformed)?;
    if parts.first().and_then(Value::as_int).ok_or(PackError::Malformed)? != 1 {
        return Err(PackError::Version);
    }
    read(parts).ok_or(PackError::Malformed)
}

fn read(parts: &[Value]) -> Option<Vec<Row>> {
    let [_, size, pressed] = parts else { return None };
    let size = usize::try_from(size.as_uint()?).ok().filter(|size| *size <= limits::PACK_PART_INFLATED)?;
    let body = zstd::bulk::decompress(pressed.as_bytes()?, size).ok().filter(|body| body.len() == size)?;
    let body = cbor::decode(&body).ok()?;
    let count = usize::try_from(body.get_int(0)?.as_uint()?).ok().filter(|n| *n <= limits::PACK_PART_ROWS)?;
    let (ids, rest) = body.get_int(1)?.as_bytes()?.as_chunks::<16>();
    if ids.len() != count || !rest.is_empty() || !ids.is_sorted_by(|a, b| a < b) {
        return None;
    }
    let mut texts = Vec::with_capacity(10);
    for column in 0..10 {
        texts.push(read_texts(body.get_int(TEXTS + column)?, count)?.into_iter());
    }
    let mut numbers = Vec::with_capacity(4);
    for column in 0..4 {
        numbers.push(read_numbers(body.get_int(NUMBERS + column)?.as_bytes()?, count)?.into_iter());
    }
    let shown = read_numbers(body.get_int(16)?.as_bytes()?, count)?;
    let mut serials = body.get_int(17)?.as_array()?.iter();
    let mut rows = Vec::with_capacity(count);
    for (id, shown) in ids.iter().zip(shown) {
        let shown = usize::try_from(shown).ok().filter(|n| *n <= limits::PACK_ROW_SERIALS)?;
        let own: Vec<String> =
            serials.by_ref().take(shown).map(|s| s.as_text().map(str::to_owned)).collect::<Option<_>>()?;
        if own.len() != shown {
            return None;
        }
        let mut text: [Option<String>; 10] = Default::default();
        for (cell, column) in text.iter_mut().zip(&mut texts) {
            *cell = column.next()?;
        }
        let mut number = [0; 4];
        for (cell, column) in number.iter_mut().zip(&mut numbers) {
            *cell = column.next()?;
        }
        rows.push(Row::from_columns(DocId::from_bytes(*id), text, number, own)?);
    }
    serials.next().is_none().then_some(rows)
}
