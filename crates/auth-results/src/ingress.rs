//! Which fields of an arriving message must go, because they claim to be ours.

use alloc::string::String;
use alloc::vec::Vec;

use mail_address::rfc5322::cfws::{comment, quoted_string};
use mail_address::rfc5322::lenient::{hidden_fields, is_named};

use crate::punycode::to_unicode;

/// The fields that a border server removes before it adds its own (RFC 8601 §5): those with its
/// `authserv_id`, and those of an unknown version, whoever they are from.
///
/// Takes the name and the value of each header field, the topmost first, and gives the positions in
/// ascending order. The value may be folded, and may end with its line end. With the `Header` of
/// `dkim-canon` these are `header.fields().map(|field| (field.name(), field.value()))`, and
/// `Header::without` leaves out what is found.
///
/// A field is ours if any reader could take it for ours. So the case of letters, comments, quotes,
/// escapes, a version, a substructure (`mx.example.org/queue-id`), a trailing dot, and A-labels
/// where we write U-labels make no difference; and where no authserv-id can be read at all, our id
/// anywhere in the field is enough. A field goes too if one that is ours stands inside of it, on a
/// line of its own to a reader who takes a bare CR or LF for the end of a line.
///
/// ```
/// let header: [(&[u8], &[u8]); 3] = [
///     (b"Authentication-Results", b" mx.example.org; spf=pass smtp.mailfrom=bank.example\r\n"),
///     (b"Authentication-Results", b" list.example; dkim=pass header.d=bank.example\r\n"),
///     (b"AUTHENTICATION-RESULTS", b"\r\n (hi) \"MX.Example.ORG\" 1; dmarc=pass\r\n"),
/// ];
/// assert_eq!(auth_results::forged(header, "mx.example.org"), [0, 2]);
/// ```
pub fn forged<'h>(
    fields: impl IntoIterator<Item = (&'h [u8], &'h [u8])>,
    authserv_id: &str,
) -> Vec<usize> {
    let ours = to_unicode(authserv_id);
    fields
        .into_iter()
        .enumerate()
        .filter(|(_, (name, value))| {
            let is_ours =
                |(name, value): (&[u8], &[u8])| is_named(name, NAME) && is_forged(value, &ours);
            is_ours((name, value)) || hidden_fields(name, value).any(is_ours)
        })
        .map(|(index, _)| index)
        .collect()
}

/// White space before the colon is obsolete and legal (RFC 5322 §4.5).
pub(crate) fn is_authentication_results(name: &[u8]) -> bool {
    name.trim_ascii().eq_ignore_ascii_case(NAME.as_bytes())
}

fn is_forged(value: &[u8], ours: &str) -> bool {
    let Some(words) = words_before_results(value) else {
        return to_unicode(&String::from_utf8_lossy(value)).contains(ours);
    };
    let words: Vec<String> = words.iter().map(|word| to_unicode(word)).collect();
    let (id, version) = match words.split_last() {
        Some((last, id)) if !id.is_empty() && last.bytes().all(|octet| octet.is_ascii_digit()) => {
            (id, last.trim_start_matches('0'))
        }
        _ => (&*words, VERSION),
    };
    // One reader takes the first word, another what is left when comments and white space are gone.
    version != VERSION
        || id.first().is_some_and(|word| names(word, ours))
        || names(&id.concat(), ours)
}

/// Whether a word begins with our id and does not go on as another name would.
fn names(word: &str, ours: &str) -> bool {
    let Some(rest) = word.strip_prefix(ours) else {
        return false;
    };
    let rest = rest.trim_start_matches('.');
    !rest.starts_with(|character: char| {
        character.is_alphanumeric() || matches!(character, '-' | '_')
    })
}

/// The words in front of the first semicolon, without comments, quotes and escapes. `None` if a
/// comment or a quoted string does not end, or if there is no word.
fn words_before_results(value: &[u8]) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    let mut rest = value;
    while let Some((&first, tail)) = rest.split_first() {
        let is_separator = matches!(first, 0..=b' ' | b'(' | 0x7f);
        if is_separator && !word.is_empty() {
            words.push(core::mem::take(&mut word));
        }
        rest = match first {
            b';' => break,
            b'(' => comment::<()>(rest).ok()?.0,
            // A word of its own: `"id"1` is an id and a version to one reader, one word to another.
            b'"' => {
                let (behind, quoted) = quoted_string::<()>(rest).ok()?;
                words.push(core::mem::take(&mut word));
                words.push(quoted.text().trim_ascii().to_vec());
                behind
            }
            _ => {
                if !is_separator && first != b'\\' {
                    word.push(first);
                }
                tail
            }
        };
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    if words.is_empty() {
        return None;
    }
    // A tab inside of quotes is white space like a space: a `Value` has a space for it.
    let text = |word: &Vec<u8>| String::from_utf8_lossy(word).replace('\t', " ");
    Some(words.iter().map(text).collect())
}

/// RFC 8601 §2.2.
const NAME: &str = "Authentication-Results";

/// RFC 8601 §2.6.
const VERSION: &str = "1";

#[cfg(test)]
mod tests {
    use super::*;

    fn is_removed(value: &str) -> bool {
        !forged(
            [(&b"Authentication-Results"[..], value.as_bytes())],
            "mx.example.org",
        )
        .is_empty()
    }

