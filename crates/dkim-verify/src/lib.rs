//! TODO front page of dkim-verify.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;
