//! What reads as a macro string prints as it was, the three grammars contain one another, and what
//! is expanded is a name or a line that can be printed.

#![no_main]

use std::fmt::{Debug, Display};

use dns_txt::{Answer, Kind, Record as DnsRecord, drive};
use libfuzzer_sys::fuzz_target;
use spf::{Check, DomainSpec, ExplainString, MacroString, Options, Record};

fuzz_target!(|text: &[u8]| {
    let domain = DomainSpec::parse(text);
    let string = MacroString::parse(text);
    let explanation = ExplainString::parse(text);
    prints_as(text, &domain);
    prints_as(text, &string);
    prints_as(text, &explanation);
    if domain.is_ok() {
        assert!(string.is_ok());
    }
    if string.is_ok() {
        assert!(explanation.is_ok());
    }

    let exists = [b"v=spf1 exists:", text].concat();
    let modifier = [b"v=spf1 x=", text].concat();
    if !text.contains(&b' ') {
        assert_eq!(Record::parse(&exists).is_ok(), domain.is_ok());
        assert_eq!(Record::parse(&modifier).is_ok(), string.is_ok());
    }

    // The text as the target of a term, and as the words of an explanation.
    let policy = [&exists, &b" -all exp=why.example.com"[..]].concat();
    let path = b"a.b-c+d=\xc3\xa4@example.com";
    for path in [&path[..], b"", &[&[b'.'; 300], &path[..]].concat()] {
        let client = "2001:db8::1".parse().expect("a literal address");
        let mut check = Check::mail_from(client, b"mail.example.com", path, &Options::default());
        drive(&mut check, |question| {
            let record = match (question.name().to_string().as_str(), question.kind()) {
                ("why.example.com", Kind::Txt) => DnsRecord::Txt(text.into()),
                (_, Kind::Txt) => DnsRecord::Txt(policy.clone().into()),
                (_, Kind::Ptr) => {
                    DnsRecord::Ptr("host.example.com".parse().expect("a literal name"))
                }
                (_, Kind::Aaaa) => {
                    DnsRecord::Aaaa("2001:db8::1".parse().expect("a literal address"))
                }
                _ => return Answer::NoSuchName,
            };
            Answer::Records(vec![record])
        });
        if let Some(explanation) = check.finish().explanation {
            let words = explanation.text();
            assert!(words.len() <= 499);
            assert!(
                words
                    .bytes()
                    .all(|octet| octet == b' ' || octet.is_ascii_graphic())
            );
        }
    }
});

fn prints_as<T: Debug + Display, E>(text: &[u8], read: &Result<T, E>) {
    if let Ok(read) = read {
        assert_eq!(read.to_string().as_bytes(), text);
    }
}
