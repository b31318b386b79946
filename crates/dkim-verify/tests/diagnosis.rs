//! Messages that are signed, altered as lists, relays and gateways alter them, and explained.
#![cfg(feature = "rust-crypto")]

mod altered;

use altered::{Signed, codes, diagnosis, sign_as, signed, signed_with};
use dkim_canon::Form;
use dkim_verify::{Finding, TransferEncoding};
use proptest::prelude::*;

const PLAIN: &str = "From: Joe <joe@example.com>\r\nTo: Sue <sue@example.net>\r\n\
    Subject: Dinner\r\nDate: Tue, 24 Nov 2026 05:00:00 +0000\r\n\
    Message-ID: <1@example.com>\r\n\r\nHi Sue,\r\n\r\nhungry?\r\n-- \r\nJoe\r\n";

const MIXED: &str = "From: Joe <joe@example.com>\r\nSubject: Dinner\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=\"b1\"\r\n\r\nPreamble.\r\n--b1\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
    Hungry? Ein S\u{fc}ppchen?\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\n\
    Content-Transfer-Encoding: 8bit\r\n\r\n<p>Hungry? Ein S\u{fc}ppchen?</p>\r\n--b1--\r\n";

fn name(name: &str) -> Box<[u8]> {
    name.as_bytes().into()
}

#[test]
fn an_unaltered_message_has_no_findings() {
    for form in ["simple/simple", "relaxed/relaxed", "simple/relaxed"] {
        for message in [PLAIN, MIXED] {
            for signed in signed(form, message) {
                assert_eq!(diagnosis(&signed, &signed.message), []);
            }
        }
    }
}

#[test]
fn a_footer_behind_the_body_is_found_with_its_length() {
    let footer = "_______________________________________________\r\nList mailing list\r\n\
                  List@example.org\r\nhttps://example.org/list\r\n";
    for form in ["simple/simple", "relaxed/relaxed"] {
        for signed in signed(form, PLAIN) {
            let altered = signed.message.clone() + footer;
            let at = PLAIN.len() - PLAIN.find("\r\n\r\n").unwrap() - 4;
            let octets = footer.len();
            assert_eq!(
                diagnosis(&signed, &altered),
                [Finding::BodyAppended { at, octets }]
            );
        }
    }
}

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
fn a_footer_at_the_end_of_a_part_is_found_where_it_is() {
    let footer = "________\r\nCooks mailing list\r\n";
    for form in ["simple/simple", "relaxed/relaxed"] {
        for signed in signed(form, MIXED) {
            for place in ["--b1\r\nContent-Type: text/html", "--b1--"] {
                let altered = signed.message.replace(place, &format!("{footer}{place}"));
                let at = altered.find(footer).unwrap() - altered.find("\r\n\r\n").unwrap() - 4;
                let octets = footer.len();
                assert_eq!(
                    diagnosis(&signed, &altered),
                    [Finding::BodyInserted { at, octets }],
                    "{place}"
                );
            }
        }
    }
}

#[test]
fn a_footer_that_is_a_part_of_its_own_is_found() {
    let part = "--b1\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\nMIME-Version: 1.0\r\n\
                Content-Disposition: inline\r\n\r\n______\r\nCooks mailing list\r\n\r\n";
    for signed in signed("relaxed/relaxed", MIXED) {
        let altered = signed.message.replace("--b1--", &format!("{part}--b1--"));
        let at = altered.find(part).unwrap() - altered.find("\r\n\r\n").unwrap() - 4;
        let octets = part.len();
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::BodyInserted { at, octets }]
        );
    }
}

#[test]
fn a_footer_in_a_part_and_a_tag_are_found_together() {
    for signed in signed("relaxed/relaxed", MIXED) {
        let altered = signed
            .message
            .replace("--b1--", "Cooks mailing list\r\n--b1--")
            .replace("Subject: ", "Subject: [Cooks] ");
        assert_eq!(
            codes(&diagnosis(&signed, &altered)),
            ["body-inserted", "subject-prefix"]
        );
    }
}

#[test]
fn a_warning_on_top_of_the_text_is_found() {
    let warning = "CAUTION: This message comes from outside.\r\n\r\n";
    for signed in signed("relaxed/relaxed", PLAIN) {
        let altered = signed
            .message
            .replace("Hi Sue", &format!("{warning}Hi Sue"));
        let octets = warning.len();
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::BodyInserted { at: 0, octets }]
        );
    }
    for signed in signed("relaxed/relaxed", MIXED) {
        let altered = signed
            .message
            .replace("\r\n\r\nHungry", &format!("\r\n\r\n{warning}Hungry"));
        let at = altered.find(warning).unwrap() - altered.find("\r\n\r\n").unwrap() - 4;
        let octets = warning.len();
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::BodyInserted { at, octets }]
        );
    }
}

