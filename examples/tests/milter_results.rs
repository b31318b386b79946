//! What `milter` writes into Authentication-Results, in whose name, and what it takes out.

mod support;

use dkim_sign::KeyKind;
use support::milter::Files;
use support::mta::Mta;

const OUTSIDE: &str = "192.0.2.1";
const INSIDE: &str = "127.0.0.1";

fn files() -> Files {
    let files = Files::with_keys(&[("s", "example.net", KeyKind::Ed25519)]);
    files.write("KeyTable", "");
    files.write("SigningTable", "");
    files
}

fn message(header: &str) -> String {
    format!(
        "{header}From: Amy <amy@example.net>\r\nTo: user@example.com\r\n\
         Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n"
    )
}

/// What is asked of a mail server, deletions by number and name alone.
fn told(mta: &mut Mta, message: &str) -> Vec<String> {
    let told = mta.send(message).into_iter();
    told.map(|line| match line.starts_with("insert") {
        true => line.replace("\n ", " "),
        false => line,
    })
    .collect()
}

const FORGED: &str = "\
Authentication-Results: mx.example.com; dkim=pass header.d=bank.example\r
authentication-results: list.example; dkim=pass header.d=bank.example\r
AUTHENTICATION-RESULTS:\r
 (hi) \"MX.Example.Com\" 1; spf=pass smtp.mailfrom=bank.example\r
