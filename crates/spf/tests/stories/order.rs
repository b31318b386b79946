//! Answers come in any order, and the report is the same.

use dns_txt::{Inquiry, Question, Zone, drive};
use proptest::prelude::*;
use spf::{Check, Options, Report};

use super::zone;

/// Records, hosts and names that touch one another in every way, with failures among them.
pub(crate) fn world() -> Zone {
    zone(
        "a.test TXT \"v=spf1 mx include:b.test ptr:c.test -all exp=why.test\"
         a.test MX 10 h1.test
         a.test MX 10 h2.test
         a.test MX 20 h3.test
         a.test MX 20 h4.test
         b.test TXT \"v=spf1 mx:c.test exists:%{p}.x.test a:a.test/24 ~all\"
         b.test MX 10 h4.test
         c.test TXT \"v=spf1 ptr mx:d.test redirect=b.test\"
         c.test MX 10 h2.test
         c.test MX 10 h5.test
         c.test MX 10 h6.test
         d.test TXT \"v=spf1 mx mx:c.test exists:%{l}.%{p}.y.test -all exp=%{p}.why.test\"
         d.test MX 10 h7.test
         d.test MX 10 h8.test
         h1.test A 192.0.2.1
         h2.test A 192.0.2.2
         h2.test A 192.0.2.1
         h3.test AAAA 2001:db8::1
         $STATUS h4.test SERVFAIL
         h5.test A 192.0.2.5
         $STATUS h6.test TIMEOUT
         h7.test A 192.0.2.7
         h8.test A 192.0.2.6
         h9.c.test A 192.0.2.3
         *.x.test A 127.0.0.2
         why.test TXT \"%{p} is not ours\"
         *.why.test TXT \"nor is %{p}\"
         1.2.0.192.in-addr.arpa PTR h1.test
         1.2.0.192.in-addr.arpa PTR h2.test
         3.2.0.192.in-addr.arpa PTR h4.test
         3.2.0.192.in-addr.arpa PTR h9.c.test
         6.2.0.192.in-addr.arpa PTR h6.test
         6.2.0.192.in-addr.arpa PTR h8.test
         8.2.0.192.in-addr.arpa PTR h1.test",
    )
}

/// With a trace, which has to be the same too.
pub(crate) fn begin(client: u8, domain: char) -> Check {
    begin_with(client, domain, &Options::default().trace(true))
}

fn begin_with(client: u8, domain: char, options: &Options) -> Check {
    let client = [192, 0, 2, client].into();
    let path = format!("user@{domain}.test");
    Check::mail_from(client, b"a.test", path.as_bytes(), options)
}

/// Takes every question that can be asked before it answers one, the one that `choices` say.
fn shuffled(mut check: Check, zone: &Zone, choices: &[usize]) -> Report {
    let mut choices = choices.iter().cycle();
    let mut open: Vec<Question> = Vec::new();
    loop {
        while let Some(question) = check.poll_question() {
            open.push(question);
        }
        if open.is_empty() {
            break;
        }
        let question = open.swap_remove(choices.next().unwrap() % open.len());
        check.answer(&question, zone.look_up(&question));
    }
    assert!(check.is_settled());
    check.finish()
}

#[test]
fn a_check_can_wait_on_another_thread() {
    fn is_send<T: Send + 'static>(_: &T) {}
    is_send(&begin(1, 'a'));
}

#[test]
fn an_answer_that_was_not_asked_for_is_ignored() {
    let zone = world();
    let mut check = begin(8, 'a');
    let stranger = Question::new(dns_txt::Name::root(), dns_txt::Kind::Txt);
    check.answer(&stranger, &dns_txt::Answer::NoSuchName);
    let question = check.poll_question().unwrap();
    check.answer(&question, zone.look_up(&question));
    // The first answer stands.
    check.answer(&question, &dns_txt::Answer::NoSuchName);
    drive(&mut check, |question| zone.look_up(question));
    let mut plain = begin(8, 'a');
    drive(&mut plain, |question| zone.look_up(question));
    assert_eq!(check.finish(), plain.finish());
}

proptest! {
    #[test]
    fn the_order_of_answers_changes_nothing(
        client in 1u8..10,
        domain in proptest::char::range('a', 'd'),
        choices in proptest::collection::vec(any::<usize>(), 1..20),
    ) {
        let zone = world();
        let mut plain = begin(client, domain);
        drive(&mut plain, |question| zone.look_up(question));
        let plain = plain.finish();
        prop_assert_eq!(shuffled(begin(client, domain), &zone, &choices), plain);
    }

    #[test]
    fn a_trace_changes_nothing_else(
        client in 1u8..10,
        domain in proptest::char::range('a', 'd'),
        answers in 0usize..20,
    ) {
        let zone = world();
        let mut traced = begin(client, domain);
        let mut plain = begin_with(client, domain, &Options::default());
        for _ in 0..answers {
            let question = traced.poll_question();
            prop_assert_eq!(&question, &plain.poll_question());
            if let Some(question) = question {
                traced.answer(&question, zone.look_up(&question));
                plain.answer(&question, zone.look_up(&question));
            }
        }
        let (mut traced, plain) = (traced.finish(), plain.finish());
        prop_assert!(traced.trace.take().is_some());
        prop_assert_eq!(traced, plain);
    }

    #[test]
    fn a_check_in_a_hurry_never_says_more_than_one_with_time(
        client in 1u8..10,
        domain in proptest::char::range('a', 'd'),
        answers in 0usize..20,
    ) {
        let zone = world();
        let mut whole = begin(client, domain);
        drive(&mut whole, |question| zone.look_up(question));
        let whole = whole.finish();
        let mut cut = begin(client, domain);
        for _ in 0..answers {
            if let Some(question) = cut.poll_question() {
                cut.answer(&question, zone.look_up(&question));
            }
        }
        let cut = cut.finish();
        prop_assert!(cut.verdict == whole.verdict || cut.verdict == spf::Verdict::TempError);
    }
}

/// An exchanger decides before the second one has answered; then a term needs that one.
fn set_aside_and_needed_again() -> (Check, Zone) {
    let zone = zone(
        "a.test TXT \"v=spf1 include:b.test a:h2.test -all\"
         b.test TXT \"v=spf1 ?mx\"
         b.test MX 10 h1.test
         b.test MX 20 h2.test
         h1.test A 192.0.2.1
         h2.test A 192.0.2.1",
    );
    (begin(1, 'a'), zone)
}

#[test]
fn a_question_that_was_set_aside_is_asked_when_it_is_needed_again() {
    let (mut check, zone) = set_aside_and_needed_again();
    drive(&mut check, |question| zone.look_up(question));
    let report = check.finish();
    let decided = report.matched.unwrap().directive.to_string();
    assert_eq!(decided, "a:h2.test");
}

#[test]
fn an_answer_that_is_on_its_way_is_not_asked_for_again() {
    let (mut check, zone) = set_aside_and_needed_again();
    for _ in 0..3 {
        let question = check.poll_question().unwrap();
        check.answer(&question, zone.look_up(&question));
    }
    let first = check.poll_question().unwrap();
    let second = check.poll_question().unwrap();
    check.answer(&first, zone.look_up(&first));
    assert_eq!(check.poll_question(), None);
    assert!(!check.is_settled());
    let early = check.clone().finish();
    assert!(matches!(early.cause, spf::Cause::Dns { question, .. } if question == second));
    check.answer(&second, zone.look_up(&second));
    assert_eq!(check.finish().verdict, spf::Verdict::Pass);
}
