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

/// What Perl's `MIME-Header` and Python's `email` make of one subject.
const SUBJECTS: [&str; 5] = [
    "S\u{fc}ppchen f\u{fc}r die ganze Gesellschaft, auch f\u{fc}r die Nachbarn und ihre G\u{e4}ste",
    "=?UTF-8?B?U8O8cHBjaGVuIGbDvHIgZGllIGdhbnplIEdlc2VsbHNjaGFmdCwgYXVjaCBm?=\r\n \
     =?UTF-8?B?w7xyIGRpZSBOYWNoYmFybiB1bmQgaWhyZSBHw6RzdGU=?=",
    "=?utf-8?q?S=C3=BCppchen_f=C3=BCr_die_ganze_Gesellschaft=2C_auch_f?=\r\n \
     =?utf-8?q?=C3=BCr_die_Nachbarn_und_ihre_G=C3=A4ste?=",
    "=?UTF-8?B?U8O8cHBjaGVuIGbDvHIgZGllIGdhbnplIEdlc2VsbHNjaGFmdCwgYXVjaCBmw7xyIGRpZSBOYWNo\
     YmFybiB1bmQgaWhyZSBHw6RzdGU=?=",
    // Cut by hand, where no rule would cut.
    "=?UTF-8?B?U8O8cHBjaGVu?=\r\n \
     =?UTF-8?B?IGbDvHIgZGllIGdhbnplIEdlc2VsbHNjaGFmdCwgYXVjaCBmw7xyIGRpZSBOYWNo\
     YmFybiB1bmQgaWhyZSBHw6RzdGU=?=",
];

#[test]
fn a_subject_whose_encoded_words_were_split_or_merged_is_found() {
    for before in SUBJECTS {
        for now in SUBJECTS {
            let by_hand = before == SUBJECTS[4];
            if before == now || (by_hand && !now.starts_with("=?UTF-8?B?")) {
                continue;
            }
            for form in ["relaxed/relaxed", "simple/simple"] {
                for signed in signed(form, &PLAIN.replace("Dinner", before)) {
                    let altered = signed.message.replace(before, now);
                    let name = name("Subject");
                    let found = diagnosis(&signed, &altered);
                    assert_eq!(found, [Finding::FieldReencoded { name }], "{before} {now}");
                }
            }
        }
    }
}

#[test]
fn an_author_in_another_encoding_is_found() {
    let names = [
        "J\u{fc}rgen M\u{fc}ller <j@example.com>",
        "=?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <j@example.com>",
        "=?UTF-8?B?SsO8cmdlbiBNw7xsbGVy?= <j@example.com>",
        "=?UTF-8?Q?J=C3=BCrgen?= =?UTF-8?Q?_M=C3=BCller?= <j@example.com>",
    ];
    for before in &names[..3] {
        for now in names.iter().filter(|now| *now != before) {
            for signed in signed(
                "relaxed/relaxed",
                &PLAIN.replace("Sue <sue@example.net>", before),
            ) {
                let altered = signed.message.replace(before, now);
                let name = name("To");
                let found = diagnosis(&signed, &altered);
                assert_eq!(found, [Finding::FieldReencoded { name }], "{before} {now}");
            }
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
