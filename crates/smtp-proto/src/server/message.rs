//! Messages, behind `DATA` in one piece ([RFC 5321] §4.1.1.4) or behind `BDAT` in chunks
//! ([RFC 3030] §2).
//!
//! [RFC 3030]: https://www.rfc-editor.org/rfc/rfc3030
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321

use alloc::vec::Vec;

use super::answer::{self, Answer};
use super::command::Outcome;
use super::state::{Discard, Due, Message, Phase, Transaction};
use super::{Closing, Config, Event, Role, Server, Step};
use crate::command::{Bdat, Body};
use crate::data::{BareLineEnds, BodyFaults, Unstuffer};

impl Server {
    pub(super) fn data_command(&self) -> Outcome {
        let Some(transaction) = &self.session.transaction else {
            return Outcome::Answered(answer::MAIL_FIRST);
        };
        if let Some(refusal) = self.no_recipient(transaction) {
            return Outcome::Answered(refusal);
        }
        // RFC 3030 §2: not mixed in one transaction. RFC 3030 §3: not for binary messages.
        if transaction.message.is_some() || transaction.body == Some(Body::BinaryMime) {
            return Outcome::Answered(answer::BAD_SEQUENCE);
        }
        Outcome::Due(Due::DataStart)
    }

    /// The message may come.
    pub(super) fn begin_data(&mut self) {
        if let Some(transaction) = &mut self.session.transaction {
            let unstuffer = Unstuffer::new(self.config.bare_line_ends);
            let text_line = self.config.limits.text_line;
            transaction.message = Some(Message::new(unstuffer.text_line(text_line)));
            self.phase = Phase::Data;
        }
    }

    /// Takes the chunk that stands behind the command, or drops it.
    pub(super) fn bdat(&mut self, bdat: Bdat) {
        let Bdat { is_last, octets } = bdat;
        self.phase = match self.begin_chunk(octets) {
            Ok(()) => Phase::Chunk {
                is_last,
                left: octets,
            },
            // Nothing of the message counts any more, lest the next chunk be taken for its start.
            Err(answer) => {
                let transaction = self.session.transaction.take();
                let recipients = transaction.map_or(0, |it| it.recipients);
                Phase::Discard(Discard {
                    answer,
                    left: octets,
                    replies: match is_last {
                        true => self.replies_to_message(recipients),
                        false => 1,
                    },
                    resets: transaction.is_some(),
                })
            }
        };
    }

    /// Puts a chunk to the message, or says why there is no place for it.
    fn begin_chunk(&mut self, octets: u64) -> Result<(), Answer> {
        if self.refused {
            return Err(answer::REFUSED);
        }
        if !self.config.chunking {
            return Err(answer::NOT_IMPLEMENTED);
        }
        let Some(transaction) = self.session.transaction else {
            return Err(answer::MAIL_FIRST);
        };
        if let Some(refusal) = self.no_recipient(&transaction) {
            return Err(refusal);
        }
        let config = &self.config;
        let mut message = transaction.message.unwrap_or_else(|| {
            // A binary message has no lines to mend (RFC 3030 §3).
            let unstuffer = Unstuffer::counted(match transaction.body {
                Some(Body::BinaryMime) => BareLineEnds::Reject,
                _ => config.bare_line_ends,
            });
            Message::new(unstuffer.text_line(config.limits.text_line))
        });
        message.chunks = message.chunks.saturating_add(1);
        if message.chunks > config.limits.chunks {
            return Err(answer::TOO_MANY_CHUNKS);
        }
        let announced = message.octets.saturating_add(octets);
        if config.limits.message_size.is_some_and(|it| announced > it) {
            return Err(answer::TOO_LARGE);
        }
        self.session.transaction = Some(Transaction {
            message: Some(message),
            ..transaction
        });
        Ok(())
    }

    /// Why nobody would get the message.
    fn no_recipient(&self, transaction: &Transaction) -> Option<Answer> {
        if transaction.recipients > 0 {
            None
        } else if transaction.rcpt_seen && self.config.role != Role::Lmtp {
            // RFC 2920 §3.2: what was pipelined with refused recipients must not pass.
            Some(answer::NO_VALID_RECIPIENTS)
        } else {
            // RFC 2033 §4.2 has this code alone.
            Some(answer::RCPT_FIRST)
        }
    }

