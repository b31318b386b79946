//! Whose mail a message says it is: each trick of section A of the robustness catalogue that is played
//! with header fields, sent by somebody who passes SPF and DKIM for a domain of their own.

#[expect(dead_code, reason = "the other tests share more")]
mod support;

use auth_results::{Method, PropertyType, ResultCode, Trust};
use dkim_sign::SignRequest;
use dkim_sign::{PrivateKey, SignMessage as _, SigningKey, ZoneEntry};
use dkim_verify::RustCrypto;
use dns_txt::{Question, Zone};
use mail_address::FromDefect;
use message_auth::{Facts, Options, Report};

use self::support::{NOW, NoRandom, facts};

fn key() -> SigningKey {
    SigningKey::new(&PrivateKey::from_seed(&[9; 32])).unwrap()
}

/// `legit.example` wants all else refused; `attack.example` is a domain like any other.
fn zone() -> Zone {
    let selector = "s1".parse().unwrap();
    let domain = "attack.example".parse().unwrap();
    let entry = ZoneEntry::new(selector, domain, key().key_record()).unwrap();
    let text = format!(
        "{}\n\
         legit.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n\
         _dmarc.legit.example. TXT \"v=DMARC1; p=reject\"\n\
         attack.example. TXT \"v=spf1 ip4:198.51.100.1 -all\"\n\
         mail.attack.example. TXT \"v=spf1 ip4:198.51.100.1 -all\"\n\
         _dmarc.attack.example. TXT \"v=DMARC1; p=reject\"\n",
        entry.txt_record()
    );
    Zone::parse(&text, None).unwrap()
}

fn attacker() -> Facts {
    facts("198.51.100.1", "mail.attack.example", "a@attack.example")
}

/// A signature of the attacker's, made over a header that its own signer takes, on top of the
/// header that is sent.
fn signed(header: &str) -> String {
    let body = "Pay at once.\r\n";
    let request = SignRequest::new(
        key().algorithm(),
        "attack.example".parse().unwrap(),
        "s1".parse().unwrap(),
    );
    let message = format!("{header}\r\n{body}");
    let signed = dkim_sign::sign(
        message.as_bytes(),
        &[(&request, &key())],
        NOW,
        &mut NoRandom,
    );
    match signed {
        Ok(mut fields) => format!("{}{message}", fields.remove(0)),
        // Not every header can be signed; SPF passes still.
        Err(_) => message,
    }
}

fn send(facts: Facts, message: &str) -> Report {
    let zone = zone();
    let options = Options::default();
    let ask = |question: &Question| zone.answer(question);
    message_auth::check(
        facts,
        message.as_bytes(),
        &options,
        RustCrypto::shared(),
        ask,
    )
    .unwrap()
}

/// What DMARC says of a message of the attacker's with this header; SPF passes for their domain.
fn sent(header: &str) -> Report {
    let report = send(attacker(), &signed(header));
    assert_eq!(report.spf_mail_from.verdict, spf::Verdict::Pass);
    report
}

/// The domain that DMARC passes for, as the stamped field says.
fn passed(report: &Report) -> Option<String> {
    let field = report.authentication_results();
    let dmarc: Vec<_> = field
        .results
        .iter()
        .filter(|result| result.method == Method::Dmarc)
        .collect();
    let [dmarc] = &*dmarc else {
        panic!("one result of DMARC: {field:?}");
    };
    let from = dmarc.property(&PropertyType::Header, "from");
    (dmarc.result == ResultCode::Pass).then(|| from.unwrap().to_owned())
}

/// A message that passes for nobody, because its From has this defect.
fn assert_defect(header: &str, defect: FromDefect) {
    let report = sent(header);
    assert_eq!(report.from, Err(defect), "{header}");
    assert!(report.dmarc.is_none());
    assert_eq!(passed(&report), None, "{header}");
    let field = report.authentication_results();
    let dmarc = field
        .results
        .iter()
        .find(|result| result.method == Method::Dmarc);
    assert_eq!(dmarc.unwrap().result, ResultCode::PermError, "{header}");
}

/// A message that cannot be read as anybody's.
fn assert_unreadable(header: &str) {
    let report = sent(header);
    assert!(
        matches!(report.from, Err(FromDefect::Syntax(_))),
        "{header}"
    );
    assert_eq!(passed(&report), None, "{header}");
}

/// A message that passes for the attacker's own domain, and for that alone.
fn assert_own(header: &str) {
    assert_eq!(
        passed(&sent(header)).as_deref(),
        Some("attack.example"),
        "{header}"
    );
}

#[test]
fn an_attacker_passes_for_their_own_domain_and_fails_for_others() {
    assert_own("From: a@attack.example\r\n");
    let report = sent("From: ceo@legit.example\r\n");
    assert_eq!(report.dmarc.as_ref().unwrap().verdict, dmarc::Verdict::Fail);
    assert_eq!(passed(&report), None);
}

#[test]
fn a01_a_helo_pass_aligns_with_nobody() {
    let facts = facts(
        "198.51.100.1",
        "mail.attack.example",
        "ceo@void.legit.example",
    );
    let report = send(facts, "From: a@attack.example\r\n\r\n");
    assert_eq!(report.spf_helo.verdict, spf::Verdict::Pass);
    assert_eq!(passed(&report), None);
}

