//! Debian's OpenDKIM with the same files: it takes the same patterns for matches, and decides the
//! same about the same mail.

mod support;

use core::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use examples::milter::{Action, Author, Case, Client, Pattern, Snapshot};
use support::skip;

/// OpenDKIM in the foreground; killed when dropped.
struct OpenDkim(Child);

impl Drop for OpenDkim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_installed(program: &str) -> bool {
    let runs = Command::new(program).arg("-V").output().is_ok();
    if !runs {
        skip(program);
    }
    runs
}

/// Whether OpenDKIM finds `text` in a set of this one pattern. Everything in lower case, as the
/// query mode does not ignore case.
fn opendkim_matches(directory: &Path, pattern: &str, text: &str) -> bool {
    let set = directory.join("patterns");
    fs::write(&set, format!("{pattern} found\n")).unwrap();
    let mut child = Command::new("opendkim")
        .arg("-Q")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let query = format!("refile:{}\n{text}/1\n", set.display());
    child
        .stdin
        .take()
        .unwrap()
        .write_all(query.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).contains("'found'")
}

#[test]
fn patterns_match_what_they_match_for_opendkim() {
    if !is_installed("opendkim") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let patterns = [
        (
            "*@a.test",
            &["x@a.test", "@a.test", "x@s.a.test", "x@a.tests"][..],
        ),
        ("b+c@a.test", &["b+c@a.test", "bbc@a.test"]),
        ("d.e@a.test", &["d.e@a.test", "dxe@a.test"]),
        ("(f|g)@a.test", &["f@a.test", "g@a.test", "fg@a.test"]),
        ("h?@a.test", &["h@a.test", "@a.test", "h?@a.test"]),
        ("[ij]@a.test", &["i@a.test", "h@a.test"]),
        ("[^ij]@a.test", &["i@a.test", "h@a.test"]),
        ("[[:digit:]]{2}@a.test", &["12@a.test", "1@a.test"]),
        (
            "[a.]@a.test",
            &["a@a.test", ".@a.test", r"\@a.test", "x@a.test"],
        ),
        ("k{2}?@a.test", &["@a.test", "k@a.test", "kk@a.test"]),
        (
            "(kl){1,2}@a.test",
            &["kl@a.test", "klkl@a.test", "klklkl@a.test"],
        ),
        (r"l\.m@a.test", &["l.m@a.test", r"l\xm@a.test"]),
        (r"c\*d@a.test", &["cd@a.test", "c..d@a.test", "c*d@a.test"]),
        (r"c\?@a.test", &["c?@a.test", "c@a.test"]),
        ("^n@a.test$", &["n@a.test", "xn@a.test"]),
        ("!o@a.test", &["!o@a.test", "o@a.test"]),
    ];
    for (pattern, texts) in patterns {
        let ours = Pattern::parse(pattern, Case::Ignored).unwrap();
        for text in texts {
            let theirs = opendkim_matches(directory.path(), pattern, text);
            assert_eq!(ours.matches(text), theirs, "{pattern} {text}");
        }
    }
}

#[test]
fn what_opendkim_cannot_read_is_refused_too() {
    if !is_installed("opendkim") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("opendkim.conf");
    for (line, is_read) in [
        ("mode vs", true),
        ("LogWhy  yellow # always", true),
        ("UMask 022", true),
        ("ClockDrift 0x10", true),
        ("Canonicalization Relaxed", true),
        ("InternalHosts 192.168.0.0/16, 10.0.0.0/8", true),
        ("OmitHeaders *,+Date", true),
        ("Socket inet:8891", true),
        ("LogWhy", false),
        ("LogWhy # yes", false),
        ("LogWhy maybe", false),
        ("UMask 0999", false),
        ("ClockDrift 12x", false),
        ("Canonicalization relaxed/", false),
        ("Canonicalization \"relaxed\"", false),
        ("SignatureAlgorithm foo", false),
        ("Modus sv", false),
        ("On-PolicyError accept", false),
        ("Include /no/such/file", false),
        ("InternalHosts ldap:foo", false),
        ("InternalHosts /no/such/file", false),
        ("KeyTable csl:a=b.example:s:/k", false),
        ("SigningTable csl:a=b", false),
        ("Domain example.com", false),
        ("MacroList refile:/etc/passwd", false),
    ] {
        fs::write(&path, format!("{line}\n")).unwrap();
        let mut opendkim = Command::new("opendkim");
        let output = opendkim.arg("-n").arg("-x").arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), is_read, "OpenDKIM, {line}: {said}");
        assert_eq!(Snapshot::read(&path).is_ok(), is_read, "{line}");
    }
}

