//! `mailauth dkim rotate` over the files of OpenDKIM.
#![cfg(unix)]

#[path = "support/mailauth.rs"]
mod prompt;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use prompt::{Desk, Run, answer, keys, object, refusal, run};

const TWO: &str = "one example.com:s1:DIR/s1.private\ntwo example.com:ed:DIR/ed.private\n";

impl Desk {
    fn rotate(&self, more: &[&str]) -> Run {
        let (conf, zone) = (self.path("conf"), self.path("zone"));
        let rotate = ["dkim", "rotate", "-x", &conf, "--zone", &zone, "--now", NOW];
        run([&rotate, more].concat())
    }

    /// The files there are.
    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.path("")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn mode(&self, name: &str) -> u32 {
        let metadata = fs::metadata(self.path(name)).unwrap();
        metadata.permissions().mode() & 0o7777
    }

    fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Publishes a record as well.
    fn publish(&self, record: &str) {
        let zone = fs::read_to_string(self.path("zone")).unwrap();
        let record = fs::read_to_string(self.path(record)).unwrap();
        self.write("zone", &(zone + &record));
    }
}

/// 24 November 2026.
const NOW: &str = "1795500000";

#[test]
fn rotate_makes_a_key_of_the_same_kind_beside_each_and_notes_it_for_this_server_alone() {
    let table = "# keys\none\texample.com:s1:DIR/s1.private # ours\n\
                 two example.com:ed:DIR/ed.private:ed25519-sha256\r\n";
    let desk = Desk::with_tables(table);
    desk.set_mode("kt", 0o640);
    desk.set_mode("ed.private", 0o640);
    let before = [desk.read("s1.private"), desk.read("ed.private")];
    let Run { status, out, err } = desk.rotate(&[]);
    assert_eq!((status, err.as_str()), (0, ""));
    for what in [
        "one: s2 is prepared to succeed s1 in example.com\n",
        "two: ed2 is prepared to succeed ed in example.com\n",
        "s2._domainkey\tIN\tTXT\t( \"v=DKIM1; h=sha256; k=rsa; \"",
        "--finish",
    ] {
        assert!(out.contains(what), "{what} is not in {out}");
    }
    assert_eq!(
        desk.read("kt"),
        "# keys\none\texample.com:s1:DIR/s1.private # ours\n\
         #=successor one s2 DIR/s2.private\n\
         two example.com:ed:DIR/ed.private:ed25519-sha256\r\n\
         #=successor two ed2 DIR/ed2.private\r\n"
    );
    assert_eq!([desk.read("s1.private"), desk.read("ed.private")], before);
    let modes = ["s2.private", "s2.txt", "ed2.private", "ed2.txt", "kt"].map(|n| desk.mode(n));
    assert_eq!(modes, [0o600, 0o600, 0o640, 0o640, 0o640]);
    assert!(desk.read("ed2.txt").contains("k=ed25519"));
    assert_eq!(
        desk.names(),
        [
            "conf",
            "ed.private",
            "ed.txt",
            "ed2.private",
            "ed2.txt",
            "kt",
            "s1.private",
            "s1.txt",
            "s2.private",
            "s2.txt",
            "zone"
        ]
    );
    // What signs is what it was.
    let Run { status, out, .. } = desk.testkey(&[]);
    assert_eq!(status, 0);
    assert!(
        out.starts_with("one: s1._domainkey.example.com: key OK\n"),
        "{out}"
    );
}

#[test]
fn rotate_says_that_a_successor_is_pending_and_makes_no_other() {
    let desk = Desk::with_tables(TWO);
    assert_eq!(desk.rotate(&["-s", "ed"]).status, 0);
    let (table, names) = (desk.read("kt"), desk.names());
    let Run { status, out, .. } = desk.rotate(&["-s", "ed"]);
    assert_eq!(status, 1);
    assert!(
        out.starts_with("two: ed2 is pending already, to succeed ed in example.com\n"),
        "{out}"
    );
    assert!(out.contains("ed2._domainkey\tIN\tTXT"), "{out}");
    assert_eq!((desk.read("kt"), desk.names()), (table, names));
}

