//! Stories of whole configurations, each decision as OpenDKIM 2.11 beta makes it.

mod patience;
mod signers;

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::config::one_line;

/// A directory with keys and tables, all of them safe.
struct Site {
    directory: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let site = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/dkim-sign/testdata");
        for (name, file) in [
            ("rsa.pem", "test-rsa2048-pkcs1.pem"),
            ("ed.pem", "test-ed25519-pkcs8.pem"),
        ] {
            site.write(name, &fs::read_to_string(testdata.join(file)).unwrap());
        }
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file, `DIR` in it being the directory.
    fn write(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;

        let text = text.replace("DIR", &self.directory.path().display().to_string());
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn snapshot(&self, conf: &str) -> std::sync::Arc<Snapshot> {
        self.write("opendkim.conf", conf);
        let snapshot = Snapshot::read(&self.path("opendkim.conf"));
        snapshot.unwrap_or_else(|error| panic!("{}", one_line(&error)))
    }

    fn error(&self, conf: &str) -> String {
        self.write("opendkim.conf", conf);
        let error = Snapshot::read(&self.path("opendkim.conf")).unwrap_err();
        let directory = format!("{}/", self.directory.path().display());
        one_line(&error).replace(&directory, "")
    }

    /// The usual tables.
    fn tables(&self) -> &'static str {
        self.write("kt", "ex example.com:s1:DIR/rsa.pem\n");
        self.write("st", "*@example.com ex\n");
        "KeyTable DIR/kt\nSigningTable refile:DIR/st\n"
    }
}

const LOCAL: Client<'_> = Client {
    name: "localhost",
    address: Some(core::net::IpAddr::V4(core::net::Ipv4Addr::LOCALHOST)),
    macros: &[],
};

const OUTSIDE: Client<'_> = Client {
    name: "mx.example.net",
    address: Some(core::net::IpAddr::V4(core::net::Ipv4Addr::new(
        192, 0, 2, 1,
    ))),
    macros: &[],
};

/// What is done with mail of an author: `sign d=… s=…`, or another word.
fn decide(snapshot: &Snapshot, client: &Client<'_>, author: &str) -> String {
    let (local_part, domain) = author.split_once('@').unwrap();
    let domain = &domain.parse().unwrap();
    let decision = snapshot.decide(client, Some(Author { local_part, domain }));
    match &decision.action {
        Action::Sign(signings) => {
            let tags = signings.iter().map(|signing| {
                let identity = signing.identity.as_ref();
                let identity = identity.map(|i| String::from_utf8(i.to_octets()).unwrap());
                let identity = identity.map(|i| format!(" i={i}")).unwrap_or_default();
                let (domain, selector) = (signing.request.domain(), signing.request.selector());
                format!("d={domain} s={selector}{identity}")
            });
            tags.collect::<Vec<_>>().join(" + ")
        }
        Action::Verify => "verify".into(),
        Action::Pass(_) => "pass".into(),
        Action::Tempfail(_) => "tempfail".into(),
    }
}

#[test]
fn who_is_inside_signs_and_who_is_outside_is_verified() {
    let site = Site::new();
    let snapshot = site.snapshot(site.tables());
    let us = "d=example.com s=s1";
    assert_eq!(decide(&snapshot, &LOCAL, "a@example.com"), us);
    assert_eq!(decide(&snapshot, &LOCAL, "A@EXAMPLE.com"), us);
    assert_eq!(decide(&snapshot, &LOCAL, "a@sub.example.com"), "verify");
    assert_eq!(decide(&snapshot, &OUTSIDE, "a@example.com"), "verify");
    let v6 = Client {
        name: "h",
        address: Some("::1".parse().unwrap()),
        macros: &[],
    };
    assert_eq!(decide(&snapshot, &v6, "a@example.com"), us);
    let nameless = Client {
        name: "[127.0.0.1]",
        ..LOCAL
    };
    assert_eq!(decide(&snapshot, &nameless, "a@example.com"), us);
    assert!(matches!(
        snapshot.decide(&LOCAL, None).action,
        Action::Verify
    ));
}

#[test]
fn who_logged_in_signs_from_everywhere() {
    let site = Site::new();
    let snapshot = site.snapshot(site.tables());
    for (value, expected) in [("PLAIN", "d=example.com s=s1"), ("", "verify")] {
        let macros = [("{auth_type}", value)];
        let client = Client {
            macros: &macros,
            ..OUTSIDE
        };
        assert_eq!(decide(&snapshot, &client, "a@example.com"), expected);
    }
}

