//! One connection of a mail server.

use core::pin::pin;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use milter_proto::session::AdvanceError;
use milter_proto::{Advance, Event, Reply, Session};
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, interval_at, timeout, timeout_at};
use tracing::{debug, warn};

use super::listen::Stream;
use super::live::Live;
use super::message::Message;
use super::outcome::Outcome;
use super::sender::Sender;
use super::server::Server;
use crate::config::one_line;
use crate::shutdown::Shutdown;

/// Serves a mail server until it quits, goes away or breaks the protocol. Once the filter is told
/// to end, a connection ends behind its message.
pub(super) async fn serve(server: &Server, stream: Box<dyn Stream>, shutdown: Shutdown) {
    let config = Arc::clone(server.live().config());
    let connection = Connection {
        begun: Instant::now(),
        input: Vec::new(),
        out: Vec::new(),
        patience: config.limits.patience,
        sender: Sender::default(),
        server,
        session: Session::new(config),
        shutdown,
        stream,
    };
    match connection.run().await {
        Ok(()) => {}
        // Postfix closes without a word when its client is gone.
        Err(Fault::Io(error)) => debug!("the mail server is gone: {error}"),
        Err(error) => warn!("connection given up: {}", one_line(&error)),
    }
}

struct Connection<'s> {
    begun: Instant,
    /// What was read and not yet consumed.
    input: Vec<u8>,
    out: Vec<u8>,
    patience: Duration,
    sender: Sender,
    server: &'s Server,
    session: Session,
    shutdown: Shutdown,
    stream: Box<dyn Stream>,
}

/// Where a message, or the time between two, ends.
enum Ended {
    /// At the end of the connection.
    Connection,
    /// It was answered for good, or given up.
    Message,
    /// Another one begins.
    Mail,
}

/// What an event makes of the message, beside an answer.
enum Next {
    GoOn(Reply),
    End(Ended, Reply),
    /// All of the message is there.
    Finish,
}

impl Connection<'_> {
    async fn run(mut self) -> Result<(), Fault> {
        let mut live = self.server.live();
        loop {
            match self.drive(&live, None).await? {
                Ended::Connection => return Ok(()),
                Ended::Message => continue,
                Ended::Mail => {}
            }
            // Every message has the configuration of the moment that it begins.
            loop {
                live = self.server.live();
                let message = Message::begin(&live, self.server.crypto());
                match self.drive(&live, Some(message)).await? {
                    Ended::Connection => return Ok(()),
                    Ended::Message => {
                        self.sender.reverse_path = Vec::new();
                        break;
                    }
                    Ended::Mail => {}
                }
            }
        }
    }

    /// Goes on to the end of the message, or if there is none to the beginning of one.
    async fn drive(
        &mut self,
        live: &Live,
        mut message: Option<Message<'_>>,
    ) -> Result<Ended, Fault> {
        loop {
            let mut consumed = 0;
            let ended = loop {
                let rest = self.input.get(consumed..).unwrap_or_default();
                let advance = self.session.advance(rest, &mut self.out)?;
                let Advance {
                    consumed: taken,
                    event,
                    needs_reply,
                    ..
                } = advance;
                consumed += taken;
                let Some(event) = event else { break None };
                let next = take(event, live, &mut self.sender, &self.session, &mut message);
                let (ended, reply) = match (next, message.take()) {
                    (Next::GoOn(reply), kept) => {
                        message = kept;
                        (None, reply)
                    }
                    (Next::End(ended, reply), _) => (Some(ended), reply),
                    (Next::Finish, Some(message)) => match self.finish(message).await? {
                        Some(outcome) => (Some(Ended::Message), self.edit(outcome)?),
                        None => return Ok(Ended::Connection),
                    },
                    (Next::Finish, None) => (Some(Ended::Message), Reply::Accept),
                };
                if needs_reply {
                    self.session.reply(&reply, &mut self.out)?;
                }
                if ended.is_some() {
                    break ended;
                }
            };
            self.input.drain(..consumed);
            self.send().await?;
            if let Some(ended) = ended {
                return Ok(ended);
            }
            if !self.wait(message.as_mut()).await? {
                return Ok(Ended::Connection);
            }
        }
    }

    /// Finds out what becomes of a message that is all there. `None` when the connection is over
    /// before.
    async fn finish(&mut self, mut message: Message<'_>) -> Result<Option<Outcome>, Fault> {
        // A mail server may leave out the end of the header.
        let known = message.end_of_header(&self.sender, self.session.macros());
        if known.is_some() {
            return Ok(known);
        }
        let mut ticks = interval_at(Instant::now() + PROGRESS, PROGRESS);
        {
            let mut settled = pin!(message.settle());
            loop {
                // What comes already is for later, and no more than a piece of it is kept.
                let has_room = self.input.len() < self.input.capacity();
                tokio::select! {
                    biased;
                    () = &mut settled => break,
                    read = self.stream.read_buf(&mut self.input), if has_room => {
                        if read? == 0 {
                            return Ok(None);
                        }
                    }
                    _ = ticks.tick() => {
                        self.session.progress(&mut self.out)?;
                        self.send().await?;
                    }
                }
            }
        }
        Ok(Some(message.finish(self.session.macros())))
    }

    /// Makes the changes to a message at its end, and gives the reply.
    fn edit(&mut self, outcome: Outcome) -> Result<Reply, AdvanceError> {
        let Outcome { edits, reply } = outcome;
        if edits.is_empty() || reply != Reply::Accept {
            return Ok(reply);
        }
        let granted = self.session.negotiated().map(|it| it.actions);
        if !granted.unwrap_or_default().contains(edits.needs()) {
            // Only quarantine is not needed of every mail server.
            warn!("the mail server lets nobody put mail into quarantine: put off instead");
            return Ok(Reply::TempFail);
        }
        self.session.edit(&edits, &mut self.out)?;
        Ok(reply)
    }

    async fn send(&mut self) -> Result<(), Fault> {
        timeout(self.patience, self.stream.write_all(&self.out)).await??;
        self.out.clear();
        Ok(())
    }

    /// Waits for more input, and meanwhile for answers of the DNS. `false` when the connection is
    /// over, which it is between two messages when the filter is to end.
    async fn wait(&mut self, message: Option<&mut Message<'_>>) -> Result<bool, Fault> {
        // A mail server that has said all it had to say may be idle for long.
        if message.is_none() && self.input.is_empty() {
            self.input.shrink_to(READ);
            self.out.shrink_to(READ);
        }
        self.input.reserve(READ);
        let until = match self.session.negotiated() {
            Some(_) => Instant::now() + self.patience,
            None => self.begun + NEGOTIATION,
        };
        let read = timeout_at(until, self.stream.read_buf(&mut self.input));
        let read = match message {
            Some(message) => tokio::select! {
                read = read => read,
                () = message.progress() => return Ok(true),
            },
            None => tokio::select! {
                read = read => read,
                () = self.shutdown.requested() => return Ok(false),
            },
        };
        Ok(read?? > 0)
    }
}

