//! Other people's software on the other side: swaks, dkimpy.

mod support;

use support::stage::{MESSAGE, Stage, send};
use support::{Mx, dkimpy, field, first_fields, run_script, secret_file, swaks};

#[test]
fn swaks_delivers() {
    let Some(mut swaks) = swaks() else { return };
    let mx = Mx::start("", &[]);
    let server = mx.address().to_string();
    let output = swaks
        .args([
            "--server",
            &server,
            "--to",
            "user@example.com",
            "--from",
            "a@b.example",
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let message = mx.message();
    assert_eq!(
        first_fields(&message, 4),
        [
            "Return-Path",
            "Authentication-Results",
            "Received-SPF",
            "Received",
        ]
    );
}

#[test]
fn swaks_pipelines() {
    let Some(mut swaks) = swaks() else { return };
    let mx = Mx::start("", &[]);
    let output = swaks
        .args(["--server", &mx.address().to_string(), "--pipeline"])
        .args(["--to", "user@example.com,other@example.com"])
        .args(["--from", "a@b.example"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    // Four commands before the first of their replies.
    let flight = " -> MAIL FROM:<a@b.example>\n -> RCPT TO:<user@example.com>\n \
                  -> RCPT TO:<other@example.com>\n -> DATA\n<-  250 ";
    assert!(text.contains(flight), "{text}");
    assert_eq!(mx.messages().len(), 1);
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

#[test]
fn what_dkimpy_has_signed_verifies() {
    if dkimpy().is_none() {
        return;
    }
    // The keys of RFC 8463 §A.2 (Ed25519) and of the test data of this workspace (RSA).
    let directory = tempfile::tempdir().unwrap();
    let ed25519 = dkim_sign::SigningKey::parse(ED25519.as_bytes()).unwrap();
    let rsa = dkim_sign::PrivateKey::generate(
        dkim_sign::KeyKind::Rsa2048,
        &mut dkim_sign::rand_core::UnwrapErr(getrandom::SysRng),
    )
    .unwrap();
    let pem = rsa.to_pem();
    let rsa = dkim_sign::SigningKey::new(&rsa).unwrap();
    let zone = format!(
        "ed._domainkey.b.example. TXT {}\nrsa._domainkey.b.example. TXT {}\n",
        dns_txt::Strings::new(ed25519.key_record().to_string().as_bytes()),
        dns_txt::Strings::new(rsa.key_record().to_string().as_bytes()),
    );
    let mx = Mx::start(&zone, &[]);
    let message = "From: a@b.example\r\nTo: user@example.com\r\nSubject: signed \r\n  elsewhere\r\n\
                   \r\nHello  there \r\n\r\n\r\n";
    for (algorithm, selector, key) in [
        ("ed25519-sha256", "ed", ED25519),
        ("rsa-sha256", "rsa", &**pem),
    ] {
        let file = secret_file(directory.path().join(selector), key);
        let arguments = [algorithm, "b.example", selector, file.to_str().unwrap()];
        let python = dkimpy().unwrap();
        let signed = run_script(python, "dkimpy_sign.py", &arguments, message.as_bytes());
        let signed = String::from_utf8(signed).unwrap();
        let mut peer = mx.connect();
        let reply = support::send(&mut peer, signed.strip_suffix("\r\n").unwrap());
        assert!(reply.starts_with("250 "), "{reply}");
        let messages = mx.messages();
        let passed = messages.iter().any(|message| {
            let results = field(message, "Authentication-Results");
            results.contains(&format!(
                "dkim=pass header.d=b.example header.i=@b.example header.s={selector}"
            ))
        });
        assert!(passed, "{algorithm}: {messages:#?}");
    }
}

const ED25519: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
