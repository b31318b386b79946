//! Mail as users hand it to `submission`, and as it comes out at the next server.

mod support;

use support::stage::{MESSAGE, Stage, refusal, send, send_from, start, user, write_keys};
use support::{Peer, Program, SUBMISSION, field, secret_file};

#[tokio::test]
async fn what_goes_out_is_complete_and_signed_by_every_key() {
    let stage = Stage::set(&[]);
    send(&stage.alice(), &["user@example.com"], MESSAGE)
        .await
        .unwrap();
    let message = stage.mx.message();
    let results = field(&message, "Authentication-Results");
    for selector in ["rsa", "ed"] {
        let pass = format!("dkim=pass header.d=b.example header.i=@b.example header.s={selector} ");
        assert!(results.contains(&pass), "{results}");
    }
    assert!(field(&message, "Message-ID").ends_with("@mail.b.example>"));
    assert!(field(&message, "Date").ends_with(" +0000"));
    let received = message.match_indices("Received: ").nth(1).unwrap().0;
    let received = &message[received..];
    let start =
        "Received: from laptop.b.example ([127.0.0.1])\r\n by mail.b.example with ESMTPSA id ";
    assert!(received.starts_with(start), "{received}");
    assert!(
        message.ends_with("\r\n\r\nHello  there \r\n.\r\n\r\n\r\n"),
        "{message}"
    );
}

#[tokio::test]
async fn what_a_message_has_is_not_added_again() {
    let stage = Stage::set(&[]);
    let message = "date: Tue, 24 Nov 2026 05:52:06 +0000\r\nMessage-Id: <1@b.example>\r\n";
    send(
        &stage.alice(),
        &["user@example.com"],
        &format!("{message}{MESSAGE}"),
    )
    .await
    .unwrap();
    let delivered = stage.mx.message();
    assert!(delivered.contains(message), "{delivered}");
    let header = delivered
        .split("\r\n\r\n")
        .next()
        .unwrap()
        .to_ascii_lowercase();
    assert_eq!(header.matches("\r\ndate:").count(), 1);
    assert_eq!(header.matches("\r\nmessage-id:").count(), 1);
}

#[tokio::test]
async fn what_receivers_may_refuse_is_in_the_log() {
    let mut stage = Stage::set(&[]);
    let fields = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nCc: a@a\r\nCc: b@b\r\n";
    let message = format!("{fields}{MESSAGE}");
    send(&stage.alice(), &["user@example.com"], &message)
        .await
        .unwrap();
    assert!(stage.mx.message().contains(fields));
    stage.submission.signal("TERM");
    stage.submission.wait();
    let log = stage.submission.whole_log();
    for code in ["unsubscribe-post-alone", "field-repeated"] {
        let lines = log.iter().filter(|line| line.contains(code)).count();
        assert_eq!(lines, 1, "{log:#?}");
    }
    // Nothing else: what was missing was added before.
    assert!(
        !log.iter().any(|line| line.contains("-missing")),
        "{log:#?}"
    );
}

#[tokio::test]
async fn a_domain_signs_for_what_stands_below_it_and_for_nobody_else() {
    let stage = Stage::set(&[]);
    for (author, signed) in [
        ("a@news.b.example", true),
        ("a@notb.example", false),
        ("a@other.example", false),
    ] {
        let message = format!("From: {author}\r\n\r\nHello\r\n");
        send(&stage.alice(), &["user@example.com"], &message)
            .await
            .unwrap();
        let messages = stage.mx.messages();
        let from = format!("\r\nFrom: {author}\r\n");
        let message = messages
            .iter()
            .find(|message| message.contains(&from))
            .unwrap();
        let results = field(message, "Authentication-Results");
        assert_eq!(results.contains("dkim=pass"), signed, "{results}");
        assert_eq!(results.contains("dkim=none"), !signed, "{results}");
    }
}

