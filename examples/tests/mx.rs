//! Mail as it comes to `mx`.

mod support;

use support::{Mx, field, first_fields, send};

#[test]
fn what_is_stamped_stands_on_top_in_the_order_of_the_rfcs() {
    let mx = Mx::start("b.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\n", &[]);
    let mut peer = mx.connect();
    let reply = send(&mut peer, "From: a@b.example\r\n\r\nHello");
    assert!(reply.starts_with("250 2.0.0 "), "{reply}");
    assert!(peer.say("QUIT").starts_with("221 "));
    let message = mx.message();
    assert_eq!(
        first_fields(&message, 5),
        [
            "Return-Path",
            "Authentication-Results",
            "Received-SPF",
            "Received",
            "From",
        ]
    );
    assert_eq!(field(&message, "Return-Path"), "Return-Path: <a@b.example>");
    let results = field(&message, "Authentication-Results");
    assert!(
        results.starts_with("Authentication-Results: mx.example.com; spf=pass "),
        "{results}"
    );
    assert!(results.contains("smtp.mailfrom=b.example;"), "{results}");
    assert!(results.contains("; dkim=none; dmarc="), "{results}");
    assert!(field(&message, "Received-SPF").starts_with("Received-SPF: pass "));
    let received = field(&message, "Received");
    let start = "Received: from client.example ([127.0.0.1]) by mx.example.com with ESMTP id ";
    assert!(received.starts_with(start), "{received}");
    assert!(received.contains(" for <user@example.com>; "), "{received}");
    assert!(message.ends_with("\r\n\r\nHello\r\n"), "{message}");
}

#[test]
fn a_message_in_chunks_is_delivered_as_it_came() {
    let mx = Mx::start("b.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\n", &[]);
    let mut peer = mx.connect();
    assert!(peer.say("EHLO client.example").contains("250-CHUNKING\r\n"));
    peer.dialogue(&[
        ("MAIL FROM:<a@b.example>", "250 "),
        ("RCPT TO:<user@example.com>", "250 "),
    ]);
    peer.send("BDAT 20\r\nFrom: a@b.example\r\n\rBDAT 11 LAST\r\n\n.\r\nHello\r\nQUIT\r\n");
    let replies = peer.rest();
    let lines: Vec<_> = replies.lines().map(|line| &line[..9]).collect();
    assert_eq!(lines, ["250 2.0.0", "250 2.0.0", "221 2.0.0"], "{replies}");
    let message = mx.message();
    assert!(
        message.ends_with("\r\nFrom: a@b.example\r\n\r\n.\r\nHello\r\n"),
        "{message}"
    );
}

#[test]
fn several_recipients_do_not_learn_of_each_other() {
    let mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<>", "250 "),
        ("RCPT TO:<one@example.com>", "250 "),
        ("RCPT TO:<two@example.com>", "250 "),
        ("DATA", "354 "),
        ("From: a@b.example\r\n\r\nHello\r\n.", "250 "),
    ]);
    let message = mx.message();
    assert_eq!(field(&message, "Return-Path"), "Return-Path: <>");
    assert!(
        !message.contains("one@") && !message.contains("two@"),
        "{message}"
    );
}

#[test]
fn trace_fields_hold_paths_only_and_those_are_short() {
    let mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    let long = "a".repeat(243);
    peer.dialogue(&[
        ("EHLO [1.2]", "250"),
        (&format!("MAIL FROM:<{long}@example.com>"), "501 5.1.7 "),
        (&format!("MAIL FROM:<{}@example.com>", &long[1..]), "250 "),
        (&format!("RCPT TO:<{long}@example.com>"), "501 5.1.3 "),
        ("RCPT TO:<Postmaster>", "250 "),
        ("DATA", "354 "),
        ("From: a@b.example\r\n\r\nHello\r\n.", "250 "),
    ]);
    let received = field(&mx.message(), "Received");
    let start = "Received: from [127.0.0.1] ([127.0.0.1]) by mx.example.com ";
    assert!(received.starts_with(start), "{received}");
    assert!(!received.contains(" for "), "{received}");
}

