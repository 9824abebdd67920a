//! Rules about what an item is said to be: R20 to R30.

use super::models::{self, ModelEntry, Reference};
use super::{Context, Finding, Severity};
use crate::domain::calibre;
use crate::domain::item::ItemRecord;
use crate::domain::serial;
use crate::domain::time::year_of;

/// The last year of manufacture of an antique (International Tracing Instrument para 4, Firearms Protocol art 3).
const LAST_ANTIQUE_YEAR: i64 = 1899;

/// Ids of families of craft weapons begin so.
const CRAFT: &str = "craft-";

pub(super) fn check(item: &ItemRecord, context: &Context<'_>, findings: &mut Vec<Finding>) {
    year(item, context, findings);
    import_marks(item, findings);
    heavy(item, findings);
    serviceable(item, findings);
    if item.is_ammunition() {
        return;
    }
    family_name(item, findings);
    manufacture(item, context.models, findings);
    // Things that only look like the model are not held against it.
    if matches!(item.class.as_deref(), Some("REP" | "TOY" | "AIR" | "BLK")) {
        maker(item, context.models, &[], findings);
    } else {
        model(item, context.models, findings);
    }
}

fn origin(item: &ItemRecord) -> &str {
    item.origin_kind.as_deref().unwrap_or("unknown")
}

/// Whether it was made by others than the model's own makers, so that country and years say nothing.
fn made_elsewhere(item: &ItemRecord) -> bool {
    matches!(origin(item), "craft" | "copy_unlicensed" | "replica" | "printed_3d")
}

/// R20, R21, R22, R23 (span), R25, R26.
fn model(item: &ItemRecord, table: &Reference, findings: &mut Vec<Finding>) {
    let name = item.model.as_deref().unwrap_or_default();
    let mut candidates = table.find(item.make.as_deref(), name);
    if !candidates.is_empty() {
        candidates = class_fits(item, name, candidates, findings);
        candidates = calibre_fits(item, name, candidates, findings);
        if let ([first, second, ..], false) = (candidates.as_slice(), item.variant.is_some()) {
            let names = candidates.iter().map(|m| m.name.as_str()).collect::<Vec<_>>().join(", ");
            let message =
                format!("'{name}' may be {} or {}: record class, calibre or variant", first.name, second.name);
            findings.push(Finding::at("R25", "model", message).arg("model", name).arg("candidates", names));
        }
        if !made_elsewhere(item) {
            producers(item, name, &candidates, findings);
            span(item, name, &candidates, findings);
            serial_form(item, name, &candidates, findings);
        }
    }
    maker(item, table, &candidates, findings);
}

/// R21. Gives the candidates that the class leaves.
fn class_fits<'a>(
    item: &ItemRecord,
    name: &str,
    candidates: Vec<&'a ModelEntry>,
    findings: &mut Vec<Finding>,
) -> Vec<&'a ModelEntry> {
    let Some(class) = item.class.as_deref().filter(|class| !matches!(*class, "UNK" | "OTH" | "PRT" | "ACC")) else {
        return candidates;
    };
    let fitting: Vec<_> = candidates.iter().copied().filter(|m| m.classes.iter().any(|c| c == class)).collect();
    if !fitting.is_empty() {
        return fitting;
    }
    let message = format!("a {name} is not of class {class}");
    findings.push(Finding::at("R21", "class", message).arg("model", name).arg("class", class));
    candidates
}

/// R20. Gives the candidates that the calibre leaves.
fn calibre_fits<'a>(
    item: &ItemRecord,
    name: &str,
    candidates: Vec<&'a ModelEntry>,
    findings: &mut Vec<Finding>,
) -> Vec<&'a ModelEntry> {
    let Some(code) = item.calibre.as_deref().filter(|code| !matches!(*code, "other" | "unknown")) else {
        return candidates;
    };
    let chambered = |m: &&ModelEntry| m.calibres.is_empty() || m.calibres.iter().any(|c| calibre::compatible(c, code));
    let fitting: Vec<_> = candidates.iter().copied().filter(chambered).collect();
    if !fitting.is_empty() {
        return fitting;
    }
    if item.rechambered != Some(true) {
        let mut made_in: Vec<&str> = Vec::new();
        for calibre in candidates.iter().flat_map(|m| &m.calibres) {
            if !made_in.contains(&calibre.as_str()) {
                made_in.push(calibre);
            }
        }
        let made_in = made_in.join(", ");
        let message = format!("{name} is not made in {code} (known: {made_in})");
        let finding = Finding::at("R20", "calibre", message).arg("model", name).arg("calibre", code);
        findings.push(finding.arg("known", made_in));
    }
    candidates
}

