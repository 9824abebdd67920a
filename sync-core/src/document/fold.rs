//! The fold: every entry becomes one Automerge change, made at exactly what its author saw, by an actor of its own.
//!
//! Runs of concurrent work are replayed on one fork each, which is merged once: 1,000 entries against 1,000 cost milliseconds where a fork
//! an entry costs seconds. As long as every author saw all that was said before, there is nothing to disagree about and the last word at a
//! path stands; Automerge is asked from the first concurrent entry on. Most documents never have one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use automerge::hydrate;
use automerge::transaction::Transactable as _;
use automerge::{
    ActorId, Automerge, Change, ChangeHash, ObjId as ExId, ROOT, ReadDoc as _, ScalarValue, Value as Stored,
};

use super::order::{Order, order};
use super::{Document, Exceptions, Said, Statement};
use crate::cbor::{self, Value};
use crate::entry::Entry;
use crate::ids::{DocId, EntryHash};

/// Forks kept open before they are merged.
const OPEN_FORKS: usize = 32;
/// Most changes that a fork is brought forward by; beyond it a replay is no dearer.
const NEAR: usize = 256;

/// Folds the entries about one document. Entries about others are ignored; order and repetition make no difference.
pub fn fold(id: DocId, statements: &[Statement], exceptions: &Exceptions) -> Document {
    let order = order(id, statements, exceptions);
    build(id, &order, exceptions, Loom::default())
}

/// The fold by Automerge alone, also where nothing is concurrent.
#[cfg(test)]
pub(super) fn fold_woven(id: DocId, statements: &[Statement], exceptions: &Exceptions) -> Document {
    let order = order(id, statements, exceptions);
    build(id, &order, exceptions, Loom { straight: None, ..Loom::default() })
}

/// The document as somebody saw it who saw exactly these heads: the fold of the heads and all that they stand on.
pub fn fold_as_seen(id: DocId, statements: &[Statement], heads: &[EntryHash], exceptions: &Exceptions) -> Document {
    let all: BTreeMap<EntryHash, &Statement> = statements.iter().map(|s| (s.hash, s)).collect();
    let mut seen = BTreeSet::new();
    let mut open: Vec<EntryHash> = heads.to_vec();
    while let Some(hash) = open.pop() {
        if let Some(statement) = all.get(&hash)
            && seen.insert(hash)
        {
            open.extend(&statement.entry.after);
        }
    }
    let seen: Vec<Statement> = statements.iter().filter(|s| seen.contains(&s.hash)).cloned().collect();
    fold(id, &seen, exceptions)
}

fn build(id: DocId, order: &Order<'_>, exceptions: &Exceptions, mut loom: Loom) -> Document {
    let mut document = Document::unborn(id);
    document.kind.clone_from(&order.kind);
    document.waiting.clone_from(&order.waiting);
    document.void.clone_from(&order.void);

    let mut heads: BTreeSet<EntryHash> = BTreeSet::new();
    let mut content_heads: BTreeSet<EntryHash> = BTreeSet::new();
    // What stands for an entry: itself when it was folded, else what it stood on.
    let mut stands: HashMap<EntryHash, Vec<EntryHash>> = HashMap::with_capacity(order.ready.len());
    // When each folded entry was woven, and on what.
    let mut standing_on: HashMap<EntryHash, (usize, Vec<EntryHash>)> = HashMap::with_capacity(order.ready.len());
    for (hash, entry) in &order.ready {
        heads.insert(*hash);
        for seen in &entry.after {
            heads.remove(seen);
        }
        let mut on: Vec<EntryHash> =
            entry.after.iter().flat_map(|h| stands.get(h).cloned().unwrap_or_default()).collect();
        on.sort_unstable();
        on.dedup();
        heads_only(&mut on, &standing_on);
        let stands_aside = order.void.contains_key(hash) || exceptions.left_out.contains(hash);
        let unknown = entry.needs_update();
        // What the register puts aside must not go on making the document read-only.
        document.update_needed |= unknown && !stands_aside;
        let folds = entry.has_content() && !unknown && !stands_aside && loom.weave(*hash, entry, &on);
        if folds {
            for seen in &on {
                content_heads.remove(seen);
            }
            content_heads.insert(*hash);
            document.folded += 1;
            stands.insert(*hash, vec![*hash]);
            standing_on.insert(*hash, (document.folded, on));
        } else {
            stands.insert(*hash, on);
        }
    }
    document.heads = heads.into_iter().collect();
    document.content_heads = content_heads.into_iter().collect();
    document.fields = loom.read();
    document
}

