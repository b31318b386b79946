//! PEM files that hold a private key, and perhaps more ([RFC 7468]).
//!
//! [RFC 7468]: https://www.rfc-editor.org/rfc/rfc7468

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_PAD_INDIFFERENT};
use zeroize::Zeroizing;

use super::{Found, PrivateKeyError};

/// The DER of a PEM file's one private key. Text around the blocks and blocks of other kinds are
/// skipped (RFC 7468 §2), as long as one private key is among them.
pub(super) fn read(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, PrivateKeyError> {
    let mut lines = lines(text);
    // Reserved at once, so that no copy of the key stays behind where a vector grew.
    let mut base64 = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut other = Found::Other;
    while let Some(line) = lines.next() {
        let Some(label) = label(line, BEGIN) else {
            continue;
        };
        match label {
            b"ENCRYPTED PRIVATE KEY" => return Err(PrivateKeyError::Encrypted),
            b"PRIVATE KEY" | b"RSA PRIVATE KEY" if !base64.is_empty() => {
                return Err(PrivateKeyError::Several);
            }
            b"PRIVATE KEY" | b"RSA PRIVATE KEY" => block(&mut lines, label, &mut base64)?,
            _ => other = found(label),
        }
    }
    match base64.is_empty() {
        true => Err(PrivateKeyError::Kind { found: other }),
        false => decode(&base64),
    }
}

/// Whether there is a line that begins a PEM block.
pub(super) fn is_pem(text: &[u8]) -> bool {
    lines(text).any(|line| label(line, BEGIN).is_some())
}

/// Whether there is the beginning of a PEM block, on whatever line.
pub(super) fn has_begin(text: &[u8]) -> bool {
    text.windows(BEGIN.len()).any(|window| window == BEGIN)
}

/// Octets as PEM text, 64 characters a line (RFC 7468 §2).
pub(super) fn write(label: &str, der: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(STANDARD.encode(der));
    let borders = "-----BEGIN -----\n-----END -----\n\n".len() + 2 * label.len();
    let newlines = base64.len() / LINE;
    let mut text = Zeroizing::new(String::with_capacity(base64.len() + newlines + borders));
    text.extend(["-----BEGIN ", label, "-----\n"]);
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        text.extend([line, "\n"]);
        rest = after;
    }
    text.extend(["-----END ", label, "-----\n"]);
    text
}

/// Base64 without white space in it; padding may be left out.
pub(super) fn decode(base64: &[u8]) -> Result<Zeroizing<Vec<u8>>, PrivateKeyError> {
    // More than is needed, for the reason given above.
    let mut der = Zeroizing::new(Vec::with_capacity(base64.len()));
    STANDARD_PAD_INDIFFERENT
        .decode_vec(base64, &mut der)
        .map_err(|_| PrivateKeyError::Base64)?;
    Ok(der)
}

/// Collects the base64 between a BEGIN line, already read, and its END line.
fn block<'t>(
    lines: &mut impl Iterator<Item = &'t [u8]>,
    begun: &[u8],
    base64: &mut Vec<u8>,
) -> Result<(), PrivateKeyError> {
    for line in lines {
        if let Some(ended) = label(line, END) {
            return match ended == begun && !base64.is_empty() {
                true => Ok(()),
                false => Err(PrivateKeyError::Malformed),
            };
        }
        if label(line, BEGIN).is_some() {
            break;
        }
        match line.contains(&b':') {
            // `Proc-Type: 4,ENCRYPTED`, the older form of an encrypted key (RFC 1421 §4.6.1.1).
            true if line.ends_with(b"ENCRYPTED") => return Err(PrivateKeyError::Encrypted),
            true => {}
            false => base64.extend_from_slice(line),
        }
    }
    Err(PrivateKeyError::Truncated)
}

/// Lines end with CRLF, CR or LF (RFC 7468 §3).
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|octet| matches!(octet, b'\n' | b'\r'))
        .map(<[u8]>::trim_ascii)
}

/// The label of a line that begins or ends a block.
fn label<'t>(line: &'t [u8], border: &[u8]) -> Option<&'t [u8]> {
    let label = line.strip_prefix(border)?.strip_suffix(b"-----")?;
    // RFC 7468 §3: a label has no two hyphens in a row. Where it seems to, a line end was lost.
    (!label.windows(2).any(|pair| pair == b"--")).then_some(label)
}

fn found(label: &[u8]) -> Found {
    match label {
        b"CERTIFICATE" | b"TRUSTED CERTIFICATE" | b"X509 CERTIFICATE" => Found::Certificate,
        b"CERTIFICATE REQUEST" | b"NEW CERTIFICATE REQUEST" => Found::CertificateRequest,
        b"DSA PRIVATE KEY" => Found::DsaKey,
        b"EC PRIVATE KEY" => Found::EcKey,
        b"OPENSSH PRIVATE KEY" => Found::OpenSshKey,
        b"PUBLIC KEY" | b"RSA PUBLIC KEY" => Found::PublicKey,
        _ => Found::Other,
    }
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const LINE: usize = 64;
