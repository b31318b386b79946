//! The cases of `testdata/cases.txt`: one check each, and what it must find.

use dmarc::{Check, Identifier, Mechanism, Options, Outcome, Verdict};
use dns_txt::{Inquiry, Zone, drive};

/// A line: `ID | author | zone | identities | result policy [domain of the record [organization]]`.
struct Case<'t> {
    id: &'t str,
    author: &'t str,
    zone: Zone,
    identifiers: Vec<Identifier>,
    expected: &'t str,
}

#[test]
fn every_case_is_as_rfc_9989_has_it() {
    let cases = include_str!("../testdata/cases.txt");
    let mut wrong = Vec::new();
    let mut number = 0;
    for line in cases
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let case = case(line);
        let found = found(&case);
        number += 1;
        if !found.starts_with(case.expected) {
            wrong.push(format!(
                "{}: expected {}, found {found}",
                case.id, case.expected
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(number >= 64, "{number} cases");
}

fn found(case: &Case<'_>) -> String {
    let author = case.author.parse().unwrap();
    let mut check = Check::begin(author, &Options::default());
    check.identifiers(case.identifiers.clone());
    drive(&mut check, |question| case.zone.look_up(question));
    assert!(check.is_settled(), "{}", case.id);
    let report = check.finish();
    assert_eq!(
        report.policy.is_some(),
        matches!(report.verdict, Verdict::Fail | Verdict::Pass)
    );
    let policy = report.policy.map_or("-", |policy| policy.as_str());
    let mut found = format!("{} {policy}", report.verdict);
    for domain in [&report.record_domain, &report.organizational_domain] {
        let domain = domain.as_ref().map_or("-", |domain| domain.as_str());
        found = format!("{found} {domain}");
    }
    found
}

/// `E` stands for `example.com` where a name ends.
fn expand(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.strip_suffix('E') {
        Some("") => "example.com".to_owned(),
        Some(front) if front.ends_with(['.', '=']) => format!("{front}example.com"),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn case(line: &str) -> Case<'_> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let [id, author, zone, identities, expected] = parts[..] else {
        panic!("five parts: {line}");
    };
    let leak = |text: String| -> &'static str { text.leak() };
    Case {
        id,
        author: leak(expand(author)),
        zone: zone_of(zone),
        identifiers: expand(identities)
            .split_whitespace()
            .map(identifier)
            .collect(),
        expected: leak(expand(expected)),
    }
}

/// Entries joined by `&`: `NAME: RECORD`, `NAME! STATUS` of its `_dmarc` name, or `+NAME` for one
/// that exists.
fn zone_of(text: &str) -> Zone {
    let mut lines = Vec::new();
    for entry in text
        .split('&')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
    {
        if let Some(name) = entry.strip_prefix('+') {
            lines.push(format!("{}. MX 1 mx.test.", expand(name)));
        } else if let Some((name, status)) = entry.split_once('!').filter(|_| !entry.contains(':'))
        {
            lines.push(format!(
                "$STATUS _dmarc.{}. TXT {}",
                expand(name),
                status.trim()
            ));
        } else {
            let (name, record) = entry.split_once(':').unwrap();
            let record = record.trim();
            let record = match record.strip_prefix('\'') {
                // As it stands, strings in quotes.
                Some(whole) => whole.trim_end_matches('\'').to_owned(),
                None => format!("\"v=DMARC1; {record}\""),
            };
            lines.push(format!("_dmarc.{}. TXT {record}", expand(name)));
        }
    }
    Zone::parse(&lines.join("\n"), None).unwrap()
}

/// `D=DOMAIN` or `S=DOMAIN`; with `-` behind it a check that failed, with `?` one without result.
fn identifier(text: &str) -> Identifier {
    let (mechanism, domain) = text.split_once('=').unwrap();
    let (domain, outcome) = match (domain.strip_suffix('-'), domain.strip_suffix('?')) {
        (Some(domain), _) => (domain, Outcome::NotAuthenticated),
        (_, Some(domain)) => (domain, Outcome::Unsettled),
        _ => (domain, Outcome::Authenticated),
    };
    Identifier {
        domain: expand(domain).parse().unwrap(),
        mechanism: match mechanism {
            "D" => Mechanism::Dkim,
            _ => Mechanism::Spf,
        },
        outcome,
    }
}
