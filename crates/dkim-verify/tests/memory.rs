//! How much memory a message takes. A binary of its own, for it counts with an allocator of its own.
#![cfg(feature = "rust-crypto")]

use std::io::{Cursor, Read};

use allocation_counter::measure;
use dkim_canon::{HeaderReader, Progress};
use dkim_verify::{Appetite, Policy, RustCrypto, Verifier};
use dns_txt::drive;
use support::{FIELD, NOW, answers, record, sign};

mod support;

const HEADER: &str = "From: Joe <joe@example.com>\r\nTo: Sue <sue@example.net>\r\n\
                      Subject: Dinner\r\n\r\n";

/// Text with everything that a canonical form changes.
const LINES: &str = "Two  words,\ta tab and \t trailing white space \r\n\r\n\r\n \r\n";

fn fields() -> [String; 2] {
    ["relaxed/simple", "simple/relaxed"].map(|forms| FIELD.replace("relaxed/relaxed", forms))
}

#[test]
fn no_chunk_of_the_body_allocates() {
    for field in fields() {
        let message = sign(&field, HEADER);
        let Progress::Complete { header, .. } =
            HeaderReader::default().push(message.as_bytes()).unwrap()
        else {
            panic!("the header is complete");
        };
        let policy = Policy::default();
        let mut verifier = Verifier::begin(&header, &policy, RustCrypto::shared(), NOW);
        for size in [1, 2, 15, 64, 1000, 16 << 10] {
            let chunk: Vec<u8> = LINES.bytes().cycle().take(size).collect();
            let counted = measure(|| {
                for _ in 0..50 {
                    assert_eq!(verifier.body(&chunk), Appetite::More);
                }
            });
            assert_eq!(counted.count_total, 0, "{size}");
        }
    }
}

/// What is read, as from a pipe, and never held as a whole.
struct Message {
    start: Cursor<Vec<u8>>,
    lines: Cursor<&'static str>,
    left: usize,
}

impl Read for Message {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.start.read(buffer)?;
        if read > 0 || self.left == 0 {
            return Ok(read);
        }
        if self.lines.position() == LINES.len() as u64 {
            self.lines.set_position(0);
        }
        let room = buffer.len().min(self.left);
        let read = self.lines.read(&mut buffer[..room])?;
        self.left -= read;
        Ok(read)
    }
}

#[test]
fn a_message_of_50_mib_is_verified_in_64_kib() {
    let mut verdicts = Vec::new();
    let mut message = Message {
        start: Cursor::new(sign(FIELD, HEADER).into_bytes()),
        lines: Cursor::new(LINES),
        left: 50 << 20,
    };
    let answer = answers(&[record().as_bytes()]);
    let counted = measure(|| {
        let mut buffer = vec![0; 16 << 10];
        let mut reader = HeaderReader::default();
        let mut verifier = None;
        loop {
            let read = message.read(&mut buffer).unwrap();
            let chunk = &buffer[..read];
            match &mut verifier {
                _ if read == 0 => break,
                Some(verifier) => {
                    let verifier: &mut Verifier = verifier;
                    assert_eq!(verifier.body(chunk), Appetite::More);
                }
                None => {
                    if let Progress::Complete { header, body } = reader.push(chunk).unwrap() {
                        let policy = Policy::default();
                        let crypto = RustCrypto::shared();
                        let begun = verifier.insert(Verifier::begin(&header, &policy, crypto, NOW));
                        drive(begun, |_| &answer);
                        assert_eq!(begun.body(body), Appetite::More);
                    }
                }
            }
        }
        verdicts = verifier.unwrap().finish();
    });
    assert_eq!(
        verdicts[0].body.unwrap().hashed,
        verdicts[0].body.unwrap().length
    );
    assert!(verdicts[0].body.unwrap().length > 30 << 20);
    assert!(counted.bytes_max < 64 << 10, "{counted:?}");
}
