//! Line ends and line lengths, as a stream.

use memchr::memchr3_iter;

use super::Finding;

/// What the lines of a message are like, header and body alike.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    /// Octets so far.
    octets: u64,
    /// Where the line begins that is not at its end yet.
    begin: u64,
    /// Where the last CR is, as long as it is not known to be one half of a CRLF.
    open_cr: Option<u64>,
    bare_cr: Tally,
    bare_lf: Tally,
    long: Tally,
    longest: u64,
    nul: Tally,
}

impl Lines {
    pub(super) fn update(&mut self, chunk: &[u8]) {
        let start = self.octets;
        for index in memchr3_iter(b'\r', b'\n', b'\0', chunk) {
            let at = start.saturating_add(widen(index));
            match chunk.get(index) {
                Some(b'\n') => self.line_feed(at),
                Some(b'\r') => self.carriage_return(at),
                _ => self.nul.note(at),
            }
        }
        self.octets = start.saturating_add(widen(chunk.len()));
    }

    /// In the order of the codes.
    pub(super) fn finish(mut self) -> impl Iterator<Item = Finding> + use<> {
        self.settle();
        self.end_line(self.octets);
        let octets = self.longest;
        let bare_cr = self.bare_cr.found();
        let bare_lf = self.bare_lf.found();
        let long = self.long.found();
        let nul = self.nul.found();
        [
            bare_cr.map(|(count, offset)| Finding::BareCarriageReturn { count, offset }),
            bare_lf.map(|(count, offset)| Finding::BareLineFeed { count, offset }),
            long.map(|(count, offset)| Finding::LongLine {
                count,
                octets,
                offset,
            }),
            nul.map(|(count, offset)| Finding::Nul { count, offset }),
        ]
        .into_iter()
        .flatten()
    }

    fn carriage_return(&mut self, at: u64) {
        self.settle();
        self.open_cr = Some(at);
        self.end_line(at);
    }

    fn line_feed(&mut self, at: u64) {
        match self.open_cr.and_then(|cr| cr.checked_add(1)) {
            Some(behind) if behind == at => self.open_cr = None,
            _ => {
                self.settle();
                self.bare_lf.note(at);
                self.end_line(at);
            }
        }
        self.begin = at.saturating_add(1);
    }

    /// The CR that is open, if one is, has no LF.
    fn settle(&mut self) {
        if let Some(cr) = self.open_cr.take() {
            self.bare_cr.note(cr);
        }
    }

    /// A line ends before the octet at this place. Bare line ends count: whoever mends them makes
    /// lines of them.
    fn end_line(&mut self, at: u64) {
        let length = at.saturating_sub(self.begin);
        if length > MAX_LINE {
            self.long.note(self.begin);
            self.longest = self.longest.max(length);
        }
        self.begin = at.saturating_add(1);
    }
}

/// How many, and where the first was.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    count: u64,
    first: u64,
}

impl Tally {
    fn note(&mut self, at: u64) {
        if self.count == 0 {
            self.first = at;
        }
        self.count = self.count.saturating_add(1);
    }

    fn found(self) -> Option<(u64, u64)> {
        (self.count > 0).then_some((self.count, self.first))
    }
}

fn widen(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}

/// RFC 5322 §2.1.1: "Each line of characters MUST be no more than 998 characters".
const MAX_LINE: u64 = 998;
