//! A dialogue as Postfix 3.7 leads it: what it tells, and what of it holds when.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod mta;

use milter_proto::{Actions, Config, Stage, Steps};

use self::mta::{ACTIONS, Filter, STEPS, connect, macros, offer, packet, said, say};

const ID: [&str; 2] = ["i", "4f0Wq5121XzA"];

#[test]
fn a_dialogue_of_postfix_is_told_as_it_is() {
    let mut filter = Filter::eager();
    filter.send(&offer(6, ACTIONS, STEPS));
    assert_eq!(filter.heard(), ["O 0x6 0xff 0x100400"]);
    filter.send(&client());
    let macros = filter.session.macros();
    assert_eq!(macros.get("daemon_name"), Some(&b"mx.example.com"[..]));
    assert_eq!(macros.get("v"), Some(&b"Postfix 3.7.11"[..]));
    filter.send(&sender());
    assert_eq!(filter.session.macros().get("i"), None);
    filter.send(&recipients());
    assert_eq!(filter.session.macros().get("i"), Some(ID[1].as_bytes()));
    filter.stops_at_end = true;
    filter.send(&content());
    let told = filter.session.macros();
    assert_eq!(told.at(Stage::EndOfMessage, "i"), Some(ID[1].as_bytes()));
    assert_eq!(told.get("{auth_type}"), Some(&b"PLAIN"[..]));
    assert_eq!(told.get("{rcpt_addr}"), Some(&b"carl@example.com"[..]));
    assert_eq!(
        filter.events,
        [
            "Negotiated(Negotiated { version: V6, actions: Actions(ADD_HEADERS CHANGE_BODY \
             ADD_RCPTS DELETE_RCPTS CHANGE_HEADERS QUARANTINE CHANGE_FROM \
             ADD_RCPTS_WITH_PARAMETERS), steps: Steps(SKIP LEADING_SPACE) })",
            "Connect(Connect { client: Inet(192.0.2.1:12345), host: \"[192.0.2.1]\" })",
            "Helo(\"client.example.org\")",
            "Unknown(\"FOO\")",
            "Mail(Envelope { path: \"<amy@example.org>\", parameters: [\"SIZE=1000\", \
             \"BODY=8BITMIME\"] })",
            "Rcpt(Envelope { path: \"<bob@example.com>\", parameters: [] })",
            "Rcpt(Envelope { path: \"<carl@example.com>\", parameters: [\"NOTIFY=NEVER\"] })",
            "Data",
            "Header(Header { name: \"From\", value: \" amy@example.org\" })",
            "Header(Header { name: \"Subject\", value: \"no blank\" })",
            "Header(Header { name: \"X-Fold\", value: \" one\\r\\n\\ttwo\" })",
            "Header(Header { name: \"X-Empty\", value: \"\" })",
            "EndOfHeader",
            "Body(\"Hello\\r\\n.dot\\r\\n\")",
            "EndOfMessage",
        ]
    );
    assert_eq!(filter.heard(), ["c"; 13]);
}

#[test]
fn the_login_is_forgotten_with_its_message() {
    let mut filter = Filter::eager();
    let message = [sender(), recipients(), content()].concat();
    filter.send(&[offer(6, ACTIONS, STEPS), client(), message].concat());
    assert_eq!(filter.events.last().unwrap(), "EndOfMessage");
    let told = filter.session.macros();
    assert_eq!(told.get("{auth_type}"), None);
    assert_eq!(told.get("i"), None);
    assert_eq!(told.get("j"), Some(&b"mx.example.com"[..]));
}

#[test]
fn a_second_message_has_nothing_of_the_first() {
    let mut filter = Filter::eager();
    let given_up = [sender(), recipients(), say(b'A', &[])].concat();
    let next = [
        macros(b'M', &["{mail_addr}", ""]),
        say(b'M', &["<>"]),
        macros(b'R', &["{rcpt_addr}", "bob@example.com"]),
        say(b'R', &["<bob@example.com>"]),
    ];
    filter.send(&[offer(6, ACTIONS, STEPS), client(), given_up, next.concat()].concat());
    assert_eq!(filter.error, None);
    let told = filter.session.macros();
    assert_eq!((told.get("i"), told.get("auth_type")), (None, None));
    assert_eq!(told.get("mail_addr"), Some(&b""[..]));
}

/// Postfix tells the greeting, which ends a message, before it gives that message up.
#[test]
fn a_greeting_within_a_message_ends_it() {
    let mut filter = Filter::eager();
    let again = [
        macros(b'H', &[]),
        say(b'H', &["again"]),
        say(b'A', &[]),
        sender(),
    ];
    let begun = [client(), sender(), recipients()].concat();
    filter.send(&[offer(6, ACTIONS, STEPS), begun, again.concat()].concat());
    assert_eq!(filter.error, None);
    assert!(filter.events.last().unwrap().starts_with("Mail"));
    assert_eq!(filter.session.macros().get("i"), None);
}

