//! The writer of folded header fields.
//!
//! RFC 5322 §2.1.1 asks for lines of at most 78 characters and forbids more than 998; lines are
//! kept under 78 here. Where a line may end is known to whoever prints the field, so they say it
//! as they go: [`space`] where white space stands and a line ends first of all, and a border
//! between two pieces where white space may stand if nothing better is left.
//!
//! [`space`]: FieldWriter::space

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::token::{Splittable, Token, Value, Visible};

/// Prints one header field, folded, one piece after the other.
///
/// Whatever the pieces are, the result is one field: it holds no line break but those that the
/// writer makes, each followed by a space and by something visible; no control character; and no
/// line of more than 998 octets. Lines end before column 78 where a border between pieces allows.
///
/// ```
/// use mail_address::rfc5322::{FieldWriter, TextError, Token, Value, Visible};
///
/// # fn main() -> Result<(), TextError> {
/// let mut field = FieldWriter::new(Token::from_static("Received-SPF"));
/// field.space().token(Token::from_static("pass"));
/// field.space().comment(&Value::new(b"mx.example.org: 192.0.2.1 is a permitted sender")?);
/// field.space().pair(Token::from_static("client-ip"), &Value::new(b"2001:db8::1")?);
/// field.visible(Visible::from_static(";"));
/// assert_eq!(
///     field.finish(),
///     "Received-SPF: pass (mx.example.org: 192.0.2.1 is a permitted sender)\r\n \
///      client-ip=\"2001:db8::1\";\r\n",
/// );
/// // What would start a line of its own is no value.
/// assert_eq!(Value::new(b"x\r\nBcc: y"), Err(TextError::Control { offset: 1 }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FieldWriter {
    out: String,
    /// Octets on the line that `out` ends with.
    column: usize,
    /// What was written since the last space: kept on one line if one line holds it.
    group: String,
    /// Where each piece of the group ends.
    ends: Vec<usize>,
    /// What stands before the group.
    gap: Gap,
}

impl FieldWriter {
    /// Begins a field with its name and the colon.
    pub fn new(name: Token<'_>) -> Self {
        let mut out = String::with_capacity(USUAL_LENGTH);
        out.push_str(name.as_str());
        out.push(':');
        Self {
            column: out.len(),
            out,
            group: String::with_capacity(LINE),
            ends: Vec::with_capacity(USUAL_PIECES),
            gap: Gap::None,
        }
    }

    /// White space: a space, or the end of the line if what follows up to the next one does not
    /// fit behind it.
    pub fn space(&mut self) -> &mut Self {
        self.place_group();
        self.gap = Gap::Space;
        self
    }

    /// White space at which the line ends in any case: for lists that are read line by line.
    pub fn line(&mut self) -> &mut Self {
        self.place_group();
        self.gap = Gap::Line;
        self
    }

    /// A piece that stays in one piece.
    pub fn visible(&mut self, piece: Visible<'_>) -> &mut Self {
        self.push(piece.as_str())
    }

    /// A token.
    pub fn token(&mut self, token: Token<'_>) -> &mut Self {
        self.push(token.as_str())
    }

    /// A value, quoted where it must be.
    pub fn value(&mut self, value: &Value<'_>) -> &mut Self {
        if value.is_bare() {
            return self.push(value.as_str());
        }
        self.delimited('"', value.as_str(), '"')
    }

    /// `key=value`: three pieces.
    pub fn pair(&mut self, key: Token<'_>, value: &Value<'_>) -> &mut Self {
        self.token(key).push("=").value(value)
    }

    /// A comment, in parentheses.
    pub fn comment(&mut self, text: &Value<'_>) -> &mut Self {
        self.delimited('(', text.as_str(), ')')
    }

    /// A piece that may be split anywhere. What stands before it is placed as if nothing followed:
    /// a field without its last such piece is the beginning of the field with it.
    pub fn splittable(&mut self, piece: Splittable<'_>) -> &mut Self {
        self.place_group();
        let mut rest = piece.as_str();
        while !rest.is_empty() {
            let room = LINE.saturating_sub(self.column + self.gap.width());
            if room == 0 || self.gap == Gap::Line {
                self.fold();
                continue;
            }
            let (first, tail) = rest.split_at_checked(room).unwrap_or((rest, ""));
            self.put(first);
            rest = tail;
        }
        self
    }

