//! What a session holds whose other side wants it to hold much.

use allocation_counter::measure;
use smtp_proto::client::{Client, Config, Envelope, Event};

/// As long as the limits let a reply be: 256 lines of 2048 octets.
fn long_reply(code: &str, fill: u8) -> Vec<u8> {
    let line = |end: u8| [code.as_bytes(), &[end], &[fill; 2042], b"\r\n"].concat();
    [line(b'-').repeat(255), line(b' ')].concat()
}

/// A client that has greeted and begun a message, and its recipients.
fn begun(config: Config, recipients: usize) -> (Client, Vec<u8>) {
    let mut client = Client::new(config);
    let mut out = Vec::with_capacity(1 << 16);
    let greeting = b"220 mx\r\n250-mx\r\n250 PIPELINING\r\n";
    let advance = client.advance(greeting, &mut out).unwrap();
    assert_eq!(advance.event, Some(Event::Ready));
    let recipient = |number| format!("b{number}@mx.example").parse().unwrap();
    let envelope = Envelope::new(None, (0..recipients).map(recipient).collect());
    client.begin(&envelope, &mut out).unwrap();
    (client, out)
}

fn config() -> Config {
    Config::new("client.example".parse().unwrap()).window(usize::MAX)
}

/// Hears a reply as often as there are recipients, each with other text. Gives the last event.
fn hear_each(
    client: &mut Client,
    out: &mut Vec<u8>,
    code: &str,
    recipients: usize,
) -> Option<Event> {
    let mut event = None;
    for number in 0..recipients {
        let fill = b'a' + u8::try_from(number % 26).unwrap();
        let advance = client.advance(&long_reply(code, fill), out).unwrap();
        event = advance.event;
    }
    event
}

/// What one message may keep, one reply on its way, and as much again to take it apart.
const BOUND: u64 = 5 << 20;

#[test]
fn b11_long_refusals_of_many_recipients_are_not_all_kept() {
    let (mut client, mut out) = begun(config(), 40);
    let cost = measure(|| {
        _ = client.advance(b"250 ok\r\n", &mut out).unwrap();
        _ = hear_each(&mut client, &mut out, "550", 40);
    });
    assert!(cost.bytes_max < BOUND, "{cost:?}");
    let Some(Event::Finished(report)) = client.advance(b"554 no\r\n", &mut out).unwrap().event
    else {
        panic!("the message has no report");
    };
    // Who is refused is known of all; why, in the server's words, of the first.
    assert_eq!(report.refused().count(), 40);
    assert!(report.refused().all(|(_, refusal)| refusal.is_permanent()));
    let (_, first) = report.refused().next().unwrap();
    assert_eq!(first.reply().text().len(), 256 * 2042 + 255);
}

#[test]
fn b18_long_replies_to_a_message_in_lmtp_are_not_all_kept() {
    for (code, accepted) in [("250", 40), ("450", 0)] {
        let (mut client, mut out) = begun(config().lmtp(true), 40);
        let replies = [&b"250 ok\r\n".repeat(41)[..], b"354 go\r\n"].concat();
        let advance = client.advance(&replies, &mut out).unwrap();
        assert_eq!(advance.event, Some(Event::SendBody));
        client.end_body(&mut out).unwrap();
        let mut event = None;
        let cost = measure(|| event = hear_each(&mut client, &mut out, code, 40));
        assert!(cost.bytes_max < BOUND, "{cost:?}");
        let Some(Event::Finished(report)) = event else {
            panic!("the message has no report");
        };
        assert_eq!(report.accepted().count(), accepted);
        assert_eq!(report.refused().count(), 40 - accepted);
    }
}
