//! The pipeline as the engine uses it, on files written here; and on a real register where one is at hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "tests")]

use std::path::Path;

use ploughshare_core::cbor::Value;

use super::*;

/// Every row of a file, and the sums.
fn convert_all(path: &Path, mapping: &Mapping) -> (Vec<Outcome>, Summary) {
    let mut table = Table::open(path, &mapping.table_options()).unwrap();
    let mut converter = Converter::new(mapping, table.headers());
    let mut report = Report::new(&converter);
    let mut outcomes = Vec::new();
    for row in table.rows().unwrap() {
        let outcome = converter.convert(&row.unwrap());
        match &outcome {
            Outcome::Ready(ready) => {
                ready.draft.check().unwrap();
                report.recorded(ready);
            }
            Outcome::Refused(refused) => report.refused(refused),
        }
        outcomes.push(outcome);
    }
    (outcomes, report.summary().clone())
}

/// A file of these bytes.
fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn ready(outcome: &Outcome) -> &Ready {
    match outcome {
        Outcome::Ready(ready) => ready,
        Outcome::Refused(refused) => panic!("{refused:?}"),
    }
}

fn text<'a>(outcome: &'a Outcome, path: &str) -> &'a str {
    ready(outcome).draft.fields.get(path).and_then(Value::as_text).unwrap_or("")
}

/// The texts of one field of all members of a set.
fn members(outcome: &Outcome, set: &str, field: &str) -> Vec<String> {
    let members = ready(outcome).draft.members.iter().filter(|member| member.set == set);
    members.filter_map(|member| member.fields.get(field).and_then(Value::as_text)).map(ToOwned::to_owned).collect()
}

mod files;
mod laboratory;
mod mappings;
mod real;
