//! What can be answered, and when.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod mta;

use milter_proto::command::Command;
use milter_proto::session::ApiMisuse;
use milter_proto::{Actions, Advance, Config, CustomReply, Edits, Reply, Session, Steps};

use self::mta::{
    ACTIONS, Filter, STEPS, connect, envelope, greeting, message, offer, packet, said, say,
    steps_without_replies,
};

#[test]
fn every_reply_has_its_letter() {
    let custom = CustomReply::new(550, Some("5.7.1".parse().unwrap()), ["50% off", "no"]);
    let rows = [
        (Reply::Accept, "a"),
        (Reply::Continue, "c"),
        (Reply::Discard, "d"),
        (Reply::Reject, "r"),
        (Reply::Skip, "s"),
        (Reply::TempFail, "t"),
        (
            custom.unwrap().into(),
            "y 550-5.7.1 50%% off\\r\\n550 5.7.1 no\\x00",
        ),
    ];
    for (reply, text) in rows {
        let mut out = Vec::new();
        let mut session = at(b"MRNB");
        session.reply(&reply, &mut out).unwrap();
        assert_eq!(said(&out), [text]);
    }
    let mut out = Vec::new();
    at(b"M").reply(&Reply::Shutdown, &mut out).unwrap();
    assert_eq!(said(&out), ["4"]);
}

#[test]
fn not_every_command_can_be_answered_in_every_way() {
    let everywhere = [Reply::Continue, Reply::Reject, Reply::TempFail];
    let rows: [(&[u8], &[Reply], &[Reply]); 9] = [
        (
            b"C",
            &[Reply::Accept, Reply::Shutdown],
            &[Reply::Discard, Reply::Skip],
        ),
        (
            b"H",
            &[Reply::Accept, Reply::Shutdown],
            &[Reply::Discard, Reply::Skip],
        ),
        (
            b"U",
            &[Reply::Shutdown],
            &[Reply::Accept, Reply::Discard, Reply::Skip],
        ),
        (
            b"M",
            &[Reply::Accept, Reply::Discard, Reply::Shutdown],
            &[Reply::Skip],
        ),
        (
            b"MR",
            &[Reply::Accept, Reply::Discard, Reply::Shutdown],
            &[Reply::Skip],
        ),
        (
            b"MRT",
            &[Reply::Accept, Reply::Discard, Reply::Shutdown],
            &[Reply::Skip],
        ),
        (
            b"MRL",
            &[Reply::Accept, Reply::Discard],
            &[Reply::Shutdown, Reply::Skip],
        ),
        (
            b"MRB",
            &[Reply::Accept, Reply::Discard, Reply::Skip],
            &[Reply::Shutdown],
        ),
        (
            b"MRE",
            &[Reply::Accept, Reply::Discard],
            &[Reply::Shutdown, Reply::Skip],
        ),
    ];
    for (letters, fit, wrong) in rows {
        let command = Command::from_letter(*letters.last().unwrap()).unwrap();
        for reply in everywhere.iter().chain(fit) {
            let mut out = Vec::new();
            assert_eq!(
                at(letters).reply(reply, &mut out),
                Ok(()),
                "{command} {reply:?}"
            );
        }
        for reply in wrong {
            let (mut session, mut out) = (at(letters), Vec::new());
            let misuse = Err(ApiMisuse::WrongReply { command });
            assert_eq!(session.reply(reply, &mut out), misuse, "{reply:?}");
            assert_eq!(out, b"");
            assert_eq!(session.reply(&Reply::Continue, &mut out), Ok(()));
        }
    }
}

#[test]
fn skip_is_answered_where_it_is_understood() {
    let mut session = Session::new(Config::new(Actions::empty()).into());
    let offer = offer(6, ACTIONS, STEPS & !Steps::SKIP.bits());
    feed(&mut session, &[&offer, b"CMRB"]);
    let mut out = Vec::new();
    let reply = session.reply(&Reply::Skip, &mut out);
    assert_eq!(reply, Err(ApiMisuse::SkipNotGranted));
    assert_eq!(out, b"");
}

