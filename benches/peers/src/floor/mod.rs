//! The least that the work takes, whoever does it.

pub mod dkim;
pub mod smtp;
pub mod spf;
