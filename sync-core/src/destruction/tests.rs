//! What was written down and what it came to.
#![expect(clippy::indexing_slicing, reason = "tests")]

use super::*;

fn id(n: u8) -> DocId {
    DocId::from_bytes([n; 16])
}

fn planned(n: u8) -> PlannedRecord {
    PlannedRecord { key: format!("{n:016x}.0"), item: Some(id(n)), ..PlannedRecord::default() }
}

fn result(n: u8, at: i64, method: &str, result: &str) -> ResultRecord {
    ResultRecord {
        key: format!("{n:015x}{at:x}.0"),
        item: Some(id(n)),
        at: Some(at),
        method: (!method.is_empty()).then(|| method.to_owned()),
        result: Some(result.to_owned()),
        ..ResultRecord::default()
    }
}

fn fate(method: &str, results: Vec<ResultRecord>) -> Fate {
    let one =
        DestructionRecord { method: Some(method.to_owned()), planned: vec![planned(1)], results, ..Default::default() };
    outcome(&one).items[0].fate
}

#[test]
fn burning_or_crushing_alone_never_completes() {
    for method in NEVER_FINAL_ALONE {
        assert_eq!(fate("SML", vec![result(1, 1, method, "complete")]), Fate::NeedsSecondProcess, "{method}");
        assert_eq!(fate(method, vec![result(1, 1, "", "complete")]), Fate::NeedsSecondProcess, "the planned {method}");
        let both = vec![result(1, 1, method, "second_process"), result(1, 2, "SML", "complete")];
        assert_eq!(fate("SML", both), Fate::Destroyed, "{method}, then smelted");
        let backwards = vec![result(1, 1, "CUT-T", "second_process"), result(1, 2, method, "complete")];
        assert_eq!(fate("SML", backwards), Fate::Destroyed, "cut, then {method}");
    }
    let burned_and_crushed = vec![result(1, 1, "BRN", "second_process"), result(1, 2, "CRH", "complete")];
    assert_eq!(fate("SML", burned_and_crushed), Fate::NeedsSecondProcess);
    assert_eq!(fate("SML", vec![result(1, 1, "", "complete")]), Fate::Destroyed, "the planned method");
}

#[test]
fn the_last_word_on_an_item_is_its_fate() {
    let spoken = [
        ("complete", Fate::Destroyed),
        ("second_process", Fate::NeedsSecondProcess),
        ("failed", Fate::Failed),
        ("rejected", Fate::Rejected),
        ("withdrawn", Fate::Withdrawn),
    ];
    for (word, fate_of_it) in spoken {
        let results = vec![result(1, 5, "CUT-T", word), result(1, 3, "CUT-T", "failed")];
        assert_eq!(fate("CUT-T", results), fate_of_it, "{word}");
    }
    assert_eq!(fate("CUT-T", Vec::new()), Fate::Unaccounted);
    let checked = ResultRecord { result: None, identity: Some("tag_and_serial".to_owned()), ..result(1, 9, "", "") };
    assert_eq!(fate("CUT-T", vec![checked]), Fate::Unaccounted, "an identity check alone is no result");
}

#[test]
fn planned_is_destroyed_and_rejected_and_withdrawn_or_it_is_not_reconciled() {
    let good = DestructionRecord {
        planned: vec![planned(1), planned(2), planned(3)],
        results: vec![result(1, 1, "SHR", "complete"), result(2, 1, "", "rejected"), result(3, 1, "", "withdrawn")],
        ..Default::default()
    };
    let came_to = outcome(&good);
    assert!(came_to.is_reconciled());
    assert_eq!((came_to.planned(), came_to.presented(), came_to.count(Fate::Destroyed)), (3, 2, 1));
    let mut short = good.clone();
    short.results.pop();
    assert!(!outcome(&short).is_reconciled(), "one is unaccounted for");
    let mut more = good.clone();
    more.results.push(result(4, 1, "SHR", "complete"));
    let came_to = outcome(&more);
    assert!(!came_to.is_reconciled(), "one was destroyed that nobody planned");
    assert_eq!(came_to.unplanned().map(|one| one.item).collect::<Vec<_>>(), [id(4)]);
    let mut withdrawn = good;
    withdrawn.results[1].withdrawn = Some("by mistake".to_owned());
    assert!(!outcome(&withdrawn).is_reconciled());
    assert!(!outcome(&DestructionRecord::default()).is_reconciled(), "nothing is not a destruction");
}

#[test]
fn a_lot_counts_by_quantity_and_says_what_was_estimated() {
    let mut first = result(1, 1, "OD", "complete");
    first.quantity = Some(400);
    first.quantity_method = Some("counted".to_owned());
    let mut second = result(1, 2, "OD", "complete");
    second.quantity = Some(100);
    let lot = |results| DestructionRecord { planned: vec![planned(1)], results, ..Default::default() };
    let one = outcome(&lot(vec![first.clone(), second.clone()])).items.remove(0);
    assert_eq!((one.destroyed_quantity, one.estimated), (Some(500), false));
    second.quantity_method = Some("estimated".to_owned());
    assert!(outcome(&lot(vec![first, second])).items[0].estimated);
    assert_eq!(outcome(&lot(vec![result(1, 1, "OD", "complete")])).items[0].destroyed_quantity, None);
}
