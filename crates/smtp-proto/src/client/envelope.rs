//! From whom, to whom, and what the server should know before.

use alloc::boxed::Box;
use alloc::vec::Vec;

use mail_address::Mailbox;

use crate::command::Xtext;

/// The envelope of one message.
#[derive(Clone, Debug)]
pub struct Envelope {
    reverse_path: Option<Mailbox>,
    recipients: Vec<Mailbox>,
    size: Option<u64>,
    eight_bit: bool,
    utf8: bool,
    /// The value of `AUTH=`, in xtext.
    submitter: Option<Box<str>>,
}

impl Envelope {
    /// `None` as the sender is the empty reverse path of reports, which nobody answers
    /// (RFC 5321 §4.5.5).
    pub fn new(reverse_path: Option<Mailbox>, recipients: Vec<Mailbox>) -> Self {
        let utf8 = reverse_path
            .iter()
            .chain(&recipients)
            .any(|mailbox| !mailbox.view().is_ascii());
        Self {
            reverse_path,
            recipients,
            size: None,
            eight_bit: false,
            utf8,
            submitter: None,
        }
    }

    /// Announces size and 8-bit content of a message that is at hand as a whole. The CRLF that its
    /// last line is given, if it has none, counts too.
    #[must_use]
    pub fn of_message(self, message: &[u8]) -> Self {
        let crlf = match message {
            [] | [.., b'\r', b'\n'] => 0,
            _ => 2,
        };
        let size =
            u64::try_from(message.len()).map_or(u64::MAX, |octets| octets.saturating_add(crlf));
        self.size(size).eight_bit(!message.is_ascii())
    }

    /// Announces the octets of the message, line ends included and doubled dots not, to servers
    /// that want to know (RFC 1870 §6).
    #[must_use]
    pub fn size(mut self, octets: u64) -> Self {
        self.size = Some(octets);
        self
    }

    /// Announces that the message holds octets beyond ASCII. Servers without 8BITMIME do not get
    /// it then (RFC 6152 §3).
    #[must_use]
    pub fn eight_bit(mut self, eight_bit: bool) -> Self {
        self.eight_bit = eight_bit;
        self
    }

    /// Announces a message with header fields in UTF-8. An address beyond ASCII does so by
    /// itself. Servers without SMTPUTF8 do not get it then (RFC 6531 §3.1).
    #[must_use]
    pub fn smtp_utf8(mut self) -> Self {
        self.utf8 = true;
        self.eight_bit = true;
        self
    }

    /// Tells servers that offer AUTH who submitted the message, `None` if that is not known for
    /// certain. Who passes on the mail of others and logs in to do so owes the server this
    /// (RFC 4954 §5).
    #[must_use]
    pub fn submitter(mut self, submitter: Option<&Mailbox>) -> Self {
        let text = submitter.map_or("<>", |mailbox| mailbox.view().as_str());
        self.submitter = Some(Xtext::encode(text.as_bytes()).into());
        self
    }

    /// The sender.
    pub fn reverse_path(&self) -> Option<&Mailbox> {
        self.reverse_path.as_ref()
    }

    /// The recipients, in the order in which the server hears of them.
    pub fn recipients(&self) -> &[Mailbox] {
        &self.recipients
    }

    pub(super) fn into_recipients(self) -> Vec<Mailbox> {
        self.recipients
    }

    pub(super) fn announced_submitter(&self) -> Option<Xtext<'_>> {
        Xtext::parse(self.submitter.as_ref()?.as_bytes())
    }

    pub(super) fn announced_size(&self) -> Option<u64> {
        self.size
    }

    pub(super) fn is_eight_bit(&self) -> bool {
        self.eight_bit
    }

    pub(super) fn needs_utf8(&self) -> bool {
        self.utf8
    }
}
