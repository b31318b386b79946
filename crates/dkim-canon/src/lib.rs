//! TODO front page of dkim-canon.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;
