//! Exchanges through both machines, as they stand on the wire.

mod conversation;

use smtp_proto::client::{Event, ProtocolError};
use smtp_proto::sasl;

use self::conversation::{config, tell, tell_over_tls};

#[test]
fn a_token_goes_with_the_command_and_its_refusal_is_answered() {
    tell_over_tls(|mut session| {
        session.greet(&["AUTH XOAUTH2 OAUTHBEARER"]);
        // RFC 7628 §4.4, with an authzid.
        let login = sasl::Client::oauth_bearer(Some("tim@example.com"), "dG9rZW4=", None).unwrap();
        let client = &mut session.client;
        client.authenticate(login, &mut session.out).unwrap();
        assert_eq!(
            session.said(),
            "AUTH OAUTHBEARER \
             bixhPXRpbUBleGFtcGxlLmNvbSwBYXV0aD1CZWFyZXIgZEc5clpXND0BAQ==\r\n"
        );
        // {"status":"invalid_token"}
        assert_eq!(
            session.hear("334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\r\n"),
            []
        );
        assert_eq!(session.said(), "AQ==\r\n");
        let refused = session.hear("535 5.7.8 no\r\n");
        assert!(matches!(&*refused, [Event::Refused(refusal)] if refusal.reply().code() == 535));
    });
}

#[test]
fn a_token_is_not_shown_without_tls() {
    tell(config(), |mut session| {
        session.greet(&["AUTH XOAUTH2"]);
        let login = sasl::Client::xoauth2("tim@example.com", "dG9rZW4=").unwrap();
        let client = &mut session.client;
        assert!(client.authenticate(login, &mut session.out).is_err());
        assert_eq!(session.said(), "");
    });
}

#[test]
fn a_refused_token_is_not_accepted_after_all() {
    tell_over_tls(|mut session| {
        session.greet(&["AUTH XOAUTH2"]);
        let login = sasl::Client::xoauth2("tim@example.com", "dG9rZW4=").unwrap();
        let client = &mut session.client;
        client.authenticate(login, &mut session.out).unwrap();
        let _ = session.said();
        assert_eq!(session.hear("334 e30=\r\n"), []);
        assert_eq!(session.said(), "\r\n");
        assert!(matches!(
            session.try_hear("235 2.7.0 ok\r\n"),
            Err(ProtocolError::Unexpected { .. })
        ));
    });
}

#[cfg(feature = "sasl")]
mod scram {
    use core::num::NonZeroU32;

    use smtp_proto::client::Client;
    use smtp_proto::reply::Reply;
    use smtp_proto::sasl::{self, ChannelSupport, Mechanism, ScramVerifier, Seed, Step};
    use smtp_proto::server::{Config, Event as Asked, Role, Server};

    use super::*;

    fn login() -> sasl::Client {
        sasl::Client::scram_sha_256(None, "tim", "secret", [1; 16], ChannelSupport::No).unwrap()
    }

    #[test]
    fn a_server_without_a_proof_is_not_believed() {
        for replies in [
            &["235 2.7.0 ok\r\n"][..],
            &[
                "334 cj1BUUVCQVFFQkFRRUJBUUVCQVFFQkFRPT14LHM9YzJGc2RBPT0saT00MDk2\r\n",
                "235 ok\r\n",
            ],
        ] {
            tell(config(), |mut session| {
                session.greet(&["AUTH SCRAM-SHA-256"]);
                let client = &mut session.client;
                client.authenticate(login(), &mut session.out).unwrap();
                assert_eq!(
                    session.said(),
                    "AUTH SCRAM-SHA-256 biwsbj10aW0scj1BUUVCQVFFQkFRRUJBUUVCQVFFQkFRPT0=\r\n"
                );
                let (last, first) = replies.split_last().unwrap();
                for reply in first {
                    assert_eq!(session.hear(reply), []);
                    assert!(session.said().len() > 2, "a proof");
                }
                assert!(matches!(
                    session.try_hear(last),
                    Err(ProtocolError::Unexpected { .. })
                ));
            });
        }
    }

