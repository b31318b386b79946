//! Messages, what becomes of them, and how the two sides are set up.

use smtp_proto::Reply;
use smtp_proto::client::Envelope;
use smtp_proto::sasl::Mechanism;

/// What a server does with a message at each step, and what it is made of. The fates stand in
/// the addresses, so that the server needs no list.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) sender: Fate,
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) data: Fate,
    /// The chunk that is refused, counted from 0, if there are so many.
    pub(crate) refused_chunk: Option<u8>,
    pub(crate) is_binary: bool,
    pub(crate) content: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipient {
    pub(crate) fate: Fate,
    /// What becomes of the message in LMTP, if it is accepted there.
    pub(crate) delivery: Fate,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    Accepted,
    Later,
    Never,
}

impl Fate {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Later => "later",
            Self::Never => "never",
        }
    }

    pub(crate) fn of(text: &str) -> Self {
        [Self::Accepted, Self::Later, Self::Never]
            .into_iter()
            .find(|fate| text.starts_with(fate.word()))
            .unwrap()
    }

    pub(crate) fn answer(self, accepted: Reply) -> Reply {
        match self {
            Self::Accepted => accepted,
            Self::Later => Reply::try_again(),
            Self::Never => Reply::no_such_user(),
        }
    }
}

impl Message {
    /// `sender.data.chunk.number@client.example`
    pub(crate) fn envelope(&self, number: usize) -> Envelope {
        let chunk = self
            .refused_chunk
            .map_or_else(|| "none".into(), |it| it.to_string());
        let sender = format!(
            "{}.{}.{chunk}.{number}@client.example",
            self.sender.word(),
            self.data.word()
        );
        let recipients = self.recipients.iter().enumerate().map(|(index, it)| {
            let (fate, delivery) = (it.fate.word(), it.delivery.word());
            format!("{fate}.{delivery}.{number}.{index}@server.example")
                .parse()
                .unwrap()
        });
        let envelope = Envelope::new(Some(sender.parse().unwrap()), recipients.collect());
        match self.is_binary {
            true => envelope.of_message(&self.content).binary(),
            false => envelope.of_message(&self.content),
        }
    }

    /// What becomes of it for a recipient who is accepted.
    pub(crate) fn delivery(&self, recipient: Recipient, setup: &Setup) -> Fate {
        match self.data {
            Fate::Accepted if setup.lmtp => recipient.delivery,
            fate => fate,
        }
    }

    /// Who gets it, as the fates want it.
    pub(crate) fn receivers(&self, number: usize, setup: &Setup) -> Vec<String> {
        if self.sender != Fate::Accepted {
            return Vec::new();
        }
        let envelope = self.envelope(number);
        envelope
            .recipients()
            .iter()
            .zip(&self.recipients)
            .filter(|(_, it)| [it.fate, self.delivery(**it, setup)] == [Fate::Accepted; 2])
            .map(|(recipient, _)| recipient.mailbox().to_string())
            .collect()
    }

    /// The content as it arrives: its last line ended.
    pub(crate) fn arrived(&self) -> Vec<u8> {
        let mut content = self.content.clone();
        if !content.is_empty() && !content.ends_with(b"\r\n") && !self.is_binary {
            content.extend(b"\r\n");
        }
        content
    }
}

/// What a server has taken responsibility for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Stored {
    pub(crate) receivers: Vec<String>,
    pub(crate) content: Vec<u8>,
}

/// What servers have done in all sessions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Done {
    pub(crate) store: Vec<Stored>,
    /// Numbers of messages of which they refused a chunk.
    pub(crate) refused: Vec<usize>,
}

/// How the two sides are set up.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) lmtp: bool,
    pub(crate) server_chunking: bool,
    pub(crate) client_chunking: bool,
    /// Whether the last piece of a message comes with its end.
    pub(crate) finish: bool,
    pub(crate) mechanism: Option<Mechanism>,
    pub(crate) start_tls: bool,
    pub(crate) server_pipelining: bool,
    pub(crate) client_pipelining: bool,
    pub(crate) window: usize,
    pub(crate) chunk: usize,
}
