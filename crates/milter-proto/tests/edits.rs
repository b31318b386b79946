//! Changes to a message come out as they were meant, whatever an MTA makes of each before it comes
//! to the next.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod mta;

use milter_proto::edit::EditError;
use milter_proto::packet::Packet;
use milter_proto::{Actions, Config, Edits, Steps};
use proptest::prelude::*;

use self::mta::{ACTIONS, Filter, STEPS, offer, said};

/// What goes out for a set of edits.
fn printed(edits: &Edits, steps: Steps) -> Vec<u8> {
    let config = Config::new(edits.needs()).steps(steps);
    let mut filter = Filter::at_end(config, offer(6, ACTIONS, STEPS));
    filter.session.edit(edits, &mut filter.out).unwrap();
    filter.out
}

fn with(fill: impl FnOnce(&mut Edits) -> Result<(), EditError>) -> Vec<String> {
    let mut edits = Edits::default();
    fill(&mut edits).unwrap();
    said(&printed(&edits, Steps::LEADING_SPACE))
}

#[test]
fn f01_fields_are_deleted_from_the_last_to_the_first_and_before_an_insertion() {
    let said = with(|edits| {
        edits.insert_header(0, "Authentication-Results", " mx.example; none")?;
        edits.delete_header("Authentication-Results", 1)?;
        edits.change_header("Subject", 1, " [spam] Lunch?")?;
        edits.delete_header("authentication-results", 3)?;
        edits.delete_header("Authentication-Results", 2)
    });
    assert_eq!(
        said,
        [
            "m 0x3 authentication-results\\x00\\x00",
            "m 0x2 Authentication-Results\\x00\\x00",
            "m 0x1 Authentication-Results\\x00\\x00",
            "m 0x1 Subject\\x00 [spam] Lunch?\\x00",
            "i 0x0 Authentication-Results\\x00 mx.example; none\\x00",
        ]
    );
}

#[test]
fn insertions_count_those_above_them() {
    let said = with(|edits| {
        edits.add_header("D", " below all")?;
        edits.insert_header(0, "A", " first at the top")?;
        edits.insert_header(2, "C", " below two")?;
        edits.insert_header(0, "B", " second at the top")?;
        edits.add_header("E", " below all")
    });
    assert_eq!(
        said,
        [
            "i 0x0 A\\x00 first at the top\\x00",
            "i 0x1 B\\x00 second at the top\\x00",
            "i 0x4 C\\x00 below two\\x00",
            "h D\\x00 below all\\x00",
            "h E\\x00 below all\\x00",
        ]
    );
    let said = with(|edits| {
        edits.insert_header(u32::MAX, "A", " x")?;
        edits.insert_header(u32::MAX, "B", " y")
    });
    assert_eq!(
        said,
        ["i 0xffffffff A\\x00 x\\x00", "i 0xffffffff B\\x00 y\\x00"]
    );
}

#[test]
fn the_envelope_is_changed_in_the_order_of_the_calls() {
    let said = with(|edits| {
        edits.delete_rcpt("bob@example.org")?;
        edits.add_rcpt("<carl@example.org>", None)?;
        edits.add_rcpt("dora@example.org", Some("NOTIFY=NEVER"))?;
        edits.change_from("<>", None)?;
        edits.change_from("amy@example.net", Some("SIZE=1 BODY=7BIT"))?;
        edits.quarantine("looks odd")
    });
    assert_eq!(
        said,
        [
            "- <bob@example.org>\\x00",
            "+ <carl@example.org>\\x00",
            "2 <dora@example.org>\\x00NOTIFY=NEVER\\x00",
            "e <>\\x00",
            "e <amy@example.net>\\x00SIZE=1 BODY=7BIT\\x00",
            "q looks odd\\x00",
        ]
    );
}

#[test]
fn what_has_to_be_granted_is_known_before() {
    let mut edits = Edits::default();
    assert!(edits.is_empty());
    assert_eq!(edits.needs(), Actions::empty());
    edits
        .add_rcpt("a@example.com", Some("NOTIFY=NEVER"))
        .unwrap();
    assert_eq!(edits.needs(), Actions::ADD_RCPTS_WITH_PARAMETERS);
    edits.delete_header("X", 1).unwrap();
    edits.insert_header(0, "X", " y").unwrap();
    let headers = Actions::CHANGE_HEADERS | Actions::ADD_HEADERS;
    assert_eq!(edits.needs(), Actions::ADD_RCPTS_WITH_PARAMETERS | headers);
    assert!(!edits.is_empty());
}

