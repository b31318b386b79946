//! The crates beside others of their kind, and beside what the work takes at least, on the same
//! input.
//!
//! A room each: `input` is what everybody works on, `floor` the least that the work takes, `ours`
//! the crates, `peers` the others, `harness` measures, `table` prints.

pub mod floor;
pub mod harness;
pub mod input;
pub mod ours;
pub mod peers;
pub mod table;

use crate::harness::Contest;

/// Everything that is compared.
pub fn contests() -> Vec<Contest> {
    vec![Contest {
        title: "spf: a policy of 8 look-ups, pass by the last term",
        tasks: vec![
            floor::spf::look_ups(),
            ours::spf::from_zone(),
            ours::spf::from_map(),
            ours::spf::records(),
            peers::mail_auth::spf::parsed(),
            peers::mail_auth::spf::parsing(),
        ],
    }]
}
