//! `bundle export|import|upload|fetch`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mobile_ffi::{BundleFor, BundleTaken, HttpTransport, Tablet, TabletError};
use serde_json::{Value, json};

use crate::args::Bundle;
use crate::output::{Output, counted, line};

pub fn bundle(tablet: &Tablet, command: Bundle, output: &Output) -> Result<(), TabletError> {
    match command {
        Bundle::Export { to, dir, max_bytes, all } => export(tablet, &to, &dir, max_bytes, all, output),
        Bundle::Import { files } => each(&files, output, |bytes| {
            let taken = tablet.bundle_import(bytes)?;
            Ok((serde_json::to_value(&taken).unwrap_or_default(), words(&taken)))
        }),
        Bundle::Upload { files, dir } => upload(tablet, &files, &dir, output),
        Bundle::Fetch { to, dir, max_bytes } => {
            let files = tablet.bundle_fetch(Arc::new(HttpTransport::new()), &to, max_bytes)?;
            let count = files.len();
            let names = (1..)
                .zip(&files)
                .map(|(number, bytes)| write(&dir, &format!("{to}-{number}-of-{count}.bundle"), bytes));
            let names = names.collect::<Result<Vec<_>, _>>()?;
            output.print(&json!({ "to": to, "files": names }), |_| written(&names))
        }
    }
}

fn export(
    tablet: &Tablet,
    to: &str,
    dir: &Path,
    max_bytes: Option<u64>,
    all: bool,
    output: &Output,
) -> Result<(), TabletError> {
    let to = match to {
        "register" => BundleFor::Register,
        device => BundleFor::Tablet { device: device.to_owned(), everything: all },
    };
    let made = tablet.bundle_export(&to, max_bytes)?;
    let names = made.names().into_iter().zip(&made.files).map(|(name, bytes)| write(dir, &name, bytes));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let json =
        json!({ "set": made.set, "to": made.to, "segments": made.segments, "receipts": made.receipts, "files": names });
    output.print(&json, |_| {
        let (segments, receipts) = (counted(made.segments, "segment"), counted(made.receipts, "receipt"));
        line(&format!("Sealed {segments} and {receipts} for {}.", made.to));
        written(&names);
        line("Nothing counts as sent by it: receipts come back by card, by another tablet, or with the next `sync`.");
    })
}

fn upload(tablet: &Tablet, files: &[PathBuf], dir: &Path, output: &Output) -> Result<(), TabletError> {
    let transport = Arc::new(HttpTransport::new());
    let mut number = 0;
    each(files, output, |bytes| {
        number += 1;
        let Some(answer) = tablet.bundle_upload(transport.clone(), bytes)? else {
            return Ok((json!({ "answer": null }), "taken in; there is no answer to carry back".to_owned()));
        };
        let label = ploughshare_core::bundle::File::from_bytes(&answer)?.label;
        let set = hex::encode(label.set.first_chunk::<4>().copied().unwrap_or_default());
        let name = write(dir, &format!("{}-receipts-{set}-{number}.bundle", label.to), &answer)?;
        Ok((json!({ "answer": name, "to": label.to.to_string() }), format!("taken in; carry back {name}")))
    })
}

/// Every file is tried; one that is damaged is named and stops none of the others.
fn each(
    files: &[PathBuf],
    output: &Output,
    mut one: impl FnMut(&[u8]) -> Result<(Value, String), TabletError>,
) -> Result<(), TabletError> {
    let (mut rows, mut lines, mut first) = (Vec::new(), Vec::new(), None);
    for path in files {
        let name = path.display().to_string();
        match read(path).and_then(|bytes| one(&bytes)) {
            Ok((mut row, text)) => {
                if let Some(row) = row.as_object_mut() {
                    row.insert("file".to_owned(), name.clone().into());
                }
                rows.push(row);
                lines.push(format!("{name}: {text}"));
            }
            Err(mut error) => {
                rows.push(json!({ "file": name, "code": error.code, "error": error.message }));
                lines.push(format!("{name}: not taken in: {} [{}]", error.message, error.code));
                error.message = format!("{name}: {}", error.message);
                first.get_or_insert(error);
            }
        }
    }
    output.print(&rows, |_| lines.iter().for_each(|text| line(text)))?;
    first.map_or(Ok(()), Err)
}

fn words(taken: &BundleTaken) -> String {
    let from = if taken.from_register { "the register" } else { &taken.from };
    format!(
        "file {} of {} by {from}: {} new, {} for this tablet, feed to place {}",
        taken.number,
        taken.files,
        counted(taken.pulled, "statement"),
        counted(taken.receipts, "receipt"),
        taken.place
    )
}

fn written(names: &[String]) {
    for name in names {
        line(&format!("  {name}"));
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TabletError> {
    std::fs::read(path).map_err(|error| {
        TabletError::refused("file.unreadable", format!("it cannot be read: {error}"), "Check the path.")
    })
}

/// Writes a file whole or not at all.
fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<String, TabletError> {
    let path = dir.join(name);
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(dir)?;
        let fresh = path.with_extension("new");
        std::fs::write(&fresh, bytes)?;
        std::fs::File::open(&fresh)?.sync_all()?;
        std::fs::rename(&fresh, &path)
    };
    write().map_err(|error| {
        let message = format!("{} cannot be written: {error}", path.display());
        TabletError::refused("file.unwritable", message, "Check the folder and the space on the card.")
    })?;
    Ok(path.display().to_string())
}
