//! TODO front page of spf.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;
