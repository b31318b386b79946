//! The grammar (RFC 5322 §3.4 and §4.4), one function for each rule.
//!
//! A phrase and a local part both begin with words, and only what follows them tells which it was.
//! So the words are read once, as both, and nothing is tried twice.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::str;

use nom::Finish as _;
use nom::Parser as _;
use nom::bytes::complete::tag;

use super::error::{Expected, FromFieldError, Parsed, What, error, expect};
use super::{Address, FromField, Group, NamedMailbox, print};
use crate::local_part::quoted;
use crate::mailbox::Mailbox;
use crate::rfc5322::Value;
use crate::rfc5322::cfws::{atom, cfws, fws, quoted_string};

/// How an address may be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// In any way that the grammar has.
    Any,
    /// As the mailbox itself, with nothing inside of it or in front of it.
    Plain,
}

/// `from = "From:" (mailbox-list / address-list) CRLF` (RFC 6854 §2.1), without the name.
pub(super) fn from(value: &[u8], form: Form) -> Result<FromField, FromFieldError> {
    if let Some(offset) = memchr::memchr(0, value) {
        return Err(FromFieldError::Nul { offset });
    }
    let text = value.strip_suffix(b"\n").unwrap_or(value);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let (_, addresses) = list(text, None, |input| address(input, form))
        .finish()
        .map_err(|expected: Expected<'_>| expected.into_error(text.len()))?;
    match addresses.is_empty() {
        true => Err(FromFieldError::Empty),
        false => Ok(FromField { addresses }),
    }
}

/// `address-list = (address *("," address)) / obs-addr-list`, up to the end of the field;
/// `group-list = mailbox-list / CFWS / obs-group-list`, up to a semicolon, which it leaves.
///
/// The obsolete forms have commas with nothing between them.
fn list<'i, T>(
    input: &'i [u8],
    end: Option<u8>,
    item: impl Fn(&'i [u8]) -> Parsed<'i, T>,
) -> Parsed<'i, Vec<T>> {
    let mut items = Vec::new();
    let mut rest = input;
    loop {
        (rest, _) = cfws(rest)?;
        if rest.first().copied() == end {
            return Ok((rest, items));
        }
        if let Some(behind_comma) = rest.strip_prefix(b",") {
            rest = behind_comma;
            continue;
        }
        let (behind_item, found) = item(rest)?;
        items.push(found);
        (rest, _) = cfws(behind_item)?;
        let next = rest.first().copied();
        if next != end && next != Some(b',') {
            return Err(error(rest, What::Separator));
        }
    }
}

/// `address = mailbox / group`, `group = display-name ":" [group-list] ";" [CFWS]`
fn address(input: &[u8], form: Form) -> Parsed<'_, Address> {
    let (rest, words) = words(input)?;
    match rest.strip_prefix(b":") {
        Some(behind_colon) if words.is_phrase => {
            let (rest, members) = list(behind_colon, Some(b';'), |input| mailbox(input, form))?;
            let (rest, _) = expect(What::Separator, tag(";")).parse(rest)?;
            let group = Group {
                display_name: words
                    .display_name()
                    .filter(|name| !name.as_str().is_empty()),
                members,
            };
            Ok((rest, Address::Group(group)))
        }
        _ => {
            let (rest, mailbox) = mailbox_behind(&words, rest, form)?;
            Ok((rest, Address::Mailbox(mailbox)))
        }
    }
}

/// `mailbox = name-addr / addr-spec`
fn mailbox(input: &[u8], form: Form) -> Parsed<'_, NamedMailbox> {
    let (rest, words) = words(input)?;
    mailbox_behind(&words, rest, form)
}

/// The rest of a mailbox, behind its first words: `name-addr = [display-name] angle-addr`, or the
/// domain of an `addr-spec`.
fn mailbox_behind<'i>(words: &Words<'i>, rest: &'i [u8], form: Form) -> Parsed<'i, NamedMailbox> {
    match rest.first() {
        Some(b'@') => {
            let (rest, mailbox) = at_domain(words, rest, form)?;
            match rest.first() {
                Some(b'<') if form == Form::Any => twice(rest, &mailbox),
                _ => {
                    let display_name = None;
                    let named = NamedMailbox {
                        display_name,
                        mailbox,
                    };
                    Ok((rest, named))
                }
            }
        }
        Some(b'<') if words.is_phrase || words.is_empty() => {
            let (rest, mailbox) = angle_addr(rest, form)?;
            let display_name = words.display_name();
            Ok((
                rest,
                NamedMailbox {
                    display_name,
                    mailbox,
                },
            ))
        }
        _ => Err(error(rest, What::Address)),
    }
}

