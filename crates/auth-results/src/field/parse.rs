//! The grammar of the field (RFC 8601 §2.2), one function for each rule.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::str;

use mail_address::rfc5322::Value;
use mail_address::rfc5322::cfws::{self, plain_text, quoted_string};
use mail_address::rfc5322::token::is_token_octet;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::digit1;
use nom::combinator::{cut, opt, peek};
use nom::multi::{many0, many1};
use nom::sequence::{delimited, pair, preceded, terminated};
use nom::{Finish as _, Parser};

use super::error::{Expected, Parsed, SyntaxError, What, expect, failure};
use super::{AuthenticationResults, ResInfo};
use crate::keyword::Keyword;
use crate::property::Property;

/// ```text
/// authres-payload = [CFWS] authserv-id
///          [ CFWS authres-version ]
///          ( no-result / 1*resinfo ) [CFWS] CRLF
/// ```
pub(super) fn authres_payload(value: &[u8]) -> Result<AuthenticationResults, SyntaxError> {
    let value = value.strip_suffix(b"\n").unwrap_or(value);
    let value = value.strip_suffix(b"\r").unwrap_or(value);
    let payload = (
        preceded(cfws, expect(What::AuthservId, authserv_id)),
        opt(preceded(cfws, authres_version)),
        preceded(cfws, results),
    );
    let end = preceded(cfws, expect(What::End, end_of_field));
    let (_, (authserv_id, version, results)) = terminated(payload, end)
        .parse(value)
        .finish()
        .map_err(|expected| expected.into_error(value.len()))?;
    Ok(AuthenticationResults {
        authserv_id,
        versioned: version.is_some(),
        results,
    })
}

/// `authserv-id = value`, also one with the substructures of RFC 8601 §2.5 unquoted.
///
/// Not with an equals sign: some write results without any authserv-id, and the first of these is
/// none.
fn authserv_id(input: &[u8]) -> Parsed<'_, Value<'static>> {
    text_of(|octet| is_bare_octet(octet) && octet != b'=').parse(input)
}

/// `authres-version = 1*DIGIT [CFWS]`
fn authres_version(input: &[u8]) -> Parsed<'_, ()> {
    let (rest, digits) = digit1(input)?;
    let is_one = str::from_utf8(digits).is_ok_and(|digits| digits.trim_start_matches('0') == "1");
    if is_one {
        return Ok((rest, ()));
    }
    Err(failure(input, What::Version))
}

/// `no-result / 1*resinfo`; an empty list for the first.
fn results(input: &[u8]) -> Parsed<'_, Vec<ResInfo>> {
    let some = expect(What::Method, many1(preceded(cfws, resinfo)));
    alt((no_result.map(|()| Vec::new()), some)).parse(input)
}

/// `no-result = [CFWS] ";" [CFWS] "none"`
fn no_result(input: &[u8]) -> Parsed<'_, ()> {
    let (rest, _) = (tag(";"), cfws, tag_no_case("none")).parse(input)?;
    // `none=…` would be a method of that name.
    let (rest, _) = peek(preceded(cfws, end_of_field)).parse(rest)?;
    Ok((rest, ()))
}

/// `resinfo = [CFWS] ";" methodspec [ CFWS reasonspec ] [ CFWS 1*propspec ]`
fn resinfo(input: &[u8]) -> Parsed<'_, ResInfo> {
    let (rest, _) = tag(";").parse(input)?;
    let (rest, mut resinfo) = cut(method_and_reason).parse(rest)?;
    let (rest, properties) = many0(preceded(cfws, propspec)).parse(rest)?;
    resinfo.properties = properties;
    Ok((rest, resinfo))
}

/// `methodspec [ CFWS reasonspec ]`, with the comment between them or behind.
fn method_and_reason(input: &[u8]) -> Parsed<'_, ResInfo> {
    let (rest, mut resinfo) = methodspec(input)?;
    let (rest, comment) = first_comment(rest)?;
    let (rest, reason) = opt(reasonspec).parse(rest)?;
    let (rest, behind) = match reason {
        Some(_) => first_comment(rest)?,
        None => (rest, None),
    };
    resinfo.comment = comment.or(behind);
    resinfo.reason = reason;
    Ok((rest, resinfo))
}

/// A result without its semicolon, and words that may be properties, or a reason behind some.
pub(super) fn lenient_resinfo(piece: &[u8]) -> Option<ResInfo> {
    let (mut rest, mut resinfo) = method_and_reason(piece).ok()?;
    loop {
        (rest, _) = cfws(rest).ok()?;
        if let Ok((behind, property)) = propspec(rest) {
            resinfo.properties.push(property);
            rest = behind;
        } else if let Ok((behind, reason)) = reasonspec(rest) {
            resinfo.reason.get_or_insert(reason);
            rest = behind;
        } else if let Ok((behind, _)) =
            text_of(|octet| !octet.is_ascii_whitespace() && octet != b'(').parse(rest)
        {
            rest = behind;
        } else {
            return Some(resinfo);
        }
    }
}

/// `methodspec = [CFWS] method [CFWS] "=" [CFWS] result`, `method = Keyword [ [CFWS] "/" [CFWS]
/// method-version ]`
fn methodspec(input: &[u8]) -> Parsed<'_, ResInfo> {
    let version = preceded((cfws, tag("/"), cfws), expect(What::Method, method_version));
    let (rest, (method, method_version)) =
        preceded(cfws, pair(expect(What::Method, keyword), opt(version))).parse(input)?;
    let (rest, result) = preceded(
        (cfws, expect(What::Result, tag("=")), cfws),
        expect(What::Result, keyword),
    )
    .parse(rest)?;
    let mut resinfo = ResInfo::new(method.into(), result.into());
    resinfo.method_version = method_version;
    Ok((rest, resinfo))
}