/// Takes what the mail server tells.
fn take(
    event: Event<'_>,
    live: &Live,
    sender: &mut Sender,
    session: &Session,
    message: &mut Option<Message<'_>>,
) -> Next {
    let over = |is_there: bool| match is_there {
        true => Next::End(Ended::Message, Reply::Continue),
        false => Next::GoOn(Reply::Continue),
    };
    match event {
        Event::Connect(connect) => {
            *sender = Sender::of(&connect);
            return match live.snapshot().peer(&sender.name, sender.address) {
                Some(_) => Next::GoOn(Reply::Accept),
                None => Next::GoOn(Reply::Continue),
            };
        }
        Event::Helo(name) => {
            sender.greet(name);
            return over(message.is_some());
        }
        Event::Mail(mail) => {
            sender.reverse_path = mail.address().to_vec();
            return Next::End(Ended::Mail, Reply::Continue);
        }
        Event::Header(field) => {
            if let Some(message) = message {
                message.field(field.name(), &field.value());
            }
        }
        Event::EndOfHeader => {
            let outcome = message
                .as_mut()
                .and_then(|message| message.end_of_header(sender, session.macros()));
            if let Some(outcome) = outcome.filter(|_| session.needs_reply()) {
                return Next::End(Ended::Message, outcome.reply);
            }
        }
        Event::Body(piece) => {
            if let Some(message) = message {
                message.body(piece);
            }
        }
        Event::EndOfMessage => return Next::Finish,
        Event::Abort => return over(message.is_some()),
        Event::QuitNewConnection => {
            *sender = Sender::default();
            return over(message.is_some());
        }
        Event::Quit => return Next::End(Ended::Connection, Reply::Continue),
        // Recipients decide nothing, nor does what was agreed on; what is unknown is answered.
        _ => {}
    }
    Next::GoOn(Reply::Continue)
}

/// Why a connection ends before the mail server ends it.
#[derive(Debug, Error)]
enum Fault {
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the mail server says nothing any more")]
    Silence(#[from] tokio::time::error::Elapsed),
}

impl From<milter_proto::session::ApiMisuse> for Fault {
    fn from(misuse: milter_proto::session::ApiMisuse) -> Self {
        Self::Advance(misuse.into())
    }
}

/// How long a mail server may take to say what it wants: Postfix connects to say it, and gives a
/// filter 30 seconds for both (`milter_connect_timeout`).
const NEGOTIATION: Duration = Duration::from_secs(60);

/// Octets that are read at once: a quarter of the largest piece of a body that Postfix sends.
const READ: usize = 16 * 1024;

/// Between two words that a message is still worked on. Of the mail servers, Sendmail has the least
/// patience: 10 seconds for a reply (`R` in the `T=` of its `INPUT_MAIL_FILTER`), which begin anew
/// with each word (`smfi_progress` of libmilter). Postfix waits for 300 (`milter_content_timeout`).
const PROGRESS: Duration = Duration::from_secs(3);
