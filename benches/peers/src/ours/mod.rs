//! The crates of this repository, as a server uses them.

pub mod dkim;
pub mod smtp;
pub mod spf;
