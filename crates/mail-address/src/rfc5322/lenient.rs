//! What readers may see in a header that is not as RFC 5322 has it.
//!
//! Two readers of one message must not find two authors in it, or two servers that checked it. So
//! whoever looks for a field on behalf of others takes it for one if any of them could.

/// Whether some reader takes `name`, the octets before a colon, for the name `wanted`: case makes no
/// difference (RFC 5322 §1.2.2), nor does white space (RFC 5322 §4.5), and octets that no name may
/// hold (RFC 5322 §2.2) are not there for those who drop them.
///
/// ```
/// use mail_address::rfc5322::lenient::is_named;
///
/// assert!(is_named(b"FROM \0", "From"));
/// assert!(!is_named(b"Resent-From", "From"));
/// ```
pub fn is_named(name: &[u8], wanted: &str) -> bool {
    let seen = name.iter().filter(|octet| octet.is_ascii_graphic());
    seen.map(u8::to_ascii_lowercase)
        .eq(wanted.bytes().map(|octet| octet.to_ascii_lowercase()))
}

/// The fields that a reader finds inside of another one who takes a bare CR or LF for the end of a
/// line: what stands before and behind the colon of each.
///
/// ```
/// use mail_address::rfc5322::lenient::hidden_fields;
///
/// let mut hidden = hidden_fields(b"Subject", b" hello\nFrom: b@legit.example\r\n");
/// assert_eq!(hidden.next(), Some((&b"From"[..], &b" b@legit.example\r\n"[..])));
/// assert_eq!(hidden.next(), None);
/// ```
pub fn hidden_fields<'m>(
    name: &'m [u8],
    value: &'m [u8],
) -> impl Iterator<Item = (&'m [u8], &'m [u8])> {
    let name = name.trim_ascii();
    let in_name = name.iter().rposition(|&octet| is_line_end(octet));
    let in_name = in_name.and_then(|end| Some((name.get(end..)?.trim_ascii(), value)));
    let (_, mut rest) = split_line(value);
    let lines = core::iter::from_fn(move || {
        let (line, behind) = split_line(rest);
        rest = behind;
        (!line.is_empty()).then_some(line)
    });
    in_name.into_iter().chain(lines.filter_map(split_field))
}

/// A line with its folds, which ends where no white space follows a line end, and what is behind.
fn split_line(octets: &[u8]) -> (&[u8], &[u8]) {
    let is_border = |end: &usize| {
        let next = octets.get(end + 1);
        next.is_some_and(|octet| !matches!(octet, b' ' | b'\t' | b'\r' | b'\n'))
    };
    let border = memchr::memchr2_iter(b'\r', b'\n', octets).find(is_border);
    let length = border.map_or(octets.len(), |at| at + 1);
    octets.split_at_checked(length).unwrap_or((octets, &[]))
}

fn split_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    Some((line.get(..colon)?, line.get(colon + 1..)?))
}

fn is_line_end(octet: u8) -> bool {
    matches!(octet, b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn hidden<'m>(name: &'m str, value: &'m str) -> Vec<(&'m str, &'m str)> {
        let text = |octets| core::str::from_utf8(octets).unwrap();
        hidden_fields(name.as_bytes(), value.as_bytes())
            .map(|(name, value)| (text(name), text(value)))
            .collect()
    }

    #[test]
    fn a_name_is_seen_through_what_no_name_may_hold() {
        for name in [
            "From",
            "fROM",
            " From\t",
            "From\r\n ",
            "F\0rom",
            "\u{feff}From",
            "From\u{7f}",
        ] {
            assert!(is_named(name.as_bytes(), "From"), "{name:?}");
            assert!(is_named(name.as_bytes(), "from"), "{name:?}");
        }
        for name in ["", "Fro", "From:", "From-", "X-From", "X\nFrom"] {
            assert!(!is_named(name.as_bytes(), "From"), "{name:?}");
        }
    }

    #[test]
    fn a_sound_field_hides_none() {
        for value in [
            "",
            " a: b\r\n",
            " a\r\n b: c\r\n\td: e\r\n",
            " a\n b: c\n",
            " a\r\n \r\n b: c\r\n",
        ] {
            assert_eq!(hidden("X", value), [], "{value:?}");
        }
    }

    #[test]
    fn fields_behind_bare_line_ends_are_found_with_their_folds() {
        assert_eq!(hidden("X", " a\nB: c"), [("B", " c")]);
        assert_eq!(hidden("X", " a\rB: c\r\n"), [("B", " c\r\n")]);
        assert_eq!(
            hidden("X", " a\n\nB\r\n : c\n d\re\nF:g:h"),
            [("B\r\n ", " c\n d\r"), ("F", "g:h")]
        );
        // Without a colon it is no field to anybody.
        assert_eq!(hidden("X", " a\nb\nc"), []);
    }

    #[test]
    fn a_name_may_hide_a_field_whose_value_it_shares() {
        assert_eq!(hidden("X\nB", " c"), [("B", " c")]);
        assert_eq!(
            hidden("X\rY\nB\r\n ", " c\nD:e"),
            [("B", " c\nD:e"), ("D", "e")]
        );
        assert_eq!(hidden("\r\n X\r\n ", " c"), []);
    }

    proptest! {
        #[test]
        fn whatever_stands_on_a_line_of_its_own_is_found(
            before in "[a :\r\n\t]{0,8}", name in "[a-z]{1,3}", behind in "[a :\r\n\t]{0,8}",
            end in "[\r\n]",
        ) {
            let value = [&before, &end, &name, ":", &behind].concat();
            prop_assert!(
                hidden("x", &value).iter().any(|(found, value)| *found == name && behind.starts_with(value)),
                "{value:?}"
            );
        }
    }
}