    /// What is placed already: all up to the last white space, line or splittable piece.
    pub fn as_str(&self) -> &str {
        &self.out
    }

    /// Ends the field; white space that nothing followed is dropped.
    pub fn finish(mut self) -> String {
        self.place_group();
        self.out.push_str("\r\n");
        self.out
    }

    fn push(&mut self, piece: &str) -> &mut Self {
        self.group.push_str(piece);
        self.end_piece()
    }

    /// A quoted string or a comment: a piece for each word, the spaces before it included. These
    /// are content, so a line that ends there ends before them (RFC 5322 §2.2.3).
    fn delimited(&mut self, open: char, text: &str, close: char) -> &mut Self {
        self.group.push(open);
        let mut after_word = true;
        for character in text.chars() {
            if character == ' ' && after_word {
                self.end_piece();
            }
            after_word = character != ' ';
            if character == open || character == close || character == '\\' {
                self.group.push('\\');
            }
            self.group.push(character);
        }
        self.group.push(close);
        self.end_piece()
    }

    fn end_piece(&mut self) -> &mut Self {
        self.ends.push(self.group.len());
        self
    }

    /// Puts the group on this line, or on the next, or, where both are too short, piece by piece.
    fn place_group(&mut self) {
        let mut group = mem::take(&mut self.group);
        let mut ends = mem::take(&mut self.ends);
        self.place(&group, &ends);
        // Their memory serves for the next group.
        group.clear();
        ends.clear();
        (self.group, self.ends) = (group, ends);
    }

    fn place(&mut self, group: &str, ends: &[usize]) {
        if group.is_empty() {
            return;
        }
        if self.has_room(group) {
            return self.put(group);
        }
        if group.len() < LINE {
            self.fold();
            return self.put(group);
        }
        let mut start = 0;
        for &end in ends {
            let piece = group.get(start..end).unwrap_or_default();
            start = end;
            if !self.has_room(piece) {
                self.fold_before(piece);
            }
            self.put(piece);
        }
    }

    fn has_room(&self, text: &str) -> bool {
        let column = self.column + self.gap.width() + text.len();
        // A line that is too long already is not mended by a single mark on the next one.
        let fits =
            column <= LINE || (self.column > LINE && text.len() == 1 && column <= LONGEST_LINE);
        fits && self.gap != Gap::Line
    }

    fn put(&mut self, text: &str) {
        if self.gap == Gap::Space {
            self.out.push(' ');
            self.column += 1;
        }
        self.gap = Gap::None;
        self.out.push_str(text);
        self.column += text.len();
    }

    /// Ends the line before a piece, whose own white space serves if it has any.
    fn fold_before(&mut self, piece: &str) {
        if piece.starts_with(' ') && self.gap == Gap::None {
            self.out.push_str("\r\n");
            self.column = 0;
        } else {
            self.fold();
        }
    }

    fn fold(&mut self) {
        self.out.push_str("\r\n ");
        self.column = 1;
        self.gap = Gap::None;
    }
}

/// What stands between two groups.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Gap {
    Line,
    None,
    Space,
}

impl Gap {
    fn width(self) -> usize {
        match self {
            Self::None => 0,
            Self::Line | Self::Space => 1,
        }
    }
}

/// RFC 5322 §2.1.1: lines should have no more than 78 octets, without their CRLF; one less here.
const LINE: usize = 77;

/// Room for most of the fields that are printed here, so that the text need not grow.
const USUAL_LENGTH: usize = 1024;

/// Room for the pieces of most groups, such as the names that a signature covers.
const USUAL_PIECES: usize = 32;

/// RFC 5322 §2.1.1: lines must not be longer, without their CRLF.
const LONGEST_LINE: usize = 998;

#[cfg(test)]
mod tests;
