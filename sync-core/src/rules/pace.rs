//! Rule R71 across the records of one officer: more of them than anybody can make in an hour, or two places too far apart.

use std::collections::BTreeMap;

use super::parameters::{HOUR_MS, KM_PER_HOUR, PER_HOUR};
use super::{Finding, Tunings};
use crate::domain::place::Place;
use crate::ids::{DocId, OfficerId};

/// A record, as far as its pace goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The item.
    pub item: DocId,
    /// Who recorded it.
    pub officer: OfficerId,
    /// When they say they did, milliseconds since the Unix epoch.
    pub claimed_ms: i64,
    /// Where, if that is known and exact.
    pub place: Option<Place>,
}

/// A finding about an officer's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerFinding {
    /// The officer.
    pub officer: OfficerId,
    /// The items, in the order of their times.
    pub items: Vec<DocId>,
    /// What was found.
    pub finding: Finding,
}

/// R71 over the records of a time, such as a day at a site: the register calls it when it reports, the tablet when it closes a day. Findings
/// come in the order of officer and time, whatever the order of the records; a rush is one finding, however long it lasts.
pub fn paced(records: &[Recorded], tuning: &Tunings) -> Vec<OfficerFinding> {
    if !tuning.enabled("R71") {
        return Vec::new();
    }
    let mut by_officer: BTreeMap<OfficerId, BTreeMap<(i64, DocId), &Recorded>> = BTreeMap::new();
    for record in records {
        by_officer.entry(record.officer).or_default().entry((record.claimed_ms, record.item)).or_insert(record);
    }
    let mut found = Vec::new();
    for (officer, records) in by_officer {
        let records: Vec<&Recorded> = records.into_values().collect();
        found.extend(rushes(officer, &records, tuning.of(&PER_HOUR)));
        found.extend(leaps(officer, &records, tuning.of(&KM_PER_HOUR)));
    }
    found
}

/// Stretches of records in which every hour that begins with one of them holds more than the usual number.
fn rushes(officer: OfficerId, records: &[&Recorded], usual: i64) -> Vec<OfficerFinding> {
    let usual = usize::try_from(usual).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut stretch: Option<(usize, usize, usize)> = None;
    let mut end = 0;
    for (start, first) in records.iter().enumerate() {
        let within = |record: &&Recorded| record.claimed_ms.saturating_sub(first.claimed_ms) < HOUR_MS;
        while records.get(end).is_some_and(within) {
            end += 1;
        }
        let count = end - start;
        if count <= usual {
            continue;
        }
        stretch = match stretch {
            Some((from, to, most)) if start < to => Some((from, end, most.max(count))),
            before => {
                found.extend(before.and_then(|stretch| rush(officer, records, stretch)));
                Some((start, end, count))
            }
        };
    }
    found.extend(stretch.and_then(|stretch| rush(officer, records, stretch)));
    found
}

fn rush(officer: OfficerId, records: &[&Recorded], (from, to, most): (usize, usize, usize)) -> Option<OfficerFinding> {
    let stretch = records.get(from..to)?;
    let first = stretch.first()?;
    let message = format!("one officer recorded {most} items within an hour");
    let key = format!("{officer}/pace/{}", first.claimed_ms);
    let finding = Finding::new("R71", key, message).arg("officer", officer).arg("count", most);
    Some(OfficerFinding { officer, items: stretch.iter().map(|record| record.item).collect(), finding })
}

/// Records one after the other that are farther apart than anybody travels in that time.
fn leaps(officer: OfficerId, records: &[&Recorded], km_per_hour: i64) -> Vec<OfficerFinding> {
    let placed: Vec<(&Recorded, Place)> = records.iter().filter_map(|record| Some((*record, record.place?))).collect();
    let mut found = Vec::new();
    for pair in placed.windows(2) {
        let [(one, from), (other, to)] = pair else { continue };
        let blur = from.accuracy_m.unwrap_or(0).saturating_add(to.accuracy_m.unwrap_or(0));
        let metres = from.distance_m(to).saturating_sub(blur);
        let ms = other.claimed_ms.saturating_sub(one.claimed_ms);
        // km/h · ms / 3600 = metres.
        let reach = i128::from(km_per_hour) * i128::from(ms) / 3_600;
        // Below a kilometre it is the receiver that leaps.
        if metres > 1_000 && i128::from(metres) > reach {
            let km = metres / 1_000;
            let message = format!("one officer made two records {km} kilometres apart within {} minutes", ms / 60_000);
            let key = format!("{officer}/leap/{}", other.claimed_ms);
            let finding = Finding::new("R71", key, message).arg("officer", officer).arg("km", km);
            found.push(OfficerFinding { officer, items: vec![one.item, other.item], finding });
        }
    }
    found
}
