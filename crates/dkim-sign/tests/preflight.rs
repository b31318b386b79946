//! What is told about a message before it is signed.

use dkim_canon::{Defect, Header, ToCrlf};
use dkim_sign::{Finding, Preflight, preflight};

#[test]
fn a_message_as_it_should_be_has_no_findings() {
    assert_eq!(preflight(SOUND.as_bytes()), []);
    let list = with(
        "List-Unsubscribe: <mailto:u@example.com>,\r\n < HTTPS://example.com/u?1>\r\n\
         List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
         Bcc:\r\nComments: a\r\nComments: b\r\nTo: \u{fc}@example.org\r\n",
    );
    assert_eq!(preflight(list.as_bytes()), []);
    // The last line need not end, and the body need not be there.
    assert_eq!(preflight(SOUND.trim_end().as_bytes()), []);
    assert_eq!(preflight(FIELDS.as_bytes()), []);
}

#[test]
fn what_has_to_be_there_is_missed() {
    for (name, finding) in [
        ("From", Finding::FromMissing),
        ("Date", Finding::DateMissing),
        ("Message-ID", Finding::MessageIdMissing),
    ] {
        assert_eq!(preflight(SOUND.replace(name, "X").as_bytes()), [finding]);
    }
    assert_eq!(
        codes(b""),
        ["from-missing", "date-missing", "message-id-missing"]
    );
}

#[test]
fn a07_two_from_fields_are_told_in_any_spelling() {
    for second in ["From: b@example.com", "FROM : b@example.com", "from:"] {
        let message = with(&format!("{second}\r\n"));
        let findings = preflight(message.as_bytes());
        assert_eq!(findings[0], Finding::FromRepeated { count: 2 }, "{second}");
    }
}

#[test]
fn what_may_be_there_once_is_there_once() {
    for name in [
        "Date",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Bcc",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Subject",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "List-Unsubscribe",
    ] {
        let rest = SOUND.replace(&format!("{name}: "), "X: ");
        let message = format!("{name}: <1@a>\r\n{}: <1@a>\r\n{rest}", name.to_uppercase());
        let count = 2;
        assert_eq!(
            preflight(message.as_bytes()),
            [Finding::FieldRepeated { name, count }]
        );
    }
}

#[test]
fn a_field_that_says_something_says_it() {
    for name in [
        "From",
        "Date",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Message-ID",
        "In-Reply-To",
        "References",
    ] {
        let rest = SOUND.replace(&format!("{name}: "), "X: ");
        let message = format!("X: 1\r\n{name}:\t \r\n{rest}");
        let offset = 6;
        assert_eq!(
            preflight(message.as_bytes()),
            [Finding::FieldEmpty { name, offset }]
        );
    }
}

#[test]
fn a_message_id_has_brackets_and_two_sides() {
    let message = |id: &str| SOUND.replace("<1@example.com>", id);
    for id in [
        "<1@example.com>",
        "\r\n\t<1@example.com>",
        "<a@b@c>",
        "<1@[x]> (x)",
    ] {
        assert_eq!(preflight(message(id).as_bytes()), [], "{id}");
    }
    for id in [
        "1@example.com",
        "<1@example.com",
        "<1>",
        "<@b>",
        "<a@>",
        "<a @b>",
        "<a@b> <c@d>",
    ] {
        let found = preflight(message(id).as_bytes());
        let offset = SOUND.find("Message-ID").unwrap();
        assert_eq!(found, [Finding::MessageIdMalformed { offset }], "{id}");
    }
}

#[test]
fn one_click_needs_its_pair_its_uri_and_its_word() {
    let post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
    for (fields, expected) in [
        (post.into(), "unsubscribe-post-alone"),
        (
            format!("List-Unsubscribe: <mailto:u@a>, <http://a/https:>\r\n{post}"),
            "unsubscribe-without-https",
        ),
        (
            "List-Unsubscribe: <https://a/>\r\nList-Unsubscribe-Post: yes\r\n".into(),
            "unsubscribe-post-malformed",
        ),
    ] {
        assert_eq!(codes(with(&fields).as_bytes()), [expected]);
    }
    assert_eq!(
        codes(with("List-Unsubscribe: <mailto:u@a>\r\n").as_bytes()),
        [""; 0]
    );
}

