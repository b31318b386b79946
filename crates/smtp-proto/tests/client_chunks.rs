//! The client that sends messages in chunks (RFC 3030), and the one that speaks LMTP (RFC 2033).

mod conversation;

use smtp_proto::client::{BeginError, BodyError, Envelope, Event, NotNow, ProtocolError, Verb};
use smtp_proto::data::BareLineEnds;

use self::conversation::{Session, config, envelope, outcome, outcomes, tell};

/// A session in which the server waits for a message to these recipients.
fn at_body(session: &mut Session, extensions: &[&str], recipients: &[&str]) {
    begin_body(session, extensions, &envelope(recipients));
}

fn begin_body(session: &mut Session, extensions: &[&str], envelope: &Envelope) {
    session.greet(extensions);
    session.begin(envelope);
    let mut events = Vec::new();
    for _ in 0..=envelope.recipients().len() {
        assert_eq!(events, []);
        events = session.hear("250 ok\r\n");
    }
    assert_eq!(events, [Event::SendBody]);
    assert!(!session.said().contains("DATA"));
}

#[test]
fn a_whole_message_is_one_chunk() {
    for extensions in [&["CHUNKING"][..], &["CHUNKING", "PIPELINING"]] {
        tell(config().chunking(true), |mut session| {
            at_body(
                &mut session,
                extensions,
                &["b@example.com", "c@example.com"],
            );
            let message = b"Subject: dots\r\n\r\n.\r\n..x\r\n";
            session
                .client
                .finish_body(message, &mut session.out)
                .unwrap();
            assert_eq!(
                session.said(),
                "BDAT 25 LAST\r\nSubject: dots\r\n\r\n.\r\n..x\r\n"
            );
            let report = session.hear_report("250 2.0.0 taken\r\n");
            assert_eq!(report.accepted().count(), 2);
            session.begin(&envelope(&["d@example.com"]));
            assert!(session.said().starts_with("MAIL"));
        });
    }
}

#[test]
fn without_the_offer_or_the_wish_there_are_no_chunks() {
    for (config, extensions) in [
        (config().chunking(true), &["PIPELINING"][..]),
        (config(), &["PIPELINING", "CHUNKING"]),
    ] {
        tell(config, |mut session| {
            session.greet(extensions);
            session.begin(&envelope(&["b@example.com"]));
            assert!(session.said().ends_with("DATA\r\n"));
        });
    }
}

#[test]
fn b15_a_last_line_without_crlf_gets_one_in_chunks_too() {
    tell(config().chunking(true), |mut session| {
        at_body(
            &mut session,
            &["CHUNKING", "PIPELINING"],
            &["b@example.com"],
        );
        session.client.body(b".a", &mut session.out).unwrap();
        session.client.end_body(&mut session.out).unwrap();
        assert_eq!(session.said(), "BDAT 2\r\n.aBDAT 2 LAST\r\n\r\n");
    });
    tell(config().chunking(true), |mut session| {
        at_body(&mut session, &["CHUNKING"], &["b@example.com"]);
        session.client.end_body(&mut session.out).unwrap();
        assert_eq!(session.said(), "BDAT 0 LAST\r\n");
    });
}

#[test]
fn one_chunk_at_a_time_without_pipelining() {
    tell(config().chunking(true), |mut session| {
        at_body(&mut session, &["CHUNKING"], &["b@example.com"]);
        for _ in 0..3 {
            assert!(session.client.wants_body());
            session.client.body(b"line\r\n", &mut session.out).unwrap();
            assert!(!session.client.wants_body());
            let more = session.client.body(b"line\r\n", &mut session.out);
            assert_eq!(more, Err(BodyError::ReplyDue));
            let end = session.client.end_body(&mut session.out);
            assert_eq!(end, Err(BodyError::ReplyDue));
            assert_eq!(session.said(), "BDAT 6\r\nline\r\n");
            assert_eq!(session.client.patience().as_secs(), 180);
            assert_eq!(session.hear("250 ok\r\n"), [Event::SendBody]);
        }
        session.client.end_body(&mut session.out).unwrap();
        assert_eq!(session.said(), "BDAT 0 LAST\r\n");
        assert_eq!(session.client.patience().as_secs(), 600);
        assert_eq!(session.hear_report("250 ok\r\n").accepted().count(), 1);
    });
}

