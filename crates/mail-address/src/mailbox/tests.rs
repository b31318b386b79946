use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;

fn mailbox(text: &str) -> Mailbox {
    text.parse().unwrap()
}

#[test]
fn the_parts_are_views_of_the_text() {
    let text = b"Joe.Smith+tag@Mail.Example.COM> SIZE=1";
    let (mailbox, rest) = MailboxRef::split(text).unwrap();
    assert_eq!(rest, b"> SIZE=1");
    assert_eq!(mailbox.as_str(), "Joe.Smith+tag@Mail.Example.COM");
    assert_eq!(mailbox.local_part().as_str(), "Joe.Smith+tag");
    assert_eq!(mailbox.host(), "Mail.Example.COM");
    assert_eq!(mailbox.domain(), "mail.example.com".parse().ok());
    assert_eq!(mailbox.address_literal(), None);
    assert_eq!(mailbox.to_owned().view().as_str(), mailbox.as_str());
}

#[test]
fn an_address_literal_is_no_domain() {
    let mailbox = mailbox("joe@[192.0.2.1]");
    assert_eq!(mailbox.view().domain(), None);
    assert_eq!(
        mailbox.view().address_literal(),
        Some(AddressLiteral::V4([192, 0, 2, 1].into()))
    );
}

#[test]
fn case_counts_before_the_at_only() {
    assert_eq!(mailbox("joe@Example.COM"), mailbox("joe@example.com"));
    assert_eq!(mailbox(r#""joe"@example.com"#), mailbox("joe@example.com"));
    assert_ne!(mailbox("Joe@example.com"), mailbox("joe@example.com"));
}

#[test]
fn a05_tricks_with_brackets_quotes_and_routes_are_refused() {
    for (octets, why) in [
        (&b"(any@legit.example"[..], MailboxError::LocalPart),
        (
            b"any@legit.example(.attack.example",
            MailboxError::Trailing { offset: 17 },
        ),
        (
            b"any@legit.example'@any.attack.example",
            MailboxError::Trailing { offset: 17 },
        ),
        (
            b"@legit.example,@any:any@attack.example",
            MailboxError::LocalPart,
        ),
        (
            b"any@legit.example\0.attack.example",
            MailboxError::Trailing { offset: 17 },
        ),
        (
            b"any@legit.example\r\n",
            MailboxError::Trailing { offset: 17 },
        ),
        (b"any", MailboxError::At { offset: 3 }),
        (b"any any@legit.example", MailboxError::At { offset: 3 }),
        (b"any@", MailboxError::Host { offset: 4 }),
        (b"any@.legit.example", MailboxError::Host { offset: 4 }),
        (b"any@legit..example", MailboxError::Trailing { offset: 9 }),
        (b"any@legit.example.", MailboxError::Trailing { offset: 17 }),
        (b"any@[192.0.2.1", MailboxError::Host { offset: 4 }),
        (b"", MailboxError::LocalPart),
        (b"a>b@legit.example", MailboxError::At { offset: 1 }),
    ] {
        assert_eq!(MailboxRef::parse(octets), Err(why));
    }
}

#[test]
fn a13_characters_that_no_name_has_are_refused() {
    for octets in [
        "a@x\u{2000}attack.example".as_bytes(),
        "a@x\u{202e}attack.example".as_bytes(),
        "a@x\u{200b}attack.example".as_bytes(),
        "a@x\u{ad}attack.example".as_bytes(),
        "a@legit\u{3002}example".as_bytes(),
        "a@x\u{85}attack.example".as_bytes(),
    ] {
        assert_eq!(
            MailboxRef::parse(octets),
            Err(MailboxError::Host { offset: 2 })
        );
    }
}

#[test]
fn a19_octets_that_are_not_utf8_are_refused_on_both_sides() {
    assert_eq!(
        MailboxRef::parse(b"a@x\xffattack.example"),
        Err(MailboxError::Host { offset: 2 })
    );
    for octets in [&b"a\xff@x.example"[..], "a\u{85}@x.example".as_bytes()] {
        assert_eq!(MailboxRef::parse(octets), Err(MailboxError::LocalPart));
    }
}

#[test]
fn letters_beyond_ascii_are_kept_as_written() {
    let mailbox = mailbox("j\u{f6}rg@b\u{fc}cher.example");
    assert!(!mailbox.view().is_ascii());
    assert_eq!(mailbox.view().host(), "b\u{fc}cher.example");
    assert_eq!(mailbox.view().domain(), None);
}

#[test]
fn a_domain_has_253_octets_and_a_label_63() {
    let label = |length| "a".repeat(length);
    let at = |host: String| MailboxRef::parse(format!("a@{host}").as_bytes()).is_ok();
    assert!(at(label(63)));
    assert!(!at(label(64)));
    let three = format!("{0}.{0}.{0}.", label(63));
    assert!(at(format!("{three}{}", label(61))));
    assert!(!at(format!("{three}{}", label(62))));
}

/// RFC 5321 §4.5.3.1.1 asks for 64 octets at least.
#[test]
fn a_local_part_has_any_length() {
    for length in [1, 64, 65, 1000] {
        let name = "a".repeat(length);
        let text = format!("{name}@example.com");
        assert_eq!(mailbox(&text).view().local_part().as_str(), name);
    }
}

#[test]
fn a_name_is_quoted_if_it_must_be() {
    let domain = "example.com".parse().unwrap();
    let mailbox = Mailbox::new("a>b", &domain).unwrap();
    assert_eq!(mailbox.to_string(), r#""a>b"@example.com"#);
    assert_eq!(mailbox.view().local_part().unquoted(), "a>b");
    assert_eq!(
        Mailbox::new("a\r\nb", &domain),
        Err(MailboxError::LocalPart)
    );
}

proptest! {
    #[test]
    fn parsing_what_was_printed_gives_the_same_mailbox(
        name in "[ -~\u{e4}]{0,20}",
        domain in "[a-zA-Z0-9_-]{1,10}(\\.[a-z]{1,10}){0,3}",
    ) {
        let mailbox = Mailbox::new(&name, &domain.parse().unwrap()).unwrap();
        let printed = mailbox.to_string();
        let parsed = Mailbox::parse(printed.as_bytes()).unwrap();
        prop_assert_eq!(parsed.to_string(), printed);
        prop_assert_eq!(parsed, mailbox);
    }

    #[test]
    fn an_ascii_mailbox_has_a_domain_or_a_literal(octets in "a@[\\[\\]a-z0-9.:_-]{0,12}") {
        if let Ok(mailbox) = MailboxRef::parse(octets.as_bytes()) {
            prop_assert!(mailbox.domain().is_some() != mailbox.address_literal().is_some());
        }
    }

    #[test]
    fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = MailboxRef::parse(&octets);
        let with_at: Vec<u8> = [b"a@", &octets[..]].concat();
        let _ = MailboxRef::parse(&with_at);
    }
}