    #[test]
    fn f01_our_id_is_found_in_every_dress() {
        let long = alloc::format!(" ({}) mx.example.org; spf=pass", "x".repeat(5000));
        for value in [
            " mx.example.org; spf=pass",
            "mx.example.org;spf=pass",
            " MX.Example.Org; spf=pass",
            " mx.example.org",
            " mx.example.org; nonsense",
            " mx.example.org 1; spf=pass",
            " mx.example.org 2; spf=pass",
            " mx.example.org (c) 1 (d); spf=pass",
            " mx.example.org spf=pass",
            " mx.example.org. ; spf=pass",
            " mx.example.org/4F2a1; spf=pass",
            " mx.example.org:25; spf=pass",
            " mx.example.org=x; spf=pass",
            " (c)mx.example.org; spf=pass",
            " mx.(c)example.org; spf=pass",
            " mx .example .org 1; spf=pass",
            " \"mx.example.org\"; spf=pass",
            " \"mx.example\".org; spf=pass",
            " \"mx.example.org\"1; spf=pass",
            " \"mx.example.org\"01(c); spf=pass",
            " \"mx\"\".example.org\"1; spf=pass",
            " \"mx.\\example.org\"; spf=pass",
            " \" mx.example.org \"; spf=pass",
            "\r\n mx.example.org; spf=pass\r\n",
            "\r\n\tmx.example.org;\r\n spf=pass\r\n",
            "\n mx.example.org; spf=pass",
            " \0mx.example.org; spf=pass",
            " (unclosed mx.example.org; spf=pass",
            " \"mx.example.org; spf=pass",
            " ; spf=pass mx.example.org",
            &long,
        ] {
            assert!(is_removed(value), "{value:?}");
        }
    }

    #[test]
    fn f01_a_tab_in_an_id_is_a_space() {
        let field = (
            &b"Authentication-Results"[..],
            &b"\"mx\tone\"; spf=pass"[..],
        );
        assert_eq!(forged([field], "mx one"), [0]);
    }

    #[test]
    fn the_ids_of_others_stay() {
        for value in [
            " list.example; spf=pass",
            " smtp.mx.example.org; spf=pass",
            " mx.example.org.example; spf=pass",
            " mx.example.organic; spf=pass",
            " mx.example.org-2; spf=pass",
            " mx.example; spf=pass",
            " list.example (mx.example.org); spf=pass smtp.helo=mx.example.org",
            " list.example 1; spf=pass",
            " list.example 01; spf=pass",
            "",
        ] {
            assert!(!is_removed(value), "{value:?}");
        }
    }

    #[test]
    fn f01_an_unknown_version_goes_whoever_it_is_from() {
        assert!(is_removed(" list.example 2; spf=pass"));
        assert!(is_removed(" list.example (c) 0; spf=pass"));
    }

    #[test]
    fn f01_u_labels_and_a_labels_are_one_name() {
        for ours in ["mx.bücher.example", "mx.xn--bcher-kva.example"] {
            let fields = [" mx.xn--bcher-kva.example; a=b", " mx.BÜCHER.example; a=b"];
            let fields = fields.map(|value| (&b"Authentication-Results"[..], value.as_bytes()));
            assert_eq!(forged(fields, ours), [0, 1]);
        }
    }

    #[test]
    fn f01_only_the_name_of_the_field_counts() {
        let value = &b" mx.example.org; spf=pass"[..];
        let fields = [
            (&b"authentication-results"[..], value),
            (b"Authentication-Results ", value),
            (b"X-Authentication-Results", value),
            (b"ARC-Authentication-Results", value),
            (b"Received", value),
            (b"AUTHENTICATION-RESULTS", value),
        ];
        assert_eq!(forged(fields, "mx.example.org"), [0, 1, 5]);
    }

    #[test]
    fn f01_octets_that_no_name_may_hold_do_not_hide_a_field() {
        let value = &b" mx.example.org; spf=pass"[..];
        for name in [
            &b"Authentication-Results\0"[..],
            b"\0Authentication-Results",
            b"Authentication\x0b-Results",
            b"\xef\xbb\xbfAuthentication-Results",
            b"Authentication-Results\r\n ",
        ] {
            assert_eq!(forged([(name, value)], "mx.example.org"), [0], "{name:?}");
        }
    }

    #[test]
    fn f01_behind_a_bare_line_end_a_field_is_found_too() {
        for (name, value) in [
            (
                "X",
                " 1\nAuthentication-Results: mx.example.org; spf=pass\r\n",
            ),
            (
                "X",
                " 1\rAuthentication-Results: mx.example.org; spf=pass\r\n",
            ),
            (
                "X",
                " 1\n 2\nY: 3\n\nauthentication-results : mx.example.org\n; a=b\r\n",
            ),
            ("X\nAuthentication-Results", " mx.example.org; spf=pass\r\n"),
            (
                "X",
                " 1\nAuthentication-Results:\n mx.example.org\nZ: 4\r\n",
            ),
        ] {
            let fields = [(name.as_bytes(), value.as_bytes())];
            assert_eq!(forged(fields, "mx.example.org"), [0], "{value:?}");
        }
        for value in [
            " 1\n Authentication-Results: mx.example.org; spf=pass\r\n",
            " 1\r\n\tAuthentication-Results: mx.example.org; spf=pass\r\n",
            " 1\nAuthentication-Results: list.example; spf=pass\r\n",
            " Authentication-Results: mx.example.org\r\n",
        ] {
            let fields = [(&b"X"[..], value.as_bytes())];
            assert!(forged(fields, "mx.example.org").is_empty(), "{value:?}");
        }
    }

    #[test]
    fn f01_all_of_many_are_found() {
        let field = (
            &b"Authentication-Results"[..],
            &b"mx.example.org; spf=pass"[..],
        );
        let fields = core::iter::repeat_n(field, 10_000);
        assert_eq!(forged(fields, "mx.example.org").len(), 10_000);
    }
}
