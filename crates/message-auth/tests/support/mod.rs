//! What the stories share: a zone, a key, a message and how it travels.

use core::convert::Infallible;

use dkim_canon::UnixTime;
use dkim_sign::rand_core::{TryCryptoRng, TryRng};
use dkim_sign::{PrivateKey, SignMessage, SignRequest, SigningKey, ZoneEntry};
use dkim_verify::RustCrypto;
use dns_txt::{Question, Zone};
use message_auth::{Facts, Options, Report};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_795_500_000);

/// The client that `example.com` permits.
pub(crate) const HONEST: &str = "192.0.2.1";

pub(crate) const MESSAGE: &str = "From: Alice <alice@example.com>\r\n\
     To: bob@example.org\r\n\
     Subject: Lunch?\r\n\
     \r\n\
     At noon.\r\n";

pub(crate) fn key() -> SigningKey {
    SigningKey::new(&PrivateKey::from_seed(&[7; 32])).unwrap()
}

/// What the domains of the stories publish.
pub(crate) fn zone() -> Zone {
    let selector = "e1".parse().unwrap();
    let domain = "example.com".parse().unwrap();
    let entry = ZoneEntry::new(selector, domain, key().key_record()).unwrap();
    let text = format!(
        "{}\n\
         example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n\
         mail.example.com. TXT \"v=spf1 a -all\"\n\
         mail.example.com. A 192.0.2.1\n\
         attack.example. TXT \"v=spf1 ip4:198.51.100.1 -all\"\n\
         mail.attack.example. TXT \"v=spf1 ip4:198.51.100.1 -all\"\n",
        entry.txt_record()
    );
    Zone::parse(&text, None).unwrap()
}

/// The message with a signature of `example.com` on top.
pub(crate) fn signed(message: &str) -> String {
    let request = SignRequest::new(
        key().algorithm(),
        "example.com".parse().unwrap(),
        "e1".parse().unwrap(),
    );
    let fields = dkim_sign::sign(
        message.as_bytes(),
        &[(&request, &key())],
        NOW,
        &mut NoRandom,
    );
    let field = fields.unwrap().remove(0);
    format!("{field}{message}")
}

pub(crate) fn facts(client: &str, helo: &str, reverse_path: &str) -> Facts {
    Facts::new(
        client.parse().unwrap(),
        helo.as_bytes(),
        reverse_path.as_bytes(),
        "mx.example.org".parse().unwrap(),
        NOW,
    )
}

pub(crate) fn honest() -> Facts {
    facts(HONEST, "mail.example.com", "alice@example.com")
}

pub(crate) fn check(facts: Facts, message: &[u8]) -> Report {
    let zone = zone();
    let ask = |question: &Question| zone.answer(question);
    message_auth::check(
        facts,
        message,
        &Options::default(),
        RustCrypto::shared(),
        ask,
    )
    .unwrap()
}

/// Ed25519 needs none.
pub(crate) struct NoRandom;

impl TryRng for NoRandom {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0)
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Infallible> {
        octets.fill(0);
        Ok(())
    }
}

impl TryCryptoRng for NoRandom {}
