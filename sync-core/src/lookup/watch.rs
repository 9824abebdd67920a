//! What a tablet asks at entry: a base with its additions, and what they know of a serial.

use std::collections::BTreeMap;

use crate::domain::serial;

use super::base::{Base, BaseHash};
use super::{Additions, CHANCE, LookupError, Noticed, is_noticeable, keys_asked};

/// The class under which an item is recorded whose class nobody could tell.
const UNKNOWN_CLASS: &str = "UNK";

/// A base with its additions.
#[derive(Debug, Clone)]
pub struct Watch {
    base: Base,
    hash: BaseHash,
    added: BTreeMap<u64, u8>,
    next: u64,
    seq: u64,
}

/// A hint: the register knows a weapon with this serial, or so it seems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What it knows.
    pub noticed: Noticed,
    /// The class under which it stands there; empty where none is recorded.
    pub class: String,
    /// Whether it is another serial that looks like this one, and not this one.
    pub alike: bool,
    /// Of so many serials that nobody recorded, one seems to be there when it is asked for like this. `None` where it came by an addition, which never
    /// errs.
    pub one_in: Option<u64>,
}

impl Watch {
    /// A base without additions.
    pub fn new(base: Base) -> Self {
        Self { hash: base.hash(), seq: base.seq, base, added: BTreeMap::new(), next: 0 }
    }

    /// Takes in the additions that come next.
    pub fn add(&mut self, additions: &Additions) -> Result<(), LookupError> {
        if additions.base != self.hash || additions.first != self.next || additions.register != self.base.register {
            return Err(LookupError::NotNext);
        }
        self.added.extend(additions.entries.iter().copied());
        self.next += additions.entries.len() as u64;
        self.seq = self.seq.max(additions.seq);
        Ok(())
    }

    /// What the base is called.
    pub fn base(&self) -> &BaseHash {
        &self.hash
    }

    /// The base.
    pub fn table(&self) -> &Base {
        &self.base
    }

    /// How many additions are here; the number of the next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// How far the register had followed the feeds when it said the last of this.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// What is known of a key, and whether it might be chance.
    pub fn get(&self, key: u64) -> Option<(Noticed, bool)> {
        match self.added.get(&key) {
            Some(tag) => Noticed::from_tag(*tag).map(|noticed| (noticed, false)),
            None => self.base.get(key).and_then(Noticed::from_tag).map(|noticed| (noticed, true)),
        }
    }

    /// What is known of a serial as somebody reads it, of a class or of any: the gravest first, this serial before those that look like it.
    pub fn look(&self, text: &str, class: Option<&str>) -> Vec<Hit> {
        let norm = serial::normalise(text);
        if !is_noticeable(&norm) {
            return Vec::new();
        }
        let occurs = |class: &&str| class.is_empty() || *class == UNKNOWN_CLASS;
        let mut classes: Vec<&str> = self.base.classes.iter().map(String::as_str).collect();
        if let Some(class) = class {
            classes.retain(|known| occurs(known) || *known == class);
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        let mut asked = [0_u64; 2];
        let mut hits = Vec::new();
        for class in classes {
            let (exact, alike) = keys_asked(&self.base.salt, &norm, class);
            for (key, alike) in core::iter::once((exact, false)).chain(alike.into_iter().map(|key| (key, true))) {
                let [exact, looks] = &mut asked;
                *(if alike { looks } else { exact }) += 1;
                if let Some((noticed, chance)) = self.get(key) {
                    hits.push(Hit { noticed, class: class.to_owned(), alike, one_in: chance.then_some(CHANCE) });
                }
            }
        }
        let [exact, looks] = asked.map(|times| (CHANCE / times.max(1)).max(1));
        for hit in &mut hits {
            hit.one_in = hit.one_in.map(|_| if hit.alike { looks } else { exact });
        }
        // Where this serial itself is there, one that only looks like it says nothing more.
        if hits.iter().any(|hit| !hit.alike) {
            hits.retain(|hit| !hit.alike);
        }
        hits.sort_by(|a, b| b.noticed.cmp(&a.noticed).then_with(|| a.class.cmp(&b.class)));
        hits.dedup_by(|a, b| a.noticed == b.noticed && a.class == b.class);
        hits
    }
}
