//! Cases of what an item says of itself.

use serde_json::{Value as Json, json};

use super::world::{NOW, doc_id, hash, item, item_in, record, x};
use super::{Case, Turn, hit, miss, turn};
use crate::rules::{Finding, SiteArea, Tunings, lots, photos, waiting};

fn marks(list: &Json) -> Json {
    json!({ "markings": list })
}

/// R05 to R10, R31.
pub(super) fn serials() -> Vec<Case> {
    let two = |one: &str, other: &str| {
        item(marks(&json!([
            { "type": "SER", "text": one, "location": "RCV" },
            { "type": "SER", "text": other, "location": "BLT" }
        ])))
    };
    let serial = |text: &str| item(json!({ "year": 1967, "markings": [{ "type": "SER", "text": text }] }));
    let status = |status: &str, text: &str| {
        item(json!({ "serial_status": status, "markings": [{ "type": "SER", "text": text }] }))
    };
    vec![
        hit("R05", "another serial on the bolt", two("AB1234", "CD9876")),
        miss("R05", "the end of the serial on the bolt", two("AB1234", "234")),
        hit("R06", "the year as serial", serial("1967")),
        miss("R06", "a serial that begins with the year", serial("19671")),
        hit("R08", "no serial at all", serial("N/A")),
        miss("R08", "a short serial", serial("12")),
        hit("R09", "read, and no text", item(json!({ "serial_status": "read" }))),
        miss("R09", "not marked, and no text", item(json!({ "serial_status": "none_marked" }))),
        hit("R10", "read in part, all there", status("partial", "A12345")),
        miss("R10", "read in part, with a gap", status("partial", "A1?345")),
        hit("R31", "obliterated", item(json!({ "serial_status": "obliterated" }))),
        miss(
            "R31",
            "obliterated, not evidence",
            item(json!({ "serial_status": "obliterated", "evidence_hold": false })),
        ),
    ]
}

/// R20 to R30.
pub(super) fn descriptions() -> Vec<Case> {
    let akm = |calibre: &str| item(json!({ "class": "ASR", "model": "AKM", "calibre": calibre }));
    let import = |country: &str| {
        item(json!({ "country": "BR", "markings": [{ "type": "IMP", "country": country, "year": 2001 }] }))
    };
    let glock =
        |text: &str| item(json!({ "make": "GLOCK", "model": "17", "markings": [{ "type": "SER", "text": text }] }));
    vec![
        hit("R20", "an AKM in 5.56", akm("5.56x45")),
        miss("R20", "an AKM in its calibre", akm("7.62x39")),
        hit("R21", "a pistol among machine guns", item(json!({ "class": "LMG", "model": "TT-33" }))),
        miss("R21", "a pistol among pistols", item(json!({ "class": "PIS", "model": "TT-33" }))),
        hit("R22", "a FAMAS of Romania", item(json!({ "model": "FAMAS", "country": "RO" }))),
        miss("R22", "a FAMAS of France", item(json!({ "model": "FAMAS", "country": "FR" }))),
        hit("R23", "an antique of 1900", item(json!({ "year": 1900, "antique": true }))),
        miss("R23", "an antique of 1899", item(json!({ "year": 1899, "antique": true }))),
        hit("R24", "an AK-47", item(json!({ "model": "AK-47" }))),
        miss("R24", "an AKM", item(json!({ "model": "AKM" }))),
        hit("R25", "a Type 56", item(json!({ "model": "Type 56" }))),
        miss("R25", "a Type 56, assault rifle", item(json!({ "model": "Type 56", "class": "ASR" }))),
        hit("R26", "a Glock 17 numbered otherwise", glock("AB12")),
        miss("R26", "a Glock 17 numbered as they are", glock("ABC123")),
        hit("R27", "imported into where it was made", import("BR")),
        miss("R27", "imported elsewhere", import("US")),
        hit("R28", "a Glock of the village smith", item(json!({ "origin_kind": "craft", "make": "Glock" }))),
        miss("R28", "the village smith's own", item(json!({ "origin_kind": "craft" }))),
        hit("R29", "a light mortar of 120 mm", item(json!({ "class": "MOR", "calibre": "120mm" }))),
        miss("R29", "a light mortar of 82 mm", item(json!({ "class": "MOR", "calibre": "82mm" }))),
        hit("R30", "serviceable without a bolt", item(json!({ "condition": "SVC", "missing_parts": "bolt" }))),
        miss("R30", "incomplete without a bolt", item(json!({ "condition": "INC", "missing_parts": "bolt" }))),
    ]
}

