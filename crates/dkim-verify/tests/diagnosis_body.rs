//! Bodies that lists, relays and gateways have altered, and what is said of them.
#![cfg(feature = "rust-crypto")]

mod altered;

use altered::{MIXED, PLAIN, codes, diagnosis, name, signed};
use dkim_verify::{Finding, TransferEncoding};
use proptest::prelude::*;

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

/// The message as a list sends it on that puts what it got into a part, and a footer into another.
fn wrapped(message: &str) -> String {
    let (header, body) = message.split_once("\r\n\r\n").unwrap();
    let mut lines = header.split("\r\n");
    let moved: Vec<&str> = lines
        .clone()
        .filter(|line| line.starts_with("Content-"))
        .collect();
    let header: Vec<&str> = lines
        .by_ref()
        .filter(|line| !line.starts_with("Content-") && !line.starts_with("MIME-Version"))
        .collect();
    let part = match moved.is_empty() {
        true => "Content-Type: text/plain; charset=\"us-ascii\"\r\nContent-Transfer-Encoding: 7bit"
            .into(),
        false => moved.join("\r\n"),
    };
    format!(
        "{}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"==outer==\"\r\n\r\n\
         --==outer==\r\n{part}\r\n\r\n{body}\r\n--==outer==\r\n\
         Content-Type: text/plain; charset=\"us-ascii\"\r\nMIME-Version: 1.0\r\n\
         Content-Transfer-Encoding: 7bit\r\nContent-Disposition: inline\r\n\r\n\
         _____\r\nCooks mailing list\r\n\r\n--==outer==--\r\n",
        header.join("\r\n")
    )
}

#[test]
fn a_body_that_became_a_part_of_a_new_multipart_is_found_in_it() {
    let text = "From: Joe <joe@example.com>\r\nSubject: Dinner\r\nMIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
        Ein S\u{fc}ppchen?\r\n";
    let (replaced, removed, added) = ("field-replaced", "field-removed", "field-added");
    for (message, fields) in [
        (text, &[replaced, removed][..]),
        (MIXED, &[replaced]),
        (PLAIN, &[added, added]),
    ] {
        for form in ["relaxed/relaxed", "relaxed/simple", "simple/simple"] {
            for signed in signed(form, message) {
                let altered = wrapped(&signed.message);
                let found = diagnosis(&signed, &altered);
                let Finding::BodyWrapped { at, octets } = found[0] else {
                    panic!("{found:?}");
                };
                let (_, body) = altered.split_once("\r\n\r\n").unwrap();
                let (_, was) = message.split_once("\r\n\r\n").unwrap();
                assert_eq!(&body[at..at + octets], was);
                assert_eq!(&codes(&found)[1..], fields, "{found:?}");

                let tagged = altered.replace("Subject: ", "Subject: [Cooks] ");
                let mut found = codes(&diagnosis(&signed, &tagged));
                assert_eq!(found.pop(), Some("subject-prefix"), "{form}");
                assert_eq!(&found[1..], fields);
            }
        }
    }
}

#[test]
fn what_a_field_said_is_taken_from_the_part_that_the_body_became() {
    for signed in signed("relaxed/relaxed", MIXED) {
        let found = diagnosis(&signed, &wrapped(&signed.message));
        let was = Finding::FieldReplaced {
            name: name("Content-Type"),
            value: name(" multipart/alternative; boundary=\"b1\""),
        };
        assert_eq!(found[1..], [was]);
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

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