#[test]
fn a_session_waits_for_a_reply_and_takes_one() {
    let mut session = at(b"M");
    let mut out = Vec::new();
    let advance = session.advance(b"", &mut out);
    assert_eq!(advance, Err(ApiMisuse::ReplyDue.into()));
    assert_eq!(session.reply(&Reply::Continue, &mut out), Ok(()));
    let again = session.reply(&Reply::Continue, &mut out);
    assert_eq!(again, Err(ApiMisuse::NoReplyDue));
    assert_eq!(said(&out), ["c"]);
    let mut session = at(b"A");
    let reply = session.reply(&Reply::Continue, &mut out);
    assert_eq!(reply, Err(ApiMisuse::NoReplyDue));
}

#[test]
fn what_was_granted_without_replies_gets_none() {
    let config = Config::new(Actions::empty()).steps(steps_without_replies());
    let mut filter = Filter::new(config);
    filter.send(&greeting());
    assert_eq!(filter.heard(), ["O 0x6 0x0 0xff080"]);
    filter.send(&[say(b'U', &["FOO"]), message()].concat());
    assert_eq!(filter.heard(), ["c"], "only the end of a message");
    assert_eq!(filter.events.len(), 10);
}

#[test]
fn what_was_not_granted_gets_its_replies() {
    let config = Config::new(Actions::empty()).steps(steps_without_replies());
    let mut filter = Filter::new(config);
    filter.send(&offer(4, 0x3f, 0x3ff));
    assert_eq!(filter.heard(), ["O 0x4 0x0 0x80"]);
    filter.send(&connect("mail.example.com", "192.0.2.1"));
    filter.send(&[say(b'U', &["FOO"]), message()].concat());
    assert_eq!(filter.heard(), ["c"; 7], "all but the header field");
}

/// libmilter takes such a packet, too.
#[test]
fn a_body_may_end_with_the_message() {
    let end = packet(b'E', &[b"the last line\r\n"]);
    let mut filter = Filter::eager();
    filter.send(&[greeting(), envelope()].concat());
    filter.out.clear();
    filter.send(&end);
    assert_eq!(filter.heard(), ["c"]);
    let told = &filter.events[filter.events.len() - 2..];
    assert_eq!(told, ["Body(\"the last line\\r\\n\")", "EndOfMessage"]);
    filter.send(&[envelope(), end.clone()].concat());
    assert_eq!(filter.error, None);
    let told = &filter.events[filter.events.len() - 2..];
    assert_eq!(told, ["Body(\"the last line\\r\\n\")", "EndOfMessage"]);

    let config = Config::new(Actions::empty()).steps(Steps::NO_BODY);
    let mut filter = Filter::new(config);
    filter.send(&[greeting(), envelope(), end].concat());
    assert!(!filter.events.iter().any(|event| event.starts_with("Body")));
    assert_eq!(filter.events.last().unwrap(), "EndOfMessage");
}

#[test]
fn the_filter_says_that_it_is_at_work_at_the_end_only() {
    let mut out = Vec::new();
    for letters in [&b"M"[..], b"MRB", b"A", b"U"] {
        assert_eq!(at(letters).progress(&mut out), Err(ApiMisuse::NotAtEnd));
    }
    let mut session = at(b"MRE");
    session.progress(&mut out).unwrap();
    session.progress(&mut out).unwrap();
    session.reply(&Reply::Accept, &mut out).unwrap();
    assert_eq!(said(&out), ["p", "p", "a"]);
    assert_eq!(session.progress(&mut out), Err(ApiMisuse::NotAtEnd));
}

