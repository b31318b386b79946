//! Replies written to the wire.

use alloc::vec::Vec;

use memchr::memchr;

use super::{EnhancedCode, Reply, Text};

impl Reply {
    /// Appends the reply, the enhanced code on each line (RFC 2034 §4), each line with its CRLF.
    pub fn print(&self, out: &mut Vec<u8>) {
        self.print_as("", self.enhanced, out);
    }

    /// The same with an enhanced code in any case, but for 3yz: a server that offers them owes
    /// them (RFC 2034 §4). A name, where there is one, stands before the text.
    pub(crate) fn print_enhanced(&self, name: &str, out: &mut Vec<u8>) {
        if let Text::Ready { line, .. } = &self.text
            && name.is_empty()
        {
            out.extend_from_slice(line.as_bytes());
            return;
        }
        let enhanced = self
            .enhanced
            .or_else(|| EnhancedCode::undefined(self.severity()));
        self.print_as(name, enhanced, out);
    }

    /// The same without the enhanced code, for a server that does not offer them.
    pub(crate) fn print_without_enhanced(&self, name: &str, out: &mut Vec<u8>) {
        self.print_as(name, None, out);
    }

    /// `Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF`
    fn print_as(&self, name: &str, enhanced: Option<EnhancedCode>, out: &mut Vec<u8>) {
        let mut name = name;
        let mut rest = self.text.as_bytes();
        while let Some(line_end) = memchr(b'\n', rest) {
            let (line, after) = rest.split_at_checked(line_end).unwrap_or((rest, b""));
            self.print_line(
                b'-',
                enhanced,
                [core::mem::take(&mut name).as_bytes(), line],
                out,
            );
            rest = after.strip_prefix(b"\n").unwrap_or(after);
        }
        // A blank stands even before an empty text (RFC 5321 §4.2.1).
        self.print_line(b' ', enhanced, [name.as_bytes(), rest], out);
    }

    fn print_line(
        &self,
        separator: u8,
        enhanced: Option<EnhancedCode>,
        [name, line]: [&[u8]; 2],
        out: &mut Vec<u8>,
    ) {
        // Three digits, a separator, at most nine octets of enhanced code and a blank, one more
        // behind a name, CRLF.
        out.reserve(17 + name.len() + line.len());
        print_number(self.code.get(), out);
        out.push(separator);
        if let Some(enhanced) = enhanced {
            print_number(enhanced.class().into(), out);
            out.push(b'.');
            print_number(enhanced.subject(), out);
            out.push(b'.');
            print_number(enhanced.detail(), out);
            // RFC 2034 §3: even before an empty text.
            out.push(b' ');
        }
        out.extend_from_slice(name);
        if !name.is_empty() && !self.text.is_empty() {
            out.push(b' ');
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
}

/// A number of at most three digits, without the machinery of `fmt`: a server prints two to four
/// of them for each command.
fn print_number(number: u16, out: &mut Vec<u8>) {
    let digit = |number: u16| b'0' + u8::try_from(number % 10).unwrap_or(0);
    if number >= 100 {
        out.push(digit(number / 100));
    }
    if number >= 10 {
        out.push(digit(number / 10));
    }
    out.push(digit(number));
}
