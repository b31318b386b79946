//! What is wanted of a mail server.

use milter_proto::{Actions, Config, MacroLists, Stage, Steps};

use super::snapshot::Snapshot;

/// Only the client, the end of the header and that of the message are answered: everything else
/// needs no round trip.
pub(super) fn config(snapshot: &Snapshot) -> Config {
    let steps = Steps::LEADING_SPACE
        | Steps::NO_DATA
        | Steps::NO_REPLY_BODY
        | Steps::NO_REPLY_HEADER
        | Steps::NO_REPLY_HELO
        | Steps::NO_REPLY_MAIL
        | Steps::NO_REPLY_RCPT
        | Steps::NO_UNKNOWN;
    Config::new(Actions::ADD_HEADERS | Actions::CHANGE_HEADERS)
        .macros(macros(snapshot))
        .steps(steps)
        .wishes(Actions::QUARANTINE)
}

/// The macros that decide, where the decision is made: a mail server may be configured to tell
/// fewer by itself. Those of other stages come as it is configured, since a list stands in the place
/// of what would come without one.
fn macros(snapshot: &Snapshot) -> MacroLists {
    let mut names = ALWAYS.map(String::from).to_vec();
    let mut lists = list(&names).unwrap_or_default();
    for entry in snapshot.macros.iter().flat_map(|list| list.entries()) {
        names.push(match entry.key.len() {
            1 => entry.key.clone(),
            _ => format!("{{{}}}", entry.key),
        });
        // What cannot be the name of a macro is never told, and what is too much comes if it does.
        match list(&names) {
            Some(longer) => lists = longer,
            None => drop(names.pop()),
        }
    }
    lists
}

fn list(names: &[String]) -> Option<MacroLists> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    MacroLists::default().with(Stage::EndOfHeader, &names).ok()
}

const ALWAYS: [&str; 4] = ["i", "j", "{auth_type}", "{daemon_name}"];
