//! The signatures that `milter` makes: what each option does to them, and that they verify,
//! whatever a mail server understands of the protocol.

mod support;

use dkim_sign::KeyKind;
use support::Program;
use support::milter::Files;
use support::mta::{Mta, Offer};

const INSIDE: &str = "127.0.0.1";
const OUTSIDE: &str = "192.0.2.1";

/// White space of all kinds, and a body that ends in blank lines.
const MESSAGE: &str = "Received: from a by b;\r\n\tTue, 24 Nov 2026 09:59:59 +0000\r\n\
                       From:  Amy   <amy@example.com> \r\nTo: user@example.com\r\n\
                       Subject: Lunch\r\n \tat  noon\r\nX-Empty: \r\n\
                       Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\
                       \r\n At  noon. \r\n\r\nAmy\t\r\n\r\n\r\n";

fn files() -> Files {
    Files::signing_twice(KeyKind::Rsa2048)
}

/// The message with its signatures on top, as the mail server sends it on, and the signatures
/// without white space.
fn signed(mut mta: Mta, message: &str) -> (String, Vec<String>) {
    let mut told = mta.send(message);
    assert_eq!(told.pop().unwrap(), "accept");
    let fields = told.iter().enumerate().map(|(position, line)| {
        let start = format!("insert {position} DKIM-Signature:");
        line.strip_prefix(&start)
            .unwrap_or_else(|| panic!("{line}"))
    });
    let fields: Vec<_> = fields.map(|value| mta.as_it_is_sent(value)).collect();
    let top: String = fields
        .iter()
        .map(|value| format!("DKIM-Signature:{value}\r\n"))
        .collect();
    let tags = fields
        .iter()
        .map(|value| value.split_whitespace().collect());
    (top + message, tags.collect())
}

fn from_inside(filter: &Program, message: &str) -> (String, Vec<String>) {
    signed(Mta::with_client(filter, INSIDE), message)
}

fn tag<'t>(tags: &'t str, name: &str) -> Option<&'t str> {
    let mut tags = tags.split(';').filter_map(|tag| tag.split_once('='));
    tags.find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// How many of the signatures of a message that comes back verify.
fn passes(filter: &Program, message: &str) -> usize {
    let told = Mta::with_client(filter, OUTSIDE).send(message);
    told[0].matches("dkim=pass").count()
}

#[test]
fn every_canonicalization_verifies_under_every_version_of_the_protocol() {
    let files = files();
    for (value, expected) in [
        ("simple", "simple/simple"),
        ("simple/relaxed", "simple/relaxed"),
        ("relaxed/simple", "relaxed/simple"),
        ("relaxed/relaxed", "relaxed/relaxed"),
    ] {
        let filter = files.start(&format!("Canonicalization {value}\n"));
        for offer in [Offer::V2, Offer::V3, Offer::V4, Offer::V6] {
            // Before version 6 the blank behind a colon neither comes nor goes.
            let mut mta = Mta::offering(&filter.names[0], offer);
            mta.client(INSIDE);
            let (message, tags) = signed(mta, MESSAGE);
            assert_eq!(tags.len(), 2);
            for tags in &tags {
                assert_eq!(tag(tags, "c"), Some(expected), "{tags}");
            }
            assert_eq!(passes(&filter, &message), 2, "{value} {offer:?}\n{message}");
        }
    }
    let filter = files.start_without("Canonicalization", "");
    let (_, tags) = from_inside(&filter, MESSAGE);
    assert_eq!(
        tag(&tags[0], "c").unwrap_or("simple/simple"),
        "simple/simple"
    );
}

#[test]
fn each_option_does_to_a_signature_what_it_says() {
    let files = files();
    let h = |more: &str| {
        let (message, tags) = from_inside(&files.start(more), MESSAGE);
        assert_eq!(passes(&files.start(more), &message), 2, "{more}");
        tag(&tags[0], "h").unwrap().to_ascii_lowercase()
    };
    let count = |h: &str, name: &str| h.split(':').filter(|it| *it == name).count();
    let usual = h("");
    for (name, times) in [
        ("from", 2),
        ("subject", 2),
        ("message-id", 1),
        ("received", 0),
        ("sender", 0),
    ] {
        assert_eq!(count(&usual, name), times, "{name} in {usual}");
    }
    assert_eq!(
        h("SignHeaders From,To\nOversignHeaders From\n"),
        "from:from:to"
    );
    let without = h("OmitHeaders *,+Subject\n");
    assert_eq!(count(&without, "subject"), 0, "{without}");
    assert_eq!(count(&without, "to"), count(&usual, "to"), "{without}");
    let all = h("OversignHeaders X-Not-There\n");
    assert_eq!(count(&all, "x-not-there"), 1, "{all}");
}

#[test]
fn a_signature_lives_as_long_as_is_configured() {
    let files = files();
    for (more, lifetime) in [
        ("", None),
        ("SignatureTTL 0\n", None),
        ("SignatureTTL 3600\n", Some(3600)),
    ] {
        let (_, tags) = from_inside(&files.start(more), MESSAGE);
        let number = |name| tag(&tags[0], name).map(|text| text.parse::<u64>().unwrap());
        let lives = number("x").map(|end| end - number("t").unwrap());
        assert_eq!(lives, lifetime, "{more}");
    }
}

