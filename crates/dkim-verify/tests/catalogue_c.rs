//! Hostile and odd signatures and key records, by the number of their line in the catalogue.
#![cfg(feature = "rust-crypto")]

mod support;

use dkim_canon::{Header, SignatureError};
use dkim_verify::{Fault, Outcome, Policy, Refusal, ResultWord, RustCrypto, Verifier};
use dns_txt::{Answer, Domain, Inquiry};
use support::{
    FIELD, MESSAGE, NOW, answers, assert_permerror, outcome, record, sign, signed, verdict,
    verdicts,
};

#[test]
fn a03_a_selector_with_nul_or_spaces_asks_nothing() {
    for selector in [
        "s=attack.example.\0.any",
        "s=a b",
        "s=a\r\n b",
        "s=a..b",
        "s=a(b)",
    ] {
        let message = signed("s=sel", selector);
        let (header, _) = Header::split(message.as_bytes());
        let crypto = RustCrypto::shared();
        let mut verifier = Verifier::begin(&header, &Policy::rfcs(), crypto, NOW);
        assert_eq!(verifier.poll_question(), None, "{selector:?}");
        assert_permerror(&message);
    }
}

#[test]
fn a04_a_domain_with_a_comment_or_a_quote_is_a_permerror() {
    for mark in ["(", "\"", "'"] {
        assert_permerror(&signed(
            "d=example.com",
            &format!("d=legit.example{mark}.a.example"),
        ));
    }
}

#[test]
fn a14_the_verdict_tells_which_fields_are_signed() {
    let verdict = verdict(&sign(FIELD, MESSAGE), &Policy::default());
    let signature = verdict.signature.unwrap();
    let covered: Vec<_> = signature
        .coverage()
        .map(|field| (field.name, field.signed, field.present))
        .collect();
    assert_eq!(covered, [("from", 1, 1), ("to", 1, 1), ("subject", 1, 1)]);
    assert!(!signature.tags().signed_fields().contains("Date"));
}

#[test]
fn a15_added_fields_are_told_and_oversigned_ones_fail() {
    let above = |message: &str| format!("Subject: Other\r\n{message}");
    let passed = verdict(&above(&sign(FIELD, MESSAGE)), &Policy::default());
    assert_eq!(passed.outcome, Outcome::Pass);
    let signature = passed.signature.unwrap();
    assert_eq!(
        signature.unsigned_duplicates().collect::<Vec<_>>(),
        ["subject"]
    );

    let oversigned = signed("h=from:to:subject", "h=from:to:subject:subject");
    assert_eq!(outcome(&oversigned), Outcome::Pass);
    let failed = outcome(&above(&oversigned));
    assert_eq!(failed, Outcome::Failed(Fault::InvalidSignature));
}

#[test]
fn a16_a_partly_signed_body_is_refused_by_default() {
    let message = signed("s=sel;", "s=sel; l=9;") + "appended\r\n";
    let refused = verdict(&message, &Policy::default());
    assert_eq!(refused.outcome, Outcome::Refused(Refusal::BodyLength));
    assert_eq!(refused.result(), ResultWord::Policy);
    let accepted = verdict(&message, &Policy::default().allow_body_length(true));
    assert_eq!(accepted.outcome, Outcome::Pass);
    assert_eq!(accepted.uncovered_octets(), 21);
}

#[test]
fn c01_syntax_errors_are_permerrors_under_every_policy() {
    for (from, to) in [
        ("v=1; ", ""),
        ("v=1", "v=2"),
        ("a=ed25519-sha256; ", ""),
        ("b={b}", ""),
        ("bh={bh}; ", ""),
        ("d=example.com; ", ""),
        ("d=example.com", "d=example.com; d=example.com"),
        ("h=from:to:subject; ", ""),
        ("h=from:", "h="),
        ("s=sel; ", ""),
        ("s=sel;", "s=sel; i=@example.org;"),
        ("s=sel;", "s=sel; i=@badexample.com;"),
    ] {
        assert_permerror(&signed(from, to));
    }
}

