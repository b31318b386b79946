//! What is said of a message whose signature does not fit, whatever happened to it.
#![cfg(feature = "rust-crypto")]

mod altered;

use altered::{MIXED, PLAIN, Signed, codes, diagnosis, name, sign_as, signed, signed_with};
use dkim_canon::Form;
use dkim_verify::{Finding, TransferEncoding};
use proptest::prelude::*;

#[test]
fn an_unaltered_message_has_no_findings() {
    for form in ["simple/simple", "relaxed/relaxed", "simple/relaxed"] {
        for message in [PLAIN, MIXED] {
            for signed in signed(form, message) {
                assert_eq!(diagnosis(&signed, &signed.message), []);
            }
        }
    }
}

#[test]
fn another_form_that_fits_is_named() {
    let spaced = PLAIN.replace("hungry?", "hungry  or   not?");
    for signed in signed("relaxed/relaxed", &spaced) {
        let altered = signed
            .message
            .replace("c=relaxed/relaxed", "c=relaxed/simple");
        let form = Form::Relaxed;
        assert_eq!(diagnosis(&signed, &altered)[0], Finding::BodyForm { form });
    }
    let message = sign_as(Form::Relaxed, "simple/simple");
    let form = Form::Relaxed;
    assert_eq!(
        diagnosis(&message, &message.message),
        [Finding::HeaderForm { form }]
    );
}

#[test]
fn a_length_that_leaves_or_lacks_octets_is_found() {
    for signed in signed_with(PLAIN, |request| request.with_length(u64::MAX)) {
        let signed_octets = PLAIN.split_once("\r\n\r\n").unwrap().1.len() as u64 - 1;
        let appended = signed.message.clone() + "More.\r\n";
        let unsigned = 7;
        let finding = Finding::BodyPartlySigned {
            signed: signed_octets,
            unsigned,
        };
        assert_eq!(diagnosis(&signed, &appended), [finding]);
        let cut = signed.message.replace("-- \r\nJoe\r\n", "");
        let finding = Finding::BodyCut {
            present: signed_octets - 9,
            signed: signed_octets,
        };
        assert_eq!(diagnosis(&signed, &cut), [finding]);
    }
}

#[test]
fn another_key_is_told_from_a_changed_header() {
    let [rsa, ed25519] = signed("relaxed/relaxed", PLAIN);
    let changed = |signed: &Signed| signed.message.replace("Dinner", "Supper at eight");
    assert_eq!(diagnosis(&rsa, &changed(&rsa)), [Finding::HeaderChanged]);
    assert_eq!(
        diagnosis(&ed25519, &changed(&ed25519)),
        [Finding::Unexplained]
    );
    let other = rsa.with_another_key();
    assert_eq!(
        diagnosis(&other, &other.message),
        [Finding::OtherKey {
            signature_bits: 2048
        }]
    );
}

#[test]
fn what_is_not_known_is_called_so() {
    for signed in signed("relaxed/relaxed", MIXED) {
        let altered = signed.message.replace("Hungry", "Thirsty");
        assert_eq!(diagnosis(&signed, &altered), [Finding::BodyChanged]);
    }
}

