//! Whatever is read as From prints as one field that reads the same; and a domain comes out only
//! where it stands behind an at sign of the field, and the same whether it is asked for in one
//! field or among others. As Sender it names one mailbox that is read in it, or is a defect.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mail_address::{Authors, FromDefect, FromField, SenderDefect};

fuzz_target!(|value: &[u8]| {
    let authors = Authors::from_fields([(&b"From"[..], value)], None);
    match FromField::parse(value) {
        Ok(field) => {
            let printed = field.to_field();
            let lines = printed.strip_suffix("\r\n").expect("a whole field");
            for (index, line) in lines.split("\r\n").enumerate() {
                assert!(line.len() <= 998 && !line.contains(char::is_control));
                assert_eq!(index > 0, line.starts_with(' '));
            }
            let again = printed
                .strip_prefix("From:")
                .expect("the name of the field");
            assert_eq!(FromField::parse(again.as_bytes()).as_ref(), Ok(&field));
            let mailboxes: Vec<_> = field.mailboxes().cloned().collect();
            match &authors {
                Ok(authors) => assert_eq!(authors.mailboxes(), mailboxes),
                Err(FromDefect::Nobody) => assert!(mailboxes.is_empty()),
                Err(defect) => assert!(*defect != FromDefect::Hidden && !mailboxes.is_empty()),
            }
        }
        Err(_) => assert!(matches!(
            authors,
            Err(FromDefect::Hidden | FromDefect::Nobody | FromDefect::Syntax(_))
        )),
    }
    if let Ok(authors) = &authors {
        assert!(!authors.domains().is_empty());
        for domain in authors.domains() {
            assert!(stands_behind_an_at_sign(value, domain.as_str()));
        }
    }
    let fields = [(&b"Sender"[..], value), (b"FROM", value), (b"To", value)];
    assert_eq!(Authors::from_fields(fields, None), authors);
    if let Ok(authors) = &authors {
        let alone = authors.mailboxes().len() == 1;
        assert_eq!(authors.sender([(&b"To"[..], value)]).is_ok(), alone);
        match authors.sender(fields) {
            Ok(sender) => assert_eq!(sender.as_ref(), authors.mailboxes().first()),
            Err(defect) => {
                let mailboxes = authors.mailboxes().len();
                assert_eq!(defect, SenderDefect::Several { mailboxes });
            }
        }
    }
    let twice = [(&b"From"[..], value), (b"from ", value)];
    let several = FromDefect::Several { fields: 2 };
    assert_eq!(Authors::from_fields(twice, None), Err(several));
});

/// Behind some `@` stand the octets of the domain in their order, with nothing between them but
/// white space and comments.
fn stands_behind_an_at_sign(value: &[u8], domain: &str) -> bool {
    let ats = value
        .iter()
        .enumerate()
        .filter(|(_, octet)| **octet == b'@');
    ats.into_iter().any(|(at, _)| {
        let mut rest = &value[at + 1..];
        domain.bytes().all(|wanted| {
            rest = skip(rest);
            match rest.split_first() {
                Some((octet, tail)) if octet.eq_ignore_ascii_case(&wanted) => {
                    rest = tail;
                    true
                }
                _ => false,
            }
        })
    })
}

/// The slow way past white space and comments.
fn skip(mut rest: &[u8]) -> &[u8] {
    let mut depth = 0;
    loop {
        rest = match rest {
            [b'(', tail @ ..] => {
                depth += 1;
                tail
            }
            [b')', tail @ ..] if depth > 0 => {
                depth -= 1;
                tail
            }
            [b'\\', _, tail @ ..] if depth > 0 => tail,
            [b' ' | b'\t' | b'\r' | b'\n', tail @ ..] => tail,
            [_, tail @ ..] if depth > 0 => tail,
            _ => return rest,
        }
    }
}
