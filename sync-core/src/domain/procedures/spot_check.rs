//! A spot check: a sample that anybody can draw again from its seed, inspected by somebody who does not see the record.

use crate::domain::item::{JustificationRecord, NoteRecord};
use crate::domain::members::{document, member};
use crate::ids::DocId;

member!(
    /// An item that was drawn.
    SampleRecord {
        item: DocId = "item", "The item.";
        tag: String = "tag", "Its tag.";
        site: String = "site", "Site.";
        store: String = "store", "Store.";
    }
);

member!(
    /// What the second inspection read.
    ReadingRecord {
        item: DocId = "item", "The item.";
        at: i64 = "at", "When, milliseconds since the Unix epoch.";
        not_found: bool = "not_found", "Whether the item was not found.";
        tag: String = "tag", "Tag.";
        class: String = "class", "Class.";
        make: String = "make", "Maker.";
        model: String = "model", "Model.";
        calibre: String = "calibre", "Calibre.";
        country: String = "country", "Country of manufacture.";
        year: i64 = "year", "Year of manufacture.";
        serial: String = "serial", "Serial as seen.";
        serial_status: String = "serial_status", "Status of the serial.";
        condition: String = "condition", "Condition.";
        quantity: i64 = "quantity", "Quantity.";
    }
);

document!(
    /// A spot check, read from its document.
    SpotCheckRecord {
        title: String, "Title.";
        state: String, "How far it is, a code of `work_state`.";
        seed: String, "Seed of the sample.";
        population: i64, "How many items there were to draw from.";
        permille: i64, "Share that is drawn, per thousand.";
        limit_permille: i64, "Share of errors at which everything has to be inspected, per thousand.";
        strata: String, "What it is stratified by.";
        site: String, "Site.";
        planned_at: i64, "When it was planned, milliseconds since the Unix epoch.";
        closed_at: i64, "When it was closed, milliseconds since the Unix epoch.";
    }
    sets {
        sample: SampleRecord = "sample", "The sample.";
        readings: ReadingRecord = "readings", "Readings of the second inspection.";
        notes: NoteRecord = "notes", "Notes.";
        justifications: JustificationRecord = "justifications", "Findings that somebody has justified.";
    }
);
