//! The client against servers of all kinds: what it says, and what it makes of the answers.

mod conversation;

use smtp_proto::client::{
    AuthenticateError, BeginError, BodyError, Client, Envelope, Event, NotNow, ProtocolError,
    Recipient, StartTlsError, Verb,
};
use smtp_proto::command::{Notify, OriginalRecipient, Ret};
use smtp_proto::data::BareLineEnds;
use smtp_proto::reply::{ReplyLimits, ReplyReadError};
use smtp_proto::sasl;

use self::conversation::{Session, config, envelope, outcome, outcomes, tell, tell_over_tls};

fn quit(mut session: Session) {
    session.client.quit(&mut session.out).unwrap();
    assert_eq!(session.said(), "QUIT\r\n");
    assert!(matches!(
        &*session.hear("221 2.0.0 Bye\r\n"),
        [Event::Closed(reply)] if reply.code() == 221
    ));
    assert_eq!(session.client.quit(&mut session.out), Err(NotNow));
}

#[test]
fn one_command_at_a_time_without_pipelining() {
    tell(config(), |mut session| {
        session.greet(&[]);
        session.begin(&envelope(&["b@example.com", "c@example.com"]));
        assert_eq!(session.said(), "MAIL FROM:<a@example.org>\r\n");
        assert_eq!(session.hear("250 ok\r\n"), []);
        assert_eq!(session.said(), "RCPT TO:<b@example.com>\r\n");
        assert_eq!(session.hear("250 ok\r\n"), []);
        assert_eq!(session.said(), "RCPT TO:<c@example.com>\r\n");
        assert_eq!(session.hear("251 will forward\r\n"), []);
        assert_eq!(session.said(), "DATA\r\n");
        assert_eq!(session.hear("354 go\r\n"), [Event::SendBody]);
        session.send_body(b"Subject: Hello\r\n\r\nHello.\r\n");
        assert_eq!(session.said(), "Subject: Hello\r\n\r\nHello.\r\n.\r\n");
        let report = session.hear_report("250 2.0.0 queued as 1\r\n");
        assert_eq!(
            outcomes(&report),
            [
                outcome("b@example.com", "accepted", "250 2.0.0 queued as 1"),
                outcome("c@example.com", "accepted", "250 2.0.0 queued as 1"),
            ]
        );
        quit(session);
    });
}

#[test]
fn a_group_of_commands_with_pipelining() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING", "SIZE 1000", "8BITMIME"]);
        let message = "Subject: H\u{e9}llo\r\n\r\n".as_bytes();
        session.begin(&envelope(&["b@example.com", "c@example.com"]).of_message(message));
        assert_eq!(
            session.said(),
            "MAIL FROM:<a@example.org> SIZE=19 BODY=8BITMIME\r\nRCPT TO:<b@example.com>\r\n\
             RCPT TO:<c@example.com>\r\nDATA\r\n"
        );
        let replies = "250 ok\r\n550-5.1.1 No such user\r\n550 5.1.1 here\r\n250 ok\r\n354 go\r\n";
        assert_eq!(session.hear(replies), [Event::SendBody]);
        session.send_body(message);
        session.said();
        let report = session.hear_report("250 taken\r\n");
        assert_eq!(
            outcomes(&report),
            [
                outcome("b@example.com", "RCPT", "550 5.1.1 No such user here"),
                outcome("c@example.com", "accepted", "250 taken"),
            ]
        );
        quit(session);
    });
}

#[test]
fn pipelining_can_be_left_out() {
    tell(config().pipelining(false), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        assert_eq!(session.said(), "MAIL FROM:<a@example.org>\r\n");
    });
}

