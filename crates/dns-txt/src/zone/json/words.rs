//! Names, types and statuses, as words of JSON.

use alloc::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::answer::Answer;
use crate::name::Name;
use crate::question::Kind;
use crate::zone::status::Status;

#[derive(Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct JsonKind(pub(super) Kind);

impl<'de> Deserialize<'de> for JsonKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == word);
        kind.map(Self)
            .ok_or_else(|| D::Error::custom("unknown type"))
    }
}

impl Serialize for JsonKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

#[derive(Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct JsonName<'z>(pub(super) Cow<'z, Name>);

impl<'de> Deserialize<'de> for JsonName<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let name = match text.as_bytes() {
            b"" => Name::root(),
            text => Name::parse(text).map_err(D::Error::custom)?,
        };
        Ok(Self(Cow::Owned(name)))
    }
}

impl Serialize for JsonName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

pub(super) struct JsonStatus<'z>(pub(super) Cow<'z, Answer>);

impl JsonStatus<'_> {
    pub(super) fn is_no_data(&self) -> bool {
        *self.0 == Answer::NO_DATA
    }
}

impl Default for JsonStatus<'_> {
    fn default() -> Self {
        Self(Cow::Owned(Answer::NO_DATA))
    }
}

impl<'de> Deserialize<'de> for JsonStatus<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        let answer = Status::parse(word.as_bytes());
        answer
            .map(|answer| Self(Cow::Owned(answer)))
            .ok_or_else(|| D::Error::custom("unknown status"))
    }
}

impl Serialize for JsonStatus<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Records are no status, and stand elsewhere.
        let status = Status::of(&self.0).unwrap_or(Status::NO_DATA);
        serializer.collect_str(&status)
    }
}
