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
/// # What it finds, by the words of [`Finding::code`]
///
/// * Fields that have to be there: `from-missing`, `date-missing`, `message-id-missing`.
/// * Fields that may be there once: `from-repeated`, `field-repeated`.
/// * Fields that do not say what they have to: `field-empty`, `message-id-malformed`.
/// * Fields that two readers take for two things: `field-malformed`, `space-before-colon`,
///   `blank-fold`, `header-not-utf8`.
/// * One-click unsubscription that receivers will not offer: `unsubscribe-post-alone`,
///   `unsubscribe-post-malformed`, `unsubscribe-without-https`.
/// * Octets and lines that do not arrive as they were sent, whereupon the signature breaks:
///   `bare-carriage-return`, `bare-line-feed`, `long-line`, `nul`.
///
/// It reads no addresses, no dates and no MIME parts, and asks nothing: whether From is one that a
/// key of the caller's may sign for is not seen here.
///
/// # Where it stands
///
/// Behind everything that changes the message, where the signer stands: behind
/// [`ToCrlf`](dkim_canon::ToCrlf), behind what adds a Date or a Message-ID, and before the
/// signatures. Both take the same header and the same chunks.
///
/// ```
/// use dkim_sign::{Algorithm, Header, Preflight, SignRequest, Signer, UnixTime};
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let now = UnixTime::from_secs(1_795_500_000);
/// # let message = b"From: a@example.com\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nNoon?\r\n";
/// # let (header, body) = Header::split(message);
/// # let request = SignRequest::new(Algorithm::RsaSha256, "example.com".parse()?, "s".parse()?);
/// let mut preflight = Preflight::begin(&header);
/// let mut signer = Signer::begin(&header, [&request], now)?;
/// for chunk in body.chunks(1024) {
///     preflight.body(chunk);
///     signer.body(chunk);
/// }
/// for finding in preflight.finish() {
///     eprintln!("warning {}: {finding}", finding.code());
/// #   assert_eq!(finding.code(), "message-id-missing");
/// }
/// let unsigned = signer.finish();
/// # assert_eq!(unsigned.len(), 1);
/// # Ok(())
/// # }
/// ```
///
/// # What a finding tells
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

/// Looks at a whole message: one call for those who have it in memory. What [`Preflight`] finds in
/// it, what concerns the header first; nothing for a message that is fine.
///
/// ```
/// let message = b"From: a@example.com\r\nMessage-ID: <1@example.com>\r\n\r\nNoon?\r\n";
/// let findings = dkim_sign::preflight(message);
/// assert_eq!(findings.len(), 1);
/// assert_eq!(findings[0].to_string(), "There is no Date field.");
/// ```
#[must_use]
pub fn preflight(message: &[u8]) -> Vec<Finding> {
    let (header, body) = Header::split(message);
    let mut preflight = Preflight::begin(&header);
    preflight.body(body);
    preflight.finish()
}
