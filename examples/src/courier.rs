//! Handing a message to the next server, and waiting until it has it.

use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use smtp_proto::client::{
    AuthenticateError, BeginError, BodyError, Client, Config, Envelope, Event, HelloName, NotNow,
    ProtocolError, Refusal, StartTlsError,
};
use smtp_proto::{Reply, sasl};
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::spool::Chunks;
use crate::stream::Stream;

/// Takes messages to one server, each over a connection of its own.
///
/// A message is taken whole or not at all: if any recipient is refused, the connection ends
/// before the message does, and nobody gets it. So whoever handed the message in can be told the
/// truth in one reply.
#[derive(Clone)]
pub struct Courier {
    next_hop: String,
    hello: HelloName,
    source: Option<IpAddr>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    login: Option<Login>,
    transcript: Option<Transcript>,
}

/// Hears both sides of a dialogue, in clear.
#[derive(Clone)]
pub struct Transcript(Arc<Listener>);

type Listener = dyn Fn(Side, &[u8]) + Send + Sync;

/// Who speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a dialogue has two sides")]
pub enum Side {
    /// The one that connects.
    Client,
    /// The one that answers.
    Server,
}

impl Courier {
    /// Takes messages to `next_hop`, a `HOST:PORT`, and calls itself `hello` there.
    pub fn new(next_hop: impl Into<String>, hello: HelloName) -> Self {
        Self {
            next_hop: next_hop.into(),
            hello,
            source: None,
            tls: None,
            login: None,
            transcript: None,
        }
    }

    /// Connects from this address.
    #[must_use]
    pub fn from(mut self, source: IpAddr) -> Self {
        self.source = Some(source);
        self
    }

    /// Goes on under TLS or not at all, with a server that proves to be `name`.
    #[must_use]
    pub fn under_tls(mut self, connector: TlsConnector, name: ServerName<'static>) -> Self {
        self.tls = Some((connector, name));
        self
    }

    /// Logs in, by AUTH PLAIN.
    #[must_use]
    pub fn as_user(mut self, user: &str, password: &str) -> Self {
        self.login = Some(Login {
            user: user.into(),
            password: password.into(),
        });
        self
    }

    /// Lets somebody listen.
    #[must_use]
    pub fn heard_by(mut self, listener: impl Fn(Side, &[u8]) + Send + Sync + 'static) -> Self {
        self.transcript = Some(Transcript(Arc::new(listener)));
        self
    }

