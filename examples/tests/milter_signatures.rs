//! Mail with several signatures, and with such as policy refuses: which of them decides.

mod support;

use dkim_sign::KeyKind;
use support::Program;
use support::milter::Files;
use support::mta::Mta;
use support::name_server::NameServer;

const MESSAGE: &str = "From: Amy <amy@example.net>\r\nTo: user@example.com\r\n\
                       Subject: Lunch\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n";

/// What happens on each occasion tells which it was.
const ALL_TOLD: &str = "On-BadSignature reject\nOn-DNSError tempfail\nOn-KeyNotFound discard\n\
                        On-NoSignature quarantine\n";

/// Keys of example.net by what is in the DNS of them.
struct Keys {
    files: Files,
}

impl Keys {
    fn new(rsa: bool) -> Self {
        let mut keys = vec![
            ("good", "example.net", KeyKind::Ed25519),
            ("testing", "example.net", KeyKind::Ed25519),
        ];
        if rsa {
            keys.push(("rsa", "example.net", KeyKind::Rsa2048));
        }
        let mut files = Files::with_keys(&keys);
        files.records[1].1 += "; t=y";
        for selector in ["gone", "broken", "revoked"] {
            files.record(&format!("{selector}.example.net"), KeyKind::Ed25519);
        }
        files.records.push((
            "revoked._domainkey.example.net".into(),
            "v=DKIM1; k=ed25519; p=".into(),
        ));
        files.write("KeyTable", "");
        files.write("SigningTable", "");
        Self { files }
    }

    fn start(&self, more: &str) -> Program {
        let name_server = NameServer::start(&self.files.records);
        self.files
            .start_asking(name_server, &format!("{ALL_TOLD}{more}"))
    }

    /// A message with signatures, the topmost first; one of a selector behind `!` does not fit.
    fn signed(&self, selectors: &[&str]) -> String {
        let mut message = MESSAGE.to_owned();
        for selector in selectors.iter().rev() {
            let name = selector.trim_start_matches('!');
            message = self.files.signed(name, "example.net", &message);
            if selector.starts_with('!') {
                message = message.replacen("b=", "b=AAAA", 1);
            }
        }
        message
    }
}

/// The results if there are any, and the rest of what a filter says.
fn told(filter: &Program, message: &str) -> (String, Vec<String>) {
    let mut told = Mta::with_client(filter, "192.0.2.1").send(message);
    let results = match told[0].strip_prefix("insert 0 Authentication-Results:") {
        Some(results) => results.replace("\n ", " "),
        None => return (String::new(), told),
    };
    told.remove(0);
    (results, told)
}

const ACCEPT: &[&str] = &["accept"];
const BAD: &[&str] = &["550 5.7.0 bad DKIM signature: signature does not match"];
const DNS_ERROR: &[&str] = &["451 4.7.5 key unavailable: DNS server failure"];
const NO_KEY: &[&str] = &["discard"];
const NO_SIGNATURE: &[&str] = &["quarantine no DKIM signature", "accept"];

#[test]
fn one_good_signature_is_enough() {
    let keys = Keys::new(false);
    let filter = keys.start("MaximumSignaturesToVerify 9\n");
    for bad in ["!good", "gone", "broken", "revoked", "!testing"] {
        for selectors in [["good", bad], [bad, "good"]] {
            let (results, told) = told(&filter, &keys.signed(&selectors));
            assert_eq!(told, ACCEPT, "{selectors:?}");
            assert_eq!(results.matches("dkim=pass").count(), 1, "{results}");
            assert_eq!(results.matches("dkim=").count(), 2, "{results}");
        }
    }
}

/// As OpenDKIM tells it.
#[test]
fn why_a_signature_does_not_pass_is_told_and_how_large_its_key_is() {
    let keys = Keys::new(true);
    let filter = keys.start("On-BadSignature accept\nOn-KeyNotFound accept\n");
    for (selector, expected) in [
        ("rsa", "dkim=pass (2048-bit key) header.d=example.net "),
        ("good", "dkim=pass (256-bit key) header.d=example.net "),
        (
            "!rsa",
            "dkim=fail reason=\"signature does not match\" (2048-bit key) header.d=example.net ",
        ),
        (
            "gone",
            "dkim=permerror reason=\"no key for signature\" header.d=example.net ",
        ),
    ] {
        let (results, _) = told(&filter, &keys.signed(&[selector]));
        assert!(results.contains(expected), "{results}");
    }
}

#[test]
fn without_a_good_one_what_may_be_better_later_decides_and_then_what_is_worst() {
    let keys = Keys::new(false);
    let filter = keys.start("");
    for (selectors, expected) in [
        (&["!good", "broken"][..], DNS_ERROR),
        (&["broken", "gone"], DNS_ERROR),
        (&["gone", "!good"], BAD),
        (&["!good", "gone"], BAD),
        (&["gone", "gone"], NO_KEY),
        (&["revoked"], &["550 5.7.0 bad DKIM signature: key revoked"]),
        (&["!testing", "gone"], NO_KEY),
        (&["!testing"], NO_SIGNATURE),
        (&["testing"], ACCEPT),
        (&[], NO_SIGNATURE),
    ] {
        for selectors in [
            selectors.to_vec(),
            selectors.iter().rev().copied().collect(),
        ] {
            let (_, told) = told(&filter, &keys.signed(&selectors));
            assert_eq!(told, expected, "{selectors:?}");
        }
    }
}

