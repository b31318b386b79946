use alloc::format;
use alloc::string::ToString;
use core::num::NonZeroU32;

use proptest::prelude::*;

use super::*;
use crate::sasl::server::{Challenge, ExchangeError, Step};
use crate::sasl::{Login, Mechanism, Seed, begin};

/// RFC 7677 §3.
const CLIENT_NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
const SERVER_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const SALT: &str = "W22ZaJ0SNY7soEsUEjb6gQ==";
const CLIENT_FIRST: &str = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
const SERVER_FIRST: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
    s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
const CLIENT_FINAL: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
    p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const SERVER_FINAL: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

fn iterations(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap()
}

fn verifier() -> ScramVerifier {
    ScramVerifier::from_password(b"pencil", &from_base64(SALT).unwrap(), iterations(4096))
}

fn begun() -> Begun {
    Begun {
        nonce: SERVER_NONCE.to_string(),
        binding: None,
        is_plus: false,
    }
}

fn binding(data: &[u8]) -> ChannelBinding {
    ChannelBinding::new("tls-exporter", data).unwrap()
}

fn client(support: ChannelSupport) -> First {
    First::new(None, "user", "pencil", CLIENT_NONCE.to_string(), support)
}

/// The server's side of the example, up to the proof.
fn answer_with(client_final: &str) -> Result<(String, Scram), ExchangeError> {
    let lookup = respond_to_first(begun(), CLIENT_FIRST.as_bytes())?;
    let proof_due = ClientFinal::new(lookup, &verifier());
    proof_due.respond(client_final.as_bytes())
}

#[test]
fn the_client_says_what_rfc_7677_has() {
    let first = client(ChannelSupport::No);
    assert_eq!(first.message(), CLIENT_FIRST);
    let (message, server_final) = first.said().respond(SERVER_FIRST.as_bytes()).unwrap();
    assert_eq!(message, CLIENT_FINAL);
    assert!(server_final.is_signed_by(SERVER_FINAL.as_bytes()));
    let with_extension = format!("{SERVER_FINAL},x=y");
    assert!(server_final.is_signed_by(with_extension.as_bytes()));
    let with_mandatory = format!("{SERVER_FINAL},m=x");
    assert!(!server_final.is_signed_by(with_mandatory.as_bytes()));
    for other in [
        "",
        "v=",
        "e=invalid-proof",
        &SERVER_FINAL[2..],
        &SERVER_FINAL[..40],
    ] {
        assert!(!server_final.is_signed_by(other.as_bytes()), "{other}");
    }
}

#[test]
fn the_server_says_what_rfc_7677_has() {
    let lookup = respond_to_first(begun(), CLIENT_FIRST.as_bytes()).unwrap();
    assert_eq!(lookup.authcid(), "user");
    let challenge = lookup.found(&verifier());
    assert_eq!(challenge.octets(), SERVER_FIRST.as_bytes());
    let Step::Challenge(challenge) = challenge.respond(CLIENT_FINAL.as_bytes()) else {
        panic!("the proof is right");
    };
    assert_eq!(challenge.octets(), SERVER_FINAL.as_bytes());
    let Step::Decide(Login::Scram(login)) = challenge.respond(b"") else {
        panic!("nothing is left to be said");
    };
    assert_eq!((login.authcid(), login.authzid()), ("user", None));
}

#[test]
fn pbkdf2_is_that_of_the_vectors_for_sha_256() {
    // RFC 7914 §11
    let once = keys::salted_password(b"passwd", b"salt", iterations(1));
    assert_eq!(once[..8], [0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f]);
    let often = keys::salted_password(b"Password", b"NaCl", iterations(80_000));
    assert_eq!(often[..8], [0x4d, 0xdc, 0xd8, 0xf6, 0x0b, 0x98, 0xbe, 0x21]);
}

#[test]
fn a_proof_of_anything_else_is_refused() {
    for (client_final, error) in [
        (CLIENT_FINAL.replace("p=d", "p=e"), ExchangeError::Proof),
        (CLIENT_FINAL.replace(",p=", ",x=1,p="), ExchangeError::Proof),
        (
            CLIENT_FINAL.replace("c=biws", "c=eSws"),
            ExchangeError::ChannelBinding,
        ),
        (CLIENT_FINAL.replace("c=biws,", ""), ExchangeError::Response),
        (CLIENT_FINAL.replace("k0,", "k1,"), ExchangeError::Response),
        (CLIENT_FINAL.replace("VQ=", "VQ"), ExchangeError::Response),
        (CLIENT_FINAL.replace("dHzb", ""), ExchangeError::Response),
        (
            CLIENT_FINAL.replace("c=", "m=x,c="),
            ExchangeError::Response,
        ),
        (format!("{CLIENT_FINAL},x=y"), ExchangeError::Response),
        (
            CLIENT_FINAL.replace(",p=", ",m=1,p="),
            ExchangeError::Response,
        ),
        (
            CLIENT_FINAL.replace(",p=", ",x,p="),
            ExchangeError::Response,
        ),
        ("c=biws".to_string(), ExchangeError::Response),
        (String::new(), ExchangeError::Response),
    ] {
        assert_eq!(
            answer_with(&client_final).unwrap_err(),
            error,
            "{client_final}"
        );
    }
    assert!(answer_with(CLIENT_FINAL).is_ok());
}