/// Drops what others of the list already stand on: an author may name their own last entry beside a head that covers it. Nothing that
/// was folded before all of them can be among them, so the search goes no further back.
fn heads_only(on: &mut Vec<EntryHash>, standing_on: &HashMap<EntryHash, (usize, Vec<EntryHash>)>) {
    if on.len() < 2 {
        return;
    }
    let place = |hash: &EntryHash| standing_on.get(hash).map_or(0, |(place, _)| *place);
    let first = on.iter().map(place).min().unwrap_or(0);
    let below = |hash: &EntryHash| standing_on.get(hash).map(|(_, on)| on.as_slice()).unwrap_or_default();
    let mut uncovered: BTreeSet<EntryHash> = on.iter().copied().collect();
    let mut covered: HashSet<EntryHash> = HashSet::new();
    let mut open: VecDeque<EntryHash> = on.iter().flat_map(below).copied().collect();
    while let Some(hash) = open.pop_front() {
        if place(&hash) >= first && covered.insert(hash) {
            uncovered.remove(&hash);
            if uncovered.len() < 2 {
                break;
            }
            open.extend(below(&hash));
        }
    }
    on.retain(|h| uncovered.contains(h));
}

/// An Automerge document and the changes in it.
#[derive(Clone)]
struct Thread {
    doc: Automerge,
    heads: Vec<ChangeHash>,
    held: HashSet<ChangeHash>,
}

impl Thread {
    fn new(doc: Automerge, held: HashSet<ChangeHash>) -> Self {
        let mut heads = doc.get_heads();
        heads.sort_unstable();
        Self { doc, heads, held }
    }
}

/// An entry that stands on exactly the one before it.
struct Straight {
    hash: EntryHash,
    on: Vec<EntryHash>,
    writes: Vec<(String, Value)>,
}

/// The Automerge documents of one fold.
struct Loom {
    /// All entries, while none is concurrent with another; `None` from the first that is.
    straight: Option<Vec<Straight>>,
    main: Thread,
    /// Runs of concurrent work, the one used last first.
    forks: Vec<Thread>,
    /// Documents at heads that were forked from before, so that many runs from one place cost one replay.
    bases: Vec<Thread>,
    changes: HashMap<EntryHash, ChangeHash>,
    /// What each change stands on, and the change itself once a thread needed it from another.
    below: HashMap<ChangeHash, Vec<ChangeHash>>,
    kept: HashMap<ChangeHash, Change>,
    actors: HashMap<Vec<u8>, EntryHash>,
}

impl Default for Loom {
    fn default() -> Self {
        Self {
            straight: Some(Vec::new()),
            main: Thread::new(Automerge::new(), HashSet::new()),
            forks: Vec::new(),
            bases: Vec::new(),
            changes: HashMap::new(),
            below: HashMap::new(),
            kept: HashMap::new(),
            actors: HashMap::new(),
        }
    }
}

impl Loom {
    /// Makes the change of one entry at exactly the entries it stands on. `false` when it makes none.
    fn weave(&mut self, hash: EntryHash, entry: &Entry, on: &[EntryHash]) -> bool {
        let writes = entry.writes(&hash);
        if let Some(straight) = &mut self.straight {
            if on == straight.last().map(|last| last.hash).as_slice() {
                let says_something = !writes.is_empty();
                if says_something {
                    straight.push(Straight { hash, on: on.to_vec(), writes });
                }
                return says_something;
            }
            for before in self.straight.take().unwrap_or_default() {
                self.change(before.hash, &before.writes, &before.on);
            }
        }
        self.change(hash, &writes, on)
    }

