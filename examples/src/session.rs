//! One connection from its greeting to its end: octets between a socket and a
//! [`smtp_proto::Server`], decisions from a [`Handler`].

use core::future::Future;
use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use smtp_proto::Reply;
use smtp_proto::server::{ApiMisuse, Config, Event, Server};
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::{debug, info};

use crate::shutdown::Shutdown;
use crate::stream::Stream;

/// What a server decides. Greetings, the start of TLS, the start of a message's data and the end of
/// a chunk need no opinion and do not get here.
pub trait Handler: Send {
    /// Answers an event: with a reply if, and only if, the event needs one. `protocol` is the word
    /// for a Received field, as things stand.
    fn answer(
        &mut self,
        event: Event<'_>,
        protocol: &'static str,
    ) -> impl Future<Output = Option<Reply>> + Send;

    /// Goes on with what is under way while the client is waited for. Cancel safe, and never ends
    /// while there is nothing to do.
    fn meanwhile(&mut self) -> impl Future<Output = ()> + Send;

    /// TLS has started: what the client said before is void (RFC 3207 §4.2).
    fn tls_started(&mut self);
}

/// What all connections of a server have in common.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "an acceptor shows nothing of itself"
)]
#[non_exhaustive]
pub struct Service {
    /// Name, extensions, limits.
    pub config: Arc<Config>,
    /// For STARTTLS, and for TLS from the start.
    pub tls: Option<TlsAcceptor>,
    /// Whether TLS comes before the greeting.
    pub implicit_tls: bool,
    /// How long a message may take from the go-ahead to its end, however steadily it drips. By
    /// default 15 minutes: what is as large as a server takes by default is in time at half a
    /// megabit per second.
    pub message_time: Duration,
}

impl Service {
    /// A server in clear, with STARTTLS if there is a certificate.
    pub fn new(config: Config, tls: Option<TlsAcceptor>) -> Self {
        Self {
            config: Arc::new(config.start_tls(tls.is_some())),
            tls,
            implicit_tls: false,
            message_time: Duration::from_secs(15 * 60),
        }
    }

    /// The same with TLS from the first octet (RFC 8314 §3).
    #[must_use]
    pub fn implicit_tls(mut self) -> Self {
        self.implicit_tls = true;
        self
    }

    /// Serves one client. However that ends, it is logged and is nobody else's concern.
    pub async fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        shutdown: Shutdown,
        handler: impl Handler,
    ) {
        // Replies are small and answer something: waiting to send more of them only delays.
        let _ = stream.set_nodelay(true);
        let mut session = Session {
            stream: Some(Stream::Plain(stream)),
            tls: self.tls.clone(),
            server: Server::new(Arc::clone(&self.config)),
            handler,
            shutdown,
            ends: Instant::now() + LIFETIME,
            input: Vec::new(),
            taken: 0,
            out: Vec::new(),
            message_time: self.message_time,
            message_ends: None,
        };
        match session.run(self.implicit_tls).await {
            Ok(()) => debug!(%peer, "connection closed"),
            Err(error) => info!(%peer, %error, "connection lost"),
        }
    }
}

