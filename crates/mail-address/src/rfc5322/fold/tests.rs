use alloc::format;

use proptest::prelude::*;

use super::*;
use crate::rfc5322::TextError;

fn field() -> FieldWriter {
    FieldWriter::new(Token::from_static("X"))
}

fn value(text: &str) -> Value<'_> {
    Value::try_from(text).unwrap()
}

fn lines(field: &str) -> Vec<&str> {
    field.strip_suffix("\r\n").unwrap().split("\r\n").collect()
}

#[test]
fn f05_a_line_ends_before_column_78_and_not_earlier() {
    let print = |length: usize| {
        let word = "a".repeat(length);
        let mut field = field();
        field
            .space()
            .value(&value(&word))
            .space()
            .value(&value("b"));
        field.finish()
    };
    // `X: ` and ` b` take five octets.
    assert_eq!(lines(&print(72)).len(), 1);
    assert_eq!(
        lines(&print(73)),
        [format!("X: {}", "a".repeat(73)), " b".into()]
    );
}

#[test]
fn f05_a_group_moves_to_the_next_line_in_one_piece() {
    let mut field = field();
    field.space().value(&value(&"a".repeat(60))).space();
    field.pair(Token::from_static("reason"), &value("two words"));
    assert_eq!(
        lines(&field.finish()),
        [
            format!("X: {}", "a".repeat(60)),
            " reason=\"two words\"".into()
        ]
    );
}

#[test]
fn f05_a_long_quoted_string_is_folded_at_its_own_spaces() {
    let text = "word ".repeat(30);
    let mut field = field();
    field
        .space()
        .pair(Token::from_static("reason"), &value(&text));
    let field = field.finish();
    assert!(lines(&field).len() > 1);
    assert!(lines(&field).iter().all(|line| line.len() <= LINE));
    assert_eq!(field.replace("\r\n", ""), format!("X: reason=\"{text}\""));
}

#[test]
fn f05_a_long_word_has_a_line_of_its_own() {
    let word = "a".repeat(300);
    let mut field = field();
    field.space().pair(Token::from_static("key"), &value(&word));
    field.visible(Visible::from_static(";"));
    assert_eq!(
        lines(&field.finish()),
        ["X: key=".into(), format!(" {word};")]
    );
}

#[test]
fn f05_the_longest_word_fits_and_one_octet_more_is_refused() {
    let longest = "a".repeat(997);
    let mut printed = field();
    printed
        .space()
        .visible(Visible::new(longest.as_bytes()).unwrap());
    printed.visible(Visible::from_static(";"));
    let printed = printed.finish();
    assert_eq!(
        lines(&printed),
        ["X:".into(), format!(" {longest}"), " ;".into()]
    );
    let longer = "a".repeat(998);
    let too_long = Err(TextError::TooLong { octets: 998 });
    assert_eq!(Visible::new(longer.as_bytes()), too_long);
}

#[test]
fn a_splittable_piece_fills_lines_and_does_not_move_what_stands_before() {
    for length in 0..200 {
        let mut without = field();
        without
            .space()
            .visible(Visible::from_static("a=b;"))
            .space();
        without.visible(Visible::from_static("b="));
        let mut with = without.clone();
        let piece = "A".repeat(length);
        with.splittable(Splittable::new(piece.as_bytes()).unwrap());
        let (without, with) = (without.finish(), with.finish());
        assert!(with.starts_with(without.strip_suffix("\r\n").unwrap()));
        assert!(lines(&with).iter().all(|line| line.len() <= LINE));
        assert_eq!(with.matches('A').count(), length);
    }
}

#[test]
fn f02_escapes_keep_a_value_inside_of_its_quotes() {
    for (text, printed) in [
        ("", r#""""#),
        ("a.b", "a.b"),
        ("a..b", r#""a..b""#),
        (".a", r#"".a""#),
        ("a b", r#""a b""#),
        ("a;b", r#""a;b""#),
        ("a(b", r#""a(b""#),
        ("a\"b", r#""a\"b""#),
        ("a\\b", r#""a\\b""#),
        ("a=b", r#""a=b""#),
        ("a/b", r#""a/b""#),
        ("a:b", r#""a:b""#),
        ("grüße", "\"grüße\""),
    ] {
        let mut field = field();
        field.value(&value(text));
        assert_eq!(field.finish(), format!("X:{printed}\r\n"));
    }
}

#[test]
fn f02_escapes_keep_a_comment_inside_of_its_parentheses() {
    let mut field = field();
    field.space().comment(&value(r#"a) (b\ " c"#));
    assert_eq!(field.finish(), "X: (a\\) \\(b\\\\ \" c)\r\n");
}

#[derive(Clone, Debug)]
enum Step {
    Comment(String),
    Line,
    Space,
    Splittable(String),
    Value(String),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        "[a( )\\\\\"é]{0,200}".prop_map(Step::Comment),
        Just(Step::Line),
        Just(Step::Space),
        "[a-z=]{0,200}".prop_map(Step::Splittable),
        "[a .\\\\\"é]{0,200}".prop_map(Step::Value),
        "[a]{900}".prop_map(Step::Value),
    ]
}

proptest! {
    #[test]
    fn f05_whatever_is_written_is_one_field_of_legal_lines(
        steps in proptest::collection::vec(step(), 0..20)
    ) {
        let mut field = field();
        for step in &steps {
            match step {
                Step::Comment(text) => field.comment(&value(text)),
                Step::Line => field.line(),
                Step::Space => field.space(),
                Step::Splittable(text) => {
                    field.splittable(Splittable::new(text.as_bytes()).unwrap())
                }
                Step::Value(text) => field.value(&value(text)),
            };
        }
        let field = field.finish();
        for (index, line) in lines(&field).into_iter().enumerate() {
            prop_assert!(line.len() <= LONGEST_LINE);
            prop_assert!(!line.contains(char::is_control));
            prop_assert!(line.contains(|character| character != ' '));
            prop_assert_eq!(index > 0, line.starts_with(' '));
        }
    }
}

/// A line that is full is not one that is too long: the mark stands on the next.
#[test]
fn a_single_mark_lengthens_only_a_line_that_is_too_long_already() {
    for (length, printed) in [
        (73, "X: {};"),
        (74, "X: {}\r\n ;"),
        (76, "X:\r\n {}\r\n ;"),
        (77, "X:\r\n {};"),
        (996, "X:\r\n {};"),
        (997, "X:\r\n {}\r\n ;"),
    ] {
        let word = "a".repeat(length);
        let mut field = FieldWriter::new(Token::from_static("X"));
        field
            .space()
            .visible(Visible::new(word.as_bytes()).unwrap());
        field.splittable(Splittable::new(b"").unwrap());
        field.visible(Visible::from_static(";"));
        assert_eq!(
            field.finish(),
            printed.replace("{}", &word) + "\r\n",
            "{length}"
        );
    }
}
