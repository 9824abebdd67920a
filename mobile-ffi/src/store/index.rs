//! What documents are found by, in memory: made of sealed rows at the first search and kept up by what changed since. Nothing of it is on
//! any disk, and it is overwritten when the store is sealed or closed.
//!
//! A document of average size takes some 400 bytes here. Parts of serials and words are looked for in one pass over all of them.

use std::collections::BTreeMap;

use memchr::memmem::Finder;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Connection, Result, id};
use ploughshare_core::ids::DocId;

/// Where facets are sealed.
pub(super) const PLACE: &str = "documents.facets";

/// One serial of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Serial {
    /// As it was read.
    pub seen: String,
    /// As it is compared.
    pub normalised: String,
    /// As it is compared when misreadings fall together.
    pub folded: String,
}

/// What a document is found by, as it is sealed in its row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facets {
    /// Kind of document.
    pub kind: Option<String>,
    /// Kind of item.
    pub item_kind: Option<String>,
    /// Class code.
    pub class: Option<String>,
    /// Status code.
    pub status: Option<String>,
    /// Every value that stands for a serial.
    pub serials: Vec<Serial>,
    /// Free text, in lower case.
    pub words: String,
    /// When it last changed here, ms since the Unix epoch.
    pub changed_ms: i64,
}

impl Drop for Facets {
    fn drop(&mut self) {
        self.words.zeroize();
        for serial in &mut self.serials {
            serial.seen.zeroize();
            serial.normalised.zeroize();
            serial.folded.zeroize();
        }
    }
}

/// What is looked for here.
#[derive(Debug, Clone, Default)]
pub(super) struct Looked {
    pub kind: Option<String>,
    pub item_kind: Option<String>,
    pub class: Option<String>,
    pub status: Option<String>,
    /// Each is somewhere in the free text.
    pub words: Vec<String>,
    /// Part of a serial, as it is compared.
    pub normalised: Option<String>,
    /// Part of a serial, as it is compared when misreadings fall together.
    pub folded: Option<String>,
}

impl Looked {
    /// Whether anything is looked for.
    pub(super) fn anything(&self) -> bool {
        let facets = [&self.kind, &self.item_kind, &self.class, &self.status, &self.normalised, &self.folded];
        facets.iter().any(|facet| facet.is_some()) || !self.words.is_empty()
    }
}

struct Row {
    facets: [u32; 4],
    /// Serials as compared, serials folded, words: one after the other.
    text: Zeroizing<Box<[u8]>>,
    folded_at: u32,
    words_at: u32,
}

/// Texts that come again and again, by number; 0 is none.
#[derive(Default)]
struct Names(BTreeMap<String, u32>);

impl Names {
    fn number(&mut self, name: Option<&str>) -> u32 {
        let Some(name) = name else { return 0 };
        let next = self.0.len() as u32 + 1;
        match self.0.get(name) {
            Some(number) => *number,
            None => *self.0.entry(name.to_owned()).or_insert(next),
        }
    }
}

/// The index.
#[derive(Default)]
pub(crate) struct Index {
    rows: BTreeMap<i64, Row>,
    names: Names,
    /// The newest change that is in it.
    version: i64,
}

impl Index {
    /// Forgets everything; the next search reads it again.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn put(&mut self, row: i64, facets: &Facets) {
        let mut text = Vec::with_capacity(facets.words.len() + facets.serials.len() * 40);
        for serial in &facets.serials {
            text.extend_from_slice(serial.normalised.as_bytes());
            text.push(b'\n');
        }
        let folded_at = text.len() as u32;
        for serial in &facets.serials {
            text.extend_from_slice(serial.folded.as_bytes());
            text.push(b'\n');
        }
        let words_at = text.len() as u32;
        text.extend_from_slice(facets.words.as_bytes());
        let mut number = |name: &Option<String>| self.names.number(name.as_deref());
        let facets = [number(&facets.kind), number(&facets.item_kind), number(&facets.class), number(&facets.status)];
        let text = Zeroizing::new(text.into_boxed_slice());
        self.rows.insert(row, Row { facets, text, folded_at, words_at });
    }

    /// What tells the rows that are looked for, or `None` when a facet is asked for that no document has.
    fn matcher<'a>(&self, looked: &'a Looked) -> Option<Matcher<'a>> {
        let facets = [&looked.kind, &looked.item_kind, &looked.class, &looked.status];
        let mut numbers = [None; 4];
        for (number, facet) in numbers.iter_mut().zip(facets) {
            if let Some(name) = facet {
                *number = Some(*self.names.0.get(name.as_str())?);
            }
        }
        let finder = |text: &'a String| Finder::new(text.as_bytes());
        Some(Matcher {
            facets: numbers,
            words: looked.words.iter().map(finder).collect(),
            normalised: looked.normalised.as_ref().map(finder),
            folded: looked.folded.as_ref().map(finder),
        })
    }

    /// The newest rows below `before` that are looked for, as far as `keep` takes them.
    pub(super) fn find(
        &self,
        looked: &Looked,
        before: Option<i64>,
        mut keep: impl FnMut(i64) -> Result<bool>,
    ) -> Result<()> {
        let Some(matcher) = self.matcher(looked) else { return Ok(()) };
        for (number, row) in self.rows.range(..before.unwrap_or(i64::MAX)).rev() {
            if matcher.fits(row) && !keep(*number)? {
                break;
            }
        }
        Ok(())
    }

    /// Whether a row is one that is looked for.
    pub(super) fn fits(&self, row: i64, looked: &Looked) -> bool {
        let matcher = self.matcher(looked);
        matcher.zip(self.rows.get(&row)).is_some_and(|(matcher, row)| matcher.fits(row))
    }
}

struct Matcher<'a> {
    facets: [Option<u32>; 4],
    words: Vec<Finder<'a>>,
    normalised: Option<Finder<'a>>,
    folded: Option<Finder<'a>>,
}

impl Matcher<'_> {
    fn fits(&self, row: &Row) -> bool {
        let part = |from: u32, to: usize| row.text.get(from as usize..to).unwrap_or_default();
        let (folded_at, words_at) = (row.folded_at as usize, row.words_at as usize);
        self.facets.iter().zip(&row.facets).all(|(asked, has)| asked.is_none_or(|asked| asked == *has))
            && self.normalised.as_ref().is_none_or(|finder| finder.find(part(0, folded_at)).is_some())
            && self.folded.as_ref().is_none_or(|finder| finder.find(part(row.folded_at, words_at)).is_some())
            && self.words.iter().all(|finder| finder.find(part(row.words_at, row.text.len())).is_some())
    }
}

impl Connection {
    /// Reads up to `most` documents that changed since the index last looked; whether it is up to date now.
    pub(crate) fn index_more(&self, most: u32) -> Result<bool> {
        let mut index = self.index.borrow_mut();
        let mut query = self.prepare_cached(
            "SELECT version, row, id, facets FROM documents WHERE version > ?1 ORDER BY version LIMIT ?2",
        )?;
        let mut rows = query.query(params![index.version, most])?;
        let mut read = 0;
        while let Some(row) = rows.next()? {
            let document = id(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?, DocId::from_bytes)?;
            let sealed = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
            index.put(row.get(1)?, &self.unseal_json(PLACE, document.as_bytes(), sealed)?);
            index.version = row.get(0)?;
            read += 1;
        }
        if read > 0 && !self.is_autocommit() {
            self.ahead.set(true);
        }
        Ok(read < most)
    }

    /// Brings the index up to date: at the first search all documents, later those that changed.
    pub(super) fn index_all(&self) -> Result<()> {
        self.index_more(u32::MAX).map(|_| ())
    }
}
