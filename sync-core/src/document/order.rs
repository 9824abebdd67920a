//! Which entries of a document are here, which wait, which are void, and in which order the rest is folded:
//! topological, ties by hash, the same on every replica.

use std::collections::{BTreeMap, BTreeSet};

use super::{Exceptions, Statement};
use crate::entry::{Entry, Void};
use crate::ids::{DocId, EntryHash, JournalId};
use crate::limits;

/// The entries of one document, sorted out.
pub(super) struct Order<'a> {
    /// Kind of the document, if its creation is here.
    pub kind: Option<String>,
    /// Everything that does not wait, in fold order.
    pub ready: Vec<(EntryHash, &'a Entry)>,
    /// What waits, and for which hashes.
    pub waiting: BTreeMap<EntryHash, Vec<EntryHash>>,
    /// What is void (it is in `ready` too, to be bridged).
    pub void: BTreeMap<EntryHash, Void>,
}

pub(super) fn order<'a>(id: DocId, statements: &'a [Statement], exceptions: &Exceptions) -> Order<'a> {
    let all: BTreeMap<EntryHash, &Entry> =
        statements.iter().filter(|s| s.entry.about(&s.hash) == id).map(|s| (s.hash, &s.entry)).collect();
    let birth = all.iter().find(|(hash, entry)| entry.document.is_none() && hash.document() == id);
    let kind = birth.and_then(|(_, entry)| entry.created_kind()).map(str::to_owned);

    let mut ready = Vec::with_capacity(all.len());
    let mut waiting = BTreeMap::new();
    if kind.is_some() {
        let mut missing: BTreeMap<EntryHash, usize> = BTreeMap::new();
        let mut dependants: BTreeMap<EntryHash, Vec<EntryHash>> = BTreeMap::new();
        let mut free = BTreeSet::new();
        for (hash, entry) in &all {
            let needs = entry.after.iter().filter(|h| !exceptions.bridged.contains(h) || all.contains_key(h));
            let mut count = 0;
            for need in needs {
                count += 1;
                dependants.entry(*need).or_default().push(*hash);
            }
            if count == 0 {
                free.insert(*hash);
            } else {
                missing.insert(*hash, count);
            }
        }
        while let Some(hash) = free.pop_first() {
            if let Some(entry) = all.get(&hash) {
                ready.push((hash, *entry));
            }
            for dependant in dependants.remove(&hash).unwrap_or_default() {
                if let Some(count) = missing.get_mut(&dependant) {
                    *count -= 1;
                    if *count == 0 {
                        missing.remove(&dependant);
                        free.insert(dependant);
                    }
                }
            }
        }
        let done: BTreeSet<EntryHash> = ready.iter().map(|(hash, _)| *hash).collect();
        for hash in missing.keys() {
            let needs = all.get(hash).map(|e| e.after.as_slice()).unwrap_or_default();
            let absent = |h: &&EntryHash| !done.contains(h) && !exceptions.bridged.contains(h);
            waiting.insert(*hash, needs.iter().filter(absent).copied().collect());
        }
    } else {
        for (hash, entry) in &all {
            let absent: Vec<_> = entry.after.iter().filter(|h| !all.contains_key(h)).copied().collect();
            waiting.insert(*hash, absent);
        }
    }

    let void = find_void(kind.as_deref(), &ready, &exceptions.forked);
    Order { kind, ready, waiting, void }
}

fn find_void(
    kind: Option<&str>,
    ready: &[(EntryHash, &Entry)],
    forked: &BTreeMap<JournalId, u64>,
) -> BTreeMap<EntryHash, Void> {
    let mut void = BTreeMap::new();
    let Some(kind) = kind else { return void };
    let mut journals: BTreeMap<JournalId, BTreeSet<u64>> = BTreeMap::new();
    // Where two different entries stand under one number, the journal forked: its branches cannot have seen each other.
    let mut forks = forked.clone();
    for (_, entry) in ready {
        if !journals.entry(entry.journal).or_default().insert(entry.number) {
            let fork = forks.entry(entry.journal).or_insert(entry.number);
            *fork = (*fork).min(entry.number);
        }
    }
    // How far each author had seen each journal when they wrote; a linear history shares one picture.
    let mut seen: BTreeMap<EntryHash, BTreeMap<JournalId, u64>> = BTreeMap::new();
    for (hash, entry) in ready {
        let mut mine: BTreeMap<JournalId, u64> = BTreeMap::new();
        for before in entry.after.iter().filter_map(|h| seen.get(h)) {
            for (journal, number) in before {
                let known = mine.entry(*journal).or_insert(*number);
                *known = (*known).max(*number);
            }
        }
        if let Err(why) = entry.check(kind) {
            void.insert(*hash, why);
        } else if let Some(own) = journals.get(&entry.journal) {
            let last = own.range(..entry.number).next_back().copied();
            // Before the fork there is one trunk; of what stands after it, an author knows their own branch alone.
            let fork = forks.get(&entry.journal).copied();
            let last = match fork {
                Some(fork) if entry.number > fork => own.range(..fork).next_back().copied(),
                _ => last,
            };
            if last.is_some_and(|last| mine.get(&entry.journal).is_none_or(|saw| *saw < last)) {
                void.insert(*hash, Void::SkipsOwnLast);
            } else if own.len() > limits::ENTRIES_PER_JOURNAL_AND_DOCUMENT
                && own.range(..entry.number).count() >= limits::ENTRIES_PER_JOURNAL_AND_DOCUMENT
            {
                void.insert(*hash, Void::JournalLimit);
            }
        }
        if ready.len() > 1 {
            mine.insert(entry.journal, entry.number);
            seen.insert(*hash, mine);
        }
    }
    void
}
