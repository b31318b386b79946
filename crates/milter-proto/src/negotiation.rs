//! What MTA and filter agree on before anything else.

use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;

use crate::flags::flags;
use crate::macros::MacroLists;
use crate::packet;

flags! {
    /// What a filter may do to a message (`SMFIF_*` of libmilter).
    Actions {
        /// Add and insert header fields.
        ADD_HEADERS = 0x0000_0001;
        /// Replace the body.
        CHANGE_BODY = 0x0000_0002;
        /// Add recipients.
        ADD_RCPTS = 0x0000_0004;
        /// Delete recipients.
        DELETE_RCPTS = 0x0000_0008;
        /// Change and delete header fields.
        CHANGE_HEADERS = 0x0000_0010;
        /// Put a message into quarantine.
        QUARANTINE = 0x0000_0020;
        /// Change the sender of the envelope.
        CHANGE_FROM = 0x0000_0040;
        /// Add recipients with parameters.
        ADD_RCPTS_WITH_PARAMETERS = 0x0000_0080;
        /// Say which macros are wanted. Asked for by the session when there are
        /// [lists](MacroLists) of them.
        SET_MACROS = 0x0000_0100;
    }
}

flags! {
    /// How the dialogue goes (`SMFIP_*` of libmilter): commands that are left out, commands that
    /// are not answered, and what else both sides understand.
    Steps {
        /// The client is not told.
        NO_CONNECT = 0x0000_0001;
        /// The client's greeting is not told.
        NO_HELO = 0x0000_0002;
        /// The sender is not told.
        NO_MAIL = 0x0000_0004;
        /// Recipients are not told.
        NO_RCPT = 0x0000_0008;
        /// The body is not told.
        NO_BODY = 0x0000_0010;
        /// Header fields are not told.
        NO_HEADERS = 0x0000_0020;
        /// The end of the header is not told.
        NO_END_OF_HEADER = 0x0000_0040;
        /// Header fields are not answered.
        NO_REPLY_HEADER = 0x0000_0080;
        /// Unknown commands are not told.
        NO_UNKNOWN = 0x0000_0100;
        /// DATA is not told.
        NO_DATA = 0x0000_0200;
        /// [`Reply::Skip`](crate::Reply::Skip) is understood.
        SKIP = 0x0000_0400;
        /// Recipients that the MTA has refused are told, too.
        REJECTED_RCPTS = 0x0000_0800;
        /// The client is not answered.
        NO_REPLY_CONNECT = 0x0000_1000;
        /// The greeting is not answered.
        NO_REPLY_HELO = 0x0000_2000;
        /// The sender is not answered.
        NO_REPLY_MAIL = 0x0000_4000;
        /// Recipients are not answered.
        NO_REPLY_RCPT = 0x0000_8000;
        /// DATA is not answered.
        NO_REPLY_DATA = 0x0001_0000;
        /// Unknown commands are not answered.
        NO_REPLY_UNKNOWN = 0x0002_0000;
        /// The end of the header is not answered.
        NO_REPLY_END_OF_HEADER = 0x0004_0000;
        /// Pieces of the body are not answered.
        NO_REPLY_BODY = 0x0008_0000;
        /// Values of header fields come and go with the blank behind the colon. Without it, it
        /// is not known whether there was one: what is signed or verified in the form "simple"
        /// (RFC 6376 §3.4.1) may then differ.
        LEADING_SPACE = 0x0010_0000;
    }
}

/// A version of the protocol. There was no fifth, and the first is of no use any more.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Version {
    /// Sendmail 8.11.
    V2,
    /// Unknown commands are told.
    V3,
    /// DATA is told.
    V4,
    /// Sendmail 8.14: everything else.
    V6,
}

impl Version {
    /// The highest that is not above the number; `None` if there is none.
    pub const fn at_most(number: u32) -> Option<Self> {
        match number {
            0 | 1 => None,
            2 => Some(Self::V2),
            3 => Some(Self::V3),
            4 | 5 => Some(Self::V4),
            6.. => Some(Self::V6),
        }
    }

