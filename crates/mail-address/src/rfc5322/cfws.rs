//! The lexer: white space, comments, atoms and quoted strings (RFC 5322 §3.2), over octets.
//!
//! These are nom parsers, generic over the error, for use inside of larger grammars. None is
//! recursive and each looks at an octet once: a comment nested ten thousand deep costs ten
//! thousand steps and no memory. Octets above 127 count as text (RFC 6532 §3.2); whether they are
//! UTF-8 is for whoever takes the text out. A line may also end in a bare LF, as in mail that was
//! stored so.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use nom::bytes::complete::take_while1;
use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Parser as _};

use super::token::{is_atext, is_token_octet, is_wsp};

/// `[CFWS]`: comments and white space, possibly none. An error if a comment does not end.
pub fn cfws<'i, E: ParseError<&'i [u8]>>(input: &'i [u8]) -> IResult<&'i [u8], &'i [u8], E> {
    let mut rest = input;
    loop {
        rest = skip_fws(rest);
        if !rest.starts_with(b"(") {
            return Ok((rest, consumed(input, rest)));
        }
        (rest, _) = comment(rest)?;
    }
}

/// `FWS = ([*WSP CRLF] 1*WSP) / obs-FWS`
pub fn fws<'i, E: ParseError<&'i [u8]>>(input: &'i [u8]) -> IResult<&'i [u8], &'i [u8], E> {
    let rest = skip_fws(input);
    match consumed(input, rest) {
        [] => Err(error(input, ErrorKind::Space)),
        white => Ok((rest, white)),
    }
}

/// `comment = "(" *([FWS] ccontent) [FWS] ")"`: what stands between the outer parentheses, escapes
/// and folds as written.
pub fn comment<'i, E: ParseError<&'i [u8]>>(input: &'i [u8]) -> IResult<&'i [u8], &'i [u8], E> {
    let unclosed = || error(input, ErrorKind::TakeUntil);
    let content = input.strip_prefix(b"(").ok_or_else(unclosed)?;
    let mut depth = 1usize;
    let mut rest = content;
    loop {
        let (&first, tail) = rest.split_first().ok_or_else(unclosed)?;
        let end = rest;
        rest = match first {
            b'(' => {
                depth += 1;
                tail
            }
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Ok((tail, consumed(content, end)));
                }
                tail
            }
            b'\\' => quoted_octet(tail).ok_or_else(unclosed)?,
            b'\r' | b'\n' => unfold(rest).ok_or_else(unclosed)?,
            _ => tail,
        };
    }
}

/// `quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE`, without the white space around it.
pub fn quoted_string<'i, E: ParseError<&'i [u8]>>(
    input: &'i [u8],
) -> IResult<&'i [u8], Quoted<'i>, E> {
    let unclosed = || error(input, ErrorKind::TakeUntil);
    let content = input.strip_prefix(b"\"").ok_or_else(unclosed)?;
    let mut rest = content;
    loop {
        let (&first, tail) = rest.split_first().ok_or_else(unclosed)?;
        rest = match first {
            b'"' => {
                let content = consumed(content, rest);
                return Ok((tail, Quoted { content }));
            }
            b'\\' => quoted_octet(tail).ok_or_else(unclosed)?,
            b'\r' | b'\n' => unfold(rest).ok_or_else(unclosed)?,
            _ => tail,
        };
    }
}

/// `1*atext`: an atom without the white space around it.
pub fn atom<'i, E: ParseError<&'i [u8]>>(input: &'i [u8]) -> IResult<&'i [u8], &'i [u8], E> {
    take_while1(|octet| is_atext(octet) || !octet.is_ascii()).parse(input)
}

/// `dot-atom-text = 1*atext *("." 1*atext)`
pub fn dot_atom_text<'i, E: ParseError<&'i [u8]>>(
    input: &'i [u8],
) -> IResult<&'i [u8], &'i [u8], E> {
    let (mut rest, _) = atom(input)?;
    while let Some(behind_dot) = rest.strip_prefix(b".") {
        match atom::<()>(behind_dot) {
            Ok((behind_atom, _)) => rest = behind_atom,
            Err(_) => break,
        }
    }
    Ok((rest, consumed(input, rest)))
}

