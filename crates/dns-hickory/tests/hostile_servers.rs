//! Servers that mean harm: whatever they send, there is an answer, in the time that a question may
//! take.

mod peer;

use core::net::SocketAddr;
use core::time::Duration;
use std::io::Write;
use std::net::Shutdown;
use std::thread;

use dns_hickory::BlockingResolver;
use dns_txt::{Answer, Failure, Kind, Record, Resolve};
use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::rr::rdata::{CNAME, SRV, TXT};
use hickory_resolver::proto::rr::{self, RData};

use crate::peer::*;

/// What comes back over UDP.
type OverUdp = fn(&[u8]) -> Vec<u8>;
fn alias(target: &str) -> RData {
    RData::CNAME(CNAME(name(target)))
}
fn ask_for(kind: Kind, server: SocketAddr) -> Answer {
    let resolver = BlockingResolver::with_name_servers(&[server], &patient()).unwrap();
    resolver.resolve(&question(kind))
}

fn ask(server: SocketAddr) -> Answer {
    ask_for(Kind::A, server)
}

fn ask_impatiently(server: SocketAddr) -> Answer {
    let resolver = BlockingResolver::with_name_servers(&[server], &impatient()).unwrap();
    resolver.resolve(&question(Kind::A))
}

const MALFORMED: Answer = Answer::Failed(Failure::Malformed);
const SERVER_FAILURE: Answer = Answer::Failed(Failure::ServerFailure);
const TIMEOUT: Answer = Answer::Failed(Failure::Timeout);

#[test]
fn a_truncated_answer_without_a_whole_one_over_tcp_is_a_failure() {
    let cases: [(OverTcp, Answer); 9] = [
        (|_, _| (), TIMEOUT),
        (|query, stream| send(stream, &truncated(query)), MALFORMED),
        (|_, stream| send(stream, b""), TIMEOUT),
        (|_, stream| send(stream, &[0xff; 500]), TIMEOUT),
        (
            |query, stream| {
                let octets = response(query).to_vec().unwrap();
                send(stream, &octets[..octets.len() - 3]);
            },
            TIMEOUT,
        ),
        (
            |query, stream| {
                let mut message = response(query);
                message.metadata.id = message.metadata.id.wrapping_add(1);
                send(stream, &message.to_vec().unwrap());
            },
            TIMEOUT,
        ),
        // One octet after the other, of a message that does not end.
        (
            |_, stream| {
                let mut octets = [0xff, 0xff].into_iter().chain(core::iter::repeat(0));
                while stream.write_all(&[octets.next().unwrap()]).is_ok() {
                    thread::sleep(Duration::from_millis(10));
                }
            },
            TIMEOUT,
        ),
        // Foreign messages without an end.
        (
            |query, stream| {
                let mut message = response(query);
                message.metadata.id = message.metadata.id.wrapping_add(1);
                let octets = message.to_vec().unwrap();
                let length = u16::try_from(octets.len()).unwrap().to_be_bytes();
                let octets = [&length[..], &octets].concat();
                while stream.write_all(&octets).is_ok() {}
            },
            TIMEOUT,
        ),
        (
            |_, stream| stream.shutdown(Shutdown::Both).unwrap(),
            MALFORMED,
        ),
    ];
    for (index, (over_tcp, expected)) in cases.into_iter().enumerate() {
        let ask = if expected == TIMEOUT {
            ask_impatiently
        } else {
            ask
        };
        assert_eq!(ask(tcp(over_tcp)), expected, "case {index}");
    }
}

#[test]
fn answers_to_other_questions_are_not_waited_for_without_end() {
    let cases: [OverUdp; 4] = [
        |query| {
            let mut message = response(query);
            message.metadata.id = message.metadata.id.wrapping_add(1);
            message.to_vec().unwrap()
        },
        |query| {
            let mut message = response(query);
            message.queries[0].set_name(name("other.example."));
            message.to_vec().unwrap()
        },
        |query| {
            let mut message = response(query);
            message.queries.clear();
            message.to_vec().unwrap()
        },
        |_| Vec::new(),
    ];
    for (index, respond) in cases.into_iter().enumerate() {
        assert_eq!(ask_impatiently(udp(respond)), TIMEOUT, "case {index}");
    }
}

#[test]
fn octets_that_are_no_response_are_malformed() {
    assert_eq!(ask(udp(<[u8]>::to_vec)), MALFORMED, "the query itself");
    for length in [2, 3, 11, 12, 13, 20, 25] {
        let server = udp(move |query| response(query).to_vec().unwrap()[..length].to_vec());
        assert_eq!(ask(server), MALFORMED, "{length} octets");
    }
    // A record whose name is a pointer to itself, and one that points behind itself.
    for pointer in [[0xc0, 29], [0xc0, 200]] {
        let record = [&pointer[..], &[0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]].concat();
        let server = udp(move |query| with_octets(query, 1, &record));
        assert_eq!(ask(server), MALFORMED, "{pointer:?}");
    }
}

#[test]
fn no_record_of_another_name_or_type_is_taken() {
    let other = udp(|query| with_records(query, [(name("other.example."), address())]));
    assert_eq!(ask(other), Answer::NO_DATA);
    let text = || RData::TXT(TXT::new(vec!["v=spf1 +all".into()]));
    let wrong_type = udp(move |query| with_records(query, [(asked(query), text())]));
    assert_eq!(ask(wrong_type), Answer::NO_DATA);
    // Hickory follows SRV records.
    let srv = || RData::SRV(SRV::new(1, 1, 1, name("other.example.")));
    let service = udp(move |query| {
        let records = [(asked(query), srv()), (name("other.example."), address())];
        with_records(query, records)
    });
    assert_eq!(ask(service), MALFORMED);
    // Glue is no answer.
    let glue = udp(|query| {
        let mut message = response(query);
        message.add_additional(rr::Record::from_rdata(asked(query), 300, address()));
        message.to_vec().unwrap()
    });
    assert!(ask(glue).records().is_empty());
}

