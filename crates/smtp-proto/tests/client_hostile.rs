//! Servers that do not want the best for a client.

mod conversation;

use allocation_counter::measure;
use smtp_proto::Client;
use smtp_proto::client::{BeginError, Event, ProtocolError, Verb};
use smtp_proto::reply::ReplyReadError;
use smtp_proto::sasl::{self, Mechanism};

use self::conversation::{Session, config, envelope, outcomes, tell};

#[test]
fn b11_a_reply_without_end_is_given_up_and_not_kept() {
    let lines = b"250-still not done\r\n".repeat(100_000);
    let line = [b"250 ", &[b'x'; 1 << 20][..]].concat();
    let nul = vec![0; 1 << 20];
    for (flood, error) in [
        (&lines, ReplyReadError::TooManyLines),
        (&line, ReplyReadError::LineTooLong),
        (&nul, ReplyReadError::LineTooLong),
    ] {
        for piece in [1, 1000, usize::MAX] {
            let mut client = Client::new(config());
            let mut out = Vec::new();
            let mut heard = Ok(());
            let cost = measure(|| {
                heard = flood.chunks(piece.min(flood.len())).try_for_each(|octets| {
                    let advance = client.advance(octets, &mut out)?;
                    assert_eq!((advance.consumed, advance.event), (octets.len(), None));
                    Ok(())
                });
            });
            assert_eq!(heard, Err(ProtocolError::Reply(error)));
            assert!(cost.bytes_max < 16 << 10, "{cost:?}");
            assert_eq!(out, b"");
        }
    }
}

#[test]
fn b11_a_code_does_not_change_within_a_reply() {
    for (words, error) in [
        ("220-a\r\n221 b\r\n", ReplyReadError::MixedCodes),
        ("220-a\r\n550-b\r\n220 c\r\n", ReplyReadError::MixedCodes),
        ("220-a\r\n22\r\n", ReplyReadError::Code),
        ("220-a\r\nb\r\n", ReplyReadError::Code),
        ("220-a\r\n220\tb\r\n", ReplyReadError::Code),
        ("220-a\n\r220 b\r\n", ReplyReadError::Code),
        ("\u{feff}220 a\r\n", ReplyReadError::Code),
        ("\u{ff12}\u{ff12}\u{ff10} a\r\n", ReplyReadError::Code),
    ] {
        tell(config(), |mut session| {
            let heard = session.try_hear(words);
            assert_eq!(heard, Err(ProtocolError::Reply(error)), "{words:?}");
            assert_eq!(session.said(), "");
        });
    }
}

#[test]
fn b11_what_a_server_says_is_one_line_wherever_it_is_printed() {
    let words = "550-5.7.1 a\x1b[2Jb\r\n550-5.7.1 \0c\rd\x08\n550 \u{85}e\u{7f}\r\n";
    tell(config(), |mut session| {
        session.greet(&[]);
        session.begin(&envelope(&["b@example.com"]));
        let report = session.hear_report(words);
        let (_, verb, reply) = &outcomes(&report)[0];
        assert_eq!(verb, "MAIL");
        assert!(!reply.contains(char::is_control), "{reply:?}");
        let (_, refusal) = report.refused().next().unwrap();
        assert!(!refusal.to_string().contains(char::is_control));
        assert_eq!(refusal.reply().lines().count(), 3);
    });
}

