//! Cases of hand-overs, counts, marking sessions, destructions and signatures.

use serde_json::{Value as Json, json};

use super::world::{NOW, World, doc_id, document, hash, ms, officer, record, x};
use super::{Case, Turn, hit, miss, turn};
use crate::custody::{Expected, Lying};
use crate::ids::DeviceId;
use crate::rules::procedures::{LastCounts, certificate, overdue};
use crate::rules::{Finding, Tunings};

const DAY: i64 = 86_400_000;

fn with(mut json: Json, fields: &Json) -> Json {
    for (name, value) in fields.as_object().unwrap() {
        json[name] = value.clone();
    }
    json
}

fn weapon() -> Json {
    json!({ "kind": "weapon", "class": "ASR", "markings": [{ "type": "SER", "text": "AB12345" }] })
}

fn lot() -> Json {
    json!({ "kind": "ammunition", "class": "AMM", "calibre": "7.62x39", "quantity": 1000 })
}

/// A hand-over that is received, signed by giver 1 and receiver 2, with one weapon on its list.
fn handover(fields: &Json) -> Json {
    let usual = json!({
        "document": "handover", "state": "received", "cargo": "weapons", "giver": x(1), "receiver": x(2),
        "lines": [{ "item": x(11) }], "received": [{ "item": x(11) }]
    });
    with(usual, fields)
}

fn road(world: &mut World) {
    world.knows(11, &weapon());
    world.knows(12, &lot());
    world.signed("handed_over", 1);
    world.signed("received", 2);
}

/// A destruction that is closed, of one weapon, by supervisor 1 with witness 2; officer 9 recorded the weapon.
fn destruction(fields: &Json) -> Json {
    let usual = json!({
        "document": "destruction", "state": "closed", "method": "CUT-T", "supervisor": x(1),
        "authorised_at": "2024-06-01", "started_at": "2024-06-02T08:00:00Z", "ended_at": "2024-06-02T10:00:00Z",
        "planned": [{ "item": x(11) }], "results": [result(&json!({}))]
    });
    with(usual, fields)
}

fn result(fields: &Json) -> Json {
    let usual = json!({
        "item": x(11), "identity": "tag_and_serial", "serial": "AB 12345", "before": hash(1), "after": hash(2),
        "method": "CUT-T", "result": "complete", "at": "2024-06-02T09:00:00Z"
    });
    with(usual, fields)
}

fn furnace(world: &mut World) {
    world.knows(11, &with(weapon(), &json!({ "collected_at": "2024-05-01" })));
    world.signed("destroyed", 1);
    world.signed("witnessed", 2);
}

fn count(fields: &Json) -> Json {
    let usual = json!({
        "document": "count", "state": "closed", "occasion": "weekly", "site": "S1", "store": "A", "at": "2024-06-01",
        "weapons": 2, "sightings": [{ "item": x(11), "result": "present" }]
    });
    with(usual, fields)
}

fn store(world: &mut World) {
    let lies = |n: u8| (doc_id(n), (record(&weapon()), Lying { quantity: 1, ..Lying::default() }));
    world.knows(11, &weapon());
    world.expected = Some(Expected { items: [lies(11), lies(13)].into() });
    world.signed("counted", 3);
}

fn counted_before(weekly_days: i64, half_yearly_days: i64) -> impl Fn(&mut World) {
    move |world: &mut World| {
        store(world);
        let at = ms("2024-06-01");
        let (weekly, half) = (at - weekly_days * DAY, at - half_yearly_days * DAY);
        world.last = Some(LastCounts { weekly_ms: Some(weekly), half_yearly_ms: Some(half) });
    }
}

fn destroyed_item() -> Json {
    let custody = json!([{ "event": "destroyed", "at": "2024-05-01T12:00:00Z" }]);
    with(weapon(), &json!({ "status": "destroyed", "custody": custody }))
}

fn held(fields: Json) -> impl Fn(&Tunings) -> Vec<Finding> {
    document(destruction(&json!({})), move |world| {
        furnace(world);
        world.knows(11, &with(weapon(), &fields));
    })
}

fn certified(at: &'static str) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let (_, content) = super::world::content(&destruction(&json!({})));
        certificate(ms(at), &crate::domain::procedures::DestructionRecord::read(&content), tuning)
    }
}

pub(super) fn cases() -> Vec<Case> {
    [roads(), whereabouts(), seals(), stores(), furnaces(), hands()].into_iter().flatten().collect()
}

