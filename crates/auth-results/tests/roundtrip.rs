//! What is printed is read back as it was, whatever it is made of.

use auth_results::{
    AuthenticationResults, Keyword, Method, Property, PropertyType, ResInfo, ResultCode, Value,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// What an attacker would put into an address, and what addresses are made of.
const HOSTILE: &str = "[ -~é;()\"\\\\=@./:]{0,40}";

fn value() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        HOSTILE.boxed(),
        "[a-z.]{1,10}@[a-z.]{1,10}".boxed(),
        "\"[a-z \\\\\"]{0,10}\"@[a-z.-]{1,10}".boxed(),
        "[a-z]{0,300}@[a-z]{1,300}".boxed(),
        "([a-z\"(]{0,9} ){0,40}".boxed(),
    ]
    .prop_map(|text| Value::try_from(text).unwrap())
}

fn keyword() -> impl Strategy<Value = Keyword> {
    prop_oneof![
        "[a-zA-Z0-9-]{0,20}[a-z0-9]",
        "none",
        "reason",
        "spf",
        "dkim",
        "smtp",
        "pass"
    ]
    .prop_map(|text| text.parse().unwrap())
}

fn property() -> impl Strategy<Value = Property> {
    (keyword(), keyword(), value())
        .prop_map(|(ptype, name, value)| Property::new(ptype.into(), name, value))
}

fn resinfo() -> impl Strategy<Value = ResInfo> {
    (
        keyword(),
        option::of(any::<u32>()),
        keyword(),
        option::of(value()),
        option::of(value()),
        vec(property(), 0..5),
    )
        .prop_map(|(method, version, result, comment, reason, properties)| {
            let mut resinfo = ResInfo::new(method.into(), result.into());
            resinfo.method_version = version;
            resinfo.comment = comment;
            resinfo.reason = reason;
            resinfo.properties = properties;
            resinfo
        })
}

fn field() -> impl Strategy<Value = AuthenticationResults> {
    (value(), any::<bool>(), vec(resinfo(), 0..4)).prop_map(|(id, versioned, results)| {
        let mut field = AuthenticationResults::new(id);
        field.versioned = versioned;
        field.results = results;
        field
    })
}

fn body(field: &str) -> &[u8] {
    field
        .strip_prefix("Authentication-Results:")
        .unwrap()
        .as_bytes()
}

proptest! {
    #[test]
    fn f02_parsing_what_was_printed_gives_the_same_field(field in field()) {
        let printed = field.to_field();
        prop_assert_eq!(AuthenticationResults::parse(body(&printed)), Ok(field), "{}", printed);
    }

    #[test]
    fn f05_every_field_is_one_field_of_legal_lines(field in field()) {
        let printed = field.to_field();
        let lines = printed.strip_suffix("\r\n").unwrap().split("\r\n");
        for (index, line) in lines.enumerate() {
            prop_assert!(line.len() <= 998);
            prop_assert!(!line.contains(char::is_control));
            prop_assert_eq!(index > 0, line.starts_with(' '));
            prop_assert!(!line.trim_matches([' ', '\t']).is_empty());
        }
    }

    #[test]
    fn any_octets_are_read_or_refused(octets in vec(any::<u8>(), 0..300)) {
        if let Err(error) = AuthenticationResults::parse(&octets) {
            prop_assert!(error.offset() <= octets.len());
        }
        let _ = auth_results::forged([(&b"Authentication-Results"[..], &*octets)], "mx.example");
    }

    #[test]
    fn what_was_read_prints_as_something_that_reads_the_same(
        text in "mx.example; ([a-z]{1,3}[=/;.@\" ()1\\\\]){0,30}"
    ) {
        if let Ok(field) = AuthenticationResults::parse(text.as_bytes()) {
            let printed = field.to_field();
            prop_assert_eq!(AuthenticationResults::parse(body(&printed)), Ok(field));
        }
    }
}

/// What every value of a peer is given as: octets.
fn with(value: &[u8]) -> AuthenticationResults {
    AuthenticationResults::new(Value::new(b"mx.example").unwrap()).with_result(
        ResInfo::new(Method::Spf, ResultCode::Pass)
            .with_property(PropertyType::Smtp, "mailfrom", value)
            .with_property(PropertyType::Smtp, "helo", b"h.example"),
    )
}

#[test]
fn f02_a_value_that_no_line_can_hold_is_left_out_and_the_result_stays() {
    for value in [
        &b"a@x.example\r\nBcc: victim@example.org"[..],
        b"a@x.example\nX: y",
        b"a@x.example\0",
        b"a@x\xffattack.example",
        b"\x1b[2Ja@x.example",
        &[b'a'; 998],
    ] {
        let field = with(value);
        assert_eq!(
            field.to_field(),
            "Authentication-Results: mx.example;\r\n spf=pass smtp.helo=h.example\r\n"
        );
    }
}

#[test]
fn f02_what_opens_a_comment_or_a_result_is_quoted() {
    for (value, printed) in [
        (
            "legit.example(.attack.example",
            r#""legit.example(.attack.example""#,
        ),
        ("a;dkim=pass", r#""a;dkim=pass""#),
        (
            "any@legit.example'@any.attack.example",
            r#""any@legit.example'@any.attack.example""#,
        ),
        (r#""x@attack.example"#, r#""\"x@attack.example""#),
        ("a@b;dkim=pass@c", r#""a@b;dkim=pass@c""#),
    ] {
        let printed = format!(" smtp.mailfrom={printed}");
        let field = with(value.as_bytes()).to_field();
        assert!(field.contains(&printed), "{field}");
    }
}

#[test]
fn f06_separators_are_quoted_and_addresses_are_not() {
    for (value, printed) in [
        ("2001:db8::1", r#""2001:db8::1""#),
        ("abc/+12=", r#""abc/+12=""#),
        ("example.net", "example.net"),
        ("user@example.net", "user@example.net"),
        ("@example.net", "@example.net"),
        (r#""john doe"@example.net"#, r#""john doe"@example.net"#),
        // RFC 8601 §2.2: what is an address must be written as one.
        ("bounce+a=b@example.net", "bounce+a=b@example.net"),
        ("a/b?c@example.net", "a/b?c@example.net"),
        ("grüße@bücher.example", "grüße@bücher.example"),
        ("a..b@example.net", r#""a..b@example.net""#),
        ("user@[192.0.2.1]", r#""user@[192.0.2.1]""#),
        ("user@example.net!uucp", r#""user@example.net!uucp""#),
        ("", r#""""#),
    ] {
        let field = with(value.as_bytes());
        let line = format!(" spf=pass smtp.mailfrom={printed} smtp.helo=h.example\r\n");
        assert!(field.to_field().ends_with(&line), "{}", field.to_field());
        let bare = format!("mx.example; spf=pass smtp.mailfrom={value} smtp.helo=h.example");
        if !value.is_empty() {
            assert_eq!(AuthenticationResults::parse(bare.as_bytes()), Ok(field));
        }
    }
}
