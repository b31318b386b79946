use alloc::format;
use alloc::string::{String, ToString};

use proptest::prelude::*;

use super::*;

fn mailboxes(value: &[u8]) -> Result<Vec<String>, FromFieldError> {
    let field = FromField::parse(value)?;
    Ok(field.mailboxes().map(ToString::to_string).collect())
}

#[test]
fn every_form_of_a_mailbox_is_that_mailbox() {
    for value in [
        "alice@example.org",
        " alice@example.org\r\n",
        "<alice@example.org>",
        "Al Ice <alice@example.org>",
        "\"Ice, Al <x@evil.example>\" <alice@example.org>",
        "A. B. Ice<alice@example.org>",
        "(x@evil.example) alice@example.org (y)",
        "A (b (c)) <(d)alice(e)@(f)example(g).(h)org(i)>",
        "Al\r\n Ice\r\n\t<alice@example.org>\n",
        "\"alice\"@example.org",
        "< alice @ example . org >",
        "<@a.example:alice@example.org>",
        "<,, @a.example,(x),@b.example,:alice@example.org>",
        ", alice@example.org ,,",
        "Us: alice@example.org;",
        "Us:, Al <alice@example.org>,;",
    ] {
        assert_eq!(
            mailboxes(value.as_bytes()).unwrap(),
            ["alice@example.org"],
            "{value}"
        );
    }
}

#[test]
fn a_name_that_is_the_address_needs_no_quotes() {
    for value in [
        "alice@example.org <alice@example.org>",
        "Alice@Example.ORG<alice@example.org>",
        "Us: alice@example.org (x) <@a.example:alice (y) @ example.org>;",
    ] {
        let field = FromField::parse(value.as_bytes()).unwrap();
        let mailboxes: Vec<String> = field.mailboxes().map(ToString::to_string).collect();
        assert_eq!(mailboxes, ["alice@example.org"], "{value}");
        // Printed so that it is in order.
        let printed = field.to_field().to_ascii_lowercase();
        let quoted = "\"alice@example.org\" <alice@example.org>";
        assert!(printed.contains(quoted), "{printed}");
    }
    for value in [
        "alice@example.org <bob@example.org>",
        "alice@example.org <alice@sub.example.org>",
        "alice@example.org Ice <alice@example.org>",
    ] {
        let error = FromFieldError::Separator { offset: 18 };
        assert_eq!(mailboxes(value.as_bytes()), Err(error), "{value}");
    }
    let local_part = FromFieldError::LocalPart { offset: 0 };
    let between = mailboxes(b"Al alice@example.org <alice@example.org>");
    assert_eq!(between, Err(local_part));
    // An author is told to write it in order.
    let plain = FromField::parse_plain(b"a@x.example <a@x.example>");
    assert_eq!(plain, Err(FromFieldError::Separator { offset: 12 }));
}

#[test]
fn groups_and_mailboxes_stand_side_by_side() {
    let field = FromField::parse(b"\"\": <a@x.example>, b@x.example;, C <c@x.example>, D.:;");
    let [
        Address::Group(unnamed),
        Address::Mailbox(c),
        Address::Group(d),
    ] = &*field.unwrap().addresses
    else {
        panic!("two groups and a mailbox between them");
    };
    assert_eq!((&unnamed.display_name, unnamed.members.len()), (&None, 2));
    assert_eq!(c.display_name.as_ref().map(Value::as_str), Some("C"));
    assert_eq!(d.display_name.as_ref().map(Value::as_str), Some("D."));
}

#[test]
fn a_display_name_is_what_people_read() {
    for (value, name) in [
        ("Al Ice <a@x.example>", Some("Al Ice")),
        ("Al(b)\"Ice\" <a@x.example>", Some("Al Ice")),
        (
            "\"Al \\\"I\\\"\r\n Ice\" <a@x.example>",
            Some("Al \"I\" Ice"),
        ),
        ("J.R. \"Bob\" <a@x.example>", Some("J.R. Bob")),
        ("\"\" <a@x.example>", Some("")),
        ("Jörg <a@x.example>", Some("Jörg")),
        ("=?utf-8?q?b=40y?= <a@x.example>", Some("=?utf-8?q?b=40y?=")),
        ("(Al) <a@x.example>", None),
        ("a@x.example (Al)", None),
    ] {
        let field = FromField::parse(value.as_bytes()).unwrap();
        let [Address::Mailbox(mailbox)] = field.addresses() else {
            panic!("one mailbox: {field:?}");
        };
        assert_eq!(
            mailbox.display_name.as_ref().map(Value::as_str),
            name,
            "{value}"
        );
    }
    // What the field cannot hold is not shown, and the address is none the worse for it.
    for value in [&b"J\xf6rg <a@x.example>"[..], b"\"\x1b[2J\" <a@x.example>"] {
        assert_eq!(mailboxes(value).unwrap(), ["a@x.example"]);
        let printed = FromField::parse(value).unwrap().to_field();
        assert_eq!(printed, "From: a@x.example\r\n");
    }
}

