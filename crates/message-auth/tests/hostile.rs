//! The hostile inputs of the catalogue, sent through the whole machine. Nothing of them comes out
//! as a pass for somebody else.

mod support;

use auth_results::{AuthenticationResults, Method, PropertyType, ResInfo, ResultCode};
use dkim_verify::RustCrypto;
use dns_txt::Inquiry as _;
use message_auth::{Inbound, Options, Report};
use spf::Verdict;
use support::{HONEST, MESSAGE, check, facts, honest, signed, zone};

fn passes(report: &Report, method: Method) -> Vec<String> {
    let field = report.authentication_results();
    let results = field.results.iter();
    results
        .filter(|result| result.method == method && result.result == ResultCode::Pass)
        .map(|result| format!("{result:?}"))
        .collect()
}

/// The fields of a report, each in one logical line, held to be well formed.
fn logical_lines(report: &Report) -> Vec<String> {
    let fields = report.fields();
    for line in fields.strip_suffix("\r\n").unwrap().split("\r\n") {
        assert!(line.len() <= 998, "{line}");
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(!line.trim_matches([' ', '\t']).is_empty(), "{fields:?}");
    }
    let unfolded = fields.replace("\r\n ", " ");
    unfolded.lines().map(str::to_owned).collect()
}

fn last_dkim(field: &AuthenticationResults) -> Option<&ResInfo> {
    let mut results = field.results.iter();
    results.rfind(|result| result.method == Method::Dkim)
}

#[test]
fn a01_a_helo_pass_is_no_mail_from_pass() {
    let facts = facts(
        "198.51.100.1",
        "mail.attack.example",
        "any@missing.example.com",
    );
    let report = check(facts, MESSAGE.as_bytes());
    assert_eq!(report.spf_helo.verdict, Verdict::Pass);
    assert_eq!(report.spf_mail_from.verdict, Verdict::None);
    let [pass] = &*passes(&report, Method::Spf) else {
        panic!("one identity passes");
    };
    assert!(
        pass.contains("mail.attack.example") && !pass.contains("example.com"),
        "{pass}"
    );
}

#[test]
fn a03_a_name_with_control_characters_is_never_asked_for() {
    for (name, hostile) in [
        ("s=e1", "s=attack.example.\0.any"),
        ("s=e1", "s=e1\x01"),
        ("s=e1", "s=e 1"),
        ("d=example.com", "d=example.com\0.attack.example"),
    ] {
        let message = signed(MESSAGE).replace(name, hostile);
        let mut inbound = Inbound::begin(
            facts(HONEST, "x", "x"),
            &Options::default(),
            RustCrypto::shared(),
        );
        inbound.push(message.as_bytes()).unwrap();
        // Only the records of the author are asked for.
        while let Some(question) = inbound.poll_question() {
            assert!(question.to_string().starts_with("_dmarc."), "{hostile:?}");
        }
        let report = inbound.finish();
        assert!(passes(&report, Method::Dkim).is_empty());
        let field = report.authentication_results();
        assert_eq!(
            last_dkim(&field).map(|last| &last.result),
            Some(&ResultCode::PermError)
        );
        logical_lines(&report);
    }
}

#[test]
fn a04_a_signing_domain_opens_no_comment_and_no_string() {
    for mark in ['(', '"', '\''] {
        let domain = format!("d=legit.example{mark}.attack.example");
        let message = signed(MESSAGE).replace("d=example.com", &domain);
        let report = check(honest(), message.as_bytes());
        assert!(passes(&report, Method::Dkim).is_empty());
        let printed = report.authentication_results().to_field();
        let (_, value) = printed.split_once(':').unwrap();
        assert_eq!(
            AuthenticationResults::parse(value.as_bytes()),
            Ok(report.authentication_results())
        );
    }
}

#[test]
fn a05_a06_odd_reverse_paths_never_pass_for_the_domain_they_hold() {
    for reverse_path in [
        "any@legit.example(.attack.example",
        "any@legit.example'@any.attack.example",
        "@legit.example,@any:any@attack.example",
        "(any@example.com",
        "any@example.com\0",
        "any@x\u{ff}attack.example",
    ] {
        let report = check(facts("198.51.100.1", "x", reverse_path), MESSAGE.as_bytes());
        for pass in passes(&report, Method::Spf) {
            assert!(pass.contains("\"attack.example\""), "{pass}");
        }
        let lines = logical_lines(&report);
        assert_eq!(lines.len(), 2, "{lines:?}");
    }
}

#[test]
fn a16_a_signature_of_a_part_of_the_body_is_no_pass() {
    let signed = signed_with_length(MESSAGE);
    let report = check(honest(), format!("{signed}Appended.\r\n").as_bytes());
    assert!(passes(&report, Method::Dkim).is_empty());
    let field = report.authentication_results();
    assert_eq!(
        last_dkim(&field).map(|last| &last.result),
        Some(&ResultCode::Policy)
    );
}

