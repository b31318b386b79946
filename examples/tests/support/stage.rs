//! A submission server for users of b.example, with an `mx` behind it.

use core::net::SocketAddr;
use std::fs;
use std::path::Path;

use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{KeyKind, PrivateKey};
use examples::courier::{Courier, Undelivered};
use examples::signatories::Signatory;
use examples::signing_key::SigningKey;
use examples::spool::Chunks;
use examples::tls;
use mail_address::Mailbox;
use rustls::pki_types::CertificateDer;
use smtp_proto::client::Envelope;

use super::{Mx, Program, SUBMISSION, secret_file};

/// A submission server for users of b.example, and the server that it hands mail to.
pub(crate) struct Stage {
    pub(crate) mx: Mx,
    pub(crate) submission: Program,
    pub(crate) certificate: CertificateDer<'static>,
    /// The same as programs read it.
    pub(crate) certificate_pem: String,
    /// Names and texts of the key records.
    pub(crate) records: Vec<(String, String)>,
}

impl Stage {
    pub(crate) fn set(more: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let keys = write_keys(directory.path());
        let records: Vec<_> = keys.iter().map(|key| key.txt_record().unwrap()).collect();
        let zone: String = records.iter().map(|record| format!("{record}\n")).collect();
        let mx = Mx::start(&zone, &[]);
        let (submission, certificate) = start(directory.path(), &mx.address().to_string(), more);
        Self {
            mx,
            submission,
            certificate,
            certificate_pem: fs::read_to_string(directory.path().join("cert.pem")).unwrap(),
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
    pub(crate) fn alice(&self) -> Courier {
        user(self.submission.addresses[0], &self.certificate).as_user("alice", "secret")
    }
}

/// Makes the keys `rsa` and `ed` of b.example in files of these names.
pub(crate) fn write_keys(directory: &Path) -> Vec<Signatory> {
    [("rsa", KeyKind::Rsa2048), ("ed", KeyKind::Ed25519)]
        .into_iter()
        .map(|(selector, kind)| {
            let key = PrivateKey::generate(kind, &mut UnwrapErr(getrandom::SysRng)).unwrap();
            secret_file(directory.join(selector), &*key.to_pem());
            let key = SigningKey::new(&key).unwrap();
            let [domain, selector] = ["b.example", selector].map(|name| name.parse().unwrap());
            Signatory::new(domain, selector, key)
        })
        .collect()
}

/// Starts a submission server with the keys `rsa` and `ed` of `directory`.
pub(crate) fn start(
    directory: &Path,
    next_hop: &str,
    more: &[&str],
) -> (Program, CertificateDer<'static>) {
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
pub(crate) fn user(server: SocketAddr, certificate: &CertificateDer<'static>) -> Courier {
    let name = "mail.b.example".try_into().unwrap();
    Courier::new(server.to_string(), "laptop.b.example".parse().unwrap())
        .under_tls(tls::trusting(certificate.clone()).unwrap(), name)
}

/// Sends a message from a@b.example to these recipients of example.com or elsewhere.
pub(crate) async fn send(
    courier: &Courier,
    to: &[&str],
    message: &str,
) -> Result<String, Undelivered> {
    send_from("alice@b.example", courier, to, message).await
}

pub(crate) async fn send_from(
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
pub(crate) fn refusal(sent: Result<String, Undelivered>) -> String {
    match sent {
        Err(Undelivered::Refused(refusal)) => refusal.reply().to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) const MESSAGE: &str = "From: Alice <alice@b.example>\r\nTo: user@example.com\r\n\
                       Subject: Hello\r\n\r\nHello  there \r\n.\r\n\r\n\r\n";
