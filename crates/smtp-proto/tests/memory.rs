//! What a session holds, and what it takes from the heap as it goes.

use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use smtp_proto::client::{Client, Envelope, Event as ClientEvent};
use smtp_proto::server::{Config, Event, Role};
use smtp_proto::{Reply, Server};

/// Plays flights against a server that agrees to everything. Gives how many octets of messages came.
fn play(server: &mut Server, flights: &[&[u8]], out: &mut Vec<u8>) -> usize {
    let mut octets = 0;
    for flight in flights {
        let mut rest = *flight;
        loop {
            let advance = server.advance(rest, out).unwrap();
            rest = &rest[advance.consumed..];
            let reply = match advance.event {
                Some(Event::Connected(_)) => Reply::greeting(),
                Some(Event::Hello(_)) => Reply::hello(),
                Some(Event::Mail(_)) => Reply::sender_ok(),
                Some(Event::Rcpt(_)) => Reply::recipient_ok(),
                Some(Event::DataStart) => Reply::start_data(),
                Some(Event::ChunkEnd | Event::BodyEnd(_)) => Reply::ok(),
                Some(Event::Body(piece)) => {
                    // A slice of the input, not a copy.
                    assert!(flight.as_ptr_range().contains(&piece.as_ptr()));
                    octets += piece.len();
                    continue;
                }
                Some(Event::Close(_) | Event::Quit) => return octets,
                Some(_) => continue,
                None => break,
            };
            server.reply(&reply, out).unwrap();
        }
    }
    octets
}

fn config() -> Arc<Config> {
    let config = Config::new(Role::Mx, "mx.example".parse().unwrap());
    Arc::new(config.chunking(true).dsn(true).start_tls(true))
}

/// What was taken from the heap while a server that has been greeted plays the flights.
fn cost_of(flights: &[&[u8]]) -> AllocationInfo {
    let mut server = Server::new(config());
    let mut out = Vec::with_capacity(1 << 16);
    play(&mut server, &[b"", b"EHLO client.example\r\n"], &mut out);
    out.clear();
    measure(|| _ = play(&mut server, flights, &mut out))
}

const ENVELOPE: &[u8] =
    b"MAIL FROM:<a@client.example> SIZE=1000 BODY=8BITMIME RET=HDRS ENVID=x\r\n\
    RCPT TO:<b@mx.example> NOTIFY=NEVER ORCPT=rfc822;b@mx.example\r\n";

#[test]
fn an_idle_session_of_a_server_holds_less_than_a_kibibyte() {
    let config = config();
    let mut out = Vec::with_capacity(4096);
    let mut server = None;
    let heap = measure(|| {
        let mut idle = Server::new(Arc::clone(&config));
        play(
            &mut idle,
            &[b"", b"EHLO client.example\r\n", ENVELOPE, b"RSET\r\nNOO"],
            &mut out,
        );
        server = Some(idle);
    });
    let held = size_of::<Server>() + usize::try_from(heap.bytes_current).unwrap();
    assert!(held < 1024, "{held} octets");
}

#[test]
fn an_idle_session_of_a_client_holds_less_than_a_kibibyte() {
    let mut out = Vec::with_capacity(4096);
    let mut client = None;
    let greeting = b"220 mx.example ESMTP\r\n250-mx.example\r\n250-PIPELINING\r\n\
        250-SIZE 52428800\r\n250-ETRN\r\n250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n\
        250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n";
    let heap = measure(|| {
        let name = "client.example".parse().unwrap();
        let mut idle = Client::new(smtp_proto::client::Config::new(name));
        let advance = idle.advance(greeting, &mut out).unwrap();
        assert_eq!(advance.event, Some(ClientEvent::Ready));
        client = Some(idle);
    });
    let held = size_of::<Client>() + usize::try_from(heap.bytes_current).unwrap();
    assert!(held < 1024, "{held} octets");
}

#[test]
fn commands_and_their_replies_take_nothing_from_the_heap() {
    let commands = [
        b"NOOP\r\nRSET\r\nVRFY b\r\nFOO\r\n",
        ENVELOPE,
        b"RCPT TO:<c@mx.example>\r\nRSET\r\n",
    ];
    assert_eq!(cost_of(&commands).count_total, 0);
}

