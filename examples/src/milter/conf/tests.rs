//! Whole files, and what is said of single lines.

use core::time::Duration;
use std::fs;
use std::path::Path;

use dkim_sign::{Algorithm, Form};

use super::*;
use crate::config::{ConfigError, one_line};
use crate::milter::place::Place;

fn settings(path: &Path) -> Result<Settings, ConfigError> {
    Source::file(path.into()).settings()
}

fn read(text: &str) -> Result<Settings, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let path = file.path().display().to_string();
    settings(file.path()).map_err(|error| one_line(&error).replace(&path, "CONF"))
}

/// The options that Debian's opendkim.conf sets.
const DEBIAN: &str = "
Syslog              yes
SyslogSuccess       yes
#LogWhy             no
Canonicalization    relaxed/simple
#Mode               sv
OversignHeaders     From
UserID              opendkim
UMask               007
Socket              local:/run/opendkim/opendkim.sock
PidFile             /run/opendkim/opendkim.pid
TrustAnchorFile     /usr/share/dns/root.key
";

fn is_debians(settings: &Settings) {
    assert!(settings.syslog && settings.syslog_success && !settings.log_why);
    assert_eq!(settings.canonicalization.header, Form::Relaxed);
    assert_eq!(settings.canonicalization.body, Form::Simple);
    assert!(settings.mode.sign && settings.mode.verify && settings.background);
    assert!(settings.oversign_headers.is_some());
    assert_eq!(settings.user_id.as_ref().unwrap().1.to_string(), "opendkim");
    assert_eq!(settings.umask, Some(0o007));
    let socket = settings.socket.as_ref().unwrap().1.to_string();
    assert_eq!(socket, "local:/run/opendkim/opendkim.sock");
    assert_eq!(
        settings.pid_file.as_ref().unwrap().1,
        Path::new("/run/opendkim/opendkim.pid")
    );
    let [warning] = settings.warnings.as_slice() else {
        panic!("{:?}", settings.warnings);
    };
    assert!(
        warning.text.starts_with("TrustAnchorFile does nothing: "),
        "{warning}"
    );
}

#[test]
fn what_debian_sets_is_read_with_a_warning_only() {
    is_debians(&read(DEBIAN).unwrap());
}

#[test]
fn debians_own_file_starts_unchanged() {
    let path = Path::new("/etc/opendkim.conf");
    match fs::read_to_string(path) {
        Ok(text) if text.contains("In Debian") => {
            is_debians(&settings(path).unwrap());
            crate::milter::Snapshot::read(path).unwrap();
        }
        _ if std::env::var_os("CI_REQUIRE_COMPONENTS").is_some_and(|value| value == "1") => {
            panic!("there is no {} of Debian's", path.display());
        }
        _ => eprintln!("skipped: there is no {} of Debian's", path.display()),
    }
}

#[test]
fn names_ignore_case_and_later_lines_win() {
    let settings = read("mode s\nMODE v\nlogwhy y\nLogWhy n\n").unwrap();
    assert!(!settings.mode.sign && settings.mode.verify);
    assert!(!settings.log_why);
}

#[test]
fn defaults_are_those_of_opendkim() {
    let settings = read("").unwrap();
    assert_eq!(
        settings.canonicalization,
        dkim_sign::Canonicalization::SIMPLE
    );
    assert_eq!(
        (settings.minimum_key_bits, settings.clock_drift),
        (1024, 300)
    );
    assert_eq!(settings.maximum_signatures_to_verify, Some(3));
    assert_eq!(settings.maximum_headers, Some(65536));
    assert_eq!(settings.dns_timeout, Some(Duration::from_secs(5)));
    assert!(settings.background && settings.require_safe_keys);
    assert!(!settings.spf && !settings.dmarc && settings.socket.is_none());
    let on = settings.on;
    assert_eq!(
        [on.no_signature, on.bad_signature, on.key_not_found],
        [OnAction::Accept; 3]
    );
    assert_eq!(
        [on.dns_error, on.internal_error, on.security],
        [OnAction::Tempfail; 3]
    );
    assert_eq!(on.signature_error, OnAction::Reject);
}