#[test]
fn a_message_is_edited_once_and_at_its_end() {
    let mut edits = Edits::default();
    edits.add_header("X-Mark", " yes").unwrap();
    let mut out = Vec::new();
    assert_eq!(at(b"MRB").edit(&edits, &mut out), Err(ApiMisuse::NotAtEnd));
    let mut session = at(b"MRE");
    for _ in 0..2 {
        assert_eq!(session.edit(&edits, &mut out), Ok(()));
        let again = session.edit(&edits, &mut out);
        assert_eq!(again, Err(ApiMisuse::EditedAlready));
        session.reply(&Reply::Accept, &mut out).unwrap();
        assert_eq!(session.edit(&edits, &mut out), Err(ApiMisuse::NotAtEnd));
        assert_eq!(said(&out), ["h X-Mark\\x00 yes\\x00", "a"]);
        out.clear();
        feed(&mut session, &[b"MRE"]);
    }
}

#[test]
fn what_was_not_granted_is_not_done() {
    let config = Config::new(Actions::ADD_HEADERS);
    let mut filter = Filter::at_end(config, offer(6, ACTIONS, STEPS));
    let mut edits = Edits::default();
    edits.add_header("X-Mark", " yes").unwrap();
    edits.quarantine("odd").unwrap();
    edits.delete_rcpt("bob@example.org").unwrap();
    let missing = Actions::QUARANTINE | Actions::DELETE_RCPTS;
    let misuse = Err(ApiMisuse::NotGranted { missing });
    assert_eq!(filter.session.edit(&edits, &mut filter.out), misuse);
    let missing = Actions::CHANGE_BODY;
    let misuse = Err(ApiMisuse::NotGranted { missing });
    let replaced = filter.session.replace_body(b"x", &mut filter.out);
    assert_eq!(replaced, misuse);
    assert_eq!(filter.out, b"");
}

#[test]
fn a_body_is_replaced_in_pieces_that_every_mta_takes() {
    let mut session = at(b"MRE");
    let mut out = Vec::new();
    session.replace_body(&[b'x'; 65_536], &mut out).unwrap();
    session.replace_body(b"end\r\n", &mut out).unwrap();
    let lengths: Vec<_> = said(&out).iter().map(String::len).collect();
    assert_eq!(lengths, [65_537, 3, "b end\\r\\n".len()]);
    out.clear();
    session.replace_body(b"", &mut out).unwrap();
    assert_eq!(said(&out), ["b"]);
}

/// A session whose last event is that of the last letter, and is not answered.
fn at(letters: &[u8]) -> Session {
    let config = Config::new(Actions::empty()).wishes(Actions::from_bits(ACTIONS));
    let mut session = Session::new(config.into());
    let offer = offer(6, ACTIONS, STEPS);
    let client: &[u8] = if letters == b"C" { b"" } else { b"C" };
    feed(&mut session, &[&offer, client, letters]);
    session
}

/// Gives a packet as it is, and others for their letters; answers all but the last.
fn feed(session: &mut Session, parts: &[&[u8]]) {
    let mut input = Vec::new();
    for part in parts {
        match part.first() {
            Some(0) => input.extend_from_slice(part),
            _ => part
                .iter()
                .for_each(|&letter| input.extend(command(letter))),
        }
    }
    let (mut rest, mut out) = (&input[..], Vec::new());
    if session.needs_reply() {
        session.reply(&Reply::Continue, &mut out).unwrap();
    }
    while !rest.is_empty() {
        let Advance {
            consumed,
            needs_reply,
            ..
        } = session.advance(rest, &mut out).unwrap();
        rest = &rest[consumed..];
        if needs_reply && !rest.is_empty() {
            session.reply(&Reply::Continue, &mut out).unwrap();
        }
    }
}

fn command(letter: u8) -> Vec<u8> {
    match letter {
        b'B' => packet(b'B', &[b"text\r\n"]),
        b'C' => connect("mail.example.com", "192.0.2.1"),
        b'L' => say(b'L', &["Subject", " Lunch?"]),
        b'H' | b'M' | b'R' | b'U' => say(letter, &["text"]),
        _ => say(letter, &[]),
    }
}
