//! The national register: admission, projection, audit, HTTP.

pub mod config;
pub mod store;
