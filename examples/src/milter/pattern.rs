//! The patterns of `refile:` data sets.
//!
//! OpenDKIM translates each pattern before it reads it as a POSIX extended regular expression: `*`
//! becomes `.*`, and `.` and `+` stand for themselves. Everything else keeps its meaning, so that
//! `(a|b)@example.com`, `[0-9]` and `x{2}` work, and a backslash does not do what it seems to: in
//! `a\.b` it stands for itself and the dot for any character. Case is ignored unless it matters to
//! the data set.
//!
//! Here the whole address has to match. OpenDKIM leaves the ends open where a pattern has a `|`
//! outside of parentheses: its `a@b.example|c@d.example` also takes `c@d.example` with anything in
//! front.
//!
//! Expressions are matched by the `regex` crate, whose time does not explode on any of them. What
//! POSIX and that crate write differently is translated ([`ere`]); which alternative matches, where
//! they also differ, does not matter when only the fact is asked for.

mod ere;

use core::fmt;

use regex::bytes::{Regex, RegexBuilder};

pub use self::ere::PatternError;
use super::data_set::Case;

/// One pattern.
#[derive(Clone)]
pub struct Pattern {
    matcher: Matcher,
}

impl Pattern {
    /// Reads a pattern.
    pub fn parse(text: &str, case: Case) -> Result<Self, PatternError> {
        // Most patterns have nothing but stars, and there may be a hundred thousand of them.
        if !text.contains(OPERATORS) {
            let glob = match case {
                Case::Ignored => text.to_ascii_lowercase(),
                Case::Matters => text.into(),
            };
            return Ok(Self {
                matcher: Matcher::Glob(glob.into(), case),
            });
        }
        if text.len() > LONGEST {
            return Err(PatternError::TooLong);
        }
        let expression = ere::translate(&wildcards(text))?;
        let regex = RegexBuilder::new(&format!("^(?:{expression})$"))
            .case_insensitive(case == Case::Ignored)
            .dot_matches_new_line(true)
            .size_limit(MAX_COMPILED)
            .unicode(false)
            .build();
        match regex {
            Ok(regex) => Ok(Self {
                matcher: Matcher::Regex(regex),
            }),
            Err(regex::Error::CompiledTooBig(_)) => Err(PatternError::TooBig),
            Err(_) => Err(PatternError::Syntax),
        }
    }

    /// Whether all of `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Glob(glob, case) => glob_matches(glob.as_bytes(), text.as_bytes(), *case),
            Matcher::Regex(regex) => regex.is_match(text.as_bytes()),
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.matcher {
            Matcher::Glob(glob, _) => write!(f, "Pattern({glob})"),
            Matcher::Regex(regex) => write!(f, "Pattern({regex})"),
        }
    }
}

/// Whether a pattern matches nothing but itself.
pub(super) fn is_literal(pattern: &str) -> bool {
    !pattern.contains('*') && !pattern.contains(OPERATORS)
}

#[derive(Clone)]
enum Matcher {
    /// Nothing but `*` is special. In lower case where case is ignored.
    Glob(Box<str>, Case),
    Regex(Regex),
}

/// The three characters that OpenDKIM gives another meaning, wherever they stand.
fn wildcards(text: &str) -> String {
    let mut expression = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '*' => expression.push_str(".*"),
            '.' => expression.push_str("\\."),
            '+' => expression.push_str("\\+"),
            _ => expression.push(character),
        }
    }
    expression
}

/// Whether `text` is `glob` with each star replaced by any octets. After a mismatch only the last
/// star has to take more, so that the time is at most the product of the lengths.
fn glob_matches(glob: &[u8], text: &[u8], case: Case) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut star = None;
    while let Some(octet) = text.get(seen) {
        let octet = match case {
            Case::Ignored => octet.to_ascii_lowercase(),
            Case::Matters => *octet,
        };
        match glob.get(at) {
            Some(b'*') => {
                at += 1;
                star = Some((at, seen));
            }
            Some(wanted) if *wanted == octet => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((after, taken)) = star else {
                    return false;
                };
                star = Some((after, taken + 1));
                (at, seen) = (after, taken + 1);
            }
        }
    }
    glob.get(at..)
        .unwrap_or_default()
        .iter()
        .all(|octet| *octet == b'*')
}