#[test]
fn the_first_blank_is_sent_where_the_mta_does_not_put_it() {
    let rows = [
        (" x", " x", "x"),
        ("  x", "  x", " x"),
        ("x", "x", "x"),
        ("\tx", "\tx", "\tx"),
        (" x\r\n\ty", " x\\n\\ty", "x\\n\\ty"),
        (" x\n y\n\tz", " x\\n y\\n\\tz", "x\\n y\\n\\tz"),
        ("\r\n x", "\\n x", "\\n x"),
        ("", "", ""),
        (" ", " ", ""),
    ];
    for (value, with_blank, without) in rows {
        let mut edits = Edits::default();
        edits.add_header("X", value).unwrap();
        for (steps, told) in [
            (Steps::LEADING_SPACE, with_blank),
            (Steps::empty(), without),
        ] {
            let out = said(&printed(&edits, steps)).concat();
            let told = told.replace('\t', "\\t");
            assert_eq!(out, format!("h X\\x00{told}\\x00"), "{value:?}");
        }
    }
}

#[test]
fn f02_no_value_ends_its_field() {
    let values = [
        "a\n",
        "a\r\n",
        "a\nb: c",
        "a\r\nb: c",
        "a\r\n\r\n",
        "a\r",
        "a\rb",
        "a\r\r\n b",
        "a\n\n b",
        "a\r\n \r\n b",
        "a\n ",
        "a\n\t\n b",
        "a\0b",
        "\n",
        "\r\n",
    ];
    for value in values {
        let mut edits = Edits::default();
        let error = Err(EditError::LineEnd);
        assert_eq!(edits.insert_header(0, "X", value), error, "{value:?}");
        assert_eq!(edits.add_header("X", value), error, "{value:?}");
        assert_eq!(edits.change_header("X", 1, value), error, "{value:?}");
        assert!(edits.is_empty());
    }
}

#[test]
fn a_name_is_one_of_a_field() {
    for name in ["", "a b", "a:", "a\0", "a\r\n", "ü", " a"] {
        let mut edits = Edits::default();
        assert_eq!(
            edits.add_header(name, " x"),
            Err(EditError::Name),
            "{name:?}"
        );
        assert_eq!(edits.delete_header(name, 1), Err(EditError::Name));
    }
    assert_eq!(Edits::default().add_header("!~", " x"), Ok(()));
}

#[test]
fn a_change_is_no_deletion_and_is_made_once() {
    let mut edits = Edits::default();
    for blank in ["", " ", "\t "] {
        assert_eq!(edits.change_header("X", 1, blank), Err(EditError::Blank));
    }
    assert_eq!(edits.delete_header("X", 0), Err(EditError::Index));
    assert_eq!(edits.change_header("X", 2, " y"), Ok(()));
    let twice = Err(EditError::Twice { index: 2 });
    assert_eq!(edits.delete_header("x", 2), twice);
    assert_eq!(edits.change_header("X", 2, " z"), twice);
    assert_eq!(edits.delete_header("X", u32::MAX), Ok(()));
}

#[test]
fn b05_no_address_holds_a_control_character() {
    let mut edits = Edits::default();
    for bad in ["a\r\nb", "a\0", "a\x7f", "a\n"] {
        let error = Err(EditError::Control);
        assert_eq!(edits.add_rcpt(bad, None), error);
        assert_eq!(edits.add_rcpt("a", Some(bad)), error);
        assert_eq!(edits.delete_rcpt(bad), error);
        assert_eq!(edits.change_from(bad, None), error);
        assert_eq!(edits.quarantine(bad), error);
    }
    assert_eq!(edits.quarantine(""), Err(EditError::Blank));
    let octets = 4097;
    let long = "x".repeat(octets);
    let error = Err(EditError::TooLong { octets });
    assert_eq!(edits.add_rcpt(&long, None), error);
    assert_eq!(edits.quarantine(&long), error);
    assert_eq!(edits.add_rcpt(&long[1..], Some(&long[1..])), Ok(()));
}

#[test]
fn a_field_fits_into_a_packet_that_every_mta_takes() {
    let mut edits = Edits::default();
    let value = "x".repeat(65_535 - 4 - 2 - 1);
    edits.insert_header(0, "X", &value).unwrap();
    let out = printed(&edits, Steps::LEADING_SPACE);
    assert_eq!(out.len(), 4 + 1 + 65_535);
    let octets = value.len() + 2;
    let error = Err(EditError::TooLong { octets });
    assert_eq!(edits.insert_header(0, "XX", &value), error);
}