#[test]
fn each_option_is_read() {
    let settings = read(
        "Canonicalization Relaxed\nSignatureAlgorithm ed25519-sha256\nSignatureTTL 100\n\
         ClockDrift 0x10\nUMask 022\nDNSTimeout 0\nMaximumHeaders 0\nMinimumKeyBits 2048\n\
         Nameservers 192.0.2.1, [::1]:5353\nOn-Default reject\nOn-NoSignature a\n\
         Socket inet:8891@[::1]\nUserID a:b\nBackground no\nSPF yes\nDMARC yes\n\
         MaximumSignaturesToVerify 0\nAuthservID mx.example.com\n",
    )
    .unwrap();
    assert_eq!(settings.canonicalization.to_string(), "relaxed/simple");
    let (_, algorithm) = settings.signature_algorithm.unwrap();
    assert_eq!(algorithm, Algorithm::Ed25519Sha256);
    assert_eq!(
        (settings.signature_ttl, settings.clock_drift),
        (Some(100), 16)
    );
    assert_eq!(settings.umask, Some(0o22));
    assert_eq!(
        (settings.dns_timeout, settings.maximum_headers),
        (None, None)
    );
    assert_eq!(settings.maximum_signatures_to_verify, None);
    assert_eq!(settings.minimum_key_bits, 2048);
    let servers = ["192.0.2.1:53", "[::1]:5353"].map(|text| text.parse().unwrap());
    assert_eq!(settings.name_servers, servers);
    assert_eq!(settings.on.bad_signature, OnAction::Reject);
    assert_eq!(settings.on.no_signature, OnAction::Accept);
    assert!(settings.spf && settings.dmarc && !settings.background);
    assert_eq!(settings.authserv_id.as_deref(), Some("mx.example.com"));
}

#[test]
fn flags_outdo_the_file_each_time_that_it_is_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let flag = Directive {
        place: Place::flag("-b"),
        name: "Mode".into(),
        value: "s".into(),
    };
    let source = Source::file(file.path().into()).with_flags(vec![flag]);
    for (text, clock_drift) in [("Mode v\n", 300), ("Mode sv\nClockDrift 1\n", 1)] {
        fs::write(file.path(), text).unwrap();
        let settings = source.settings().unwrap();
        assert!(settings.mode.sign && !settings.mode.verify);
        assert_eq!(settings.clock_drift, clock_drift);
    }
}

#[test]
fn a_file_that_is_not_there_is_empty_only_where_it_may_be() {
    let source = Source::file("/no/file".into());
    assert!(source.settings().is_err());
    assert_eq!(source.or_nothing().settings().unwrap().clock_drift, 300);
}

#[test]
fn on_default_leaves_what_is_said_of_one_occasion() {
    let settings = read("On-NoSignature discard\nOn-Default accept\n").unwrap();
    assert_eq!(settings.on.no_signature, OnAction::Discard);
    assert_eq!(settings.on.dns_error, OnAction::Accept);
}

#[test]
fn options_that_do_nothing_are_named_with_their_lines() {
    let settings = read(
        "ADSPAction discard\nAutoRestart yes\nLDAPUseTLS no\nReputationTest yes\nVBR-Type all\n\
         SetupPolicyScript /a.lua\nSendReports yes\nStatistics /s\nFixCRLF no\nQuarantine false\n\
         SyslogFacility local7\nsoftwareheader yes\n",
    )
    .unwrap();
    let warnings: Vec<String> = settings.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 12, "{warnings:#?}");
    for (index, warning) in warnings.iter().enumerate() {
        assert!(warning.contains(&format!(":{}: ", index + 1)), "{warning}");
        assert!(warning.contains(" does nothing: "), "{warning}");
    }
}