#[tokio::test]
async fn a_large_message_goes_out_whole() {
    let stage = Stage::set(&[]);
    let body = ".and so on and so on\r\n".repeat(50_000);
    let message = format!("From: alice@b.example\r\n\r\n{body}");
    send(&stage.alice(), &["user@example.com"], &message)
        .await
        .unwrap();
    let delivered = stage.mx.message();
    assert!(delivered.ends_with(&format!("\r\n\r\n{body}")));
    assert_eq!(
        field(&delivered, "Authentication-Results")
            .matches("dkim=pass")
            .count(),
        2
    );
}

#[tokio::test]
async fn who_does_not_know_the_password_does_not_send() {
    let stage = Stage::set(&[]);
    let nobody = user(stage.submission.addresses[0], &stage.certificate);
    let reply = refusal(send(&nobody, &["user@example.com"], MESSAGE).await);
    assert!(reply.starts_with("530 5.7.0 "), "{reply}");
    for (user, password) in [("alice", "Secret"), ("carol", "carol"), ("alice", "x:y")] {
        let guesser = nobody.clone().as_user(user, password);
        let reply = refusal(send(&guesser, &["user@example.com"], MESSAGE).await);
        assert!(reply.starts_with("535 5.7.8 "), "{reply}");
    }
    let bob = nobody.as_user("bob@b.example", "x:y");
    send(&bob, &["user@example.com"], MESSAGE).await.unwrap();
    assert_eq!(stage.mx.messages().len(), 1);
}

#[test]
fn b04_no_password_is_taken_in_clear() {
    let stage = Stage::set(&[]);
    let mut peer = Peer::connect(stage.submission.addresses[0]);
    let offer = peer.say("EHLO laptop.b.example");
    assert!(
        offer.contains("STARTTLS") && !offer.contains("AUTH"),
        "{offer}"
    );
    peer.dialogue(&[
        ("AUTH PLAIN AGFsaWNlAHNlY3JldA==", "504 5.5.4 "),
        ("MAIL FROM:<alice@b.example>", "530 5.7.0 "),
    ]);
}

#[test]
fn b03_what_is_slipped_in_behind_starttls_is_not_heard() {
    let stage = Stage::set(&[]);
    let mut peer = Peer::connect(stage.submission.addresses[0]);
    peer.say("EHLO laptop.b.example");
    peer.send("STARTTLS\r\nNOOP\r\n");
    let rest = peer.rest();
    assert!(rest.starts_with("554 5.5.0 "), "{rest}");
    assert_eq!(rest.lines().count(), 1, "{rest}");
    // And whoever does not speak TLS after all takes nobody down.
    let mut peer = Peer::connect(stage.submission.addresses[0]);
    peer.dialogue(&[("EHLO laptop.b.example", "250"), ("STARTTLS", "220 ")]);
    peer.send("EHLO laptop.b.example\r\n");
    peer.rest();
    let mut peer = Peer::connect_silently(stage.submission.addresses[1]);
    peer.send("EHLO laptop.b.example\r\n");
    peer.rest();
    Peer::connect(stage.submission.addresses[0]);
}

