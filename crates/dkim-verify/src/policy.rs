//! What a verifier refuses beyond what the RFCs refuse.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use dkim_canon::ToAscii;

/// What is acceptable here, and how much work a message may cause.
///
/// A policy can only be stricter than RFC 6376 and RFC 8301: what they refuse stays refused under
/// every policy. What a policy refuses is reported as [`Refused`](crate::Outcome::Refused).
///
/// ```
/// use dkim_verify::Policy;
///
/// let policy = Policy::default().min_rsa_bits(2048).required_fields(["Subject", "Date"]);
/// assert_eq!(policy.min_rsa_bits, 2048);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// Whether a signature may cover the beginning of the body only (`l=`). Off by default: what
    /// was appended looks as if it were signed (RFC 6376 §8.2).
    pub allow_body_length: bool,
    /// Whether a signature may be made in the future. Off by default: RFC 6376 §3.5 lets a
    /// verifier ignore such a signature.
    pub allow_future: bool,
    /// Seconds by which clocks may differ, for `t=` and `x=`. 300 by default, as OpenDKIM's
    /// `ClockDrift` has it.
    pub clock_skew: u64,
    /// The longest RSA key that is computed with, in bits. 4096 by default, which every verifier
    /// must handle (RFC 8301 §3.2); above 8192 bits nothing is.
    pub max_rsa_bits: usize,
    /// How many DKIM-Signature fields of a message are looked at, those that cannot be read
    /// included; `None` for all. 20 by default: more than honest mail has, and bounded work for
    /// other mail (RFC 6376 §8.4).
    pub max_signatures: Option<usize>,
    /// The shortest RSA key that is accepted, in bits. 1024 by default, the least that RFC 8301
    /// §3.2 allows.
    pub min_rsa_bits: usize,
    /// Header fields that a signature must list in `h=`. None by default; From is needed in any
    /// case (RFC 6376 §6.1.1).
    pub required_fields: Vec<String>,
    /// Converts internationalized domains (RFC 8616 §5). Without it, a signature that names one
    /// cannot be read.
    pub to_ascii: Option<ToAscii>,
}

impl Policy {
    /// Adds nothing to RFC 6376 and RFC 8301: nothing is ever refused. For comparing verifiers, not
    /// for mail from strangers: it accepts partly signed bodies and puts no bound on the number of
    /// signatures, each of which costs a pass over the header and perhaps one over the body.
    pub fn rfcs() -> Self {
        Self {
            allow_body_length: true,
            allow_future: true,
            clock_skew: 0,
            max_rsa_bits: 8192,
            max_signatures: None,
            min_rsa_bits: MIN_RSA_BITS,
            required_fields: Vec::new(),
            to_ascii: None,
        }
    }

    /// Sets [`Policy::allow_body_length`].
    #[must_use]
    pub fn allow_body_length(mut self, allow: bool) -> Self {
        self.allow_body_length = allow;
        self
    }

    /// Sets [`Policy::allow_future`].
    #[must_use]
    pub fn allow_future(mut self, allow: bool) -> Self {
        self.allow_future = allow;
        self
    }

    /// Sets [`Policy::clock_skew`], in seconds.
    #[must_use]
    pub fn clock_skew(mut self, seconds: u64) -> Self {
        self.clock_skew = seconds;
        self
    }

    /// Sets [`Policy::max_rsa_bits`].
    #[must_use]
    pub fn max_rsa_bits(mut self, bits: usize) -> Self {
        self.max_rsa_bits = bits;
        self
    }

    /// Sets [`Policy::max_signatures`].
    #[must_use]
    pub fn max_signatures(mut self, signatures: Option<usize>) -> Self {
        self.max_signatures = signatures;
        self
    }

    /// Sets [`Policy::min_rsa_bits`]. Below 1024 it changes nothing (RFC 8301 §3.2).
    #[must_use]
    pub fn min_rsa_bits(mut self, bits: usize) -> Self {
        self.min_rsa_bits = bits.max(MIN_RSA_BITS);
        self
    }

    /// Sets [`Policy::required_fields`].
    #[must_use]
    pub fn required_fields<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter();
        self.required_fields = names.map(|name| name.as_ref().to_owned()).collect();
        self
    }

    /// Sets [`Policy::to_ascii`].
    #[must_use]
    pub fn to_ascii(mut self, to_ascii: ToAscii) -> Self {
        self.to_ascii = Some(to_ascii);
        self
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow_body_length: false,
            allow_future: false,
            clock_skew: 300,
            max_rsa_bits: 4096,
            max_signatures: Some(20),
            ..Self::rfcs()
        }
    }
}

/// RFC 8301 §3.2.
const MIN_RSA_BITS: usize = 1024;
