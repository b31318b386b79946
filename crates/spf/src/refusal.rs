//! The reply to a message that is refused because of SPF (RFC 7372 §3.2).

use alloc::string::{String, ToString};
use core::fmt;

use crate::report::{Report, Verdict};

/// What RFC 7208 §8 and RFC 7372 §3.2 have a server reply that refuses a message because of a
/// verdict. Whether it refuses is the server's decision.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The reply code: 550 for good, 451 to try again.
    pub code: u16,
    /// The enhanced status code (RFC 3463).
    pub enhanced: &'static str,
    /// The text, one line of printable ASCII that fits behind the codes and ends in no space.
    pub text: String,
}

impl Report {
    /// The reply for a server that does not take the message. `None` for the verdicts with which
    /// RFC 7208 §8 refuses nothing: none, neutral, pass and softfail.
    ///
    /// Words of the domain are marked as its own (RFC 7208 §8.4).
    pub fn refusal(&self) -> Option<Refusal> {
        let (code, enhanced, mut text) = match self.verdict {
            Verdict::Fail => (550, "5.7.23", String::from("SPF validation failed")),
            Verdict::PermError => (550, "5.7.24", String::from("SPF validation error")),
            Verdict::TempError => (451, "4.7.24", String::from("SPF validation error")),
            Verdict::Neutral | Verdict::None | Verdict::Pass | Verdict::SoftFail => return None,
        };
        let detail = match self.verdict {
            Verdict::Fail => self.explanation.as_ref().map(ToString::to_string),
            _ => Some(self.cause.to_string()),
        };
        if let Some(detail) = detail {
            text.push_str(": ");
            text.push_str(&detail);
        }
        while text.len() > LONGEST_TEXT || text.ends_with(' ') {
            text.pop();
        }
        Some(Refusal {
            code,
            enhanced,
            text,
        })
    }
}

/// `550 5.7.23 SPF validation failed: …`, without the line end.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.code, self.enhanced, self.text)
    }
}

/// RFC 5321 §4.5.3.1.5: 512 octets with the line end, less that and `550 5.7.23 `.
const LONGEST_TEXT: usize = 499;
