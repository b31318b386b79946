//! A client says and learns the same however the network cuts what the server says; it never says
//! more than it may, and each message it began has one report.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smtp_proto::Client;
use smtp_proto::client::{Config, Envelope, Event, ProtocolError};
use smtp_proto::sasl;

fuzz_target!(|input: &[u8]| {
    let Some((&choice, words)) = input.split_first() else {
        return;
    };
    let mut whole = Session::new(choice);
    let mut octets = Session::new(choice);
    // Each line of the input is a flight of the server's.
    for flight in words.split_inclusive(|&octet| octet == 1) {
        let flight = flight.strip_suffix(&[1]).unwrap_or(flight);
        whole.hear([flight]);
        octets.hear(flight.chunks(1));
        assert_eq!(whole.events, octets.events);
        assert_eq!(whole.said(), octets.said());
        assert_eq!(whole.error, octets.error);
    }
    if whole.is_closed {
        assert_eq!(whole.finished, whole.begun);
    }
    // Wherever it ends, each message has one report.
    let open = whole.client.into_reports();
    assert_eq!(whole.finished + open.len(), whole.begun);
    assert!(open.iter().all(|report| report.recipients().len() == 2));
    assert_eq!(octets.client.into_reports(), open);
});

struct Session {
    client: Client,
    choice: u8,
    events: Vec<String>,
    /// Each flight with what was written in it.
    out: Vec<u8>,
    input: Vec<u8>,
    pieces: usize,
    begun: usize,
    finished: usize,
    is_closed: bool,
    error: Option<ProtocolError>,
}

impl Session {
    fn new(choice: u8) -> Self {
        let has = |bit: u8| choice & (1 << bit) != 0;
        let hello = "client.example".parse().expect("a constant of this file");
        let config = Config::new(hello)
            .chunking(has(0))
            .lmtp(has(1))
            .password_without_tls(true)
            .pipelining(has(2))
            .window(if has(3) { 4096 } else { 60 });
        Self {
            client: Client::new(config),
            choice,
            events: Vec::new(),
            out: Vec::new(),
            input: Vec::new(),
            pieces: 0,
            begun: 0,
            finished: 0,
            is_closed: false,
            error: None,
        }
    }

    fn said(&self) -> &[u8] {
        &self.out
    }

    fn hear<'p>(&mut self, pieces: impl IntoIterator<Item = &'p [u8]>) {
        for piece in pieces {
            self.input.extend_from_slice(piece);
            while self.error.is_none() {
                let advance = match self.client.advance(&self.input, &mut self.out) {
                    Ok(advance) => advance,
                    Err(error) => {
                        self.error = Some(error);
                        return;
                    }
                };
                self.input.drain(..advance.consumed);
                let Some(event) = advance.event else {
                    break;
                };
                self.events.push(format!("{event:?}"));
                self.act(event);
            }
        }
    }

    fn act(&mut self, event: Event) {
        match event {
            Event::Ready if self.choice & 16 != 0 => {
                let login = sasl::Client::plain(None, "tim", "secret");
                let login = login.expect("constants of this file");
                if self.client.authenticate(login, &mut self.out).is_err() {
                    self.begin();
                }
            }
            Event::SendBody => {
                while self.client.wants_body() {
                    self.pieces += 1;
                    let written = match self.pieces % 4 {
                        0 => self.client.end_body(&mut self.out),
                        _ => self.client.body(b"..a line\r\n.", &mut self.out),
                    };
                    written.expect("the message is wanted, and has nothing odd");
                }
                self.begin();
            }
            Event::Finished(report) => {
                assert_eq!(report.recipients().len(), 2);
                self.finished += 1;
                self.begin();
            }
            Event::Closed(_) => self.is_closed = true,
            _ => self.begin(),
        }
    }

    /// Begins a message, if it may be begun, or says goodbye after some.
    fn begin(&mut self) {
        if self.begun >= 4 {
            let _ = self.client.quit(&mut self.out);
            return;
        }
        let mailbox = |text: &str| text.parse().expect("a constant of this file");
        let recipients = vec![mailbox("b@example.com"), mailbox("c@example.com")];
        let mut envelope = Envelope::new(Some(mailbox("a@example.org")), recipients).size(10);
        if self.choice & 32 != 0 && self.begun == 1 {
            envelope = envelope.binary();
        }
        if self.client.begin(&envelope, &mut self.out).is_ok() {
            self.begun += 1;
        }
    }
}
