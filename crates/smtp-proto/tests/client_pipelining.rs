//! Commands of a client in groups, and the window they stay in.

mod conversation;

use smtp_proto::client::Event;

use self::conversation::{config, envelope, outcome, outcomes, quit, tell};

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
