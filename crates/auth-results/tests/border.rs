//! What a border strips and what a consumer behind it uses fit together, whatever a stranger writes.

use auth_results::{AuthenticationResults, Trust, UnidentifiedResults, forged};
use proptest::prelude::*;

const NAME: &[u8] = b"Authentication-Results";

/// Ids as servers have them, and ids that are others to look at.
const IDS: [&str; 7] = [
    "mx.example.org",
    "MX.Example.ORG",
    "mx.xn--bcher-kva.example",
    "mx.b\u{fc}cher.example",
    "mx one",
    "xn--mx-",
    "mx",
];

fn id() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&IDS[..])
}

/// Fields, most of them with a piece in them that does not belong there.
fn value() -> impl Strategy<Value = String> {
    let space = || "( |\t|\r\n |\\(c\\)|\n\t){0,2}";
    let id = id().prop_flat_map(|id| {
        prop_oneof![
            Just(id.to_owned()),
            Just(format!("\"{id}\"")),
            Just(format!("{id}/1"))
        ]
    });
    let version = "( 1| 01| \\(c\\)1 | 2)?";
    let results =
        "(; ?none|(;[ a]?spf/?1?=pass( smtp\\.helo=[a\"]{1,2})?|;dkim=fail \\(;\\)){0,2})";
    let field = (space(), id, space(), version, space(), results, space())
        .prop_map(|(a, id, b, version, c, results, d)| [a, id, b, version, c, results, d].concat());
    (field, piece(), any::<proptest::sample::Index>()).prop_map(|(field, piece, at)| {
        let places = field.char_indices().map(|(place, _)| place);
        let places: Vec<usize> = places.chain([field.len()]).collect();
        let at = places[at.index(places.len())];
        [&field[..at], &piece, &field[at..]].concat()
    })
}

/// What does not belong into a field, or nothing.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        id().prop_map(String::from),
        "[ \t\r\n\\x00;()\"\\\\=./1@a-]{1,2}",
        "[Xx][nN]--|Authentication-Results:| by |\r\nReceived:",
    ]
}

