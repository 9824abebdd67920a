//! The national register: admission, projection, audit, HTTP.

pub mod store;
