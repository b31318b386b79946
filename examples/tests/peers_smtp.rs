//! Other people's clients and servers, octet for octet: Postfix, curl, smtplib, aiosmtpd.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use examples::courier::Courier;
use examples::spool::{Chunks, Spool};
use mail_address::Mailbox;
use smtp_proto::client::{Envelope, HelloName};

use support::postfix::Postfix;
use support::stage::{self, Stage};
use support::{Mx, Peer, Program, field, python, run_script, secret_file, skip};

#[test]
fn smtplib_delivers_every_octet() {
    let Some(python) = python("smtplib") else {
        return;
    };
    let (_directory, certificate, key) = certificate("mx.example.com");
    let mx = Mx::start("", &["--tls-cert", &certificate, "--tls-key", &key]);
    let port = mx.address().port().to_string();
    let to = ["a@b.example", "user@example.com", "-", "-", "-"];
    let arguments = [&["127.0.0.1", &port, "starttls", &certificate], &to[..]].concat();
    run_script(python, "smtplib_send.py", &arguments, &octets());
    let message = only(&mx.directory.path().join("mail/new"));
    assert!(message.ends_with(&octets()), "{}", message.escape_ascii());
    let received = field(&mx.message(), "Received");
    assert!(received.contains(" with ESMTPS id "), "{received}");
}

#[test]
fn smtplib_submits_with_every_mechanism() {
    if python("smtplib").is_none() {
        return;
    }
    let stage = Stage::set(&[]);
    let (_directory, ca) = stage_certificate(&stage);
    let mut sent = 0;
    for (index, mode) in [(0, "starttls"), (1, "tls")] {
        for mechanism in ["PLAIN", "LOGIN", "CRAM-MD5"] {
            let port = stage.submission.addresses[index].port().to_string();
            let arguments = [
                "127.0.0.1",
                &port,
                mode,
                &ca,
                "alice@b.example",
                "user@example.com",
                mechanism,
                "alice",
                "secret",
            ];
            let python = python("smtplib").unwrap();
            run_script(python, "smtplib_send.py", &arguments, &octets());
            sent += 1;
        }
    }
    let messages = all(&stage.mx.directory.path().join("mail/new"));
    assert_eq!(messages.len(), sent);
    for message in messages {
        assert!(message.ends_with(&octets()), "{}", message.escape_ascii());
    }
}

#[tokio::test]
async fn aiosmtpd_receives_every_octet_of_a_submission() {
    let Some(python) = python("aiosmtpd") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let kept = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aiosmtpd_receive.py");
    let arguments = [script.as_path(), kept.path()];
    let receiver = Program::start(python.get_program().to_str().unwrap(), arguments, 1);
    submit(directory.path(), &receiver.address().to_string()).await;
    let message = only(kept.path());
    assert!(message.ends_with(&octets()), "{}", message.escape_ascii());
    assert!(message.starts_with(b"Received: "));
}

#[test]
fn curl_delivers_every_octet() {
    let Some(mut curl) = curl() else { return };
    let (directory, certificate, key) = certificate("mx.example.com");
    let mx = Mx::start("", &["--tls-cert", &certificate, "--tls-key", &key]);
    let port = mx.address().port();
    let output = curl
        .arg(format!("smtp://mx.example.com:{port}/client.example"))
        .args(["--resolve", &format!("mx.example.com:{port}:127.0.0.1")])
        .args(["--ssl-reqd", "--cacert", &certificate])
        .args(["--mail-from", "a@b.example", "--mail-rcpt"])
        .args(["user@example.com", "--upload-file"])
        .arg(message_file(directory.path()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let message = only(&mx.directory.path().join("mail/new"));
    assert!(message.ends_with(&octets()), "{}", message.escape_ascii());
    let received = field(&mx.message(), "Received");
    assert!(received.contains(" with ESMTPS id "), "{received}");
}

#[test]
fn curl_submits_with_every_mechanism() {
    if curl().is_none() {
        return;
    }
    let stage = Stage::set(&[]);
    let (directory, ca) = stage_certificate(&stage);
    let file = message_file(directory.path());
    let mut sent = 0;
    for (index, scheme) in [(0, "smtp"), (1, "smtps")] {
        for mechanism in ["PLAIN", "LOGIN", "CRAM-MD5"] {
            let port = stage.submission.addresses[index].port();
            let submit = |login: &str| {
                curl()
                    .unwrap()
                    .arg(format!("{scheme}://mail.b.example:{port}/laptop.b.example"))
                    .args(["--resolve", &format!("mail.b.example:{port}:127.0.0.1")])
                    .args(["--ssl-reqd", "--cacert", &ca, "--user", login])
                    .args(["--login-options", &format!("AUTH={mechanism}")])
                    .args(["--mail-from", "alice@b.example", "--mail-rcpt"])
                    .args(["user@example.com", "--upload-file"])
                    .arg(&file)
                    .output()
                    .unwrap()
            };
            let output = submit("alice:secret");
            assert!(output.status.success(), "{mechanism}: {output:?}");
            // CURLE_LOGIN_DENIED
            assert_eq!(submit("alice:guess").status.code(), Some(67), "{mechanism}");
            sent += 1;
        }
    }
    let messages = all(&stage.mx.directory.path().join("mail/new"));
    assert_eq!(messages.len(), sent);
    for message in messages {
        assert!(message.ends_with(&octets()), "{}", message.escape_ascii());
    }
}

#[test]
fn postfix_delivers_every_octet_under_tls() {
    let (_directory, certificate, key) = certificate("mx.example.com");
    let mx = Mx::start("", &["--tls-cert", &certificate, "--tls-key", &key]);
    let Some(postfix) = Postfix::start(Some(mx.address())) else {
        return;
    };
    let mut peer = Peer::connect(postfix.address);
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<a@b.example> BODY=8BITMIME", "250 "),
        ("RCPT TO:<user@example.com>", "250 "),
        ("DATA", "354 "),
    ]);
    peer.send(stuffed(&octets()));
    assert!(peer.say(".").starts_with("250 "));
    let log = postfix.log();
    let sent = " status=sent (250 2.0.0 Delivered as ";
    assert!(log.contains(sent), "{log}");
    assert!(log.contains("TLS connection established to "), "{log}");
    let message = only(&mx.directory.path().join("mail/new"));
    assert!(message.ends_with(&octets()), "{}", message.escape_ascii());
    let received = field(&mx.message(), "Received");
    assert!(received.contains(" with ESMTPS id "), "{received}");
}