#[test]
fn b11_odd_offers_are_no_offers() {
    tell(config(), |mut session| {
        session.greet(&[
            "",
            " ",
            "XPIPELINING",
            "PIPELINING-",
            "\u{ff30}IPELINING",
            "8BITMIME=yes",
            "CHUNKING\tx",
            "SIZE 99999999999999999999",
            "SIZE 1",
            "AUTH CRAM-MD5X PLAIN\u{e4} PLAIN=x LOGIN",
            "AUTH PLAIN",
            "AUTH=PLAIN",
            "LIMITS RCPTMAX=99999999999 MAILMAX=-1 RCPTDOMAINMAX=0x1 RCPTMAX",
            "LIMITS MAILMAX=1",
            "X\rSTARTTLS",
            "DSN\u{2028}",
            "smtputf8",
        ]);
        let offered = session.client.capabilities();
        assert!(!offered.pipelining() && !offered.eight_bit_mime() && !offered.chunking());
        assert!(!offered.dsn() && !offered.start_tls() && offered.smtp_utf8());
        assert!(offered.size() && offered.max_size().is_none());
        assert!(offered.mechanisms().eq([Mechanism::Login]));
        let limits = offered.limits();
        assert_eq!((limits.messages, limits.recipients), (None, None));
        assert_eq!(limits.recipient_domains, None);
        session.begin(&envelope(&["b@example.com"]).size(5));
        assert_eq!(session.said(), "MAIL FROM:<a@example.org> SIZE=5\r\n");
    });
}

#[test]
fn b11_offers_have_their_number() {
    tell(config(), |mut session| {
        session.hear("220 mx\r\n");
        let offers = "250-X-KEYWORD\r\n".repeat(10_000) + "250 SIZE\r\n";
        let heard = session.try_hear(&offers);
        let too_many = ProtocolError::Reply(ReplyReadError::TooManyLines);
        assert_eq!(heard, Err(too_many));
    });
    // As many as a reply may have are looked through for each of many recipients.
    tell(config(), |mut session| {
        let offers = ["X-KEYWORD"; 253];
        session.greet(&[&offers[..], &["PIPELINING"]].concat());
        session.begin(&envelope(&["b@example.com"; 50]));
        assert_eq!(session.said().lines().count(), 52);
    });
}

#[test]
fn replies_that_come_before_they_are_asked_for_are_believed_by_nobody() {
    // Behind the reply to EHLO.
    for words in [
        "220 mx\r\n250-mx\r\n250 PIPELINING\r\n250 ok\r\n",
        "220 mx\r\n250 mx\r\n221 bye\r\n",
        "220 mx\r\n250-mx\r\n250 STARTTLS\r\n220 go\r\n",
        "220 mx\r\n220 mx\r\n250 mx\r\n250 mx\r\n",
    ] {
        let mut session = Session::new(Client::new(config()), usize::MAX);
        let heard = session.try_hear(words);
        assert!(matches!(heard, Err(ProtocolError::Unasked(_))));
        assert_eq!(session.said(), "EHLO client.example\r\n");
        let begun = session
            .client
            .begin(&envelope(&["b@example.com"]), &mut session.out);
        assert_eq!(begun, Err(BeginError::NotNow));
    }
    // More of them than the message has recipients.
    tell(config().lmtp(true), |mut session| {
        session.greet_with("LHLO", &["PIPELINING"]);
        session.begin(&envelope(&["b@example.com"]));
        session.hear("250 ok\r\n250 ok\r\n354 go\r\n");
        session.send_body(b"hello\r\n");
        let heard = session.try_hear("250 delivered\r\n250 delivered too\r\n");
        assert!(matches!(heard, Err(ProtocolError::Unasked(_))));
    });
}

#[test]
fn b18_too_few_replies_in_lmtp_leave_the_others_unknown() {
    for (words, settled) in [("", 0), ("250 a\r\n", 1), ("250 a\r\n550 b\r\n", 2)] {
        tell(config().lmtp(true), |mut session| {
            session.greet_with("LHLO", &["PIPELINING"]);
            session.begin(&envelope(&[
                "b@example.com",
                "c@example.com",
                "d@example.com",
            ]));
            session.hear("250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n");
            session.send_body(b"hello\r\n");
            assert_eq!(session.hear(words), []);
            let reports = session.client.into_reports();
            assert_eq!(reports[0].unanswered().count(), 3 - settled);
            let expected = ["accepted", "message", "unknown"];
            for (index, (_, what, _)) in outcomes(&reports[0]).into_iter().enumerate() {
                let expected = if index < settled {
                    expected[index]
                } else {
                    "unknown"
                };
                assert_eq!(what, expected);
            }
        });
    }
}

