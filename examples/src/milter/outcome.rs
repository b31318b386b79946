//! What the mail server is told to do with a message.

use milter_proto::reply::{CustomReply, EnhancedCode};
use milter_proto::{Edits, Reply};

use super::conf::OnAction;

/// What becomes of a message: changes first, then the reply.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) edits: Edits,
    pub(super) reply: Reply,
}

impl Outcome {
    /// The message passes, with these changes.
    pub(super) fn accept(edits: Edits) -> Self {
        let reply = Reply::Accept;
        Self { edits, reply }
    }

    /// Does what is configured for an occasion, for a reason that the sender is told; `edits` are
    /// made if the message goes on.
    pub(super) fn of(action: OnAction, trouble: Trouble, why: &str, mut edits: Edits) -> Self {
        let reply = match action {
            OnAction::Accept => Reply::Accept,
            OnAction::Discard => Reply::Discard,
            // A reason that cannot be told is no reason to let it pass.
            OnAction::Quarantine => match edits.quarantine(&printable(why)) {
                Ok(()) => Reply::Accept,
                Err(_) => trouble.tempfail(why),
            },
            OnAction::Reject => reject(why),
            OnAction::Tempfail => trouble.tempfail(why),
        };
        Self { edits, reply }
    }

    /// Whether it can be told before all of the message is there: only at its end can it be
    /// changed or held.
    pub(super) fn is_ready(&self) -> bool {
        self.edits.is_empty()
    }
}

/// What kind of thing went wrong, for the code of the reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Trouble {
    /// With a key or a signature: X.7.5 of RFC 3463 §3.8.
    Cryptographic,
    /// With anything else: X.7.0.
    Other,
}

impl Trouble {
    fn tempfail(self, why: &str) -> Reply {
        let detail = match self {
            Self::Cryptographic => 5,
            Self::Other => 0,
        };
        custom(451, EnhancedCode::new(4, 7, detail), why, Reply::TempFail)
    }
}

fn reject(why: &str) -> Reply {
    custom(550, EnhancedCode::new(5, 7, 0), why, Reply::Reject)
}

/// A reply with a text; one that cannot be said is the plain one.
fn custom(code: u16, enhanced: Option<EnhancedCode>, why: &str, plain: Reply) -> Reply {
    CustomReply::new(code, enhanced, [printable(why)]).map_or(plain, Into::into)
}

/// Text as a reply can hold it (RFC 5321 §4.2), and no longer than a line.
fn printable(text: &str) -> String {
    let shown = text.chars().map(|character| match character {
        ' '..='~' => character,
        _ => '?',
    });
    shown.take(LONGEST_REASON).collect()
}

/// A line of a reply has 512 octets with its codes (RFC 5321 §4.5.3.1.5).
const LONGEST_REASON: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(action: OnAction, trouble: Trouble) -> Outcome {
        Outcome::of(action, trouble, "no\r\nkey é", Edits::default())
    }

    fn reply(code: u16, enhanced: &str) -> Reply {
        let enhanced = Some(enhanced.parse().unwrap());
        CustomReply::new(code, enhanced, ["no??key ?"])
            .unwrap()
            .into()
    }

    #[test]
    fn each_action_has_its_reply() {
        use Trouble::{Cryptographic, Other};

        for (action, trouble, expected) in [
            (OnAction::Accept, Other, Reply::Accept),
            (OnAction::Discard, Other, Reply::Discard),
            (OnAction::Reject, Other, reply(550, "5.7.0")),
            (OnAction::Reject, Cryptographic, reply(550, "5.7.0")),
            (OnAction::Tempfail, Other, reply(451, "4.7.0")),
            (OnAction::Tempfail, Cryptographic, reply(451, "4.7.5")),
        ] {
            let outcome = of(action, trouble);
            assert_eq!(outcome.reply, expected, "{action:?}");
            assert!(outcome.is_ready());
        }
        let held = of(OnAction::Quarantine, Other);
        assert_eq!(held.reply, Reply::Accept);
        assert!(!held.is_ready());
    }
}
