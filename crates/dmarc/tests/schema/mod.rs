//! The schema of RFC 9990 (§3.1, appendix A), as tables.

use crate::xml::Element;

/// How often a child may stand there.
#[derive(Clone, Copy)]
enum Often {
    Any,
    AtLeastOnce,
    AtMostOnce,
    Once,
}

use Often::{Any, AtLeastOnce, AtMostOnce, Once};

/// What an element holds.
#[derive(Clone, Copy)]
enum Content {
    /// Children in the order of the table, which is that of the schema where it has a sequence.
    /// Elsewhere it has none, and the table is what we promise.
    Children(&'static [(&'static str, Often, &'static Self)]),
    Text,
    Number,
    Address,
    Word(&'static [&'static str]),
    /// Letters with colons between them, `0` and `1` not together (RFC 9989 §4.8).
    FailureOptions,
}

use Content::{Address, Children, FailureOptions, Number, Text, Word};

const FEEDBACK: Content = Children(&[
    ("version", AtMostOnce, &Word(&["1.0"])),
    ("report_metadata", Once, &METADATA),
    ("policy_published", Once, &PUBLISHED),
    ("extension", AtMostOnce, &Text),
    ("record", AtLeastOnce, &RECORD),
]);

const METADATA: Content = Children(&[
    ("org_name", Once, &Text),
    ("email", Once, &Text),
    ("extra_contact_info", AtMostOnce, &Text),
    ("report_id", Once, &Text),
    (
        "date_range",
        Once,
        &Children(&[("begin", Once, &Number), ("end", Once, &Number)]),
    ),
    ("error", AtMostOnce, &Text),
    ("generator", AtMostOnce, &Text),
]);

const POLICY: Content = Word(&["none", "quarantine", "reject"]);
const MODE: Content = Word(&["r", "s"]);

const PUBLISHED: Content = Children(&[
    ("domain", Once, &Text),
    ("discovery_method", AtMostOnce, &Word(&["psl", "treewalk"])),
    ("p", Once, &POLICY),
    ("sp", AtMostOnce, &POLICY),
    ("np", AtMostOnce, &POLICY),
    ("fo", AtMostOnce, &FailureOptions),
    ("adkim", AtMostOnce, &MODE),
    ("aspf", AtMostOnce, &MODE),
    ("testing", AtMostOnce, &Word(&["n", "y"])),
]);

const RECORD: Content = Children(&[
    (
        "row",
        Once,
        &Children(&[
            ("source_ip", Once, &Address),
            ("count", Once, &Number),
            ("policy_evaluated", Once, &EVALUATED),
        ]),
    ),
    (
        "identifiers",
        Once,
        &Children(&[
            ("header_from", Once, &Text),
            ("envelope_from", AtMostOnce, &Text),
            ("envelope_to", AtMostOnce, &Text),
        ]),
    ),
    (
        "auth_results",
        Once,
        &Children(&[("dkim", Any, &DKIM), ("spf", AtMostOnce, &SPF)]),
    ),
]);

const ALIGNED: Content = Word(&["fail", "pass"]);

const EVALUATED: Content = Children(&[
    (
        "disposition",
        Once,
        &Word(&["none", "pass", "quarantine", "reject"]),
    ),
    ("dkim", Once, &ALIGNED),
    ("spf", Once, &ALIGNED),
    (
        "reason",
        Any,
        &Children(&[
            (
                "type",
                Once,
                &Word(&[
                    "local_policy",
                    "mailing_list",
                    "other",
                    "policy_test_mode",
                    "trusted_forwarder",
                ]),
            ),
            ("comment", AtMostOnce, &Text),
        ]),
    ),
]);

const DKIM: Content = Children(&[
    ("domain", Once, &Text),
    ("selector", Once, &Text),
    (
        "result",
        Once,
        &Word(&[
            "none",
            "pass",
            "fail",
            "policy",
            "neutral",
            "temperror",
            "permerror",
        ]),
    ),
    ("human_result", AtMostOnce, &Text),
]);

const SPF: Content = Children(&[
    ("domain", Once, &Text),
    ("scope", AtMostOnce, &Word(&["mfrom"])),
    (
        "result",
        Once,
        &Word(&[
            "none",
            "pass",
            "fail",
            "softfail",
            "policy",
            "neutral",
            "temperror",
            "permerror",
        ]),
    ),
    ("human_result", AtMostOnce, &Text),
]);

/// What breaks the schema in a report, from its root on.
pub(crate) fn faults(root: &Element) -> Vec<String> {
    let mut faults = Vec::new();
    let namespace = ("xmlns".into(), "urn:ietf:params:xml:ns:dmarc-2.0".into());
    if root.name != "feedback" || root.attributes != [namespace] {
        faults.push(format!("<{}> {:?}", root.name, root.attributes));
    }
    content(root, &FEEDBACK, &mut faults);
    faults
}

fn content(element: &Element, expected: &Content, faults: &mut Vec<String>) {
    let Element { name, text, .. } = element;
    let Children(children) = expected else {
        if !element.children.is_empty() {
            faults.push(format!("<{name}> has elements"));
        }
        if !fits(text, expected) {
            faults.push(format!("<{name}>{text}"));
        }
        return;
    };
    if !text.trim_matches([' ', '\n']).is_empty() {
        faults.push(format!("<{name}> has text: {text}"));
    }
    let mut place = 0;
    for (child, often, inside) in children.iter() {
        let run = element.children.get(place..).unwrap_or_default();
        let count = run.iter().take_while(|next| next.name == *child).count();
        let fits = match often {
            Any => true,
            AtLeastOnce => count >= 1,
            AtMostOnce => count <= 1,
            Once => count == 1,
        };
        if !fits {
            faults.push(format!("{count} <{child}> in their place in <{name}>"));
        }
        for next in run.iter().take(count) {
            if !next.attributes.is_empty() {
                faults.push(format!("<{child}> has attributes"));
            }
            content(next, inside, faults);
        }
        place += count;
    }
    if let Some(stranger) = element.children.get(place) {
        faults.push(format!("<{}> out of place in <{name}>", stranger.name));
    }
}

fn fits(text: &str, expected: &Content) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    match expected {
        Children(_) | Text => true,
        Number => number(text),
        Address => text.parse::<core::net::IpAddr>().is_ok(),
        Word(words) => words.contains(&text),
        FailureOptions => {
            let letters: Vec<&str> = text.split(':').collect();
            let once = |letter: &&str| letters.iter().filter(|other| *other == letter).count() == 1;
            letters
                .iter()
                .all(|letter| ["0", "1", "d", "s"].contains(letter) && once(letter))
                && !(letters.contains(&"0") && letters.contains(&"1"))
        }
    }
}
