//! Values of options: numbers as C reads them, booleans by their first letter, and lists of words.

use core::net::SocketAddr;

use dkim_sign::{Canonicalization, Form};

use super::directive::Directive;
use super::fault::OptionFault;
use crate::dns::name_server;

impl Directive {
    /// `y`, `t` and `1` begin what is true, `n`, `f` and `0` what is false.
    pub(super) fn boolean(&self) -> Result<bool, OptionFault> {
        boolean(&self.value).ok_or_else(|| OptionFault::Boolean {
            name: self.name.clone(),
            value: self.value.clone(),
        })
    }

    /// An integer from 0 to `most`.
    pub(super) fn integer(&self, most: u64) -> Result<u64, OptionFault> {
        let number = c_integer(&self.value).filter(|&number| number <= most);
        number.ok_or_else(|| OptionFault::Integer {
            name: self.name.clone(),
            value: self.value.clone(),
            most,
        })
    }

    /// An integer that counts octets, bits or fields.
    pub(super) fn count(&self) -> Result<usize, OptionFault> {
        let number = self.integer(i32::MAX.unsigned_abs().into())?;
        usize::try_from(number).map_err(|_| self.wrong("a number that fits this machine"))
    }

    /// That the value is not what it should be.
    pub(super) fn wrong(&self, expected: &'static str) -> OptionFault {
        OptionFault::Value {
            name: self.name.clone(),
            value: self.value.clone(),
            expected,
        }
    }

    /// The form of the header, or with a slash behind it that of the body too, which is simple where
    /// it is not given, as in a `c=` (RFC 6376 §3.5).
    pub(super) fn canonicalization(&self) -> Result<Canonicalization, OptionFault> {
        let value = self.value.to_ascii_lowercase();
        let (header, body) = match value.split_once('/') {
            Some((header, body)) => (Form::parse(header.as_bytes()), Form::parse(body.as_bytes())),
            None => (Form::parse(value.as_bytes()), Some(Form::Simple)),
        };
        match (header, body) {
            (Some(header), Some(body)) => Ok(Canonicalization { header, body }),
            _ => Err(self.wrong("relaxed or simple, or two of them with a slash between")),
        }
    }

    /// Addresses of name servers, each with a port if it is not 53.
    pub(super) fn name_servers(&self) -> Result<Vec<SocketAddr>, OptionFault> {
        let servers = words(&self.value).map(name_server);
        let servers = servers.collect::<Result<Vec<_>, _>>();
        match servers {
            Ok(servers) if !servers.is_empty() => Ok(servers),
            _ => Err(self.wrong("a list of addresses (ADDR or ADDR:PORT)")),
        }
    }
}

/// The parts of a list, commas between them.
pub(super) fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

fn boolean(value: &str) -> Option<bool> {
    match value.bytes().next()? {
        b'1' | b'T' | b't' | b'Y' | b'y' => Some(true),
        b'0' | b'F' | b'f' | b'N' | b'n' => Some(false),
        _ => None,
    }
}

/// An integer literal of C: `022` is octal, `0x16` hexadecimal.
fn c_integer(text: &str) -> Option<u64> {
    let digits = |digits: &str, radix| {
        let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        is_number.then(|| u64::from_str_radix(digits, radix).ok())?
    };
    let text = text.strip_prefix('+').unwrap_or(text);
    match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => digits(text.get(2..)?, 16),
        [b'0', _, ..] => digits(text.get(1..)?, 8),
        _ => digits(text, 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_look_at_the_first_letter() {
        for (value, expected) in [
            ("yes", Some(true)),
            ("True", Some(true)),
            ("1", Some(true)),
            ("yellow", Some(true)),
            ("no", Some(false)),
            ("False", Some(false)),
            ("0", Some(false)),
            ("on", None),
            ("off", None),
            ("2", None),
        ] {
            assert_eq!(boolean(value), expected, "{value}");
        }
    }

    #[test]
    fn integers_are_read_as_c_reads_them() {
        for (text, number) in [
            ("0", Some(0)),
            ("022", Some(18)),
            ("007", Some(7)),
            ("0x1F", Some(31)),
            ("300", Some(300)),
            ("+3", Some(3)),
            ("", None),
            ("-1", None),
            ("09", None),
            ("0x", None),
            ("12x", None),
            ("1_000", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(c_integer(text), number, "{text}");
        }
    }
}
