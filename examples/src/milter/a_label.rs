//! Domains that are written in their own letters, where the DNS has them in ASCII.

use dns_txt::Domain;

/// An address, a host, or a pattern of either, with the labels of its host as the DNS has them.
///
/// Authors are looked up so, however the mail spells them, since a signature can name its domain in
/// no other way (RFC 8616 §5). What is no label, such as a part of a pattern, stays as it is.
pub(super) fn with_a_labels(key: &str) -> String {
    let host = key.rfind('@').map_or(0, |at| at + 1);
    let (user, host) = key.split_at(host);
    let labels = host
        .split('.')
        .map(|label| match Domain::from_unicode(label) {
            Ok(converted) if !label.is_ascii() => converted.to_string(),
            _ => label.to_owned(),
        });
    user.to_owned() + &labels.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_a_host_are_those_of_the_dns_and_nothing_else_changes() {
        for (key, expected) in [
            ("bücher.example", "xn--bcher-kva.example"),
            ("*@*.BÜCHER.Example", "*@*.xn--bcher-kva.Example"),
            (".bücher.example", ".xn--bcher-kva.example"),
            ("bücher@example.com", "bücher@example.com"),
            ("bücher@bücher.example", "bücher@xn--bcher-kva.example"),
            ("*@(bücher|a).example", "*@(bücher|a).example"),
            ("a@b@..ex*mple", "a@b@..ex*mple"),
            ("", ""),
            ("@", "@"),
        ] {
            assert_eq!(with_a_labels(key), expected);
        }
    }
}
