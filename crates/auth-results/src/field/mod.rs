//! The field as a value.

mod error;
mod parse;
mod print;

use alloc::vec::Vec;

use mail_address::rfc5322::Value;

pub use self::error::SyntaxError;
use crate::keyword::Keyword;
use crate::method::Method;
use crate::property::{Property, PropertyType};
use crate::result_code::ResultCode;

/// One Authentication-Results field (RFC 8601 §2.2).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct AuthenticationResults {
    /// Who made the checks. Compare it with [`forged`](crate::forged) in mind: what a message
    /// says here, anybody can write.
    pub authserv_id: Value<'static>,
    /// Whether the field says that it is of version 1, which is what a field that says nothing is.
    pub versioned: bool,
    /// What was found, in the order of the field. Empty if nothing was checked (`none`).
    pub results: Vec<ResInfo>,
}

impl AuthenticationResults {
    /// A field without results: `none`, until one is added.
    pub fn new(authserv_id: Value<'_>) -> Self {
        Self {
            authserv_id: authserv_id.into_owned(),
            results: Vec::new(),
            versioned: false,
        }
    }

    /// Reads the value of a field: what stands behind the colon, folded or not, with or without
    /// the line end behind it.
    ///
    /// Comments are allowed wherever RFC 8601 allows them. A property may hold unquoted what it
    /// should not, such as the colons of an IPv6 address, since many do write it so.
    pub fn parse(value: &[u8]) -> Result<Self, SyntaxError> {
        parse::authres_payload(value)
    }

    /// This field without comments, for readers that should be told no more than the results.
    #[must_use]
    pub fn without_comments(mut self) -> Self {
        for result in &mut self.results {
            result.comment = None;
        }
        self
    }

    /// This field with only those properties that are wanted, such as all but the addresses of
    /// users. The results stay.
    #[must_use]
    pub fn with_properties_that(
        mut self,
        mut keep: impl FnMut(&Method, &Property) -> bool,
    ) -> Self {
        for result in &mut self.results {
            let method = &result.method;
            result.properties.retain(|property| keep(method, property));
        }
        self
    }

    /// This field and one more result.
    #[must_use]
    pub fn with_result(mut self, result: ResInfo) -> Self {
        self.results.push(result);
        self
    }
}

/// What one method found: `resinfo` of RFC 8601 §2.2.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct ResInfo {
    /// What was checked.
    pub method: Method,
    /// The version of the method, where the field gives one; else it is 1 (RFC 8601 §2.6).
    pub method_version: Option<u32>,
    /// What came of it.
    pub result: ResultCode,
    /// The comment right behind the result or its reason, for people.
    pub comment: Option<Value<'static>>,
    /// Why, in free form.
    pub reason: Option<Value<'static>>,
    /// What was looked at, in the order of the field.
    pub properties: Vec<Property>,
}

impl ResInfo {
    /// Reads what stands between two semicolons, and leaves out of it what is no part of a result;
    /// `None` if it does not begin with a method and a result.
    pub(crate) fn parse_leniently(piece: &[u8]) -> Option<Self> {
        parse::lenient_resinfo(piece)
    }

    /// A result without properties.
    pub fn new(method: Method, result: ResultCode) -> Self {
        Self {
            method,
            method_version: None,
            result,
            comment: None,
            reason: None,
            properties: Vec::new(),
        }
    }

    /// With this comment behind the result and its reason; left out if no comment can hold the text.
    #[must_use]
    pub fn with_comment(mut self, text: &str) -> Self {
        self.comment = Value::try_from(text).ok().map(Value::into_owned);
        self
    }

    /// With this reason; left out if no value can hold the text.
    #[must_use]
    pub fn with_reason(mut self, text: &str) -> Self {
        self.reason = Value::try_from(text).ok().map(Value::into_owned);
        self
    }

    /// With one more property, such as `Smtp`, `"mailfrom"`, `b"example.net"`.
    ///
    /// The property is left out, and the result stays, if no field can hold it: a value with a line
    /// break or another control character, one that is not UTF-8, one with a word longer than a
    /// line, or a name that is no keyword.
    #[must_use]
    pub fn with_property(mut self, ptype: PropertyType, name: &str, value: &[u8]) -> Self {
        if let (Ok(name), Ok(value)) = (name.parse::<Keyword>(), Value::new(value)) {
            self.properties.push(Property::new(ptype, name, value));
        }
        self
    }

    /// The value of the first property of that kind and name.
    pub fn property(&self, ptype: &PropertyType, name: &str) -> Option<&str> {
        let mut properties = self.properties.iter();
        let is_meant = |property: &&Property| {
            property.ptype == *ptype && property.name.as_str().eq_ignore_ascii_case(name)
        };
        properties
            .find(is_meant)
            .map(|property| property.value.as_str())
    }
}
