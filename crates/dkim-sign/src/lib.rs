//! TODO front page of dkim-sign.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;
