//! What becomes of mail in which `milter` finds something wrong: each occasion of `On-…` with each
//! action, as a mail server is told.

mod support;

use core::fmt::Write as _;
use core::net::SocketAddr;

use dkim_sign::KeyKind;
use milter_proto::Actions;
use support::Program;
use support::milter::Files;
use support::mta::{Mta, Offer};
use support::name_server::NameServer;

const MESSAGE: &str = "From: Amy <amy@example.net>\r\nTo: user@example.com\r\n\
                       Subject: Lunch\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n";

const OUTSIDE: &str = "192.0.2.1";
const INSIDE: &str = "127.0.0.1";

/// A message for each occasion, and a name server for them.
struct Occasions {
    files: Files,
    name_server: SocketAddr,
    mail: Vec<Occasion>,
}

struct Occasion {
    /// Behind `On-`.
    name: &'static str,
    client: &'static str,
    message: String,
    /// What the sender is told.
    why: &'static str,
    /// The enhanced code of a refusal for now.
    tempfail: &'static str,
}

impl Occasions {
    fn new() -> Self {
        let files = Files::with_keys(&[
            ("s", "example.net", KeyKind::Ed25519),
            ("rsa", "example.com", KeyKind::Rsa2048),
            ("ed", "example.com", KeyKind::Ed25519),
        ]);
        for selector in ["gone", "broken"] {
            files.record(&format!("{selector}.example.net"), KeyKind::Ed25519);
        }
        // One selector has one record, which cannot fit both.
        files.write(
            "KeyTable",
            "rsa example.com:s:DIR/rsa.example.com\ned example.com:s:DIR/ed.example.com\n",
        );
        files.write("SigningTable", "*@example.com rsa\n*@example.com ed\n");
        let name_server = NameServer::start(&files.records);
        let signed = |selector| files.signed(selector, "example.net", MESSAGE);
        let outside = |name, message, why, tempfail| Occasion {
            name,
            client: OUTSIDE,
            message,
            why,
            tempfail,
        };
        let mail = vec![
            outside(
                "BadSignature",
                signed("s").replace("noon", "night"),
                "bad DKIM signature: body hash does not match",
                "4.7.0",
            ),
            outside(
                "DNSError",
                signed("broken"),
                "key unavailable: DNS server failure",
                "4.7.5",
            ),
            outside(
                "InternalError",
                format!("{}{MESSAGE}", unreadable_signatures()),
                "internal error",
                "4.7.0",
            ),
            outside(
                "KeyNotFound",
                signed("gone"),
                "no key for the DKIM signature",
                "4.7.5",
            ),
            outside("NoSignature", MESSAGE.into(), "no DKIM signature", "4.7.0"),
            outside(
                "Security",
                format!("X: {}\r\n{}", "x".repeat(LARGEST_HEADER), signed("s")),
                "the header has more than 150000 octets",
                "4.7.0",
            ),
            Occasion {
                name: "SignatureError",
                client: INSIDE,
                message: MESSAGE.replace("example.net", "example.com"),
                why: "the message cannot be signed: keys of two kinds are to sign with the selector s \
                      of example.com",
                tempfail: "4.7.5",
            },
        ];
        Self {
            files,
            name_server,
            mail,
        }
    }

    fn start(&self, more: &str) -> Program {
        let limits = format!("MaximumHeaders {LARGEST_HEADER}\nMaximumSignaturesToVerify 0\n");
        self.files.start_asking(self.name_server, &(limits + more))
    }
}

impl Occasion {
    /// What a filter says to it, without the results.
    fn told(&self, filter: &Program) -> Vec<String> {
        let mut told = Mta::with_client(filter, self.client).send(&self.message);
        told.retain(|line| !line.starts_with("insert 0 Authentication-Results:"));
        told
    }

    fn expected(&self, action: &str) -> Vec<String> {
        let Self { why, tempfail, .. } = self;
        match action {
            "quarantine" => vec![format!("quarantine {why}"), "accept".into()],
            "reject" => vec![format!("550 5.7.0 {why}")],
            "tempfail" => vec![format!("451 {tempfail} {why}")],
            _ => vec![action.into()],
        }
    }
}

/// So many that what is to be said of them is more than one packet can hold.
fn unreadable_signatures() -> String {
    let mut fields = String::new();
    for number in 0..400 {
        write!(
            fields,
            "DKIM-Signature: v=1; a=ed25519-sha256; d=example.net; s=gone{number}; h=from;\r\n \
             bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n b={number:080}AAAAAA==\r\n"
        )
        .unwrap();
    }
    fields
}

/// Octets: room for all of the above.
const LARGEST_HEADER: usize = 150_000;

#[test]
fn each_occasion_has_its_actions_and_no_other() {
    let occasions = Occasions::new();
    for occasion in &occasions.mail {
        for action in ["accept", "discard", "quarantine", "reject", "tempfail"] {
            let name = occasion.name;
            let filter = occasions.start(&format!("On-Default accept\nOn-{name} {action}\n"));
            assert_eq!(
                occasion.told(&filter),
                occasion.expected(action),
                "On-{name}"
            );
            let mut others = occasions.mail.iter().filter(|other| other.name != name);
            if action == "reject" {
                assert!(
                    others.all(|other| other.told(&filter) == ["accept"]),
                    "On-{name}"
                );
            }
        }
    }
}

#[test]
fn the_default_of_all_occasions_comes_first_wherever_it_stands() {
    let occasions = Occasions::new();
    let filter = occasions.start(
        "On-BadSignature reject\nOn-Default discard\nOn-KeyNotFound accept\nOn-Default tempfail\n",
    );
    for occasion in &occasions.mail {
        let expected = occasion.expected(match occasion.name {
            "BadSignature" => "reject",
            "KeyNotFound" => "accept",
            _ => "tempfail",
        });
        assert_eq!(occasion.told(&filter), expected, "{}", occasion.name);
    }
}

#[test]
fn without_a_word_they_are_those_of_opendkim() {
    let occasions = Occasions::new();
    let filter = occasions.start("");
    for occasion in &occasions.mail {
        let expected = occasion.expected(match occasion.name {
            "DNSError" | "InternalError" | "Security" => "tempfail",
            "SignatureError" => "reject",
            _ => "accept",
        });
        assert_eq!(occasion.told(&filter), expected, "{}", occasion.name);
    }
}

#[test]
fn what_cannot_be_held_is_put_off() {
    let everything_else = Offer {
        actions: Offer::V6.actions & !Actions::QUARANTINE.bits(),
        ..Offer::V6
    };
    let occasions = Occasions::new();
    let filter = occasions.start("On-NoSignature quarantine\n");
    let mut mta = Mta::offering(&filter.names[0], everything_else);
    mta.client(OUTSIDE);
    assert_eq!(mta.send(MESSAGE), ["tempfail"]);
    filter.log_line("the mail server lets nobody put mail into quarantine: put off instead");
}
