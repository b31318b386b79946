//! The others, each through its public API.

pub mod mail_auth;
pub mod stalwart;
