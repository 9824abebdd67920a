//! Reading files of models, strictly: whoever writes one is told every mistake with its line.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::entry::{CUE_PARTS, Maker, ModelEntry, RawModel};
use super::pattern::Pattern;
use super::{Reference, VERSION};
use crate::domain::codes::{self, CodeList};
use crate::limits;

/// What is wrong with a file of models.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelsError {
    /// It is not TOML of this form.
    #[error("line {line}: {message}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// It is written for another version of the format.
    #[error("the file is of version {found}; this build reads version {VERSION}")]
    Version {
        /// Its version.
        found: u32,
    },
    /// An id is not made of lower-case letters, digits and dashes.
    #[error("line {line}: '{id}' is no id: lower-case letters, digits and dashes, at most 64")]
    BadId {
        /// Line of the model.
        line: usize,
        /// The id.
        id: String,
    },
    /// Two models have one id.
    #[error("line {line}: there are two models with the id {id}")]
    Duplicate {
        /// Line of the second.
        line: usize,
        /// The id.
        id: String,
    },
    /// Two makers have one name.
    #[error("line {line}: there are two makers called {name}")]
    DuplicateMaker {
        /// Line of the second.
        line: usize,
        /// The name.
        name: String,
    },
    /// A model without a name or class, a maker without a name or country, or a cue or alias without words.
    #[error("line {line}: {id} has an empty {field}")]
    Empty {
        /// Line of the model.
        line: usize,
        /// Its id.
        id: String,
        /// The field.
        field: &'static str,
    },
    /// A code that its list does not have.
    #[error("line {line}: {id}: '{code}' is no code of {list}")]
    UnknownCode {
        /// Line of the model.
        line: usize,
        /// Its id.
        id: String,
        /// The list.
        list: &'static str,
        /// The code.
        code: String,
    },
    /// A look-alike that nobody knows.
    #[error("line {line}: {id}: the look-alike '{model}' is no model of the table or of this file")]
    UnknownLookAlike {
        /// Line of the model.
        line: usize,
        /// Its id.
        id: String,
        /// The id that is not known.
        model: String,
    },
    /// Years that cannot be.
    #[error("line {line}: {id}: the years {from} to {to} cannot be")]
    Years {
        /// Line of the model.
        line: usize,
        /// Its id.
        id: String,
        /// First.
        from: i64,
        /// Last.
        to: i64,
    },
    /// A serial pattern that does not read.
    #[error("line {line}: {id}: '{pattern}' is no pattern: A letter, # digit, x either, 'ABC' literal, [#] optional")]
    BadPattern {
        /// Line of the model.
        line: usize,
        /// Its id.
        id: String,
        /// The pattern.
        pattern: String,
    },
    /// A model that is too long to be sent to tablets.
    #[error("line {line}: {id} takes {bytes} bytes; at most {max} are sent", max = limits::TEXT_BYTES)]
    TooLong {
        /// Line of the model.
        line: usize,
        /// Its id.
        id: String,
        /// How many.
        bytes: usize,
    },
    /// A file without a model or maker, or with several where one is meant.
    #[error("the file holds {found} models or makers")]
    Count {
        /// How many.
        found: usize,
    },
}

impl ModelsError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "models.syntax",
            Self::Version { .. } => "models.version",
            Self::BadId { .. } => "models.bad_id",
            Self::Duplicate { .. } => "models.duplicate",
            Self::DuplicateMaker { .. } => "models.duplicate_maker",
            Self::Empty { .. } => "models.empty",
            Self::UnknownCode { .. } => "models.unknown_code",
            Self::UnknownLookAlike { .. } => "models.unknown_look_alike",
            Self::Years { .. } => "models.years",
            Self::BadPattern { .. } => "models.bad_pattern",
            Self::TooLong { .. } => "models.too_long",
            Self::Count { .. } => "models.count",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    version: u32,
    #[serde(default)]
    model: Vec<Spanned<RawModel>>,
    #[serde(default)]
    maker: Vec<Spanned<Maker>>,
}

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelsFile {
    /// Its models, in its order.
    pub models: Vec<ModelEntry>,
    /// Its makers.
    pub makers: Vec<Maker>,
}

/// Reads a file; `known` is the table that its look-alikes may name. Gives all that is wrong with it.
pub fn read(text: &str, known: Option<&Reference>) -> Result<ModelsFile, Vec<ModelsError>> {
    let raw = parse(text).map_err(|error| vec![error])?;
    let ids: BTreeSet<String> = raw.model.iter().map(|model| model.get_ref().id.clone()).collect();
    let (mut file, mut wrong, mut seen) = (ModelsFile::default(), Vec::new(), BTreeSet::new());
    for model in raw.model {
        let line = line(text, model.span().start);
        let model = model.into_inner();
        check(&model, line, &mut wrong);
        for look_alike in &model.look_alikes {
            let other = &look_alike.model;
            if !ids.contains(other) && known.is_none_or(|table| table.get(other).is_none()) {
                let id = model.id.clone();
                wrong.push(ModelsError::UnknownLookAlike { line, id, model: other.clone() });
            }
        }
        if !seen.insert(model.id.clone()) {
            wrong.push(ModelsError::Duplicate { line, id: model.id.clone() });
        }
        if let Some(model) = entry(model, line, &mut wrong) {
            let bytes = model.to_toml().len();
            if bytes > limits::TEXT_BYTES {
                wrong.push(ModelsError::TooLong { line, id: model.id.clone(), bytes });
            }
            file.models.push(model);
        }
    }
    for maker in raw.maker {
        let line = line(text, maker.span().start);
        let maker = maker.into_inner();
        check_maker(&maker, line, &mut wrong);
        if file.makers.iter().any(|other| super::key(&other.name) == super::key(&maker.name)) {
            wrong.push(ModelsError::DuplicateMaker { line, name: maker.name.clone() });
        }
        file.makers.push(maker);
    }
    if wrong.is_empty() { Ok(file) } else { Err(wrong) }
}

