//! Messages that another implementation has signed, with RSA keys of every size that must verify.
#![cfg(feature = "rust-crypto")]

mod support;

use dkim_verify::{Fault, Outcome, Policy, Verdict};
use dns_txt::Zone;
use support::verdicts_by;

/// Signed by dkimpy 1.1.8: keys of 1024, 2048, 3072 and 4096 bits, each in another pair of forms.
const MESSAGE: &str = include_str!("../testdata/rsa_sizes.eml");

fn verdicts(message: &str) -> Vec<Verdict> {
    let zone: Zone = include_str!("../testdata/rsa_sizes.zone").parse().unwrap();
    let policy = Policy::default().allow_future(true);
    let ask = |question: &_| zone.answer(question);
    verdicts_by(message, &policy, ask)
}

/// RFC 8301 §3.2: keys from 1024 to 4096 bits must verify.
#[test]
fn d01_keys_of_1024_to_4096_bits_verify_in_every_form() {
    let passed = verdicts(MESSAGE);
    assert!(passed.iter().all(Verdict::is_pass), "{passed:#?}");
    let bits: Vec<_> = passed
        .iter()
        .filter_map(|verdict| verdict.key_bits)
        .collect();
    assert_eq!(bits, [1024, 2048, 3072, 4096]);
}

#[test]
fn c10_each_form_forgives_what_it_should_and_no_more() {
    let outcomes = |from: &str, to: &str| -> Vec<Option<Fault>> {
        let changed = MESSAGE.replace(from, to);
        assert_ne!(changed, MESSAGE);
        let outcomes = verdicts(&changed)
            .into_iter()
            .map(|verdict| verdict.outcome);
        let faults = outcomes.map(|outcome| match outcome {
            Outcome::Failed(fault) => Some(fault),
            _ => None,
        });
        faults.collect()
    };
    let (body, header) = (Some(Fault::BodyHash), Some(Fault::InvalidSignature));
    let all = |fault: &Option<Fault>| vec![fault.clone(); 4];
    // The forms, header first: simple/simple, simple/relaxed, relaxed/simple, relaxed/relaxed.
    assert_eq!(
        outcomes("lost  the", "lost the"),
        [body.clone(), None, body.clone(), None]
    );
    assert_eq!(
        outcomes("To:  Suzie\r\n\t<", "to:Suzie <"),
        [header.clone(), header.clone(), None, None]
    );
    assert_eq!(outcomes("Joe.\r\n\r\n\r\n", "Joe.\r\n"), all(&None));
    assert_eq!(outcomes("hungry", "angry"), all(&body));
    assert_eq!(outcomes("Is dinner", "Was dinner"), all(&header));
    // The name is in `h=` twice, the field in the message once.
    assert_eq!(
        outcomes("From: Joe", "Subject: x\r\nFrom: Joe"),
        all(&header)
    );
}