#[tokio::test]
async fn postfix_takes_every_octet_of_a_submission() {
    let Some(postfix) = Postfix::start(None) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    submit(directory.path(), &postfix.address.to_string()).await;
    assert!(
        postfix
            .log()
            .contains(" status=sent (delivered to maildir)")
    );
    let message = postfix.message();
    let sent = String::from_utf8_lossy(&octets()).replace("\r\n", "\n");
    let kept = String::from_utf8_lossy(&message);
    assert!(kept.ends_with(&sent), "{kept}");
    assert!(kept.contains("\nDKIM-Signature: "), "{kept}");
}

#[tokio::test]
async fn postfix_takes_every_octet_in_chunks() {
    let Some(postfix) = Postfix::start(None) else {
        return;
    };
    let hello: HelloName = "mail.b.example".parse().unwrap();
    let courier = Courier::new(postfix.address.to_string(), hello);
    let recipients = vec![mailbox("user@example.com")];
    let envelope = Envelope::new(Some(mailbox("alice@b.example")), recipients);
    let head = octets();
    // More chunks than may be on their way without an answer.
    let body = octets().repeat(2000);
    let directory = tempfile::tempdir().unwrap();
    let mut spool = Spool::new(directory.path());
    spool.write(&body).await.unwrap();
    let mut chunks = spool.finish().await.unwrap().into_chunks();
    courier
        .deliver(&envelope.of_message(&head), &head, &mut chunks)
        .await
        .unwrap();
    // The end of the session and the delivery come in either order.
    postfix.log();
    let log = postfix.log_with(|line| line.contains(" bdat=") && line.ends_with('\n'));
    let chunks = log.split_once(" bdat=").map(|(_, count)| count);
    let chunks: usize = chunks.unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(chunks > 20, "{log}");
    let kept = String::from_utf8_lossy(&postfix.message()).into_owned();
    let sent = [head, body].concat();
    let sent = String::from_utf8_lossy(&sent).replace("\r\n", "\n");
    assert!(kept.ends_with(&sent));
}

#[test]
fn postfix_submits_with_scram() {
    let stage = Stage::set(&[]);
    let Some(postfix) = Postfix::with_login(stage.submission.address(), "SCRAM-SHA-256") else {
        return;
    };
    if !has_sasl_plugin("libscram.so") {
        return skip("libsasl2-modules");
    }
    let mut peer = Peer::connect(postfix.address);
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<alice@b.example> BODY=8BITMIME", "250 "),
        ("RCPT TO:<user@example.com>", "250 "),
        ("DATA", "354 "),
    ]);
    peer.send(stuffed(&octets()));
    assert!(peer.say(".").starts_with("250 "));
    let log = postfix.log();
    assert!(
        log.contains(" status=sent (250 2.0.0 OK, queued as "),
        "{log}"
    );
    let message = only(&stage.mx.directory.path().join("mail/new"));
    assert!(message.ends_with(&octets()), "{}", message.escape_ascii());
}

