//! One connection of an MTA to a filter, without the connection.
//!
//! [`Session`] takes what an MTA sends and gives [`Event`]s; the caller answers those that the MTA
//! waits for. The front page of the crate has the whole loop.
//!
//! | the MTA | what happens inside |
//! |---|---|
//! | offers actions and steps | answered with those of them that the filter wants, and told |
//! | tells macros | kept as long as they hold, also those of commands that it leaves out |
//! | greets or begins a message within another | the other is over: Postfix tells a greeting before the abort that it causes |
//! | goes on after a recipient or DATA was refused | the message goes on: the client may try another, or again |
//! | ends a message with a last piece of the body | told as a piece, and then as the end |
//! | sends what it agreed to leave out | told as anything else |
//! | sends a command out of place, or what is none | an error that names it and the part at fault |
//! | sends a packet over a limit | an error as soon as its length is there |

mod config;
mod event;
mod order;

use alloc::sync::Arc;
use alloc::vec::Vec;

pub use self::config::{Config, Limits};
pub use self::event::{Advance, AdvanceError, ApiMisuse, Event, ProtocolError};
use self::order::Phase;
use crate::command::{Command, CommandError, Connect, Envelope, Header, Part, Parts};
use crate::edit::Edits;
use crate::macros::Macros;
use crate::negotiation::{Actions, Negotiated, Offer, Steps};
use crate::packet::{self, LARGEST_PAYLOAD, Packet};
use crate::reply::Reply;

/// One connection of an MTA.
#[derive(Clone, Debug)]
pub struct Session {
    config: Arc<Config>,
    /// The command that waits for a reply.
    due: Option<Command>,
    /// Whether the message at its end has been edited.
    edited: bool,
    failed: Option<ProtocolError>,
    /// The last command, macros and unknown ones aside.
    last: Option<Command>,
    macros: Macros,
    negotiated: Option<Negotiated>,
    phase: Phase,
    /// Whether the piece of the body in the packet that ends the message has been told.
    told_last_piece: bool,
}

impl Session {
    /// A session that begins with the negotiation.
    pub fn new(config: Arc<Config>) -> Self {
        Self {
            config,
            due: None,
            edited: false,
            failed: None,
            last: None,
            macros: Macros::default(),
            negotiated: None,
            phase: Phase::Start,
            told_last_piece: false,
        }
    }

