//! The text of a reply.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::ops::Deref;

/// Text that is there once, however many replies have it: the report of a message has the same
/// reply for many recipients, and how long that is, the server decides.
#[derive(Clone)]
pub(super) enum Text {
    Fixed(&'static str),
    /// The text begins at an octet of its line, which stands as it is on the wire. (Both as slices
    /// would make every reply larger.)
    Ready {
        line: &'static str,
        from: u8,
    },
    Shared(Arc<str>),
}

impl Text {
    /// Text at the end of a line that has its codes and its CRLF.
    pub(super) const fn ready(line: &'static str, text: &'static str) -> Self {
        let from = line.len() - text.len() - LINE_END.len();
        assert!(from < 256, "codes are short");
        Self::Ready {
            line,
            from: from as u8,
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Ready { line, from } => line
                .get(usize::from(*from)..line.len() - LINE_END.len())
                .unwrap_or_default(),
            Self::Shared(text) => text,
        }
    }
}

impl Eq for Text {}

impl From<Cow<'static, str>> for Text {
    fn from(text: Cow<'static, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Fixed(text),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Shared(text.into())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

const LINE_END: &str = "\r\n";
