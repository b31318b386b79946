//! TODO front page of smtp-proto.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

pub mod client;
pub mod command;
pub mod data;
pub mod reply;
pub mod sasl;
pub mod server;

pub use crate::client::Client;
pub use crate::command::{Command, CommandError};
pub use crate::reply::{Reply, ReplyError};
pub use crate::server::Server;
