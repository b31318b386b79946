//! The lexer against the grammar of RFC 5322 §3.2, read as slowly and as plainly as it stands there.

use mail_address::rfc5322::cfws::{cfws, comment, fws, quoted_string};

/// Every text of these octets, up to a length. Two letters are enough: one that may stand
/// everywhere, and one octet of UTF-8.
fn texts(longest: usize) -> impl Iterator<Item = Vec<u8>> {
    const OCTETS: [u8; 8] = *b"a\xfc ()\\\r\n";
    (0..=longest).flat_map(|length| {
        let count = OCTETS.len().pow(u32::try_from(length).unwrap());
        (0..count).map(move |mut number| {
            let octet = |_| {
                let octet = OCTETS[number % OCTETS.len()];
                number /= OCTETS.len();
                octet
            };
            (0..length).map(octet).collect()
        })
    })
}

/// All ends of what a rule may take from the beginning of a text.
type Ends = Vec<usize>;

/// `FWS = ([*WSP CRLF] 1*WSP) / obs-FWS`, `obs-FWS = 1*WSP *(CRLF 1*WSP)`; and a bare LF for CRLF,
/// and folds without white space before them, as several in a row.
fn slow_fws(text: &[u8], at: usize) -> Option<usize> {
    let is_wsp = |at: usize| matches!(text.get(at), Some(b' ' | b'\t'));
    let mut end = at;
    loop {
        let fold = match text.get(end..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\n', ..]) => 1,
            _ => 0,
        };
        if fold > 0 && is_wsp(end + fold) {
            end += fold + 1;
        } else if is_wsp(end) {
            end += 1;
        } else {
            return (end > at).then_some(end);
        }
    }
}

/// `quoted-pair = ("\" (VCHAR / WSP)) / obs-qp`, without the line ends of the latter.
fn slow_quoted_pair(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at..)? {
        [b'\\', octet, ..] if !matches!(octet, b'\r' | b'\n') => Some(at + 2),
        _ => None,
    }
}

/// `comment = "(" *([FWS] ccontent) [FWS] ")"`,
/// `ccontent = ctext / quoted-pair / comment`: a rule that calls itself.
fn slow_comment(text: &[u8], at: usize) -> Option<usize> {
    if text.get(at) != Some(&b'(') {
        return None;
    }
    let mut at = at + 1;
    loop {
        at = slow_fws(text, at).unwrap_or(at);
        at = match text.get(at)? {
            b')' => return Some(at + 1),
            b'(' => slow_comment(text, at)?,
            b'\\' => slow_quoted_pair(text, at)?,
            b'\r' | b'\n' => return None,
            _ => at + 1,
        };
    }
}

/// `CFWS = (1*([FWS] comment) [FWS]) / FWS`, or nothing; `None` if a comment does not end.
fn slow_cfws(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at = slow_fws(text, at).unwrap_or(at);
        match text.get(at) {
            Some(b'(') => at = slow_comment(text, at)?,
            _ => return Some(at),
        }
    }
}

/// `quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE`, without its first octet, and with
/// parentheses in place of quotes.
fn slow_quoted(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at = slow_fws(text, at).unwrap_or(at);
        at = match text.get(at)? {
            b')' => return Some(at + 1),
            b'\\' => slow_quoted_pair(text, at)?,
            b'\r' | b'\n' => return None,
            _ => at + 1,
        };
    }
}

fn end(text: &[u8], rest: Option<&[u8]>) -> Option<usize> {
    rest.map(|rest| text.len() - rest.len())
}

#[test]
fn the_lexer_reads_what_the_grammar_has() {
    let mut ends: [Ends; 4] = Default::default();
    for text in texts(6) {
        let shown = text.escape_ascii();
        let read = end(&text, fws::<()>(&text).ok().map(|(rest, _)| rest));
        assert_eq!(read, slow_fws(&text, 0), "FWS of {shown}");
        ends[0].extend(read);
        let read = end(&text, comment::<()>(&text).ok().map(|(rest, _)| rest));
        assert_eq!(read, slow_comment(&text, 0), "comment of {shown}");
        ends[1].extend(read);
        let read = end(&text, cfws::<()>(&text).ok().map(|(rest, _)| rest));
        assert_eq!(read, slow_cfws(&text), "CFWS of {shown}");
        ends[2].extend(read);
        let quoted: Vec<u8> = [b"\"", &*text]
            .concat()
            .iter()
            .map(|&octet| if octet == b')' { b'"' } else { octet })
            .collect();
        let read = end(
            &quoted,
            quoted_string::<()>(&quoted).ok().map(|(rest, _)| rest),
        );
        assert_eq!(
            read,
            slow_quoted(&text).map(|end| end + 1),
            "quoted {shown}"
        );
        ends[3].extend(read);
    }
    // That there was something to read.
    assert!(ends.iter().all(|ends| ends.len() > 1000));
    assert!(ends.iter().all(|ends| ends.iter().any(|end| *end > 4)));
}

/// What is meant holds no line end and no escape, whatever was written.
#[test]
fn what_is_meant_by_a_quoted_string_is_its_octets_in_their_order() {
    for text in texts(5) {
        let quoted: Vec<u8> = [b"\"", &*text, b"\""].concat();
        let Ok((b"", read)) = quoted_string::<()>(&quoted) else {
            continue;
        };
        let mut octets = read.as_written().iter();
        let mut meant = Vec::new();
        while let Some(octet) = octets.next() {
            match octet {
                b'\\' => meant.extend(octets.next()),
                b'\r' | b'\n' => {}
                octet => meant.push(octet),
            }
        }
        assert!(meant.into_iter().eq(read.text().iter()));
        assert!(!read.text().contains(&b'\n') && !read.text().contains(&b'\r'));
    }
}