#[test]
fn postfix_delivers_between_addresses_beyond_ascii() {
    let (_directory, certificate, key) = certificate("mx.example.com");
    let mx = Mx::start("", &["--tls-cert", &certificate, "--tls-key", &key]);
    let Some(postfix) = Postfix::start(Some(mx.address())) else {
        return;
    };
    let mut peer = Peer::connect(postfix.address);
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        (
            "MAIL FROM:<j\u{f6}rg@b\u{fc}cher.example> SMTPUTF8 BODY=8BITMIME",
            "250 ",
        ),
        ("RCPT TO:<gr\u{fc}\u{df}e@example.com>", "250 "),
        ("DATA", "354 "),
    ]);
    peer.send(
        "From: j\u{f6}rg@b\u{fc}cher.example\r\nSubject: Gr\u{fc}\u{df}e\r\n\r\nHallo\r\n"
            .as_bytes(),
    );
    assert!(peer.say(".").starts_with("250 "));
    let log = postfix.log();
    assert!(
        log.contains(" status=sent (250 2.0.0 Delivered as "),
        "{log}"
    );
    let message = mx.message();
    let received = field(&message, "Received");
    assert!(received.contains(" with UTF8SMTPS id "), "{received}");
    let results = field(&message, "Authentication-Results");
    assert!(
        results.contains("header.from=xn--bcher-kva.example"),
        "{results}"
    );
}

/// Has alice send the message by way of a submission server with this next hop.
async fn submit(directory: &Path, next_hop: &str) {
    stage::write_keys(directory);
    let (submission, certificate) = stage::start(directory, next_hop, &[]);
    let alice = stage::user(submission.addresses[0], &certificate).as_user("alice", "secret");
    let recipients = vec![mailbox("user@example.com")];
    let envelope = Envelope::new(Some(mailbox("alice@b.example")), recipients);
    let message = octets();
    let mut body = Chunks::from(Vec::new());
    alice
        .deliver(&envelope.of_message(&message), &message, &mut body)
        .await
        .unwrap();
}

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text.as_bytes()).unwrap()
}

/// What is easily changed on the way: leading dots, a line as long as lines may be, octets beyond
/// ASCII that are no UTF-8, white space and empty lines at the end.
fn octets() -> Vec<u8> {
    let long = [b'x'; 998];
    [
        b"Date: Tue, 24 Nov 2026 05:52:06 +0000\r\nFrom: alice@b.example\r\n\
          To: user@example.com\r\nMessage-ID: <1@b.example>\r\nSubject: octets\r\n\
          MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
          Content-Transfer-Encoding: 8bit\r\n\r\n\
          .\r\n..\r\n.dot\r\n \t\r\nGr\xfc\xdfe\r\n",
        &long[..],
        b"\r\ntrailing \t\r\n\r\n\r\n",
    ]
    .concat()
}

/// The message as it goes behind DATA.
fn stuffed(message: &[u8]) -> Vec<u8> {
    message
        .split_inclusive(|&octet| octet == b'\n')
        .flat_map(|line| {
            let dot: &[u8] = if line.starts_with(b".") { b"." } else { b"" };
            [dot, line].concat()
        })
        .collect()
}

fn message_file(directory: &Path) -> std::path::PathBuf {
    let path = directory.join("message");
    fs::write(&path, octets()).unwrap();
    path
}

/// Certificate and key in files.
fn certificate(name: &str) -> (tempfile::TempDir, String, String) {
    let directory = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec![name.into()]).unwrap();
    let certificate = directory.path().join("cert.pem");
    fs::write(&certificate, made.cert.pem()).unwrap();
    let key = made.signing_key.serialize_pem();
    let key = secret_file(directory.path().join("key.pem"), key);
    let [certificate, key] = [certificate, key].map(|path| path.to_str().unwrap().to_owned());
    (directory, certificate, key)
}

/// The certificate of the submission server in a file, as curl and Python want it.
fn stage_certificate(stage: &Stage) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca.pem");
    fs::write(&path, &stage.certificate_pem).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (directory, path)
}

fn all(directory: &Path) -> Vec<Vec<u8>> {
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect()
}

fn only(directory: &Path) -> Vec<u8> {
    let mut messages = all(directory);
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

/// Whether Cyrus SASL, which Postfix logs in with, has this plugin.
fn has_sasl_plugin(name: &str) -> bool {
    let libraries = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut plugins = libraries.map(|library| library.path().join("sasl2").join(name));
    plugins.any(|plugin| plugin.exists())
}

fn curl() -> Option<Command> {
    let runs = Command::new("curl").arg("--version").output().is_ok();
    if !runs {
        skip("curl");
    }
    runs.then(|| {
        let mut curl = Command::new("curl");
        // Whatever the user has set up.
        curl.args(["--disable", "--silent", "--show-error"]);
        curl
    })
}