#[test]
fn c03_expiry_and_future_are_judged_with_a_skew() {
    let now = NOW.as_secs();
    let expiring = |at: u64| signed("s=sel;", &format!("s=sel; x={at};"));
    let made = |at: u64| signed("s=sel;", &format!("s=sel; t={at};"));
    for (message, default, rfcs) in [
        (expiring(now), ResultWord::Pass, ResultWord::Pass),
        (expiring(now - 1), ResultWord::Pass, ResultWord::Fail),
        (expiring(now - 300), ResultWord::Pass, ResultWord::Fail),
        (expiring(now - 301), ResultWord::Fail, ResultWord::Fail),
        (made(now), ResultWord::Pass, ResultWord::Pass),
        (made(now + 300), ResultWord::Pass, ResultWord::Pass),
        (made(now + 301), ResultWord::Policy, ResultWord::Pass),
        (
            signed("s=sel;", "s=sel; t=10; x=10;"),
            ResultWord::PermError,
            ResultWord::PermError,
        ),
    ] {
        assert_eq!(verdict(&message, &Policy::default()).result(), default);
        assert_eq!(verdict(&message, &Policy::rfcs()).result(), rfcs);
    }
}

#[test]
fn c04_numbers_of_many_digits_do_not_overflow() {
    let nines = "9".repeat(40);
    let forever = signed("s=sel;", &format!("s=sel; x={nines};"));
    assert_eq!(outcome(&forever), Outcome::Pass);
    let future = signed("s=sel;", &format!("s=sel; t={nines};"));
    assert_eq!(outcome(&future), Outcome::Refused(Refusal::Future));
    let long = signed("s=sel;", &format!("s=sel; l={};", "9".repeat(76)));
    let verdict = verdict(&long, &Policy::rfcs());
    assert_eq!(verdict.outcome, Outcome::Failed(Fault::BodyLength));
    assert_eq!(verdict.result(), ResultWord::PermError);
}

#[test]
fn c04_a_length_is_accepted_up_to_the_body_and_not_beyond() {
    for (length, outcome) in [
        (0, Outcome::Pass),
        (20, Outcome::Pass),
        (21, Outcome::Failed(Fault::BodyLength)),
    ] {
        let message = signed("s=sel;", &format!("s=sel; l={length};"));
        assert_eq!(
            verdict(&message, &Policy::rfcs()).outcome,
            outcome,
            "{length}"
        );
    }
}

#[test]
fn c05_a_body_hash_of_another_length_is_a_permerror() {
    for hash in ["", "AAAA", "uoq1oCgLlTqpdDX/iUbLy7J1Wic="] {
        assert_permerror(&signed("bh={bh}", &format!("bh={hash}")));
    }
}

#[test]
fn c06_lists_of_signed_fields_are_read_strictly_and_consumed_loosely() {
    for list in ["h=", "h=:", "h=::", "h=from:", "h=from::to"] {
        assert_permerror(&signed("h=from:to:subject", list));
    }
    let many = "from:".repeat(1000) + "to";
    assert_permerror(&signed("h=from:to:subject", &format!("h={many}")));
    let loose = "h=FROM : absent:\r\n\tTo:sUBJECT:from:from";
    assert_eq!(outcome(&signed("h=from:to:subject", loose)), Outcome::Pass);
}

#[test]
fn c07_the_limit_on_signatures_counts_before_any_work() {
    let junk = "DKIM-Signature: junk\r\n".repeat(20);
    let message = junk.clone() + &sign(FIELD, MESSAGE);
    let (header, _) = Header::split(message.as_bytes());
    let crypto = RustCrypto::shared();
    let mut verifier = Verifier::begin(&header, &Policy::default(), crypto, NOW);
    assert_eq!(verifier.poll_question(), None);
    let verdicts = verifier.finish();
    assert_eq!(verdicts.len(), 21);
    assert_eq!(verdicts[19].result(), ResultWord::PermError);
    let too_many = Outcome::Refused(Refusal::TooManySignatures);
    assert_eq!(verdicts[20].outcome, too_many);

    let one_less = junk.replacen("DKIM-Signature: junk\r\n", "", 1) + &sign(FIELD, MESSAGE);
    let answer = answers(&[record().leak().as_bytes()]);
    let last = |policy: &Policy, message: &str| verdicts_last(message, policy, &answer);
    assert_eq!(last(&Policy::default(), &one_less), Outcome::Pass);
    assert_eq!(last(&Policy::rfcs(), &message), Outcome::Pass);
}

