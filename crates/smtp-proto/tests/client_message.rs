//! A message as a client sends it behind DATA.

mod conversation;

use smtp_proto::client::{BodyError, NotNow};
use smtp_proto::data::BareLineEnds;

use self::conversation::{config, envelope, tell};

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
