//! The message between `DATA` and the line with a dot, both ways ([RFC 5321] §4.5.2).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321

mod scan;
mod stuff;
mod unstuff;

pub use self::stuff::{BareLineEnd, DotStuffer};
pub(crate) use self::unstuff::Unstuffer;

/// What is done about a CR or an LF that stands alone.
///
/// No such octet ever ends the message or a line of it (RFC 5321 §4.1.1.4), but the next server
/// may think otherwise: sent on as it is, it could smuggle a second message past this one.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum BareLineEnds {
    /// A bare LF becomes CRLF, a bare CR a blank. Against RFC 5321 §4.1.1.4, which wants no such
    /// tolerance; Postfix has it too (`smtpd_forbid_bare_newline = normalize`). The end of the
    /// message is CRLF, dot, CRLF here as well.
    Normalize,
    /// The message is refused.
    #[default]
    Reject,
}

/// What was odd about the octets of a message.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct BodyFaults {
    /// A CR without an LF behind it.
    pub bare_cr: bool,
    /// An LF without a CR before it.
    pub bare_lf: bool,
    /// An octet above 127.
    pub eight_bit: bool,
    /// A line of more octets than [`Limits::text_line`](crate::server::Limits::text_line).
    pub long_line: bool,
    /// A NUL.
    pub nul: bool,
}

impl BodyFaults {
    /// Whether a CR or an LF stood alone.
    pub fn bare_line_end(&self) -> bool {
        self.bare_cr || self.bare_lf
    }
}
