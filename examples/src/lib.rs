//! Shared parts of the reference servers.
