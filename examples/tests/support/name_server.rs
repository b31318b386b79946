//! A name server with TXT records, that breaks down where it is told to.

use core::net::SocketAddr;
use std::net::UdpSocket;
use std::thread;

/// Answers on loopback for as long as the test's process runs.
pub(crate) struct NameServer;

impl NameServer {
    /// Has these records and no others. The first label of a name may say `broken`: then it
    /// answers that it failed; or `silent`: then it never answers.
    pub(crate) fn start(records: &[(String, String)]) -> SocketAddr {
        let records = records.to_vec();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        thread::spawn(move || {
            let mut packet = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut packet) {
                if let Some(answer) = answer(&packet[..length], &records) {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        address
    }
}

fn answer(query: &[u8], records: &[(String, String)]) -> Option<Vec<u8>> {
    let mut name = String::new();
    let mut at = 12;
    while query[at] > 0 {
        let label = &query[at + 1..][..usize::from(query[at])];
        name += &String::from_utf8_lossy(label).to_lowercase();
        name += ".";
        at += 1 + label.len();
    }
    let question = &query[12..at + 5];
    let is_txt = question.ends_with(&[0, TXT, 0, IN]);
    let name = name.trim_end_matches('.');
    let found = records.iter().find(|(owner, _)| owner == name);
    let code = match (name.split('.').next().unwrap_or_default(), found) {
        ("broken", _) => SERVER_FAILURE,
        ("silent", _) => return None,
        (_, Some(_)) => 0,
        (_, None) => NO_SUCH_NAME,
    };
    let text = found.filter(|_| is_txt && code == 0).map(|(_, text)| text);
    // A response to a question of its own making, with recursion.
    let counts = [0, 1, 0, u8::from(text.is_some()), 0, 0, 0, 0];
    let mut answer = [&query[..2], &[0x85, 0x80 | code], &counts, question].concat();
    if let Some(text) = text {
        let strings = text.as_bytes().chunks(255);
        let strings = strings.map(|piece| [&[piece.len() as u8], piece].concat());
        let data = strings.collect::<Vec<_>>().concat();
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        // The name of the question; a minute.
        answer.extend([0xc0, 12, 0, TXT, 0, IN, 0, 0, 0, 60]);
        answer.extend(length);
        answer.extend(data);
    }
    Some(answer)
}

const IN: u8 = 1;
const TXT: u8 = 16;

const SERVER_FAILURE: u8 = 2;
const NO_SUCH_NAME: u8 = 3;
