//! Which fields a consumer uses (RFC 8601 §7.1).

use auth_results::{Method, PropertyType, ResInfo, ResultCode, Trust};

/// A header as its fields, written one on a line.
fn fields(header: &str) -> Vec<(&[u8], &[u8])> {
    let fields = header
        .lines()
        .map(|line| line.trim().split_once(':').unwrap());
    fields
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect()
}

fn trust() -> Trust {
    Trust::new()
        .authserv_id("example.org")
        .host("mx.example.org")
        .host("inner.example.org")
}

fn used(header: &str) -> Vec<usize> {
    let fields = trust().fields(fields(header));
    fields.into_iter().map(|(index, _)| index).collect()
}

#[test]
fn f03_every_field_of_a_trusted_id_above_the_first_foreign_received_is_used() {
    let header = "Received: from mx.example.org by inner.example.org; x
        Authentication-Results: example.org; spf=pass smtp.mailfrom=x.example
        AUTHENTICATION-RESULTS: (c) \"EXAMPLE.org\" 1; dkim=pass header.d=x.example
        Received: from x.example (x.example [192.0.2.1]) by MX.example.org (Postfix)
        Authentication-Results: example.org; auth=pass smtp.auth=a
        Received: from pc by x.example
        Authentication-Results: example.org; dmarc=pass header.from=x.example
        Received: from pc by mx.example.org
        Authentication-Results: example.org; dmarc=pass header.from=x.example";
    assert_eq!(used(header), [1, 2, 4]);
}

#[test]
fn f03_fields_of_others_of_nobody_and_of_the_future_are_not_used() {
    let header = "Authentication-Results: spf=pass smtp.mailfrom=x.example
        Authentication-Results: spf=pass smtp.mailfrom=x.example; example.org; dkim=pass
        Authentication-Results: list.example; spf=pass
        Authentication-Results: sub.example.org; spf=pass
        Authentication-Results: example.org.evil.example; spf=pass
        Authentication-Results: example.org/1; spf=pass
        Authentication-Results: example.org 2; spf=pass
        Authentication-Results: example.org; spf=pass (unclosed
        Authentication-Results: list.example (example.org); spf=pass
        X-Authentication-Results: example.org; spf=pass
        ARC-Authentication-Results: i=1; example.org; spf=pass";
    assert_eq!(used(header), [0usize; 0]);
    let nobody = Trust::new();
    let header = "Authentication-Results: example.org; spf=pass";
    assert!(nobody.fields(fields(header)).is_empty());
}

#[test]
fn f03_without_hosts_trust_ends_at_the_first_received() {
    let header = "Authentication-Results: example.org; spf=pass
        Received: from x by mx.example.org
        Authentication-Results: example.org; dkim=pass";
    let trust = Trust::new().authserv_id("example.org");
    assert_eq!(trust.results(fields(header)).len(), 1);
}

#[test]
fn f03_the_upper_of_two_results_for_one_identity_wins() {
    let header = "Authentication-Results: example.org; spf=fail smtp.mailfrom=a@X.example; \
            dkim=fail header.d=x.example header.b=AAAAAAAA
        Authentication-Results: example.org; spf=pass smtp.mailfrom=x.example; \
            spf=none smtp.helo=x.example; dkim=pass header.i=@x.example header.b=AAAAAAAAAAAA; \
            dkim=pass header.d=x.example header.b=BBBBBBBB; dmarc=pass header.from=x.example";
    let results = trust().results(fields(header));
    let words: Vec<_> = results
        .iter()
        .map(|result| (result.method.as_str(), result.result.as_str()))
        .collect();
    assert_eq!(
        words,
        [
            ("spf", "fail"),
            ("dkim", "fail"),
            ("spf", "none"),
            ("dkim", "pass"),
            ("dmarc", "pass")
        ]
    );
    let b = results[3].property(&PropertyType::Header, "b");
    assert_eq!(b, Some("BBBBBBBB"));
}

#[test]
fn f03_results_in_one_field_are_all_used() {
    let header = "Authentication-Results: example.org; dkim=pass header.d=x.example; \
        dkim=fail header.d=x.example";
    assert_eq!(trust().results(fields(header)).len(), 2);
}

#[test]
fn f03_results_that_no_registry_explains_are_not_used() {
    let header = "Authentication-Results: example.org; spf=frobbed smtp.mailfrom=x.example; \
            dkim=pass x-place.d=y.example header.d=x.example header.b=AAAAAAAA; \
            dkim/2=pass header.d=x.example header.b=BBBBBBBB; \
            dkim/1=fail header.d=x.example header.b=CCCCCCCC
        Authentication-Results: example.org; spf=fail smtp.mailfrom=x.example; \
            dkim=fail header.d=x.example header.b=BBBBBBBB";
    let words: Vec<_> = trust()
        .results(fields(header))
        .iter()
        .map(|result| format!("{}={}", result.method, result.result))
        .collect();
    assert_eq!(words, ["dkim=fail", "spf=fail", "dkim=fail"]);
    // They can be looked at.
    assert_eq!(trust().fields(fields(header))[0].1.results.len(), 4);
}

#[test]
fn f07_own_fields_may_be_stacked_and_one_below_a_foreign_received_is_ignored() {
    let header = "Authentication-Results: example.org; dkim=pass header.d=x.example
        Authentication-Results: example.org; spf=fail smtp.mailfrom=x.example
        Received: from x.example by mx.example.org
        Received: from pc by x.example
        Authentication-Results: example.org; spf=pass smtp.mailfrom=x.example";
    let results = trust().results(fields(header));
    let dkim = ResInfo::new(Method::Dkim, ResultCode::Pass);
    let spf = ResInfo::new(Method::Spf, ResultCode::Fail);
    assert_eq!(
        results,
        [
            dkim.with_property(PropertyType::Header, "d", b"x.example"),
            spf.with_property(PropertyType::Smtp, "mailfrom", b"x.example"),
        ]
    );
}

#[test]
fn f03_of_very_many_fields_about_one_identity_the_first_counts() {
    let one = (
        &b"Authentication-Results"[..],
        &b"example.org; dkim=pass header.d=x.example header.b=1; dkim=fail header.d=y.example"[..],
    );
    let results = trust().results(core::iter::repeat_n(one, 20_000));
    assert_eq!(results.len(), 2);
}
