//! What a receiving server lives through, one message at a time.

mod support;

use auth_results::{AuthenticationResults, Method, PropertyType, ResultCode};
use dkim_verify::{Refusal, RustCrypto};
use dns_txt::{Answer, Inquiry, Kind, Question, Zone};
use message_auth::{Checks, Facts, Inbound, Options, Report};
use spf::Verdict;
use support::{HONEST, MESSAGE, check, facts, honest, key, signed, zone};

/// As a server sees it: the questions are asked as they come, and the header is stripped.
fn receive(facts: Facts, chunks: &[&[u8]]) -> (Report, Vec<u8>) {
    let zone = zone();
    let mut asked = Vec::new();
    let mut ask = |question: &Question| -> Answer {
        assert!(!asked.contains(question), "{question} asked twice");
        asked.push(question.clone());
        zone.answer(question)
    };
    let mut inbound = Inbound::begin(facts, &Options::default(), RustCrypto::shared());
    let mut kept = Vec::new();
    let mut has_header = false;
    let mut keep_header = |inbound: &Inbound, kept: &mut Vec<u8>| {
        let Some(header) = inbound.header().filter(|_| !has_header) else {
            return;
        };
        header.without(inbound.forged(), |octets| kept.extend_from_slice(octets));
        has_header = true;
    };
    for chunk in chunks {
        let body = inbound.push(chunk).unwrap();
        keep_header(&inbound, &mut kept);
        kept.extend_from_slice(body);
        dns_txt::drive(&mut inbound, &mut ask);
    }
    inbound.end_header();
    keep_header(&inbound, &mut kept);
    dns_txt::drive(&mut inbound, &mut ask);
    (inbound.finish(), kept)
}

/// The results of a report, each as `method=result`.
fn results(report: &Report) -> Vec<String> {
    let field = report.authentication_results();
    let words = field
        .results
        .iter()
        .map(|result| format!("{}={}", result.method, result.result));
    words.collect()
}

#[test]
fn honest_mail_passes_everything_and_says_so() {
    let report = check(honest(), signed(MESSAGE).as_bytes());
    assert_eq!(
        results(&report),
        ["spf=pass", "spf=pass", "dkim=pass", "dmarc=none"]
    );
    let fields = report.fields();
    let (first, rest) = fields.split_once("Received-SPF: ").unwrap();
    assert!(
        first.starts_with("Authentication-Results: mx.example.org;\r\n spf=pass ("),
        "{first}"
    );
    assert!(rest.starts_with("pass "), "{rest}");
    assert!(rest.ends_with("\r\n"));
    let field = report.authentication_results();
    let dkim = &field.results[2];
    for (name, value) in [
        ("d", "example.com"),
        ("i", "@example.com"),
        ("s", "e1"),
        ("a", "ed25519-sha256"),
    ] {
        assert_eq!(dkim.property(&PropertyType::Header, name), Some(value));
    }
    assert_eq!(
        dkim.property(&PropertyType::Header, "b").map(str::len),
        Some(8)
    );
}

#[test]
fn spoofed_mail_fails_spf_and_has_no_signature() {
    let report = check(
        facts("203.0.113.9", "mail.attack.example", "alice@example.com"),
        MESSAGE.as_bytes(),
    );
    assert_eq!(
        results(&report),
        ["spf=fail", "spf=fail", "dkim=none", "dmarc=none"]
    );
    assert_eq!(report.spf_mail_from.verdict, Verdict::Fail);
    assert!(report.received_spf().starts_with("Received-SPF: fail "));
}

#[test]
fn a_changed_body_fails_and_the_cause_is_named() {
    let message = signed(MESSAGE).replace("At noon", "At one");
    let report = check(honest(), message.as_bytes());
    assert_eq!(
        results(&report),
        ["spf=pass", "spf=pass", "dkim=fail", "dmarc=none"]
    );
    let field = report.authentication_results();
    let comment = field.results[2].comment.as_ref().unwrap();
    assert!(comment.as_str().contains("body"), "{}", comment.as_str());
}

#[test]
fn f01_forged_results_go_and_everything_else_stays() {
    let forged = "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=bank.example\r\n\
         AUTHENTICATION-RESULTS:\r\n (x) \"MX.Example.ORG\"\r\n 1; dkim=pass header.d=bank.example\r\n";
    let foreign = "Authentication-Results: list.example; dkim=pass header.d=bank.example\r\n";
    let message = format!("{forged}{foreign}{MESSAGE}");
    let expected = format!("{foreign}{MESSAGE}");
    for at in 0..=message.len() {
        let (first, second) = message.as_bytes().split_at(at);
        let (report, kept) = receive(honest(), &[first, second]);
        assert_eq!(report.forged, [0, 1]);
        assert_eq!(kept, expected.as_bytes());
    }
}