#[test]
fn commands_without_reply_stay_within_the_window() {
    tell(config().window(100), |mut session| {
        session.greet(&["PIPELINING"]);
        let recipients: Vec<_> = (0..9)
            .map(|number| format!("{number}@example.com"))
            .collect();
        let recipients: Vec<_> = recipients.iter().map(String::as_str).collect();
        session.begin(&envelope(&recipients));
        let mut open = Vec::new();
        let mut all = String::new();
        loop {
            let said = session.said();
            open.extend(said.split_inclusive('\n').map(str::len));
            all += &said;
            assert!(open.iter().sum::<usize>() <= 100);
            if said.ends_with("DATA\r\n") {
                break;
            }
            open.remove(0);
            assert_eq!(session.hear("250 ok\r\n"), []);
        }
        assert_eq!(all.matches("RCPT TO:").count(), 9);
        assert_eq!(session.hear(&"250 ok\r\n".repeat(open.len() - 1)), []);
        assert_eq!(session.hear("354 go\r\n"), [Event::SendBody]);
    });
}

#[test]
fn a_command_longer_than_the_window_goes_out_alone() {
    tell(config().window(1), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        assert_eq!(session.said(), "MAIL FROM:<a@example.org>\r\n");
        assert_eq!(session.hear("250 ok\r\n"), []);
        assert_eq!(session.said(), "RCPT TO:<b@example.com>\r\n");
    });
}

#[test]
fn the_next_message_follows_the_final_dot_at_once() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        session.hear("250 ok\r\n250 ok\r\n354 go\r\n");
        session.said();
        session.send_body(b"one\r\n");
        session.begin(&envelope(&["c@example.com"]));
        assert_eq!(
            session.said(),
            "one\r\n.\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<c@example.com>\r\nDATA\r\n"
        );
        let events = session.hear("250 one\r\n250 ok\r\n250 ok\r\n354 go\r\n");
        let [Event::Finished(report), Event::SendBody] = &*events else {
            panic!("{events:?}");
        };
        assert_eq!(
            outcomes(report),
            [outcome("b@example.com", "accepted", "250 one")]
        );
        session.send_body(b"two\r\n");
        session.client.quit(&mut session.out).unwrap();
        assert_eq!(session.said(), "two\r\n.\r\nQUIT\r\n");
        let events = session.hear("451 two\r\n221 bye\r\n");
        let [Event::Finished(report), Event::Closed(_)] = &*events else {
            panic!("{events:?}");
        };
        assert_eq!(
            outcomes(report),
            [outcome("c@example.com", "message", "451 two")]
        );
    });
}

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
fn a_refused_sender_is_an_outcome_for_everybody() {
    tell(config(), |mut session| {
        session.greet(&[]);
        session.begin(&envelope(&["b@example.com", "c@example.com"]));
        session.said();
        let report = session.hear_report("552 5.3.4 too large\r\n");
        assert_eq!(
            outcomes(&report),
            [
                outcome("b@example.com", "MAIL", "552 5.3.4 too large"),
                outcome("c@example.com", "MAIL", "552 5.3.4 too large"),
            ]
        );
        assert!(report.refused().all(|(_, refusal)| refusal.is_permanent()));
        // The server has no transaction either.
        session.begin(&envelope(&["b@example.com"]));
        assert_eq!(session.said(), "MAIL FROM:<a@example.org>\r\n");
    });
}

#[test]
fn a_refused_sender_in_a_group_is_the_outcome_whatever_follows() {
    for (data, then) in [("503 no\r\n", ""), ("354 go\r\n", "250 taken, odd\r\n")] {
        tell(config(), |mut session| {
            session.greet(&["PIPELINING"]);
            session.begin(&envelope(&["b@example.com"]));
            session.said();
            let mut events = session.hear(&format!("451 4.7.1 later\r\n250 ok\r\n{data}"));
            assert_eq!(session.said(), if then.is_empty() { "" } else { ".\r\n" });
            events.extend(session.hear(then));
            let [Event::Finished(report)] = &*events else {
                panic!("{events:?}");
            };
            assert_eq!(
                outcomes(report),
                [outcome("b@example.com", "MAIL", "451 4.7.1 later")]
            );
            assert_eq!(report.accepted().count(), 0);
        });
    }
}