#[test]
fn a_first_message_is_read_strictly() {
    let read = |message: &str| respond_to_first(begun(), message.as_bytes()).err();
    for message in [
        "n,a=kurt,n=user,r=abc",
        "n,,n=us=2Cer=3D,r=abc,x=y",
        "y,,n=user,r=abc",
    ] {
        assert_eq!(read(message), None, "{message}");
    }
    for message in [
        "",
        "n,,",
        "n,,n=user",
        "n,,n=,r=abc",
        "n,,r=abc,n=user",
        "n,,m=x,n=user,r=abc",
        "n,,n=user,r=abc,m=x",
        "n,,n=user,r=abc,x=y,m=x",
        "n,,n=user,r=abc,",
        "n,,n=user,r=abc,xy=z",
        "n,,n=user,r=abc,x=",
        "n,,n=us=er,r=abc",
        "n,,n=user,r=",
        "n,,n=user,r=a b",
        "n,,n=user,r=\u{e9}",
        "n,a=,n=user,r=abc",
        "n,kurt,n=user,r=abc",
        "N,,n=user,r=abc",
        "x,,n=user,r=abc",
        "p=,,n=user,r=abc",
        "F,n,,n=user,r=abc",
    ] {
        assert_eq!(read(message), Some(ExchangeError::Response), "{message}");
    }
    assert!(matches!(
        respond_to_first(begun(), b"n,,n=\xff,r=abc"),
        Err(ExchangeError::Response)
    ));
}

#[test]
fn a_client_answers_no_challenge_that_could_do_harm() {
    let answers = |challenge: &str| {
        client(ChannelSupport::No)
            .said()
            .respond(challenge.as_bytes())
    };
    let with = |count: &str| SERVER_FIRST.replace("i=4096", count);
    assert!(answers(&with("i=4096,x=y")).is_some());
    for challenge in [
        // 2^31, and the first beyond what is taken; too few.
        with("i=2147483648"),
        with("i=1000001"),
        with("i=99999999999999999999"),
        with("i=4095"),
        with("i=1"),
        with("i=0"),
        with("i=-1"),
        with("i=+4096"),
        with("i=04096"),
        with("i="),
        with("x=y"),
        with("i=4096,m=x"),
        with("i=4096,"),
        // A nonce that is not ours, or has nothing of the server's.
        SERVER_FIRST.replace("r=rO", "r=oO"),
        SERVER_FIRST.replace(SERVER_NONCE, ""),
        SERVER_FIRST.replace("k0,", "k0 ,"),
        SERVER_FIRST.replace(SALT, ""),
        SERVER_FIRST.replace(SALT, "="),
        format!("m=x,{SERVER_FIRST}"),
        "e=other-error".to_string(),
        String::new(),
    ] {
        assert!(answers(&challenge).is_none(), "{challenge}");
    }
}

/// Both sides with their own ideas of the channel.
fn bind(
    support: ChannelSupport,
    server: Option<ChannelBinding>,
    is_plus: bool,
) -> Option<ExchangeError> {
    let begun = Begun {
        binding: server,
        is_plus,
        ..begun()
    };
    let first = client(support);
    let lookup = match respond_to_first(begun, first.message().as_bytes()) {
        Ok(lookup) => lookup,
        Err(error) => return Some(error),
    };
    let proof_due = ClientFinal::new(lookup, &verifier());
    let (client_final, server_final) = first
        .said()
        .respond(proof_due.server_first().as_bytes())
        .unwrap();
    match proof_due.respond(client_final.as_bytes()) {
        Ok((message, _)) => {
            assert!(server_final.is_signed_by(message.as_bytes()));
            None
        }
        Err(error) => Some(error),
    }
}

#[test]
fn both_sides_must_mean_one_channel() {
    let bound = |data| ChannelSupport::Bound(binding(data));
    let other_type = ChannelBinding::new("tls-unique", b"1234").unwrap();
    let refused = Some(ExchangeError::ChannelBinding);
    let ours = || Some(binding(b"1234"));
    assert_eq!(bind(bound(b"1234"), ours(), true), None);
    assert_eq!(bind(bound(b"1235"), ours(), true), refused);
    assert_eq!(
        bind(ChannelSupport::Bound(other_type), ours(), true),
        refused
    );
    assert_eq!(bind(bound(b"1234"), None, true), refused);
    // The mechanism says one thing and the flag another.
    assert_eq!(bind(bound(b"1234"), ours(), false), refused);
    assert_eq!(bind(ChannelSupport::No, ours(), true), refused);
    assert_eq!(bind(ChannelSupport::NotOffered, ours(), true), refused);
    // Somebody took the offer out, or there was none.
    assert_eq!(bind(ChannelSupport::NotOffered, ours(), false), refused);
    assert_eq!(bind(ChannelSupport::NotOffered, None, false), None);
    assert_eq!(bind(ChannelSupport::No, ours(), false), None);
}

