use alloc::string::ToString;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;

fn record(text: &str) -> Record {
    Record::parse(text.as_bytes()).unwrap()
}

#[test]
fn the_first_tag_says_whether_it_is_a_record() {
    for text in [
        "v=DMARC1",
        "v=DMARC1;",
        " v = DMARC1 ; p=none",
        "V=DMARC1; p=none",
        "v=DMARC1;;;p",
    ] {
        assert!(Record::parse(text.as_bytes()).is_ok(), "{text}");
    }
    for text in [
        "",
        ";v=DMARC1",
        "p=none; v=DMARC1",
        "v=dmarc1; p=none",
        "v=DMARC1x; p=none",
        "v=DMARC1 p=none",
        "v=DMARC2",
        "v=spf1 -all",
    ] {
        assert_eq!(Record::parse(text.as_bytes()), Err(NotDmarc), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_the_default() {
    let odd = "v=DMARC1; adkim=x; aspf; psd=z; t=1; fo=0:1; x1=2; ; pct=0; ri=60; rf=afrf; p=none";
    assert_eq!(record(odd), record("v=DMARC1; p=none"));
}

#[test]
fn the_first_of_tags_of_one_name_counts() {
    assert_eq!(
        record("v=DMARC1; p=reject; P=none"),
        record("v=DMARC1; p=reject")
    );
}

#[test]
fn a_bad_policy_is_none_or_nothing() {
    let policies = |text: &str| record(text).policies();
    let none = Some(Policies::default());
    for bad in [
        "",
        "p=bogus",
        "p=",
        "p=reject; sp=bogus",
        "p=reject; np=r\u{e9}ject",
        "p:reject",
    ] {
        assert_eq!(policies(&alloc::format!("v=DMARC1; {bad}")), None, "{bad}");
        let with_rua = alloc::format!("v=DMARC1; {bad}; rua=not-a-uri, mailto:d@example.com");
        assert_eq!(policies(&with_rua), none, "{bad}");
        let without = alloc::format!("v=DMARC1; {bad}; rua=not-a-uri");
        assert_eq!(policies(&without), None, "{bad}");
    }
}

#[test]
fn an_absent_policy_is_the_next_wider_one() {
    let policies = record("v=DMARC1; p=reject; sp=quarantine")
        .policies()
        .unwrap();
    assert_eq!(
        (policies.p, policies.sp, policies.np),
        (Policy::Reject, Policy::Quarantine, Policy::Quarantine)
    );
}

#[test]
fn places_for_reports_are_uris() {
    let record = record(
        "v=DMARC1; rua=MAILTO:R%2Bd@Example.COM!10m , https://u@x.test:8/p?q, a b, mailto:%zz, x:",
    );
    let texts: Vec<_> = record.rua.iter().map(ReportUri::as_str).collect();
    assert_eq!(
        texts,
        ["mailto:R%2Bd@Example.COM", "https://u@x.test:8/p?q"]
    );
    let hosts: Vec<_> = record.rua.iter().map(|uri| uri.host().unwrap()).collect();
    assert_eq!(
        hosts,
        ["example.com".parse().unwrap(), "x.test".parse().unwrap()]
    );
    let mailbox = record.rua[0].mailbox().unwrap();
    assert_eq!(mailbox.view().as_str(), "R+d@Example.COM");
    assert_eq!(record.rua[0].to_string(), "mailto:R%2Bd@Example.COM!10m");
    // Two addresses for one reader, one for another: none.
    let two = ReportUri::parse(b"mailto:a@x.test%2Cb@y.test").unwrap();
    assert_eq!((two.mailbox(), two.host()), (None, None));
}

#[test]
fn failure_options_stand_in_any_order_once() {
    for (text, printed) in [("0", "0"), ("s:1:d", "1:d:s"), ("d", "d"), ("D:S", "d:s")] {
        let options = FailureOptions::parse(text.as_bytes()).unwrap();
        assert_eq!(options.to_string(), printed);
    }
    for text in ["", "0:1", "0:0", "d:d", "2", "0:", "0;d"] {
        assert_eq!(FailureOptions::parse(text.as_bytes()), None, "{text}");
    }
}

proptest! {
    #[test]
    fn reading_what_was_printed_gives_the_same_record(
        tags in proptest::collection::vec(
            "(p|sp|np|adkim|aspf|psd|t|fo|rua|ruf|pct|P) ?= ?(none|reject|Quarantine|r|S|y|n|[01ds:]{1,5}|mailto:a@b.example(![0-9]k)?, ?x:y|\\PC{0,8})",
            0..8,
        )
    ) {
        let text = alloc::format!("v=DMARC1;{}", tags.join(";"));
        let record = Record::parse(text.as_bytes()).unwrap();
        let printed = record.to_string();
        prop_assert_eq!(Record::parse(printed.as_bytes()), Ok(record));
        prop_assert!(printed.bytes().all(|octet| matches!(octet, b' '..=b'~')));
    }

    #[test]
    fn any_text_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Record::parse(&text);
        let _ = Record::parse(&[b"v=DMARC1;", &*text].concat());
    }
}
