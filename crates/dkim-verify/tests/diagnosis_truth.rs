//! One octet of a signed message is changed, and nothing untrue is said of it.
#![cfg(feature = "rust-crypto")]

mod altered;

use std::sync::LazyLock;

use altered::truth::Changed;
use altered::{MIXED, PLAIN, Signed, codes, diagnosis, signed, signed_with};
use dkim_verify::{Finding, Outcome};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

static MESSAGES: LazyLock<Vec<Signed>> = LazyLock::new(messages);

/// Messages of every kind of signature: forms, copies, lengths, algorithms.
fn messages() -> Vec<Signed> {
    let odd = "From: Joe <joe@example.com>\r\nTo: a@example.net,b@example.net\r\n\
        Subject: =?utf-8?q?S=C3=BCppchen?= heute\r\nComments: one\r\nComments: two\r\n\
        MIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
        \r\n>From me \t\r\n\r\n\tto you  \u{fc}\r\n-- \r\nJoe\r\n\r\n\r\n";
    let mut messages = Vec::new();
    for form in [
        "simple/simple",
        "relaxed/relaxed",
        "simple/relaxed",
        "relaxed/simple",
    ] {
        for message in [PLAIN, MIXED, odd] {
            messages.extend(signed(form, message));
        }
    }
    for length in [0, 9, 30, u64::MAX] {
        messages.extend(signed_with(PLAIN, |request| request.with_length(length)));
    }
    messages.extend(signed_with(odd, |request| request.copied()));
    messages.extend(signed_with(PLAIN, |request| {
        request.copied().with_length(20)
    }));
    messages
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Delete,
    Insert(u8),
    Replace(u8),
}

fn change() -> impl Strategy<Value = Change> {
    let octet = prop_oneof![
        proptest::sample::select(b"\r\n\t >-=[]:;,.0129aFbx".to_vec()),
        any::<u8>(),
    ];
    prop_oneof![
        1 => Just(Change::Delete),
        1 => octet.clone().prop_map(Change::Insert),
        3 => octet.prop_map(Change::Replace),
    ]
}

/// What is said of a message in which the first `from` is a `to` now.
fn said(signed: &Signed, from: &str, to: &str) -> Vec<Finding> {
    let altered = signed.message.replacen(from, to, 1);
    assert_ne!(altered, signed.message);
    diagnosis(signed, &altered)
}

#[test]
fn a_word_before_the_subject_is_no_folding() {
    for signed in signed("simple/simple", PLAIN) {
        let found = said(&signed, "Subject: D", "Subject:x D");
        assert!(!codes(&found).contains(&"field-refolded"), "{found:?}");
    }
}

#[test]
fn a_charset_that_nobody_knows_is_no_other_encoding() {
    let message = PLAIN.replace("Dinner", "=?utf-8?q?S=C3=BCppchen?=");
    for signed in signed_with(&message, |request| request.copied()) {
        let found = said(&signed, "Subject: =?utf", "Subject: =?atf");
        assert_eq!(codes(&found), ["field-replaced"]);
    }
}

#[test]
fn white_space_that_the_form_forgives_was_not_added() {
    for signed in signed("relaxed/relaxed", PLAIN) {
        let found = said(&signed, "Hi Sue,\r\n", "Hi Sue,\r\t\n");
        assert_eq!(codes(&found), ["body-changed"]);
    }
}

#[test]
fn another_form_of_another_body_is_no_other_form() {
    for signed in signed("simple/simple", PLAIN) {
        let found = said(&signed, "Hi Sue,\r\n", "Hi Sue,\t\n");
        assert_eq!(codes(&found), ["body-changed"]);
    }
}

#[test]
fn line_ends_are_counted_where_text_ends_and_where_they_were_changed() {
    for signed in signed("simple/simple", PLAIN) {
        let found = said(&signed, "\r\nJoe\r\n", "\r\nJoe\n\n");
        let (lines, bare) = (1, true);
        assert_eq!(found, [Finding::LineEnds { lines, bare }]);
    }
    for signed in signed_with(PLAIN, |request| request.with_length(9)) {
        let found = said(&signed, "Hi Sue,\r\n\r\n", "Hi Sue,\n\r\n");
        let (lines, bare) = (1, true);
        assert_eq!(found, [Finding::LineEnds { lines, bare }]);
        let found = said(&signed, "Hi Sue,\r\n\r\n", "Hi Sue,\r\r\n");
        assert_eq!(codes(&found), ["body-changed"]);
    }
}

/// What a signer left out with `l=` may have been there all the time.
#[test]
fn behind_a_length_nothing_is_called_appended() {
    for signed in signed_with(PLAIN, |request| request.with_length(9)) {
        let found = said(&signed, "Hi Sue,\r\n", "Hi Sue,\n");
        assert_eq!(codes(&found), ["line-ends"]);
        let found = said(&signed, "l=9", "l=8");
        let length = Finding::BodyLength { hashed: 9, said: 8 };
        assert_eq!(found[0], length);
        assert!(!codes(&found).contains(&"body-appended"), "{found:?}");
    }
}

/// The same changes each time.
fn seeded() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(6376),
        ..ProptestConfig::with_cases(384)
    }
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn what_is_said_of_a_changed_octet_is_true_and_the_signature_fails(
        which in any::<Index>(),
        at in any::<Index>(),
        change in change(),
    ) {
        let signed = which.get(&MESSAGES);
        let mut altered = signed.message.as_bytes().to_vec();
        let at = at.index(altered.len());
        match change {
            Change::Delete => drop(altered.remove(at)),
            Change::Insert(octet) => altered.insert(at, octet),
            Change::Replace(octet) => altered[at] = octet,
        }
        let changed = Changed::new(signed, &altered);
        // No field of the signature is left, or another one than was made.
        let Some((outcome, findings)) = changed.diagnosis() else {
            return Ok(());
        };
        let same = changed.is_same_to_the_signature();
        prop_assert_eq!(outcome == Outcome::Pass, same, "{:?} {}", outcome, altered.escape_ascii());
        if same {
            prop_assert!(findings.iter().all(|finding| finding.code() == "body-partly-signed"), "{:?}", findings);
        }
        for finding in &findings {
            let truth = changed.bears_out(finding);
            prop_assert!(truth, "{:?} of {}", findings, altered.escape_ascii());
        }
    }
}
