//! `codes`, `fields`: what can be said.

use mobile_ffi::{TabletError, unfit};
use ploughshare_core::domain::codes;
use ploughshare_core::domain::schema::{self, FieldType};
use serde_json::json;

use crate::output::{Output, line, table};

pub fn codes(list: Option<&str>, find: Option<&str>, output: &Output) -> Result<(), TabletError> {
    let Some(name) = list else {
        let lists: Vec<_> = codes::all()
            .iter()
            .map(|l| json!({ "list": l.name, "version": l.version, "codes": l.codes.len() }))
            .collect();
        return output.print(&lists, |_| {
            let mut rows = table(&["list", "codes"]);
            for list in codes::all() {
                rows.add_row(vec![list.name.to_owned(), list.codes.len().to_string()]);
            }
            line(&rows.to_string());
        });
    };
    let list = codes::list(name).ok_or_else(|| {
        TabletError::refused(
            "codes.no_such_list",
            format!("there is no code list '{name}'"),
            "`codes` alone lists them.",
        )
    })?;
    let wanted = find.unwrap_or_default().to_lowercase();
    let shown: Vec<_> = list
        .codes
        .iter()
        .filter(|c| c.code.to_lowercase().contains(&wanted) || c.label.to_lowercase().contains(&wanted))
        .collect();
    let json: Vec<_> = shown.iter().map(|c| json!({ "code": c.code, "label": c.label })).collect();
    output.print(&json!({ "list": list.name, "version": list.version, "codes": json }), |_| {
        let mut rows = table(&["code", "meaning"]);
        for code in &shown {
            rows.add_row(vec![code.code, code.label]);
        }
        line(&rows.to_string());
    })
}

pub fn fields(kind: &str, output: &Output) -> Result<(), TabletError> {
    let fields = schema::fields(kind).map_err(unfit)?;
    let takes = |ty: &FieldType| match ty {
        FieldType::Code(list) => format!("code of {}", list.name),
        FieldType::Text { max } => format!("text up to {max} bytes"),
        FieldType::Int { min, max } => format!("whole number {min} to {max}"),
        other => other.name().to_owned(),
    };
    let json: Vec<_> = fields
        .iter()
        .map(|(path, spec)| json!({ "path": path, "label": spec.label, "type": spec.ty.name(), "takes": takes(&spec.ty) }))
        .collect();
    output.print(&json, |_| {
        let mut rows = table(&["path", "meaning", "takes"]);
        for (path, spec) in &fields {
            rows.add_row(vec![path.clone(), spec.label.to_owned(), takes(&spec.ty)]);
        }
        line(&rows.to_string());
    })
}
