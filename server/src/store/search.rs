//! Finding markings by a piece of their normalised text: the one question each database answers in its own way.

use super::db::{Db, Val};
use super::error::{Result, StoreError};
use crate::vals;
use ploughshare_core::ids::{DocId, OperationId};

/// The shortest piece that is looked for: both databases index three characters at a time.
pub const LEAST_FRAGMENT: usize = 3;
/// Pieces of a fragment that narrow the search; the rest is compared with the text itself.
const MOST_PIECES: usize = 24;

/// A marking whose normalised text holds the fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The operation of its item.
    pub operation: OperationId,
    /// Its item.
    pub item: DocId,
    /// The key of the marking in the item.
    pub key: String,
    /// The normalised text.
    pub norm: String,
}

/// Markings not withdrawn whose `norm` holds `fragment` (normalised by the caller the same way), by text, then by item.
/// Anything in the fragment stands for itself: there are no wildcards.
pub async fn markings_holding(register: &Db, fragment: &str, limit: u32) -> Result<Vec<Hit>> {
    let given = fragment.chars().count();
    if given < LEAST_FRAGMENT {
        return Err(StoreError::FragmentTooShort { least: LEAST_FRAGMENT, given });
    }
    let rows = if register.is_postgres() {
        let sql = "select operation, item, key, norm from marking where norm like $1 and withdrawn = 0
           order by norm collate \"C\", operation, item, key collate \"C\" limit $2";
        register.query(sql, &vals![like_pattern(fragment), limit]).await?
    } else {
        let sql = "select m.operation, m.item, m.key, m.norm
           from marking_fts join marking as m on m.search_id = marking_fts.rowid
           where marking_fts match $1 and instr(m.norm, $2) > 0 and m.withdrawn = 0
           order by m.norm, m.operation, m.item, m.key limit $3";
        register.query(sql, &vals![pieces(fragment), fragment, limit]).await?
    };
    rows.iter()
        .map(|row| {
            Ok(Hit {
                operation: OperationId::from_bytes(row.array(0)?),
                item: DocId::from_bytes(row.array(1)?),
                key: row.text(2)?.to_owned(),
                norm: row.text(3)?.to_owned(),
            })
        })
        .collect()
}

/// `AB%1` → `%AB\%1%`.
pub(super) fn like_pattern(fragment: &str) -> Val {
    let mut pattern = String::from("%");
    for letter in fragment.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    Val::Text(pattern)
}

/// `AB12` → `"AB1" AND "B12"`, the full-text query for rows that have all pieces.
pub(super) fn pieces(fragment: &str) -> Val {
    let letters: Vec<char> = fragment.chars().collect();
    let pieces: Vec<String> = letters
        .windows(LEAST_FRAGMENT)
        .take(MOST_PIECES)
        .map(|piece| format!("\"{}\"", piece.iter().collect::<String>().replace('"', "\"\"")))
        .collect();
    Val::Text(pieces.join(" AND "))
}
