//! Stories of folding: what people say without knowing of each other, and what becomes of it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::edit::Edit;
use crate::entry::VOCABULARY;
use crate::ids::{JournalId, OfficerId};
use crate::limits;

/// A journal that is written by hand.
#[derive(Clone)]
struct Pen {
    journal: JournalId,
    number: u64,
}

impl Pen {
    fn new(name: u8) -> Self {
        Self { journal: JournalId::from_bytes([name; 16]), number: 0 }
    }

    fn says(&mut self, document: Option<DocId>, after: &[EntryHash], edits: Vec<Edit>) -> Statement {
        let mut after = after.to_vec();
        after.sort_unstable();
        let entry = Entry {
            journal: self.journal,
            number: self.number,
            document,
            officer: OfficerId::from_bytes(*self.journal.as_bytes()),
            claimed_ms: 1_700_000_000_000 + self.number as i64,
            boot: [0; 8],
            monotonic_ms: self.number,
            after,
            edits,
            vocabulary: VOCABULARY,
            extra: Vec::new(),
        };
        self.number += 1;
        Statement::new(entry)
    }
}

fn create(fields: &[(&str, &str)]) -> Edit {
    let fields = fields.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect();
    Edit::Create { kind: "item".to_owned(), fields, members: Vec::new() }
}

fn set(path: &str, value: &str) -> Edit {
    Edit::Set { path: path.to_owned(), value: value.into() }
}

fn choose(path: &str, value: &str) -> Edit {
    Edit::Choose { path: path.to_owned(), value: value.into(), reason: "looked again".to_owned() }
}

fn marking(text: &str) -> Edit {
    let fields = vec![("type".to_owned(), "SER".into()), ("text".to_owned(), text.into())];
    Edit::Add { set: "markings".to_owned(), fields }
}

fn values(document: &Document, path: &str) -> Vec<String> {
    let mut values: Vec<String> =
        document.fields.get(path).into_iter().flatten().map(|s| format!("{:?}", s.value)).collect();
    values.sort();
    values
}

fn plain(document: &Document, path: &str) -> Vec<String> {
    let mut values: Vec<String> = document
        .fields
        .get(path)
        .into_iter()
        .flatten()
        .map(|s| s.value.as_text().unwrap_or("(cleared)").to_owned())
        .collect();
    values.sort();
    values
}

/// A weapon by A; then what B and C say of it without knowing of each other.
fn two_say(b: Vec<Edit>, c: Vec<Edit>) -> (Document, [Statement; 3]) {
    let (mut a_pen, mut b_pen, mut c_pen) = (Pen::new(1), Pen::new(2), Pen::new(3));
    let birth = a_pen.says(None, &[], vec![create(&[("make", "OLD"), ("kind", "weapon")])]);
    let id = birth.hash.document();
    let one = b_pen.says(Some(id), &[birth.hash], b);
    let two = c_pen.says(Some(id), &[birth.hash], c);
    let all = [birth, one, two];
    (fold(id, &all, &Exceptions::default()), all)
}

#[test]
fn restating_a_value_is_a_statement_and_stays_beside_a_concurrent_one() {
    let (document, _) = two_say(vec![set("make", "OLD")], vec![set("make", "NEW")]);
    assert_eq!(plain(&document, "make"), ["NEW", "OLD"]);
}

#[test]
fn equal_concurrent_values_are_one_value_with_two_sayers() {
    let (document, all) = two_say(vec![set("make", "SAME")], vec![set("make", "SAME")]);
    let mut by = vec![all[1].hash, all[2].hash];
    by.sort_unstable();
    assert_eq!(document.fields["make"], vec![Said { value: "SAME".into(), by }]);
    assert!(document.conflicts().is_empty());
}

#[test]
fn clearing_beside_setting_is_a_conflict_and_not_a_loss() {
    let clear = Edit::Set { path: "make".to_owned(), value: Value::Null };
    let (document, _) = two_say(vec![clear], vec![set("make", "NEW")]);
    assert_eq!(plain(&document, "make"), ["(cleared)", "NEW"]);
}