#[test]
fn a08_what_is_no_field_or_may_be_taken_for_another_is_told() {
    for (line, finding) in [
        ("no colon", malformed(Defect::NoColon)),
        ("a b: 1", malformed(Defect::Name)),
        ("Topic\r\n : 1", malformed(Defect::Name)),
        (
            "Topic : 1",
            Finding::SpaceBeforeColon {
                count: 1,
                offset: 0,
            },
        ),
        (
            "Topic: 1\r\n \t",
            Finding::BlankFold {
                count: 1,
                offset: 0,
            },
        ),
        (" Topic: 1", malformed(Defect::LeadingWhiteSpace)),
    ] {
        let message = format!("{line}\r\n{SOUND}");
        assert_eq!(preflight(message.as_bytes()), [finding], "{line}");
    }
    assert_eq!(
        preflight(FIELDS.trim_end().as_bytes()),
        [Finding::FieldMalformed {
            defect: Defect::Unterminated,
            count: 1,
            offset: FIELDS.find("Subject").unwrap(),
        }]
    );
}

#[test]
fn c12_octets_that_are_not_utf8_in_the_header_are_told_where_they_are() {
    let mut message = Vec::from(SOUND);
    let offset = FIELDS.len() - 3;
    message[offset] = 0xfc;
    assert_eq!(preflight(&message), [Finding::HeaderNotUtf8 { offset }]);
    // The body has its own encoding.
    let mut message = Vec::from(SOUND);
    *message.last_mut().unwrap() = 0xfc;
    assert_eq!(codes(&message), ["bare-carriage-return"]);
}

#[test]
fn a_line_of_998_octets_is_no_long_line_and_one_more_octet_is() {
    for (place, end) in [("\r\n", "\r\n"), ("\r\n", ""), ("", "\r\n")] {
        let message = |octets: usize| match place {
            // In the header.
            "" => with(&format!("X: {}{end}", "x".repeat(octets - 3))),
            _ => format!("{SOUND}{}{end}", "x".repeat(octets)),
        };
        assert_eq!(preflight(message(998).as_bytes()), []);
        let offset = match place {
            "" => FIELDS.len(),
            _ => SOUND.len(),
        };
        let long = Finding::LongLine {
            count: 1,
            octets: 999,
            offset: offset.try_into().unwrap(),
        };
        assert_eq!(preflight(message(999).as_bytes()), [long]);
    }
}

#[test]
fn c12_bare_line_ends_and_nul_are_counted_in_header_and_body() {
    let message = format!("X: a\nb\rc\0\r\n{SOUND}\r\r\n\n\0\r");
    let end = u64::try_from(SOUND.len()).unwrap() + 12;
    assert_eq!(
        preflight(message.as_bytes()),
        [
            Finding::BareCarriageReturn {
                count: 3,
                offset: 6
            },
            Finding::BareLineFeed {
                count: 2,
                offset: 4
            },
            Finding::Nul {
                count: 2,
                offset: 8
            },
        ]
    );
    let crlf = |message: &str| {
        let mut mended = Vec::new();
        ToCrlf::default().update(message.as_bytes(), |octets| {
            mended.extend_from_slice(octets)
        });
        mended
    };
    assert_eq!(codes(&crlf(&SOUND.replace("\r\n", "\n"))), [""; 0]);
    let behind = format!("{SOUND}\r\r\n");
    assert_eq!(
        preflight(behind.as_bytes()),
        [Finding::BareCarriageReturn {
            count: 1,
            offset: end - 12
        }]
    );
}