fn waits(json: Json) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| waiting(&record(&json), NOW, tuning)
}

/// Photos of the left side and of the serial, and one more.
fn photographed(more: Json) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let photos = json!([{ "view": "left" }, { "view": "serial", "bytes": 20_000 }, more]);
        photos::complete(&record(&json!({ "collected_at": "2024-05-01", "photos": photos })), tuning)
    }
}

fn custody(events: &Json) -> Json {
    json!({ "collected_at": "2024-05-01T10:00:00Z", "custody": events })
}

fn trip(arrives: &str) -> Json {
    custody(&json!([
        { "event": "stored", "at": "2024-05-01T12:00:00Z", "site": "S1", "store": "A" },
        { "event": "loaded", "at": "2024-05-02T08:00:00Z" },
        { "event": "unloaded", "at": arrives, "site": "S2", "store": "B" }
    ]))
}

fn after_the_end(at: &str) -> Json {
    json!({ "kind": "weapon", "status": "destroyed", "custody": [
        { "event": "stored", "at": "2024-05-01T12:00:00Z", "site": "S1" },
        { "event": "destroyed", "at": "2024-06-01T12:00:00Z" },
        { "event": "counted", "at": at, "site": "S1" }
    ] })
}

fn programme_mark(fields: &Json) -> Json {
    let mut mark = json!({ "type": "PRP", "text": "*BI000001", "location": "RCV", "method": "STP" });
    for (name, value) in fields.as_object().unwrap() {
        mark[name] = value.clone();
    }
    marks(&json!([mark]))
}

fn lot(fields: &Json) -> Json {
    let mut lot = json!({ "kind": "ammunition", "class": "AMM", "calibre": "7.62x39" });
    for (name, value) in fields.as_object().unwrap() {
        lot[name] = value.clone();
    }
    lot
}

