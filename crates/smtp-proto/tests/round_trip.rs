//! Commands of every kind and replies of every shape: what is printed reads the same.

use core::mem::discriminant;
use std::collections::HashSet;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use smtp_proto::command::Xtext;
use smtp_proto::reply::{EnhancedCode, ReplyLimits};
use smtp_proto::{Command, Reply};

/// Printable, without blanks at its ends.
const TEXT: &str = "[!-~]([ -~\t]{0,20}[!-~])?";

/// The same with letters beyond ASCII.
const TEXT_UTF8: &str = "[!-~\u{e4}\u{20ac}]([ -~\t\u{e4}\u{1f4e7}]{0,20}[!-~\u{fc}])?";

const NAME: &str = "[A-Za-z0-9_.-]{1,30}|\\[[A-Za-z0-9.:%_-]{1,30}\\]";

const MAILBOX: &str = "[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,10}(\\.[a-z0-9]{1,5})?@\
    ([a-z0-9]{1,8}\\.){0,3}[a-z]{2,8}|\
    \"([ !#-\\[\\]-~]|\\\\[ -~]){0,12}\"@[a-z]{1,9}\\.example|\
    [a-z\u{e4}\u{df}]{1,8}@b\u{fc}cher\\.example|\
    [a-z]{1,8}@\\[192\\.0\\.2\\.[1-9]\\]|\
    [a-z]{1,8}@\\[IPv6:2001:db8::[1-9a-f]\\]";

fn text(pattern: &'static str) -> impl Strategy<Value = String> {
    proptest::string::string_regex(pattern).unwrap()
}

fn xtext() -> impl Strategy<Value = String> {
    text("[ -~]{1,20}").prop_map(|text| Xtext::encode(text.as_bytes()))
}

/// A parameter, or nothing.
fn maybe(parameter: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    proptest::option::of(parameter)
        .prop_map(|it| it.map_or_else(String::new, |it| format!(" {it}")))
}

fn mail() -> impl Strategy<Value = String> {
    let path = prop_oneof![Just(String::new()), text(MAILBOX)];
    let auth = prop_oneof![Just("<>".to_owned()), xtext()].prop_map(|it| format!("AUTH={it}"));
    let size = any::<u64>().prop_map(|it| format!("SIZE={it}"));
    let body = select(
        ["BODY=7BIT", "BODY=8BITMIME", "BODY=BINARYMIME"]
            .map(String::from)
            .to_vec(),
    );
    let ret = select(["RET=FULL", "RET=HDRS"].map(String::from).to_vec());
    let parameters = (
        maybe(size),
        maybe(body),
        maybe(Just("SMTPUTF8".into())),
        maybe(auth),
        maybe(Just("REQUIRETLS".into())),
        maybe(ret),
        maybe(xtext().prop_map(|it| format!("ENVID={it}"))),
    );
    (path, parameters).prop_map(|(path, (a, b, c, d, e, f, g))| {
        format!("MAIL FROM:<{path}>{a}{b}{c}{d}{e}{f}{g}")
    })
}

fn rcpt() -> impl Strategy<Value = String> {
    let path = prop_oneof![1 => Just("Postmaster".to_owned()), 9 => text(MAILBOX)];
    let notify = ["NEVER", "SUCCESS", "FAILURE,DELAY", "SUCCESS,FAILURE,DELAY"];
    let notify = select(notify.to_vec()).prop_map(|it| format!("NOTIFY={it}"));
    let original = ("[a-z0-9-]{1,8}", xtext()).prop_map(|(kind, it)| format!("ORCPT={kind};{it}"));
    (path, maybe(notify), maybe(original))
        .prop_map(|(path, notify, original)| format!("RCPT TO:<{path}>{notify}{original}"))
}

fn auth() -> impl Strategy<Value = String> {
    let mechanism = select(smtp_proto::sasl::Mechanism::ALL);
    let response = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..20));
    (mechanism, response).prop_map(|(mechanism, response)| {
        let name = mechanism.name();
        match response.as_deref() {
            None => format!("AUTH {name}"),
            Some([]) => format!("AUTH {name} ="),
            Some(octets) => {
                format!(
                    "AUTH {name} {}",
                    smtp_proto::command::Response::encode(octets)
                )
            }
        }
    })
}

fn xclient() -> impl Strategy<Value = String> {
    let value = |pattern, name: &'static str| {
        let odd = select(vec!["[UNAVAILABLE]".to_owned(), "[TEMPUNAVAIL]".to_owned()]);
        prop_oneof![3 => text(pattern), 1 => odd].prop_map(move |value| format!("{name}={value}"))
    };
    let address = "192\\.0\\.2\\.[1-9]|IPV6:2001:db8::[1-9a-f]";
    let port = "[1-9][0-9]{0,3}";
    let name = "[a-z0-9.-]{1,10}(\\+2B[a-z]{1,3})?";
    let attributes = (
        value(address, "ADDR"),
        value(port, "PORT"),
        value(name, "NAME"),
        value(name, "HELO"),
        value(name, "LOGIN"),
        value("E?SMTP", "PROTO"),
        value(address, "DESTADDR"),
        value(port, "DESTPORT"),
    );
    let attributes = attributes.prop_map(|(a, b, c, d, e, f, g, h)| vec![a, b, c, d, e, f, g, h]);
    (attributes.prop_shuffle(), 1usize..=8)
        .prop_map(|(attributes, number)| format!("XCLIENT {}", attributes[..number].join(" ")))
}

