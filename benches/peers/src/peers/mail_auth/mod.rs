//! `mail-auth`. It asks its cache first; here the cache has every answer.

pub mod spf;