/// Octets of a pattern with more than stars: each of its signs may move all that is in front of it
/// when it is translated.
const LONGEST: usize = 16 * 1024;

/// What means something else than itself in an expression, and is not translated before.
const OPERATORS: [char; 11] = ['\\', '^', '$', '|', '(', ')', '[', ']', '{', '}', '?'];

/// Octets of memory for one pattern; the default of the `regex` crate, ten megabytes, times many.
const MAX_COMPILED: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern, Case::Ignored)
            .unwrap()
            .matches(text)
    }

    /// What `opendkim -Q` 2.11 says, but for case, which it does not ignore there.
    #[test]
    fn patterns_match_as_with_opendkim() {
        for (pattern, text, expected) in [
            ("*@example.com", "a@example.com", true),
            ("*@example.com", "a@EXAMPLE.com", true),
            ("*@example.com", "a@sub.example.com", false),
            ("*@example.com", "a@example.com.test", false),
            ("a*@example.com", "aXX@example.com", true),
            ("*", "", true),
            ("*a*b*", "xaxxbx", true),
            ("*a*b", "abab", true),
            ("*a*b", "aba", false),
            ("b+c@example.com", "b+c@example.com", true),
            ("b+c@example.com", "bbc@example.com", false),
            ("d.e@example.com", "dxe@example.com", false),
            ("(f|g)@example.com", "F@example.com", true),
            ("h?@example.com", "@example.com", true),
            ("h?@example.com", "h?@example.com", false),
            ("[ij]@example.com", "j@example.com", true),
            ("[^ij]@example.com", "j@example.com", false),
            ("[[:digit:]]{2}@x", "12@x", true),
            ("k{2}@x", "kk@x", true),
            ("k{2}@x", "k@x", false),
            ("^n@x$", "n@x", true),
            ("!o@x", "!o@x", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_backslash_does_not_protect_what_is_translated() {
        for (pattern, text, expected) in [
            (r"l\.m", "l.m", false),
            (r"l\.m", r"l\xm", true),
            (r"c\*d", "cd", true),
            (r"c\*d", "c..d", true),
            (r"c\*d", "c*d", false),
            (r"c\?d", "c?d", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn alternatives_are_anchored_as_a_whole() {
        assert!(matches("a@b|c@d", "c@d"));
        assert!(!matches("a@b|c@d", "evil-c@d"));
        assert!(!matches("a@b|c@d", "a@b.test"));
    }

    #[test]
    fn a_glob_is_what_its_expression_would_be() {
        for glob in ["*", "a*", "*a", "a*b*a", "**a", "a.b", "ab*ab"] {
            let expression = ere::translate(&wildcards(glob)).unwrap();
            let regex = Regex::new(&format!("^(?:{expression})$")).unwrap();
            for number in 0..3_u32.pow(6) {
                let digits = (0..6).map(|place| number / 3_u32.pow(place) % 3);
                let text: String = digits
                    .map(|digit| ['a', 'b', '.'][digit as usize])
                    .collect();
                for end in 0..=text.len() {
                    let text = &text[..end];
                    let expected = regex.is_match(text.as_bytes());
                    assert_eq!(
                        glob_matches(glob.as_bytes(), text.as_bytes(), Case::Ignored),
                        expected
                    );
                }
            }
        }
    }

    #[test]
    fn what_would_explode_elsewhere_does_not() {
        assert!(!matches("(a*)*(a*)*(a*)*b", &"a".repeat(10_000)));
        assert!(!matches(&"*a".repeat(100), &"ab".repeat(1_000)));
        let nested = "((((a{99}){99}){99}){99})";
        assert_eq!(
            Pattern::parse(nested, Case::Ignored).unwrap_err(),
            PatternError::TooBig
        );
    }
}