fn whereabouts() -> Vec<Case> {
    let leaves = || handover(&json!({ "from_site": "S1", "from_store": "A", "departed_at": "2024-05-02" }));
    let lay = |site: &'static str, store: &'static str| {
        document(leaves(), move |world| {
            road(world);
            let stored = json!([{ "event": "stored", "at": "2024-05-01", "site": site, "store": store }]);
            world.knows(11, &with(weapon(), &json!({ "custody": stored })));
        })
    };
    let ghost = |knows_all: bool| {
        document(handover(&json!({})), move |world| {
            road(world);
            world.items.clear();
            world.knows_all = knows_all;
        })
    };
    vec![
        hit("R63", "an item that nobody recorded", ghost(true)),
        miss("R63", "an item that is not known on this tablet", ghost(false)),
        hit("R63", "it lay at another site", lay("S2", "A")),
        hit("R63", "it lay in another store", lay("S1", "B")),
        miss("R63", "it lay there", lay("S1", "A")),
        hit(
            "R63",
            "it was destroyed before",
            document(leaves(), |world| {
                road(world);
                world.knows(11, &destroyed_item());
            }),
        ),
    ]
}

fn roads() -> Vec<Case> {
    let two = json!([{ "item": x(11) }, { "item": x(12), "quantity": 1000 }]);
    let out = |fields: Json| document(handover(&with(json!({ "to_body": "National army" }), &fields)), road);
    let gone = |state: &'static str, arrived: &'static str| {
        document(handover(&json!({ "state": state, "arrived_at": arrived })), |world| {
            road(world);
            world.knows(11, &destroyed_item());
        })
    };
    vec![
        hit("R50", "one weapon short", document(handover(&json!({ "received": [] })), road)),
        miss("R50", "all there", document(handover(&json!({})), road)),
        miss("R50", "not there yet", document(handover(&json!({ "received": [], "state": "under_way" })), road)),
        hit(
            "R50",
            "nothing scanned at loading",
            document(handover(&json!({ "manner": "transport", "state": "under_way" })), road),
        ),
        hit("R53", "a destroyed weapon on its way", gone("under_way", "2024-04-01")),
        hit("R53", "a destroyed weapon arrives", gone("received", "2024-05-02")),
        miss("R53", "a weapon that was destroyed later arrived", gone("received", "2024-04-30")),
        hit("R58", "rounds beside rifles", document(handover(&json!({ "lines": two, "received": two })), road)),
        miss("R58", "rifles alone", document(handover(&json!({})), road)),
        hit("R58", "rifles called rounds", document(handover(&json!({ "cargo": "ammunition" })), road)),
        hit(
            "R72",
            "nobody signed for it",
            document(handover(&json!({})), |world| {
                road(world);
                world.acts.pop();
            }),
        ),
        hit(
            "R72",
            "somebody else signed for it",
            document(handover(&json!({})), |world| {
                road(world);
                world.acts[1].officer = officer(3);
            }),
        ),
        hit(
            "R72",
            "a signature that is a claim",
            document(handover(&json!({})), |world| {
                road(world);
                world.acts[1].counts = false;
            }),
        ),
        miss("R72", "both signed", document(handover(&json!({})), road)),
        hit(
            "R72",
            "returned with one key holder",
            document(handover(&json!({ "manner": "return" })), |world| {
                road(world);
                world.signed("consented", 5);
            }),
        ),
        miss(
            "R72",
            "returned with both key holders",
            document(handover(&json!({ "manner": "return" })), |world| {
                road(world);
                world.signed("consented", 5);
                world.signed("consented", 6);
            }),
        ),
        hit("R73", "out of the programme, by nobody's leave", out(json!({}))),
        miss("R73", "out of the programme, by an order", out(json!({ "authorisation": "12/2024" }))),
        hit(
            "R40",
            "arrived before it left",
            document(handover(&json!({ "departed_at": "2024-05-02", "arrived_at": "2024-05-01" })), road),
        ),
    ]
}

fn seals() -> Vec<Case> {
    let sealed = |found: &str, state: &str| {
        let seals = json!([
            { "number": "S-1", "box": "1", "state": "applied" }, { "number": found, "box": "1", "state": state }
        ]);
        handover(&json!({ "seals": seals }))
    };
    vec![
        hit("R59", "another seal at receipt", document(sealed("S-2", "intact"), road)),
        hit("R59", "a broken seal", document(sealed("S-1", "broken"), road)),
        miss("R59", "the seal as it was", document(sealed("s 1", "intact"), road)),
        hit(
            "R59",
            "a seal for the second time",
            document(sealed("S-1", "intact"), |world| {
                road(world);
                world.seals.insert("S-1".to_owned(), vec![doc_id(77)]);
            }),
        ),
    ]
}

