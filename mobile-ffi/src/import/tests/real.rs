//! The real register named by `PLOUGHSHARE_REAL_DATA`, which is not part of the project.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;

fn real() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("PLOUGHSHARE_REAL_DATA") {
        // Tests run in the folder of the crate; the variable may be meant from the folder above.
        let folder = PathBuf::from(folder);
        let from_above = PathBuf::from("..").join(&folder);
        let folder = if folder.is_dir() { folder } else { from_above };
        let file = folder.join("rio-seizures-2018.xlsx");
        assert!(file.is_file(), "PLOUGHSHARE_REAL_DATA is set and {} is not there", file.display());
        return Some(file);
    }
    assert!(
        std::env::var_os("PLOUGHSHARE_REQUIRE_ALL").is_none(),
        "PLOUGHSHARE_REAL_DATA is not set and PLOUGHSHARE_REQUIRE_ALL is"
    );
    None
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn every_row_of_a_real_register_becomes_an_item() {
    let Some(file) = real() else {
        eprintln!("skipped: PLOUGHSHARE_REAL_DATA is not set");
        return;
    };
    let mapping = Mapping::detect(&file).unwrap();
    assert_eq!(mapping.name(), "br-rj-police-laboratory");
    let (outcomes, summary) = convert_all(&file, &mapping);
    assert_eq!((summary.rows, summary.refused), (30_129, 0), "{}", summary.to_text());
    assert_eq!(summary.kinds, BTreeMap::from([("ammunition".to_owned(), 16_095), ("weapon".to_owned(), 14_034)]));
    assert_eq!(summary.columns_not_mapped, Vec::<String>::new());
    let (mut calibres, mut makers, mut serials) = (BTreeMap::new(), 0_u64, BTreeMap::new());
    for outcome in &outcomes {
        let Outcome::Ready(ready) = outcome else { unreachable!() };
        ready.draft.check().unwrap();
        let text = |path: &str| ready.draft.fields.get(path).and_then(Value::as_text).unwrap_or("");
        *calibres.entry(text("calibre").to_owned()).or_insert(0_u64) += 1;
        makers += u64::from(!text("make").is_empty());
        if text("kind") == "weapon" {
            *serials.entry(text("serial_status").to_owned()).or_insert(0_u64) += 1;
        }
    }
    if std::env::var_os("PLOUGHSHARE_SHOW").is_some() {
        eprintln!("{}\n{calibres:?}\nmake known: {makers}\n{serials:?}", summary.to_text());
        std::fs::write(
            std::env::temp_dir().join("import-summary.json"),
            serde_json::to_string_pretty(&summary).unwrap(),
        )
        .unwrap();
    }
    let open =
        calibres.get("other").unwrap_or(&0) + calibres.get("unknown").unwrap_or(&0) + calibres.get("").unwrap_or(&0);
    assert!(open * 20 < summary.rows, "calibres not recognised: {open} of {}", summary.rows);
    assert_eq!(serials.values().sum::<u64>(), 14_034);
}
