//! Commands against their printed form, and what is refused.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use mail_address::Mailbox;
use proptest::prelude::*;

use super::*;
use crate::sasl::Mechanism;

fn parse(line: &str) -> Result<Command<'_>, CommandError> {
    Command::parse(line.as_bytes())
}

fn printed(command: &Command<'_>) -> String {
    let mut out = Vec::new();
    command.print(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn every_command_is_read_and_printed() {
    for line in [
        "AUTH PLAIN",
        "AUTH PLAIN =",
        "AUTH LOGIN dGVzdA==",
        "BDAT 0",
        "BDAT 100324 LAST",
        "DATA",
        "EHLO mail.example.com",
        "EHLO [192.0.2.1]",
        "EHLO [IPv6:2001:db8::1]",
        "EXPN staff",
        "EXPN b\u{fc}ro SMTPUTF8",
        "HELO mail.example.com",
        "HELP",
        "HELP MAIL",
        "LHLO mail.example.com",
        "MAIL FROM:<>",
        "MAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME SMTPUTF8 AUTH=e+3Dmc2@example.com",
        "MAIL FROM:<a@b.example> AUTH=<>",
        "MAIL FROM:<a@b.example> BODY=BINARYMIME REQUIRETLS RET=HDRS ENVID=QQ314159",
        "MAIL FROM:<> RET=FULL ENVID=a>b",
        "MAIL FROM:<j\u{f6}rg@b\u{fc}cher.example> SMTPUTF8",
        "NOOP",
        "NOOP are you there",
        "QUIT",
        "RCPT TO:<Postmaster>",
        "RCPT TO:<\"a>b\"@example.com>",
        "RCPT TO:<joe@[192.0.2.1]>",
        "RCPT TO:<a@b.example> NOTIFY=NEVER",
        "RCPT TO:<Postmaster> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;e+3Dmc2@b.example",
        "RCPT TO:<j\u{f6}rg@b.example> ORCPT=utf-8;j\u{f6}rg\\x{3D}@b.example",
        "RSET",
        "STARTTLS",
        "VRFY joe",
        "VRFY j\u{f6}rg SMTPUTF8",
        "XCLIENT ADDR=192.0.2.1 NAME=[UNAVAILABLE]",
    ] {
        let command = parse(line).unwrap();
        assert_eq!(printed(&command), [line, "\r\n"].concat());
    }
}

#[test]
fn case_and_blanks_at_the_end_make_no_difference() {
    for (line, same) in [
        ("ehlo Mail.Example \t ", "EHLO Mail.Example"),
        ("quit ", "QUIT"),
        (
            "mail from:<a@b.example> size=5 body=7bit",
            "MAIL FROM:<a@b.example> SIZE=5 BODY=7BIT",
        ),
        ("auth plain =", "AUTH PLAIN ="),
        ("bdat  010  last ", "BDAT 10 LAST"),
        (
            "rcpt to:<a@b.example> notify=delay,failure",
            "RCPT TO:<a@b.example> NOTIFY=FAILURE,DELAY",
        ),
        ("rcpt to:<POSTMASTER>", "RCPT TO:<Postmaster>"),
    ] {
        assert_eq!(parse(line), parse(same));
        assert!(parse(line).is_ok());
    }
}

#[test]
fn text_behind_the_name_of_a_client_is_forgiven() {
    assert_eq!(
        parse("HELO mail.example hi there"),
        parse("HELO mail.example")
    );
}

#[test]
fn b14_a_blank_behind_the_colon_is_forgiven() {
    assert_eq!(
        parse("MAIL FROM: <a@b.example>"),
        parse("MAIL FROM:<a@b.example>")
    );
    assert_eq!(
        parse("RCPT TO: <a@b.example>"),
        parse("RCPT TO:<a@b.example>")
    );
}

#[test]
fn a06_a_source_route_is_dropped() {
    for line in [
        "MAIL FROM:<@legit.example,@any:any@attack.example>",
        "MAIL FROM:<@legit.example:any@attack.example>",
    ] {
        let Ok(Command::Mail(mail)) = parse(line) else {
            panic!("{line} is a MAIL command");
        };
        assert_eq!(mail.reverse_path.unwrap().as_str(), "any@attack.example");
    }
    for path in [
        "<@legit.example>",
        "<@legit.example,any@attack.example>",
        "<@:a@b.example>",
    ] {
        let line = ["MAIL FROM:", path].concat();
        assert_eq!(parse(&line), Err(CommandError::ReversePath));
    }
}

#[test]
fn a02_a_malformed_path_is_never_another() {
    for path in [
        "<(any@legit.example>",
        "<(any@legit.example",
        "<any@legit.example(.attack.example>",
        "<any@legit.example'@any.attack.example>",
        "<a>b@legit.example>",
        "<a@b.example",
        "a@b.example",
        "<a@b.example\0>",
        "<a\r\nb@legit.example>",
        "<a\nb@legit.example>",
        "<\"a\0\"@legit.example>",
        "< a@b.example>",
        "< >",
        "<@>",
        "",
    ] {
        let mail = ["MAIL FROM:", path].concat();
        assert_eq!(parse(&mail), Err(CommandError::ReversePath), "{path}");
        let rcpt = ["RCPT TO:", path].concat();
        assert_eq!(parse(&rcpt), Err(CommandError::ForwardPath), "{path}");
    }
    assert_eq!(parse("RCPT TO:<>"), Err(CommandError::ForwardPath));
}

#[test]
fn what_is_no_command_says_why() {
    let argument = |offset| CommandError::Argument { offset };
    let parameter = |offset| CommandError::Parameter { offset };
    let value = |offset| CommandError::ParameterValue { offset };
    for (line, why) in [
        ("", CommandError::Verb),
        (" QUIT", CommandError::Verb),
        ("QUITS", CommandError::Verb),
        ("QUIT\0", CommandError::Verb),
        ("STARTTLSX", CommandError::Verb),
        ("AUTHENTICATE PLAIN", CommandError::Verb),
        ("QUIT now", argument(4)),
        ("DATA x", argument(4)),
        ("EHLO", argument(4)),
        ("EHLO a(b", argument(4)),
        ("EHLO a\r\nb", argument(4)),
        ("EHLO b\u{fc}cher.example", CommandError::EightBit),
        ("VRFY", argument(4)),
        ("NOOP \0", argument(4)),
        ("AUTH", argument(4)),
        ("AUTH GSSAPI", CommandError::Mechanism),
        ("AUTH PLAIN =AAA", CommandError::Response),
        ("AUTH PLAIN AAA", CommandError::Response),
        ("AUTH PLAIN AAAA AAAA", CommandError::Response),
        ("MAIL FROM:<a@b.example>SIZE=5", argument(23)),
        ("MAIL FROM:<a@b.example> =5", argument(24)),
        ("MAIL FROM:<a@b.example> SIZE=5\0", argument(30)),
        ("MAIL FROM:<a@b.example> FOO=5", parameter(24)),
        ("MAIL FROM:<a@b.example> SIZE=5 FOO", parameter(31)),
        ("MAIL FROM:<a@b.example> BODY=UTF8", parameter(24)),
        ("MAIL FROM:<a@b.example> REQUIRETLS=1", value(24)),
        ("MAIL FROM:<a@b.example> REQUIRETLS REQUIRETLS", value(35)),
        ("MAIL FROM:<a@b.example> RET=SOME", value(24)),
        ("MAIL FROM:<a@b.example> RET=FULL RET=FULL", value(33)),
        ("MAIL FROM:<a@b.example> ENVID=a+0D", value(24)),
        ("MAIL FROM:<a@b.example> ENVID=a ENVID=a", value(32)),
        ("MAIL FROM:<a@b.example> SIZE", value(24)),
        ("MAIL FROM:<a@b.example> SIZE=x", value(24)),
        ("MAIL FROM:<a@b.example> SIZE=5 SIZE=5", value(31)),
        (
            "MAIL FROM:<a@b.example> SIZE=123456789012345678901",
            value(24),
        ),
        ("MAIL FROM:<a@b.example> SMTPUTF8=1", value(24)),
        ("MAIL FROM:<a@b.example> AUTH=a+0D+0A", value(24)),
        ("RCPT TO:<a@b.example> FOO=NEVER", parameter(22)),
        ("RCPT TO:<a@b.example> NOTIFY", value(22)),
        ("RCPT TO:<a@b.example> NOTIFY=NEVER,DELAY", value(22)),
        ("RCPT TO:<a@b.example> NOTIFY=DELAY NOTIFY=DELAY", value(35)),
        ("RCPT TO:<a@b.example> ORCPT=a@b.example", value(22)),
        ("RCPT TO:<a@b.example> ORCPT=rfc822;a+0Ab", value(22)),
        ("BDAT", CommandError::Chunk),
        ("BDAT \u{661}", CommandError::Chunk),
        ("BDAT 18446744073709551616", CommandError::Chunk),
        ("LHLO", argument(4)),
        ("XCLIENT", argument(7)),
        ("XCLIENT FOO=bar", argument(7)),
    ] {
        assert_eq!(parse(line), Err(why), "{line}");
    }
}

#[test]
fn a_size_that_fits_no_number_is_the_largest() {
    let line = "MAIL FROM:<> SIZE=99999999999999999999";
    let expected = Mail::new(None).size(u64::MAX);
    assert_eq!(parse(line), Ok(Command::Mail(expected)));
}

proptest! {
    #[test]
    fn parsing_what_was_printed_gives_the_same_mail(
        name in proptest::option::of("[ -~\u{e4}]{0,20}"),
        size in proptest::option::of(any::<u64>()),
        body in proptest::option::of(proptest::sample::select(vec![
            Body::BinaryMime,
            Body::EightBitMime,
            Body::SevenBit,
        ])),
        [smtp_utf8, require_tls] in any::<[bool; 2]>(),
        [auth, envelope_id] in [(); 2].map(|()| proptest::option::of("[ -~]{1,20}")),
        ret in proptest::option::of(prop_oneof![Just(Ret::Full), Just(Ret::Headers)]),
        notify in proptest::option::of(any::<[bool; 3]>()),
        original in proptest::option::of(("[a-z0-9-]{1,8}", "[ -~]{1,20}")),
        unitext in proptest::option::of("[!-*,-<>-~\u{fc}\u{20ac}]{1,20}"),
    ) {
        let domain = "mail.example".parse().unwrap();
        let mailbox = name.map(|name| Mailbox::new(&name, &domain).unwrap());
        let [auth, envelope_id] =
            [auth, envelope_id].map(|text| text.map(|text| Xtext::encode(text.as_bytes())));
        let mail = Mail {
            auth: auth.as_ref().map(|auth| Xtext::parse(auth.as_bytes()).unwrap()),
            body,
            envelope_id: envelope_id.as_ref().map(|id| Xtext::parse(id.as_bytes()).unwrap()),
            require_tls,
            ret,
            reverse_path: mailbox.as_ref().map(Mailbox::view),
            size,
            smtp_utf8,
        };
        let line = printed(&Command::Mail(mail));
        prop_assert_eq!(parse(line.strip_suffix("\r\n").unwrap()), Ok(Command::Mail(mail)));
        if let Some(mailbox) = &mailbox {
            let original = original.map(|(kind, address)| match &unitext {
                Some(unitext) => format!("UTF-8;{unitext}"),
                None => format!("{kind};{}", Xtext::encode(address.as_bytes())),
            });
            let rcpt = Command::Rcpt(Rcpt {
                notify: notify.map(|[delay, failure, success]| {
                    Notify::NEVER.delay(delay).failure(failure).success(success)
                }),
                original_recipient: original
                    .as_ref()
                    .map(|original| OriginalRecipient::parse(original.as_bytes()).unwrap()),
                ..Rcpt::new(mailbox.view())
            });
            let line = printed(&rcpt);
            prop_assert_eq!(parse(line.strip_suffix("\r\n").unwrap()), Ok(rcpt));
        }
    }

    #[test]
    fn parsing_what_was_printed_gives_the_same_chunk(octets: u64, is_last: bool) {
        let chunk = Command::Bdat(Bdat { is_last, octets });
        let line = printed(&chunk);
        prop_assert_eq!(parse(line.strip_suffix("\r\n").unwrap()), Ok(chunk));
    }

    #[test]
    fn parsing_what_was_printed_gives_the_same_response(
        octets in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40)),
        mechanism in proptest::sample::select(Mechanism::ALL),
    ) {
        let base64 = octets.map(|octets| Response::encode(&octets));
        let response = base64.as_ref().map(|it| Response::parse(it.as_bytes()).unwrap());
        let auth = Command::Auth(Auth::new(mechanism, response));
        let line = printed(&auth);
        prop_assert_eq!(parse(line.strip_suffix("\r\n").unwrap()), Ok(auth));
    }

    #[test]
    fn printing_what_was_read_is_one_line_that_reads_the_same(
        line in "(MAIL FROM:<|RCPT TO:<|EHLO |LHLO |HELP |NOOP |VRFY |AUTH |XCLIENT NAME=)?\
                 [ -~\r\n\u{e4}]{0,20}(>| SIZE=1)?",
    ) {
        if let Ok(command) = parse(&line) {
            let line = printed(&command);
            let line = line.strip_suffix("\r\n").unwrap();
            prop_assert!(!line.contains(['\r', '\n']));
            prop_assert_eq!(parse(line), Ok(command));
        }
    }

    #[test]
    fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = Command::parse(&octets);
        for start in [
            &b"MAIL FROM:<a@b> "[..],
            b"MAIL FROM:<a@b> ENVID=",
            b"RCPT TO:<a@b> ORCPT=",
            b"BDAT ",
            b"XCLIENT ",
        ] {
            let _ = Command::parse(&[start, &octets].concat());
        }
    }
}