fn stores() -> Vec<Case> {
    let late = |days: i64| {
        move |tuning: &Tunings| {
            let last = LastCounts { weekly_ms: Some(NOW - days * DAY), half_yearly_ms: Some(NOW) };
            overdue(&last, NOW, tuning)
        }
    };
    let session = |fields: Json| document(with(json!({ "document": "marking_session" }), &fields), |_| ());
    vec![
        hit("R51", "one weapon short", document(count(&json!({ "weapons": 1 })), store)),
        miss("R51", "as many as there should be", document(count(&json!({})), store)),
        miss("R51", "a count that is not closed", document(count(&json!({ "weapons": 1, "state": "open" })), store)),
        hit("R51", "a weapon nobody came across", document(count(&json!({ "occasion": "half_yearly" })), store)),
        hit(
            "R51",
            "another serial",
            document(
                count(&json!({ "sightings": [{ "item": x(11), "result": "serial_differs", "serial": "AB12354" }] })),
                store,
            ),
        ),
        hit(
            "R53",
            "a destroyed weapon in the store",
            document(count(&json!({})), |world| {
                store(world);
                world.knows(11, &destroyed_item());
            }),
        ),
        miss(
            "R53",
            "a weapon that was destroyed later",
            document(count(&json!({ "at": "2024-04-01" })), |world| {
                store(world);
                world.knows(11, &destroyed_item());
            }),
        ),
        hit("R60", "nine days without a count", document(count(&json!({})), counted_before(9, 9))),
        miss("R60", "eight days without a count", document(count(&json!({})), counted_before(8, 184))),
        hit("R60", "no serial looked at", document(count(&json!({ "sightings": [] })), store)),
        hit("R60", "nine days until now", late(9)),
        miss("R60", "eight days until now", late(8)),
        hit(
            "R72",
            "a count that nobody signed",
            document(count(&json!({})), |world| {
                store(world);
                world.acts.clear();
            }),
        ),
        hit("R75", "a session with a laser", session(json!({ "method": "LAS" }))),
        miss("R75", "a session with a press", session(json!({ "method": "STP", "depth_um": 120 }))),
    ]
}

fn furnaces() -> Vec<Case> {
    let done = |fields: Json| document(destruction(&json!({ "results": [result(&fields)] })), furnace);
    let said = |fields: Json| document(destruction(&fields), furnace);
    let rounds = |quantity: i64| {
        let result = json!({ "item": x(12), "method": "OD", "result": "complete", "quantity": quantity });
        document(destruction(&json!({ "planned": [{ "item": x(12) }], "results": [result] })), |world| {
            furnace(world);
            world.knows(12, &lot());
        })
    };
    vec![
        hit("R41", "before it was authorised", said(json!({ "authorised_at": "2024-06-02T09:00:00Z" }))),
        miss("R41", "after it was authorised", said(json!({}))),
        hit(
            "R41",
            "before it was collected",
            document(destruction(&json!({})), |world| {
                furnace(world);
                world.knows(11, &with(weapon(), &json!({ "collected_at": "2024-06-03" })));
            }),
        ),
        hit(
            "R41",
            "signed before it was done",
            document(destruction(&json!({})), |world| {
                furnace(world);
                world.acts[0].claimed_ms = ms("2024-06-02T09:40:00Z");
            }),
        ),
        hit("R41", "a certificate of the day before", certified("2024-06-01")),
        miss("R41", "a certificate of the same minute", certified("2024-06-02T10:00:00Z")),
        hit("R52", "nothing said of a weapon", said(json!({ "results": [] }))),
        miss(
            "R52",
            "a weapon that was withdrawn",
            said(json!({ "results": [result(&json!({ "result": "withdrawn" }))] })),
        ),
        hit("R52", "something that was not planned", said(json!({ "planned": [] }))),
        hit(
            "R54",
            "nobody looked what it was",
            done(json!({ "identity": "not_checked", "before": null, "serial": null })),
        ),
        miss("R54", "a photo of what it was", done(json!({ "identity": "not_checked", "serial": null }))),
        hit("R54", "another serial", done(json!({ "serial": "AB12354" }))),
        miss("R54", "the serial in part", done(json!({ "serial": "AB1??45" }))),
        hit("R55", "50 kilograms", done(json!({ "weight_g": 50_000 }))),
        miss("R55", "40 kilograms", done(json!({ "weight_g": 40_000 }))),
        hit("R55", "a total that is too light", said(json!({ "total_weight_g": 2_700 }))),
        miss("R55", "a total within a third", said(json!({ "total_weight_g": 2_800 }))),
        hit("R56", "more rounds than there were", rounds(1001)),
        miss("R56", "all rounds", rounds(1000)),
        hit("R74", "burned and done", done(json!({ "method": "BRN" }))),
        miss("R74", "burned, to be smelted", done(json!({ "method": "BRN", "result": "second_process" }))),
        hit("R74", "a plan to crush", said(json!({ "method": "CRH", "state": "planned", "results": [] }))),
        miss("R74", "a plan to crush and smelt", said(json!({ "method": "CRH", "second_method": "SML" }))),
        hit("R74", "into the sea", said(json!({ "method": "SEA" }))),
        miss("R74", "into the sea, for a reason", said(json!({ "method": "SEA", "override_reason": "no road" }))),
    ]
}

