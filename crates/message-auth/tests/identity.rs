//! Whose mail a message says it is: each trick of section A of the robustness catalogue that is played
//! with the envelope or with signatures, by somebody who passes SPF and DKIM for a domain of their own.

mod attacker;
#[expect(dead_code, reason = "the other tests share more")]
mod support;

use auth_results::{Method, Trust};

use self::attacker::*;
use self::support::facts;

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
