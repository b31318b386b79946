//! Messages, set-ups and networks drawn at random.

use proptest::prelude::*;

use smtp_proto::sasl::Mechanism;

use super::Delivery;
use super::message::{Fate, Message, Recipient, Setup};

pub(crate) fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Accepted),
        1 => Just(Fate::Later),
        1 => Just(Fate::Never),
    ]
}

pub(crate) fn content() -> impl Strategy<Value = Vec<u8>> {
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

pub(crate) fn message() -> impl Strategy<Value = Message> {
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
pub(crate) fn octet() -> impl Strategy<Value = u8> {
    prop_oneof![prop::sample::select(b"\r\n.\0".to_vec()), any::<u8>()]
}

pub(crate) fn setup() -> impl Strategy<Value = Setup> {
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

pub(crate) fn plan() -> impl Strategy<Value = Vec<Delivery>> {
    let octets = prop_oneof![3 => 0usize..4, 3 => 0usize..50, 1 => Just(usize::MAX)];
    let delivery =
        (any::<bool>(), octets).prop_map(|(to_server, octets)| Delivery { to_server, octets });
    proptest::collection::vec(delivery, 0..300)
}

/// Binary content only where it is taken.
pub(crate) fn fit(messages: Vec<Message>, setup: &Setup) -> Vec<Message> {
    let fits = |message: &Message| !message.is_binary || setup.server_chunking;
    messages.into_iter().filter(fits).collect()
}
