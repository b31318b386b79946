//! `mailauth` over files that mean harm: it ends, within bounds, and writes nothing that steers
//! whoever reads it.

#[path = "support/mailauth.rs"]
mod prompt;

use std::fs;

use prompt::{Desk, answer, object, refusal, run};

/// One that turns text around, one that ends a line for some, and one that begins an escape.
const STEERING: [char; 3] = ['\u{202e}', '\u{2028}', '\u{9b}'];

fn assert_steers_nothing(text: &str) {
    assert!(!text.contains(STEERING), "{text:?}");
    let plain = |char: char| matches!(char, '\n' | '\t') || !char.is_control();
    assert!(text.chars().all(plain), "{text:?}");
}

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("zone", "example.com. TXT \"v=spf1 -all\"\n");
    desk
}

#[test]
fn a_recording_does_not_overwrite_the_zone_that_is_asked() {
    let desk = desk();
    let zone = desk.path("zone");
    let before = fs::read(&zone).unwrap();
    let other_name = desk.path("./zone");
    let spf = ["spf", "--ip", "192.0.2.1", "--helo", "example.com"];
    for record in [&zone, &other_name] {
        let files = ["--zone", &zone, "--record", record];
        let line = refusal(&[&spf[..], &files].concat());
        assert!(line.starts_with("mailauth: --record: "), "{line}");
        assert_eq!(fs::read(&zone).unwrap(), before);
    }
    let fresh = desk.path("fresh");
    answer(&[&spf[..], &["--zone", &zone, "--record", &fresh]].concat());
    assert_eq!(fs::read(&zone).unwrap(), before);
    // Once more, on top of what is there.
    answer(&[&spf[..], &["--zone", &zone, "--record", &fresh]].concat());
}

#[cfg(unix)]
#[test]
fn an_input_without_end_is_given_up() {
    let desk = desk();
    let zone = desk.path("zone");
    let endless = "/dev/zero";
    let flags = ["--ip", "192.0.2.1", "--helo", "example.com"];
    let check = ["--mail-from", "", "--authserv-id", "mx.example.org"];
    for arguments in [
        [&["spf", "--zone", endless][..], &flags].concat(),
        vec!["dkim", "verify", "--zone", &zone, endless],
        vec!["dkim", "verify", "--diagnose", "--zone", &zone, endless],
        [&["check", "--zone", &zone, endless][..], &flags, &check].concat(),
    ] {
        let line = refusal(&arguments);
        assert!(line.starts_with("mailauth: /dev/zero: "), "{line}");
    }
}

#[test]
fn files_that_are_too_large_are_refused() {
    let desk = desk();
    let zone = desk.path("zone");
    let huge = desk.path("huge");
    // It has nothing in it but its length.
    let file = fs::File::create(&huge).unwrap();
    file.set_len(1 << 40).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o600))
            .unwrap();
    }
    let signatory = format!("example.com:sel:{huge}");
    let testkey = ["dkim", "testkey", "-d", "example.com", "-s", "sel"];
    for arguments in [
        vec!["lint", "example.com", "--zone", &huge],
        [&testkey[..], &["-k", &huge, "--zone", &zone]].concat(),
        vec!["dkim", "sign", "--as", &signatory, &zone],
        vec!["dkim", "verify", "--diagnose", "--zone", &zone, &huge],
    ] {
        let line = refusal(&arguments);
        assert!(line.contains("larger than "), "{line}");
    }
}

#[test]
fn what_a_message_says_steers_nobody_who_reads_the_verdict() {
    let desk = desk();
    let zone = desk.path("zone");
    let odd: String = STEERING.iter().collect();
    let message = desk.path("message");
    let text = format!(
        "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=sel; h=from;\r\n \
         i={odd}@example.com; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n\
         Authentication-Results: mx.example.org; x={odd}\r\n\
         From: {odd} <{odd}@example.com>\r\nSubject: {odd}\r\n\r\n{odd}\r\n"
    );
    fs::write(&message, text).unwrap();
    let verify = ["dkim", "verify", "--diagnose", "--zone", &zone, &message];
    let path = format!("{odd}@example.com");
    let check = ["check", "--ip", "192.0.2.1", "--helo", &odd];
    let check = [&check[..], &["--mail-from", &path, "--zone", &zone]].concat();
    let check = [&check[..], &["--authserv-id", "mx.example.org", &message]].concat();
    let spf = ["spf", "--ip", "192.0.2.1", "--helo", &odd, "--mail-from"];
    let spf = [&spf[..], &[&path, "--zone", &zone, "--trace"]].concat();
    for arguments in [&verify[..], &check, &spf] {
        for form in [&[][..], &["--json"]] {
            let run = run([arguments, form].concat());
            assert_eq!(run.status, 0, "{}", run.err);
            assert_steers_nothing(&run.out);
            assert_steers_nothing(&run.err);
        }
    }
    let signature = &object(&verify)["signatures"][0];
    assert_eq!(signature["identity"], path, "{signature}");
}

#[test]
fn what_a_zone_says_steers_nobody_either() {
    let desk = Desk::empty();
    let zone = desk.path("zone");
    let octets = r"\226\128\174\155\027[2J\010spf=pass";
    let text = format!(
        "example.com. TXT \"v=spf1 exp=e.example.com {octets} -all\"\n\
         two.example. TXT \"v=spf1 exp=e.example.com -all\"\n\
         e.example.com. TXT \"{octets}\"\n\
         sel._domainkey.example.com. TXT \"v=DKIM1; k={octets}; n={octets}; p={octets}\"\n\
         _dmarc.example.com. TXT \"v=DMARC1; p=none; rua=mailto:{octets}\"\n"
    );
    fs::write(&zone, text).unwrap();
    let spf = ["spf", "--ip", "192.0.2.1", "--trace", "--helo"];
    for arguments in [
        [&spf[..], &["example.com"]].concat(),
        [&spf[..], &["two.example"]].concat(),
        vec!["lint", "example.com"],
        vec!["lint", "two.example"],
        vec!["dmarc", "--from", "example.com"],
        vec!["dkim", "testkey", "-d", "example.com", "-s", "sel", "-vvv"],
    ] {
        for form in [&[][..], &["--json"]] {
            let arguments = [&arguments[..], form, &["--zone", &zone]].concat();
            let run = run(&arguments);
            assert!(run.status < 2, "{arguments:?}: {}", run.err);
            assert_steers_nothing(&run.out);
            assert_steers_nothing(&run.err);
            assert!(!run.out.lines().any(|line| line.starts_with("spf=pass")));
        }
    }
}
