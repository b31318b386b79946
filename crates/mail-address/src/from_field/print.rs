//! The field as text.

use alloc::format;
use alloc::string::String;

use super::{Address, FromField, NamedMailbox};
use crate::mailbox::MailboxRef;
use crate::rfc5322::token::MAX_PIECE;
use crate::rfc5322::{FieldWriter, Token, Value, Visible};

impl FromField {
    /// The whole field: name, value, folds and the line end. Without comments and routes; a
    /// display name of more than letters, digits and dots is in quotes, so that an encoded word
    /// in it is shown as written (RFC 2047 §5).
    ///
    /// ```
    /// use mail_address::FromField;
    ///
    /// # fn main() -> Result<(), mail_address::FromFieldError> {
    /// let from = FromField::parse(b"Al Ice (x) <@relay.example:alice . w@example.org>")?;
    /// assert_eq!(from.to_field(), "From: \"Al Ice\" <alice.w@example.org>\r\n");
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_field(&self) -> String {
        let mut field = FieldWriter::new(Token::from_static("From"));
        let mut addresses = self.addresses.iter().peekable();
        while let Some(address) = addresses.next() {
            match address {
                Address::Group(group) => {
                    match &group.display_name {
                        Some(name) => field.space().value(name),
                        None => field.space().visible(EMPTY_STRING),
                    };
                    field.visible(COLON);
                    print_list(&mut field, &group.members);
                    field.visible(SEMICOLON);
                }
                Address::Mailbox(mailbox) => print_mailbox(&mut field, mailbox),
            }
            if addresses.peek().is_some() {
                field.visible(COMMA);
            }
        }
        field.finish()
    }
}

/// `mailbox-list = (mailbox *("," mailbox))`
fn print_list(field: &mut FieldWriter, mailboxes: &[NamedMailbox]) {
    let mut mailboxes = mailboxes.iter().peekable();
    while let Some(mailbox) = mailboxes.next() {
        print_mailbox(field, mailbox);
        if mailboxes.peek().is_some() {
            field.visible(COMMA);
        }
    }
}

/// `mailbox = name-addr / addr-spec`
fn print_mailbox(field: &mut FieldWriter, named: &NamedMailbox) {
    field.space();
    match &named.display_name {
        None => print_addr_spec(field, named.mailbox.view()),
        Some(name) => {
            field.value(name).space().visible(LEFT);
            print_addr_spec(field, named.mailbox.view());
            field.visible(RIGHT);
        }
    }
}

/// `addr-spec = local-part "@" domain`
fn print_addr_spec(field: &mut FieldWriter, mailbox: MailboxRef<'_>) {
    let at_host = format!("@{}", mailbox.host());
    // Not reached without pieces: no such mailbox is read.
    if let (Some(local_part), Ok(at_host)) = (pieces(mailbox), Visible::new(at_host.as_bytes())) {
        match local_part {
            LocalPiece::Quoted(name) => field.value(&name),
            LocalPiece::Visible(text) => field.visible(text),
        };
        field.visible(at_host);
    }
}

/// How the local part is printed; `None` if a part of the mailbox does not fit on a line.
pub(super) fn pieces(mailbox: MailboxRef<'_>) -> Option<LocalPiece<'_>> {
    // One for the `@`.
    Visible::new(mailbox.host().as_bytes()).ok()?;
    if mailbox.host().len() >= MAX_PIECE {
        return None;
    }
    let local_part = mailbox.local_part();
    if local_part.as_str().contains(' ') {
        let name = local_part.unquoted().into_owned();
        return Value::try_from(name).ok().map(LocalPiece::Quoted);
    }
    Visible::new(local_part.as_str().as_bytes())
        .ok()
        .map(LocalPiece::Visible)
}

/// A local part as the writer takes it.
pub(super) enum LocalPiece<'i> {
    /// One with spaces, at which a line may end.
    Quoted(Value<'static>),
    Visible(Visible<'i>),
}

const COLON: Visible<'static> = Visible::from_static(":");
const COMMA: Visible<'static> = Visible::from_static(",");
const EMPTY_STRING: Visible<'static> = Visible::from_static("\"\"");
const LEFT: Visible<'static> = Visible::from_static("<");
const RIGHT: Visible<'static> = Visible::from_static(">");
const SEMICOLON: Visible<'static> = Visible::from_static(";");
