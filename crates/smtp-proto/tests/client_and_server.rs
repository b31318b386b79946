//! Client and server over a network that cuts, delays and drops: no message is lost, doubled or
//! put out of order.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

use std::collections::VecDeque;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;

use smtp_proto::client::{Client, Config, Envelope, Event, Outcome, Report};
use smtp_proto::command::ForwardPath;
use smtp_proto::sasl::{self, Mechanism};
use smtp_proto::server::{self, Event as ServerEvent, Limits, Role};
use smtp_proto::{Reply, Server};

/// What a server does with a message at each step, and what it is made of. The fates stand in
/// the addresses, so that the server needs no list.
#[derive(Clone, Debug)]
struct Message {
    sender: Fate,
    recipients: Vec<Fate>,
    data: Fate,
    content: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    Accepted,
    Later,
    Never,
}

impl Fate {
    fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Later => "later",
            Self::Never => "never",
        }
    }

    fn of(text: &str) -> Self {
        [Self::Accepted, Self::Later, Self::Never]
            .into_iter()
            .find(|fate| text.starts_with(fate.word()))
            .unwrap()
    }

    fn answer(self, accepted: Reply) -> Reply {
        match self {
            Self::Accepted => accepted,
            Self::Later => Reply::try_again(),
            Self::Never => Reply::no_such_user(),
        }
    }
}

impl Message {
    /// `sender.data.number@client.example`
    fn envelope(&self, number: usize) -> Envelope {
        let sender = format!(
            "{}.{}.{number}@client.example",
            self.sender.word(),
            self.data.word()
        );
        let recipients = self.recipients.iter().enumerate().map(|(index, fate)| {
            format!("{}.{number}.{index}@server.example", fate.word())
                .parse()
                .unwrap()
        });
        Envelope::new(Some(sender.parse().unwrap()), recipients.collect()).of_message(&self.content)
    }

    /// Who gets it, as the fates want it.
    fn receivers(&self, number: usize) -> Vec<String> {
        if [self.sender, self.data] != [Fate::Accepted; 2] {
            return Vec::new();
        }
        let envelope = self.envelope(number);
        envelope
            .recipients()
            .iter()
            .zip(&self.recipients)
            .filter(|(_, fate)| **fate == Fate::Accepted)
            .map(|(recipient, _)| recipient.mailbox().to_string())
            .collect()
    }

    /// The content as it arrives: its last line ended.
    fn arrived(&self) -> Vec<u8> {
        let mut content = self.content.clone();
        if !content.is_empty() && !content.ends_with(b"\r\n") {
            content.extend(b"\r\n");
        }
        content
    }
}

/// What a server has taken responsibility for.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Stored {
    receivers: Vec<String>,
    content: Vec<u8>,
}

/// How the two sides are set up.
#[derive(Clone, Debug)]
struct Setup {
    mechanism: Option<Mechanism>,
    start_tls: bool,
    server_pipelining: bool,
    client_pipelining: bool,
    window: usize,
    chunk: usize,
}

/// A server with its caller.
struct ServerSide {
    server: Server,
    input: Vec<u8>,
    exchange: Option<sasl::Challenge>,
    sender: String,
    receivers: Vec<String>,
    content: Vec<u8>,
    store: Vec<Stored>,
}

impl ServerSide {
    fn new(setup: &Setup) -> Self {
        let role = match setup.mechanism {
            Some(_) => Role::Submission,
            None => Role::Mx,
        };
        let config = server::Config::new(role, "server.example".parse().unwrap())
            .auth(setup.mechanism)
            .auth_without_tls(true)
            .start_tls(setup.start_tls)
            .pipelining(setup.server_pipelining)
            .limits(Limits::default().errors(1000));
        Self {
            server: Server::new(Arc::new(config)),
            input: Vec::new(),
            exchange: None,
            sender: String::new(),
            receivers: Vec::new(),
            content: Vec::new(),
            store: Vec::new(),
        }
    }

