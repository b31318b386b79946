//! Which questions a check asks, and that their order decides nothing.

use dmarc::{Alignment, Check, Identifier, Mechanism, Options, Outcome, Policy, Report, Verdict};
use dns_txt::{Domain, Inquiry, Question, Zone};
use proptest::prelude::*;

fn signed(domain: &str, outcome: Outcome) -> Identifier {
    Identifier {
        domain: domain.parse().unwrap(),
        mechanism: Mechanism::Dkim,
        outcome,
    }
}

fn taken(check: &mut Check) -> Vec<Question> {
    core::iter::from_fn(|| check.poll_question()).collect()
}

fn names(questions: &[Question]) -> Vec<String> {
    questions
        .iter()
        .map(|question| question.name().to_string())
        .collect()
}

fn answered(check: &mut Check, zone: &Zone) -> usize {
    let mut asked = 0;
    dns_txt::drive(check, |question| {
        asked += 1;
        zone.answer(question)
    });
    asked
}

#[test]
fn a_walk_takes_eight_questions_at_most() {
    for (author, questions) in [
        ("a.b.c.d.e.f.g.h.i.j.k.example.com", 8),
        ("a.b.c.d.e.f.g.example.com", 8),
        ("a.b.c.d.e.f.example.com", 8),
        ("a.b.c.d.e.example.com", 7),
        ("example.com", 2),
        ("com", 1),
    ] {
        let mut check = Check::begin(author.parse().unwrap(), &Options::default());
        assert_eq!(taken(&mut check).len(), questions, "{author}");
    }
}

#[test]
fn a_name_that_the_dns_cannot_hold_is_not_asked_for() {
    let author = [&"a".repeat(63)[..]; 3].join(".") + "." + &"b".repeat(60);
    let mut check = Check::begin(author.parse().unwrap(), &Options::default());
    assert_eq!(taken(&mut check).len(), 3);
}

#[test]
fn identifiers_of_others_ask_nothing() {
    let zone: Zone = "_dmarc.example.com. TXT \"v=DMARC1; p=reject\""
        .parse()
        .unwrap();
    let mut check = Check::begin("news.example.com".parse().unwrap(), &Options::default());
    answered(&mut check, &zone);
    check.identifiers([
        signed("news.example.com", Outcome::Authenticated),
        signed("example.com", Outcome::Authenticated),
        signed("other.com", Outcome::Authenticated),
        signed("example.net", Outcome::Authenticated),
        signed("failed.example.com", Outcome::NotAuthenticated),
    ]);
    assert_eq!(check.poll_question(), None);
    check.identifiers([signed("list.example.com", Outcome::Unsettled)]);
    assert_eq!(names(&taken(&mut check)), ["_dmarc.list.example.com"]);
}

#[test]
fn the_number_of_walks_is_limited() {
    let zone: Zone = "_dmarc.example.com. TXT \"v=DMARC1; p=reject\""
        .parse()
        .unwrap();
    let options = Options::default().identifiers(2);
    let mut check = Check::begin("example.com".parse().unwrap(), &options);
    let hosts = (0..1000).map(|number| format!("x{number}.example.com"));
    check.identifiers(hosts.map(|host| signed(&host, Outcome::Authenticated)));
    assert_eq!(answered(&mut check, &zone), 4);
    let report = check.finish();
    let aligned = report.identifiers.iter();
    let aligned = aligned.filter(|(_, alignment)| *alignment == Alignment::Relaxed);
    assert_eq!(aligned.count(), 2);
}

/// The second signature had no walk. That the first one is not authenticated comes too late to ask
/// for anything, so that its place is not given away.
#[test]
fn what_needs_no_walk_asks_nothing_and_takes_no_place() {
    let below = |number: usize| signed(&format!("n{number}.a.example.com"), Outcome::Authenticated);
    let own = signed("example.com", Outcome::Authenticated);
    for (mode, limit, expected) in [("s", 10, 2), ("r", 10, 2 + 3), ("r", 1, 2 + 2), ("r", 0, 2)] {
        let zone = format!("_dmarc.example.com. TXT \"v=DMARC1; p=reject; adkim={mode}\"");
        let zone: Zone = zone.parse().unwrap();
        let options = Options::default().identifiers(limit);
        let mut check = Check::begin("example.com".parse().unwrap(), &options);
        // The author's own domain, several times, is not what the limit counts.
        check.identifiers([own.clone(), own.clone(), below(1), below(2)]);
        assert_eq!(answered(&mut check, &zone), expected, "{mode} {limit}");
        assert_eq!(check.finish().verdict, Verdict::Pass);
    }
}