#[test]
fn finish_waits_for_the_record_and_then_says_how_long_the_old_one_is_needed() {
    let desk = Desk::with_tables("two  example.com:ed:DIR/ed.private:ed25519-sha256 # ours\n");
    desk.rotate(&[]);
    let pending = desk.read("kt");
    let Run { status, out, .. } = desk.rotate(&["--finish"]);
    assert_eq!(status, 1);
    assert_eq!(
        out,
        "two: ed2 waits: ed2._domainkey.example.com: there is no record\n"
    );
    assert_eq!(desk.read("kt"), pending);

    desk.publish("ed2.txt");
    let Run { status, out, err } = desk.rotate(&["--finish"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "two: ed2 signs for example.com in the place of ed\n  leave the record \
         ed._domainkey.example.com where it is until 2026-12-08\n\nReload the server now.\n"
    );
    assert_eq!(
        desk.read("kt"),
        "two  example.com:ed2:DIR/ed2.private:ed25519-sha256 # ours\n\
         #=retired two ed 2026-12-08 DIR/ed.private\n"
    );
    assert_eq!(
        desk.testkey(&[]).out,
        "two: ed2._domainkey.example.com: key OK\n"
    );

    let Run { status, out, .. } = desk.rotate(&["--finish"]);
    assert_eq!(status, 0);
    assert_eq!(
        out,
        "two: the record ed._domainkey.example.com is needed until 2026-12-08\n"
    );
    let later = run([
        "dkim",
        "rotate",
        "-x",
        &desk.path("conf"),
        "--zone",
        &desk.path("zone"),
        "--finish",
        "--now",
        "1796774400",
    ]);
    assert!(later.out.contains("may be withdrawn"), "{}", later.out);
    // The next one is none that was there before.
    assert_eq!(desk.rotate(&[]).status, 0);
    assert!(
        desk.read("kt").contains("#=successor two ed3 "),
        "{}",
        desk.read("kt")
    );
}

#[test]
fn another_key_under_the_new_name_does_not_finish() {
    let desk = Desk::with_tables("two example.com:ed:DIR/ed.private\n");
    desk.rotate(&["--next", "new"]);
    let zone = desk.read("zone")
        + &desk
            .read("ed.txt")
            .replace("ed._domainkey", "new._domainkey");
    desk.write("zone", &zone);
    let Run { status, out, .. } = desk.rotate(&["--finish"]);
    assert_eq!(status, 1);
    assert!(out.ends_with("another key is published\n"), "{out}");
}

#[test]
fn finish_keeps_the_line_ends_of_a_table() {
    let desk = Desk::with_tables(
        "two example.com:ed:DIR/ed.private\r\none example.com:s1:DIR/s1.private # ours\r\n",
    );
    desk.rotate(&[]);
    desk.publish("ed2.txt");
    desk.publish("s2.txt");
    assert_eq!(desk.rotate(&["--finish"]).status, 0);
    assert_eq!(
        desk.read("kt"),
        "two example.com:ed2:DIR/ed2.private\r\n#=retired two ed 2026-12-08 DIR/ed.private\r\n\
         one example.com:s2:DIR/s2.private # ours\r\n\
         #=retired one s1 2026-12-08 DIR/s1.private\r\n"
    );
}

/// The line of a successor may be written by hand.
#[test]
fn finish_names_the_algorithm_of_the_successor() {
    let desk = Desk::with_tables(
        "one example.com:s1:DIR/s1.private:rsa-sha256\n#=successor one ed DIR/ed.private\n",
    );
    assert_eq!(desk.rotate(&["--finish"]).status, 0);
    assert_eq!(
        desk.read("kt"),
        "one example.com:ed:DIR/ed.private:ed25519-sha256\n\
         #=retired one s1 2026-12-08 DIR/s1.private\n"
    );
    assert_eq!(
        desk.testkey(&[]).out,
        "one: ed._domainkey.example.com: key OK\n"
    );
}

#[test]
fn entries_that_share_a_key_go_on_sharing_one() {
    let desk = Desk::with_tables("one example.com:ed:DIR/ed.private\nb b.test:ed:DIR/ed.private\n");
    assert_eq!(desk.rotate(&[]).status, 0);
    assert_eq!(
        desk.read("kt"),
        "one example.com:ed:DIR/ed.private\n#=successor one ed2 DIR/ed2.private\n\
         b b.test:ed:DIR/ed.private\n#=successor b ed2 DIR/ed2.private\n"
    );
    let record = desk.read("ed2.txt");
    for name in ["ed2._domainkey.b.test.\t", "ed2._domainkey.example.com.\t"] {
        assert!(record.contains(name), "{record}");
    }
    // Each finishes when it is published.
    desk.write("zone", "");
    desk.publish("ed2.txt");
    let zone = desk.read("zone");
    desk.write(
        "zone",
        &zone[..zone.find("ed2._domainkey.example.com.").unwrap()],
    );
    let Run { status, out, .. } = desk.rotate(&["--finish"]);
    assert_eq!(status, 1);
    assert!(
        out.contains("one: ed2 waits: ") && out.contains("b: ed2 signs for b.test"),
        "{out}"
    );
}

#[test]
fn the_key_of_key_file_is_rotated_in_opendkim_conf() {
    let desk = Desk::with_tables("");
    let conf =
        "Domain example.com\nSelector  ed # now\nKeyFile DIR/ed.private\nRequireSafeKeys no\n";
    desk.fill("conf", conf);
    assert_eq!(desk.rotate(&[]).status, 0);
    assert!(
        desk.read("conf")
            .contains("\n#=successor KeyFile ed2 DIR/ed2.private\n")
    );
    desk.publish("ed2.txt");
    assert_eq!(desk.rotate(&["--finish"]).status, 0);
    assert_eq!(
        desk.read("conf"),
        "Domain example.com\nSelector  ed2 # now\nKeyFile DIR/ed2.private\n\
         #=retired KeyFile ed 2026-12-08 DIR/ed.private\nRequireSafeKeys no\n"
    );
}

#[test]
fn a_link_to_a_table_goes_on_leading_to_it_and_a_failure_leaves_nothing() {
    let desk = Desk::with_tables("two example.com:ed:DIR/ed.private\n");
    let names = desk.names();
    let Run { status, err, .. } = desk.rotate(&["--next", "s1"]);
    assert_eq!(status, 2);
    assert!(err.ends_with("s1.private: is there already\n"), "{err}");
    assert_eq!(desk.names(), names);
    fs::rename(desk.path("kt"), desk.path("real")).unwrap();
    std::os::unix::fs::symlink(desk.path("real"), desk.path("kt")).unwrap();
    assert_eq!(desk.rotate(&[]).status, 0);
    assert!(fs::symlink_metadata(desk.path("kt")).unwrap().is_symlink());
    assert!(desk.read("real").contains("#=successor two ed2 "));
}

#[test]
fn what_cannot_be_rotated_is_remarked() {
    let desk = Desk::with_tables(
        "two example.com:ed:DIR/ed.private\nall %:ed:DIR/ed.private\nlost example.com:s:DIR/lost\n",
    );
    let Run { status, out, err } = desk.rotate(&[]);
    assert_eq!(status, 0);
    assert!(out.starts_with("two: ed2 is prepared"), "{out}");
    assert!(
        err.contains("all: is left out: ") && err.contains("lost: /"),
        "{err}"
    );
    desk.fill(
        "conf",
        "KeyTable csl:a=example.com:ed:DIR/ed.private\nSigningTable csl:*=a\n",
    );
    let line = refusal(&["dkim", "rotate", "-x", &desk.path("conf")]);
    assert!(line.contains("put the list into a file"), "{line}");
}

#[test]
fn where_no_key_can_be_rotated_the_end_says_why() {
    let desk = Desk::with_tables("lost example.com:s:DIR/lost\nall %:ed:DIR/ed.private\n");
    let Run { status, err, .. } = desk.rotate(&[]);
    assert_eq!(status, 2);
    let last = err.lines().last().unwrap();
    let (conf, lost) = (desk.path("conf"), desk.path("lost"));
    let start = format!("mailauth: {conf}: no key can be rotated: lost: {lost}: cannot be read: ");
    assert!(last.starts_with(&start), "{last}");
    assert!(last.ends_with("; 1 more above"), "{last}");

    let desk = Desk::with_tables(TWO);
    for (flag, value) in [("--domain", "example.org"), ("--selector", "s9")] {
        let conf = desk.path("conf");
        let line = refusal(&["dkim", "rotate", "-x", &conf, flag, value]);
        let expected = format!("mailauth: {conf}: no key has this {flag}\n");
        assert_eq!(line, expected.replace("this --", "this "));
    }
}

/// Only root may give files away.
#[test]
fn new_files_belong_to_the_owner_and_the_group_of_those_before_them() {
    use std::os::unix::fs::{MetadataExt, chown};

    let desk = Desk::with_tables(TWO);
    let given = [("kt", 60_001, 60_002), ("s1.private", 60_003, 60_004)];
    for (name, user, group) in given {
        if chown(desk.path(name), Some(user), Some(group)).is_err() {
            println!("SKIPPED: only root can give files to others");
            return;
        }
    }
    let Run { status, err, .. } = desk.rotate(&[]);
    assert_eq!((status, err.as_str()), (0, ""));
    let owners = [
        ("kt", 60_001, 60_002),
        ("s2.private", 60_003, 60_004),
        ("s2.txt", 60_003, 60_004),
    ];
    for (name, user, group) in owners {
        let metadata = fs::metadata(desk.path(name)).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (user, group), "{name}");
    }
}

