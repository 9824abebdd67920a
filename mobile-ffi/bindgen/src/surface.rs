//! What a library exports, as text: one block a type or function, sorted, without comments. Two versions with the same text are the same to
//! an app; a line that goes or changes breaks one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use uniffi_meta::{
    DefaultValueMetadata, EnumShape, FieldMetadata, FnParamMetadata, LiteralMetadata, Metadata, ObjectImpl, Type,
};

/// The exported surface.
pub fn text(items: &[Metadata]) -> String {
    // By kind and name: the heading of the block, then its lines.
    let mut blocks: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for item in items {
        take(item, &mut blocks);
    }
    let mut text = String::new();
    for (heading, lines) in blocks.into_values() {
        // Writing to a String does not fail.
        let _ = writeln!(text, "{heading}");
        for line in lines {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

fn take(item: &Metadata, blocks: &mut BTreeMap<String, (String, Vec<String>)>) {
    let mut block = |name: &str, heading: String, lines: Vec<String>| {
        blocks.insert(name.to_owned(), (heading, lines));
    };
    match item {
        Metadata::Func(f) => {
            let line = call("fn", &f.name, f.is_async, &f.inputs, f.return_type.as_ref(), f.throws.as_ref());
            block(&format!("0 {}", f.name), line, Vec::new());
        }
        Metadata::Record(r) => {
            block(&format!("1 {}", r.name), format!("record {}", r.name), fields(&r.fields));
        }
        Metadata::Enum(e) => {
            let kind = if matches!(e.shape, EnumShape::Error { .. }) { "error" } else { "enum" };
            // The order counts: it is what crosses the border.
            let variants = e.variants.iter().map(|v| {
                let fields = fields(&v.fields).join(", ");
                if fields.is_empty() { v.name.clone() } else { format!("{} {{ {fields} }}", v.name) }
            });
            block(&format!("1 {}", e.name), format!("{kind} {}", e.name), variants.collect());
        }
        Metadata::CustomType(c) => {
            block(&format!("1 {}", c.name), format!("alias {} = {}", c.name, name(&c.builtin)), Vec::new());
        }
        Metadata::Object(o) => {
            let kind = if o.imp == ObjectImpl::Struct { "object" } else { "foreign trait" };
            let entry = blocks.entry(format!("2 {}", o.name)).or_default();
            entry.0 = format!("{kind} {}", o.name);
        }
        Metadata::CallbackInterface(c) => {
            let entry = blocks.entry(format!("2 {}", c.name)).or_default();
            entry.0 = format!("foreign trait {}", c.name);
        }
        Metadata::Constructor(c) => {
            let line = call("constructor", &c.name, c.is_async, &c.inputs, None, c.throws.as_ref());
            member(blocks, &c.self_name, line);
        }
        Metadata::Method(m) => {
            let line = call("fn", &m.name, m.is_async, &m.inputs, m.return_type.as_ref(), m.throws.as_ref());
            member(blocks, &m.self_name, line);
        }
        Metadata::TraitMethod(m) => {
            let line = call("fn", &m.name, m.is_async, &m.inputs, m.return_type.as_ref(), m.throws.as_ref());
            member(blocks, &m.trait_name, format!("{} {line}", m.index));
        }
        Metadata::UniffiTrait(t) => member(blocks, t.self_name(), format!("trait {}", t.name())),
        Metadata::Namespace(_) | Metadata::UdlFile(_) | Metadata::ObjectTraitImpl(_) => {}
    }
}

fn member(blocks: &mut BTreeMap<String, (String, Vec<String>)>, of: &str, line: String) {
    let lines = &mut blocks.entry(format!("2 {of}")).or_default().1;
    lines.push(line);
    lines.sort();
}

fn call(
    what: &str,
    called: &str,
    is_async: bool,
    inputs: &[FnParamMetadata],
    output: Option<&Type>,
    throws: Option<&Type>,
) -> String {
    let inputs: Vec<String> =
        inputs.iter().map(|i| format!("{}: {}{}", i.name, name(&i.ty), default(i.default.as_ref()))).collect();
    let output = output.map(|ty| format!(" -> {}", name(ty))).unwrap_or_default();
    let throws = throws.map(|ty| format!(" throws {}", name(ty))).unwrap_or_default();
    let is_async = if is_async { "async " } else { "" };
    format!("{is_async}{what} {called}({}){output}{throws}", inputs.join(", "))
}

fn fields(all: &[FieldMetadata]) -> Vec<String> {
    all.iter().map(|f| format!("{}: {}{}", f.name, name(&f.ty), default(f.default.as_ref()))).collect()
}

fn default(value: Option<&DefaultValueMetadata>) -> String {
    match value {
        None => String::new(),
        Some(DefaultValueMetadata::Default) => " = default".to_owned(),
        Some(DefaultValueMetadata::Literal(literal)) => format!(" = {}", self::literal(literal)),
    }
}

fn literal(value: &LiteralMetadata) -> String {
    match value {
        LiteralMetadata::Boolean(value) => value.to_string(),
        LiteralMetadata::String(value) => format!("{value:?}"),
        LiteralMetadata::UInt(value, ..) => value.to_string(),
        LiteralMetadata::Int(value, ..) => value.to_string(),
        LiteralMetadata::Float(value, _) | LiteralMetadata::Enum(value, _) => value.clone(),
        LiteralMetadata::EmptySequence | LiteralMetadata::EmptySet => "[]".to_owned(),
        LiteralMetadata::EmptyMap => "{}".to_owned(),
        LiteralMetadata::None => "none".to_owned(),
        LiteralMetadata::Some { inner } => format!("some{}", default(Some(inner))),
    }
}

fn name(ty: &Type) -> String {
    match ty {
        Type::UInt8 => "u8".to_owned(),
        Type::Int8 => "i8".to_owned(),
        Type::UInt16 => "u16".to_owned(),
        Type::Int16 => "i16".to_owned(),
        Type::UInt32 => "u32".to_owned(),
        Type::Int32 => "i32".to_owned(),
        Type::UInt64 => "u64".to_owned(),
        Type::Int64 => "i64".to_owned(),
        Type::Float32 => "f32".to_owned(),
        Type::Float64 => "f64".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::String => "string".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::Timestamp => "timestamp".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Object { name, .. }
        | Type::Record { name, .. }
        | Type::Enum { name, .. }
        | Type::CallbackInterface { name, .. }
        | Type::Custom { name, .. } => name.clone(),
        Type::Box { inner_type } => name(inner_type),
        Type::Optional { inner_type } => format!("{}?", name(inner_type)),
        Type::Sequence { inner_type } => format!("[{}]", name(inner_type)),
        Type::Set { inner_type } => format!("set of {}", name(inner_type)),
        Type::Map { key_type, value_type } => format!("{{{}: {}}}", name(key_type), name(value_type)),
    }
}
