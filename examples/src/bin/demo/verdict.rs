//! What a delivered message says about its sender: read from the fields that were stamped on it,
//! as any reader would.

use core::fmt;

use auth_results::{AuthenticationResults, Method, ResInfo};
use dkim_canon::Header;

/// The results of SPF for MAIL FROM, of DKIM and of DMARC.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    spf: String,
    dkim: String,
    dmarc: String,
    why: String,
}

impl Verdict {
    /// Reads the topmost Authentication-Results field; `None` if there is none that can be read.
    pub(crate) fn of(message: &[u8]) -> Option<Self> {
        let (header, _) = Header::split(message);
        let field = header
            .fields()
            .find(|field| field.is_named("Authentication-Results"))?;
        let results = AuthenticationResults::parse(field.value()).ok()?.results;
        let spf = results.iter().find(|result| result.method == Method::Spf)?;
        let dkim: Vec<&ResInfo> = results
            .iter()
            .filter(|result| result.method == Method::Dkim)
            .collect();
        let dmarc = results
            .iter()
            .find(|result| result.method == Method::Dmarc)?;
        // Several signatures say the same here, or the first is the one to look at.
        let first = dkim.first()?;
        let why = match &*first.result.to_string() {
            "pass" | "none" => String::new(),
            _ => first
                .comment
                .as_ref()
                .map(|comment| format!(" ({})", comment.as_str()))
                .unwrap_or_default(),
        };
        let all_alike = dkim.iter().all(|result| result.result == first.result);
        Some(Self {
            spf: spf.result.to_string(),
            dkim: match all_alike {
                true => first.result.to_string(),
                false => "mixed".into(),
            },
            dmarc: dmarc.result.to_string(),
            why,
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            spf,
            dkim,
            dmarc,
            why,
        } = self;
        write!(f, "spf={spf} dkim={dkim} dmarc={dmarc}{why}")
    }
}

/// The fields that the receiver has put on top: up to and with its Received field.
pub(crate) fn stamped(message: &[u8]) -> String {
    let (header, _) = Header::split(message);
    let mut stamped = Vec::new();
    for field in header.fields() {
        stamped.extend_from_slice(field.raw());
        if field.is_named("Received") {
            break;
        }
    }
    String::from_utf8_lossy(&stamped).into_owned()
}

/// What a person would read.
pub(crate) fn body(message: &[u8]) -> String {
    let (_, body) = Header::split(message);
    String::from_utf8_lossy(body).trim_end().into()
}
