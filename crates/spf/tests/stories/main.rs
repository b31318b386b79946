//! Stories through the public API: a zone, a client, a report.

mod drivers;
mod evaluation;
mod explanation;
mod failures;
mod identity;
mod limits;
mod lint;
mod macros;
mod mechanisms;
mod networks;
mod order;
mod outputs;
mod received_spf;
mod record_cache;
mod records;
mod rfc_examples;
mod trace;

use dns_txt::{Inquiry, Question, Zone, drive};
use spf::{Check, Options, Report, Verdict};

/// A zone from master-file lines, which may be indented.
fn zone(lines: &str) -> Zone {
    let lines: Vec<&str> = lines.lines().map(str::trim).collect();
    Zone::parse(&lines.join("\n"), None).unwrap()
}

/// Checks `user@example.com` for a client.
fn check(client: &str, zone: &Zone) -> Report {
    check_with(client, zone, &Options::default())
}

fn check_with(client: &str, zone: &Zone, options: &Options) -> Report {
    let client = client.parse().unwrap();
    let check = Check::mail_from(client, b"mail.example.com", b"user@example.com", options);
    finish(check, zone)
}

fn finish(mut check: Check, zone: &Zone) -> Report {
    drive(&mut check, |question| zone.look_up(question));
    assert!(check.is_settled());
    check.finish()
}

/// The verdict for `user@example.com` when a record is all that there is.
fn verdict(client: &str, record: &str) -> Verdict {
    let zone = zone(&format!("example.com TXT \"{record}\""));
    check(client, &zone).verdict
}

/// The report, and every question that was asked.
fn transcript(mut check: Check, zone: &Zone) -> (Report, Vec<Question>) {
    let mut asked = Vec::new();
    drive(&mut check, |question| {
        asked.push(question.clone());
        zone.answer(question)
    });
    (check.finish(), asked)
}
