//! What happened to the body: alterations are undone until it has the hash of `bh=`.
//!
//! Each attempt is a pass over the body or over what of it follows a place; all of them together
//! hash at most [`OCTETS_PER_OCTET`] times the body, or [`LEAST_OCTETS`].

use alloc::vec::Vec;
use core::ops::Range;

use dkim_canon::{Form, Header, SignatureField};

use super::finding::Finding;
use super::lines;
use super::mime::{self, Encoded, TRANSFER_ENCODING};
use super::scan::{Prefix, Scan, Wanted, prefix};

/// What keeps the body from having the hash of `bh=`; nothing if it has it.
pub(super) fn findings(tags: &SignatureField, header: &Header<'_>, body: &[u8]) -> Vec<Finding> {
    let wanted = Wanted {
        digest: *tags.body_hash(),
        form: tags.canonicalization().body,
        limit: tags.body_length(),
    };
    let mut whole = Scan::new(wanted);
    whole.update(body);
    let length = whole.length();
    let cut = wanted.limit.filter(|&signed| signed > length);
    if whole.matches() && cut.is_none() {
        let unsigned = wanted.limit.map_or(0, |signed| length - signed);
        return match unsigned {
            0 => Vec::new(),
            _ => Vec::from([Finding::BodyPartlySigned {
                signed: length - unsigned,
                unsigned,
            }]),
        };
    }
    if let Some(found) = other_length(wanted, body) {
        return Vec::from([found]);
    }
    let search = Search {
        header,
        body,
        left: budget(body),
    };
    let found = search.find(wanted);
    match (found, cut) {
        (Some(found), _) => found,
        (None, Some(signed)) => Vec::from([Finding::BodyCut {
            present: length,
            signed,
        }]),
        (None, None) => Vec::from([Finding::BodyChanged]),
    }
}

/// The hash of a beginning of the body, when `l=` names another one.
fn other_length(wanted: Wanted, body: &[u8]) -> Option<Finding> {
    let said = wanted.limit?;
    let prefix = prefix(wanted.without_limit(), body)?;
    Some(Finding::BodyLength {
        hashed: prefix.length,
        said,
    })
}

fn appended(at: usize, body: &[u8]) -> Finding {
    Finding::BodyAppended {
        at,
        octets: body.len() - at,
    }
}

fn budget(body: &[u8]) -> usize {
    body.len()
        .saturating_mul(OCTETS_PER_OCTET)
        .max(LEAST_OCTETS)
}

struct Search<'m> {
    header: &'m Header<'m>,
    body: &'m [u8],
    /// How many octets may still be hashed.
    left: usize,
}