#[test]
fn signatures_beyond_the_most_are_not_looked_at() {
    let keys = Keys::new(false);
    let three = ["!good", "gone", "!good"];
    // Three are looked at if nothing else is said.
    for (more, selectors, expected) in [
        ("", vec!["gone", "gone", "good", "gone"], ACCEPT),
        ("", vec!["gone", "gone", "gone", "good"], NO_KEY),
        (
            "MaximumSignaturesToVerify 1\n",
            vec!["gone", "good"],
            NO_KEY,
        ),
        (
            "MaximumSignaturesToVerify 2\n",
            vec!["gone", "good"],
            ACCEPT,
        ),
        (
            "MaximumSignaturesToVerify 0\n",
            [&["gone"; 30][..], &["good"]].concat(),
            ACCEPT,
        ),
        (
            "MaximumSignaturesToVerify 3\n",
            [&three[..], &["good"]].concat(),
            BAD,
        ),
    ] {
        let filter = keys.start(more);
        let (results, told) = told(&filter, &keys.signed(&selectors));
        assert_eq!(told, expected, "{more}{selectors:?}");
        if told == ACCEPT {
            assert!(results.contains("dkim=pass"), "{results}");
        }
    }
}

#[test]
fn a_key_that_is_too_small_makes_a_signature_none() {
    let keys = Keys::new(true);
    for (more, is_good) in [
        ("", true),
        ("MinimumKeyBits 2048\n", true),
        ("MinimumKeyBits 2049\n", false),
    ] {
        let filter = keys.start(more);
        let (results, told) = told(&filter, &keys.signed(&["rsa"]));
        let expected = if is_good { ACCEPT } else { NO_SIGNATURE };
        assert_eq!(told, expected, "{more}");
        let word = if is_good {
            "dkim=pass "
        } else {
            "dkim=policy "
        };
        assert!(results.contains(word), "{results}");
        // The size of RSA keys says nothing about others.
        assert_eq!(
            self::told(&filter, &keys.signed(&["rsa", "good"])).1,
            ACCEPT
        );
    }
}

fn now() -> u64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// Minutes, of which no test takes one.
#[test]
fn clocks_may_differ_as_far_as_is_configured() {
    const EXPIRED: &[&str] = &["550 5.7.0 bad DKIM signature: signature expired"];

    let keys = Keys::new(false);
    for (more, from, lifetime, expected) in [
        // Five minutes if nothing else is said.
        ("", 4 * 60, None, ACCEPT),
        ("", 6 * 60, None, NO_SIGNATURE),
        ("ClockDrift 0\n", 60, None, NO_SIGNATURE),
        ("ClockDrift 600\n", 9 * 60, None, ACCEPT),
        ("ClockDrift 600\n", 11 * 60, None, NO_SIGNATURE),
        ("", -3600, Some(3600 - 4 * 60), ACCEPT),
        ("", -3600, Some(3600 - 6 * 60), EXPIRED),
        ("ClockDrift 0\n", -3600, Some(3540), EXPIRED),
        ("ClockDrift 600\n", -3600, Some(3600 - 9 * 60), ACCEPT),
        ("ClockDrift 600\n", -3600, Some(3600 - 11 * 60), EXPIRED),
    ] {
        let filter = keys.start(more);
        let at = now().checked_add_signed(from).unwrap();
        let message = keys
            .files
            .signed_at(at, lifetime, "good", "example.net", MESSAGE);
        let (_, told) = told(&filter, &message);
        assert_eq!(told, expected, "{more}{from} {lifetime:?}");
    }
}

#[test]
fn a_header_has_no_more_octets_than_is_configured() {
    let keys = Keys::new(false);
    let message = keys.signed(&["good"]);
    let octets = message.split("\r\n\r\n").next().unwrap().len() + "\r\n".len();
    let large = format!("X: {}\r\n{message}", "x".repeat(65536));
    for (limit, message, is_taken) in [
        (octets.to_string(), &message, true),
        ((octets - 1).to_string(), &message, false),
        ("65536".into(), &large, false),
        ("0".into(), &large, true),
    ] {
        let filter = keys.start(&format!("MaximumHeaders {limit}\n"));
        let (_, told) = told(&filter, message);
        let refusal = format!("451 4.7.0 the header has more than {limit} octets");
        let expected = if is_taken { "accept" } else { &refusal };
        assert_eq!(told, [expected]);
        // Whoever sends it.
        let told = Mta::with_client(&filter, "127.0.0.1").send(message);
        assert_eq!(told.last().unwrap(), expected);
    }
}