fn hands() -> Vec<Case> {
    let signed = |change: fn(&mut World)| {
        document(destruction(&json!({})), move |world| {
            furnace(world);
            change(world);
        })
    };
    let verified = |by: u8| {
        document(json!({ "class": "ASR" }), move |world| {
            world.recorder = Some(officer(1));
            world.signed("verified", by);
        })
    };
    let noted = |text: &str| document(json!({ "class": "ASR", "notes": [{ "text": text }] }), |_| ());
    let own_device: fn(&mut World) = |world| world.acts[1].device = world.acts[0].device;
    vec![
        hit("R62", "evidence on the list", held(json!({ "evidence_hold": true }))),
        hit("R62", "a trace is pending", held(json!({ "trace_pending": true }))),
        hit("R62", "to be returned", held(json!({ "temporary": true }))),
        miss("R62", "evidence no more", held(json!({ "evidence_hold": false, "temporary": false }))),
        hit(
            "R62",
            "a finding that blocks",
            signed(|world| {
                world.items.get_mut(&doc_id(11)).unwrap().open_blocking = true;
            }),
        ),
        hit(
            "R62",
            "destroyed elsewhere",
            signed(|world| {
                world.items.get_mut(&doc_id(11)).unwrap().destroyed_by = Some(doc_id(66));
            }),
        ),
        hit("R62", "not known here", signed(|world| world.items.clear())),
        miss(
            "R62",
            "evidence that was rejected at the check",
            document(destruction(&json!({ "results": [result(&json!({ "result": "rejected" }))] })), |world| {
                furnace(world);
                world.knows(11, &with(weapon(), &json!({ "evidence_hold": true })));
            }),
        ),
        hit("R70", "no witness", signed(|world| drop(world.acts.pop()))),
        hit("R70", "the supervisor as witness", signed(|world| world.acts[1].officer = officer(1))),
        hit("R70", "the collector as witness", signed(|world| world.acts[1].officer = officer(9))),
        hit(
            "R70",
            "the collector as supervisor",
            signed(|world| {
                world.items.get_mut(&doc_id(11)).unwrap().recorder = officer(1);
            }),
        ),
        hit("R70", "one witness of two", signed(|world| world.witnesses = 2)),
        miss(
            "R70",
            "two witnesses of two",
            signed(|world| {
                world.witnesses = 2;
                world.signed("witnessed", 4);
            }),
        ),
        hit("R71", "one's own record", verified(1)),
        miss("R71", "somebody else's record", verified(2)),
        hit("R80", "a telephone number in a note", noted("brought by +257 79 123 456")),
        miss("R80", "a date in a note", noted("brought on 2024-05-01 10:20")),
        hit("R72", "the supervisor did not sign", signed(|world| drop(world.acts.remove(0)))),
        hit("R76", "one tablet for both", signed(own_device)),
        miss("R76", "a tablet each", signed(|world| world.acts[1].device = Some(DeviceId::from_bytes([88; 16])))),
        miss(
            "R76",
            "keys of which nobody knows",
            signed(|world| {
                world.acts[0].device = None;
                world.acts[1].device = None;
            }),
        ),
    ]
}

pub(super) fn turns() -> Vec<Turn> {
    let short = json!({ "cargo": "ammunition", "lines": [{ "item": x(12), "quantity": 1000 }], "received": [{ "item": x(12), "quantity": 995 }] });
    let none = json!({ "results": [result(&json!({ "before": null }))] });
    vec![
        turn("R50", "rounds_permille", 5, document(handover(&short), road)),
        turn("R54", "both", 1, document(destruction(&none), furnace)),
        turn("R55", "total_percent", 50, document(destruction(&json!({ "total_weight_g": 2_700 })), furnace)),
        turn("R60", "weekly_days", 10, document(count(&json!({})), counted_before(9, 9))),
        turn("R60", "half_yearly_days", 100, document(count(&json!({})), counted_before(8, 150))),
        turn("R60", "serials_permille", 600, document(count(&json!({})), store)),
    ]
}
