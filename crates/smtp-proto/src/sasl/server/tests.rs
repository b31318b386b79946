//! Exchanges as a server sees them, octet for octet.

use alloc::format;

use super::*;
#[cfg(feature = "sasl")]
use crate::sasl::cram_md5;

fn seed() -> Seed<'static> {
    Seed::new(*b"0123456789abcdef", "mx.example")
}

/// Challenges as they come, then the end.
fn play(mechanism: Mechanism, initial: Option<&[u8]>, dialogue: &[(&[u8], &[u8])]) -> Step {
    let mut step = begin(mechanism, initial, &seed());
    for (expected, response) in dialogue {
        let Step::Challenge(challenge) = step else {
            panic!("no challenge: {step:?}");
        };
        assert_eq!(challenge.octets(), *expected);
        step = challenge.respond(response);
    }
    step
}

fn login(step: Step) -> Login {
    match step {
        Step::Decide(login) => login,
        other => panic!("{other:?}"),
    }
}

#[test]
fn plain_takes_one_message_with_or_without_an_empty_challenge() {
    let message = b"\0tim\0secret";
    for step in [
        play(Mechanism::Plain, Some(message), &[]),
        play(Mechanism::Plain, None, &[(b"", message)]),
    ] {
        let login = login(step);
        assert_eq!(login.authcid(), Some("tim"));
        assert!(login.proves(b"secret") && !login.proves(b"Secret"));
    }
}

#[test]
fn login_asks_for_name_and_password() {
    let password: (&[u8], &[u8]) = (b"Password:", b"secret");
    for step in [
        play(Mechanism::Login, None, &[(b"Username:", b"tim"), password]),
        play(Mechanism::Login, Some(b"tim"), &[password]),
    ] {
        let login = login(step);
        assert_eq!(login.authcid(), Some("tim"));
        assert!(login.proves(b"secret") && !login.proves(b""));
    }
}

#[test]
fn external_names_whom_to_act_as() {
    let step = play(Mechanism::External, Some(b""), &[]);
    assert!(matches!(step, Step::Decide(Login::External(None))));
    let login = login(play(Mechanism::External, None, &[(b"", b"kurt")]));
    assert_eq!((login.authcid(), login.authzid()), (None, Some("kurt")));
    assert!(!login.proves(b""));
}

#[cfg(feature = "sasl")]
#[test]
fn cram_md5_challenges_with_the_seed() {
    let challenge = b"<30313233343536373839616263646566@mx.example>";
    let response = cram_md5::respond("tim", b"secret", challenge);
    let login = login(play(Mechanism::CramMd5, None, &[(challenge, &response)]));
    assert_eq!(login.authcid(), Some("tim"));
    assert!(login.proves(b"secret") && !login.proves(b"guess"));
}

#[cfg(feature = "sasl")]
#[test]
fn an_initial_response_to_a_server_first_mechanism_is_an_error() {
    let step = begin(Mechanism::CramMd5, Some(b""), &seed());
    assert!(matches!(step, Step::Failed(ExchangeError::InitialResponse)));
}

#[test]
fn malformed_responses_end_the_exchange() {
    for (mechanism, response) in [
        (Mechanism::Plain, &b"tim"[..]),
        (Mechanism::Plain, b""),
        (Mechanism::Login, b""),
        (Mechanism::Login, b"t\0m"),
        (Mechanism::Login, b"\xff"),
        (Mechanism::External, b"\0"),
    ] {
        let step = begin(mechanism, Some(response), &seed());
        assert!(matches!(step, Step::Failed(ExchangeError::Response)));
    }
    let step = play(Mechanism::Login, Some(b"tim"), &[(b"Password:", b"")]);
    assert!(matches!(step, Step::Failed(ExchangeError::Response)));
}

#[test]
fn debug_shows_no_password() {
    let step = begin(Mechanism::Plain, Some(b"\0tim\0hunter2"), &seed());
    let shown = format!("{step:?}");
    assert!(
        shown.contains("tim") && !shown.contains("hunter2"),
        "{shown}"
    );
}
