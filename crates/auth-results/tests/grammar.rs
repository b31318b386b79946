//! The grammar of RFC 8601 §2.2, seen from outside.

use auth_results::{
    AuthenticationResults, Method, PropertyType, ResInfo, ResultCode, SyntaxError, TextError, Value,
};

fn field(id: &'static str) -> AuthenticationResults {
    AuthenticationResults::new(Value::try_from(id).unwrap())
}

#[test]
fn comments_may_stand_between_any_two_words() {
    // RFC 8601 appendix B.7.
    let value = b" foo.example.net (foobar) 1 (baz);\r\n\
        \x20   dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n\
        \x20     policy (A dot can go here) . (like that) expired\r\n\
        \x20     (this surprised me) = (as I wasn't expecting it) 1362471462\r\n";
    let mut expected = field("foo.example.net").with_result(
        ResInfo::new(Method::Dkim, ResultCode::Fail).with_property(
            PropertyType::Policy,
            "expired",
            b"1362471462",
        ),
    );
    expected.versioned = true;
    expected.results[0].method_version = Some(1);
    assert_eq!(AuthenticationResults::parse(value), Ok(expected));
}

#[test]
fn an_address_may_have_comments_around_its_local_part() {
    let value = b"a; spf=pass smtp.mailfrom=\"john doe\" (c)\r\n @example.net (d) smtp.helo=h";
    let expected = field("a").with_result(
        ResInfo::new(Method::Spf, ResultCode::Pass)
            .with_property(PropertyType::Smtp, "mailfrom", b"\"john doe\"@example.net")
            .with_property(PropertyType::Smtp, "helo", b"h"),
    );
    assert_eq!(AuthenticationResults::parse(value), Ok(expected));
}

#[test]
fn none_is_a_field_without_results() {
    for value in ["a; none", "a;NONE(c)", "a ; (c) none \r\n"] {
        assert_eq!(
            AuthenticationResults::parse(value.as_bytes()),
            Ok(field("a")),
            "{value}"
        );
    }
    assert_eq!(field("a").to_field(), "Authentication-Results: a; none\r\n");
}

#[test]
fn unknown_words_are_kept_and_told_apart() {
    let read = AuthenticationResults::parse(b"a; X-Foo/2=Maybe x-t.y-z=1").unwrap();
    let [result] = &*read.results else {
        panic!("one result: {read:?}");
    };
    assert!(matches!(&result.method, Method::Unregistered(_)));
    assert!(matches!(&result.result, ResultCode::Unregistered(_)));
    assert_eq!(result.method.as_str(), "x-foo");
    assert_eq!(result.method_version, Some(2));
    assert_eq!(result.property(&"X-T".parse().unwrap(), "Y-Z"), Some("1"));
}

#[test]
fn the_comment_behind_a_result_is_kept() {
    let read = AuthenticationResults::parse(
        b"a; spf=pass (b: domain of (c) d\\) e) (f) reason=\"g h\" (i) smtp.helo=j (k)",
    );
    let expected = field("a").with_result(
        ResInfo::new(Method::Spf, ResultCode::Pass)
            .with_comment("b: domain of (c) d) e")
            .with_reason("g h")
            .with_property(PropertyType::Smtp, "helo", b"j"),
    );
    assert_eq!(read, Ok(expected));
}

/// As OpenDKIM and some others write it.
#[test]
fn a_comment_may_stand_behind_the_reason_and_is_printed_there() {
    let value = b"a; dkim=fail reason=\"b c\" (2048-bit key) header.d=example.com";
    let field = AuthenticationResults::parse(value).unwrap();
    let result = &field.results[0];
    assert_eq!(result.reason.as_ref().map(Value::as_str), Some("b c"));
    let comment = result.comment.as_ref().map(Value::as_str);
    assert_eq!(comment, Some("2048-bit key"));
    let printed = field.to_field().replace("\r\n ", " ");
    let value = core::str::from_utf8(value).unwrap();
    assert_eq!(printed, format!("Authentication-Results: {value}\r\n"));
    // What stands in front of the reason comes first, as it did.
    let field = AuthenticationResults::parse(b"a; dkim=fail (b) reason=c (d)").unwrap();
    assert_eq!(
        field.results[0].comment.as_ref().map(Value::as_str),
        Some("b")
    );
}

