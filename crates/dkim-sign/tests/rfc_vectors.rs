//! The signatures that RFCs print, made again.
//!
//! Octets as they are hashed; RFC 6376 §A.2 with errata 3192 and 4926.
#![cfg(feature = "rust-crypto")]

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dkim_sign::{SignMessage, SigningKey};

use crate::support::SameEachTime;

#[test]
fn rfc_8463_a3_ed25519() {
    let key = SigningKey::parse(b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").unwrap();
    let message = RFC_8463_FIELDS.to_owned()
        + "dkim-signature:v=1; a=ed25519-sha256; c=relaxed/relaxed; d=football.example.com; \
           i=@football.example.com; q=dns/txt; s=brisbane; t=1528637909; \
           h=from : to : subject : date : message-id : from : subject : date; \
           bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=";
    assert_eq!(
        sign(&key, &message),
        "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
    );
    assert_eq!(p(&key), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

#[test]
fn rfc_8463_a3_rsa() {
    let key = SigningKey::parse(include_bytes!("../testdata/rfc8463-appendix-a-rsa.pem")).unwrap();
    let message = RFC_8463_FIELDS.to_owned()
        + "dkim-signature:v=1; a=rsa-sha256; c=relaxed/relaxed; d=football.example.com; \
           i=@football.example.com; q=dns/txt; s=test; t=1528637909; \
           h=from : to : subject : date : message-id : from : subject : date; \
           bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=";
    assert_eq!(
        sign(&key, &message),
        "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tF\
         OeS9mPYQTnGdaSGsgeefOsk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8="
    );
    assert_eq!(
        p(&key),
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi\
         Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZy\
         VYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
    );
}

#[test]
fn rfc_6376_a2() {
    let key = SigningKey::parse(include_bytes!("../testdata/rfc6376-appendix-c-rsa.pem")).unwrap();
    let message = "Received: from client1.football.example.com  [192.0.2.1]\r\n      \
                   by submitserver.example.com with SUBMISSION;\r\n      \
                   Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n\
                   From: Joe SixPack <joe@football.example.com>\r\n\
                   To: Suzie Q <suzie@shopping.example.net>\r\n\
                   Subject: Is dinner ready?\r\n\
                   Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
                   Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\
                   DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n      \
                   c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n      \
                   h=Received : From : To : Subject : Date : Message-ID;\r\n      \
                   bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n      \
                   b=;";
    assert_eq!(
        sign(&key, message),
        "AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1Ir\
         E+NahM6L/LbvaHutKVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV4bmp/YzhwvcubU4="
    );
    assert_eq!(
        p(&key),
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFC\
         jxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9\
         tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
    );
}

/// The signature, and the same whatever the random: it only hides the arithmetic.
fn sign(key: &SigningKey, message: &str) -> String {
    let [one, other] = [1, 2].map(|seed| {
        let mut rng = SameEachTime::new(seed);
        STANDARD.encode(key.sign(message.as_bytes(), &mut rng).unwrap())
    });
    assert_eq!(one, other);
    one
}

/// What the RFC publishes for the key.
fn p(key: &SigningKey) -> String {
    STANDARD.encode(key.key_record().data())
}

const RFC_8463_FIELDS: &str = "from:Joe SixPack <joe@football.example.com>\r\n\
                               to:Suzie Q <suzie@shopping.example.net>\r\n\
                               subject:Is dinner ready?\r\n\
                               date:Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
                               message-id:<20030712040037.46341.5F8J@football.example.com>\r\n";
