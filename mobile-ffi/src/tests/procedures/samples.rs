//! A spot check: drawn alike everywhere, read blind, and stopped when there are too many errors.

use std::collections::BTreeMap;

use super::*;
use crate::{NewSpotCheck, SpotReading};

fn plan(permille: i64) -> NewSpotCheck {
    NewSpotCheck {
        permille,
        by: "officer,site".to_owned(),
        seed: "2026-W12".to_owned(),
        limit_permille: Some(50),
        ..NewSpotCheck::default()
    }
}

fn reading(item: &str, fields: &[(&str, &str)]) -> SpotReading {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    SpotReading { item: item.to_owned(), fields: fields.collect(), ..SpotReading::default() }
}

#[test]
fn a_blind_second_reading_finds_the_error_and_says_stop() {
    let world = World::new();
    let amina = world.tablet("Amina", &[]);
    let (selma, ines) = (world.tablet("Selma", &[Role::Supervisor]), world.tablet("Ines", &[Role::Inspector]));
    rifles(&amina, 20, "north", "A");
    world.sync(&[&amina, &selma]);
    assert_eq!(
        code(selma.spot_check_plan(&NewSpotCheck { by: "moon".to_owned(), ..plan(100) })),
        "spot_check.unknown_stratum"
    );
    let check = selma.spot_check_plan(&plan(100)).unwrap();
    assert_eq!((check.population, check.sample, check.unread), (20, 2, 2));
    let id = check.document;
    let again = selma.spot_check_plan(&plan(100)).unwrap();
    assert_eq!(
        selma.spot_check_next(&again.document).unwrap().unwrap().tag,
        selma.spot_check_next(&id).unwrap().unwrap().tag
    );
    world.sync(&[&selma, &ines, &amina]);

    let next = ines.spot_check_next(&id).unwrap().unwrap();
    let json = serde_json::to_string(&next).unwrap();
    assert!(!json.contains("KV") && !json.contains("AKM") && next.site.as_deref() == Some("north"), "blind: {json}");
    let tag = next.tag.unwrap();
    let number = tag.trim_start_matches("T-").parse::<usize>().unwrap();
    assert_eq!(code(amina.spot_check_read(&id, &reading(&tag, &[("class", "ASR")]))), "spot_check.own_record");
    assert_eq!(code(ines.spot_check_read(&id, &reading(&tag, &[]))), "spot_check.nothing_read");
    let outside = (1..=20)
        .map(|n| format!("T-{n:03}"))
        .find(|t| ines.spot_check_read(&id, &reading(t, &[])).unwrap_err().code == "spot_check.not_drawn");
    assert!(outside.is_some());
    let right = format!("kv{number:04}");
    ines.spot_check_read(&id, &reading(&tag, &[("class", "ASR"), ("serial", &right)])).unwrap();
    let second = ines.spot_check_next(&id).unwrap().unwrap().tag.unwrap();
    assert_ne!(second, tag);
    ines.spot_check_read(&id, &reading(&second, &[("class", "ASR"), ("serial", "KV 7777")])).unwrap();
    assert_eq!(ines.spot_check_next(&id).unwrap(), None);
    world.sync(&[&ines, &selma]);
    let report = selma.spot_check_report(&id).unwrap();
    assert_eq!((report.errors, report.looked_for, report.verdict.as_str()), (1, 2, "stop"));
    let by_field: BTreeMap<&str, (u64, u64)> =
        report.fields.iter().map(|f| (f.field.as_str(), (f.errors, f.read))).collect();
    assert_eq!((by_field["serial"], by_field["class"]), ((1, 2), (0, 2)));
    assert_eq!(report.in_error[0].1, ["serial"]);
}
