//! One recipient, and which reports the sender wants of the delivery to it.

use alloc::boxed::Box;
use alloc::string::ToString;

use mail_address::Mailbox;

use crate::command::{ForwardPath, Notify, OriginalRecipient, Rcpt};

/// One recipient of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recipient {
    mailbox: Mailbox,
    notify: Option<Notify>,
    /// The value of `ORCPT=`.
    original: Option<Box<str>>,
}

impl Recipient {
    /// A recipient of whom the sender wants the usual reports.
    pub fn new(mailbox: Mailbox) -> Self {
        Self {
            mailbox,
            notify: None,
            original: None,
        }
    }

    /// Tells servers that offer `DSN` which reports the sender wants. Who passes a message on passes
    /// on what it was told with it (RFC 3461 §5.2.1).
    #[must_use]
    pub fn notify(mut self, notify: Notify) -> Self {
        self.notify = Some(notify);
        self
    }

    /// Tells servers that offer `DSN` which recipient the sender had named. Letters beyond ASCII are
    /// sent as they are if the recipient's address has such letters too, and in the ASCII form of
    /// RFC 6533 §3 if it can do without `SMTPUTF8`; what that makes longer than RFC 3461 §4.2 allows
    /// is left out.
    #[must_use]
    pub fn original_recipient(mut self, original: OriginalRecipient<'_>) -> Self {
        let value = match self.mailbox.view().is_ascii() {
            true => original.to_ascii(),
            false => original.to_string(),
        };
        self.original = Some(value.into());
        self
    }

    /// Who it is.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    pub(super) fn into_mailbox(self) -> Mailbox {
        self.mailbox
    }

    /// `RCPT` for it, with what a server wants to know.
    pub(super) fn rcpt(&self, dsn: bool) -> Rcpt<'_> {
        let rcpt = Rcpt::new(ForwardPath::Mailbox(self.mailbox.view()));
        if !dsn {
            return rcpt;
        }
        let original = self.original.as_ref();
        Rcpt {
            notify: self.notify,
            original_recipient: original.and_then(|it| OriginalRecipient::parse(it.as_bytes())),
            ..rcpt
        }
    }
}

impl From<Mailbox> for Recipient {
    fn from(mailbox: Mailbox) -> Self {
        Self::new(mailbox)
    }
}
