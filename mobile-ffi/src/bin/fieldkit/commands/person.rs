//! `person add`.

use mobile_ffi::{Person, Tablet, TabletError};

use super::read;
use crate::args::{PersonAdd, PersonCommand};
use crate::output::{Output, counted, line, warn};

pub fn run(tablet: &Tablet, command: PersonCommand, output: &Output) -> Result<(), TabletError> {
    let PersonCommand::Add(args) = command;
    let saved = if let Some(file) = &args.file {
        let said = zeroize::Zeroizing::new(read(file)?);
        tablet.add_person_json(&args.item, &said)?
    } else {
        warn("what is typed as flags may stay in the shell's history; --file - reads the fields from standard input.");
        let items = args.item.clone();
        tablet.add_person(&items, typed(args))?
    };
    output.print(&saved, |saved| {
        let items = counted(saved.items.len() as u64, "item");
        line(&format!("Sealed, and named in {items}: {}", saved.hash));
        line("Nobody can read it on this device; `sync` brings it to the register.");
    })
}

fn typed(args: PersonAdd) -> Person {
    let mut person = Person::default();
    person.is_child = args.child;
    person.name = args.name;
    person.names_other = args.names_other;
    person.year_of_birth = args.year_of_birth;
    person.sex = args.sex;
    person.age_group = args.age_group;
    person.group = args.group;
    person.unit = args.unit;
    person.id_kind = args.id_kind;
    person.id_number = args.id_number;
    person.phone = args.phone;
    person.locality = args.locality;
    person.notes = args.notes;
    person.unaccompanied = args.unaccompanied;
    person.protection_referral = args.referral;
    person
}
