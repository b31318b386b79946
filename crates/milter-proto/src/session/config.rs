//! What a filter wants.

use core::time::Duration;

use crate::macros::MacroLists;
use crate::negotiation::{Actions, Steps};

/// What a filter wants of every MTA.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// How much a session may ask.
    pub limits: Limits,
    /// Which macros are wanted: those that the MTA is configured to tell.
    pub macros: MacroLists,
    /// What must be granted. An MTA that does not is an error.
    pub needs: Actions,
    /// How the dialogue should go: [`SKIP`](Steps::SKIP) and
    /// [`LEADING_SPACE`](Steps::LEADING_SPACE). Of these the session takes what it is granted:
    /// commands that should have been left out and were not are events like any other.
    pub steps: Steps,
    /// What would be of use beside `needs`: nothing.
    pub wishes: Actions,
}

impl Config {
    /// A filter that must be able to do this, and has no wishes beside it.
    pub fn new(needs: Actions) -> Self {
        Self {
            limits: Limits::default(),
            macros: MacroLists::default(),
            needs,
            steps: Steps::SKIP | Steps::LEADING_SPACE,
            wishes: Actions::empty(),
        }
    }

    /// Sets [`limits`](Self::limits).
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sets [`macros`](Self::macros).
    #[must_use]
    pub fn macros(self, macros: MacroLists) -> Self {
        Self { macros, ..self }
    }

    /// With these steps and no others: `SKIP` and `LEADING_SPACE` go if they are not among them.
    #[must_use]
    pub fn steps(self, steps: Steps) -> Self {
        Self { steps, ..self }
    }

    /// With actions that are taken if they are offered. [`Negotiated::actions`] says which were.
    ///
    /// [`Negotiated::actions`]: crate::Negotiated::actions
    #[must_use]
    pub fn wishes(self, wishes: Actions) -> Self {
        Self { wishes, ..self }
    }
}

/// Limits of a session. To exceed one of octets is a [`ProtocolError`](super::ProtocolError).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of all macros that hold at one time, with their NULs: 65535, which is what libmilter
    /// takes for one stage (`MILTER_MAX_DATA_SIZE`). Postfix tells some hundred.
    pub macros: usize,
    /// Octets of a packet behind its length: 262144. A piece of a body has at most 65536, and a
    /// header field of Postfix at most 102400 (`header_size_limit`) and its name and NULs.
    pub packet: usize,
    /// How long the MTA may say nothing: 7210 seconds, as in libmilter (`smfi_settimeout`). The
    /// caller keeps the clock.
    pub patience: Duration,
}

impl Limits {
    /// Sets [`macros`](Self::macros), in octets.
    #[must_use]
    pub fn macros(self, octets: usize) -> Self {
        Self {
            macros: octets,
            ..self
        }
    }

    /// Sets [`packet`](Self::packet), in octets.
    #[must_use]
    pub fn packet(self, octets: usize) -> Self {
        Self {
            packet: octets,
            ..self
        }
    }

    /// Sets [`patience`](Self::patience).
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            macros: 65535,
            packet: 262_144,
            patience: Duration::from_secs(7210),
        }
    }
}