#[test]
fn two_teams_add_the_first_marking_and_both_are_there() {
    let (document, all) = two_say(vec![marking("B 1")], vec![marking("C 2")]);
    let key = |s: &Statement| format!("markings/{}.0/text", crate::entry::member_stem(&s.hash));
    assert_eq!(plain(&document, &key(&all[1])), ["B 1"]);
    assert_eq!(plain(&document, &key(&all[2])), ["C 2"]);
}

#[test]
fn choosing_either_value_of_a_conflict_is_itself_a_statement() {
    let (_, mut all) = two_say(vec![set("make", "B")], vec![set("make", "C")]).clone();
    let id = all[0].hash.document();
    let heads = [all[1].hash, all[2].hash];
    for (one, other) in [("B", "C"), ("C", "B")] {
        let (mut d, mut e) = (Pen::new(4), Pen::new(5));
        let first = d.says(Some(id), &heads, vec![choose("make", one)]);
        let second = e.says(Some(id), &heads, vec![choose("make", other)]);
        let mut more = all.to_vec();
        more.extend([first.clone(), second]);
        assert_eq!(plain(&fold(id, &more, &Exceptions::default()), "make"), ["B", "C"]);
        more.pop();
        assert_eq!(plain(&fold(id, &more, &Exceptions::default()), "make"), [one]);
        let mut set_z = all.to_vec();
        set_z.extend([first, e.clone().says(Some(id), &heads, vec![set("make", "Z")])]);
        assert_eq!(plain(&fold(id, &set_z, &Exceptions::default()), "make"), [one.to_owned(), "Z".to_owned()]);
    }
    all.reverse();
    assert_eq!(plain(&fold(id, &all, &Exceptions::default()), "make"), ["B", "C"]);
}

#[test]
fn what_does_not_count_neither_erases_the_honest_value_nor_blocks_later_work() {
    let (mut a, mut rogue, mut honest) = (Pen::new(1), Pen::new(2), Pen::new(3));
    let birth = a.says(None, &[], vec![create(&[("status", "stored")])]);
    let id = birth.hash.document();
    let bad = rogue.says(Some(id), &[birth.hash], vec![set("status", "destroyed")]);
    let later = honest.says(Some(id), &[bad.hash], vec![set("make", "TULA")]);
    let all = [birth, bad.clone(), later.clone()];
    let said = fold(id, &all, &Exceptions::default());
    assert_eq!(plain(&said, "status"), ["destroyed"]);
    let exceptions = Exceptions { left_out: BTreeSet::from([bad.hash]), ..Exceptions::default() };
    let counts = fold(id, &all, &exceptions);
    assert_eq!(plain(&counts, "status"), ["stored"]);
    assert_eq!(plain(&counts, "make"), ["TULA"]);
    assert_eq!(counts.content_heads, [later.hash]);
}

#[test]
fn what_stands_on_something_missing_waits_for_it_by_name_and_can_be_bridged() {
    let (mut a, mut b) = (Pen::new(1), Pen::new(2));
    let birth = a.says(None, &[], vec![create(&[])]);
    let id = birth.hash.document();
    let lost = a.says(Some(id), &[birth.hash], vec![set("make", "LOST")]);
    let later = b.says(Some(id), &[lost.hash], vec![set("model", "M70")]);
    let here = [birth, later.clone()];
    let waits = fold(id, &here, &Exceptions::default());
    assert_eq!(waits.waiting, BTreeMap::from([(later.hash, vec![lost.hash])]));
    assert!(values(&waits, "model").is_empty());
    let exceptions = Exceptions { bridged: BTreeSet::from([lost.hash]), ..Exceptions::default() };
    let bridged = fold(id, &here, &exceptions);
    assert_eq!(plain(&bridged, "model"), ["M70"]);
    let found = fold(id, &[here.as_slice(), &[lost]].concat(), &exceptions);
    assert_eq!(plain(&found, "make"), ["LOST"]);
}

