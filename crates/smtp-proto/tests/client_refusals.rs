//! Senders, recipients and messages that a server refuses, each with its outcome.

mod conversation;

use smtp_proto::client::{BodyError, Event, Verb};

use self::conversation::{config, envelope, outcome, outcomes, tell};

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
