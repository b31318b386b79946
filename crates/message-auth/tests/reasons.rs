//! Why a signature does not pass, and how large its key is, where that is asked for.

#[expect(dead_code, reason = "the other tests share more")]
mod support;

use dkim_verify::RustCrypto;
use dns_txt::Zone;
use message_auth::{Options, Report};
use support::{MESSAGE, honest, key, signed};

fn received(message: &str, testing: bool, options: &Options) -> Report {
    let key = key().key_record().clone().with_testing(testing);
    let text = format!("e1._domainkey.example.com. TXT \"{key}\"\n");
    let zone = Zone::parse(&text, None).unwrap();
    let crypto = RustCrypto::shared();
    let ask = |question: &dns_txt::Question| zone.answer(question);
    message_auth::check(honest(), message.as_bytes(), options, crypto, ask).unwrap()
}

/// The result of the first signature, up to its first property.
fn told(message: &str, testing: bool, options: &Options) -> String {
    let field = received(message, testing, options).authentication_results();
    let field = field.to_field();
    let mut results = field
        .split(";\r\n ")
        .map(|result| result.replace("\r\n ", " "));
    let dkim = results.find(|result| result.starts_with("dkim=")).unwrap();
    dkim.trim_end().split(" header.").next().unwrap().to_owned()
}

#[test]
fn reasons_and_sizes_of_keys_are_told_as_readers_of_opendkim_know_them() {
    let options = Options::default().reasons(true);
    let (good, bad) = (signed(MESSAGE), signed(MESSAGE) + "more\r\n");
    for (message, testing, expected) in [
        (&good, false, "dkim=pass (256-bit key)"),
        (&good, true, "dkim=pass (256-bit key; testing domain)"),
        (
            &bad,
            false,
            "dkim=fail reason=\"body hash does not match\" (256-bit key)",
        ),
        (
            &bad,
            true,
            "dkim=neutral reason=\"body hash does not match\" (256-bit key; testing domain)",
        ),
    ] {
        assert_eq!(told(message, testing, &options), expected);
    }
    // Without a key there is no size, and what cannot be read has no properties either.
    let unread = good.replace(" s=e1;", " s=gone;");
    let expected = "dkim=permerror reason=\"no key for signature\"";
    assert_eq!(told(&unread, false, &options), expected);
    let unread = good.replace("v=1;", "v=7;");
    let expected = "dkim=permerror reason=\"unknown version\"";
    assert_eq!(told(&unread, false, &options), expected);
    assert_eq!(told(MESSAGE, false, &options), "dkim=none");
    let many = signed(MESSAGE);
    let (field, _) = many.split_once("From: ").unwrap();
    let options = options.dkim(dkim_verify::Policy::default().max_signatures(Some(1)));
    let field = received(&format!("{field}{many}"), false, &options).authentication_results();
    let reason = field
        .results
        .iter()
        .find_map(|result| result.reason.as_ref());
    assert_eq!(
        reason.map(auth_results::Value::as_str),
        Some("too many signatures: 1 not looked at")
    );
}

#[test]
fn without_reasons_a_comment_says_why() {
    let bad = signed(MESSAGE) + "more\r\n";
    let expected = "dkim=fail (body hash does not match)";
    assert_eq!(told(&bad, false, &Options::default()), expected);
}
