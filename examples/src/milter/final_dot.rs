//! Names that end with a dot, as in zone files.

/// That a name in a list ends so, where neither authors nor clients have such names.
pub(super) fn idle(key: &str) -> Option<String> {
    let name = key.strip_suffix('.')?;
    // A lone dot is no name, and what stands behind a backslash or a bracket may be anything.
    name.ends_with(char::is_alphanumeric)
        .then(|| format!("{key} matches nothing: here names end without a dot; write {name}"))
}
