//! RFC 9989 §4.7, §4.8 and §4.10 as they are read, over a whole zone of text.

use std::collections::BTreeMap;

use dmarc::Mechanism;

/// What stands at a `_dmarc` name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Reply {
    Failed,
    NoName,
    /// Possibly none: the name exists.
    Texts(Vec<String>),
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    /// By domain; what is not there does not exist.
    pub(crate) records: BTreeMap<String, Reply>,
    /// Whether the domain of the author exists by itself.
    pub(crate) author_exists: bool,
}

/// What a check is to find.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Found {
    pub(crate) verdict: &'static str,
    pub(crate) policy: Option<&'static str>,
    pub(crate) record_domain: Option<String>,
    pub(crate) organization: Option<String>,
}

type Tags = BTreeMap<String, String>;

/// §4.8: the tags of a record, the first of each name; `None` if `v=DMARC1` is not the first.
fn tags(text: &str) -> Option<Tags> {
    let mut tags = Tags::new();
    for (place, item) in text.split(';').enumerate() {
        let item = item.trim_matches([' ', '\t']);
        let pair = item.split_once('=');
        let pair = pair.map(|(name, value)| {
            let trimmed = |text: &str| text.trim_matches([' ', '\t']).to_owned();
            (trimmed(name).to_ascii_lowercase(), trimmed(value))
        });
        if place == 0 && pair != Some(("v".into(), "DMARC1".into())) {
            return None;
        }
        if let Some((name, value)) = pair {
            tags.entry(name).or_insert(value);
        }
    }
    Some(tags)
}

/// §4.10 step 2: the one record at a name.
fn single(world: &World, domain: &str) -> Option<Tags> {
    let Some(Reply::Texts(texts)) = world.records.get(domain) else {
        return None;
    };
    let mut records = texts.iter().filter_map(|text| tags(text));
    let record = records.next()?;
    records.next().is_none().then_some(record)
}

fn is(tags: &Tags, name: &str, word: &str) -> bool {
    tags.get(name)
        .is_some_and(|value| value.eq_ignore_ascii_case(word))
}

fn last(name: &str, labels: usize) -> String {
    let all: Vec<&str> = name.split('.').collect();
    all[all.len() - labels..].join(".")
}

/// §4.10: the names that a walk may ask for.
pub(crate) fn walk(start: &str) -> Vec<String> {
    let labels = start.split('.').count();
    let mut names = vec![start.to_owned()];
    let next = if labels < 8 { labels - 1 } else { 7 };
    names.extend((1..=next).rev().map(|labels| last(start, labels)));
    names
}

/// The records on the way, up to the first with a `psd` of `y` or `n`.
fn collected(world: &World, start: &str) -> Vec<(String, Tags)> {
    let mut records = Vec::new();
    for name in walk(start) {
        let Some(record) = single(world, &name) else {
            continue;
        };
        let stops = is(&record, "psd", "y") || is(&record, "psd", "n");
        records.push((name, record));
        if stops {
            break;
        }
    }
    records
}

/// §4.10.2: the organizational domain, and the public suffix domain above it if that was found.
fn organization(world: &World, start: &str) -> (String, Option<(String, Tags)>) {
    let records = collected(world, start);
    for (name, record) in &records {
        if is(record, "psd", "n") {
            return (name.clone(), None);
        }
        if is(record, "psd", "y") && name != start {
            let below = last(start, name.split('.').count() + 1);
            return (below, Some((name.clone(), record.clone())));
        }
    }
    let shortest = records.last().map(|(name, _)| name.clone());
    (shortest.unwrap_or_else(|| start.to_owned()), None)
}

fn word(text: &str) -> Option<&'static str> {
    let mut words = ["none", "quarantine", "reject"].into_iter();
    words.find(|word| word.eq_ignore_ascii_case(text))
}

/// §4.10.1: `p`, `sp` and `np` with what stands in for them; `None` if nothing is to be done.
fn policies(tags: &Tags) -> Option<[&'static str; 3]> {
    let sound = || {
        let p = word(tags.get("p")?)?;
        let sp = match tags.get("sp") {
            None => p,
            Some(text) => word(text)?,
        };
        let np = match tags.get("np") {
            None => sp,
            Some(text) => word(text)?,
        };
        Some([p, sp, np])
    };
    let has_place = || {
        let places = tags.get("rua").map(String::as_str).unwrap_or_default();
        places.split(',').any(|place| place.contains(':'))
    };
    sound().or_else(|| has_place().then_some(["none"; 3]))
}

/// The whole of it, for identifiers that are all authenticated.
pub(crate) fn evaluate(author: &str, identifiers: &[(Mechanism, String)], world: &World) -> Found {
    let (organization, suffix) = organization(world, author);
    // §4.10.1: the author's, else that of the organization, if the walk asks for it, else that of
    // the public suffix domain.
    let asked = walk(author);
    let at = |name: &String| Some((name.clone(), single(world, name)?));
    let source = at(&author.to_owned())
        .or_else(|| at(&organization).filter(|(name, _)| asked.contains(name)))
        .or(suffix);
    let mut found = Found {
        verdict: "none",
        policy: None,
        record_domain: None,
        organization: Some(organization.clone()),
    };
    let Some((record_domain, record)) = source else {
        return found;
    };
    found.record_domain = Some(record_domain.clone());
    let Some([p, sp, np]) = policies(&record) else {
        found.verdict = "permerror";
        return found;
    };
    // §3.2.13: only NXDOMAIN is non-existence, and what is below a name makes it exist.
    let exists = world.author_exists || matches!(world.records.get(author), Some(Reply::Texts(_)));
    let published = match (record_domain == author, exists) {
        (true, _) => p,
        (false, true) => sp,
        (false, false) => np,
    };
    let lowered = match published {
        "reject" => "quarantine",
        _ => "none",
    };
    found.policy = Some(match is(&record, "t", "y") {
        true => lowered,
        false => published,
    });
    let aligned = identifiers.iter().any(|(mechanism, domain)| {
        let mode = match mechanism {
            Mechanism::Dkim => "adkim",
            Mechanism::Spf => "aspf",
        };
        domain == author
            || !is(&record, mode, "s") && self::organization(world, domain).0 == organization
    });
    found.verdict = if aligned { "pass" } else { "fail" };
    found
}
