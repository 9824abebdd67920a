//! `photo`.

use std::io::Write as _;
use std::sync::Arc;

use mobile_ffi::{HttpTransport, KeptPhoto, PhotoView, Tablet, TabletError};
use serde_json::json;

use super::sign_in;
use crate::args::Photo;
use crate::output::{Output, line, warn};

pub fn run(tablet: &Tablet, command: Photo, output: &Output) -> Result<(), TabletError> {
    match command {
        Photo::Add { document, file, view, marking, speaker } => {
            let _signed_in = sign_in(tablet, &speaker)?;
            let photo = tablet.photo_keep_file(&file)?;
            let saved = tablet.photo_add(&document, &photo, view.trim(), marking.as_deref())?;
            output.print(&json!({ "saved": saved, "photo": photo }), |_| {
                line(&format!("Added: {}", kept(&photo)));
                line("It is safe on this device, sealed; `sync` brings it to the register.");
            })
        }
        Photo::List { document } => output.print(&tablet.photos(&document)?, |all| {
            for one in all {
                line(&listed(one));
            }
            if all.is_empty() {
                line("No photos. Add one with `photo add`.");
            }
        }),
        Photo::Get { document } => {
            let fetched = tablet.photos_fetch(Arc::new(HttpTransport::new()), &document)?;
            output.print(&fetched, |all| {
                for one in all {
                    let view = one.view.as_deref().unwrap_or("photo");
                    let state = one.state.replace('_', " ");
                    line(&format!("{view:<10} {} {state}", one.hash));
                }
                line("Look at one with `photo export HASH FILE`.");
            })
        }
        Photo::Export { hash, file } => {
            let bytes = tablet.photo_bytes(&hash)?;
            let written = std::fs::File::create_new(&file).and_then(|mut out| out.write_all(&bytes));
            written.map_err(|error| {
                let message = format!("{file} cannot be written: {error}");
                TabletError::refused("file.unwritable", message, "Name a file that is not there yet.")
            })?;
            warn("the file that was written is not sealed; delete it when it is no longer needed.");
            output.print(&json!({ "file": file, "bytes": bytes.len() }), |_| line(&format!("Wrote {file}.")))
        }
    }
}

/// A photo in one line.
pub fn kept(photo: &KeptPhoto) -> String {
    let again = if photo.already { ", kept before" } else { "" };
    format!("{} ({} x {}, {} kB{again})", photo.hash, photo.width, photo.height, photo.bytes.div_ceil(1000))
}

fn listed(one: &PhotoView) -> String {
    let view = one.view.as_deref().unwrap_or("photo");
    let state = |state: &Option<String>, here: bool| match (state.as_deref(), here) {
        (Some("kept" | "waiting"), _) => "waits to be sent",
        (Some("stored"), _) => "here and in the register",
        (Some("dropped"), _) => "in the register",
        (Some("refused"), _) => "refused by the register, here",
        (_, true) => "here",
        _ => "not here",
    };
    let hash = one.hash.as_deref().unwrap_or("no file");
    let (original, small) = (state(&one.state, one.here), state(&one.small_state, one.small_here));
    format!("{view:<10} {hash}\n           original: {original}; working copy: {small}")
}
