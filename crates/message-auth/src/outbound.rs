//! A message as it leaves.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

use dkim_canon::{Header, HeaderReader, Progress, TooLarge, UnixTime};
use dkim_sign::{SignRequest, SignRequestError, Signer, Unsigned};
use thiserror::Error;

/// One message, signed while it passes: all signatures in one pass, in chunks of any size.
///
/// [`Signer`] with the header taken from the stream. The fields are known at the end, and go on top
/// of the message. With the key at hand [`Unsigned::sign_with`] makes them; here one is elsewhere,
/// and gets a digest:
///
/// ```
/// use dkim_sign::{Algorithm, SignRequest, UnixTime};
/// use message_auth::Outbound;
///
/// # fn ask_the_token(digest: [u8; 32]) -> Vec<u8> { vec![0; 256] }
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let now = UnixTime::from_secs(1_795_500_000);
/// let requests = [SignRequest::new(Algorithm::RsaSha256, "example.com".parse()?, "s".parse()?)];
/// let mut outbound = Outbound::begin(requests, now);
/// for chunk in [&b"From: alice@example.com\r\n\r"[..], b"\nAt noon.\r\n"] {
///     outbound.push(chunk)?;
/// }
/// for unsigned in outbound.finish()? {
///     let signature = ask_the_token(unsigned.digest());
///     print!("{}", unsigned.complete(&signature)?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Outbound {
    now: UnixTime,
    requests: Vec<SignRequest>,
    stage: Stage,
}

impl Outbound {
    /// Begins with the signatures that are wanted.
    pub fn begin(requests: impl IntoIterator<Item = SignRequest>, now: UnixTime) -> Self {
        Self {
            now,
            requests: requests.into_iter().collect(),
            stage: Stage::Header(HeaderReader::default()),
        }
    }

    /// Takes the next octets of the message, and gives back those of them that are body.
    ///
    /// An error comes with the end of the header, or when the header gets too long, and is final.
    pub fn push<'c>(&mut self, chunk: &'c [u8]) -> Result<&'c [u8], OutboundError> {
        let body = match &mut self.stage {
            Stage::Body { .. } => chunk,
            Stage::Failed(error) => return Err(error.clone()),
            Stage::Header(reader) => match reader.push(chunk) {
                Ok(Progress::More) => &[],
                Ok(Progress::Complete { header, body }) => {
                    self.begin_body(header)?;
                    body
                }
                Err(error) => return Err(self.fail(error.into())),
            },
        };
        if let Stage::Body { signer, .. } = &mut self.stage {
            signer.body(body);
        }
        Ok(body)
    }

    /// The header as it came, once it is complete.
    pub fn header(&self) -> Option<&Header<'static>> {
        match &self.stage {
            Stage::Body { header, .. } => Some(header),
            Stage::Failed(_) | Stage::Header(_) => None,
        }
    }

    /// Ends the message. The fields come in the order of the requests, each still to be signed.
    ///
    /// Gives the error of [`push`](Self::push) once more, if there was one.
    pub fn finish(mut self) -> Result<Vec<Unsigned>, OutboundError> {
        if let Stage::Header(reader) = &mut self.stage {
            let header = mem::take(reader).finish();
            self.begin_body(header)?;
        }
        match self.stage {
            Stage::Body { signer, .. } => Ok(signer.finish()),
            Stage::Failed(error) => Err(error),
            // Not reached: the header has ended above.
            Stage::Header(_) => Ok(Vec::new()),
        }
    }

    fn begin_body(&mut self, header: Header<'static>) -> Result<(), OutboundError> {
        let signer = Signer::begin(&header, &self.requests, self.now);
        let signer = Box::new(signer.map_err(|error| self.fail(error.into()))?);
        self.stage = Stage::Body { header, signer };
        Ok(())
    }

    fn fail(&mut self, error: OutboundError) -> OutboundError {
        self.stage = Stage::Failed(error.clone());
        error
    }
}

/// Why a message cannot be signed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum OutboundError {
    /// The header is longer than any that should be sent.
    #[error(transparent)]
    Header(#[from] TooLarge),
    /// The message or a request does not permit a signature.
    #[error(transparent)]
    Request(#[from] SignRequestError),
}

/// Where in the message we are.
#[derive(Clone, Debug)]
enum Stage {
    Body {
        header: Header<'static>,
        signer: Box<Signer>,
    },
    /// What follows is no header, and nothing to be signed.
    Failed(OutboundError),
    Header(HeaderReader),
}
