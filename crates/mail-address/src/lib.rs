//! TODO front page of mail-address.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

pub mod rfc5322;
