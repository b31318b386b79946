//! Messages, and keys to sign them with.

use dkim_canon::{Header, KeyRecord};
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{Algorithm, PrivateKey, SignRequest, SigningKey, UnixTime, sign};
use dns_txt::{Answer, Record};
use getrandom::SysRng;

/// A body's size, for titles; its octets; how much of it is text, in hundredths.
pub const SIZES: [(&str, usize, usize); 4] = [
    ("2 KiB", 2 << 10, 100),
    ("50 KiB", 50 << 10, 30),
    ("1 MiB", 1 << 20, 10),
    ("10 MiB", 10 << 20, 10),
];

pub const DOMAIN: &str = "example.com";
pub const SELECTOR: &str = "2026a";
pub const NOW: UnixTime = UnixTime::from_secs(1_795_500_000);

/// The fields that everybody signs, each once.
pub const FIELDS: [&str; 12] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Reply-To",
    "Cc",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
];

/// The private key of an algorithm, in PEM.
pub fn pem(algorithm: Algorithm) -> &'static [u8] {
    match algorithm {
        Algorithm::RsaSha256 => {
            include_bytes!("../../../../crates/dkim-sign/testdata/test-rsa2048-pkcs8.pem")
        }
        _ => include_bytes!("../../../../crates/dkim-sign/testdata/test-ed25519-pkcs8.pem"),
    }
}

pub fn private_key(algorithm: Algorithm) -> PrivateKey {
    PrivateKey::parse(pem(algorithm)).expect("a key of the tests")
}

pub fn record(algorithm: Algorithm) -> KeyRecord {
    signing_key(algorithm).key_record().clone()
}

pub fn answer(algorithm: Algorithm) -> Answer {
    let text = record(algorithm).to_string().into_bytes();
    Answer::Records(vec![Record::Txt(text.into())])
}

pub fn request(algorithm: Algorithm) -> SignRequest {
    let domain = |text: &str| text.parse().expect("a literal domain");
    let fields = dkim_sign::Fields::only(FIELDS).expect("names of fields");
    SignRequest::new(algorithm, domain(DOMAIN), domain(SELECTOR)).fields(fields)
}

/// The message with a signature on top of it.
pub fn signed(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let key = signing_key(algorithm);
    let requests = [(&request(algorithm), &key as _)];
    let fields = sign(message, &requests, NOW, &mut UnwrapErr(SysRng)).expect("it can be signed");
    let mut signed = fields[0].to_string().into_bytes();
    signed.extend_from_slice(message);
    signed
}

/// What the floor hashes: header and body.
pub fn split(message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (header, body) = Header::split(message);
    (header.as_octets().to_vec(), body.to_vec())
}

fn signing_key(algorithm: Algorithm) -> SigningKey {
    SigningKey::new(&private_key(algorithm)).expect("a key of the tests")
}