X-Authentication-Results: mx.example.com; dkim=pass header.d=bank.example\r
Authentication-Results: mx.example.com/4f5g6h; dkim=pass header.d=bank.example\r
Authentication-Results: mx.example.com; dkim=pass (never closed\r
Authentication-Results: mx.example.com.bank.example; dkim=pass header.d=bank.example\r
Authentication-Results: list.example 2; dkim=pass header.d=bank.example\r
";

#[test]
fn forged_results_go_from_the_last_to_the_first_and_then_ours_are_put_on_top() {
    let files = files();
    let long = format!(
        "Authentication-Results: mx.example.com;{}\r\n",
        "\r\n dkim=pass header.d=bank.example;".repeat(200)
    );
    let message = message(&format!("{FORGED}{long}"));
    for more in ["", "RemoveARAll yes\n", "RemoveARAll no\n"] {
        let filter = files.start(&format!("AlwaysAddARHeader yes\n{more}"));
        let told = told(&mut Mta::with_client(&filter, OUTSIDE), &message);
        assert_eq!(
            told,
            [
                "delete 8 Authentication-Results",
                "delete 7 Authentication-Results",
                "delete 5 Authentication-Results",
                "delete 4 Authentication-Results",
                "delete 3 AUTHENTICATION-RESULTS",
                "delete 1 Authentication-Results",
                "insert 0 Authentication-Results: mx.example.com; dkim=none",
                "accept"
            ],
            "{more}"
        );
    }
}

#[test]
fn forged_results_go_even_if_there_is_nothing_to_say() {
    let filter = files().start("");
    let message = message("Authentication-Results: mx.example.com; dkim=pass\r\n");
    let told = told(&mut Mta::with_client(&filter, OUTSIDE), &message);
    assert_eq!(told, ["delete 1 Authentication-Results", "accept"]);
}

/// No name of a field ends with white space to a mail server that deletes it.
#[test]
fn mail_whose_forged_results_cannot_go_is_a_matter_of_security() {
    let files = files();
    let message = message("Authentication-Results : mx.example.com; dkim=pass\r\n");
    let why = "a forged Authentication-Results field cannot be removed";
    for (more, expected) in [
        ("", format!("451 4.7.0 {why}")),
        ("On-Security reject\n", format!("550 5.7.0 {why}")),
        ("KeepAuthResults yes\n", "accept".into()),
    ] {
        let filter = files.start(more);
        let told = told(&mut Mta::with_client(&filter, OUTSIDE), &message);
        assert_eq!(told, [expected], "{more}");
    }
}

#[test]
fn results_stay_where_they_are_to_be_kept() {
    let filter = files().start("KeepAuthResults yes\nRemoveARFrom list.example\n");
    let told = told(&mut Mta::with_client(&filter, OUTSIDE), &message(FORGED));
    assert_eq!(told, ["accept"]);
}

#[test]
fn results_of_others_go_where_they_are_named() {
    let files = files();
    let message = message(
        "Authentication-Results: list.example; dkim=pass\r\n\
         Authentication-Results: a.list.example; dkim=pass\r\n\
         Authentication-Results: parent.example; dkim=pass\r\n\
         Authentication-Results: (b) \"B.c.Parent.Example\"; dkim=pass\r\n\
         Authentication-Results: notparent.example; dkim=pass\r\n\
         Authentication-Results: mx.example.com; dkim=pass\r\n\
         Authentication-Results: LIST.example 1; dkim=pass\r\n",
    );
    files.write("names", "List.Example\n.Parent.example\n");
    for (value, deleted) in [
        ("list.example", &[7, 6, 1][..]),
        (".parent.example", &[6, 4]),
        ("list.example, .parent.example", &[7, 6, 4, 1]),
        ("file:DIR/names", &[7, 6, 4, 1]),
        ("example", &[6]),
        (".example", &[7, 6, 5, 4, 3, 2, 1]),
    ] {
        let filter = files.start(&format!("RemoveARFrom {value}\n"));
        let told = told(&mut Mta::with_client(&filter, OUTSIDE), &message);
        let deletions = deleted
            .iter()
            .map(|number| format!("delete {number} Authentication-Results"));
        let expected: Vec<_> = deletions.chain(["accept".into()]).collect();
        assert_eq!(told, expected, "{value}");
    }
}

#[test]
fn mail_that_nobody_signed_has_no_results_if_nobody_asks() {
    let files = files();
    for (more, results) in [
        ("", None),
        ("AlwaysAddARHeader no\n", None),
        ("AlwaysAddARHeader yes\n", Some("dkim=none")),
    ] {
        let filter = files.start(more);
        let told = told(&mut Mta::with_client(&filter, OUTSIDE), &message(""));
        let results = results
            .map(|results| format!("insert 0 Authentication-Results: mx.example.com; {results}"));
        let expected: Vec<_> = results.into_iter().chain(["accept".into()]).collect();
        assert_eq!(told, expected, "{more}");
    }
}

fn host_name() -> String {
    let name = std::process::Command::new("hostname").output();
    let name = name.map(|output| String::from_utf8(output.stdout).unwrap());
    let name = name.or_else(|_| std::fs::read_to_string("/proc/sys/kernel/hostname"));
    name.unwrap().trim().into()
}

#[test]
fn results_go_by_the_name_that_is_configured_or_that_of_the_mail_server() {
    let files = files();
    let host = host_name();
    for (more, mta_name, expected) in [
        ("", Some("mta.example.com"), "mta.example.com"),
        ("", None, &host),
        ("AuthservID HOSTNAME\n", Some("mta.example.com"), &host),
        (
            "AuthservID mx.example.org\n",
            Some("mta.example.com"),
            "mx.example.org",
        ),
    ] {
        let filter = files.start_without("AuthservID", &format!("AlwaysAddARHeader yes\n{more}"));
        let mut mta = Mta::connect(&filter.names[0]);
        if let Some(name) = mta_name {
            mta.macros(b'C', &[("j", name)]);
        }
        mta.client(OUTSIDE);
        let message = message(&format!(
            "Authentication-Results: {expected}; dkim=pass\r\n\
             Authentication-Results: another.example; dkim=pass\r\n"
        ));
        let expected = [
            "delete 1 Authentication-Results".to_owned(),
            format!("insert 0 Authentication-Results: {expected}; dkim=none"),
            "accept".into(),
        ];
        assert_eq!(told(&mut mta, &message), expected, "{more}{mta_name:?}");
    }
}

#[test]
fn fields_go_on_top_or_below_the_field_of_the_mail_server() {
    let files = Files::with_keys(&[
        ("rsa", "example.com", KeyKind::Ed25519),
        ("ed", "example.com", KeyKind::Ed25519),
    ]);
    let ours = message("").replace("example.net", "example.com");
    for (more, positions) in [
        ("", ["insert 0 ", "insert 1 "]),
        ("BelowReceived no\n", ["insert 0 ", "insert 1 "]),
        ("BelowReceived yes\n", ["insert 1 ", "insert 2 "]),
    ] {
        let filter = files.start(&format!("AlwaysAddARHeader yes\n{more}"));
        let told_inside = told(&mut Mta::with_client(&filter, INSIDE), &ours);
        let [first, second, reply] = told_inside.as_slice() else {
            panic!("{told_inside:?}");
        };
        for (line, position, selector) in [
            (first, positions[0], " s=rsa;"),
            (second, positions[1], " s=ed;"),
        ] {
            assert!(
                line.starts_with(&format!("{position}DKIM-Signature: ")),
                "{line}"
            );
            assert!(line.contains(selector), "{line}");
        }
        assert_eq!(reply, "accept");
        let told = told(&mut Mta::with_client(&filter, OUTSIDE), &ours);
        let expected = format!("{}Authentication-Results: ", positions[0]);
        assert!(told[0].starts_with(&expected), "{told:?}");
    }
}

/// Each result of a field by its method, in its order.
fn methods(told: &[String]) -> Vec<&str> {
    let Some(results) = told
        .iter()
        .find_map(|line| line.split_once("Authentication-Results:"))
    else {
        return Vec::new();
    };
    let results = results.1.split("; ").skip(1);
    results
        .map(|result| result.split(' ').next().unwrap())
        .collect()
}

#[test]
fn results_of_spf_stand_before_and_those_of_dmarc_behind() {
    let files = files();
    files.write_dns(
        "example.net\tv=spf1 ip4:192.0.2.1 -all\n_dmarc.example.net\tv=DMARC1; p=reject\n\
         client.example\tv=spf1 -all\n",
    );
    let signed = files.signed("s", "example.net", &message(""));
    for (more, expected) in [
        ("", &["dkim=pass"][..]),
        ("SPF yes\n", &["spf=pass", "spf=fail", "dkim=pass"]),
        (
            "DMARC yes\n",
            &["spf=pass", "spf=fail", "dkim=pass", "dmarc=pass"],
        ),
        (
            "SPF yes\nDMARC yes\n",
            &["spf=pass", "spf=fail", "dkim=pass", "dmarc=pass"],
        ),
    ] {
        let filter = files.start(more);
        let results = told(&mut Mta::with_client(&filter, OUTSIDE), &signed);
        assert_eq!(methods(&results), expected, "{more}");
        // Another client may not use the domain, and nobody refuses mail for that.
        let results = told(&mut Mta::with_client(&filter, "192.0.2.2"), &signed);
        let failed: Vec<_> = expected
            .iter()
            .map(|it| it.replace("spf=pass", "spf=fail"))
            .collect();
        assert_eq!(methods(&results), failed, "{more}");
        assert_eq!(results.last().unwrap(), "accept");
    }
}

#[test]
fn mail_of_our_own_has_no_results_of_spf() {
    let files = Files::with_keys(&[
        ("rsa", "example.com", KeyKind::Ed25519),
        ("ed", "example.com", KeyKind::Ed25519),
    ]);
    files.write_dns("example.net\tv=spf1 -all\n_dmarc.example.net\tv=DMARC1; p=reject\n");
    let filter = files.start("SPF yes\nDMARC yes\n");
    let ours = message("").replace("amy@example.net", "amy@example.com");
    for (address, auth_type, message, expected) in [
        (INSIDE, None, &ours, &[][..]),
        (OUTSIDE, Some("PLAIN"), &ours, &[]),
        (INSIDE, None, &message(""), &["dkim=none"]),
        (OUTSIDE, Some("PLAIN"), &message(""), &["dkim=none"]),
        (
            OUTSIDE,
            None,
            &message(""),
            &["spf=fail", "spf=none", "dkim=none", "dmarc=fail"],
        ),
    ] {
        let mut mta = Mta::with_client(&filter, address);
        mta.mail_macros
            .extend(auth_type.map(|name| ("{auth_type}", name)));
        let told = told(&mut mta, message);
        assert_eq!(methods(&told), expected, "{address} {auth_type:?}");
        let is_signed = told[0].starts_with("insert 0 DKIM-Signature: ");
        assert_eq!(is_signed, expected.is_empty(), "{told:?}");
    }
}

/// RFC 8601 §5: a client that logged in is no mail server of ours.
#[test]
fn results_of_who_logged_in_go_before_they_could_be_signed() {
    let files = files();
    files.write("KeyTable", "s example.net:s:DIR/s.example.net\n");
    files.write("SigningTable", "*@example.net s\n");
    let filter = files.start("SignHeaders From,Authentication-Results\nOversignHeaders From\n");
    let message = message(FORGED);
    let deleted = |told: &[String]| {
        told.iter()
            .filter(|line| line.starts_with("delete"))
            .count()
    };
    let mut login = Mta::with_client(&filter, OUTSIDE);
    login.mail_macros.push(("{auth_type}", "PLAIN"));
    let signed = told(&mut login, &message);
    assert_eq!(deleted(&signed), 5, "{signed:?}");
    // Those of others are signed, as SignHeaders has it: two of the seven.
    let field = signed
        .iter()
        .find(|line| line.starts_with("insert 0 DKIM-Signature"))
        .unwrap();
    let names = field.to_ascii_lowercase();
    assert_eq!(
        names.matches("authentication-results").count(),
        2,
        "{field}"
    );
    // Whatever else has its mail signed: the listener, say, as for submission.
    let submission = files.start("MTA smtpd\nInternalHosts 192.0.2.1\n");
    for daemon in ["smtpd", "other"] {
        let mut login = Mta::with_client(&submission, OUTSIDE);
        login.mail_macros.push(("{daemon_name}", daemon));
        login.mail_macros.push(("{auth_type}", "PLAIN"));
        let signed = told(&mut login, &message);
        assert_eq!(deleted(&signed), 5, "{daemon}: {signed:?}");
    }
    // A host of ours may have added its results.
    let signed = told(&mut Mta::with_client(&filter, INSIDE), &message);
    assert_eq!(deleted(&signed), 0, "{signed:?}");
    let filter = files.start("KeepAuthResults yes\n");
    let mut login = Mta::with_client(&filter, OUTSIDE);
    login.mail_macros.push(("{auth_type}", "PLAIN"));
    assert_eq!(deleted(&told(&mut login, &message)), 0);
}