#[test]
fn a02_a_reverse_path_with_a_parenthesis_is_no_null_sender() {
    for path in ["(any@legit.example", "<(any@legit.example>", "(", "()"] {
        // As the null sender it would pass for the domain of HELO.
        let facts = facts("198.51.100.1", "mail.attack.example", path);
        for author in ["ceo@legit.example", "a@attack.example"] {
            let report = send(facts.clone(), &format!("From: {author}\r\n\r\n"));
            assert_ne!(report.spf_mail_from.verdict, spf::Verdict::Pass, "{path}");
            assert_eq!(passed(&report), None, "{path} {author}");
        }
    }
}

#[test]
fn a03_a04_a_signing_domain_that_is_none_aligns_with_nobody() {
    let message = signed("From: ceo@legit.example\r\n");
    for domain in [
        "legit.example(.attack.example",
        "legit.example\".attack.example",
        "legit.example'.attack.example",
        "legit.example\0.attack.example",
        "legit.example .attack.example",
    ] {
        let message = message.replace("d=attack.example", &format!("d={domain}"));
        assert_eq!(passed(&send(attacker(), &message)), None, "{domain}");
    }
}

#[test]
fn a05_odd_reverse_paths_align_with_nobody_else() {
    for path in [
        "any@legit.example(.attack.example",
        "any@legit.example'@any.attack.example",
        "ceo@legit.example,a@attack.example",
        "(ceo@legit.example",
    ] {
        let facts = facts("198.51.100.1", "mail.attack.example", path);
        let report = send(facts, "From: ceo@legit.example\r\n\r\n");
        assert_eq!(passed(&report), None, "{path}");
    }
}

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
fn a14_a_signature_that_does_not_cover_from_aligns_with_nobody() {
    let message = signed("From: a@attack.example\r\n");
    let relay = || facts("203.0.113.9", "relay.example", "x@relay.example");
    let own = send(relay(), &message);
    assert_eq!(passed(&own).as_deref(), Some("attack.example"));
    let (field, header) = message.split_at(message.find("\r\nFrom: a@").unwrap() + 2);
    let unsigned = field.replace("from:", "x:").replace("From:", "x:");
    assert_ne!(field, unsigned);
    let report = send(relay(), &format!("{unsigned}{header}"));
    assert_eq!(report.dkim[0].result(), dkim_verify::ResultWord::PermError);
    assert_eq!(passed(&report), None);
}

#[test]
fn a14_a_field_that_a_signature_does_not_cover_is_not_told_as_covered() {
    let message = signed("From: a@attack.example\r\nSubject: 1\r\n");
    let report = send(
        attacker(),
        &format!("X-Author: ceo@legit.example\r\n{message}"),
    );
    let mut covered = report.dkim[0].signature.as_ref().unwrap().signed();
    assert!(covered.all(|index| index > 1));
    assert_eq!(passed(&report).as_deref(), Some("attack.example"));
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
fn a16_a_signature_of_a_part_of_the_body_does_not_align() {
    let message = signed("From: a@attack.example\r\n").replacen("bh=", "l=0; bh=", 1);
    let facts = facts("203.0.113.9", "relay.example", "x@relay.example");
    let report = send(facts, &message);
    assert_eq!(report.dkim[0].result(), dkim_verify::ResultWord::Policy);
    assert_eq!(passed(&report), None);
}

#[test]
fn a17_who_submits_with_the_from_of_another_passes_for_nobody() {
    // Their server signs what it takes from them, and stands for the envelope.
    for header in [
        "From: ceo@legit.example\r\nSender: a@attack.example\r\n",
        "Sender: a@attack.example\r\nFrom: \"a@attack.example\" <ceo@legit.example>\r\n",
        "From: ceo@legit.example (a@attack.example)\r\nReply-To: a@attack.example\r\n",
    ] {
        let report = sent(header);
        assert!(report.dkim[0].is_pass(), "{header}");
        assert_eq!(report.dmarc.as_ref().unwrap().verdict, dmarc::Verdict::Fail);
        assert_eq!(passed(&report), None, "{header}");
    }
}

#[test]
fn a18_the_null_sender_stands_for_its_helo_name() {
    let null = |helo| facts("198.51.100.1", helo, "");
    let report = send(
        null("mail.attack.example"),
        "From: ceo@legit.example\r\n\r\n",
    );
    assert_eq!(passed(&report), None);
    let report = send(
        null("mail.attack.example"),
        "From: a@attack.example\r\n\r\n",
    );
    assert_eq!(passed(&report).as_deref(), Some("attack.example"));
    let report = send(null("[198.51.100.1]"), "From: a@attack.example\r\n\r\n");
    assert_eq!(passed(&report), None);
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

#[test]
fn f03_our_fields_are_used_and_those_of_an_attached_message_are_not() {
    let attached = "Content-Type: message/rfc822\r\n\r\n\
        Authentication-Results: mx.example.org; dmarc=pass header.from=legit.example\r\n";
    let message = signed(&format!("From: a@attack.example\r\n{attached}"));
    let report = send(attacker(), &message);
    let delivered = format!(
        "{}Received: from x by mx.example.org; x\r\nReceived: from y by x; x\r\n{message}",
        report.fields()
    );
    let (header, _) = dkim_canon::Header::split(delivered.as_bytes());
    let trust = Trust::new()
        .authserv_id("mx.example.org")
        .host("mx.example.org");
    let results = trust.results(header.fields().map(|field| (field.name(), field.value())));
    assert_eq!(results, report.authentication_results().results);
    assert!(results.iter().any(|result| result.method == Method::Dmarc));
}
