//! A mail server's side of the milter protocol, as Postfix takes it: what is not answered is
//! collected and sent with what is.

use core::time::Duration;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use milter_proto::Steps;
use milter_proto::packet::Packet;

/// A connection to a filter.
pub(crate) struct Mta {
    stream: UnixStream,
    input: Vec<u8>,
    out: Vec<u8>,
    steps: Steps,
}

/// How long a filter may take for an answer before the run ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a mail server sends of one message: letters and payloads, in their order.
pub(crate) type Dialogue = Vec<(u8, Vec<u8>)>;

impl Mta {
    /// Connects, offers everything, and tells of a client at this address.
    pub(crate) fn connect(socket: &Path, client: &str) -> io::Result<Self> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut mta = Self {
            stream,
            input: Vec::new(),
            out: Vec::new(),
            steps: Steps::empty(),
        };
        let offer = [6, 0x1ff, 0x1f_ffff].map(u32::to_be_bytes);
        mta.put(b'O', offer.as_flattened());
        let (letter, payload) = mta.hear()?;
        // Behind a version and the actions; lists of macros may follow.
        let steps = payload.get(8..12).filter(|_| letter == b'O');
        let steps = steps.and_then(|steps| steps.first_chunk());
        let steps = steps.ok_or(io::ErrorKind::InvalidData)?;
        mta.steps = Steps::from_bits(u32::from_be_bytes(*steps));
        let macros = b"Cj\0mx.example.org\0{daemon_name}\0mx.example.org\0v\0Postfix 3.7\0";
        mta.put(b'D', macros);
        let client = format!("client.example\x004\x30\x39{client}\0");
        mta.say(b'C', client.as_bytes(), Steps::NO_REPLY_CONNECT)?;
        mta.say(b'H', b"client.example\0", Steps::NO_REPLY_HELO)?;
        Ok(mta)
    }

    /// Takes a message through. Gives what the filter wants to insert.
    pub(crate) fn send(&mut self, dialogue: &Dialogue) -> io::Result<Vec<u8>> {
        for (letter, payload) in dialogue {
            let unanswered = match letter {
                b'B' => Steps::NO_REPLY_BODY,
                b'L' => Steps::NO_REPLY_HEADER,
                b'M' => Steps::NO_REPLY_MAIL,
                b'N' => Steps::NO_REPLY_END_OF_HEADER,
                b'R' => Steps::NO_REPLY_RCPT,
                b'T' if self.steps.contains(Steps::NO_DATA) => continue,
                b'T' => Steps::NO_REPLY_DATA,
                _ => {
                    self.put(*letter, payload);
                    continue;
                }
            };
            self.say(*letter, payload, unanswered)?;
        }
        let mut inserted = Vec::new();
        loop {
            let (letter, payload) = self.hear()?;
            match letter {
                b'i' | b'h' => inserted.extend(payload),
                b'm' | b'p' => {}
                b'a' | b'c' => return Ok(inserted),
                _ => return Err(unexpected(letter)),
            }
        }
    }

    /// Ends the connection.
    pub(crate) fn quit(mut self) -> io::Result<()> {
        self.put(b'Q', b"");
        self.stream.write_all(&self.out)
    }

    /// Sends a command, and waits for leave to go on if there is an answer to it.
    fn say(&mut self, letter: u8, payload: &[u8], unanswered: Steps) -> io::Result<()> {
        self.put(letter, payload);
        if self.steps.contains(unanswered) {
            return Ok(());
        }
        match self.hear()? {
            (b'c', _) => Ok(()),
            (letter, _) => Err(unexpected(letter)),
        }
    }

    fn put(&mut self, letter: u8, payload: &[u8]) {
        let printed = Packet::new(letter, payload).print(&mut self.out);
        printed.expect("no payload has 4 GiB");
    }

    fn hear(&mut self) -> io::Result<(u8, Vec<u8>)> {
        if !self.out.is_empty() {
            self.stream.write_all(&self.out)?;
            self.out.clear();
        }
        loop {
            let packet = Packet::read(&self.input, 1 << 20).map_err(io::Error::other)?;
            if let Some((packet, length)) = packet {
                let taken = (packet.letter, packet.payload.to_vec());
                self.input.drain(..length);
                return Ok(taken);
            }
            let mut piece = [0; 4096];
            match self.stream.read(&mut piece)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.input.extend_from_slice(&piece[..count]),
            }
        }
    }
}

/// A message and its envelope, as they are sent.
pub(crate) fn dialogue(message: &[u8]) -> Dialogue {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n");
    let (header, body) = message.split_at(end.map_or(message.len(), |end| end + 4));
    let header = String::from_utf8_lossy(header);
    // A folded field goes in one piece, its lines joined by LF.
    let header = header.replace("\r\n\t", "\n\t").replace("\r\n ", "\n ");
    let mut dialogue = vec![
        (b'D', b"M{mail_addr}\0orders@example.com\0".to_vec()),
        (b'M', b"<orders@example.com>\0".to_vec()),
        (b'D', b"Ri\x004f0Wq5121XzA\0".to_vec()),
        (b'R', b"<joan.reader@example.org>\0".to_vec()),
        (b'T', Vec::new()),
    ];
    let fields = header
        .split_terminator("\r\n")
        .filter_map(|field| field.split_once(':'));
    dialogue.extend(fields.map(|(name, value)| (b'L', format!("{name}\0{value}\0").into_bytes())));
    dialogue.push((b'N', Vec::new()));
    dialogue.extend(body.chunks(65535).map(|piece| (b'B', piece.to_vec())));
    dialogue.extend([(b'D', b"Ei\x004f0Wq5121XzA\0".to_vec()), (b'E', Vec::new())]);
    dialogue
}

fn unexpected(letter: u8) -> io::Error {
    io::Error::other(format!("the filter answers {:?}", char::from(letter)))
}