fn verdicts_last(message: &str, policy: &Policy, answer: &Answer) -> Outcome {
    verdicts(message, policy, answer).pop().unwrap().outcome
}

#[test]
fn c10_the_header_form_is_not_used_for_the_body() {
    let message = signed("c=relaxed/relaxed", "c=relaxed/simple");
    let spaced = message.replace("Hi Sue.", "Hi  Sue.");
    assert_eq!(outcome(&spaced), Outcome::Failed(Fault::BodyHash));
    let message = signed("c=relaxed/relaxed", "c=simple/relaxed");
    let spaced = message.replace("Hi Sue.", "Hi  Sue.");
    assert_eq!(outcome(&spaced), Outcome::Pass);
    let spaced = message.replace("Subject: D", "Subject:  D");
    assert_eq!(outcome(&spaced), Outcome::Failed(Fault::InvalidSignature));
}

#[test]
fn c11_many_fields_take_linear_time() {
    let fields = "Received: by mx.example.org\r\n".repeat(100_000);
    let list = "received:".repeat(990);
    let message = sign(
        &FIELD.replace("h=from", &format!("h={list}from")),
        &format!("{fields}{MESSAGE}"),
    );
    assert_eq!(outcome(&message), Outcome::Pass);
}

#[test]
fn c12_bare_line_ends_and_nul_in_fields_are_octets_of_the_field() {
    let odd = MESSAGE.replace("Dinner", "Din\nner\rtoday\0");
    let message = sign(FIELD, &odd);
    assert_eq!(outcome(&message), Outcome::Pass);
    let changed = message.replace("Din\nner", "Din\r\n ner");
    assert_eq!(outcome(&changed), Outcome::Failed(Fault::InvalidSignature));
}

#[test]
fn c14_a_domain_of_one_label_is_a_permerror() {
    assert_permerror(&signed("d=example.com", "d=com"));
}

#[test]
fn c16_a_replay_passes_and_can_be_counted() {
    let message = signed("s=sel;", "s=sel; t=1600000000; x=1800000000;");
    // Relays write above the signature; who a message is for is in no octet that is signed.
    let replayed = format!("Received: by mx.example.org for <x@example.org>\r\n{message}");
    let identities = [message, replayed].map(|message| {
        let verdict = verdict(&message, &Policy::default());
        assert_eq!(verdict.outcome, Outcome::Pass);
        let signature = verdict.signature.unwrap();
        let tags = signature.tags();
        assert!(tags.signed_fields().contains("To"));
        (
            tags.signature().to_vec(),
            *tags.body_hash(),
            tags.timestamp(),
            tags.expiration(),
        )
    });
    assert_eq!(identities[0], identities[1]);
}

#[test]
fn c18_only_the_value_of_the_tag_named_b_is_emptied() {
    for field in [
        "v=1; a=ed25519-sha256; d=example.com; s=sel; h=from; bh={bh}; b={b}",
        "b={b}; v=1; a=ed25519-sha256; d=example.com; s=sel; h=from; bh={bh}",
        "v=1; bh={bh}; b\r\n\t=\r\n {b}\r\n ; a=ed25519-sha256; d=example.com; s=sel; h=from",
        "v=1; z=From:b=3Dx|To:b=3B; i=b=3D@example.com; a=ed25519-sha256; d=example.com; s=sel; \
         h=from; bh={bh}; b={b};",
        "v=1; ab=x; B=y; a=ed25519-sha256; d=example.com; s=sel; h=from; bh={bh}; b={b} ; ",
    ] {
        for form in ["", "; c=relaxed"] {
            let field = field.replacen("v=1", &format!("v=1{form}"), 1);
            assert_eq!(outcome(&sign(&field, MESSAGE)), Outcome::Pass, "{field}");
        }
    }
}

