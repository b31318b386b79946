//! What holds of every mailbox that is read, whoever wrote it.

use core::hash::{Hash, Hasher};
use std::collections::hash_map::DefaultHasher;

use mail_address::{AddressLiteral, Authors, FromDefect, Mailbox, MailboxRef, SenderDefect};
use proptest::prelude::*;

/// Texts of which many are mailboxes.
fn text() -> impl Strategy<Value = String> {
    let local_part = prop_oneof![
        "[aA.+é]{0,4}",
        "\"([aA .@(),\\[\\]é]|\\\\[a\"\\\\ ]){0,4}\"",
        "[aA.@\"\\\\ \\x00\\x7f\u{85}é]{0,4}",
    ];
    let host = prop_oneof![
        "[aA_-]{1,3}(\\.[aAé]{1,3}){0,2}",
        "\\[(IPv6:|ipv6:|tag:)?([0-9a:.]{0,6}|192\\.0\\.2\\.1|2001:db8::1)\\]",
        "[a.@é\\[\\]\u{200b}\u{3002} ]{0,4}",
    ];
    (local_part, "@|@|@|@@", host, "(|||[ >\\r\\na])")
        .prop_map(|(local_part, at, host, end)| [local_part, at, host, end].concat())
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_mailbox_is_the_octets_that_were_read(text in text()) {
        let Ok((mailbox, rest)) = MailboxRef::split(text.as_bytes()) else {
            prop_assert!(MailboxRef::parse(text.as_bytes()).is_err());
            return Ok(());
        };
        let read = &text[..text.len() - rest.len()];
        prop_assert_eq!(mailbox.as_str(), read);
        let parts = [mailbox.local_part().as_str(), "@", mailbox.host()];
        prop_assert_eq!(parts.concat(), read);
        prop_assert_eq!(MailboxRef::parse(read.as_bytes()), Ok(mailbox));
        prop_assert_eq!(MailboxRef::parse(text.as_bytes()).is_ok(), rest.is_empty());
        // Nothing that would begin a line, or move what is shown.
        prop_assert!(!mailbox.to_string().contains(char::is_control));
        let owned: Mailbox = read.parse().unwrap();
        prop_assert_eq!(owned.view(), mailbox);
        prop_assert_eq!(owned.to_string(), read);
    }

    /// RFC 6531 §3.3: `atext =/ UTF8-non-ascii`, `qtextSMTP =/ UTF8-non-ascii`; but no control, for
    /// terminals obey those beyond ASCII too.
    #[test]
    fn every_letter_beyond_ascii_may_stand_in_a_local_part(
        letter in prop_oneof![any::<char>(), proptest::char::range('\u{80}', '\u{2ff}')]
    ) {
        let allowed = !letter.is_control();
        if !letter.is_ascii() {
            for text in [format!("{letter}@x.example"), format!("\"{letter}\"@x.example")] {
                prop_assert_eq!(MailboxRef::parse(text.as_bytes()).is_ok(), allowed, "{:?}", text);
            }
        }
    }

    /// RFC 5321 §2.4: only the domain has no case; RFC 5321 §4.1.2: quotes mean nothing.
    #[test]
    fn equal_mailboxes_have_one_hash(one in text(), other in text()) {
        let both = (MailboxRef::parse(one.as_bytes()), MailboxRef::parse(other.as_bytes()));
        if let (Ok(one), Ok(other)) = both
            && one == other
        {
            prop_assert_eq!(hash(&one), hash(&other));
            prop_assert_eq!(one.local_part().unquoted(), other.local_part().unquoted());
        }
        if let Ok(mailbox) = both.0 {
            let upper = [mailbox.local_part().as_str(), "@", &mailbox.host().to_ascii_uppercase()];
            let upper = upper.concat();
            // In lower case or not, a tag of a literal is one.
            let upper = MailboxRef::parse(upper.as_bytes()).unwrap();
            prop_assert_eq!(upper, mailbox);
            prop_assert_eq!(hash(&upper), hash(&mailbox));
        }
    }

    #[test]
    fn the_name_that_is_meant_makes_the_same_mailbox(text in text()) {
        if let Ok(mailbox) = MailboxRef::parse(text.as_bytes())
            && let Some(domain) = mailbox.domain()
        {
            let made = Mailbox::new(&mailbox.local_part().unquoted(), &domain).unwrap();
            prop_assert_eq!(made.view(), mailbox);
            // With the least quoting: never longer than it was written.
            prop_assert!(made.to_string().len() <= text.len());
        }
    }

    #[test]
    fn an_address_literal_reads_as_it_prints(text in "\\[(IPv6:|ipV6:|X-1:|a-:)?[0-9a-f:.\\[\\] ]{0,9}\\]") {
        if let Some(literal) = AddressLiteral::parse(text.as_bytes()) {
            let printed = literal.to_string();
            prop_assert_eq!(AddressLiteral::parse(printed.as_bytes()), Some(literal));
            let mailbox = format!("a@{text}");
            let mailbox = MailboxRef::parse(mailbox.as_bytes()).unwrap();
            prop_assert_eq!(mailbox.address_literal(), Some(literal));
            prop_assert_eq!(mailbox.domain(), None);
        }
    }

    #[test]
    fn a_from_of_one_mailbox_has_that_author(text in text()) {
        let authors = Authors::from_fields([(&b"From"[..], text.as_bytes())], None);
        let Ok(mailbox) = MailboxRef::parse(text.as_bytes()) else {
            return Ok(());
        };
        match (mailbox.domain(), authors) {
            (Some(domain), Ok(authors)) => {
                prop_assert_eq!(authors.only_domain(), Some(&domain));
                prop_assert_eq!(authors.mailboxes(), [mailbox.to_owned()]);
            }
            (None, Err(FromDefect::AddressLiteral)) => {
                prop_assert!(mailbox.address_literal().is_some());
            }
            (None, Err(FromDefect::Internationalized)) => prop_assert!(!mailbox.is_ascii()),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    /// Fields of other names say nothing, wherever they stand; two of From say nobody.
    #[test]
    fn only_from_says_who_wrote_a_message(
        values in proptest::collection::vec(text(), 1..4), name in "(X-|Resent-)?[Ff]ro?m?|Sender|To"
    ) {
        let is_from = name.eq_ignore_ascii_case("From");
        let clean = |value: &String| value.replace(['\r', '\n'], "");
        let values: Vec<String> = values.iter().map(clean).collect();
        let from = [(&b"From"[..], values[0].as_bytes())];
        let others = values.iter().map(|value| (name.as_bytes(), value.as_bytes()));
        let alone = Authors::from_fields(from, None);
        let among = Authors::from_fields(others.clone().chain(from).chain(others), None);
        if is_from {
            let fields = 1 + 2 * values.len();
            prop_assert_eq!(among, Err(FromDefect::Several { fields }));
        } else {
            prop_assert_eq!(&among, &alone);
        }
    }

    #[test]
    fn a_sender_is_one_mailbox_or_a_defect(from in text(), sender in text()) {
        let fields = [(&b"From"[..], from.as_bytes()), (b"Sender", sender.as_bytes())];
        let Ok(authors) = Authors::from_fields(fields, None) else {
            return Ok(());
        };
        match (authors.sender(fields), MailboxRef::parse(sender.as_bytes())) {
            (Ok(found), Ok(mailbox)) => prop_assert_eq!(found, Some(mailbox.to_owned())),
            (Err(SenderDefect::Syntax(_)) | Ok(_), Err(_)) => {}
            other => prop_assert!(false, "{other:?}"),
        }
    }
}

/// That the properties above speak of something.
#[test]
fn many_of_the_texts_are_mailboxes() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let texts = (0..2000).map(|_| text().new_tree(&mut runner).unwrap().current());
    let read = texts.filter(|text| MailboxRef::parse(text.as_bytes()).is_ok());
    let read = read.count();
    assert!(read > 250, "{read}");
}
