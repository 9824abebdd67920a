//! The mappings and tables that ship with the program.

use std::path::Path;

use super::super::error::ImportError;
use super::super::table::Table;
use super::Mapping;

/// Names of the shipped mappings, most particular first.
pub const NAMES: [&str; 3] = ["br-rj-police-laboratory", "ploughshare", "generic-weapons"];

/// The text of a shipped mapping.
pub fn mapping(name: &str) -> Option<&'static str> {
    Some(match name.strip_suffix(".toml").unwrap_or(name) {
        "br-rj-police-laboratory" => include_str!("../../../mappings/br-rj-police-laboratory.toml"),
        "ploughshare" => include_str!("../../../mappings/ploughshare.toml"),
        "generic-weapons" => include_str!("../../../mappings/generic-weapons.toml"),
        _ => return None,
    })
}

/// The text of a shipped file of tables.
pub fn shared(name: &str) -> Option<&'static str> {
    Some(match name {
        "tables/calibres.toml" => include_str!("../../../mappings/tables/calibres.toml"),
        "tables/makers.toml" => include_str!("../../../mappings/tables/makers.toml"),
        "tables/countries.toml" => include_str!("../../../mappings/tables/countries.toml"),
        "tables/serials.toml" => include_str!("../../../mappings/tables/serials.toml"),
        _ => return None,
    })
}

/// The first shipped mapping whose required headers a file has.
pub fn detect(path: &Path) -> Result<Mapping, ImportError> {
    let mut seen = Vec::new();
    for name in NAMES {
        let Some(mapping) = Mapping::builtin(name) else { continue };
        let mapping = mapping?;
        match Table::open(path, &mapping.table_options()) {
            Ok(_) => return Ok(mapping),
            Err(ImportError::NoHeader { nearest, .. }) => seen = nearest,
            // Another mapping may declare the encoding this one lacks.
            Err(ImportError::WrongEncoding { .. }) if NAMES.last() != Some(&name) => {}
            Err(other) => return Err(other),
        }
    }
    Err(ImportError::NoMappingFits { nearest: seen })
}
