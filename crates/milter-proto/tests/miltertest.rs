//! OpenDKIM's `miltertest` in the place of an MTA: it speaks the protocol by another's book.
//!
//! Skipped where it is not installed, unless `CI_REQUIRE_COMPONENTS=1` wants it.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

use core::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::thread;

use milter_proto::reply::CustomReply;
use milter_proto::{Actions, Advance, Config, Edits, Event, Reply, Session, Steps};

#[test]
fn a_message_is_told_and_changed() {
    play(
        ANSWERED,
        r#"
        expect(mt.conninfo(conn, "mail.example.com", "192.0.2.1"), SMFIR_CONTINUE)
        expect(mt.helo(conn, "mail.example.com"), SMFIR_CONTINUE)
        mt.macro(conn, SMFIC_MAIL, "i", "id", "{auth_type}", "PLAIN")
        expect(mt.mailfrom(conn, "<amy@example.com>", "SIZE=100"), SMFIR_CONTINUE)
        expect(mt.rcptto(conn, "<nobody@example.org>"), SMFIR_REPLYCODE)
        expect(mt.rcptto(conn, "<bob@example.org>"), SMFIR_CONTINUE)
        expect(mt.data(conn), SMFIR_CONTINUE)
        for _, name in ipairs({"X-Old", "Subject", "x-old"}) do
            expect(mt.header(conn, name, "value"), SMFIR_CONTINUE)
        end
        expect(mt.eoh(conn), SMFIR_CONTINUE)
        expect(mt.bodystring(conn, "At noon.\r\n"), SMFIR_CONTINUE)
        expect(mt.eom(conn), SMFIR_ACCEPT)
        check(MT_HDRDELETE, "X-Old")
        check(MT_HDRCHANGE, "Subject", " changed")
        check(MT_HDRINSERT, "X-Told", " id PLAIN 10")
        check(MT_HDRADD, "X-Last", " below all")
        check(MT_RCPTADD, "<carl@example.org>")
        check(MT_RCPTDELETE, "<bob@example.org>")
        check(MT_BODYCHANGE, "In the evening.\r\n")
        check(MT_QUARANTINE, "to be sure")
        mt.disconnect(conn)
        "#,
    );
}

#[test]
fn a_second_message_may_follow_one_that_was_given_up() {
    play(
        ANSWERED,
        r#"
        expect(mt.conninfo(conn, "localhost", "unspec"), SMFIR_CONTINUE)
        expect(mt.mailfrom(conn, "<amy@example.com>"), SMFIR_CONTINUE)
        expect(mt.rcptto(conn, "<bob@example.org>"), SMFIR_CONTINUE)
        mt.abort(conn)
        expect(mt.unknown(conn, "FOO"), SMFIR_CONTINUE)
        expect(mt.helo(conn, "again"), SMFIR_CONTINUE)
        expect(mt.mailfrom(conn, "<>"), SMFIR_CONTINUE)
        expect(mt.rcptto(conn, "<bob@example.org>"), SMFIR_CONTINUE)
        expect(mt.header(conn, "Subject", "value"), SMFIR_CONTINUE)
        expect(mt.eoh(conn), SMFIR_CONTINUE)
        expect(mt.bodystring(conn, "At noon.\r\n"), SMFIR_CONTINUE)
        expect(mt.eom(conn), SMFIR_ACCEPT)
        check(MT_HDRINSERT, "X-Told", " none none 10")
        mt.disconnect(conn)
        "#,
    );
}

/// It waits for no reply where none was to come: one too many would be taken for the next.
#[test]
fn only_the_end_is_answered_if_so_agreed() {
    let steps = Steps::from_bits(0x000f_f080) | Steps::LEADING_SPACE;
    play(
        steps,
        r#"
        mt.conninfo(conn, "mail.example.com", "2001:db8::1")
        mt.helo(conn, "mail.example.com")
        mt.mailfrom(conn, "<amy@example.com>")
        mt.rcptto(conn, "<bob@example.org>")
        mt.data(conn)
        mt.header(conn, "Subject", "value")
        mt.eoh(conn)
        for count = 1, 3 do
            mt.bodystring(conn, "At noon.\r\n")
        end
        expect(mt.eom(conn), SMFIR_ACCEPT)
        check(MT_HDRINSERT, "X-Told", " none none 30")
        mt.disconnect(conn)
        "#,
    );
}

const ANSWERED: Steps = Steps::LEADING_SPACE;

