//! What an MTA tells beside its commands: macros, each a name and a value.

mod lists;

use alloc::vec::Vec;
use core::fmt;

use memchr::memchr;

pub use self::lists::{MacroListError, MacroLists};
use crate::command::Quoted;

/// When macros are told.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "the stages that libmilter knows")]
pub enum Stage {
    /// With the client.
    Connect,
    /// With its greeting.
    Helo,
    /// With the sender.
    Mail,
    /// With a recipient.
    Rcpt,
    /// With DATA.
    Data,
    /// With the end of the header.
    EndOfHeader,
    /// With the end of the message.
    EndOfMessage,
}

impl Stage {
    /// All, in their order.
    const ALL: [Self; 7] = [
        Self::Connect,
        Self::Helo,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::EndOfHeader,
        Self::EndOfMessage,
    ];

    /// The number that stands for it in a list of macros (`SMFIM_*` of libmilter).
    const fn number(self) -> u32 {
        match self {
            Self::Connect => 0,
            Self::Helo => 1,
            Self::Mail => 2,
            Self::Rcpt => 3,
            Self::Data => 4,
            Self::EndOfMessage => 5,
            Self::EndOfHeader => 6,
        }
    }
}

/// The macros that hold now.
///
/// Those told with the client hold for the connection, those with a greeting until the next;
/// the others to the end of the message, so that `{auth_type}`, which comes with the sender, is
/// there to the last. Those told with a recipient are replaced by those of the next one.
///
/// A name may be written with braces or without: `{auth_type}` and `auth_type`, `i` and `{i}` are
/// the same.
#[derive(Clone, Default)]
pub struct Macros {
    /// The stage of the macros told last, if their command can only be the next.
    ahead: Option<Stage>,
    slots: [Slot; Stage::ALL.len()],
}

impl Macros {
    /// The value told last, by stage: of two that hold, that of the later stage counts. So the
    /// queue id `i`, which Postfix does not know before the first recipient, is right from there.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.slots.iter().rev().find_map(|slot| slot.get(name))
    }

    /// The value told at a stage.
    pub fn at(&self, stage: Stage, name: &str) -> Option<&[u8]> {
        self.slot(stage).get(name)
    }

    /// All names without their braces, and values, told at a stage.
    pub fn told_at(&self, stage: Stage) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.slot(stage).pairs()
    }

    /// Takes macros for the command of a stage, which is the next one, in the place of those
    /// before. `false`, and nothing is kept, if all together would be more octets than the limit.
    ///
    /// An MTA tells them even if it leaves out the command.
    pub(crate) fn tell(&mut self, stage: Stage, octets: &[u8], limit: usize) -> bool {
        let others = Stage::ALL.iter().filter(|&&other| other != stage);
        let kept: usize = others.map(|&other| self.slot(other).octets.len()).sum();
        if octets.len() > limit.saturating_sub(kept) {
            return false;
        }
        let slot = self.slot_mut(stage);
        slot.octets.clear();
        slot.octets.extend_from_slice(octets);
        self.ahead = Some(stage);
        true
    }

    /// The command of a stage is there: macros of an earlier one are over, unless they were told
    /// again. A greeting and a sender end the message before them.
    pub(crate) fn begin(&mut self, stage: Stage) {
        let told = self.ahead.take() == Some(stage);
        let is_over = |other: &Stage| match stage {
            Stage::Helo | Stage::Mail => *other >= Stage::Mail || *other == stage,
            _ => *other == stage,
        };
        for over in Stage::ALL.into_iter().filter(is_over) {
            if over != stage || !told {
                self.slot_mut(over).clear();
            }
        }
    }

    /// Forgets what is told with messages.
    pub(crate) fn end_message(&mut self) {
        self.ahead = None;
        for stage in Stage::ALL.into_iter().filter(|it| *it >= Stage::Mail) {
            self.slot_mut(stage).clear();
        }
    }

    fn slot(&self, stage: Stage) -> &Slot {
        let [
            connect,
            helo,
            mail,
            rcpt,
            data,
            end_of_header,
            end_of_message,
        ] = &self.slots;
        match stage {
            Stage::Connect => connect,
            Stage::Helo => helo,
            Stage::Mail => mail,
            Stage::Rcpt => rcpt,
            Stage::Data => data,
            Stage::EndOfHeader => end_of_header,
            Stage::EndOfMessage => end_of_message,
        }
    }

    fn slot_mut(&mut self, stage: Stage) -> &mut Slot {
        let [
            connect,
            helo,
            mail,
            rcpt,
            data,
            end_of_header,
            end_of_message,
        ] = &mut self.slots;
        match stage {
            Stage::Connect => connect,
            Stage::Helo => helo,
            Stage::Mail => mail,
            Stage::Rcpt => rcpt,
            Stage::Data => data,
            Stage::EndOfHeader => end_of_header,
            Stage::EndOfMessage => end_of_message,
        }
    }
}

impl fmt::Debug for Macros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = Stage::ALL.iter().map(|stage| (stage, self.slot(*stage)));
        f.debug_map().entries(told).finish()
    }
}

