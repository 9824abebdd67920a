//! The history of a document: every value that was said, by which entry, and what it replaced in its author's eyes.

use std::collections::{BTreeMap, HashMap};

use super::order::order;
use super::{Exceptions, Statement};
use crate::cbor::Value;
use crate::ids::{DocId, EntryHash};

/// One value said at one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The entry that says it.
    pub entry: EntryHash,
    /// Where.
    pub path: String,
    /// What its author saw there: no value on the first, several when they settled a conflict.
    pub from: Vec<Value>,
    /// What it says.
    pub to: Value,
    /// Entries that said something else here and had not been seen by this author, nor had seen this: concurrent.
    pub concurrent_with: Vec<EntryHash>,
    /// Whether a later entry that saw it said something again.
    pub superseded: bool,
}

/// Every line of a document's history, in fold order. Void entries say nothing; waiting ones are not in it yet.
pub fn history(id: DocId, statements: &[Statement], exceptions: &Exceptions) -> Vec<Line> {
    let order = order(id, statements, exceptions);
    let index: HashMap<EntryHash, usize> = order.ready.iter().enumerate().map(|(i, (h, _))| (*h, i)).collect();
    let mut seen: Vec<Vec<u64>> = Vec::with_capacity(order.ready.len());
    let words = order.ready.len().div_ceil(64);
    let mut said: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    let mut lines: Vec<Line> = Vec::new();
    for (i, (hash, entry)) in order.ready.iter().enumerate() {
        let mut mine = vec![0u64; words];
        for before in entry.after.iter().filter_map(|h| index.get(h)) {
            if let Some(theirs) = seen.get(*before) {
                for (word, other) in mine.iter_mut().zip(theirs) {
                    *word |= other;
                }
            }
            if let Some(word) = mine.get_mut(before / 64) {
                *word |= 1 << (before % 64);
            }
        }
        if !order.void.contains_key(hash) && !exceptions.left_out.contains(hash) && !entry.needs_update() {
            for (path, to) in entry.writes(hash) {
                let earlier = said.entry(path.clone()).or_default();
                let mut from = Vec::new();
                let mut concurrent_with = Vec::new();
                // Shown to this author: what they saw, unless something else that they saw had replaced it.
                let visible = |j: usize| {
                    let replaced = |(k, _): &(usize, usize)| {
                        *k != j && sees(&mine, *k) && seen.get(*k).is_some_and(|s| sees(s, j))
                    };
                    !earlier.iter().any(replaced)
                };
                for (j, line) in earlier.iter() {
                    let shown = *j == i || (sees(&mine, *j) && visible(*j));
                    let Some(other) = lines.get_mut(*line) else { continue };
                    if *j == i || sees(&mine, *j) {
                        if shown {
                            from.push(other.to.clone());
                        }
                        other.superseded = true;
                    } else if other.to != to {
                        concurrent_with.push(other.entry);
                        other.concurrent_with.push(*hash);
                    }
                }
                earlier.push((i, lines.len()));
                lines.push(Line { entry: *hash, path, from, to, concurrent_with, superseded: false });
            }
        }
        seen.push(mine);
    }
    lines
}

fn sees(ancestors: &[u64], j: usize) -> bool {
    ancestors.get(j / 64).is_some_and(|word| word & (1 << (j % 64)) != 0)
}