#[test]
fn a_key_without_a_configuration_has_its_next_one_beside_it() {
    let desk = Desk::with_tables("");
    let here = desk.path("");
    let json = object(&[
        "dkim",
        "rotate",
        "-d",
        "example.com",
        "-s",
        "ed",
        "-D",
        &here,
        "--next",
        "20261124",
    ]);
    let row = &json["keys"][0];
    assert_eq!(
        keys(row),
        [
            "domain", "key", "next", "private", "publish", "reason", "record", "selector", "state",
            "until"
        ]
    );
    assert_eq!(
        (row["state"].as_str(), row["next"].as_str()),
        (Some("prepared"), Some("20261124"))
    );
    assert_eq!(
        row["publish"],
        fs::read_to_string(desk.path("20261124.txt")).unwrap()
    );
    assert_eq!(desk.mode("20261124.private"), 0o600);
    desk.publish("20261124.txt");
    answer(&[
        "dkim",
        "testkey",
        "-d",
        "example.com",
        "-s",
        "20261124",
        "-k",
        &desk.path("20261124.private"),
        "--zone",
        &desk.path("zone"),
    ]);
}

/// Whoever comes second is told to try again, and what the first one wrote stays.
#[test]
fn of_many_at_once_nobody_loses_a_line_and_nobody_leaves_a_key() {
    let keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let entries = keys.map(|name| format!("{name} example.com:{name}1:DIR/{name}1.private\n"));
    let desk = Desk::with_tables(&entries.concat());
    let key = fs::read(desk.path("ed.private")).unwrap();
    for name in keys {
        fs::write(desk.path(&format!("{name}1.private")), &key).unwrap();
    }
    let done = std::thread::scope(|scope| {
        let all = keys.map(|name| {
            let desk = &desk;
            scope.spawn(move || desk.rotate(&["-s", &format!("{name}1")]).status)
        });
        all.map(|one| one.join().unwrap())
    });
    let table = desk.read("kt");
    for (name, status) in keys.into_iter().zip(done) {
        let is_done = status == 0;
        assert!(is_done || status == 2, "{name}: {status}");
        let mark = format!("#=successor {name} {name}2 DIR/{name}2.private\n");
        assert_eq!(table.contains(&mark), is_done, "{name}: {table}");
        let names = desk.names();
        assert_eq!(names.contains(&format!("{name}2.private")), is_done);
        assert_eq!(names.contains(&format!("{name}2.txt")), is_done);
    }
    assert!(done.contains(&0));
}