#[test]
fn b16_all_recipients_refused_ends_without_data() {
    tell(config(), |mut session| {
        session.greet(&[]);
        session.begin(&envelope(&["b@example.com", "c@example.com"]));
        session.hear("250 ok\r\n");
        session.hear("550 not b\r\n");
        session.said();
        let report = session.hear_report("450 not c\r\n");
        assert_eq!(
            outcomes(&report),
            [
                outcome("b@example.com", "RCPT", "550 not b"),
                outcome("c@example.com", "RCPT", "450 not c"),
            ]
        );
        // The server still has the sender: RSET before the next.
        assert_eq!(session.said(), "");
        session.begin(&envelope(&["d@example.com"]));
        assert_eq!(session.said(), "RSET\r\n");
        assert_eq!(session.hear("250 ok\r\n"), []);
        assert_eq!(session.said(), "MAIL FROM:<a@example.org>\r\n");
    });
}

#[test]
fn b16_data_refused_after_all_recipients_were() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        session.said();
        let report = session.hear_report("250 ok\r\n550 no\r\n554 5.5.1 no valid recipients\r\n");
        assert_eq!(
            outcomes(&report),
            [outcome("b@example.com", "RCPT", "550 no")]
        );
        session.begin(&envelope(&["d@example.com"]));
        assert_eq!(
            session.said(),
            "RSET\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<d@example.com>\r\nDATA\r\n"
        );
        let replies = "250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n";
        assert_eq!(session.hear(replies), [Event::SendBody]);
    });
}

#[test]
fn b16_data_accepted_for_nobody_gets_a_lone_dot() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        session.said();
        assert_eq!(session.hear("250 ok\r\n550 no\r\n354 go\r\n"), []);
        assert_eq!(session.said(), ".\r\n");
        assert_eq!(
            session.client.body(b"x", &mut session.out),
            Err(BodyError::NotNow)
        );
        let report = session.hear_report("250 sent to nobody\r\n");
        assert_eq!(
            outcomes(&report),
            [outcome("b@example.com", "RCPT", "550 no")]
        );
        session.begin(&envelope(&["d@example.com"]));
        assert!(session.said().starts_with("MAIL"));
    });
}

#[test]
fn data_refused_is_the_outcome_of_the_accepted() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com", "c@example.com"]));
        session.said();
        let report = session.hear_report("250 ok\r\n550 no\r\n250 ok\r\n451 not now\r\n");
        assert_eq!(
            outcomes(&report),
            [
                outcome("b@example.com", "RCPT", "550 no"),
                outcome("c@example.com", "DATA", "451 not now"),
            ]
        );
        session.client.reset(&mut session.out).unwrap();
        assert_eq!(session.said(), "RSET\r\n");
        assert!(matches!(
            &*session.hear("250 ok\r\n"),
            [Event::Done(Verb::Rset, _)]
        ));
    });
}

#[test]
fn b17_recipients_beyond_the_servers_limit_may_be_tried_later() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&[
            "b@example.com",
            "c@example.com",
            "d@example.com",
        ]));
        session.said();
        session.hear("250 ok\r\n250 ok\r\n452 4.5.3 too many\r\n552 too many\r\n354 go\r\n");
        session.send_body(b"");
        let report = session.hear_report("250 ok\r\n");
        let later: Vec<_> = report
            .refused()
            .map(|(mailbox, refusal)| (mailbox.to_string(), refusal.is_permanent()))
            .collect();
        assert_eq!(
            later,
            [
                ("c@example.com".into(), false),
                ("d@example.com".into(), false)
            ]
        );
    });
}

#[test]
fn b02_bare_line_ends_stop_the_message() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        session.hear("250 ok\r\n250 ok\r\n354 go\r\n");
        session.said();
        let written = session
            .client
            .body(b"a\n.\r\nMAIL FROM:<>\r\n", &mut session.out);
        assert!(matches!(written, Err(BodyError::BareLineEnd(_))));
        // Nothing can end the message now, or say anything else.
        session.said();
        assert_eq!(
            session.client.end_body(&mut session.out),
            Err(BodyError::NotNow)
        );
        assert_eq!(session.client.quit(&mut session.out), Err(NotNow));
        assert_eq!(session.said(), "");
        assert_eq!(session.hear("451 timeout\r\n"), []);
    });
}