#[test]
fn local_parts_take_the_form_of_the_envelope() {
    for (value, mailbox) in [
        ("\"a.b\".c@x.example", "a.b.c@x.example"),
        ("a . \"b c\"@x.example", "\"a.b c\"@x.example"),
        ("\"a\r\n b\"@x.example", "\"a b\"@x.example"),
        ("\"\\a\\\"\"@x.example", "\"a\\\"\"@x.example"),
        ("\"\"@x.example", "\"\"@x.example"),
        ("jörg@bücher.example", "jörg@bücher.example"),
        ("a@[ 192.0.2.1\r\n ]", "a@[192.0.2.1]"),
    ] {
        assert_eq!(mailboxes(value.as_bytes()).unwrap(), [mailbox], "{value}");
    }
}

#[test]
fn a06_the_domain_of_a_route_is_nobody() {
    let value = b"<@legit.example,@any:any@attack.example>";
    assert_eq!(mailboxes(value).unwrap(), ["any@attack.example"]);
}

#[test]
fn a11_encoded_words_are_not_decoded_into_addresses() {
    // `ceo@legit.example`, `<ceo@legit.example>` and the like, in both encodings.
    let from = |value: &str| mailboxes(value.as_bytes());
    assert_eq!(
        from("=?utf-8?q?=3Cceo=40legit.example=3E?= <a@attack.example>").unwrap(),
        ["a@attack.example"]
    );
    assert_eq!(
        from("=?utf-8?b?PGNlb0BsZWdpdC5leGFtcGxlPg==?= <a@attack.example>").unwrap(),
        ["a@attack.example"]
    );
    assert_eq!(
        from("=?utf-8?b?Y2VvQGxlZ2l0LmV4YW1wbGU=?=@attack.example").unwrap(),
        ["=?utf-8?b?Y2VvQGxlZ2l0LmV4YW1wbGU=?=@attack.example"]
    );
    let no_address = |offset| Err(FromFieldError::Address { offset });
    assert_eq!(from("=?utf-8?b?Y2VvQGxlZ2l0LmV4YW1wbGU=?="), no_address(36));
    assert_eq!(
        from("<=?utf-8?b?Y2VvQGxlZ2l0LmV4YW1wbGU=?=>"),
        no_address(37)
    );
    let no_domain = |offset| Err(FromFieldError::Domain { offset });
    assert_eq!(from("a@=?utf-8?q?legit.example?="), no_domain(2));
    assert_eq!(
        from("=?utf-8?q?ceo@legit.example?= <a@attack.example>"),
        no_domain(14)
    );
}

#[test]
fn a12_a_route_ends_at_its_colon_and_text_beside_an_address_is_an_error() {
    let from = |value: &str| mailboxes(value.as_bytes());
    assert_eq!(from("<@x.example:a@y.example>").unwrap(), ["a@y.example"]);
    let separator = |offset| Err(FromFieldError::Separator { offset });
    assert_eq!(from("<a@x.example>\\,<b@y.example>"), separator(13));
    assert_eq!(from("<a@x.example>b@y.example"), separator(13));
    assert_eq!(from("<a@x.example> <b@y.example>"), separator(14));
    assert_eq!(from("a@x.example <b@y.example>"), separator(12));
    assert_eq!(from("a@x.example b@y.example"), separator(12));
    assert_eq!(from("a@x.example@y.example"), separator(11));
    assert_eq!(from("a@x.example; b@y.example"), separator(11));
    assert_eq!(from("G: a@x.example"), separator(14));
    assert_eq!(from("G: a@x.example; b@y.example"), separator(16));
}

