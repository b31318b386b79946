//! What receivers hold against a message, told before it is signed ([RFC 5322], [RFC 8058]).
//!
//! [RFC 5322]: https://www.rfc-editor.org/rfc/rfc5322
//! [RFC 8058]: https://www.rfc-editor.org/rfc/rfc8058

mod finding;
mod header;
mod lines;

use alloc::vec::Vec;

use dkim_canon::Header;

use self::lines::Lines;

pub use self::finding::Finding;

/// Looks at a message on its way out, beside the [`Signer`](crate::Signer), which signs what it is
/// given.
///
/// The body arrives in chunks of any size, and nothing of it is kept. There are only as many
/// findings as there are things to find: of what occurs often, the first place and the number of
/// them is told. What to do about a finding is the caller's to decide.
///
/// ```
/// use dkim_sign::{Finding, Header, Preflight};
///
/// let (header, body) = Header::split(
///     b"From: a@example.com\r\nFrom: b@example.com\r\n\
///       Date: Tue, 24 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\nNoon?\n",
/// );
/// let mut preflight = Preflight::begin(&header);
/// preflight.body(body);
/// let findings = preflight.finish();
/// assert_eq!(
///     findings,
///     [
///         Finding::FromRepeated { count: 2 },
///         Finding::BareLineFeed { count: 1, offset: 117 },
///     ],
/// );
/// assert_eq!(findings[0].code(), "from-repeated");
/// assert_eq!(findings[0].to_string(), "There are 2 From fields, and there has to be one.");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Preflight {
    findings: Vec<Finding>,
    lines: Lines,
}

impl Preflight {
    /// Looks at the header, which is that of the message as it is sent: with what is added on the
    /// way, such as a missing Date.
    pub fn begin(header: &Header<'_>) -> Self {
        let mut lines = Lines::default();
        lines.update(header.as_octets());
        Self {
            findings: header::findings(header),
            lines,
        }
    }

    /// Takes the next octets of the body.
    pub fn body(&mut self, chunk: &[u8]) {
        self.lines.update(chunk);
    }

    /// What was found so far. The findings about the header are complete from the start, those
    /// about lines grow with the body.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let lines = self.lines.clone().finish();
        self.findings.iter().cloned().chain(lines)
    }

    /// Ends the body. What concerns the header comes first.
    #[must_use]
    pub fn finish(self) -> Vec<Finding> {
        self.findings().collect()
    }
}

/// Looks at a whole message: one call for those who have it in memory.
#[must_use]
pub fn preflight(message: &[u8]) -> Vec<Finding> {
    let (header, body) = Header::split(message);
    let mut preflight = Preflight::begin(&header);
    preflight.body(body);
    preflight.finish()
}
