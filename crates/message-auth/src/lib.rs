//! TODO front page of message-auth.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;
