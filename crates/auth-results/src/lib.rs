//! TODO front page of auth-results.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;
