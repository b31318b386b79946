//! The quoted-printable of DKIM ([RFC 6376] §2.11).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::vec::Vec;

/// Decodes a value from which white space was removed; `None` if an equals sign is not followed by
/// two hexadecimal digits in upper case.
///
/// Octets that are not ASCII stand for themselves: internationalized mail writes them
/// (RFC 8616 §5).
pub(crate) fn decode(mut encoded: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(encoded.len());
    while let Some((&octet, rest)) = encoded.split_first() {
        encoded = rest;
        if octet != b'=' {
            decoded.push(octet);
            continue;
        }
        let (&[high, low], rest) = encoded.split_first_chunk()?;
        decoded.push(digit(high)? << 4 | digit(low)?);
        encoded = rest;
    }
    Some(decoded)
}

/// Encodes octets into `dkim-safe-char`, the octets of `more` encoded too.
///
/// What RFC 2049 does not call mail-safe stands for itself as well, which RFC 6376 §2.11 does not
/// recommend and its own examples do: no relay changes an `@` or an underscore any more.
///
/// No `b` stands before an equals sign: some verifiers take `b=` for the signature wherever white
/// space is in front of it, and a fold may come to stand there.
pub(crate) fn encode(octets: &[u8], more: &[u8], out: &mut Vec<u8>) {
    for &octet in octets {
        match octet {
            b'!'..=b':' | b'<' | b'>'..=b'~' if !more.contains(&octet) => out.push(octet),
            _ => {
                let run = out.iter().rev().take_while(|&&last| last == b'b').count();
                out.truncate(out.len() - run);
                out.extend(b"=62".repeat(run));
                out.extend(escape(octet));
            }
        }
    }
}

/// `hex-octet =  "=" 2(DIGIT / "A" / "B" / "C" / "D" / "E" / "F")`
pub(crate) fn escape(octet: u8) -> [u8; 3] {
    [b'=', hexadecimal(octet >> 4), hexadecimal(octet & 0xf)]
}

fn digit(octet: u8) -> Option<u8> {
    match octet {
        b'0'..=b'9' => Some(octet - b'0'),
        b'A'..=b'F' => Some(octet - b'A' + 10),
        _ => None,
    }
}

fn hexadecimal(digit: u8) -> u8 {
    match digit {
        0..=9 => b'0' + digit,
        _ => b'A' + (digit - 10),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn malformed_escapes_are_refused() {
        for encoded in [&b"="[..], b"a=", b"=4", b"=4g", b"=4a", b"==40"] {
            assert_eq!(decode(encoded), None, "{}", encoded.escape_ascii());
        }
        assert_eq!(decode(b"a=40=3Bb"), Some(b"a@;b".to_vec()));
    }

    #[test]
    fn c18_nothing_encoded_looks_like_a_signature() {
        let mut encoded = Vec::new();
        encode(b"b =bb\xffabb", b"", &mut encoded);
        assert_eq!(encoded, b"=62=20=3D=62=62=FFabb");
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut encoded = Vec::new();
            encode(&octets, b"|", &mut encoded);
            prop_assert!(encoded.iter().all(|&octet| octet.is_ascii_graphic() && !b";|".contains(&octet)));
            prop_assert_eq!(decode(&encoded), Some(octets));
        }
    }
}