/// One message: the client's name and address, `{auth_type}`, `{daemon_name}`, From.
type Envelope = [&'static str; 5];

const AUTHORS: [&str; 13] = [
    "amy@example.com",
    "AMY@Example.COM",
    "bob@sub.example.com",
    "bob@deep.sub.example.com",
    "cy@signer.test",
    "cy@foreign.test",
    "cy@percent.test",
    "cy@nokey.test",
    "cy@unknown.test",
    "cy@other.test",
    "cy@wild.test",
    "cy@x.wild.test",
    "special@anywhere.test",
];

const CLIENTS: [[&str; 4]; 11] = [
    ["localhost", "127.0.0.1", "", ""],
    ["[192.0.2.9]", "192.0.2.9", "", ""],
    ["mx.example.net", "192.0.2.9", "", ""],
    ["a.trusted.test", "198.51.100.1", "", ""],
    ["trusted.test", "198.51.100.1", "", ""],
    ["bad.trusted.test", "198.51.100.1", "", ""],
    ["h.test", "203.0.113.7", "", ""],
    ["h.test", "203.0.113.8", "", ""],
    ["h.test", "2001:db8::1", "", ""],
    ["h.test", "192.0.2.9", "plain", ""],
    ["h.test", "192.0.2.9", "", "ORIGINATING"],
];

#[test]
fn the_same_mail_is_signed_by_both() {
    if !is_installed("opendkim") || !is_installed("miltertest") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let key = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/dkim-sign/testdata/test-rsa2048-pkcs1.pem");
    fs::copy(key, root.join("key.pem")).unwrap();
    let write = |name: &str, text: &str| {
        let text = text.replace("DIR", &root.display().to_string());
        fs::write(root.join(name), text).unwrap();
    };
    write(
        "kt",
        "ex example.com:s1:DIR/key.pem\nsub sub.example.com:s2:DIR/key.pem\n\
         pc %:s3:DIR/key.pem\nnokey a.test:s4:DIR/none\n",
    );
    write(
        "patterns",
        "*@example.com ex\n*@*.example.com sub:bob@%\n*@signer.test ex:x@example.com\n\
         *@foreign.test ex:x@foreign.test\n*@percent.test pc:@%\n*@nokey.test nokey\n\
         *@unknown.test gone\n*@wild.test ex\n*@(x|y).wild.test sub\n",
    );
    write(
        "exact",
        "amy@example.com ex\n.example.com sub\nsigner.test ex:x@example.com\n\
         foreign.test ex:x@foreign.test\npercent.test pc:@%\nnokey.test nokey\nunknown.test gone\n\
         *@wild.test ex\ncy@.wild.test sub\nspecial@* pc\n",
    );
    write(
        "hosts",
        "127.0.0.1\n.trusted.test\n!bad.trusted.test\n203.0.113.0/24\n!203.0.113.8\n2001:db8::/32\n\
         *.example.net\n",
    );
    let tables = "KeyTable DIR/kt\nInternalHosts DIR/hosts\nMTA ORIGINATING\n";
    let one_key = "Selector s\nKeyFile DIR/key.pem\n";
    for conf in [
        format!("{tables}SigningTable refile:DIR/patterns\n"),
        format!("{tables}SigningTable file:DIR/exact\nMode s\n"),
        format!("{tables}SigningTable file:DIR/exact\nMode v\n"),
        format!("{one_key}Domain example.com, signer.test\nSubDomains yes\n"),
        format!("{one_key}Domain *\nInternalHosts refile:DIR/hosts\nPeerList 203.0.113.7\n"),
    ] {
        // Its keys are in a directory below /tmp, which OpenDKIM does not take for safe.
        let rest = "RequireSafeKeys no\nAlwaysAddARHeader yes\nBackground no\n\
                    AuthservID mx.example.org\nTestDNSData file:DIR/dns\n";
        write("dns", "");
        write(
            "opendkim.conf",
            &format!("{conf}{rest}Socket local:DIR/socket\n"),
        );
        let envelopes = CLIENTS.iter().flat_map(|&[name, address, auth, daemon]| {
            AUTHORS.map(|author| [name, address, auth, daemon, author])
        });
        let envelopes: Vec<Envelope> = envelopes.collect();
        let theirs = opendkim_decisions(root, &envelopes);
        let snapshot = Snapshot::read(&root.join("opendkim.conf")).unwrap();
        for (envelope, theirs) in envelopes.iter().zip(theirs) {
            assert_eq!(
                decision(&snapshot, envelope),
                theirs,
                "{envelope:?}\n{conf}"
            );
        }
    }
}

/// What is done here, in the words of [`opendkim_decisions`].
fn decision(snapshot: &Snapshot, &[name, address, auth, daemon, from]: &Envelope) -> String {
    let macros = [("{auth_type}", auth), ("{daemon_name}", daemon)];
    let macros = macros.map(|(name, value)| (!value.is_empty()).then_some((name, value)));
    let macros: Vec<(&str, &str)> = macros.into_iter().flatten().collect();
    let client = Client {
        name,
        address: Some(address.parse().unwrap()),
        macros: &macros,
    };
    let (local_part, domain) = from.split_once('@').unwrap();
    let domain = &domain.parse().unwrap();
    let decision = snapshot.decide(&client, Some(Author { local_part, domain }));
    match decision.action {
        Action::Sign(signings) => {
            let [signing] = signings.as_slice() else {
                panic!("{signings:?}");
            };
            let identity = signing.identity.as_ref();
            let identity = identity.map(|i| String::from_utf8(i.to_octets()).unwrap());
            let (domain, selector) = (signing.request.domain(), signing.request.selector());
            format!("sign {domain} {selector} {}", identity.unwrap_or_default())
        }
        Action::Verify => "verify".into(),
        Action::Pass(_) => "pass".into(),
        Action::Tempfail(_) => "tempfail".into(),
    }
}

/// Has OpenDKIM filter each message, and says what it does, a line for each.
fn opendkim_decisions(root: &Path, envelopes: &[Envelope]) -> Vec<String> {
    let child = Command::new("opendkim")
        .args(["-f", "-x"])
        .arg(root.join("opendkim.conf"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut opendkim = OpenDkim(child);
    let mut script = LUA.replace("DIR", &root.display().to_string());
    for [name, address, auth, daemon, from] in envelopes {
        writeln!(
            script,
            "play(\"{name}\", \"{address}\", \"{auth}\", \"{daemon}\", \"{from}\")"
        )
        .unwrap();
    }
    let path = root.join("play.lua");
    fs::write(&path, script).unwrap();
    let output = Command::new("miltertest")
        .arg("-s")
        .arg(&path)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    if !output.status.success() {
        let _ = opendkim.0.kill();
        let mut said = String::new();
        let _ = std::io::Read::read_to_string(&mut opendkim.0.stderr.take().unwrap(), &mut said);
        panic!(
            "{text}\n{}\n{said}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let lines: Vec<String> = text
        .lines()
        .map(|line| line.trim_end_matches('\r').into())
        .collect();
    assert_eq!(lines.len(), envelopes.len(), "{text}");
    lines
}

/// Plays one message and prints what came of it: `sign d s i`, `verify`, `pass` or `tempfail`.
const LUA: &str = r#"
function tag(field, name)
    local value = string.match(";" .. (string.gsub(field, "%s", "")), ";" .. name .. "=([^;]*)")
    return value or ""
end
function goes_on(c)
    return mt.getreply(c) == SMFIR_CONTINUE
end
function ended(c)
    if mt.getreply(c) == SMFIR_TEMPFAIL then print("tempfail") else print("pass") end
    mt.disconnect(c)
end
function play(name, address, auth, daemon, from)
    local c = mt.connect("local:DIR/socket", 100, 0.1)
    if daemon ~= "" then mt.macro(c, SMFIC_CONNECT, "{daemon_name}", daemon) end
    mt.conninfo(c, name, address)
    if not goes_on(c) then return ended(c) end
    mt.macro(c, SMFIC_MAIL, "i", "Q1")
    if auth ~= "" then mt.macro(c, SMFIC_MAIL, "{auth_type}", auth) end
    mt.mailfrom(c, "<a@sender.test>")
    mt.rcptto(c, "<b@recipient.test>")
    mt.header(c, "From", from)
    mt.header(c, "Date", "Tue, 24 Nov 2026 10:00:00 +0000")
    mt.eoh(c)
    if not goes_on(c) then return ended(c) end
    mt.bodystring(c, "Hi\r\n")
    mt.eom(c)
    local signature = mt.getheader(c, "DKIM-Signature", 0)
    if signature then
        print("sign " .. tag(signature, "d") .. " " .. tag(signature, "s") .. " " .. tag(signature, "i"))
    elseif mt.getheader(c, "Authentication-Results", 0) then
        print("verify")
    else
        print("pass")
    end
    mt.disconnect(c)
end
"#;