/// Why a connection ended before its time.
#[derive(Debug, Error)]
enum Lost {
    #[error("the client is gone: {0}")]
    Io(#[from] io::Error),
    #[error("the client does not take replies")]
    Stuck,
    #[error("no TLS: {0}")]
    Tls(io::Error),
    #[error("the server was not used as it must be: {0}")]
    Misuse(#[from] ApiMisuse),
}

struct Session<H> {
    /// `None` after a failed handshake.
    stream: Option<Stream<TlsStream<TcpStream>>>,
    tls: Option<TlsAcceptor>,
    server: Server,
    handler: H,
    shutdown: Shutdown,
    /// When the connection has lasted long enough.
    ends: Instant,
    input: Vec<u8>,
    /// Octets of the input that are done with.
    taken: usize,
    out: Vec<u8>,
    message_time: Duration,
    /// From the go-ahead, or from the first octet of a message in chunks: when its end has to be
    /// there.
    message_ends: Option<Instant>,
}

impl<H: Handler> Session<H> {
    async fn run(&mut self, implicit_tls: bool) -> Result<(), Lost> {
        if implicit_tls {
            self.start_tls().await?;
        }
        self.converse().await?;
        // The last words matter most: why the connection ends.
        self.flush().await?;
        // Nothing hangs on how the client takes leave.
        let _ = timeout(LINGER, self.linger()).await;
        Ok(())
    }

    /// Event after event, until the session is over.
    async fn converse(&mut self) -> Result<(), Lost> {
        let mut deadline = Instant::now() + self.server.patience();
        loop {
            let rest = self.input.get(self.taken..).unwrap_or_default();
            let advance = self.server.advance(rest, &mut self.out)?;
            self.taken += advance.consumed;
            if advance.consumed > 0 {
                // A command or a piece of a message was whole: the next one has its own time.
                deadline = Instant::now() + self.server.patience();
            }
            let reply = match advance.event {
                None => {
                    self.flush().await?;
                    if !self.listen(deadline).await? {
                        return Ok(());
                    }
                    continue;
                }
                Some(Event::Close(reason)) => {
                    debug!(?reason, "closing");
                    return Ok(());
                }
                Some(Event::Quit) => return Ok(()),
                Some(Event::Connected(_)) => Some(Reply::greeting()),
                Some(Event::DataStart) => {
                    self.message_ends = Some(Instant::now() + self.message_time);
                    Some(Reply::start_data())
                }
                // There is nothing to say before the whole is there.
                Some(Event::ChunkEnd) => Some(Reply::ok()),
                Some(Event::StartTls) => {
                    self.server.reply(&Reply::start_tls(), &mut self.out)?;
                    self.flush().await?;
                    self.start_tls().await?;
                    None
                }
                Some(event) => {
                    match event {
                        Event::Body(_) => {
                            let ends = || Instant::now() + self.message_time;
                            self.message_ends.get_or_insert_with(ends);
                        }
                        _ => self.message_ends = None,
                    }
                    let protocol = self.server.protocol();
                    self.handler.answer(event, protocol).await
                }
            };
            if let Some(reply) = reply {
                self.server.reply(&reply, &mut self.out)?;
                // In LMTP it is told of each recipient what became of the message.
                while self.server.replies_due() > 0 {
                    self.server.reply(&reply, &mut self.out)?;
                }
            }
            // However long the answer took, the client's time begins with it.
            deadline = Instant::now() + self.server.patience();
        }
    }

    /// Reads more, until `deadline`; false if the client has said its last.
    async fn listen(&mut self, deadline: Instant) -> Result<bool, Lost> {
        self.input.drain(..self.taken);
        self.taken = 0;
        self.input.reserve(READ);
        let ends = self.message_ends.unwrap_or(self.ends).min(self.ends);
        let stream = self.stream.as_mut().ok_or(Lost::Stuck)?;
        let last_word = loop {
            tokio::select! {
                biased;
                // A message that is coming in may still end.
                () = self.shutdown.requested(), if self.message_ends.is_none() => {
                    break Reply::shutting_down();
                }
                // Before the octets: a client that sends without a pause must not keep what is
                // under way from being begun.
                () = self.handler.meanwhile() => {}
                read = stream.read_buf(&mut self.input) => return Ok(read? > 0),
                () = sleep_until(deadline.min(ends)) => break Reply::timeout(),
            }
        };
        self.server.end(&last_word, &mut self.out);
        Ok(false)
    }

    async fn flush(&mut self) -> Result<(), Lost> {
        let stream = self.stream.as_mut().ok_or(Lost::Stuck)?;
        let write = async {
            stream.write_all(&self.out).await?;
            stream.flush().await
        };
        let written = timeout(self.server.patience(), write).await;
        written.map_err(|_| Lost::Stuck)??;
        self.out.clear();
        Ok(())
    }

    async fn start_tls(&mut self) -> Result<(), Lost> {
        let (Some(Stream::Plain(stream)), Some(acceptor)) = (self.stream.take(), &self.tls) else {
            return Err(Lost::Stuck);
        };
        let accepted = timeout(HANDSHAKE, acceptor.accept(stream)).await;
        let tls = accepted.map_err(|_| Lost::Stuck)?.map_err(Lost::Tls)?;
        self.stream = Some(Stream::Tls(Box::new(tls)));
        // What came in clear must not be taken for what came under TLS.
        self.input.clear();
        self.taken = 0;
        self.server.tls_started();
        self.handler.tls_started();
        Ok(())
    }

    /// Closes our side and lets the client finish: a socket closed over unread octets is reset,
    /// and the client would lose the last reply.
    async fn linger(&mut self) -> io::Result<()> {
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        stream.shutdown().await?;
        let mut left = 1024 * 1024;
        let mut octets = [0; 4096];
        while left > 0 {
            match stream.read(&mut octets).await? {
                0 => break,
                length => left -= length.min(left),
            }
        }
        Ok(())
    }
}

/// Octets read at once, at least.
const READ: usize = 32 * 1024;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// How long a client may take to close when it is told that the session is over.
const LINGER: Duration = Duration::from_secs(2);

/// How long a connection may last: a client that gives an octet now and then keeps no place for
/// ever.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

#[cfg(test)]
mod tests {
    use core::future::pending;

    use smtp_proto::server::Role;
    use tokio::net::TcpListener;

    use super::*;
    use crate::shutdown;

    /// Takes everything.
    struct Taker;

    impl Handler for Taker {
        async fn answer(&mut self, event: Event<'_>, _: &'static str) -> Option<Reply> {
            match event {
                Event::Hello(_) => Some(Reply::hello()),
                event => event.needs_reply().then(Reply::ok),
            }
        }

        async fn meanwhile(&mut self) {
            pending().await
        }

        fn tls_started(&mut self) {}
    }

    #[tokio::test]
    async fn a_message_that_drips_ends_in_time() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let hostname = "mx.example.com".parse().unwrap();
        let mut service = Service::new(Config::new(Role::Mx, hostname), None);
        service.message_time = Duration::from_millis(300);
        let (_trigger, shutdown) = shutdown::pair();
        tokio::spawn(async move {
            let (stream, peer) = listener.accept().await.unwrap();
            service.serve(stream, peer, shutdown, Taker).await;
        });
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut reader, mut writer) = stream.into_split();
        let mut reply = Vec::with_capacity(4096);
        reader.read_buf(&mut reply).await.unwrap();
        for line in [
            "EHLO a.example",
            "MAIL FROM:<>",
            "RCPT TO:<a@b.example>",
            "DATA",
        ] {
            writer
                .write_all(format!("{line}\r\n").as_bytes())
                .await
                .unwrap();
            reply.clear();
            reader.read_buf(&mut reply).await.unwrap();
        }
        assert!(reply.starts_with(b"354 "), "{}", reply.escape_ascii());
        // Drips until the server has had enough; if it never had, so would this test.
        tokio::spawn(async move {
            while writer.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        reply.clear();
        let _ = reader.read_to_end(&mut reply).await;
        assert!(reply.starts_with(b"421 4.4.2 "), "{}", reply.escape_ascii());
    }
}
