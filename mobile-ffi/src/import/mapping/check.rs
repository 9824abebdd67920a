//! From the raw file to a mapping that cannot name what does not exist.

use std::collections::BTreeMap;

use ploughshare_core::cbor::Value;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::super::error::ImportError;
use super::super::lookup::{CodeTable, regex};
use super::super::serial::SerialWords;
use super::super::text::fold;
use super::super::vocabulary::{self, Target};
use super::super::when;
use super::raw::{
    Fallback, RawCondition, RawField, RawMapping, RawMarking, RawMember, RawOtherwise, RawRef, RawShared, Word,
};
use super::{Clock, Condition, FieldRule, Mapping, MarkingRule, MemberRule, Operand, Otherwise, RefRule, Shape, Test};

/// Builds a mapping from its text; `find` gives the text of a file it includes.
pub fn build(name: &str, text: &str, find: impl Fn(&str) -> Option<String>) -> Result<Mapping, ImportError> {
    let raw: RawMapping = parse(name, text)?;
    let wrong = |line: Option<usize>, detail: String| ImportError::Mapping { name: name.to_owned(), line, detail };
    let mut raw_tables = raw.table.clone();
    let mut raw_words = raw.serial.clone();
    for include in &raw.include {
        let shared =
            find(include).ok_or_else(|| wrong(None, format!("it includes {include:?}, which does not exist")))?;
        let shared: RawShared = parse(include, &shared)?;
        for (key, table) in shared.table {
            if raw_tables.insert(key.clone(), table).is_some() {
                return Err(wrong(None, format!("table {key:?} is defined twice, once in {include}")));
            }
        }
        for (key, words) in shared.serial {
            if raw_words.insert(key.clone(), words).is_some() {
                return Err(wrong(None, format!("serial words {key:?} are defined twice, once in {include}")));
            }
        }
    }
    let mut tables = Vec::new();
    let mut names = BTreeMap::new();
    for (key, table) in &raw_tables {
        names.insert(key.clone(), tables.len());
        tables.push(CodeTable::compile(table).map_err(|detail| wrong(None, format!("table {key:?}: {detail}")))?);
    }
    let at = |offset: usize| Some(text.get(..offset).unwrap_or_default().matches('\n').count() + 1);
    let place = Place { tables: &tables, names: &names };
    let mut fields = Vec::new();
    for rule in raw.field {
        let line = at(rule.span().start);
        fields.push(place.field(rule.into_inner()).map_err(|detail| wrong(line, detail))?);
    }
    let mut markings = Vec::new();
    for rule in raw.marking {
        let line = at(rule.span().start);
        let rule: RawMarking = Spanned::into_inner(rule);
        let words = raw_words
            .get(&rule.words)
            .ok_or_else(|| wrong(line, format!("serial words {:?} are not defined", rule.words)))?;
        let words = SerialWords::compile(words)
            .map_err(|detail| wrong(line, format!("serial words {:?}: {detail}", rule.words)))?;
        markings.push(marking(rule, words).map_err(|detail| wrong(line, detail))?);
    }
    let mut refs = Vec::new();
    for rule in raw.refs {
        let line = at(rule.span().start);
        refs.push(reference(rule.into_inner()).map_err(|detail| wrong(line, detail))?);
    }
    let mut members = Vec::new();
    for rule in raw.member {
        let line = at(rule.span().start);
        members.push(member(rule.into_inner()).map_err(|detail| wrong(line, detail))?);
    }
    let mut defaults = BTreeMap::new();
    for (path, value) in &raw.defaults {
        let detail = |detail: String| wrong(None, format!("default {path:?}: {detail}"));
        defaults.insert(path.clone(), constant(path, value).map_err(detail)?);
    }
    let blank = raw.file.blank.iter().map(|pattern| regex(&format!("^(?:{pattern})$"))).collect::<Result<_, _>>();
    let mut date_formats = vec!["YYYY-MM-DDThh:mm:ss".to_owned(), "YYYY-MM-DD".to_owned()];
    date_formats.extend(raw.file.date_formats);
    let clock = clock(raw.file.utc_offset.as_deref(), &raw.file.summer).map_err(|detail| wrong(None, detail))?;
    if raw.required.is_empty() {
        return Err(wrong(None, "required names no column, so no header row could be told from others".to_owned()));
    }
    Ok(Mapping {
        name: raw.name,
        title: raw.title,
        namespace: raw.namespace,
        sheet: raw.file.sheet,
        encoding: raw.file.encoding,
        language: raw.file.language,
        search_rows: raw.file.search_rows.unwrap_or(10).clamp(1, 1000),
        blank: blank.map_err(|detail| wrong(None, detail))?,
        date_formats,
        clock,
        required: raw.required,
        aliases: raw.aliases,
        identity: raw.identity.columns,
        refuse_without_identity: raw.identity.fallback == Fallback::Refuse,
        defaults,
        fields,
        markings,
        refs,
        members,
        notes: raw.note.columns,
        ignore: raw.ignore,
        tables,
    })
}

fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, ImportError> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
        ImportError::Mapping { name: name.to_owned(), line, detail: error.message().trim().to_owned() }
    })
}

/// The tables a field rule may name.
struct Place<'a> {
    tables: &'a [CodeTable],
    names: &'a BTreeMap<String, usize>,
}

impl Place<'_> {
    fn field(&self, raw: RawField) -> Result<FieldRule, String> {
        let target = target(&raw.path)?;
        let shape = shape(&raw.path, target)?;
        let about = raw
            .column
            .as_ref()
            .map_or_else(|| format!("field {}", raw.path), |column| format!("field {} from {column:?}", raw.path));
        if raw.column.is_some() == raw.value.is_some() {
            return Err(format!("{about}: exactly one of column and value is needed"));
        }
        let value = raw
            .value
            .as_ref()
            .map(|value| constant(&raw.path, value))
            .transpose()
            .map_err(|e| format!("{about}: {e}"))?;
        let table = match &raw.table {
            Some(name) => Some(*self.names.get(name).ok_or_else(|| format!("{about}: table {name:?} is not defined"))?),
            None => None,
        };
        if let Some(table) = table.and_then(|index| self.tables.get(index)) {
            for code in table.codes() {
                vocabulary::fits(target, code).map_err(|e| format!("{about}: the table gives {code:?}, {e}"))?;
            }
        } else if shape == Shape::Code && raw.value.is_none() && raw.unmatched.is_none() {
            return Err(format!("{about}: a code needs a table"));
        }
        let unknown = otherwise(raw.unknown, target, Otherwise::Clear).map_err(|e| format!("{about}: {e}"))?;
        let unmatched =
            otherwise(raw.unmatched, target, if table.is_some() { Otherwise::Clear } else { Otherwise::Keep })
                .map_err(|e| format!("{about}: {e}"))?;
        if shape != Shape::Code && !matches!(shape, Shape::Text(_)) && unmatched == Otherwise::Keep && table.is_some() {
            return Err(format!("{about}: only text can be kept as it is"));
        }
        if shape == Shape::Code && unmatched == Otherwise::Keep && table.is_some() {
            return Err(format!("{about}: a word outside the code list cannot be kept as a code"));
        }
        let as_seen = match raw.as_seen {
            Some(path) => match shape_of(&path)? {
                Shape::Text(limit) => Some((path, limit)),
                _ => return Err(format!("{about}: {path} does not take text")),
            },
            None => None,
        };
        let when = conditions(raw.when).map_err(|e| format!("{about}: {e}"))?;
        Ok(FieldRule {
            column: raw.column,
            value,
            path: raw.path,
            shape,
            as_seen,
            table,
            when,
            unknown,
            unmatched,
            undo_date: raw.undo_date,
            upper: raw.upper,
            serial: raw.serial,
        })
    }
}

fn target(path: &str) -> Result<Target, String> {
    vocabulary::scalar(path).ok_or_else(|| format!("{path:?} is not a field of an item"))
}

fn shape_of(path: &str) -> Result<Shape, String> {
    shape(path, target(path)?)
}

fn shape(path: &str, target: Target) -> Result<Shape, String> {
    Ok(match target {
        Target::Text(limit) => Shape::Text(limit),
        Target::Code(_) => Shape::Code,
        Target::Int(least, most) => Shape::Int(least, most),
        Target::Bool => Shape::Bool,
        Target::Time => Shape::Time,
        Target::Other => return Err(format!("{path} cannot be filled from a column")),
    })
}

fn otherwise(raw: Option<RawOtherwise>, target: Target, default: Otherwise) -> Result<Otherwise, String> {
    Ok(match raw {
        None => default,
        Some(RawOtherwise::Word(Word::Keep)) => Otherwise::Keep,
        Some(RawOtherwise::Word(Word::Clear)) => Otherwise::Clear,
        Some(RawOtherwise::Word(Word::Next)) => Otherwise::Next,
        Some(RawOtherwise::Code { code }) => {
            vocabulary::fits(target, &code).map_err(|e| format!("{code:?}: {e}"))?;
            Otherwise::Code(code)
        }
    })
}