#[test]
fn a_forked_journal_keeps_both_sides_and_honest_work_on_either() {
    let mut a = Pen::new(1);
    let birth = a.says(None, &[], vec![create(&[])]);
    let id = birth.hash.document();
    let (mut left, mut right) = (a.clone(), a);
    let one = left.says(Some(id), &[birth.hash], vec![set("make", "LEFT")]);
    let two = right.says(Some(id), &[birth.hash], vec![set("make", "RIGHT")]);
    let on_one = Pen::new(2).says(Some(id), &[one.hash], vec![set("model", "ON LEFT")]);
    let on_two = Pen::new(3).says(Some(id), &[two.hash], vec![set("variant", "ON RIGHT")]);
    let document = fold(id, &[birth, on_two, two, on_one, one], &Exceptions::default());
    assert!(document.void.is_empty() && document.waiting.is_empty());
    assert_eq!(plain(&document, "make"), ["LEFT", "RIGHT"]);
    assert_eq!(plain(&document, "model"), ["ON LEFT"]);
    assert_eq!(plain(&document, "variant"), ["ON RIGHT"]);
}

#[test]
fn a_void_entry_says_nothing_and_what_stands_on_it_still_lands() {
    let (mut a, mut b) = (Pen::new(1), Pen::new(2));
    let birth = a.says(None, &[], vec![create(&[("make", "OLD")])]);
    let id = birth.hash.document();
    let wrong = a.says(Some(id), &[birth.hash], vec![set("make", "NEW"), set("quantity", "many")]);
    let on_it = b.says(Some(id), &[wrong.hash], vec![set("model", "M70")]);
    let skips = a.says(Some(id), &[birth.hash], vec![set("make", "SKIPS")]);
    let document = fold(id, &[birth, wrong.clone(), on_it, skips.clone()], &Exceptions::default());
    assert_eq!(document.void[&wrong.hash].code(), "edit.wrong_type");
    assert_eq!(document.void[&skips.hash].code(), "entry.skips_own_last");
    assert_eq!(plain(&document, "make"), ["OLD"]);
    assert_eq!(plain(&document, "model"), ["M70"]);
}

#[test]
fn a_shape_of_a_later_vocabulary_makes_the_document_read_only_and_stops_nobody() {
    let (mut a, mut b) = (Pen::new(1), Pen::new(2));
    let birth = a.says(None, &[], vec![create(&[])]);
    let id = birth.hash.document();
    let future = Edit::Unknown(Value::Array(vec![Value::Int(9), "something".into()]));
    let mut unknown = a.says(Some(id), &[birth.hash], vec![future]).entry;
    unknown.vocabulary = VOCABULARY + 1;
    let unknown = Statement::new(unknown);
    let later = b.says(Some(id), &[unknown.hash], vec![set("model", "M70")]);
    let all = [birth, unknown.clone(), later];
    let document = fold(id, &all, &Exceptions::default());
    assert!(document.update_needed);
    assert_eq!(plain(&document, "model"), ["M70"]);
    let put_aside = Exceptions { left_out: BTreeSet::from([unknown.hash]), ..Exceptions::default() };
    assert!(!fold(id, &all, &put_aside).update_needed, "the register can put it aside");
}

#[test]
fn a_shape_that_its_own_vocabulary_does_not_have_is_void_and_locks_nothing() {
    let mut a = Pen::new(1);
    let birth = a.says(None, &[], vec![create(&[])]);
    let id = birth.hash.document();
    let odd = a.says(Some(id), &[birth.hash], vec![Edit::Unknown(Value::Array(vec![Value::Int(9)]))]);
    let document = fold(id, &[birth, odd.clone()], &Exceptions::default());
    assert!(!document.update_needed);
    assert_eq!(document.void[&odd.hash].code(), "edit.unknown_shape");
}

#[test]
fn a_branch_that_is_ahead_voids_nothing_of_the_other() {
    let mut a = Pen::new(1);
    let birth = a.says(None, &[], vec![create(&[])]);
    let id = birth.hash.document();
    let (mut left, mut right) = (a.clone(), a);
    let left_1 = left.says(Some(id), &[birth.hash], vec![set("make", "LEFT")]);
    let right_1 = right.says(Some(id), &[birth.hash], vec![set("make", "RIGHT")]);
    let right_2 = right.says(Some(id), &[right_1.hash], vec![set("model", "RIGHT")]);
    left.number += 1;
    let left_3 = left.says(Some(id), &[left_1.hash], vec![set("variant", "LEFT")]);
    let all = [birth, left_1, right_1, right_2, left_3];
    let document = fold(id, &all, &Exceptions::default());
    assert_eq!(document.void.keys().collect::<Vec<_>>(), Vec::<&EntryHash>::new());
    assert_eq!(plain(&document, "variant"), ["LEFT"]);
    assert_eq!(plain(&document, "model"), ["RIGHT"]);
}