#[test]
fn b03_half_a_reply_from_before_tls_does_not_end_after_it() {
    for behind in ["250-mx\r\n250-AUTH PL", "2", "250 mx\r", "\u{0}"] {
        let mut session = Session::new(Client::new(config()), usize::MAX);
        session.greet(&["STARTTLS"]);
        session.client.start_tls(&mut session.out).unwrap();
        let words = ["220-ready\r\n220 go\r\n", behind].concat();
        assert_eq!(session.hear(&words), [Event::StartTls]);
        assert_eq!(session.hear(behind), []);
        session.client.tls_started(&mut session.out).unwrap();
        session.said();
        assert_eq!(session.hear("250-mx\r\n250 SIZE\r\n"), [Event::Ready]);
        assert_eq!(session.client.capabilities().mechanisms().count(), 0);
    }
}

#[test]
fn b04_challenges_that_are_none_are_answered_by_giving_up() {
    let long = format!("334 {}\r\n", "A".repeat(12_280));
    for challenge in [
        "334 =\r\n",
        "334 =AAA\r\n",
        "334 AAA\r\n",
        "334 dG lt\r\n",
        "334  dGlt\r\n",
        "334 dGlt \r\n",
        "334-dGlt\r\n334 dGlt\r\n",
        "334 2.0.0 dGlt\r\n",
        "334 \u{e4}\r\n",
        "334 AAAA\0\r\n",
    ] {
        tell(config().password_without_tls(true), |mut session| {
            session.greet(&["AUTH LOGIN"]);
            let login = sasl::Client::login("tim", "secret").unwrap();
            session
                .client
                .authenticate(login, &mut session.out)
                .unwrap();
            assert_eq!(session.said(), "AUTH LOGIN\r\n");
            assert_eq!(session.hear(challenge), [], "{challenge:?}");
            assert_eq!(session.said(), "*\r\n", "{challenge:?}");
            // Not even success is taken for one now.
            let heard = session.try_hear("235 you are in\r\n");
            assert!(matches!(
                heard,
                Err(ProtocolError::Unexpected {
                    verb: Verb::Auth,
                    ..
                })
            ));
        });
    }
    // As long as RFC 4954 §4 lets it be; and one octet more.
    tell(config().password_without_tls(true), |mut session| {
        session.greet(&["AUTH LOGIN"]);
        let login = sasl::Client::login("tim", "secret").unwrap();
        session
            .client
            .authenticate(login, &mut session.out)
            .unwrap();
        session.said();
        assert_eq!(session.hear(&long), []);
        assert_eq!(session.said(), "dGlt\r\n");
        let longer = long.replace("\r\n", "AAAA\r\n");
        let heard = session.try_hear(&longer);
        let too_long = ProtocolError::Reply(ReplyReadError::LineTooLong);
        assert_eq!(heard, Err(too_long));
    });
}

#[test]
fn b04_challenges_without_end_are_answered_no_more_often_than_the_mechanism_has_words() {
    for (login, answers) in [
        (sasl::Client::login("tim", "secret"), 2),
        (sasl::Client::plain(None, "tim", "secret"), 0),
        (sasl::Client::external(None), 0),
        (sasl::Client::xoauth2("tim", "token"), 1),
    ] {
        let login = login.unwrap();
        let mut session = Session::new(Client::new(config().password_without_tls(true)), 1);
        session.greet(&["AUTH LOGIN PLAIN EXTERNAL XOAUTH2"]);
        session
            .client
            .authenticate(login, &mut session.out)
            .unwrap();
        session.said();
        for _ in 0..answers {
            assert_eq!(session.hear("334 dGlt\r\n"), []);
            assert_ne!(session.said(), "*\r\n");
        }
        assert_eq!(session.hear("334 dGlt\r\n"), []);
        assert_eq!(session.said(), "*\r\n");
        let heard = session.try_hear("334 dGlt\r\n");
        assert!(matches!(heard, Err(ProtocolError::Unexpected { .. })));
        assert_eq!(session.said(), "");
    }
}