#[test]
fn the_null_sender_is_checked_by_its_helo_name() {
    let report = check(facts(HONEST, "mail.example.com", ""), MESSAGE.as_bytes());
    assert_eq!(report.spf_mail_from.verdict, Verdict::Pass);
    let field = report.authentication_results();
    let [spf, dkim, _] = &*field.results else {
        panic!("one result for both identities: {field:?}");
    };
    assert_eq!(
        (&spf.method, &spf.result),
        (&Method::Spf, &ResultCode::Pass)
    );
    assert_eq!(
        spf.property(&PropertyType::Smtp, "helo"),
        Some("mail.example.com")
    );
    assert_eq!(dkim.result, ResultCode::None);
}

#[test]
fn any_split_gives_the_same_report() {
    let message = signed(MESSAGE);
    let (whole, _) = receive(honest(), &[message.as_bytes()]);
    for at in 0..=message.len() {
        let (first, second) = message.as_bytes().split_at(at);
        let (report, kept) = receive(honest(), &[first, second]);
        assert_eq!(report, whole);
        assert_eq!(kept, message.as_bytes());
    }
    let octets: Vec<&[u8]> = message.as_bytes().chunks(1).collect();
    assert_eq!(receive(honest(), &octets).0, whole);
    assert_eq!(check(honest(), message.as_bytes()), whole);
}

#[test]
fn a_message_given_field_by_field_gives_the_same_report() {
    let message = signed(MESSAGE);
    let zone = zone();
    let mut inbound = Inbound::begin(honest(), &Options::default(), RustCrypto::shared());
    let (header, body) = dkim_canon::Header::split(message.as_bytes());
    for field in header.fields() {
        inbound.field(field.name(), field.value()).unwrap();
    }
    inbound.end_header();
    inbound.push(body).unwrap();
    dns_txt::drive(&mut inbound, |question| zone.answer(question));
    let whole = check(honest(), message.as_bytes());
    assert_eq!(inbound.finish().fields(), whole.fields());
}

#[test]
fn questions_are_asked_once_and_as_early_as_they_are_known() {
    let question = |name: &str| Question::new(name.parse::<dns_txt::Name>().unwrap(), Kind::Txt);
    let round = |inbound: &mut Inbound| {
        let mut questions = Vec::new();
        while let Some(question) = inbound.poll_question() {
            questions.push(question);
        }
        questions
    };
    let message = signed(&signed(MESSAGE));
    let mut inbound = Inbound::begin(
        facts(HONEST, "example.com", "alice@example.com"),
        &Options::default(),
        RustCrypto::shared(),
    );
    // HELO and MAIL FROM are one domain.
    assert_eq!(round(&mut inbound), [question("example.com")]);
    assert!(!inbound.is_settled());
    inbound.push(message.as_bytes()).unwrap();
    // Both signatures have one key.
    let header = [
        "e1._domainkey.example.com",
        "_dmarc.example.com",
        "_dmarc.com",
    ];
    assert_eq!(round(&mut inbound), header.map(question));
    let zone = zone();
    for name in ["example.com"].into_iter().chain(header) {
        inbound.answer(&question(name), &zone.answer(&question(name)));
    }
    assert_eq!(round(&mut inbound), []);
    assert!(inbound.is_settled());
    assert_eq!(
        results(&inbound.finish()),
        [
            "spf=pass",
            "spf=pass",
            "dkim=pass",
            "dkim=pass",
            "dmarc=none"
        ]
    );
}

#[test]
fn the_property_of_the_sender_has_a_local_part_only_on_request() {
    let zone = zone();
    for (whole, value) in [(false, "example.com"), (true, "alice@example.com")] {
        let options = Options::default().whole_mail_from(whole);
        let mut inbound = Inbound::begin(honest(), &options, RustCrypto::shared());
        inbound.push(MESSAGE.as_bytes()).unwrap();
        dns_txt::drive(&mut inbound, |question| zone.answer(question));
        let field = inbound.finish().authentication_results();
        let mail_from = field.results[0].property(&PropertyType::Smtp, "mailfrom");
        assert_eq!(mail_from, Some(value));
    }
}

#[test]
fn a_failure_of_a_testing_domain_counts_for_nothing() {
    let text = key().key_record().clone().with_testing(true).to_string();
    let zone = Zone::parse(&format!("e1._domainkey.example.com. TXT \"{text}\""), None).unwrap();
    let honest_message = signed(MESSAGE);
    let changed = honest_message.replace("At noon", "At one");
    for (message, result, comment) in [
        (honest_message, ResultCode::Pass, "testing domain"),
        (
            changed,
            ResultCode::Neutral,
            "body hash does not match, testing domain",
        ),
    ] {
        let report = message_auth::check(
            honest(),
            message.as_bytes(),
            &Options::default(),
            RustCrypto::shared(),
            |question| zone.answer(question),
        );
        let field = report.unwrap().authentication_results();
        let dkim = &field.results[field.results.len() - 2];
        let said = dkim.comment.as_ref().map(|comment| comment.as_str());
        assert_eq!((&dkim.result, said), (&result, Some(comment)));
    }
}

