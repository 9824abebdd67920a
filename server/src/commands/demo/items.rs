//! Some three hundred fictional items out of thirty templates: the same ones at every start.

use mobile_ffi::{Draft, TabletError, Value};
use serde_json::Value as Json;

/// A `#` in a serial becomes the next digit of this walk; it never repeats within a demo.
fn digits(template: &str, step: usize) -> String {
    let mut state = 48_271u64.wrapping_mul(step as u64 + 11);
    let digit = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + ((*state >> 40) % 10) as u8)
    };
    template.chars().map(|c| if c == '#' { digit(&mut state) } else { c }).collect()
}

/// The drafts of one team: every third of `count`, beginning with `team`.
pub(super) fn drafts(team: usize, count: usize, collection: &[u8]) -> Result<Vec<Draft>, TabletError> {
    let templates: Vec<Json> = serde_json::from_str(include_str!("templates.json")).unwrap_or_default();
    let steps = (0..count).filter(|step| step % 3 == team);
    steps
        .filter_map(|step| Some((step, templates.get(step % templates.len().max(1))?)))
        .map(|(step, template)| {
            let draft = Draft::from_json(&json(template, step, team)).map_err(mobile_ffi::unfit)?;
            Ok(draft.with("collection", Value::Bytes(collection.to_vec())))
        })
        .collect()
}

fn json(template: &Json, step: usize, team: usize) -> Json {
    let own = ["serial", "script", "type", "other", "note", "kind"];
    let mut item = serde_json::Map::new();
    let fields = template.as_object().into_iter().flatten();
    item.extend(fields.filter(|(key, _)| !own.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())));
    let text = |key: &str| template.get(key).and_then(Json::as_str);
    let kind = text("kind").unwrap_or("weapon");
    item.insert("kind".to_owned(), kind.into());
    item.insert("tag".to_owned(), format!("DEMO-{:03}", step + 1).into());
    item.insert("status".to_owned(), "stored".into());
    item.insert("context".to_owned(), ["DDR", "VOL", "FND"].get(step % 3).copied().unwrap_or("DDR").into());
    item.insert(
        "holder_category".to_owned(),
        ["combatant", "civilian", "finder"].get(step % 3).copied().unwrap_or("unknown").into(),
    );
    item.insert(
        "site".to_owned(),
        ["river-camp", "saw-mill", "old-customs-post"].get(team).copied().unwrap_or("river-camp").into(),
    );
    if step % 7 == 3 {
        item.insert("place_withheld".to_owned(), true.into());
    } else {
        let (lat, lon) = (9.1 + step as f64 / 1000.0, -12.4 + team as f64 / 10.0);
        item.insert(
            "place".to_owned(),
            serde_json::json!({ "lat": format!("{lat:.4}"), "lon": format!("{lon:.4}"), "accuracy_m": 4 + step % 20 }),
        );
    }
    let state = text("type").unwrap_or("read");
    if kind != "ammunition" {
        let status = if state == "modular" { "read" } else { state };
        item.insert("serial_status".to_owned(), status.into());
        let condition = match state {
            "obliterated" => "OBL",
            "not_legible" => "COR",
            "none_marked" => "NEV",
            "not_inspected" => "NIN",
            "partial" => "PLE",
            _ => "LEG",
        };
        let mut serial = serde_json::json!({ "type": "SER", "condition": condition, "location": "RCV" });
        if let (Some(object), Some(seen)) = (serial.as_object_mut(), text("serial")) {
            object.insert("text".to_owned(), digits(seen, step).into());
            object.insert("script".to_owned(), text("script").unwrap_or("Latn").into());
        }
        let mut markings = vec![serial];
        if let Some(other) = text("other") {
            // A modular weapon whose barrel came from another.
            item.insert("modular".to_owned(), true.into());
            item.insert("components".to_owned(), serde_json::json!([{ "part": "barrel", "serial_status": "read" }]));
            let other = digits(other, step + 5_000);
            markings.push(serde_json::json!({ "type": "SER", "text": other, "condition": "LEG", "location": "BRL", "component": "~.0" }));
        }
        item.insert("markings".to_owned(), markings.into());
    }
    if let Some(note) = text("note") {
        item.insert("notes".to_owned(), serde_json::json!([{ "text": note, "language": "en" }]));
    }
    Json::Object(item)
}
