//! From fields that try to show one author to people and another to DMARC, each sent by
//! `attack.example`, which may send its own mail, in the name of `bank.example`.
//!
//! Where a message gets an aligned pass, the domain it passes for is the one that another reader
//! finds in it: the e-mail package of Python, in both of its ways. `testdata/from_fields.txt` tells
//! the reason wherever it does not.

#[expect(dead_code, reason = "the other tests share more")]
mod support;

use dkim_verify::RustCrypto;
use dns_txt::Zone;
use message_auth::{Options, Report};
use support::facts;

/// A line: the fields, what we make of them, what Python does in two ways, and why it differs.
struct Case {
    line: &'static str,
    message: Vec<u8>,
    expected: &'static str,
    shown: [&'static str; 2],
    reason: &'static str,
}

fn cases() -> Vec<Case> {
    let lines = include_str!("../testdata/from_fields.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines
        .map(|line| {
            let mut columns = line.split('\t').chain([""; 4]);
            let mut next = || columns.next().unwrap();
            Case {
                line,
                message: message(next()),
                expected: next(),
                shown: [next(), next()],
                reason: next(),
            }
        })
        .collect()
}

/// The fields are written with `\r`, `\n`, `\t`, `\0` and `\xHH`, and with `\*3{ab}` for `ababab`;
/// other backslashes stand for themselves.
fn message(written: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = written;
    while let Some(char) = rest.chars().next() {
        let escape = match rest.as_bytes() {
            [b'\\', b'r', ..] => Some((b"\r".to_vec(), 2)),
            [b'\\', b'n', ..] => Some((b"\n".to_vec(), 2)),
            [b'\\', b't', ..] => Some((b"\t".to_vec(), 2)),
            [b'\\', b'0', ..] => Some((b"\0".to_vec(), 2)),
            [b'\\', b'x', ..] => rest
                .get(2..4)
                .and_then(|digits| u8::from_str_radix(digits, 16).ok())
                .map(|octet| (vec![octet], 4)),
            [b'\\', b'*', ..] => {
                let (number, behind) = rest[2..].split_once('{').unwrap();
                let (piece, _) = behind.split_once('}').unwrap();
                let many = self::piece(piece).repeat(number.parse().unwrap());
                Some((many, 2 + number.len() + 1 + piece.len() + 1))
            }
            _ => None,
        };
        let (piece, length) = escape.unwrap_or_else(|| {
            let length = char.len_utf8();
            (rest.as_bytes()[..length].to_vec(), length)
        });
        octets.extend(piece);
        rest = &rest[length..];
    }
    octets.extend_from_slice(b"\r\nTo: c@example.org\r\nSubject: x\r\n\r\nBody\r\n");
    octets
}

/// What is repeated holds line ends and nothing else that is escaped.
fn piece(written: &str) -> Vec<u8> {
    written
        .replace("\\r", "\r")
        .replace("\\n", "\n")
        .into_bytes()
}

fn received(message: &[u8]) -> Report {
    let zone: Zone = "attack.example. TXT \"v=spf1 ip4:198.51.100.1 -all\"\n\
        _dmarc.attack.example. TXT \"v=DMARC1; p=reject\"\n\
        _dmarc.bank.example. TXT \"v=DMARC1; p=reject\"\n"
        .parse()
        .unwrap();
    let facts = facts("198.51.100.1", "mail.attack.example", "x@attack.example");
    let ask = |question: &dns_txt::Question| zone.answer(question);
    let crypto = RustCrypto::shared();
    message_auth::check(facts, message, &Options::default(), crypto, ask).unwrap()
}

/// The verdict and the domain it is about, or that there is no author.
fn found(report: &Report) -> String {
    assert_eq!(report.spf_mail_from.verdict, spf::Verdict::Pass);
    match &report.dmarc {
        Some(dmarc) => format!("{} {}", dmarc.verdict, dmarc.author),
        None => "no author".into(),
    }
}

#[test]
fn no_hostile_from_passes_for_a_domain_that_nobody_sees() {
    let mut wrong = Vec::new();
    for case in cases() {
        let found = found(&received(&case.message));
        if found != case.expected {
            wrong.push(format!("{found} of {}", case.line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn who_passes_is_who_others_show_or_there_is_a_reason() {
    let mut passes = 0;
    for case in cases() {
        let Some(domain) = case.expected.strip_prefix("pass ") else {
            assert_eq!(case.reason, "", "{}", case.line);
            continue;
        };
        passes += 1;
        let agrees = case.shown.iter().all(|shown| *shown == domain);
        assert_eq!(agrees, case.reason.is_empty(), "{}", case.line);
    }
    assert!(passes > 50, "{passes}");
}

/// The bank may not be sent for, whatever the field is made of.
#[test]
fn nothing_passes_for_the_bank() {
    let cases = cases();
    assert!(cases.len() >= 200, "{}", cases.len());
    for case in &cases {
        let report = received(&case.message);
        let field = report.authentication_results();
        let dmarc = field.results.last().unwrap();
        let from = dmarc.property(&auth_results::PropertyType::Header, "from");
        let passes = dmarc.result == auth_results::ResultCode::Pass;
        // A name of the attacker's own may hold that of anybody.
        let is_own = from.is_some_and(|from| from.ends_with("attack.example"));
        assert!(!passes || is_own, "{}", case.line);
    }
}
