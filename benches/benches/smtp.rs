//! The server machine: mixed commands, and a long message with dots to take out.

use core::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use smtp_proto::Reply;
use smtp_proto::server::{Config, Event, Role, Server};

/// Plays the flights of a client, whatever it hears, and counts what it sent as a message.
fn play(config: &Arc<Config>, flights: &[Vec<u8>], out: &mut Vec<u8>) -> usize {
    let mut server = Server::new(Arc::clone(config));
    let mut octets = 0;
    for flight in core::iter::once(&Vec::new()).chain(flights) {
        let mut rest = flight.as_slice();
        loop {
            let advance = server.advance(rest, out).expect("every event is answered");
            rest = &rest[advance.consumed..];
            let reply = match advance.event {
                Some(Event::Connected(_)) => Reply::greeting(),
                Some(Event::Hello(_)) => Reply::hello(),
                Some(Event::Mail(_)) => Reply::sender_ok(),
                Some(Event::Rcpt(_)) => Reply::recipient_ok(),
                Some(Event::DataStart) => Reply::start_data(),
                Some(Event::Body(slice)) => {
                    octets += slice.len();
                    continue;
                }
                Some(Event::BodyEnd(_)) => Reply::ok(),
                Some(Event::Quit | Event::Close(_)) => return octets,
                Some(_) => continue,
                None => break,
            };
            server
                .reply(&reply, out)
                .expect("the event takes this reply");
            out.clear();
        }
    }
    octets
}

fn server(criterion: &mut Criterion) {
    let config = Config::new(Role::Mx, "mx.example.com".parse().expect("a domain"));
    let config = Arc::new(config);
    let mut out = Vec::new();

    let transaction: [&[u8]; 3] = [
        b"MAIL FROM:<sender@example.org> SIZE=1000 BODY=8BITMIME\r\n\
          RCPT TO:<first@example.com>\r\nRCPT TO:<second@example.com>\r\nDATA\r\n",
        b"Subject: Hello\r\n\r\nAt noon.\r\n.\r\n",
        b"NOOP\r\n",
    ];
    let mut flights = vec![b"EHLO client.example.org\r\n".to_vec()];
    for _ in 0..1000 {
        flights.extend(transaction.iter().map(|flight| flight.to_vec()));
    }
    let mut group = criterion.benchmark_group("smtp server");
    group.throughput(Throughput::Elements(1 + 1000 * 5));
    group.bench_function("commands", |bencher| {
        bencher.iter(|| play(&config, black_box(&flights), &mut out));
    });

    let mut data = Vec::new();
    for line in 0..10 << 20 >> 6 {
        let start: &[u8] = if line % 100 == 0 { b"..b" } else { b"abc" };
        data.extend_from_slice(start);
        data.extend_from_slice(&[b'x'; 59]);
        data.extend_from_slice(b"\r\n");
    }
    let length = data.len();
    data.extend_from_slice(b".\r\n");
    let mut flights = vec![b"EHLO client.example.org\r\n".to_vec()];
    flights.push(b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n".to_vec());
    flights.extend(data.chunks(16 << 10).map(<[u8]>::to_vec));
    group.throughput(Throughput::Bytes(length as u64));
    group.bench_function("a 10 MiB message", |bencher| {
        bencher.iter(|| {
            let octets = play(&config, black_box(&flights), &mut out);
            assert!(octets > length * 99 / 100);
        });
    });
}

criterion_group!(benches, server);
criterion_main!(benches);