/// The rest of `addr-spec angle-addr`, in which both are the same address. No grammar has it, but
/// mail often does, of programs that put the address where they have no name; and whichever of the
/// two a reader takes, it is the same author.
fn twice<'i>(input: &'i [u8], name: &Mailbox) -> Parsed<'i, NamedMailbox> {
    let (rest, mailbox) = angle_addr(input, Form::Any)?;
    let text = name.view().as_str();
    if !text.eq_ignore_ascii_case(mailbox.view().as_str()) {
        return Err(error(input, What::Separator));
    }
    let display_name = Value::from_field(Cow::Borrowed(text.as_bytes())).ok();
    let named = NamedMailbox {
        display_name,
        mailbox,
    };
    Ok((rest, named))
}

/// `angle-addr = [CFWS] "<" addr-spec ">" [CFWS] / obs-angle-addr`,
/// `obs-angle-addr = [CFWS] "<" obs-route addr-spec ">" [CFWS]`, both without the CFWS around.
fn angle_addr(input: &[u8], form: Form) -> Parsed<'_, Mailbox> {
    let (rest, _) = expect(What::Address, tag("<")).parse(input)?;
    let (rest, _) = cfws(rest)?;
    let (rest, _) = match rest.first() {
        Some(b'@' | b',') if form == Form::Plain => return Err(error(rest, What::Plain)),
        Some(b'@' | b',') => obs_route(rest)?,
        _ => (rest, ()),
    };
    let (rest, _) = cfws(rest)?;
    let (rest, words) = words(rest)?;
    let (rest, mailbox) = at_domain(&words, rest, form)?;
    let (rest, _) = expect(What::AngleBracket, tag(">")).parse(rest)?;
    Ok((rest, mailbox))
}

/// `obs-route = obs-domain-list ":"`,
/// `obs-domain-list = *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain])`
///
/// RFC 5322 §4.4: when addresses are interpreted, the route should be ignored.
fn obs_route(input: &[u8]) -> Parsed<'_, ()> {
    let mut rest = input;
    let mut domains = 0usize;
    let mut after_domain = false;
    loop {
        (rest, _) = cfws(rest)?;
        rest = match rest.split_first() {
            Some((b'@', behind)) if !after_domain => {
                domains += 1;
                after_domain = true;
                domain(behind)?.0
            }
            Some((b',', behind)) => {
                after_domain = false;
                behind
            }
            Some((b':', behind)) if domains > 0 => return Ok((behind, ())),
            _ => return Err(error(rest, What::Route)),
        };
    }
}

/// `addr-spec = local-part "@" domain`, behind the words of the local part.
fn at_domain<'i>(words: &Words<'i>, rest: &'i [u8], form: Form) -> Parsed<'i, Mailbox> {
    let (behind_at, _) = expect(What::Address, tag("@")).parse(rest)?;
    let local_part = words
        .local_part()
        .ok_or_else(|| error(words.input, What::LocalPart))?;
    let (rest, host) = domain(behind_at)?;
    // RFC 5322 §3.4.1 leaves it to the reader what can be a domain: what can be one in the
    // envelope.
    let mailbox = str::from_utf8(&host)
        .ok()
        .and_then(|host| Mailbox::parse(format!("{local_part}@{host}").as_bytes()).ok())
        .ok_or_else(|| error(behind_at, What::Domain))?;
    if form == Form::Plain && !words.input.starts_with(mailbox.view().as_str().as_bytes()) {
        return Err(error(words.input, What::Plain));
    }
    match print::pieces(mailbox.view()) {
        Some(_) => Ok((rest, mailbox)),
        None => Err(error(words.input, What::TooLong)),
    }
}

/// `domain = dot-atom / domain-literal / obs-domain`, `obs-domain = atom *("." atom)`, and the
/// CFWS behind it.
fn domain(input: &[u8]) -> Parsed<'_, Cow<'_, [u8]>> {
    let (rest, _) = cfws(input)?;
    if rest.starts_with(b"[") {
        return domain_literal(rest);
    }
    let (rest, first) = expect(What::Domain, atom).parse(rest)?;
    let (mut rest, _) = cfws(rest)?;
    let mut domain = Cow::Borrowed(first);
    while let Some(behind_dot) = rest.strip_prefix(b".") {
        let (behind_dot, _) = cfws(behind_dot)?;
        let (behind_atom, label) = expect(What::Domain, atom).parse(behind_dot)?;
        let domain = domain.to_mut();
        domain.push(b'.');
        domain.extend_from_slice(label);
        (rest, _) = cfws(behind_atom)?;
    }
    Ok((rest, domain))
}

