use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use dns_txt::{Domain, Failure, Zone};

use super::*;
use crate::milter::{Action, Author, Client};

const CONF: &str = "KeyTable DIR/kt\nSigningTable refile:DIR/st\n";

const PENDING_KEY: &str = "ex example.com:old:DIR/rsa.pem\n#=successor ex new DIR/ed.pem\n";

/// A directory with keys, tables and an opendkim.conf.
struct Site(tempfile::TempDir);

impl Site {
    fn new(key_table: &str) -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/dkim-sign/testdata");
        for (name, file) in [
            ("rsa.pem", "test-rsa2048-pkcs1.pem"),
            ("ed.pem", "test-ed25519-pkcs8.pem"),
        ] {
            site.write(name, &fs::read_to_string(testdata.join(file)).unwrap());
        }
        site.write("kt", key_table);
        site.write("st", "*@example.com ex\n");
        site.write("conf", CONF);
        site
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        let text = text.replace("DIR", &self.0.path().display().to_string());
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn snapshot(&self) -> Snapshot {
        let snapshot = Snapshot::read(&self.0.path().join("conf")).unwrap();
        Arc::unwrap_or_clone(snapshot)
    }
}

/// What signs for a domain.
fn selector(snapshot: &Snapshot, domain: &str) -> String {
    let domain: Domain = domain.parse().unwrap();
    let client = Client {
        name: "localhost",
        address: Some("127.0.0.1".parse().unwrap()),
        macros: &[],
    };
    let author = Author {
        local_part: "amy",
        domain: &domain,
    };
    match snapshot.decide(&client, Some(author)).action {
        Action::Sign(signings) => signings
            .iter()
            .map(|signing| {
                assert_eq!(
                    signing.request.algorithm(),
                    dkim_sign::SignMessage::algorithm(&*signing.key)
                );
                signing.request.selector().to_string()
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}

/// A zone that shows the record of each successor.
fn published(snapshot: &Snapshot) -> Zone {
    let records = snapshot
        .successors()
        .map(|next| format!("{}. TXT \"{}\"\n", next.question().name(), next.record()));
    records.collect::<String>().parse().unwrap()
}

/// Asks what is due, and gives the log.
fn ask(rotation: &mut Rotation, now: u64, answer: impl Fn(&Question) -> Answer) -> Vec<String> {
    let now = Duration::from_secs(now);
    let questions = rotation.poll_questions(now).into_iter();
    let switches = questions.flat_map(|question| {
        let answer = answer(&question);
        rotation.answer(&question, &answer, now)
    });
    switches.map(|switch| switch.to_string()).collect()
}

#[test]
fn a_successor_signs_once_its_record_is_shown_and_goes_on_while_it_is() {
    let site = Site::new(PENDING_KEY);
    let snapshot = site.snapshot();
    assert_eq!(snapshot.warnings(), []);
    let zone = published(&snapshot);
    let mut rotation = Rotation::default();
    rotation.adopt(&snapshot);
    assert_eq!(rotation.next_due(), Some(Duration::ZERO));
    assert!(ask(&mut rotation, 10, |_| Answer::NoSuchName).is_empty());
    assert_eq!(selector(&snapshot.rotated(&rotation), "example.com"), "old");
    // Not before its time.
    assert_eq!(rotation.next_due(), Some(Duration::from_secs(310)));
    assert!(ask(&mut rotation, 309, |question| zone.answer(question)).is_empty());
    let log = ask(&mut rotation, 310, |question| zone.answer(question));
    assert_eq!(
        log,
        [
            "key ex: example.com signs with new from now on, which is published, and no longer with \
          old; leave the record of old where it is"
        ]
    );
    assert_eq!(selector(&snapshot.rotated(&rotation), "example.com"), "new");
    // The snapshot that others still hold does not change.
    assert_eq!(selector(&snapshot, "example.com"), "old");
    // It is told once, and whoever does not answer changes nothing.
    assert_eq!(rotation.next_due(), Some(Duration::from_secs(3910)));
    assert!(ask(&mut rotation, 3910, |question| zone.answer(question)).is_empty());
    for now in [10_000, 20_000, 30_000] {
        assert!(ask(&mut rotation, now, |_| Answer::Failed(Failure::Timeout)).is_empty());
    }
    assert_eq!(selector(&snapshot.rotated(&rotation), "example.com"), "new");
}

#[test]
fn only_its_own_record_and_no_other_beside_it_counts() {
    let site = Site::new(PENDING_KEY);
    let snapshot = site.snapshot();
    let name = snapshot
        .successors()
        .next()
        .unwrap()
        .question()
        .name()
        .clone();
    let own = snapshot.successors().next().unwrap().record().to_string();
    let mut rotation = Rotation::default();
    rotation.adopt(&snapshot);
    for (index, records) in [
        format!("{name}. TXT \"v=DKIM1; k=ed25519; p=\"\n"),
        format!(
            "{name}. TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHUAA=\"\n"
        ),
        format!("{name}. TXT \"{own}\"\n{name}. TXT \"{own} \"\n"),
        format!("{name}. TXT \"spam\"\n"),
        format!("{name}. A 192.0.2.1\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let zone: Zone = records.parse().unwrap();
        let now = 1000 * (index as u64 + 1);
        assert!(
            ask(&mut rotation, now, |question| zone.answer(question)).is_empty(),
            "{records}"
        );
        assert_eq!(selector(&snapshot.rotated(&rotation), "example.com"), "old");
    }
}

#[test]
fn a_record_that_is_gone_twice_lets_the_old_key_sign_again() {
    let site = Site::new(PENDING_KEY);
    let snapshot = site.snapshot();
    let zone = published(&snapshot);
    let mut rotation = Rotation::default();
    rotation.adopt(&snapshot);
    let shown = |question: &Question| zone.answer(question);
    assert_eq!(ask(&mut rotation, 0, shown).len(), 1);
    assert!(ask(&mut rotation, 10_000, |_| Answer::NO_DATA).is_empty());
    // Seen again: one name server was behind.
    assert!(ask(&mut rotation, 20_000, shown).is_empty());
    assert!(ask(&mut rotation, 30_000, |_| Answer::NO_DATA).is_empty());
    assert_eq!(rotation.next_due(), Some(Duration::from_secs(30_300)));
    assert_eq!(
        ask(&mut rotation, 30_300, |_| Answer::NO_DATA),
        ["key ex: example.com signs with old again and no longer with new: there is no record"]
    );
    assert_eq!(selector(&snapshot.rotated(&rotation), "example.com"), "old");
    assert_eq!(ask(&mut rotation, 40_000, shown).len(), 1);
}

#[test]
fn a_question_that_nobody_answers_comes_again() {
    let site = Site::new(PENDING_KEY);
    let mut rotation = Rotation::default();
    assert_eq!(rotation.next_due(), None);
    rotation.adopt(&site.snapshot());
    assert_eq!(rotation.poll_questions(Duration::ZERO).len(), 1);
    assert!(rotation.poll_questions(Duration::from_secs(299)).is_empty());
    assert_eq!(rotation.poll_questions(Duration::from_secs(300)).len(), 1);
}

#[test]
fn what_was_learned_outlives_the_snapshot_unless_the_key_changes() {
    let site = Site::new(PENDING_KEY);
    let snapshot = site.snapshot();
    let zone = published(&snapshot);
    let mut rotation = Rotation::default();
    rotation.adopt(&snapshot);
    assert_eq!(
        ask(&mut rotation, 5, |question| zone.answer(question)).len(),
        1
    );
    site.write("kt", &format!("# read again\n{PENDING_KEY}"));
    let again = site.snapshot();
    rotation.adopt(&again);
    assert_eq!(selector(&again.rotated(&rotation), "example.com"), "new");
    assert_eq!(rotation.next_due(), Some(Duration::from_secs(3605)));
    // Under the same name another key, which is not published.
    site.write("kt", &PENDING_KEY.replace("ed.pem", "rsa.pem"));
    let other = site.snapshot();
    rotation.adopt(&other);
    assert_eq!(selector(&other.rotated(&rotation), "example.com"), "old");
    assert_eq!(rotation.next_due(), Some(Duration::ZERO));
    // No longer pending: the table names it.
    site.write("kt", "ex example.com:new:DIR/ed.pem\n");
    rotation.adopt(&site.snapshot());
    assert_eq!(rotation.next_due(), None);
}

#[test]
fn each_domain_of_a_key_file_turns_by_itself() {
    let site = Site::new("");
    site.write(
        "conf",
        "Domain example.com,b.test,*\nSelector old\nKeyFile DIR/rsa.pem\n\
         #=successor KeyFile new DIR/ed.pem\n",
    );
    let snapshot = site.snapshot();
    let zone = published(&snapshot);
    let mut rotation = Rotation::default();
    rotation.adopt(&snapshot);
    let log = ask(&mut rotation, 0, |question| match question.to_string() {
        name if name.contains("b.test") => Answer::NoSuchName,
        _ => zone.answer(question),
    });
    assert_eq!(log.len(), 1);
    let snapshot = snapshot.rotated(&rotation);
    assert_eq!(selector(&snapshot, "example.com"), "new");
    assert_eq!(selector(&snapshot, "b.test"), "old");
    assert_eq!(selector(&snapshot, "c.test"), "old");
}

#[test]
fn a_successor_that_cannot_be_used_is_warned_of_and_stops_nothing() {
    let site = Site::new(
        "ex example.com:old:DIR/rsa.pem\nall %:old:DIR/rsa.pem\n#=successor ex new DIR/none\n\
         #=successor all new DIR/ed.pem\n#=successor who new DIR/ed.pem\n#=next\n\
         #=retired ex older 2026-12-31 DIR/none\n",
    );
    let snapshot = site.snapshot();
    assert_eq!(snapshot.successors().count(), 0);
    let warnings = snapshot.warnings().iter().map(ToString::to_string);
    let warnings: Vec<String> = warnings
        .filter(|warning| warning.contains("/kt:"))
        .collect();
    let expected = [
        "kt:3: ",
        "kt:4: all signs for the author's domain (%), so no record can be looked for",
        "kt:5: the KeyTable has no key who to succeed",
        "kt:6: expected #=successor or #=retired",
    ];
    assert_eq!(warnings.len(), expected.len(), "{warnings:#?}");
    for (warning, expected) in warnings.iter().zip(expected) {
        assert!(warning.contains(expected), "{warning}");
    }
    assert_eq!(selector(&snapshot, "example.com"), "old");
}
