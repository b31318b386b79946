//! The field as text.

use alloc::string::{String, ToString};
use core::fmt::Write as _;

use mail_address::rfc5322::cfws::dot_atom_text;
use mail_address::rfc5322::{FieldWriter, Token, Value, Visible};

use super::{AuthenticationResults, ResInfo};
use crate::property::Property;

impl AuthenticationResults {
    /// The whole field: name, value, folds and the line end. One line for each result, longer ones
    /// folded; see [`FieldWriter`] for what no value can do to it.
    pub fn to_field(&self) -> String {
        let mut field = FieldWriter::new(NAME);
        field.space().value(&self.authserv_id);
        if self.versioned {
            field.space().visible(VERSION);
        }
        field.visible(SEMICOLON);
        if self.results.is_empty() {
            field.space().visible(NONE);
        }
        let mut results = self.results.iter().peekable();
        while let Some(result) = results.next() {
            print_resinfo(&mut field, result);
            if results.peek().is_some() {
                field.visible(SEMICOLON);
            }
        }
        field.finish()
    }
}

/// `resinfo = [CFWS] ";" methodspec [ CFWS reasonspec ] [ CFWS 1*propspec ]`, without the
/// semicolon.
fn print_resinfo(field: &mut FieldWriter, resinfo: &ResInfo) {
    field.line();
    print_keyword(field, resinfo.method.as_str());
    if let Some(version) = resinfo.method_version {
        let mut digits = String::from("/");
        let _ = write!(digits, "{version}");
        print_keyword(field, &digits);
    }
    field.visible(EQUALS);
    print_keyword(field, resinfo.result.as_str());
    if let Some(reason) = &resinfo.reason {
        field.space().pair(REASON, reason);
    }
    if let Some(comment) = &resinfo.comment {
        field.space().comment(comment);
    }
    for property in &resinfo.properties {
        print_propspec(field.space(), property);
    }
}

/// `propspec = ptype [CFWS] "." [CFWS] property [CFWS] "=" pvalue`
fn print_propspec(field: &mut FieldWriter, property: &Property) {
    print_keyword(field, property.ptype.as_str());
    field.visible(DOT);
    print_keyword(field, property.name.as_str());
    field.visible(EQUALS);
    print_pvalue(field, &property.value);
}

/// `pvalue = [CFWS] ( value / [ [ local-part ] "@" ] domain-name ) [CFWS]`
///
/// RFC 8601 §2.2: what is an address must print as one, quoted in the local part only, and there
/// only if it is no dot-atom. `=`, `/` and `?`, as return paths of mailing lists have them, stay
/// bare, other than in a value.
fn print_pvalue(field: &mut FieldWriter, value: &Value<'static>) {
    if let Some((local, at_domain)) = split_address(value.as_str()) {
        if local.is_empty() {
            field.visible(at_domain);
            return;
        }
        if let Some(local) = dot_atom(local) {
            field.visible(local).visible(at_domain);
            return;
        }
        if let Some(local) = unquote(local) {
            field.value(&local).visible(at_domain);
            return;
        }
    }
    field.value(value);
}

/// The local part, possibly empty, and the rest with the at sign, if that is a domain.
fn split_address(text: &str) -> Option<(&str, Visible<'_>)> {
    let (local, at_domain) = text.split_at_checked(text.rfind('@')?)?;
    let domain = at_domain.strip_prefix('@')?;
    let (rest, domain) = dot_atom_text::<()>(domain.as_bytes()).ok()?;
    let is_domain = rest.is_empty() && domain.iter().all(|&octet| is_domain_octet(octet));
    let at_domain = Visible::new(at_domain.as_bytes()).ok()?;
    is_domain.then_some((local, at_domain))
}

/// A local part that needs no quotes.
fn dot_atom(local: &str) -> Option<Visible<'_>> {
    match dot_atom_text::<()>(local.as_bytes()).ok()? {
        (b"", atoms) => Visible::new(atoms).ok(),
        _ => None,
    }
}

/// What a quoted local part holds, if that prints as the local part is written.
fn unquote(local: &str) -> Option<Value<'static>> {
    let quoted = local.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            _ => text.push(character),
        }
    }
    let value = Value::try_from(text).ok()?;
    (value.to_string() == local).then_some(value)
}

/// `domain-name` of RFC 6376 §3.5, with the underscores of names in use, and U-labels
/// (RFC 8616 §3).
fn is_domain_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_') || !octet.is_ascii()
}

/// Keywords are visible and short enough: that is checked when they are made.
fn print_keyword(field: &mut FieldWriter, keyword: &str) {
    if let Ok(keyword) = Visible::new(keyword.as_bytes()) {
        field.visible(keyword);
    }
}

const DOT: Visible<'static> = Visible::from_static(".");
const EQUALS: Visible<'static> = Visible::from_static("=");
const NAME: Token<'static> = Token::from_static("Authentication-Results");
const NONE: Visible<'static> = Visible::from_static("none");
const REASON: Token<'static> = Token::from_static("reason");
const SEMICOLON: Visible<'static> = Visible::from_static(";");
const VERSION: Visible<'static> = Visible::from_static("1");
