//! Which lists are read, and what is said of the others.

use super::*;

fn pairs(input: &str) -> Vec<(&str, &str)> {
    TagList::parse(input.as_bytes())
        .unwrap()
        .iter()
        .map(|tag| (&input[tag.name_range()], &input[tag.value_range()]))
        .collect()
}

#[test]
fn c18_c20_white_space_belongs_to_no_name_and_to_the_inside_of_values_only() {
    for (input, expected) in [
        ("a=1", &[("a", "1")][..]),
        ("a=1;", &[("a", "1")]),
        ("a=1; \r\n\t", &[("a", "1")]),
        (
            "\r\n a \r\n\t=\r\n 1 \r\n 2\t;b=",
            &[("a", "1 \r\n 2"), ("b", "")],
        ),
        (
            "b = x\r\n y ; bh=b=; D=d; d=D",
            &[("b", "x\r\n y"), ("bh", "b="), ("D", "d"), ("d", "D")],
        ),
        ("a_1=\u{e4}", &[("a_1", "\u{e4}")]),
    ] {
        assert_eq!(pairs(input), expected, "{input:?}");
    }
}

#[test]
fn what_is_malformed_is_named_with_its_offset() {
    for (input, error) in [
        (&b""[..], TagError::Empty { offset: 0 }),
        (b" \t", TagError::Empty { offset: 2 }),
        (b";", TagError::Empty { offset: 0 }),
        (b"a=1;;b=2", TagError::Empty { offset: 4 }),
        (b"a=1; 2=b", TagError::Name { offset: 5 }),
        (b"a=1; =b", TagError::Name { offset: 5 }),
        (b"_a=1", TagError::Name { offset: 0 }),
        (b"a", TagError::Equals { offset: 1 }),
        (b"a b=1", TagError::Equals { offset: 2 }),
        (b"a-b=1", TagError::Equals { offset: 1 }),
        (b"a=1\x002", TagError::Value { offset: 3 }),
        (b"a=\x7f", TagError::Value { offset: 2 }),
        (b"a=1\r\n", TagError::Value { offset: 3 }),
        (b"a=1\r\n2", TagError::Value { offset: 3 }),
        (b"a=1\n 2", TagError::Value { offset: 3 }),
        (b"a=1\r 2", TagError::Value { offset: 3 }),
        (b"a=1\xff", TagError::Value { offset: 3 }),
        (b"a=1\r\n;", TagError::Value { offset: 3 }),
    ] {
        assert_eq!(
            TagList::parse(input),
            Err(error),
            "{}",
            input.escape_ascii()
        );
    }
}

#[test]
fn c01_a_repeated_name_makes_the_list_invalid() {
    for (input, offset) in [("a=1;a=1", 4), ("b=;c=;a=; a=;b=;c=", 10)] {
        let duplicate = TagError::Duplicate { offset };
        assert_eq!(TagList::parse(input.as_bytes()), Err(duplicate), "{input}");
    }
    assert!(TagList::parse(b"a=1;A=1;aa=1").is_ok());
}

#[test]
fn the_tags_behind_a_malformed_one_can_still_be_read() {
    let input = b"v=DMARC1;; p; rua=mailto:a@b.example; p=none; p=reject";
    let names: Vec<_> = Tags::new(input).flatten().map(|tag| tag.name()).collect();
    assert_eq!(names, [&b"v"[..], b"rua", b"p", b"p"]);
    assert_eq!(Tags::new(input).filter(Result::is_err).count(), 2);
}

#[test]
fn values_are_given_without_white_space_too() {
    let list = TagList::parse(b"a=1 2\r\n\t3; b=123").unwrap();
    assert!(matches!(list.get("a").unwrap().without_fws(), Cow::Owned(v) if v == b"123"));
    assert!(matches!(
        list.get("b").unwrap().without_fws(),
        Cow::Borrowed(b"123")
    ));
    assert_eq!(list.get("B"), None);
}
