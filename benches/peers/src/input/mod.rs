//! What everybody works on.

pub mod dkim;
pub mod smtp;
pub mod spf;