#[test]
fn b02_bare_line_ends_are_normalized_if_so_configured() {
    tell(
        config().bare_line_ends(BareLineEnds::Normalize),
        |mut session| {
            session.greet(&["PIPELINING"]);
            session.begin(&envelope(&["b@example.com"]));
            session.hear("250 ok\r\n250 ok\r\n354 go\r\n");
            session.said();
            session.send_body(b"a\n.\nb\r");
            assert_eq!(session.said(), "a\r\n..\r\nb \r\n.\r\n");
        },
    );
}

#[test]
fn b15_leading_dots_are_doubled_and_the_last_line_ended() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        session.hear("250 ok\r\n250 ok\r\n354 go\r\n");
        session.said();
        for octet in b".x\r\n.\r\n..y" {
            session.client.body(&[*octet], &mut session.out).unwrap();
        }
        session.client.end_body(&mut session.out).unwrap();
        assert_eq!(session.said(), "..x\r\n..\r\n...y\r\n.\r\n");
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
fn what_the_server_does_not_take_is_not_begun() {
    tell(config(), |mut session| {
        session.greet(&["SIZE 1000"]);
        let utf8 = envelope(&["b\u{fc}cher@example.com"]);
        for (envelope, error) in [
            (envelope(&[]), BeginError::NoRecipient),
            (
                envelope(&["b@example.com"]).eight_bit(true),
                BeginError::EightBit,
            ),
            (
                envelope(&["b@example.com"]).size(1001),
                BeginError::TooLarge { limit: 1000 },
            ),
            (utf8, BeginError::Utf8),
        ] {
            let begun = session.client.begin(&envelope, &mut session.out);
            assert_eq!(begun, Err(error));
        }
        assert_eq!(session.said(), "");
        session.begin(&envelope(&["b@example.com"]).size(1000));
        assert_eq!(session.said(), "MAIL FROM:<a@example.org> SIZE=1000\r\n");
    });
}

#[test]
fn octets_beyond_ascii_are_not_sent_unannounced() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING", "8BITMIME"]);
        session.begin(&envelope(&["b@example.com"]));
        session.hear("250 ok\r\n250 ok\r\n354 go\r\n");
        let written = session.client.body(b"caf\xe9\r\n", &mut session.out);
        assert_eq!(written, Err(BodyError::EightBit));
    });
}

#[test]
fn an_address_beyond_ascii_is_announced() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING", "8BITMIME", "SMTPUTF8"]);
        session.begin(&envelope(&["b\u{fc}cher@example.com"]));
        assert_eq!(
            session.said(),
            "MAIL FROM:<a@example.org> SMTPUTF8\r\nRCPT TO:<b\u{fc}cher@example.com>\r\nDATA\r\n"
        );
    });
}

#[test]
fn a_report_about_mail_has_an_empty_reverse_path() {
    tell(config(), |mut session| {
        session.greet(&[]);
        session.begin(&Envelope::new(None, vec!["b@example.com".parse().unwrap()]));
        assert_eq!(session.said(), "MAIL FROM:<>\r\n");
    });
}

#[test]
fn who_submitted_a_message_is_told_to_servers_with_auth() {
    let submitter = "e=mc2@example.com".parse().unwrap();
    for (submitter, extensions, parameter) in [
        (
            Some(&submitter),
            &["AUTH PLAIN"][..],
            " AUTH=e+3Dmc2@example.com",
        ),
        (None, &["AUTH PLAIN"], " AUTH=<>"),
        (None, &[], ""),
    ] {
        tell(config(), |mut session| {
            session.greet(extensions);
            session.begin(&envelope(&["b@example.com"]).submitter(submitter));
            let said = session.said();
            assert_eq!(said, format!("MAIL FROM:<a@example.org>{parameter}\r\n"));
        });
    }
}

