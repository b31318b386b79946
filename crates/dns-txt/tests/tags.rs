//! Tag lists that were put together at random.

use dns_txt::Tags;
use proptest::prelude::*;

const FWS: &str = "([ \t]{0,2}(\r\n[ \t]{1,2})?)";

proptest! {
    #[test]
    fn what_was_put_together_is_taken_apart_at_the_same_places(
        items in proptest::collection::vec(
            (FWS, "[A-Za-z][A-Za-z0-9_]{0,5}", FWS, FWS, "([!-:<-~]{1,5}( [!-:<-~]{1,5})?)?", FWS),
            1..12,
        ),
        end in "(;[ \t]?)?",
    ) {
        let mut input = String::new();
        let mut expected = Vec::new();
        for (index, (before, name, behind, lead, value, trail)) in items.iter().enumerate() {
            if index > 0 {
                input.push(';');
            }
            input.push_str(before);
            let name_range = input.len()..input.len() + name.len();
            input.push_str(name);
            input.push_str(behind);
            input.push('=');
            input.push_str(lead);
            // White space around an empty value is its leading white space.
            let at = input.len() + if value.is_empty() { trail.len() } else { 0 };
            input.push_str(value);
            input.push_str(trail);
            expected.push((name_range, at..at + value.len()));
        }
        input.push_str(&end);
        let found: Result<Vec<_>, _> = Tags::new(input.as_bytes())
            .map(|tag| tag.map(|tag| (tag.name_range(), tag.value_range())))
            .collect();
        prop_assert_eq!(found, Ok(expected));
    }

    #[test]
    fn any_octets_are_read_or_refused_and_ranges_stay_inside(
        input in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b';'), Just(b'='), Just(b' ')], 0..60)
    ) {
        for tag in Tags::new(&input) {
            match tag {
                Ok(tag) => {
                    prop_assert_eq!(&input[tag.name_range()], tag.name());
                    prop_assert_eq!(&input[tag.value_range()], tag.value());
                }
                Err(error) => prop_assert!(error.offset() <= input.len()),
            }
        }
    }
}
