//! The names of the canonical forms ([RFC 6376] §3.4).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use core::fmt;

/// A canonical form, of the header or of the body.
#[expect(
    clippy::exhaustive_enums,
    reason = "RFC 6376 §3.4 defines these two; a third needs code everywhere"
)]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Form {
    /// Survives another folding and other amounts of white space.
    Relaxed,
    /// Survives next to nothing.
    #[default]
    Simple,
}

impl Form {
    /// The form's name in `c=`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relaxed => "relaxed",
            Self::Simple => "simple",
        }
    }

    /// Reads a form's name; `None` for a form that RFC 6376 does not know.
    pub fn parse(name: &[u8]) -> Option<Self> {
        match name {
            b"relaxed" => Some(Self::Relaxed),
            b"simple" => Some(Self::Simple),
            _ => None,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What `c=` says: one form for the header, one for the body.
///
/// The default is what a signature without `c=` means, `simple/simple`.
#[expect(
    clippy::exhaustive_structs,
    reason = "RFC 6376 §3.5 canonicalizes a header and a body and nothing else"
)]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Canonicalization {
    /// The form of the header fields.
    pub header: Form,
    /// The form of the body.
    pub body: Form,
}

impl Canonicalization {
    /// Relaxed header, relaxed body: what survives most relays.
    pub const RELAXED: Self = Self {
        header: Form::Relaxed,
        body: Form::Relaxed,
    };

    /// Simple header, simple body.
    pub const SIMPLE: Self = Self {
        header: Form::Simple,
        body: Form::Simple,
    };

    /// Reads the value of `c=`; `None` if it names a form that RFC 6376 does not know.
    ///
    /// `sig-c-tag = %x63 [FWS] "=" [FWS] sig-c-tag-alg ["/" sig-c-tag-alg]`
    pub fn parse(value: &[u8]) -> Option<Self> {
        match memchr::memchr(b'/', value) {
            Some(slash) => Some(Self {
                header: Form::parse(value.get(..slash)?)?,
                body: Form::parse(value.get(slash + 1..)?)?,
            }),
            // RFC 6376 §3.5: a name that stands alone is the header's, the body is simple.
            None => Some(Self {
                header: Form::parse(value)?,
                body: Form::Simple,
            }),
        }
    }
}

/// As `c=` is written: `relaxed/simple`.
impl fmt::Display for Canonicalization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.header, self.body)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn every_pair_is_read_as_it_is_printed() {
        for header in [Form::Relaxed, Form::Simple] {
            for body in [Form::Relaxed, Form::Simple] {
                let both = Canonicalization { header, body };
                assert_eq!(
                    Canonicalization::parse(both.to_string().as_bytes()),
                    Some(both)
                );
            }
        }
    }

    #[test]
    fn a_name_alone_is_for_the_header() {
        let parsed = Canonicalization::parse(b"relaxed").unwrap();
        assert_eq!((parsed.header, parsed.body), (Form::Relaxed, Form::Simple));
    }

    #[test]
    fn other_names_are_refused() {
        for value in [
            "",
            "/",
            "nowsp",
            "relaxed/",
            "/simple",
            "simple/simple/simple",
            "Relaxed",
        ] {
            assert_eq!(Canonicalization::parse(value.as_bytes()), None, "{value}");
        }
    }
}
