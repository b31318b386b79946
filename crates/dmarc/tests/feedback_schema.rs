//! Reports against the schema of RFC 9990 appendix A: what is printed is well-formed XML with the
//! elements that it has, in its order, as often as it says, with its words in them. Reader and
//! schema are written for this test alone.
#![cfg(feature = "report")]

mod schema;
mod xml;

use dmarc::feedback::{
    AuthResult, Disposition, DkimAuth, Feedback, Metadata, OverrideReason, OverrideType,
    PolicyPublished, Row, SpfAuth,
};
use dmarc::{Check, Identifier, Mechanism, Options, Outcome, Report};
use proptest::prelude::*;

/// What a check finds of `author`, signed by `shop.example` or not.
fn checked(author: &str, record: &str, signed: bool) -> Report {
    let zone = format!("_dmarc.shop.example. TXT \"v=DMARC1; {record}\"");
    let zone: dns_txt::Zone = zone.parse().unwrap();
    let mut check = Check::begin(author.parse().unwrap(), &Options::default());
    check.identifiers(signed.then(|| Identifier {
        domain: "shop.example".parse().unwrap(),
        mechanism: Mechanism::Dkim,
        outcome: Outcome::Authenticated,
    }));
    dns_txt::drive(&mut check, |question| zone.answer(question));
    check.finish()
}