#[test]
fn c08_line_ends_that_were_changed_are_found_both_ways() {
    for signed in signed("relaxed/relaxed", PLAIN) {
        let (header, body) = signed.message.split_once("\r\n\r\n").unwrap();
        let altered = format!("{header}\r\n\r\n{}", body.replace("\r\n", "\n"));
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::LineEnds {
                lines: 5,
                bare: true
            }]
        );
    }
    let (header, body) = PLAIN.split_once("\r\n\r\n").unwrap();
    let bare = format!("{header}\r\n\r\n{}", body.replace("\r\n", "\n"));
    for signed in signed("simple/simple", &bare) {
        let (header, body) = signed.message.split_once("\r\n\r\n").unwrap();
        let altered = format!("{header}\r\n\r\n{}", body.replace('\n', "\r\n"));
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::LineEnds {
                lines: 5,
                bare: false
            }]
        );
    }
}

#[test]
fn trailing_white_space_is_found_where_the_form_minds_it() {
    for signed in signed("relaxed/simple", PLAIN) {
        let stripped = signed.message.replace("-- \r\n", "--\r\n");
        let finding = Finding::TrailingWhiteSpace {
            added: false,
            lines: 1,
        };
        assert_eq!(diagnosis(&signed, &stripped), [finding]);
    }
    let tidy = PLAIN.replace("-- ", "--");
    for signed in signed("relaxed/simple", &tidy) {
        let padded = signed
            .message
            .replace("hungry?", "hungry?  ")
            .replace("\r\nJoe\r\n", "\r\nJoe\t\r\n");
        let finding = Finding::TrailingWhiteSpace {
            added: true,
            lines: 2,
        };
        assert_eq!(diagnosis(&signed, &padded), [finding]);
    }
    for signed in signed("relaxed/relaxed", PLAIN) {
        assert_eq!(
            diagnosis(&signed, &signed.message.replace("-- \r\n", "--\r\n")),
            []
        );
    }
}

#[test]
fn c08_soft_line_ends_that_were_stripped_are_found() {
    let flowed = PLAIN.replace("hungry?", "are you perhaps \r\nhungry by \r\nnow?");
    for signed in signed("relaxed/simple", &flowed) {
        let stripped = signed.message.replace(" \r\n", "\r\n");
        let finding = Finding::TrailingWhiteSpace {
            added: false,
            lines: 3,
        };
        assert_eq!(diagnosis(&signed, &stripped), [finding]);
    }
}

#[test]
fn from_lines_that_were_escaped_are_found() {
    let message = PLAIN.to_owned() + "From me to you\r\n";
    for signed in signed("relaxed/relaxed", &message) {
        let altered = signed.message.replace("\r\nFrom me", "\r\n>From me");
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::FromEscaped { lines: 1 }]
        );
        let footer = altered + "-- \r\nlist\r\n";
        assert_eq!(
            codes(&diagnosis(&signed, &footer)),
            ["from-escaped", "body-appended"]
        );
    }
    let quoted = message.clone() + ">From you to me\r\n";
    for signed in signed("relaxed/relaxed", &quoted) {
        let altered = signed
            .message
            .replace(">From you", ">>From you")
            .replace("\r\nFrom me", "\r\n>From me");
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::FromEscaped { lines: 2 }]
        );
    }
}