/// A line with a command, as it is printed.
fn line() -> impl Strategy<Value = String> {
    let behind = |verb: &'static str, argument| {
        text(argument).prop_map(move |argument| format!("{verb} {argument}"))
    };
    let maybe_behind = |verb: &'static str| {
        maybe(text(TEXT)).prop_map(move |argument| format!("{verb}{argument}"))
    };
    let alone = select(
        ["DATA", "QUIT", "RSET", "STARTTLS"]
            .map(String::from)
            .to_vec(),
    );
    let chunk = (any::<u64>(), any::<bool>()).prop_map(|(octets, is_last)| {
        let last = if is_last { " LAST" } else { "" };
        format!("BDAT {octets}{last}")
    });
    prop_oneof![
        4 => alone,
        1 => auth(),
        1 => chunk,
        1 => behind("EHLO", NAME),
        1 => behind("HELO", NAME),
        1 => behind("LHLO", NAME),
        1 => behind("EXPN", TEXT_UTF8),
        1 => behind("VRFY", TEXT_UTF8),
        1 => maybe_behind("HELP"),
        1 => maybe_behind("NOOP"),
        3 => mail(),
        3 => rcpt(),
        1 => xclient(),
    ]
}

/// A reply that a server may have made, and the texts of its lines.
fn reply() -> impl Strategy<Value = Reply> {
    let code = (2u16..=5, 0u16..=5, 0u16..=9).prop_map(|(x, y, z)| x * 100 + y * 10 + z);
    let enhanced = proptest::option::of((0u16..1000, 0u16..1000));
    let lines =
        proptest::collection::vec("|[ -~\t]{0,40}|2\\.0\\.0( .{0,5})?|[ -~]{400,496}", 1..6);
    (code, enhanced, lines).prop_filter_map("no reply", |(code, enhanced, lines)| {
        let enhanced = enhanced.filter(|_| code / 100 != 3);
        let enhanced =
            enhanced.map(|(subject, detail)| format!("{}.{subject}.{detail} ", code / 100));
        let text = enhanced.unwrap_or_default() + &lines.join("\n");
        Reply::new(code, text).ok()
    })
}

fn limits() -> ReplyLimits {
    ReplyLimits::default()
}

#[test]
fn every_kind_of_command_is_drawn() {
    let mut runner = TestRunner::deterministic();
    let lines: Vec<_> = (0..2000)
        .map(|_| line().new_tree(&mut runner).unwrap().current())
        .collect();
    let kinds: HashSet<_> = lines
        .iter()
        .map(|line| match Command::parse(line.as_bytes()).unwrap() {
            command @ (Command::Auth(_)
            | Command::Bdat(_)
            | Command::Data
            | Command::Ehlo(_)
            | Command::Expn(_)
            | Command::Helo(_)
            | Command::Help(_)
            | Command::Lhlo(_)
            | Command::Mail(_)
            | Command::Noop(_)
            | Command::Quit
            | Command::Rcpt(_)
            | Command::Rset
            | Command::StartTls
            | Command::Vrfy(_)
            | Command::XClient(_)) => discriminant(&command),
            other => panic!("{other:?} is drawn by nobody"),
        })
        .collect();
    assert_eq!(kinds.len(), 16);
}

#[test]
fn every_shape_of_reply_is_drawn() {
    let mut runner = TestRunner::deterministic();
    let shapes: HashSet<_> = (0..1000)
        .map(|_| {
            let reply = reply().new_tree(&mut runner).unwrap().current();
            let lines = reply.lines().count();
            (reply.severity(), reply.enhanced().is_some(), lines > 1)
        })
        .collect();
    // Of four kinds, three have enhanced codes; each in one line and in several.
    assert_eq!(shapes.len(), 2 * (4 + 3));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_command_reads_as_it_was_printed(line in line()) {
        let command = Command::parse(line.as_bytes()).unwrap();
        let mut printed = Vec::new();
        command.print(&mut printed);
        prop_assert_eq!(&printed, &[line.as_bytes(), b"\r\n"].concat());
        prop_assert_eq!(Command::parse(&printed[..line.len()]), Ok(command));
    }

    #[test]
    fn a_reply_reads_as_it_was_printed(reply in reply()) {
        let mut printed = Vec::new();
        reply.print(&mut printed);
        let read = Reply::read(&printed, &limits()).unwrap();
        prop_assert_eq!(read, Some((reply, printed.len())));
    }

    /// What no server of ours says, and others do.
    #[test]
    fn a_reply_that_was_read_reads_the_same_when_it_is_printed(
        code in 200u16..600,
        lines in proptest::collection::vec("([245]\\.[0-9]{1,3}\\.[0-9]{1,3} ?)?[ -~\t\u{e4}\u{20ac}\0\r\u{85}]{0,30}", 1..6),
        end in select(vec!["\r\n", "\n"]),
    ) {
        let (last, first) = lines.split_last().unwrap();
        let mut wire: String = first.iter().map(|line| format!("{code}-{line}{end}")).collect();
        wire += &format!("{code} {last}{end}");
        let (reply, length) = Reply::read(wire.as_bytes(), &limits()).unwrap().unwrap();
        prop_assert_eq!((length, reply.lines().count()), (wire.len(), lines.len()));
        prop_assert!(!reply.text().contains(|char: char| char.is_control() && !"\t\n".contains(char)));
        prop_assert!(reply.enhanced().map(EnhancedCode::class).is_none_or(|it| u16::from(it) == code / 100));
        let mut printed = Vec::new();
        reply.print(&mut printed);
        let read = Reply::read(&printed, &limits()).unwrap();
        prop_assert_eq!(read, Some((reply, printed.len())));
    }
}
