//! Debian's OpenDKIM knows the options of docs/opendkim.md, but for those that are said not to be
//! its own.

mod support;

use std::fs;
use std::process::Command;

use support::skip;

const GUIDE: &str = include_str!("../../docs/opendkim.md");

/// Names that opendkim.conf(5) has, or other versions and builds, and Debian's does not know.
const OF_OTHERS: [&str; 9] = [
    "ConditionalSignatures",
    "IdentityHeader",
    "IdentityHeaderRemove",
    "POPDBFile",
    "RateLimits",
    "ResignAll",
    "ResignMailTo",
    "SMTPURI",
    "StatisticsPolicyScript",
];

#[test]
fn opendkim_knows_its_options_and_not_ours() {
    if Command::new("opendkim").arg("-V").output().is_err() {
        return skip("opendkim");
    }
    let directory = tempfile::tempdir().unwrap();
    let conf = directory.path().join("opendkim.conf");
    let rows = GUIDE.lines().filter_map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        let standing = cells.next()?;
        // The other tables say nothing of a standing.
        let is_option = ["honoured", "addition", "warned", "off only", "refused"];
        let is_option = is_option.contains(&standing) && !name.ends_with('*');
        is_option.then_some((name, standing))
    });
    let mut count = 0;
    for (name, standing) in rows {
        count += 1;
        // Whatever it says of the value, it says something else of a name that it does not know.
        fs::write(&conf, format!("{name} 1\n")).unwrap();
        let output = Command::new("opendkim")
            .arg("-n")
            .arg("-x")
            .arg(&conf)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let is_unknown = said.contains("unrecognized parameter");
        let is_none_of_its = standing == "addition" || OF_OTHERS.contains(&name);
        assert_eq!(is_unknown, is_none_of_its, "{name}: {said}");
    }
    assert!(count > 100, "{count}");
}
