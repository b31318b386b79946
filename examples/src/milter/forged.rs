//! Results in our name that are none of ours.

use std::collections::HashMap;

use auth_results::AuthenticationResults;
use dkim_canon::{Header, HeaderReader};
use mail_address::rfc5322::Value;
use milter_proto::Edits;
use milter_proto::edit::EditError;

use super::live::Live;
use super::verify::CannotVerify;

/// Which fields of a header are to go: those in our name (RFC 8601 §5), and those in the names of
/// RemoveARFrom; none with KeepAuthResults.
pub(super) fn find(header: &Header<'_>, authserv_id: &Value<'_>, live: &Live) -> Vec<usize> {
    let snapshot = live.snapshot();
    if snapshot.settings().keep_auth_results {
        return Vec::new();
    }
    let fields = || header.fields().map(|field| (field.name(), field.value()));
    let mut found = auth_results::forged(fields(), authserv_id.as_str());
    for name in snapshot.remove_ar_from() {
        match name.strip_prefix('.') {
            None => found.extend(auth_results::forged(fields(), name)),
            Some(parent) => {
                let fields = header.fields().enumerate();
                let below = fields.filter(|(_, field)| {
                    field.is_named("Authentication-Results") && is_below(field.value(), parent)
                });
                found.extend(below.map(|(index, _)| index));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether results are in the name of a host below a domain.
fn is_below(value: &[u8], parent: &str) -> bool {
    let Ok(results) = AuthenticationResults::parse(value) else {
        return false;
    };
    let name = results.authserv_id.as_str().to_ascii_lowercase();
    let host = name.strip_suffix(parent);
    host.is_some_and(|host| host.ends_with('.'))
}

/// The deletions of these fields, each by its number among those of its name.
pub(super) fn deletions(header: &Header<'_>, indexes: &[usize]) -> Result<Edits, EditError> {
    let mut edits = Edits::default();
    let mut counts = HashMap::<Vec<u8>, u32>::new();
    for (index, field) in header.fields().enumerate() {
        let name = field.name_as_written().to_ascii_lowercase();
        let count = counts.entry(name).or_default();
        *count += 1;
        if indexes.binary_search(&index).is_ok() {
            edits.delete_header(field.name_as_written(), *count)?;
        }
    }
    Ok(edits)
}

/// The header without what claims to be ours in it, and the deletions of that; `None` if nothing
/// does. Fails if it cannot be deleted.
pub(super) fn removed(
    header: &Header<'_>,
    authserv_id: &Value<'_>,
    live: &Live,
) -> Result<Option<(Header<'static>, Edits)>, CannotVerify> {
    let indexes = find(header, authserv_id, live);
    if indexes.is_empty() {
        return Ok(None);
    }
    let mut reader = HeaderReader::new(usize::MAX);
    for (index, field) in header.fields().enumerate() {
        if indexes.binary_search(&index).is_err() {
            reader.field(field.name_as_written(), field.value())?;
        }
    }
    Ok(Some((reader.finish(), deletions(header, &indexes)?)))
}
