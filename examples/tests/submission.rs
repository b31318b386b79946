//! Mail as users hand it to `submission`, and as it comes out at the next server.

mod support;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{KeyKind, PrivateKey, SigningKey};
use examples::courier::{Courier, Undelivered};
use examples::signatories::Signatory;
use examples::spool::Chunks;
use examples::tls;
use mail_address::Mailbox;
use smtp_proto::client::Envelope;
use support::{Mx, Peer, Program, SUBMISSION, dkimpy, field, run_script, secret_file, swaks};

/// A submission server for users of b.example, and the server that it hands mail to.
struct Stage {
    mx: Mx,
    submission: Program,
    certificate: rustls::pki_types::CertificateDer<'static>,
    /// Names and texts of the key records.
    records: Vec<(String, String)>,
}

impl Stage {
    fn set(more: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let keys: Vec<Signatory> = [("rsa", KeyKind::Rsa2048), ("ed", KeyKind::Ed25519)]
            .into_iter()
            .map(|(selector, kind)| {
                let key = PrivateKey::generate(kind, &mut UnwrapErr(getrandom::SysRng)).unwrap();
                secret_file(directory.path().join(selector), &*key.to_pem());
                let key = SigningKey::new(&key).unwrap();
                let [domain, selector] = ["b.example", selector].map(|name| name.parse().unwrap());
                Signatory::new(domain, selector, key)
            })
            .collect();
        let records: Vec<_> = keys.iter().map(|key| key.txt_record().unwrap()).collect();
        let zone: String = records.iter().map(|record| format!("{record}\n")).collect();
        let mx = Mx::start(&zone, &[]);
        let (submission, certificate) = start(directory.path(), &mx.address().to_string(), more);
        Self {
            mx,
            submission,
            certificate,
            records: records
                .iter()
                .map(|record| {
                    let text = String::from_utf8(record.text().to_vec()).unwrap();
                    (record.name().to_string(), text)
                })
                .collect(),
        }
    }

    /// A mail program that knows the password of alice.
    fn alice(&self) -> Courier {
        alice(self.submission.addresses[0], &self.certificate).as_user("alice", "secret")
    }
}

/// Starts a submission server with the keys `rsa` and `ed` of `directory`.
fn start(
    directory: &Path,
    next_hop: &str,
    more: &[&str],
) -> (Program, rustls::pki_types::CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["mail.b.example".into()]).unwrap();
    let certificate = directory.join("cert.pem");
    fs::write(&certificate, made.cert.pem()).unwrap();
    let key = secret_file(directory.join("key.pem"), made.signing_key.serialize_pem());
    let accounts = secret_file(
        directory.join("accounts"),
        "alice:secret\nbob@b.example:x:y\n",
    );
    let sign =
        ["rsa", "ed"].map(|name| format!("b.example:{name}:{}", directory.join(name).display()));
    let arguments = [
        "--listen",
        "127.0.0.1:0",
        "--tls-listen",
        "127.0.0.1:0",
        "--accounts",
        accounts.to_str().unwrap(),
        "--sign",
        &sign[0],
        "--sign",
        &sign[1],
        "--next-hop",
        next_hop,
        "--tls-cert",
        certificate.to_str().unwrap(),
        "--tls-key",
        key.to_str().unwrap(),
    ];
    let program = Program::start(SUBMISSION, arguments.iter().chain(more), 2);
    (program, made.cert.der().clone())
}

/// A mail program that does not log in.
fn alice(server: SocketAddr, certificate: &rustls::pki_types::CertificateDer<'static>) -> Courier {
    let name = "mail.b.example".try_into().unwrap();
    Courier::new(server.to_string(), "laptop.b.example".parse().unwrap())
        .under_tls(tls::trusting(certificate.clone()).unwrap(), name)
}

/// Sends a message from a@b.example to these recipients of example.com or elsewhere.
async fn send(courier: &Courier, to: &[&str], message: &str) -> Result<String, Undelivered> {
    send_from("alice@b.example", courier, to, message).await
}

