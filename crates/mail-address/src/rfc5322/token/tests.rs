use super::*;

#[test]
fn a_tab_of_a_field_is_a_space_and_other_controls_are_refused() {
    let read = |text: &'static [u8]| Value::from_field(Cow::Borrowed(text));
    assert_eq!(read(b"a\tb").as_ref().map(Value::as_str), Ok("a b"));
    assert_eq!(read(b"a\rb"), Err(TextError::Control { offset: 1 }));
    assert_eq!(Value::new(b"a\tb"), Err(TextError::Control { offset: 1 }));
}

#[test]
fn f02_controls_are_refused_wherever_they_stand() {
    for control in (0..0x20).chain([0x7f]) {
        let octets = [b'a', control, b'b'];
        let refused = TextError::Control { offset: 1 };
        assert_eq!(Value::new(&octets), Err(refused));
        assert_eq!(Token::new(&octets), Err(refused));
        assert_eq!(Visible::new(&octets), Err(refused));
        assert_eq!(Splittable::new(&octets), Err(refused));
    }
    let next_line = Value::new("a\u{85}".as_bytes());
    assert_eq!(next_line, Err(TextError::Control { offset: 1 }));
    let latin = Value::new(b"gr\xfc\xdfe");
    assert_eq!(latin, Err(TextError::Utf8 { offset: 2 }));
}

#[test]
fn each_type_says_which_octet_ends_it() {
    assert_eq!(Token::new(b"a;b"), Err(TextError::Separator { offset: 1 }));
    assert_eq!(
        Token::new("é".as_bytes()),
        Err(TextError::Separator { offset: 0 })
    );
    assert_eq!(Token::new(b""), Err(TextError::Empty));
    assert_eq!(Visible::new(b"a;b").unwrap().as_str(), "a;b");
    assert_eq!(
        Visible::new(b"a b"),
        Err(TextError::Separator { offset: 1 })
    );
    assert_eq!(Visible::new(b""), Err(TextError::Empty));
    assert_eq!(
        Splittable::new(b"a "),
        Err(TextError::Separator { offset: 1 })
    );
    assert!(Splittable::new(b"").is_ok());
}

#[test]
fn f05_only_a_word_can_be_too_long_for_a_value() {
    let words = "words and ".repeat(1000);
    assert!(Value::try_from(&*words).is_ok());
    assert!(Value::try_from(&*"a".repeat(995)).is_ok());
    let too_long = TextError::TooLong { octets: 996 };
    assert_eq!(Value::try_from(&*"a".repeat(996)), Err(too_long));
    assert_eq!(Value::try_from(&*"(".repeat(498)), Err(too_long));
    assert_eq!(Value::try_from(&*" ".repeat(996)), Err(too_long));
}

#[test]
#[should_panic(expected = "not visible")]
fn a_space_in_the_source_is_not_visible() {
    let _ = Visible::from_static("a b");
}

#[test]
#[should_panic(expected = "not visible")]
fn nothing_in_the_source_is_not_visible() {
    let _ = Visible::from_static("");
}

#[test]
#[should_panic(expected = "not a token")]
fn a_separator_in_the_source_is_no_token() {
    let _ = Token::from_static("a;");
}
