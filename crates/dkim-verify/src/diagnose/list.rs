//! What mailing lists and gateways do to a header: a tag in the subject, another author.

use alloc::vec::Vec;

use dkim_canon::{Field, Header};

use super::finding::Finding;
use super::header::Edit;
use super::variants::{raw, replaced};

/// The edits that undo it.
pub(super) fn edits(header: &Header<'_>, signed: &[usize]) -> Vec<Edit> {
    let fields = || {
        signed
            .iter()
            .filter_map(|&index| Some((index, header.field(index)?)))
    };
    let mut edits = Vec::new();
    for (index, field) in fields() {
        if field.is_named("Subject") {
            edits.extend(subjects(index, &field));
        }
        if field.is_named("From") {
            edits.extend(authors(header, signed, index, &field));
        }
    }
    edits
}

/// A tag in front of the subject, or behind `Re:`.
fn subjects(index: usize, field: &Field<'_>) -> Vec<Edit> {
    let value = field.value().trim_ascii_start();
    let reply = value
        .get(..3)
        .filter(|start| start.eq_ignore_ascii_case(b"Re:"));
    let rest = value
        .get(reply.map_or(0, <[u8]>::len)..)
        .unwrap_or_default();
    let Some((prefix, subject)) = prefix(rest.trim_ascii_start()) else {
        return Vec::new();
    };
    let mut was = Vec::from([match reply {
        Some(reply) => [b" ", reply, b" ", subject].concat(),
        None => [b" ", subject].concat(),
    }]);
    // A list moves the tag of a message that is answered to the front.
    if let Some(answered) = subject.get(3..)
        && reply.is_none()
        && subject
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"Re:"))
    {
        was.push([b" Re: ", prefix, answered].concat());
        was.push([b" ", answered.trim_ascii_start()].concat());
    }
    was.into_iter()
        .map(|value| Edit {
            changes: Vec::from([(index, raw(field.name(), &value))]),
            findings: Vec::from([Finding::SubjectPrefix {
                prefix: prefix.into(),
            }]),
            ..Edit::default()
        })
        .collect()
}

/// `[list]`, `(list)`, `{list}`, `***SPAM***` or `LIST:` and what follows.
fn prefix(subject: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = match subject {
        [b'[', ..] => memchr::memchr(b']', subject)? + 1,
        [b'(', ..] => memchr::memchr(b')', subject)? + 1,
        [b'{', ..] => memchr::memchr(b'}', subject)? + 1,
        [b'*', ..] => {
            let stars = subject.iter().take_while(|&&octet| octet == b'*').count();
            let word = subject.get(stars..)?;
            let word = memchr::memchr(b'*', word)?;
            let end = subject.get(stars + word..)?;
            stars + word + end.iter().take_while(|&&octet| octet == b'*').count()
        }
        _ => {
            subject
                .iter()
                .position(|octet| b": \t\r".contains(octet))
                .filter(|&at| subject.get(at) == Some(&b':'))?
                + 1
        }
    };
    let (prefix, rest) = subject.split_at_checked(length)?;
    Some((prefix, rest.trim_ascii_start()))
}

/// The author where a list that writes its own address into From has kept it.
fn authors(header: &Header<'_>, signed: &[usize], index: usize, field: &Field<'_>) -> Vec<Edit> {
    let kept = ["X-Original-From", "X-MailFrom", "Reply-To", "Cc"];
    let mut edits = Vec::new();
    for (place, other) in header.fields().enumerate() {
        if !kept.iter().any(|name| other.is_named(name)) || other.value() == field.value() {
            continue;
        }
        let edit = replaced(index, field, other.value());
        // What is not signed may stand or go: that it was added cannot be proven.
        if signed.contains(&place) && !other.is_named("X-Original-From") {
            // It came into the header with the author in it.
            let mut moved = edit.clone();
            moved.changes.push((place, Vec::new()));
            moved.findings.push(Finding::FieldAdded {
                name: other.name().into(),
            });
            edits.push(moved);
        }
        edits.push(edit);
        if edits.len() >= MOST_AUTHORS {
            break;
        }
    }
    edits
}

/// One field says it, or two; more cost time.
const MOST_AUTHORS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"From: a list <list@example.org>\r\nReply-To: amy@example.com\r\n\r\n";

    #[test]
    fn what_is_not_signed_was_not_added() {
        let (header, _) = Header::split(HEADER);
        let added = |edit: &Edit| edit.findings.len() > 1;
        assert!(!edits(&header, &[0]).is_empty());
        assert!(!edits(&header, &[0]).iter().any(added));
        assert!(edits(&header, &[0, 1]).iter().any(added));
    }
}
