//! Colour on a terminal, none in a pipe.

use core::fmt::{self, Display};
use std::io::{self, IsTerminal};

/// Paints words, or does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    is_on: bool,
}

impl Paint {
    /// For standard output: on if it is a terminal, unless `NO_COLOR` is set to anything.
    pub(crate) fn for_stdout() -> Self {
        let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            is_on: io::stdout().is_terminal() && !is_unwanted,
        }
    }

    pub(crate) fn bold<T: Display>(self, what: T) -> Painted<T> {
        self.painted("1", what)
    }

    pub(crate) fn faint<T: Display>(self, what: T) -> Painted<T> {
        self.painted("2", what)
    }

    pub(crate) fn red<T: Display>(self, what: T) -> Painted<T> {
        self.painted("1;31", what)
    }

    pub(crate) fn green<T: Display>(self, what: T) -> Painted<T> {
        self.painted("1;32", what)
    }

    pub(crate) fn blue<T: Display>(self, what: T) -> Painted<T> {
        self.painted("34", what)
    }

    fn painted<T>(self, code: &'static str, what: T) -> Painted<T> {
        Painted {
            code: self.is_on.then_some(code),
            what,
        }
    }
}

/// Something with a colour around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Painted<T> {
    code: Option<&'static str>,
    what: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "\x1b[{code}m{}\x1b[0m", self.what),
            None => self.what.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_painted_is_plain() {
        assert_eq!(Paint { is_on: false }.red("no").to_string(), "no");
        assert_eq!(
            Paint { is_on: true }.red("no").to_string(),
            "\x1b[1;31mno\x1b[0m"
        );
    }
}
