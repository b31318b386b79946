use alloc::format;
use alloc::string::ToString;

use proptest::prelude::*;

use super::*;

const P: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn record(text: &str) -> Result<KeyRecord, KeyRecordError> {
    KeyRecord::parse(text.as_bytes())
}

#[test]
fn c17_the_version_is_dkim1_and_first_or_absent() {
    for (text, read) in [
        ("v=DKIM1; p=", Ok(())),
        ("p=", Ok(())),
        (" v = DKIM1 ; p=", Ok(())),
        ("v=dkim1; p=", Err(KeyRecordError::Version)),
        ("v=DKIM2; p=", Err(KeyRecordError::Version)),
        ("v=DKIM1.0; p=", Err(KeyRecordError::Version)),
        ("k=rsa; v=DKIM1; p=", Err(KeyRecordError::Version)),
    ] {
        assert_eq!(record(text).map(|_| ()), read, "{text}");
    }
}

#[test]
fn c15_what_is_no_key_record_is_refused() {
    for text in [
        &b""[..],
        b"v=spf1 -all",
        b"some text v=DKIM1; p=",
        b"v=DKIM1",
        b"v=DKIM1; p=@@@@",
        b"v=DKIM1; p=A",
        b"v=DKIM1; k=rsa; k=rsa; p=",
        b"v=DKIM1; k=foo; p=",
        b"\xff\xfe; p=",
        b"\"\"",
    ] {
        assert!(KeyRecord::parse(text).is_err(), "{}", text.escape_ascii());
    }
}

#[test]
fn c15_an_empty_p_is_a_revoked_key() {
    let revoked = record("v=DKIM1; p=").unwrap();
    assert_eq!(revoked.public_key(), Err(KeyError::Revoked));
    assert_eq!(KeyRecord::revoked(KeyType::Rsa), revoked);
}

#[test]
fn c20_white_space_in_p_is_passed_over() {
    let spaced = format!("v=DKIM1; k=ed25519; p={} ; ", P.replace('/', " \t/ "));
    let plain = format!("v=DKIM1; k=ed25519; p={P}");
    assert_eq!(record(&spaced), record(&plain));
}

#[test]
fn c13_c17_lists_allow_what_they_name_and_unknown_names_change_nothing() {
    for (tags, hash, email) in [
        ("", true, true),
        ("h=sha256; ", true, true),
        ("h=sha1: sha256 :x; ", true, true),
        ("h=sha 256; ", false, true),
        ("h=SHA256; ", false, true),
        ("h=sha1; ", false, true),
        ("h=; ", false, true),
        ("s=*; ", true, true),
        ("s=other:email; ", true, true),
        ("s=tlsrpt; ", true, false),
        ("s=e mail; ", true, false),
        ("s=; ", true, false),
    ] {
        let record = record(&format!("v=DKIM1; {tags}p={P}")).unwrap();
        assert_eq!(record.allows_hash(HashAlgorithm::Sha256), hash, "{tags}");
        assert_eq!(record.allows_email(), email, "{tags}");
    }
}

#[test]
fn c02_flags_are_read_and_unknown_ones_passed_over() {
    let record = record("v=DKIM1; t=x:s : y; g=*; n=note to self; p=").unwrap();
    assert!(record.is_testing() && record.is_identity_strict());
    assert_eq!(record.notes(), Some("note to self"));
    let record = record.with_testing(false);
    assert!(!record.is_testing() && record.is_identity_strict());
}

#[test]
fn notes_are_encoded_where_a_record_cannot_hold_them() {
    for (text, notes) in [
        ("\"call Alice\"", "\"call Alice\""),
        ("a;b=c", "a=3Bb=3Dc"),
        (" a  b ", "=20a  b=20"),
        ("\u{fc}\r\n", "=C3=BC=0D=0A"),
        (" ", "=20"),
        ("", ""),
    ] {
        let record = KeyRecord::revoked(KeyType::Rsa).with_notes(text);
        assert_eq!(record.notes(), Some(notes));
        let printed = record.to_string();
        assert_eq!(KeyRecord::parse(printed.as_bytes()), Ok(record));
    }
}

#[test]
fn c13_kinds_of_keys_are_compared_with_their_case_and_are_never_empty() {
    for text in ["k=RSA; p=", "k=; p=", "k=rsa x; p=", "K=ed25519; P="] {
        assert!(record(text).is_err(), "{text}");
    }
    assert_eq!(record("K=ed25519; p=").unwrap().key_type(), KeyType::Rsa);
}

#[test]
fn notes_over_several_lines_are_printed_in_one() {
    let record = record("n=call\r\n Alice\r\n\tor Bob; p=").unwrap();
    assert_eq!(record.notes(), Some("call Alice\tor Bob"));
    assert!(!record.to_string().contains('\n'));
}

#[test]
fn c13_names_of_hashes_are_words_or_refused() {
    let revoked = || KeyRecord::revoked(KeyType::Rsa);
    let record = revoked().with_hash_names(["sha256", "x-1"]).unwrap();
    assert!(record.to_string().contains("; h=sha256:x-1; "));
    assert_eq!(record.with_hash_names([]), Some(revoked()));
    for name in ["", "*", "a:b", "a;b", "-a", "a-", "1a", "\u{fc}", "a b"] {
        assert_eq!(revoked().with_hash_names(["sha256", name]), None, "{name}");
    }
}

#[test]
fn d01_key_data_above_4096_characters_is_not_decoded() {
    let text = |length: usize| format!("v=DKIM1; p={}", "A".repeat(length));
    assert!(record(&text(4096)).is_ok());
    let octets = 4097;
    assert_eq!(
        record(&text(octets)),
        Err(KeyRecordError::TooLong { octets })
    );
}

proptest! {
    #[test]
    fn reading_what_was_printed_gives_the_same_record(
        data in proptest::collection::vec(any::<u8>(), 0..60),
        (strict, testing, hash, email, rsa) in any::<(bool, bool, bool, bool, bool)>(),
        more in "(t=[a-z:]{0,5};)?( n=[!-:<-~]{0,8};)?",
    ) {
        let key_type = if rsa { KeyType::Rsa } else { KeyType::Ed25519 };
        let text = format!("k={key_type}; {more} p={}", to_base64(&data));
        let mut record = record(&text).unwrap();
        if testing {
            record = record.with_testing(true);
        }
        if strict {
            record = record.with_strict_identity(true);
        }
        if hash {
            record = record.with_hash(HashAlgorithm::Sha256);
        }
        if email {
            record = record.for_email_only();
        }
        let printed = record.to_string();
        prop_assert_eq!(KeyRecord::parse(printed.as_bytes()), Ok(record));
    }
}