/// The findings about lines against a slow reference, at every split.
#[test]
fn c08_c09_all_short_bodies_are_counted_the_same_at_every_split() {
    let alphabet = b"\r\n\0a";
    let header = Header::split(FIELDS.as_bytes()).0;
    let start = FIELDS.len();
    for length in 0..=5u32 {
        for number in 0..4u32.pow(length) {
            let body: Vec<u8> = (0..length)
                .map(|place| alphabet[usize::try_from(number >> (2 * place) & 3).unwrap()])
                .collect();
            let expected = slow(&body, start);
            for at in 0..=body.len() {
                let mut preflight = Preflight::begin(&header);
                preflight.body(&body[..at]);
                assert!(preflight.findings().count() <= 3);
                preflight.body(&body[at..]);
                assert_eq!(preflight.finish(), expected, "{at} {body:?}");
            }
        }
    }
}

fn slow(body: &[u8], start: usize) -> Vec<Finding> {
    let places = |wanted: &dyn Fn(usize) -> bool| {
        let places = (0..body.len()).filter(|&at| wanted(at));
        let places: Vec<u64> = places
            .map(|at| u64::try_from(start + at).unwrap())
            .collect();
        (places.len() as u64, places.first().copied())
    };
    let mut expected = Vec::new();
    let bare = |at: usize| body[at] == b'\r' && body.get(at + 1) != Some(&b'\n');
    if let (count, Some(offset)) = places(&bare) {
        expected.push(Finding::BareCarriageReturn { count, offset });
    }
    let bare = |at: usize| body[at] == b'\n' && (at == 0 || body[at - 1] != b'\r');
    if let (count, Some(offset)) = places(&bare) {
        expected.push(Finding::BareLineFeed { count, offset });
    }
    if let (count, Some(offset)) = places(&|at| body[at] == 0) {
        expected.push(Finding::Nul { count, offset });
    }
    expected
}

#[test]
fn c11_of_many_faults_few_are_told() {
    let message = "no colon\r\nFrom : \r\n\r\r\n \r\n".repeat(100_000);
    assert!(preflight(message.as_bytes()).len() < 20);
}

#[test]
fn every_finding_is_one_sentence_and_one_word() {
    let message = format!(
        " a: 1\r\nno colon\r\nb c:\r\nSubject : 1\r\n \r\nMessage-ID: 1\r\nTo:\r\n\
         From: a@a\r\nFrom:\u{0}\r\nCc: a\r\nCc: b\r\nX: {}\r\n\
         List-Unsubscribe-Post: 1\r\n\r\n\r\n\n\r",
        "x".repeat(999)
    );
    let mut message = Vec::from(message);
    message[1] = 0xff;
    let mut findings = preflight(&message);
    findings.extend(preflight(b"X: 1\r\n\r\n"));
    findings.extend(preflight(
        b"List-Unsubscribe: <http:>\r\nList-Unsubscribe-Post: 1\r\n\r\n",
    ));
    let mut codes: Vec<_> = findings.iter().map(Finding::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 18, "{codes:?}");
    for finding in findings {
        let text = finding.to_string();
        assert!(
            text.ends_with('.') && text.is_ascii() && !text.contains('\n'),
            "{text}"
        );
        assert_eq!(text.matches(". ").count(), 0, "{text}");
        let code = finding.code();
        let is_word = |octet: u8| octet.is_ascii_lowercase() || b"-8".contains(&octet);
        assert!(code.bytes().all(is_word), "{code}");
    }
}

fn codes(message: &[u8]) -> Vec<&'static str> {
    preflight(message).iter().map(Finding::code).collect()
}

fn malformed(defect: Defect) -> Finding {
    Finding::FieldMalformed {
        defect,
        count: 1,
        offset: 0,
    }
}

/// The sound message with these fields below its own.
fn with(fields: &str) -> String {
    let (header, body) = SOUND.split_once("\r\n\r\n").unwrap();
    format!("{header}\r\n{fields}\r\n{body}")
}

const FIELDS: &str = "From: a@example.com\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\
                      Message-ID: <1@example.com>\r\nSubject: Lunch?\r\n";
const SOUND: &str = "From: a@example.com\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\
                     Message-ID: <1@example.com>\r\nSubject: Lunch?\r\n\r\nAt noon.\r\n";
