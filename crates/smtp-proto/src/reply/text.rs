//! The text of a reply.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::Arc;
use core::ops::Deref;

/// Text that is there once, however many replies have it: the report of a message has the same
/// reply for many recipients, and how long that is, the server decides.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Fixed(&'static str),
    Shared(Arc<str>),
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
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