#[test]
fn channel_bindings_have_a_name_and_data() {
    assert!(ChannelBinding::new("", b"x").is_none());
    assert!(ChannelBinding::new("a,b", b"x").is_none());
    assert!(ChannelBinding::new("tls-exporter", b"").is_none());
}

#[test]
fn a_decoy_looks_like_an_account_and_lets_nobody_in() {
    let decoy = |name: &str| ScramVerifier::decoy(b"secret", name, iterations(4096));
    assert_eq!(decoy("tim").salt(), decoy("tim").salt());
    assert_ne!(decoy("tim").salt(), decoy("tom").salt());
    assert_eq!(decoy("tim").salt().len(), 16);
    let seed = Seed::new([1; 16], "mx.example");
    let Step::Lookup(lookup) = begin(Mechanism::ScramSha256, Some(CLIENT_FIRST.as_bytes()), &seed)
    else {
        panic!("the name is known");
    };
    let challenge = lookup.found(&decoy("user"));
    let first = client(ChannelSupport::No);
    let (client_final, _) = first.said().respond(challenge.octets()).unwrap();
    let step = challenge.respond(client_final.as_bytes());
    assert!(matches!(step, Step::Failed(ExchangeError::Proof)));
}

#[test]
fn the_last_response_is_empty() {
    let lookup = respond_to_first(begun(), CLIENT_FIRST.as_bytes()).unwrap();
    let step = lookup.found(&verifier()).respond(CLIENT_FINAL.as_bytes());
    let Step::Challenge(challenge) = step else {
        panic!("the proof is right");
    };
    assert!(matches!(
        challenge.respond(b"x"),
        Step::Failed(ExchangeError::Response)
    ));
}

#[test]
fn debug_shows_no_key() {
    let verifier = verifier();
    let first = respond_to_first(begun(), CLIENT_FIRST.as_bytes()).unwrap();
    let shown = format!("{verifier:?} {first:?} {:?}", binding(b"hunter2"));
    assert_eq!(
        shown,
        "ScramVerifier { iterations: 4096, .. } Lookup { authcid: \"user\", .. } \
         ChannelBinding { name: \"tls-exporter\", .. }"
    );
    let challenge: Challenge = first.found(&verifier);
    assert_eq!(format!("{challenge:?}"), "Challenge { state: ScramFinal }");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_right_password_is_the_only_one(
        authzid in proptest::option::of("[^\0]{1,20}"),
        authcid in "[^\0]{1,20}",
        password in "[^\0]{1,20}",
        other in "[^\0]{1,20}",
        salt in proptest::collection::vec(any::<u8>(), 1..40),
        nonces: ([u8; 16], [u8; 16]),
    ) {
        let verifier = ScramVerifier::from_password(other.as_bytes(), &salt, iterations(4096));
        let first = First::new(
            authzid.as_deref(), &authcid, &password, nonce(&nonces.0), ChannelSupport::No,
        );
        let begun = Begun { nonce: nonce(&nonces.1), ..begun() };
        let lookup = respond_to_first(begun, first.message().as_bytes()).unwrap();
        let proof_due = ClientFinal::new(lookup, &verifier);
        let server_first = proof_due.server_first().to_string();
        let (client_final, server_final) = first.said().respond(server_first.as_bytes()).unwrap();
        match proof_due.respond(client_final.as_bytes()) {
            Ok((message, login)) => {
                prop_assert_eq!(&password, &other);
                prop_assert_eq!(login.authcid(), authcid);
                prop_assert_eq!(login.authzid(), authzid.as_deref());
                prop_assert!(server_final.is_signed_by(message.as_bytes()));
            }
            Err(error) => {
                prop_assert_eq!(error, ExchangeError::Proof);
                prop_assert_ne!(&password, &other);
            }
        }
    }

    #[test]
    fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = respond_to_first(begun(), &octets);
        prop_assert!(client(ChannelSupport::No).said().respond(&octets).is_none());
        let lookup = respond_to_first(begun(), CLIENT_FIRST.as_bytes()).unwrap();
        let key = ScramVerifier::new(b"salt", iterations(1), [1; 32], [2; 32]);
        prop_assert!(ClientFinal::new(lookup, &key).respond(&octets).is_err());
    }
}
