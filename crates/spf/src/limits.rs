//! How much one check may cost.

/// How much one check may cost. The defaults are those of RFC 7208 §4.6.4.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of an explanation; the rest is cut off. 499: what a reply line of 512 octets
    /// (RFC 5321 §4.5.3.1.5) holds beside `550 5.7.23 ` and its end.
    pub explanation: usize,
    /// Terms that ask the DNS: `include`, `a`, `mx`, `ptr`, `exists` and `redirect=`, counted
    /// when they are evaluated, over all records of the check. 10 (RFC 7208 §4.6.4); one more is
    /// a permerror.
    pub lookups: u8,
    /// Mail exchangers of one `mx`. 10 (RFC 7208 §4.6.4); one more is a permerror before any of
    /// them is asked for.
    pub mx_hosts: u8,
    /// Names of the client that are validated for `ptr` and `%{p}`. 10 (RFC 7208 §4.6.4);
    /// further ones are ignored.
    pub ptr_names: u8,
    /// Distinct questions of one check; one more is a permerror. 123: the most that the limits
    /// above allow (the domain's own record, ten terms of one question and ten hosts each, an
    /// explanation, and the client's names for it), so that the default changes no verdict of
    /// RFC 7208. Lower it to bound what a local-part macro, which makes every question unique,
    /// can cost.
    pub questions: u16,
    /// Terms whose own question finds nothing. 2 (RFC 7208 §4.6.4); one more is a permerror.
    pub void_lookups: u8,
}

impl Limits {
    /// Sets [`Limits::explanation`].
    #[must_use]
    pub fn explanation(self, explanation: usize) -> Self {
        Self {
            explanation,
            ..self
        }
    }

    /// Sets [`Limits::lookups`].
    #[must_use]
    pub fn lookups(self, lookups: u8) -> Self {
        Self { lookups, ..self }
    }

    /// Sets [`Limits::mx_hosts`].
    #[must_use]
    pub fn mx_hosts(self, mx_hosts: u8) -> Self {
        Self { mx_hosts, ..self }
    }

    /// Sets [`Limits::ptr_names`].
    #[must_use]
    pub fn ptr_names(self, ptr_names: u8) -> Self {
        Self { ptr_names, ..self }
    }

    /// Sets [`Limits::questions`].
    #[must_use]
    pub fn questions(self, questions: u16) -> Self {
        Self { questions, ..self }
    }

    /// Sets [`Limits::void_lookups`].
    #[must_use]
    pub fn void_lookups(self, void_lookups: u8) -> Self {
        Self {
            void_lookups,
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            explanation: 499,
            lookups: 10,
            mx_hosts: 10,
            ptr_names: 10,
            questions: 123,
            void_lookups: 2,
        }
    }
}