    /// Takes octets, gives what it answers.
    fn hear(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut input = core::mem::take(&mut self.input);
        input.extend_from_slice(octets);
        loop {
            let advance = self.server.advance(&input, &mut out).unwrap();
            let consumed = advance.consumed;
            let event = match advance.event {
                Some(ServerEvent::Close(server::Closing::Quit)) => return out,
                Some(event) => event,
                None => {
                    input.drain(..consumed);
                    self.input = input;
                    return out;
                }
            };
            if let Some(reply) = self.decide(event) {
                self.server.reply(&reply, &mut out).unwrap();
                if matches!(event, ServerEvent::StartTls) {
                    self.server.tls_started();
                }
            }
            input.drain(..consumed);
        }
    }

    fn decide(&mut self, event: ServerEvent<'_>) -> Option<Reply> {
        Some(match event {
            ServerEvent::Connected(_) => Reply::greeting(),
            ServerEvent::Hello(_) => Reply::hello(),
            ServerEvent::StartTls => Reply::start_tls(),
            ServerEvent::Auth(auth) => {
                let initial = auth.initial_response.map(|response| response.decode());
                let seed = sasl::Seed::new([1; 16], "server.example");
                self.step(sasl::begin(auth.mechanism, initial.as_deref(), &seed))
            }
            ServerEvent::AuthResponse(response) => {
                let challenge = self.exchange.take().unwrap();
                self.step(challenge.respond(&response.decode()))
            }
            ServerEvent::Mail(mail) => {
                self.sender = mail.reverse_path.unwrap().to_string();
                self.receivers.clear();
                Fate::of(&self.sender).answer(Reply::sender_ok())
            }
            ServerEvent::Rcpt(rcpt) => {
                let ForwardPath::Mailbox(mailbox) = rcpt.forward_path else {
                    panic!("{rcpt:?}");
                };
                let fate = Fate::of(mailbox.as_str());
                if fate == Fate::Accepted {
                    self.receivers.push(mailbox.to_string());
                }
                fate.answer(Reply::recipient_ok())
            }
            ServerEvent::DataStart => {
                self.content.clear();
                Reply::start_data()
            }
            ServerEvent::Body(octets) => {
                self.content.extend_from_slice(octets);
                return None;
            }
            ServerEvent::BodyEnd(_) => {
                let (_, rest) = self.sender.split_once('.').unwrap();
                let fate = Fate::of(rest);
                if fate == Fate::Accepted {
                    self.store.push(Stored {
                        receivers: core::mem::take(&mut self.receivers),
                        content: core::mem::take(&mut self.content),
                    });
                }
                fate.answer(Reply::ok())
            }
            ServerEvent::Quit | ServerEvent::Reset => return None,
            other => panic!("{other:?}"),
        })
    }

    fn step(&mut self, step: sasl::Step) -> Reply {
        match step {
            sasl::Step::Challenge(challenge) => {
                let reply = Reply::challenge(challenge.octets());
                self.exchange = Some(challenge);
                reply
            }
            sasl::Step::Decide(login) if login.proves(b"secret") => Reply::authenticated(),
            other => panic!("{other:?}"),
        }
    }
}

/// A client with its caller, and what it still has to send.
struct ClientSide {
    client: Client,
    input: Vec<u8>,
    mechanism: Option<Mechanism>,
    start_tls: bool,
    chunk: usize,
    /// Numbers of messages not begun.
    waiting: VecDeque<usize>,
    /// Numbers of messages begun and not reported.
    begun: VecDeque<usize>,
    reports: Vec<(usize, Report)>,
    closed: bool,
}

impl ClientSide {
    fn new(setup: &Setup, waiting: VecDeque<usize>) -> Self {
        let config = Config::new("client.example".parse().unwrap())
            .password_without_tls(true)
            .pipelining(setup.client_pipelining)
            .window(setup.window);
        Self {
            client: Client::new(config),
            input: Vec::new(),
            mechanism: setup.mechanism,
            start_tls: setup.start_tls,
            chunk: setup.chunk,
            waiting,
            begun: VecDeque::new(),
            reports: Vec::new(),
            closed: false,
        }
    }

    fn hear(&mut self, octets: &[u8], messages: &[Message]) -> Vec<u8> {
        self.input.extend_from_slice(octets);
        let mut out = Vec::new();
        loop {
            let advance = self.client.advance(&self.input, &mut out).unwrap();
            self.input.drain(..advance.consumed);
            match advance.event {
                None => return out,
                Some(event) => self.act(event, messages, &mut out),
            }
        }
    }