async fn send_from(
    from: &str,
    courier: &Courier,
    to: &[&str],
    message: &str,
) -> Result<String, Undelivered> {
    let mailbox = |text: &&str| Mailbox::parse(text.as_bytes()).unwrap();
    let envelope = Envelope::new(Some(mailbox(&from)), to.iter().map(mailbox).collect());
    let mut body = Chunks::from(Vec::new());
    let reply = courier
        .deliver(&envelope, message.as_bytes(), &mut body)
        .await?;
    Ok(reply.to_string())
}

/// The reply with which a message was refused.
fn refusal(sent: Result<String, Undelivered>) -> String {
    match sent {
        Err(Undelivered::Refused(refusal)) => refusal.reply().to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

const MESSAGE: &str = "From: Alice <alice@b.example>\r\nTo: user@example.com\r\n\
                       Subject: Hello\r\n\r\nHello  there \r\n.\r\n\r\n\r\n";

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
    let nobody = alice(stage.submission.addresses[0], &stage.certificate);
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
    for (selector, kind) in [("rsa", KeyKind::Rsa2048), ("ed", KeyKind::Ed25519)] {
        let key = PrivateKey::generate(kind, &mut UnwrapErr(getrandom::SysRng)).unwrap();
        secret_file(directory.path().join(selector), &*key.to_pem());
    }
    // Bound and closed again: nobody listens there.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let next_hop = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    let (submission, certificate) = start(directory.path(), &next_hop, &[]);
    let alice = alice(submission.addresses[0], &certificate).as_user("alice", "secret");
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
        assert!(reply.starts_with("550 5.6.0 "), "{message}: {reply}");
    }
    assert_eq!(stage.mx.messages().len(), 0);
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

#[test]
fn swaks_submits_with_every_mechanism() {
    let Some(_) = swaks() else { return };
    let stage = Stage::set(&[]);
    let mail = ["--to", "user@example.com", "--from", "alice@b.example"];
    let [start_tls, implicit_tls] =
        [0, 1].map(|index| stage.submission.addresses[index].to_string());
    let mut sent = 0;
    for (server, tls) in [(&start_tls, "--tls"), (&implicit_tls, "--tls-on-connect")] {
        for mechanism in ["PLAIN", "LOGIN", "CRAM-MD5"] {
            let login = [
                "--auth",
                mechanism,
                "--auth-user",
                "alice",
                "--auth-password",
            ];
            let output = swaks()
                .unwrap()
                .args(["--server", server, tls])
                .args(login)
                .arg("secret")
                .args(mail)
                .output()
                .unwrap();
            assert!(output.status.success(), "{tls} {mechanism}: {output:?}");
            sent += 1;
            assert_eq!(stage.mx.messages().len(), sent);
            let output = swaks()
                .unwrap()
                .args(["--server", server, tls])
                .args(login)
                .arg("guess")
                .args(mail)
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(text.contains("535 5.7.8 "), "{tls} {mechanism}: {text}");
            assert_eq!(stage.mx.messages().len(), sent);
        }
    }
    for message in stage.mx.messages() {
        assert_eq!(
            field(&message, "Authentication-Results")
                .matches("dkim=pass")
                .count(),
            2
        );
    }
}

#[tokio::test]
async fn dkimpy_verifies_what_was_signed() {
    let Some(python) = dkimpy() else { return };
    let stage = Stage::set(&[]);
    send(&stage.alice(), &["user@example.com"], MESSAGE)
        .await
        .unwrap();
    let records: Vec<&str> = stage
        .records
        .iter()
        .flat_map(|(name, text)| [name.as_str(), text.as_str()])
        .collect();
    let message = stage.mx.message();
    let output = run_script(python, "dkimpy_verify.py", &records, message.as_bytes());
    assert_eq!(
        String::from_utf8(output).unwrap(),
        "rsa-sha256 b.example rsa pass\ned25519-sha256 b.example ed pass\n"
    );
}
