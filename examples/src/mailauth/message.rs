//! A message from a file or from standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use dkim_canon::{ToCrlf, TooLarge};

use super::fault::Fault;
use crate::{config, program};

/// A message, to be read once.
pub(crate) struct Message {
    input: Box<dyn Read>,
    name: String,
}

impl Message {
    /// Opens the file, or standard input for `-`.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        if path == Path::new("-") {
            return Ok(Self {
                input: Box::new(io::stdin()),
                name: "standard input".to_owned(),
            });
        }
        let file = File::open(path).map_err(|error| Fault::file(path, error))?;
        Ok(Self {
            input: Box::new(file),
            name: path.display().to_string(),
        })
    }

    /// What is said about the message begins with this.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Gives the message to `sink` in pieces, with the line ends that it has on the wire, until it
    /// wants no more. Memory does not grow with the message.
    pub(crate) fn stream(
        mut self,
        mut sink: impl FnMut(&[u8]) -> Result<(), TooLarge>,
    ) -> Result<(), Fault> {
        let mut buffer = vec![0; CHUNK];
        let mut length = 0;
        // The first line end decides, so it has to be seen before anything is passed on.
        while length < CHUNK && !buffer.iter().take(length).any(|&octet| octet == b'\n') {
            match self.read(buffer.get_mut(length..).unwrap_or_default())? {
                0 => break,
                more => length += more,
            }
        }
        let first = buffer.get(..length).unwrap_or_default();
        let mut to_crlf = self.wants_crlf(first).then(ToCrlf::default);
        while length > 0 {
            let chunk = buffer.get(..length).unwrap_or_default();
            let mut taken = Ok(());
            match &mut to_crlf {
                Some(to_crlf) => to_crlf.update(chunk, |piece| {
                    if taken.is_ok() {
                        taken = sink(piece);
                    }
                }),
                None => taken = sink(chunk),
            }
            taken.map_err(|error| Fault::file(Path::new(&self.name), error))?;
            length = self.read(&mut buffer)?;
        }
        Ok(())
    }

    /// The whole message as it is, and, if its line ends have to be changed, as it is on the wire.
    pub(crate) fn whole(mut self) -> Result<(Vec<u8>, Option<Vec<u8>>), Fault> {
        let octets = match config::read_within(&mut self.input, LIMIT) {
            Ok(octets) => octets,
            Err(cause) => return Err(Fault::file(Path::new(&self.name), cause)),
        };
        let wire = self.wants_crlf(&octets).then(|| {
            let mut wire = Vec::with_capacity(octets.len() + octets.len() / 32);
            ToCrlf::default().update(&octets, |piece| wire.extend_from_slice(piece));
            wire
        });
        Ok((octets, wire))
    }

    /// Whether the first line ends in a bare LF, and says so: signatures are over CRLF
    /// (RFC 6376 §5.3).
    fn wants_crlf(&self, start: &[u8]) -> bool {
        let mut lines = start.split_inclusive(|&octet| octet == b'\n');
        let first = lines.next().unwrap_or_default();
        let bare = first.ends_with(b"\n") && !first.ends_with(b"\r\n");
        if bare {
            remark(&self.name, "lines end in LF alone and are taken as CRLF");
        }
        bare
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        loop {
            match self.input.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(|error| self.unreadable(&error)),
            }
        }
    }

    fn unreadable(&self, error: &io::Error) -> Fault {
        Fault::file(Path::new(&self.name), error.to_string())
    }
}

/// Says something on standard error that is no fault.
pub(crate) fn remark(name: &str, what: impl core::fmt::Display) {
    eprintln!("mailauth: {}", program::visible(&format!("{name}: {what}")));
}

const CHUNK: usize = 64 * 1024;

/// More than any mail system is known to take.
const LIMIT: u64 = 256 * 1024 * 1024;
