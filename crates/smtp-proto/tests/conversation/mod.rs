//! A client with a server's words put into its ears.

#![allow(dead_code, reason = "each test binary uses a part")]

use smtp_proto::client::{Client, Config, Envelope, Event, NotNow, Outcome, ProtocolError, Report};

/// A client, and what it has written and not yet been asked about.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) out: Vec<u8>,
    /// Octets that arrive at once.
    piece: usize,
}

impl Session {
    pub(crate) fn new(client: Client, piece: usize) -> Self {
        Self {
            client,
            out: Vec::new(),
            piece,
        }
    }

    /// What comes of the server's words; all of them are taken.
    pub(crate) fn hear(&mut self, octets: &str) -> Vec<Event> {
        self.try_hear(octets).unwrap()
    }

    pub(crate) fn try_hear(&mut self, octets: &str) -> Result<Vec<Event>, ProtocolError> {
        let mut events = Vec::new();
        let mut input = Vec::new();
        for piece in octets.as_bytes().chunks(self.piece) {
            input.extend_from_slice(piece);
            loop {
                let advance = self.client.advance(&input, &mut self.out)?;
                input.drain(..advance.consumed);
                match advance.event {
                    Some(event) => events.push(event),
                    None => break,
                }
            }
        }
        Ok(events)
    }

    /// What the client has said since.
    pub(crate) fn said(&mut self) -> String {
        String::from_utf8(core::mem::take(&mut self.out)).unwrap()
    }

    /// Greeting and EHLO, with the extensions given.
    pub(crate) fn greet(&mut self, extensions: &[&str]) {
        self.greet_with("EHLO", extensions);
    }

    pub(crate) fn greet_with(&mut self, verb: &str, extensions: &[&str]) {
        assert_eq!(self.hear("220 mx.example ESMTP\r\n"), []);
        assert_eq!(self.said(), format!("{verb} client.example\r\n"));
        let mut reply = String::from("250-mx.example\r\n");
        for extension in extensions {
            reply += &format!("250-{extension}\r\n");
        }
        reply += "250 HELP\r\n";
        assert_eq!(self.hear(&reply), [Event::Ready]);
        assert_eq!(self.said(), "");
    }

    pub(crate) fn begin(&mut self, envelope: &Envelope) {
        self.client.begin(envelope, &mut self.out).unwrap();
    }

    pub(crate) fn send_body(&mut self, message: &[u8]) {
        self.client.body(message, &mut self.out).unwrap();
        self.client.end_body(&mut self.out).unwrap();
    }

    /// The report of the only event.
    pub(crate) fn hear_report(&mut self, octets: &str) -> Report {
        match &*self.hear(octets) {
            [Event::Finished(report)] => report.clone(),
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn config() -> Config {
    Config::new("client.example".parse().unwrap())
}

/// Tells a story twice: words that arrive as said, and octet by octet.
pub(crate) fn tell(config: Config, story: impl Fn(Session)) {
    for piece in [usize::MAX, 1] {
        story(Session::new(Client::new(config.clone()), piece));
    }
}

/// The same, under TLS.
pub(crate) fn tell_over_tls(story: impl Fn(Session)) {
    for piece in [usize::MAX, 1] {
        story(Session::new(Client::over_tls(config()), piece));
    }
}

pub(crate) fn envelope(recipients: &[&str]) -> Envelope {
    let recipients = recipients.iter().map(|text| text.parse().unwrap());
    Envelope::new(Some("a@example.org".parse().unwrap()), recipients.collect())
}

/// Recipient, what was refused or `accepted`, and the reply.
pub(crate) fn outcomes(report: &Report) -> Vec<(String, String, String)> {
    report
        .recipients()
        .map(|(mailbox, outcome)| match outcome {
            Outcome::Accepted(reply) => (mailbox.to_string(), "accepted".into(), reply.to_string()),
            Outcome::Refused(refusal) => (
                mailbox.to_string(),
                refusal.verb().to_string(),
                refusal.reply().to_string(),
            ),
            Outcome::Unknown => (mailbox.to_string(), "unknown".into(), String::new()),
            Outcome::Unsent => (mailbox.to_string(), "unsent".into(), String::new()),
        })
        .collect()
}

pub(crate) fn outcome(mailbox: &str, what: &str, reply: &str) -> (String, String, String) {
    (mailbox.into(), what.into(), reply.into())
}

/// Takes leave, which can be done once.
pub(crate) fn quit(mut session: Session) {
    session.client.quit(&mut session.out).unwrap();
    assert_eq!(session.said(), "QUIT\r\n");
    assert!(matches!(
        &*session.hear("221 2.0.0 Bye\r\n"),
        [Event::Closed(reply)] if reply.code() == 221
    ));
    assert_eq!(session.client.quit(&mut session.out), Err(NotNow));
}