#[test]
fn a18_an_address_literal_as_helo_is_none_for_the_null_sender() {
    let report = check(facts(HONEST, "[192.0.2.1]", ""), MESSAGE.as_bytes());
    assert_eq!(report.spf_mail_from.verdict, Verdict::None);
    assert_eq!(report.spf_helo.verdict, Verdict::None);
    assert_eq!(
        report.spf_mail_from.sender,
        b"postmaster@[192.0.2.1]"[..].into()
    );
}

#[test]
fn f02_no_octet_of_a_stranger_begins_a_line_or_a_result() {
    for hostile in [
        "a@b.example;dkim=pass header.d=bank.example",
        "a@b.example (",
        "a@b.example\"",
        "a@b.example\\",
        "a=b@b.example",
        "a@b.example\r\nX-Injected: 1",
        "a@b.example\nX-Injected: 1",
        "a@b.example\r\n\r\nbody",
        "a@b.example\0",
        "a@b.example\u{85}",
        "\x1b]0;owned\x07@b.example",
    ] {
        let report = check(facts(HONEST, hostile, hostile), MESSAGE.as_bytes());
        let lines = logical_lines(&report);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines[0].starts_with("Authentication-Results: mx.example.org; "),
            "{lines:?}"
        );
        assert!(lines[1].starts_with("Received-SPF: "), "{lines:?}");
        let field = report.authentication_results();
        let (_, value) = lines[0].split_once(':').unwrap();
        assert_eq!(AuthenticationResults::parse(value.as_bytes()), Ok(field));
        assert!(passes(&report, Method::Dkim).is_empty());
    }
}

#[test]
fn f04_a_dkim_permerror_reads_permerror() {
    let message = signed(MESSAGE).replace("e1", "e2");
    let report = check(honest(), message.as_bytes());
    let field = report.authentication_results();
    let dkim = last_dkim(&field).unwrap();
    assert_eq!(
        (&dkim.method, &dkim.result),
        (&Method::Dkim, &ResultCode::PermError)
    );
    assert_eq!(dkim.property(&PropertyType::Header, "s"), Some("e2"));
}

#[test]
fn f05_long_names_stay_on_legal_lines() {
    let long = format!("{}@{}.example", "a".repeat(2000), "b".repeat(60));
    for reverse_path in [
        &*long,
        &"\"".repeat(996),
        &format!("{} @b.example", "a ".repeat(3000)),
    ] {
        let report = check(
            facts(HONEST, reverse_path, reverse_path),
            MESSAGE.as_bytes(),
        );
        assert_eq!(logical_lines(&report).len(), 2);
    }
}

/// A signature that says how much of the body it is of.
fn signed_with_length(message: &str) -> String {
    use dkim_sign::{SignMessage as _, SignRequest};
    let key = support::key();
    let domain = "example.com".parse().unwrap();
    let request = SignRequest::new(key.algorithm(), domain, "e1".parse().unwrap());
    let request = request.body_length(u64::MAX);
    let requests: [(&SignRequest, &dyn dkim_sign::SignMessage); 1] = [(&request, &key)];
    let fields = dkim_sign::sign(
        message.as_bytes(),
        &requests,
        support::NOW,
        &mut support::NoRandom,
    );
    format!("{}{message}", fields.unwrap()[0])
}

#[test]
fn a14_a_verdict_says_which_fields_it_covers() {
    let report = check(
        honest(),
        format!("X-Note: trust me\r\n{}", signed(MESSAGE)).as_bytes(),
    );
    let signature = report.dkim[0].signature.as_ref().unwrap();
    let signed: Vec<usize> = signature.signed().collect();
    assert!(!signed.contains(&0), "{signed:?}");
    // Below X-Note and the signature: From, To, Subject.
    assert!(signed.contains(&2) && signed.contains(&4), "{signed:?}");
}

#[test]
fn a15_a_second_author_or_subject_on_top_breaks_the_signature() {
    for added in ["From: ceo@bank.example\r\n", "Subject: Urgent\r\n"] {
        let report = check(honest(), format!("{added}{}", signed(MESSAGE)).as_bytes());
        assert!(passes(&report, Method::Dkim).is_empty(), "{added}");
    }
}

#[test]
fn c07_any_number_of_signatures_takes_a_bounded_field() {
    let field = "DKIM-Signature: v=1; a=rsa-sha256; d=attack.example; s=x; h=from; bh=; b=\r\n";
    let message = format!("{}{MESSAGE}", field.repeat(5000));
    let report = check(honest(), message.as_bytes());
    assert_eq!(report.dkim.len(), 5000);
    let printed = report.authentication_results();
    assert!(printed.results.len() < 30, "{}", printed.results.len());
    let last = last_dkim(&printed).unwrap();
    assert_eq!(last.result, ResultCode::Policy);
    assert!(last.comment.as_ref().unwrap().as_str().contains("4980"));
}

