//! Stories over real HTTP, on both databases: each a day in somebody's work, or somebody's attempt to spoil it. One program, so that what they
//! share is linked once.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a story stops at the first surprise"
)]

// The path of a record.
mod demo;
mod journeys;
mod models;
mod order;
mod path;

// What happens to an item.
mod certificates;
mod life;
mod persons;
mod photos;
mod procedures;
mod registrar;
mod rules;
mod two_people;

// Ways from tablet to register.
mod apps;
mod bundles;
mod links;
mod media;
mod peers;
mod published;

// Who comes in, and with what.
mod bad_input;
mod bad_questions;
mod description;
mod identity;
mod officers;
mod program;
