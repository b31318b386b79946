//! An exchange ends after few steps whatever is said in it; who does not know the password is not
//! let in, and a client is satisfied with no server that does not know it either.
#![no_main]

use core::num::NonZeroU32;

use libfuzzer_sys::fuzz_target;
use smtp_proto::sasl::{self, ChannelSupport, Client, Login, Mechanism, ScramVerifier, Seed, Step};

fuzz_target!(|input: &[u8]| {
    let Some((&choice, words)) = input.split_first() else {
        return;
    };
    let mut words = words.split(|&octet| octet == b'\n');
    if choice & 0x80 == 0 {
        // Longer than all that is said, so that nobody can have said it.
        let password = vec![b'x'; input.len()];
        serve(MECHANISMS[usize::from(choice) % MECHANISMS.len()], words, &password);
    } else if let Some(mut client) = client(choice) {
        let shown = format!("{client:?}");
        assert!(!shown.contains(PASSWORD), "{shown}");
        client.initial();
        while let Some(challenge) = words.next()
            && client.respond(challenge).is_ok()
        {}
        let is_scram = client.mechanism() == Mechanism::ScramSha256;
        assert!(!is_scram || !client.accepts_success());
    }
});

fn serve<'i>(mechanism: Mechanism, mut words: impl Iterator<Item = &'i [u8]>, password: &[u8]) {
    let seed = Seed::new([7; 16], "mail.example.com");
    let mut step = sasl::begin(mechanism, words.next(), &seed);
    for _ in 0..8 {
        let _ = format!("{step:?}");
        step = match step {
            Step::Challenge(challenge) => {
                challenge.octets();
                challenge.respond(words.next().unwrap_or_default())
            }
            Step::Lookup(lookup) => {
                assert!(!lookup.authcid().is_empty());
                Step::Challenge(lookup.found(&verifier()))
            }
            Step::Decide(login) => return assert!(!login.proves(password) && !proved(&login)),
            _ => return,
        };
    }
    panic!("an exchange without end");
}

/// Proved without the password, which does not stand in any input.
fn proved(login: &Login) -> bool {
    matches!(login, Login::Scram(_))
}

/// Of a key that no password gives.
fn verifier() -> ScramVerifier {
    ScramVerifier::decoy(b"\xff", "tim", NonZeroU32::MIN)
}

fn client(choice: u8) -> Option<Client> {
    let client = match choice % 7 {
        0 => Client::plain(None, "tim", PASSWORD),
        1 => Client::login("tim", PASSWORD),
        2 => Client::cram_md5("tim", PASSWORD),
        3 => Client::external(None),
        4 => Client::oauth_bearer(None, PASSWORD, None),
        5 => Client::xoauth2("tim", PASSWORD),
        _ => Client::scram_sha_256(None, "tim", PASSWORD, [6; 16], ChannelSupport::No),
    };
    client.ok()
}

const MECHANISMS: [Mechanism; 7] = [
    Mechanism::CramMd5,
    Mechanism::External,
    Mechanism::Login,
    Mechanism::OauthBearer,
    Mechanism::Plain,
    Mechanism::ScramSha256,
    Mechanism::Xoauth2,
];

/// Not printed by anything but who shows it on purpose.
const PASSWORD: &str = "tanstaaftanstaaf";
