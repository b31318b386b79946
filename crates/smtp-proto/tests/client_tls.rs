//! STARTTLS from the client's side.

mod conversation;

use smtp_proto::client::{Client, Event, NotNow, StartTlsError, Verb};
use smtp_proto::sasl;

use self::conversation::{Session, config, envelope, tell};

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