#[test]
fn one_key_signs_for_its_domain_and_for_those_below_if_it_is_told_to() {
    let files = files();
    for name in ["KeyTable", "SigningTable"] {
        std::fs::remove_file(files.path(name)).unwrap();
    }
    let conf = "Background no\nSocket inet:0@127.0.0.1\nAuthservID mx.example.com\n\
                TestDNSData DIR/dns\nDomain example.com\nSelector ed\nKeyFile DIR/ed.example.com\n";
    let below = MESSAGE.replace("amy@example.com", "amy@sub.example.com");
    for (more, is_signed) in [
        ("", false),
        ("SubDomains no\n", false),
        ("SubDomains yes\n", true),
    ] {
        let path = files.write("opendkim.conf", &format!("{conf}{more}"));
        let filter = Program::start(support::MILTER, ["-x", path.to_str().unwrap()], 1);
        let (message, tags) = from_inside(&filter, MESSAGE);
        let expected = [("d", "example.com"), ("s", "ed"), ("a", "ed25519-sha256")];
        for (name, value) in expected {
            assert_eq!(tag(&tags[0], name), Some(value), "{tags:?}");
        }
        assert_eq!((tags.len(), passes(&filter, &message)), (1, 1));
        let (message, tags) = from_inside(&filter, &below);
        assert_eq!(!tags.is_empty(), is_signed, "{more}");
        if let Some(tags) = tags.first() {
            assert_eq!(tag(tags, "d"), Some("example.com"));
            assert_eq!(passes(&filter, &message), 1);
        }
    }
}

#[test]
fn tables_say_how_often_and_on_whose_behalf() {
    let files = files();
    files.write(
        "SigningTable",
        "amy@example.com ed:news@example.com\namy@example.com rsa:%\n\
         bob@example.com ed:bob@elsewhere.example\n*@example.com rsa\n",
    );
    let bob = MESSAGE.replace("amy@", "bob@");
    for (more, message, expected) in [
        (
            "MultipleSignatures no\n",
            MESSAGE,
            &[("ed", Some("news@example.com"))][..],
        ),
        (
            "MultipleSignatures yes\n",
            MESSAGE,
            &[
                ("ed", Some("news@example.com")),
                ("rsa", None),
                ("rsa", None),
            ],
        ),
        // Who is not of the signing domain signs nothing in its name.
        ("MultipleSignatures no\n", &bob, &[("ed", None)]),
    ] {
        let filter = files.start(more);
        let (message, tags) = from_inside(&filter, message);
        let found: Vec<_> = tags
            .iter()
            .map(|it| (tag(it, "s").unwrap(), tag(it, "i")))
            .collect();
        assert_eq!(found, expected, "{more}");
        assert_eq!(passes(&filter, &message), expected.len());
    }
}

/// Such as `root@localhost` writes. Nobody accepts a signature of such a domain, and to refuse the
/// mail of cron for that would help nobody.
#[test]
fn a_domain_of_one_label_signs_nothing_and_keeps_no_mail_from_its_way() {
    let files = files();
    files.write(
        "KeyTable",
        "own %:rsa:DIR/rsa.example.com\ned example.com:ed:DIR/ed.example.com\n",
    );
    let from = |author| MESSAGE.replace("amy@example.com", author);
    for (table, author, expected) in [
        ("* own\n", "root@sub.example.com", &["rsa"][..]),
        ("* own\n", "root@localhost", &[]),
        ("* own\n* ed\n", "root@localhost", &["ed"]),
        ("* own\n* ed\n", "root@sub.example.com", &["rsa", "ed"]),
    ] {
        files.write("SigningTable", table);
        let filter = files.start("On-SignatureError reject\n");
        let (_, tags) = from_inside(&filter, &from(author));
        let selectors: Vec<_> = tags.iter().filter_map(|it| tag(it, "s")).collect();
        assert_eq!(selectors, expected, "{table} {author}");
    }
}

/// OpenDKIM compares octets, so that its entries are spelled as the mail is.
#[test]
fn tables_may_spell_domains_in_their_own_letters() {
    let files = files();
    files.write("KeyTable", "own bücher.example:rsa:DIR/rsa.example.com\n");
    files.write("patterns", "*@bücher.example own\n");
    files.write("exact", ".BÜCHER.example own\nbücher.example own\n");
    let keyed = "Background no\nSocket inet:0@127.0.0.1\nDomain bücher.example\nSubDomains yes\n\
                 Selector rsa\nKeyFile DIR/rsa.example.com\n";
    files.write("keyed.conf", keyed);
    files.write_conf("SigningTable refile:DIR/patterns\n");
    let exact = "Background no\nSocket inet:0@127.0.0.1\nKeyTable DIR/KeyTable\n\
                 SigningTable DIR/exact\n";
    files.write("exact.conf", exact);
    for (conf, authors) in [
        (
            "opendkim.conf",
            &["bücher.example", "xn--bcher-kva.example"][..],
        ),
        (
            "exact.conf",
            &[
                "bücher.example",
                "a.bücher.example",
                "a.xn--bcher-kva.example",
            ],
        ),
        ("keyed.conf", &["bücher.example", "a.bücher.example"]),
    ] {
        let path = files.path(conf);
        let filter = Program::start(support::MILTER, ["-x", path.to_str().unwrap()], 1);
        for author in authors {
            let message = MESSAGE.replace("example.com>", &format!("{author}>"));
            let (_, tags) = from_inside(&filter, &message);
            let signers: Vec<_> = tags.iter().filter_map(|it| tag(it, "d")).collect();
            assert_eq!(signers, ["xn--bcher-kva.example"], "{conf} {author}");
        }
    }
}
