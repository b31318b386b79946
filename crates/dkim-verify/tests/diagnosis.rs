//! What is said of a message whose signature does not fit, whatever happened to it.
#![cfg(feature = "rust-crypto")]

mod altered;

use altered::{MIXED, PLAIN, Signed, codes, diagnosis, name, sign_as, signed, signed_with};
use dkim_canon::Form;
use dkim_verify::Finding;
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
fn findings_are_plain_sentences() {
    let finding = Finding::BodyAppended {
        at: 120,
        octets: 38,
    };
    assert_eq!(
        finding.to_string(),
        "38 octets were appended behind the first 120 of the body"
    );
    let prefix = name("[a\r\nb]");
    let finding = Finding::SubjectPrefix { prefix };
    assert_eq!(
        finding.to_string(),
        "the subject was given the prefix \"[a\\r\\nb]\""
    );
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
