//! From POSIX extended regular expressions to those of the `regex` crate.

use core::iter::Peekable;
use core::str::Chars;

use thiserror::Error;

/// Why a pattern cannot be used.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PatternError {
    /// A `[` without its `]`, an empty range, or a class that POSIX does not have.
    #[error("pattern: the brackets cannot be read")]
    Bracket,
    /// `\w`, `\1` and the like, which POSIX does not have; or a backslash at the end.
    #[error("pattern: a backslash in front of a letter, a digit or nothing has no meaning")]
    Escape,
    /// A `(` without its `)`, or the other way round.
    #[error("pattern: the parentheses do not match")]
    Group,
    /// `{` without `number}`, `number,}` or `number,number}` behind it, 255 at most.
    #[error("pattern: the braces cannot be read")]
    Interval,
    /// `?` or `{` with nothing in front.
    #[error("pattern: there is nothing that could be repeated")]
    Repeat,
    /// Something else that cannot be matched.
    #[error("pattern: cannot be read")]
    Syntax,
    /// An expression that needs too much memory.
    #[error("pattern: too big when it is spelled out")]
    TooBig,
    /// An expression of more octets than anybody writes.
    #[error("pattern: too long")]
    TooLong,
}

/// Writes an expression anew; `Err` for what POSIX leaves undefined.
pub(super) fn translate(expression: &str) -> Result<String, PatternError> {
    let mut out = String::with_capacity(expression.len() * 2);
    // Where the piece begins that a repetition would repeat, and where the open groups begin.
    let (mut piece, mut groups) = (None, Vec::new());
    let mut rest = expression.chars().peekable();
    while let Some(character) = rest.next() {
        let start = out.len();
        match character {
            '(' => {
                groups.push(start);
                out.push_str("(?:");
                piece = None;
                continue;
            }
            ')' => {
                out.push(')');
                piece = Some(groups.pop().ok_or(PatternError::Group)?);
                continue;
            }
            '|' | '^' | '$' => {
                out.push(character);
                piece = None;
                continue;
            }
            '*' | '?' | '{' => {
                let start = piece.ok_or(PatternError::Repeat)?;
                // In its own group, or `a{2}?` would ask for few repetitions and not for none.
                out.insert_str(start, "(?:");
                out.push(')');
                match character {
                    '{' => interval(&mut rest, &mut out)?,
                    _ => out.push(character),
                }
                continue;
            }
            '[' => bracket(&mut rest, &mut out)?,
            '.' => out.push('.'),
            '\\' => match rest.next() {
                // GNU's own operators, in letters, digits and these.
                Some(next) if next.is_alphanumeric() => return Err(PatternError::Escape),
                None | Some('<' | '>' | '`' | '\'') => return Err(PatternError::Escape),
                Some(next) => literal(next, &mut out),
            },
            _ => literal(character, &mut out),
        }
        piece = Some(start);
    }
    match groups.is_empty() {
        true => Ok(out),
        false => Err(PatternError::Group),
    }
}

fn literal(character: char, out: &mut String) {
    out.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
}

/// `number [ "," [ number ] ] "}"`
fn interval(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), PatternError> {
    let text: String = rest
        .by_ref()
        .take_while(|&character| character != '}')
        .collect();
    let number = |text: &str| {
        let is_number = text.bytes().all(|octet| octet.is_ascii_digit());
        let number = text
            .parse()
            .ok()
            .filter(|&number| is_number && number <= MAX_REPEAT);
        number.ok_or(PatternError::Interval)
    };
    let (least, most) = match text.split_once(',') {
        None => {
            let exact: u32 = number(&text)?;
            (exact, Some(exact))
        }
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    match most {
        Some(most) if most < least => return Err(PatternError::Interval),
        Some(most) => out.push_str(&format!("{{{least},{most}}}")),
        None => out.push_str(&format!("{{{least},}}")),
    }
    Ok(())
}

/// A bracket expression behind its `[`. A backslash in it stands for itself.
fn bracket(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), PatternError> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut is_first = true;
    loop {
        let low = match rest.next().ok_or(PatternError::Bracket)? {
            ']' if !is_first => break,
            '[' if matches!(rest.peek(), Some(':')) => {
                class(rest, out)?;
                is_first = false;
                continue;
            }
            '[' if matches!(rest.peek(), Some('.' | '=')) => return Err(PatternError::Bracket),
            low => low,
        };
        is_first = false;
        member(low, out)?;
        let mut ahead = rest.clone();
        if ahead.next() == Some('-') && ahead.peek().is_some_and(|&next| next != ']') {
            let high = ahead.next().ok_or(PatternError::Bracket)?;
            if high < low || high == '[' && matches!(ahead.peek(), Some(':' | '.' | '=')) {
                return Err(PatternError::Bracket);
            }
            out.push('-');
            member(high, out)?;
            *rest = ahead;
        }
    }
    out.push(']');
    Ok(())
}