#[test]
fn a19_octets_that_are_no_text_are_no_address() {
    let domain = Err(FromFieldError::Domain { offset: 2 });
    assert_eq!(mailboxes(b"a@x\xffattack.example"), domain);
    assert_eq!(mailboxes(b"a@=ffattack.example"), domain);
    let local_part = Err(FromFieldError::LocalPart { offset: 0 });
    assert_eq!(mailboxes(b"a\xff@attack.example"), local_part);
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    for (value, error) in [
        ("", FromFieldError::Empty),
        (",(a),", FromFieldError::Empty),
        ("Alice", FromFieldError::Address { offset: 5 }),
        ("Alice, b@x.example", FromFieldError::Address { offset: 5 }),
        ("<>", FromFieldError::Address { offset: 1 }),
        ("<<a@x.example>>", FromFieldError::Address { offset: 1 }),
        ("<Al>", FromFieldError::Address { offset: 3 }),
        (":a@x.example;", FromFieldError::Address { offset: 0 }),
        ("G: H: a@x.example;;", FromFieldError::Address { offset: 4 }),
        (".Al <a@x.example>", FromFieldError::Address { offset: 4 }),
        (
            "a@x.example\r\n\r\n b@x.example",
            FromFieldError::Separator { offset: 11 },
        ),
        ("<a@x.example", FromFieldError::AngleBracket { offset: 12 }),
        (
            "<a@x.example b>",
            FromFieldError::AngleBracket { offset: 13 },
        ),
        ("a@", FromFieldError::Domain { offset: 2 }),
        ("a@x..example", FromFieldError::Domain { offset: 4 }),
        ("a@x.example.", FromFieldError::Domain { offset: 12 }),
        ("a@[foo]", FromFieldError::Domain { offset: 2 }),
        ("a@[192.0.2.1", FromFieldError::Domain { offset: 2 }),
        ("a@[192. 0.2.1]", FromFieldError::Domain { offset: 2 }),
        ("a@x(y", FromFieldError::Unclosed { offset: 3 }),
        ("a..b@x.example", FromFieldError::LocalPart { offset: 0 }),
        ("a.@x.example", FromFieldError::LocalPart { offset: 0 }),
        (
            "<Al Ice@x.example>",
            FromFieldError::LocalPart { offset: 1 },
        ),
        ("@x.example", FromFieldError::LocalPart { offset: 0 }),
        (
            "\"a\tb\"@x.example",
            FromFieldError::LocalPart { offset: 0 },
        ),
        ("a\0@x.example", FromFieldError::Nul { offset: 1 }),
        ("(\\\0)a@x.example", FromFieldError::Nul { offset: 2 }),
        (
            "<@x.example a@y.example>",
            FromFieldError::Route { offset: 12 },
        ),
        ("<,a@y.example>", FromFieldError::Route { offset: 2 }),
        ("\"Al <a@x.example>", FromFieldError::Unclosed { offset: 0 }),
        ("a@x.example (b", FromFieldError::Unclosed { offset: 12 }),
    ] {
        assert_eq!(mailboxes(value.as_bytes()), Err(error), "{value:?}");
    }
}

#[test]
fn an_address_that_no_line_can_hold_is_refused_at_once() {
    let long = "a".repeat(997);
    assert!(mailboxes(format!("{long}@x.example").as_bytes()).is_ok());
    let too_long = Err(FromFieldError::TooLong { offset: 3 });
    assert_eq!(
        mailboxes(format!("B <{long}a@x.example>").as_bytes()),
        too_long
    );
    let literal = format!("B <b@[tag:{}]>", &long[7..]);
    assert!(
        mailboxes(literal.as_bytes()).is_ok(),
        "996 octets and the at sign"
    );
    let literal = format!("B <b@[tag:{}]>", &long[6..]);
    assert_eq!(mailboxes(literal.as_bytes()), too_long);
}

#[test]
fn long_input_is_read_in_one_go() {
    let words = "a . ".repeat(100_000);
    let value = format!("{words}a@x.example");
    assert_eq!(
        mailboxes(value.as_bytes()),
        Err(FromFieldError::TooLong { offset: 0 })
    );
    assert!(mailboxes(format!("{words}<a@x.example>").as_bytes()).is_ok());
    let route = "@a,".repeat(100_000);
    assert!(mailboxes(format!("<{route}:a@x.example>").as_bytes()).is_ok());
    let list = "a@x.example,".repeat(100_000);
    assert_eq!(
        mailboxes(list.as_bytes()).map(|list| list.len()),
        Ok(100_000)
    );
    let deep = "(".repeat(100_000);
    assert_eq!(
        mailboxes(deep.as_bytes()),
        Err(FromFieldError::Unclosed { offset: 0 })
    );
    for opened in ["<", "a:", "\"", "a@[", "<@", "a@b."] {
        assert!(mailboxes(opened.repeat(100_000).as_bytes()).is_err());
    }
}

