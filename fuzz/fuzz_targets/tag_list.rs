//! The ranges of a tag cut its name and its value out of the list, and a list is valid if and only
//! if each of its tags is, and none has the name of another.

#![no_main]

use std::collections::BTreeSet;

use dns_txt::{TagError, TagList, Tags};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let tags: Vec<_> = Tags::new(input).collect();
    let mut names = BTreeSet::new();
    let mut first_duplicate = None;
    let mut end = 0;
    for tag in tags.iter().flatten() {
        let (name, value) = (tag.name_range(), tag.value_range());
        assert_eq!(
            (&input[name.clone()], &input[value.clone()]),
            (tag.name(), tag.value())
        );
        assert!(end <= name.start && name.end < value.start);
        end = value.end;
        assert_eq!(tag.value(), tag.value().trim_ascii());
        let without_fws: Vec<u8> = tag
            .value()
            .iter()
            .copied()
            .filter(|o| !b" \t\r\n".contains(o))
            .collect();
        assert_eq!(*tag.without_fws(), *without_fws);
        if !names.insert(tag.name()) && first_duplicate.is_none() {
            first_duplicate = Some(tag.name_range().start);
        }
    }
    let first_error = tags.iter().find_map(|tag| tag.as_ref().err().copied());
    match TagList::parse(input) {
        Ok(list) => {
            assert_eq!((first_error, first_duplicate), (None, None));
            assert!(list.iter().eq(tags.iter().flatten()));
            for tag in &list {
                let name = core::str::from_utf8(tag.name()).expect("names are ASCII");
                assert_eq!(list.get(name), Some(tag));
            }
        }
        Err(TagError::Duplicate { offset }) => {
            assert_eq!((first_error, first_duplicate), (None, Some(offset)));
        }
        Err(error) => {
            assert_eq!(first_error, Some(error));
            assert!(error.offset() <= input.len());
        }
    }
});
