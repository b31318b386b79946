//! A-labels read as U-labels (RFC 3492 §6.2), for comparing names.

use alloc::string::String;
use alloc::vec::Vec;

/// A name in the form in which equal names are equal: A-labels decoded, in lower case.
///
/// A label that does not decode stays as it is. Lower case is that of Unicode; no other mapping of
/// IDNA is applied.
pub(crate) fn to_unicode(name: &str) -> String {
    let mut unicode = String::with_capacity(name.len());
    for (index, label) in name.split('.').enumerate() {
        if index > 0 {
            unicode.push('.');
        }
        let decoded = label
            .split_at_checked(ACE_PREFIX.len())
            .filter(|(prefix, _)| prefix.eq_ignore_ascii_case(ACE_PREFIX))
            .and_then(|(_, encoded)| decode(encoded));
        let characters = decoded.unwrap_or_else(|| label.chars().collect());
        unicode.extend(characters.into_iter().flat_map(char::to_lowercase));
    }
    unicode
}

/// `None` if the text is no punycode, or longer than a label can be: the insertions cost time
/// proportional to the square of the length.
fn decode(encoded: &str) -> Option<Vec<char>> {
    if encoded.len() > MAX_LABEL || !encoded.is_ascii() {
        return None;
    }
    let (basic, deltas) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut output: Vec<char> = basic.chars().collect();
    let mut code = INITIAL_N;
    let mut index = 0u32;
    let mut bias = INITIAL_BIAS;
    let mut digits = deltas.bytes();
    while digits.len() > 0 {
        let before = index;
        let mut weight = 1u32;
        let mut k = BASE;
        loop {
            let digit = digit_value(digits.next()?)?;
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
            k += BASE;
        }
        let length = u32::try_from(output.len()).ok()?.checked_add(1)?;
        bias = adapt(index - before, length, before == 0);
        code = code.checked_add(index / length)?;
        index %= length;
        output.insert(usize::try_from(index).ok()?, char::from_u32(code)?);
        index += 1;
    }
    Some(output)
}

/// RFC 3492 §6.1.
fn adapt(delta: u32, length: u32, is_first: bool) -> u32 {
    let mut delta = delta / if is_first { DAMP } else { 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

fn digit_value(octet: u8) -> Option<u32> {
    match octet {
        b'a'..=b'z' => Some(u32::from(octet - b'a')),
        b'A'..=b'Z' => Some(u32::from(octet - b'A')),
        b'0'..=b'9' => Some(u32::from(octet - b'0') + 26),
        _ => None,
    }
}

/// RFC 5890 §2.3.2.1.
const ACE_PREFIX: &str = "xn--";

/// RFC 1035 §2.3.4.
const MAX_LABEL: usize = 63;

// RFC 3492 §5.
const BASE: u32 = 36;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;
const SKEW: u32 = 38;
const T_MAX: u32 = 26;
const T_MIN: u32 = 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_labels_read_as_u_labels_and_the_rest_in_lower_case() {
        for (name, unicode) in [
            ("Mail.Example.COM", "mail.example.com"),
            ("xn--bcher-kva.example", "bücher.example"),
            ("XN--BCHER-KVA.example", "bücher.example"),
            ("BÜCHER.example", "bücher.example"),
            ("xn--fiqs8s", "中国"),
            ("xn--egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"),
            ("xn--", ""),
            ("xn--a!", "xn--a!"),
            ("xn--99999999", "xn--99999999"),
        ] {
            assert_eq!(to_unicode(name), unicode, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_label_is_decoded_or_left(label in "[xX][nN]--[ -~]{0,70}") {
            let _ = to_unicode(&label);
        }
    }
}
