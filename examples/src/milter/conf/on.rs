//! What is done with a message when something is wrong with it (`On-…`).

/// What becomes of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "opendkim.conf(5) has these five")]
pub enum OnAction {
    /// It passes.
    Accept,
    /// It disappears.
    Discard,
    /// It is held.
    Quarantine,
    /// It is refused.
    Reject,
    /// It is refused for now.
    Tempfail,
}

impl OnAction {
    /// Reads the word or its first letter, in whatever case.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let actions = [
            ("accept", Self::Accept),
            ("discard", Self::Discard),
            ("quarantine", Self::Quarantine),
            ("reject", Self::Reject),
            ("tempfail", Self::Tempfail),
        ];
        let word = word.to_ascii_lowercase();
        let found = actions
            .into_iter()
            .find(|(name, _)| *name == word || name[..1] == word);
        found.map(|(_, action)| action)
    }
}

/// What is done on each occasion.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Actions {
    /// A signature does not fit the message.
    pub bad_signature: OnAction,
    /// A key could not be asked for just now.
    pub dns_error: OnAction,
    /// Something broke in here.
    pub internal_error: OnAction,
    /// The key of a signature does not exist.
    pub key_not_found: OnAction,
    /// There is no signature.
    pub no_signature: OnAction,
    /// The message has properties that smell of an attack.
    pub security: OnAction,
    /// Our own signature could not be made.
    pub signature_error: OnAction,
}

impl Actions {
    /// The same for all occasions (`On-Default`); lines that follow change single ones.
    pub(super) fn all(action: OnAction) -> Self {
        Self {
            bad_signature: action,
            dns_error: action,
            internal_error: action,
            key_not_found: action,
            no_signature: action,
            security: action,
            signature_error: action,
        }
    }
}

/// OpenDKIM's: what others did wrong passes, what may be better later has to come again, and what
/// should have been signed does not leave unsigned.
impl Default for Actions {
    fn default() -> Self {
        Self {
            bad_signature: OnAction::Accept,
            dns_error: OnAction::Tempfail,
            internal_error: OnAction::Tempfail,
            key_not_found: OnAction::Accept,
            no_signature: OnAction::Accept,
            security: OnAction::Tempfail,
            signature_error: OnAction::Reject,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_its_word_or_its_first_letter() {
        for (word, action) in [
            ("accept", Some(OnAction::Accept)),
            ("T", Some(OnAction::Tempfail)),
            ("Reject", Some(OnAction::Reject)),
            ("rej", None),
            ("bounce", None),
            ("", None),
        ] {
            assert_eq!(OnAction::parse(word), action, "{word}");
        }
    }
}