/// `token := 1*<any (US-ASCII) CHAR except SPACE, CTLs, or tspecials>` (RFC 2045 §5.1).
pub fn token<'i, E: ParseError<&'i [u8]>>(input: &'i [u8]) -> IResult<&'i [u8], &'i [u8], E> {
    take_while1(is_token_octet).parse(input)
}

/// The inside of a quoted string.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Quoted<'i> {
    content: &'i [u8],
}

impl<'i> Quoted<'i> {
    /// As written, with escapes and folds.
    pub fn as_written(&self) -> &'i [u8] {
        self.content
    }

    /// What is meant: backslashes and line ends removed (RFC 5322 §3.2.4).
    pub fn text(&self) -> Cow<'i, [u8]> {
        plain_text(self.content)
    }
}

impl fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Quoted({})", self.content.escape_ascii())
    }
}

/// What is meant by the content of a [quoted string](Quoted) or a [comment]: backslashes and line
/// ends removed (RFC 5322 §3.2.1, §3.2.2).
pub fn plain_text(content: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr3(b'\\', b'\r', b'\n', content).is_none() {
        return Cow::Borrowed(content);
    }
    let mut text = Vec::with_capacity(content.len());
    let mut octets = content.iter();
    while let Some(&octet) = octets.next() {
        match octet {
            b'\\' => text.extend(octets.next()),
            b'\r' | b'\n' => {}
            _ => text.push(octet),
        }
    }
    Cow::Owned(text)
}

fn skip_fws(input: &[u8]) -> &[u8] {
    let mut rest = input;
    loop {
        rest = match rest.split_first() {
            Some((&first, tail)) if is_wsp(first) => tail,
            Some((b'\r' | b'\n', _)) => match unfold(rest) {
                Some(behind_fold) => behind_fold,
                None => return rest,
            },
            _ => return rest,
        };
    }
}

/// What stands behind a line end that the white space after it makes a fold.
fn unfold(input: &[u8]) -> Option<&[u8]> {
    let line = input.strip_prefix(b"\r").unwrap_or(input);
    let line = line.strip_prefix(b"\n")?;
    line.first()
        .is_some_and(|&octet| is_wsp(octet))
        .then_some(line)
}

/// `quoted-pair = ("\" (VCHAR / WSP)) / obs-qp`, behind the backslash. `obs-qp` allows CR and LF
/// too; a fold that a backslash hides from one reader and not from the next is not read here.
fn quoted_octet(input: &[u8]) -> Option<&[u8]> {
    match input.split_first()? {
        (b'\r' | b'\n', _) => None,
        (_, tail) => Some(tail),
    }
}

/// The part of `input` in front of `rest`, which is its end.
fn consumed<'i>(input: &'i [u8], rest: &[u8]) -> &'i [u8] {
    let length = input.len().saturating_sub(rest.len());
    input.get(..length).unwrap_or(input)
}