#[test]
fn every_finding_is_one_plain_sentence() {
    let (at, octets, form) = (120, 38, Form::Relaxed);
    let named = || name("To");
    let value = || name(" a\r\n b");
    let encoding = TransferEncoding::Base64;
    for (finding, sentence) in [
        (
            Finding::BodyAppended { at, octets },
            "The first 120 octets of the body are what was signed, and 38 more follow them.",
        ),
        (
            Finding::BodyChanged,
            "The body does not have the hash in bh=, and it is not known why.",
        ),
        (
            Finding::BodyCut {
                present: 11,
                signed: 20,
            },
            "The body has 11 octets, and l= says that 20 are signed.",
        ),
        (
            Finding::BodyForm { form },
            "The hash in bh= is that of the relaxed form of the body, and c= names another one.",
        ),
        (
            Finding::BodyInserted { at, octets },
            "Without 38 octets behind the first 120, the body is what was signed.",
        ),
        (
            Finding::BodyLength { hashed: 9, said: 8 },
            "The hash in bh= is that of the first 9 octets of the body, and l= says 8.",
        ),
        (
            Finding::BodyPartlySigned {
                signed: 9,
                unsigned: 2,
            },
            "Only the first 9 octets of the body are signed, and 2 more follow them.",
        ),
        (
            Finding::BodyReencoded { encoding, parts: 2 },
            "Text in 8bit was encoded as base64, in 2 parts of the message.",
        ),
        (
            Finding::BodyWrapped { at, octets },
            "The signed body is a part of a new multipart now, 38 octets behind the first 120.",
        ),
        (
            Finding::FromEscaped { lines: 1 },
            "A \">\" was put in front of \"From \" in 1 line.",
        ),
        (
            Finding::FieldAdded { name: named() },
            "A header field To was added.",
        ),
        (
            Finding::FieldReencoded { name: named() },
            "The header field To says the same in another encoding now.",
        ),
        (
            Finding::FieldRefolded { name: named() },
            "The header field To was folded or spaced anew.",
        ),
        (
            Finding::FieldRemoved {
                name: named(),
                value: value(),
            },
            "A header field To was removed, which said \"a\\r\\n b\".",
        ),
        (
            Finding::FieldReplaced {
                name: named(),
                value: value(),
            },
            "The header field To said \"a\\r\\n b\" when it was signed.",
        ),
        (
            Finding::FieldsReordered { name: named() },
            "The header fields To were put into another order.",
        ),
        (
            Finding::HeaderChanged,
            "What was signed of the header was changed, and it is not known how.",
        ),
        (
            Finding::HeaderForm { form },
            "The signature is that of the relaxed form of the header, and c= names another one.",
        ),
        (
            Finding::LineEnds {
                lines: 3,
                bare: true,
            },
            "CRLF became a bare LF at the end of 3 lines.",
        ),
        (
            Finding::LineEnds {
                lines: 1,
                bare: false,
            },
            "A bare LF became CRLF at the end of 1 line.",
        ),
        (
            Finding::OtherKey {
                signature_bits: 2048,
            },
            "The signature of 2048 bits was made with no key that is published, or b= was damaged.",
        ),
        (
            Finding::SubjectPrefix {
                prefix: name("[a\r\nb]"),
            },
            "The subject was given the prefix \"[a\\r\\nb]\".",
        ),
        (
            Finding::TrailingWhiteSpace {
                added: true,
                lines: 2,
            },
            "White space was added to the end of 2 lines.",
        ),
        (
            Finding::TrailingWhiteSpace {
                added: false,
                lines: 1,
            },
            "White space was taken from the end of 1 line.",
        ),
        (
            Finding::Unexplained,
            "The signature does not fit, because the header was changed or another key was used.",
        ),
    ] {
        assert_eq!(finding.to_string(), sentence);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_letter_that_was_changed_proves_nothing(
        at in any::<prop::sample::Index>(),
        body in any::<bool>(),
    ) {
        for signed in signed("relaxed/relaxed", MIXED) {
            let empty = signed.message.find("\r\n\r\n").unwrap();
            let from = signed.message.find("\r\nFrom:").unwrap();
            // Letters of words that mean nothing to MIME; any other may leave a proof behind.
            let range = if body { empty..signed.message.len() } else { from..empty };
            let letters: Vec<usize> = ["Hungry", "Joe <joe@", "Dinner", "ppchen"]
                .iter()
                .flat_map(|word| signed.message.match_indices(word))
                .map(|(start, _)| start)
                .filter(|start| range.contains(start))
                .collect();
            let mut altered = signed.message.clone();
            let start = *at.get(&letters);
            altered.replace_range(start..=start, "~");
            let found = codes(&diagnosis(&signed, &altered));
            prop_assert_eq!(found.len(), 1);
            let unproven = ["body-changed", "header-changed", "unexplained"];
            prop_assert!(unproven.contains(&found[0]), "{:?}", found);
        }
    }
}
