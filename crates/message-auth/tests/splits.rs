//! Any octets, split anywhere: the same report, and a field that is a field.

mod support;

use dkim_verify::RustCrypto;
use message_auth::{Facts, Inbound, Options, Report};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use support::{MESSAGE, facts, honest, signed, zone};

/// Pieces that mean something to one of the readers, and some that mean nothing.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let pieces: &[&[u8]] = &[
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=e1; h=from; bh=AA==; b=AA==",
        b"Authentication-Results: mx.example.org; spf=pass",
        b"From: a@example.com",
        b"\r\n",
        b"\r\n\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t(",
        b"\"",
        b":",
        b"=",
        b";",
        b"\0",
        b"\xff",
        b"text",
    ];
    vec(select(pieces.to_vec()), 0..25).prop_map(|pieces| pieces.concat())
}

fn report(chunks: &[&[u8]]) -> Report {
    let zone = zone();
    let mut inbound = Inbound::begin(honest(), &Options::default(), RustCrypto::shared());
    for chunk in chunks {
        inbound.push(chunk).unwrap();
        dns_txt::drive(&mut inbound, |question| zone.answer(question));
    }
    inbound.end_header();
    dns_txt::drive(&mut inbound, |question| zone.answer(question));
    inbound.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_message_split_anywhere_gives_the_same_report(message in message(), at in any::<prop::sample::Index>()) {
        let whole = report(&[&message]);
        let (first, second) = message.split_at(at.index(message.len() + 1));
        let split = report(&[first, second]);
        prop_assert_eq!(split, whole);
    }

    #[test]
    fn any_receiver_has_a_name_for_its_results(receiver in "[a-zA-Z0-9_-]{1,63}(\\.[a-zA-Z0-9_-]{1,63}){0,3}") {
        let Ok(receiver) = receiver.parse::<dns_txt::Domain>() else {
            return Ok(());
        };
        let client = "192.0.2.1".parse().unwrap();
        let facts = Facts::new(client, b"", b"", receiver.clone(), support::NOW);
        prop_assert_eq!(facts.authserv_id.as_str(), receiver.as_str());
    }

    #[test]
    fn any_envelope_gives_two_fields(helo in "[ -~\r\n\0é]{0,40}", reverse_path in "[ -~\r\n\0é]{0,40}") {
        let report = support::check(facts("2001:db8::1", &helo, &reverse_path), MESSAGE.as_bytes());
        let fields = report.fields().replace("\r\n ", " ");
        prop_assert_eq!(fields.matches("\r\n").count(), 2);
        prop_assert!(!fields.replace("\r\n", "").contains(char::is_control));
    }
}

#[test]
fn a_message_can_be_handed_to_another_thread() {
    fn holds<T: Send + 'static>() {}
    holds::<Inbound>();
    holds::<Report>();
}

#[test]
fn nothing_of_a_signed_message_can_be_left_out() {
    let message = signed(MESSAGE);
    let body = message.len() - "At noon.\r\n".len();
    for end in [body - 1, body, message.len() - 1] {
        let report = report(&[&message.as_bytes()[..end]]);
        assert!(!report.dkim[0].is_pass(), "{end}");
    }
}
