//! When `mx` asks the DNS, and whom.

mod support;

use std::net::UdpSocket;
use std::sync::Arc;
use std::thread;

use dkim_canon::UnixTime;
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::sign;
use dns_txt::{AsyncResolve, Lookup, Question, Zone};
use examples::mx::Mx;
use examples::signatories::Signatory;
use examples::signing_key::SigningKey;
use examples::{listener, shutdown};
use support::{Program, field, messages};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Answers from a zone, and tells what it was asked.
struct Told {
    zone: Zone,
    asked: UnboundedSender<String>,
}

impl AsyncResolve for Told {
    fn resolve(&self, question: Question) -> Lookup<'_> {
        self.asked.send(question.to_string()).unwrap();
        AsyncResolve::resolve(&self.zone, question)
    }
}

/// Waits until this question is asked.
async fn wait_for(asked: &mut UnboundedReceiver<String>, question: &str) {
    while asked.recv().await.unwrap() != question {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_travel_while_the_message_is_still_coming() {
    // The Ed25519 key of RFC 8463 §A.2.
    let key = SigningKey::parse(b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").unwrap();
    let [domain, selector] = ["b.example", "s"].map(|name| name.parse().unwrap());
    let signatory = Signatory::new(domain, selector, key);
    let record = signatory.txt_record().unwrap();
    let zone = format!("b.example. TXT \"v=spf1 a:mail.b.example -all\"\n{record}\n");
    let (asked, mut questions) = unbounded_channel();
    let resolver = Told {
        zone: zone.parse().unwrap(),
        asked,
    };

    let directory = tempfile::tempdir().unwrap();
    let maildir = directory.path().join("mail");
    let ours = vec!["example.com".parse().unwrap()];
    let hostname = "mx.example.com".parse().unwrap();
    let mx = Mx::new(hostname, ours, &maildir, Arc::new(resolver)).unwrap();
    let listener = listener::bind("127.0.0.1:0".parse().unwrap())
        .await
        .unwrap();
    let address = listener.local_addr().unwrap();
    let (trigger, shutdown) = shutdown::pair();
    let server = tokio::spawn(mx.serve(listener, listener::Limits::default(), shutdown));

    let message = "From: a@b.example\r\n\r\nOne line.\r\nAnother line.\r\n";
    let request = [(signatory.request(), signatory.key() as _)];
    let now = UnixTime::from_secs(1_795_500_000);
    let fields = sign(
        message.as_bytes(),
        &request,
        now,
        &mut UnwrapErr(getrandom::SysRng),
    );
    let message = format!("{}{message}", fields.unwrap()[0]);
    let (first, rest) = message.split_at(message.find("Another").unwrap());

    // Every wait below would never end if the server asked only when the message has ended.
    let client = tokio::task::spawn_blocking(move || {
        let mut peer = support::Peer::connect(address);
        peer.dialogue(&[
            ("EHLO client.example", "250"),
            ("MAIL FROM:<a@b.example>", "250 "),
        ]);
        peer
    });
    let mut peer = client.await.unwrap();
    wait_for(&mut questions, "b.example. TXT").await;
    wait_for(&mut questions, "mail.b.example. A").await;
    peer.dialogue(&[("RCPT TO:<user@example.com>", "250 "), ("DATA", "354 ")]);
    peer.send(first);
    wait_for(&mut questions, "s._domainkey.b.example. TXT").await;
    peer.send(rest);
    peer.dialogue(&[(".", "250 "), ("QUIT", "221 ")]);
    drop(peer);
    trigger.pull();
    server.await.unwrap();

    let messages = messages(directory.path());
    let results = field(&messages[0], "Authentication-Results");
    assert!(
        results.contains("spf=fail ") && results.contains("dkim=pass "),
        "{results}"
    );
}

#[test]
fn the_name_server_that_is_given_is_asked() {
    let name_server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = name_server.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let mut packet = [0; 1500];
        while let Ok((length, from)) = name_server.recv_from(&mut packet) {
            // The question itself, marked as a response (QR) with the code NXDOMAIN.
            packet[2] |= 0x80;
            packet[3] = 0x83;
            name_server.send_to(&packet[..length], from).unwrap();
        }
    });
    let directory = tempfile::tempdir().unwrap();
    let maildir = directory.path().join("mail");
    let arguments = [
        "--listen=127.0.0.1:0",
        "--domain=example.com",
        "--maildir",
        maildir.to_str().unwrap(),
        "--nameserver",
        &address,
    ];
    let program = Program::start(support::MX, arguments, 1);
    let mut peer = support::Peer::connect(program.address());
    let reply = support::send(&mut peer, "From: a@b.example\r\n\r\nHello");
    assert!(reply.starts_with("250 "), "{reply}");
    let results = field(&messages(directory.path())[0], "Authentication-Results");
    assert!(
        results.contains("spf=none (example.com: domain of a@b.example "),
        "{results}"
    );
}