#[test]
fn listeners_and_macros_of_the_mail_server_admit() {
    let site = Site::new();
    let tables = site.tables();
    let snapshot = site.snapshot(&format!("{tables}MTA ORIGINATING\nMacroList foo=bar|baz\n"));
    for (name, value, expected) in [
        ("{daemon_name}", "ORIGINATING", "d=example.com s=s1"),
        ("{daemon_name}", "smtpd", "verify"),
        ("{foo}", "baz", "d=example.com s=s1"),
        ("{foo}", "x", "verify"),
    ] {
        let macros = [(name, value)];
        let client = Client {
            macros: &macros,
            ..OUTSIDE
        };
        assert_eq!(decide(&snapshot, &client, "a@example.com"), expected);
    }
}

#[test]
fn internal_hosts_that_are_set_take_the_place_of_this_machine() {
    let site = Site::new();
    let tables = site.tables();
    let snapshot = site.snapshot(&format!("{tables}InternalHosts 192.0.2.0/24\n"));
    assert_eq!(
        decide(&snapshot, &OUTSIDE, "a@example.com"),
        "d=example.com s=s1"
    );
    assert_eq!(decide(&snapshot, &LOCAL, "a@example.com"), "verify");
}

#[test]
fn peers_pass_by() {
    let site = Site::new();
    let tables = site.tables();
    let snapshot = site.snapshot(&format!("{tables}PeerList .example.net\n"));
    assert!(snapshot.peer(OUTSIDE.name, OUTSIDE.address).is_some());
    assert!(snapshot.peer(LOCAL.name, LOCAL.address).is_none());
    assert_eq!(decide(&snapshot, &OUTSIDE, "a@example.com"), "pass");
}

#[test]
fn external_ignore_list_silences_and_does_nothing_else() {
    let site = Site::new();
    let tables = site.tables();
    let domain = &"example.com".parse().unwrap();
    let author = Author {
        local_part: "a",
        domain,
    };
    let snapshot = site.snapshot(tables);
    let decision = snapshot.decide(&OUTSIDE, Some(author));
    assert!(decision.is_external && matches!(decision.action, Action::Verify));
    let snapshot = site.snapshot(&format!("{tables}ExternalIgnoreList 192.0.2.1\n"));
    let decision = snapshot.decide(&OUTSIDE, Some(author));
    assert!(!decision.is_external && matches!(decision.action, Action::Verify));
}

#[test]
fn mode_says_whether_it_is_done() {
    let site = Site::new();
    let tables = site.tables();
    let snapshot = site.snapshot(&format!("{tables}Mode s\n"));
    assert_eq!(
        decide(&snapshot, &LOCAL, "a@example.com"),
        "d=example.com s=s1"
    );
    assert_eq!(decide(&snapshot, &OUTSIDE, "a@example.com"), "pass");
    let snapshot = site.snapshot(&format!("{tables}Mode v\n"));
    assert_eq!(decide(&snapshot, &LOCAL, "a@example.com"), "pass");
    assert_eq!(decide(&snapshot, &OUTSIDE, "a@example.com"), "verify");
    assert_eq!(decide(&snapshot, &LOCAL, "a@other.test"), "verify");
    site.write("kt", "ex example.com:s1:DIR/none\n");
    let snapshot = site.snapshot(&format!("{tables}Mode v\n"));
    assert_eq!(decide(&snapshot, &LOCAL, "a@example.com"), "tempfail");
}

#[test]
fn a_decision_says_why() {
    let site = Site::new();
    let snapshot = site.snapshot(site.tables());
    let say = |client: &Client<'_>, domain: &str| {
        let domain = &domain.parse().unwrap();
        let author = Author {
            local_part: "a",
            domain,
        };
        let directory = format!("{}/", site.directory.path().display());
        snapshot
            .decide(client, Some(author))
            .to_string()
            .replace(&directory, "")
    };
    assert_eq!(
        say(&LOCAL, "example.com"),
        "sign as d=example.com s=s1 a=rsa-sha256 (key ex); the client is internal (127.0.0.1); \
         the author is in st:1"
    );
    assert_eq!(
        say(&LOCAL, "other.test"),
        "verify; the client is internal (127.0.0.1), but nobody signs for the author"
    );
    assert_eq!(
        say(&OUTSIDE, "example.com"),
        "verify; the author is one of ours, but the client is external"
    );
    assert_eq!(
        say(&OUTSIDE, "other.test"),
        "verify; the client is external"
    );
}