/// What is too long for the DNS is not there: neither its record nor a name of it.
#[test]
fn an_author_whose_record_has_no_name_exists_only_if_he_does() {
    let author = [&"a".repeat(63)[..]; 3].join(".") + "." + &"b".repeat(53) + ".example";
    assert_eq!(author.len(), 253);
    let record = "_dmarc.example. TXT \"v=DMARC1; p=none; sp=quarantine; np=reject\"\n";
    for (own, policy) in [
        (String::new(), Policy::Reject),
        (format!("{author}. A 192.0.2.1\n"), Policy::Quarantine),
    ] {
        let zone: Zone = format!("{record}{own}").parse().unwrap();
        let mut check = Check::begin(author.parse().unwrap(), &Options::default());
        answered(&mut check, &zone);
        assert_eq!(check.finish().policy, Some(policy));
    }
}

#[test]
fn an_identifier_behind_the_limit_stays_behind_it() {
    let zone: Zone = "_dmarc.example.com. TXT \"v=DMARC1; p=reject\""
        .parse()
        .unwrap();
    let options = Options::default().identifiers(1);
    let mut check = Check::begin("example.com".parse().unwrap(), &options);
    let outcomes = |first, second| {
        [
            signed("broken.example.com", first),
            signed("good.example.com", second),
        ]
    };
    check.identifiers(outcomes(Outcome::Unsettled, Outcome::Unsettled));
    assert_eq!(answered(&mut check, &zone), 3);
    check.identifiers(outcomes(Outcome::NotAuthenticated, Outcome::Authenticated));
    assert!(check.is_settled());
    assert_eq!(check.finish().verdict, Verdict::Fail);
}

#[test]
fn a_public_suffix_list_can_take_the_place_of_the_walk() {
    fn two_labels(domain: &Domain) -> Domain {
        let mut domain = domain.clone();
        while let Some(parent) = domain.parent().filter(|parent| parent.labels().count() > 1) {
            domain = parent;
        }
        domain
    }
    let zone: Zone = "_dmarc.example.com. TXT \"v=DMARC1; p=reject; sp=quarantine\"\n\
                      _dmarc.mail.example.com. TXT \"v=DMARC1; p=none; psd=n\""
        .parse()
        .unwrap();
    let options = Options::default().organizational_domain(two_labels);
    let mut check = Check::begin("a.mail.example.com".parse().unwrap(), &options);
    check.identifiers([signed("b.example.com", Outcome::Authenticated)]);
    let asked = taken(&mut check);
    assert_eq!(
        names(&asked),
        ["_dmarc.a.mail.example.com", "_dmarc.example.com"]
    );
    for question in &asked {
        check.answer(question, zone.look_up(question));
    }
    assert!(check.is_settled());
    let report = check.finish();
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!(report.record_domain.unwrap().as_str(), "example.com");
}

fn report(order: &[usize], early: bool) -> Report {
    let zone: Zone = "_dmarc.example.com. TXT \"v=DMARC1; p=none; np=reject\"\n\
                      _dmarc.list.example.com. TXT \"v=DMARC1; p=none\"\n\
                      _dmarc.com. TXT nothing"
        .parse()
        .unwrap();
    let identifiers = [
        signed("list.example.com", Outcome::Authenticated),
        signed("x.y.example.com", Outcome::Unsettled),
    ];
    let mut check = Check::begin("ghost.example.com".parse().unwrap(), &Options::default());
    if early {
        check.identifiers(identifiers.clone());
    }
    let mut open = Vec::new();
    for place in order.iter().cycle() {
        open.extend(taken(&mut check));
        if open.is_empty() {
            break;
        }
        let question: Question = open.remove(place % open.len());
        check.answer(&question, zone.look_up(&question));
        // Once more, and one that was never asked: no difference.
        check.answer(&question, &dns_txt::Answer::NoSuchName);
    }
    if !early {
        check.identifiers(identifiers);
        answered(&mut check, &zone);
    }
    assert!(check.is_settled());
    check.finish()
}

proptest! {
    #[test]
    fn the_order_of_answers_decides_nothing(
        order in proptest::collection::vec(0_usize..8, 1..12),
        early: bool,
    ) {
        prop_assert_eq!(report(&order, early), report(&[0], true));
    }
}