    fn act(&mut self, event: Event, messages: &[Message], out: &mut Vec<u8>) {
        match event {
            Event::Ready if self.start_tls && !self.client.is_tls() => {
                self.client.start_tls(out).unwrap();
            }
            Event::StartTls => self.client.tls_started(out).unwrap(),
            Event::Ready if self.mechanism.is_some() => {
                let login = match self.mechanism.unwrap() {
                    Mechanism::Plain => sasl::Client::plain(None, "tim", "secret"),
                    Mechanism::Login => sasl::Client::login("tim", "secret"),
                    #[cfg(feature = "sasl")]
                    Mechanism::CramMd5 => sasl::Client::cram_md5("tim", "secret"),
                    other => panic!("{other}"),
                };
                self.client.authenticate(login.unwrap(), out).unwrap();
            }
            Event::Ready | Event::Authenticated(_) => self.next(messages, out),
            Event::SendBody => {
                let number = *self.begun.back().unwrap();
                for chunk in messages[number].content.chunks(self.chunk) {
                    self.client.body(chunk, out).unwrap();
                }
                self.client.end_body(out).unwrap();
                self.next(messages, out);
            }
            Event::Finished(report) => {
                let number = self.begun.pop_front().unwrap();
                self.reports.push((number, report));
                self.next(messages, out);
            }
            Event::Closed(_) => self.closed = true,
            other => panic!("{other:?}"),
        }
    }

    /// Begins another message as soon as the client lets it, or says goodbye.
    fn next(&mut self, messages: &[Message], out: &mut Vec<u8>) {
        match self.waiting.front() {
            Some(&number) => {
                let envelope = messages[number].envelope(number);
                if self.client.begin(&envelope, out).is_ok() {
                    self.waiting.pop_front();
                    self.begun.push_back(number);
                }
            }
            // Not now, if a message is still under way; its report brings us here again.
            None => _ = self.client.quit(out),
        }
    }
}

/// One step of the network.
#[derive(Clone, Copy, Debug)]
struct Delivery {
    to_server: bool,
    octets: usize,
}

/// Lets the two sides talk, by the plan and then at once, until they are done or the plan cuts
/// the connection. Gives the client's side as it is then; what the server stored is added to
/// `store`.
fn talk(
    setup: &Setup,
    messages: &[Message],
    waiting: VecDeque<usize>,
    plan: &[Delivery],
    cut: bool,
    store: &mut Vec<Stored>,
) -> ClientSide {
    let mut client = ClientSide::new(setup, waiting);
    let mut server = ServerSide::new(setup);
    let mut to_client: VecDeque<u8> = server.hear(b"").into();
    let mut to_server: VecDeque<u8> = VecDeque::new();
    let at_once = [true, false].map(|to_server| Delivery {
        to_server,
        octets: usize::MAX,
    });
    let rest = at_once.iter().cycle().take(if cut { 0 } else { 100_000 });
    for delivery in plan.iter().chain(rest) {
        if client.closed {
            break;
        }
        let line = match delivery.to_server {
            true => &mut to_server,
            false => &mut to_client,
        };
        let octets: Vec<u8> = line.drain(..line.len().min(delivery.octets)).collect();
        match delivery.to_server {
            true => to_client.extend(server.hear(&octets)),
            false => to_server.extend(client.hear(&octets, messages)),
        }
    }
    assert!(cut || client.closed, "the dialogue has come to a halt");
    store.append(&mut server.store);
    client
}

/// The report says what the fates want.
fn check_report(message: &Message, number: usize, report: &Report) {
    let accepted: Vec<_> = report
        .accepted()
        .map(|(mailbox, _)| mailbox.to_string())
        .collect();
    assert_eq!(accepted, message.receivers(number));
    assert_eq!(report.recipients().len(), message.recipients.len());
    for ((_, outcome), fate) in report.recipients().zip(&message.recipients) {
        let Outcome::Refused(refusal) = outcome else {
            continue;
        };
        let first = [message.sender, *fate, message.data]
            .into_iter()
            .find(|fate| *fate != Fate::Accepted)
            .unwrap();
        assert_eq!(refusal.is_permanent(), first == Fate::Never);
    }
}

