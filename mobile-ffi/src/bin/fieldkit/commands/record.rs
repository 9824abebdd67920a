//! `record`, `edit`, `resolve`.

use mobile_ffi::{Draft, Edit as Statement, Saved, Tablet, TabletError, Value, unfit};

use super::{parse, read, sign_in};
use crate::args::{Common, Edit, Record, Resolve};
use crate::output::{Output, counted, line};
use crate::values;

/// Most drafts recorded from one file in one transaction.
const BATCH: usize = 200;

pub fn record(tablet: &Tablet, args: Record, output: &Output) -> Result<(), TabletError> {
    let _signed_in = sign_in(tablet, &args.speaker)?;
    if let Some(file) = &args.file {
        return from_json(tablet, file, output);
    }
    let mut draft = Draft::new(&args.document);
    common(&mut draft, args.common)?;
    values::into_draft(&mut draft, &args.more.set, &args.more.add)?;
    if draft.fields.is_empty() && draft.members.is_empty() {
        return Err(TabletError::refused(
            "record.empty",
            "there is nothing to record",
            "Say something, for example --class ASR --serial \"AB 1234\", or give a JSON draft with --file.",
        ));
    }
    said(&tablet.record(draft)?, "Recorded", output)
}

fn common(draft: &mut Draft, common: Common) -> Result<(), TabletError> {
    let kind = draft.kind.clone();
    let given = [
        ("kind", common.kind),
        ("class", common.class),
        ("make", common.make),
        ("model", common.model),
        ("calibre", common.calibre),
        ("country", common.country),
        ("year", common.year),
        ("condition", common.condition),
        ("tag", common.tag),
        ("quantity", common.quantity),
        ("status", common.status),
        ("site", common.site.clone()),
        ("store", common.store_name.clone()),
        ("place", common.place.clone()),
        ("serial_status", common.serial_status),
    ];
    for (path, text) in given {
        if let Some(text) = text {
            draft.set(path, values::typed(&kind, path, &text)?);
        }
    }
    let serial =
        [("text", common.serial), ("condition", common.serial_condition), ("location", common.serial_location)];
    if serial.iter().any(|(_, text)| text.is_some()) {
        let mut fields = std::collections::BTreeMap::from([("type".to_owned(), Value::from("SER"))]);
        for (name, text) in serial {
            if let Some(text) = text {
                fields.insert(name.to_owned(), values::typed(&kind, &format!("markings/*/{name}"), &text)?);
            }
        }
        draft.add("markings", fields);
    }
    if let Some(store) = &common.store_name {
        received(draft, common.site.as_deref(), store, common.place.as_deref())?;
    }
    for note in common.note {
        draft.add("notes", [("text".to_owned(), Value::from(note))].into());
    }
    Ok(())
}

/// The first event of custody: it was received into a store.
fn received(draft: &mut Draft, site: Option<&str>, store: &str, place: Option<&str>) -> Result<(), TabletError> {
    let Some(site) = site else {
        return Err(TabletError::refused(
            "custody.no_site",
            "a store lies at a site",
            "Nothing was saved. Name the site with --site.",
        ));
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let mut event = std::collections::BTreeMap::from([
        ("event".to_owned(), Value::from("received")),
        ("at".to_owned(), Value::from(i64::try_from(now).unwrap_or(0))),
        ("site".to_owned(), Value::from(site)),
        ("store".to_owned(), Value::from(store)),
    ]);
    if let Some(place) = place {
        event.insert("place".to_owned(), values::typed(&draft.kind, "custody/*/place", place)?);
    }
    draft.add("custody", event);
    Ok(())
}

/// A draft, or a list of drafts. A list is recorded as a whole or not at all: all drafts are read and checked before the first is saved.
fn from_json(tablet: &Tablet, file: &str, output: &Output) -> Result<(), TabletError> {
    let json = parse(&read(file)?)?;
    let Some(list) = json.as_array() else {
        return said(&tablet.record(Draft::from_json(&json).map_err(unfit)?)?, "Recorded", output);
    };
    let mut drafts = Vec::with_capacity(list.len());
    for (place, one) in list.iter().enumerate() {
        drafts.push(Draft::from_json(one).map_err(|error| {
            let mut error = unfit(error);
            error.message = format!("draft {} of the list: {}", place + 1, error.message);
            error
        })?);
    }
    let mut all = Vec::with_capacity(drafts.len());
    while !drafts.is_empty() {
        let rest = drafts.split_off(drafts.len().min(BATCH));
        all.extend(tablet.record_all(std::mem::replace(&mut drafts, rest))?);
    }
    let safe = if all.len() == 1 { "it is safe" } else { "they are safe" };
    output
        .print(&all, |all| line(&format!("Recorded {}; {safe} on this device.", counted(all.len() as u64, "document"))))
}

pub fn edit(tablet: &Tablet, args: Edit, output: &Output) -> Result<(), TabletError> {
    let _signed_in = sign_in(tablet, &args.speaker)?;
    if let Some(file) = &args.file {
        return said(&tablet.edit_json(&args.document, &read(file)?)?, "Saved", output);
    }
    let kind = tablet.show(&args.document)?.kind.unwrap_or_default();
    let mut edits = values::edits(&kind, &args.says.set, &args.says.add)?;
    edits.extend(args.clear.into_iter().map(|path| Statement::Set { path, value: Value::Null }));
    let reason = args.reason.unwrap_or_default();
    edits.extend(args.withdraw.into_iter().map(|path| Statement::Withdraw { path, reason: reason.clone() }));
    if edits.is_empty() {
        return Err(TabletError::refused(
            "edit.nothing",
            "there is nothing to say",
            "Use --set PATH=VALUE, --clear PATH, --add SET:FIELD=VALUE or --withdraw SET/KEY.",
        ));
    }
    said(&tablet.edit(&args.document, edits)?, "Saved", output)
}

pub fn resolve(tablet: &Tablet, args: &Resolve, output: &Output) -> Result<(), TabletError> {
    let _signed_in = sign_in(tablet, &args.speaker)?;
    let saved = match (args.index, &args.value) {
        (Some(index), _) => tablet.resolve(&args.document, &args.path, index, &args.reason)?,
        (None, value) => {
            let kind = tablet.show(&args.document)?.kind.unwrap_or_default();
            let value = values::typed(&kind, &args.path, value.as_deref().unwrap_or_default())?;
            tablet.choose(&args.document, &args.path, value, &args.reason)?
        }
    };
    said(&saved, "Resolved", output)
}

fn said(saved: &Saved, verb: &str, output: &Output) -> Result<(), TabletError> {
    output.print(saved, |saved| {
        line(&format!("{verb}: {}\nIt is safe on this device; `sync` brings it to the register.", saved.document));
    })
}