    /// Octets of a message behind `DATA`.
    pub(super) fn data<'i>(&mut self, input: &'i [u8], out: &mut Vec<u8>) -> Step<'i> {
        let limit = self.config.limits.message_size;
        let mut rest = input;
        while let Some(message) = self.message() {
            let piece = message.unstuffer.read(rest);
            rest = rest.get(piece.consumed..).unwrap_or_default();
            let consumed = input.len() - rest.len();
            if piece.is_end {
                return self.message_end(consumed, out);
            }
            let kept = message.keep(piece.content, limit);
            if !kept.is_empty() {
                return Step::event(consumed, Event::Body(kept));
            }
            if rest.is_empty() {
                break;
            }
        }
        Step::silent(input.len() - rest.len())
    }

    /// Octets of a chunk.
    pub(super) fn chunk<'i>(&mut self, input: &'i [u8], out: &mut Vec<u8>) -> Step<'i> {
        let (is_last, left) = match self.phase {
            Phase::Chunk { is_last, left } => (is_last, left),
            Phase::Discard(discard) => return self.discard(discard, input, out),
            _ => return Step::NOTHING,
        };
        let limit = self.config.limits.message_size;
        let octets = up_to(left, input);
        let mut rest = octets;
        let mut kept: &[u8] = b"";
        while let Some(message) = self
            .message()
            .filter(|_| !rest.is_empty() && kept.is_empty())
        {
            let piece = message.unstuffer.read(rest);
            rest = rest.get(piece.consumed..).unwrap_or_default();
            kept = message.keep(piece.content, limit);
        }
        let consumed = octets.len() - rest.len();
        let left = minus(left, consumed);
        self.phase = Phase::Chunk { is_last, left };
        if !kept.is_empty() {
            Step::event(consumed, Event::Body(kept))
        } else if left > 0 {
            Step::silent(consumed)
        } else {
            self.chunk_end(is_last, consumed, out)
        }
    }

    fn chunk_end<'i>(&mut self, is_last: bool, consumed: usize, out: &mut Vec<u8>) -> Step<'i> {
        if is_last {
            let limit = self.config.limits.message_size;
            let held_back = self.message().map_or(&b""[..], |message| {
                let octets = message.unstuffer.end();
                message.keep(octets, limit)
            });
            if !held_back.is_empty() {
                return Step::event(consumed, Event::Body(held_back));
            }
            return self.message_end(consumed, out);
        }
        self.phase = Phase::Command;
        let refusal = self.session.transaction.as_ref().and_then(|transaction| {
            let message = transaction.message.as_ref()?;
            refusal(&self.config, transaction, message)
        });
        match refusal {
            Some(refusal) => self.refuse_message(refusal, 1, consumed, out),
            None => {
                self.due = Some(Due::ChunkEnd);
                Step::event(consumed, Event::ChunkEnd)
            }
        }
    }

    /// Octets of a chunk that nobody wants.
    fn discard<'i>(&mut self, discard: Discard, input: &[u8], out: &mut Vec<u8>) -> Step<'i> {
        let consumed = up_to(discard.left, input).len();
        let left = minus(discard.left, consumed);
        if left > 0 {
            self.phase = Phase::Discard(Discard { left, ..discard });
            return Step::silent(consumed);
        }
        self.phase = Phase::Command;
        self.answer_times(discard.answer, discard.replies, out);
        match discard.resets {
            true => Step::event(consumed, Event::Reset),
            false => Step::silent(consumed),
        }
    }

    /// The whole message is there.
    fn message_end<'i>(&mut self, consumed: usize, out: &mut Vec<u8>) -> Step<'i> {
        let phase = core::mem::replace(&mut self.phase, Phase::Command);
        let Some(transaction) = self.session.transaction else {
            return Step::silent(consumed);
        };
        let Some(message) = transaction.message else {
            return Step::silent(consumed);
        };
        let replies = self.replies_to_message(transaction.recipients);
        match refusal(&self.config, &transaction, &message) {
            None => {
                self.due = Some(Due::BodyEnd {
                    is_taken: false,
                    replies,
                });
                let faults = message.unstuffer.faults();
                Step::event(consumed, Event::BodyEnd(faults))
            }
            // Both sides may not agree on where it has ended.
            Some(answer::BARE_LINE_END) if matches!(phase, Phase::Data) => {
                self.answer_times(answer::BARE_LINE_END, replies, out);
                self.close(Closing::BareLineEnd);
                Step::silent(consumed)
            }
            Some(refusal) => self.refuse_message(refusal, replies, consumed, out),
        }
    }

    fn refuse_message<'i>(
        &mut self,
        refusal: Answer,
        replies: u32,
        consumed: usize,
        out: &mut Vec<u8>,
    ) -> Step<'i> {
        self.session.transaction = None;
        self.answer_times(refusal, replies, out);
        Step::event(consumed, Event::Reset)
    }

    /// How many replies the end of a message has: in LMTP one for each recipient that was accepted
    /// (RFC 2033 §4.2, §4.3).
    fn replies_to_message(&self, recipients: u32) -> u32 {
        match self.config.role {
            Role::Lmtp => recipients.max(1),
            Role::Mx | Role::Submission => 1,
        }
    }

    /// Writes an answer as often as it is waited for. It is one error all the same.
    fn answer_times(&mut self, answer: Answer, replies: u32, out: &mut Vec<u8>) {
        self.answer(answer, out);
        for _ in 1..replies {
            answer.print(&self.config, out);
        }
    }

    fn message(&mut self) -> Option<&mut Message> {
        self.session.transaction.as_mut()?.message.as_mut()
    }
}

/// Why the message, as far as it has come, is not taken, whatever the caller thinks of it.
fn refusal(config: &Config, transaction: &Transaction, message: &Message) -> Option<Answer> {
    let body = transaction.body;
    let faults: BodyFaults = message.unstuffer.faults();
    let limit = config.limits.message_size;
    let is_binary = body == Some(Body::BinaryMime);
    let is_reject = config.bare_line_ends == BareLineEnds::Reject;
    if faults.bare_line_end() && is_reject && !is_binary {
        Some(answer::BARE_LINE_END)
    } else if limit.is_some_and(|limit| message.octets > limit) {
        Some(answer::TOO_LARGE)
    } else if faults.eight_bit
        && matches!(body, None | Some(Body::SevenBit))
        // Header fields in UTF-8 are announced by this alone (RFC 6531 §3.6).
        && !transaction.smtp_utf8
        && config.refuse_undeclared_eight_bit
    {
        Some(answer::EIGHT_BIT_CONTENT)
    } else {
        None
    }
}

/// At most so many octets of the input.
fn up_to(left: u64, input: &[u8]) -> &[u8] {
    match usize::try_from(left) {
        Ok(left) => input.get(..left).unwrap_or(input),
        Err(_) => input,
    }
}

/// What is left after octets that were within it.
fn minus(left: u64, consumed: usize) -> u64 {
    left.saturating_sub(u64::try_from(consumed).unwrap_or(u64::MAX))
}
