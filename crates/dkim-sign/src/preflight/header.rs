//! What the header of a message is to have, and to have once.

use alloc::vec::Vec;

use dkim_canon::{Defect, Field, Header};

use super::Finding;

/// What is wrong with a header, its line ends and line lengths aside.
pub(super) fn findings(header: &Header<'_>) -> Vec<Finding> {
    let mut known = KNOWN.map(|(name, content)| Known::new(name, content));
    let mut malformed = Vec::new();
    for field in header.fields() {
        let name = field.name();
        let same = |known: &&mut Known<'_>| known.name.as_bytes().eq_ignore_ascii_case(name);
        if let Some(known) = known.iter_mut().find(same) {
            known.note(field);
        }
        judge(&field, &mut malformed);
    }
    let mut findings = Vec::new();
    findings.extend(missing(&known));
    findings.extend(known.iter().filter_map(Known::repeated));
    findings.extend(known.iter().filter_map(Known::empty));
    findings.extend(known.iter().filter_map(Known::without_id));
    findings.extend(unsubscribe(&known));
    findings.extend(malformed);
    findings.extend(not_utf8(header));
    findings
}

/// The fields of one name.
struct Known<'h> {
    name: &'static str,
    content: Content,
    count: usize,
    first: Option<Field<'h>>,
    /// Where the first is that does not say what it has to.
    empty: Option<usize>,
    without_id: Option<usize>,
}

impl<'h> Known<'h> {
    fn new(name: &'static str, content: Content) -> Self {
        Self {
            name,
            content,
            count: 0,
            first: None,
            empty: None,
            without_id: None,
        }
    }

    fn note(&mut self, field: Field<'h>) {
        self.count = self.count.saturating_add(1);
        self.first.get_or_insert(field);
        let (value, offset) = (field.value().trim_ascii(), field.offset());
        match self.content {
            Content::Any => {}
            Content::Some | Content::MessageId if value.is_empty() => {
                self.empty.get_or_insert(offset);
            }
            Content::MessageId if !may_be_message_id(value) => {
                self.without_id.get_or_insert(offset);
            }
            Content::Some | Content::MessageId => {}
        }
    }

    fn repeated(&self) -> Option<Finding> {
        let Self { name, count, .. } = *self;
        match count {
            0 | 1 => None,
            _ if name == "From" => Some(Finding::FromRepeated { count }),
            _ => Some(Finding::FieldRepeated { name, count }),
        }
    }

    fn empty(&self) -> Option<Finding> {
        let Self { name, .. } = *self;
        let offset = self.empty?;
        Some(Finding::FieldEmpty { name, offset })
    }

    fn without_id(&self) -> Option<Finding> {
        let offset = self.without_id?;
        Some(Finding::MessageIdMalformed { offset })
    }
}

/// What a field has to say.
#[derive(Clone, Copy)]
enum Content {
    Any,
    MessageId,
    Some,
}

/// RFC 5322 §3.6: "The only required header fields are the origination date field and the
/// originator address field(s)." Message-ID should be there (RFC 5322 §3.6.4).
fn missing(known: &[Known<'_>]) -> impl Iterator<Item = Finding> {
    [
        ("From", Finding::FromMissing),
        ("Date", Finding::DateMissing),
        ("Message-ID", Finding::MessageIdMissing),
    ]
    .into_iter()
    .filter(|(name, _)| first(known, name).is_none())
    .map(|(_, finding)| finding)
}

/// `msg-id = [CFWS] "<" id-left "@" id-right ">" [CFWS]`, as far as that can be seen from its
/// borders. One with comments is not looked at.
fn may_be_message_id(value: &[u8]) -> bool {
    if value.starts_with(b"(") || value.ends_with(b")") {
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
fn unsubscribe(known: &[Known<'_>]) -> Vec<Finding> {
    let Some(post) = first(known, "List-Unsubscribe-Post") else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    match first(known, "List-Unsubscribe") {
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

/// What is wrong with a single field, by its form. Of each kind, all are told as one.
fn judge(field: &Field<'_>, findings: &mut Vec<Finding>) {
    let (count, offset) = (1, field.offset());
    match field.defect() {
        // Bare line ends are found octet by octet, in the header as in the body.
        None | Some(Defect::BareLineEnd) => {
            if has_space_before_colon(field) {
                add(findings, Finding::SpaceBeforeColon { count, offset });
            }
        }
        Some(defect) => {
            let finding = Finding::FieldMalformed {
                defect,
                count,
                offset,
            };
            add(findings, finding);
        }
    }
    let count = blank_folds(field.value());
    if count > 0 {
        add(findings, Finding::BlankFold { count, offset });
    }
}

fn not_utf8(header: &Header<'_>) -> Option<Finding> {
    let error = core::str::from_utf8(header.as_octets()).err()?;
    let offset = error.valid_up_to();
    Some(Finding::HeaderNotUtf8 { offset })
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

fn first<'h>(known: &[Known<'h>], name: &str) -> Option<Field<'h>> {
    known.iter().find(|known| known.name == name)?.first
}

/// What stands in a header once. RFC 5322 §3.6 has a table of such fields, and gives only Bcc and
/// Subject an empty form; those of MIME are in the grammar of RFC 2045 §3, and those to unsubscribe
/// in RFC 8058 §3.1.
const KNOWN: [(&str, Content); 16] = [
    ("From", Content::Some),
    ("Date", Content::Some),
    ("Sender", Content::Some),
    ("Reply-To", Content::Some),
    ("To", Content::Some),
    ("Cc", Content::Some),
    ("Bcc", Content::Any),
    ("Message-ID", Content::MessageId),
    ("In-Reply-To", Content::Some),
    ("References", Content::Some),
    ("Subject", Content::Any),
    ("MIME-Version", Content::Any),
    ("Content-Type", Content::Any),
    ("Content-Transfer-Encoding", Content::Any),
    ("List-Unsubscribe", Content::Any),
    ("List-Unsubscribe-Post", Content::Any),
];

const SCHEME: &[u8] = b"https:";