    fn change(&mut self, hash: EntryHash, writes: &[(String, Value)], on: &[EntryHash]) -> bool {
        let mut deps: Vec<ChangeHash> = on.iter().filter_map(|h| self.changes.get(h).copied()).collect();
        deps.sort_unstable();
        let actor = hash.document().to_vec();
        let thread = self.at(&deps);
        thread.doc.set_actor(ActorId::from(actor.as_slice()));
        let change = if deps.is_empty() { create(&mut thread.doc, writes) } else { write(&mut thread.doc, writes) };
        if let Some(change) = change {
            thread.held.insert(change);
            thread.heads = vec![change];
            self.changes.insert(hash, change);
            self.below.insert(change, deps);
            self.actors.insert(actor, hash);
        }
        change.is_some()
    }

    /// The document whose heads are exactly these.
    fn at(&mut self, deps: &[ChangeHash]) -> &mut Thread {
        if self.main.heads == deps {
            return &mut self.main;
        }
        if let Some(i) = self.forks.iter().position(|fork| fork.heads == deps) {
            self.bring_front(i);
        } else if let Some(base) = self.bases.iter().find(|base| base.heads == deps) {
            let base = base.clone();
            self.open(base);
        } else if !self.advance(deps) {
            if deps.iter().any(|dep| !self.main.held.contains(dep)) {
                self.merge_all();
            }
            if self.main.heads == deps {
                return &mut self.main;
            }
            // A fork at heads that are all here cannot fail; an empty document in its place would only make the entry's
            // change stand on nothing, which no replica would do differently.
            let doc = self.main.doc.fork_at(deps).unwrap_or_default();
            let base =
                Thread::new(doc, self.missing(deps, &HashSet::new(), usize::MAX).into_iter().flatten().collect());
            if self.bases.len() < OPEN_FORKS {
                self.bases.push(base.clone());
            }
            self.open(base);
        }
        self.forks.first_mut().unwrap_or(&mut self.main)
    }

    fn bring_front(&mut self, i: usize) {
        if let Some(run) = self.forks.get_mut(..=i) {
            run.rotate_right(1);
        }
    }

    fn open(&mut self, thread: Thread) {
        if self.forks.len() >= OPEN_FORKS {
            self.merge_all();
        }
        self.forks.insert(0, thread);
    }

    /// What these heads stand on, themselves included, that is not held; `None` when it is more than the limit.
    fn missing(&self, deps: &[ChangeHash], held: &HashSet<ChangeHash>, limit: usize) -> Option<HashSet<ChangeHash>> {
        let mut found: HashSet<ChangeHash> = HashSet::new();
        let mut open: Vec<ChangeHash> = deps.to_vec();
        while let Some(hash) = open.pop() {
            if !held.contains(&hash) && found.insert(hash) {
                if found.len() > limit {
                    return None;
                }
                open.extend(self.below.get(&hash).into_iter().flatten());
            }
        }
        Some(found)
    }

    /// Takes the fork that is nearest behind these heads and brings it there, so that whoever keeps one step behind a long history, or joins
    /// two runs, costs a few changes and not a replay. `false` when no fork is near and behind.
    fn advance(&mut self, deps: &[ChangeHash]) -> bool {
        let mut best: Option<(usize, HashSet<ChangeHash>)> = None;
        for (i, fork) in self.forks.iter().enumerate() {
            let limit = best.as_ref().map_or(NEAR, |(_, missing)| missing.len().saturating_sub(1));
            let Some(missing) = self.missing(deps, &fork.held, limit) else { continue };
            // It is behind when each of its heads is one of these or stands under what is missing.
            let under: HashSet<&ChangeHash> =
                missing.iter().filter_map(|h| self.below.get(h)).flatten().chain(deps).collect();
            if fork.heads.iter().all(|head| under.contains(head)) {
                best = Some((i, missing));
            }
        }
        let Some((i, missing)) = best else { return false };
        let mut changes = Vec::with_capacity(missing.len());
        for hash in missing {
            let kept = self.kept.get(&hash).cloned().or_else(|| {
                let holder = std::iter::once(&self.main).chain(&self.forks).find(|thread| thread.held.contains(&hash));
                let change = holder.and_then(|thread| thread.doc.get_change_by_hash(&hash))?;
                self.kept.insert(hash, change.clone());
                Some(change)
            });
            let Some(change) = kept else { return false };
            changes.push(change);
        }
        self.bring_front(i);
        let Some(fork) = self.forks.first_mut() else { return false };
        let held = changes.iter().map(Change::hash).chain(std::mem::take(&mut fork.held)).collect();
        let brought = fork.doc.apply_changes(changes).is_ok();
        *fork = Thread::new(std::mem::take(&mut fork.doc), held);
        if !brought || fork.heads != deps {
            // Everything that was missing was given, so this does not happen; a replay is right whatever happened.
            self.forks.remove(0);
            return false;
        }
        true
    }