    /// Delivers `head` followed by `body`, and gives the server's last word once it has taken the
    /// message for every recipient.
    pub async fn deliver(
        &self,
        envelope: &Envelope,
        head: &[u8],
        body: &mut Chunks,
    ) -> Result<Reply, Undelivered> {
        let stream = timeout(CONNECT, self.connect())
            .await
            .map_err(|_| Undelivered::Timeout)?
            .map_err(Undelivered::Connect)?;
        // In chunks nothing of the message has to be changed on the way.
        let client = Client::new(Config::new(self.hello.clone()).chunking(true));
        let mut call = Call {
            courier: self,
            stream: Some(Stream::Plain(stream)),
            deadline: Instant::now() + client.patience(),
            replies: client.replies(),
            client,
            input: Vec::new(),
            out: Vec::new(),
        };
        let delivered = call.deliver(envelope, head, body).await;
        // The message is delivered or it is not; how the server takes leave changes nothing.
        let _ = timeout(LEAVE, call.leave()).await;
        delivered
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "no address");
        for address in lookup_host(&*self.next_hop).await? {
            match self.connect_to(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn connect_to(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        if let Some(source) = self.source {
            socket.bind(SocketAddr::new(source, 0))?;
        }
        socket.connect(address).await
    }
}

/// Why a message is not delivered; the caller still has it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Undelivered {
    /// The login was not tried.
    #[error("cannot log in to the next server")]
    Authenticate(#[from] AuthenticateError),
    /// The server does not take such a message.
    #[error("the next server cannot take the message")]
    Begin(#[from] BeginError),
    /// The message holds what cannot be sent.
    #[error("the message cannot be sent on")]
    Body(#[from] BodyError),
    /// The server closed in the middle of the dialogue.
    #[error("the next server closed the connection")]
    Closed,
    /// The server cannot be reached.
    #[error("cannot connect to the next server")]
    Connect(#[source] io::Error),
    /// User name or password cannot be sent.
    #[error("cannot log in to the next server")]
    Credentials(#[from] sasl::CredentialsError),
    /// The connection broke, or the message could not be read.
    #[error("the connection to the next server broke")]
    Io(#[from] io::Error),
    /// The client was not ready for what came next.
    #[error("the dialogue with the next server came to an end")]
    NotNow(#[from] NotNow),
    /// The server does not speak SMTP.
    #[error("the next server does not keep to SMTP")]
    Protocol(#[from] ProtocolError),
    /// The server refused.
    #[error("the next server refused")]
    Refused(#[from] Refusal),
    /// TLS was not asked for.
    #[error("no TLS with the next server")]
    StartTls(#[from] StartTlsError),
    /// The server took too long.
    #[error("the next server took too long")]
    Timeout,
}

impl Undelivered {
    /// Whether the same message will not fare better later.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_permanent(),
            Self::Begin(error) => !matches!(error, BeginError::NotNow),
            Self::Body(error) => !matches!(error, BodyError::NotNow),
            _ => false,
        }
    }
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Courier")
            .field("next_hop", &self.next_hop)
            .field("hello", &self.hello)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// Shows that somebody listens.
impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transcript")
    }
}

#[derive(Clone)]
struct Login {
    user: String,
    password: String,
}

/// One connection to the next server.
struct Call<'c> {
    courier: &'c Courier,
    /// `None` after a failed handshake.
    stream: Option<Stream<TlsStream<TcpStream>>>,
    client: Client,
    /// When the server's time is over for its next reply, all of it (RFC 5321 §4.5.3.2).
    deadline: Instant,
    /// Replies that had come when that time began.
    replies: u64,
    input: Vec<u8>,
    out: Vec<u8>,
}

impl Call<'_> {
    async fn deliver(
        &mut self,
        envelope: &Envelope,
        head: &[u8],
        body: &mut Chunks,
    ) -> Result<Reply, Undelivered> {
        self.introduce().await?;
        self.client.begin(envelope, &mut self.out)?;
        let mut head = Some(head);
        loop {
            match self.event().await? {
                Event::SendBody => self.send_body(head.take(), body).await?,
                Event::Finished(report) => {
                    if let Some((_, refusal)) = report.refused().next() {
                        return Err(refusal.clone().into());
                    }
                    let accepted = report.accepted().next();
                    return accepted
                        .map(|(_, reply)| reply.clone())
                        .ok_or(Undelivered::Closed);
                }
                event => refuse(event)?,
            }
        }
    }

    /// Greeting, EHLO, and TLS and login if they are wanted.
    async fn introduce(&mut self) -> Result<(), Undelivered> {
        loop {
            match self.event().await? {
                Event::Ready if self.courier.tls.is_some() && !self.client.is_tls() => {
                    self.client.start_tls(&mut self.out)?;
                }
                Event::StartTls => {
                    self.start_tls().await?;
                    self.client.tls_started(&mut self.out)?;
                }
                Event::Ready => match &self.courier.login {
                    Some(login) => {
                        let login = sasl::Client::plain(None, &login.user, &login.password)?;
                        self.client.authenticate(login, &mut self.out)?;
                    }
                    None => return Ok(()),
                },
                Event::Authenticated(_) => return Ok(()),
                event => refuse(event)?,
            }
        }
    }

    /// Sends as much of the message as the server wants for now.
    async fn send_body(
        &mut self,
        head: Option<&[u8]>,
        body: &mut Chunks,
    ) -> Result<(), Undelivered> {
        // Some are accepted, others are not: better to none than to some.
        if let Some(refusal) = self.client.refusals().next() {
            let refusal = refusal.clone();
            self.stream = None;
            return Err(refusal.into());
        }
        if let Some(head) = head {
            self.client.body(head, &mut self.out)?;
        }
        while self.client.wants_body() {
            match body.next().await? {
                Some(chunk) => {
                    self.client.body(&chunk, &mut self.out)?;
                    self.flush().await?;
                }
                None => return Ok(self.client.end_body(&mut self.out)?),
            }
        }
        Ok(())
    }

    async fn start_tls(&mut self) -> Result<(), Undelivered> {
        match (self.stream.take(), &self.courier.tls) {
            (Some(Stream::Plain(stream)), Some((connector, name))) => {
                let tls = timeout(CONNECT, connector.connect(name.clone(), stream));
                let tls = tls.await.map_err(|_| Undelivered::Timeout)??;
                self.stream = Some(Stream::Tls(Box::new(tls)));
                Ok(())
            }
            _ => Err(Undelivered::Closed),
        }
    }

    async fn leave(&mut self) -> Result<(), Undelivered> {
        self.client.quit(&mut self.out)?;
        while !matches!(self.event().await?, Event::Closed(_)) {}
        if let Some(stream) = &mut self.stream {
            stream.shutdown().await?;
        }
        Ok(())
    }

    /// Writes and reads until something has happened.
    async fn event(&mut self) -> Result<Event, Undelivered> {
        loop {
            let advance = self.client.advance(&self.input, &mut self.out)?;
            self.hear(Side::Server, advance.consumed);
            self.input.drain(..advance.consumed);
            if let Some(event) = advance.event {
                return Ok(event);
            }
            self.flush().await?;
            let stream = self.stream.as_mut().ok_or(Undelivered::Closed)?;
            let read = timeout_at(self.deadline, stream.read_buf(&mut self.input));
            if read.await.map_err(|_| Undelivered::Timeout)?? == 0 {
                return Err(Undelivered::Closed);
            }
        }
    }

    async fn flush(&mut self) -> Result<(), Undelivered> {
        self.hear(Side::Client, self.out.len());
        let stream = self.stream.as_mut().ok_or(Undelivered::Closed)?;
        let write = async {
            stream.write_all(&self.out).await?;
            stream.flush().await
        };
        let written = timeout(self.client.patience(), write).await;
        written.map_err(|_| Undelivered::Timeout)??;
        if !self.out.is_empty() || self.replies != self.client.replies() {
            self.replies = self.client.replies();
            self.deadline = Instant::now() + self.client.patience();
        }
        self.out.clear();
        Ok(())
    }

    fn hear(&self, side: Side, length: usize) {
        let octets = match side {
            Side::Client => &self.out,
            Side::Server => &self.input,
        };
        if let (Some(transcript), Some(octets)) = (&self.courier.transcript, octets.get(..length))
            && !octets.is_empty()
        {
            (transcript.0)(side, octets);
        }
    }
}

/// What an event means that the dialogue at this point has no use for.
fn refuse(event: Event) -> Result<(), Undelivered> {
    match event {
        Event::Refused(refusal) => Err(refusal.into()),
        Event::Closed(_) => Err(Undelivered::Closed),
        _ => Ok(()),
    }
}

/// How long a connection and a handshake may take.
const CONNECT: Duration = Duration::from_secs(30);

/// How long the server has to answer QUIT.
const LEAVE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