#[tokio::test]
async fn a_message_for_several_goes_to_all_or_to_none() {
    let stage = Stage::set(&[]);
    let to = [
        "one@example.com",
        "carol@elsewhere.example",
        "two@example.com",
    ];
    let reply = refusal(send(&stage.alice(), &to, MESSAGE).await);
    assert!(
        reply.starts_with("554 5.7.1 Relay access denied"),
        "{reply}"
    );
    assert_eq!(stage.mx.messages().len(), 0);
    let to = ["one@example.com", "two@example.com"];
    send(&stage.alice(), &to, MESSAGE).await.unwrap();
    assert_eq!(stage.mx.messages().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_handed_on_now_stays_with_the_sender() {
    let directory = tempfile::tempdir().unwrap();
    write_keys(directory.path());
    // Bound and closed again: nobody listens there.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let next_hop = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    let (submission, certificate) = start(directory.path(), &next_hop, &[]);
    let alice = user(submission.addresses[0], &certificate).as_user("alice", "secret");
    let reply = refusal(send(&alice, &["user@example.com"], MESSAGE).await);
    assert!(reply.starts_with("451 4.4.1 "), "{reply}");
    // A server that hangs up in the middle of the dialogue.
    let rude = std::net::TcpListener::bind(&next_hop).unwrap();
    let thread = std::thread::spawn(move || {
        for _ in 0..1 {
            use std::io::Write;
            let (mut stream, _) = rude.accept().unwrap();
            stream.write_all(b"220 rude\r\n").unwrap();
        }
    });
    let reply = refusal(send(&alice, &["user@example.com"], MESSAGE).await);
    assert!(reply.starts_with("451 4.4."), "{reply}");
    thread.join().unwrap();
}

#[tokio::test]
async fn a17_bound_senders_write_in_their_own_name_only() {
    let stage = Stage::set(&["--bind-senders"]);
    let to = ["user@example.com"];
    let alice = stage.alice();
    let from = |author: &str| format!("From: {author}\r\n\r\nHello\r\n");
    let sent = send_from("bob@b.example", &alice, &to, &from("alice@b.example")).await;
    assert!(refusal(sent).starts_with("550 5.7.1 "));
    for author in [
        "bob@b.example",
        "\"alice@b.example\" <bob@b.example>",
        "alice@b.example, bob@b.example",
        "alice@evil.example",
    ] {
        let reply = refusal(send(&alice, &to, &from(author)).await);
        assert!(reply.starts_with("550 5.7.1 "), "{author}: {reply}");
    }
    assert_eq!(stage.mx.messages().len(), 0);
    send(&alice, &to, &from("Alice <alice@b.example>"))
        .await
        .unwrap();
    assert_eq!(stage.mx.messages().len(), 1);
}

#[tokio::test]
async fn a_message_without_one_clear_author_is_refused() {
    let stage = Stage::set(&[]);
    for message in [
        "Subject: Hello\r\n\r\nHello\r\n",
        "From: alice@b.example\r\nFrom: bob@b.example\r\n\r\nHello\r\n",
        "From: alice@b.example\r\nFrom : bob@b.example\r\n\r\nHello\r\n",
        "From: <alice@b.example>bob@b.example\r\n\r\nHello\r\n",
        "From: Undisclosed:;\r\n\r\nHello\r\n",
        " From: alice@b.example\r\nFrom: alice@b.example\r\n\r\nHello\r\n",
    ] {
        let reply = refusal(send(&stage.alice(), &["user@example.com"], message).await);
        assert!(reply.starts_with("554 5.6.0 "), "{message}: {reply}");
    }
    assert_eq!(stage.mx.messages().len(), 0);
}

#[tokio::test]
async fn a_header_that_others_could_read_differently_is_refused() {
    let stage = Stage::set(&[]);
    let to = ["user@example.com"];
    for (field, code) in [
        ("From\0: bob@b.example\r\n".into(), "554 5.6.0 "),
        ("Fr om: bob@b.example\r\n".into(), "554 5.6.0 "),
        (": bob@b.example\r\n".into(), "554 5.6.0 "),
        ("X-Filler: and so on\r\n".repeat(80_000), "554 5.6.0 "),
        ("Received: from a.example\r\n".repeat(101), "554 5.4.6 "),
    ] {
        let reply = refusal(send(&stage.alice(), &to, &format!("{field}{MESSAGE}")).await);
        assert!(reply.starts_with(code), "{reply}");
    }
    assert_eq!(stage.mx.messages().len(), 0);
    // Obsolete, and no doubt about it.
    let message = format!("Keywords : a\r\n{MESSAGE}");
    send(&stage.alice(), &to, &message).await.unwrap();
    assert_eq!(stage.mx.messages().len(), 1);
}

#[tokio::test]
async fn names_of_one_label_are_refused() {
    let stage = Stage::set(&[]);
    let (alice, to) = (stage.alice(), ["user@example.com"]);
    let message = "From: alice@localhost\r\n\r\nHello\r\n";
    for (sent, code) in [
        (
            send_from("alice@b", &alice, &to, MESSAGE).await,
            "554 5.1.8 ",
        ),
        (
            send(&alice, &["user@localhost"], MESSAGE).await,
            "554 5.1.2 ",
        ),
        (send(&alice, &to, message).await, "554 5.1.8 "),
    ] {
        let reply = refusal(sent);
        assert!(reply.starts_with(code), "{reply}");
    }
    assert_eq!(stage.mx.messages().len(), 0);
}

#[tokio::test]
async fn a_return_path_of_the_user_is_dropped() {
    let stage = Stage::set(&[]);
    let message = format!("Return-Path: <forged@b.example>\r\n{MESSAGE}");
    send(&stage.alice(), &["user@example.com"], &message)
        .await
        .unwrap();
    let message = stage.mx.message();
    assert!(!message.contains("forged"), "{message}");
    let results = field(&message, "Authentication-Results");
    assert_eq!(results.matches("dkim=pass").count(), 2, "{results}");
}

#[test]
fn the_dialogue_typed_by_hand_works_with_old_clients_in_mind() {
    let stage = Stage::set(&["--old-clients"]);
    let mut typist = Peer::connect_silently(stage.submission.addresses[0]);
    assert_eq!(typist.reply(), "220 mail.b.example ESMTP\r\n");
    let hello = typist.say("ehlo laptop.b.example");
    for line in [
        "250-SIZE ",
        "250-AUTH LOGIN PLAIN CRAM-MD5\r\n",
        "250 AUTH=LOGIN PLAIN CRAM-MD5\r\n",
    ] {
        assert!(hello.contains(line), "{hello}");
    }
    typist.dialogue(&[
        ("auth login", "334 VXNlcm5hbWU6\r\n"),
        ("YWxpY2U=", "334 UGFzc3dvcmQ6\r\n"),
        ("c2VjcmV0", "235 2.7.0 "),
        ("mail from:<alice@b.example>", "250 2.1.0 "),
        ("rcpt to:<user@example.com>", "250 2.1.5 "),
        ("data", "354 "),
    ]);
    typist.send("From: alice@b.example\r\nSubject: by hand\r\n\r\nIt works.\r\n");
    let reply = typist.say(".");
    let id = reply.strip_prefix("250 2.0.0 OK, queued as ").unwrap();
    assert_eq!(typist.say("quit"), "221 2.0.0 mail.b.example Bye\r\n");
    let message = stage.mx.message();
    assert!(message.ends_with("\r\n\r\nIt works.\r\n"), "{message}");
    let id = format!("with ESMTPA id {}", id.trim_end());
    assert!(message.contains(&id), "{message}");
}

#[test]
fn without_old_clients_in_mind_there_is_no_login_in_clear() {
    let stage = Stage::set(&[]);
    let mut peer = Peer::connect(stage.submission.addresses[0]);
    assert!(!peer.say("EHLO laptop.b.example").contains("AUTH"));
    peer.dialogue(&[("AUTH LOGIN", "504 5.5.4 ")]);
}

#[test]
fn told_to_end_it_ends() {
    let mut stage = Stage::set(&[]);
    let mut idle = Peer::connect(stage.submission.addresses[0]);
    stage.submission.signal("INT");
    let last = idle.rest();
    assert!(last.starts_with("421 4.3.2 "), "{last}");
    assert_eq!(stage.submission.wait().code(), Some(0));
}

#[test]
fn a_certificate_that_is_made_is_said_to_be_self_signed() {
    let directory = tempfile::tempdir().unwrap();
    let accounts = secret_file(directory.path().join("accounts"), "alice:secret\n");
    let key = secret_file(
        directory.path().join("key"),
        "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
    );
    let sign = format!("b.example:s:{}", key.display());
    let arguments = [
        "--listen=127.0.0.1:0",
        "--tls-listen=127.0.0.1:0",
        "--accounts",
        accounts.to_str().unwrap(),
        "--sign",
        &sign,
        "--next-hop=127.0.0.1:9",
        "--quiet",
    ];
    let mut program = Program::start(SUBMISSION, arguments, 2);
    program.signal("TERM");
    assert_eq!(program.wait().code(), Some(0));
    let log = program.whole_log();
    assert!(
        log.iter()
            .any(|line| line.contains("self-signed certificate")),
        "{log:?}"
    );
}