/// A copied tablet: the copy speaks of this document at once, the other one speaks of something else first.
#[test]
fn branches_that_parted_over_another_document_void_nothing_once_the_register_says_so() {
    let mut a = Pen::new(1);
    let birth = a.says(None, &[], vec![create(&[])]);
    let id = birth.hash.document();
    let trunk = a.says(Some(id), &[birth.hash], vec![set("make", "TRUNK")]);
    let fork = a.number;
    let (mut left, mut right) = (a.clone(), a.clone());
    let left_2 = left.says(Some(id), &[trunk.hash], vec![set("model", "LEFT")]);
    right.number += 1;
    let right_3 = right.says(Some(id), &[trunk.hash], vec![set("variant", "RIGHT")]);
    let skips = right.says(Some(id), &[birth.hash], vec![set("finish", "SKIPS")]);
    let all = [birth, trunk, left_2, right_3.clone(), skips.clone()];
    let document = fold(id, &all, &Exceptions::default());
    assert!(document.void.contains_key(&right_3.hash), "nothing here shows that there are two branches");
    let forked = BTreeMap::from([(right_3.entry.journal, fork)]);
    let document = fold(id, &all, &Exceptions { forked, ..Exceptions::default() });
    assert_eq!(document.void.keys().collect::<Vec<_>>(), [&skips.hash], "the trunk is known to both");
    assert_eq!(plain(&document, "model"), ["LEFT"]);
    assert_eq!(plain(&document, "variant"), ["RIGHT"]);
}

#[test]
fn an_unknown_path_of_a_later_vocabulary_is_folded_and_one_of_ours_is_void() {
    let mut a = Pen::new(1);
    let birth = a.says(None, &[], vec![create(&[])]);
    let id = birth.hash.document();
    let mut newer = a.says(Some(id), &[birth.hash], vec![set("colour_of_the_sling", "green")]).entry;
    newer.vocabulary = VOCABULARY + 1;
    let newer = Statement::new(newer);
    let ours = Pen::new(2).says(Some(id), &[birth.hash], vec![set("colour_of_the_sling", "red")]);
    let document = fold(id, &[birth, newer, ours.clone()], &Exceptions::default());
    assert_eq!(plain(&document, "colour_of_the_sling"), ["green"]);
    assert_eq!(document.void[&ours.hash].code(), "edit.unknown_path");
}

#[test]
fn history_tells_what_each_author_saw_and_what_was_concurrent() {
    let (_, all) = two_say(vec![set("make", "B")], vec![set("make", "C")]);
    let id = all[0].hash.document();
    let chosen = Pen::new(4).says(Some(id), &[all[1].hash, all[2].hash], vec![choose("make", "B")]);
    let statements = [all.as_slice(), std::slice::from_ref(&chosen)].concat();
    let lines = history(id, &statements, &Exceptions::default());
    let line = |hash: EntryHash| lines.iter().find(|l| l.entry == hash && l.path == "make").unwrap();
    assert_eq!(line(all[1].hash).from, ["OLD".into()]);
    assert_eq!(line(all[1].hash).concurrent_with, [all[2].hash]);
    assert_eq!(line(all[2].hash).concurrent_with, [all[1].hash]);
    let mut from = line(chosen.hash).from.clone();
    from.sort();
    assert_eq!(from, ["B".into(), "C".into()]);
    assert!(!line(chosen.hash).superseded && line(all[1].hash).superseded);
    let seen = fold_as_seen(id, &statements, &[all[2].hash], &Exceptions::default());
    assert_eq!(plain(&seen, "make"), ["C"]);
}