#[test]
fn wishes_for_reports_are_passed_on_to_servers_that_know_them() {
    let original = OriginalRecipient::parse(b"rfc822;B+2Bx@example.com").unwrap();
    let recipients = vec![
        Recipient::new("b@example.com".parse().unwrap())
            .notify(Notify::NEVER.success(true))
            .original_recipient(original),
        Recipient::new("c@example.com".parse().unwrap()).notify(Notify::NEVER),
        Recipient::from("d@example.com".parse::<mail_address::Mailbox>().unwrap()),
    ];
    let envelope = Envelope::with_recipients(Some("a@example.org".parse().unwrap()), recipients)
        .ret(Ret::Headers)
        .envelope_id("QQ 314")
        .unwrap();
    tell(config(), |mut session| {
        session.greet(&["DSN", "PIPELINING"]);
        session.begin(&envelope);
        assert_eq!(
            session.said(),
            "MAIL FROM:<a@example.org> RET=HDRS ENVID=QQ+20314\r\n\
             RCPT TO:<b@example.com> NOTIFY=SUCCESS ORCPT=rfc822;B+2Bx@example.com\r\n\
             RCPT TO:<c@example.com> NOTIFY=NEVER\r\nRCPT TO:<d@example.com>\r\nDATA\r\n"
        );
    });
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope);
        let said = session.said();
        assert!(!said.contains("ENVID") && !said.contains("NOTIFY") && !said.contains("ORCPT"));
    });
}

#[test]
fn b05_no_envelope_id_ends_the_command_line() {
    for id in ["", "a\r\nRSET", "a\0", "\u{e4}", &"a".repeat(101)] {
        assert!(
            envelope(&["b@example.com"]).envelope_id(id).is_none(),
            "{id:?}"
        );
    }
    assert!(envelope(&["b@example.com"]).envelope_id("a>b").is_some());
}

#[test]
fn a_message_that_requires_tls_goes_to_servers_that_promise_it() {
    let secret = envelope(&["b@example.com"]).require_tls();
    for (extensions, error) in [
        (&["REQUIRETLS"][..], None),
        (&[], Some(BeginError::RequireTls)),
    ] {
        tell_over_tls(|mut session| {
            session.greet(extensions);
            let begun = session.client.begin(&secret, &mut session.out);
            assert_eq!(begun.err(), error);
            let said = "MAIL FROM:<a@example.org> REQUIRETLS\r\n";
            assert_eq!(session.said(), if error.is_none() { said } else { "" });
        });
    }
    // A promise in clear is none.
    tell(config(), |mut session| {
        session.greet(&["REQUIRETLS"]);
        let begun = session.client.begin(&secret, &mut session.out);
        assert_eq!(begun, Err(BeginError::RequireTls));
    });
}

#[test]
fn the_limits_of_a_server_are_kept() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING", "LIMITS MAILMAX=2 RCPTMAX=2 RCPTDOMAINMAX=2"]);
        let three = envelope(&["a@example.com", "b@example.com", "c@example.com"]);
        let begun = session.client.begin(&three, &mut session.out);
        assert_eq!(begun, Err(BeginError::TooManyRecipients { limit: 2 }));
        session.begin(&envelope(&["a@Example.com", "b@example.com"]));
        session.hear("451 later\r\n451 later\r\n451 later\r\n");
        session.hear("503 what?\r\n");
        let elsewhere = envelope(&["a@one.example", "b@two.example"]);
        let begun = session.client.begin(&elsewhere, &mut session.out);
        assert_eq!(begun, Err(BeginError::TooManyDomains { limit: 2 }));
        session.begin(&envelope(&["a@example.com", "b@two.example"]));
        session.hear("451 later\r\n451 later\r\n451 later\r\n");
        session.hear("503 what?\r\n");
        let begun = session
            .client
            .begin(&envelope(&["a@example.com"]), &mut session.out);
        assert_eq!(begun, Err(BeginError::TooManyMessages));
    });
}