fn printed_value(field: &FromField) -> String {
    let printed = field.to_field();
    for (index, line) in printed
        .strip_suffix("\r\n")
        .unwrap()
        .split("\r\n")
        .enumerate()
    {
        assert!(line.len() <= 998 && !line.contains(char::is_control));
        assert_eq!(index > 0, line.starts_with(' '));
    }
    printed.strip_prefix("From:").unwrap().into()
}

fn named_mailbox() -> impl Strategy<Value = NamedMailbox> {
    let display_name = proptest::option::of("[ -~é]{0,100}");
    let local_part = "[ -~é]{0,90}";
    let host = prop_oneof![
        "[a-z_é]{1,20}(\\.[a-z0-9]{1,20}){0,5}".boxed(),
        Just("[192.0.2.1]".into()).boxed(),
        Just("[IPv6:2001:db8::1]".into()).boxed(),
    ];
    (display_name, local_part, host).prop_map(|(display_name, local_part, host)| {
        let local_part = crate::local_part::quoted(&local_part).unwrap();
        NamedMailbox {
            display_name: display_name.map(|name| Value::try_from(name).unwrap()),
            mailbox: format!("{local_part}@{host}").parse().unwrap(),
        }
    })
}

fn address() -> impl Strategy<Value = Address> {
    let group = (
        proptest::option::of("[ -~é]{1,100}"),
        proptest::collection::vec(named_mailbox(), 0..4),
    );
    let group = group.prop_map(|(display_name, members)| Group {
        display_name: display_name.map(|name| Value::try_from(name).unwrap()),
        members,
    });
    prop_oneof![
        group.prop_map(Address::Group),
        named_mailbox().prop_map(Address::Mailbox)
    ]
}

proptest! {
    #[test]
    fn parsing_what_was_printed_gives_the_same_addresses(
        addresses in proptest::collection::vec(address(), 1..5)
    ) {
        let field = FromField { addresses };
        let printed = printed_value(&field);
        prop_assert_eq!(FromField::parse(printed.as_bytes()), Ok(field), "{}", printed);
    }

    #[test]
    fn what_was_read_prints_as_something_that_reads_the_same(
        text in "([ab.]|@x\\.y|[<>:;,@ .\\[\\]\"()\\\\é]|\r\n ){0,40}"
    ) {
        if let Ok(field) = FromField::parse(text.as_bytes()) {
            let printed = printed_value(&field);
            prop_assert_eq!(FromField::parse(printed.as_bytes()), Ok(field), "{}", printed);
        }
    }

    #[test]
    fn any_octets_are_read_or_refused(
        octets in proptest::collection::vec(any::<u8>(), 0..100)
    ) {
        let _ = FromField::parse(&octets);
    }
}

#[test]
fn a06_a12_a_plain_address_stands_as_it_is_used() {
    for plain in [
        "a@x.example",
        " < a@x.example > (b)",
        "A. B. (c) <a.b@x.example>,\r\n \"a b\"@[192.0.2.1], b@b\u{fc}cher.example",
        "Us: a@x.example, B <b@x.example>;",
    ] {
        let read = FromField::parse_plain(plain.as_bytes());
        assert_eq!(read, FromField::parse(plain.as_bytes()), "{plain}");
        assert!(read.is_ok(), "{plain}");
    }
    for (other, offset) in [
        ("<@x.example:a@y.example>", 1),
        ("<,@x.example:a@y.example>", 1),
        ("b@x.example, a(b)@x.example", 13),
        ("a @x.example", 0),
        ("a@ x.example", 0),
        ("a@x. example", 0),
        ("a . b@x.example", 0),
        ("\"a\"@x.example", 0),
        ("A: b <a@x(c).example>;", 6),
    ] {
        assert!(FromField::parse(other.as_bytes()).is_ok(), "{other}");
        let read = FromField::parse_plain(other.as_bytes());
        assert_eq!(read, Err(FromFieldError::Plain { offset }), "{other}");
    }
}
