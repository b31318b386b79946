//! The grammar of macro strings (RFC 7208 §7.1).

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::combinator::{opt, recognize, value};
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded};

use super::{DomainSpec, ExplainString, Letter, Macro, MacroString, Part};
use crate::record::ends_in_cidr;
use crate::syntax::{Expected, Parsed, What, expect, odd_octet};

/// `domain-spec = macro-string domain-end`
///
/// A prefix length that ends the term is left over: no domain can end in one, as a top-level
/// label has a letter or a hyphen and no slash.
pub(crate) fn domain_spec(input: &[u8]) -> Parsed<'_, DomainSpec> {
    let mut rest = input;
    let mut has_macros = false;
    let mut end = Part::Literal(b"");
    loop {
        if rest.first() == Some(&b'%') {
            let (after, part) = macro_expand(rest)?;
            if matches!(part, Part::Macro(expression) if expression.letter.only_explains()) {
                return Err(Expected::failure(rest, What::Macro));
            }
            (rest, end, has_macros) = (after, part, true);
        } else {
            let (after, literal) = domain_literal(rest);
            if literal.is_empty() {
                break;
            }
            (rest, end) = (after, Part::Literal(literal));
        }
    }
    let text = input.get(..input.len().saturating_sub(rest.len()));
    match (end, text) {
        (Part::Literal(run), _) if !is_domain_end(run) => {
            Err(Expected::failure(input, What::Domain))
        }
        (_, Some(text)) => Ok((rest, DomainSpec::from_checked(text, has_macros))),
        (_, None) => Err(Expected::failure(input, What::Domain)),
    }
}

/// `macro-string = *( macro-expand / macro-literal )`
///
/// This is the value of unknown modifiers only. They are ignored (RFC 7208 §6), so `c`, `r` and
/// `t`, which the grammar has, are none of our concern here.
pub(crate) fn macro_string(input: &[u8]) -> Parsed<'_, MacroString> {
    recognize(many0_count(alt((
        macro_expand,
        take_while1(is_macro_literal).map(Part::Literal),
    ))))
    .map(MacroString::from_checked)
    .parse(input)
}

/// `explain-string = *( macro-string / SP )`
pub(super) fn explain_string(input: &[u8]) -> Parsed<'_, ExplainString> {
    recognize(many0_count(part))
        .map(ExplainString::from_checked)
        .parse(input)
}

/// One piece of any macro string; the widest of the three grammars.
pub(super) fn part(input: &[u8]) -> Parsed<'_, Part<'_>> {
    let literal = take_while1(|octet| octet == b' ' || is_macro_literal(octet));
    alt((macro_expand, literal.map(Part::Literal))).parse(input)
}

/// `*macro-literal` up to a prefix length that ends the term, and what is behind them.
fn domain_literal(input: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = input;
    loop {
        let end = memchr::memchr3(b' ', b'%', b'/', rest).unwrap_or(rest.len());
        let plain = rest.get(..end).unwrap_or_default();
        let end = odd_octet(plain).unwrap_or(end);
        rest = rest.get(end..).unwrap_or_default();
        match rest.strip_prefix(b"/") {
            Some(after) if !ends_in_cidr(rest) => rest = after,
            _ => break,
        }
    }
    let length = input.len().saturating_sub(rest.len());
    (rest, input.get(..length).unwrap_or_default())
}

/// `macro-expand = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-"`
fn macro_expand(input: &[u8]) -> Parsed<'_, Part<'_>> {
    let escape =
        |text: &'static str, stands_for: &'static [u8]| value(Part::Escape(stands_for), tag(text));
    preceded(
        tag("%"),
        expect(
            What::Macro,
            alt((
                delimited(tag("{"), macro_body, expect(What::Macro, tag("}"))),
                escape("%", b"%"),
                escape("_", b" "),
                escape("-", b"%20"),
            )),
        ),
    )
    .parse(input)
}

/// `macro-letter transformers *delimiter`, `transformers = *DIGIT [ "r" ]`
fn macro_body(input: &[u8]) -> Parsed<'_, Part<'_>> {
    let (rest, (letter, escape)) = macro_letter(input)?;
    let (rest, keep) = part_count(rest)?;
    let (rest, reverse) = opt(alt((tag("r"), tag("R")))).parse(rest)?;
    let (rest, delimiters) = take_while(is_delimiter).parse(rest)?;
    let expression = Macro {
        letter,
        escape,
        keep,
        reverse: reverse.is_some(),
        delimiters,
    };
    Ok((rest, Part::Macro(expression)))
}

/// `macro-letter = "s" / "l" / "o" / "d" / "i" / "p" / "h" / "c" / "r" / "t" / "v"`, and whether
/// it is in upper case
fn macro_letter(input: &[u8]) -> Parsed<'_, (Letter, bool)> {
    let letter = input
        .split_first()
        .and_then(|(&octet, rest)| Some((rest, (Letter::new(octet)?, octet.is_ascii_uppercase()))));
    letter.ok_or_else(|| Expected::failure(input, What::Macro))
}

