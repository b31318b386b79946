//! How much of a message is read.

#[expect(dead_code, reason = "the other tests share more")]
mod support;

use dkim_verify::RustCrypto;
use mail_address::FromDefect;
use message_auth::{Inbound, Options};
use support::{MESSAGE, honest, signed};

#[test]
fn a_header_over_the_limit_is_an_error() {
    let length = MESSAGE.find("At noon").unwrap();
    for (limit, fits) in [(length, true), (length - 1, false)] {
        let options = Options::default().header_octets(limit);
        let mut inbound = Inbound::begin(honest(), &options, RustCrypto::shared());
        assert_eq!(inbound.push(MESSAGE.as_bytes()).is_ok(), fits);
    }
}

/// What comes behind it would be read as a header that nobody has written.
#[test]
fn behind_a_header_over_the_limit_nothing_is_read() {
    let message = signed(MESSAGE);
    let options = Options::default().header_octets(message.len());
    let mut inbound = Inbound::begin(honest(), &options, RustCrypto::shared());
    let error = inbound.push(&vec![b'x'; 10_000]).unwrap_err();
    assert_eq!(inbound.push(message.as_bytes()), Err(error));
    assert_eq!(inbound.field(b"From", b" a@example.com"), Err(error));
    let report = inbound.finish();
    assert!(report.dkim.is_empty());
    assert!(matches!(report.from, Err(FromDefect::Missing)));
}
