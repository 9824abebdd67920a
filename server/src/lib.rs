//! The national register: admission, projection, audit, HTTP.

pub mod admission;
pub mod app;
pub mod clock;
pub mod config;
pub mod decide;
pub mod feed;
pub mod keyfile;
pub mod projection;
pub mod rebuild;
pub mod store;