impl Search<'_> {
    fn find(mut self, wanted: Wanted) -> Option<Vec<Finding>> {
        let other = match wanted.form {
            Form::Relaxed => Form::Simple,
            Form::Simple => Form::Relaxed,
        };
        if let Some(found) = self.beginning(wanted) {
            return Some(found);
        }
        // Of a body that was altered, the other form may be what this one was before.
        if let Some(prefix) = prefix(wanted.with_form(other), self.body) {
            let mut found = Vec::from([Finding::BodyForm { form: other }]);
            found.extend(self.behind(wanted, prefix, self.body));
            return Some(found);
        }
        let boundaries = mime::boundary_lines(self.header, self.body);
        self.wrapped(wanted, &boundaries)
            .or_else(|| self.inserted(wanted, &boundaries))
            .or_else(|| self.reencoded(wanted, &boundaries))
    }

    /// The body with its lines as they may have been, or a beginning of it.
    fn beginning(&self, wanted: Wanted) -> Option<Vec<Finding>> {
        if let Some(prefix) = prefix(wanted, self.body) {
            return Some(self.behind(wanted, prefix, self.body));
        }
        let white_space_matters = wanted.form == Form::Simple;
        lines::undone(self.body, white_space_matters).find_map(|undone| {
            let prefix = prefix(wanted, &undone.body)?;
            let mut found = Vec::from_iter(undone.finding(prefix.end));
            found.extend(self.behind(wanted, prefix, &undone.body));
            Some(found)
        })
    }

    /// What was appended behind a beginning of a body, which has as many LFs as the body. Behind
    /// the octets that `l=` counts, nobody knows.
    fn behind(&self, wanted: Wanted, prefix: Prefix, undone: &[u8]) -> Vec<Finding> {
        let rest = undone.get(prefix.end..).unwrap_or_default();
        if rest.is_empty() || wanted.limit.is_some() {
            return Vec::new();
        }
        let line_feeds = memchr::memchr_iter(b'\n', rest).count();
        let mut back = memchr::memrchr_iter(b'\n', self.body);
        let at = back.nth(line_feeds).map_or(0, |line_feed| line_feed + 1);
        Vec::from([appended(at, self.body)])
    }

    /// The body as a part of a new multipart, beside one with a footer. The part may have parts of
    /// its own.
    fn wrapped(&mut self, wanted: Wanted, boundaries: &[Range<usize>]) -> Option<Vec<Finding>> {
        for (number, line) in boundaries.iter().enumerate().take(MOST_STARTS) {
            self.spend(self.body.len())?;
            let part = self.body.get(line.end..)?;
            let (_, content) = Header::split(part);
            let at = self.body.len() - content.len();
            let mut scan = Scan::new(wanted);
            let mut done = at;
            for end in boundaries.iter().skip(number + 1).map(|line| line.start) {
                let Some(more) = self.body.get(done..end) else {
                    continue;
                };
                scan.update(more);
                done = end;
                if scan.matches() {
                    let content = self.body.get(at..end)?;
                    let octets = content.strip_suffix(b"\r\n").unwrap_or(content).len();
                    return Some(Vec::from([Finding::BodyWrapped { at, octets }]));
                }
            }
        }
        None
    }

    /// RFC 2046 §5.1.1: parts end where a boundary stands; a footer was put in front of it, a
    /// warning behind the fields of the part or on top of the body.
    fn inserted(&mut self, wanted: Wanted, boundaries: &[Range<usize>]) -> Option<Vec<Finding>> {
        for line in boundaries.iter().rev() {
            if let Some(at) = self.removed_before(wanted, line.start) {
                let octets = line.start - at;
                return Some(Vec::from([Finding::BodyInserted { at, octets }]));
            }
        }
        let parts = boundaries.iter().filter_map(|line| {
            let rest = self.body.get(line.end..)?;
            let end = memchr::memmem::find(rest, b"\r\n\r\n")?;
            Some(line.end + end + 4)
        });
        let starts: Vec<usize> = core::iter::once(0).chain(parts).take(MOST_STARTS).collect();
        for at in starts {
            if let Some(octets) = self.removed_behind(wanted, at) {
                return Some(Vec::from([Finding::BodyInserted { at, octets }]));
            }
        }
        None
    }

    /// The line start, of the last ones before `end`, up to which the body must go, and on from
    /// `end`, to have the hash.
    fn removed_before(&mut self, wanted: Wanted, end: usize) -> Option<usize> {
        let (before, rest) = self.body.split_at_checked(end)?;
        let mut starts: Vec<usize> = memchr::memrchr_iter(b'\n', before)
            .skip(1)
            .map(|line_feed| line_feed + 1)
            .take(MOST_LINES)
            .collect();
        starts.reverse();
        let mut scan = Scan::new(wanted);
        let mut done = 0;
        self.spend(end)?;
        for start in starts {
            scan.update(before.get(done..start)?);
            done = start;
            self.spend(rest.len())?;
            let mut without = scan.clone();
            without.update(rest);
            if without.matches() {
                return Some(start);
            }
        }
        None
    }

    /// How many octets must be taken away from `start` on, of the first lines there.
    fn removed_behind(&mut self, wanted: Wanted, start: usize) -> Option<usize> {
        let (before, rest) = self.body.split_at_checked(start)?;
        let mut scan = Scan::new(wanted);
        self.spend(start)?;
        scan.update(before);
        for line_feed in memchr::memchr_iter(b'\n', rest).take(MOST_LINES / 2) {
            let (removed, rest) = rest.split_at_checked(line_feed + 1)?;
            self.spend(rest.len())?;
            let mut without = scan.clone();
            without.update(rest);
            if without.matches() {
                return Some(removed.len());
            }
        }
        None
    }

    /// Parts decoded: all of them, or one.
    fn reencoded(&mut self, wanted: Wanted, boundaries: &[Range<usize>]) -> Option<Vec<Finding>> {
        let parts = mime::encoded(self.header, self.body, boundaries);
        let single = parts
            .iter()
            .map(core::slice::from_ref)
            .filter(|_| parts.len() > 1);
        for parts in core::iter::once(&*parts).chain(single) {
            let first = parts.first()?;
            for place in [Place::Same, Place::First, Place::Last, Place::Nowhere] {
                for own_line_end in [true, false] {
                    self.spend(self.body.len())?;
                    let decoded = self.decoded(parts, place, own_line_end);
                    if decoded.is_some_and(|body| wanted.is(&[&body])) {
                        return Some(Vec::from([Finding::BodyReencoded {
                            encoding: first.encoding,
                            parts: parts.len(),
                        }]));
                    }
                }
            }
        }
        None
    }

    /// The body with these parts decoded, the field of the encoding saying `8bit` at its place.
    fn decoded(&self, parts: &[Encoded], place: Place, own_line_end: bool) -> Option<Vec<u8>> {
        let mut body = Vec::with_capacity(self.body.len());
        let mut done = 0;
        for part in parts {
            body.extend_from_slice(self.body.get(done..part.fields.start)?);
            let fields = self.body.get(part.fields.clone())?;
            eight_bit(fields, place, &mut body);
            body.extend_from_slice(self.body.get(part.fields.end..part.content.start)?);
            let content = self.body.get(part.content.clone())?;
            let decoded = mime::decode(part.encoding, content)?;
            let content = match decoded.strip_suffix(b"\r\n") {
                Some(content) if !own_line_end => content,
                _ => &*decoded,
            };
            body.extend_from_slice(content);
            done = part.content.end;
        }
        body.extend_from_slice(self.body.get(done..)?);
        Some(body)
    }

    fn spend(&mut self, octets: usize) -> Option<()> {
        self.left = self.left.checked_sub(octets)?;
        Some(())
    }
}

