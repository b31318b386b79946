//! A server that says whatever it is told to, over UDP and TCP.

#![allow(dead_code, reason = "each test binary uses a part")]

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::thread;

use dns_hickory::Options;
use dns_txt::{Kind, Name, Question};
use hickory_resolver::proto::op::{Message, MessageType};
use hickory_resolver::proto::rr::rdata::A;
use hickory_resolver::proto::rr::{self, RData};

/// What is done about a query over TCP.
pub(crate) type OverTcp = fn(&[u8], &mut TcpStream);

/// Answers over UDP with what `respond` makes of each query, and over TCP as `over_tcp` does, for
/// as long as the test runs.
pub(crate) fn server(
    respond: impl Fn(&[u8]) -> Vec<u8> + Clone + Send + 'static,
    over_tcp: OverTcp,
) -> SocketAddr {
    let (socket, listener) = loop {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        if let Ok(listener) = TcpListener::bind(socket.local_addr().unwrap()) {
            break (socket, listener);
        }
    };
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut query = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut query) {
            let (respond, socket) = (respond.clone(), socket.try_clone().unwrap());
            let query = query[..length].to_vec();
            thread::spawn(move || socket.send_to(&respond(&query), from));
        }
    });
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                while let Some(query) = read(&mut stream) {
                    over_tcp(&query, &mut stream);
                }
            });
        }
    });
    address
}

fn read(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut query = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut query).ok()?;
    Some(query)
}

pub(crate) fn send(stream: &mut TcpStream, octets: &[u8]) {
    let length = u16::try_from(octets.len()).unwrap();
    // Whoever asked may have gone.
    let _ = stream.write_all(&[&length.to_be_bytes()[..], octets].concat());
}

/// A server that answers over UDP alone.
pub(crate) fn udp(respond: impl Fn(&[u8]) -> Vec<u8> + Clone + Send + 'static) -> SocketAddr {
    server(respond, |_, _| ())
}

/// A server that sends everybody on to TCP.
pub(crate) fn tcp(over_tcp: OverTcp) -> SocketAddr {
    server(truncated, over_tcp)
}

pub(crate) fn response(query: &[u8]) -> Message {
    let mut message = Message::from_vec(query).unwrap();
    message.metadata.message_type = MessageType::Response;
    message
}

pub(crate) fn truncated(query: &[u8]) -> Vec<u8> {
    let mut message = response(query);
    message.metadata.truncation = true;
    message.to_vec().unwrap()
}

pub(crate) fn with_records(
    query: &[u8],
    records: impl IntoIterator<Item = (rr::Name, RData)>,
) -> Vec<u8> {
    let mut message = response(query);
    for (name, data) in records {
        message.add_answer(rr::Record::from_rdata(name, 300, data));
    }
    message.to_vec().unwrap()
}

/// A response in which `count` copies of a record stand behind the question, octets as they are.
pub(crate) fn with_octets(query: &[u8], count: u16, record: &[u8]) -> Vec<u8> {
    let mut message = response(query);
    message.edns = None;
    let mut octets = message.to_vec().unwrap();
    octets[6..8].copy_from_slice(&count.to_be_bytes());
    octets.extend(record.repeat(count.into()));
    octets
}

pub(crate) fn asked(query: &[u8]) -> rr::Name {
    response(query).queries[0].name().clone()
}

pub(crate) fn name(text: &str) -> rr::Name {
    rr::Name::from_ascii(text).unwrap()
}

pub(crate) fn address() -> RData {
    RData::A(A::new(192, 0, 2, 1))
}

/// So much patience that what is slow here is no timeout.
pub(crate) fn patient() -> Options {
    Options::new().retries(0).timeout(Duration::from_secs(60))
}

pub(crate) fn impatient() -> Options {
    let timeout = Duration::from_millis(500);
    Options::new().retries(0).timeout(timeout)
}

pub(crate) fn question(kind: Kind) -> Question {
    Question::new("example.org".parse::<Name>().unwrap(), kind)
}