    /// Takes input: all that was read and not yet consumed. Appends what is to be sent to `out`,
    /// and gives the next event.
    ///
    /// After an error of the MTA, every further call gives the same error.
    pub fn advance<'i>(
        &mut self,
        input: &'i [u8],
        out: &mut Vec<u8>,
    ) -> Result<Advance<'i>, AdvanceError> {
        if self.due.is_some() {
            return Err(ApiMisuse::ReplyDue.into());
        }
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        let step = self.step(input, out);
        self.failed = step.as_ref().err().copied();
        Ok(step?)
    }

    /// Answers the last event. Appends the reply to `out`.
    pub fn reply(&mut self, reply: &Reply, out: &mut Vec<u8>) -> Result<(), ApiMisuse> {
        let command = self.due.ok_or(ApiMisuse::NoReplyDue)?;
        if !reply.fits(command) {
            return Err(ApiMisuse::WrongReply { command });
        }
        if *reply == Reply::Skip && !self.steps().contains(Steps::SKIP) {
            return Err(ApiMisuse::SkipNotGranted);
        }
        reply.print(out);
        self.due = None;
        if reply.ends_message(command) {
            self.end_message();
        } else if command == Command::Data && reply.refuses() {
            self.phase = Phase::Rcpt;
        }
        Ok(())
    }

    /// Changes the message, once all of it is there and before that event is answered. Appends
    /// what is to be sent to `out`.
    ///
    /// Once a message: the changes to a message are one set, in whose order they do not disturb
    /// each other.
    pub fn edit(&mut self, edits: &Edits, out: &mut Vec<u8>) -> Result<(), ApiMisuse> {
        self.may_edit(edits.needs())?;
        if self.edited {
            return Err(ApiMisuse::EditedAlready);
        }
        self.edited = true;
        edits.print(self.steps().contains(Steps::LEADING_SPACE), out);
        Ok(())
    }

    /// Replaces the body by the pieces of all calls together, once all of the message is there and
    /// before that event is answered. Lines end in CRLF. Appends what is to be sent to `out`.
    ///
    /// A call without octets and no other leaves the message without a body.
    pub fn replace_body(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), ApiMisuse> {
        self.may_edit(Actions::CHANGE_BODY)?;
        if piece.is_empty() {
            packet::put(b'b', &[], out);
        }
        for piece in piece.chunks(LARGEST_PAYLOAD) {
            packet::put(b'b', &[piece], out);
        }
        Ok(())
    }

    /// Tells the MTA that the filter is still at work on a message that is all there, so that it
    /// goes on waiting. Appends what is to be sent to `out`.
    pub fn progress(&mut self, out: &mut Vec<u8>) -> Result<(), ApiMisuse> {
        self.may_edit(Actions::empty())?;
        packet::put(b'p', &[], out);
        Ok(())
    }

    /// The macros that hold now.
    pub fn macros(&self) -> &Macros {
        &self.macros
    }

    /// What was agreed on; `None` before it was.
    pub fn negotiated(&self) -> Option<Negotiated> {
        self.negotiated
    }

    /// Whether the last event waits for a reply.
    pub fn needs_reply(&self) -> bool {
        self.due.is_some()
    }

    fn step<'i>(
        &mut self,
        input: &'i [u8],
        out: &mut Vec<u8>,
    ) -> Result<Advance<'i>, ProtocolError> {
        let mut consumed = 0;
        loop {
            if self.phase == Phase::End {
                return Ok(self.told(input.len(), Event::Quit));
            }
            let rest = input.get(consumed..).unwrap_or_default();
            let Some((packet, length)) = Packet::read(rest, self.config.limits.packet)? else {
                return Ok(Advance {
                    consumed,
                    event: None,
                    needs_reply: false,
                });
            };
            let letter = packet.letter;
            let command = Command::from_letter(letter).ok_or(CommandError::Letter { letter })?;
            let out_of_order = ProtocolError::OutOfOrder {
                command,
                after: self.last,
            };
            let phase = self
                .phase
                .after(command, self.steps())
                .ok_or(out_of_order)?;
            if let Some(piece) = self.last_piece(command, packet.payload) {
                return Ok(self.told(consumed, Event::Body(piece)));
            }
            consumed += length;
            let event = self.event(command, packet.payload, out)?;
            self.phase = phase;
            let Some(event) = event else { continue };
            if command != Command::Unknown {
                self.last = Some(command);
            }
            self.due = self.is_answered(command).then_some(command);
            return Ok(self.told(consumed, event));
        }
    }

    /// The piece of the body that may stand in the packet that ends the message: it is told
    /// before, and answered with it.
    fn last_piece<'i>(&mut self, command: Command, payload: &'i [u8]) -> Option<&'i [u8]> {
        let was_told = core::mem::take(&mut self.told_last_piece);
        if command != Command::EndOfMessage || payload.is_empty() || was_told {
            return None;
        }
        self.told_last_piece = !self.steps().contains(Steps::NO_BODY);
        self.told_last_piece.then_some(payload)
    }

    /// What a command tells. `None`: nothing for the caller.
    fn event<'i>(
        &mut self,
        command: Command,
        payload: &'i [u8],
        out: &mut Vec<u8>,
    ) -> Result<Option<Event<'i>>, ProtocolError> {
        let parts = Parts::new(command, payload);
        let event = match command {
            Command::Abort => parts.ended(Event::Abort)?,
            Command::Body => Event::Body(payload),
            Command::Connect => Event::Connect(Connect::parse(parts)?),
            Command::Data => parts.ended(Event::Data)?,
            Command::EndOfHeader => parts.ended(Event::EndOfHeader)?,
            Command::EndOfMessage => Event::EndOfMessage,
            Command::Header => {
                let has_leading_space = self.steps().contains(Steps::LEADING_SPACE);
                Event::Header(Header::parse(parts, has_leading_space)?)
            }
            Command::Helo => Event::Helo(parts.only_text(Part::Text)?),
            Command::Macros => {
                self.tell_macros(parts)?;
                return Ok(None);
            }
            Command::Mail => Event::Mail(Envelope::parse(parts)?),
            Command::Negotiate => Event::Negotiated(self.negotiate(parts, out)?),
            Command::Quit => parts.ended(Event::Quit)?,
            Command::QuitNewConnection => parts.ended(Event::QuitNewConnection)?,
            Command::Rcpt => Event::Rcpt(Envelope::parse(parts)?),
            Command::Unknown => Event::Unknown(parts.only_text(Part::Text)?),
        };
        match command {
            Command::Abort => self.end_message(),
            Command::QuitNewConnection => {
                self.end_message();
                self.macros = Macros::default();
            }
            _ => {}
        }
        if let Some(stage) = command.stage() {
            self.macros.begin(stage);
        }
        Ok(Some(event))
    }

    /// `char letter ( char name[], NUL, char value[], NUL )*`
    fn tell_macros(&mut self, mut parts: Parts<'_>) -> Result<(), ProtocolError> {
        let [letter] = parts.octets(Part::Letter)?;
        let octets = parts.pairs()?;
        let command = Command::from_letter(letter);
        let Some((command, stage)) = command.and_then(|it| Some((it, it.stage()?))) else {
            return Ok(());
        };
        let limit = self.config.limits.macros;
        match self.macros.tell(stage, octets, limit) {
            true => Ok(()),
            false => Err(ProtocolError::Macros { command, limit }),
        }
    }

    /// `uint32 version, uint32 actions, uint32 steps`
    fn negotiate(
        &mut self,
        mut parts: Parts<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Negotiated, ProtocolError> {
        let offer = Offer {
            version: parts.number(Part::Version)?,
            actions: Actions::from_bits(parts.number(Part::Actions)?),
            steps: Steps::from_bits(parts.number(Part::Steps)?),
        };
        parts.ended(())?;
        let config = &*self.config;
        let lists = match config.macros.is_empty() {
            true => Actions::empty(),
            false => Actions::SET_MACROS,
        };
        let wishes = config.wishes.difference(Actions::SET_MACROS) | lists;
        let negotiated = Negotiated::new(offer, config.needs, wishes, config.steps)?;
        negotiated.print(&config.macros, out);
        self.negotiated = Some(negotiated);
        Ok(negotiated)
    }

    fn told<'i>(&self, consumed: usize, event: Event<'i>) -> Advance<'i> {
        Advance {
            consumed,
            event: Some(event),
            needs_reply: self.needs_reply(),
        }
    }

    fn end_message(&mut self) {
        self.edited = false;
        self.phase = self.phase.min(Phase::Client);
        self.macros.end_message();
    }

    /// Whether a message is at its end, and this was granted.
    fn may_edit(&self, needs: Actions) -> Result<(), ApiMisuse> {
        if self.due != Some(Command::EndOfMessage) {
            return Err(ApiMisuse::NotAtEnd);
        }
        let granted = self.negotiated.map(|it| it.actions).unwrap_or_default();
        let missing = needs.difference(granted);
        match missing.is_empty() {
            true => Ok(()),
            false => Err(ApiMisuse::NotGranted { missing }),
        }
    }

    fn steps(&self) -> Steps {
        self.negotiated.map(|it| it.steps).unwrap_or_default()
    }

    /// Whether the MTA waits for a reply to a command.
    fn is_answered(&self, command: Command) -> bool {
        let without_reply = match command {
            Command::Abort
            | Command::Macros
            | Command::Negotiate
            | Command::Quit
            | Command::QuitNewConnection => return false,
            Command::EndOfMessage => return true,
            Command::Body => Steps::NO_REPLY_BODY,
            Command::Connect => Steps::NO_REPLY_CONNECT,
            Command::Data => Steps::NO_REPLY_DATA,
            Command::EndOfHeader => Steps::NO_REPLY_END_OF_HEADER,
            Command::Header => Steps::NO_REPLY_HEADER,
            Command::Helo => Steps::NO_REPLY_HELO,
            Command::Mail => Steps::NO_REPLY_MAIL,
            Command::Rcpt => Steps::NO_REPLY_RCPT,
            Command::Unknown => Steps::NO_REPLY_UNKNOWN,
        };
        !self.steps().contains(without_reply)
    }
}