/// Where the field of the transfer encoding stood before it was written anew.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    First,
    Last,
    Nowhere,
    Same,
}

fn eight_bit(fields: &[u8], place: Place, out: &mut Vec<u8>) {
    const FIELD: &[u8] = b"Content-Transfer-Encoding: 8bit\r\n";
    if place == Place::First && !fields.is_empty() {
        out.extend_from_slice(FIELD);
    }
    let (header, _) = Header::split(fields);
    for field in header.fields() {
        match field.is_named(TRANSFER_ENCODING) {
            true if place == Place::Same => out.extend_from_slice(FIELD),
            true => {}
            false => out.extend_from_slice(field.raw()),
        }
    }
    if place == Place::Last && !fields.is_empty() {
        out.extend_from_slice(FIELD);
    }
}

/// Hashed octets for each octet of the body, so that the time is linear: enough for all ways to
/// undo an encoding, or for half a footer of [`MOST_LINES`] lines in front of all that follows it.
const OCTETS_PER_OCTET: usize = 32;

/// Hashed octets for a body however short: a few milliseconds.
const LEAST_OCTETS: usize = 4 << 20;

/// Lines of a footer; that of a list has five, the disclaimer of a company thirty.
const MOST_LINES: usize = 64;

/// Places at which a warning may have been inserted: the body, the text, the HTML.
const MOST_STARTS: usize = 4;
