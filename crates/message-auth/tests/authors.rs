//! Whose mail a message says it is: each trick of section A of the robustness catalogue that is played
//! with From, by somebody who passes SPF and DKIM for a domain of their own.

mod attacker;
#[expect(dead_code, reason = "the other tests share more")]
mod support;

use dkim_verify::RustCrypto;
use dns_txt::Question;
use mail_address::FromDefect;
use message_auth::Options;

use self::attacker::*;

#[test]
fn a06_a_route_in_from_is_nobody() {
    assert_own("From: <@legit.example,@any:any@attack.example>\r\n");
    let report = sent("From: <@attack.example:ceo@legit.example>\r\n");
    assert_eq!(passed(&report), None);
    assert_eq!(report.dmarc.unwrap().author.as_str(), "legit.example");
}

#[test]
fn a07_t66_two_from_fields_pass_for_nobody() {
    let several = FromDefect::Several { fields: 2 };
    for header in [
        "From: a@attack.example\r\nFrom: ceo@legit.example\r\n",
        "From: ceo@legit.example\r\nFrom: a@attack.example\r\n",
        "From: a@attack.example\r\nfrom: a@attack.example\r\n",
        "From: a@attack.example\r\nFROM : ceo@legit.example\r\n",
    ] {
        assert_defect(header, several);
    }
    // The one is signed, the other comes on top.
    let message = signed("From: a@attack.example\r\n");
    let message = format!("From: ceo@legit.example\r\n{message}");
    let report = send(attacker(), &message);
    assert_eq!((&report.from, passed(&report)), (&Err(several), None));
}

#[test]
fn a07_a_from_behind_a_bare_line_end_passes_for_nobody() {
    for header in [
        "From: a@attack.example\r\nX: 1\nFrom: ceo@legit.example\r\n",
        "X: 1\rFrom: ceo@legit.example\r\nFrom: a@attack.example\r\n",
        "From: a@attack.example\nFrom: ceo@legit.example\r\n",
    ] {
        assert_defect(header, FromDefect::Hidden);
    }
}

#[test]
fn a08_odd_spellings_of_from_pass_for_nobody() {
    for header in [
        " From: a@attack.example\r\nTo: b@example.org\r\n",
        "To: b@example.org\r\nFrom : a@attack.example\r\n",
        "To: b@example.org\r\nFrom\r\n : a@attack.example\r\n",
    ] {
        assert_defect(header, FromDefect::FieldName);
    }
    assert_defect(
        " From: a@attack.example\r\nFrom: ceo@legit.example\r\n",
        FromDefect::Several { fields: 2 },
    );
    // Some readers drop what no name may hold.
    for hidden in ["From\0", "\0From", "\u{feff}From", "From\u{b}"] {
        assert_defect(
            &format!("From: a@attack.example\r\n{hidden}: ceo@legit.example\r\n"),
            FromDefect::Several { fields: 2 },
        );
    }
}

#[test]
fn a09_t65_nobody_stands_in_for_a_missing_from() {
    for header in [
        "Sender: a@attack.example\r\n",
        "Resent-From: a@attack.example\r\nTo: b@example.org\r\n",
        "Reply-To: a@attack.example\r\n",
        "",
    ] {
        assert_defect(header, FromDefect::Missing);
    }
}

#[test]
fn a10_t63_two_author_domains_pass_for_neither() {
    for from in [
        "<a@attack.example>, <ceo@legit.example>",
        "<ceo@legit.example>, <a@attack.example>",
        "Us: a@attack.example;, You: ceo@legit.example;",
    ] {
        let report = sent(&format!("From: {from}\r\n"));
        assert_eq!(report.from.as_ref().unwrap().domains().len(), 2);
        assert!(report.dmarc.is_none());
        assert_eq!(passed(&report), None, "{from}");
    }
}

#[test]
fn a10_t64_two_authors_of_one_domain_pass_for_it() {
    assert_own("From: a@attack.example, b@Attack.Example\r\n");
}

#[test]
fn a11_an_encoded_word_is_no_address() {
    assert_own("From: =?utf-8?q?=3Cceo=40legit.example=3E?= <a@attack.example>\r\n");
    assert_own("From: =?utf-8?b?Y2VvQGxlZ2l0LmV4YW1wbGU=?=@attack.example\r\n");
    // Decoded it would be the attacker's; it is nobody's.
    for from in [
        "=?utf-8?b?YUBhdHRhY2suZXhhbXBsZQ==?=",
        "<=?utf-8?b?YUBhdHRhY2suZXhhbXBsZQ==?=>",
        "=?utf-8?q?a=40attack.example?=, ceo@legit.example",
        "ceo@=?utf-8?q?legit.example?=",
    ] {
        assert_unreadable(&format!("From: {from}\r\n"));
    }
}

#[test]
fn a12_text_beside_an_address_makes_a_from_unreadable() {
    for from in [
        "<a@attack.example>\\,<ceo@legit.example>",
        "<a@attack.example>ceo@legit.example",
        "a@attack.example <ceo@legit.example>",
        "ceo@legit.example <a@attack.example>",
        "a@attack.example@legit.example",
        "\"a@attack.example\" ceo@legit.example, x",
        "<<a@attack.example>>",
        "<ceo@legit.example(<a@attack.example>",
        "a@attack.example; ceo@legit.example",
    ] {
        assert_unreadable(&format!("From: {from}\r\n"));
    }
    assert_own("From: \"ceo@legit.example\" <a@attack.example>\r\n");
    assert_own("From: (ceo@legit.example) a@attack.example\r\n");
}

#[test]
fn a13_what_nobody_can_see_is_invalid_and_not_without_a_policy() {
    for domain in [
        "legit\u{2000}.example",
        "le\u{200b}git.example",
        "legit\u{202e}.example",
        "legit\u{3002}example",
    ] {
        assert_unreadable(&format!("From: ceo@{domain}\r\n"));
    }
    assert_defect(
        "From: ceo@l\u{e9}git.example\r\n",
        FromDefect::Internationalized,
    );
}

#[test]
fn a15_a_from_added_to_a_signed_message_passes_for_nobody() {
    let message = signed("Subject: 1\r\nFrom: a@attack.example\r\n");
    for added in [
        "From: ceo@legit.example\r\n",
        "from : ceo@legit.example\r\n",
    ] {
        let report = send(attacker(), &format!("{added}{message}"));
        assert_eq!(passed(&report), None, "{added}");
    }
}

#[test]
fn a19_octets_that_are_no_text_are_nobody() {
    let zone = zone();
    let options = Options::default();
    let ask = |question: &Question| zone.answer(question);
    let message = b"From: a@legit.example\xffattack.example\r\n\r\n";
    let report = message_auth::check(attacker(), message, &options, RustCrypto::shared(), ask);
    let report = report.unwrap();
    assert!(matches!(report.from, Err(FromDefect::Syntax(_))));
    assert_eq!(passed(&report), None);
}

#[test]
fn a20_t65_a_from_without_an_address_passes_for_nobody() {
    for from in [
        "Undisclosed:;",
        "",
        " ",
        "(a@attack.example)",
        "A:;, B:;",
        ",",
    ] {
        assert_defect(&format!("From: {from}\r\n"), FromDefect::Nobody);
    }
    assert_unreadable("From: Alice\r\n");
    assert_defect("From: a@[198.51.100.1]\r\n", FromDefect::AddressLiteral);
}