/// Messages of which no two readers agree who the author is, though `example.com` signed and sent
/// each of them.
#[test]
fn a07_a08_a09_a10_a11_a12_a13_a19_a20_no_odd_from_is_a_dmarc_pass() {
    for (from, reason) in [
        (
            "From: a@example.com\r\nFrom: b@bank.example",
            "2 From fields",
        ),
        (
            "From: a@example.com\r\nFROM : b@bank.example",
            "2 From fields",
        ),
        ("From : a@example.com", "white space"),
        ("From\r\n : a@example.com", "white space"),
        (" From: a@example.com", "white space"),
        (
            "Sender: a@example.com\r\nResent-From: a@example.com",
            "no From field",
        ),
        ("From: a@example.com, b@bank.example", "several domains"),
        ("From: =?utf-8?q?a=40example.com?=", "cannot be read"),
        ("From: a@example.com <b@bank.example> c", "cannot be read"),
        ("From: <a@example.com>\\,<b@bank.example>", "cannot be read"),
        ("From: <a@example.com>b@bank.example", "cannot be read"),
        ("From: a@exam\u{2000}ple.com", "From"),
        ("From: a@example.com\u{ff}.bank.example", "From"),
        ("From: Undisclosed:;", "names nobody"),
        ("From:", "names nobody"),
    ] {
        let mut zone = zone();
        let record = dns_txt::Record::Txt(b"v=DMARC1; p=reject"[..].into());
        for name in ["_dmarc.example.com", "_dmarc.bank.example"] {
            let name: dns_txt::Name = name.parse().unwrap();
            zone.insert(name, record.clone());
        }
        let message = format!("{from}\r\nSubject: Lunch?\r\n\r\nAt noon.\r\n");
        let report = message_auth::check(
            honest(),
            message.as_bytes(),
            &Options::default(),
            RustCrypto::shared(),
            |question| zone.answer(question),
        )
        .unwrap();
        assert_eq!(report.spf_mail_from.verdict, Verdict::Pass);
        assert!(report.dmarc.is_none(), "{from:?}");
        let field = report.authentication_results();
        let dmarc = field.results.last().unwrap();
        assert_eq!(
            (&dmarc.method, &dmarc.result),
            (&Method::Dmarc, &ResultCode::PermError),
            "{from:?}"
        );
        let comment = dmarc.comment.as_ref().unwrap().as_str();
        assert!(comment.contains(reason), "{from:?}: {comment}");
    }
}

#[test]
fn a12_the_domain_of_a_route_is_behind_the_colon() {
    let message = MESSAGE.replace("<alice@", "<@bank.example:alice@");
    let report = check(honest(), message.as_bytes());
    assert_eq!(report.dmarc.unwrap().author.as_str(), "example.com");
}

#[test]
fn e06_a_hostile_message_and_zone_take_a_bounded_number_of_questions() {
    let text = "*.example.com. TXT \"v=spf1 include:%{l}.1.example.com exists:%{h}.2.example.com \
                mx:3.example.com ptr redirect=%{d}.4.example.com\"\n\
                *.example.com. TXT \"v=DMARC1; p=none; np=reject; rua=mailto:a@example.com\"\n\
                *.example.com. MX 1 mx.example.com.\n\
                *.example.com. A 192.0.2.9\n\
                _dmarc.example.com. TXT \"v=DMARC1; p=none; np=reject\"\n";
    let zone: dns_txt::Zone = text.parse().unwrap();
    let labels = ["a", "b", "c", "d", "e", "f", "g", "h", "i"].join(".");
    let fields: String = (0..5000)
        .map(|number| {
            format!(
                "DKIM-Signature: v=1; a=rsa-sha256; d={labels}.f{number}.example.com; s=s{number}; \
                 h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n"
            )
        })
        .collect();
    let message = format!("{fields}From: a@x.{labels}.example.com\r\n\r\n");
    let mut inbound = Inbound::begin(
        facts(
            HONEST,
            "h.example.com",
            &format!("a@m.{labels}.example.com"),
        ),
        &Options::default(),
        RustCrypto::shared(),
    );
    inbound.push(message.as_bytes()).unwrap();
    let mut asked = 0;
    loop {
        let mut round: Vec<_> = core::iter::from_fn(|| inbound.poll_question()).collect();
        if round.is_empty() {
            break;
        }
        asked += round.len();
        // The walks begin while nothing is known of the signatures.
        round.sort_by_key(|question| !question.to_string().starts_with("_dmarc."));
        for question in round {
            inbound.answer(&question, &zone.answer(&question));
        }
    }
    assert!(inbound.is_settled());
    let report = inbound.finish();
    assert!(passes(&report, Method::Dmarc).is_empty());
    // Twenty keys, eight names of the author's walk and less than eight of each of ten more, and
    // what two checks of SPF with ten terms take: 87 here.
    assert!((60..=120).contains(&asked), "{asked}");
    logical_lines(&report);
}