fn constant(path: &str, value: &toml::Value) -> Result<Value, String> {
    let target = target(path)?;
    match (target, value) {
        (Target::Bool, toml::Value::Boolean(yes)) => Ok(Value::Bool(*yes)),
        (Target::Int(least, most), toml::Value::Integer(n)) if (least..=most).contains(n) => Ok(Value::Int(*n)),
        (Target::Text(_) | Target::Code(_), toml::Value::String(text)) => {
            vocabulary::fits(target, text).map(|()| Value::Text(text.clone()))
        }
        (_, other) => Err(format!("{other} does not fit the field")),
    }
}

fn conditions(raw: Vec<RawCondition>) -> Result<Vec<Condition>, String> {
    let one = |raw: RawCondition| {
        let of = match (raw.column, raw.path) {
            (Some(column), None) => Operand::Column(column),
            (None, Some(path)) => {
                target(&path)?;
                Operand::Path(path)
            }
            _ => return Err("a condition names either a column or a path".to_owned()),
        };
        let test = match (raw.is, raw.pattern) {
            (Some(words), None) => Test::Is(words.iter().map(|word| fold(word)).collect()),
            (None, Some(pattern)) => Test::Pattern(regex(&pattern)?),
            _ => return Err("a condition has either is or pattern".to_owned()),
        };
        Ok(Condition { of, test, not: raw.not })
    };
    raw.into_iter().map(one).collect()
}

fn marking(raw: RawMarking, words: SerialWords) -> Result<MarkingRule, String> {
    let about = format!("marking from {:?}", raw.column);
    vocabulary::member("markings", "type")
        .map_or(Ok(()), |target| vocabulary::fits(target, &raw.marking_type))
        .map_err(|e| format!("{about}: type {:?}: {e}", raw.marking_type))?;
    for (field, code) in words.codes() {
        let target =
            if field == "serial_status" { vocabulary::scalar(field) } else { vocabulary::member("markings", field) };
        let target = target.ok_or_else(|| format!("{about}: the vocabulary has no {field}"))?;
        vocabulary::fits(target, code).map_err(|e| format!("{about}: {field} {code:?}: {e}"))?;
    }
    if let Some(status) = &raw.blank_status {
        vocabulary::fits(target("serial_status")?, status)
            .map_err(|e| format!("{about}: blank_status {status:?}: {e}"))?;
    }
    let when = conditions(raw.when).map_err(|e| format!("{about}: {e}"))?;
    Ok(MarkingRule {
        column: raw.column,
        marking_type: raw.marking_type,
        script: raw.script,
        words,
        when,
        blank_status: raw.blank_status,
        sets_status: raw.sets_status,
    })
}

fn reference(raw: RawRef) -> Result<RefRule, String> {
    let about = format!("ref from {:?}", raw.column);
    if let Some(target) = vocabulary::member("refs", "scheme") {
        vocabulary::fits(target, &raw.scheme).map_err(|e| format!("{about}: scheme {:?}: {e}", raw.scheme))?;
    }
    let when = conditions(raw.when).map_err(|e| format!("{about}: {e}"))?;
    Ok(RefRule { column: raw.column, scheme: raw.scheme, undo_date: raw.undo_date, when })
}

fn member(raw: RawMember) -> Result<MemberRule, String> {
    let about = format!("member of {}", raw.set);
    let mut fields = BTreeMap::new();
    for (name, text) in raw.fields {
        let target = vocabulary::member(&raw.set, &name)
            .ok_or_else(|| format!("{about}: the vocabulary has no {}/{name}", raw.set))?;
        vocabulary::fits(target, &text).map_err(|e| format!("{about}: {name} {text:?}: {e}"))?;
        fields.insert(name, Value::Text(text));
    }
    let when = conditions(raw.when).map_err(|e| format!("{about}: {e}"))?;
    Ok(MemberRule { set: raw.set, fields, when })
}

fn clock(offset: Option<&str>, summer: &[[String; 3]]) -> Result<Clock, String> {
    let read = |text: &str| when::offset(text).ok_or_else(|| format!("{text:?} is not an offset such as -03:00"));
    let date = |text: &str| {
        when::parse(text, "YYYY-MM-DD").ok_or_else(|| format!("{text:?} is not a date such as 2017-10-15"))
    };
    let mut clock = Clock { offset: offset.map_or(Ok(0), read)?, summer: Vec::new() };
    for [from, to, offset] in summer {
        clock.summer.push((date(from)?, date(to)?, read(offset)?));
    }
    Ok(clock)
}
