//! Who sends, as far as the mail server has said.

use core::net::{IpAddr, Ipv4Addr};

use milter_proto::command::{self, Connect};

use crate::program::visible;

/// The client of a connection, and the sender of its message.
#[derive(Clone, Debug, Default)]
pub(super) struct Sender {
    pub(super) name: String,
    pub(super) address: Option<IpAddr>,
    pub(super) is_of_internet: bool,
    pub(super) helo: Vec<u8>,
    /// Without angle brackets.
    pub(super) reverse_path: Vec<u8>,
}

impl Sender {
    /// A client that has not said anything yet.
    pub(super) fn of(connect: &Connect<'_>) -> Self {
        Self {
            name: match connect.host.len() {
                0..=LONGEST_NAME => visible(&String::from_utf8_lossy(connect.host)),
                // No host is called that.
                _ => String::new(),
            },
            address: match connect.client {
                command::Client::Inet(address) => Some(address.ip()),
                // `sendmail -bs`, which OpenDKIM takes for this machine, too.
                command::Client::Unknown => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
                // Behind a local socket there may be anybody.
                _ => None,
            },
            is_of_internet: connect.client.ip().is_some(),
            ..Self::default()
        }
    }

    /// Its greeting. What is too long for a name is none, and SPF would not ask for it.
    pub(super) fn greet(&mut self, name: &[u8]) {
        self.helo = match name.len() {
            0..=LONGEST_NAME => name.to_vec(),
            _ => Vec::new(),
        };
    }
}

/// Octets of a name in the DNS at most (RFC 1035 §2.3.4).
const LONGEST_NAME: usize = 255;
