//! What the table says of a model and of a maker, and how a model is written down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::pattern::Pattern;
use super::read::{ModelsError, one, one_maker};

/// Parts of a weapon to which an identification cue can point.
pub const CUE_PARTS: &[&str] = &[
    "action",
    "barrel",
    "front_sight",
    "gas_block",
    "magazine",
    "muzzle",
    "receiver",
    "selector",
    "sights",
    "stock",
    "symbols",
    "whole",
];

/// A model of weapon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelEntry {
    /// Stable id: lower-case letters, digits, dashes.
    pub id: String,
    /// Its name, with what sets it apart.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Makers to whom the names belong; empty if the names mean this model whoever made it.
    pub makers: Vec<String>,
    /// Classes it may be recorded under.
    pub classes: Vec<String>,
    /// Calibres it is made in; empty if not limited.
    pub calibres: Vec<String>,
    /// How it works, a code of `action`.
    pub action: Option<String>,
    /// First year of production.
    pub from: Option<i64>,
    /// Last year of production, where it has ended.
    pub to: Option<i64>,
    /// Who made it where; empty if not limited.
    pub producers: Vec<Producer>,
    /// How its serials are written, where that is commonly known; empty if not limited.
    pub serials: Vec<Pattern>,
    /// What it is taken for.
    pub look_alikes: Vec<LookAlike>,
    /// How it is known, by part ([`CUE_PARTS`]).
    pub cues: BTreeMap<String, String>,
    /// What else is worth knowing.
    pub note: Option<String>,
}

/// Who made a model in a country.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Producer {
    /// Country, a code of `country`; former ones included.
    pub country: String,
    /// Maker, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// Whether it was made under licence of the model's own makers.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub licensed: bool,
    /// First year there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// Last year there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
    /// What it is called there, and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A model for which another is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookAlike {
    /// Id of the other model.
    pub model: String,
    /// What tells them apart.
    pub cues: String,
}

/// A maker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maker {
    /// Its name.
    pub name: String,
    /// Other names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Countries where it makes weapons itself.
    pub countries: Vec<String>,
}

/// A model as it stands in a file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawModel {
    pub id: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub makers: Vec<String>,
    pub classes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibres: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cues: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<Producer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub look_alikes: Vec<LookAlike>,
}

/// A file of one model, as a decision carries it.
#[derive(Serialize)]
struct FileOfOne {
    version: u32,
    model: [RawModel; 1],
}

/// A file of one maker, as a decision carries it.
#[derive(Serialize)]
struct FileOfOneMaker<'a> {
    version: u32,
    maker: [&'a Maker; 1],
}

impl Maker {
    /// A maker from the text of a file that holds it alone. Codes are not looked up: a later version of the lists may have them.
    pub fn from_toml(text: &str) -> Result<Self, ModelsError> {
        one_maker(text)
    }

    /// The text of a file that holds it alone. Equal makers give equal texts.
    pub fn to_toml(&self) -> String {
        // Nothing in it can fail to be written.
        toml::to_string(&FileOfOneMaker { version: super::VERSION, maker: [self] }).unwrap_or_default()
    }

    /// All its names in the form in which they are compared.
    pub fn keys(&self) -> impl Iterator<Item = String> {
        std::iter::once(&self.name).chain(&self.aliases).map(|name| super::key(name))
    }
}

impl ModelEntry {
    /// A model from the text of a file that holds it alone. Codes are not looked up: a later version of the lists may have them.
    pub fn from_toml(text: &str) -> Result<Self, ModelsError> {
        one(text)
    }

    /// The text of a file that holds it alone. Equal models give equal texts.
    pub fn to_toml(&self) -> String {
        let raw = RawModel {
            id: self.id.clone(),
            name: self.name.clone(),
            aliases: self.aliases.clone(),
            makers: self.makers.clone(),
            classes: self.classes.clone(),
            calibres: self.calibres.clone(),
            action: self.action.clone(),
            from: self.from,
            to: self.to,
            serials: self.serials.iter().map(ToString::to_string).collect(),
            note: self.note.clone(),
            cues: self.cues.clone(),
            producers: self.producers.clone(),
            look_alikes: self.look_alikes.clone(),
        };
        // Nothing in it can fail to be written.
        toml::to_string(&FileOfOne { version: super::VERSION, model: [raw] }).unwrap_or_default()
    }

    /// Who made it in a country.
    pub fn made_in<'a>(&'a self, country: &'a str) -> impl Iterator<Item = &'a Producer> {
        self.producers.iter().filter(move |producer| producer.country == country)
    }
}