#[test]
fn with_pipelining_some_chunks_may_be_under_way() {
    tell(config().chunking(true), |mut session| {
        at_body(
            &mut session,
            &["CHUNKING", "PIPELINING"],
            &["b@example.com"],
        );
        let mut written = 0;
        while session.client.wants_body() {
            session.client.body(b"line\r\n", &mut session.out).unwrap();
            written += 1;
        }
        // The replies to as many lines fit into the least window.
        assert!(written * 512 <= 4096);
        assert_eq!(session.said(), "BDAT 6\r\nline\r\n".repeat(written));
        assert_eq!(session.hear("250 ok\r\n"), [Event::SendBody]);
        session
            .client
            .finish_body(b"x\r\n", &mut session.out)
            .unwrap();
        assert_eq!(session.said(), "BDAT 3 LAST\r\nx\r\n");
        // What the server thinks of the last chunk decides what may come next (RFC 3030 §2).
        let (client, out) = (&mut session.client, &mut session.out);
        assert_eq!(
            client.begin(&envelope(&["c@example.com"]), out),
            Err(BeginError::NotNow)
        );
        assert_eq!(client.quit(out), Err(NotNow));
        assert_eq!(session.hear(&"250 ok\r\n".repeat(written - 1)), []);
        assert_eq!(session.hear_report("250 taken\r\n").accepted().count(), 1);
    });
}

#[test]
fn b07_after_a_refused_chunk_no_other_is_sent() {
    tell(config().chunking(true), |mut session| {
        at_body(
            &mut session,
            &["CHUNKING", "PIPELINING"],
            &["b@example.com"],
        );
        for _ in 0..3 {
            session.client.body(b"line\r\n", &mut session.out).unwrap();
        }
        session.said();
        assert_eq!(session.hear("250 ok\r\n452 4.3.1 disk is full\r\n"), []);
        assert!(!session.client.wants_body());
        let (client, out) = (&mut session.client, &mut session.out);
        assert_eq!(client.body(b"more\r\n", out), Err(BodyError::NotNow));
        assert_eq!(client.end_body(out), Err(BodyError::NotNow));
        assert_eq!(
            client.begin(&envelope(&["c@example.com"]), out),
            Err(BeginError::NotNow)
        );
        assert_eq!(session.said(), "");
        // The reply to the chunk that was on its way is not about the message.
        let report = session.hear_report("503 5.5.1 what?\r\n");
        assert_eq!(
            outcomes(&report),
            [outcome(
                "b@example.com",
                "message",
                "452 4.3.1 disk is full"
            )]
        );
        session.begin(&envelope(&["c@example.com"]));
        assert!(session.said().starts_with("RSET\r\nMAIL"));
    });
}

#[test]
fn b07_a_message_with_a_refused_chunk_is_refused_whatever_the_last_is_told() {
    for last_words in ["503 5.5.1 what?\r\n", "250 taken, odd\r\n"] {
        tell(config().chunking(true), |mut session| {
            at_body(
                &mut session,
                &["CHUNKING", "PIPELINING"],
                &["b@example.com"],
            );
            session.client.body(b"line\r\n", &mut session.out).unwrap();
            session.client.end_body(&mut session.out).unwrap();
            session.said();
            assert_eq!(session.hear("552 5.3.4 too large\r\n"), []);
            let report = session.hear_report(last_words);
            assert_eq!(
                outcomes(&report),
                [outcome("b@example.com", "message", "552 5.3.4 too large")]
            );
            session.begin(&envelope(&["c@example.com"]));
            assert!(session.said().starts_with("RSET\r\nMAIL"));
        });
    }
}

