//! AUTH from the client's side.

mod conversation;

use smtp_proto::client::{AuthenticateError, BeginError, Event, Verb};
use smtp_proto::sasl;

use self::conversation::{config, envelope, tell, tell_over_tls};

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