    #[test]
    fn a_wrong_signature_or_too_many_iterations_cancel_the_exchange() {
        for challenge in [
            // r=AQEBAQEBAQEBAQEBAQEBAQ==x,s=c2FsdA==,i=2147483648
            "334 cj1BUUVCQVFFQkFRRUJBUUVCQVFFQkFRPT14LHM9YzJGc2RBPT0saT0yMTQ3NDgzNjQ4\r\n",
            "334 \r\n",
        ] {
            tell(config(), |mut session| {
                session.greet(&["AUTH SCRAM-SHA-256"]);
                let client = &mut session.client;
                client.authenticate(login(), &mut session.out).unwrap();
                let _ = session.said();
                assert_eq!(session.hear(challenge), []);
                assert_eq!(session.said(), "*\r\n");
                let refused = session.hear("501 5.7.0 cancelled\r\n");
                assert!(matches!(&*refused, [Event::Refused(_)]));
            });
        }
    }

    /// A server that stores a verifier, and what comes of a client with this password.
    fn talk(password: &str) -> Event {
        let iterations = NonZeroU32::new(4096).unwrap();
        let stored = ScramVerifier::from_password(b"secret", b"0123456789abcdef", iterations);
        let offering = Config::new(Role::Submission, "mx.example".parse().unwrap())
            .auth([Mechanism::ScramSha256]);
        let mut server = Server::new(offering.into());
        server.tls_started();
        let mut client = Client::new(config());
        let (mut to_client, mut to_server) = (Vec::new(), Vec::new());
        let mut challenge = None;
        loop {
            let input = core::mem::take(&mut to_server);
            let mut rest = &*input;
            loop {
                let advance = server.advance(rest, &mut to_client).unwrap();
                rest = &rest[advance.consumed..];
                let seed = Seed::new([7; 16], "mx.example");
                let step = match advance.event {
                    None => break,
                    Some(Asked::Connected(_)) => {
                        server.reply(&Reply::greeting(), &mut to_client).unwrap();
                        continue;
                    }
                    Some(Asked::Hello(_)) => {
                        server.reply(&Reply::hello(), &mut to_client).unwrap();
                        continue;
                    }
                    Some(Asked::Auth(auth)) => {
                        let initial = auth.initial_response.map(|response| response.decode());
                        sasl::begin(auth.mechanism, initial.as_deref(), &seed)
                    }
                    Some(Asked::AuthResponse(response)) => {
                        let challenge: sasl::Challenge = challenge.take().unwrap();
                        challenge.respond(&response.decode())
                    }
                    other => panic!("{other:?}"),
                };
                let step = match step {
                    Step::Lookup(lookup) if lookup.authcid() == "tim" => {
                        Step::Challenge(lookup.found(&stored))
                    }
                    step => step,
                };
                let reply = match step {
                    Step::Challenge(next) => {
                        let reply = Reply::challenge(next.octets());
                        challenge = Some(next);
                        reply
                    }
                    Step::Decide(sasl::Login::Scram(_)) => Reply::authenticated(),
                    _ => Reply::bad_credentials(),
                };
                server.reply(&reply, &mut to_client).unwrap();
            }
            let input = core::mem::take(&mut to_client);
            let mut rest = &*input;
            loop {
                let advance = client.advance(rest, &mut to_server).unwrap();
                rest = &rest[advance.consumed..];
                match advance.event {
                    None => break,
                    Some(Event::Ready) => {
                        let binding = ChannelSupport::No;
                        let login =
                            sasl::Client::scram_sha_256(None, "tim", password, [1; 16], binding);
                        client.authenticate(login.unwrap(), &mut to_server).unwrap();
                    }
                    Some(event) => return event,
                }
            }
        }
    }

    #[test]
    fn both_machines_agree_about_the_password() {
        assert!(matches!(talk("secret"), Event::Authenticated(_)));
        assert!(matches!(talk("guess"), Event::Refused(_)));
    }
}