#[tokio::test]
async fn mail_that_came_under_tls_is_said_to_have() {
    let directory = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["mx.example.com".into()]).unwrap();
    let certificate = directory.path().join("cert.pem");
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    let key = made.signing_key.serialize_pem();
    let key = support::secret_file(directory.path().join("key.pem"), key);
    let [certificate, key] = [&certificate, &key].map(|path| path.to_str().unwrap());
    let mx = Mx::start("", &["--tls-cert", certificate, "--tls-key", key]);
    let name = "mx.example.com".try_into().unwrap();
    let connector = examples::tls::trusting(made.cert.der().clone()).unwrap();
    let hello = "client.example".parse().unwrap();
    let client = examples::courier::Courier::new(mx.address().to_string(), hello);
    let client = client.under_tls(connector, name);
    let message = "From: a@b.example\r\n\r\nHello\r\n";
    support::stage::send(&client, &["user@example.com"], message)
        .await
        .unwrap();
    let received = field(&mx.message(), "Received");
    assert!(
        received.contains(" by mx.example.com with ESMTPS id "),
        "{received}"
    );
}

#[test]
fn b13_mail_for_others_is_refused() {
    let mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<user@example.com>", "250 "),
        (
            "RCPT TO:<user@elsewhere.example>",
            "554 5.7.1 Relay access denied\r\n",
        ),
        ("RCPT TO:<user@sub.example.com>", "554 5.7.1 "),
        ("RCPT TO:<user@[127.0.0.1]>", "554 5.7.1 "),
        (
            "RCPT TO:<\"user@example.com\"@elsewhere.example>",
            "554 5.7.1 ",
        ),
        ("RCPT TO:<@example.com:user@elsewhere.example>", "5"),
        ("DATA", "554 5.5.1 "),
        ("RSET", "250 "),
        ("MAIL FROM:<>", "250 "),
        ("RCPT TO:<user@EXAMPLE.com>", "250 "),
        ("RCPT TO:<Postmaster>", "250 "),
    ]);
    assert_eq!(mx.messages().len(), 0);
}

#[test]
fn f01_results_in_our_name_are_dropped_and_those_of_others_stay() {
    let mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    let message = "Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=forged.one\r\n\
                   Authentication-Results: other.example; spf=pass smtp.mailfrom=kept.example\r\n\
                   authentication-RESULTS:\r\n (a) MX.Example.COM 1; dkim=pass header.d=forged.two\r\n\
                   Return-Path: <forged@three>\r\n\
                   From: a@b.example\r\n\
                   Authentication-Results: \"mx.example.com\"; dkim=pass header.d=forged.four\r\n\
                   \r\n\
                   Authentication-Results: mx.example.com; spf=pass in the body";
    let reply = send(&mut peer, message);
    assert!(reply.starts_with("250 "), "{reply}");
    let message = mx.message();
    assert!(!message.contains("forged"), "{message}");
    assert!(
        message.contains("kept.example") && message.contains("in the body"),
        "{message}"
    );
    assert_eq!(message.matches("Return-Path:").count(), 1);
}

#[test]
fn a08_a_first_line_that_continues_nothing_is_refused() {
    let mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    for line in [" From: a@b.example", "\tx", " "] {
        let reply = send(
            &mut peer,
            &format!("{line}\r\nFrom: a@b.example\r\n\r\nHello"),
        );
        assert!(reply.starts_with("550 5.6.0 "), "{reply}");
    }
    assert_eq!(mx.messages().len(), 0);
    let reply = send(&mut peer, "From: a@b.example\r\n\r\n Hello");
    assert!(reply.starts_with("250 "), "{reply}");
}

#[test]
fn a_message_that_comes_around_again_and_again_is_refused() {
    let mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    for (hops, code) in [(100, "250 "), (101, "554 5.4.6 ")] {
        let message = "Received: from a.example\r\n".repeat(hops);
        let reply = send(
            &mut peer,
            &format!("{message}From: a@b.example\r\n\r\nHello"),
        );
        assert!(reply.starts_with(code), "{hops}: {reply}");
    }
}

