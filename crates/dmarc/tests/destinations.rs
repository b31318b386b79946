//! Where reports may go (RFC 9990 §4).

use dmarc::{
    Check, Destination, Identifier, Mechanism, Options, Outcome, Permission, Report, ReportKind,
    ReportUri,
};
use dns_txt::{Inquiry, Zone, drive};

fn uri(text: &str) -> ReportUri {
    ReportUri::parse(text.as_bytes()).unwrap()
}

/// What may be sent to, and how many questions that took.
fn permission(policy_domain: &str, text: &str, zone: &str) -> (Permission, usize) {
    let zone: Zone = zone.parse().unwrap();
    let domain = policy_domain.parse().unwrap();
    let mut destination = Destination::begin(&domain, &uri(text), ReportKind::Aggregate);
    let mut asked = 0;
    drive(&mut destination, |question| {
        asked += 1;
        zone.answer(question)
    });
    assert!(destination.is_settled());
    (destination.finish(), asked)
}

const RED: &str = "mailto:r@red.example.net";
const AGREEMENT: &str = "blue.example.com._report._dmarc.red.example.net. TXT";

fn granted(places: &[&str]) -> Permission {
    Permission::Granted(places.iter().map(|place| uri(place)).collect())
}

#[test]
fn r1_a_place_of_the_same_organization_needs_no_agreement() {
    let zone = "_dmarc.example.com. TXT \"v=DMARC1; p=none\"\n";
    let place = "mailto:r@reports.example.com";
    let (permission, _) = permission("example.com", place, zone);
    assert_eq!(permission, granted(&[place]));
    let (permission, asked) = self::permission("example.com", "mailto:r@EXAMPLE.com", "");
    assert_eq!((permission, asked), (granted(&["mailto:r@EXAMPLE.com"]), 0));
}

#[test]
fn r2_r3_r4_r5_r6_another_organization_has_to_agree() {
    for (records, expected) in [
        (vec!["v=DMARC1"], granted(&[RED])),
        (vec!["v=DMARC1;"], granted(&[RED])),
        (vec![], Permission::Refused),
        (vec!["v=DMARC2"], Permission::Refused),
        (
            vec!["\"v=DMARC1; rua=mailto:new@red.example.net\""],
            granted(&["mailto:new@red.example.net"]),
        ),
        (
            vec!["\"v=DMARC1; rua=mailto:x@example.net\""],
            Permission::Refused,
        ),
        (vec!["v=DMARC1", "v=DMARC1;"], granted(&[RED])),
    ] {
        let records: Vec<&str> = records;
        let zone: Vec<String> = records
            .iter()
            .map(|text| format!("{AGREEMENT} {}", quoted(text)))
            .collect();
        let (permission, asked) = permission("blue.example.com", RED, &zone.join("\n"));
        assert_eq!((permission, asked), (expected, 1), "{records:?}");
    }
    let wildcard = "*._report._dmarc.red.example.net. TXT v=DMARC1\n";
    let (permission, _) = permission("blue.example.com", RED, wildcard);
    assert_eq!(permission, granted(&[RED]));
}

fn quoted(text: &str) -> String {
    match text.starts_with('"') {
        true => text.to_owned(),
        false => format!("\"{text}\""),
    }
}

#[test]
fn r7_no_answer_is_no_agreement_yet() {
    let zone = "$STATUS blue.example.com._report._dmarc.red.example.net. TXT TIMEOUT\n";
    let (permission, _) = permission("blue.example.com", RED, zone);
    assert!(matches!(permission, Permission::Unsettled { .. }));
}

#[test]
fn r8_a_name_that_is_too_long_is_no_agreement() {
    let long = vec!["a".repeat(60); 4].join(".");
    let (permission, asked) = permission(&long, RED, "");
    assert_eq!((permission, asked), (Permission::Refused, 0));
}

#[test]
fn r9_a_size_is_ignored_and_a_place_without_a_host_refused() {
    let (permission, _) = permission("example.com", "mailto:r@example.com!10m", "");
    let Permission::Granted(places) = permission else {
        panic!("{permission:?}");
    };
    assert_eq!(places[0].as_str(), "mailto:r@example.com");
    let (permission, asked) = self::permission("example.com", "mailto:nobody", "");
    assert_eq!((permission, asked), (Permission::Refused, 0));
}

/// What is found of a message of `author` that SPF alone passes, for the author's own domain.
fn passed_by_spf(author: &str, zone: &str) -> Report {
    let zone: Zone = zone.parse().unwrap();
    let mut check = Check::begin(author.parse().unwrap(), &Options::default());
    check.identifiers([Identifier {
        domain: author.parse().unwrap(),
        mechanism: Mechanism::Spf,
        outcome: Outcome::Authenticated,
    }]);
    drive(&mut check, |question| zone.answer(question));
    check.finish()
}

fn places(report: &Report, kind: ReportKind) -> Vec<&str> {
    let record = report.record.as_ref().unwrap();
    let uris = record.report_uris(kind).iter();
    uris.map(ReportUri::as_str).collect()
}

#[test]
fn r10_r12_nothing_is_sent_that_has_no_place() {
    let zone = "_dmarc.example.com. TXT \"v=DMARC1; p=reject; fo=1\"";
    let report = passed_by_spf("example.com", zone);
    assert!(places(&report, ReportKind::Aggregate).is_empty());
    assert!(places(&report, ReportKind::Failure).is_empty());
    assert!(!report.asks_for_failure_report());
}

#[test]
fn r11_a_public_suffix_domain_gets_no_failure_reports() {
    let zone = "_dmarc.com. TXT \"v=DMARC1; p=none; psd=y; fo=1; rua=mailto:a@nic.com; \
                ruf=mailto:f@nic.com\"";
    let report = passed_by_spf("example.com", zone);
    assert_eq!(report.record_domain, "com".parse().ok());
    assert_eq!(places(&report, ReportKind::Aggregate), ["mailto:a@nic.com"]);
    assert!(places(&report, ReportKind::Failure).is_empty());
    assert!(!report.asks_for_failure_report());
}

#[test]
fn r13_failure_options_say_how_many_mechanisms_have_to_fail() {
    for (fo, asked) in [
        ("; fo=1", true),
        ("; fo=0", false),
        ("", false),
        ("; fo=s:d", false),
    ] {
        let record = format!("v=DMARC1; p=reject; ruf=mailto:f@example.com{fo}");
        let zone = format!("_dmarc.example.com. TXT \"{record}\"");
        let report = passed_by_spf("example.com", &zone);
        assert!(report.is_aligned(Mechanism::Spf) && !report.is_aligned(Mechanism::Dkim));
        assert_eq!(report.asks_for_failure_report(), asked, "{fo}");
        // Nothing passes.
        let zone: Zone = zone.parse().unwrap();
        let mut check = Check::begin("example.com".parse().unwrap(), &Options::default());
        drive(&mut check, |question| zone.answer(question));
        assert_eq!(check.finish().asks_for_failure_report(), fo != "; fo=s:d");
    }
}