/// R40 to R45, R53 to R57, R73 to R78, on the item.
pub(super) fn lives() -> Vec<Case> {
    let collected = |at: &str| item(json!({ "collected_at": at }));
    let open = |at: &str| item_in(json!({ "collected_at": at }), |context| context.hours = Some((8 * 60, 17 * 60)));
    let night = |at: &str| item_in(json!({ "collected_at": at }), |context| context.hours = Some((22 * 60, 6 * 60)));
    let weighs = |grams: i64, condition: &str| {
        item(json!({ "kind": "weapon", "class": "ASR", "weight_g": grams, "condition": condition }))
    };
    let recounted = |events: Json| {
        move |tuning: &Tunings| {
            let before = record(&lot(&json!({ "quantity": 500, "quantity_method": "estimated" })));
            let after = record(&lot(&json!({ "quantity": 487, "quantity_method": "counted", "custody": events })));
            lots::recounted(&before, &after, tuning)
        }
    };
    let twice = |other: &str| {
        item(custody(&json!([
            { "event": "received", "at": "2024-05-01T12:00:00Z", "site": "S1", "store": "A" },
            { "event": "received", "at": "2024-05-01T12:00:00Z", "site": "S1", "store": other }
        ])))
    };
    let gone = |custody: Json| item(json!({ "kind": "weapon", "status": "transferred_to_state", "custody": custody }));
    vec![
        hit("R40", "collected tomorrow", collected("2025-01-01T00:11:00Z")),
        miss("R40", "collected within the tolerance", collected("2025-01-01T00:09:00Z")),
        hit("R42", "four days on the road", item(trip("2024-05-06T08:00:00Z"))),
        miss("R42", "a day on the road", item(trip("2024-05-03T08:00:00Z"))),
        hit("R42", "in two stores at once", twice("B")),
        miss("R42", "said twice of one store", twice("A")),
        hit(
            "R42",
            "arrived and never sent",
            item(custody(&json!([
                { "event": "stored", "at": "2024-05-01T12:00:00Z", "site": "S1" },
                { "event": "received", "at": "2024-05-02T12:00:00Z", "site": "S2" }
            ]))),
        ),
        miss(
            "R42",
            "moved within the site",
            item(custody(&json!([
                { "event": "stored", "at": "2024-05-01T12:00:00Z", "site": "S1", "store": "A" },
                { "event": "moved", "at": "2024-05-02T12:00:00Z", "site": "S1", "store": "B" }
            ]))),
        ),
        hit(
            "R42",
            "handed over by who did not have it",
            item(custody(&json!([
                { "event": "stored", "at": "2024-05-01T12:00:00Z", "site": "S1" },
                { "event": "handed_over", "at": "2024-05-02T12:00:00Z", "handover": x(1) },
                { "event": "handed_over", "at": "2024-05-02T13:00:00Z", "handover": x(2) },
                { "event": "received", "at": "2024-05-02T14:00:00Z", "site": "S2" }
            ]))),
        ),
        miss(
            "R42",
            "handed over and loaded by one hand-over",
            item(custody(&json!([
                { "event": "stored", "at": "2024-05-01T12:00:00Z", "site": "S1" },
                { "event": "handed_over", "at": "2024-05-02T12:00:00Z", "handover": x(1) },
                { "event": "loaded", "at": "2024-05-02T13:00:00Z", "handover": x(1) },
                { "event": "received", "at": "2024-05-02T14:00:00Z", "site": "S2", "handover": x(1) }
            ]))),
        ),
        hit("R43", "at 0, 0", item(json!({ "place": { "lat": 0, "lon": 0 } }))),
        miss("R43", "on the equator", item(json!({ "place": { "lat": 0, "lon": 9.5, "accuracy_m": 500 } }))),
        hit("R44", "after the site closed", open("2024-05-01T17:01:00Z")),
        miss("R44", "in the last minute", open("2024-05-01T17:00:30Z")),
        hit("R44", "by day, at a site of the night", night("2024-05-01T12:00:00Z")),
        miss("R44", "by night, at a site of the night", night("2024-05-01T01:00:00Z")),
        hit("R45", "ninety-one days unmarked", waits(json!({ "collected_at": "2024-10-02" }))),
        miss("R45", "ninety days unmarked", waits(json!({ "collected_at": "2024-10-03" }))),
        miss(
            "R45",
            "a year, marked",
            waits(json!({ "collected_at": "2024-01-01", "markings": [{ "type": "PRP", "text": "*BI1" }] })),
        ),
        hit("R53", "counted after it was destroyed", item(after_the_end("2024-06-01T12:11:00Z"))),
        miss("R53", "counted before it was destroyed", item(after_the_end("2024-06-01T11:00:00Z"))),
        hit("R55", "a rifle of 200 grams", weighs(200, "UNS")),
        miss("R55", "what is left of a rifle", weighs(200, "INC")),
        hit("R56", "an estimate that became exact by itself", recounted(json!([]))),
        miss("R56", "an estimate that was counted", recounted(json!([{ "event": "counted", "quantity": 487 }]))),
        hit("R57", "two calibres in a lot", item(lot(&json!({ "markings": [{ "type": "CAL", "text": "9x19" }] })))),
        miss(
            "R57",
            "a calibre said loosely",
            item(lot(&json!({ "markings": [{ "type": "CAL", "text": "7.62 mm" }] }))),
        ),
        hit("R57", "a sealed tin of 703", item(lot(&json!({ "packaging": "sealed_tin", "quantity": 703 })))),
        miss("R57", "a box of 703", item(lot(&json!({ "packaging": "box", "quantity": 703 })))),
        hit("R73", "transferred by nobody's authority", gone(json!([{ "event": "handed_over", "authority": " " }]))),
        miss(
            "R73",
            "transferred by an order",
            gone(json!([{ "event": "handed_over", "authority": "Ministry, 12/2024" }])),
        ),
        miss("R73", "transferred by a hand-over", gone(json!([{ "event": "handed_over", "handover": x(4) }]))),
        hit("R75", "marked by laser", item(programme_mark(&json!({ "method": "LAS" })))),
        miss("R75", "stamped", item(programme_mark(&json!({ "depth_um": 100 })))),
        hit("R75", "scratched", item(programme_mark(&json!({ "depth_um": 99 })))),
        hit("R77", "no photo of the right side", photographed(json!({ "view": "left" }))),
        miss("R77", "a photo of each side and of the serial", photographed(json!({ "view": "right" }))),
        hit("R77", "a photo of the year before", photographed(json!({ "view": "right", "taken_at": "2023-05-01" }))),
        hit("R78", "marked on the stock", item(programme_mark(&json!({ "location": "STK" })))),
        miss("R78", "marked on the trunnion", item(programme_mark(&json!({ "location": "TRG", "exposed": true })))),
        hit("R78", "marked where it wears off", item(programme_mark(&json!({ "durable": false })))),
    ]
}