#[test]
fn a_response_code_counts_more_than_the_records_beside_it() {
    for code in 1..16 {
        let respond = move |with_record: bool| {
            move |query: &[u8]| {
                let record = (asked(query), address());
                let mut octets = with_records(query, with_record.then_some(record));
                octets[3] = octets[3] & 0xf0 | code;
                octets
            }
        };
        let expected = match code {
            3 => Answer::NoSuchName,
            _ => SERVER_FAILURE,
        };
        assert_eq!(ask(udp(respond(false))), expected, "{code}");
        assert_eq!(ask(udp(respond(true))), expected, "{code} with a record");
    }
}

#[test]
fn chains_of_aliases_end_however_they_come() {
    let to_itself = udp(|query| with_records(query, [(asked(query), alias("example.org."))]));
    assert_eq!(ask(to_itself), SERVER_FAILURE);
    let round = udp(|query| {
        let records = [
            (name("example.org."), alias("a.example.org.")),
            (name("a.example.org."), alias("example.org.")),
        ];
        with_records(query, records)
    });
    assert_eq!(ask(round), SERVER_FAILURE);
    let one_by_one = udp(|query| {
        let longer = asked(query).prepend_label("x").unwrap();
        with_records(query, [(asked(query), RData::CNAME(CNAME(longer)))])
    });
    assert_eq!(ask(one_by_one), SERVER_FAILURE);
    let over_tcp = tcp(|query, stream| send(stream, &chain(query, 1000)));
    assert_eq!(ask(over_tcp), SERVER_FAILURE);
    let backwards = tcp(|query, stream| {
        let octets = chain(query, 1000);
        let mut message = Message::from_vec(&octets).unwrap();
        message.answers.reverse();
        send(stream, &message.to_vec().unwrap());
    });
    assert_eq!(ask(backwards), SERVER_FAILURE);
    let expected = Answer::Records(vec![Record::A([192, 0, 2, 1].into())]);
    let longest = tcp(|query, stream| send(stream, &chain(query, 8)));
    assert_eq!(ask(longest), expected);
    let longer = tcp(|query, stream| send(stream, &chain(query, 9)));
    assert_eq!(ask(longer), SERVER_FAILURE);
}

/// As many aliases in one response, and an address at their end.
fn chain(query: &[u8], aliases: usize) -> Vec<u8> {
    let link = |index: usize| match index {
        0 => name("example.org."),
        _ => name(&format!("c{index}.example.org.")),
    };
    let records = (0..aliases).map(|index| (link(index), RData::CNAME(CNAME(link(index + 1)))));
    with_records(query, records.chain([(link(aliases), address())]))
}

/// Each alias of a chain would have the time of a question to itself.
#[test]
fn slow_aliases_share_the_time_of_one_question() {
    let slow = udp(|query| {
        thread::sleep(Duration::from_millis(300));
        let longer = asked(query).prepend_label("x").unwrap();
        with_records(query, [(asked(query), RData::CNAME(CNAME(longer)))])
    });
    assert_eq!(ask_impatiently(slow), TIMEOUT);
}

#[test]
fn as_many_records_as_a_message_holds_are_taken() {
    let addresses = tcp(|query, stream| {
        let address = |last: u16| {
            let [third, fourth] = last.to_be_bytes();
            [
                0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, third, fourth,
            ]
        };
        let mut octets = with_octets(query, 4000, b"");
        octets.extend((0..4000).flat_map(address));
        send(stream, &octets);
    });
    assert_eq!(ask(addresses).records().len(), 4000);
    let long = tcp(|query, stream| {
        let strings = vec![&[b'x'; 255][..]; 254];
        let text = RData::TXT(TXT::from_bytes(strings));
        send(stream, &with_records(query, [(asked(query), text)]));
    });
    let answer = ask_for(Kind::Txt, long);
    assert_eq!(
        answer.records(),
        [Record::Txt(vec![b'x'; 255 * 254].into())]
    );
}

/// RFC 2181 §5: no two records of an answer are equal. Whoever writes a zone cannot write them, and a
/// server that sends them all the same does not make two SPF records of one.
#[test]
fn of_equal_records_one_is_taken() {
    let addresses = tcp(|query, stream| {
        let record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
        send(stream, &with_octets(query, 4000, &record));
    });
    assert_eq!(ask(addresses).records().len(), 1);
    let empty = tcp(|query, stream| {
        let record = [0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, 1, 0];
        send(stream, &with_octets(query, 5000, &record));
    });
    assert_eq!(ask_for(Kind::Txt, empty).records().len(), 1);
    // The same text in other strings is another record (RFC 1035 §3.3.14).
    let texts = udp(|query| {
        let texts = [&["ab", "c"][..], &["x"], &["ab", "c"], &["a", "bc"]];
        let texts = texts.map(|strings| {
            let strings = strings.iter().map(|&string| string.into()).collect();
            (asked(query), RData::TXT(TXT::new(strings)))
        });
        with_records(query, texts)
    });
    let expected = [&b"abc"[..], b"x", b"abc"];
    assert!(ask_for(Kind::Txt, texts).texts().eq(expected));
}
