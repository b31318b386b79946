//! How a client's session begins and ends, and what a server may not say in it.

mod conversation;

use smtp_proto::client::{
    BeginError, BodyError, Client, Event, NotNow, ProtocolError, StartTlsError, Verb,
};
use smtp_proto::reply::{ReplyLimits, ReplyReadError};

use self::conversation::{Session, config, envelope, quit, tell};

#[test]
fn a_server_without_ehlo_gets_helo_and_no_extensions() {
    tell(config(), |mut session| {
        session.hear("220 old.example\r\n");
        assert_eq!(session.said(), "EHLO client.example\r\n");
        assert_eq!(session.hear("502 what?\r\n"), []);
        assert_eq!(session.said(), "HELO client.example\r\n");
        let helo = session.hear("250-old.example\r\n250 PIPELINING\r\n");
        assert_eq!(helo, [Event::Ready]);
        assert!(!session.client.capabilities().pipelining());
        session.begin(&envelope(&["b@example.com"]).size(10));
        assert_eq!(session.said(), "MAIL FROM:<a@example.org>\r\n");
    });
}

#[test]
fn a_refused_greeting_or_ehlo_leaves_quit() {
    for (words, verb) in [
        (&["554 no service\r\n"][..], Verb::Connect),
        (&["220 mx\r\n", "550 not you\r\n"], Verb::Hello),
        (
            &["220 mx\r\n", "500 what\r\n", "504 not you\r\n"],
            Verb::Hello,
        ),
    ] {
        tell(config(), |mut session| {
            let (last, first) = words.split_last().unwrap();
            for words in first {
                assert_eq!(session.hear(words), []);
            }
            let events = session.hear(last);
            let [Event::Refused(refusal)] = &*events else {
                panic!("{events:?}");
            };
            assert_eq!(refusal.verb(), verb);
            assert!(refusal.is_permanent());
            let begun = session
                .client
                .begin(&envelope(&["b@example.com"]), &mut session.out);
            assert_eq!(begun, Err(BeginError::NotNow));
            session.said();
            quit(session);
        });
    }
}

#[test]
fn the_greeting_is_awaited_before_anything_is_said() {
    tell(config(), |mut session| {
        assert_eq!(session.client.noop(&mut session.out), Err(NotNow));
        assert_eq!(session.client.quit(&mut session.out), Err(NotNow));
        assert_eq!(session.said(), "");
        assert_eq!(session.hear("220-mx\r\n220"), []);
        assert_eq!(session.said(), "");
    });
}

#[test]
fn a_server_that_closes_ends_everything_that_is_open() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        session.hear("250 ok\r\n250 ok\r\n354 go\r\n");
        session.send_body(b"one\r\n");
        session.begin(&envelope(&["c@example.com"]));
        let events = session.hear("421 4.3.2 shutting down\r\n");
        let [
            Event::Finished(one),
            Event::Finished(two),
            Event::Closed(reply),
        ] = &*events
        else {
            panic!("{events:?}");
        };
        assert_eq!(reply.code(), 421);
        for (report, mailbox) in [(one, "b@example.com"), (two, "c@example.com")] {
            let refused: Vec<_> = report.refused().collect();
            let [(refused, refusal)] = &*refused else {
                panic!("{report:?}");
            };
            assert_eq!(refused.to_string(), mailbox);
            assert!(!refusal.is_permanent());
        }
        assert_eq!(session.hear("250 too late\r\n"), []);
    });
}

#[test]
fn a_server_may_say_421_while_nobody_asks() {
    tell(config(), |mut session| {
        session.greet(&[]);
        assert!(matches!(&*session.hear("421 idle\r\n"), [Event::Closed(_)]));
        let begun = session
            .client
            .begin(&envelope(&["b@example.com"]), &mut session.out);
        assert_eq!(begun, Err(BeginError::NotNow));
    });
}

#[test]
fn replies_that_no_command_has_are_protocol_errors() {
    for words in [
        // To MAIL, to RCPT, to DATA.
        "354 go\r\n",
        "250 ok\r\n354 go\r\n",
        "250 ok\r\n250 ok\r\n250 ok\r\n",
        // To nothing, while the message is under way.
        "250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n",
    ] {
        tell(config(), |mut session| {
            session.greet(&["PIPELINING"]);
            session.begin(&envelope(&["b@example.com"]));
            let error = session.try_hear(words).unwrap_err();
            assert!(matches!(
                error,
                ProtocolError::Unasked(_) | ProtocolError::Unexpected { .. }
            ));
            // It stays so.
            assert_eq!(session.try_hear("250 ok\r\n"), Err(error));
            assert_eq!(session.client.quit(&mut session.out), Err(NotNow));
        });
    }
}