/// Before every script: what it compares with, and how it ends when that is not there.
const PRELUDE: &str = r#"
conn = mt.connect("inet:" .. port .. "@127.0.0.1")
if conn == nil then error("no connection") end
function expect(failure, reply)
    if failure ~= nil then error("not sent: " .. failure, 2) end
    if mt.getreply(conn) ~= reply then error("replied " .. mt.getreply(conn), 2) end
end
function check(change, ...)
    if not mt.eom_check(conn, change, ...) then error("not changed: " .. (...), 2) end
end
"#;

fn play(steps: Steps, script: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let Some(mut miltertest) = miltertest(port) else {
        return;
    };
    // An error is silent otherwise.
    let script = format!(
        "{PRELUDE}
        local fine, failure = pcall(function() {script} end)
        if not fine then mt.echo(failure) os.exit(1) end"
    );
    let input = miltertest.stdin.take();
    input.unwrap().write_all(script.as_bytes()).unwrap();
    let filter = thread::spawn(move || {
        let (connection, _) = listener.accept().unwrap();
        serve(connection, steps).unwrap();
    });
    let Output {
        status,
        stdout,
        stderr,
    } = miltertest.wait_with_output().unwrap();
    let said = [stdout, stderr].concat();
    assert!(status.success(), "{}", String::from_utf8_lossy(&said));
    filter.join().unwrap();
}

fn miltertest(port: u16) -> Option<std::process::Child> {
    let mut command = Command::new("miltertest");
    command.arg("-D").arg(format!("port={port}"));
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    match command.spawn() {
        Ok(child) => Some(child),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let required = std::env::var("CI_REQUIRE_COMPONENTS").is_ok_and(|value| value == "1");
            assert!(
                !required,
                "miltertest is not installed, and CI_REQUIRE_COMPONENTS=1 wants it"
            );
            eprintln!("SKIPPED: miltertest is not installed");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Changes everything about a message that can be changed.
fn serve(mut connection: TcpStream, steps: Steps) -> Result<(), Box<dyn Error>> {
    let wishes = Actions::from_bits(0x3f);
    let config = Config::new(Actions::ADD_HEADERS)
        .wishes(wishes)
        .steps(steps);
    let mut session = Session::new(Arc::new(config));
    let (mut input, mut out) = (Vec::new(), Vec::new());
    let (mut octets, mut old) = (0, 0);
    loop {
        let Advance {
            consumed,
            event,
            needs_reply,
            ..
        } = session.advance(&input, &mut out)?;
        let mut reply = Reply::Continue;
        match event {
            Some(Event::Mail(_)) => (octets, old) = (0, 0),
            Some(Event::Rcpt(rcpt)) if rcpt.address().starts_with(b"nobody") => {
                let enhanced = Some("5.1.1".parse()?);
                reply = CustomReply::new(550, enhanced, ["Unknown", "100% sure"])?.into();
            }
            Some(Event::Header(field)) if field.name().eq_ignore_ascii_case(b"X-Old") => old += 1,
            Some(Event::Body(piece)) => octets += piece.len(),
            Some(Event::EndOfMessage) => {
                let told = |name| match session.macros().get(name) {
                    Some(value) => String::from_utf8_lossy(value).into_owned(),
                    None => "none".into(),
                };
                let value = format!(" {} {} {octets}", told("i"), told("auth_type"));
                let mut edits = Edits::default();
                edits.insert_header(0, "X-Told", value)?;
                if old > 0 {
                    (1..=old).try_for_each(|index| edits.delete_header("X-Old", index))?;
                    edits.change_header("Subject", 1, " changed")?;
                    edits.add_header("X-Last", " below all")?;
                    edits.add_rcpt("carl@example.org", None)?;
                    edits.delete_rcpt("bob@example.org")?;
                    edits.quarantine("to be sure")?;
                    session.progress(&mut out)?;
                    session.replace_body(b"In the evening.\r\n", &mut out)?;
                }
                session.edit(&edits, &mut out)?;
                reply = Reply::Accept;
            }
            Some(Event::Quit) => return Ok(connection.write_all(&out)?),
            Some(_) => {}
            None => {
                connection.write_all(&out)?;
                out.clear();
                let mut buffer = [0; 4096];
                match connection.read(&mut buffer)? {
                    0 => return Ok(()),
                    length => input.extend_from_slice(&buffer[..length]),
                }
            }
        }
        if needs_reply {
            session.reply(&reply, &mut out)?;
        }
        input.drain(..consumed);
    }
}
