//! What everybody works on.

pub mod spf;
