//! A hostile message costs bounded work: were it not so, this would not end.
#![cfg(feature = "rust-crypto")]

mod altered;

use altered::{Signed, codes, diagnosis, signed};

/// Bodies and headers that are made to cause work, altered so that nothing explains it.
fn hostile(signed: &Signed, times: usize) -> String {
    let (header, _) = signed.message.split_once("\r\n\r\n").unwrap();
    let part = "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n>From x \r\n";
    format!(
        "{header}\r\n{}X: boundary=b\r\n\r\n{}",
        "Reply-To: a, b\r\n c\r\n".repeat(times),
        part.repeat(times)
    )
}

#[test]
fn c11_a_hostile_message_is_diagnosed_with_bounded_work() {
    let message =
        "From: a@example.com\r\nReply-To: a\r\nSubject: [a] =?utf-8?q?b?=\r\n\r\nHello.\r\n";
    for signed in signed("simple/simple", message) {
        for times in [10, 1_000] {
            let altered = hostile(&signed, times);
            let found = diagnosis(&signed, &altered);
            assert_eq!(codes(&found)[0], "body-changed");
        }
    }
}

#[test]
fn c11_long_texts_of_encoded_words_are_diagnosed_with_bounded_work() {
    let message = "From: a@example.com\r\nSubject: a\r\n\r\nHello.\r\n";
    let texts = [
        "=?utf-8?q?=C3=BC?=\r\n ".repeat(10_000),
        "\u{fc} ".repeat(100_000),
        "\u{fc}".repeat(100_000),
    ];
    for signed in signed("relaxed/relaxed", message) {
        for text in &texts {
            let altered = signed
                .message
                .replace("Subject: a", &format!("Subject: {text}b"));
            let found = diagnosis(&signed, &altered);
            assert_eq!(found.len(), 1, "{:?}", codes(&found));
        }
    }
}
