//! Stories on a tablet and a register in memory.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod conflict;
mod forks;
mod kill;
mod links;
mod officers;
mod procedures;
pub(crate) mod register;
mod saving;
mod sealed;
mod search;
mod syncing;

use std::path::Path;
use std::sync::Arc;

use self::register::FakeRegister;
use crate::{Draft, Tablet, TabletConfig, Value};

/// A tablet in this folder, enrolled.
fn enrolled(dir: &Path, register: &Arc<FakeRegister>, officer: &str) -> Tablet {
    let tablet = Tablet::open(TabletConfig::new(&dir.to_string_lossy())).unwrap();
    tablet.enrol(register.clone(), "http://register.test", officer, officer).unwrap();
    tablet
}

/// The same tablet opened again.
fn reopened(dir: &Path) -> Tablet {
    Tablet::open(TabletConfig::new(&dir.to_string_lossy())).unwrap()
}

/// A rifle with this serial.
fn rifle(serial: &str) -> Draft {
    Draft::item()
        .with("kind", "weapon")
        .with("class", "ASR")
        .with("make", "IZHMASH")
        .with("model", "AKM")
        .with("calibre", "7.62x39")
        .with_member("markings", &[("type", Value::from("SER")), ("text", Value::from(serial))])
}
