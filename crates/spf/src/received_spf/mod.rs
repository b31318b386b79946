//! The Received-SPF field ([RFC 7208] §9.1).
//!
//! [RFC 7208]: https://www.rfc-editor.org/rfc/rfc7208#section-9.1

mod parse;
mod print;

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use mail_address::rfc5322::cfws::dot_atom_text;
use mail_address::rfc5322::{Token, Value};

pub use self::parse::ReceivedSpfError;
use crate::report::{Cause, Report, Verdict};

/// One Received-SPF field: what a check found, in the header of the message.
///
/// # Written
///
/// [`Report::received_spf`] prints all of it. To change something first, take the report as a
/// value; [`to_field`](Self::to_field) prints that.
///
/// ```
/// # use dns_txt::{Zone, drive};
/// use spf::{Check, Options, ReceivedSpf};
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let zone: Zone = "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"".parse()?;
/// # let (client, options) = ("192.0.2.1".parse()?, Options::default());
/// # let mut check = Check::mail_from(client, b"mail.example.com", b"amy@example.com", &options);
/// # drive(&mut check, |question| zone.look_up(question));
/// let report = check.finish();
/// let field = ReceivedSpf::from(&report)
///     .with_comment("example.com knows it")
///     .with_pair("x-queue", b"4f1");
/// assert_eq!(
///     field.to_field(),
///     "Received-SPF: pass (example.com knows it) client-ip=192.0.2.1;\r\n \
///      envelope-from=\"amy@example.com\"; helo=mail.example.com; identity=mailfrom;\r\n \
///      mechanism=\"ip4:192.0.2.1\"; x-queue=4f1\r\n",
/// );
/// # Ok(())
/// # }
/// ```
///
/// It goes above the Received field of the same server and above other Received-SPF fields
/// (RFC 7208 §9.1). HELO and MAIL FROM are two checks, and each may have a field of its own.
///
/// # Read
///
/// ```
/// use spf::{ReceivedSpf, Verdict};
///
/// # fn main() -> Result<(), spf::ReceivedSpfError> {
/// let field = ReceivedSpf::parse(b" pass (example.com lists 192.0.2.1)\r\n client-ip=192.0.2.1;")?;
/// assert_eq!(field.verdict, Verdict::Pass);
/// assert_eq!(field.value("client-ip"), Some("192.0.2.1"));
/// # Ok(())
/// # }
/// ```
///
/// A field says who wrote it, if at all, in `receiver`, and anybody can write one: believe it only
/// where it stands above the Received field by which a server of one's own took the message.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReceivedSpf {
    /// The result.
    pub verdict: Verdict,
    /// The comment behind the result, for people.
    pub comment: Option<Value<'static>>,
    /// Keys and values, in the order of the field. RFC 7208 §9.1 defines `client-ip`,
    /// `envelope-from`, `helo`, `identity`, `mechanism`, `problem` and `receiver`.
    pub pairs: Vec<Pair>,
}

impl ReceivedSpf {
    /// A field with the result alone.
    pub fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            comment: None,
            pairs: Vec::new(),
        }
    }

    /// Reads the value of a field: what stands behind the colon, folded or not, with or without
    /// the line end behind it.
    ///
    /// Comments are allowed between all parts, and a value may hold unquoted what it should not,
    /// such as the colons of an IPv6 address or an at sign, since many do write it so.
    pub fn parse(value: &[u8]) -> Result<Self, ReceivedSpfError> {
        parse::header_field(value)
    }

    /// This field with this comment in place of the one that it has, or with none if no comment can
    /// hold the text.
    #[must_use]
    pub fn with_comment(mut self, text: &str) -> Self {
        self.comment = Value::try_from(text).ok().map(Value::into_owned);
        self
    }

    /// This field with one more pair.
    ///
    /// It is left out if it cannot be printed as it is: a value with a line break or another
    /// control character, one that is not UTF-8, one with a word longer than a line, or a key
    /// that is not a name of RFC 7208.
    #[must_use]
    pub fn with_pair(mut self, key: &str, value: &[u8]) -> Self {
        self.pairs.extend(Pair::new(key, value));
        self
    }

    /// The value of the first pair with this key; case makes no difference.
    pub fn value(&self, key: &str) -> Option<&str> {
        let mut pairs = self.pairs.iter();
        let pair = pairs.find(|pair| pair.key.eq_ignore_ascii_case(key))?;
        Some(pair.value.as_str())
    }
}

/// A key and its value.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Pair {
    key: Box<str>,
    value: Value<'static>,
}

