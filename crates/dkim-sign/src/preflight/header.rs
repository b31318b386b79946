//! What the header of a message is to have, and to have once.

use alloc::vec::Vec;

use dkim_canon::{Defect, Field, Header};

use super::Finding;

/// What is wrong with a header, its line ends and line lengths aside.
pub(super) fn findings(header: &Header<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(missing(header));
    findings.extend(ONCE.iter().filter_map(|name| repeated(header, name)));
    findings.extend(FILLED.iter().filter_map(|name| empty(header, name)));
    findings.extend(message_id(header));
    findings.extend(unsubscribe(header));
    findings.extend(malformed(header));
    findings
}

/// RFC 5322 §3.6: "The only required header fields are the origination date field and the
/// originator address field(s)." Message-ID should be there (RFC 5322 §3.6.4).
fn missing(header: &Header<'_>) -> impl Iterator<Item = Finding> {
    [
        ("From", Finding::FromMissing),
        ("Date", Finding::DateMissing),
        ("Message-ID", Finding::MessageIdMissing),
    ]
    .into_iter()
    .filter(|(name, _)| first(header, name).is_none())
    .map(|(_, finding)| finding)
}

fn repeated(header: &Header<'_>, name: &'static str) -> Option<Finding> {
    match named(header, name).count() {
        0 | 1 => None,
        count if name == "From" => Some(Finding::FromRepeated { count }),
        count => Some(Finding::FieldRepeated { name, count }),
    }
}

fn empty(header: &Header<'_>, name: &'static str) -> Option<Finding> {
    let mut fields = named(header, name);
    let field = fields.find(|field| field.value().trim_ascii().is_empty())?;
    Some(Finding::FieldEmpty {
        name,
        offset: field.offset(),
    })
}

fn message_id(header: &Header<'_>) -> Option<Finding> {
    let mut fields = named(header, "Message-ID");
    let field = fields.find(|field| !may_be_message_id(field.value().trim_ascii()))?;
    Some(Finding::MessageIdMalformed {
        offset: field.offset(),
    })
}

/// `msg-id = [CFWS] "<" id-left "@" id-right ">" [CFWS]`, as far as that can be seen from its
/// borders. An empty one is another finding, and one with comments is not looked at.
fn may_be_message_id(value: &[u8]) -> bool {
    if value.is_empty() || value.starts_with(b"(") || value.ends_with(b")") {
        return true;
    }
    let Some(id) = value.strip_prefix(b"<") else {
        return false;
    };
    let Some(id) = id.strip_suffix(b">") else {
        return false;
    };
    let Some(at) = memchr::memrchr(b'@', id) else {
        return false;
    };
    let last = id.len().saturating_sub(1);
    at != 0
        && at != last
        && !id
            .iter()
            .any(|octet| octet.is_ascii_whitespace() || matches!(octet, b'<' | b'>'))
}

/// RFC 8058 §3.1, which asks something of those only who offer to unsubscribe with one click.
fn unsubscribe(header: &Header<'_>) -> Vec<Finding> {
    let Some(post) = first(header, "List-Unsubscribe-Post") else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    match first(header, "List-Unsubscribe") {
        None => findings.push(Finding::UnsubscribePostAlone),
        Some(field) if !has_https(field.value()) => {
            findings.push(Finding::UnsubscribeWithoutHttps {
                offset: field.offset(),
            });
        }
        Some(_) => {}
    }
    // RFC 8058 §5: `postarg = "List-Unsubscribe=One-Click"`
    let argument = post.value().trim_ascii();
    if !argument.eq_ignore_ascii_case(b"List-Unsubscribe=One-Click") {
        findings.push(Finding::UnsubscribePostMalformed {
            offset: post.offset(),
        });
    }
    findings
}

fn has_https(value: &[u8]) -> bool {
    let mut openings = memchr::memchr_iter(b'<', value);
    openings.any(|at| {
        let uri = value.get(at.saturating_add(1)..).unwrap_or_default();
        let scheme = uri.trim_ascii_start().get(..SCHEME.len());
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
    })
}

/// What is wrong with single fields. Of each kind, all are told as one.
fn malformed(header: &Header<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for field in header.fields() {
        let offset = field.offset();
        // Bare line ends are found octet by octet, in the header as in the body.
        if let Some(defect) = field.defect()
            && defect != Defect::BareLineEnd
        {
            add(
                &mut findings,
                Finding::FieldMalformed {
                    defect,
                    count: 1,
                    offset,
                },
            );
        } else if has_space_before_colon(&field) {
            add(
                &mut findings,
                Finding::SpaceBeforeColon { count: 1, offset },
            );
        }
        let blank = blank_folds(field.value());
        if blank > 0 {
            add(
                &mut findings,
                Finding::BlankFold {
                    count: blank,
                    offset,
                },
            );
        }
    }
    if let Err(error) = core::str::from_utf8(header.as_octets()) {
        let offset = error.valid_up_to();
        findings.push(Finding::HeaderNotUtf8 { offset });
    }
    findings
}

/// Adds a finding to the earlier one of its kind, if there is one. There are few kinds.
fn add(findings: &mut Vec<Finding>, finding: Finding) {
    for earlier in findings.iter_mut() {
        let (total, more) = match (earlier, &finding) {
            (
                Finding::FieldMalformed { defect, count, .. },
                Finding::FieldMalformed {
                    defect: same,
                    count: more,
                    ..
                },
            ) if defect == same => (count, more),
            (
                Finding::SpaceBeforeColon { count, .. },
                Finding::SpaceBeforeColon { count: more, .. },
            )
            | (Finding::BlankFold { count, .. }, Finding::BlankFold { count: more, .. }) => {
                (count, more)
            }
            _ => continue,
        };
        *total = total.saturating_add(*more);
        return;
    }
    findings.push(finding);
}

/// RFC 5322 §4.5 has `*WSP` there among the obsolete forms.
fn has_space_before_colon(field: &Field<'_>) -> bool {
    field.raw().get(field.name().len()) != Some(&b':')
}

/// Lines that hold white space alone (RFC 5322 §3.2.2), the one with the name aside.
fn blank_folds(value: &[u8]) -> usize {
    let mut blank = 0;
    let mut begin = None;
    for at in memchr::memchr_iter(b'\n', value).chain([value.len()]) {
        if let Some(begin) = begin {
            let line = value.get(begin..at).unwrap_or_default();
            blank += usize::from(line.trim_ascii().is_empty());
        }
        begin = Some(at.saturating_add(1));
    }
    blank
}

fn first<'h>(header: &'h Header<'_>, name: &'static str) -> Option<Field<'h>> {
    named(header, name).next()
}

fn named<'h>(header: &'h Header<'_>, name: &'static str) -> impl Iterator<Item = Field<'h>> {
    header.fields().filter(move |field| field.is_named(name))
}

/// RFC 5322 §3.6 has a table of them; those of MIME are in the grammar of RFC 2045 §3, and those
/// to unsubscribe in RFC 8058 §3.1.
const ONCE: [&str; 16] = [
    "From",
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
    "List-Unsubscribe-Post",
];

/// What RFC 5322 §3.6 gives no empty form. Bcc has one.
const FILLED: [&str; 9] = [
    "From",
    "Date",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Message-ID",
    "In-Reply-To",
    "References",
];

const SCHEME: &[u8] = b"https:";
