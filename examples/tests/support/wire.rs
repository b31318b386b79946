//! A mail server's side of the milter protocol for somebody who wants to break it: octets as they
//! are put.

use core::net::SocketAddr;
use std::fs;
use std::io::Write;
use std::net::TcpStream;

use milter_proto::packet::Packet;

use super::Program;
use super::mta::{Mta, next_packet};
use super::program::DEADLOCK;

/// Somebody who speaks the protocol as they like.
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    input: Vec<u8>,
}

impl Peer {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLOCK)).unwrap();
        Self {
            stream,
            input: Vec::new(),
        }
    }

    /// Connects, and offers everything.
    pub(crate) fn begun(address: SocketAddr) -> Self {
        let mut peer = Self::connect(address);
        peer.send(&offer());
        assert_eq!(peer.hear(), Some(b'O'));
        peer
    }

    /// The same, with a client that is told of and greets.
    pub(crate) fn with_client(address: SocketAddr, client: &str) -> Self {
        let mut peer = Self::begun(address);
        peer.send(&[connect(client), packet(b'H', b"client.example\0")].concat());
        assert_eq!(peer.hear(), Some(b'c'));
        peer
    }

    /// That the filter has closed shows in what is heard.
    pub(crate) fn send(&mut self, octets: &[u8]) {
        let _ = self.stream.write_all(octets);
    }

    /// The letter of the next packet; `None` once the filter has closed.
    pub(crate) fn hear(&mut self) -> Option<u8> {
        self.hear_all().map(|(letter, _)| letter)
    }

    pub(crate) fn hear_all(&mut self) -> Option<(u8, Vec<u8>)> {
        next_packet(&mut self.stream, &mut self.input)
    }

    /// Everything up to the answer to the end of a message, changes to it aside.
    pub(crate) fn hear_end(&mut self) -> Option<u8> {
        loop {
            let letter = self.hear();
            if !matches!(letter, Some(b'h' | b'i' | b'm' | b'p')) {
                return letter;
            }
        }
    }
}

pub(crate) fn packet(letter: u8, payload: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    let printed = Packet::new(letter, payload).print(&mut octets);
    printed.unwrap();
    octets
}

pub(crate) fn offer() -> Vec<u8> {
    packet(
        b'O',
        [6, 0x1ff, 0x1f_ffff].map(u32::to_be_bytes).as_flattened(),
    )
}

pub(crate) fn connect(client: &str) -> Vec<u8> {
    packet(
        b'C',
        format!("client.example\x004\x30\x39{client}\0").as_bytes(),
    )
}

pub(crate) fn envelope() -> Vec<u8> {
    [
        packet(b'M', b"<amy@example.com>\0"),
        packet(b'R', b"<user@example.net>\0"),
    ]
    .concat()
}

pub(crate) fn field(name: &str, value: &str) -> Vec<u8> {
    packet(b'L', format!("{name}\0{value}\0").as_bytes())
}

/// From the envelope to the end of the header, which is answered.
pub(crate) fn header() -> Vec<u8> {
    [
        envelope(),
        field("From", " amy@example.com"),
        packet(b'N', b""),
    ]
    .concat()
}

/// That a mail server that was there before, and one that comes now, are served.
pub(crate) fn others_live_on(filter: &Program, before: &mut Mta) {
    for mta in [before, &mut Mta::with_client(filter, "127.0.0.1")] {
        let told = mta.send(MESSAGE);
        assert!(told[0].starts_with("insert 0 DKIM-Signature:"), "{told:?}");
        assert_eq!(told.last().unwrap(), "accept");
    }
}

/// Memory of the process at its highest, in KiB.
pub(crate) fn peak(filter: &Program) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", filter.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.unwrap().split_whitespace().next().unwrap();
    number.parse().unwrap()
}

const MESSAGE: &str = "From: Amy <amy@example.com>\r\nTo: user@example.net\r\nSubject: Lunch\r\n\
                       Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n";
