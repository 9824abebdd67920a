//! The national register: admission, projection, audit, HTTP.

pub mod admission;
pub mod app;
pub mod audit;
pub mod bundles;
pub mod certificate;
pub mod clock;
pub mod commands;
pub mod config;
pub mod decide;
pub mod feed;
pub mod handover_sheet;
pub mod http;
pub mod identity;
pub mod keyfile;
pub mod lookups;
pub mod marks;
pub mod media;
pub mod models;
pub mod packs;
pub mod persons;
pub mod projection;
pub mod rebuild;
pub mod registrar;
pub mod said;
pub mod store;
