//! SMTP by this repository: a whole session, every command answered.

use std::hint::black_box;
use std::sync::Arc;

use smtp_proto::server::{Config, Event, Role};
use smtp_proto::{Command, Reply, Server};

use crate::harness::Task;
use crate::input::smtp::{COMMANDS, sessions};

/// Every session from its greeting to its goodbye, all replies written.
pub fn serve(number: usize) -> Task {
    let sessions = sessions(number);
    let config = config();
    let mut out = Vec::with_capacity(4096);
    Task::new("ours, parsed and answered in a session", move || {
        for session in black_box(&sessions) {
            let mut played = Played::new(&config);
            out.clear();
            played.hear(b"", &mut out);
            for flight in session {
                played.hear(flight, &mut out);
            }
            assert!(played.is_over && played.messages == 1);
            black_box(&out);
        }
    })
}

/// Only the parsing of the commands.
pub fn parse(commands: Vec<u8>, number: usize) -> Task {
    Task::new("ours, parsed", move || {
        let mut parsed = 0;
        let mut rest = black_box(&*commands);
        while let Some(line_end) = memchr::memchr(b'\n', rest) {
            let command = Command::parse(&rest[..line_end - 1]);
            assert!(command.is_ok());
            let _ = black_box(command);
            parsed += 1;
            rest = &rest[line_end + 1..];
        }
        assert_eq!(parsed, number * COMMANDS);
    })
}

/// One message in pieces of `chunk` octets, every fault noted, none of it copied.
pub fn receive(name: &'static str, message: Vec<u8>, chunk: usize) -> Task {
    let config = config();
    let dots = message.windows(3).filter(|it| it == b"\n..").count() + 1;
    let octets = message.len() - dots - b".\r\n".len();
    let mut out = Vec::with_capacity(4096);
    Task::new(name, move || {
        let mut played = Played::new(&config);
        out.clear();
        for flight in [
            &b""[..],
            b"EHLO client.example\r\n",
            b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n",
        ] {
            played.hear(flight, &mut out);
        }
        for piece in black_box(&message).chunks(chunk) {
            played.hear(piece, &mut out);
        }
        assert_eq!((played.messages, played.octets), (1, octets));
    })
}

fn config() -> Arc<Config> {
    let hostname = "mx.example.com".parse().expect("a domain");
    Arc::new(Config::new(Role::Mx, hostname).dsn(true))
}

/// A server whose caller agrees to everything.
struct Played {
    server: Server,
    is_over: bool,
    messages: usize,
    octets: usize,
}

impl Played {
    fn new(config: &Arc<Config>) -> Self {
        Self {
            server: Server::new(Arc::clone(config)),
            is_over: false,
            messages: 0,
            octets: 0,
        }
    }

    fn hear(&mut self, flight: &[u8], out: &mut Vec<u8>) {
        let mut rest = flight;
        loop {
            let advance = self.server.advance(rest, out).expect("all is answered");
            rest = &rest[advance.consumed..];
            let reply = match advance.event {
                Some(Event::Connected(_)) => Reply::greeting(),
                Some(Event::Hello(_)) => Reply::hello(),
                Some(Event::Mail(_)) => Reply::sender_ok(),
                Some(Event::Rcpt(_)) => Reply::recipient_ok(),
                Some(Event::DataStart) => Reply::start_data(),
                Some(Event::Body(piece)) => {
                    self.octets += black_box(piece).len();
                    continue;
                }
                Some(Event::BodyEnd(faults)) => {
                    black_box(faults);
                    self.messages += 1;
                    Reply::ok()
                }
                Some(Event::Quit) => {
                    self.is_over = true;
                    return;
                }
                Some(_) => continue,
                None => return,
            };
            self.server.reply(&reply, out).expect("it is the usual one");
        }
    }
}
