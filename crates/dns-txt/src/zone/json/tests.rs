use alloc::string::ToString;
use core::net::Ipv4Addr;

use super::*;
use crate::answer::Record;

#[test]
fn a_zone_is_the_same_in_json_and_in_a_master_file() {
    let json = br#"{
            "Example.com": {
                "records": [
                    {"type": "TXT", "strings": ["v=spf1 ", "-all"]},
                    {"type": "MX", "preference": 10, "exchange": "mail.example.com"},
                    {"type": "A", "value": "192.0.2.1"},
                    {"type": "AAAA", "value": "2001:db8::1"},
                    {"type": "PTR", "value": "."}
                ],
                "other_types": "timeout"
            },
            "alias.example": {"records": [{"type": "CNAME", "value": "example.com"}]},
            "broken.example": {"status": "SERVFAIL"},
            "empty.example": {},
            "gone.example": {"status": "NXDOMAIN"}
        }"#;
    let text = r#"
example.com.    TXT "v=spf1 " "-all"
                MX 10 mail.example.com.
                A 192.0.2.1
                AAAA 2001:db8::1
                PTR .
$STATUS example.com. TIMEOUT
alias.example.  CNAME example.com.
$STATUS broken.example. SERVFAIL
$STATUS empty.example. NODATA
$STATUS gone.example. NXDOMAIN
"#;
    assert_eq!(Zone::from_json(json).unwrap(), text.parse().unwrap());
}

#[test]
fn octets_and_the_status_of_one_type_can_be_said() {
    let json = br#"{
            "a\\.b.example": {
                "records": [{"type": "TXT", "strings": ["caf", [233], "\\233"]}],
                "types": {"MX": "TIMEOUT"}
            }
        }"#;
    let text = "a\\.b.example. TXT \"caf\\233\\\\233\"\n$STATUS a\\.b.example. MX TIMEOUT\n";
    assert_eq!(Zone::from_json(json).unwrap(), text.parse().unwrap());
}

/// Names without a dot at the end are absolute, so nothing at all is the root.
#[test]
fn a_name_without_labels_is_the_root() {
    let json = r#"{"a.example": {"records": [{"type": "MX", "preference": 0, "exchange": ""}]}}"#;
    let text = "a.example. MX 0 .\n";
    assert_eq!(Zone::from_json(json).unwrap(), text.parse().unwrap());
}

#[test]
fn text_stays_text_where_255_octets_end_within_a_letter() {
    let text = ["x".repeat(254), "\u{fc}".into()].concat();
    let mut zone = Zone::new();
    let name: Name = "a.example".parse().unwrap();
    zone.insert(name, Record::Txt(text.clone().into_bytes().into()));
    let json = zone.to_json();
    assert!(json.contains(&text), "{json}");
    assert_eq!(Zone::from_json(&json).unwrap(), zone);
}

#[test]
fn a_zone_is_printed_as_people_would_write_it() {
    let zone: Zone = "a.example. TXT \"v=spf1 \" -all\na.example. MX 10 m.example.\n\
                      $STATUS a.example. TIMEOUT"
        .parse()
        .unwrap();
    let json = r#"{
  "a.example": {
    "records": [
      {
        "type": "MX",
        "preference": 10,
        "exchange": "m.example"
      },
      {
        "type": "TXT",
        "strings": [
          "v=spf1 -all"
        ]
      }
    ],
    "status": "TIMEOUT"
  }
}"#;
    assert_eq!(zone.to_json(), json);
}

#[test]
fn c11_of_very_many_records_equal_ones_are_read_once() {
    let record = r#"{"type": "A", "value": "192.0.2.1"},"#;
    let other = |n: u32| {
        let value = Ipv4Addr::from_bits(n);
        alloc::format!("{{\"type\": \"A\", \"value\": \"{value}\"}},")
    };
    let others: String = (0..40_000).map(other).collect();
    let json = ["{\"a\": {\"records\": [", &others, record, record];
    let json = json.concat().trim_end_matches(',').to_string() + "]}}";
    let zone = Zone::from_json(&json).unwrap();
    assert_eq!(zone.records().count(), 40_001);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (json, what) in [
        (
            "[]",
            "line 1, column 0: invalid type: sequence, expected a map",
        ),
        (
            "{\"a..b\": {}}",
            "line 1, column 7: empty label in a domain name",
        ),
        (
            "{\n\"a\": {\"status\": \"LATE\"}}",
            "line 2, column 23: unknown status",
        ),
        ("{\"a\": {\"state\": \"\"}}", "unknown field `state`"),
        (r#"{"a": {"types": {"NS": "TIMEOUT"}}}"#, "unknown type"),
        (
            r#"{"a": {"records": [{"type": "TXT", "strings": [[256]]}]}}"#,
            "expected a string or a list of octets",
        ),
        (
            r#"{"a": {"records": [{"type": "SRV"}]}}"#,
            "unknown variant `SRV`",
        ),
        (
            r#"{"a": {"records": [{"type": "A", "value": "1"}]}}"#,
            "invalid IPv4 address",
        ),
        (
            r#"{"a": {"records": [{"type": "A"}]}}"#,
            "missing field `value`",
        ),
        // Of two entries for one name, one would be lost.
        (
            "{\"a.example\": {},\n\"A.example.\": {}}",
            "line 2, column 17: a.example stands here twice",
        ),
        (
            r#"{"a": {"records": [{"type": "CNAME", "value": "b"}, {"type": "A", "value": "192.0.2.1"}]}}"#,
            "a CNAME record cannot stand beside other data",
        ),
        (
            r#"{"a": {"records": [{"type": "CNAME", "value": "b"}, {"type": "CNAME", "value": "c"}]}}"#,
            "a CNAME record cannot stand beside other data",
        ),
    ] {
        let error = Zone::from_json(json).unwrap_err();
        assert!(error.to_string().contains(what), "{json}: {error}");
        assert!(!error.fault().contains("line"), "{error}");
    }
}

/// A name in the text may hold anything, and an error is shown to people.
#[test]
fn nothing_in_the_text_can_move_the_cursor() {
    let json = r#"{"a": {"\u001b[2J\u009b\nx": 1}}"#;
    let error = Zone::from_json(json).unwrap_err();
    assert!(!error.to_string().contains(char::is_control), "{error:?}");
    let fault = r"unknown field `\u{1b}[2J\u{9b}\nx`";
    assert!(error.fault().starts_with(fault), "{error}");
}