#[test]
fn b11_replies_are_capped_and_of_one_code() {
    let limits = ReplyLimits::default().line_octets(40).lines(3);
    for (words, error) in [
        (
            "250-fine\r\n550 or not\r\n",
            Some(ReplyReadError::MixedCodes),
        ),
        ("250-a\r\n250-b\r\n250 c\r\n", None),
        (
            "250-a\r\n250-b\r\n250-c\r\n250 d\r\n",
            Some(ReplyReadError::TooManyLines),
        ),
        ("250 0123456789012345678901234567890123\r\n", None),
        (
            "250 01234567890123456789012345678901234\r\n",
            Some(ReplyReadError::LineTooLong),
        ),
        ("no reply\r\n", Some(ReplyReadError::Code)),
    ] {
        tell(config().replies(limits.clone()), |mut session| {
            session.hear("220 mx\r\n");
            let heard = session.try_hear(words);
            match error {
                Some(error) => assert_eq!(heard, Err(ProtocolError::Reply(error))),
                None => assert_eq!(heard, Ok(vec![Event::Ready])),
            }
        });
    }
}

/// RFC 5321 §4.5.3.2.1 to §4.5.3.2.6.
#[test]
fn the_server_has_its_time_for_each_step() {
    tell(config(), |mut session| {
        let minutes = |session: &Session| session.client.patience().as_secs() / 60;
        assert_eq!(minutes(&session), 5);
        session.greet(&[]);
        session.begin(&envelope(&["b@example.com"]));
        assert_eq!(minutes(&session), 5);
        session.hear("250 ok\r\n");
        assert_eq!(minutes(&session), 5);
        session.hear("250 ok\r\n");
        assert_eq!(minutes(&session), 2);
        session.hear("354 go\r\n");
        assert_eq!(minutes(&session), 3);
        session.send_body(b"hello\r\n");
        assert_eq!(minutes(&session), 10);
    });
}

/// RFC 5321 §4.5.3.2: the time is that of a command. Replies that are no events count, and pieces
/// of a reply do not.
#[test]
fn b11_only_a_whole_reply_gives_the_server_new_time() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com", "c@example.com"]));
        let before = session.client.replies();
        let since = |session: &Session| session.client.replies() - before;
        for piece in ["2", "50-", "slow\r\n", "250 o", "k\r"] {
            assert_eq!(session.hear(piece), []);
            assert_eq!(since(&session), 0, "{piece:?}");
        }
        assert_eq!(session.hear("\n25"), []);
        assert_eq!(since(&session), 1);
        assert_eq!(session.hear("0 ok\r\n550 no\r\n3"), []);
        assert_eq!(since(&session), 3);
        assert_eq!(session.hear("54 go\r\n"), [Event::SendBody]);
        assert_eq!(since(&session), 4);
    });
}

#[test]
fn calls_that_do_not_fit_change_nothing() {
    tell(config(), |mut session| {
        session.greet(&["STARTTLS"]);
        session.begin(&envelope(&["b@example.com"]));
        session.said();
        for replies in ["250 ok\r\n", "250 ok\r\n", "354 go\r\n"] {
            let (client, out) = (&mut session.client, &mut session.out);
            assert_eq!(client.body(b"x", out), Err(BodyError::NotNow));
            assert_eq!(client.end_body(out), Err(BodyError::NotNow));
            assert_eq!(client.noop(out), Err(NotNow));
            assert_eq!(client.reset(out), Err(NotNow));
            assert_eq!(client.quit(out), Err(NotNow));
            assert_eq!(client.start_tls(out), Err(StartTlsError::NotNow));
            assert_eq!(client.tls_started(out), Err(NotNow));
            let begun = client.begin(&envelope(&["c@example.com"]), out);
            assert_eq!(begun, Err(BeginError::NotNow));
            assert_eq!(session.said(), "");
            session.hear(replies);
            session.said();
        }
        session.send_body(b"");
        assert_eq!(session.hear_report("250 ok\r\n").accepted().count(), 1);
    });
}

#[test]
fn a_client_can_be_given_to_another_thread() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Client>();
}