#[test]
fn a_thousand_concurrent_runs_fold() {
    let mut a = Pen::new(0);
    let birth = a.says(None, &[], vec![create(&[("make", "OLD")])]);
    let id = birth.hash.document();
    let mut all = vec![birth.clone()];
    for i in 0..1_000u32 {
        let mut name = [7; 16];
        name[..4].copy_from_slice(&i.to_be_bytes());
        let mut pen = Pen { journal: JournalId::from_bytes(name), number: 0 };
        all.push(pen.says(Some(id), &[birth.hash], vec![set("make", &format!("MAKE {i}"))]));
    }
    let document = fold(id, &all, &Exceptions::default());
    assert_eq!(document.fields["make"].len(), 1_000);
}

#[test]
fn long_concurrent_runs_are_replayed_run_by_run() {
    let (mut a, mut b) = (Pen::new(1), Pen::new(2));
    let birth = a.says(None, &[], vec![create(&[])]);
    let id = birth.hash.document();
    let mut all = vec![birth.clone()];
    for (pen, path) in [(&mut a, "make"), (&mut b, "model")] {
        let mut last = birth.hash;
        for i in 0..900 {
            let next = pen.says(Some(id), &[last], vec![set(path, &format!("{path} {i}"))]);
            last = next.hash;
            all.push(next);
        }
    }
    let document = fold(id, &all, &Exceptions::default());
    assert_eq!(plain(&document, "make"), ["make 899"]);
    assert_eq!(plain(&document, "model"), ["model 899"]);
}

/// What somebody does next: which pen, what they saw last (how many of the statements so far), and which kind of edit.
fn any_moves() -> impl Strategy<Value = Vec<(u8, usize, u8)>> {
    proptest::collection::vec((0u8..4, 0usize..100, 0u8..6), 1..24)
}