#[test]
fn text_in_another_transfer_encoding_is_found() {
    let message = "From: a@example.com\r\nSubject: Soup\r\nMIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
        Ein S\u{fc}ppchen = gut.\r\n";
    for signed in signed("relaxed/relaxed", message) {
        for (encoding, name, body) in [
            (
                TransferEncoding::QuotedPrintable,
                "quoted-printable",
                "Ein S=C3=BCppchen =\r\n=3D gut.\r\n",
            ),
            (
                TransferEncoding::Base64,
                "base64",
                "RWluIFPDvHBwY2hlbiA9\r\nIGd1dC4NCg==\r\n",
            ),
        ] {
            let altered = signed
                .message
                .replace("8bit", name)
                .replace("Ein S\u{fc}ppchen = gut.\r\n", body);
            assert_eq!(
                codes(&diagnosis(&signed, &altered)),
                ["body-reencoded", "field-replaced"]
            );
            assert_eq!(
                diagnosis(&signed, &altered)[0],
                Finding::BodyReencoded { encoding, parts: 1 }
            );
        }
    }
    for signed in signed("relaxed/relaxed", MIXED) {
        // Postfix writes the field anew, behind the others.
        let altered = signed
            .message
            .replace("8bit", "quoted-printable")
            .replace('\u{fc}', "=C3=BC");
        let encoding = TransferEncoding::QuotedPrintable;
        assert_eq!(
            diagnosis(&signed, &altered),
            [Finding::BodyReencoded { encoding, parts: 2 }]
        );
        let one = signed.message.replacen("8bit", "base64", 1).replacen(
            "Hungry? Ein S\u{fc}ppchen?",
            "SHVuZ3J5PyBFaW4gU8O8cHBjaGVuPw==",
            1,
        );
        let encoding = TransferEncoding::Base64;
        assert_eq!(
            diagnosis(&signed, &one),
            [Finding::BodyReencoded { encoding, parts: 1 }]
        );
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

#[test]
fn another_form_that_fits_is_named() {
    let spaced = PLAIN.replace("hungry?", "hungry  or   not?");
    for signed in signed("relaxed/relaxed", &spaced) {
        let altered = signed
            .message
            .replace("c=relaxed/relaxed", "c=relaxed/simple");
        let form = Form::Relaxed;
        assert_eq!(diagnosis(&signed, &altered)[0], Finding::BodyForm { form });
    }
    let message = sign_as(Form::Relaxed, "simple/simple");
    let form = Form::Relaxed;
    assert_eq!(
        diagnosis(&message, &message.message),
        [Finding::HeaderForm { form }]
    );
}

#[test]
fn a_length_that_leaves_or_lacks_octets_is_found() {
    for signed in signed_with(PLAIN, |request| request.with_length(u64::MAX)) {
        let signed_octets = PLAIN.split_once("\r\n\r\n").unwrap().1.len() as u64 - 1;
        let appended = signed.message.clone() + "More.\r\n";
        let unsigned = 7;
        let finding = Finding::BodyPartlySigned {
            signed: signed_octets,
            unsigned,
        };
        assert_eq!(diagnosis(&signed, &appended), [finding]);
        let cut = signed.message.replace("-- \r\nJoe\r\n", "");
        let finding = Finding::BodyCut {
            present: signed_octets - 9,
            signed: signed_octets,
        };
        assert_eq!(diagnosis(&signed, &cut), [finding]);
    }
}

#[test]
fn another_key_is_told_from_a_changed_header() {
    let [rsa, ed25519] = signed("relaxed/relaxed", PLAIN);
    let changed = |signed: &Signed| signed.message.replace("Dinner", "Supper at eight");
    assert_eq!(diagnosis(&rsa, &changed(&rsa)), [Finding::HeaderChanged]);
    assert_eq!(
        diagnosis(&ed25519, &changed(&ed25519)),
        [Finding::Unexplained]
    );
    let other = rsa.with_another_key();
    assert_eq!(
        diagnosis(&other, &other.message),
        [Finding::OtherKey {
            signature_bits: 2048
        }]
    );
}

#[test]
fn what_is_not_known_is_called_so() {
    for signed in signed("relaxed/relaxed", MIXED) {
        let altered = signed.message.replace("Hungry", "Thirsty");
        assert_eq!(diagnosis(&signed, &altered), [Finding::BodyChanged]);
    }
}

#[test]
fn findings_are_plain_sentences() {
    let finding = Finding::BodyAppended {
        at: 120,
        octets: 38,
    };
    assert_eq!(
        finding.to_string(),
        "38 octets were appended behind the first 120 of the body"
    );
    let prefix = name("[a\r\nb]");
    let finding = Finding::SubjectPrefix { prefix };
    assert_eq!(
        finding.to_string(),
        "the subject was given the prefix \"[a\\r\\nb]\""
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_letter_that_was_changed_proves_nothing(
        at in any::<prop::sample::Index>(),
        body in any::<bool>(),
    ) {
        for signed in signed("relaxed/relaxed", MIXED) {
            let empty = signed.message.find("\r\n\r\n").unwrap();
            let from = signed.message.find("\r\nFrom:").unwrap();
            // Letters of words that mean nothing to MIME; any other may leave a proof behind.
            let range = if body { empty..signed.message.len() } else { from..empty };
            let letters: Vec<usize> = ["Hungry", "Joe <joe@", "Dinner", "ppchen"]
                .iter()
                .flat_map(|word| signed.message.match_indices(word))
                .map(|(start, _)| start)
                .filter(|start| range.contains(start))
                .collect();
            let mut altered = signed.message.clone();
            let start = *at.get(&letters);
            altered.replace_range(start..=start, "~");
            let found = codes(&diagnosis(&signed, &altered));
            prop_assert_eq!(found.len(), 1);
            let unproven = ["body-changed", "header-changed", "unexplained"];
            prop_assert!(unproven.contains(&found[0]), "{:?}", found);
        }
    }

    #[test]
    fn appended_octets_are_counted(
        body in "([ a-c\t]{0,8}\r\n){0,6}[a-c]{1,5}\r\n",
        appended in "([ a-c\t]{0,8}\r\n){0,4}[d-f]{1,5}(\r\n)?",
        simple in any::<bool>(),
    ) {
        let form = if simple { "simple/simple" } else { "relaxed/relaxed" };
        let message = format!("From: a@example.com\r\n\r\n{body}");
        let [_, signed] = signed(form, &message);
        let altered = signed.message.clone() + &appended;
        let finding = Finding::BodyAppended { at: body.len(), octets: appended.len() };
        prop_assert_eq!(diagnosis(&signed, &altered), [finding]);
    }
}