#[test]
fn a_size_announced_counts_the_crlf_that_will_be_added() {
    for (message, size) in [(&b"a\r\n"[..], 3), (b"a", 3), (b"", 0)] {
        tell(config(), |mut session| {
            session.greet(&["SIZE"]);
            session.begin(&envelope(&["b@example.com"]).of_message(message));
            let said = session.said();
            assert_eq!(said, format!("MAIL FROM:<a@example.org> SIZE={size}\r\n"));
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

#[test]
fn b05_no_address_ends_the_command_line() {
    for text in [
        "a@example.com>\r\nRSET",
        "a\r\n@example.com",
        "a\0b@example.com",
        "a@example.com\n",
        "\"a\r\nb\"@example.com",
        "a>b@example.com",
    ] {
        assert!(text.parse::<mail_address::Mailbox>().is_err(), "{text:?}");
    }
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["\"a>b\"@example.com"]));
        assert!(session.said().contains("RCPT TO:<\"a>b\"@example.com>\r\n"));
    });
}

#[test]
fn b03_octets_behind_the_220_of_starttls_are_dropped() {
    let mut session = Session::new(Client::new(config()), usize::MAX);
    session.greet(&["STARTTLS", "PIPELINING", "AUTH PLAIN"]);
    session.client.start_tls(&mut session.out).unwrap();
    assert_eq!(session.said(), "STARTTLS\r\n");
    let injected = "220 go\r\n250-mx.example\r\n250 AUTH PLAIN\r\n";
    assert_eq!(session.hear(injected), [Event::StartTls]);
    // Nor is anything of it remembered.
    assert!(!session.client.capabilities().pipelining());
    assert_eq!(session.hear("250 more of it\r\n"), []);
    session.client.tls_started(&mut session.out).unwrap();
    assert_eq!(session.said(), "EHLO client.example\r\n");
    assert!(session.client.is_tls());
    assert_eq!(
        session.hear("250-mx.example\r\n250 AUTH LOGIN\r\n"),
        [Event::Ready]
    );
    let offered: Vec<_> = session.client.capabilities().mechanisms().collect();
    assert_eq!(offered, [sasl::Mechanism::Login]);
    assert_eq!(
        session.client.start_tls(&mut session.out),
        Err(StartTlsError::Tls)
    );
}

#[test]
fn nothing_is_said_between_220_and_the_end_of_the_handshake() {
    tell(config(), |mut session| {
        session.greet(&["STARTTLS"]);
        session.client.start_tls(&mut session.out).unwrap();
        assert_eq!(session.client.quit(&mut session.out), Err(NotNow));
        session.said();
        assert_eq!(session.hear("220 go\r\n"), [Event::StartTls]);
        assert_eq!(session.client.quit(&mut session.out), Err(NotNow));
        assert_eq!(session.client.noop(&mut session.out), Err(NotNow));
        assert_eq!(session.said(), "");
    });
}

#[test]
fn tls_refused_leaves_the_session_as_it_is() {
    tell(config(), |mut session| {
        session.greet(&["STARTTLS"]);
        session.client.start_tls(&mut session.out).unwrap();
        let events = session.hear("454 4.7.0 not now\r\n");
        assert!(matches!(
            &*events,
            [Event::Refused(refusal)] if refusal.verb() == Verb::StartTls && !refusal.is_permanent()
        ));
        assert!(!session.client.is_tls());
        assert_eq!(session.client.tls_started(&mut session.out), Err(NotNow));
        session.begin(&envelope(&["b@example.com"]));
    });
    tell(config(), |mut session| {
        session.greet(&[]);
        let asked = session.client.start_tls(&mut session.out);
        assert_eq!(asked, Err(StartTlsError::NotOffered));
    });
}

#[test]
fn plain_is_sent_with_the_command() {
    tell_over_tls(|mut session| {
        session.greet(&["AUTH GSSAPI PLAIN"]);
        let login = sasl::Client::plain(None, "test", "1234").unwrap();
        session
            .client
            .authenticate(login, &mut session.out)
            .unwrap();
        assert_eq!(session.said(), "AUTH PLAIN AHRlc3QAMTIzNA==\r\n");
        let events = session.hear("235 2.7.0 Authentication successful\r\n");
        assert!(matches!(&*events, [Event::Authenticated(reply)] if reply.code() == 235));
        let again = sasl::Client::plain(None, "test", "1234").unwrap();
        let again = session.client.authenticate(again, &mut session.out);
        assert_eq!(again, Err(AuthenticateError::NotNow));
    });
}

