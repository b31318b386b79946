//! What a client says of a message, to servers that know the extension.

mod conversation;

use smtp_proto::client::{BeginError, Envelope, Recipient};
use smtp_proto::command::{Notify, OriginalRecipient, Ret};

use self::conversation::{config, envelope, tell, tell_over_tls};

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
fn an_original_recipient_beyond_ascii_goes_where_its_address_can() {
    let original = OriginalRecipient::parse("utf-8;b\u{fc}cher@example.com".as_bytes()).unwrap();
    for (mailbox, said) in [
        (
            "b\u{fc}cher@example.com",
            "RCPT TO:<b\u{fc}cher@example.com> ORCPT=utf-8;b\u{fc}cher@example.com\r\n",
        ),
        (
            "b@example.com",
            "RCPT TO:<b@example.com> ORCPT=utf-8;b\\x{FC}cher@example.com\r\n",
        ),
    ] {
        let recipient = Recipient::new(mailbox.parse().unwrap()).original_recipient(original);
        let envelope = Envelope::with_recipients(None, vec![recipient]);
        tell(config(), |mut session| {
            session.greet(&["DSN", "PIPELINING", "SMTPUTF8"]);
            session.begin(&envelope);
            let heard = session.said();
            assert!(heard.contains(said), "{heard}");
        });
    }
    // In ASCII it is longer than RFC 3461 §4.2 has room for.
    let long = format!("utf-8;{}@example.com", "\u{fc}".repeat(200));
    let long = OriginalRecipient::parse(long.as_bytes()).unwrap();
    let recipient = Recipient::new("b@example.com".parse().unwrap()).original_recipient(long);
    tell(config(), |mut session| {
        session.greet(&["DSN", "PIPELINING"]);
        session.begin(&Envelope::with_recipients(None, vec![recipient.clone()]));
        assert_eq!(
            session.said(),
            "MAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
        );
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
fn a_report_of_a_message_that_required_tls_goes_anyway() {
    let report = Envelope::new(None, vec!["b@example.com".parse().unwrap()]).require_tls();
    for (extensions, said) in [
        (&["REQUIRETLS"][..], "MAIL FROM:<> REQUIRETLS\r\n"),
        (&[], "MAIL FROM:<>\r\n"),
    ] {
        tell_over_tls(|mut session| {
            session.greet(extensions);
            session.begin(&report);
            assert_eq!(session.said(), said);
        });
    }
    tell(config(), |mut session| {
        session.greet(&["REQUIRETLS"]);
        session.begin(&report);
        assert_eq!(session.said(), "MAIL FROM:<>\r\n");
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
