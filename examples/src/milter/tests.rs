//! Stories of whole configurations, each decision as OpenDKIM 2.11 beta makes it.

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
}

#[test]
fn signers_are_left_out_where_they_are_not_of_the_signing_domain() {
    let site = Site::new();
    site.write("kt", "a a.test:s:DIR/rsa.pem\n");
    site.write(
        "st",
        "x.test a\ny.test a:u\nz.test a:@a.test\nw.test a:%\nv.test a:me@sub.a.test\n\
         t.test a:x%y@a.test\nother.test a:x@other.test\nbad.test a:u@a..test\n",
    );
    let snapshot = site.snapshot("KeyTable DIR/kt\nSigningTable file:DIR/st\n");
    for (author, expected) in [
        ("u@x.test", "d=a.test s=s"),
        ("u@y.test", "d=a.test s=s"),
        ("u@w.test", "d=a.test s=s"),
        ("u@z.test", "d=a.test s=s i=@a.test"),
        ("u@v.test", "d=a.test s=s i=me@sub.a.test"),
        ("u@t.test", "d=a.test s=s i=xt.testy@a.test"),
        ("u@other.test", "d=a.test s=s"),
        ("u@bad.test", "d=a.test s=s"),
    ] {
        assert_eq!(decide(&snapshot, &LOCAL, author), expected, "{author}");
    }
}

#[test]
fn one_match_signs_unless_several_signatures_are_wanted() {
    let site = Site::new();
    site.write(
        "kt",
        "a a.test:sa:DIR/rsa.pem\nb b.test:sb:DIR/ed.pem\nbad c.test:sc:DIR/none\n",
    );
    site.write("st", "*@x.test a\nu@x.test b\n*@m.test a\n*@m.test bad\n");
    let tables = "KeyTable DIR/kt\nSigningTable refile:DIR/st\n";
    let snapshot = site.snapshot(tables);
    assert_eq!(decide(&snapshot, &LOCAL, "u@x.test"), "d=a.test s=sa");
    assert_eq!(decide(&snapshot, &LOCAL, "u@m.test"), "d=a.test s=sa");
    let snapshot = site.snapshot(&format!("{tables}MultipleSignatures yes\n"));
    assert_eq!(
        decide(&snapshot, &LOCAL, "u@x.test"),
        "d=a.test s=sa + d=b.test s=sb"
    );
    assert_eq!(decide(&snapshot, &LOCAL, "u@m.test"), "tempfail");
}

#[test]
fn what_cannot_be_signed_is_put_off_for_those_inside_only() {
    let site = Site::new();
    site.write(
        "kt",
        "bad bad.test:s:DIR/none\nhalf half.test:s\nodd x.%:s:DIR/rsa.pem\nsel a.test:%:DIR/rsa.pem\n\
         more a.test:s:DIR/rsa.pem:extra\nCaps a.test:s:DIR/rsa.pem\n",
    );
    site.write(
        "st",
        "bad.test bad\nhalf.test half\nodd.test odd\nsel.test sel\nmore.test more\n\
         gone.test gone\nnothing.test\ncaps.test caps\nmixed.test %\nfine.test Caps\n",
    );
    let snapshot = site.snapshot("KeyTable DIR/kt\nSigningTable file:DIR/st\n");
    for host in [
        "bad", "half", "odd", "sel", "more", "gone", "nothing", "caps", "mixed",
    ] {
        let author = format!("u@{host}.test");
        assert_eq!(decide(&snapshot, &LOCAL, &author), "tempfail", "{host}");
        assert_eq!(decide(&snapshot, &OUTSIDE, &author), "verify", "{host}");
    }
    assert_eq!(decide(&snapshot, &LOCAL, "u@fine.test"), "d=a.test s=s");
    // Each but that of the author's own domain can be seen at the start.
    assert_eq!(snapshot.warnings().len(), 8, "{:#?}", snapshot.warnings());
}

#[test]
fn one_key_signs_for_its_domains_and_with_sub_domains_for_those_below() {
    let site = Site::new();
    let key = "Selector s\nKeyFile DIR/rsa.pem\n";
    for (domain, decisions) in [
        (
            "Domain a.test, B.TEST",
            ["d=a.test s=s", "verify", "d=b.test s=s"],
        ),
        (
            "Domain a.test\nSubDomains yes",
            ["d=a.test s=s", "d=a.test s=s i=@a.test", "verify"],
        ),
        ("Domain .a.test", ["verify", "verify", "verify"]),
        (
            "Domain *.a.test\nSubDomains yes",
            ["verify", "verify", "verify"],
        ),
        (
            "Domain *",
            ["d=a.test s=s", "d=t.s.a.test s=s", "d=b.test s=s"],
        ),
        (
            "Domain a.test,*\nSubDomains y",
            ["d=a.test s=s", "d=t.s.a.test s=s", "d=b.test s=s"],
        ),
    ] {
        let snapshot = site.snapshot(&format!("{domain}\n{key}"));
        for (author, expected) in ["u@a.test", "u@t.s.a.test", "u@b.test"]
            .iter()
            .zip(decisions)
        {
            assert_eq!(
                decide(&snapshot, &LOCAL, author),
                expected,
                "{domain}: {author}"
            );
        }
        assert_eq!(decide(&snapshot, &OUTSIDE, "u@a.test"), "verify");
    }
    let snapshot = site.snapshot("Domain a.test\nSelector s\nKeyFile DIR/none\n");
    assert_eq!(decide(&snapshot, &LOCAL, "u@a.test"), "tempfail");
    assert_eq!(decide(&snapshot, &LOCAL, "u@b.test"), "verify");
}

#[test]
fn a_key_table_takes_the_place_of_domain() {
    let site = Site::new();
    let tables = site.tables();
    let one = "Domain b.test\nSelector s\nKeyFile DIR/rsa.pem\n";
    let snapshot = site.snapshot(&format!("{tables}{one}"));
    assert_eq!(
        decide(&snapshot, &LOCAL, "a@example.com"),
        "d=example.com s=s1"
    );
    assert_eq!(decide(&snapshot, &LOCAL, "a@b.test"), "verify");
    assert_eq!(snapshot.warnings().len(), 1);
}

#[test]
fn what_belongs_together_is_asked_for() {
    let site = Site::new();
    site.tables();
    for (conf, error) in [
        (
            "KeyTable DIR/kt\n",
            "opendkim.conf: KeyTable needs SigningTable",
        ),
        (
            "SigningTable DIR/st\n",
            "opendkim.conf: SigningTable needs KeyTable",
        ),
        (
            "Domain a.test\n",
            "opendkim.conf: Domain needs Selector and KeyFile",
        ),
    ] {
        assert_eq!(site.error(conf), error);
    }
    let error = site.error("# tables\nKeyTable DIR/none\nSigningTable DIR/st\n");
    assert!(error.starts_with("opendkim.conf:2: none: "), "{error}");
    let error = site.error("Domain a.test\nSelector a..b\nKeyFile DIR/rsa.pem\n");
    assert!(error.starts_with("opendkim.conf:2: Selector: "), "{error}");
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
