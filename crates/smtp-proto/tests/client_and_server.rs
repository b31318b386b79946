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
    recipients: Vec<Recipient>,
    data: Fate,
    /// The chunk that is refused, counted from 0, if there are so many.
    refused_chunk: Option<u8>,
    is_binary: bool,
    content: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Recipient {
    fate: Fate,
    /// What becomes of the message in LMTP, if it is accepted there.
    delivery: Fate,
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
    /// `sender.data.chunk.number@client.example`
    fn envelope(&self, number: usize) -> Envelope {
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
    fn delivery(&self, recipient: Recipient, setup: &Setup) -> Fate {
        match self.data {
            Fate::Accepted if setup.lmtp => recipient.delivery,
            fate => fate,
        }
    }

    /// Who gets it, as the fates want it.
    fn receivers(&self, number: usize, setup: &Setup) -> Vec<String> {
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
    fn arrived(&self) -> Vec<u8> {
        let mut content = self.content.clone();
        if !content.is_empty() && !content.ends_with(b"\r\n") && !self.is_binary {
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

/// What servers have done in all sessions.
#[derive(Clone, Debug, Default)]
struct Done {
    store: Vec<Stored>,
    /// Numbers of messages of which they refused a chunk.
    refused: Vec<usize>,
}

/// How the two sides are set up.
#[derive(Clone, Debug)]
struct Setup {
    lmtp: bool,
    server_chunking: bool,
    client_chunking: bool,
    /// Whether the last piece of a message comes with its end.
    finish: bool,
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
    /// Recipients that were accepted.
    accepted: Vec<String>,
    chunks: usize,
    content: Vec<u8>,
    done: Done,
}

impl ServerSide {
    fn new(setup: &Setup) -> Self {
        let role = match setup.mechanism {
            _ if setup.lmtp => Role::Lmtp,
            Some(_) => Role::Submission,
            None => Role::Mx,
        };
        let config = server::Config::new(role, "server.example".parse().unwrap())
            .auth(setup.mechanism)
            .auth_without_tls(true)
            .start_tls(setup.start_tls)
            .chunking(setup.server_chunking)
            .binary_mime(true)
            .pipelining(setup.server_pipelining)
            .limits(Limits::default().errors(1000));
        Self {
            server: Server::new(Arc::new(config)),
            input: Vec::new(),
            exchange: None,
            sender: String::new(),
            accepted: Vec::new(),
            chunks: 0,
            content: Vec::new(),
            done: Done::default(),
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
            let replies = match event {
                ServerEvent::BodyEnd(_) => self.deliver(),
                _ => Vec::from_iter(self.decide(event)),
            };
            for reply in replies {
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
                self.accepted.clear();
                self.chunks = 0;
                self.content.clear();
                Fate::of(&self.sender).answer(Reply::sender_ok())
            }
            ServerEvent::Rcpt(rcpt) => {
                let ForwardPath::Mailbox(mailbox) = rcpt.forward_path else {
                    panic!("{rcpt:?}");
                };
                let fate = Fate::of(mailbox.as_str());
                if fate == Fate::Accepted {
                    self.accepted.push(mailbox.to_string());
                }
                fate.answer(Reply::recipient_ok())
            }
            ServerEvent::DataStart => Reply::start_data(),
            ServerEvent::ChunkEnd => {
                self.chunks += 1;
                let [_, _, chunk, number] = self.fates();
                if chunk.parse() != Ok(self.chunks - 1) {
                    return Some(Reply::ok());
                }
                let number = number.parse().unwrap();
                self.done.refused.push(number);
                Reply::try_again()
            }
            ServerEvent::Body(octets) => {
                self.content.extend_from_slice(octets);
                return None;
            }
            ServerEvent::Quit | ServerEvent::Reset => return None,
            other => panic!("{other:?}"),
        })
    }

    /// The parts of the sender's name.
    fn fates(&self) -> [&str; 4] {
        let (name, _) = self.sender.split_once('@').unwrap();
        let parts: Vec<_> = name.split('.').collect();
        parts.try_into().unwrap()
    }

    /// Stores the message, and gives a reply for all, or for each recipient.
    fn deliver(&mut self) -> Vec<Reply> {
        let [_, data, ..] = self.fates();
        let data = Fate::of(data);
        let is_lmtp = self.server.protocol().contains("LMTP");
        let delivery = |recipient: &String| match data {
            Fate::Accepted if is_lmtp => Fate::of(recipient.split_once('.').unwrap().1),
            fate => fate,
        };
        let fates: Vec<_> = self.accepted.iter().map(delivery).collect();
        let receivers = self.accepted.iter().zip(&fates);
        let receivers = receivers.filter(|(_, fate)| **fate == Fate::Accepted);
        let stored = Stored {
            receivers: receivers.map(|(recipient, _)| recipient.clone()).collect(),
            content: core::mem::take(&mut self.content),
        };
        if !stored.receivers.is_empty() {
            self.done.store.push(stored);
        }
        let replies = fates.iter().map(|fate| fate.answer(Reply::ok()));
        let due = usize::try_from(self.server.replies_due()).unwrap();
        assert_eq!(due, if is_lmtp { fates.len() } else { 1 });
        replies.take(due).collect()
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
    setup: Setup,
    input: Vec<u8>,
    /// Octets of the message under way that are written.
    written: usize,
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
            .lmtp(setup.lmtp)
            .chunking(setup.client_chunking)
            .password_without_tls(true)
            .pipelining(setup.client_pipelining)
            .window(setup.window);
        Self {
            client: Client::new(config),
            setup: setup.clone(),
            input: Vec::new(),
            written: 0,
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
            Event::Ready if self.setup.start_tls && !self.client.is_tls() => {
                self.client.start_tls(out).unwrap();
            }
            Event::StartTls => self.client.tls_started(out).unwrap(),
            Event::Ready if self.setup.mechanism.is_some() => {
                let login = match self.setup.mechanism.unwrap() {
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
                self.send_body(&messages[*self.begun.back().unwrap()].content, out);
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

    /// Writes pieces for as long as the client takes them.
    fn send_body(&mut self, content: &[u8], out: &mut Vec<u8>) {
        while self.client.wants_body() {
            let rest = &content[self.written..];
            let piece = &rest[..rest.len().min(self.setup.chunk)];
            self.written += piece.len();
            if rest.is_empty() {
                self.client.end_body(out).unwrap();
            } else if self.setup.finish && piece == rest {
                self.client.finish_body(piece, out).unwrap();
            } else {
                self.client.body(piece, out).unwrap();
            }
        }
    }

    /// Begins another message as soon as the client lets it, or says goodbye.
    fn next(&mut self, messages: &[Message], out: &mut Vec<u8>) {
        match self.waiting.front() {
            Some(&number) => {
                let envelope = messages[number].envelope(number);
                if self.client.begin(&envelope, out).is_ok() {
                    self.written = 0;
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
/// `done`.
fn talk(
    setup: &Setup,
    messages: &[Message],
    waiting: VecDeque<usize>,
    plan: &[Delivery],
    cut: bool,
    done: &mut Done,
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
    done.store.append(&mut server.done.store);
    done.refused.append(&mut server.done.refused);
    client
}

/// The report says what the fates want.
fn check_report(message: &Message, number: usize, report: &Report, setup: &Setup, done: &Done) {
    let is_refused = done.refused.contains(&number);
    let accepted: Vec<_> = report
        .accepted()
        .map(|(mailbox, _)| mailbox.to_string())
        .collect();
    match is_refused {
        true => assert!(accepted.is_empty()),
        false => assert_eq!(accepted, message.receivers(number, setup)),
    }
    assert_eq!(report.recipients().len(), message.recipients.len());
    for ((_, outcome), recipient) in report.recipients().zip(&message.recipients) {
        let Outcome::Refused(refusal) = outcome else {
            continue;
        };
        let chunk = if is_refused {
            Fate::Later
        } else {
            Fate::Accepted
        };
        let delivery = message.delivery(*recipient, setup);
        let first = [message.sender, recipient.fate, chunk, delivery]
            .into_iter()
            .find(|fate| *fate != Fate::Accepted)
            .unwrap();
        assert_eq!(refusal.is_permanent(), first == Fate::Never);
    }
}

/// What a server should have of these messages.
fn expected(
    messages: &[Message],
    numbers: impl Iterator<Item = usize>,
    setup: &Setup,
    done: &Done,
) -> Vec<Stored> {
    numbers
        .filter(|number| !done.refused.contains(number))
        .map(|number| Stored {
            receivers: messages[number].receivers(number, setup),
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
    let recipient = (fate(), fate()).prop_map(|(fate, delivery)| Recipient { fate, delivery });
    let recipients = proptest::collection::vec(recipient, 1..6);
    let refused_chunk = prop_oneof![4 => Just(None), 1 => (0u8..6).prop_map(Some)];
    let content = prop_oneof![
        3 => content().prop_map(|content| (content, false)),
        1 => proptest::collection::vec(octet(), 0..400).prop_map(|content| (content, true)),
    ];
    (fate(), recipients, fate(), refused_chunk, content).prop_map(
        |(sender, recipients, data, refused_chunk, (content, is_binary))| Message {
            sender,
            recipients,
            data,
            refused_chunk,
            is_binary,
            content,
        },
    )
}

/// Octets that mean something on the way, and others.
fn octet() -> impl Strategy<Value = u8> {
    prop_oneof![prop::sample::select(b"\r\n.\0".to_vec()), any::<u8>()]
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
    let chunk = prop_oneof![1usize..100, Just(1000)];
    (mechanism, any::<[bool; 7]>(), window, chunk).prop_map(|(mechanism, flags, window, chunk)| {
        let [
            lmtp,
            server_chunking,
            client_chunking,
            finish,
            start_tls,
            server_pipelining,
            client_pipelining,
        ] = flags;
        Setup {
            lmtp,
            server_chunking,
            client_chunking,
            finish,
            mechanism,
            start_tls,
            server_pipelining,
            client_pipelining,
            window,
            chunk,
        }
    })
}

fn plan() -> impl Strategy<Value = Vec<Delivery>> {
    let octets = prop_oneof![3 => 0usize..4, 3 => 0usize..50, 1 => Just(usize::MAX)];
    let delivery =
        (any::<bool>(), octets).prop_map(|(to_server, octets)| Delivery { to_server, octets });
    proptest::collection::vec(delivery, 0..300)
}

/// Binary content only where it is taken.
fn fit(messages: Vec<Message>, setup: &Setup) -> Vec<Message> {
    let fits = |message: &Message| !message.is_binary || setup.server_chunking;
    messages.into_iter().filter(fits).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_arrives_once_and_in_order(
        setup in setup(),
        messages in proptest::collection::vec(message(), 1..6),
        plan in plan(),
    ) {
        let messages = fit(messages, &setup);
        let mut done = Done::default();
        let waiting = (0..messages.len()).collect();
        let client = talk(&setup, &messages, waiting, &plan, false, &mut done);
        let numbers: Vec<_> = client.reports.iter().map(|(number, _)| *number).collect();
        prop_assert!(numbers.iter().copied().eq(0..messages.len()));
        for (number, report) in &client.reports {
            check_report(&messages[*number], *number, report, &setup, &done);
        }
        prop_assert_eq!(&done.store, &expected(&messages, 0..messages.len(), &setup, &done));
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
        let messages = fit(messages, &setup);
        let mut done = Done::default();
        let waiting = (0..messages.len()).collect();
        let broken = talk(&setup, &messages, waiting, plan, true, &mut done);
        let reported = broken.reports.len();
        for (number, report) in &broken.reports {
            check_report(&messages[*number], *number, report, &setup, &done);
        }
        // All that was reported is stored, then at most what was begun, in order.
        let begun = reported + broken.begun.len();
        let at_least = expected(&messages, 0..reported, &setup, &done);
        let at_most = expected(&messages, 0..begun, &setup, &done);
        prop_assert!(done.store.starts_with(&at_least) && at_most.starts_with(&done.store));

        let stored_before = done.store.len();
        let again = (reported..messages.len()).collect();
        talk(&setup, &messages, again, &[], false, &mut done);
        let second = expected(&messages, reported..messages.len(), &setup, &done);
        prop_assert_eq!(&done.store[stored_before..], &second[..]);
    }
}