/// A header as an MTA holds it, who does what it is told, one packet after the other.
#[derive(Clone, Debug)]
struct Mta {
    fields: Vec<(String, String)>,
}

impl Mta {
    fn edit(&mut self, packet: &Packet<'_>) {
        let payload = core::str::from_utf8(packet.payload).unwrap();
        let (number, texts) = match packet.letter {
            b'h' => (0, payload),
            _ => {
                let (number, texts) = payload.split_at(4);
                let number = u32::from_be_bytes(number.as_bytes().try_into().unwrap());
                (usize::try_from(number).unwrap(), texts)
            }
        };
        let (name, value) = texts.strip_suffix('\0').unwrap().split_once('\0').unwrap();
        let field = (name.to_owned(), value.to_owned());
        match packet.letter {
            b'h' => self.fields.push(field),
            b'i' => self.fields.insert(number.min(self.fields.len()), field),
            b'm' => {
                let named =
                    |(_, field): &(usize, &(String, String))| field.0.eq_ignore_ascii_case(name);
                let found = self.fields.iter().enumerate().filter(named).nth(number - 1);
                match (found.map(|(at, _)| at), value) {
                    (Some(at), "") => drop(self.fields.remove(at)),
                    (Some(at), _) => self.fields[at].1 = value.to_owned(),
                    (None, _) => panic!("no field {number} of {name}"),
                }
            }
            letter => panic!("{letter}"),
        }
    }
}

#[derive(Clone, Debug)]
enum Wish {
    Change(usize),
    Delete(usize),
    Insert(u32, &'static str),
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["A", "a", "B", "C"])
}

fn wishes(fields: usize) -> impl Strategy<Value = Vec<Wish>> {
    let wish = prop_oneof![
        (0..fields).prop_map(Wish::Change),
        (0..fields).prop_map(Wish::Delete),
        (0..=3_u32, name()).prop_map(|(position, name)| Wish::Insert(position, name)),
    ];
    prop::collection::vec(wish, 0..12)
}

fn message() -> impl Strategy<Value = (Vec<&'static str>, Vec<Wish>)> {
    let names = prop::collection::vec(name(), 1..8);
    names.prop_flat_map(|names| {
        let wishes = wishes(names.len());
        (Just(names), wishes)
    })
}

proptest! {
    /// Fields are named by their places in the message as it came. Slowly, and by hand: strike out
    /// and change where they stand, then put the new ones between those that are left.
    #[test]
    fn all_edits_together_do_what_each_says((names, wishes) in message()) {
        let fields = names.iter().enumerate();
        let fields: Vec<_> = fields.map(|(at, name)| (name.to_string(), format!(" {at}"))).collect();
        let mut edits = Edits::default();
        let mut left: Vec<_> = fields.iter().cloned().map(Some).collect();
        let mut inserted: Vec<Vec<_>> = vec![Vec::new(); 4];
        let mut touched = Vec::new();
        for (count, wish) in wishes.iter().enumerate() {
            match *wish {
                Wish::Insert(position, name) => {
                    let field = (name.to_owned(), format!(" new {count}"));
                    edits.insert_header(position, &field.0, &field.1).unwrap();
                    inserted[usize::try_from(position).unwrap()].push(field);
                }
                Wish::Change(at) | Wish::Delete(at) => {
                    let name = names[at];
                    let earlier = names[..=at].iter().filter(|it| it.eq_ignore_ascii_case(name));
                    let index = u32::try_from(earlier.count()).unwrap();
                    let value = format!(" changed {count}");
                    let edited = match wish {
                        Wish::Change(_) => edits.change_header(name, index, &value),
                        _ => edits.delete_header(name, index),
                    };
                    prop_assert_eq!(edited.is_err(), touched.contains(&at));
                    if edited.is_ok() {
                        touched.push(at);
                        let is_change = matches!(wish, Wish::Change(_));
                        left[at] = is_change.then_some((fields[at].0.clone(), value));
                    }
                }
            }
        }
        let left: Vec<_> = left.into_iter().flatten().collect();
        let mut expected = Vec::new();
        for at in 0..left.len().max(inserted.len()) {
            expected.extend(inserted.get(at).into_iter().flatten().cloned());
            expected.extend(left.get(at).cloned());
        }
        let mut mta = Mta { fields };
        let out = printed(&edits, Steps::LEADING_SPACE);
        let mut rest = &out[..];
        while let Some((packet, length)) = Packet::read(rest, 65_536).unwrap() {
            mta.edit(&packet);
            rest = &rest[length..];
        }
        prop_assert_eq!(mta.fields, expected);
    }
}