    fn merge_all(&mut self) {
        for mut fork in std::mem::take(&mut self.forks) {
            // Both sides were made here from entries with actors of their own: there is nothing to disagree about.
            drop(self.main.doc.merge(&mut fork.doc));
            self.main.held.extend(fork.held);
        }
        self.main.heads = self.main.doc.get_heads();
        self.main.heads.sort_unstable();
    }

    /// All values by path.
    fn read(mut self) -> BTreeMap<String, Vec<Said>> {
        let mut fields = BTreeMap::new();
        if let Some(straight) = self.straight {
            for Straight { hash, writes, .. } in straight {
                for (path, value) in writes {
                    fields.insert(path, vec![Said { value: canonical(value), by: vec![hash] }]);
                }
            }
            return fields;
        }
        self.merge_all();
        for item in self.main.doc.map_range(&ROOT, ..) {
            let path = item.key.to_string();
            let said = if item.conflict {
                let all = self.main.doc.get_all(ROOT, path.as_str()).unwrap_or_default();
                self.group(all.iter().rev().map(|(value, id)| (unpack(value), id)))
            } else {
                let id = item.id();
                self.group(std::iter::once((unpack(&item.value.into_value()), &id)))
            };
            fields.insert(path, said);
        }
        fields
    }

    /// Equal values are one value with several sayers; the one shown comes first, the others by their bytes.
    fn group<'a>(&self, values: impl Iterator<Item = (Value, &'a ExId)>) -> Vec<Said> {
        let mut said: Vec<Said> = Vec::with_capacity(1);
        for (value, id) in values {
            let by = match id {
                ExId::Id(_, actor, _) => self.actors.get(actor.to_bytes()).copied(),
                ExId::Root => None,
            };
            match said.iter_mut().find(|s| s.value == value) {
                Some(same) => same.by.extend(by),
                None => said.push(Said { value, by: by.into_iter().collect() }),
            }
        }
        for one in &mut said {
            one.by.sort_unstable();
        }
        if let Some((_, others)) = said.split_first_mut() {
            others.sort_by_cached_key(|s| cbor::encode(&s.value));
        }
        said
    }
}

/// The value as its bytes say it, whichever way round an author in this process wrote a map.
fn canonical(value: Value) -> Value {
    match value {
        Value::Map(_) | Value::Array(_) => cbor::decode(&cbor::encode(&value)).unwrap_or(Value::Null),
        plain => plain,
    }
}

fn pack(value: &Value) -> ScalarValue {
    ScalarValue::Bytes(cbor::encode(value))
}

fn unpack(value: &Stored<'_>) -> Value {
    match value {
        Stored::Scalar(scalar) => match scalar.as_ref() {
            ScalarValue::Bytes(bytes) => cbor::decode(bytes).unwrap_or(Value::Null),
            _ => Value::Null,
        },
        Stored::Object(_) => Value::Null,
    }
}

fn create(doc: &mut Automerge, writes: &[(String, Value)]) -> Option<ChangeHash> {
    let root: HashMap<String, hydrate::Value> =
        writes.iter().map(|(path, value)| (path.clone(), hydrate::Value::Scalar(pack(value)))).collect();
    let mut transaction = doc.transaction();
    if let Ok(()) = transaction.init_root_from_hydrate(&hydrate::Map::from(root)) {
        transaction.commit().0
    } else {
        transaction.rollback();
        None
    }
}

fn write(doc: &mut Automerge, writes: &[(String, Value)]) -> Option<ChangeHash> {
    let mut transaction = doc.transaction();
    for (path, value) in writes {
        // Delete and put: otherwise saying the same again, or choosing the value that is shown, would leave no trace.
        let fresh =
            transaction.delete(ROOT, path.as_str()).and_then(|()| transaction.put(ROOT, path.as_str(), pack(value)));
        if fresh.is_err() {
            transaction.rollback();
            return None;
        }
    }
    transaction.commit().0
}
