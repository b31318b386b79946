//! Names inside of messages: the commas of GS2 (RFC 5801 §4) and SCRAM (RFC 5802 §7) end them.

use alloc::string::String;

/// `saslname = 1*(value-safe-char / "=2C" / "=3D")`: writes a name that is not empty and has no
/// NUL.
pub(super) fn escape(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

/// Reads such a name; `None` if it is malformed. RFC 5802 §5.1: a `=` that neither `2C` nor `3D`
/// follows fails the authentication.
pub(super) fn unescape(text: &str) -> Option<String> {
    if text.is_empty() || text.contains(['\0', ',']) {
        return None;
    }
    let mut name = String::with_capacity(text.len());
    let mut pieces = text.split('=');
    name.push_str(pieces.next()?);
    for piece in pieces {
        if let Some(rest) = piece.strip_prefix("2C") {
            name.push(',');
            name.push_str(rest);
        } else {
            name.push('=');
            name.push_str(piece.strip_prefix("3D")?);
        }
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn malformed_names_are_refused() {
        for text in ["", "a,b", "a\0", "=", "a=2", "a=2c", "a=3D=", "a=41"] {
            assert_eq!(unescape(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_what_was_written_gives_the_same_name(name in "([a,=2C3D]|[^\0]){1,20}") {
            let written = escape(&name);
            prop_assert!(!written.contains(','));
            prop_assert_eq!(unescape(&written), Some(name));
        }
    }
}