/// Text as a hostile sender or zone would have it.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,12}",
        Just("]]>".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("</comment></reason>".to_owned()),
        Just("<!--".to_owned()),
        Just("--><?xml".to_owned()),
        Just("&amp;&#0;&x;".to_owned()),
        Just("\0\u{1}\u{b}\u{1f}\u{7f}\u{85}\r\n\t".to_owned()),
        Just("\u{fffe}\u{ffff}\u{feff}\u{fffd}".to_owned()),
        Just("\u{1f4e7}\u{10ffff}é\u{202e}".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn result() -> impl Strategy<Value = AuthResult> {
    prop_oneof![
        Just(AuthResult::Fail),
        Just(AuthResult::Neutral),
        Just(AuthResult::None),
        Just(AuthResult::Pass),
        Just(AuthResult::PermError),
        Just(AuthResult::Policy),
        Just(AuthResult::SoftFail),
        Just(AuthResult::TempError),
    ]
}

fn reason() -> impl Strategy<Value = OverrideReason> {
    let kind = prop_oneof![
        Just(OverrideType::LocalPolicy),
        Just(OverrideType::MailingList),
        Just(OverrideType::Other),
        Just(OverrideType::PolicyTestMode),
        Just(OverrideType::TrustedForwarder),
    ];
    let comment = proptest::option::of(text());
    (kind, comment).prop_map(|(kind, comment)| OverrideReason { kind, comment })
}

fn dkim() -> impl Strategy<Value = DkimAuth> {
    let human = proptest::option::of(text());
    (text(), proptest::option::of(text()), result(), human).prop_map(
        |(domain, selector, result, human_result)| DkimAuth {
            domain,
            selector,
            result,
            human_result,
        },
    )
}

fn spf() -> impl Strategy<Value = SpfAuth> {
    (text(), result(), proptest::option::of(text())).prop_map(|(domain, result, human_result)| {
        SpfAuth {
            domain,
            result,
            human_result,
        }
    })
}

fn row() -> impl Strategy<Value = Row> {
    let disposition = prop_oneof![
        Just(Disposition::None),
        Just(Disposition::Pass),
        Just(Disposition::Quarantine),
        Just(Disposition::Reject),
    ];
    let seen = (
        any::<core::net::IpAddr>(),
        any::<(bool, u32)>(),
        disposition,
    );
    let identifiers = (
        text(),
        proptest::option::of(text()),
        proptest::option::of(text()),
    );
    let results = (
        proptest::collection::vec(reason(), 0..3),
        proptest::collection::vec(dkim(), 0..3),
        proptest::option::of(spf()),
    );
    (seen, identifiers, results).prop_map(
        |((client, (signed, count), disposition), identifiers, results)| {
            let report = checked("shop.example", "p=reject; t=y", signed);
            let mut row = Row::new(client, &report, disposition);
            row.count = count.into();
            (row.header_from, row.envelope_from, row.envelope_to) = identifiers;
            row.reasons.extend(results.0);
            (row.dkim, row.spf) = (results.1, results.2);
            row
        },
    )
}

fn published() -> impl Strategy<Value = PolicyPublished> {
    let word = |words: &'static [&'static str]| proptest::sample::select(words);
    (
        word(&[
            "p=none",
            "p=quarantine",
            "p=reject",
            "rua=mailto:a@b.example",
        ]),
        word(&["", "; sp=none", "; sp=reject; np=quarantine"]),
        word(&["", "; fo=1", "; fo=d:s", "; fo=s:0:d; t=y", "; fo=2"]),
        word(&["", "; adkim=s", "; aspf=s; adkim=R"]),
        text(),
    )
        .prop_map(|(p, sp, fo, mode, domain)| {
            let report = checked("shop.example", &[p, sp, fo, mode].concat(), false);
            let mut published = PolicyPublished::new(&report).unwrap();
            // What the DNS lets nobody have; a caller may.
            published.domain = domain;
            published
        })
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let optional = || proptest::option::of(text());
    (
        text(),
        text(),
        text(),
        optional(),
        optional(),
        optional(),
        any::<(u64, u64)>(),
    )
        .prop_map(
            |(org_name, email, id, contact, error, generator, (begin, end))| {
                let mut metadata = Metadata::new(&org_name, &email, &id).period(begin, end);
                metadata.extra_contact_info = contact;
                metadata.error = error;
                metadata.generator = generator;
                metadata
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_is_reported_is_reported_by_the_schema(
        metadata in metadata(),
        published in published(),
        rows in proptest::collection::vec(row(), 1..20),
    ) {
        let feedback = Feedback::new(metadata, published, rows);
        let printed = feedback.to_xml();
        let root = match xml::document(&printed) {
            Ok(root) => root,
            Err(why) => return Err(TestCaseError::fail(format!("{why}: {printed}"))),
        };
        let faults = schema::faults(&root);
        prop_assert!(faults.is_empty(), "{faults:?}: {printed}");
        prop_assert_eq!(root.all("record").count(), feedback.rows.len());
        // The texts are those that were given, but for what no document can hold.
        let allowed: String = feedback.metadata.org_name.chars().map(xml::or_replaced).collect();
        prop_assert_eq!(&root.at("report_metadata").at("org_name").text, &allowed);
        for (row, record) in feedback.rows.iter().zip(root.all("record")) {
            let from: String = row.header_from.chars().map(xml::or_replaced).collect();
            prop_assert_eq!(&record.at("identifiers").at("header_from").text, &from);
        }
        // And others read it.
        prop_assert_eq!(Feedback::parse(&printed).unwrap().rows.len(), feedback.rows.len());
    }
}

/// RFC 9990 §3.1.3, by the way of a sender who signs without end.
#[test]
fn signatures_without_end_take_a_hundred_elements() {
    let report = checked("shop.example", "p=none", false);
    let mut row = Row::new("192.0.2.1".parse().unwrap(), &report, Disposition::None);
    row.dkim = (0..5000)
        .map(|number| DkimAuth {
            domain: format!("d{number}.example"),
            selector: None,
            result: AuthResult::Fail,
            human_result: None,
        })
        .collect();
    let published = PolicyPublished::new(&report).unwrap();
    let metadata = Metadata::new("R", "r@r.example", "1").period(1, 2);
    let printed = Feedback::new(metadata, published, vec![row]).to_xml();
    let root = xml::document(&printed).unwrap();
    assert_eq!(schema::faults(&root), [""; 0]);
    let record = root.at("record");
    assert_eq!(record.at("auth_results").all("dkim").count(), 100);
}

/// RFC 9990 §3.1.3: those of the author's domain that pass, then others that pass, then the rest; so
/// that no number of bad signatures hides a good one.
#[test]
fn signatures_that_pass_come_first() {
    let report = checked("shop.example", "p=none", false);
    let mut row = Row::new("192.0.2.1".parse().unwrap(), &report, Disposition::None);
    let signature = |domain: &str, result| DkimAuth {
        domain: domain.into(),
        selector: Some("s".into()),
        result,
        human_result: None,
    };
    row.dkim = vec![signature("shop.example", AuthResult::Fail); 150];
    row.dkim.push(signature("list.example", AuthResult::Pass));
    row.dkim
        .push(signature("mail.shop.example", AuthResult::Pass));
    row.dkim.push(signature("Shop.example", AuthResult::Pass));
    let published = PolicyPublished::new(&report).unwrap();
    let metadata = Metadata::new("R", "r@r.example", "1").period(1, 2);
    let printed = Feedback::new(metadata, published, vec![row]).to_xml();
    let root = xml::document(&printed).unwrap();
    let results = root.at("record").at("auth_results");
    let domains: Vec<_> = results
        .all("dkim")
        .map(|dkim| &*dkim.at("domain").text)
        .collect();
    assert_eq!(domains.len(), 100);
    // Which of the others are of the same organization, a row does not know.
    assert_eq!(
        domains[..3],
        ["Shop.example", "list.example", "mail.shop.example"]
    );
    assert_eq!(domains[3], "shop.example");
}

/// RFC 9990 §3.1.1.14: a reason "MUST be present" where alignment failed and what was done is not
/// what the policy asks for.
#[test]
fn what_was_done_against_the_policy_has_a_reason() {
    use Disposition::{None, Quarantine, Reject};
    use OverrideType::{LocalPolicy, PolicyTestMode};
    for (record, signed, disposition, reasons) in [
        ("p=reject", false, Reject, vec![]),
        ("p=reject", false, Quarantine, vec![LocalPolicy]),
        ("p=reject", false, None, vec![LocalPolicy]),
        ("p=reject; t=y", false, Quarantine, vec![PolicyTestMode]),
        (
            "p=reject; t=y",
            false,
            None,
            vec![PolicyTestMode, LocalPolicy],
        ),
        ("p=quarantine", false, Quarantine, vec![]),
        ("p=quarantine", false, Reject, vec![LocalPolicy]),
        ("p=none", false, None, vec![]),
        ("p=none", false, Reject, vec![LocalPolicy]),
        // Nothing failed, whatever else was held against it.
        ("p=reject", true, Disposition::Pass, vec![]),
        ("p=reject; t=y", true, Disposition::Pass, vec![]),
        ("p=none", true, None, vec![]),
    ] {
        let report = checked("shop.example", record, signed);
        let row = Row::new("192.0.2.1".parse().unwrap(), &report, disposition);
        let kinds: Vec<_> = row.reasons.iter().map(|reason| reason.kind).collect();
        assert_eq!(kinds, reasons, "{record} {signed} {disposition:?}");
    }
}