pub(super) fn turns() -> Vec<Turn> {
    let place = json!({ "place": { "lat": 1, "lon": 1, "accuracy_m": 501 } });
    let first = NOW / 86_400_000;
    vec![
        turn("R40", "tolerance_min", 12, item(json!({ "collected_at": "2025-01-01T00:11:00Z" }))),
        turn("R42", "gap_h", 96, item(trip("2024-05-06T08:00:00Z"))),
        turn("R43", "accuracy_m", 501, item(place)),
        turn("R44", "first_day", first, item(json!({ "collected_at": "2024-12-31" }))),
        turn("R44", "last_day", first - 2, item(json!({ "collected_at": "2024-12-31" }))),
        turn("R45", "disposition_days", 30, waits(json!({ "collected_at": "2024-11-01" }))),
        turn("R45", "store_days", 30, waits(json!({ "custody": [{ "event": "stored", "at": "2024-11-01" }] }))),
        turn("R55", "least_g", 100, item(json!({ "class": "PIS", "weight_g": 350 }))),
        turn("R55", "most_g", 10_000, item(json!({ "class": "RIF", "weight_g": 14_000 }))),
        turn("R57", "sealed_multiple", 7, item(lot(&json!({ "packaging": "sealed_tin", "quantity": 700 + 7 })))),
        turn("R77", "least_bytes", 30_000, photographed(json!({ "view": "right" }))),
        turn("R77", "photo_days", 5, photographed(json!({ "view": "right", "taken_at": "2024-05-10" }))),
        turn("R75", "depth_um", 50, item(programme_mark(&json!({ "depth_um": 60 })))),
    ]
}

#[test]
fn what_is_said_of_a_site_and_of_photos_reaches_the_rules_too() {
    let far = SiteArea { centre: crate::domain::place::Place::new(0, 100_000_000, None).unwrap(), radius_m: 10 };
    let run = item_in(json!({ "place": { "lat": 1, "lon": 1 } }), move |context| context.site = Some(far));
    assert_eq!(run(&Tunings::default())[0].key, "site");
    assert_eq!((doc_id(1).to_string(), hash(1).len()), (x(1), 64));
}
