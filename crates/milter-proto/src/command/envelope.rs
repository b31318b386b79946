//! Senders and recipients.

use core::fmt;

use super::{CommandError, Part, Parts, Quoted};
use crate::macros::Texts;

/// The arguments of MAIL or RCPT, as the client has written them.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Envelope<'i> {
    path: &'i [u8],
    parameters: &'i [u8],
}

impl<'i> Envelope<'i> {
    /// `char address[], NUL ( char parameter[], NUL )*`
    pub(crate) fn parse(mut parts: Parts<'i>) -> Result<Self, CommandError> {
        let path = parts.text(Part::Address)?;
        let parameters = parts.texts(Part::Value)?;
        Ok(Self { path, parameters })
    }

    /// The address without the angle brackets around it, unchecked. Empty in MAIL: the null
    /// sender.
    pub fn address(&self) -> &'i [u8] {
        let inner = self.path.strip_prefix(b"<");
        let inner = inner.and_then(|it| it.strip_suffix(b">"));
        inner.unwrap_or(self.path)
    }

    /// The address as it came, mostly in angle brackets.
    pub fn path(&self) -> &'i [u8] {
        self.path
    }

    /// The parameters behind it, such as `SIZE=1000`.
    pub fn parameters(&self) -> Parameters<'i> {
        Parameters(Texts(self.parameters))
    }
}

impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("path", &Quoted(self.path))
            .field("parameters", &self.parameters())
            .finish()
    }
}

/// The parameters of MAIL or RCPT.
#[derive(Clone)]
pub struct Parameters<'i>(Texts<'i>);

impl<'i> Iterator for Parameters<'i> {
    type Item = &'i [u8];

    fn next(&mut self) -> Option<&'i [u8]> {
        self.0.next()
    }
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone().map(Quoted)).finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::command::Command;

    #[test]
    fn an_address_may_stand_in_brackets() {
        let rows: [(&[u8], &[u8]); 5] = [
            (b"<a@b.example>\0", b"a@b.example"),
            (b"a@b.example\0", b"a@b.example"),
            (b"<>\0", b""),
            (b"\0", b""),
            (b"<a\0", b"<a"),
        ];
        for (payload, address) in rows {
            let envelope = parse(Command::Mail, payload).unwrap();
            assert_eq!(envelope.address(), address);
            assert_eq!([envelope.path(), b"\0"].concat(), payload);
        }
    }

    #[test]
    fn parameters_stand_behind_the_address() {
        let envelope = parse(Command::Mail, b"<>\0SIZE=1\0\0BODY=7BIT\0").unwrap();
        let parameters: Vec<_> = envelope.parameters().collect();
        assert_eq!(parameters, [&b"SIZE=1"[..], b"", b"BODY=7BIT"]);
    }

    #[test]
    fn what_does_not_end_is_an_error() {
        let missing = |part| {
            let command = Command::Rcpt;
            Err(CommandError::Missing { command, part })
        };
        for payload in [&b""[..], b"<a@b.example>"] {
            let envelope = parse(Command::Rcpt, payload);
            assert_eq!(envelope, missing(Part::Address));
        }
        let envelope = parse(Command::Rcpt, b"<a@b.example>\0SIZE=1");
        assert_eq!(envelope, missing(Part::Value));
    }

    fn parse(command: Command, payload: &[u8]) -> Result<Envelope<'_>, CommandError> {
        Envelope::parse(Parts::new(command, payload))
    }
}
