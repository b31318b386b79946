//! Servers that do not answer as they should.

use core::net::SocketAddr;
use core::time::Duration;
use std::net::UdpSocket;
use std::thread;

use dns_hickory::{BlockingResolver, HickoryResolver, Options, ResolverError};
use dns_txt::{Answer, AsyncResolve, Failure, Kind, Name, Question, Resolve};
use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, NS};
use hickory_resolver::proto::rr::{self, RData};

/// Answers each query with the octets that `respond` makes of it, for as long as the test runs.
fn server(respond: impl Fn(Message) -> Vec<u8> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut query = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut query) {
            let query = Message::from_vec(&query[..length]).unwrap();
            socket.send_to(&respond(query), from).unwrap();
        }
    });
    address
}

fn response(mut query: Message, code: ResponseCode) -> Message {
    query.metadata.message_type = MessageType::Response;
    query.metadata.response_code = code;
    query
}

fn ask(server: SocketAddr) -> Answer {
    let options = Options::new()
        .retries(0)
        .timeout(Duration::from_millis(500));
    let resolver = BlockingResolver::with_name_servers(&[server], &options).unwrap();
    resolver.resolve(&question())
}

fn question() -> Question {
    Question::new("example.org".parse::<Name>().unwrap(), Kind::A)
}

#[test]
fn every_response_code_but_nxdomain_is_a_server_failure() {
    for code in [
        ResponseCode::FormErr,
        ResponseCode::NotImp,
        ResponseCode::Refused,
        ResponseCode::ServFail,
    ] {
        let server = server(move |query| response(query, code).to_vec().unwrap());
        assert_eq!(
            ask(server),
            Answer::Failed(Failure::ServerFailure),
            "{code}"
        );
    }
    let server = server(|query| response(query, ResponseCode::NXDomain).to_vec().unwrap());
    assert_eq!(ask(server), Answer::NoSuchName);
    let server = self::server(|query| response(query, ResponseCode::NoError).to_vec().unwrap());
    assert_eq!(ask(server), Answer::NO_DATA);
}

#[test]
fn a_referral_is_a_server_failure_and_not_no_data() {
    let server = server(|query| {
        let mut message = response(query, ResponseCode::NoError);
        let zone = rr::Name::from_ascii("org.").unwrap();
        let ns = RData::NS(NS(rr::Name::from_ascii("ns.org.").unwrap()));
        message.add_authority(rr::Record::from_rdata(zone, 300, ns));
        message.to_vec().unwrap()
    });
    assert_eq!(ask(server), Answer::Failed(Failure::ServerFailure));
}

#[test]
fn records_of_other_names_are_not_taken() {
    let server = server(|query| {
        let mut message = response(query, ResponseCode::NoError);
        for (name, last) in [("example.org.", 1), ("other.example.", 2)] {
            let name = rr::Name::from_ascii(name).unwrap();
            let address = RData::A(A::new(192, 0, 2, last));
            message.add_answer(rr::Record::from_rdata(name, 300, address));
        }
        message.to_vec().unwrap()
    });
    let expected = dns_txt::Record::A([192, 0, 2, 1].into());
    assert_eq!(ask(server), Answer::Records(vec![expected]));
}

#[test]
fn a_response_that_cannot_be_read_is_malformed() {
    let server = server(|query| {
        let mut octets = response(query, ResponseCode::NoError).to_vec().unwrap();
        octets.truncate(octets.len() - 3);
        octets
    });
    assert_eq!(ask(server), Answer::Failed(Failure::Malformed));
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let servers = [silent.local_addr().unwrap()];
    let options = Options::new().retries(1).timeout(Duration::from_millis(50));
    let timeout = Answer::Failed(Failure::Timeout);

    let resolver = HickoryResolver::with_name_servers(&servers, &options).unwrap();
    assert_eq!(resolver.resolve(question()).await, timeout);
    let resolver = BlockingResolver::with_name_servers(&servers, &options).unwrap();
    assert_eq!(resolver.resolve(&question()), timeout);
}

#[test]
fn a_resolver_needs_a_name_server() {
    let resolver = HickoryResolver::with_name_servers(&[], &Options::new());
    assert!(matches!(resolver, Err(ResolverError::NoNameServer)));
}