impl Pair {
    /// `None` if the key is no name, or no field can hold the value.
    pub fn new(key: &str, value: &[u8]) -> Option<Self> {
        let first = key.bytes().next()?;
        let is_name = first.is_ascii_alphabetic() && key.bytes().all(is_name_octet);
        let token = Token::new(key.as_bytes()).ok().filter(|_| is_name)?;
        Some(Self {
            key: token.as_str().to_ascii_lowercase().into_boxed_str(),
            value: Value::new(value).ok()?.into_owned(),
        })
    }

    /// The key, in lower case.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value, without quotes.
    pub fn value(&self) -> &str {
        self.value.as_str()
    }
}

impl From<&Report> for ReceivedSpf {
    /// Everything that RFC 7208 §9.1 names, as far as the report has it and it can be printed: a
    /// peer's word that cannot is left out.
    fn from(report: &Report) -> Self {
        let mut field = Self::new(report.verdict)
            .with_comment(&comment(report))
            .with_pair("client-ip", report.client.to_string().as_bytes());
        if let Some(reverse_path) = &report.reverse_path {
            field = field.with_pair("envelope-from", reverse_path);
        }
        // RFC 8616 §4: a HELO name is ASCII, whatever MAIL FROM is.
        if report.helo.is_ascii() {
            field = field.with_pair("helo", &report.helo);
        }
        field = field.with_pair("identity", report.identity.as_str().as_bytes());
        if let Some(matched) = &report.matched {
            let mechanism = matched.directive.mechanism.to_string();
            field = field.with_pair("mechanism", mechanism.as_bytes());
        } else if report.cause == Cause::Default {
            field = field.with_pair("mechanism", b"default");
        }
        if let Verdict::PermError | Verdict::TempError = report.verdict {
            field = field.with_pair("problem", report.cause.to_string().as_bytes());
        }
        if let Some(receiver) = &report.receiver {
            field = field.with_pair("receiver", receiver.as_str().as_bytes());
        }
        field
    }
}

/// Says the result in a sentence, as the example of RFC 7208 §9.1 does: of which address, and by
/// which term if it is not a pass.
///
/// There are readers that search a field for words and know nothing of comments. So nothing comes
/// in that would need an escape, though it could be printed.
fn comment(report: &Report) -> Box<str> {
    let client = report.client;
    let Some(domain) = &report.domain else {
        return "no domain to check".to_owned().into_boxed_str();
    };
    let subject = match plain_local_part(report) {
        Some(local) => format!("domain of {local}@{domain}"),
        None => format!("domain of {domain}"),
    };
    let mut sentence = match report.verdict {
        Verdict::Fail => format!("{subject} does not designate {client} as permitted sender"),
        Verdict::Neutral => format!("{subject} neither permits nor denies {client}"),
        Verdict::None => format!("{subject} does not designate permitted senders"),
        Verdict::Pass => format!("{subject} designates {client} as permitted sender"),
        Verdict::PermError => format!("permanent error in processing {subject}"),
        Verdict::SoftFail => format!("{subject} discourages {client} as sender"),
        Verdict::TempError => format!("temporary error in processing {subject}"),
    };
    if let Some(matched) = &report.matched
        && report.verdict != Verdict::Pass
    {
        let term = matched.directive.to_string();
        if term.len() <= MAX_TERM && !term.contains(opens_something) {
            sentence = format!("{sentence}: {term}");
        }
    }
    match &report.receiver {
        Some(receiver) => format!("{receiver}: {sentence}").into_boxed_str(),
        None => sentence.into_boxed_str(),
    }
}

/// The local part of MAIL FROM, if it is a dot-atom of letters and marks that everybody sees as
/// they are, no longer than it may be. That of a null path is not the sender's.
fn plain_local_part(report: &Report) -> Option<&str> {
    if report.reverse_path.as_deref()?.is_empty() {
        return None;
    }
    let at = report.sender.iter().rposition(|&octet| octet == b'@')?;
    let (local, _) = report.sender.split_at_checked(at)?;
    let (rest, local) = dot_atom_text::<()>(local).ok()?;
    let local = str::from_utf8(local).ok()?;
    let is_seen = |character: char| character.is_ascii() || character.is_alphanumeric();
    let is_plain = rest.is_empty() && local.len() <= MAX_LOCAL_PART && local.chars().all(is_seen);
    is_plain.then_some(local)
}

/// What ends or begins something in a field, or hides it.
fn opens_something(character: char) -> bool {
    matches!(character, '(' | ')' | '"' | '\\' | ';')
}

/// `ALPHA / DIGIT / "-" / "_" / "."`, the octets of `name` in RFC 7208 §12.
fn is_name_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.')
}

/// RFC 5321 §4.5.3.1.1.
const MAX_LOCAL_PART: usize = 64;

/// A term that is longer is told by `mechanism` alone. A name has 253 octets at the most.
const MAX_TERM: usize = 253;
