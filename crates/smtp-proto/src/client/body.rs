//! The message on its way: behind `DATA` with dots, or in chunks behind `BDAT` ([RFC 3030] §2).
//!
//! [RFC 3030]: https://www.rfc-editor.org/rfc/rfc3030

use alloc::boxed::Box;
use alloc::vec::Vec;

use thiserror::Error;

use super::machine::{Client, State};
use super::queue::Expected;
use super::{Envelope, Event, Refusal};
use crate::command::{Bdat, Command};
use crate::data::{BareLineEnd, DotStuffer};

/// How the message goes out.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// As it is, in chunks.
    Binary,
    /// In chunks, its line ends looked at.
    Chunks(DotStuffer),
    /// Behind `DATA`.
    Data(DotStuffer),
}

impl Client {
    /// Whether [`body`](Self::body) and [`finish_body`](Self::finish_body) may be called now. In
    /// chunks, the server has to answer some before others may follow; then
    /// [`Event::SendBody`] comes again.
    pub fn wants_body(&self) -> bool {
        match self.body {
            None => false,
            Some(Body::Data(_)) => true,
            Some(Body::Binary | Body::Chunks(_)) => self.queue.len() < self.chunks_ahead(),
        }
    }

    /// Writes the next octets of the message, after [`Event::SendBody`]: a chunk of their own where
    /// chunks are used, or with dots at the start of a line doubled. Everything else goes out as it
    /// is.
    ///
    /// After an error but [`BodyError::ReplyDue`] the message cannot be ended: close the connection,
    /// and take the report with [`into_reports`](Self::into_reports).
    pub fn body(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), BodyError> {
        self.write_body(piece, false, out)
    }

    /// Writes the rest of the message and ends it. Its last line gets a CRLF if it has none, unless
    /// it is binary.
    ///
    /// A message that is given whole goes out as one chunk where chunks are used.
    pub fn finish_body(&mut self, rest: &[u8], out: &mut Vec<u8>) -> Result<(), BodyError> {
        self.write_body(rest, true, out)
    }

    /// Ends the message: as [`finish_body`](Self::finish_body), with nothing left.
    pub fn end_body(&mut self, out: &mut Vec<u8>) -> Result<(), BodyError> {
        self.finish_body(b"", out)
    }

    /// The server waits for the message.
    pub(super) fn begin_body(&mut self, body: Body) {
        self.body = Some(body);
        self.events.push_back(Event::SendBody);
    }

    /// A chunk is taken, or refused.
    pub(super) fn chunk_answered(&mut self, answer: Result<(), Refusal>) {
        let had_room = self.queue.len() + 1 < self.chunks_ahead();
        if let Err(refusal) = answer {
            // RFC 3030 §2: no further chunk is sent, and what comes of those on their way does not
            // count. Only the first refusal says why.
            self.body = None;
            self.refused_chunk.get_or_insert(refusal);
        } else if !had_room && self.wants_body() {
            self.events.push_back(Event::SendBody);
        }
        if self.queue.is_empty()
            && let Some(refusal) = self.refused_chunk.take()
        {
            self.end_unsent(refusal);
        }
    }

    fn write_body(
        &mut self,
        piece: &[u8],
        is_last: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), BodyError> {
        let (Some(body), Some(transaction)) = (&self.body, &self.transaction) else {
            return Err(BodyError::NotNow);
        };
        if !self.wants_body() {
            return Err(BodyError::ReplyDue);
        }
        let before = out.len();
        let mut body = body.clone();
        let is_data = matches!(body, Body::Data(_));
        if !is_data {
            announce(piece.len(), is_last, out);
        }
        let content = out.len();
        let written = if piece.is_ascii() || transaction.envelope().is_eight_bit() {
            body.write(piece, is_last, out).map_err(BodyError::from)
        } else {
            Err(BodyError::EightBit)
        };
        if let Err(error) = written {
            self.give_up();
            // A chunk that is not announced must not be on the wire.
            out.truncate(before);
            return Err(error);
        }
        let octets = out.len() - content;
        let is_chunk = !is_data && (is_last || octets > 0);
        if is_chunk && octets != piece.len() {
            // Line ends were mended, or a CR waits for its LF: the octets move once.
            let mut command = Vec::new();
            announce(octets, is_last, &mut command);
            out.splice(before..content, command);
        } else if !is_chunk && !is_data {
            out.truncate(before);
        }
        if is_last {
            self.body = None;
            if let Some(transaction) = self.transaction.take() {
                self.queue.push(Expected::Message(Box::new(transaction)), 0);
            }
        } else {
            self.body = Some(body);
            if is_chunk {
                self.queue.push(Expected::Chunk, 0);
            }
        }
        Ok(())
    }

    /// How many chunks may be under way without replies.
    fn chunks_ahead(&self) -> usize {
        // In LMTP, how many replies the last chunk has depends on whether those before it are taken
        // (RFC 2033 §4.3).
        match self.window() {
            Some(_) if !self.config.lmtp => CHUNKS_AHEAD,
            _ => 1,
        }
    }

    /// Half a message is on the wire, and the other half cannot be sent.
    fn give_up(&mut self) {
        self.body = None;
        self.state = State::Broken(None);
    }
}

impl Body {
    /// For a message in chunks.
    pub(super) fn chunks(envelope: &Envelope, bare: crate::data::BareLineEnds) -> Self {
        match envelope.is_binary() {
            true => Self::Binary,
            false => Self::Chunks(DotStuffer::counted(bare)),
        }
    }

    fn write(&mut self, piece: &[u8], is_last: bool, out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        let stuffer = match self {
            Self::Binary => {
                out.extend_from_slice(piece);
                return Ok(());
            }
            Self::Chunks(stuffer) | Self::Data(stuffer) => stuffer,
        };
        stuffer.write(piece, out)?;
        if is_last {
            stuffer.clone().finish(out)?;
        }
        Ok(())
    }
}

/// Writes `BDAT` for so many octets.
fn announce(octets: usize, is_last: bool, out: &mut Vec<u8>) {
    let octets = u64::try_from(octets).unwrap_or(u64::MAX);
    Command::Bdat(Bdat { is_last, octets }).print(out);
}

/// Why a message cannot be sent as it is.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum BodyError {
    /// A CR or an LF that stands alone, where [`Config::bare_line_ends`](super::Config::bare_line_ends)
    /// does not mend it, in a message that was not announced with [`Envelope::binary`].
    #[error(transparent)]
    BareLineEnd(#[from] BareLineEnd),
    /// An octet beyond ASCII in a message that was not announced with [`Envelope::eight_bit`]
    /// (RFC 6152 §3).
    #[error("octet beyond ASCII in a message announced as 7-bit")]
    EightBit,
    /// The server has not asked for a message, or wants no more of it.
    #[error("the server does not wait for a message")]
    NotNow,
    /// The server has to answer chunks before others may follow: [`Event::SendBody`] says when.
    /// Nothing was written.
    #[error("the server has not answered the chunks before this one")]
    ReplyDue,
}

/// A reply of one line has at most 512 octets (RFC 5321 §4.5.3.1.5), so the replies to so many
/// chunks fit into the least window that RFC 2920 §3.1 speaks of: a caller that writes and reads in
/// turn never hangs.
const CHUNKS_AHEAD: usize = 8;