#[test]
fn options_that_would_change_what_happens_are_refused_with_advice() {
    for line in [
        "SenderHeaders From",
        "SenderMacro {x}",
        "DontSignMailTo a@example.com",
        "ExemptDomains example.com",
        "BodyLengthDB /a",
        "MaximumSignedBytes 10",
        "Minimum 10%",
        "MustBeSigned Subject",
        "FixCRLF yes",
        "RemoveOldSignatures yes",
        "TrustSignaturesFrom example.com",
        "Quarantine yes",
        "RedirectFailuresTo a@example.com",
        "RequiredHeaders yes",
        "StrictHeaders yes",
        "IgnoreMalformedMail yes",
        "WeakSyntaxChecks yes",
        "Diagnostics yes",
        "NoHeaderB yes",
        "AuthservIDWithJobID yes",
        "SelectCanonicalizationHeader X-C",
        "ChangeRootDirectory /",
        "BaseDirectory /",
        "ConditionalSignatures yes",
        "ResignAll yes",
        "ResignMailTo a@example.com",
        "TestPublicKeys /a",
        "IdentityHeader X-Id",
        "IdentityHeaderRemove yes",
        "SignatureAlgorithm rsa-sha1",
    ] {
        let error = read(&format!("# first\n{line}\n")).unwrap_err();
        let name = line.split(' ').next().unwrap();
        assert!(error.starts_with(&format!("CONF:2: {name}")), "{error}");
        assert!(error.contains(" is not supported: "), "{error}");
    }
}

#[test]
fn an_option_that_cannot_be_turned_off_says_so() {
    assert_eq!(read("RemoveARAll yes\n").unwrap().warnings, []);
    let settings = read("RemoveARAll no\n").unwrap();
    let [warning] = settings.warnings.as_slice() else {
        panic!("{:?}", settings.warnings);
    };
    assert_eq!(
        warning.text,
        "RemoveARAll does nothing: it is always on (RFC 8601 §5)"
    );
}

#[test]
fn a_name_that_only_begins_like_an_old_option_is_unknown() {
    for line in [
        "LDAPUseTSL yes",
        "AutoRestarts yes",
        "VBR-Typ all",
        "ATPS yes",
    ] {
        let error = read(&format!("{line}\n")).unwrap_err();
        assert!(error.contains(": no such option; "), "{error}");
    }
}

#[test]
fn wrong_values_are_named_with_what_could_stand_there() {
    for (line, error) in [
        (
            "Modus sv",
            "Modus: no such option; mend its spelling, or delete the line",
        ),
        (
            "On-PolicyError a",
            "On-PolicyError: no such option; mend its spelling, or delete the line",
        ),
        ("LogWhy maybe", "LogWhy: `maybe` is neither yes nor no"),
        (
            "ClockDrift 12x",
            "ClockDrift: `12x` is not a number from 0 to 2147483647",
        ),
        (
            "UMask 0999",
            "UMask: `0999` is not a mask such as 022, at most 0777",
        ),
        ("Mode x", "Mode: `x` is not s, v or sv"),
        ("Mode v extra", "Mode: `v extra` is not s, v or sv"),
        (
            "Canonicalization relaxed/foo",
            "Canonicalization: `relaxed/foo` is not relaxed or simple, or two of them with a slash \
             between",
        ),
        (
            "On-BadSignature bounce",
            "On-BadSignature: `bounce` is not accept, discard, quarantine, reject or tempfail",
        ),
        (
            "SignatureAlgorithm foo",
            "SignatureAlgorithm: `foo` is not rsa-sha256 or ed25519-sha256",
        ),
        (
            "KeyTable ldap://h/",
            "KeyTable: data sets of type ldap: are not supported; use file:, refile: or csl:",
        ),
        (
            "Nameservers foo",
            "Nameservers: `foo` is not a list of addresses (ADDR or ADDR:PORT)",
        ),
        (
            "Socket inet:x@h",
            "Socket: the port is not a number from 0 to 65535; expected inet:PORT@HOST",
        ),
        ("UserID a:b:c", "UserID: `a:b:c` is not USER or USER:GROUP"),
    ] {
        assert_eq!(
            read(&format!("\n{line}\n")).unwrap_err(),
            format!("CONF:2: {error}")
        );
    }
}
