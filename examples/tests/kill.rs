//! A server that is killed: what was acknowledged is there, and nothing is there by halves.

mod support;

use std::thread;

use support::stage::{Stage, send};
use support::{Mx, Peer, messages};

/// Sends numbered messages over one connection until that breaks; the numbers acknowledged.
fn send_until_killed(mut peer: Peer, client: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    if !peer.say("EHLO client.example").starts_with("250") {
        return acknowledged;
    }
    for number in 0.. {
        let id = format!("client {client} message {number}.");
        // Every third body is large enough to go through a file.
        let filler = "and so on and so on\r\n".repeat(if number % 3 == 0 { 5000 } else { 5 });
        peer.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<user@example.com>\r\nDATA\r\n");
        if !(peer.reply().starts_with("250 ")
            && peer.reply().starts_with("250 ")
            && peer.reply().starts_with("354 "))
        {
            break;
        }
        peer.send(format!(
            "From: a@b.example\r\nX-Id: {id}\r\n\r\n{filler}end of it\r\n.\r\n"
        ));
        if !peer.reply().starts_with("250 ") {
            break;
        }
        acknowledged.push(id);
    }
    acknowledged
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_there_by_halves() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..4 {
        let program = Mx::program(directory.path(), "", &[]);
        let address = program.address();
        let clients: Vec<_> = (0..3)
            .map(|client| {
                let peer = Peer::connect(address);
                thread::spawn(move || send_until_killed(peer, round * 10 + client))
            })
            .collect();
        // Killed once some are in, wherever the others are at that moment.
        let before = messages(directory.path()).len();
        while messages(directory.path()).len() < before + 4 + 3 * round {
            thread::yield_now();
        }
        program.kill();
        for client in clients {
            acknowledged.extend(client.join().unwrap());
        }
    }
    let delivered = messages(directory.path());
    assert!(!acknowledged.is_empty());
    for id in &acknowledged {
        let field = format!("\r\nX-Id: {id}\r\n");
        let copies = delivered.iter().filter(|message| message.contains(&field));
        assert_eq!(copies.count(), 1, "{id}");
    }
    for message in &delivered {
        assert!(message.starts_with("Return-Path: "), "{message}");
        assert!(message.ends_with("\r\nend of it\r\n"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_submission_has_acknowledged_the_next_server_has() {
    let Stage {
        mx,
        submission,
        certificate,
        ..
    } = Stage::set(&[]);
    let address = submission.addresses[0];
    let clients: Vec<_> = (0..3)
        .map(|client| {
            let alice = support::stage::user(address, &certificate).as_user("alice", "secret");
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for number in 0.. {
                    let id = format!("client {client} message {number}.");
                    let message = format!("From: alice@b.example\r\nX-Id: {id}\r\n\r\nHello\r\n");
                    if send(&alice, &["user@example.com"], &message).await.is_err() {
                        break;
                    }
                    acknowledged.push(id);
                }
                acknowledged
            })
        })
        .collect();
    while mx.messages().len() < 7 {
        tokio::task::yield_now().await;
    }
    submission.kill();
    let mut acknowledged = Vec::new();
    for client in clients {
        acknowledged.extend(client.await.unwrap());
    }
    assert!(!acknowledged.is_empty());
    let delivered = mx.messages();
    for id in &acknowledged {
        let field = format!("\r\nX-Id: {id}\r\n");
        assert!(
            delivered.iter().any(|message| message.contains(&field)),
            "{id}"
        );
    }
}