    /// The number.
    pub const fn number(self) -> u32 {
        match self {
            Self::V2 => 2,
            Self::V3 => 3,
            Self::V4 => 4,
            Self::V6 => 6,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

/// What the MTA offers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Offer {
    pub(crate) version: u32,
    pub(crate) actions: Actions,
    pub(crate) steps: Steps,
}

/// What MTA and filter have agreed on: of what the filter wants, that which the MTA offers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Negotiated {
    /// The version: the highest that both know.
    pub version: Version,
    /// What may be done to messages.
    pub actions: Actions,
    /// How the dialogue goes.
    pub steps: Steps,
}

impl Negotiated {
    /// Takes of an offer what is wanted.
    pub(crate) fn new(
        offer: Offer,
        needs: Actions,
        wishes: Actions,
        steps: Steps,
    ) -> Result<Self, NegotiationError> {
        let version = Version::at_most(offer.version).ok_or(NegotiationError::Version {
            offered: offer.version,
        })?;
        if !offer.actions.contains(needs) {
            return Err(NegotiationError::Actions {
                missing: needs.difference(offer.actions),
            });
        }
        Ok(Self {
            version,
            actions: offer.actions.intersection(needs | wishes),
            steps: offer.steps.intersection(steps),
        })
    }

    /// Appends the filter's half of the negotiation.
    pub(crate) fn print(&self, lists: &MacroLists, out: &mut Vec<u8>) {
        let lists = match self.actions.contains(Actions::SET_MACROS) {
            true => lists.as_wire(),
            false => Vec::new(),
        };
        let version = self.version.number().to_be_bytes();
        let actions = self.actions.bits().to_be_bytes();
        let steps = self.steps.bits().to_be_bytes();
        packet::put(b'O', &[&version, &actions, &steps, &lists], out);
    }
}

/// Why nothing could be agreed on.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum NegotiationError {
    /// The MTA does not let filters do what this one must.
    #[error("the MTA does not offer {missing}")]
    Actions {
        /// What it does not offer of that which is needed.
        missing: Actions,
    },
    /// The MTA speaks only versions before the second.
    #[error("the MTA offers version {offered}, at least 2 is needed")]
    Version {
        /// The version offered.
        offered: u32,
    },
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    const OFFER: Offer = Offer {
        version: 6,
        actions: Actions::from_bits(0x1ff),
        steps: Steps::from_bits(0x1f_ffff),
    };

    #[test]
    fn the_answer_is_what_both_want() {
        let offer = Offer {
            steps: Steps::SKIP | Steps::NO_HELO,
            ..OFFER
        };
        let negotiated = Negotiated::new(
            offer,
            Actions::ADD_HEADERS,
            Actions::QUARANTINE,
            Steps::SKIP | Steps::LEADING_SPACE,
        );
        let expected = Negotiated {
            version: Version::V6,
            actions: Actions::ADD_HEADERS | Actions::QUARANTINE,
            steps: Steps::SKIP,
        };
        assert_eq!(negotiated, Ok(expected));
    }

    #[test]
    fn the_version_is_the_highest_known_that_is_offered() {
        for (offered, expected) in [
            (2, 2),
            (3, 3),
            (4, 4),
            (5, 4),
            (6, 6),
            (7, 6),
            (u32::MAX, 6),
        ] {
            let version = Version::at_most(offered).map(Version::number);
            assert_eq!(version, Some(expected));
        }
        for version in [0, 1] {
            let offer = Offer { version, ..OFFER };
            let negotiated =
                Negotiated::new(offer, Actions::empty(), Actions::empty(), Steps::empty());
            let offered = version;
            assert_eq!(negotiated, Err(NegotiationError::Version { offered }));
        }
    }

    #[test]
    fn what_is_needed_and_not_offered_is_named() {
        let offer = Offer {
            actions: Actions::ADD_HEADERS,
            ..OFFER
        };
        let needs = Actions::ADD_HEADERS | Actions::CHANGE_HEADERS | Actions::QUARANTINE;
        let error = Negotiated::new(offer, needs, Actions::empty(), Steps::empty()).unwrap_err();
        assert_eq!(
            format!("{error}"),
            "the MTA does not offer CHANGE_HEADERS QUARANTINE"
        );
    }

    #[test]
    fn bits_without_a_name_are_not_taken() {
        assert_eq!(Actions::from_bits(u32::MAX).bits(), 0x1ff);
        assert_eq!(Steps::from_bits(u32::MAX).bits(), 0x1f_ffff);
    }
}