/// Adds to a header what stands in front of it and makes no difference.
fn dressed(value: &str, dress: usize) -> String {
    match dress {
        0 => format!("\r\n {value}"),
        1 => format!(" (a \\) (b) ;) {value}"),
        2 => value.to_ascii_uppercase(),
        3 => format!("\t{value}\r\n"),
        _ => value.to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Else a stranger's field would be believed behind a border that is asked to strip it.
    #[test]
    fn f01_f03_what_a_consumer_uses_is_stripped_at_the_border(
        value in value(), id in id(), border in id()
    ) {
        let header = [(NAME, value.as_bytes())];
        let used = Trust::new().authserv_id(id).fields(header);
        if used.is_empty() {
            return Ok(());
        }
        prop_assert_eq!(forged(header, id), [0], "{:?}", value);
        // And by each border to which the id is its own.
        if !Trust::new().authserv_id(border).fields(header).is_empty() {
            prop_assert_eq!(forged(header, border), [0], "{:?}", value);
        }
    }

    #[test]
    fn f01_a_field_is_stripped_in_every_dress(value in value(), id in id(), dress in 0usize..4) {
        let is_stripped = |value: &str| !forged([(NAME, value.as_bytes())], id).is_empty();
        // Only of what can be read it is known that the dress changes nothing.
        if AuthenticationResults::parse(value.as_bytes()).is_ok() && is_stripped(&value) {
            prop_assert!(is_stripped(&dressed(&value, dress)), "{:?}", dressed(&value, dress));
        }
    }

    #[test]
    fn f01_a_field_inside_of_another_is_stripped(
        value in value(), id in id(), before in "[a-z ;:]{0,6}", end in "[\r\n]", behind in "( \\x00| \t)?"
    ) {
        let value = value.replace(['\r', '\n'], " ");
        if forged([(NAME, value.as_bytes())], id).is_empty() {
            return Ok(());
        }
        let hiding = format!("{before}{end}Authentication-Results{behind}:{value}\r\n");
        let found = forged([(&b"Subject"[..], hiding.as_bytes())], id);
        prop_assert_eq!(found, [0], "{:?}", hiding);
    }

    /// Punycode of another hand, and letters as that shows them.
    #[test]
    fn f01_a_name_is_ours_in_either_of_its_forms(
        labels in proptest::collection::vec("[a-zà-ÿ]{0,20}|[а-я一-龥]{1,12}|[a-z-ﾀ-😀]{1,8}|\\PC{1,6}", 1..3)
    ) {
        let text = labels.join(".");
        let Ok(ascii) = idna::domain_to_ascii_cow(text.as_bytes(), idna::AsciiDenyList::STD3) else {
            return Ok(());
        };
        let (unicode, Ok(())) = idna::domain_to_unicode(&ascii) else {
            return Ok(());
        };
        prop_assume!(!ascii.is_empty());
        for (ours, written) in [(&*ascii, &*unicode), (&*unicode, &*ascii)] {
            let value = format!(" {written}; spf=pass");
            let header = [(NAME, value.as_bytes())];
            prop_assert_eq!(forged(header, ours), [0], "{} for {}", written, ours);
            // One that anybody could confuse with it is another.
            let other = format!(" x{written}; spf=pass");
            prop_assert_eq!(forged([(NAME, other.as_bytes())], ours), [0usize; 0]);
        }
    }

    #[test]
    fn fields_are_judged_one_by_one(values in proptest::collection::vec(value(), 0..6), id in id()) {
        let header: Vec<_> = values.iter().map(|value| (NAME, value.as_bytes())).collect();
        let alone: Vec<usize> = (0..header.len())
            .filter(|&index| !forged([header[index]], id).is_empty())
            .collect();
        prop_assert_eq!(forged(header, id), alone);
    }

    #[test]
    fn nothing_is_trusted_below_a_received_field_of_others(
        above in value(), received in value(), below in value(), id in id()
    ) {
        let header = [
            (NAME, above.as_bytes()),
            (&b"Received"[..], received.as_bytes()),
            (NAME, below.as_bytes()),
        ];
        let trust = Trust::new().authserv_id(id);
        let used = trust.fields(header);
        prop_assert_eq!(&used, &trust.fields([header[0]]));
        // With a host of ours, a field below counts only where the host is named.
        let host = trust.host("mx.example.org");
        if host.fields(header).len() > used.len() {
            prop_assert!(received.to_ascii_lowercase().contains("by"), "{received:?}");
        }
    }

    #[test]
    fn less_of_a_field_is_a_field(value in value()) {
        let Ok(field) = AuthenticationResults::parse(value.as_bytes()) else {
            return Ok(());
        };
        let bare = field.clone().without_comments().with_properties_that(|_, _| false);
        let printed = bare.to_field();
        let (_, read) = printed.split_once(':').unwrap();
        let read = read.as_bytes();
        prop_assert_eq!(AuthenticationResults::parse(read), Ok(bare.clone()));
        let results = |field: &AuthenticationResults| -> Vec<_> {
            let results = field.results.iter();
            results.map(|result| (result.method.clone(), result.result.clone())).collect()
        };
        prop_assert_eq!(results(&bare), results(&field));
        prop_assert_eq!(UnidentifiedResults::parse(read).results, bare.results);
    }
}

/// That the properties above speak of something.
#[test]
fn many_of_the_fields_can_be_read_and_some_are_used() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut read, mut used, mut stripped) = (0, 0, 0);
    for _ in 0..2000 {
        let value = value().new_tree(&mut runner).unwrap().current();
        let header = [(NAME, value.as_bytes())];
        read += usize::from(AuthenticationResults::parse(value.as_bytes()).is_ok());
        used += Trust::new()
            .authserv_id("mx.example.org")
            .fields(header)
            .len();
        stripped += forged(header, "mx.example.org").len();
    }
    assert!(
        read > 40 && used > 5 && stripped > used,
        "{read} {used} {stripped}"
    );
}
