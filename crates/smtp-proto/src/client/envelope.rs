//! From whom, to whom, and what the server should know before.

use alloc::boxed::Box;
use alloc::vec::Vec;

use mail_address::Mailbox;

use super::Recipient;
use crate::command::{Body, Mail, Ret, Xtext};

/// The envelope of one message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope {
    reverse_path: Option<Mailbox>,
    recipients: Vec<Recipient>,
    size: Option<u64>,
    body: Option<Body>,
    utf8: bool,
    /// The value of `AUTH=`, in xtext.
    submitter: Option<Box<str>>,
    ret: Option<Ret>,
    /// The value of `ENVID=`, in xtext.
    envelope_id: Option<Box<str>>,
    require_tls: bool,
}

impl Envelope {
    /// `None` as the sender is the empty reverse path of reports, which nobody answers
    /// (RFC 5321 §4.5.5).
    pub fn new(reverse_path: Option<Mailbox>, recipients: Vec<Mailbox>) -> Self {
        let recipients = recipients.into_iter().map(Recipient::new);
        Self::with_recipients(reverse_path, recipients.collect())
    }

    /// The same, for recipients of whom the sender wants other reports than the usual.
    pub fn with_recipients(reverse_path: Option<Mailbox>, recipients: Vec<Recipient>) -> Self {
        let utf8 = reverse_path
            .iter()
            .chain(recipients.iter().map(Recipient::mailbox))
            .any(|mailbox| !mailbox.view().is_ascii());
        Self {
            reverse_path,
            recipients,
            size: None,
            body: None,
            utf8,
            submitter: None,
            ret: None,
            envelope_id: None,
            require_tls: false,
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
        if self.body != Some(Body::BinaryMime) {
            self.body = eight_bit.then_some(Body::EightBitMime);
        }
        self
    }

    /// Announces a message of any octets, in which CR and LF end no lines (RFC 3030 §3). Servers
    /// without CHUNKING and BINARYMIME do not get it then.
    #[must_use]
    pub fn binary(mut self) -> Self {
        self.body = Some(Body::BinaryMime);
        self
    }

    /// Announces a message with header fields in UTF-8. An address beyond ASCII does so by
    /// itself. Servers without SMTPUTF8 do not get it then (RFC 6531 §3.1).
    #[must_use]
    pub fn smtp_utf8(mut self) -> Self {
        self.utf8 = true;
        self.eight_bit(true)
    }

    /// Sends the message under TLS, to a server that promises to do the same, or not at all
    /// (RFC 8689 §4.2.1). A report, whose reverse path is empty, is not held back: where nobody
    /// promises, it goes without (RFC 8689 §5). That the server is who it should be, and was found where it should be, is
    /// the caller's to see to.
    #[must_use]
    pub fn require_tls(mut self) -> Self {
        self.require_tls = true;
        self
    }

    /// Tells servers that offer `DSN` how much of the message the report of a failure should return.
    #[must_use]
    pub fn ret(mut self, ret: Ret) -> Self {
        self.ret = Some(ret);
        self
    }

    /// Gives the message a name that reports of its delivery repeat, to servers that offer `DSN`;
    /// `None` if it is not fit for one: empty, not of printable ASCII, or with more than 100
    /// characters as xtext (RFC 3461 §4.4).
    pub fn envelope_id(mut self, envelope_id: &str) -> Option<Self> {
        let text = Xtext::encode(envelope_id.as_bytes());
        // Checked as it will be when it is sent.
        Mail::default().envelope_id(Xtext::parse(text.as_bytes())?)?;
        self.envelope_id = Some(text.into());
        Some(self)
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
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    pub(super) fn into_recipients(self) -> Vec<Recipient> {
        self.recipients
    }

    pub(super) fn announced_submitter(&self) -> Option<Xtext<'_>> {
        Xtext::parse(self.submitter.as_ref()?.as_bytes())
    }

    pub(super) fn announced_size(&self) -> Option<u64> {
        self.size
    }

    pub(super) fn announced_body(&self) -> Option<Body> {
        self.body
    }

    pub(super) fn announced_envelope_id(&self) -> Option<Xtext<'_>> {
        Xtext::parse(self.envelope_id.as_ref()?.as_bytes())
    }

    pub(super) fn announced_ret(&self) -> Option<Ret> {
        self.ret
    }

    /// Whether octets beyond ASCII may come.
    pub(super) fn is_eight_bit(&self) -> bool {
        self.body.is_some()
    }

    pub(super) fn is_binary(&self) -> bool {
        self.body == Some(Body::BinaryMime)
    }

    /// Whether the message must not go to a server that does not promise TLS.
    pub(super) fn needs_tls(&self) -> bool {
        self.require_tls && self.reverse_path.is_some()
    }

    pub(super) fn wants_tls(&self) -> bool {
        self.require_tls
    }

    pub(super) fn needs_utf8(&self) -> bool {
        self.utf8
    }
}