/// `*DIGIT`, which is not zero (RFC 7208 §7.3); a number too large to hold keeps all parts.
fn part_count(input: &[u8]) -> Parsed<'_, Option<usize>> {
    let (rest, digits) = take_while(|octet: u8| octet.is_ascii_digit()).parse(input)?;
    if digits.is_empty() {
        return Ok((rest, None));
    }
    let count = digits.iter().fold(0usize, |count, digit| {
        count
            .saturating_mul(10)
            .saturating_add(usize::from(digit.wrapping_sub(b'0')))
    });
    match count {
        0 => Err(Expected::failure(input, What::Macro)),
        _ => Ok((rest, Some(count))),
    }
}

/// `domain-end = ( "." toplabel [ "." ] ) / macro-expand`, for a domain that ends in this literal
fn is_domain_end(literal: &[u8]) -> bool {
    let literal = literal.strip_suffix(b".").unwrap_or(literal);
    let mut labels = literal.rsplitn(2, |&octet| octet == b'.');
    let top = labels.next().unwrap_or_default();
    labels.next().is_some() && is_toplabel(top)
}

/// `toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum )`
fn is_toplabel(label: &[u8]) -> bool {
    let inner = |octet: &u8| octet.is_ascii_alphanumeric() || *octet == b'-';
    let outer = |octet: Option<&u8>| octet.is_some_and(u8::is_ascii_alphanumeric);
    label.iter().all(inner)
        && outer(label.first())
        && outer(label.last())
        && !label.iter().all(u8::is_ascii_digit)
}

/// `macro-literal = %x21-24 / %x26-7E`
fn is_macro_literal(octet: u8) -> bool {
    octet.is_ascii_graphic() && octet != b'%'
}

/// `delimiter = "." / "-" / "+" / "," / "/" / "_" / "="`
fn is_delimiter(octet: u8) -> bool {
    matches!(octet, b'.' | b'-' | b'+' | b',' | b'/' | b'_' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::SyntaxError;

    #[test]
    fn a_domain_ends_in_a_top_label_or_in_a_macro() {
        for text in [
            "example.com",
            "example.com.",
            "_spf.%{d}",
            "%{d}",
            "%{ir}.%{v}._spf.%{d2}",
            "%%",
            "foo%-",
            ".com",
            "foo:bar/baz.example.com",
            "mail.example...com",
            "example.xn--zckzah",
            "a.1-2",
            "%{l1r+-}.example.com",
            "%{L2R.-+,/_=}.example.com",
        ] {
            assert!(DomainSpec::parse(text.as_bytes()).is_ok(), "{text}");
        }
        for (text, offset) in [
            ("", 0),
            ("com", 0),
            ("museum.", 0),
            ("foo-bar", 0),
            ("abc.123", 0),
            ("111.222.33.44", 0),
            ("example.-com", 0),
            ("example.com-", 0),
            ("%{d}com", 0),
            ("example.com:8080", 0),
            ("example.com..", 0),
            ("example.c_m", 0),
        ] {
            assert_eq!(
                DomainSpec::parse(text.as_bytes()),
                Err(SyntaxError::Domain { offset }),
                "{text}"
            );
        }
    }

    #[test]
    fn a_percent_sign_opens_a_macro() {
        for (text, offset) in [
            ("%(ir).example.com", 1),
            ("foo%.example.com", 4),
            ("%", 1),
            ("%{", 2),
            ("%{}", 2),
            ("%{a}.example.com", 2),
            ("%{d0}", 3),
            ("%{d00}", 3),
            ("%{d2", 4),
            ("%{dr2}", 4),
            ("%{d;}", 3),
            ("x.%{r}", 2),
            ("%{c}.example.com", 0),
            ("%{T}.example.com", 0),
        ] {
            assert_eq!(
                DomainSpec::parse(text.as_bytes()),
                Err(SyntaxError::Macro { offset }),
                "{text}"
            );
        }
    }

    #[test]
    fn explanations_hold_spaces_and_all_macros() {
        for text in ["", "This is a test.", "%{c} %{r} %{t} %% %_%-", "  "] {
            assert!(ExplainString::parse(text.as_bytes()).is_ok(), "{text}");
        }
        assert_eq!(
            ExplainString::parse(b"The %{x}-files."),
            Err(SyntaxError::Macro { offset: 6 })
        );
        for text in [&b"tab\t"[..], b"caf\xc3\xa9", b"two\r\nlines", b"\0"] {
            assert!(matches!(
                ExplainString::parse(text),
                Err(SyntaxError::Unexpected { .. })
            ));
        }
    }

    #[test]
    fn e04_a_part_count_of_any_size_is_read() {
        let keep = |text: &str| match part(text.as_bytes()) {
            Ok((_, Part::Macro(expression))) => expression.keep,
            other => panic!("{other:?}"),
        };
        assert_eq!(keep("%{d}"), None);
        assert_eq!(keep("%{d1}"), Some(1));
        assert_eq!(keep("%{d007}"), Some(7));
        assert_eq!(keep("%{d2147483648}"), Some(2_147_483_648));
        assert_eq!(keep("%{d99999999999999999999999}"), Some(usize::MAX));
    }
}