#[test]
fn f04_each_result_has_its_own_word() {
    for word in [
        "pass",
        "fail",
        "softfail",
        "neutral",
        "none",
        "policy",
        "permerror",
        "temperror",
    ] {
        let value = format!("a; dkim={word}");
        let read = AuthenticationResults::parse(value.as_bytes()).unwrap();
        assert_eq!(read.results[0].result.as_str(), word);
        assert!(read.to_field().contains(&format!("dkim={word}\r\n")));
    }
}

#[test]
fn errors_say_what_is_missing_and_where() {
    let control = TextError::Control { offset: 1 };
    for (value, error) in [
        ("", SyntaxError::AuthservId { offset: 0 }),
        ("; spf=pass", SyntaxError::AuthservId { offset: 0 }),
        ("spf=pass smtp.helo=h", SyntaxError::Method { offset: 3 }),
        ("a", SyntaxError::Method { offset: 1 }),
        ("a;", SyntaxError::Method { offset: 2 }),
        ("a; =pass", SyntaxError::Method { offset: 3 }),
        ("a; spf", SyntaxError::Result { offset: 6 }),
        ("a; spf=", SyntaxError::Result { offset: 7 }),
        ("a; spf/x=pass", SyntaxError::Method { offset: 7 }),
        ("a; spf/99999999999=pass", SyntaxError::Method { offset: 7 }),
        ("a; spf=pass;", SyntaxError::Method { offset: 12 }),
        ("a; spf=pass; none", SyntaxError::Result { offset: 17 }),
        ("a; none; spf=pass", SyntaxError::Result { offset: 7 }),
        ("a; spf=pass smtp=x", SyntaxError::Property { offset: 16 }),
        (
            "a; spf=pass smtp.helo=",
            SyntaxError::Property { offset: 22 },
        ),
        ("a; spf=pass reason=", SyntaxError::Reason { offset: 19 }),
        ("a; spf=pass (b", SyntaxError::End { offset: 12 }),
        ("a; spf=pass \"b\"", SyntaxError::End { offset: 12 }),
        ("a 2; spf=pass", SyntaxError::Version { offset: 2 }),
        (
            "a; spf=pass reason=\"b\x01\"",
            SyntaxError::Text {
                offset: 19,
                source: control,
            },
        ),
    ] {
        assert_eq!(
            AuthenticationResults::parse(value.as_bytes()),
            Err(error),
            "{value:?}"
        );
    }
}

#[test]
fn long_input_is_read_in_one_go() {
    let comments = "(c) ".repeat(50_000);
    let value = format!("a {comments}; spf=pass {comments} smtp.helo={comments} h {comments}");
    assert!(AuthenticationResults::parse(value.as_bytes()).is_ok());
    let results = "; spf=pass (c) smtp.helo=h".repeat(20_000);
    let read = AuthenticationResults::parse(format!("a{results}").as_bytes());
    assert_eq!(read.map(|read| read.results.len()), Ok(20_000));
}

#[test]
fn a_field_can_be_printed_with_less_in_it() {
    let full = field("a").with_result(
        ResInfo::new(Method::Auth, ResultCode::Pass)
            .with_comment("over TLS")
            .with_property(PropertyType::Smtp, "auth", b"user@x.example")
            .with_property(PropertyType::Smtp, "mailfrom", b"x.example"),
    );
    let printed = full
        .without_comments()
        .with_properties_that(|method, property| {
            *method != Method::Auth || property.name.as_str() != "auth"
        })
        .to_field();
    assert_eq!(
        printed,
        "Authentication-Results: a;\r\n auth=pass smtp.mailfrom=x.example\r\n"
    );
}
