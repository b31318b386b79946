//! However the network cuts what a client sends, the server sees and says the same.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use proptest::prelude::*;
use smtp_proto::data::BareLineEnds;
use smtp_proto::sasl::Mechanism;
use smtp_proto::server::{Config, Limits};

use self::dialogue::{Dialogue, lmtp, mx, submission};

/// What a client sends before it waits for replies.
type Flight = Vec<u8>;

/// Commands that may stand anywhere in a group (RFC 2920 §3.1), and what is no command.
fn anywhere() -> impl Strategy<Value = &'static [u8]> {
    prop::sample::select(vec![
        &b"MAIL FROM:<a@client.example>\r\n"[..],
        b"MAIL FROM:<a@client.example> SIZE=30 BODY=8BITMIME\r\n",
        b"MAIL FROM:<a@client.example> FOO\r\n",
        b"MAIL FROM:<a@client.example> BODY=BINARYMIME RET=FULL ENVID=x\r\n",
        b"MAIL FROM:<a\nb@client.example>\r\n",
        b"RCPT TO:<b@mx.example>\r\n",
        b"RCPT TO:<b@mx.example>\r\n",
        b"RCPT TO:<b@else.example>\r\n",
        b"RCPT TO:<full@mx.example> NOTIFY=NEVER\r\n",
        b"BDAT 0\r\n",
        b"BDAT 5\r\nRSET\n",
        b"BDAT 7\r\ntext\r\n.",
        b"BDAT 4\r\nfull",
        b"BDAT 2\r\na\r",
        b"BDAT 3 LAST\r\n\nb\xff",
        b"BDAT 8 LAST\r\nhello.\r\n",
        b"BDAT 98\r\n.................. a chunk that is larger than a message may be, \
          if there is a limit .............",
        b"BDAT 0 LAST\r\n",
        b"rcpt to:<Postmaster>\r\n",
        b"RSET\r\n",
        b"FOO\r\n",
        b"\r\n",
        b"\xff\r\r\n",
        b"NOOP 345678901234567890123456789012345678901234567890123456789012345678\r\n",
    ])
}

/// What may stand only at the end of a group, and the flights that belong to it.
fn last() -> impl Strategy<Value = Vec<Flight>> {
    let one = |line: &[u8]| Just(vec![line.to_vec()]);
    prop_oneof![
        one(b"EHLO client.example\r\n"),
        one(b"LHLO client.example\r\n"),
        one(b"XCLIENT ADDR=192.0.2.1\r\n"),
        one(b"BDAT x\r\n"),
        one(b"BDAT                                                                1\r\nx"),
        one(b"HELO client.example\r\n"),
        one(b"NOOP\r\n"),
        one(b"VRFY joe\r\n"),
        one(b"STARTTLS\r\n"),
        one(b"QUIT\r\n"),
        one(b"AUTH PLAIN AHRpbQBzZWNyZXQ=\r\n"),
        one(b"AUTH PLAIN =AAA\r\n"),
        response().prop_map(|response| vec![b"AUTH PLAIN\r\n".to_vec(), response]),
        (response(), response()).prop_map(|(one, two)| vec![b"AUTH LOGIN\r\n".to_vec(), one, two]),
        message().prop_map(|message| vec![b"DATA\r\n".to_vec(), message]),
        message().prop_map(|message| vec![b"DATA\r\n".to_vec(), message]),
    ]
}

fn response() -> impl Strategy<Value = Flight> {
    prop::sample::select(vec![
        &b"AHRpbQBzZWNyZXQ=\r\n"[..],
        b"dGlt\r\n",
        b"c2VjcmV0\r\n",
        b"*\r\n",
        b"=\r\n",
        b"123456789012345678901234567890123456789012345678901234567890123456789012\r\n",
    ])
    .prop_map(<[u8]>::to_vec)
}

/// A message and its end, with dots and line ends in odd places.
fn message() -> impl Strategy<Value = Flight> {
    let part = prop::sample::select(vec![
        &b"\r\n"[..],
        b"\r\n",
        b"\r\n.",
        b".",
        b"\n",
        b"\r",
        b"text",
        b"\0",
        b"\xc3\xbc",
        b"a line that is long enough to be skipped in blocks, and so is not read by octets\r\n",
    ]);
    prop::collection::vec(part, 0..12)
        .prop_map(|parts| [&parts.concat()[..], b"\r\n.\r\n"].concat())
}

fn flights() -> impl Strategy<Value = Vec<Flight>> {
    let transaction = vec![
        &b"MAIL FROM:<a@client.example>\r\n"[..],
        b"RCPT TO:<b@mx.example>\r\n",
    ];
    let commands = prop_oneof![prop::collection::vec(anywhere(), 0..5), Just(transaction)];
    let group = (commands, last());
    prop::collection::vec(group, 0..8).prop_map(|groups| {
        let mut flights = [b"EHLO client.example\r\n", b"LHLO client.example\r\n"]
            .map(|line| line.to_vec())
            .to_vec();
        for (commands, last) in groups {
            let mut last = last.into_iter();
            let first = last.next().unwrap();
            flights.push([commands.concat(), first].concat());
            flights.extend(last);
        }
        flights
    })
}

fn configs() -> impl Strategy<Value = Config> {
    let limits = Limits::default()
        .auth_line(60)
        .command_line(64)
        .endless_line(70)
        .errors(12)
        .message_size(Some(90));
    let open = submission().auth_without_tls(true);
    let chunking = |config: Config| config.chunking(true).binary_mime(true).dsn(true);
    prop::sample::select(vec![
        chunking(lmtp()),
        chunking(lmtp()).limits(limits.clone()).xclient(true),
        chunking(mx()),
        chunking(mx()).bare_line_ends(BareLineEnds::Normalize),
        chunking(mx())
            .limits(limits.clone().chunks(2))
            .refuse_undeclared_eight_bit(true),
        mx(),
        mx().bare_line_ends(BareLineEnds::Normalize),
        mx().limits(limits.clone())
            .refuse_undeclared_eight_bit(true)
            .start_tls(true),
        submission(),
        open.clone().bare_line_ends(BareLineEnds::Normalize),
        open.auth([Mechanism::Plain]).limits(limits),
    ])
}

/// The events, the messages and the replies.
fn play(
    config: &Config,
    flights: &[Flight],
    cut: impl Fn(&[u8]) -> Vec<&[u8]>,
) -> (Vec<String>, Vec<Vec<u8>>, String) {
    let mut dialogue = Dialogue::new(config.clone());
    for flight in flights {
        dialogue.send(cut(flight));
    }
    let heard = dialogue.heard();
    (dialogue.events, dialogue.messages, heard)
}

proptest! {
    #[test]
    fn any_split_gives_the_same_events_and_replies(config in configs(), flights in flights()) {
        let whole = play(&config, &flights, |flight| vec![flight]);
        let octets = play(&config, &flights, |flight| flight.chunks(1).collect());
        prop_assert_eq!(&octets, &whole);
        let longest = flights.iter().map(Vec::len).max().unwrap_or(0);
        for split in 1..longest {
            let cut = play(&config, &flights, |flight| {
                let (one, two) = flight.split_at(split.min(flight.len()));
                vec![one, two]
            });
            prop_assert_eq!(&cut, &whole);
        }
    }
}
