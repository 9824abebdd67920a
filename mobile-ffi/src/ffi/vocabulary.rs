//! What can be said: code lists, fields of each kind of document, the built-in table of models. All of it is part of the library and
//! needs no open tablet.

use ploughshare_core::domain::codes::{self as lists, CodeList};
use ploughshare_core::domain::schema::{self, FieldType};
use ploughshare_core::entry::VOCABULARY;
use ploughshare_core::rules::models::Card;

use super::error::AppError;
use super::runtime;
use crate::engine;

/// A list of codes.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CodeListInfo {
    /// Its name, for example `calibre`.
    pub name: String,
    /// Rises when codes are added. Codes never change or leave.
    pub version: u32,
    /// How many codes it has.
    pub codes: u32,
}

/// A code.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CodeInfo {
    /// What is stored.
    pub code: String,
    /// What an English reader sees.
    pub label: String,
}

/// A field of a kind of document.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FieldInfo {
    /// Its path: a name, or the set, a star and the name between slashes for a field of the members of a set.
    pub path: String,
    /// What an English reader sees.
    pub label: String,
    /// What it takes: `text`, `code`, `integer`, `yes or no`, `time`, `hash`, `id`, `country`, `place`, `member key`, `script`,
    /// `language tag`.
    pub takes: String,
    /// The list that its code is of.
    pub list: Option<String>,
    /// Least, of a whole number.
    pub min: Option<i64>,
    /// Most, of a whole number.
    pub max: Option<i64>,
    /// Most bytes of UTF-8, of a text.
    pub max_bytes: Option<u64>,
}

/// What this library is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct VersionInfo {
    /// Version of the library.
    pub library: String,
    /// Version of the vocabulary that it writes.
    pub vocabulary: u32,
}

/// How a model is known at a part of the weapon.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ModelCue {
    /// The part.
    pub part: String,
    /// What is seen there.
    pub seen: String,
}

/// Who made a model where.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ModelProducer {
    /// Country, a code of `country`.
    pub country: String,
    /// Maker, where known.
    pub maker: Option<String>,
    /// Whether it was made under licence.
    pub licensed: bool,
}

/// Another model for which one is taken.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SimilarModel {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What tells them apart.
    pub cues: String,
}

/// What is known of a model.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ModelCard {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Makers to whom the names belong.
    pub makers: Vec<String>,
    /// Classes.
    pub classes: Vec<CodeInfo>,
    /// Calibres.
    pub calibres: Vec<String>,
    /// How it works.
    pub action: Option<String>,
    /// First year of production.
    pub first_year: Option<i64>,
    /// Last year of production.
    pub last_year: Option<i64>,
    /// Who made it where.
    pub producers: Vec<ModelProducer>,
    /// How its serials are written.
    pub serials: Vec<String>,
    /// How it is known.
    pub cues: Vec<ModelCue>,
    /// What it is taken for, and what tells them apart.
    pub similar: Vec<SimilarModel>,
    /// What else is worth knowing.
    pub note: Option<String>,
}

impl From<Card> for ModelCard {
    fn from(card: Card) -> Self {
        let class =
            |class: ploughshare_core::rules::models::Labelled| CodeInfo { code: class.code, label: class.label };
        let producers = card.producers.into_iter().map(|one| ModelProducer {
            country: one.country,
            maker: one.maker,
            licensed: one.licensed,
        });
        let similar =
            card.look_alikes.into_iter().map(|one| SimilarModel { id: one.id, name: one.name, cues: one.cues });
        Self {
            id: card.id,
            name: card.name,
            aliases: card.aliases,
            makers: card.makers,
            classes: card.classes.into_iter().map(class).collect(),
            calibres: card.calibres,
            action: card.action,
            first_year: card.from,
            last_year: card.to,
            producers: producers.collect(),
            serials: card.serials,
            cues: card.cues.into_iter().map(|cue| ModelCue { part: cue.part, seen: cue.seen }).collect(),
            similar: similar.collect(),
            note: card.note,
        }
    }
}

/// What this library is.
#[uniffi::export]
pub fn version() -> Result<VersionInfo, AppError> {
    Ok(VersionInfo { library: env!("CARGO_PKG_VERSION").to_owned(), vocabulary: VOCABULARY })
}

/// All lists of codes.
#[uniffi::export]
pub fn code_lists() -> Result<Vec<CodeListInfo>, AppError> {
    let info = |list: &&CodeList| CodeListInfo {
        name: list.name.to_owned(),
        version: list.version,
        codes: list.codes.len() as u32,
    };
    Ok(lists::all().iter().map(info).collect())
}

/// The codes of a list, in the order in which a form shows them; with `find` only those whose code or label holds it.
#[uniffi::export(default(find = None))]
pub fn codes(list: String, find: Option<String>) -> Result<Vec<CodeInfo>, AppError> {
    let found = lists::list(&list).ok_or_else(|| {
        let advice = "`code_lists` names them all.";
        AppError::refused("codes.no_such_list", &format!("there is no code list '{list}'"), advice)
    })?;
    let wanted = find.unwrap_or_default().to_lowercase();
    let fits = |text: &str| text.to_lowercase().contains(&wanted);
    let all = found.codes.iter().filter(|code| fits(code.code) || fits(code.label));
    Ok(all.map(|code| CodeInfo { code: code.code.to_owned(), label: code.label.to_owned() }).collect())
}

/// The kinds of documents.
#[uniffi::export]
pub fn kinds() -> Result<Vec<String>, AppError> {
    Ok(schema::kinds().iter().map(|kind| (*kind).to_owned()).collect())
}

/// The fields of a kind of document, members of sets included.
#[uniffi::export]
pub fn fields(kind: String) -> Result<Vec<FieldInfo>, AppError> {
    let all = schema::fields(&kind).map_err(engine::unfit)?;
    let info = |(path, spec): (String, &schema::FieldSpec)| {
        let (mut list, mut min, mut max, mut max_bytes) = (None, None, None, None);
        match &spec.ty {
            FieldType::Code(codes) => list = Some(codes.name.to_owned()),
            FieldType::Int { min: least, max: most } => (min, max) = (Some(*least), Some(*most)),
            FieldType::Text { max: most } => max_bytes = Some(*most as u64),
            _ => {}
        }
        let takes = spec.ty.name().to_owned();
        FieldInfo { path, label: spec.label.to_owned(), takes, list, min, max, max_bytes }
    };
    Ok(all.into_iter().map(info).collect())
}

/// Cards of the built-in models that all the words fit, the best first; all without words. A tablet's own table holds what its register
/// said beside them.
#[uniffi::export]
pub async fn models_builtin(words: String) -> Result<Vec<ModelCard>, AppError> {
    runtime::waiting(move || Ok(engine::models_builtin(&words).into_iter().map(ModelCard::from).collect())).await
}
