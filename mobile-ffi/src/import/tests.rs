//! The pipeline as the engine uses it, on files written here; and on a real register where one is at hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "tests")]

use std::path::Path;

use super::*;

pub fn convert_all(path: &Path, mapping: &Mapping) -> (Vec<Outcome>, Summary) {
    let mut table = Table::open(path, &mapping.table_options()).unwrap();
    let mut converter = Converter::new(mapping, table.headers());
    let mut report = Report::new(&converter);
    let mut outcomes = Vec::new();
    for row in table.rows().unwrap() {
        let outcome = converter.convert(&row.unwrap());
        match &outcome {
            Outcome::Ready(ready) => report.recorded(ready),
            Outcome::Refused(refused) => report.refused(refused),
        }
        outcomes.push(outcome);
    }
    (outcomes, report.summary().clone())
}

mod real;
