//! The reference table of models and makers: what a model is made as, by whom, how it is known, what it is taken for.
//!
//! The built-in table is `data/models.toml`: common knowledge, written for this project, no authority. A programme adds
//! its own models and makers by decision ([`OwnModels`]). What rests on the table only asks somebody to look again; an empty list
//! means "not limited".

mod card;
mod entry;
mod own;
mod pattern;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

pub use card::{Card, Cue, Labelled, Other};
pub use entry::{CUE_PARTS, LookAlike, Maker, ModelEntry, Producer};
pub use own::OwnModels;
pub use pattern::Pattern;
pub use read::{ModelsError, ModelsFile, read};

/// Version of the form of the files.
pub const VERSION: u32 = 1;

/// The built-in file.
const BUILTIN: &str = include_str!("../../data/models.toml");

/// A table of models and makers, with the ways in which they are found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    models: Vec<Arc<ModelEntry>>,
    makers: Arc<Vec<Maker>>,
    /// Place of a model by its id.
    ids: BTreeMap<String, usize>,
    /// Places of models by their names, in the form of [`key`].
    names: BTreeMap<String, Vec<usize>>,
    /// Makers to whom the names of a model belong, by place, in the form of [`Reference::maker_key`].
    owners: Vec<Vec<String>>,
    /// Place of a maker by its names.
    maker_names: BTreeMap<String, usize>,
}

impl Reference {
    /// The table that is built in.
    pub fn builtin() -> &'static Self {
        // That it reads is proven by a test; a build in which it does not finds less, and does not stop.
        static TABLE: LazyLock<Reference> = LazyLock::new(|| {
            let ModelsFile { models, makers } = read(BUILTIN, None).unwrap_or_default();
            Reference::of(models.into_iter().map(Arc::new).collect(), Arc::new(makers))
        });
        &TABLE
    }

    fn of(models: Vec<Arc<ModelEntry>>, makers: Arc<Vec<Maker>>) -> Self {
        let mut table = Self { models, makers, ..Self::default() };
        for (place, maker) in table.makers.iter().enumerate() {
            for name in std::iter::once(&maker.name).chain(&maker.aliases) {
                table.maker_names.entry(key(name)).or_insert(place);
            }
        }
        for (place, model) in table.models.iter().enumerate() {
            table.ids.insert(model.id.clone(), place);
            table.owners.push(model.makers.iter().map(|maker| table.maker_key(maker)).collect());
            for name in std::iter::once(&model.name).chain(&model.aliases) {
                let places = table.names.entry(key(name)).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        table
    }

    /// The table with these models as well; a model replaces the one with its id.
    #[must_use]
    pub fn extended(&self, more: &[ModelEntry]) -> Self {
        let mut models = self.models.clone();
        let mut places = self.ids.clone();
        for model in more {
            let model = Arc::new(model.clone());
            if let Some(there) = places.get(&model.id).and_then(|place| models.get_mut(*place)) {
                *there = model;
            } else {
                places.insert(model.id.clone(), models.len());
                models.push(model);
            }
        }
        Self::of(models, Arc::clone(&self.makers))
    }

    /// The table without some models.
    #[must_use]
    pub fn without(&self, withdrawn: impl Fn(&str) -> bool) -> Self {
        let models = self.models.iter().filter(|model| !withdrawn(&model.id)).cloned().collect();
        Self::of(models, Arc::clone(&self.makers))
    }

    /// The table as a programme has its makers, by name in the form of [`key`]: added ones first, so that a name that two makers bear is theirs.
    #[must_use]
    pub fn with_makers(&self, own: &BTreeMap<String, Option<Maker>>) -> Self {
        let kept = self.makers.iter().filter(|maker| !own.contains_key(&key(&maker.name)));
        let makers = own.values().flatten().chain(kept).cloned().collect();
        Self::of(self.models.clone(), Arc::new(makers))
    }

    /// Every model, in the order of the table.
    pub fn models(&self) -> impl ExactSizeIterator<Item = &ModelEntry> {
        self.models.iter().map(AsRef::as_ref)
    }

    /// Every maker.
    pub fn makers(&self) -> &[Maker] {
        &self.makers
    }

    /// The model with that id.
    pub fn get(&self, id: &str) -> Option<&ModelEntry> {
        self.models.get(*self.ids.get(id)?).map(AsRef::as_ref)
    }

    /// The models that a name means; several where it is ambiguous, none where the table does not know it. A maker's bare
    /// number ("82") means a model only together with the maker.
    pub fn find(&self, make: Option<&str>, name: &str) -> Vec<&ModelEntry> {
        let name = key(name);
        let written = make.map(key);
        let named = |name: &str| self.names.get(name).map(Vec::as_slice).unwrap_or_default();
        let stripped = written.as_deref().and_then(|make| name.strip_prefix(make)).filter(|rest| !rest.is_empty());
        let mut places = named(&name).to_vec();
        if let Some(rest) = stripped {
            places.extend(named(rest));
            places.sort_unstable();
            places.dedup();
        }
        if places.is_empty() {
            return Vec::new();
        }
        let make = written.map(|written| self.canonical(written));
        let by_maker = |place: &&usize| {
            self.owners
                .get(**place)
                .is_some_and(|owners| owners.is_empty() || make.as_ref().is_some_and(|make| owners.contains(make)))
        };
        places.iter().filter(by_maker).filter_map(|place| self.models.get(*place)).map(AsRef::as_ref).collect()
    }

    /// The maker of that name, if the table knows it.
    pub fn maker(&self, name: &str) -> Option<&Maker> {
        self.makers.get(*self.maker_names.get(&key(name))?)
    }

    /// One form for all names of a maker.
    pub fn maker_key(&self, name: &str) -> String {
        self.canonical(key(name))
    }

    fn canonical(&self, written: String) -> String {
        let known = self.maker_names.get(&written).and_then(|place| self.makers.get(*place));
        known.map_or(written, |maker| key(&maker.name))
    }
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

/// Whether an item's make and model may mean this model: what has to be judged anew when the table changes.
pub fn named_alike(model: &ModelEntry, make: Option<&str>, name: &str) -> bool {
    let name = key(name);
    let stripped = make.map(key).and_then(|make| name.strip_prefix(make.as_str()).map(str::to_owned));
    std::iter::once(&model.name).chain(&model.aliases).any(|alias| {
        let alias = key(alias);
        alias == name || stripped.as_ref() == Some(&alias)
    })
}

/// Whether a name stands for the Kalashnikov family and no model of it.
pub fn is_kalashnikov_family(name: &str) -> bool {
    matches!(
        key(name).as_str(),
        "AK47" | "AK" | "AKS47" | "KALASHNIKOV" | "KALACHNIKOV" | "KALASCHNIKOW" | "KALASH" | "AK47KALASHNIKOV"
    )
}
