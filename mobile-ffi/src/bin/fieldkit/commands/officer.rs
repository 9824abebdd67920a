//! `officer add|list|remove|change-pin`.

use std::sync::Arc;

use mobile_ffi::{HttpTransport, OfficerView, Tablet, TabletError};
use serde_json::json;

use crate::args::Officer;
use crate::output::{Output, counted, line, table, time};
use crate::pin;

pub fn officer(tablet: &Tablet, command: Officer, output: &Output) -> Result<(), TabletError> {
    match command {
        Officer::Add { server, ticket, pin_stdin } => {
            let pin = pin::new(pin_stdin)?;
            let added = tablet.add_officer(Arc::new(HttpTransport::new()), server.as_deref(), &ticket, &pin)?;
            output.print(&added, |added| {
                line(&format!("{} can sign on this tablet with the key {}.", added.name, added.fingerprint));
                line(&format!("Good without a network for {}.", counted(days(added), "day")));
            })
        }
        Officer::List => output.print(&tablet.officers()?, |all| words(all)),
        Officer::Remove { officer } => output.print(&tablet.remove_officer(&officer)?, |gone| {
            line(&format!("{} cannot sign on this tablet any more; what they signed stays.", gone.name));
            line(&format!(
                "The register knows the key until it is revoked there: ploughshare officer revoke-key {}",
                gone.fingerprint
            ));
        }),
        Officer::ChangePin { officer, pin_stdin } => {
            let before = pin::known(&officer, pin_stdin)?;
            tablet.change_pin(&officer, &before, &pin::new(pin_stdin)?)?;
            output.print(&json!({ "changed": true }), |_| line("The PIN is changed."))
        }
    }
}

fn days(officer: &OfficerView) -> u64 {
    officer.lease_days_left.max(0).unsigned_abs()
}

fn words(all: &[OfficerView]) {
    if all.is_empty() {
        return line("No officer keeps a key on this tablet. Make one with `officer add`.");
    }
    let mut rows = table(&["officer", "key", "roles", "state", "lease left", "no PIN is tried until"]);
    for one in all {
        let name = if one.name.is_empty() { "(not answered yet)" } else { &one.name };
        let left = if one.state == "lease_over" { "none".to_owned() } else { counted(days(one), "day") };
        rows.add_row(vec![
            name.to_owned(),
            one.fingerprint.clone(),
            one.roles.join(", "),
            one.state.replace('_', " "),
            left,
            one.locked_until_ms.map(time).unwrap_or_default(),
        ]);
    }
    line(&rows.to_string());
}
