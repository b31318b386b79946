//! What transports do to the lines of a body, undone.

use alloc::vec::Vec;

use super::Finding;

/// A body as it may have been, and where it differs from what it is.
pub(super) struct Undone {
    pub(super) body: Vec<u8>,
    /// The ends of the lines that differ, in octets of `body`.
    changed: Vec<usize>,
    finding: Told,
}

impl Undone {
    /// How many lines before this place differ. Empty lines at the end are not counted, since no
    /// canonical form tells whether they were there.
    pub(super) fn finding(&self, end: usize) -> Option<Finding> {
        let mut text = self.body.get(..end)?;
        while let [rest @ .., b'\r', b'\n', b'\r', b'\n'] = text {
            text = self.body.get(..rest.len() + 2)?;
        }
        let lines = self.changed.iter().filter(|&&at| at <= text.len()).count();
        (lines > 0).then(|| (self.finding)(lines))
    }
}

/// Each alteration of lines that the body can have undergone, undone, those of white space only if
/// it matters; one that changes nothing is left out. All keep the number of LFs, so that places can
/// be found again.
pub(super) fn undone(body: &[u8], white_space_matters: bool) -> impl Iterator<Item = Undone> {
    let ends: [(Way, Told); 4] = [
        (crlf, |lines| Finding::LineEnds { lines, bare: true }),
        (unescaped, |lines| Finding::FromEscaped { lines }),
        (unescaped_once, |lines| Finding::FromEscaped { lines }),
        (bare, |lines| Finding::LineEnds { lines, bare: false }),
    ];
    let white_space: [(Way, Told); 3] = [
        (stripped, |lines| Finding::TrailingWhiteSpace {
            added: true,
            lines,
        }),
        (delimiter, |lines| Finding::TrailingWhiteSpace {
            added: false,
            lines,
        }),
        (flowed, |lines| Finding::TrailingWhiteSpace {
            added: false,
            lines,
        }),
    ];
    let white_space = white_space.into_iter().filter(move |_| white_space_matters);
    ends.into_iter()
        .chain(white_space)
        .filter_map(move |(way, finding)| {
            let mut undone = Undone {
                body: Vec::with_capacity(body.len()),
                changed: Vec::new(),
                finding,
            };
            let mut lines = body.split_inclusive(|&octet| octet == b'\n').peekable();
            while let Some(line) = lines.next() {
                let next = lines.peek().copied().unwrap_or_default();
                let start = undone.body.len();
                way(line, next, &mut undone.body);
                if undone.body.get(start..) != Some(line) {
                    undone.changed.push(undone.body.len());
                }
            }
            (!undone.changed.is_empty()).then_some(undone)
        })
}

/// Writes a line as it may have been; the next one is given too.
type Way = fn(&[u8], &[u8], &mut Vec<u8>);

/// What has happened to so many lines.
type Told = fn(usize) -> Finding;

fn ends(line: &[u8]) -> (&[u8], &[u8]) {
    let text = match line {
        [text @ .., b'\r', b'\n'] | [text @ .., b'\n'] => text,
        _ => line,
    };
    line.split_at(text.len())
}

fn crlf(line: &[u8], _: &[u8], out: &mut Vec<u8>) {
    let (text, end) = ends(line);
    out.extend_from_slice(text);
    out.extend_from_slice(if end.is_empty() { b"" } else { b"\r\n" });
}

fn bare(line: &[u8], _: &[u8], out: &mut Vec<u8>) {
    let (text, end) = ends(line);
    out.extend_from_slice(text);
    // Behind another CR, an LF would not have been a bare one.
    out.extend_from_slice(match end {
        b"\r\n" if !text.ends_with(b"\r") => b"\n",
        _ => end,
    });
}

/// As `mboxo` has it: only lines that began with `From ` were escaped.
fn unescaped(line: &[u8], _: &[u8], out: &mut Vec<u8>) {
    let escaped = line.starts_with(b">From ");
    out.extend_from_slice(line.get(usize::from(escaped)..).unwrap_or_default());
}

/// As `mboxrd` has it: what was escaped already was escaped once more.
fn unescaped_once(line: &[u8], _: &[u8], out: &mut Vec<u8>) {
    let marks = line.iter().take_while(|&&octet| octet == b'>').count();
    let from = line
        .get(marks..)
        .is_some_and(|rest| rest.starts_with(b"From "));
    out.extend_from_slice(
        line.get(usize::from(marks > 0 && from)..)
            .unwrap_or_default(),
    );
}

fn stripped(line: &[u8], _: &[u8], out: &mut Vec<u8>) {
    let (mut text, end) = ends(line);
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    out.extend_from_slice(text);
    out.extend_from_slice(end);
}

/// The line before a signature is `-- ` (RFC 3676 §4.3), the one line whose trailing white space
/// is known without having been seen and without its neighbours.
fn delimiter(line: &[u8], _: &[u8], out: &mut Vec<u8>) {
    let (text, end) = ends(line);
    out.extend_from_slice(text);
    out.extend_from_slice(if text == b"--" { b" " } else { b"" });
    out.extend_from_slice(end);
}

/// The lines of a paragraph but its last one end with a space (RFC 3676 §4.1), and so does the
/// line before a signature, which belongs to no paragraph.
fn flowed(line: &[u8], next: &[u8], out: &mut Vec<u8>) {
    let (text, end) = ends(line);
    let (following, _) = ends(next);
    let goes_on = !text.is_empty() && !following.is_empty() && following != b"--";
    let is_soft = text == b"--" || (goes_on && !text.ends_with(b" "));
    out.extend_from_slice(text);
    out.extend_from_slice(if is_soft { b" " } else { b"" });
    out.extend_from_slice(end);
}
