//! The grammar of the field (RFC 7208 §9.1).

use alloc::borrow::Cow;
use alloc::vec;
use alloc::vec::Vec;

use mail_address::rfc5322::cfws::{cfws, comment, fws, plain_text, quoted_string};
use mail_address::rfc5322::{TextError, Value};
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::combinator::{eof, map_opt, opt};
use nom::multi::many0;
use nom::sequence::{delimited, preceded, terminated};
use nom::{Finish, Parser};
use thiserror::Error;

use super::{Pair, ReceivedSpf, is_name_octet};
use crate::report::Verdict;
use crate::syntax::{Expected, Parsed, expect};

/// ```text
/// header-field = "Received-SPF:" [CFWS] result [ FWS comment ] [ FWS key-value-list ] [FWS] CRLF
/// ```
///
/// So RFC 7208 erratum 5436 has it. Where it has white space, comments and nothing at all are taken
/// too.
pub(super) fn header_field(value: &[u8]) -> Result<ReceivedSpf, ReceivedSpfError> {
    let value = value.strip_suffix(b"\n").unwrap_or(value);
    let value = value.strip_suffix(b"\r").unwrap_or(value);
    let field = (
        preceded(cfws, expect(What::Result, result)),
        first_comment,
        key_value_list,
    );
    let end = preceded(cfws, expect(What::End, eof));
    let parsed: Parsed<'_, _, What> = terminated(field, end).parse(value);
    let (_, (verdict, comment, pairs)) = parsed.finish().map_err(|expected| {
        let offset = expected.offset(value);
        match expected.what {
            Some(What::Pair) => ReceivedSpfError::Pair { offset },
            Some(What::Result) => ReceivedSpfError::Result { offset },
            Some(What::Text(source)) => ReceivedSpfError::Text { offset, source },
            // What no rule claims is a comment that does not end.
            Some(What::End) | None => ReceivedSpfError::Unexpected { offset },
        }
    })?;
    Ok(ReceivedSpf {
        verdict,
        comment,
        pairs,
    })
}

/// Why the value of a field is not Received-SPF. Offsets are octets from the beginning of the
/// value, counted from 0.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ReceivedSpfError {
    /// A pair without an equals sign or without a value.
    #[error("incomplete pair at octet {offset}")]
    Pair {
        /// Where the rest of it should stand.
        offset: usize,
    },
    /// None of the seven results.
    #[error("no result at octet {offset}")]
    Result {
        /// Where it should stand.
        offset: usize,
    },
    /// Text that cannot be kept, such as one with control characters.
    #[error("text at octet {offset} cannot be kept")]
    Text {
        /// Where the text begins.
        offset: usize,
        /// What is wrong with it.
        source: TextError,
    },
    /// Something that is not part of the field.
    #[error("unexpected text at octet {offset}")]
    Unexpected {
        /// Where it begins.
        offset: usize,
    },
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum What {
    End,
    Pair,
    Result,
    Text(TextError),
}

/// `result = "pass" / "fail" / "softfail" / "neutral" / "none" / "temperror" / "permerror"`
fn result(input: &[u8]) -> Parsed<'_, Verdict, What> {
    map_opt(
        take_while1(|octet: u8| octet.is_ascii_alphabetic()),
        |word: &[u8]| {
            let mut verdicts = Verdict::ALL.into_iter();
            verdicts.find(|verdict| word.eq_ignore_ascii_case(verdict.as_str().as_bytes()))
        },
    )
    .parse(input)
}

/// `key-value-list = key-value-pair *( ";" [CFWS] key-value-pair ) [";"]`
///
/// What stands before a semicolon is the `[CFWS]` that ends `dot-atom` and `quoted-string`
/// (RFC 5322 §3.2.3, §3.2.4).
fn key_value_list(input: &[u8]) -> Parsed<'_, Vec<Pair>, What> {
    let (rest, Some(first)) = opt(key_value_pair).parse(input)? else {
        return Ok((input, Vec::new()));
    };
    let mut pairs = vec![first];
    let next = preceded((cfws, tag(";"), cfws), key_value_pair);
    let (rest, others) = many0(next).parse(rest)?;
    pairs.extend(others);
    let (rest, _) = opt((cfws, tag(";"))).parse(rest)?;
    Ok((rest, pairs))
}

/// `key-value-pair = key [CFWS] "=" ( dot-atom / quoted-string )`
///
/// Both values may begin with `[CFWS]` (RFC 5322 §3.2.3, §3.2.4).
fn key_value_pair(input: &[u8]) -> Parsed<'_, Pair, What> {
    let (rest, key) = take_while1(is_name_octet).parse(input)?;
    let equals = delimited(cfws, expect(What::Pair, tag("=")), cfws);
    let (rest, value) = preceded(equals, expect(What::Pair, value)).parse(rest)?;
    let pair = core::str::from_utf8(key)
        .ok()
        .and_then(|key| Pair::new(key, value.as_str().as_bytes()));
    pair.map(|pair| (rest, pair))
        .ok_or_else(|| Expected::failure(input, What::Pair))
}

/// `dot-atom / quoted-string`, or a word that should have been quoted
fn value(input: &[u8]) -> Parsed<'_, Value<'static>, What> {
    let (rest, text) = match input.first() {
        Some(b'"') => {
            let (rest, quoted) = quoted_string(input)?;
            (rest, quoted.text())
        }
        _ => {
            let (rest, word) = take_while(is_bare_octet).parse(input)?;
            (rest, Cow::Borrowed(word))
        }
    };
    Ok((rest, keep(input, text)?))
}

/// The first comment of the white space at `input`, and the rest behind that white space.
fn first_comment(input: &[u8]) -> Parsed<'_, Option<Value<'static>>, What> {
    let (rest, _) = cfws(input)?;
    let first: Parsed<'_, _, What> = preceded(opt(fws), comment).parse(input);
    let text = match first {
        Ok((_, comment)) => Some(keep(input, plain_text(comment))?),
        Err(_) => None,
    };
    Ok((rest, text))
}

/// Text as a value.
fn keep<'i>(
    input: &'i [u8],
    text: Cow<'_, [u8]>,
) -> Result<Value<'static>, nom::Err<Expected<'i, What>>> {
    Value::from_field(text).map_err(|error| Expected::failure(input, What::Text(error)))
}

/// What a word without quotes may hold: whatever ends nothing here.
fn is_bare_octet(octet: u8) -> bool {
    let ends = matches!(octet, b';' | b'"' | b'(' | b')' | b'\\');
    (octet.is_ascii_graphic() && !ends) || !octet.is_ascii()
}
