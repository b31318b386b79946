//! What the tables say, and what is missing.

use super::*;

#[test]
fn signers_are_left_out_where_they_are_not_of_the_signing_domain() {
    let site = Site::new();
    site.write("kt", "a a.test:s:DIR/rsa.pem\n");
    site.write(
        "st",
        "x.test a\ny.test a:u\nz.test a:@a.test\nw.test a:%\nv.test a:me@sub.a.test\n\
         t.test a:x%y@a.test\nother.test a:x@other.test\nbad.test a:u@a..test\n\
         two.test a:u@x@a.test\n",
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
        // Its domain begins behind the first `@`, as with OpenDKIM.
        ("u@two.test", "d=a.test s=s"),
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

/// As in the stock configuration of Fedora, whose Mode is v.
#[test]
fn a_key_that_is_for_no_domain_is_told_where_mail_is_signed() {
    let site = Site::new();
    let key = "Selector s\nKeyFile DIR/none\n";
    let told = |conf: &str| {
        let snapshot = site.snapshot(conf);
        let told = snapshot.warnings().iter();
        told.map(|warning| warning.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(told(key), ["KeyFile does nothing: there is no Domain"]);
    assert!(told(&format!("{key}Mode v\n")).is_empty());
    site.tables();
    let tables = "KeyTable DIR/kt\nSigningTable refile:DIR/st\n";
    let both = told(&format!("{tables}{key}"));
    assert_eq!(both, ["KeyFile does nothing: there is a KeyTable"]);
}

/// As in zone files. OpenDKIM takes them as they are, too, and says nothing.
#[test]
fn names_that_end_with_a_dot_match_nothing_and_are_warned_of() {
    let site = Site::new();
    let one = "Selector s\nKeyFile DIR/rsa.pem\n";
    site.write("kt", "k a.test:s:DIR/rsa.pem\n");
    site.write("file", "b.test. k\nu@c.test. k\n.d.test. k\n");
    site.write("refile", "*@b.test. k\n(u|v)@c.test. k\n");
    for (conf, names) in [
        (format!("Domain a.test, b.test.\n{one}"), vec!["b.test"]),
        (
            "KeyTable DIR/kt\nSigningTable DIR/file\n".into(),
            vec!["b.test", "u@c.test", ".d.test"],
        ),
        (
            "KeyTable DIR/kt\nSigningTable refile:DIR/refile\n".into(),
            vec!["*@b.test", "(u|v)@c.test"],
        ),
        (
            "InternalHosts mx.b.test.,!.c.test.,192.0.2.1\n".into(),
            vec!["mx.b.test", "!.c.test"],
        ),
    ] {
        let snapshot = site.snapshot(&conf);
        assert_eq!(decide(&snapshot, &LOCAL, "u@b.test"), "verify", "{conf}");
        let told = snapshot.warnings().iter();
        let told: Vec<&str> = told.map(|warning| warning.text.as_str()).collect();
        let expected = names.iter().map(|name| {
            format!("{name}. matches nothing: here names end without a dot; write {name}")
        });
        assert_eq!(told, expected.collect::<Vec<_>>(), "{conf}");
    }
}

#[test]
fn what_belongs_together_is_asked_for() {
    let site = Site::new();
    site.tables();
    for (conf, error) in [
        (
            "KeyTable DIR/kt\n",
            "opendkim.conf:1: KeyTable needs SigningTable",
        ),
        (
            "SigningTable DIR/st\n",
            "opendkim.conf:1: SigningTable needs KeyTable",
        ),
        (
            "Domain a.test\n",
            "opendkim.conf:1: Domain needs Selector and KeyFile",
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
fn a_key_signs_with_what_it_is_for_whatever_is_said_for_all() {
    let site = Site::new();
    site.write("kt", "a a.test:s:DIR/ed.pem\nb b.test:s:DIR/rsa.pem\n");
    site.write("st", "a.test a\nb.test b\n");
    let tables = "KeyTable DIR/kt\nSigningTable DIR/st\n";
    let snapshot = site.snapshot(&format!("{tables}SignatureAlgorithm rsa-sha256\n"));
    assert_eq!(decide(&snapshot, &LOCAL, "u@a.test"), "d=a.test s=s");
    let [warning] = snapshot.warnings() else {
        panic!("{:?}", snapshot.warnings());
    };
    assert!(
        warning
            .text
            .ends_with("ed.pem signs with ed25519-sha256, which it is for")
    );
    assert!(site.snapshot(tables).warnings().is_empty());
}