#[test]
fn a_server_that_closes_between_chunks_has_none_of_them() {
    tell(config().chunking(true), |mut session| {
        at_body(
            &mut session,
            &["CHUNKING", "PIPELINING"],
            &["b@example.com"],
        );
        session.client.body(b"line\r\n", &mut session.out).unwrap();
        session.client.end_body(&mut session.out).unwrap();
        let events = session.hear("250 ok\r\n421 4.3.2 shutting down\r\n");
        let [Event::Finished(report), Event::Closed(_)] = &*events else {
            panic!("{events:?}");
        };
        assert_eq!(
            outcomes(report),
            [outcome(
                "b@example.com",
                "message",
                "421 4.3.2 shutting down"
            )]
        );
    });
}

#[test]
fn b02_bare_line_ends_are_refused_or_mended_in_chunks() {
    tell(config().chunking(true), |mut session| {
        at_body(&mut session, &["CHUNKING"], &["b@example.com"]);
        let written = session.client.body(b"a\nb\r\n", &mut session.out);
        assert!(matches!(written, Err(BodyError::BareLineEnd(_))));
        assert_eq!(session.said(), "");
        assert_eq!(session.client.quit(&mut session.out), Err(NotNow));
    });
    let mending = config()
        .chunking(true)
        .bare_line_ends(BareLineEnds::Normalize);
    tell(mending, |mut session| {
        at_body(
            &mut session,
            &["CHUNKING", "PIPELINING"],
            &["b@example.com"],
        );
        for piece in [&b"a\n.\r"[..], b"\nb\r"] {
            session.client.body(piece, &mut session.out).unwrap();
        }
        session.client.end_body(&mut session.out).unwrap();
        let said = "BDAT 4\r\na\r\n.BDAT 3\r\n\r\nbBDAT 3 LAST\r\n \r\n";
        assert_eq!(session.said(), said);
    });
}

#[test]
fn a_binary_message_goes_out_in_chunks_or_not_at_all() {
    let binary = envelope(&["b@example.com"]).binary();
    for extensions in [
        &["CHUNKING", "8BITMIME", "PIPELINING"][..],
        &["BINARYMIME", "8BITMIME"],
    ] {
        tell(config(), |mut session| {
            session.greet(extensions);
            let begun = session.client.begin(&binary, &mut session.out);
            assert_eq!(begun, Err(BeginError::Binary));
        });
    }
    tell(config(), |mut session| {
        session.greet(&["CHUNKING", "BINARYMIME", "PIPELINING"]);
        session.begin(&binary);
        assert!(
            session
                .said()
                .starts_with("MAIL FROM:<a@example.org> BODY=BINARYMIME\r\n")
        );
        assert_eq!(session.hear("250 ok\r\n250 ok\r\n"), [Event::SendBody]);
        session.client.body(b"\0\n\r", &mut session.out).unwrap();
        session
            .client
            .finish_body(b"\n.", &mut session.out)
            .unwrap();
        assert_eq!(session.said(), "BDAT 3\r\n\0\n\rBDAT 2 LAST\r\n\n.");
    });
}

