//! Signing mail that leaves.

#[expect(dead_code, reason = "the other tests share more")]
mod support;

use dkim_canon::HeaderReader;
use dkim_sign::{SignMessage, SignRequest};
use message_auth::{Outbound, OutboundError};
use support::{MESSAGE, NOW, NoRandom, check, honest, key};

#[test]
fn what_outbound_signs_inbound_accepts_wherever_it_was_split() {
    let key = key();
    let domain: dns_txt::Domain = "example.com".parse().unwrap();
    let request = SignRequest::new(key.algorithm(), domain, "e1".parse().unwrap());
    let sign = |first: &[u8], second: &[u8]| {
        let mut outbound = Outbound::begin([request.clone(), request.clone()], NOW);
        let mut body = outbound.push(first).unwrap().to_vec();
        body.extend_from_slice(outbound.push(second).unwrap());
        let header = outbound.header().map(|header| header.as_octets().to_vec());
        let fields = outbound.finish().unwrap().into_iter();
        let fields = fields.map(|unsigned| unsigned.sign_with(&key, &mut NoRandom).unwrap());
        let fields: Vec<String> = fields.map(|field| field.to_string()).collect();
        assert_eq!([header.unwrap(), body].concat(), MESSAGE.as_bytes());
        fields
    };
    let whole = sign(MESSAGE.as_bytes(), b"");
    for at in 0..=MESSAGE.len() {
        let (first, second) = MESSAGE.as_bytes().split_at(at);
        assert_eq!(sign(first, second), whole);
    }
    let report = check(honest(), format!("{}{MESSAGE}", whole.concat()).as_bytes());
    assert_eq!(report.dkim.len(), 2);
    assert!(report.dkim.iter().all(dkim_verify::Verdict::is_pass));
}

#[test]
fn a_message_that_cannot_be_signed_says_so_when_its_header_ends() {
    let mut outbound = Outbound::begin([], NOW);
    assert!(outbound.push(b"Subject: no author\r\n").is_ok());
    assert!(matches!(
        outbound.push(b"\r\n"),
        Err(OutboundError::Request(_))
    ));
}

/// A body may look like a header.
#[test]
fn behind_an_error_nothing_is_signed() {
    let domain = "example.com".parse().unwrap();
    let request = SignRequest::new(key().algorithm(), domain, "e1".parse().unwrap());
    let too_long = vec![b'x'; HeaderReader::DEFAULT_LIMIT + 1];
    for header in [&b"Subject: no author\r\n\r\n"[..], &too_long] {
        let mut outbound = Outbound::begin([request.clone()], NOW);
        let error = outbound.push(header).unwrap_err();
        assert_eq!(outbound.push(MESSAGE.as_bytes()), Err(error.clone()));
        assert!(outbound.header().is_none());
        assert_eq!(outbound.finish().unwrap_err(), error);
    }
}