/// `domain-literal = [CFWS] "[" *([FWS] dtext) [FWS] "]" [CFWS]`, without the first CFWS.
///
/// White space and controls inside of the brackets are left for the literal to refuse, other than
/// right behind the first bracket and before the last: no literal has any.
fn domain_literal(input: &[u8]) -> Parsed<'_, Cow<'_, [u8]>> {
    let (rest, _) = expect(What::Domain, tag("[")).parse(input)?;
    let (rest, _) = nom::combinator::opt(fws).parse(rest)?;
    let end = memchr::memchr(b']', rest).ok_or_else(|| error(input, What::Domain))?;
    let (content, rest) = rest.split_at_checked(end).unwrap_or_default();
    let literal = [b"[", without_last_fws(content), b"]"].concat();
    let (rest, _) = expect(What::Domain, tag("]")).parse(rest)?;
    let (rest, _) = cfws(rest)?;
    Ok((rest, Cow::Owned(literal)))
}

fn without_last_fws(content: &[u8]) -> &[u8] {
    let (text, space) = content
        .split_at_checked(content.trim_ascii_end().len())
        .unwrap_or((content, b""));
    match fws::<()>(space) {
        Ok((b"", _)) => text,
        _ => content,
    }
}

/// Words and dots, and the CFWS behind them: possibly none.
fn words(input: &[u8]) -> Parsed<'_, Words<'_>> {
    let mut words = Words::new(input);
    let mut rest = input;
    loop {
        rest = match rest.first() {
            Some(b'"') => {
                let (rest, quoted) = quoted_string(rest)?;
                words.push_word(&quoted.text());
                rest
            }
            Some(b'.') => {
                words.push_dot();
                rest.get(1..).unwrap_or_default()
            }
            _ => match atom::<()>(rest) {
                Ok((rest, atom)) => {
                    words.push_word(atom);
                    rest
                }
                Err(_) => return Ok((rest, words)),
            },
        };
        let (behind, space) = cfws(rest)?;
        words.after_space = !space.is_empty();
        rest = behind;
    }
}

/// What may be a phrase, a local part, or both.
struct Words<'i> {
    /// Where they begin.
    input: &'i [u8],
    /// As a phrase: RFC 5322 §3.2.2 makes a space of the white space and comments between words.
    phrase: Vec<u8>,
    /// As a local part, without any white space.
    name: Vec<u8>,
    last: Option<Piece>,
    after_space: bool,
    is_phrase: bool,
    is_local_part: bool,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Piece {
    Dot,
    Word,
}

impl<'i> Words<'i> {
    fn new(input: &'i [u8]) -> Self {
        Self {
            input,
            phrase: Vec::new(),
            name: Vec::new(),
            last: None,
            after_space: false,
            is_phrase: false,
            is_local_part: true,
        }
    }

    fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    fn push_word(&mut self, text: &[u8]) {
        self.is_phrase |= self.last.is_none();
        self.is_local_part &= self.last != Some(Piece::Word);
        self.push(Piece::Word, text);
    }

    fn push_dot(&mut self) {
        self.is_local_part &= self.last == Some(Piece::Word);
        self.push(Piece::Dot, b".");
    }

    fn push(&mut self, piece: Piece, text: &[u8]) {
        if self.after_space {
            self.phrase.push(b' ');
        }
        self.phrase.extend_from_slice(text);
        self.name.extend_from_slice(text);
        self.last = Some(piece);
    }

    /// `display-name = phrase`, with the dots of `obs-phrase = word *(word / "." / CFWS)`; `None`
    /// without words, or if no value can hold the text.
    fn display_name(&self) -> Option<Value<'static>> {
        if !self.is_phrase {
            return None;
        }
        Value::from_field(Cow::Borrowed(&self.phrase)).ok()
    }

    /// `local-part = dot-atom / quoted-string / obs-local-part`,
    /// `obs-local-part = word *("." word)`, in the form that the envelope has.
    fn local_part(&self) -> Option<String> {
        let is_local_part = self.is_local_part && self.last == Some(Piece::Word);
        let name = str::from_utf8(&self.name).ok()?;
        is_local_part.then(|| quoted(name)).flatten()
    }
}