#[test]
fn a_failed_check_is_recorded_and_not_a_reason_to_refuse() {
    let mx = Mx::start(
        "b.example. TXT \"v=spf1 -all\"\nc.example. TXT \"v=spf1 -all\" \n$STATUS d.example. TIMEOUT\n",
        &[],
    );
    for (sender, result) in [
        ("a@b.example", "fail"),
        ("a@d.example", "temperror"),
        ("a@nowhere.example", "none"),
    ] {
        let mut peer = mx.connect();
        peer.dialogue(&[
            ("EHLO client.example", "250"),
            (&format!("MAIL FROM:<{sender}>"), "250 "),
            ("RCPT TO:<user@example.com>", "250 "),
            ("DATA", "354 "),
            ("From: a@b.example\r\n\r\nHello\r\n.", "250 "),
        ]);
        let domain = sender.split_once('@').unwrap().1;
        let messages = mx.messages();
        let found = messages.iter().any(|message| {
            let results = field(message, "Authentication-Results");
            results.contains(&format!(" spf={result} "))
                && results.contains(&format!("smtp.mailfrom={domain}"))
        });
        assert!(found, "{sender}: {messages:#?}");
    }
}

#[test]
fn a_large_body_arrives_octet_by_octet_and_leaves_nothing_behind() {
    let mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    let body: String = (0..60_000)
        .map(|line| format!(".line {line}\r\n"))
        .collect();
    let stuffed = body.replace("\r\n.", "\r\n..");
    let reply = send(
        &mut peer,
        &format!("From: a@b.example\r\n\r\n.{}", stuffed.trim_end()),
    );
    assert!(reply.starts_with("250 "), "{reply}");
    let message = mx.message();
    let (_, delivered) = message.split_once("\r\n\r\n").unwrap();
    assert!(delivered == body);
    let tmp = std::fs::read_dir(mx.directory.path().join("mail/tmp")).unwrap();
    assert_eq!(tmp.count(), 0);
}

#[test]
fn b09_what_is_too_large_is_refused_at_its_end_and_the_session_goes_on() {
    let mx = Mx::start("", &["--max-size", "100000"]);
    let mut peer = mx.connect();
    let body = "x".repeat(70).repeat(2000);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(70)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    let reply = send(
        &mut peer,
        &format!("From: a@b.example\r\n\r\n{}", lines.join("\r\n")),
    );
    assert!(reply.starts_with("552 5.3.4 "), "{reply}");
    assert_eq!(mx.messages().len(), 0);
    let reply = send(&mut peer, "From: a@b.example\r\n\r\nHello");
    assert!(reply.starts_with("250 "), "{reply}");
}

#[test]
fn a_header_without_end_is_refused_and_the_session_goes_on() {
    let mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    let reply = send(
        &mut peer,
        &"X-Filler: and so on and so on\r\n".repeat(50_000),
    );
    assert!(reply.starts_with("554 5.6.0 "), "{reply}");
    assert_eq!(mx.messages().len(), 0);
    let reply = send(&mut peer, "From: a@b.example\r\n\r\nHello");
    assert!(reply.starts_with("250 "), "{reply}");
}

#[test]
fn told_to_end_it_takes_leave_of_everybody() {
    let mut mx = Mx::start("", &[]);
    let mut idle = mx.connect();
    let mut busy = mx.connect();
    busy.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<a@b.example>", "250 "),
        ("RCPT TO:<user@example.com>", "250 "),
        ("DATA", "354 "),
    ]);
    mx.program.signal("TERM");
    let last = idle.rest();
    assert!(last.starts_with("421 4.3.2 "), "{last}");
    // Who is in the middle of a message may finish it.
    let reply = busy.say("From: a@b.example\r\n\r\nHello\r\n.");
    assert!(reply.starts_with("250 "), "{reply}");
    assert!(busy.rest().starts_with("421 4.3.2 "));
    assert_eq!(mx.program.wait().code(), Some(0));
    assert_eq!(mx.messages().len(), 1);
}
