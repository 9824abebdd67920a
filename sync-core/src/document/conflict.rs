//! What a disagreement is about: the value that all who disagree had before their eyes. Whoever settles a conflict wants to see what was
//! changed, not only what it was changed to.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::fold;
use super::{Conflict, Exceptions, Statement};
use crate::cbor::Value;
use crate::ids::{DocId, EntryHash};

/// The base of a conflict: what stood at its path in the eyes of everybody who says one of its values, which is the fold of what all of
/// them had seen. Nothing where nothing was said there before; several values where they already disagreed then.
pub fn base(id: DocId, statements: &[Statement], exceptions: &Exceptions, conflict: &Conflict) -> Vec<Value> {
    let after: BTreeMap<EntryHash, &[EntryHash]> =
        statements.iter().map(|s| (s.hash, s.entry.after.as_slice())).collect();
    let mut common: Option<BTreeSet<EntryHash>> = None;
    for sayer in conflict.values.iter().flat_map(|said| &said.by) {
        let seen = seen_by(sayer, &after);
        common = Some(match common {
            None => seen,
            Some(common) => common.intersection(&seen).copied().collect(),
        });
    }
    let common = common.unwrap_or_default();
    let seen: Vec<Statement> = statements.iter().filter(|s| common.contains(&s.hash)).cloned().collect();
    let document = fold(id, &seen, exceptions);
    document.fields.get(&conflict.path).into_iter().flatten().map(|said| said.value.clone()).collect()
}

/// Everything that an entry stands on.
fn seen_by(entry: &EntryHash, after: &BTreeMap<EntryHash, &[EntryHash]>) -> BTreeSet<EntryHash> {
    let below = |hash: &EntryHash| after.get(hash).copied().unwrap_or_default();
    let mut seen = BTreeSet::new();
    let mut open: Vec<EntryHash> = below(entry).to_vec();
    while let Some(hash) = open.pop() {
        if seen.insert(hash) {
            open.extend(below(&hash));
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::edit::Edit;
    use crate::samples::Pen;

    fn set(value: &str) -> Edit {
        Edit::Set { path: "make".to_owned(), value: value.into() }
    }

    fn create(fields: &[(&str, &str)]) -> Edit {
        let fields = fields.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect();
        Edit::Create { kind: "item".to_owned(), fields, members: Vec::new() }
    }

    fn told(said: Vec<(EntryHash, crate::entry::Entry)>) -> Vec<Statement> {
        said.into_iter().map(|(hash, entry)| Statement { hash, entry }).collect()
    }

    fn base_of(statements: &[Statement]) -> Vec<Value> {
        let id = statements[0].hash.document();
        let document = fold(id, statements, &Exceptions::default());
        let conflicts = document.conflicts();
        assert_eq!(conflicts.len(), 1, "{conflicts:?}");
        base(id, statements, &Exceptions::default(), &conflicts[0])
    }

    #[test]
    fn the_base_is_what_both_saw_before_they_disagreed_also_where_one_of_them_said_more_on_the_way() {
        let (mut a, mut b) = (Pen::new(1), Pen::new(2));
        let birth = a.says(None, &[], vec![create(&[("make", "IZHMASH")])]);
        let id = Some(birth.0.document());
        let on_the_way = b.says(id, &[birth.0], vec![set("UNSURE")]);
        let left = a.says(id, &[birth.0], vec![set("NORINCO")]);
        let right = b.says(id, &[on_the_way.0], vec![set("TULA")]);
        assert_eq!(base_of(&told(vec![birth, on_the_way, left, right])), [Value::from("IZHMASH")]);
    }

    #[test]
    fn where_nothing_was_said_there_is_no_base_and_where_they_disagreed_already_there_are_two() {
        let (mut a, mut b, mut c, mut d) = (Pen::new(1), Pen::new(2), Pen::new(3), Pen::new(4));
        let birth = a.says(None, &[], vec![create(&[("kind", "weapon")])]);
        let id = Some(birth.0.document());
        let left = a.says(id, &[birth.0], vec![set("NORINCO")]);
        let right = b.says(id, &[birth.0], vec![set("TULA")]);
        let mut said = vec![birth, left.clone(), right.clone()];
        assert_eq!(base_of(&told(said.clone())), Vec::<Value>::new());
        // Two who have seen both settle it differently.
        said.push(c.says(id, &[left.0, right.0], vec![set("RADOM")]));
        said.push(d.says(id, &[left.0, right.0], vec![set("CUGIR")]));
        let mut both = base_of(&told(said));
        both.sort_by_key(crate::cbor::encode);
        assert_eq!(both, [Value::from("TULA"), Value::from("NORINCO")]);
    }

    #[test]
    fn what_does_not_count_is_no_base() {
        let (mut a, mut b, mut c) = (Pen::new(1), Pen::new(2), Pen::new(3));
        let birth = a.says(None, &[], vec![create(&[("make", "IZHMASH")])]);
        let id = Some(birth.0.document());
        let claim = c.says(id, &[birth.0], vec![set("FORGED")]);
        let left = a.says(id, &[claim.0], vec![set("NORINCO")]);
        let right = b.says(id, &[claim.0], vec![set("TULA")]);
        let exceptions = Exceptions { left_out: BTreeSet::from([claim.0]), ..Exceptions::default() };
        let statements = told(vec![birth, claim, left, right]);
        let id = statements[0].hash.document();
        let conflict = fold(id, &statements, &exceptions).conflicts().remove(0);
        assert_eq!(base(id, &statements, &exceptions, &conflict), [Value::from("IZHMASH")]);
    }
}
