//! Other people's clients at an LMTP server: swaks, Postfix.

mod support;

use core::future::pending;
use core::net::SocketAddr;
use std::sync::{Arc, Mutex};

use examples::session::{Handler, Service};
use examples::shutdown;
use smtp_proto::Reply;
use smtp_proto::server::{Config, Event, Role};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use support::postfix::Postfix;
use support::{Peer, swaks};

#[test]
fn swaks_delivers_to_each_recipient() {
    let Some(mut swaks) = swaks() else { return };
    let server = Server::start();
    let output = swaks
        .args(["--protocol", "LMTP", "--pipeline"])
        .args(["--server", &server.address.to_string()])
        .args(["--to", "user@example.com,other@example.com"])
        .args(["--from", "a@b.example", "--body", ".dot\n..\nend"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let replies = " -> .\n<-  250 2.0.0 OK\n<-  250 2.0.0 OK\n -> QUIT\n";
    assert!(text.contains(replies), "{text}");
    let messages = server.messages();
    let [message] = &*messages else {
        panic!("{messages:?}")
    };
    assert!(
        message.contains("\r\n\r\n.dot\r\n..\r\nend\r\n"),
        "{message}"
    );
}

#[test]
fn postfix_delivers_to_each_recipient() {
    let server = Server::start();
    let Some(postfix) = Postfix::with_lmtp(server.address) else {
        return;
    };
    let mut peer = Peer::connect(postfix.address);
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<a@b.example>", "250 "),
        ("RCPT TO:<user@example.com>", "250 "),
        ("RCPT TO:<other@example.com>", "250 "),
        ("DATA", "354 "),
    ]);
    peer.send(b"Subject: one\r\n\r\n..dot\r\n");
    assert!(peer.say(".").starts_with("250 "));
    for recipient in ["user", "other"] {
        let to = format!(" to=<{recipient}@example.com>, ");
        let log = postfix.log_with(|line| line.contains(&to) && line.ends_with(")\n"));
        let line = log.lines().find(|line| line.contains(&to)).unwrap();
        assert!(line.ends_with(" status=sent (250 2.0.0 OK)"), "{line}");
    }
    let messages = server.messages();
    let [message] = &*messages else {
        panic!("{messages:?}")
    };
    assert!(message.ends_with("\r\n\r\n.dot\r\n"), "{message}");
}

/// An LMTP server that keeps what it takes; ends when dropped.
struct Server {
    address: SocketAddr,
    messages: Arc<Mutex<Vec<String>>>,
    _runtime: Runtime,
}

impl Server {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let hostname = "store.example.com".parse().unwrap();
        let service = Service::new(Config::new(Role::Lmtp, hostname), None);
        let messages = Arc::new(Mutex::new(Vec::new()));
        let store = Arc::clone(&messages);
        runtime.spawn(async move {
            let (_trigger, shutdown) = shutdown::pair();
            while let Ok((stream, peer)) = listener.accept().await {
                let keeper = Keeper {
                    message: Vec::new(),
                    messages: Arc::clone(&store),
                };
                service.serve(stream, peer, shutdown.clone(), keeper).await;
            }
        });
        Self {
            address,
            messages,
            _runtime: runtime,
        }
    }

    fn messages(&self) -> Vec<String> {
        self.messages.lock().unwrap().clone()
    }
}

struct Keeper {
    message: Vec<u8>,
    messages: Arc<Mutex<Vec<String>>>,
}

impl Handler for Keeper {
    async fn answer(&mut self, event: Event<'_>, protocol: &'static str) -> Option<Reply> {
        match event {
            Event::Hello(_) => Some(Reply::hello()),
            Event::Body(octets) => {
                self.message.extend_from_slice(octets);
                None
            }
            Event::BodyEnd(_) => {
                assert_eq!(protocol, "LMTP");
                let message = String::from_utf8(core::mem::take(&mut self.message)).unwrap();
                self.messages.lock().unwrap().push(message);
                Some(Reply::ok())
            }
            event => event.needs_reply().then(Reply::ok),
        }
    }

    async fn meanwhile(&mut self) {
        pending().await
    }

    fn tls_started(&mut self) {}
}