/// Reads a file that holds one model, and looks no code up.
pub(super) fn one(text: &str) -> Result<ModelEntry, ModelsError> {
    let mut raw = parse(text)?;
    let (Some(model), true) = (raw.model.pop(), raw.model.is_empty()) else {
        return Err(ModelsError::Count { found: raw.model.len() + 1 });
    };
    let (line, mut wrong) = (line(text, model.span().start), Vec::new());
    let model = entry(model.into_inner(), line, &mut wrong);
    model.ok_or_else(|| wrong.pop().unwrap_or(ModelsError::Count { found: 0 }))
}

/// Reads a file that holds one maker, and looks no code up.
pub(super) fn one_maker(text: &str) -> Result<Maker, ModelsError> {
    let mut raw = parse(text)?;
    let found = raw.maker.len() + raw.model.len();
    let (Some(maker), 1) = (raw.maker.pop(), found) else { return Err(ModelsError::Count { found }) };
    Ok(maker.into_inner())
}

fn parse(text: &str) -> Result<RawFile, ModelsError> {
    let raw: RawFile = toml::from_str(text).map_err(|error| ModelsError::Syntax {
        line: error.span().map_or(1, |span| line(text, span.start)),
        message: error.message().to_owned(),
    })?;
    if raw.version == VERSION { Ok(raw) } else { Err(ModelsError::Version { found: raw.version }) }
}

/// The line of a byte, from 1.
fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

fn entry(raw: RawModel, line: usize, wrong: &mut Vec<ModelsError>) -> Option<ModelEntry> {
    let mut serials = Vec::new();
    for text in &raw.serials {
        let Some(pattern) = Pattern::read(text) else {
            wrong.push(ModelsError::BadPattern { line, id: raw.id, pattern: text.clone() });
            return None;
        };
        serials.push(pattern);
    }
    let RawModel {
        id,
        name,
        aliases,
        makers,
        classes,
        calibres,
        action,
        from,
        to,
        note,
        cues,
        producers,
        look_alikes,
        ..
    } = raw;
    let kept = ModelEntry {
        id,
        name,
        aliases,
        makers,
        classes,
        calibres,
        action,
        from,
        to,
        producers,
        serials,
        look_alikes,
        cues,
        note,
    };
    Some(kept)
}

fn check(model: &RawModel, line: usize, wrong: &mut Vec<ModelsError>) {
    let id = &model.id;
    let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !plain || !(1..=64).contains(&id.len()) {
        wrong.push(ModelsError::BadId { line, id: id.clone() });
    }
    for (field, empty) in [
        ("name", super::key(&model.name).is_empty()),
        ("alias", model.aliases.iter().any(|alias| super::key(alias).is_empty())),
        ("maker", model.makers.iter().any(|maker| super::key(maker).is_empty())),
        ("list of classes", model.classes.is_empty()),
        ("cue", model.cues.values().any(|cue| cue.trim().is_empty())),
        ("cue of a look-alike", model.look_alikes.iter().any(|other| other.cues.trim().is_empty())),
    ] {
        if empty {
            wrong.push(ModelsError::Empty { line, id: id.clone(), field });
        }
    }
    model.classes.iter().for_each(|code| is_of(&codes::WEAPON_CLASS, code, line, id, wrong));
    model.calibres.iter().for_each(|code| is_of(&codes::CALIBRE, code, line, id, wrong));
    model.action.iter().for_each(|code| is_of(&codes::ACTION, code, line, id, wrong));
    model.producers.iter().for_each(|producer| is_of(&codes::COUNTRY, &producer.country, line, id, wrong));
    for part in model.cues.keys().filter(|part| !CUE_PARTS.contains(&part.as_str())) {
        wrong.push(ModelsError::UnknownCode { line, id: id.clone(), list: "the parts of cues", code: part.clone() });
    }
    let spans = model.producers.iter().map(|producer| (producer.from, producer.to));
    for (from, to) in spans.chain([(model.from, model.to)]) {
        let (first, last) = (from.unwrap_or(1500), to.unwrap_or(9999));
        if first > last || !(1500..=9999).contains(&first) || last > 9999 {
            wrong.push(ModelsError::Years { line, id: id.clone(), from: first, to: last });
        }
    }
}

fn check_maker(maker: &Maker, line: usize, wrong: &mut Vec<ModelsError>) {
    let id = &maker.name;
    for (field, empty) in [
        ("name", super::key(&maker.name).is_empty()),
        ("alias", maker.aliases.iter().any(|alias| super::key(alias).is_empty())),
        ("list of countries", maker.countries.is_empty()),
    ] {
        if empty {
            wrong.push(ModelsError::Empty { line, id: id.clone(), field });
        }
    }
    maker.countries.iter().for_each(|code| is_of(&codes::COUNTRY, code, line, id, wrong));
    let bytes = maker.to_toml().len();
    if bytes > limits::TEXT_BYTES {
        wrong.push(ModelsError::TooLong { line, id: id.clone(), bytes });
    }
}

fn is_of(list: &'static CodeList, code: &str, line: usize, id: &str, wrong: &mut Vec<ModelsError>) {
    if !list.contains(code) {
        wrong.push(ModelsError::UnknownCode { line, id: id.to_owned(), list: list.name, code: code.to_owned() });
    }
}