fn error<'i, E: ParseError<&'i [u8]>>(input: &'i [u8], kind: ErrorKind) -> nom::Err<E> {
    nom::Err::Error(E::from_error_kind(input, kind))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rfc5322::{FieldWriter, Token, Value};

    type Lexed<'i> = IResult<&'i [u8], &'i [u8], ()>;

    fn rest<'i>(lexed: Lexed<'i>) -> Option<&'i str> {
        let (rest, _) = lexed.ok()?;
        core::str::from_utf8(rest).ok()
    }

    #[test]
    fn plain_text_has_no_escapes_and_no_folds() {
        for (content, text) in [
            (&b"as it stands"[..], &b"as it stands"[..]),
            (b"a \\(b\\) \\\\ c", b"a (b) \\ c"),
            (b"two\r\n lines", b"two lines"),
            (b"cut\\", b"cut"),
        ] {
            assert_eq!(&*plain_text(content), text);
        }
    }

    #[test]
    fn comments_and_folds_are_skipped() {
        for (text, left) in [
            ("", Some("")),
            ("x", Some("x")),
            (" \t x", Some("x")),
            (" (a) (b)\r\n x", Some("x")),
            ("(a (b) \\) \\( c) x", Some("x")),
            ("(a\r\n b)x", Some("x")),
            ("\r\n x", Some("x")),
            ("\n\tx", Some("x")),
            ("\r\nx", Some("\r\nx")),
            (" \r\n", Some("\r\n")),
            ("(a", None),
            ("(a(b)", None),
            ("(a\\)", None),
            ("(a\r\nb)", None),
            ("(a\\\r\n b)", None),
            ("(a\rb)", None),
        ] {
            assert_eq!(rest(cfws(text.as_bytes())), left, "{text:?}");
        }
    }

    #[test]
    fn fws_is_white_space_and_no_comment() {
        assert_eq!(rest(fws(b" \r\n x")), Some("x"));
        assert_eq!(rest(fws(b"(a)")), None);
        assert_eq!(rest(fws(b"")), None);
    }

    #[test]
    fn a_comment_gives_its_content() {
        assert_eq!(
            comment::<()>(b"(a (b) c) d"),
            Ok((&b" d"[..], &b"a (b) c"[..]))
        );
        let deep = [b"(".repeat(100_000), b")".repeat(100_000)].concat();
        assert!(comment::<()>(&deep).is_ok());
        assert!(comment::<()>(&deep[1..]).is_ok_and(|(rest, _)| rest == b")"));
        assert!(comment::<()>(&deep[..199_999]).is_err());
    }

    #[test]
    fn a_quoted_string_gives_what_it_means() {
        for (written, text) in [
            (&b"\"\""[..], Some(&b""[..])),
            (b"\"a b\"", Some(b"a b")),
            (br#""a \"b\" \\ \c""#, Some(br#"a "b" \ c"#)),
            (b"\"a\r\n b\"", Some(b"a b")),
            (b"\"(a;\"", Some(b"(a;")),
            (b"\"gr\xc3\xbc\"", Some(b"gr\xc3\xbc")),
            (b"\"a", None),
            (b"\"a\\\"", None),
            (b"\"a\r\nb\"", None),
            (b"\"a\\\r\n b\"", None),
            (b"a", None),
        ] {
            let quoted = quoted_string::<()>(written).ok();
            assert_eq!(quoted.map(|(_, quoted)| quoted.text()).as_deref(), text);
        }
    }

    #[test]
    fn words_end_where_their_alphabet_ends() {
        assert_eq!(rest(atom(b"a/=?.b")), Some(".b"));
        assert_eq!(rest(token(b"a.b/c")), Some("/c"));
        assert_eq!(rest(dot_atom_text(b"a.b..c")), Some("..c"));
        assert_eq!(rest(dot_atom_text(b"a.")), Some("."));
        assert_eq!(rest(dot_atom_text(b".a")), None);
        assert_eq!(rest(dot_atom_text("j\u{f6}rg@x".as_bytes())), Some("@x"));
    }

    fn printed(print: impl FnOnce(&mut FieldWriter)) -> Vec<u8> {
        let mut field = FieldWriter::new(Token::from_static("X"));
        print(field.space());
        let field = field.finish();
        field.strip_prefix("X:").unwrap().as_bytes().to_vec()
    }

    proptest! {
        #[test]
        fn a_printed_value_is_read_back(text in "([ -~é]{0,20} {0,2}){0,20}") {
            let value = Value::try_from(&*text).unwrap();
            let field = printed(|field| {
                field.value(&value);
            });
            let (field, _) = cfws::<()>(&field).unwrap();
            let (rest, read) = match quoted_string::<()>(field) {
                Ok((rest, quoted)) => (rest, quoted.text()),
                Err(_) => {
                    let (rest, word) = token::<()>(field).unwrap();
                    (rest, Cow::Borrowed(word))
                }
            };
            prop_assert_eq!((rest, &*read), (&b"\r\n"[..], text.as_bytes()));
        }

        #[test]
        fn a_printed_comment_is_one_comment(text in "([ -~é]{0,20} {0,2}){0,20}") {
            let value = Value::try_from(&*text).unwrap();
            let field = printed(|field| {
                field.comment(&value);
            });
            let (field, _) = fws::<()>(&field).unwrap();
            let (rest, _) = comment::<()>(field).unwrap();
            prop_assert_eq!(rest, b"\r\n");
        }

        #[test]
        fn any_octets_are_lexed_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..50)) {
            for rule in [cfws::<()>, fws, comment, atom, dot_atom_text, token] {
                if let Ok((rest, _)) = rule(&octets) {
                    prop_assert!(octets.ends_with(rest));
                }
            }
            let _ = quoted_string::<()>(&octets);
        }
    }
}