fn play(moves: &[(u8, usize, u8)]) -> (DocId, Vec<Statement>) {
    let mut pens: Vec<Pen> = (1..=4).map(Pen::new).collect();
    let birth = pens[0].says(None, &[], vec![create(&[("make", "OLD"), ("kind", "weapon")])]);
    let id = birth.hash.document();
    let mut all = vec![birth];
    for (pen, seen, kind) in moves {
        // They saw the first so many statements and everything of their own, with all that these stand on.
        let seen = if *seen == usize::MAX { all.len() } else { 1 + seen % all.len() };
        let own = pens[usize::from(*pen)].journal;
        let mut known: BTreeSet<EntryHash> = BTreeSet::new();
        let mut covered: BTreeSet<EntryHash> = BTreeSet::new();
        for (i, statement) in all.iter().enumerate().rev() {
            if i < seen || statement.entry.journal == own || known.contains(&statement.hash) {
                known.insert(statement.hash);
                known.extend(&statement.entry.after);
                covered.extend(&statement.entry.after);
            }
        }
        let heads: Vec<EntryHash> = known.difference(&covered).copied().collect();
        let text = format!("V{}", all.len());
        let mut visible = all.iter().filter(|s| known.contains(&s.hash));
        let said = visible.clone().flat_map(|s| s.entry.writes(&s.hash)).rfind(|(path, _)| path == "make");
        let member =
            visible.find_map(|s| s.entry.writes(&s.hash).into_iter().find(|(path, _)| path.ends_with("/text")));
        let edit = match (kind, member) {
            (0, _) => set("make", &text),
            (1, _) => Edit::Set { path: "make".to_owned(), value: Value::Null },
            (2, _) => choose("make", said.as_ref().and_then(|(_, v)| v.as_text()).unwrap_or("NONE")),
            (3, Some((path, _))) => set(&path, &text),
            (4, Some((path, _))) => {
                Edit::Withdraw { path: path.trim_end_matches("/text").to_owned(), reason: "twice".to_owned() }
            }
            _ => marking(&text),
        };
        all.push(pens[usize::from(*pen)].says(Some(id), &heads, vec![edit]));
    }
    (id, all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Law 2: same entries, in any order, however often: same documents.
    #[test]
    fn any_order_and_repetition_gives_the_same_document(moves in any_moves(), seed in any::<u64>()) {
        let (id, all) = play(&moves);
        let straight = fold(id, &all, &Exceptions::default());
        let mut shuffled = [all.as_slice(), all.as_slice()].concat();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        let again = fold(id, &shuffled, &Exceptions::default());
        prop_assert_eq!(straight.digest(), again.digest());
        prop_assert_eq!(straight, again);
    }

    /// What is folded without Automerge as long as nothing is concurrent is what Automerge makes of it.
    #[test]
    fn a_straight_history_folds_as_automerge_folds_it(
        moves in any_moves(), linear in any::<bool>(), upto in 1usize..24, mask in any::<u64>()
    ) {
        let moves: Vec<_> = moves.into_iter().map(|(pen, seen, kind)| (pen, if linear { usize::MAX } else { seen }, kind)).collect();
        let (id, all) = play(&moves);
        let some = &all[..upto.min(all.len())];
        let left_out = some.iter().skip(1).enumerate().filter(|(i, _)| mask >> (i % 64) & 3 == 3).map(|(_, s)| s.hash).collect();
        for exceptions in [Exceptions::default(), Exceptions { left_out, ..Exceptions::default() }] {
            prop_assert_eq!(fold(id, some, &exceptions), fold::fold_woven(id, some, &exceptions));
        }
    }

    /// Law 3: every statement is visible, or named as superseded by one that saw it. Automerge is checked against the plain definition.
    #[test]
    fn every_statement_is_visible_or_superseded_by_one_that_saw_it(moves in any_moves()) {
        let (id, all) = play(&moves);
        let document = fold(id, &all, &Exceptions::default());
        prop_assert!(document.void.is_empty() && document.waiting.is_empty());
        for line in history(id, &all, &Exceptions::default()) {
            let said = &document.fields[&line.path];
            let visible = said.iter().any(|s| s.value == line.to && s.by.contains(&line.entry));
            prop_assert_eq!(visible, !line.superseded, "{} {:?}", line.path, line.to);
        }
    }

    /// Law 4: leaving out any set of statements gives the same as if they had never been said, to whoever did not build on them.
    #[test]
    fn leaving_statements_out_never_loses_the_others(moves in any_moves(), mask in any::<u64>()) {
        let (id, all) = play(&moves);
        let left_out: BTreeSet<EntryHash> =
            all.iter().enumerate().filter(|(i, _)| mask >> (i % 64) & 1 == 1).map(|(_, s)| s.hash).collect();
        let exceptions = Exceptions { left_out: left_out.clone(), ..Exceptions::default() };
        let counts = fold(id, &all, &exceptions);
        prop_assert!(counts.waiting.is_empty());
        for said in counts.fields.values().flatten() {
            prop_assert!(said.by.iter().all(|by| !left_out.contains(by)));
        }
        for line in history(id, &all, &exceptions) {
            let said = &counts.fields[&line.path];
            let visible = said.iter().any(|s| s.value == line.to && s.by.contains(&line.entry));
            prop_assert_eq!(visible, !line.superseded);
        }
    }
}

/// A hostile device that stays one behind a long history made every one of its entries cost a replay of all: 27 s for one segment.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test may look at the clock")]
fn staying_one_behind_a_long_history_stays_cheap() {
    for others in [1, 5] {
        let mut a = Pen::new(0);
        let mut pens: Vec<(Pen, Option<EntryHash>)> = (1..=others).map(|name| (Pen::new(name), None)).collect();
        let birth = a.says(None, &[], vec![create(&[])]);
        let id = birth.hash.document();
        let (mut all, mut honest) = (vec![birth.clone()], birth.hash);
        for i in 0..900 {
            let behind = honest;
            let next = a.says(Some(id), &[honest], vec![set("make", &format!("M {i}"))]);
            honest = next.hash;
            all.push(next);
            let (pen, last) = &mut pens[i % usize::from(others)];
            let after: Vec<EntryHash> = [Some(behind), *last].into_iter().flatten().collect();
            let next = pen.says(Some(id), &after, vec![set("model", &format!("N {i}"))]);
            *last = Some(next.hash);
            all.push(next);
        }
        let begun = std::time::Instant::now();
        let document = fold(id, &all, &Exceptions::default());
        let took = begun.elapsed();
        assert!(took.as_secs() < 12, "{others}: {took:?}");
        assert_eq!(plain(&document, "make"), ["M 899"]);
        assert_eq!(document.fields["model"].len(), usize::from(others));
        assert_eq!(document.heads.len(), 1 + usize::from(others));
        assert!(document.void.is_empty() && document.waiting.is_empty());
    }
}

#[test]
fn two_officers_attest_the_same_state_and_later_content_leaves_it_standing() {
    use crate::document::attestation::Attestation;
    use crate::keys::SecretKey;
    let mut a = Pen::new(1);
    let birth = a.says(None, &[], vec![create(&[("make", "OLD")])]);
    let id = birth.hash.document();
    let mut all = vec![birth];
    let mut attested = Vec::new();
    for officer in [2, 3] {
        let seen = fold(id, &all, &Exceptions::default());
        let attestation = Attestation {
            what: "verified".to_owned(),
            document: id,
            heads: seen.content_heads.clone(),
            digest: seen.digest(),
            officer: OfficerId::from_bytes([officer; 16]),
            note: String::new(),
            key: None,
            signature: None,
        };
        let signed = attestation.signed(&SecretKey::ed25519(&[officer; 32]));
        assert_eq!(signed.verify(), Ok(()));
        all.push(Pen::new(officer).says(Some(id), &seen.heads, vec![Edit::Attest(signed.to_value())]));
        attested.push((signed.heads, signed.digest));
    }
    assert_eq!(attested[0], attested[1], "the first attestation moved what the second could attest");
    let heads = fold(id, &all, &Exceptions::default()).heads;
    all.push(a.says(Some(id), &heads, vec![set("make", "NEW")]));
    let later = fold(id, &all, &Exceptions::default());
    assert_ne!(later.digest(), attested[0].1);
    let then = fold_as_seen(id, &all, &attested[0].0, &Exceptions::default());
    assert_eq!(then.digest(), attested[0].1, "what was attested can be shown again");
}

/// The limit counts along one journal: it fills nobody else's document, and which entries are beyond it does not depend on what came first.
#[test]
fn a_journal_beyond_its_limit_is_void_and_locks_nobody_out() {
    let (mut greedy, mut honest) = (Pen::new(1), Pen::new(2));
    let birth = greedy.says(None, &[], vec![create(&[])]);
    let id = birth.hash.document();
    let mut last = birth.hash;
    let mut all = vec![birth];
    for i in 0..limits::ENTRIES_PER_JOURNAL_AND_DOCUMENT + 4 {
        let next = greedy.says(Some(id), &[last], vec![set("make", &format!("M {i}"))]);
        last = next.hash;
        all.push(next);
    }
    let beyond: Vec<EntryHash> = all.iter().skip(limits::ENTRIES_PER_JOURNAL_AND_DOCUMENT).map(|s| s.hash).collect();
    let later = honest.says(Some(id), &[last], vec![set("model", "M70")]);
    all.push(later);
    all.reverse();
    let document = fold(id, &all, &Exceptions::default());
    assert_eq!(document.void.keys().copied().collect::<BTreeSet<_>>(), beyond.iter().copied().collect());
    assert!(document.void.values().all(|void| *void == Void::JournalLimit));
    assert_eq!(plain(&document, "model"), ["M70"]);
    assert_eq!(plain(&document, "make"), [format!("M {}", limits::ENTRIES_PER_JOURNAL_AND_DOCUMENT - 2)]);
}

#[test]
fn what_names_an_entry_of_another_document_waits_for_it_by_name_and_blocks_nobody() {
    let (mut a, mut b) = (Pen::new(1), Pen::new(2));
    let [one, other] = [a.says(None, &[], vec![create(&[])]), b.says(None, &[], vec![create(&[])])];
    let id = one.hash.document();
    let astray = b.says(Some(id), &[one.hash, other.hash], vec![set("make", "ASTRAY")]);
    let honest = a.says(Some(id), &[one.hash], vec![set("make", "HONEST")]);
    let document = fold(id, &[one, other.clone(), astray.clone(), honest], &Exceptions::default());
    assert_eq!(document.waiting, BTreeMap::from([(astray.hash, vec![other.hash])]));
    assert_eq!(plain(&document, "make"), ["HONEST"]);
}
