//! The least that the work takes, whoever does it.

pub mod spf;