/// R22, first half.
fn producers(item: &ItemRecord, name: &str, candidates: &[&ModelEntry], findings: &mut Vec<Finding>) {
    let Some(country) = item.country.as_deref() else { return };
    if candidates.iter().any(|m| m.producers.is_empty() || m.made_in(country).next().is_some()) {
        return;
    }
    let message = format!("a {name} is not known to be made in {country}");
    findings.push(Finding::at("R22", "country", message).arg("model", name).arg("country", country));
}

/// R22, second half: maker and country differ, and nothing says licence. Where the table knows who makes the model in that
/// country under licence, it is named; a maker that does so is in order.
fn maker(item: &ItemRecord, table: &Reference, candidates: &[&ModelEntry], findings: &mut Vec<Finding>) {
    let (Some(make), Some(country)) = (item.make.as_deref(), item.country.as_deref()) else { return };
    let explained = item.licence == Some(true) || origin(item) == "licensed" || made_elsewhere(item);
    let Some(maker) = table.maker(make) else { return };
    if explained || maker.countries.iter().any(|home| home == country) {
        return;
    }
    let there: Vec<_> = candidates
        .iter()
        .flat_map(|m| m.made_in(country))
        .filter_map(|producer| Some((producer.maker.as_deref()?, producer.licensed)))
        .collect();
    let own = table.maker_key(make);
    if there.iter().any(|(named, _)| table.maker_key(named) == own) {
        return;
    }
    let mut message = format!("{make} is not at home in {country}, and nothing says that it was made under licence");
    let licensee = there.iter().find(|(_, licensed)| *licensed).map(|(named, _)| *named);
    if let Some(licensee) = licensee {
        message = format!(
            "in {country} it is made under licence by {licensee}, not by {make}: record the maker or the licence"
        );
    }
    let mut finding = Finding::new("R22", "make", message).arg("make", make).arg("country", country);
    if let Some(licensee) = licensee {
        finding = finding.arg("licensee", licensee);
    }
    finding.path = Some("country".to_owned());
    findings.push(finding);
}

/// R23, the span of the model. Two years of grace on either side: factories number before they deliver.
fn span(item: &ItemRecord, name: &str, candidates: &[&ModelEntry], findings: &mut Vec<Finding>) {
    let Some(year) = item.year else { return };
    let made = |m: &&ModelEntry| m.from.is_none_or(|from| year >= from - 2) && m.to.is_none_or(|to| year <= to + 2);
    if candidates.iter().any(made) {
        return;
    }
    let message = format!("a {name} was not made in {year}");
    findings.push(Finding::at("R23", "year", message).arg("model", name).arg("year", year));
}

/// R26. Only where the way of numbering of every candidate is known, and a whole serial was read.
fn serial_form(item: &ItemRecord, name: &str, candidates: &[&ModelEntry], findings: &mut Vec<Finding>) {
    if candidates.iter().any(|m| m.serials.is_empty()) || item.serial_status().is_some_and(|status| status != "read") {
        return;
    }
    let Some(marking) = item.serial() else { return };
    let Some(seen) = marking.seen().filter(|text| !serial::is_partial(text) && !serial::is_placeholder(text)) else {
        return;
    };
    let normal = serial::normalise(seen);
    let patterns = || candidates.iter().flat_map(|m| &m.serials);
    if patterns().any(|pattern| pattern.matches(&normal)) {
        return;
    }
    let known = patterns().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let message = format!("serials of a {name} are commonly written {known} (A letter, # digit): read it again");
    let path = format!("markings/{}/text", marking.key);
    findings.push(Finding::at("R26", path, message).arg("model", name).arg("known", known));
}

