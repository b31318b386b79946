//! Clients against the server side, and what they refuse.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::sasl::{ExchangeError, Login, Seed, Step, begin};

fn seed() -> Seed<'static> {
    Seed::new([3; 16], "mx.example")
}

/// Lets the two sides talk until the server knows enough.
fn converse(mut client: Client, use_initial: bool) -> Login {
    let initial = if use_initial { client.initial() } else { None };
    let seed = seed();
    let mut step = begin(
        client.mechanism(),
        initial.as_ref().map(Secret::expose),
        &seed,
    );
    loop {
        match step {
            Step::Challenge(challenge) => {
                let response = client.respond(challenge.octets()).unwrap();
                step = challenge.respond(response.expose());
            }
            Step::Decide(login) => return login,
            other => panic!("{other:?}"),
        }
    }
}

fn clients(authcid: &str, password: &str) -> Vec<Client> {
    vec![
        Client::plain(None, authcid, password).unwrap(),
        Client::login(authcid, password).unwrap(),
        #[cfg(feature = "sasl")]
        Client::cram_md5(authcid, password).unwrap(),
    ]
}

#[test]
fn nothing_is_said_twice() {
    let mut client = Client::plain(None, "tim", "secret").unwrap();
    assert_eq!(client.initial().unwrap().expose(), b"\0tim\0secret");
    assert!(client.initial().is_none());
    assert_eq!(client.respond(b"").unwrap_err(), UnexpectedChallenge);

    let mut client = Client::login("tim", "secret").unwrap();
    assert!(client.respond(b"User Name\0").is_ok());
    assert!(client.respond(b"Password\0").is_ok());
    assert_eq!(client.respond(b"Again:").unwrap_err(), UnexpectedChallenge);
}

#[test]
fn plain_is_not_sent_into_a_challenge_of_another_mechanism() {
    let mut client = Client::plain(None, "tim", "secret").unwrap();
    let challenge = client.respond(b"<1@mx.example>");
    assert_eq!(challenge.unwrap_err(), UnexpectedChallenge);
}

#[test]
fn credentials_that_no_server_could_read_are_refused() {
    for (authcid, password, error) in [
        ("", "secret", CredentialsError::Empty),
        ("tim", "", CredentialsError::Empty),
        ("t\0m", "secret", CredentialsError::Nul),
        ("tim", "sec\0ret", CredentialsError::Nul),
    ] {
        assert_eq!(Client::plain(None, authcid, password).unwrap_err(), error);
        assert_eq!(Client::login(authcid, password).unwrap_err(), error);
    }
    let client = Client::plain(Some("a\0b"), "tim", "secret");
    assert_eq!(client.unwrap_err(), CredentialsError::Nul);
    let client = Client::external(Some("\0"));
    assert_eq!(client.unwrap_err(), CredentialsError::Nul);
}

#[test]
fn external_claims_an_identity_or_none() {
    for authzid in [None, Some("kurt")] {
        let login = converse(Client::external(authzid).unwrap(), true);
        assert_eq!(login.authzid(), authzid);
    }
}

#[test]
fn debug_shows_no_credentials() {
    let mut clients = clients("tim", "hunter2");
    clients.push(Client::xoauth2("tim", "hunter2").unwrap());
    clients.push(Client::oauth_bearer(Some("tim"), "hunter2", None).unwrap());
    for client in clients {
        assert!(!format!("{client:?}").contains("hunter2"));
    }
}