/// `":" name ":]"`
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), PatternError> {
    rest.next();
    let name: String = rest
        .by_ref()
        .take_while(|&character| character != ':')
        .collect();
    if !CLASSES.contains(&name.as_str()) || rest.next() != Some(']') {
        return Err(PatternError::Bracket);
    }
    out.push_str(&format!("[:{name}:]"));
    Ok(())
}

/// Octets are matched, so a character of several of them cannot be one of a set.
fn member(character: char, out: &mut String) -> Result<(), PatternError> {
    match character.is_ascii() {
        true if character.is_ascii_punctuation() => out.extend(['\\', character]),
        true => out.push(character),
        false => return Err(PatternError::Bracket),
    }
    Ok(())
}

/// POSIX calls this RE_DUP_MAX and lets it be 255 or more.
const MAX_REPEAT: u32 = 255;

const CLASSES: [&str; 12] = [
    "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "xdigit",
];

#[cfg(test)]
mod tests {
    use regex::bytes::Regex;

    use super::*;

    fn matches(expression: &str, text: &str) -> bool {
        let expression = translate(expression).unwrap();
        let regex = Regex::new(&format!("(?-u)^(?:{expression})$"));
        regex.unwrap().is_match(text.as_bytes())
    }

    #[test]
    fn what_is_written_differently_means_the_same() {
        for (expression, text, expected) in [
            ("a{2}?", "", true),
            ("a{2}?", "aa", true),
            ("a{2}?", "a", false),
            ("(ab){1,2}c", "ababc", true),
            ("a{2,}", "aaaa", true),
            ("a(b|c)?d", "ad", true),
            ("[]a]", "]", true),
            ("[^]a]", "b", true),
            ("[a-]", "-", true),
            ("[a\\]", "\\", true),
            ("[a&&b]", "&", true),
            ("[a--]", "-", false),
            ("[a~~b]", "~", true),
            ("[0-9a-f]", "e", true),
            ("[[:alpha:]_]", "_", true),
            ("x#y z", "x#y z", true),
            ("\u{e9}", "\u{e9}", true),
        ] {
            if expression == "[a--]" {
                assert_eq!(translate(expression), Err(PatternError::Bracket));
                continue;
            }
            assert_eq!(matches(expression, text), expected, "{expression} {text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (expression, error) in [
            ("(a", PatternError::Group),
            ("a)", PatternError::Group),
            ("(?i)a", PatternError::Repeat),
            ("?a", PatternError::Repeat),
            ("a|{2}", PatternError::Repeat),
            ("a{", PatternError::Interval),
            ("a{x}", PatternError::Interval),
            ("a{2,1}", PatternError::Interval),
            ("a{256}", PatternError::Interval),
            ("a{+2}", PatternError::Interval),
            ("[a", PatternError::Bracket),
            ("[]", PatternError::Bracket),
            ("[z-a]", PatternError::Bracket),
            ("[[:word:]]", PatternError::Bracket),
            ("[[=a=]]", PatternError::Bracket),
            ("[\u{e9}]", PatternError::Bracket),
            ("a\\", PatternError::Escape),
            ("\\w", PatternError::Escape),
            ("(a)\\1", PatternError::Escape),
        ] {
            assert_eq!(translate(expression), Err(error), "{expression}");
        }
    }
}