/// R23, future years and antiques.
fn year(item: &ItemRecord, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(year) = item.year else { return };
    if let Some(present) = context.now_ms.map(year_of).filter(|present| year > *present) {
        let mut finding = Finding::new("R23", "future", format!("{year} is in the future"));
        finding.path = Some("year".to_owned());
        findings.push(finding.arg("year", year).arg("present", present));
    }
    if item.antique == Some(true) && year > LAST_ANTIQUE_YEAR {
        let message = format!("made in {year}, it is no antique: nothing made after {LAST_ANTIQUE_YEAR} is");
        findings.push(Finding::at("R23", "antique", message).arg("year", year).weighing(Severity::Block));
    }
}

/// R24.
fn family_name(item: &ItemRecord, findings: &mut Vec<Finding>) {
    let Some(name) = item.model.as_deref().filter(|name| models::is_kalashnikov_family(name)) else { return };
    let message = format!("'{name}' names a family: which variant is it?");
    findings.push(Finding::at("R24", "model", message).arg("model", name));
}

/// R27.
fn import_marks(item: &ItemRecord, findings: &mut Vec<Finding>) {
    for mark in item.live_markings().filter(|m| m.kind.as_deref() == Some("IMP")) {
        if let (Some(import), Some(origin)) = (mark.country.as_deref(), item.country.as_deref())
            && import == origin
        {
            let message = format!("the import mark names {import}, where the item is said to be made");
            findings.push(Finding::at("R27", format!("markings/{}/country", mark.key), message).arg("country", import));
        }
        if let (Some(import), Some(made)) = (mark.year, item.year)
            && import < made
        {
            let message = format!("imported in {import}, but made in {made}");
            let path = format!("markings/{}/year", mark.key);
            findings.push(Finding::at("R27", path, message).arg("imported", import).arg("made", made));
        }
    }
}

/// R28.
fn manufacture(item: &ItemRecord, table: &Reference, findings: &mut Vec<Finding>) {
    match origin(item) {
        "craft" => {
            let known_maker = || item.make.as_deref().filter(|make| table.maker(make).is_some());
            let by_industry = |m: &ModelEntry| !m.id.starts_with(CRAFT);
            let known_model = || {
                item.model.as_deref().filter(|name| table.find(item.make.as_deref(), name).into_iter().any(by_industry))
            };
            if let Some(name) = known_maker().or_else(known_model) {
                let message = format!("craft-made, but recorded as '{name}', which is made by industry");
                findings.push(Finding::at("R28", "origin_kind", message).arg("name", name));
            }
        }
        "industrial" | "licensed" => {
            let marked = item.live_markings().any(|m| m.seen().is_some());
            if !marked && item.serial_status.as_deref() == Some("none_marked") {
                let message = "made by industry, but without any marking: was it sanitised?";
                findings.push(Finding::at("R28", "origin_kind", message));
            }
        }
        _ => {}
    }
}

/// R29.
fn heavy(item: &ItemRecord, findings: &mut Vec<Finding>) {
    let (Some(class), Some(code)) = (item.class.as_deref(), item.calibre.as_deref()) else { return };
    let Some(bore) = calibre::get(code).map(|c| c.bore).filter(|bore| *bore > 0) else { return };
    let hand_held = matches!(
        class,
        "REV" | "PIS" | "PSS" | "MPI" | "RIF" | "CAR" | "SNI" | "SHG" | "SMG" | "ASR" | "LMG" | "GPM" | "HMG"
    );
    let message = if class == "MOR" && bore >= 10_000 {
        format!("a mortar of {code} is not a light weapon")
    } else if hand_held && bore > 2_000 {
        format!("{code} is too large for class {class}")
    } else {
        return;
    };
    findings.push(Finding::at("R29", "class", message).arg("class", class).arg("calibre", code));
}

/// R30.
fn serviceable(item: &ItemRecord, findings: &mut Vec<Finding>) {
    if item.condition.as_deref() != Some("SVC") {
        return;
    }
    let missing = item.missing_parts.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if let Some(parts) = missing {
        let message = format!("recorded as serviceable, but parts are missing: {parts}");
        findings.push(Finding::at("R30", "missing_parts", message).arg("parts", parts));
    }
    for component in item.components.iter().filter(|c| c.is_live() && c.condition.as_deref() == Some("INC")) {
        let message = "recorded as serviceable, but a component is incomplete";
        findings.push(Finding::at("R30", format!("components/{}/condition", component.key), message));
    }
}