#[test]
fn an_initial_response_stays_within_the_command_line() {
    // "AUTH PLAIN " and CRLF leave room for 499 characters, 496 of them base64: 372 octets.
    for (password, said) in [(367, "AUTH PLAIN "), (368, "AUTH PLAIN\r\n")] {
        tell_over_tls(|mut session| {
            session.greet(&["AUTH PLAIN"]);
            let password = "x".repeat(password);
            let login = sasl::Client::plain(None, "tim", &password).unwrap();
            session
                .client
                .authenticate(login, &mut session.out)
                .unwrap();
            let command = session.said();
            assert!(command.starts_with(said) && command.len() <= 512);
            if said.ends_with("\r\n") {
                assert_eq!(session.hear("334 \r\n"), []);
                assert!(session.said().len() > 496);
            }
            assert!(matches!(
                &*session.hear("235 ok\r\n"),
                [Event::Authenticated(_)]
            ));
        });
    }
}

#[test]
fn login_answers_prompts_in_their_order() {
    for prompts in [
        ["334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n"],
        ["334 VXNlciBOYW1lAA==\r\n", "334 UGFzc3dvcmQA\r\n"],
        ["334\r\n", "334 \r\n"],
    ] {
        tell_over_tls(|mut session| {
            session.greet(&["AUTH LOGIN"]);
            let login = sasl::Client::login("test", "1234").unwrap();
            session
                .client
                .authenticate(login, &mut session.out)
                .unwrap();
            assert_eq!(session.said(), "AUTH LOGIN\r\n");
            assert_eq!(session.hear(prompts[0]), []);
            assert_eq!(session.said(), "dGVzdA==\r\n");
            assert_eq!(session.hear(prompts[1]), []);
            assert_eq!(session.said(), "MTIzNA==\r\n");
            assert!(matches!(
                &*session.hear("235 ok\r\n"),
                [Event::Authenticated(_)]
            ));
        });
    }
}

#[cfg(feature = "sasl")]
#[test]
fn cram_md5_answers_the_challenge() {
    tell(config(), |mut session| {
        session.greet(&["AUTH CRAM-MD5"]);
        let login = sasl::Client::cram_md5("tim", "tanstaaftanstaaf").unwrap();
        session
            .client
            .authenticate(login, &mut session.out)
            .unwrap();
        assert_eq!(session.said(), "AUTH CRAM-MD5\r\n");
        // RFC 2195 §2.
        session.hear("334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\r\n");
        assert_eq!(
            session.said(),
            "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n"
        );
        assert!(matches!(
            &*session.hear("235 ok\r\n"),
            [Event::Authenticated(_)]
        ));
    });
}