/// `method-version = 1*DIGIT [CFWS]`
fn method_version(input: &[u8]) -> Parsed<'_, u32> {
    let (rest, digits) = digit1(input)?;
    match str::from_utf8(digits)
        .ok()
        .and_then(|digits| digits.parse().ok())
    {
        Some(version) => Ok((rest, version)),
        None => Err(failure(input, What::Method)),
    }
}

/// `reasonspec = "reason" [CFWS] "=" [CFWS] value`
fn reasonspec(input: &[u8]) -> Parsed<'_, Value<'static>> {
    preceded(
        (tag_no_case("reason"), cfws, tag("="), cfws),
        expect(What::Reason, text_of(is_bare_octet)),
    )
    .parse(input)
}

/// `propspec = ptype [CFWS] "." [CFWS] property [CFWS] "=" pvalue`
fn propspec(input: &[u8]) -> Parsed<'_, Property> {
    let (rest, ptype) = keyword(input)?;
    let (rest, (name, value)) = pair(
        preceded(
            (cfws, expect(What::Property, tag(".")), cfws),
            expect(What::Property, keyword),
        ),
        preceded(
            (cfws, expect(What::Property, tag("=")), cfws),
            expect(What::Property, pvalue),
        ),
    )
    .parse(rest)?;
    Ok((rest, Property::new(ptype.into(), name, value)))
}

/// `pvalue = [CFWS] ( value / [ [ local-part ] "@" ] domain-name ) [CFWS]`
fn pvalue(input: &[u8]) -> Parsed<'_, Value<'static>> {
    let (rest, value) = text_of(is_bare_octet).parse(input)?;
    // A local part is a dot-atom or a quoted string, with white space of its own around it.
    let (behind, at_domain) = opt(preceded(
        cfws,
        preceded(peek(tag("@")), take_while1(is_bare_octet)),
    ))
    .parse(rest)?;
    let Some(at_domain) = at_domain else {
        return Ok((rest, value));
    };
    let mut address = match quoted_string::<()>(input) {
        Ok((_, quoted)) => {
            let written = quoted.as_written();
            let mut address = Vec::with_capacity(written.len());
            address.push(b'"');
            address.extend(
                written
                    .iter()
                    .filter(|octet| !matches!(octet, b'\r' | b'\n')),
            );
            address.push(b'"');
            address
        }
        Err(_) => value.as_str().as_bytes().to_vec(),
    };
    address.extend_from_slice(at_domain);
    keep(input, Cow::Owned(address)).map(|address| (behind, address))
}

/// `Keyword` of RFC 5321 §4.1.2.
fn keyword(input: &[u8]) -> Parsed<'_, Keyword> {
    let (rest, octets) =
        take_while1(|octet: u8| octet.is_ascii_alphanumeric() || octet == b'-').parse(input)?;
    match Keyword::parse(octets) {
        Ok(keyword) => Ok((rest, keyword)),
        Err(_) => Err(nom::Err::Error(Expected {
            rest: input,
            what: None,
        })),
    }
}

/// `value` of RFC 2045 §5.1: a quoted string, or a word of the octets that `is_word` allows.
fn text_of<'i>(
    is_word: impl Fn(u8) -> bool,
) -> impl Parser<&'i [u8], Output = Value<'static>, Error = Expected<'i>> {
    move |input: &'i [u8]| {
        let (rest, text) = match input.first() {
            Some(b'"') => {
                let (rest, quoted) = quoted_string(input)?;
                (rest, quoted.text())
            }
            _ => {
                let (rest, word) = take_while1(&is_word).parse(input)?;
                (rest, Cow::Borrowed(word))
            }
        };
        keep(input, text).map(|value| (rest, value))
    }
}

/// The first comment of the white space at `input`, and the rest behind that white space.
fn first_comment(input: &[u8]) -> Parsed<'_, Option<Value<'static>>> {
    let (rest, _) = opt(cfws).parse(input)?;
    let comment = delimited(opt(cfws::fws), cfws::comment::<Expected<'_>>, cfws)
        .parse(input)
        .ok()
        .and_then(|(_, comment)| keep(input, plain_text(comment)).ok());
    Ok((rest, comment))
}

/// Text as a value.
fn keep<'i>(
    input: &'i [u8],
    text: Cow<'_, [u8]>,
) -> Result<Value<'static>, nom::Err<Expected<'i>>> {
    Value::from_field(text).map_err(|error| failure(input, What::Text(error)))
}

/// What a word without quotes may hold: the octets of a token, and the `tspecials` that writers
/// leave unquoted and that end nothing here, such as the colons of IPv6, the slash of base64 and
/// the at sign.
fn is_bare_octet(octet: u8) -> bool {
    is_token_octet(octet)
        || !octet.is_ascii()
        || matches!(
            octet,
            b'/' | b':' | b'=' | b'?' | b'@' | b'[' | b']' | b'<' | b'>'
        )
}

fn cfws(input: &[u8]) -> Parsed<'_, ()> {
    cfws::cfws(input).map(|(rest, _)| (rest, ()))
}

fn end_of_field(input: &[u8]) -> Parsed<'_, ()> {
    match input {
        [] => Ok((input, ())),
        _ => Err(nom::Err::Error(Expected {
            rest: input,
            what: None,
        })),
    }
}

fn tag_no_case<'i>(
    word: &'static str,
) -> impl Parser<&'i [u8], Output = &'i [u8], Error = Expected<'i>> {
    nom::bytes::complete::tag_no_case(word)
}
