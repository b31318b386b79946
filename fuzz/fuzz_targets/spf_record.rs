//! Whatever parses as an SPF record prints and parses to the same record, and a check against a
//! DNS full of it settles within its budget, with the same report whatever order answers come in;
//! so does a lint of it.

#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use dns_txt::{Answer, Failure, Inquiry, Kind, Name, Question, Record as DnsRecord};
use libfuzzer_sys::fuzz_target;
use spf::lint::{Lint, LintOptions, LintReport};
use spf::{Check, Limits, Options, Record, Report};

fuzz_target!(|text: &[u8]| {
    let parsed = Record::parse(text);
    if let Ok(record) = &parsed {
        let printed = record.to_string();
        assert_eq!(Record::parse(printed.as_bytes()).as_ref(), Ok(record));
    }
    let text = match parsed {
        Ok(_) => text.to_vec(),
        // Most input is no record at once; what stands behind the version still is something.
        Err(_) => [b"v=spf1 ", text].concat(),
    };
    for client in [V4, V6] {
        let in_order = settle(client, &text, |_| 0);
        let in_reverse = settle(client, &text, |open| open - 1);
        assert_eq!(in_order, in_reverse);
        let field = in_order.received_spf();
        assert!(
            field
                .split("\r\n")
                .all(|line| line.len() <= 998 && line.is_ascii())
        );
        if let Some(reply) = in_order.refusal() {
            let reply = reply.to_string();
            assert!(reply.len() <= 510 && !reply.contains(|c: char| c.is_control()));
        }
        let trace = in_order.trace.expect("it was asked for");
        assert_is_text(
            &trace.to_string(),
            trace.steps.len() + usize::from(trace.is_cut),
        );
    }
    let in_order = lint(&text, |_| 0);
    assert_eq!(in_order, lint(&text, |open| open - 1));
    let lines = 1 + in_order.costs.len() + in_order.findings.len();
    assert_is_text(&in_order.to_string(), lines);
});

fn settle(client: IpAddr, text: &[u8], choose: impl Fn(usize) -> usize) -> Report {
    let helo = b"mail.example.com";
    let path = b"a.b-c+d@example.com";
    let mut check = Check::mail_from(client, helo, path, &Options::default().trace(true));
    let asked = drive(&mut check, client, text, choose);
    assert!(asked <= Limits::default().questions);
    check.finish()
}

fn lint(text: &[u8], choose: impl Fn(usize) -> usize) -> LintReport {
    let options = LintOptions::default();
    let domain = "example.com".parse().expect("a literal domain");
    let mut lint = Lint::domain(&domain, &options);
    let asked = drive(&mut lint, V4, text, choose);
    assert!(asked <= options.questions);
    lint.finish()
}

/// Asks all that can be asked, then answers one of the open questions, until nothing is open.
fn drive(
    inquiry: &mut impl Inquiry,
    client: IpAddr,
    text: &[u8],
    choose: impl Fn(usize) -> usize,
) -> u16 {
    let mut open = Vec::new();
    let mut asked = 0;
    loop {
        while let Some(question) = inquiry.poll_question() {
            open.push(question);
            asked += 1;
        }
        if open.is_empty() {
            break;
        }
        let question = open.remove(choose(open.len()));
        inquiry.answer(&question, &answer(&question, client, text));
    }
    assert!(inquiry.is_settled());
    asked
}

/// Whether nothing of a zone has added a line.
fn assert_is_text(text: &str, lines: usize) {
    assert!(
        text.bytes()
            .all(|octet| octet == b'\n' || matches!(octet, 0x20..=0x7e))
    );
    assert_eq!(text.lines().count(), lines);
}

/// Every name has the record under test; what else it has depends on its first octet.
fn answer(question: &Question, client: IpAddr, text: &[u8]) -> Answer {
    let name = question.name();
    let flavour = name
        .labels()
        .next()
        .and_then(|label| label.first().copied());
    let flavour = flavour.unwrap_or_default();
    match (flavour % 16, question.kind()) {
        (0, _) => Answer::Failed(Failure::ServerFailure),
        (1, _) => Answer::NoSuchName,
        (2, _) => Answer::NO_DATA,
        (_, Kind::A) if flavour % 2 == 0 => records([DnsRecord::A(Ipv4Addr::new(192, 0, 2, 2))]),
        (_, Kind::A) => match client {
            IpAddr::V4(client) => records([DnsRecord::A(client)]),
            IpAddr::V6(_) => Answer::NO_DATA,
        },
        (_, Kind::Aaaa) => records([DnsRecord::Aaaa(Ipv6Addr::LOCALHOST)]),
        (_, Kind::Mx) => {
            let exchange = |label: &[u8]| name.child(label).unwrap_or_else(|_| Name::root());
            let labels = [&b"d"[..], b"f", b"p"];
            let mx = |label| DnsRecord::Mx {
                preference: 10,
                exchange: exchange(label),
            };
            records(labels.map(mx))
        }
        (_, Kind::Ptr) => records(
            ["mail.example.com", "host.example.com"]
                .map(|name| DnsRecord::Ptr(name.parse().expect("a literal name"))),
        ),
        _ => records([DnsRecord::Txt(text.into())]),
    }
}

fn records<const N: usize>(records: [DnsRecord; N]) -> Answer {
    Answer::Records(records.into())
}

const V4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