#[test]
fn a_whole_session_takes_nothing_from_the_heap() {
    let config = config();
    let mut out = Vec::with_capacity(1 << 16);
    let flights = [
        &b""[..],
        b"EHLO client.example\r\n",
        ENVELOPE,
        b"DATA\r\n",
        b".\r\nHELP\r\nQUIT\r\n",
    ];
    let mut server = Server::new(config);
    let cost = measure(|| _ = play(&mut server, &flights, &mut out));
    assert!(out.ends_with(b"221 2.0.0 mx.example Bye\r\n"));
    assert_eq!(cost.count_total, 0);
}

#[test]
fn pieces_of_a_message_are_slices_of_the_input_and_take_nothing_from_the_heap() {
    let lines = [
        b"..a line with a dot\r\n",
        &*b"a line of text\r\n".repeat(1000),
    ]
    .concat();
    let mut flights = vec![ENVELOPE, b"DATA\r\n"];
    flights.extend(lines.chunks(1000));
    flights.push(b".\r\n");
    assert_eq!(cost_of(&flights).count_total, 0);

    let chunk = [b"BDAT 16000\r\n", &*b"a line of text\r\n".repeat(1000)].concat();
    let mut flights = vec![ENVELOPE];
    for _ in 0..10 {
        flights.extend(chunk.chunks(1000));
    }
    flights.push(b"BDAT 0 LAST\r\n");
    assert_eq!(cost_of(&flights).count_total, 0);
}

#[test]
fn tiny_chunks_do_not_grow_a_session() {
    let chunks = b"BDAT 1\r\nx".repeat(10_000);
    let mut server = Server::new(config());
    let mut out = Vec::with_capacity(1 << 20);
    play(
        &mut server,
        &[b"", b"EHLO client.example\r\n", ENVELOPE],
        &mut out,
    );
    let mut octets = 0;
    let cost = measure(|| octets = play(&mut server, &[&chunks], &mut out));
    assert_eq!((octets, cost.count_total), (10_000, 0));
}

#[test]
fn what_a_client_keeps_of_a_message_does_not_grow_with_it() {
    let mut client = Client::new(
        smtp_proto::client::Config::new("client.example".parse().unwrap()).chunking(true),
    );
    let mut out = Vec::with_capacity(1 << 16);
    let heard = b"220 mx\r\n250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n";
    let advance = client.advance(heard, &mut out).unwrap();
    assert_eq!(advance.event, Some(ClientEvent::Ready));
    let envelope = Envelope::new(None, vec!["b@mx.example".parse().unwrap()]);
    client.begin(&envelope, &mut out).unwrap();
    let advance = client.advance(b"250 ok\r\n250 ok\r\n", &mut out).unwrap();
    assert_eq!(advance.event, Some(ClientEvent::SendBody));
    let piece = b"a line of text\r\n".repeat(1000);
    let cost = measure(|| {
        for _ in 0..100 {
            out.clear();
            client.body(&piece, &mut out).unwrap();
            let advance = client.advance(b"250 ok\r\n", &mut out).unwrap();
            assert_eq!(advance.event, None);
        }
    });
    assert!(cost.bytes_current <= 4096, "{cost:?}");
}

#[test]
fn b11_a_long_reply_is_kept_once_however_many_recipients_it_is_for() {
    let mut client = Client::new(smtp_proto::client::Config::new(
        "client.example".parse().unwrap(),
    ));
    let mut out = Vec::with_capacity(1 << 16);
    let advance = client
        .advance(b"220 mx\r\n250-mx\r\n250 PIPELINING\r\n", &mut out)
        .unwrap();
    assert_eq!(advance.event, Some(ClientEvent::Ready));
    let recipient = |number| format!("b{number}@mx.example").parse().unwrap();
    let envelope = Envelope::new(None, (0..50).map(recipient).collect());
    client.begin(&envelope, &mut out).unwrap();
    let advance = client.advance(&b"250 ok\r\n".repeat(51), &mut out).unwrap();
    assert_eq!(advance.event, None);
    let advance = client.advance(b"354 go on\r\n", &mut out).unwrap();
    assert_eq!(advance.event, Some(ClientEvent::SendBody));
    client.end_body(&mut out).unwrap();
    let line = |end| [b"550", &[end][..], &[b'x'; 2000], b"\r\n"].concat();
    let reply = [line(b'-').repeat(200), line(b' ')].concat();
    let mut event = None;
    let cost = measure(|| event = client.advance(&reply, &mut out).unwrap().event);
    let Some(ClientEvent::Finished(report)) = event else {
        panic!("{event:?}")
    };
    assert_eq!(report.refused().count(), 50);
    assert!(cost.bytes_max < 4 * 400_000, "{cost:?}");
}