#[test]
fn b16_chunks_are_not_sent_to_nobody() {
    tell(config().chunking(true), |mut session| {
        session.greet(&["CHUNKING", "PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        session.said();
        let report = session.hear_report("250 ok\r\n550 no\r\n");
        assert_eq!(
            outcomes(&report),
            [outcome("b@example.com", "RCPT", "550 no")]
        );
        assert_eq!(session.said(), "");
        session.begin(&envelope(&["c@example.com"]));
        assert!(session.said().starts_with("RSET\r\nMAIL"));
    });
}

#[test]
fn b18_each_recipient_has_an_outcome_of_its_own_in_lmtp() {
    tell(config().lmtp(true), |mut session| {
        session.greet_with("LHLO", &["PIPELINING"]);
        session.begin(&envelope(&[
            "b@example.com",
            "c@example.com",
            "d@example.com",
        ]));
        session.said();
        let replies = "250 ok\r\n250 ok\r\n550 5.1.1 who?\r\n250 ok\r\n354 go\r\n";
        assert_eq!(session.hear(replies), [Event::SendBody]);
        session.send_body(b"hello\r\n");
        assert_eq!(session.said(), "hello\r\n.\r\n");
        assert_eq!(session.hear("250 2.0.0 delivered\r\n"), []);
        assert_eq!(session.client.patience().as_secs(), 600);
        let report = session.hear_report("452 4.2.2 mailbox is full\r\n");
        assert_eq!(
            outcomes(&report),
            [
                outcome("b@example.com", "accepted", "250 2.0.0 delivered"),
                outcome("c@example.com", "RCPT", "550 5.1.1 who?"),
                outcome("d@example.com", "message", "452 4.2.2 mailbox is full"),
            ]
        );
        let later: Vec<_> = report
            .refused()
            .map(|(_, refusal)| refusal.is_permanent())
            .collect();
        assert_eq!(later, [true, false]);
    });
}

#[test]
fn b18_in_lmtp_only_the_last_chunk_has_several_replies() {
    tell(config().lmtp(true).chunking(true), |mut session| {
        session.greet_with("LHLO", &["PIPELINING", "CHUNKING"]);
        session.begin(&envelope(&["b@example.com", "c@example.com"]));
        assert_eq!(
            session.hear("250 ok\r\n250 ok\r\n250 ok\r\n"),
            [Event::SendBody]
        );
        session.said();
        session.client.body(b"hello\r\n", &mut session.out).unwrap();
        // How many replies the last one has hangs on the reply to this one.
        let end = session.client.end_body(&mut session.out);
        assert_eq!(end, Err(BodyError::ReplyDue));
        assert_eq!(session.hear("250 ok\r\n"), [Event::SendBody]);
        session.client.end_body(&mut session.out).unwrap();
        assert_eq!(session.said(), "BDAT 7\r\nhello\r\nBDAT 0 LAST\r\n");
        assert_eq!(session.hear("250 one\r\n"), []);
        assert_eq!(session.hear_report("250 two\r\n").accepted().count(), 2);
    });
}

#[test]
fn b18_a_server_that_closes_between_two_replies_has_delivered_to_some() {
    tell(config().lmtp(true), |mut session| {
        session.greet_with("LHLO", &["PIPELINING"]);
        session.begin(&envelope(&["b@example.com", "c@example.com"]));
        session.hear("250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n");
        session.send_body(b"hello\r\n");
        let events = session.hear("250 delivered\r\n421 4.3.2 bye\r\n");
        let [Event::Finished(report), Event::Closed(_)] = &*events else {
            panic!("{events:?}");
        };
        assert_eq!(
            outcomes(report),
            [
                outcome("b@example.com", "accepted", "250 delivered"),
                outcome("c@example.com", "message", "421 4.3.2 bye"),
            ]
        );
    });
}

#[test]
fn b18_a_server_that_knows_no_lhlo_is_none_of_lmtp() {
    tell(config().lmtp(true), |mut session| {
        session.hear("220 mx.example\r\n");
        assert_eq!(session.said(), "LHLO client.example\r\n");
        let events = session.hear("500 what?\r\n");
        assert!(matches!(&*events, [Event::Refused(refusal)] if refusal.verb() == Verb::Hello));
        assert_eq!(session.said(), "");
    });
}

#[test]
fn b18_a_message_for_nobody_has_no_place_in_lmtp() {
    tell(config().lmtp(true), |mut session| {
        session.greet_with("LHLO", &["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        let error = session
            .try_hear("250 ok\r\n550 no\r\n354 go\r\n")
            .unwrap_err();
        assert!(matches!(
            error,
            ProtocolError::Unexpected {
                verb: Verb::Data,
                ..
            }
        ));
    });
}
