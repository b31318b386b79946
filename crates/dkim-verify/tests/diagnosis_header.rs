//! Headers that lists, relays and gateways have altered, and what is said of them.
#![cfg(feature = "rust-crypto")]

mod altered;

use altered::{PLAIN, codes, diagnosis, name, signed, signed_with};
use dkim_verify::Finding;

#[test]
fn a_list_that_tags_the_subject_and_adds_a_footer_is_seen_through() {
    for signed in signed("relaxed/relaxed", PLAIN) {
        let altered = signed.message.replace("Subject: ", "Subject: [Cooks] ") + "--\r\nCooks\r\n";
        let at = PLAIN.len() - PLAIN.find("\r\n\r\n").unwrap() - 4;
        let prefix = name("[Cooks]");
        assert_eq!(
            diagnosis(&signed, &altered),
            [
                Finding::BodyAppended { at, octets: 11 },
                Finding::SubjectPrefix { prefix }
            ]
        );
    }
}

#[test]
fn a_tag_that_moves_in_front_of_re_is_found() {
    let answer = PLAIN.replace("Dinner", "Re: [Cooks] Dinner");
    for signed in signed("relaxed/simple", &answer) {
        let altered = signed.message.replace("Re: [Cooks] ", "[Cooks] Re: ");
        let prefix = name("[Cooks]");
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::SubjectPrefix { prefix }]
        );
    }
}

#[test]
fn a_list_that_takes_over_the_author_is_seen_through() {
    for signed in signed("relaxed/simple", PLAIN) {
        let altered = signed
            .message
            .replace("Subject: ", "Subject: [Cooks] ")
            .replace(
                "From: Joe <joe@example.com>",
                "From: Joe via Cooks <cooks@example.org>",
            )
            .replace("\r\nTo:", "\r\nReply-To: Joe <joe@example.com>\r\nTo:");
        let found = diagnosis(&signed, &altered);
        assert!(
            found.contains(&Finding::SubjectPrefix {
                prefix: name("[Cooks]")
            }),
            "{found:?}"
        );
        let was = Finding::FieldReplaced {
            name: name("From"),
            value: name(" Joe <joe@example.com>"),
        };
        assert!(found.contains(&was), "{found:?}");
    }
}

#[test]
fn folding_is_found_where_the_form_minds_it() {
    for signed in signed("simple/simple", PLAIN) {
        for (from, to, field) in [
            ("To: Sue <", "To: Sue\r\n <", "To"),
            ("Date: Tue, 24", "Date: Tue,\r\n\t24", "Date"),
            ("Subject: Dinner", "Subject:  Dinner", "Subject"),
        ] {
            let altered = signed.message.replace(from, to);
            assert_eq!(
                diagnosis(&signed, &altered),
                [Finding::FieldRefolded { name: name(field) }],
                "{to}"
            );
        }
    }
    let tight = PLAIN.replace(
        "To: Sue <sue@example.net>",
        "To: a@example.net,b@example.net",
    );
    for signed in signed("relaxed/relaxed", &tight) {
        let altered = signed.message.replace(".net,b", ".net,\r\n b");
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::FieldRefolded { name: name("To") }]
        );
    }
}

#[test]
fn a_subject_in_another_encoding_is_found() {
    for (before, now) in [
        ("S\u{fc}ppchen heute", "=?UTF-8?Q?S=C3=BCppchen_heute?="),
        (
            "=?utf-8?q?S=C3=BCppchen_heute?=",
            "=?UTF-8?B?U8O8cHBjaGVuIGhldXRl?=",
        ),
        ("=?UTF-8?B?U8O8cHBjaGVuIGhldXRl?=", "S\u{fc}ppchen heute"),
    ] {
        for signed in signed("relaxed/relaxed", &PLAIN.replace("Dinner", before)) {
            let altered = signed.message.replace(before, now);
            assert_eq!(
                diagnosis(&signed, &altered),
                [Finding::FieldReencoded {
                    name: name("Subject")
                }],
                "{before} {now}"
            );
        }
    }
}

#[test]
fn fields_that_were_added_removed_or_reordered_are_found() {
    let two = PLAIN.replace(
        "\r\nTo:",
        "\r\nMIME-Version: 1.0\r\nComments: one\r\nComments: two\r\nTo:",
    );
    let names = [
        "From",
        "To",
        "Subject",
        "Cc",
        "MIME-Version",
        "Comments",
        "Comments",
    ];
    for signed in signed_with(&two, |request| request.exactly(names)) {
        let added = signed
            .message
            .replace("\r\nTo:", "\r\nCc: eve@example.org\r\nTo:");
        assert_eq!(
            diagnosis(&signed, &added),
            [Finding::FieldAdded { name: name("Cc") }]
        );
        let removed = signed.message.replace("MIME-Version: 1.0\r\n", "");
        let finding = Finding::FieldRemoved {
            name: name("MIME-Version"),
            value: name(" 1.0"),
        };
        assert_eq!(diagnosis(&signed, &removed), [finding]);
        let reordered = signed
            .message
            .replace("one", "three")
            .replace("two", "one")
            .replace("three", "two");
        let finding = Finding::FieldsReordered {
            name: name("Comments"),
        };
        assert_eq!(diagnosis(&signed, &reordered), [finding]);
    }
}

#[test]
fn copied_fields_tell_what_a_field_said() {
    for signed in signed_with(PLAIN, |request| request.copied()) {
        let altered = signed.message.replace("Subject: Dinner", "Subject: Lunch");
        let finding = Finding::FieldReplaced {
            name: name("Subject"),
            value: name(" Dinner"),
        };
        assert_eq!(diagnosis(&signed, &altered), [finding]);
        let altered = signed.message.replace("To: Sue <sue@example.net>\r\n", "");
        let value = name(" Sue <sue@example.net>");
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::FieldRemoved {
                name: name("To"),
                value
            }]
        );
        let altered = signed
            .message
            .replace("Subject: ", "Cc: eve@example.org\r\nSubject: *** ");
        assert_eq!(
            codes(&diagnosis(&signed, &altered)),
            ["subject-prefix", "field-added"]
        );
    }
}

#[test]
fn of_the_differences_from_copies_those_are_told_that_break_the_signature() {
    // The copies are of all fields, and `h=` leaves some out.
    let names = ["From", "Subject"];
    for signed in signed_with(PLAIN, |request| request.exactly(names).copied()) {
        let altered = signed
            .message
            .replace("From: Joe", "From:  Joe")
            .replace("To: Sue", "To: Eve")
            .replace("\r\nTo: ", "\r\nReceived: by list\r\nTo: ")
            .replace("Subject: Dinner", "Subject: Lunch");
        let finding = Finding::FieldReplaced {
            name: name("Subject"),
            value: name(" Dinner"),
        };
        assert_eq!(diagnosis(&signed, &altered), [finding]);
    }
}