/// The macros of one stage.
#[derive(Clone, Default)]
struct Slot {
    /// Names and values as they came, each with its NUL.
    octets: Vec<u8>,
}

impl Slot {
    /// Forgets all, and keeps room for as much as is usual.
    fn clear(&mut self) {
        self.octets.clear();
        self.octets.shrink_to(USUAL);
    }

    fn get(&self, name: &str) -> Option<&[u8]> {
        let name = bare(name.as_bytes());
        let mut found = self.pairs().filter(|&(told, _)| told == name);
        found.next().map(|(_, value)| value)
    }

    fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut texts = Texts(&self.octets);
        core::iter::from_fn(move || Some((bare(texts.next()?), texts.next()?)))
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self
            .pairs()
            .map(|(name, value)| (Quoted(name), Quoted(value)));
        f.debug_map().entries(pairs).finish()
    }
}

/// Octets of the macros of a stage: Postfix tells some hundred.
const USUAL: usize = 1024;

/// Texts with a NUL behind each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Texts<'i>(pub(crate) &'i [u8]);

impl<'i> Iterator for Texts<'i> {
    type Item = &'i [u8];

    fn next(&mut self) -> Option<&'i [u8]> {
        let end = memchr(0, self.0)?;
        let (text, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.get(1..).unwrap_or_default();
        Some(text)
    }
}

/// A name without its braces.
fn bare(name: &[u8]) -> &[u8] {
    let inner = name.strip_prefix(b"{").and_then(|it| it.strip_suffix(b"}"));
    inner.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_stage_counts() {
        let mut macros = Macros::default();
        assert!(macros.tell(Stage::Mail, b"i\0one\0{auth_type}\0PLAIN\0", 100));
        assert!(macros.tell(Stage::EndOfMessage, b"i\0two\0", 100));
        assert_eq!(macros.get("i"), Some(&b"two"[..]));
        assert_eq!(macros.at(Stage::Mail, "{i}"), Some(&b"one"[..]));
        assert_eq!(macros.get("auth_type"), Some(&b"PLAIN"[..]));
        assert_eq!(macros.get("{auth_type}"), Some(&b"PLAIN"[..]));
        assert_eq!(macros.get("auth"), None);
        let told: Vec<_> = macros.told_at(Stage::Mail).collect();
        assert_eq!(told, [(&b"i"[..], &b"one"[..]), (b"auth_type", b"PLAIN")]);
    }

    #[test]
    fn macros_of_a_recipient_end_with_the_next() {
        let mut macros = Macros::default();
        assert!(macros.tell(Stage::Rcpt, b"{rcpt_addr}\0a\0", 100));
        macros.begin(Stage::Rcpt);
        assert_eq!(macros.get("rcpt_addr"), Some(&b"a"[..]));
        macros.begin(Stage::Rcpt);
        assert_eq!(macros.get("rcpt_addr"), None);
    }

    #[test]
    fn a_sender_ends_the_message_before_it() {
        let mut macros = Macros::default();
        assert!(macros.tell(Stage::Connect, b"j\0mx\0", 100));
        macros.begin(Stage::Connect);
        assert!(macros.tell(Stage::Rcpt, b"i\0one\0", 100));
        macros.begin(Stage::Rcpt);
        assert!(macros.tell(Stage::Mail, b"i\0two\0", 100));
        macros.begin(Stage::Mail);
        assert_eq!(macros.get("i"), Some(&b"two"[..]));
        assert_eq!(macros.get("j"), Some(&b"mx"[..]));
        assert_eq!(macros.at(Stage::Rcpt, "i"), None);
    }

    #[test]
    fn macros_of_a_command_that_is_left_out_end_with_the_message() {
        let mut macros = Macros::default();
        assert!(macros.tell(Stage::Rcpt, b"i\0one\0", 100));
        macros.end_message();
        assert_eq!(macros.get("i"), None);
        assert!(macros.tell(Stage::Rcpt, b"i\0one\0", 100));
        assert!(macros.tell(Stage::Mail, b"", 100));
        macros.begin(Stage::Mail);
        assert_eq!(macros.get("i"), None);
    }

    #[test]
    fn a_greeting_replaces_the_one_before() {
        let mut macros = Macros::default();
        assert!(macros.tell(Stage::Helo, b"{tls_version}\0TLSv1.3\0", 100));
        macros.begin(Stage::Helo);
        assert_eq!(macros.get("{tls_version}"), Some(&b"TLSv1.3"[..]));
        macros.begin(Stage::Mail);
        assert_eq!(macros.get("{tls_version}"), Some(&b"TLSv1.3"[..]));
        macros.begin(Stage::Helo);
        assert_eq!(macros.get("{tls_version}"), None);
    }

    #[test]
    fn all_stages_share_the_limit() {
        let mut macros = Macros::default();
        assert!(macros.tell(Stage::Connect, b"j\x0012\0", 10));
        assert!(!macros.tell(Stage::Mail, b"i\x00123\0", 10));
        assert!(macros.tell(Stage::Mail, b"i\x0012\0", 10));
        assert!(macros.tell(Stage::Mail, b"i\x0034\0", 10));
        assert_eq!(macros.get("i"), Some(&b"34"[..]));
    }
}
