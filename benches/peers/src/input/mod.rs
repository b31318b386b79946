//! What everybody works on.

pub mod dkim;
pub mod spf;
