//! The dialogue as people type it, with what old clients want.

#![cfg(feature = "sasl")]
#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

use std::sync::Arc;

use smtp_proto::Reply;
use smtp_proto::sasl::{self, Challenge, Mechanism, Seed, Step};
use smtp_proto::server::{Config, Event, Role, Server};

#[test]
fn the_dialogue_typed_by_hand_works_word_for_word() {
    let config = Config::new(Role::Submission, "mail.example.com".parse().unwrap())
        .auth([Mechanism::Login, Mechanism::Plain, Mechanism::CramMd5])
        .auth_without_tls(true)
        .legacy_auth_line(true);
    let mut typed = Typed::new(config);
    assert_eq!(typed.heard(), "220 mail.example.com ESMTP\r\n");
    for (line, heard) in [
        (
            "ehlo client.example.com",
            "250-mail.example.com\r\n250-PIPELINING\r\n250-8BITMIME\r\n\
             250-ENHANCEDSTATUSCODES\r\n250-HELP\r\n250-SIZE 52428800\r\n\
             250-AUTH LOGIN PLAIN CRAM-MD5\r\n250 AUTH=LOGIN PLAIN CRAM-MD5\r\n",
        ),
        ("auth login", "334 VXNlcm5hbWU6\r\n"),
        ("dGlt", "334 UGFzc3dvcmQ6\r\n"),
        ("c2VjcmV0", "235 2.7.0 Authentication successful\r\n"),
        ("mail from:<tim@example.com>", "250 2.1.0 Sender OK\r\n"),
        ("rcpt to:<tom@example.org>", "250 2.1.5 Recipient OK\r\n"),
        ("data", "354 End data with <CR><LF>.<CR><LF>\r\n"),
        ("From: tim@example.com", ""),
        ("Subject: by hand", ""),
        ("", ""),
        ("It works.", ""),
        (".", "250 2.0.0 OK: queued as 4711\r\n"),
        ("quit", "221 2.0.0 mail.example.com Bye\r\n"),
    ] {
        typed.line(line);
        assert_eq!(typed.heard(), heard, "after {line}");
    }
    assert_eq!(
        typed.message,
        b"From: tim@example.com\r\nSubject: by hand\r\n\r\nIt works.\r\n"
    );
}

/// A server whose caller takes every message, and its client at a keyboard.
struct Typed {
    server: Server,
    out: Vec<u8>,
    challenge: Option<Challenge>,
    message: Vec<u8>,
}

impl Typed {
    fn new(config: Config) -> Self {
        let mut typed = Self {
            server: Server::new(Arc::new(config)),
            out: Vec::new(),
            challenge: None,
            message: Vec::new(),
        };
        typed.take(b"");
        typed
    }

    fn line(&mut self, line: &str) {
        self.take(format!("{line}\r\n").as_bytes());
    }

    fn heard(&mut self) -> String {
        String::from_utf8(core::mem::take(&mut self.out)).unwrap()
    }

    fn take(&mut self, mut input: &[u8]) {
        loop {
            let advance = self.server.advance(input, &mut self.out).unwrap();
            input = &input[advance.consumed..];
            let step = match advance.event {
                None | Some(Event::Quit) => return,
                Some(Event::Auth(auth)) => {
                    let initial = auth.initial_response.map(|response| response.decode());
                    let seed = Seed::new([7; 16], "mail.example.com");
                    Some(sasl::begin(auth.mechanism, initial.as_deref(), &seed))
                }
                Some(Event::AuthResponse(response)) => {
                    let challenge = self.challenge.take().unwrap();
                    Some(challenge.respond(&response.decode()))
                }
                Some(_) => None,
            };
            let reply = match (step, advance.event.unwrap()) {
                (Some(Step::Challenge(challenge)), _) => {
                    let reply = Reply::challenge(challenge.octets());
                    self.challenge = Some(challenge);
                    reply
                }
                (Some(Step::Decide(login)), _) if login.proves(b"secret") => Reply::authenticated(),
                (_, Event::Connected(_)) => Reply::greeting(),
                (_, Event::Hello(_)) => Reply::hello(),
                (_, Event::Mail(_)) => Reply::sender_ok(),
                (_, Event::Rcpt(_)) => Reply::recipient_ok(),
                (_, Event::DataStart) => Reply::start_data(),
                (_, Event::Body(octets)) => {
                    self.message.extend_from_slice(octets);
                    continue;
                }
                (_, Event::BodyEnd(_)) => Reply::new(250, "2.0.0 OK: queued as 4711").unwrap(),
                (step, event) => panic!("{step:?} {event:?}"),
            };
            self.server.reply(&reply, &mut self.out).unwrap();
        }
    }
}