#[test]
fn a_token_goes_ahead_and_its_refusal_is_answered_once() {
    let bearer = Client::oauth_bearer(Some("tim"), "t0ken", Some(("mx.example", 587)));
    for (client, thanks) in [
        (bearer.unwrap(), &b"\x01"[..]),
        (Client::xoauth2("tim", "t0ken").unwrap(), b""),
    ] {
        let mut client = client;
        let first = client.initial().unwrap();
        let step = begin(client.mechanism(), Some(first.expose()), &seed());
        let Step::Decide(Login::Bearer(bearer)) = step else {
            panic!("{step:?}");
        };
        assert_eq!(
            (bearer.user(), bearer.token()),
            (Some("tim"), &b"t0ken"[..])
        );
        assert!(client.accepts_success());
        let challenge = bearer.refuse(r#"{"status":"invalid_token"}"#);
        assert_eq!(challenge.octets(), br#"{"status":"invalid_token"}"#);
        let response = client.respond(challenge.octets()).unwrap();
        assert_eq!(response.expose(), thanks);
        assert!(!client.accepts_success());
        let step = challenge.respond(response.expose());
        assert!(matches!(step, Step::Failed(ExchangeError::Refused)));
        assert_eq!(client.respond(b"").unwrap_err(), UnexpectedChallenge);
    }
}

#[test]
fn tokens_that_would_end_early_are_refused() {
    let bearer = |user, token, server| Client::oauth_bearer(user, token, server).unwrap_err();
    for (error, expected) in [
        (bearer(Some("t\x01m"), "t", None), CredentialsError::Control),
        (bearer(Some(""), "t", None), CredentialsError::Empty),
        (bearer(None, "", None), CredentialsError::Empty),
        (bearer(None, "a b", None), CredentialsError::Control),
        (bearer(None, "a\x01", None), CredentialsError::Control),
        (
            bearer(None, "t", Some(("h\x01", 1))),
            CredentialsError::Control,
        ),
        (
            bearer(None, "t", Some(("m\u{e4}il.example", 1))),
            CredentialsError::Control,
        ),
        (bearer(None, "t", Some(("h", 0))), CredentialsError::Empty),
        (
            Client::xoauth2("t\x01m", "t").unwrap_err(),
            CredentialsError::Control,
        ),
    ] {
        assert_eq!(error, expected);
    }
}

#[cfg(feature = "sasl")]
#[test]
fn success_without_the_proof_of_the_server_is_none() {
    let scram =
        |authzid, support| Client::scram_sha_256(authzid, "tim", "secret", [1; 16], support);
    let mut client = scram(None, ChannelSupport::No).unwrap();
    assert!(!client.accepts_success());
    assert_eq!(
        client.initial().unwrap().expose(),
        b"n,,n=tim,r=AQEBAQEBAQEBAQEBAQEBAQ=="
    );
    assert!(!client.accepts_success());
    let challenge = b"r=AQEBAQEBAQEBAQEBAQEBAQ==x,s=c2FsdA==,i=4096";
    assert!(client.respond(challenge).is_ok());
    assert!(!client.accepts_success());
    let wrong = b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert_eq!(client.respond(wrong).unwrap_err(), UnexpectedChallenge);
    assert!(!client.accepts_success());
    assert!(!format!("{client:?}").contains("secret"));

    let binding = crate::sasl::ChannelBinding::new("tls-exporter", b"x").unwrap();
    let bound = scram(Some("kurt"), ChannelSupport::Bound(binding)).unwrap();
    assert_eq!(bound.mechanism(), Mechanism::ScramSha256Plus);
    let empty = scram(Some(""), ChannelSupport::No).unwrap_err();
    assert_eq!(empty, CredentialsError::Empty);
    let nul = scram(Some("\0"), ChannelSupport::No).unwrap_err();
    assert_eq!(nul, CredentialsError::Nul);
}

proptest! {
    #[test]
    fn the_server_understands_the_client(
        authcid in "[^\0]{1,40}",
        password in "[^\0]{1,40}",
        other in "[^\0]{1,40}",
        use_initial: bool,
    ) {
        for client in clients(&authcid, &password) {
            let login = converse(client, use_initial);
            prop_assert_eq!(login.authcid(), Some(&*authcid));
            prop_assert!(login.proves(password.as_bytes()));
            prop_assert_eq!(login.proves(other.as_bytes()), other == password);
        }
    }
}