#[test]
fn what_has_no_answer_at_the_end_is_a_temperror() {
    let mut inbound = Inbound::begin(honest(), &Options::default(), RustCrypto::shared());
    inbound.push(signed(MESSAGE).as_bytes()).unwrap();
    let report = inbound.finish();
    assert_eq!(
        results(&report),
        [
            "spf=temperror",
            "spf=temperror",
            "dkim=temperror",
            "dmarc=temperror"
        ]
    );
    // RFC 6376 §3.9: a temporary failure is told with the domain it is of.
    let field = report.authentication_results();
    let domain = field.results[2].property(&PropertyType::Header, "d");
    assert_eq!(domain, Some("example.com"));
}

#[test]
fn what_was_stamped_can_be_read() {
    let report = check(honest(), signed(MESSAGE).as_bytes());
    let field = report.authentication_results();
    let printed = field.to_field();
    let (_, value) = printed.split_once(':').unwrap();
    assert_eq!(AuthenticationResults::parse(value.as_bytes()), Ok(field));
}

#[test]
fn signatures_that_begin_alike_are_told_apart() {
    let message = signed(MESSAGE);
    let (field, _) = message.split_once("From: ").unwrap();
    // The tenth character of `b=`, in front of the fold.
    let at = field.find(" b=").unwrap() + 12;
    let other = if &field[at..=at] == "A" { "B" } else { "A" };
    let altered = format!("{}{other}{}", &field[..at], &field[at + 1..]);
    let report = check(honest(), format!("{altered}{message}").as_bytes());
    assert_eq!(
        results(&report)[2..],
        ["dkim=fail", "dkim=pass", "dmarc=none"]
    );
    let field = report.authentication_results();
    let value = |index: usize| field.results[index].property(&PropertyType::Header, "b");
    assert_eq!(value(2).map(str::len), Some(12));
    assert_ne!(value(2), value(3));
}

#[test]
fn a_caller_can_refuse_a_signature_before_its_key_is_asked_for() {
    let mut inbound = Inbound::begin(
        facts(HONEST, "x", "x"),
        &Options::default(),
        RustCrypto::shared(),
    );
    inbound.push(signed(MESSAGE).as_bytes()).unwrap();
    let index = inbound.signatures().next().unwrap().index();
    inbound.refuse(index, Refusal::PublicSuffix);
    let zone = zone();
    dns_txt::drive(&mut inbound, |question| {
        assert!(!question.to_string().contains("_domainkey"), "{question}");
        zone.answer(question)
    });
    assert_eq!(results(&inbound.finish())[2], "dkim=policy");
}

#[test]
fn a_pass_is_stamped_as_readers_of_gmail_know_it() {
    let text = "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n";
    let zone: Zone = format!("{}{text}", zone()).parse().unwrap();
    let report = message_auth::check(
        honest(),
        signed(MESSAGE).as_bytes(),
        &Options::default(),
        RustCrypto::shared(),
        |question| zone.answer(question),
    );
    let field = report.unwrap().authentication_results().to_field();
    let unfolded = field.replace("\r\n ", " ");
    let results: Vec<&str> = unfolded.trim_end().split("; ").collect();
    assert_eq!(results[0], "Authentication-Results: mx.example.org");
    // The domain alone: SPF says nothing about the local part (RFC 8601 §2.7.2).
    assert_eq!(
        results[1],
        "spf=pass (mx.example.org: domain of alice@example.com designates 192.0.2.1 as \
         permitted sender) smtp.mailfrom=example.com"
    );
    assert!(
        results[2].starts_with("spf=pass (") && results[2].ends_with(" smtp.helo=mail.example.com")
    );
    let dkim = "dkim=pass header.d=example.com header.i=@example.com header.s=e1 \
                header.a=ed25519-sha256 header.b=";
    assert!(results[3].starts_with(dkim), "{unfolded}");
    assert_eq!(
        results[4..],
        ["dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.com policy.dmarc=reject"]
    );
}

#[test]
fn checks_that_are_left_out_ask_nothing_and_are_not_told() {
    for (checks, expected, asked) in [
        (
            Checks::Dkim,
            &["dkim=pass"][..],
            &["e1._domainkey.example.com. TXT"][..],
        ),
        (
            Checks::DkimAndSpf,
            &["spf=pass", "spf=pass", "dkim=pass"],
            &[
                "mail.example.com. TXT",
                "example.com. TXT",
                "e1._domainkey.example.com. TXT",
                "mail.example.com. A",
            ],
        ),
    ] {
        let zone = zone();
        let mut questions = Vec::new();
        let options = Options::default().checks(checks);
        let crypto = RustCrypto::shared();
        let message = signed(MESSAGE);
        let report =
            message_auth::check(honest(), message.as_bytes(), &options, crypto, |question| {
                questions.push(question.to_string());
                zone.answer(question)
            });
        let report = report.unwrap();
        assert_eq!(results(&report), expected);
        assert!(report.dmarc.is_none());
        let has_spf = report.fields().contains("Received-SPF");
        assert_eq!(has_spf, checks != Checks::Dkim);
        questions.sort_unstable();
        let mut asked = asked.to_vec();
        asked.sort_unstable();
        assert_eq!(questions, asked);
    }
}