#[test]
fn a_wrong_password_may_be_followed_by_another() {
    tell_over_tls(|mut session| {
        session.greet(&["AUTH PLAIN"]);
        for (password, reply) in [("guess", "535 5.7.8 no\r\n"), ("1234", "235 ok\r\n")] {
            let login = sasl::Client::plain(None, "test", password).unwrap();
            session
                .client
                .authenticate(login, &mut session.out)
                .unwrap();
            match &*session.hear(reply) {
                [Event::Refused(refusal)] => assert_eq!(refusal.reply().code(), 535),
                [Event::Authenticated(_)] => assert_eq!(password, "1234"),
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn an_exchange_that_cannot_go_on_is_cancelled() {
    for challenge in [
        "334 =AAA\r\n",
        "334 not base64!\r\n",
        "334-VXNlcm5hbWU6\r\n334 VXNlcm5hbWU6\r\n",
        // One more than PLAIN has.
        "334 \r\n",
    ] {
        tell_over_tls(|mut session| {
            session.greet(&["AUTH PLAIN"]);
            let login = sasl::Client::plain(None, "test", "1234").unwrap();
            session
                .client
                .authenticate(login, &mut session.out)
                .unwrap();
            session.said();
            assert_eq!(session.hear(challenge), []);
            assert_eq!(session.said(), "*\r\n");
            let events = session.hear("501 cancelled\r\n");
            assert!(matches!(&*events, [Event::Refused(refusal)] if refusal.verb() == Verb::Auth));
            session.begin(&envelope(&["b@example.com"]));
        });
    }
}

#[test]
fn a_login_in_clear_is_forgotten_under_tls() {
    tell(config().password_without_tls(true), |mut session| {
        session.greet(&["STARTTLS", "AUTH PLAIN"]);
        for _ in 0..2 {
            let login = sasl::Client::plain(None, "test", "1234").unwrap();
            session
                .client
                .authenticate(login, &mut session.out)
                .unwrap();
            session.hear("235 ok\r\n");
            if !session.client.is_tls() {
                session.client.start_tls(&mut session.out).unwrap();
                session.hear("220 go\r\n");
                session.client.tls_started(&mut session.out).unwrap();
                session.hear("250-mx.example\r\n250 AUTH PLAIN\r\n");
            }
        }
    });
}

#[test]
fn a_login_behind_a_refused_transaction_waits_for_rset() {
    for extensions in [&["AUTH PLAIN"][..], &["AUTH PLAIN", "PIPELINING"]] {
        tell_over_tls(|mut session| {
            session.greet(extensions);
            session.begin(&envelope(&["b@example.com"]));
            session.hear("250 ok\r\n");
            session.hear("530 5.7.0 not without a login\r\n");
            if session.client.capabilities().pipelining() {
                session.hear("554 nobody\r\n");
            }
            session.said();
            let login = sasl::Client::plain(None, "test", "1234").unwrap();
            session
                .client
                .authenticate(login, &mut session.out)
                .unwrap();
            assert_eq!(session.said(), "RSET\r\n");
            let begun = session
                .client
                .begin(&envelope(&["b@example.com"]), &mut session.out);
            assert_eq!(begun, Err(BeginError::NotNow));
            assert_eq!(session.hear("250 ok\r\n"), []);
            assert_eq!(session.said(), "AUTH PLAIN AHRlc3QAMTIzNA==\r\n");
            assert!(matches!(
                &*session.hear("235 ok\r\n"),
                [Event::Authenticated(_)]
            ));
            session.begin(&envelope(&["b@example.com"]));
            assert!(session.said().starts_with("MAIL "));
        });
    }
}

#[test]
fn a_password_is_not_sent_in_clear_unless_so_configured() {
    let login = || sasl::Client::plain(None, "test", "1234").unwrap();
    tell(config(), |mut session| {
        session.greet(&["AUTH PLAIN"]);
        let asked = session.client.authenticate(login(), &mut session.out);
        assert_eq!(asked, Err(AuthenticateError::NotConfidential));
        assert_eq!(session.said(), "");
    });
    tell(config().password_without_tls(true), |mut session| {
        session.greet(&["AUTH PLAIN"]);
        session
            .client
            .authenticate(login(), &mut session.out)
            .unwrap();
    });
    tell_over_tls(|mut session| {
        session.greet(&["AUTH LOGIN"]);
        let asked = session.client.authenticate(login(), &mut session.out);
        assert_eq!(asked, Err(AuthenticateError::NotOffered));
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
fn a_refusal_in_the_middle_of_the_message_ends_it() {
    tell(config(), |mut session| {
        session.greet(&["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        session.hear("250 ok\r\n250 ok\r\n354 go\r\n");
        session
            .client
            .body(b"Subject: large\r\n", &mut session.out)
            .unwrap();
        let events = session.hear("552 5.3.4 too large\r\n");
        let [Event::Finished(report), Event::Closed(_)] = &*events else {
            panic!("{events:?}");
        };
        assert_eq!(
            outcomes(report),
            [outcome("b@example.com", "message", "552 5.3.4 too large")]
        );
        let written = session.client.body(b"more\r\n", &mut session.out);
        assert_eq!(written, Err(BodyError::NotNow));
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
fn a_client_can_be_given_to_another_thread() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Client>();
}