/// Macros come all the same.
#[test]
fn commands_can_be_left_out_and_their_macros_hold() {
    let steps = Steps::NO_CONNECT | Steps::NO_HELO | Steps::NO_RCPT | Steps::NO_BODY;
    let mut filter = Filter::new(Config::new(Actions::ADD_HEADERS).steps(steps));
    filter.stops_at_end = true;
    filter.send(&offer(6, ACTIONS, STEPS));
    assert_eq!(filter.heard(), ["O 0x6 0x1 0x1b"]);
    filter.send(&macros(b'C', &["{daemon_name}", "mx.example.com"]));
    filter.send(&macros(b'H', &[]));
    filter.send(&sender());
    filter.send(&macros(
        b'R',
        &[ID[0], ID[1], "{rcpt_addr}", "bob@example.com"],
    ));
    filter.send(&say(b'N', &[]));
    filter.send(&say(b'E', &[]));
    let told = filter.session.macros();
    assert_eq!(told.get("i"), Some(ID[1].as_bytes()));
    assert_eq!(told.get("daemon_name"), Some(&b"mx.example.com"[..]));
    let reply = milter_proto::Reply::Accept;
    filter.session.reply(&reply, &mut filter.out).unwrap();
    filter.send(&say(b'A', &[]));
    filter.send(&sender());
    assert_eq!(filter.error, None);
    assert_eq!(filter.session.macros().get("i"), None);
}

/// As Postfix tells it when the client has hung up and another is served by the same process.
#[test]
fn a_new_client_on_the_same_connection_knows_nothing_of_the_last() {
    let mut filter = Filter::eager();
    let first = [client(), sender(), recipients()].concat();
    filter.send(&[offer(6, ACTIONS, STEPS), first, say(b'K', &[])].concat());
    let told = filter.session.macros();
    assert_eq!((told.get("j"), told.get("i")), (None, None));
    filter.events.clear();
    filter.send(&[client(), sender(), say(b'Q', &[])].concat());
    assert_eq!(filter.error, None);
    assert_eq!(filter.events.len(), 5);
    assert!(filter.events[0].starts_with("Connect"));
    assert_eq!(filter.events[4], "Quit");
}

#[test]
fn an_old_mta_tells_values_without_their_first_blank() {
    let config = Config::new(Actions::ADD_HEADERS);
    let mut filter = Filter::new(config);
    filter.send(&offer(2, 0x3f, 0x7f));
    assert_eq!(filter.heard(), ["O 0x2 0x1 0x0"]);
    let header = say(b'L', &["X-Fold", "one\n\ttwo"]);
    filter.send(&[client(), sender(), recipients(), header].concat());
    assert_eq!(filter.error, None);
    assert_eq!(
        filter.events.last().unwrap(),
        "Header(Header { name: \"X-Fold\", value: \" one\\r\\n\\ttwo\" })"
    );
}

#[test]
fn lists_of_macros_go_out_where_they_are_understood() {
    let lists = milter_proto::MacroLists::default();
    let lists = lists.with(Stage::Mail, &["i", "{auth_type}"]).unwrap();
    let lists = lists.with(Stage::EndOfMessage, &["i"]).unwrap();
    let config = Config::new(Actions::empty()).macros(lists);
    let mut filter = Filter::new(config.clone());
    filter.send(&offer(6, ACTIONS, STEPS));
    assert_eq!(
        filter.heard(),
        ["O 0x6 0x100 0x100400 \\x00\\x00\\x00\\x02i {auth_type}\\x00\\x00\\x00\\x00\\x05i\\x00"]
    );
    let mut filter = Filter::new(config);
    filter.send(&offer(4, 0x3f, 0x3ff));
    assert_eq!(said(&filter.out), ["O 0x4 0x0 0x0"]);
}

fn client() -> Vec<u8> {
    let told = [
        "j",
        "mx.example.com",
        "{daemon_name}",
        "mx.example.com",
        "{daemon_addr}",
        "192.0.2.25",
        "v",
        "Postfix 3.7.11",
        "_",
        "unknown [192.0.2.1]",
    ];
    [
        macros(b'C', &told),
        connect("[192.0.2.1]", "192.0.2.1"),
        macros(b'H', &[]),
        say(b'H', &["client.example.org"]),
        macros(b'U', &[]),
        say(b'U', &["FOO"]),
    ]
    .concat()
}

fn sender() -> Vec<u8> {
    let told = [
        "{auth_type}",
        "PLAIN",
        "{auth_authen}",
        "amy",
        "{mail_addr}",
        "amy@example.org",
        "{mail_host}",
        "example.org",
        "{mail_mailer}",
        "smtp",
    ];
    let mail = say(b'M', &["<amy@example.org>", "SIZE=1000", "BODY=8BITMIME"]);
    [macros(b'M', &told), mail].concat()
}

/// The queue id is known from the second on.
fn recipients() -> Vec<u8> {
    [
        macros(b'R', &["{rcpt_addr}", "bob@example.com"]),
        say(b'R', &["<bob@example.com>"]),
        macros(b'R', &[ID[0], ID[1], "{rcpt_addr}", "carl@example.com"]),
        say(b'R', &["<carl@example.com>", "NOTIFY=NEVER"]),
        macros(b'T', &ID),
        say(b'T', &[]),
    ]
    .concat()
}

fn content() -> Vec<u8> {
    [
        macros(b'L', &ID),
        say(b'L', &["From", " amy@example.org"]),
        macros(b'L', &ID),
        say(b'L', &["Subject", "no blank"]),
        macros(b'L', &ID),
        say(b'L', &["X-Fold", " one\n\ttwo"]),
        macros(b'L', &ID),
        say(b'L', &["X-Empty", ""]),
        macros(b'N', &ID),
        say(b'N', &[]),
        macros(b'B', &ID),
        packet(b'B', &[b"Hello\r\n.dot\r\n"]),
        macros(b'E', &ID),
        say(b'E', &[]),
    ]
    .concat()
}
