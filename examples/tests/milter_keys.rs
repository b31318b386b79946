//! Keys that `milter` cannot use, or should not: what they sign is put off and never leaves unsigned,
//! and all other mail goes on.

mod support;

use std::fs;

use dkim_sign::KeyKind;
use support::Program;
use support::milter::Files;
use support::mta::Mta;

const INSIDE: &str = "127.0.0.1";
const OUTSIDE: &str = "192.0.2.1";

const PUT_OFF: &[&str] = &["451 4.7.5 the message cannot be signed now"];

fn mail_from(author: &str) -> String {
    format!(
        "From: {author}\r\nTo: user@example.com\r\n\
         Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n"
    )
}

/// Keys `one` and `two` of example.com; amy signs with the first, bob with both.
fn files() -> Files {
    let files = Files::with_keys(&[
        ("one", "example.com", KeyKind::Ed25519),
        ("two", "example.com", KeyKind::Ed25519),
    ]);
    files.write(
        "KeyTable",
        "one example.com:one:DIR/one.example.com\ntwo example.com:two:DIR/two.example.com\n",
    );
    files.write(
        "SigningTable",
        "amy@example.com one\nbob@example.com one\nbob@example.com two\ncy@example.com gone\n",
    );
    files
}

fn told(filter: &Program, client: &str, author: &str) -> Vec<String> {
    Mta::with_client(filter, client).send(&mail_from(author))
}

fn is_signed(filter: &Program, author: &str, times: usize) {
    let told = told(filter, INSIDE, author);
    assert_eq!(told.len(), times + 1, "{told:?}");
    assert!(
        told[..times]
            .iter()
            .all(|line| line.contains("DKIM-Signature: "))
    );
    assert_eq!(told[times], "accept");
}

#[test]
fn a_key_that_cannot_be_used_puts_off_what_it_signs_and_nothing_else() {
    let files = files();
    let path = files.path("two.example.com");
    let good = fs::read_to_string(&path).unwrap();
    let truncated = good.lines().take(2).collect::<Vec<_>>().join("\n");
    for (text, why) in [
        (None, "No such file"),
        (Some(""), ""),
        (Some("not a key"), ""),
        (Some(truncated.as_str()), ""),
    ] {
        match text {
            Some(text) => fs::write(&path, text).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let filter = files.start("");
        let line = filter.log_line("KeyTable:2: two: ");
        assert!(
            line.contains("two.example.com") && line.contains(why),
            "{line}"
        );
        is_signed(&filter, "amy@example.com", 1);
        // Not with the other key alone, for who looks for both would miss it.
        assert_eq!(told(&filter, INSIDE, "bob@example.com"), PUT_OFF);
        let line = filter.log_line("Q1: cannot sign: ");
        assert!(line.contains("two.example.com"), "{line}");
        assert_eq!(told(&filter, INSIDE, "cy@example.com"), PUT_OFF);
        assert_eq!(told(&filter, INSIDE, "dan@example.com"), ["accept"]);
        assert_eq!(told(&filter, OUTSIDE, "bob@example.com"), ["accept"]);
        // Mended, it is used with the next reading.
        support::secret_file(path.clone(), &good);
        filter.signal("HUP");
        filter.log_line("configuration read anew");
        is_signed(&filter, "bob@example.com", 2);
    }
}

#[test]
fn a_key_that_others_can_read_or_replace_is_not_used_unless_it_is_allowed() {
    let files = files();
    let path = files.path("two.example.com");
    for (file, directory, is_safe) in [
        (0o600, 0o700, true),
        (0o400, 0o755, true),
        (0o644, 0o700, false),
        (0o604, 0o700, false),
        (0o606, 0o700, false),
        (0o600, 0o777, false),
    ] {
        support::set_mode(&path, file);
        support::set_mode(files.directory.path(), directory);
        let filter = files.start("");
        match is_safe {
            true => is_signed(&filter, "bob@example.com", 2),
            false => {
                assert_eq!(told(&filter, INSIDE, "bob@example.com"), PUT_OFF);
                let line = filter.log_line("Q1: cannot sign: ");
                let unsafe_one = match directory {
                    0o777 => files.directory.path().display().to_string(),
                    _ => path.display().to_string(),
                };
                assert!(
                    line.contains(&unsafe_one) && line.contains("chmod"),
                    "{line}"
                );
            }
        }
        let filter = files.start("RequireSafeKeys no\n");
        is_signed(&filter, "bob@example.com", 2);
    }
}

#[test]
fn a_key_that_goes_bad_meanwhile_signs_until_the_configuration_is_read_anew() {
    let files = files();
    let filter = files.start("");
    fs::write(files.path("two.example.com"), "").unwrap();
    is_signed(&filter, "bob@example.com", 2);
    filter.signal("USR1");
    filter.log_line("configuration read anew");
    assert_eq!(told(&filter, INSIDE, "bob@example.com"), PUT_OFF);
    is_signed(&filter, "amy@example.com", 1);
}

#[test]
fn a_table_may_hold_the_keys_themselves_and_name_the_domain_of_the_author() {
    let files = files();
    let pem = fs::read_to_string(files.path("one.example.com")).unwrap();
    let inline: String = pem
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect();
    fs::copy(files.path("one.example.com"), files.path("example.org.key")).unwrap();
    support::set_mode(&files.path("example.org.key"), 0o600);
    files.write(
        "KeyTable",
        &format!("inline example.com:in:{inline}\neach %:each:DIR/%.key\n"),
    );
    files.write(
        "SigningTable",
        "*@example.com inline\n*@example.org each:news@%\n*@example.net each\n",
    );
    let filter = files.start("");
    for (author, tags) in [
        ("amy@example.com", &[" d=example.com;", " s=in;"][..]),
        (
            "amy@example.org",
            &[" d=example.org;", " s=each;", " i=news@example.org;"],
        ),
    ] {
        let told = told(&filter, INSIDE, author);
        for tag in tags {
            assert!(told[0].replace("\n", "").contains(tag), "{tag}: {told:?}");
        }
    }
    assert_eq!(told(&filter, INSIDE, "amy@example.net"), PUT_OFF);
}