/// What a server should have of these messages.
fn expected(messages: &[Message], numbers: impl Iterator<Item = usize>) -> Vec<Stored> {
    numbers
        .map(|number| Stored {
            receivers: messages[number].receivers(number),
            content: messages[number].arrived(),
        })
        .filter(|stored| !stored.receivers.is_empty())
        .collect()
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Accepted),
        1 => Just(Fate::Later),
        1 => Just(Fate::Never),
    ]
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just(".".to_owned()),
        Just("..".to_owned()),
        Just("QUIT".to_owned()),
        Just(String::new()),
        "\\.?[ -~\u{e9}]{0,80}",
    ];
    (proptest::collection::vec(line, 0..20), any::<bool>()).prop_map(|(lines, ended)| {
        let mut content = lines.join("\r\n").into_bytes();
        if ended {
            content.extend(b"\r\n");
        }
        content
    })
}

fn message() -> impl Strategy<Value = Message> {
    let recipients = proptest::collection::vec(fate(), 1..6);
    (fate(), recipients, fate(), content()).prop_map(|(sender, recipients, data, content)| {
        Message {
            sender,
            recipients,
            data,
            content,
        }
    })
}

fn setup() -> impl Strategy<Value = Setup> {
    let mechanisms = [
        None,
        Some(Mechanism::Plain),
        Some(Mechanism::Login),
        #[cfg(feature = "sasl")]
        Some(Mechanism::CramMd5),
    ];
    let mechanism = prop::sample::select(mechanisms.to_vec());
    let window = prop_oneof![Just(1usize), 30usize..300, Just(4096)];
    let flags = any::<[bool; 3]>();
    (mechanism, flags, window, 1usize..100).prop_map(
        |(mechanism, [start_tls, server_pipelining, client_pipelining], window, chunk)| Setup {
            mechanism,
            start_tls,
            server_pipelining,
            client_pipelining,
            window,
            chunk,
        },
    )
}

fn plan() -> impl Strategy<Value = Vec<Delivery>> {
    let octets = prop_oneof![3 => 0usize..4, 3 => 0usize..50, 1 => Just(usize::MAX)];
    let delivery =
        (any::<bool>(), octets).prop_map(|(to_server, octets)| Delivery { to_server, octets });
    proptest::collection::vec(delivery, 0..300)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_arrives_once_and_in_order(
        setup in setup(),
        messages in proptest::collection::vec(message(), 1..6),
        plan in plan(),
    ) {
        let mut store = Vec::new();
        let waiting = (0..messages.len()).collect();
        let client = talk(&setup, &messages, waiting, &plan, false, &mut store);
        let numbers: Vec<_> = client.reports.iter().map(|(number, _)| *number).collect();
        prop_assert!(numbers.iter().copied().eq(0..messages.len()));
        for (number, report) in &client.reports {
            check_report(&messages[*number], *number, report);
        }
        prop_assert_eq!(store, expected(&messages, 0..messages.len()));
    }

    /// What was not reported when the connection broke is sent again. It may arrive twice if it
    /// was the reply that got lost (RFC 5321 §6.1), and nothing else does.
    #[test]
    fn a_broken_connection_loses_nothing(
        setup in setup(),
        messages in proptest::collection::vec(message(), 1..6),
        plan in plan(),
        cut in any::<Index>(),
    ) {
        let plan = &plan[..cut.index(plan.len() + 1)];
        let mut store = Vec::new();
        let waiting = (0..messages.len()).collect();
        let broken = talk(&setup, &messages, waiting, plan, true, &mut store);
        let reported = broken.reports.len();
        for (number, report) in &broken.reports {
            check_report(&messages[*number], *number, report);
        }
        // All that was reported is stored, then at most what was begun, in order.
        let begun = reported + broken.begun.len();
        let at_least = expected(&messages, 0..reported);
        let at_most = expected(&messages, 0..begun);
        prop_assert!(store.starts_with(&at_least) && at_most.starts_with(&store));

        let stored_before = store.len();
        let again = (reported..messages.len()).collect();
        talk(&setup, &messages, again, &[], false, &mut store);
        let second = expected(&messages, reported..messages.len());
        prop_assert_eq!(&store[stored_before..], &second[..]);
    }
}