#[test]
fn c19_other_signatures_can_be_signed_and_never_the_own_one() {
    let inner = sign(FIELD, MESSAGE);
    let field = FIELD.replace("h=from", "h=dkim-signature:dkim-signature:from");
    let message = sign(&field, &inner);
    let answer = answers(&[record().leak().as_bytes()]);
    let results = |message: &str| -> Vec<ResultWord> {
        let verdicts = verdicts(message, &Policy::default(), &answer);
        verdicts.iter().map(|verdict| verdict.result()).collect()
    };
    assert_eq!(results(&message), [ResultWord::Pass, ResultWord::Pass]);
    let changed = message.replace(&inner, &inner.replacen("s=sel", "s=SEL", 1));
    assert_eq!(results(&changed), [ResultWord::Fail, ResultWord::Fail]);
}

/// RFC 6376 §3.5: "the \"b=\" tag is not treated specially" in other signatures that are signed.
#[test]
fn c19_the_value_of_another_signature_is_signed_with_it() {
    let inner = sign(FIELD, MESSAGE);
    let field = FIELD.replace("h=from", "h=dkim-signature:from");
    let message = sign(&field, &inner);
    let at = message.rfind("; b=").unwrap() + "; b=".len();
    let mut changed = message.clone();
    changed.insert(at, ' ');
    let answer = answers(&[record().leak().as_bytes()]);
    let results = verdicts(&changed, &Policy::default(), &answer);
    let results: Vec<_> = results.iter().map(|verdict| verdict.result()).collect();
    assert_eq!(results, [ResultWord::Fail, ResultWord::Pass]);
}

/// RFC 6376 §3.5: unknown tags are ignored, and signed all the same.
#[test]
fn c18_a_tag_that_nobody_knows_is_signed() {
    let message = signed("s=sel;", "s=sel; r=one;");
    assert_eq!(outcome(&message), Outcome::Pass);
    let changed = message.replace("r=one", "r=two");
    assert_eq!(outcome(&changed), Outcome::Failed(Fault::InvalidSignature));
}

#[test]
fn c20_white_space_and_case_in_tags() {
    let spaced = "v = 1 ;\r\n a\t=\r\n\ted25519-sha256; d= example.com ; s=sel; h = from : to; \
                  bh\r\n =\r\n {bh}; b = {b} ; \r\n\t";
    assert_eq!(outcome(&sign(spaced.trim_end(), MESSAGE)), Outcome::Pass);
    assert_permerror(&signed("d=example.com", "D=example.com"));
}

#[test]
fn c21_a_u_label_is_asked_for_as_an_a_label_and_hashed_as_written() {
    fn to_ascii(text: &str) -> Option<Domain> {
        text.replace("bücher", "xn--bcher-kva").parse().ok()
    }
    let message = signed("d=example.com", "d=bücher.example");
    assert_eq!(
        outcome(&message),
        Outcome::Failed(SignatureError::Internationalized { tag: "d" }.into())
    );
    let policy = Policy::default().to_ascii(to_ascii);
    let (header, _) = Header::split(message.as_bytes());
    let mut verifier = Verifier::begin(&header, &policy, RustCrypto::shared(), NOW);
    let question = verifier.poll_question().unwrap();
    assert_eq!(
        question.name().to_string(),
        "sel._domainkey.xn--bcher-kva.example"
    );
    assert!(verdict(&message, &policy).is_pass());
}

#[test]
fn required_fields_that_are_not_signed_are_refused() {
    let policy = Policy::default().required_fields(["subject", "Date"]);
    let verdict = verdict(&sign(FIELD, MESSAGE), &policy);
    let name = "Date".into();
    assert_eq!(
        verdict.outcome,
        Outcome::Refused(Refusal::FieldNotSigned { name })
    );
    assert_eq!(verdict.outcome.to_string(), "Date is not signed");
}
