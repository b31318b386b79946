//! The same zone answered in memory and by a real name server.

mod support;

use dns_hickory::{BlockingResolver, HickoryResolver, Options};
use dns_txt::{Answer, AsyncResolve, Kind, Name, Question, Record, Resolve, TxtRecord, Zone};
use support::Nsd;

/// Records with something of everything.
fn records() -> String {
    let key = TxtRecord::new(name("long._domainkey.example.org"), vec![b'k'; 5000]);
    let binary: Vec<u8> = (0..=255).collect();
    let binary = TxtRecord::new(name("binary.example.org"), binary);
    format!(
        r#"
example.org.              TXT   "v=spf1 mx -all"
                          TXT   "unrelated"
                          MX    10 mail.example.org.
                          MX    20 mail2.example.org.
mail.example.org.         A     192.0.2.1
                          A     192.0.2.2
                          AAAA  2001:db8::1
null.example.org.         MX    0 .
1.2.0.192.in-addr.arpa.   PTR   mail.example.org.
sel._domainkey.example.org. TXT ( "v=DKIM1; k=ed25519; "
                                  "p=AAAA" )
a.b.c.example.org.        A     192.0.2.3
alias.example.org.        CNAME alias2.example.org.
alias2.example.org.       CNAME example.org.
to-nothing.example.org.   CNAME missing.example.org.
to-no-data.example.org.   CNAME null.example.org.
loop.example.org.         CNAME loop2.example.org.
loop2.example.org.        CNAME loop.example.org.
*.wild.example.org.       TXT   "wild"
Upper.Example.ORG.        TXT   "Case"
empty.example.org.        TXT   ""
space\032here\000.example.org. TXT "odd"
dot\.ted.example.org.     TXT   "one label"
{key}
{binary}
"#
    )
}

/// Every kind at every name of the zone, and at some that it does not have.
fn questions(zone: &Zone) -> Vec<Question> {
    let asked = [
        ".",
        "org",
        "EXAMPLE.org",
        "c.example.org",
        "b.c.example.org",
        "_domainkey.example.org",
        "alias.example.org",
        "alias2.example.org",
        "to-nothing.example.org",
        "to-no-data.example.org",
        "loop.example.org",
        "missing.example.org",
        "below.mail.example.org",
        "x.wild.example.org",
        "wild.example.org",
        "missing",
        r"\255.example.org",
    ];
    let names = zone.records().map(|(name, _)| name.clone());
    let mut names: Vec<Name> = names.chain(asked.map(name)).collect();
    names.sort();
    names.dedup();
    let kinds = [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Ptr, Kind::Txt];
    names
        .iter()
        .flat_map(|name| kinds.map(|kind| Question::new(name.clone(), kind)))
        .collect()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// A name server may give its records in any order.
fn sorted(answer: Answer) -> Answer {
    match answer {
        Answer::Records(mut records) => {
            records.sort();
            Answer::Records(records)
        }
        other => other,
    }
}

#[tokio::test]
async fn a_zone_and_a_name_server_give_the_same_answers() {
    let records = records();
    let zone: Zone = format!(". NS ns.\n{records}").parse().unwrap();
    let Some(nsd) = Nsd::serve(&records) else {
        return;
    };
    let questions = questions(&zone);
    assert!(questions.len() > 100);
    for options in [
        Options::new(),
        Options::new().cache_size(0),
        Options::new().edns(false),
    ] {
        let resolver = HickoryResolver::with_name_servers(&[nsd.address()], &options).unwrap();
        // A second time, for what the cache makes of the first.
        for _ in 0..2 {
            for question in &questions {
                assert_eq!(
                    sorted(resolver.resolve(question.clone()).await),
                    sorted(zone.answer(question)),
                    "{question} with {options:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_blocking_resolver_works_within_a_runtime_and_from_many_threads() {
    let Some(nsd) = Nsd::serve(&records()) else {
        return;
    };
    let resolver = BlockingResolver::with_name_servers(&[nsd.address()], &Options::new()).unwrap();
    let question = Question::new(name("mail.example.org"), Kind::Aaaa);
    let expected = Answer::Records(vec![Record::Aaaa("2001:db8::1".parse().unwrap())]);
    assert_eq!(resolver.resolve(&question), expected);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(resolver.resolve(&question), expected));
        }
    });
}
