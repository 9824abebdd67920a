//! A small reference table of models and makers, for rules R20 to R25 and R28.
//!
//! It holds common knowledge of widely met weapons, written for this project; it is not complete and not an authority.
//! A rule that rests on it only asks somebody to look again. Empty lists mean "not limited".

mod table;

use table::{MAKERS, MODELS};

/// A model of weapon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// Its name, with what sets it apart.
    pub name: &'static str,
    /// Other names, in the form of [`key`].
    pub aliases: &'static [&'static str],
    /// Makers to whom the names belong; empty if the names mean this model whoever made it.
    pub makers: &'static [&'static str],
    /// Classes it may be recorded under.
    pub classes: &'static [&'static str],
    /// Calibres it is made in.
    pub calibres: &'static [&'static str],
    /// Countries it is made in, former ones included.
    pub countries: &'static [&'static str],
    /// First year of production.
    pub from: i64,
    /// Last year of production, where it has ended.
    pub to: Option<i64>,
}

/// Every model of the table.
pub fn all() -> &'static [Model] {
    MODELS
}

/// The form in which names are compared: upper case, letters and digits only, without a leading "MODEL" and the like.
pub fn key(name: &str) -> String {
    let key: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    for word in ["MODELO", "MODELE", "MODÈLE", "MODEL", "MOD"] {
        if let Some(rest) = key.strip_prefix(word)
            && rest.starts_with(|c: char| c.is_ascii_digit())
        {
            return rest.to_owned();
        }
    }
    key
}

/// The models that a name means; several where it is ambiguous, none where the table does not know it. A maker's bare
/// number ("82") means a model only together with the maker.
pub fn find(make: Option<&str>, name: &str) -> Vec<&'static Model> {
    let make = make.map(key);
    let name = key(name);
    let stripped = make.as_deref().and_then(|make| name.strip_prefix(make)).filter(|rest| !rest.is_empty());
    let named = |m: &&Model| m.aliases.iter().any(|a| *a == name || Some(*a) == stripped);
    let by_maker = |m: &&Model| m.makers.is_empty() || make.as_deref().is_some_and(|make| m.makers.contains(&make));
    MODELS.iter().filter(named).filter(by_maker).collect()
}

/// The countries in which a maker is at home, if the table knows the maker.
pub fn maker_countries(make: &str) -> Option<&'static [&'static str]> {
    let make = key(make);
    MAKERS.iter().find(|(name, _)| *name == make).map(|(_, countries)| *countries)
}

/// Whether a name stands for the Kalashnikov family and no model of it.
pub fn is_kalashnikov_family(name: &str) -> bool {
    matches!(
        key(name).as_str(),
        "AK47" | "AK" | "AKS47" | "KALASHNIKOV" | "KALACHNIKOV" | "KALASCHNIKOW" | "KALASH" | "AK47KALASHNIKOV"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes;

    #[test]
    fn the_table_uses_codes_of_the_lists_and_names_in_their_compared_form() {
        for m in all() {
            assert!(!m.aliases.is_empty() && !m.classes.is_empty(), "{}", m.name);
            assert!(m.aliases.iter().all(|a| key(a) == *a), "{}", m.name);
            assert!(m.makers.iter().all(|a| key(a) == *a), "{}", m.name);
            assert!(m.classes.iter().all(|c| codes::WEAPON_CLASS.contains(c)), "{}", m.name);
            assert!(m.calibres.iter().all(|c| codes::CALIBRE.contains(c)), "{}", m.name);
            assert!(m.countries.iter().all(|c| codes::COUNTRY.contains(c)), "{}", m.name);
            assert!(m.from > 1800 && m.to.is_none_or(|to| to >= m.from), "{}", m.name);
        }
        for (name, countries) in MAKERS {
            assert_eq!(key(name), *name);
            assert!(countries.iter().all(|c| codes::COUNTRY.contains(c)), "{name}");
        }
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        for (make, name, found) in [
            (None, "akm", vec!["AKM"]),
            (None, "AK-74", vec!["AK-74"]),
            (None, "M 964 FAL", vec!["FN FAL"]),
            (Some("Taurus"), "82", vec!["Taurus 82"]),
            (Some("TAURUS"), "Mod. 82", vec!["Taurus 82"]),
            (None, "82", vec![]),
            (Some("GLOCK"), "Glock 17", vec!["Glock 17"]),
            (None, "Type 56", vec!["Type 56 rifle", "Type 56 carbine"]),
            (None, "M1", vec!["M1 Garand", "M1 carbine"]),
            (None, "Blunderbuss", vec![]),
        ] {
            let names: Vec<_> = find(make, name).iter().map(|m| m.name).collect();
            assert_eq!(names, found, "{name}");
        }
    }
}
